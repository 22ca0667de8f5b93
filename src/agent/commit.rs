//! Commands that would get a commit past its hooks. Best effort: the guarantee is the run at the end, and in CI.

use super::shell;

/// How a command gets past the hooks of git.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bypass {
    /// `git commit --no-verify`, or `-n`.
    NoVerify,
    /// The directory of hooks is moved away.
    HooksPath,
}

impl Bypass {
    /// What is said about it.
    pub fn reason(self) -> &'static str {
        match self {
            Self::NoVerify => {
                "git commit --no-verify (-n) skips the hooks of this repository, and with them its gates. \
                 The same command without it is allowed."
            }
            Self::HooksPath => {
                "core.hooksPath moves the hooks of this repository away, and with them its gates. \
                 The same command without it is allowed."
            }
        }
    }
}

/// How deep commands may stand in each other: `sh -c "sh -c …"`.
const MAX_DEPTH: usize = 8;

/// The setting that moves hooks, as git compares it.
const HOOKS_PATH: &str = "core.hookspath";

/// Words before a command that are none of its own.
const KEYWORDS: [&str; 11] = [
    "!", "{", "}", "if", "then", "elif", "else", "while", "until", "do", "time",
];

/// Programs that start the command behind them.
const STARTERS: [&str; 18] = [
    "env", "sudo", "doas", "command", "builtin", "exec", "nohup", "nice", "ionice", "setsid", "stdbuf",
    "timeout", "xargs", "time", "chronic", "unbuffer", "winpty", "busybox",
];

/// Shells: what follows `-c` is a script.
const SHELLS: [&str; 6] = ["sh", "bash", "dash", "zsh", "ksh", "ash"];

/// Commands of git that run hooks.
const RUN_HOOKS: [&str; 9] = [
    "commit",
    "merge",
    "am",
    "rebase",
    "cherry-pick",
    "revert",
    "push",
    "pull",
    "citool",
];

/// Options of git itself whose value is the next word.
const GIT_VALUED: [&str; 8] = [
    "-C",
    "--git-dir",
    "--work-tree",
    "--namespace",
    "--super-prefix",
    "--config-env",
    "--attr-source",
    "--exec-path",
];

/// Options of `git commit` whose value is the next word.
const COMMIT_VALUED: [&str; 12] = [
    "--message",
    "--file",
    "--author",
    "--date",
    "--reuse-message",
    "--reedit-message",
    "--fixup",
    "--squash",
    "--template",
    "--cleanup",
    "--trailer",
    "--pathspec-from-file",
];

/// How a script would get a commit past its hooks; `None` when it would not.
pub fn bypass(script: &str) -> Option<Bypass> {
    in_script(script, 0)
}

/// Whether a script makes a commit, as far as that can be seen without a look behind other programs.
pub fn commits(script: &str) -> bool {
    shell::commands(script).iter().any(|words| {
        let mut words = words.iter().skip_while(|word| base_name(word) != "git");
        words.next().is_some() && words.any(|word| word == "commit")
    })
}

fn in_script(script: &str, depth: usize) -> Option<Bypass> {
    if depth > MAX_DEPTH {
        return None;
    }
    shell::commands(script)
        .iter()
        .find_map(|words| in_command(&words.iter().map(String::as_str).collect::<Vec<_>>(), depth))
}

fn in_command(words: &[&str], depth: usize) -> Option<Bypass> {
    if depth > MAX_DEPTH {
        return None;
    }
    let mut words = words;
    let mut set = None;
    while let Some((first, rest)) = words.split_first() {
        if let Some((name, value)) = assignment(first) {
            // `GIT_CONFIG_KEY_0=core.hooksPath git commit`.
            if name.starts_with("GIT_CONFIG") && is_hooks_path(value) {
                set = Some(Bypass::HooksPath);
            }
        } else if !KEYWORDS.contains(first) {
            break;
        }
        words = rest;
    }
    let Some((first, rest)) = words.split_first() else {
        return set;
    };
    let name = base_name(first);
    let found = if name == "git" {
        in_git(rest, depth)
    } else if SHELLS.contains(&name) {
        let script = rest.iter().position(is_script_option);
        script.and_then(|at| in_script(rest.get(at + 1)?, depth + 1))
    } else if name == "eval" {
        in_script(&rest.join(" "), depth + 1)
    } else if name == "export" {
        in_command(rest, depth + 1)
    } else if STARTERS.contains(&name) {
        started(rest, depth)
    } else {
        None
    };
    found.or(set)
}

