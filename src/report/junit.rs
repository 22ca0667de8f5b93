//! `JUnit` XML, as CI systems read it: a suite a gate, a case for the gate, for each step and for each finding.
//!
//! `JUnit` has four outcomes and sdd five: what was not run is an `error` of the type `not_run`, because it gave no
//! answer and must not look harmless.

use std::io;

use super::{Renderer, Style, counts, decision, place};
use crate::model::finding::Finding;
use crate::model::format::junit::{Case, Outcome, Suite, document};
use crate::model::report::{GateReport, Report, StepReport};
use crate::model::text;
use crate::model::verdict::{RunVerdict, Verdict};

/// `JUnit` XML.
pub struct Junit;

impl Renderer for Junit {
    fn name(&self) -> &'static str {
        "junit"
    }

    fn about(&self) -> &'static str {
        "JUnit XML, as CI systems read it"
    }

    fn page(&self, report: &Report, _style: Style) -> io::Result<String> {
        let mut suites = vec![of_run(report)];
        suites.extend(report.gates.iter().map(of_gate));
        Ok(document(suites, report.started_at))
    }
}

fn outcome(verdict: Verdict, kind: &str, reason: &str, body: String) -> Outcome {
    let (kind, message) = (kind.to_owned(), reason.to_owned());
    match verdict {
        Verdict::Passed => Outcome::Passed,
        Verdict::Failed => Outcome::Failure { kind, message, body },
        Verdict::Error | Verdict::NotRun => Outcome::Error { kind, message, body },
        Verdict::Skipped => Outcome::Skipped { message },
    }
}

/// The decision itself: a run in which nothing was checked has no gate that says so.
fn of_run(report: &Report) -> Suite {
    let verdict = match report.verdict {
        RunVerdict::Passed => Verdict::Passed,
        RunVerdict::Failed => Verdict::Failed,
        RunVerdict::Error => Verdict::Error,
    };
    let mut reason = format!("{}: {}", decision(report.verdict), counts(report.summary));
    if let Some(signal) = &report.cancelled_by {
        reason.push_str(&format!(", cancelled by {signal}"));
    }
    let body = format!("rerun: {}", report.rerun);
    let properties = [
        ("sdd_version", report.sdd_version.as_str()),
        ("run_id", &report.run_id),
        ("command", &report.command),
        ("verdict", report.verdict.as_str()),
    ];
    Suite {
        name: "sdd".to_owned(),
        duration_ms: report.duration_ms,
        properties: properties
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
        cases: vec![Case {
            class: "sdd".to_owned(),
            name: "verdict".to_owned(),
            duration_ms: report.duration_ms,
            outcome: outcome(verdict, verdict.as_str(), &reason, body),
        }],
        notes: report
            .warnings
            .iter()
            .map(|warning| format!("warning: {warning}"))
            .collect(),
    }
}

fn of_gate(gate: &GateReport) -> Suite {
    let name = format!("sdd.{}", gate.gate);
    let required = if gate.required { "yes" } else { "no" };
    let mut properties = vec![
        ("verdict".to_owned(), gate.verdict.as_str().to_owned()),
        ("required".to_owned(), required.to_owned()),
        ("reason".to_owned(), gate.reason.clone()),
    ];
    for (name, value) in &gate.metrics {
        properties.push((name.clone(), value.to_string()));
    }
    let mut cases = vec![Case {
        class: name.clone(),
        name: gate.gate.to_string(),
        duration_ms: gate.duration_ms,
        outcome: outcome(
            gate.verdict,
            gate.verdict.as_str(),
            &gate.reason,
            gate.remediation.join("\n"),
        ),
    }];
    cases.extend(gate.steps.iter().map(|step| of_step(&name, step)));
    let mut notes: Vec<String> = gate.warnings.iter().map(|w| format!("warning: {w}")).collect();
    for finding in &gate.findings {
        // What a gate that passed tolerates is no failure.
        if gate.verdict == Verdict::Passed {
            notes.push(format!("tolerated: {}", told(finding)));
        } else {
            cases.push(of_finding(&name, finding));
        }
    }
    let listed = u64::try_from(gate.findings.len()).unwrap_or(u64::MAX);
    let hidden = gate.findings_total.saturating_sub(listed);
    if hidden > 0 {
        notes.push(format!("{hidden} more findings are not listed"));
    }
    notes.extend(gate.changed_files.iter().map(|file| format!("fixed: {file}")));
    Suite {
        name,
        duration_ms: gate.duration_ms,
        properties,
        cases,
        notes,
    }
}

fn of_step(suite: &str, step: &StepReport) -> Case {
    let kind = match (&step.signal, step.timed_out) {
        (_, true) => "timeout",
        (Some(signal), _) => signal,
        (None, false) => step.verdict.as_str(),
    };
    let mut body = step.output_tail.join("\n");
    if let Some(log) = &step.log {
        body.push_str(&format!("\nfull output: {log}"));
    }
    Case {
        class: suite.to_owned(),
        name: format!("{} in {}", step.tool, step.unit),
        duration_ms: step.duration_ms,
        outcome: outcome(step.verdict, kind, &step.reason, body.trim_start().to_owned()),
    }
}

fn of_finding(suite: &str, finding: &Finding) -> Case {
    let name = match place(finding) {
        Some(place) => format!("{} {place}", finding.rule),
        None => finding.rule.clone(),
    };
    Case {
        class: format!("{suite}.{}", finding.tool),
        name,
        duration_ms: 0,
        outcome: Outcome::Failure {
            kind: finding.severity.as_str().to_owned(),
            message: text::first_line(&finding.message).to_owned(),
            body: told(finding),
        },
    }
}

fn told(finding: &Finding) -> String {
    let place = place(finding).map_or_else(String::new, |place| place + ": ");
    format!(
        "{place}{} {}: {}",
        finding.rule, finding.severity, finding.message
    )
}
