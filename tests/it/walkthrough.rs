//! `docs/walkthrough.md` is a transcript: every command in it is run, and what it prints is compared with the page.
//!
//! In a block of the kind `console` a line that begins with `$ ` is a command, `> ` goes on with it, and the other lines
//! are what it prints to either stream. `# exit code N` at the end of a command says how it ends when that is not 0. A line
//! with `…` alone stands for any lines, and times, commits and paths are not compared. `SDD_BLESS=1` writes anew what
//! differs; look at the difference, and put the `…` back.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "tests fail by panicking, and one writes the page anew"
)]

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::support::{Sandbox, redact_text};

const PAGE: &str = "docs/walkthrough.md";
const HOME: &str = "/home/you/shelf";

/// A command of the page.
struct Command {
    /// What is typed.
    text: String,
    /// How it ends.
    code: i32,
    /// The lines of the page that it prints, by number.
    printed: std::ops::Range<usize>,
}

/// The commands of a page, in order.
fn commands(lines: &[&str]) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    let mut inside = false;
    let mut typing = false;
    for (at, line) in lines.iter().enumerate() {
        if let Some(info) = line.strip_prefix("```") {
            inside = !inside && info == "console";
            typing = false;
            continue;
        }
        if !inside {
            continue;
        }
        if let Some(text) = line.strip_prefix("$ ") {
            let code = text.rsplit_once("# exit code ").map_or(0, |(_, code)| {
                code.trim().parse().expect("an exit code is a number")
            });
            commands.push(Command {
                text: text.to_owned(),
                code,
                printed: at + 1..at + 1,
            });
            typing = true;
            continue;
        }
        let command = commands.last_mut().expect("a block begins with a command");
        match line.strip_prefix("> ").or(line.strip_prefix(">")) {
            Some(more) if typing => {
                command.text.push('\n');
                command.text.push_str(more);
                command.printed = at + 1..at + 1;
            }
            _ => {
                typing = false;
                command.printed.end = at + 1;
            }
        }
    }
    commands
}

/// A text without what differs from run to run.
fn plain(text: &str) -> Vec<String> {
    let forms = [
        (r"\b[0-9a-f]{7,12}\b", "[COMMIT]"),
        (r"\((?:just now|\[TIME\] ago)\)", "([AGE])"),
        // What took no time at all says nothing of it.
        (r"(?m) +\[TIME\]$", ""),
    ];
    let text = forms.iter().fold(redact_text(text), |text, (form, name)| {
        Regex::new(form).unwrap().replace_all(&text, *name).into_owned()
    });
    text.lines().map(|line| line.trim_end().to_owned()).collect()
}

/// Whether the lines are those of the page, where `…` stands for any.
fn matches(page: &[String], said: &[String]) -> bool {
    match page.split_first() {
        None => said.is_empty(),
        Some((first, rest)) if first == "…" => (0..=said.len()).any(|skip| matches(rest, &said[skip..])),
        Some((first, rest)) => said.first() == Some(first) && matches(rest, &said[1..]),
    }
}

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE)
}

#[test]
fn what_the_page_shows_is_what_happens() {
    let text = std::fs::read_to_string(page()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let commands = commands(&lines);
    assert!(commands.len() > 20, "only {} commands", commands.len());
    let sandbox = Sandbox::named("shelf").venv();
    symlink(env!("CARGO_BIN_EXE_sdd"), sandbox.beside("bin").join("sdd")).unwrap();
    let shell = sandbox.beside("bin").join("sh");
    let mut wrong = Vec::new();
    for command in &commands {
        let mut process = sandbox.command(&shell);
        process.args(["-c", &format!("{{\n{}\n}} 2>&1", command.text)]);
        let answer = sandbox.start_command(process).wait();
        let said = sandbox_out(&sandbox, &answer.stdout);
        let expected = &lines[command.printed.clone()];
        let same = matches(&plain(&expected.join("\n")), &plain(&said));
        if !same || answer.code() != Some(command.code) {
            let what = format!(
                "{PAGE}:{}: {}\nshould end with {} and print\n{}\n\nended with {:?} and printed\n{said}\n",
                command.printed.start,
                command.text,
                command.code,
                expected.join("\n"),
                answer.code(),
            );
            wrong.push((command, said, what));
        }
    }
    if std::env::var_os("SDD_BLESS").is_some() {
        let mut blessed: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        for (command, said, _) in wrong.iter().rev() {
            blessed.splice(command.printed.clone(), said.lines().map(str::to_owned));
        }
        std::fs::write(page(), blessed.join("\n") + "\n").unwrap();
    }
    let told: Vec<&str> = wrong.iter().map(|(_, _, what)| what.as_str()).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

/// What was printed, with the project where the page says that it is.
fn sandbox_out(sandbox: &Sandbox, text: &str) -> String {
    text.replace(&sandbox.project().display().to_string(), HOME)
}

#[test]
fn dots_stand_for_any_lines_and_for_nothing_else() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(matches(&lines("a\n…\nd"), &lines("a\nb\nc\nd")));
    assert!(matches(&lines("…\na"), &lines("a")));
    assert!(!matches(&lines("a\n…\nd"), &lines("a\nb\nc")));
    assert!(!matches(&lines("a"), &lines("a\nb")));
    assert!(!matches(&lines("a … b"), &lines("a c b")));
}
