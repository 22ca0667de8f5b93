//! `sdd complete`: every gate, and the record of the result; what it means for the session.

mod ending;
mod settle;

use super::context::Cx;
use super::error::CommandError;
use super::output::Outputs;
use super::pipeline::{self, Delivery, Opened, Recording, Request, RunOptions};
use super::work::{self, OpenSession};
use crate::model::exit::Exit;
use crate::model::session::Outcome;
use crate::process::signals;
use crate::store::layout;
use settle::{Settled, Settling};

/// Run every gate of the session and record the result.
///
/// When every gate that decides is green, the work item is completed, the session closed, and a summary written. When one
/// is not, the session stays open. Without an open session the gates run and their report is kept, and nothing else
/// changes. sdd never commits: a message for the commit is proposed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  sdd complete                  run every gate and decide
  sdd complete --incomplete     end the session although the work is not done
  sdd complete --plan           show what would run, and why
  sdd complete --format json    the report as one JSON document on stdout
  sdd complete --no-fix         change no file")]
pub struct Args {
    #[command(flatten)]
    options: RunOptions,
    /// Close the session with its work unfinished, whatever the gates say: they run and are reported, the item stays in
    /// progress, and the exit code is 0
    #[arg(long)]
    incomplete: bool,
}

impl Args {
    /// Without any option.
    pub fn plain() -> Self {
        Self {
            options: RunOptions::default(),
            incomplete: false,
        }
    }
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let mut opened = pipeline::open(cx)?;
    let session = work::open_session(&opened.store)?;
    let outcome = if args.incomplete {
        Outcome::Incomplete
    } else {
        Outcome::Completed
    };
    let request = Request {
        command: "complete",
        arguments: &[],
        keep: None,
        named: &[],
        options: &args.options,
        recording: Recording::Required,
        work: session.as_ref().and_then(|session| session.work.as_ref()),
    };
    if args.options.plan {
        return pipeline::show_plan(cx, &opened, &request);
    }
    fits(cx, session.as_ref(), outcome)?;
    if let Some(session) = &session {
        warn(&mut opened, session, outcome);
    }
    let outputs = Outputs::open(cx)?;
    let mut done = pipeline::execute_for(cx, &opened, &request, &outputs)?;
    let mut settled = Settled::Nothing;
    let delivery = pipeline::deliver(
        cx,
        &opened.store,
        &outputs,
        &mut done,
        request.recording,
        |cx, done| {
            if let Some(session) = &session {
                let settling = Settling {
                    opened: &opened,
                    session,
                    outcome,
                };
                settled = settle::settle(cx, &settling, done);
            }
        },
    );
    match &session {
        Some(session) => ending::tell(cx, &done, session, &settled),
        None => ending::tell_of_none(cx, &work::state(&opened.store)?),
    }
    Ok(match (outcome, settled, delivery) {
        (Outcome::Completed, ..) => done.exit(cx),
        // Whoever ends unfinished work knows that it is: the gates do not matter, but that it has ended does.
        (Outcome::Incomplete, Settled::Closed(_) | Settled::ClosedBefore, Delivery::Whole) => Exit::Ok,
        (Outcome::Incomplete, ..) => cx.cancel.signal().map_or(Exit::NoVerdict, signals::exit_for),
    })
}

/// Refuses what cannot be settled afterwards.
fn fits(cx: &Cx, session: Option<&OpenSession>, outcome: Outcome) -> Result<(), CommandError> {
    let sdd = pipeline::called(cx);
    match session {
        None if outcome == Outcome::Incomplete => Err(CommandError::not_found(
            "no session is open, so there is none to end",
        )
        .hint(format!("the gates alone: {sdd} complete; a session: {sdd} start"))),
        Some(session) if session.work.is_none() && outcome == Outcome::Completed => {
            let what = match &session.work_item {
                Some(id) => format!(
                    "session {} is open, and its item {id} is not there",
                    session.number
                ),
                None => format!("session {} is open, and names no work item", session.number),
            };
            Err(
                CommandError::not_found(crate::model::text::one_line(&what)).hint(format!(
                    "put the item back into {}, or close the session: {sdd} complete --incomplete",
                    layout::WORK_ITEMS
                )),
            )
        }
        _ => Ok(()),
    }
}

/// Adds to the report what its readers should know of the session.
fn warn(opened: &mut Opened, session: &OpenSession, outcome: Outcome) {
    let began_with = session
        .state
        .snapshot
        .as_ref()
        .map(|snapshot| &snapshot.config_sha256);
    let present = work::config_hash(&opened.store).ok();
    if began_with.is_some() && began_with != present.as_ref() {
        opened.warnings.push(format!(
            "{} is not what it was when the session began: the gates were judged by the present one",
            layout::CONFIG
        ));
    }
    if outcome == Outcome::Incomplete {
        opened.warnings.push(format!(
            "--incomplete ends session {} with its work unfinished: that it ends with exit code 0 says nothing about \
             the gates",
            session.number
        ));
    }
}
