//! SARIF 2.1.0: one run in which every finding is a result, and every missing answer a notification.
//!
//! Source: the OASIS standard, and what GitHub's code scanning takes of it: 25,000 results and rules a run (5,000
//! are shown), only the first location of a result and never none, fingerprints named `primaryLocationLineHash`.

use std::collections::BTreeMap;
use std::io;

use serde_json::{Map, Value, json};

use super::{Renderer, Style, decision, inert, rooted};
use crate::model::finding::{Finding, Severity};
use crate::model::gate_id::GateId;
use crate::model::report::{GateReport, Report};
use crate::model::text;
use crate::model::verdict::Verdict;

/// SARIF 2.1.0.
pub struct Sarif;

/// Results and rules that GitHub takes of one run.
const MAX_RESULTS: usize = 25_000;
/// Characters of a rule's id; GitHub takes 255.
const MAX_ID: usize = 200;
/// The schema that the document names.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// Characters of a path that stand for themselves in a URI (RFC 3986, 3.3), but for letters and digits.
const PLAIN_IN_PATHS: &[u8] = b"-._~/";

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

fn artifact(path: &str) -> Value {
    let path = path.replace('\\', "/");
    let path = path.strip_prefix("./").unwrap_or(&path);
    if path.starts_with('/') {
        return json!({"uri": format!("file://{}", percent(path))});
    }
    json!({"uri": percent(path), "uriBaseId": "SRCROOT"})
}

/// A path as part of a URI.
fn percent(path: &str) -> String {
    path.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || PLAIN_IN_PATHS.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

/// `ruff/F401`; a long one is cut, and a piece of its hash keeps it apart from others.
fn rule_id(finding: &Finding) -> String {
    let id = format!("{}/{}", finding.tool, finding.rule);
    match id.char_indices().nth(MAX_ID) {
        None => id,
        Some((at, _)) => format!("{}~{:016x}", &id[..at], fnv(id.as_bytes())),
    }
}

/// FNV-1a: the same on every machine, and nothing hangs on its strength.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A message in plain text. `[text](target)` would be a link in one (the standard, 3.11.6): a backslash before the
/// bracket says that it is none.
fn message(text: &str) -> String {
    if text.trim().is_empty() {
        return "no message".to_owned();
    }
    text.replace("](", "\\](")
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
    fn paths_are_relative_and_percent_encoded() {
        for (path, expect) in [
            ("src/a.py", json!({"uri": "src/a.py", "uriBaseId": "SRCROOT"})),
            (
                "./b c%ü.py",
                json!({"uri": "b%20c%25%C3%BC.py", "uriBaseId": "SRCROOT"}),
            ),
            (
                "a\\b:c?#.py",
                json!({"uri": "a/b%3Ac%3F%23.py", "uriBaseId": "SRCROOT"}),
            ),
            ("/x/y z", json!({"uri": "file:///x/y%20z"})),
        ] {
            assert_eq!(artifact(path), expect);
        }
    }

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

    #[test]
    fn a_message_holds_no_link() {
        assert_eq!(
            message("see [x](javascript:1) [y]"),
            "see [x\\](javascript:1) [y]"
        );
        assert_eq!(message(" "), "no message");
    }
}
