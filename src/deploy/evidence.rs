//! What earlier runs of gates have left: reports, and the manifests of evidence.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::checks::Evidence;
use crate::model::gate_id::GateId;
use crate::model::report::Report;
use crate::store::{self, Store, layout};

/// The most reports that are looked at, the newest by name.
const MOST_REPORTS: usize = 200;
/// The manifest of the evidence of integration tests.
const MANIFEST: &str = "integration-evidence-manifest.json";

/// What runs of a gate have left, in reports and in the manifests of evidence.
pub fn gather(store: &Store, gate: GateId) -> Vec<Evidence> {
    let mut found = Vec::new();
    for name in listed(store, layout::REPORTS) {
        let path = format!("{}/{name}", layout::REPORTS);
        let Ok(Some(bytes)) = store::read_inside(store.root(), &path, store::LARGE) else {
            continue;
        };
        let Ok(report) = serde_json::from_slice::<Report>(&bytes) else {
            continue;
        };
        for ran in report.gates.iter().filter(|ran| ran.gate == gate) {
            let git = report.git.as_ref();
            found.push(Evidence {
                source: path.clone(),
                verdict: ran.verdict,
                commit: git.and_then(|git| git.head.clone()),
                dirty: git.is_none_or(|git| git.dirty),
                finished_at: report.finished_at,
            });
        }
    }
    for item in listed(store, layout::EVIDENCE) {
        let path = format!("{}/{item}/{MANIFEST}", layout::EVIDENCE);
        if let Ok(Some(bytes)) = store::read_inside(store.root(), &path, store::LARGE) {
            found.extend(of_manifest(&path, &bytes, gate));
        }
    }
    found
}

fn of_manifest(path: &str, bytes: &[u8], gate: GateId) -> Option<Evidence> {
    let manifest: Value = serde_json::from_slice(bytes).ok()?;
    let ran = manifest
        .get("gates")?
        .as_array()?
        .iter()
        .find(|ran| ran.get("gate").and_then(Value::as_str) == Some(gate.as_str()))?;
    let git = manifest.get("git")?;
    let finished: DateTime<Utc> = manifest.get("finished_at")?.as_str()?.parse().ok()?;
    Some(Evidence {
        source: path.to_owned(),
        verdict: serde_json::from_value(ran.get("verdict")?.clone()).ok()?,
        commit: git.get("commit").and_then(Value::as_str).map(str::to_owned),
        dirty: git.get("dirty").and_then(Value::as_bool).unwrap_or(true),
        finished_at: finished,
    })
}

/// The names in a directory, the last ones by name first.
fn listed(store: &Store, directory: &str) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(store.path(directory))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort_unstable_by(|a, b| b.cmp(a));
    names.truncate(MOST_REPORTS);
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::verdict::Verdict;

    #[test]
    fn manifests_are_evidence() {
        let manifest = br#"{"finished_at":"2026-01-01T00:00:00Z","gates":[{"gate":"integration","required":true,"verdict":"passed"}],"git":{"base":null,"commit":"c","dirty":false}}"#;
        let found = of_manifest("m", manifest, GateId::Integration).unwrap();
        assert_eq!(
            (found.verdict, found.commit.as_deref(), found.dirty),
            (Verdict::Passed, Some("c"), false)
        );
        assert_eq!(of_manifest("m", manifest, GateId::Security), None);
        assert_eq!(of_manifest("m", b"{}", GateId::Integration), None);
    }
}
