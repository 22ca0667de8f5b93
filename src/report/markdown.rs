//! For a comment on a change or the summary of a CI job: the verdict first, a table of gates, what did not pass
//! folded up below.
//!
//! Every text that is not sdd's own stands in a code span or a code block, where Markdown knows no links, no HTML,
//! no mentions and no references to issues. Source: the specification of GitHub Flavored Markdown, 6.1 and 4.5.

use std::io;

use super::{Renderer, Style, counts, decision, few_of_each_rule, inert, place, seconds, sign};
use crate::model::finding::Finding;
use crate::model::report::{GateReport, Report, StepReport};
use crate::model::text;
use crate::model::verdict::{RunVerdict, Verdict};

/// For a comment on a change or the summary of a CI job.
pub struct Markdown;

/// The most characters of a page; a comment on GitHub may have 65,536.
const BUDGET: usize = 60_000;
/// Findings that a gate shows; the rest is counted.
const MAX_FINDINGS: usize = 25;
/// Findings of one rule that a gate shows.
const MAX_PER_RULE: usize = 5;
/// Characters of one line of a text that is not ours.
const MAX_LINE: usize = 300;
/// Lines of a message below its first one.
const MAX_LINES: usize = 8;

impl Renderer for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn about(&self) -> &'static str {
        "for a comment on a change or the summary of a CI job"
    }

    fn page(&self, report: &Report, _style: Style) -> io::Result<String> {
        Ok(inert::text(&page(report)))
    }
}

fn page(report: &Report) -> String {
    let verdict = match report.verdict {
        RunVerdict::Passed => Verdict::Passed,
        RunVerdict::Failed => Verdict::Failed,
        RunVerdict::Error => Verdict::Error,
    };
    let cancelled = report
        .cancelled_by
        .as_deref()
        .map_or_else(String::new, |signal| format!(", cancelled by {}", code(signal)));
    let mut page = format!(
        "## {} sdd {}\n\n{} in {}{cancelled}\n\n",
        mark(verdict),
        decision(report.verdict),
        counts(report.summary),
        seconds(report.duration_ms),
    );
    page.push_str("| | gate | verdict | why | time |\n|---|---|---|---|---|\n");
    for gate in &report.gates {
        page.push_str(&row(gate));
    }
    let foot = foot(report);
    let mut room = BUDGET.saturating_sub(page.chars().count() + foot.chars().count());
    let mut left_out = Vec::new();
    for gate in report.gates.iter().filter(|gate| speaks(gate)) {
        let part = part(gate);
        let size = part.chars().count();
        if size <= room {
            room -= size;
            page.push_str(&part);
        } else {
            left_out.push(gate.gate.as_str());
        }
    }
    if !left_out.is_empty() {
        page.push_str(&format!(
            "\n_Too long for this page: {}. All of it is in the JSON report._\n",
            left_out.join(", ")
        ));
    }
    page + &foot
}

/// The signs of the five verdicts, as pictures that need no colour.
fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "✅",
        Verdict::Failed => "❌",
        Verdict::Error => "❗",
        Verdict::Skipped => "➖",
        Verdict::NotRun => "⏸️",
    }
}

fn row(gate: &GateReport) -> String {
    let optional = if gate.required { "" } else { " (optional)" };
    let time = match gate.duration_ms {
        0 => String::new(),
        time => seconds(time),
    };
    format!(
        "| {} | {} | {}{optional} | {} | {time} |\n",
        mark(gate.verdict),
        gate.gate,
        gate.verdict.as_str().replace('_', " "),
        cell(&gate.reason),
    )
}

/// Whether there is more to say of a gate than its row.
fn speaks(gate: &GateReport) -> bool {
    matches!(gate.verdict, Verdict::Failed | Verdict::Error)
        || !gate.changed_files.is_empty()
        || !gate.warnings.is_empty()
        || !gate.remediation.is_empty()
}

