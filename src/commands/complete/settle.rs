//! What the result of a run means for the session that it was for.

use std::sync::Arc;

use serde_json::Value;

use crate::commands::context::Cx;
use crate::commands::pipeline::{self, Done, Opened};
use crate::commands::work::{OpenSession, stamp};
use crate::model::history::History;
use crate::model::session::change::{self, Ending};
use crate::model::session::{self, Gates, Outcome, SessionStatus};
use crate::model::verdict::RunVerdict;
use crate::process::find::Found;
use crate::process::redact::Redactor;
use crate::process::{System, guard};
use crate::project::git;
use crate::report::summary::{self, Ended, Happened};
use crate::store::{Overwrite, Store, layout};

/// What is to be settled.
pub(super) struct Settling<'a> {
    /// The project.
    pub(super) opened: &'a Opened,
    /// The session, as it was before the run.
    pub(super) session: &'a OpenSession,
    /// What is to become of its item.
    pub(super) outcome: Outcome,
}

/// What became of the session.
#[derive(Debug)]
pub(super) enum Settled {
    /// Nothing: there is none, or the run was cancelled.
    Nothing,
    /// It stays open.
    Open,
    /// It is closed, with this outcome.
    Closed(Outcome),
    /// Somebody else has closed it while the gates ran.
    ClosedBefore,
    /// What had to be written could not be.
    Failed(anyhow::Error),
}

/// Settles what a run means. Only a green run, or one that ends unfinished work, changes the state; what cannot be
/// written takes the verdict away.
pub(super) fn settle(cx: &Cx, settling: &Settling<'_>, done: &mut Done) -> Settled {
    // A run that was cut off says nothing about the session, and one that nobody can look up shows nothing.
    let cancelled = done.report.cancelled_by.is_some() || cx.cancel.signal().is_some();
    if cancelled || done.unrecorded.is_some() {
        return Settled::Nothing;
    }
    let green = done.report.verdict == RunVerdict::Passed;
    let settled = if green || settling.outcome == Outcome::Incomplete {
        close(cx, settling, done)
    } else {
        keep_open(settling, done)
    };
    settled.unwrap_or_else(|error| {
        done.withhold(&format!("the session was not recorded: {error:#}"));
        Settled::Failed(error)
    })
}

/// Whether the session of a run is still the one that is open.
enum Now {
    Open,
    Closed,
}

fn now(state: &Value, session: &OpenSession) -> Result<Now, anyhow::Error> {
    let state = session::read(state)?;
    let same = state.number == Some(session.number);
    Ok(if same && state.status == SessionStatus::InProgress {
        Now::Open
    } else {
        Now::Closed
    })
}

/// The report of a session, as it is kept.
fn bytes(done: &Done) -> anyhow::Result<Vec<u8>> {
    let mut text = serde_json::to_vec_pretty(&done.report)?;
    text.push(b'\n');
    Ok(text)
}

/// The session stays open, and its report is that of its last run.
fn keep_open(settling: &Settling<'_>, done: &Done) -> anyhow::Result<Settled> {
    let store = &settling.opened.store;
    let _held = store.lock("sdd complete")?;
    let state = store.read(layout::STATUS)?;
    let state = state.map_or(Value::Null, |document| document.value);
    match now(&state, settling.session)? {
        Now::Open => {
            store.write(
                &layout::report(settling.session.number),
                &bytes(done)?,
                Overwrite::Replace,
            )?;
            Ok(Settled::Open)
        }
        Now::Closed => Ok(Settled::ClosedBefore),
    }
}

/// The session ends: report and summary, then the item, then the state of the session.
///
/// That order can be mended from: as long as the state says "open", ending the session once more writes all of it anew.
fn close(cx: &Cx, settling: &Settling<'_>, done: &Done) -> anyhow::Result<Settled> {
    let (store, session) = (&settling.opened.store, settling.session);
    let redactor = pipeline::redactor(cx, settling.opened);
    // Git is asked before the lock: nothing is started while it is held.
    let since = since(cx, settling, Arc::clone(&redactor));
    let stamp = stamp(cx);
    let id = session.work_item.as_deref().unwrap_or("no work item");
    let page = summary::markdown(&Ended {
        report: &done.report,
        report_file: &layout::report(session.number),
        session: session.number,
        work_item: id,
        work: session.work.as_ref(),
        started_at: session.state.started_at.as_deref(),
        ended_at: &stamp,
        outcome: settling.outcome,
        happened: match &since {
            Ok(since) => Happened::Known(since),
            Err(why) => Happened::Unknown(why),
        },
    })?;
    let (page, report) = (redactor.text(&page), bytes(done)?);
    let ending = Ending {
        number: session.number,
        work_item: id,
        stamp: &stamp,
        started_at: session.state.started_at.as_deref(),
        outcome: settling.outcome,
        gates: if done.report.verdict == RunVerdict::Passed {
            Gates::Passed
        } else {
            Gates::NotPassed
        },
    };
    let files = [layout::WORK_ITEMS, layout::STATUS];
    store.update_together(files, "sdd complete", |[items, state]| {
        if let Now::Closed = now(state, session)? {
            return Ok(Settled::ClosedBefore);
        }
        record(store, session.number, &report, &page)?;
        change::end(items, &ending);
        change::close(state, &stamp);
        Ok(Settled::Closed(settling.outcome))
    })
}

fn record(store: &Store, number: u32, report: &[u8], summary: &str) -> anyhow::Result<()> {
    store.write(&layout::report(number), report, Overwrite::Replace)?;
    store.write(&layout::summary(number), summary.as_bytes(), Overwrite::Replace)?;
    Ok(())
}

/// What happened in the repository since the session began, or why it is not known.
fn since(cx: &Cx, settling: &Settling<'_>, redactor: Arc<Redactor>) -> Result<History, String> {
    let root = settling.opened.store.root();
    let Some(base) = &settling.session.state.base_commit else {
        return Err("the session has no base commit".to_owned());
    };
    let Found::At(program) = pipeline::finder(cx, root).find("git", &[], root) else {
        return Err("git is not installed".to_owned());
    };
    let env = cx
        .environment
        .for_tools(&settling.opened.config.pass_env, "complete");
    let mut runner = System::new(env, "complete", cx.cancel.clone(), redactor);
    if let Ok(program) = guard::own_program() {
        runner = runner.with_guard(program);
    }
    git::history(&runner, &program, root, base).map_err(|error| error.to_string())
}