/// What a program such as `env` starts: the first word behind it that is git or a shell, and what is set on the way.
fn started(words: &[&str], depth: usize) -> Option<Bypass> {
    let is_command = |word: &&str| {
        let name = base_name(word);
        name == "git" || name == "eval" || SHELLS.contains(&name) || STARTERS.contains(&name)
    };
    let moved = words
        .iter()
        .take_while(|word| !is_command(word))
        .filter_map(|word| assignment(word))
        .any(|(name, value)| name.starts_with("GIT_CONFIG") && is_hooks_path(value));
    if moved {
        return Some(Bypass::HooksPath);
    }
    // `env -S "git commit -n"`.
    let split = words
        .iter()
        .filter(|word| word.contains(' '))
        .find_map(|word| in_script(word.strip_prefix("-S").unwrap_or(word), depth + 1));
    let at = words.iter().position(is_command);
    split.or_else(|| in_command(words.get(at?..)?, depth + 1))
}

fn in_git(words: &[&str], depth: usize) -> Option<Bypass> {
    let mut words = words.iter();
    let mut moved = false;
    let mut aliases: Vec<(&str, &str)> = Vec::new();
    let command = loop {
        let word = *words.next()?;
        if word == "-c" || word == "--config-env" || word.starts_with("--config-env=") {
            let setting = match word.split_once('=') {
                Some((_, value)) => value,
                None => words.next()?,
            };
            let (key, value) = setting.split_once('=').unwrap_or((setting, ""));
            moved |= key.eq_ignore_ascii_case(HOOKS_PATH);
            if let Some(("alias", name)) = key.split_once('.') {
                aliases.push((name, value));
            }
        } else if GIT_VALUED.contains(&word) {
            words.next()?;
        } else if !word.starts_with('-') {
            break word;
        }
    };
    let rest: Vec<&str> = words.copied().collect();
    if moved && RUN_HOOKS.contains(&command) {
        return Some(Bypass::HooksPath);
    }
    if let Some((_, alias)) = aliases.iter().find(|(name, _)| *name == command) {
        let script = alias
            .strip_prefix('!')
            .map_or_else(|| format!("git {alias}"), str::to_owned);
        // What stands behind an alias stands behind its last word, too.
        let behind = shlex::try_join(rest.iter().copied()).unwrap_or_default();
        return in_script(&format!("{script} {behind}"), depth + 1).or(moved.then_some(Bypass::HooksPath));
    }
    match command {
        "commit" => skips_hooks(&rest).then_some(Bypass::NoVerify),
        "config" => sets_hooks_path(&rest).then_some(Bypass::HooksPath),
        _ => None,
    }
}

/// Whether these options of `git commit` skip its hooks. Git takes options in any unmistakable abbreviation.
fn skips_hooks(words: &[&str]) -> bool {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if *word == "--" {
            return false;
        }
        if word.starts_with("--") {
            if "--no-verify".starts_with(word) && word.len() >= "--no-veri".len() {
                return true;
            }
            // `--no` would be mistakable.
            let valued =
                word.len() > "--no".len() && COMMIT_VALUED.iter().any(|option| option.starts_with(word));
            if valued {
                words.next();
            }
            continue;
        }
        let Some(letters) = word.strip_prefix('-') else {
            continue;
        };
        for (at, letter) in letters.char_indices() {
            match letter {
                'n' => return true,
                // Their value is the rest of the word, or the next one.
                'm' | 'F' | 'C' | 'c' | 't' => {
                    if at + letter.len_utf8() == letters.len() {
                        words.next();
                    }
                    break;
                }
                // Their value can only be the rest of the word.
                'u' | 'S' => break,
                _ => {}
            }
        }
    }
    false
}

/// Whether these words of `git config` change the directory of hooks: asking for it is nothing.
fn sets_hooks_path(words: &[&str]) -> bool {
    let Some(at) = words
        .iter()
        .position(|word| word.eq_ignore_ascii_case(HOOKS_PATH))
    else {
        return false;
    };
    let changes = |word: &&str| {
        matches!(*word, "set" | "unset" | "--add" | "--replace-all") || word.starts_with("--unset")
    };
    let asks = |word: &&str| matches!(*word, "get" | "list" | "-l" | "--list") || word.starts_with("--get");
    let before = &words[..at];
    if before.iter().any(changes) {
        return true;
    }
    let value = words[at + 1..].iter().any(|word| !word.starts_with("--"));
    value && !before.iter().any(asks)
}

fn is_hooks_path(value: &str) -> bool {
    value.to_ascii_lowercase().contains(HOOKS_PATH)
}

fn is_script_option(word: &&str) -> bool {
    word.strip_prefix('-')
        .is_some_and(|letters| !letters.starts_with('-') && letters.ends_with('c'))
}

/// A variable that is set before a command.
fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then_some((name, value))
}

