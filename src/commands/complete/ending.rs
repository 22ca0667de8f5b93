//! What is said on stderr when a run of a session has ended: where the session stands, and what comes next.

use super::settle::Settled;
use crate::commands::context::Cx;
use crate::commands::error::show;
use crate::commands::pipeline::{Done, called};
use crate::commands::work::OpenSession;
use crate::model::session::{ActiveWork, Outcome, SessionState};
use crate::model::text;
use crate::model::work_item::WorkItemType;
use crate::report::counts;
use crate::store::layout;

/// The longest first line of a proposed message, in characters.
const MAX_SUBJECT_CHARS: usize = 100;

/// Says that there is no session, where there has been one: who calls again should know that nothing was changed.
pub(super) fn tell_of_none(cx: &mut Cx, last: &SessionState) {
    if let Some(number) = last.number {
        cx.ui.status(&format!(
            "no session is open; session {number} was the last one. The gates ran, and no work item was changed"
        ));
    }
}

/// Says what became of the session.
pub(super) fn tell(cx: &mut Cx, done: &Done, session: &OpenSession, settled: &Settled) {
    let (sdd, number) = (called(cx), session.number);
    let item = text::one_line(session.work_item.as_deref().unwrap_or("no work item"));
    match settled {
        Settled::Nothing if done.report.cancelled_by.is_some() => {
            cx.ui.status(&format!("session {number} stays open: the run was cut off"));
        }
        Settled::Nothing => cx.ui.status(&format!("session {number} stays open")),
        Settled::Open => cx.ui.status(&format!(
            "session {number} stays open, on {item}; when it is put right: {sdd} complete; to end it all the same: \
             {sdd} complete --incomplete"
        )),
        Settled::ClosedBefore => cx.ui.warning(&format!(
            "session {number} was closed by another sdd while the gates ran; this run changed nothing of it"
        )),
        Settled::Failed(error) => {
            let shown = show(error);
            let causes = std::iter::once(shown.what).chain(shown.causes).collect::<Vec<_>>();
            cx.ui.error(
                "the session was not recorded, so there is no verdict",
                &causes,
                shown.hint.as_deref(),
            );
        }
        Settled::Closed(outcome) => {
            let became = match outcome {
                Outcome::Completed => "is completed",
                Outcome::Incomplete if session.work.is_none() => "is not there",
                Outcome::Incomplete => "stays in progress",
            };
            let summary = layout::summary(number);
            cx.ui.status(&format!("session {number} is closed; {item} {became}; summary: {summary}"));
            if let (Some(work), Some(_)) = (&session.work, &done.report.git) {
                cx.ui.status("a message for the commit (sdd never commits):");
                for line in message(work, *outcome, done).lines() {
                    cx.ui.status(format!("  {line}").trim_end());
                }
            }
        }
    }
}

/// A message for the commit of a session.
fn message(work: &ActiveWork, outcome: Outcome, done: &Done) -> String {
    let state = match outcome {
        Outcome::Completed => "completed",
        Outcome::Incomplete => "in progress",
    };
    let kind = match work.item.kind {
        WorkItemType::Feature => "Feature",
        WorkItemType::Bug => "Bug",
        WorkItemType::Refactor => "Refactor",
        WorkItemType::Security => "Security",
        WorkItemType::IntegrationTest => "Integration test",
        WorkItemType::Deployment => "Deployment",
    };
    let title = text::shorten(&text::one_line(&work.item.title), MAX_SUBJECT_CHARS);
    format!(
        "Session {:03}: {kind} - {title}\n\nWork item: {} ({state})\nGates: {}\n",
        work.session,
        text::one_line(&work.item.id),
        counts(done.report.summary)
    )
}
