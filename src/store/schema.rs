//! Versions of state files: an older file is brought up step by step, a newer one is never written.
//!
//! `schema_version` is a whole number; a file without one has version 0, the layout that projects have had all
//! along and that sdd still writes. The day a layout changes, its file gets a step here and a recorded file of
//! the old version as a test.

use serde_json::Value;

use super::document::Document;
use super::error::Error;
use super::layout;

/// Brings a file of version N to version N + 1. Pure.
pub type Step = fn(&mut Value);

/// The files whose versions are watched, each with its steps: step N leads from N to N + 1.
const STATE_FILES: [(&str, &[Step]); 3] = [
    (layout::WORK_ITEMS, &[]),
    (layout::STATUS, &[]),
    (layout::BASELINES, &[]),
];

/// The steps of a state file; `None` for files without versions, such as the settings.
pub(super) fn steps_of(rel: &str) -> Option<&'static [Step]> {
    STATE_FILES
        .iter()
        .find(|(path, _)| *path == rel)
        .map(|(_, steps)| *steps)
}

/// The version that these steps lead to.
pub(super) fn known(steps: &[Step]) -> u64 {
    u64::try_from(steps.len()).unwrap_or(u64::MAX)
}

/// The version of a file.
pub(super) fn version(document: &Document) -> Result<u64, Error> {
    match document.value.get("schema_version") {
        None => Ok(0),
        Some(value) => value
            .as_u64()
            .ok_or_else(|| document.wrong_type(&["schema_version"], "a whole number from 0")),
    }
}

/// Brings a value from an older version to the newest; a value of the newest or a newer one stays as it is.
pub(super) fn upgrade(value: &mut Value, from: u64, steps: &[Step]) {
    let newest = known(steps);
    if from >= newest {
        return;
    }
    let done = usize::try_from(from).unwrap_or(usize::MAX);
    for step in steps.iter().skip(done) {
        step(value);
    }
    value["schema_version"] = Value::from(newest);
}
