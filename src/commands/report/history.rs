//! `sdd report history`: one line a run.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::json;

use super::{find, load};
use crate::commands::context::Cx;
use crate::commands::error::{CommandError, show};
use crate::model::exit::Exit;
use crate::model::report::Report;
use crate::model::text;
use crate::model::verdict::RunVerdict;
use crate::report::{seconds, sign};
use crate::store::Store;

/// The runs that are known, the newest first.
struct History {
    runs: Vec<(String, Report)>,
    /// Files that could not be read, each with the reason.
    unreadable: Vec<(String, String)>,
}

/// Lists the runs.
pub(super) fn run(store: &Store, limit: usize, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = cx.choose(&["human", "json", "agent"])?;
    let history = collect(store);
    if history.runs.is_empty() && history.unreadable.is_empty() {
        let what = "nothing was run here yet, so there is no report";
        return Err(CommandError::not_found(what)
            .hint(find::those_that_exist(store))
            .into());
    }
    let text = if format == "json" {
        history.json(limit)?
    } else {
        history.lines(limit)
    };
    cx.emit(&text)?;
    Ok(Exit::Ok)
}

fn collect(store: &Store) -> History {
    let mut history = History {
        runs: Vec::new(),
        unreadable: Vec::new(),
    };
    let mut known = BTreeSet::new();
    for source in find::all(store) {
        match load(&source.path) {
            // The same run stands under several names; the one that is kept longest comes first.
            Ok(Some(report)) if report.run_id.is_empty() || known.insert(report.run_id.clone()) => {
                history.runs.push((source.shown, report));
            }
            Ok(_) => {}
            Err(error) => history.unreadable.push((source.shown, show(&error).what)),
        }
    }
    history
        .runs
        .sort_by(|(_, a), (_, b)| (b.started_at, &b.run_id).cmp(&(a.started_at, &a.run_id)));
    history
}

fn word(verdict: RunVerdict) -> &'static str {
    match verdict {
        RunVerdict::Passed => "passed",
        RunVerdict::Failed => "failed",
        RunVerdict::Error => "no verdict",
    }
}

impl History {
    fn lines(&self, limit: usize) -> String {
        let mut text = String::new();
        for (_, report) in self.runs.iter().take(limit) {
            let gates: Vec<String> = report
                .gates
                .iter()
                .map(|gate| format!("{}{}", sign(gate.verdict), gate.gate))
                .collect();
            let session = report
                .session
                .map_or_else(String::new, |n| format!("  session {n}"));
            let _ = writeln!(
                text,
                "{}  {:<10}  {:<8}  {}  {}{session}  {}",
                report.started_at.format("%Y-%m-%d %H:%M:%SZ"),
                word(report.verdict),
                seconds(report.duration_ms),
                text::shorten(&report.command, 40),
                gates.join(" "),
                text::shorten(&report.run_id, 100)
            );
        }
        if self.runs.len() > limit {
            let _ = writeln!(
                text,
                "… and {} more: --limit {}",
                self.runs.len() - limit,
                self.runs.len()
            );
        }
        for (file, why) in &self.unreadable {
            let _ = writeln!(text, "cannot be read: {file}: {why}");
        }
        text
    }

    fn json(&self, limit: usize) -> anyhow::Result<String> {
        let runs: Vec<_> = self
            .runs
            .iter()
            .take(limit)
            .map(|(file, report)| {
                let gates: Vec<_> = report
                    .gates
                    .iter()
                    .map(|gate| json!({"gate": gate.gate, "required": gate.required, "verdict": gate.verdict}))
                    .collect();
                json!({
                    "run_id": report.run_id, "started_at": report.started_at, "duration_ms": report.duration_ms,
                    "verdict": report.verdict, "command": report.command, "session": report.session,
                    "work_item": report.work_item, "summary": report.summary, "gates": gates, "file": file,
                })
            })
            .collect();
        let unreadable: Vec<_> = self
            .unreadable
            .iter()
            .map(|(file, why)| json!({"file": file, "why": why}))
            .collect();
        let document = json!({
            "schema_version": 1, "kind": "report_history", "total": self.runs.len(), "runs": runs,
            "unreadable": unreadable,
        });
        Ok(serde_json::to_string_pretty(&document)? + "\n")
    }
}
