//! `sdd integration`: integration tests with their services, and what killed runs of them left.

mod gc;
pub mod reaper;
mod run;

use clap::Subcommand;

use super::context::Cx;
use crate::model::exit::Exit;

/// Run integration tests against real services, and clean up after runs that were killed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  sdd integration run                            of the session's work item
  sdd integration run integration_test_orders --keep
  sdd integration gc                             take down what killed runs left")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

/// What `sdd integration` does.
#[derive(Clone, Debug, Subcommand)]
enum Action {
    /// Bring the services of a work item up, test, measure and check them, and take them down
    ///
    /// Runs the gates environment, integration, contract, benchmark and `integration_documentation`. The services are
    /// those of the compose file in the spec, under a name of their own: two runs do not meet, and nothing else is touched. Exit
    /// codes: 0 everything holds, 1 something does not, 3 something could not be checked or taken down.
    #[command(after_help = "Examples:
  sdd integration run                             of the session's work item
  sdd integration run integration_test_orders     of another one
  sdd integration run --keep=4h                   leave the services up, to look at them
  sdd integration run --accept --reason 'why'     what it measures is the baseline from now on
  sdd integration run --plan                      what would run; nothing is started")]
    Run(run::Args),
    /// Take down what killed runs left, and what was kept and is over its time
    ///
    /// Only what stands in the journals of this project is taken down. Exit codes: 0 nothing is left that was to go, 3
    /// something is, or the engine does not answer, 4 there is no such run.
    #[command(after_help = "Examples:
  sdd integration gc
  sdd integration gc --all      services that were kept on purpose, too
  sdd integration gc 20261120T133512.123Z-x1Y2z3      only those of this run")]
    Gc(gc::Args),
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    match &args.action {
        Action::Run(args) => run::run(args, cx),
        Action::Gc(args) => gc::run(args, cx),
    }
}
