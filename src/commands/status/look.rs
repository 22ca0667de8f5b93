//! How the standing of a session looks. Pure.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::model::report::{GateReport, Report};
use crate::model::session::{SessionState, SessionStatus};
use crate::model::text;
use crate::model::verdict::{RunVerdict, Verdict};
use crate::model::work_item::graph::{Graph, NoChoice};
use crate::model::work_item::{Entry, Priority, Status, WorkItemType};

/// The longest title, in characters.
const MAX_TITLE_CHARS: usize = 100;

/// What is told of the item.
pub(super) struct ItemView {
    pub(super) id: String,
    kind: WorkItemType,
    title: String,
    status: Status,
    priority: Priority,
}

impl From<Entry> for ItemView {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.id,
            kind: entry.kind,
            title: entry.title,
            status: entry.status,
            priority: entry.priority,
        }
    }
}

/// What there is to do once no session is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ahead {
    /// An item can be begun or gone on with.
    Begin,
    /// There are no items, or every one is completed.
    Nothing,
    /// What is not completed waits for something.
    Waiting,
    /// The items cannot be understood.
    Unclear,
}

impl Ahead {
    /// What is ahead with these items.
    pub(super) fn of(entries: &[Entry]) -> Self {
        match Graph::of(entries).choose(None) {
            Ok(_) => Self::Begin,
            Err(NoChoice::AllWaiting) => Self::Waiting,
            Err(NoChoice::Empty | NoChoice::AllCompleted | NoChoice::NotThere(_)) => Self::Nothing,
        }
    }
}

/// Where a session stands.
pub(super) struct Standing<'a> {
    /// What the state says.
    pub(super) state: &'a SessionState,
    /// The session's item; absent when there is none of that id.
    pub(super) item: Option<&'a ItemView>,
    /// The last run of any gates.
    pub(super) last: Option<&'a Report>,
    /// What there is to do, for when no session is open.
    pub(super) ahead: Ahead,
    /// Now.
    pub(super) now: DateTime<Utc>,
    /// How sdd is called in what is to be typed next.
    pub(super) sdd: String,
}

