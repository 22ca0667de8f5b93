//! For people at a terminal: a line a gate, what did not pass expanded, the decision last.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style as Paint};

use super::{Colour, Detail, Renderer, Style, counts, decision, inert, place, seconds};
use crate::model::finding::Finding;
use crate::model::report::{CheckReport, CheckStatus, GateReport, Report, StepReport};
use crate::model::text;
use crate::model::verdict::{RunVerdict, Verdict};

/// For people at a terminal.
pub struct Human;

/// Findings that an expanded gate shows; the rest is counted.
const MAX_SHOWN: u64 = 20;
/// Findings of one rule that are shown; the rest is counted.
const MAX_PER_RULE: u64 = 5;

impl Renderer for Human {
    fn name(&self) -> &'static str {
        "human"
    }

    fn about(&self) -> &'static str {
        "for people: a line a gate, what did not pass expanded"
    }

    fn page(&self, report: &Report, style: Style) -> io::Result<String> {
        let page = Page { report, style };
        let mut out = Vec::new();
        if style.detail > Detail::Brief {
            page.gates(&mut out)?;
            page.expanded(&mut out)?;
        }
        page.decision(&mut out)?;
        Ok(inert::text(&String::from_utf8_lossy(&out)))
    }
}

struct Page<'a> {
    report: &'a Report,
    style: Style,
}

/// The sign and the colour of a verdict. The five are told apart without colour too.
pub(super) fn sign(verdict: Verdict) -> (&'static str, Paint) {
    let paint = |colour: AnsiColor| Paint::new().fg_color(Some(colour.into()));
    match verdict {
        Verdict::Passed => ("✓", paint(AnsiColor::Green)),
        Verdict::Failed => ("✗", paint(AnsiColor::Red).bold()),
        Verdict::Error => ("!", paint(AnsiColor::Magenta).bold()),
        Verdict::Skipped => ("-", paint(AnsiColor::Yellow)),
        Verdict::NotRun => ("·", Paint::new().dimmed()),
    }
}

/// A text whose further lines cannot pass for lines of ours.
fn indented(text: &str) -> String {
    text.replace('\n', "\n      ")
}

