//! `sdd report`: a report of before in any format, the history of all, and several merged into one.

mod find;
mod history;
mod load;
mod merge;

use std::path::PathBuf;

use clap::Subcommand;

use super::context::Cx;
use super::error::{CommandError, brief};
use super::output::Outputs;
use crate::model::exit::Exit;
use crate::project::detect;
use crate::store::Store;
use find::Source;

pub use find::{keep, last, of_run, recent};
pub use load::load;

/// Show the last report again, in any format
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  sdd report                                  the last report, as it was
  sdd report --format markdown                … for a comment on a change
  sdd report --session 3 --exit-code          that of session 3, and its verdict as exit code
  sdd report history                          one line a run, the newest first
  sdd report merge a.json b.json              one report of those of several CI jobs")]
pub struct Args {
    /// The report of this session instead of the last one
    #[arg(long, value_name = "N", conflicts_with = "run")]
    session: Option<u32>,
    /// The report of this run, as its id in `report history` says
    #[arg(long, value_name = "ID")]
    run: Option<String>,
    /// Exit as the run did: 0 passed, 1 failed, 3 no verdict [default: 0 when the report could be shown]
    #[arg(long)]
    exit_code: bool,
    #[command(subcommand)]
    action: Option<Action>,
}

/// What `sdd report` does beside showing one.
#[derive(Clone, Debug, Subcommand)]
enum Action {
    /// One line a run, the newest first
    #[command(after_help = "Examples:
  sdd report history                  the last runs: when, verdict, gates
  sdd report history --limit 5        the last five of them
  sdd report history --format json    the same for a program")]
    History {
        /// The most runs that are listed
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..))]
        limit: u16,
    },
    /// Several reports of one commit as one; the worst verdict wins and is the exit code
    #[command(after_help = "Examples:
  sdd report merge linux.json macos.json                       the verdict of two jobs together
  sdd report merge a.json b.json --output junit=all.xml        the same, with a JUnit report of both")]
    Merge {
        /// Reports, as --format json writes them
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    if args.action.is_some() && (args.session.is_some() || args.run.is_some() || args.exit_code) {
        let what = "--session, --run and --exit-code are for showing one report";
        return Err(CommandError::usage(what)
            .hint("leave them out, or leave history and merge out")
            .into());
    }
    match &args.action {
        None => show(args, cx),
        Some(Action::History { limit }) => history::run(&open(cx)?, usize::from(*limit), cx),
        Some(Action::Merge { files }) => merge::run(files, cx),
    }
}

fn show(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let store = open(cx)?;
    let (source, report) = match (&args.run, args.session) {
        (Some(id), _) => find::by_run(&store, id)?,
        (None, Some(session)) => find::read(Source::session(&store, session))?,
        (None, None) => find::read(Source::latest(&store))?,
    }
    .ok_or_else(|| {
        let what = match (&args.run, args.session) {
            (Some(id), _) => format!("there is no report of run {:?}", brief(id)),
            (None, Some(session)) => format!("there is no report of session {session}"),
            (None, None) => "nothing was run here yet, so there is no report".to_owned(),
        };
        CommandError::not_found(what).hint(find::those_that_exist(&store))
    })?;
    Outputs::open_beside(cx, &[source.path])?.show(cx, &report)?;
    Ok(if args.exit_code {
        report.verdict.into()
    } else {
        Exit::Ok
    })
}

fn open(cx: &Cx) -> anyhow::Result<Store> {
    let root = detect::find_root(&cx.start).ok_or_else(|| {
        CommandError::not_found(format!("no .session/ in {} or above it", cx.start.display()))
            .hint("set the project up: sdd init")
    })?;
    Ok(Store::open(&root)?)
}
