//! What the tools for Python have in common. Not a tool itself.

use super::{Broken, Reading, ToolRun};
use crate::model::text;

/// Options of a tool that sdd sets itself, and what must be known to find them among a project's arguments.
pub(super) struct Options {
    /// Options to take out that stand alone, such as `--fix` and `-q`.
    pub(super) alone: &'static [&'static str],
    /// Options to take out together with their value, such as `--format` and `-f`.
    pub(super) valued: &'static [&'static str],
    /// The letters of other short options with a value: what follows them in one word is no option.
    pub(super) other_valued: &'static str,
}

impl Options {
    /// The arguments without these options: `--name`, `--name=value`, `--name value`, `-n value`, `-nvalue` and
    /// the letter inside of a cluster such as `-qn`. Words behind `--` are no options.
    pub(super) fn remove_from(&self, args: &[String]) -> Vec<String> {
        let mut out = Vec::with_capacity(args.len());
        let mut words = args.iter();
        while let Some(word) = words.next() {
            if word == "--" {
                out.push(word.clone());
                out.extend(words.by_ref().cloned());
            } else if word.starts_with("--") {
                let name = word.split_once('=').map_or(word.as_str(), |(name, _)| name);
                if self.valued.contains(&name) {
                    if name == word {
                        words.next();
                    }
                } else if !self.alone.contains(&name) {
                    out.push(word.clone());
                }
            } else if word.len() > 1 && word.starts_with('-') {
                let (kept, value_follows) = self.remove_letters(word);
                if value_follows {
                    words.next();
                }
                out.extend(kept);
            } else {
                out.push(word.clone());
            }
        }
        out
    }

    /// What stays of a word of short options, and whether the next word goes as the value of the last one.
    fn remove_letters(&self, word: &str) -> (Option<String>, bool) {
        let mut kept = String::from("-");
        let letters = word.strip_prefix('-').unwrap_or(word);
        let mut value_follows = false;
        for (at, letter) in letters.char_indices() {
            let rest = &letters[at + letter.len_utf8()..];
            let option = format!("-{letter}");
            if self.valued.contains(&option.as_str()) {
                value_follows = rest.is_empty();
                break;
            }
            if !self.alone.contains(&option.as_str()) {
                kept.push(letter);
            }
            if self.other_valued.contains(letter) {
                kept.push_str(rest);
                break;
            }
        }
        ((kept.len() > 1).then_some(kept), value_follows)
    }
}

/// Whether an option is among the arguments, as `--name` or `--name=value`.
pub(super) fn has_option(args: &[String], name: &str) -> bool {
    args.iter().take_while(|arg| *arg != "--").any(|arg| {
        arg.strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    })
}

/// A path as a pattern that fits only itself, for tools that split their patterns at commas.
pub(super) fn glob_escaped(path: &str) -> String {
    path.chars().fold(String::new(), |mut out, letter| {
        match letter {
            '[' | '*' | '?' => out.extend(['[', letter, ']']),
            // There is no way to write one.
            ',' => out.push('?'),
            _ => out.push(letter),
        }
        out
    })
}

/// Captured output as text without control sequences, as a whole.
pub(super) fn plain(bytes: &[u8]) -> String {
    text::sanitise(&String::from_utf8_lossy(bytes))
}

/// The line that says most about a tool's own trouble: the exception of a traceback, else the first line that
/// speaks of an error, else the first line.
pub(super) fn trouble(said: &str) -> Option<String> {
    let lines = || {
        said.lines()
            .map(str::trim_end)
            .filter(|line| !line.trim().is_empty())
    };
    let exception = said
        .contains("Traceback (most recent call last)")
        .then(|| lines().rfind(|line| is_exception(line)))
        .flatten();
    let line = exception
        .or_else(|| lines().find(|line| line.to_ascii_lowercase().contains("error")))
        .or_else(|| lines().next())?;
    Some(text::shorten(&line.trim().replace('\t', " "), 300))
}

/// The last line of a traceback: `package.SomeError: why`, or the bare name.
pub(super) fn is_exception(line: &str) -> bool {
    let name = line.split_once(": ").map_or(line, |(name, _)| name);
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')
        && name
            .rsplit('.')
            .next()
            .is_some_and(|last| last.starts_with(char::is_uppercase))
}

/// No answer, with what the tool said about it.
pub(super) fn no_answer(what: &str, run: &ToolRun<'_>) -> Reading {
    Reading::Broken(Broken {
        reason: with_trouble(what, run),
        hint: None,
    })
}

/// A sentence with what the tool said on stderr, else on stdout, behind it.
pub(super) fn with_trouble(what: &str, run: &ToolRun<'_>) -> String {
    match trouble(&plain(run.stderr)).or_else(|| trouble(&plain(run.stdout))) {
        Some(line) => format!("{what}: {line}"),
        None => what.to_owned(),
    }
}

/// The first lines of a message, few enough for a list.
pub(super) fn brief(message: &str) -> String {
    let clean = text::sanitise(message);
    let lines: Vec<&str> = clean
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.trim().is_empty())
        .take(6)
        .collect();
    text::shorten(&lines.join("\n"), 600)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: Options = Options {
        alone: &["--fix", "-q"],
        valued: &["--format", "-f"],
        other_valued: "k",
    };

    #[track_caller]
    fn check(args: &str, expect: &str) {
        let args: Vec<String> = args.split_whitespace().map(str::to_owned).collect();
        assert_eq!(OPTIONS.remove_from(&args).join(" "), expect);
    }

    #[test]
    fn options_go_in_every_spelling() {
        check("a --fix b", "a b");
        check("--format json a --format=xml --format", "a");
        check("-f json a -fxml -rf x b", "a -r b");
        check("-q -rq -v", "-r -v");
        check("-qf x", "");
    }

    #[test]
    fn other_words_stay() {
        check("--fixable --formatter x - a-q", "--fixable --formatter x - a-q");
        check("-kqf --format=x", "-kqf");
        check("a -- --fix -q", "a -- --fix -q");
        check("--fix=1 ü -ü", "ü -ü");
    }

    #[track_caller]
    fn check_trouble(said: &str, expect: Option<&str>) {
        assert_eq!(trouble(said).as_deref(), expect);
    }

    #[test]
    fn the_line_that_says_most_is_found() {
        check_trouble("", None);
        check_trouble(
            "usage: x\n  [-h]\nx: error: no such option\n",
            Some("x: error: no such option"),
        );
        check_trouble(
            "Traceback (most recent call last):\n  File \"a\", line 1\n    raise X\na.b.ConfigError: Couldn't read: 1\nfile: 'x'\n",
            Some("a.b.ConfigError: Couldn't read: 1"),
        );
        check_trouble(
            "Traceback (most recent call last):\n  File \"a\", line 1\npip_audit.ServiceError\n",
            Some("pip_audit.ServiceError"),
        );
        check_trouble("one\ntwo\n", Some("one"));
    }
}