fn part(gate: &GateReport) -> String {
    let open = if gate.required && matches!(gate.verdict, Verdict::Failed | Verdict::Error) {
        " open"
    } else {
        ""
    };
    let mut part = format!(
        "\n<details{open}><summary>{} <b>{}</b>: {}</summary>\n\n",
        sign(gate.verdict),
        gate.gate,
        gate.verdict.as_str().replace('_', " ")
    );
    let (mut few, _) = few_of_each_rule(&gate.findings, MAX_PER_RULE);
    few.truncate(MAX_FINDINGS);
    for finding in &few {
        part.push_str(&item(finding));
    }
    let hidden = gate
        .findings_total
        .saturating_sub(u64::try_from(few.len()).unwrap_or(u64::MAX));
    if hidden > 0 {
        part.push_str(&format!("- … and {hidden} more in the report\n"));
    }
    let troubled = |step: &&StepReport| matches!(step.verdict, Verdict::Failed | Verdict::Error);
    for step in super::steps_once(gate).filter(troubled) {
        if step.verdict == Verdict::Error || gate.findings.is_empty() {
            part.push_str(&format!(
                "- {} in {} ({}): {}\n",
                code(&step.tool),
                code(&step.unit),
                step.verdict.as_str(),
                code(&step.reason)
            ));
        }
        part.push_str(&block(step.output_tail.iter().map(String::as_str)));
    }
    for warning in &gate.warnings {
        part.push_str(&format!("- warning: {}\n", code(warning)));
    }
    if !gate.changed_files.is_empty() {
        let shown: Vec<String> = gate
            .changed_files
            .iter()
            .take(10)
            .map(|file| code(file))
            .collect();
        let more = match gate.changed_files.len() - shown.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        part.push_str(&format!("- fixed automatically: {}{more}\n", shown.join(", ")));
    }
    for advice in &gate.remediation {
        part.push_str(&format!("- to do: {}\n", code(advice)));
    }
    part + "\n</details>\n"
}

fn item(finding: &Finding) -> String {
    let place = place(finding).map_or_else(String::new, |place| code(&place) + " ");
    let fixable = if finding.fixable { ", fixable" } else { "" };
    let mut lines = finding.message.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next().unwrap_or("no message");
    format!(
        "- {place}{} ({}{fixable}): {}\n{}",
        code(&finding.rule),
        finding.severity,
        code(first),
        block(lines)
    )
}

fn foot(report: &Report) -> String {
    let mut foot = String::new();
    for warning in report.warnings.iter().take(10) {
        foot.push_str(&format!("\n- warning: {}", code(warning)));
    }
    if !foot.is_empty() {
        foot.push('\n');
    }
    if report.verdict != RunVerdict::Passed {
        foot.push_str(&format!("\nRerun: {}\n", code(&report.rerun)));
    }
    foot.push_str(&format!(
        "\n<sub>sdd {}, run {}</sub>\n",
        code(&report.sdd_version),
        code(&report.run_id)
    ));
    foot
}

/// A text as a code span in one line: between more backticks than it has in a row.
pub(super) fn code(text: &str) -> String {
    let line = text::shorten(&text.split_whitespace().collect::<Vec<_>>().join(" "), MAX_LINE);
    if line.is_empty() {
        return "(nothing)".to_owned();
    }
    let fence = "`".repeat(longest_run(&line) + 1);
    // A space beside a backtick is taken away again, and so are those on both ends.
    let pad = if line.starts_with('`') || line.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{line}{pad}{fence}")
}

/// [`code`] in a table, where a bar ends a cell unless a backslash stands before it, and two backslashes stand for
/// one: a space keeps such a pair apart.
fn cell(text: &str) -> String {
    code(&text.replace("\\|", "\\ |")).replace('|', "\\|")
}

/// Lines as a code block that belongs to the list entry above; nothing when there are none.
fn block<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let lines: Vec<String> = lines.map(|line| text::shorten(line, MAX_LINE)).collect();
    let shown = &lines[lines.len().saturating_sub(MAX_LINES)..];
    if shown.is_empty() {
        return String::new();
    }
    let longest = shown.iter().map(|line| longest_run(line)).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let body = shown.join("\n  ");
    format!("\n  {fence}text\n  {body}\n  {fence}\n")
}

/// The most backticks in a row.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_leave_its_code_span() {
        for (text, expect) in [
            ("plain", "`plain`"),
            ("a `b` c", "``a `b` c``"),
            ("`x`", "`` `x` ``"),
            ("``` ` ``", "```` ``` ` `` ````"),
            ("two\n\nlines", "`two lines`"),
            (" ", "(nothing)"),
            ("<script> @x [a](b)", "`<script> @x [a](b)`"),
        ] {
            assert_eq!(code(text), expect);
        }
    }

    #[test]
    fn a_text_cannot_leave_its_cell() {
        assert_eq!(cell("a|b"), "`a\\|b`");
        assert_eq!(cell("a\\|b"), "`a\\ \\|b`");
    }

    #[test]
    fn a_line_cannot_end_its_block() {
        let text = block(["```", "````x", "y"].into_iter());
        assert_eq!(text, "\n  `````text\n  ```\n  ````x\n  y\n  `````\n");
        assert_eq!(block(std::iter::empty()), "");
    }
}
