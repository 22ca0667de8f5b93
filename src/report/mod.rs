//! One report model, many renderers: one file a format, one visible table, [`FORMATS`].
//!
//! A renderer reads the model and writes text; it knows nothing of how the report came to be. It never meets a
//! report as it came: what tools printed, and what somebody wrote into a file, is made harmless first.

mod agent;
pub mod briefing;
mod clean;
pub mod evidence;
mod github;
mod human;
mod json;
mod junit;
mod markdown;
mod rooted;
mod sarif;
pub mod summary;

use std::collections::BTreeMap;
use std::io;

pub use crate::model::text::seconds;
pub use clean::{clean, clean_gate};
pub use rooted::rooted;

use crate::model::finding::Finding;
use crate::model::format::inert;
use crate::model::report::{GateReport, Report, StepReport, Summary};
use crate::model::verdict::{RunVerdict, Verdict};

/// How a report may look on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether colours may be used.
    pub colour: Colour,
    /// How much is shown.
    pub detail: Detail,
}

/// Whether colours may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Escape sequences for colours are written.
    Yes,
    /// None are.
    No,
}

/// How much is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// The decision only.
    Brief,
    /// A line a gate, failures expanded.
    Normal,
    /// Every step of every gate, and every finding that the report has.
    Full,
}

/// A form that a report can be written in.
pub trait Renderer: Sync {
    /// The name on the command line.
    fn name(&self) -> &'static str;
    /// What it is for, in a few words.
    fn about(&self) -> &'static str;
    /// The text of a report that went through [`clean`].
    fn page(&self, report: &Report, style: Style) -> io::Result<String>;
    /// Writes the report.
    fn render(&self, report: &Report, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
        out.write_all(self.page(&clean(report)?, style)?.as_bytes())
    }
}

/// Every format, in the order in which help lists them.
pub static FORMATS: &[&dyn Renderer] = &[
    &human::Human,
    &json::Json,
    &agent::Agent,
    &markdown::Markdown,
    &junit::Junit,
    &sarif::Sarif,
    &github::Github,
];

/// The format of a name.
pub fn by_name(name: &str) -> Option<&'static dyn Renderer> {
    FORMATS.iter().copied().find(|format| format.name() == name)
}

/// The sign of a verdict, for people; the five are told apart without colour.
pub fn sign(verdict: Verdict) -> &'static str {
    human::sign(verdict).0
}

/// A text behind the sign of a verdict, both in its colour, as `human` shows them.
pub fn signed(verdict: Verdict, text: &str, colour: Colour) -> String {
    let (mark, paint) = human::sign(verdict);
    match colour {
        Colour::Yes => format!("{paint}{mark} {text}{paint:#}"),
        Colour::No => format!("{mark} {text}"),
    }
}

/// The word for the decision over a run, for people.
fn decision(verdict: RunVerdict) -> &'static str {
    match verdict {
        RunVerdict::Passed => "PASSED",
        RunVerdict::Failed => "FAILED",
        RunVerdict::Error => "NO VERDICT",
    }
}

/// How many gates ended how, for people: `4 passed, 1 skipped`. What did not occur is left out.
pub fn counts(sum: Summary) -> String {
    let counts = [
        (sum.passed, "passed"),
        (sum.failed, "failed"),
        (sum.error, "without an answer"),
        (sum.skipped, "skipped"),
        (sum.not_run, "not run"),
    ];
    let said = counts.iter().filter(|(count, _)| *count > 0);
    let said: Vec<String> = said.map(|(count, name)| format!("{count} {name}")).collect();
    if said.is_empty() {
        "no gates".to_owned()
    } else {
        said.join(", ")
    }
}

/// The steps of a gate, without those that a later one of the same tool says again for the same unit: what cannot be
/// checked could not be fixed before either.
fn steps_once(gate: &GateReport) -> impl Iterator<Item = &StepReport> {
    let again = |step: &StepReport, later: &StepReport| {
        let who = step.tool == later.tool && step.unit == later.unit && step.language == later.language;
        who && step.verdict == later.verdict && step.reason == later.reason
    };
    let later = |at: usize| gate.steps.iter().skip(at + 1);
    (gate.steps.iter().enumerate())
        .filter(move |(at, step)| !later(*at).any(|later| again(step, later)))
        .map(|(_, step)| step)
}

/// Where a finding is: `src/a.py:3:8`; `None` when it has no file.
fn place(finding: &Finding) -> Option<String> {
    let mut place = finding.path.clone()?;
    for number in [finding.line, finding.column].into_iter().flatten() {
        place.push_str(&format!(":{number}"));
    }
    Some(place)
}

/// The findings of a gate in two heaps: a few of each rule stand for all, and the rest. Each keeps its order.
fn few_of_each_rule(findings: &[Finding], few: usize) -> (Vec<&Finding>, Vec<&Finding>) {
    let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    findings.iter().partition(|finding| {
        let count = seen.entry((&finding.tool, &finding.rule)).or_default();
        *count += 1;
        *count <= few
    })
}

#[cfg(test)]
pub(crate) mod tests;