impl Standing<'_> {
    /// A few lines for people and agents.
    pub(super) fn page(&self) -> String {
        let mut page = String::new();
        let number = self
            .state
            .number
            .map_or_else(String::new, |number| format!(" {number}"));
        match (self.state.status, self.state.number) {
            (SessionStatus::InProgress, _) => {
                let _ = writeln!(page, "session{number} is open, {}", self.about());
                let _ = writeln!(page, "began {}", self.when(self.state.started_at.as_deref()));
                let base = self.state.base_commit.as_deref().unwrap_or("none");
                let _ = writeln!(page, "base commit: {}", text::one_line(base));
            }
            (SessionStatus::Completed, Some(_)) => {
                let _ = writeln!(
                    page,
                    "no session is open; session{number} {} has ended {}",
                    self.about(),
                    self.when(self.state.completed_at.as_deref())
                );
            }
            (SessionStatus::Completed | SessionStatus::Idle, _) => page.push_str("no session is open\n"),
        }
        match self.last {
            Some(last) => {
                let before = match (self.state.open(), last.session) {
                    (Some(open), session) if session != Some(open) => ", before this session",
                    _ => "",
                };
                let _ = writeln!(
                    page,
                    "last run: {} ({} {}, {}{before})",
                    outcome(last),
                    self.sdd,
                    text::one_line(&last.command),
                    self.ago(last.finished_at)
                );
            }
            None => page.push_str("last run: none yet\n"),
        }
        let _ = writeln!(page, "next: {}", self.next());
        page
    }

    /// One line, for a prompt or a status line.
    pub(super) fn line(&self) -> String {
        let Some(number) = self.state.open() else {
            return "no session".to_owned();
        };
        let item = self.state.work_item.as_deref().unwrap_or("no work item");
        let run = match self.last.filter(|last| last.session == Some(number)) {
            Some(last) => format!("{} {}", outcome(last), self.ago(last.finished_at)),
            None => "not run yet".to_owned(),
        };
        text::one_line(&format!("session {number} · {item} · {run}"))
    }

    /// The same for a program.
    pub(super) fn json(&self) -> Value {
        let state = self.state;
        let status = match state.status {
            SessionStatus::Idle => "idle",
            SessionStatus::InProgress => "in_progress",
            SessionStatus::Completed => "completed",
        };
        let item = self.item.map(|item| {
            json!({"id": item.id, "type": item.kind, "title": item.title, "status": item.status,
                   "priority": item.priority})
        });
        let last = self.last.map(|last| {
            let against: Vec<_> = against(last)
                .map(|gate| json!({"gate": gate.gate, "verdict": gate.verdict, "reason": gate.reason}))
                .collect();
            json!({"run_id": last.run_id, "command": last.command, "session": last.session, "verdict": last.verdict,
                   "finished_at": last.finished_at, "against": against})
        });
        json!({
            "schema_version": 1, "kind": "status", "open": state.open().is_some(),
            "session": {
                "number": state.number, "status": status, "work_item": state.work_item, "started_at": state.started_at,
                "completed_at": state.completed_at, "base_commit": state.base_commit,
            },
            "work_item": item, "last_run": last, "next": self.next(),
        })
    }

    fn about(&self) -> String {
        let id = text::one_line(self.state.work_item.as_deref().unwrap_or("no work item"));
        match self.item {
            Some(item) => format!(
                "on {id} ({}, {}): {}",
                item.kind.as_str().replace('_', " "),
                item.status.as_str().replace('_', " "),
                text::shorten(&text::one_line(&item.title), MAX_TITLE_CHARS)
            ),
            None if self.state.work_item.is_some() => format!("on {id}, which is not there"),
            None => format!("on {id}"),
        }
    }

    /// A moment as it is written, and how long ago that was where it can be told.
    fn when(&self, stamp: Option<&str>) -> String {
        let Some(stamp) = stamp else {
            return "at a time that is not given".to_owned();
        };
        let moment = DateTime::parse_from_rfc3339(stamp).ok();
        let ago = moment.map_or_else(String::new, |moment| format!(" ({})", self.ago(moment.to_utc())));
        format!("{}{ago}", text::one_line(stamp))
    }

    fn ago(&self, moment: DateTime<Utc>) -> String {
        let minutes = (self.now - moment).num_minutes();
        match minutes {
            ..=0 => "just now".to_owned(),
            1..120 => format!("{minutes} min ago"),
            120..2_880 => format!("{} h ago", minutes / 60),
            _ => format!("{} days ago", minutes / 1_440),
        }
    }

    fn next(&self) -> String {
        let sdd = &self.sdd;
        if self.state.open().is_none() {
            return match self.ahead {
                Ahead::Begin => format!("{sdd} start"),
                Ahead::Nothing => format!("{sdd} work-item new --type feature --title \"…\""),
                Ahead::Waiting => format!("{sdd} work-item list"),
                Ahead::Unclear => format!("{sdd} work-item validate"),
            };
        }
        match self.item {
            Some(_) => format!("{sdd} complete"),
            None => format!("{sdd} complete --incomplete"),
        }
    }
}

/// The gates that decided against a run.
fn against(report: &Report) -> impl Iterator<Item = &GateReport> {
    let decides = |gate: &&GateReport| {
        gate.required && matches!(gate.verdict, Verdict::Failed | Verdict::Error | Verdict::NotRun)
    };
    report.gates.iter().filter(decides)
}

/// The decision over a run with the gates that led to it.
fn outcome(report: &Report) -> String {
    let word = match report.verdict {
        RunVerdict::Passed => "passed",
        RunVerdict::Failed => "failed",
        RunVerdict::Error => "no verdict",
    };
    let gates: Vec<&str> = against(report).map(|gate| gate.gate.as_str()).collect();
    if gates.is_empty() {
        word.to_owned()
    } else {
        format!("{word}: {}", gates.join(", "))
    }
}

#[cfg(test)]
mod tests;
