//! The summary of a session that has ended: what was done, and how the gates saw it.
//!
//! A pure function from the report and the work to markdown. It holds measured values only: what nobody measured is
//! said to be so.

mod deployment;
mod integration;
mod results;

use std::io;

use super::briefing::short;
use super::markdown::code;
use super::{clean, counts, decision, inert, seconds};
use crate::model::history::History;
use crate::model::report::{GateReport, Report};
use crate::model::session::{ActiveWork, Outcome};
use crate::model::text;
use crate::model::work_item::WorkItemType;

/// Commits that are named; the rest is counted.
const MAX_COMMITS: usize = 50;
/// The longest line, in characters.
const MAX_LINE: usize = 300;

/// All that a summary is made of.
#[derive(Clone, Copy, Debug)]
pub struct Ended<'a> {
    /// The report of the session's last run.
    pub report: &'a Report,
    /// Where that is kept, relative to the project.
    pub report_file: &'a str,
    /// The session's number.
    pub session: u32,
    /// The id of the work item.
    pub work_item: &'a str,
    /// The work; absent when its item is gone.
    pub work: Option<&'a ActiveWork>,
    /// When the session began, as it is written in the state.
    pub started_at: Option<&'a str>,
    /// When it ended.
    pub ended_at: &'a str,
    /// What became of the item.
    pub outcome: Outcome,
    /// What happened in the repository since the session began.
    pub happened: Happened<'a>,
}

/// What happened in the repository since the session began.
#[derive(Clone, Copy, Debug)]
pub enum Happened<'a> {
    /// This.
    Known(&'a History),
    /// It is not known, and why.
    Unknown(&'a str),
}

/// The summary as markdown. Like every renderer it sees the report only after it was made harmless.
pub fn markdown(ended: &Ended<'_>) -> io::Result<String> {
    let report = clean(ended.report)?;
    Ok(inert::text(&page(&Ended {
        report: &report,
        ..*ended
    })))
}

fn page(ended: &Ended<'_>) -> String {
    let mut page = format!("# Session {} Summary\n\n", ended.session);
    let began = match ended.started_at {
        Some(stamp) => format!("began {}", line(stamp)),
        None => "when it began is not known".to_owned(),
    };
    page.push_str(&format!(
        "Ended {}, {began}.\n\n## Work Items\n\n",
        line(ended.ended_at)
    ));
    let title = match ended.work {
        Some(work) => line(&work.item.title),
        None => "not in the work items any more".to_owned(),
    };
    let outcome = match ended.outcome {
        Outcome::Completed => "completed",
        Outcome::Incomplete => "in progress",
    };
    page.push_str(&format!("- **{}**: {title} ({outcome})\n", line(ended.work_item)));
    page.push_str(&commits(ended));
    page.push_str(&gates(ended));
    match ended.work.map(|work| work.item.kind) {
        Some(WorkItemType::IntegrationTest) => page.push_str(&integration::section(ended.report)),
        Some(WorkItemType::Deployment) => page.push_str(&deployment::section(ended.report)),
        Some(_) | None => {}
    }
    page.push_str(&format!(
        "\nReport: {}, run {}\n",
        code(ended.report_file),
        code(&ended.report.run_id)
    ));
    page
}

fn commits(ended: &Ended<'_>) -> String {
    let mut part = "\n## Commits Made\n\n".to_owned();
    let since = match ended.happened {
        Happened::Known(since) => since,
        Happened::Unknown(why) => return part + &format!("Not known: {}\n", line(why)),
    };
    if since.commits.is_empty() {
        part.push_str("None.\n");
    }
    for commit in since.commits.iter().take(MAX_COMMITS) {
        part.push_str(&format!("- {} {}\n", code(&commit.id), code(&commit.subject)));
    }
    let hidden = since.commits.len().saturating_sub(MAX_COMMITS);
    match (hidden, since.more) {
        (0, _) => {}
        (hidden, false) => part.push_str(&format!("- … and {hidden} more\n")),
        (hidden, true) => part.push_str(&format!("- … and more than {hidden} more\n")),
    }
    let base = ended.work.and_then(|work| work.base_commit.as_deref());
    let base = base.map_or_else(String::new, |base| format!(" since {}", code(short(base))));
    let change = since.change;
    part + &format!(
        "\nFiles changed{base}: {} (+{} −{} lines); files that git does not know: {}\n",
        change.files, change.insertions, change.deletions, since.untracked
    )
}

fn gates(ended: &Ended<'_>) -> String {
    let report = ended.report;
    let mut part = format!(
        "\n## Quality Gates\n\n{}: {} in {}\n\n",
        decision(report.verdict),
        counts(report.summary),
        seconds(report.duration_ms)
    );
    for gate in &report.gates {
        part.push_str(&gate_lines(gate));
    }
    if !report.warnings.is_empty() {
        part.push_str("\nWarnings:\n\n");
        for warning in &report.warnings {
            part.push_str(&format!("- {}\n", code(warning)));
        }
    }
    part
}

fn gate_lines(gate: &GateReport) -> String {
    let optional = if gate.required { "" } else { " (optional)" };
    let mut lines = format!(
        "- {}: {}{optional}: {}\n",
        gate.gate,
        results::verdict(gate.verdict),
        code(&gate.reason)
    );
    for (name, value) in &gate.metrics {
        let name = line(&name.replace('_', " "));
        lines.push_str(&format!("  - {name}: {}\n", rounded(value)));
    }
    lines
}

/// A number as people read it: with two decimals at the most.
fn rounded(value: &serde_json::Number) -> String {
    match value.as_f64() {
        Some(decimal) if value.is_f64() => ((decimal * 100.0).round() / 100.0).to_string(),
        _ => value.to_string(),
    }
}

/// A text as one line of bounded length.
fn line(text: &str) -> String {
    text::shorten(text::one_line(text.trim()).trim(), MAX_LINE)
}

#[cfg(test)]
mod tests;
