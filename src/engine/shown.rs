//! A gate's report as it may be shown and stored.
//!
//! What tools wrote was read as it came, so everything that was made of it may hold secrets and control sequences. All
//! of that is cleaned here, and nowhere before: what is cut before it is cleaned could show half a secret.

use serde_json::Value;

use crate::model::report::GateReport;
use crate::model::text;
use crate::process::redact::Redactor;
use crate::tools;

/// Fields whose words are sdd's own.
const OWN: [&str; 8] = [
    "gate",
    "verdict",
    "severity",
    "language",
    "fingerprint",
    "signal",
    "log",
    "status",
];

/// The fields whose text may have several lines.
const LINES: [&str; 4] = ["message", "warnings", "remediation", "command"];

/// The characters of fields that are cut.
const LONGEST: [(&str, usize); 3] = [("reason", 500), ("rule", 300), ("output_tail", 400)];

/// The report without secrets and control sequences. It goes by the written form, so that no field that is added later
/// is forgotten.
pub(super) fn clean(report: &GateReport, redactor: &Redactor) -> serde_json::Result<GateReport> {
    let mut value = serde_json::to_value(report)?;
    walk(&mut value, "", redactor);
    serde_json::from_value(value)
}

/// The path of a file as it may be shown.
pub(super) fn path(path: &str, redactor: &Redactor) -> String {
    shown(path, "path", redactor)
}

fn walk(value: &mut Value, key: &str, redactor: &Redactor) {
    match value {
        Value::String(text) => *text = shown(text, key, redactor),
        Value::Array(items) if key == "command" => {
            let words: Vec<String> = items
                .iter()
                .filter_map(Value::as_str)
                .map(text::sanitise)
                .collect();
            *items = redactor.words(&words).into_iter().map(Value::String).collect();
        }
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, key, redactor)),
        // The names of numbers hold paths.
        Value::Object(fields) if key == "metrics" => {
            *fields = std::mem::take(fields)
                .into_iter()
                .map(|(name, number)| (shown(&name, key, redactor), number))
                .collect();
        }
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                walk(field, name, redactor);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn shown(dirty: &str, key: &str, redactor: &Redactor) -> String {
    if OWN.contains(&key) || (key == "tool" && tools::by_id(dirty).is_some()) {
        return dirty.to_owned();
    }
    let harmless = if LINES.contains(&key) {
        text::sanitise(dirty)
    } else {
        text::one_line(dirty)
    };
    let clean: String = text::cut_pieces(&harmless)
        .into_iter()
        .map(|(piece, note)| match note {
            "" => redactor.text(piece),
            _ => redactor.cut_text(piece) + note,
        })
        .collect();
    match LONGEST.iter().find(|(field, _)| *field == key) {
        Some((_, longest)) => text::shorten(&clean, *longest),
        None => clean,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::engine::assemble;
    use crate::model::finding::{Finding, Severity};
    use crate::model::report::{CheckReport, CheckStatus, StepReport};
    use crate::model::verdict::Verdict;
    use crate::process::environment::Environment;

    const SECRET: &str = "t0ken-of-mine";

    fn redactor(value: &str) -> Redactor {
        let environment: Environment = [("A_TOKEN".into(), value.into())].into_iter().collect();
        Redactor::new(&environment, &[])
    }

    /// A report in which every text is this one.
    fn report(text: &str) -> GateReport {
        let text = || text.to_owned();
        let step = StepReport {
            tool: text(),
            role: None,
            tool_version: Some(text()),
            unit: text(),
            language: None,
            verdict: Verdict::Failed,
            reason: text(),
            command: vec![text(), "--password".to_owned(), "hunter2".to_owned()],
            exit_code: Some(1),
            signal: None,
            timed_out: false,
            duration_ms: 0,
            log: None,
            output_tail: vec![text()],
        };
        GateReport {
            verdict: Verdict::Failed,
            reason: text(),
            steps: vec![step],
            checks: vec![CheckReport {
                check: text(),
                status: CheckStatus::Failed,
                said: text(),
                remedy: Some(text()),
            }],
            metrics: BTreeMap::from([(text(), 1.into())]),
            findings: vec![Finding::new(&text(), text(), Severity::High, text()).at(text(), None, None)],
            changed_files: vec![text()],
            warnings: vec![text()],
            remediation: vec![text()],
            ..assemble::internal("")
        }
    }

    #[test]
    fn no_field_keeps_a_secret() {
        let dirty = report(&format!("a \u{1b}[31m{SECRET}\u{1b}[0m b"));
        let clean = clean(&dirty, &redactor(SECRET)).unwrap();
        let mut expect = report("a [redacted:A_TOKEN] b");
        expect.steps[0].command[2] = "[redacted:option]".to_owned();
        assert_eq!(clean, expect);
    }

    #[test]
    fn words_of_sdd_are_kept_whatever_is_secret() {
        for word in [
            "failed",
            "high",
            "custom",
            "null",
            "pip-audit",
            "verdict",
            "findings",
            "status",
        ] {
            let mut dirty = report("text");
            dirty.findings[0].tool = "pip-audit".to_owned();
            assert_eq!(clean(&dirty, &redactor(word)).unwrap().findings, dirty.findings);
        }
    }

    #[test]
    fn a_secret_that_is_cut_is_not_shown_in_part() {
        let cut = |text: &str, end: usize| text::shorten(text, text.chars().count() - end);
        let dirty = report(&format!("{}; and", cut(&format!("it is {SECRET}"), 4)));
        let clean = clean(&dirty, &redactor(SECRET)).unwrap();
        assert_eq!(clean.findings[0].message, "it is … (4 more characters); and");
        let long = report(&format!("{}{SECRET}", "x ".repeat(245)));
        let long = super::clean(&long, &redactor(SECRET)).unwrap();
        assert!(!long.reason.contains("t0ken"), "{}", long.reason);
    }
}
