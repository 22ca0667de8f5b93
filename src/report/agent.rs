//! For coding agents: plain text in few tokens. What decides stands first, findings are grouped by rule, the
//! next command is the last line.

use std::collections::BTreeMap;
use std::io;

use super::{Renderer, Style, inert};
use crate::model::finding::Finding;
use crate::model::report::{GateReport, Report};
use crate::model::text;
use crate::model::verdict::{RunVerdict, Verdict};

/// For coding agents.
pub struct Agent;

/// The most characters of a whole report.
const BUDGET: usize = 7_900;
/// Groups of findings that one gate may show.
const MAX_GROUPS: usize = 12;
/// Places that one group of findings shows.
const MAX_PLACES: usize = 8;

impl Renderer for Agent {
    fn name(&self) -> &'static str {
        "agent"
    }

    fn about(&self) -> &'static str {
        "for coding agents: plain text under 8,000 characters, failures first, the next command last"
    }

    fn page(&self, report: &Report, _style: Style) -> io::Result<String> {
        Ok(inert::text(&page(report)))
    }
}

fn page(report: &Report) -> String {
    let mut head = format!("sdd {}: {}", report.command, word(report));
    if let Some(signal) = &report.cancelled_by {
        head.push_str(&format!(" (cancelled by {signal})"));
    }
    head.push('\n');
    for gate in sorted(report) {
        let optional = if gate.required { "" } else { " (optional)" };
        let line = format!(
            "{}: {}{optional} - {}\n",
            gate.gate,
            gate.verdict,
            text::first_line(&gate.reason)
        );
        head.push_str(&text::shorten(line.trim_end(), 300));
        head.push('\n');
    }
    for warning in report.warnings.iter().take(5) {
        head.push_str(&format!(
            "warning: {}\n",
            text::shorten(text::first_line(warning), 200)
        ));
    }
    let foot = format!("next: {}\n", next(report));
    let mut room = BUDGET.saturating_sub(head.chars().count() + foot.chars().count());
    let mut body = String::new();
    for gate in sorted(report) {
        for block in blocks(gate) {
            let size = block.chars().count();
            if size > room {
                let note = "(more in .session/reports/latest.json)\n";
                if room >= note.len() {
                    body.push_str(note);
                }
                return head + &body + &foot;
            }
            room -= size;
            body.push_str(&block);
        }
    }
    head + &body + &foot
}

fn word(report: &Report) -> &'static str {
    match report.verdict {
        RunVerdict::Passed => "passed",
        RunVerdict::Failed => "failed",
        RunVerdict::Error => "no verdict",
    }
}

/// The gates, those that decide against the run first.
fn sorted(report: &Report) -> Vec<&GateReport> {
    let mut gates: Vec<&GateReport> = report.gates.iter().collect();
    gates.sort_by_key(|gate| match (gate.verdict, gate.required) {
        (Verdict::Failed, true) => 0,
        (Verdict::Error, true) => 1,
        (Verdict::NotRun, true) => 2,
        (Verdict::Failed, false) => 3,
        (Verdict::Error, false) => 4,
        (Verdict::NotRun, false) => 5,
        (Verdict::Skipped, _) => 6,
        (Verdict::Passed, _) => 7,
    });
    gates
}

