//! What differs from run to run, replaced by names, so that snapshots hold what stays.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

/// The forms that differ from run to run, each with its name. The order matters: an id of a run has the form
/// of a stamp in it, a stamp has the form of a version in it.
static FORMS: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    [
        (r"\b\d{8}T\d{6}\.\d{3}Z-\w+", "[RUN]"),
        (
            r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?",
            "[STAMP]",
        ),
        (r"\b[0-9a-f]{40}\b", "[COMMIT]"),
        (r"\b[0-9a-f]{64}\b", "[HASH]"),
        (r"\bpid \d+", "pid [PID]"),
        (r"\b\d+(?:\.\d+)?( ?)(?:ms|s|min)\b(?: \d+ ?s\b)?", "[TIME]"),
        (r"\bv?\d+\.\d+\.\d+(?:[-+][\w.]+)?\b", "[VERSION]"),
    ]
    .into_iter()
    .map(|(form, name)| (Regex::new(form).unwrap(), name))
    .collect()
});

/// Replaces times, durations, ids, commits and versions in a text.
pub fn redact_text(text: &str) -> String {
    FORMS.iter().fold(text.to_owned(), |text, (form, name)| {
        form.replace_all(&text, *name).into_owned()
    })
}

/// Replaces the same in a JSON document: numbers that are durations become 0.
pub fn redact_json(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| {
                let value = match value {
                    Value::Number(_) if key == "duration_ms" => 0.into(),
                    Value::String(text) if key == "fingerprint" && !text.is_empty() => "[FINGERPRINT]".into(),
                    Value::String(text) if key.ends_with("version") && text.contains('.') => {
                        "[VERSION]".into()
                    }
                    other => redact_json(other),
                };
                (key.clone(), value)
            })
            .collect(),
        Value::Array(items) => items.iter().map(redact_json).collect(),
        Value::String(text) => redact_text(text).into(),
        other => other.clone(),
    }
}

#[track_caller]
fn check(text: &str, expect: &str) {
    assert_eq!(redact_text(text), expect);
}

#[test]
fn what_differs_is_named() {
    check(
        ".session/runs/20261120T133512.123Z-x1Y2z3/log",
        ".session/runs/[RUN]/log",
    );
    check("since 2026-11-20T13:35:12Z, 0.34 s", "since [STAMP], [TIME]");
    check(
        "ruff 0.17.5 in 12ms and 1 min 5 s",
        "ruff [VERSION] in [TIME] and [TIME]",
    );
    check("held by pid 123", "held by pid [PID]");
    check("0123456789abcdef0123456789abcdef01234567", "[COMMIT]");
}

#[test]
fn what_stays_is_kept() {
    let text = "coverage 71.2 % is below 80 %, 12 tests, a.py:3:1, 2 s3 buckets";
    check(text, text);
}

#[test]
fn documents_are_redacted_by_key() {
    let document = serde_json::json!({
        "schema_version": 1, "sdd_version": "0.1.0", "duration_ms": 12, "head": null,
        "gates": [{"duration_ms": 3, "metrics": {"coverage_percent": 71.2}, "reason": "took 3 s"}],
    });
    let expect = serde_json::json!({
        "schema_version": 1, "sdd_version": "[VERSION]", "duration_ms": 0, "head": null,
        "gates": [{"duration_ms": 0, "metrics": {"coverage_percent": 71.2}, "reason": "took [TIME]"}],
    });
    assert_eq!(redact_json(&document), expect);
}
