//! Help: every command explains itself, with examples that can be typed, and the reference says the same.

mod completions;
mod man;
mod reference;

use clap::{Command, CommandFactory as _};
use sdd::cli::Cli;
use sdd::model::exit::Exit;

use crate::support::Sandbox;

/// The width that help is written for.
const WIDTH: usize = 100;

/// Lines of a screen that `-h` must fit on.
const SCREEN: usize = 40;

/// Every command that somebody types, with the words that lead to it, from `sdd` itself downwards.
fn commands() -> Vec<(Vec<String>, Command)> {
    let mut root = Cli::command().term_width(WIDTH);
    root.build();
    let mut found = Vec::new();
    walk(&root, &[], &mut found);
    found
}

fn walk(command: &Command, words: &[String], found: &mut Vec<(Vec<String>, Command)>) {
    found.push((words.to_vec(), command.clone().term_width(WIDTH)));
    for sub in command.get_subcommands() {
        let name = sub.get_name();
        if name != "help" && !name.starts_with("internal-") {
            walk(sub, &[words, &[name.to_owned()]].concat(), found);
        }
    }
}

/// Fails with every complaint on a line of its own.
#[track_caller]
fn none(complaints: &[String]) {
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// The commands of the examples: each line behind `Examples:` up to two spaces, or what a shell does with it.
fn examples(command: &Command) -> Vec<String> {
    let after = command.get_after_long_help().or_else(|| command.get_after_help());
    let after = after.map(ToString::to_string).unwrap_or_default();
    after
        .lines()
        .skip_while(|line| *line != "Examples:")
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .map(|line| {
            let line = line.trim_start();
            let ends = ["  ", " > ", " >> ", " | "]
                .iter()
                .filter_map(|end| line.find(end));
            line[..ends.min().unwrap_or(line.len())].to_owned()
        })
        .collect()
}

#[test]
fn every_command_has_examples_that_it_understands() {
    let mut complaints = Vec::new();
    for (words, command) in commands() {
        let examples = examples(&command);
        if examples.is_empty() {
            complaints.push(format!(
                "sdd {}: no line \"Examples:\" with examples",
                words.join(" ")
            ));
        }
        for example in examples {
            let typed = shlex::split(&example).unwrap_or_default();
            if let Err(error) = Cli::command().try_get_matches_from(&typed) {
                complaints.push(format!("{example}: {error}"));
            }
            if !typed
                .iter()
                .skip(1)
                .any(|word| words.is_empty() || words.contains(word))
            {
                complaints.push(format!("{example}: not an example of sdd {}", words.join(" ")));
            }
        }
    }
    none(&complaints);
}

#[test]
fn every_command_and_argument_has_a_help_text() {
    let mut complaints = Vec::new();
    for (words, command) in commands() {
        let name = format!("sdd {}", words.join(" "));
        if command
            .get_about()
            .is_none_or(|about| about.to_string().trim().is_empty())
        {
            complaints.push(format!("{name}: says nothing of itself"));
        }
        for arg in command.get_arguments() {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            if help.trim().is_empty() {
                complaints.push(format!("{name}: {} has no help", arg.get_id()));
            }
            if help.ends_with('.') {
                complaints.push(format!(
                    "{name}: the help of {} ends with a full stop",
                    arg.get_id()
                ));
            }
        }
    }
    none(&complaints);
}

#[test]
fn the_short_help_fits_on_a_screen() {
    let mut complaints = Vec::new();
    for (words, mut command) in commands() {
        let help = command.render_help().to_string();
        let (lines, widest) = (
            help.lines().count(),
            help.lines().map(|line| line.chars().count()).max(),
        );
        if lines > SCREEN {
            complaints.push(format!("sdd {} -h: {lines} lines", words.join(" ")));
        }
        if widest.unwrap_or(0) > WIDTH {
            complaints.push(format!("sdd {} -h: {widest:?} columns", words.join(" ")));
        }
    }
    none(&complaints);
}

#[test]
fn every_command_takes_the_global_options_under_their_own_heading() {
    let root = Cli::command();
    let global: Vec<_> = root.get_arguments().filter(|arg| arg.is_global_set()).collect();
    assert!(global.len() >= 7, "{}", global.len());
    for (words, mut command) in commands() {
        let help = command.render_help().to_string();
        let (_, options) = help.split_once("\nGlobal options:\n").unwrap_or_default();
        for arg in &global {
            let flag = match (arg.get_long(), arg.get_short()) {
                (Some(long), _) => format!("--{long}"),
                (None, short) => format!("-{}", short.unwrap()),
            };
            assert!(
                options.contains(&flag),
                "sdd {} -h: {flag}\n{help}",
                words.join(" ")
            );
        }
    }
}

#[test]
fn every_exit_code_is_listed() {
    let help = Cli::command().render_long_help().to_string();
    let (_, listed) = help.split_once("\nExit codes:\n").unwrap();
    for exit in Exit::ALL {
        let code = format!("  {:<4} ", exit.code());
        assert!(
            listed.lines().any(|line| line.starts_with(&code)),
            "{code}\n{help}"
        );
    }
    let help = Cli::command().render_help().to_string();
    let (_, listed) = help.split_once("\nExit codes: ").unwrap();
    for exit in Exit::ALL {
        let code = exit.code().to_string();
        let stands = listed.split_whitespace().any(|word| word == code);
        assert!(stands, "{code}\n{help}");
    }
}

#[test]
fn help_is_what_it_was() {
    for (words, mut command) in commands() {
        let name = format!("sdd {}", words.join(" "));
        let name = name.trim().replace(' ', "-");
        // The long form is in docs/cli.md.
        insta::assert_snapshot!(name, command.render_help().to_string());
    }
}

#[test]
fn the_long_help_of_deployments_fits_on_a_screen() {
    let sandbox = Sandbox::new();
    for name in [
        "plan", "approve", "run", "status", "resume", "rollback", "rehearse", "unlock", "log",
    ] {
        let answer = sandbox.sdd(["deploy", name, "--help"]);
        let lines = answer.stdout.lines().count();
        assert!(
            lines <= SCREEN,
            "sdd deploy {name} --help has {lines} lines:\n{}",
            answer.stdout
        );
    }
}

#[test]
fn the_program_prints_the_help_that_is_tested_here() {
    let answer = Sandbox::new().sdd(["gate", "--help"]);
    answer.expect_code(0);
    let (_, mut gate) = commands()
        .into_iter()
        .find(|(words, _)| *words == ["gate"])
        .unwrap();
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(
        squeezed(&answer.stdout),
        squeezed(&gate.render_long_help().to_string())
    );
    assert_eq!(answer.stderr, "");
}
