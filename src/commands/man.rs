//! `sdd man`: the manual pages, in roff.

use clap::CommandFactory as _;

use super::context::Cx;
use super::error::{CommandError, brief, did_you_mean};
use crate::cli::Cli;
use crate::model::exit::Exit;

/// Print the manual page of sdd, or of one of its commands.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  sdd man > ~/.local/share/man/man1/sdd.1
  sdd man gate > ~/.local/share/man/man1/sdd-gate.1
  sdd man gate | man -l -      read it at once")]
pub struct Args {
    /// The command whose page is wanted, such as `gate` or `config check` [default: sdd itself]
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    cx.choose(&["human"])?;
    let words: Vec<&str> = args.command.iter().map(String::as_str).collect();
    let text = page(&words)?;
    cx.emit(&text)?;
    Ok(Exit::Ok)
}

/// The page of a command, by the words behind `sdd`; without any, of sdd itself.
pub fn page(words: &[&str]) -> anyhow::Result<String> {
    let mut root = Cli::command();
    // Only a built command knows its full name and the options that it shares with all others.
    root.build();
    let mut command = &root;
    for word in words {
        command = command
            .find_subcommand(word)
            .ok_or_else(|| unknown(command, word))?;
    }
    let title = command.get_display_name().unwrap_or("sdd").to_owned();
    let manual = clap_mangen::Man::new(command.clone())
        .title(title.to_uppercase())
        .section("1")
        .source(concat!("sdd ", env!("CARGO_PKG_VERSION")))
        .manual("User Commands");
    let mut bytes = Vec::new();
    manual.render(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn unknown(command: &clap::Command, word: &str) -> CommandError {
    let names: Vec<&str> = command
        .get_subcommands()
        .filter(|sub| !sub.is_hide_set())
        .map(clap::Command::get_name)
        .collect();
    let hint = match (did_you_mean(word, names.iter().copied()), names.is_empty()) {
        (_, true) => format!("{} has no commands of its own", command.get_name()),
        (Some(meant), false) => format!("did you mean {meant}? Commands are: {}", names.join(", ")),
        (None, false) => format!("commands are: {}", names.join(", ")),
    };
    CommandError::not_found(format!("there is no command {:?}", brief(word))).hint(hint)
}
