//! A report is data of unknown origin: tools printed most of it, and a file that is shown again may have been
//! written by anybody.

use std::io;

use serde_json::Value;

use crate::model::report::{GateReport, Report};
use crate::model::text;

/// The fields whose text may have several lines.
const LINES: [&str; 4] = ["message", "warnings", "remediation", "command"];

/// The fields that are cut at [`text::MAX_MESSAGE_CHARS`].
const PROSE: [&str; 5] = ["message", "warnings", "remediation", "reason", "output_tail"];

/// What an engine's own cut adds to a message: such a message is not cut a second time.
const NOTE_OF_A_CUT: usize = 64;

/// The report with every text made harmless by [`text::sanitise`], and kept in one line where it belongs in one.
///
/// It goes by the written form, so that no field that is added later is forgotten. What is clean comes back as
/// it is.
pub fn clean(report: &Report) -> io::Result<Report> {
    let mut value = serde_json::to_value(report)?;
    walk(&mut value, "");
    Ok(serde_json::from_value(value)?)
}

/// [`clean`] of one gate.
pub fn clean_gate(gate: &GateReport) -> io::Result<GateReport> {
    let mut value = serde_json::to_value(gate)?;
    walk(&mut value, "");
    Ok(serde_json::from_value(value)?)
}

fn walk(value: &mut Value, key: &str) {
    match value {
        Value::String(text) => {
            let harmless = if LINES.contains(&key) {
                text::sanitise(text)
            } else {
                text::one_line(text)
            };
            *text = if PROSE.contains(&key) && harmless.chars().nth(LONGEST).is_some() {
                text::shorten(&harmless, text::MAX_MESSAGE_CHARS)
            } else {
                harmless
            };
        }
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, key)),
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                walk(field, name);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

const LONGEST: usize = text::MAX_MESSAGE_CHARS + NOTE_OF_A_CUT;

#[cfg(test)]
mod tests {
    use super::super::tests::fixture_report;
    use super::*;

    #[test]
    fn what_is_clean_stays_as_it_is() {
        let once = clean(&fixture_report()).unwrap();
        assert_eq!(clean(&once).unwrap(), once);
    }

    #[test]
    fn no_field_keeps_what_deceives_a_terminal() {
        let mut report = fixture_report();
        let bad = "\u{1b}]0;x\u{7}a\u{202e}b\nc".to_owned();
        report.rerun.clone_from(&bad);
        report.run_id.clone_from(&bad);
        report.warnings = vec![bad.clone()];
        report.gates[0].steps = vec![];
        report.gates[0].changed_files = vec![bad.clone()];
        let clean = clean(&report).unwrap();
        assert_eq!(clean.rerun, "a<U+202E>b\\nc");
        assert_eq!(clean.run_id, "a<U+202E>b\\nc");
        assert_eq!(clean.warnings, ["a<U+202E>b\nc"]);
        assert_eq!(clean.gates[0].changed_files, ["a<U+202E>b\\nc"]);
    }

    #[test]
    fn a_message_that_was_cut_is_not_cut_again() {
        let mut report = fixture_report();
        let long = "x".repeat(5_000);
        report.gates[0].reason.clone_from(&long);
        report.gates[1].reason = text::message(long.as_bytes());
        let clean = clean(&report).unwrap();
        assert_eq!(clean.gates[0].reason, report.gates[1].reason);
        assert_eq!(clean.gates[1].reason, report.gates[1].reason);
    }
}
