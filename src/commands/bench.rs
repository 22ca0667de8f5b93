//! `sdd bench`: how fast a service answers under load, what that costs it, and whether it became worse.

mod aim;
mod args;
mod compare;
mod emit;
mod history;
mod run;
mod tell;

use clap::Subcommand;

pub(super) use self::run::{NO_REASON, who};

use super::context::Cx;
use crate::model::exit::Exit;

/// Measure a service under load: requirements, cost and regressions.
///
/// Makes load with wrk, with sdd's own generator or with locust, judges what is required, and compares with a pinned
/// baseline. Rounds against the service and against a reference server take turns, so that a busy machine is told from a
/// slower service. Exit codes: 0 everything holds, 1 a requirement is missed or the service became worse, 2 wrong usage, 3
/// nothing could be measured, or the comparison is inconclusive.
#[derive(Clone, Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    after_help = "Examples:
  sdd bench --url http://localhost:8080/health
  sdd bench integration_test_orders
  sdd bench --url http://localhost:8080/ --rate 500 --require p95=200ms --require errors=1%
  sdd bench integration_test_orders --accept --reason 'new hardware'"
)]
pub struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    run: args::RunArgs,
}

/// What else `sdd bench` does.
#[derive(Clone, Debug, Subcommand)]
enum Action {
    /// Compare two runs that were kept with --format json
    ///
    /// Says nothing when it is certain that no metric changed by the threshold. Exit codes: 0 the second is no worse, 1 it is,
    /// 3 there is too much noise for an answer, which is told with its reason.
    #[command(after_help = "Examples:
  sdd bench compare before.json after.json
  sdd bench compare before.json after.json --threshold 5 --format json")]
    Compare(compare::Args),
    /// Show the runs of a work item's baselines
    #[command(after_help = "Examples:
  sdd bench history                            of the session's work item
  sdd bench history integration_test_orders --format json")]
    History(history::Args),
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    match &args.action {
        None => run::run(&args.run, cx),
        Some(Action::Compare(args)) => compare::run(args, cx),
        Some(Action::History(args)) => history::run(args, cx),
    }
}