/// What is said of one gate beyond its line, in pieces that can be left out when there is no room.
fn blocks(gate: &GateReport) -> Vec<String> {
    let mut blocks = Vec::new();
    if matches!(gate.verdict, Verdict::Failed | Verdict::Error) {
        blocks.push(format!("\n[{}]\n", gate.gate));
        blocks.extend(groups(gate));
        for step in super::steps_once(gate)
            .filter(|step| step.verdict == Verdict::Error || !step.output_tail.is_empty())
        {
            let mut block = format!(
                "{} in {}: {}\n",
                step.tool,
                step.unit,
                text::shorten(&step.reason, 300)
            );
            let skip = step.output_tail.len().saturating_sub(8);
            for line in step.output_tail.iter().skip(skip) {
                block.push_str(&format!("| {}\n", text::shorten(line, 200)));
            }
            blocks.push(block);
        }
        blocks.extend(
            gate.remediation
                .iter()
                .map(|advice| format!("do: {}\n", one_line(advice))),
        );
    }
    if !gate.changed_files.is_empty() {
        let shown: Vec<&str> = gate
            .changed_files
            .iter()
            .take(MAX_PLACES)
            .map(String::as_str)
            .collect();
        let more = more(gate.changed_files.len(), shown.len());
        blocks.push(format!("{} fixed: {}{more}\n", gate.gate, shown.join(" ")));
    }
    for warning in gate.warnings.iter().take(3) {
        blocks.push(format!(
            "{} warning: {}\n",
            gate.gate,
            text::shorten(text::first_line(warning), 200)
        ));
    }
    blocks
}

/// The findings of a gate, one piece a rule, the most severe first.
fn groups(gate: &GateReport) -> Vec<String> {
    let mut order: Vec<&str> = Vec::new();
    let mut by_rule: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &gate.findings {
        let group = by_rule.entry(&finding.rule).or_default();
        if group.is_empty() {
            order.push(&finding.rule);
        }
        group.push(finding);
    }
    let mut pieces: Vec<String> = order
        .iter()
        .take(MAX_GROUPS)
        .filter_map(|rule| by_rule.get(rule))
        .map(|group| piece(group))
        .collect();
    if order.len() > MAX_GROUPS {
        pieces.push(format!(
            "… and {} more rules or tests\n",
            order.len() - MAX_GROUPS
        ));
    }
    pieces
}

fn piece(group: &[&Finding]) -> String {
    let Some(first) = group.first() else {
        return String::new();
    };
    let fixable = group.iter().filter(|finding| finding.fixable).count();
    let fixable = if fixable > 0 {
        format!(", {fixable} fixable")
    } else {
        String::new()
    };
    let count = if group.len() > 1 {
        format!(" x{}", group.len())
    } else {
        String::new()
    };
    let head = format!(
        "{}{count} ({}{fixable})",
        text::shorten(&first.rule, 120),
        first.severity
    );
    let places: Vec<(String, String)> = group
        .iter()
        .take(MAX_PLACES)
        .map(|finding| (place(finding), one_line(&finding.message)))
        .collect();
    let more = more(group.len(), places.len());
    // One message for all is said once; different ones stand with their places.
    if places
        .iter()
        .all(|(_, message)| Some(message) == places.first().map(|(_, first)| first))
    {
        let message = one_line(&first.message);
        let at: Vec<&str> = places
            .iter()
            .map(|(place, _)| place.as_str())
            .filter(|place| !place.is_empty())
            .collect();
        let at = if at.is_empty() {
            String::new()
        } else {
            format!("  at {}{more}\n", at.join(" "))
        };
        return format!("{head}: {message}\n{at}");
    }
    let lines: Vec<String> = places
        .iter()
        .map(|(place, message)| format!("  {place} {message}\n"))
        .collect();
    let lines = lines.concat();
    let more = if more.is_empty() {
        more
    } else {
        format!(" {more}\n")
    };
    format!("{head}:\n{lines}{more}")
}

/// Where a finding is, in a few characters.
fn place(finding: &Finding) -> String {
    let Some(path) = &finding.path else {
        return String::new();
    };
    let path = text::shorten(path, 120);
    finding.line.map_or(path.clone(), |line| format!("{path}:{line}"))
}

/// A message in one line of bounded length.
fn one_line(message: &str) -> String {
    text::shorten(&message.split_whitespace().collect::<Vec<_>>().join(" "), 300)
}

fn more(total: usize, shown: usize) -> String {
    if total > shown {
        format!(" (+{} more)", total - shown)
    } else {
        String::new()
    }
}

/// The one command to run next.
fn next(report: &Report) -> String {
    match report.verdict {
        RunVerdict::Passed => "nothing to do".to_owned(),
        RunVerdict::Failed | RunVerdict::Error => report.rerun.clone(),
    }
}
