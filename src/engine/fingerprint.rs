//! The identity of a finding across runs: it moves with its line and does not change with its number.

use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::model::finding::Finding;
use crate::model::gate_id::GateId;
use crate::project::files;

/// Fills in the fingerprints of a gate's findings: gate, rule, path and the normalised text of the line, and a
/// count for findings that have all of these in common.
pub(super) fn fill(gate: GateId, root: &Path, findings: &mut [Finding]) {
    let lines = files::LineReader::new(root);
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for finding in findings {
        let line = match (&finding.path, finding.line) {
            (Some(path), Some(line)) => lines.line(path, line),
            _ => None,
        };
        // Without a line the message is all there is; its numbers change from run to run.
        let text = line.unwrap_or_else(|| finding.message.chars().filter(|c| !c.is_ascii_digit()).collect());
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let path = finding.path.as_deref().unwrap_or("");
        let base = format!("{gate}\0{}\0{path}\0{text}", finding.rule);
        let count = seen.entry(base.clone()).or_default();
        let digest = Sha256::digest(format!("{base}\0{count}"));
        *count += 1;
        finding.fingerprint = hex(&digest[..8]);
    }
}

/// Bytes as lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
