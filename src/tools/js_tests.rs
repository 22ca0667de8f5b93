//! What the test runners for JavaScript and TypeScript have in common. Not a tool itself.

mod choice;
mod coverage;
mod place;
mod report;

pub(super) use choice::{Runner, choose};
pub(super) use coverage::{coverage, coverage_outputs, summary_coverage};
pub(super) use place::line_in;
pub(super) use report::{counts_inside, finding, from_jest_json, thresholds, trouble};

use std::path::Path;

use super::{Applies, Ask};
use crate::model::text;
use crate::project::UnitFacts;

/// What a runner answers when it is asked whether it applies.
pub(super) fn applies(runner: Runner, facts: &UnitFacts) -> Applies {
    match choose(facts) {
        Some((chosen, why)) if chosen == runner => Applies::Yes(why),
        _ => Applies::No,
    }
}

/// The project's arguments and ours behind them, but for what stands behind a `--`: there, nothing is an option any
/// more.
pub(super) fn with_ours(own: Vec<String>, ours: impl IntoIterator<Item = String>) -> Vec<String> {
    let at = own.iter().position(|word| word == "--").unwrap_or(own.len());
    let mut args = own;
    let behind = args.split_off(at);
    args.extend(ours);
    args.extend(behind);
    args
}

/// The arguments without some options that have a value, as `--name=value` and `--name value`. A name that ends in a
/// dot stands for all that begin with it.
pub(super) fn without(args: &[String], names: &[&str]) -> Vec<String> {
    let goes = |name: &str| {
        let mut names = names.iter();
        names.any(|gone| name == *gone || (gone.ends_with('.') && name.starts_with(gone)))
    };
    let mut out = Vec::with_capacity(args.len());
    let mut words = args.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            out.push(word.clone());
            out.extend(words.by_ref().cloned());
        } else if let Some((name, _)) = word.split_once('=') {
            if !goes(name) {
                out.push(word.clone());
            }
        } else if goes(word) {
            words.next();
        } else {
            out.push(word.clone());
        }
    }
    out
}

/// The words that may be options: those before a `--`.
fn before_end(args: &[String]) -> &[String] {
    &args[..args.iter().position(|word| word == "--").unwrap_or(args.len())]
}

/// Whether a word says something of a switch: `--name`, `--no-name`, `--name=value`.
fn is_switch(word: &str, name: &str) -> bool {
    let said = word.split_once('=').map_or(word, |(said, _)| said);
    said.strip_prefix("--")
        .is_some_and(|said| said == name || said.strip_prefix("no-") == Some(name))
}

/// The arguments without some switches, as `--name`, `--no-name`, `--name=value`, and `--name true`: any other word
/// behind a switch is not its value.
pub(super) fn without_switches(args: &[String], names: &[&str]) -> Vec<String> {
    let options = before_end(args);
    let mut out = Vec::with_capacity(args.len());
    let mut words = options.iter().peekable();
    while let Some(word) = words.next() {
        if !names.iter().any(|name| is_switch(word, name)) {
            out.push(word.clone());
        } else if !word.contains('=') {
            words.next_if(|next| *next == "true" || *next == "false");
        }
    }
    out.extend_from_slice(&args[options.len()..]);
    out
}

/// Whether the arguments say something of a switch once, and in these words, so that it need not be said again.
pub(super) fn says_only(args: &[String], word: &str, name: &str) -> bool {
    let options = before_end(args);
    let mut said = (0..options.len()).filter(|at| is_switch(&options[*at], name));
    let first = said.next().filter(|at| options[*at] == word);
    first.is_some_and(|at| options.get(at + 1).is_none_or(|next| next != "false")) && said.next().is_none()
}

/// Captured output as text without control sequences, as a whole.
pub(super) fn plain(bytes: &[u8]) -> String {
    text::sanitise(&String::from_utf8_lossy(bytes))
}

/// The first lines of what was thrown, without its stack, few enough for a list.
pub(super) fn brief(message: &str) -> String {
    let clean = text::sanitise(message);
    let lines: Vec<&str> = clean
        .lines()
        .take_while(|line| !place::is_frame(line))
        .map(str::trim_end)
        .filter(|line| !line.trim().is_empty())
        .take(8)
        .collect();
    text::shorten(&lines.join("\n"), 600)
}

/// A test's name with those of the blocks around it: `describe › test`.
pub(super) fn test_name<'a>(blocks: impl IntoIterator<Item = &'a str>, title: &str) -> String {
    let mut parts: Vec<&str> = blocks.into_iter().collect();
    parts.push(title);
    text::shorten(&text::one_line(&parts.join(" › ")), 300)
}

/// The arguments that run the tests of one directory of the unit at `root`, and of no other of that name.
///
/// jest takes a regular expression for the whole path. vitest takes a part of the path, which stands in other places as
/// well: these are left out, by patterns for whatever does not begin with the directory.
pub(super) fn directory(runner: Runner, root: &Path, directory: &str, workers: Option<u32>) -> Vec<String> {
    let workers = workers.map(|count| format!("--maxWorkers={count}"));
    let place = match (directory.trim_end_matches('/'), runner) {
        ("." | "", _) => Vec::new(),
        (path, Runner::Jest) => vec![format!("^({}/)?{}/", escaped(root), regex::escape(path))],
        (path, _) => {
            let parts: Vec<&str> = path.split('/').collect();
            let others = parts.iter().enumerate().map(|(at, part)| {
                let mut pattern = parts[..at].iter().fold("--exclude=".to_owned(), |text, part| {
                    text + &globset::escape(part) + "/"
                });
                pattern.push_str(&format!("!({})/**", globset::escape(part)));
                pattern
            });
            std::iter::once(format!("{path}/")).chain(others).collect()
        }
    };
    let run = matches!(runner, Runner::Vitest).then(|| "run".to_owned());
    run.into_iter().chain(workers).chain(place).collect()
}

