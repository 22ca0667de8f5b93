//! GitHub's annotations: workflow commands that mark lines of a change, and plain lines for the log.
//!
//! Source of the form and of the escapes: GitHub's documentation of workflow commands and the runner's own parser.

use std::io;

use super::{Renderer, Style, counts, decision, few_of_each_rule, inert, rooted, sign};
use crate::model::finding::{Finding, Severity};
use crate::model::format::workflow::{data, property};
use crate::model::report::{GateReport, Report};
use crate::model::text;
use crate::model::verdict::{RunVerdict, Verdict};

/// GitHub's annotations.
pub struct Github;

/// Annotations of one level that a step of a job can have; GitHub drops what is beyond.
const MAX_OF_LEVEL: usize = 10;
/// Findings of one rule that come before those of all others.
const FEW: usize = 3;
/// Characters of a message; GitHub cuts at 4,096 bytes.
const MAX_MESSAGE: usize = 1_000;
/// Characters of a title.
const MAX_TITLE: usize = 120;

impl Renderer for Github {
    fn name(&self) -> &'static str {
        "github"
    }

    fn about(&self) -> &'static str {
        "annotations for GitHub Actions"
    }

    fn page(&self, report: &Report, _style: Style) -> io::Result<String> {
        Ok(page(&rooted(report)))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Error,
    Warning,
    Notice,
}

impl Level {
    const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Notice];

    fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// One mark.
struct Mark {
    level: Level,
    line: String,
}

fn page(report: &Report) -> String {
    let mut log = String::new();
    for gate in &report.gates {
        let optional = if gate.required { "" } else { " (optional)" };
        log.push_str(&format!(
            "{} {}: {}{optional} - {}\n",
            sign(gate.verdict),
            gate.gate,
            gate.verdict.as_str().replace('_', " "),
            text::shorten(text::first_line(&gate.reason), 300)
        ));
    }
    for warning in report.warnings.iter().take(10) {
        log.push_str(&format!(
            "warning: {}\n",
            text::shorten(text::first_line(warning), 300)
        ));
    }
    for gate in &report.gates {
        for warning in gate.warnings.iter().take(3) {
            log.push_str(&format!(
                "{} warning: {}\n",
                gate.gate,
                text::shorten(text::first_line(warning), 300)
            ));
        }
    }
    let mut page = inert::text(&log);
    let last = verdict(report);
    // Gates before findings, and what decides before what does not: the first ones are those that are kept.
    let mut gates: Vec<&GateReport> = report.gates.iter().collect();
    gates.sort_by_key(|gate| !gate.required);
    let mut marks: Vec<Mark> = gates.iter().filter_map(|gate| of_gate(gate)).collect();
    let (few, rest): (Vec<_>, Vec<_>) = gates.iter().map(|gate| of_findings(gate)).unzip();
    marks.extend(few.into_iter().chain(rest).flatten());
    let mut hidden = Vec::new();
    for level in Level::ALL {
        let room = MAX_OF_LEVEL - usize::from(last.level == level);
        let lines: Vec<&str> = marks
            .iter()
            .filter(|mark| mark.level == level)
            .map(|mark| mark.line.as_str())
            .collect();
        page.extend(lines.iter().take(room).copied());
        if lines.len() > room {
            hidden.push(format!("{} of level {}", lines.len() - room, level.as_str()));
        }
    }
    let unlisted: u64 = report
        .gates
        .iter()
        .map(|gate| {
            gate.findings_total
                .saturating_sub(u64::try_from(gate.findings.len()).unwrap_or(u64::MAX))
        })
        .sum();
    if unlisted > 0 {
        hidden.push(format!("{unlisted} that the report only counts"));
    }
    if !hidden.is_empty() {
        page.push_str(&format!("and more that are not shown: {}\n", hidden.join(", ")));
    }
    page + &last.line
}

/// A gate that did not pass and has no finding that says why.
fn of_gate(gate: &GateReport) -> Option<Mark> {
    let level = match (gate.verdict, gate.required) {
        (Verdict::Failed, _) if !gate.findings.is_empty() => return None,
        (Verdict::Failed | Verdict::Error, true) => Level::Error,
        (Verdict::Failed | Verdict::Error, false) | (Verdict::NotRun, _) => Level::Warning,
        (Verdict::Passed | Verdict::Skipped, _) => return None,
    };
    let said = gate.verdict.as_str().replace('_', " ");
    let mut message = text::first_line(&gate.reason).to_owned();
    for advice in &gate.remediation {
        message.push('\n');
        message.push_str(advice);
    }
    Some(mark(
        level,
        &[("title", &format!("sdd {}: {said}", gate.gate))],
        &message,
    ))
}

/// The findings of a gate, the worst first: a few of each rule, and the rest.
fn of_findings(gate: &GateReport) -> (Vec<Mark>, Vec<Mark>) {
    let marks = |mut findings: Vec<&Finding>| {
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        findings
            .into_iter()
            .map(|finding| of_finding(level(gate.verdict, finding.severity), gate, finding))
            .collect()
    };
    let (few, rest) = few_of_each_rule(&gate.findings, FEW);
    (marks(few), marks(rest))
}

/// What a gate that passed tolerates is only a notice.
fn level(gate: Verdict, severity: Severity) -> Level {
    match (gate, severity) {
        (Verdict::Passed, _) | (_, Severity::Low | Severity::Info) => Level::Notice,
        (_, Severity::Critical | Severity::High) => Level::Error,
        (_, Severity::Medium) => Level::Warning,
    }
}

fn of_finding(level: Level, gate: &GateReport, finding: &Finding) -> Mark {
    let number = |number: Option<u32>| number.map(|n| n.to_string()).unwrap_or_default();
    let title = format!("sdd {}: {} {}", gate.gate, finding.tool, finding.rule);
    let properties = [
        ("file", finding.path.as_deref().unwrap_or_default()),
        ("line", &number(finding.line)),
        ("col", &number(finding.column)),
        ("title", &title),
    ];
    mark(level, &properties, &finding.message)
}

/// The decision, which is always the last line.
fn verdict(report: &Report) -> Mark {
    let level = match report.verdict {
        RunVerdict::Passed => Level::Notice,
        RunVerdict::Failed | RunVerdict::Error => Level::Error,
    };
    let title = format!("sdd: {}", decision(report.verdict));
    let mut message = counts(report.summary);
    if let Some(signal) = &report.cancelled_by {
        message.push_str(&format!(", cancelled by {signal}"));
    }
    if report.verdict != RunVerdict::Passed {
        message.push_str(&format!("\nrerun: {}", report.rerun));
    }
    mark(level, &[("title", &title)], &message)
}

/// `::error file=a.py,line=3,title=T::message`; properties without a value are left out.
fn mark(level: Level, properties: &[(&str, &str)], message: &str) -> Mark {
    let said: Vec<String> = properties
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| {
            let limit = if *name == "title" { MAX_TITLE } else { usize::MAX };
            format!("{name}={}", property(&text::shorten(value, limit)))
        })
        .collect();
    let message = match message.trim() {
        // A command without a message is none.
        "" => "no message".to_owned(),
        message => data(&text::shorten(message, MAX_MESSAGE)),
    };
    Mark {
        level,
        line: format!("::{} {}::{message}\n", level.as_str(), said.join(",")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_value_is_left_out() {
        let mark = mark(
            Level::Warning,
            &[("file", "a,b.py"), ("line", ""), ("title", "t")],
            " ",
        );
        assert_eq!(mark.line, "::warning file=a%2Cb.py,title=t::no message\n");
    }
}
