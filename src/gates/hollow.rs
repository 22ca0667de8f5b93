//! Commands whose exit code says nothing, as far as their text shows.

use crate::model::config::Command;

/// Shells that take the text of a script behind `-c`.
const SHELLS: [&str; 6] = ["sh", "bash", "dash", "zsh", "ksh", "ash"];

/// Whether a command ends with 0 whatever happens.
pub(super) fn never_fails(command: &Command) -> bool {
    match script(command) {
        Some(text) => swallows(text),
        None => matches!(command, Command::Words(words) if is_nothing(&words.join(" "))),
    }
}

/// Whether a command does something and then throws away how it ended: `mypy src || true`. One that does nothing,
/// `true`, hides nothing.
pub(super) fn hides_failure(command: &Command) -> bool {
    script(command).is_some_and(|text| {
        let before = before_the_end(text).0;
        // What goes on beside the end, `serve & exit 0`, was never to be waited for.
        swallows(text) && before.ends_with(['|', ';', '\n'])
    })
}

/// The text that a shell is to run.
fn script(command: &Command) -> Option<&str> {
    match command {
        Command::Shell(text) => Some(text),
        Command::Words(words) => {
            let [program, options, text, ..] = words.as_slice() else {
                return None;
            };
            let name = program.rsplit('/').next().unwrap_or(program);
            let takes_text = options.starts_with('-') && !options.starts_with("--") && options.ends_with('c');
            (SHELLS.contains(&name) && takes_text).then_some(text)
        }
    }
}

/// Whether the last command of a script always succeeds, so that what came before it decides nothing.
pub(super) fn swallows(text: &str) -> bool {
    let (before, end) = before_the_end(text);
    // `a && echo done` fails with `a`, and `a | true` is as bad as `a || true`.
    let reached = before.ends_with("&&") || (stops_at_failures(text) && before.ends_with([';', '\n']));
    is_nothing(end) && !reached
}

/// A script up to its last command, the sign between the two included, and that command.
fn before_the_end(text: &str) -> (&str, &str) {
    let text = text.trim().trim_end_matches(';').trim_end();
    let end = text.rsplit(['|', ';', '&', '\n']).next().unwrap_or(text).trim();
    (text[..text.len() - end.len()].trim_end_matches([' ', '\t']), end)
}

/// Whether a script begins with `set -e`: each of its commands decides then.
fn stops_at_failures(text: &str) -> bool {
    let first = text
        .trim_start()
        .split([';', '\n', '&'])
        .next()
        .unwrap_or_default();
    let mut words = first.split_whitespace();
    let sets = words.next() == Some("set");
    sets && words.any(|word| word == "errexit" || (word.starts_with('-') && word.contains('e')))
}

fn is_nothing(command: &str) -> bool {
    matches!(command, "true" | ":" | "exit 0" | "/bin/true" | "/usr/bin/true") || command.starts_with("echo ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_cannot_fail_are_seen() {
        for text in [
            "jest || true",
            "jest||:",
            "jest; exit 0",
            "true",
            "echo ok",
            "a && b || true;",
            "a | true",
            "a\ntrue",
            "set -x; a; true",
            "set -e; a || true",
        ] {
            assert!(swallows(text), "{text}");
        }
        for text in [
            "jest",
            "a && echo done",
            "a && true",
            "echo a && jest",
            "test -f a || exit 1",
            "jest || exit $?",
            "set -e; a; true",
            "set -eu -o pipefail\na\necho done",
            "set -o errexit; a; exit 0",
        ] {
            assert!(!swallows(text), "{text}");
        }
    }

    #[track_caller]
    fn check(words: &[&str], never: bool, hides: bool) {
        let command = Command::Words(words.iter().map(|word| (*word).to_owned()).collect());
        assert_eq!(
            (never_fails(&command), hides_failure(&command)),
            (never, hides),
            "{words:?}"
        );
    }

    #[test]
    fn a_shell_is_looked_into() {
        check(&["sh", "-c", "ruff check . || true"], true, true);
        check(&["/bin/bash", "-ec", "mypy src; exit 0"], true, true);
        check(&["sh", "-c", "true"], true, false);
        check(&["sh", "-c", "serve & exit 0"], true, false);
        check(&["sh", "-c", "set -e; a; true"], false, false);
        check(&["true"], true, false);
        check(&["/bin/true"], true, false);
        check(&["sh", "-c", "ruff check ."], false, false);
        check(&["sh", "check.sh"], false, false);
        check(&["ruff", "check", "|| true"], false, false);
        check(&["python", "-c", "print(1); true"], false, false);
    }
}