/// The directory of a unit in a regular expression for paths.
fn escaped(root: &Path) -> String {
    regex::escape(&root.display().to_string())
}

/// What keeps jest from the directories of another gate: a pattern for the paths of tests that theirs do not match.
///
/// Jest's own option for that takes the place of what the project leaves out. Patterns of the project's name what is to be
/// run, and a further one would only add to them.
pub(super) fn elsewhere(own: &[String], ask: &Ask<'_>) -> Option<String> {
    if ask.leave_out.is_empty() || own.iter().any(|word| !word.starts_with('-')) {
        return None;
    }
    let root = escaped(ask.root);
    let mut pattern = "^".to_owned();
    for dir in ask.leave_out {
        pattern.push_str(&format!("(?!({root}/)?{}/)", regex::escape(dir)));
    }
    Some(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jest_is_kept_from_the_directories_of_another_gate() {
        let facts = crate::tools::js_recordings::facts();
        let leave_out = ["tests/integration".to_owned()];
        let ask = Ask {
            mode: crate::tools::Mode::Check,
            args: &[],
            configured: false,
            facts: &facts,
            out: std::path::Path::new("/out"),
            coverage: false,
            wrappers: &[],
            workers: 1,
            leave_out: &leave_out,
            root: std::path::Path::new("/a.b"),
        };
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let pattern = r"^(?!(/a\.b/)?tests/integration/)";
        assert_eq!(elsewhere(&[], &ask).as_deref(), Some(pattern));
        assert_eq!(elsewhere(&words(&["--ci"]), &ask).as_deref(), Some(pattern));
        assert_eq!(elsewhere(&words(&["src"]), &ask), None);
        let all = Ask {
            leave_out: &[],
            ..ask
        };
        assert_eq!(elsewhere(&[], &all), None);
    }

    #[test]
    fn the_tests_of_one_directory_are_those_below_it_alone() {
        let of = |runner, path: &str, workers| directory(runner, Path::new("/a.b"), path, workers).join(" ");
        assert_eq!(
            of(Runner::Jest, "tests/integration", Some(2)),
            r"--maxWorkers=2 ^(/a\.b/)?tests/integration/"
        );
        assert_eq!(of(Runner::Jest, ".", None), "");
        assert_eq!(
            of(Runner::Vitest, "tests/[x]", None),
            "run tests/[x]/ --exclude=!(tests)/** --exclude=tests/!([[]x[]])/**"
        );
        assert_eq!(of(Runner::Vitest, "", Some(1)), "run --maxWorkers=1");
    }

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[track_caller]
    fn check(own: &str, expect: &str) {
        let own = without(&words(own), &["--out", "-o", "--dot."]);
        assert_eq!(with_ours(own, words("--ours")).join(" "), expect);
    }

    #[test]
    fn ours_stand_behind_the_projects_own_and_before_what_is_no_option() {
        check("", "--ours");
        check("run a --b", "run a --b --ours");
        check("a -- b", "a --ours -- b");
        check("--out x a --out=y -o z b", "a b --ours");
        check("a -- --out x", "a --ours -- --out x");
        check("--dot.a=1 --dot.b x --dotted y", "--dotted y --ours");
        check("--outer --output=x", "--outer --output=x --ours");
    }

    #[test]
    fn a_switch_goes_in_every_form_and_takes_no_other_word_along() {
        for (own, expect) in [
            ("--on a --no-on b --on=false --on= c", "a b c"),
            ("--on false --no-on true --on x", "x"),
            (
                "--only --on.more --no-only -- --on",
                "--only --on.more --no-only -- --on",
            ),
        ] {
            assert_eq!(without_switches(&words(own), &["on"]).join(" "), expect, "{own}");
        }
        for (own, expect) in [
            ("a --on b", true),
            ("--on true", true),
            ("--on false", false),
            ("--on --on", false),
            ("--on --no-on", false),
            ("--on=true", false),
            ("-- --on", false),
            ("", false),
        ] {
            assert_eq!(says_only(&words(own), "--on", "on"), expect, "{own}");
        }
    }

    #[track_caller]
    fn check_applies(package: &serde_json::Value, expect: [bool; 4]) {
        let mut facts = crate::tools::js_recordings::facts();
        facts.package = Some(package.clone());
        let applied = [Runner::Jest, Runner::Vitest, Runner::Mocha, Runner::Node]
            .map(|runner| matches!(applies(runner, &facts), Applies::Yes(_)));
        assert_eq!(applied, expect, "{package}");
    }

    #[test]
    fn one_runner_applies_at_most() {
        use serde_json::json;
        check_applies(&json!({"jest": {}, "mocha": {}}), [true, false, false, false]);
        check_applies(
            &json!({"scripts": {"test": "vitest"}, "jest": {}}),
            [false, true, false, false],
        );
        check_applies(&json!({"mocha": {}}), [false, false, true, false]);
        check_applies(
            &json!({"scripts": {"test": "node --test"}}),
            [false, false, false, true],
        );
        check_applies(&json!({}), [false; 4]);
    }

    #[test]
    fn a_message_ends_where_its_stack_begins() {
        assert_eq!(
            brief("Error: \u{1b}[31mno\u{1b}[0m\n\n  at all\n    at f (/p/a.js:1:2)\n    at g"),
            "Error: no\n  at all"
        );
        assert_eq!(brief("a string"), "a string");
    }
}