fn base_name(program: &str) -> &str {
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
    name.strip_suffix(".exe").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expect: Option<Bypass>, scripts: &[&str]) {
        for script in scripts {
            assert_eq!(bypass(script), expect, "{script}");
        }
    }

    #[test]
    fn no_verify_is_found_in_every_spelling() {
        check(
            Some(Bypass::NoVerify),
            &[
                "git commit --no-verify",
                "git commit -n",
                "git commit -nm 'x'",
                "git commit -anm x",
                "git commit -a -n -m x",
                "git commit -qn",
                "git commit -m x --no-verify",
                "git commit -m x --no-veri",
                "git commit -m '-a' -n",
                "git commit -mx -n",
                "git commit --message=x -n",
                "git commit --message x -n",
                "git commit --mess x -n",
                "git commit -uno -n",
                "git commit -S -n",
                "git -C sub commit -n",
                "git -c user.name=x --git-dir .git --no-pager commit -n",
                "'git' \"commit\" '--no-verify'",
                "g\"i\"t com''mit --no-ver\\ify",
                "\\git commit $'\\x2dn'",
                "/usr/bin/git commit -n",
                "git.exe commit -n",
                "env A=b git commit -n",
                "A=b C='d e' git commit -n",
                "env -i -u X git commit -n",
                "env -S 'git commit -n'",
                "sudo -u me git commit -n",
                "timeout -k 5 60 nice -n 5 git commit -n",
                "cd x && git add . && git commit -n",
                "make || git commit -n; true",
                "(git commit -n)",
                "{ git commit -n; }",
                "if true; then git commit -n; fi",
                "for i in 1 2; do git commit -n; done",
                "! git commit -n",
                "echo \"$(git commit -n)\"",
                "echo `git commit -n`",
                "sh -c 'git commit -n'",
                "bash -lc \"cd x; git commit -n\"",
                "eval git commit -n",
                "eval 'git commit' -n",
                "echo x | xargs git commit -n",
                "git commit >/dev/null 2>&1 -n",
                "git commit &>/dev/null -n",
                "git commit \\\n  -n",
                "git -c alias.x='commit -n' x",
                "git -c alias.x=commit x -n",
                "git -c 'alias.x=!git commit' x -n",
            ],
        );
    }

    #[test]
    fn what_only_looks_like_it_is_let_through() {
        check(
            None,
            &[
                "",
                "git commit",
                "git commit -m '-n'",
                "git commit -m \"-n\"",
                "git commit -m -n",
                "git commit -am '--no-verify is bad'",
                "git commit --message --no-verify",
                "git commit --mess -n",
                "git commit -F -n",
                "git commit -mn",
                "git commit -uno",
                "git commit -Sn",
                "git commit --no-verbose --no-edit --no",
                "git commit -- -n",
                "git commit --amend --no-edit",
                "git log -n 3",
                "git push -n",
                "git add -n . && git commit -m x",
                "git commit -m x && head -n 3 y",
                "grep -n git commit",
                "echo git commit -n",
                "echo 'git commit -n'",
                "git commit -m \"$(cat <<'EOF'\nDon't use -n\n\ngit commit -n\nEOF\n)\"",
                "cat > hook.sh <<EOF\ngit commit -n\nEOF",
                "# git commit -n",
                "git config core.hooksPath",
                "git config --get core.hooksPath",
                "git config get core.hooksPath",
                "git -c core.hooksPath=/dev/null status",
                "git config user.name core.hooksPathX",
                "sh -c",
                "git",
                "git -c",
                "git -C",
            ],
        );
    }

    #[test]
    fn commits_are_seen() {
        for script in ["git commit -m x", "cd x && git -C y commit", "A=b git commit"] {
            assert!(commits(script), "{script}");
        }
        for script in ["git status", "echo commit", "make commit", ""] {
            assert!(!commits(script), "{script}");
        }
    }

    #[test]
    fn moving_the_hooks_away_is_found() {
        check(
            Some(Bypass::HooksPath),
            &[
                "git config core.hooksPath /dev/null",
                "git config --global core.hookspath ''",
                "git config set core.hooksPath x",
                "git config --unset core.hooksPath",
                "git config unset core.hooksPath",
                "git config --local --replace-all CORE.HOOKSPATH x",
                "git -C x config --add core.hooksPath y",
                "git -c core.hooksPath=/dev/null commit -m x",
                "git -c CORE.hookspath= push",
                "git --config-env=core.hooksPath=EMPTY commit",
                "git --config-env core.hooksPath=EMPTY commit",
                "GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.hooksPath GIT_CONFIG_VALUE_0=x git commit",
                "env GIT_CONFIG_PARAMETERS=\"'core.hooksPath=x'\" git commit",
                "export GIT_CONFIG_KEY_0=core.hooksPath",
            ],
        );
    }

    proptest::proptest! {
        #[test]
        fn anything_is_judged(script in "(git|commit|-n|--no-verify|sh|-c|'|\"|;|\\$\\(|\\)| |env|=|alias\\.x){0,20}") {
            bypass(&script);
        }
    }
}
