//! SARIF 2.1.0: one run in which every finding is a result, and every missing answer a notification.
//!
//! What GitHub's code scanning takes of it: only the first location of a result and never none, and fingerprints
//! named `primaryLocationLineHash`.

use std::collections::BTreeMap;
use std::io;

use serde_json::{Map, Value, json};

use super::{Renderer, Style, decision, inert, rooted};
use crate::model::finding::{Finding, Severity};
use crate::model::format::sarif::{MAX_ID, MAX_RESULTS, SCHEMA, artifact, id, message};
use crate::model::gate_id::GateId;
use crate::model::report::{GateReport, Report};
use crate::model::text;
use crate::model::verdict::Verdict;

/// SARIF 2.1.0.
pub struct Sarif;

impl Renderer for Sarif {
    fn name(&self) -> &'static str {
        "sarif"
    }

    fn about(&self) -> &'static str {
        "SARIF 2.1.0, for code scanning"
    }

    fn page(&self, report: &Report, _style: Style) -> io::Result<String> {
        let document =
            json!({"$schema": SCHEMA, "version": "2.1.0", "runs": [run(&rooted(report), anchor(report))]});
        Ok(inert::json(&serde_json::to_string_pretty(&document)?) + "\n")
    }
}

/// What is collected on the way through the gates.
struct Run {
    rules: Vec<Value>,
    /// Where each rule stands in the list.
    known: BTreeMap<String, usize>,
    results: Vec<Value>,
    /// How often each fingerprint occurred.
    seen: BTreeMap<String, u32>,
    notifications: Vec<Value>,
    /// The file that stands for the project where a result has none.
    anchor: String,
}

fn run(report: &Report, anchor: String) -> Value {
    let mut run = Run {
        rules: Vec::new(),
        known: BTreeMap::new(),
        results: Vec::new(),
        seen: BTreeMap::new(),
        notifications: Vec::new(),
        anchor,
    };
    for gate in &report.gates {
        run.gate(gate);
    }
    for warning in &report.warnings {
        run.notify("warning", "sdd/warning", warning);
    }
    for gate in &report.gates {
        for warning in &gate.warnings {
            run.notify("warning", "sdd/warning", &format!("{}: {warning}", gate.gate));
        }
    }
    let complete = report
        .gates
        .iter()
        .all(|gate| !matches!(gate.verdict, Verdict::Error | Verdict::NotRun));
    let gates: Vec<Value> = report
        .gates
        .iter()
        .map(|gate| {
            json!({"gate": gate.gate, "required": gate.required, "verdict": gate.verdict, "reason": gate.reason})
        })
        .collect();
    json!({
        "tool": {"driver": {
            "name": "sdd",
            "version": report.sdd_version,
            "rules": run.rules,
        }},
        "automationDetails": {"id": format!("sdd/{}/", report.command)},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The top of the repository; where there is none, the directory of the project."}}},
        "invocations": [{
            "executionSuccessful": complete && report.cancelled_by.is_none(),
            "startTimeUtc": report.started_at,
            "endTimeUtc": report.finished_at,
            "toolExecutionNotifications": run.notifications,
            "properties": {"rerun": report.rerun},
        }],
        "results": run.results,
        "properties": {"verdict": report.verdict, "decision": decision(report.verdict), "gates": gates},
    })
}

impl Run {
    fn gate(&mut self, gate: &GateReport) {
        for finding in &gate.findings {
            self.finding(gate, finding);
        }
        let listed = u64::try_from(gate.findings.len()).unwrap_or(u64::MAX);
        let hidden = gate.findings_total.saturating_sub(listed);
        if hidden > 0 {
            let what = format!("{}: {hidden} more findings are counted and not listed", gate.gate);
            self.notify("warning", "sdd/capped", &what);
        }
        let name = format!("sdd/{}", gate.gate);
        let what = format!("{}: {}: {}", gate.gate, gate.verdict, gate.reason);
        match gate.verdict {
            Verdict::Failed if gate.findings.is_empty() => {
                // A failure that no finding tells is a result all the same.
                let finding = Finding::new("sdd", gate.gate.as_str(), Severity::High, gate.reason.clone());
                self.finding(gate, &finding);
            }
            Verdict::Error | Verdict::NotRun => self.notify("error", &name, &what),
            Verdict::Skipped => self.notify("note", &name, &what),
            Verdict::Passed | Verdict::Failed => {}
        }
        for step in gate.steps.iter().filter(|step| step.verdict == Verdict::Error) {
            let what = format!("{} in {}: {}", step.tool, step.unit, step.reason);
            self.notify("error", &name, &what);
        }
    }

