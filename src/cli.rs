//! The command line: raw words become ready values here, and clap stops here and in `commands`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueHint};

use crate::commands;
use crate::commands::suggest::{Suggest, formats};
use crate::ui::ColourChoice;

/// Decides whether a coding session may end.
///
/// sdd runs every quality gate that the work needs and answers with a verdict that can be trusted: "could not
/// check" is never "passed".
#[derive(Debug, Parser)]
#[command(name = "sdd", version, max_term_width = 100, after_help = IN_SHORT, after_long_help = AT_LENGTH)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What `sdd -h` ends with.
const IN_SHORT: &str = "\
Example: sdd start begins a session on a work item, sdd complete runs every gate and decides
Exit codes: 0 passed, 1 failed, 2 usage, 3 no verdict, 4 not found, 5 70 130 143 see --help";

/// What `sdd --help` ends with.
const AT_LENGTH: &str = "\
Examples:
  sdd init                          set this project up
  sdd doctor                        what is missing here, and how to get it
  sdd start                         begin a session on the next work item
  sdd gate                          run every gate
  sdd gate tests --format json      one gate, as one JSON document
  sdd complete                      run every gate, decide, and record the result

Exit codes:
  0    every required gate passed or was skipped for a legitimate reason; the command did what it was asked
  1    a required gate failed
  2    wrong usage or invalid configuration; nothing was run
  3    no verdict: a required gate ended in error, or nothing was checked
  4    not found: no .session/ here or above, no such work item
  5    a deployment's rollback failed
  70   a bug in sdd
  130  interrupted; everything was cleaned up first
  143  terminated; everything was cleaned up first

Environment:
  NO_COLOR      no colours
  CI=true       files are not rewritten unless --fix says so
  CLAUDECODE=1  the format is agent unless --format says otherwise";

/// Options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Work as if started in this directory
    #[arg(short = 'C', value_name = "DIR", global = true, value_hint = ValueHint::DirPath)]
    pub chdir: Option<PathBuf>,
    /// Form of the output: human, json, agent; mostly also markdown, junit, sarif, github, html [default: human; agent
    /// when CLAUDECODE=1]
    #[arg(long, value_name = "FORMAT", global = true, value_parser = Suggest(formats), hide_possible_values = true)]
    pub format: Option<String>,
    /// Write the output to FILE; with FORMAT=FILE there as well; repeatable
    #[arg(long, value_name = "[FORMAT=]FILE", global = true, value_hint = ValueHint::FilePath)]
    pub output: Vec<String>,
    /// Say less: errors and the decision only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more: every step with its command
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Use colours
    #[arg(long, value_enum, value_name = "WHEN", default_value_t, global = true)]
    pub color: ColourChoice,
    /// Show no progress
    #[arg(long, global = true)]
    pub no_progress: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Set up .session/ for this project
    Init(commands::init::Args),
    /// Make, list, show, change, check and delete work items
    #[command(visible_alias = "wi")]
    WorkItem(commands::work_item::Args),
    /// Begin a session on a work item, or go on with the open one
    Start(commands::start::Args),
    /// Say where the session stands
    Status(commands::status::Args),
    /// Run gates without touching session state
    Gate(commands::gate::Args),
    /// Run every gate of the session and record the result
    Complete(commands::complete::Args),
    /// Show the last report again, in any format; list and merge reports
    Report(commands::report::Args),
    /// Compare API descriptions, and say what breaks clients
    Contract(commands::contract::Args),
    /// Measure a service under load: requirements, cost, regressions
    Bench(Box<commands::bench::Args>),
    /// Run integration tests against real services; clean up what killed runs left
    Integration(commands::integration::Args),
    /// Deploy step by step, with checks, smoke tests, an observation and a way back
    Deploy(Box<commands::deploy::Args>),
    /// Say whether an environment is ready, by checks that are made for real
    Env(commands::env::Args),
    /// Look at the configuration
    Config(commands::config::Args),
    /// Try sdd on a small real project: one green and one red run
    Demo(commands::demo::Args),
    /// Say which tools this project needs, what is missing, and how to get it
    ///
    /// Looks for every program that the gates of this project would start, asks each for its version, and says how
    /// to get what is missing, with the project's own package manager and with this machine's. It installs and changes
    /// nothing, and starts nothing that could: what is run through `uv run` and the like is named and not asked.
    Doctor(commands::doctor::Args),
    /// Answer an event of a coding agent
    ///
    /// Reads the event from stdin as Claude Code writes it, and answers with exit code 0 or 2 and with one JSON object
    /// or nothing. `sdd init --claude` writes the settings that start it. In a project without `.session/` it does
    /// nothing.
    Hook(commands::hook::Args),
    /// Serve coding agents over the Model Context Protocol
    ///
    /// Speaks the protocol on stdin and stdout until stdin is closed. The tools show where the session stands, what the
    /// gates would run, reports, work items and the briefing, and run the gates. None changes git or ends a session.
    Mcp(commands::mcp::Args),
    /// Print a script that completes sdd's command line in a shell
    #[command(hide = true)]
    Completions(commands::completions::Args),
    /// Print the manual page of sdd, or of one of its commands
    #[command(hide = true)]
    Man(commands::man::Args),
    /// Ends the processes of a run whose sdd was killed
    #[command(hide = true, name = crate::process::guard::SUBCOMMAND)]
    InternalReaper {
        /// The run's tag
        tag: String,
        /// The directory of its temporary files
        temporary: Option<std::path::PathBuf>,
    },
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_command_reuses_the_name_of_a_global_option() {
        let command = Cli::command();
        let global: BTreeSet<String> = command
            .get_arguments()
            .map(|arg| arg.get_id().to_string())
            .collect();
        for sub in command.get_subcommands() {
            let own = sub.get_arguments().map(|arg| arg.get_id().to_string());
            let shared: Vec<String> = own.filter(|id| global.contains(id)).collect();
            assert!(shared.is_empty(), "{}: {shared:?}", sub.get_name());
        }
    }
}
