//! `JUnit` XML, as CI systems read it: a suite a gate, a case for the gate, for each step and for each finding.
//!
//! The form holds to what the schemas of Ant's and Jenkins' readers have in common
//! (`tests/fixtures/schemas/junit-common.xsd`). `JUnit` has four outcomes and sdd five: what was not run is an
//! `error` of the type `not_run`, because it gave no answer and must not look harmless.

use std::io;

use chrono::{DateTime, Utc};
use quick_xml::escape::escape;

use super::{Renderer, Style, counts, decision, inert, place};
use crate::model::finding::Finding;
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
        let mut page = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n".to_owned();
        for (id, suite) in suites.iter().enumerate() {
            page.push_str(&suite.xml(id, report.started_at));
        }
        Ok(page + "</testsuites>\n")
    }
}

struct Suite {
    name: String,
    duration_ms: u64,
    properties: Vec<(String, String)>,
    cases: Vec<Case>,
    /// What belongs to the suite and to none of its cases.
    notes: Vec<String>,
}

struct Case {
    class: String,
    name: String,
    duration_ms: u64,
    outcome: Outcome,
}

/// What a case has in it.
enum Outcome {
    Passed,
    Failure {
        kind: String,
        message: String,
        body: String,
    },
    Error {
        kind: String,
        message: String,
        body: String,
    },
    Skipped {
        message: String,
    },
}

impl Outcome {
    fn of(verdict: Verdict, kind: &str, reason: &str, body: String) -> Self {
        let (kind, message) = (kind.to_owned(), reason.to_owned());
        match verdict {
            Verdict::Passed => Self::Passed,
            Verdict::Failed => Self::Failure { kind, message, body },
            Verdict::Error | Verdict::NotRun => Self::Error { kind, message, body },
            Verdict::Skipped => Self::Skipped { message },
        }
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
            outcome: Outcome::of(verdict, verdict.as_str(), &reason, body),
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
        outcome: Outcome::of(
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
        outcome: Outcome::of(step.verdict, kind, &step.reason, body.trim_start().to_owned()),
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

impl Suite {
    fn xml(&self, id: usize, at: DateTime<Utc>) -> String {
        let count =
            |wanted: fn(&Outcome) -> bool| self.cases.iter().filter(|case| wanted(&case.outcome)).count();
        let name = value(&self.name);
        let mut xml = format!(
            "  <testsuite name=\"{name}\" package=\"{name}\" id=\"{id}\" hostname=\"localhost\" timestamp=\"{}\" \
             tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{}\">\n    <properties>\n",
            at.format("%Y-%m-%dT%H:%M:%S"),
            self.cases.len(),
            count(|outcome| matches!(outcome, Outcome::Failure { .. })),
            count(|outcome| matches!(outcome, Outcome::Error { .. })),
            count(|outcome| matches!(outcome, Outcome::Skipped { .. })),
            decimal(self.duration_ms),
        );
        for (name, text) in &self.properties {
            xml.push_str(&format!(
                "      <property name=\"{}\" value=\"{}\"/>\n",
                value(name),
                value(text)
            ));
        }
        xml.push_str("    </properties>\n");
        for case in &self.cases {
            xml.push_str(&case.xml());
        }
        xml.push_str(&format!(
            "    <system-out>{}</system-out>\n    <system-err/>\n  </testsuite>\n",
            content(&self.notes.join("\n"))
        ));
        xml
    }
}

impl Case {
    fn xml(&self) -> String {
        let head = format!(
            "    <testcase classname=\"{}\" name=\"{}\" time=\"{}\"",
            value(&self.class),
            value(&self.name),
            decimal(self.duration_ms)
        );
        let with = |element: &str, kind: &str, message: &str, body: &str| {
            format!(
                "{head}>\n      <{element} type=\"{}\" message=\"{}\">{}</{element}>\n    </testcase>\n",
                value(kind),
                value(message),
                content(body)
            )
        };
        match &self.outcome {
            Outcome::Passed => format!("{head}/>\n"),
            Outcome::Failure { kind, message, body } => with("failure", kind, message, body),
            Outcome::Error { kind, message, body } => with("error", kind, message, body),
            Outcome::Skipped { message } => format!(
                "{head}>\n      <skipped message=\"{}\"/>\n    </testcase>\n",
                value(message)
            ),
        }
    }
}

/// Milliseconds as seconds: `1.234`.
fn decimal(duration_ms: u64) -> String {
    format!("{}.{:03}", duration_ms / 1_000, duration_ms % 1_000)
}

/// Text between tags: without the characters that XML 1.0 cannot hold, even escaped.
fn content(text: &str) -> String {
    let held =
        |c: &char| matches!(c, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    let text: String = text.chars().filter(held).filter(|c| *c != '\u{7f}').collect();
    inert::xml(&escape(text.as_str()))
}

/// The value of an attribute, in which a reader would make spaces of line breaks.
fn value(text: &str) -> String {
    content(text).replace('\n', "&#10;").replace('\t', "&#9;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_valid_whatever_it_holds() {
        assert_eq!(
            content("a\u{0}\u{b}\u{fffe}\u{ffff}b]]>&\"'"),
            "ab]]&gt;&amp;&quot;&apos;"
        );
        assert_eq!(content("a::b\n ::x ##[y]"), "a::b\n &#58;:x ##&#91;y]");
        assert_eq!(value("a\nb\tc"), "a&#10;b&#9;c");
    }

    #[test]
    fn times_are_seconds() {
        assert_eq!([0, 7, 1_234].map(decimal), ["0.000", "0.007", "1.234"]);
    }
}
