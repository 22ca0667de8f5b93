//! A report from a file. Such a file is data of unknown origin: another sdd wrote it, or somebody's hand.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::commands::error::CommandError;
use crate::commands::pipeline::decide;
use crate::model::report::{Report, SCHEMA_VERSION, Summary};
use crate::model::text;
use crate::model::verdict::{RunVerdict, Verdict};
use crate::report;
use crate::store::{self, Document, Error, Position};

/// The kind of document that a report is.
const KIND: &str = "gate_report";

/// What to do about a file that is no report.
const HINT: &str = "the file was left as it is; run the gates again for a new report";

/// Reads a report; `None` when there is no such file.
///
/// What an older sdd did not write has its default. What a newer one wrote, what is no report of gates, and what
/// contradicts itself is refused with line and column; nothing is ever written. All text is clean.
pub fn load(path: &Path) -> anyhow::Result<Option<Report>> {
    match store::read_regular(path, store::LARGE)? {
        Some(bytes) => Ok(Some(parse(path, &bytes)?)),
        None => Ok(None),
    }
}

/// [`load`] of bytes; the path serves messages.
pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<Report, CommandError> {
    let document = Document::parse(path, bytes).map_err(|error| {
        let hint = match &error {
            Error::DuplicateKey { .. } => "remove one of the two; the file was left as it is",
            _ => HINT,
        };
        CommandError::usage(text::one_line(&error.to_string())).hint(hint)
    })?;
    let refuse = |at: &[&str], why: &str| refusal(&document, at, why);
    match document.value.get("kind") {
        Some(Value::String(kind)) if kind == KIND => {}
        Some(Value::String(kind)) => {
            return Err(refuse(&["kind"], &format!("this is a {kind:?}, not a {KIND:?}")));
        }
        Some(_) => return Err(refuse(&["kind"], "the kind of a document is a string")),
        None => return Err(refuse(&[], "this is no report of gates: it has no kind")),
    }
    match document.value.get("schema_version").map(Value::as_u64) {
        Some(Some(version)) if version == u64::from(SCHEMA_VERSION) => {}
        Some(Some(version)) if version > u64::from(SCHEMA_VERSION) => {
            let why = format!(
                "schema_version is {version}, and this sdd reads up to {SCHEMA_VERSION}: use a newer sdd"
            );
            return Err(refuse(&["schema_version"], &why));
        }
        Some(_) => return Err(refuse(&["schema_version"], "there is no such schema_version")),
        None => {
            return Err(refuse(
                &[],
                "this is no report of gates: it has no schema_version",
            ));
        }
    }
    let mut value = document.value.clone();
    fill(&mut value);
    let read: Report = serde_path_to_error::deserialize(value).map_err(|error| {
        let keys: Vec<String> = error
            .path()
            .iter()
            .filter_map(|segment| match segment {
                serde_path_to_error::Segment::Seq { index } => Some(index.to_string()),
                serde_path_to_error::Segment::Map { key } => Some(key.clone()),
                _ => None,
            })
            .collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let place = if keys.is_empty() {
            String::new()
        } else {
            keys.join(".") + ": "
        };
        refuse(&keys, &format!("{place}{}", error.inner()))
    })?;
    let mut read = report::clean(&read).map_err(|error| refuse(&[], &error.to_string()))?;
    read.summary = Summary::of(&read.gates);
    if read.verdict == RunVerdict::Passed && read.cancelled_by.is_some() {
        let why = "the verdict is \"passed\", and the run was cancelled: the report contradicts itself";
        return Err(refuse(&["cancelled_by"], why));
    }
    if read.verdict == RunVerdict::Passed && decide(&read.gates, false) != RunVerdict::Passed {
        return Err(refuse(&["verdict"], &contradiction(&read)));
    }
    Ok(read)
}

/// Why a report that says "passed" cannot have passed.
fn contradiction(report: &Report) -> String {
    let against = report
        .gates
        .iter()
        .find(|gate| gate.required && !matches!(gate.verdict, Verdict::Passed | Verdict::Skipped));
    match against {
        Some(gate) => format!(
            "the verdict is \"passed\", and the required gate {} is \"{}\": the report contradicts itself",
            gate.gate, gate.verdict
        ),
        None => "the verdict is \"passed\", and no gate has passed: the report contradicts itself".to_owned(),
    }
}

/// An error with the place of a value, or of the nearest one around it.
fn refusal(document: &Document, at: &[&str], why: &str) -> CommandError {
    let Position { line, column } = (0..=at.len())
        .rev()
        .find_map(|length| document.position(&at[..length]))
        .unwrap_or(Position { line: 1, column: 1 });
    let why = text::shorten(&text::one_line(why), 300);
    CommandError::usage(format!("{}:{line}:{column}: {why}", document.path.display())).hint(HINT)
}

/// Puts in what an older sdd did not write. What a report is about, and how it ended, has no default.
fn fill(report: &mut Value) {
    let Some(fields) = report.as_object_mut() else {
        return;
    };
    let command = fields
        .get("command")
        .and_then(Value::as_str)
        .unwrap_or("complete")
        .to_owned();
    defaults(
        fields,
        &[
            ("sdd_version", json!("unknown")),
            ("run_id", json!("")),
            ("command", json!(command)),
            ("project", json!({"units": []})),
            ("duration_ms", json!(0)),
            ("rerun", json!(format!("sdd {command}"))),
        ],
    );
    if let Some(started) = fields.get("started_at").cloned() {
        defaults(fields, &[("finished_at", started)]);
    }
    // Counted anew from the gates, whatever the file says.
    fields.insert("summary".to_owned(), json!(Summary::default()));
    for gate in objects(fields, "gates") {
        let listed = gate.get("findings").and_then(Value::as_array).map_or(0, Vec::len);
        defaults(
            gate,
            &[
                // Without a word on it, it decides.
                ("required", json!(true)),
                ("reason", json!("no reason was recorded")),
                ("duration_ms", json!(0)),
                ("steps", json!([])),
                ("metrics", json!({})),
                ("findings", json!([])),
                ("findings_total", json!(listed)),
                ("remediation", json!([])),
            ],
        );
        for step in objects(gate, "steps") {
            defaults(
                step,
                &[
                    ("unit", json!(".")),
                    ("reason", json!("no reason was recorded")),
                    ("command", json!([])),
                    ("timed_out", json!(false)),
                    ("duration_ms", json!(0)),
                ],
            );
        }
        for finding in objects(gate, "findings") {
            defaults(finding, &[("severity", json!("high")), ("fixable", json!(false))]);
        }
    }
}

fn defaults(fields: &mut Map<String, Value>, missing: &[(&str, Value)]) {
    for (name, value) in missing {
        if !fields.contains_key(*name) {
            fields.insert((*name).to_owned(), value.clone());
        }
    }
}

/// The objects in a list; what is of another type is left for the reader to refuse.
fn objects<'a>(
    fields: &'a mut Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = &'a mut Map<String, Value>> {
    let items = fields.get_mut(name).and_then(Value::as_array_mut);
    items.into_iter().flatten().filter_map(Value::as_object_mut)
}

#[cfg(test)]
mod tests;