    fn finding(&mut self, gate: &GateReport, finding: &Finding) {
        if self.results.len() >= MAX_RESULTS {
            if self.results.len() == MAX_RESULTS && !self.seen.contains_key("capped") {
                self.seen.insert("capped".to_owned(), 1);
                self.notify(
                    "warning",
                    "sdd/capped",
                    "there are more findings than GitHub takes",
                );
            }
            return;
        }
        let id = rule_id(finding);
        let index = self.rule(&id, gate.gate, finding);
        let mut result = json!({
            "ruleId": id,
            "ruleIndex": index,
            "level": level(finding.severity),
            "message": {"text": message(&finding.message)},
            "locations": [{"physicalLocation": self.location(finding)}],
            "properties": {
                "gate": gate.gate, "tool": finding.tool, "severity": finding.severity, "fixable": finding.fixable,
            },
        });
        if !finding.fingerprint.is_empty() {
            let count = self.seen.entry(finding.fingerprint.clone()).or_default();
            *count += 1;
            result["partialFingerprints"] = json!({
                "primaryLocationLineHash": format!("{}:{count}", finding.fingerprint),
                "sddFingerprint/v1": finding.fingerprint,
            });
        }
        self.results.push(result);
    }

    /// Where a rule stands in the list; it is added when it is met for the first time.
    fn rule(&mut self, id: &str, gate: GateId, finding: &Finding) -> usize {
        if let Some(index) = self.known.get(id) {
            return *index;
        }
        let mut properties = json!({"gate": gate, "tool": finding.tool, "tags": [gate]});
        if gate == GateId::Security {
            // The word and the scale are GitHub's.
            properties["security-severity"] = json!(score(finding.severity));
        }
        self.rules.push(json!({
            "id": id,
            "shortDescription": {"text": message(&text::shorten(&format!("{} ({})", finding.rule, finding.tool), MAX_ID))},
            "defaultConfiguration": {"level": level(finding.severity)},
            "properties": properties,
        }));
        let index = self.rules.len() - 1;
        self.known.insert(id.to_owned(), index);
        index
    }

    fn location(&self, finding: &Finding) -> Value {
        let path = finding.path.as_deref().unwrap_or(&self.anchor);
        let mut location = Map::new();
        location.insert("artifactLocation".to_owned(), artifact(path));
        if let Some(line) = finding.line.filter(|line| *line > 0 && finding.path.is_some()) {
            let mut region = json!({"startLine": line});
            if let Some(column) = finding.column.filter(|column| *column > 0) {
                region["startColumn"] = json!(column);
            }
            location.insert("region".to_owned(), region);
        }
        Value::Object(location)
    }

    fn notify(&mut self, level: &str, id: &str, what: &str) {
        self.notifications.push(json!({
            "level": level, "descriptor": {"id": id}, "message": {"text": message(what)},
        }));
    }
}

/// A file that surely is in the repository: what the first unit was found by.
fn anchor(report: &Report) -> String {
    let whole = rooted(report);
    let unit = whole.project.units.first();
    let marker = unit.and_then(|unit| Some(unit.to_project(unit.markers.first()?)));
    marker.unwrap_or_else(|| {
        let prefix = report.git.as_ref().and_then(|git| git.prefix.as_deref());
        prefix.map_or_else(
            || ".session/config.json".to_owned(),
            |prefix| format!("{prefix}/.session/config.json"),
        )
    })
}

/// `ruff/F401`, or as much of it as a reader takes.
fn rule_id(finding: &Finding) -> String {
    id(&format!("{}/{}", finding.tool, finding.rule))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// GitHub's scale: critical above 9, high from 7, medium from 4, low below.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
        Severity::Info => "0.1",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_rules_stay_apart() {
        let id = |end: &str| rule_id(&Finding::new("t", "r".repeat(500) + end, Severity::Low, "m"));
        assert_ne!(id("a"), id("b"));
        assert!(id("a").len() < 255);
        assert_eq!(
            rule_id(&Finding::new("ruff", "F401", Severity::Low, "m")),
            "ruff/F401"
        );
    }
}