impl Page<'_> {
    fn paint(&self, paint: Paint, text: &str) -> String {
        match self.style.colour {
            Colour::Yes => format!("{paint}{text}{paint:#}"),
            Colour::No => text.to_owned(),
        }
    }

    fn gates(&self, out: &mut dyn Write) -> io::Result<()> {
        let width = self
            .report
            .gates
            .iter()
            .map(|gate| gate.gate.as_str().len())
            .max()
            .unwrap_or(0);
        for gate in &self.report.gates {
            self.gate_line(gate, width, out)?;
            if self.style.detail == Detail::Full {
                for step in &gate.steps {
                    self.step_line(step, out)?;
                }
                for check in &gate.checks {
                    self.check_line(check, out)?;
                }
            }
        }
        Ok(())
    }

    fn gate_line(&self, gate: &GateReport, width: usize, out: &mut dyn Write) -> io::Result<()> {
        let (mark, paint) = sign(gate.verdict);
        let name = self.paint(paint, &format!("{mark} {:<width$}", gate.gate.as_str()));
        let verdict = self.paint(paint, &format!("{:<7}", gate.verdict.as_str().replace('_', " ")));
        let optional = if gate.required { "" } else { " (optional)" };
        let time = if gate.duration_ms > 0 {
            format!("  {}", seconds(gate.duration_ms))
        } else {
            String::new()
        };
        let time = self.paint(Paint::new().dimmed(), &time);
        writeln!(
            out,
            "{name}  {verdict}  {}{optional}{time}",
            text::first_line(&gate.reason)
        )
    }

    fn step_line(&self, step: &StepReport, out: &mut dyn Write) -> io::Result<()> {
        let (mark, paint) = sign(step.verdict);
        let version = step
            .tool_version
            .as_deref()
            .map(|version| format!(" {version}"))
            .unwrap_or_default();
        let line = format!(
            "{mark} {}{version} in {}: {} ({})",
            step.tool,
            step.unit,
            text::first_line(&step.reason),
            seconds(step.duration_ms)
        );
        writeln!(out, "    {}", self.paint(paint, &line))?;
        if !step.command.is_empty() {
            let command = crate::model::config::join_words(&step.command);
            writeln!(out, "      {}", self.paint(Paint::new().dimmed(), &command))?;
        }
        Ok(())
    }

    fn check_line(&self, check: &CheckReport, out: &mut dyn Write) -> io::Result<()> {
        let (mark, paint) = match check.status {
            CheckStatus::Passed => sign(Verdict::Passed),
            CheckStatus::Warning => ("~", sign(Verdict::Skipped).1),
            CheckStatus::Failed => sign(Verdict::Failed),
            CheckStatus::Error => sign(Verdict::Error),
            CheckStatus::Skipped => sign(Verdict::Skipped),
        };
        let line = format!("{mark} {}: {}", check.check, text::first_line(&check.said));
        writeln!(out, "    {}", self.paint(paint, &line))
    }

    fn expanded(&self, out: &mut dyn Write) -> io::Result<()> {
        for gate in &self.report.gates {
            let speaks = matches!(gate.verdict, Verdict::Failed | Verdict::Error);
            let notes = !gate.warnings.is_empty() || !gate.changed_files.is_empty();
            let skipped_with_advice = gate.verdict == Verdict::Skipped && !gate.remediation.is_empty();
            if speaks || notes || skipped_with_advice {
                self.expand(gate, out)?;
            }
        }
        for warning in &self.report.warnings {
            writeln!(
                out,
                "\n{} {}",
                self.paint(AnsiColor::Yellow.on_default(), "warning:"),
                indented(warning)
            )?;
        }
        Ok(())
    }

    fn expand(&self, gate: &GateReport, out: &mut dyn Write) -> io::Result<()> {
        let (_, paint) = sign(gate.verdict);
        let title = format!("{}: {}", gate.gate, gate.verdict.as_str().replace('_', " "));
        writeln!(out, "\n{}", self.paint(paint.bold(), &title))?;
        self.findings(gate, out)?;
        for step in
            super::steps_once(gate).filter(|step| matches!(step.verdict, Verdict::Failed | Verdict::Error))
        {
            if step.verdict == Verdict::Error || gate.findings.is_empty() {
                writeln!(out, "  {} in {}: {}", step.tool, step.unit, step.reason)?;
            }
            for line in &step.output_tail {
                writeln!(out, "    {} {line}", self.paint(Paint::new().dimmed(), "|"))?;
            }
            if let (false, Some(log)) = (step.output_tail.is_empty(), &step.log) {
                writeln!(out, "    full output: {log}")?;
            }
        }
        for warning in &gate.warnings {
            writeln!(
                out,
                "  {} {}",
                self.paint(AnsiColor::Yellow.on_default(), "warning:"),
                indented(warning)
            )?;
        }
        if !gate.changed_files.is_empty() {
            let shown: Vec<&str> = gate.changed_files.iter().take(10).map(String::as_str).collect();
            let more = gate.changed_files.len() - shown.len();
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            writeln!(out, "  fixed automatically: {}{more}", shown.join(", "))?;
        }
        for advice in &gate.remediation {
            writeln!(
                out,
                "  {} {}",
                self.paint(AnsiColor::Cyan.on_default(), "→"),
                indented(advice)
            )?;
        }
        Ok(())
    }

    /// The findings, the worst first; of a rule that is broken everywhere a few stand for all, unless everything
    /// is asked for.
    fn findings(&self, gate: &GateReport, out: &mut dyn Write) -> io::Result<()> {
        let (per_rule, most) = match self.style.detail {
            Detail::Full => (u64::MAX, u64::MAX),
            Detail::Brief | Detail::Normal => (MAX_PER_RULE, MAX_SHOWN),
        };
        let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
        let mut shown = 0;
        for finding in &gate.findings {
            let count = seen.entry(&finding.rule).or_default();
            *count += 1;
            if *count <= per_rule && shown < most {
                self.finding(finding, out)?;
                shown += 1;
            }
        }
        let many: Vec<String> = seen
            .iter()
            .filter(|(_, count)| **count > per_rule)
            .take(6)
            .map(|(rule, count)| format!("{count} of {}", text::shorten(rule, 80)))
            .collect();
        let hidden = gate.findings_total.saturating_sub(shown);
        if hidden > 0 {
            let many = if many.is_empty() {
                String::new()
            } else {
                format!(" (in all {})", many.join(", "))
            };
            writeln!(out, "  … and {hidden} more in the report{many}")?;
        }
        Ok(())
    }

    fn finding(&self, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
        let fixable = if finding.fixable { " [fixable]" } else { "" };
        let rule = self.paint(Paint::new().bold(), &finding.rule);
        let mut lines = finding
            .message
            .lines()
            .map(str::trim_end)
            .filter(|line| !line.is_empty());
        let first = lines.next().unwrap_or("");
        let place = place(finding).map_or_else(String::new, |place| format!("{place}  "));
        writeln!(
            out,
            "  {place}{rule} {}  {}{fixable}",
            finding.severity,
            text::shorten(first, 300)
        )?;
        for line in lines.take(6) {
            writeln!(out, "      {}", text::shorten(line, 300))?;
        }
        Ok(())
    }

    /// Whether there is no verdict, and no gate that says why.
    fn is_open_without_a_gate(&self) -> bool {
        let report = self.report;
        let says_why =
            |gate: &GateReport| gate.required && !matches!(gate.verdict, Verdict::Passed | Verdict::Skipped);
        report.verdict == RunVerdict::Error
            && report.cancelled_by.is_none()
            && !report.warnings.is_empty()
            && !report.gates.iter().any(says_why)
    }

    fn decision(&self, out: &mut dyn Write) -> io::Result<()> {
        let report = self.report;
        let sum = report.summary;
        let verdict = match report.verdict {
            RunVerdict::Passed => Verdict::Passed,
            RunVerdict::Failed => Verdict::Failed,
            RunVerdict::Error => Verdict::Error,
        };
        let (_, paint) = sign(verdict);
        if self.style.detail > Detail::Brief {
            writeln!(out)?;
        }
        write!(out, "{}", self.paint(paint.bold(), decision(report.verdict)))?;
        if let Some(signal) = &report.cancelled_by {
            write!(out, " (cancelled by {signal})")?;
        }
        writeln!(out, "  {} in {}", counts(sum), seconds(report.duration_ms))?;
        if report.verdict == RunVerdict::Error && sum.passed == 0 && sum.error == 0 && sum.not_run == 0 {
            writeln!(out, "nothing was checked, and that is never a pass")?;
        } else if self.is_open_without_a_gate() {
            writeln!(
                out,
                "each gate that decides passed; why there is no verdict is in the warnings above"
            )?;
        }
        if report.verdict != RunVerdict::Passed {
            writeln!(out, "rerun: {}", report.rerun)?;
        }
        Ok(())
    }
}
