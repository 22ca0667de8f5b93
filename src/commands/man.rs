//! `sdd man`: the manual pages, in roff.

use clap::CommandFactory as _;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::context::Cx;
use super::error::{CommandError, brief, did_you_mean};
use crate::cli::Cli;
use crate::model::exit::Exit;

/// Print the manual page of sdd, or of one of its commands.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  sdd man > ~/.local/share/man/man1/sdd.1
  sdd man gate > ~/.local/share/man/man1/sdd-gate.1
  sdd man config check
  sdd man gate | man -l -")]
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
    // The pages stand for help; a page of "help" itself would say nothing.
    let mut root = Cli::command()
        .disable_help_subcommand(true)
        .mut_subcommands(|sub| sub.disable_help_subcommand(true));
    // Only a built command knows its full name and the options that it shares with all others.
    root.build();
    let mut command = &root;
    for word in words {
        command = command
            .find_subcommand(word)
            .ok_or_else(|| unknown(command, word))?;
    }
    let mut command = command.clone();
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").to_owned();
    let command = command.override_usage(usage);
    let name = command.get_display_name().unwrap_or("sdd").to_owned();
    let see_also = see_also(&command, &name);
    let after = command
        .get_after_long_help()
        .or_else(|| command.get_after_help())
        .map(ToString::to_string);
    let has_commands = command.get_subcommands().any(|sub| !sub.is_hide_set());
    let manual = Man::new(command)
        .title(name.to_uppercase())
        .section("1")
        .source(concat!("sdd ", env!("CARGO_PKG_VERSION")))
        .manual("User Commands");
    let mut bytes = Vec::new();
    manual.render_title(&mut bytes)?;
    manual.render_name_section(&mut bytes)?;
    manual.render_synopsis_section(&mut bytes)?;
    manual.render_description_section(&mut bytes)?;
    manual.render_options_section(&mut bytes)?;
    if has_commands {
        manual.render_subcommands_section(&mut bytes)?;
    }
    let mut roff = Roff::new();
    let sections = sections(after.as_deref().unwrap_or_default());
    for (title, lines) in &sections {
        roff.control("SH", [title.as_str()]);
        laid_out(&mut roff, lines);
    }
    if !sections.iter().any(|(title, _)| title == EXIT_STATUS) {
        roff.control("SH", [EXIT_STATUS]);
        roff.text([roman("See "), bold("sdd"), roman("(1).")]);
    }
    roff.control("SH", ["SEE ALSO"]);
    roff.text([roman(see_also)]);
    roff.to_writer(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The customary title of the section on exit codes.
const EXIT_STATUS: &str = "EXIT STATUS";

/// Lines that stay as they are laid out.
fn laid_out(roff: &mut Roff, lines: &[&str]) {
    roff.control("nf", []);
    for line in lines {
        roff.text([roman(*line)]);
    }
    roff.control("fi", []);
}

/// The parts of what stands behind the help: each begins with a line that ends in a colon, or with `Title: text`.
fn sections(after: &str) -> Vec<(String, Vec<&str>)> {
    let mut sections: Vec<(String, Vec<&str>)> = Vec::new();
    for line in after.lines() {
        let head = line
            .split_once(':')
            .filter(|(head, _)| !line.starts_with(' ') && head.split(' ').count() <= 2 && !head.is_empty());
        match (head, sections.last_mut()) {
            (Some((head, rest)), _) => {
                let rest = rest.trim();
                let title = if head == "Exit codes" {
                    EXIT_STATUS.to_owned()
                } else {
                    head.to_uppercase()
                };
                sections.push((title, if rest.is_empty() { Vec::new() } else { vec![rest] }));
            }
            (None, Some((_, lines))) if !line.is_empty() => {
                lines.push(line.strip_prefix("  ").unwrap_or(line));
            }
            (None, _) => {}
        }
    }
    sections
}

/// The pages beside this one.
fn see_also(command: &clap::Command, name: &str) -> String {
    let below = command
        .get_subcommands()
        .filter(|sub| !sub.is_hide_set())
        .map(|sub| format!("{name}-{}(1)", sub.get_name()));
    let above = name.rsplit_once('-').map(|(above, _)| format!("{above}(1)"));
    let all: Vec<String> = above.into_iter().chain(below).collect();
    all.join(", ")
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
    CommandError::usage(format!("there is no command {:?}", brief(word))).hint(hint)
}
