//! What earlier runs of gates have left: reports, and the manifests of evidence.
//!
//! What cannot be read is kept as such, with the moment at which it was written: it may be the newest of all, and a failure.

use std::io;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::checks::{Evidence, Left, PreCheck, Unread, Wanted, judge};
use crate::model::config::PreDeploymentChecks;
use crate::model::gate_id::GateId;
use crate::model::report::Report;
use crate::model::work_item::{self, WorkItemType};
use crate::store::{self, Store, layout};

/// The most reports of sessions, and the most runs, that are looked at, the newest first.
const MOST: usize = 200;
/// The manifest of the evidence of integration tests.
const MANIFEST: &str = "integration-evidence-manifest.json";

/// Whether the gates that a deployment stands on have passed for a commit. `sdd` is how sdd is called in what is to be typed.
pub fn earlier_gates(
    store: &Store,
    asked: &PreDeploymentChecks,
    commit: Option<&str>,
    now: DateTime<Utc>,
    sdd: &str,
) -> Vec<PreCheck> {
    let gates = [
        (
            "integration_tests",
            integration(store, sdd),
            asked.integration_tests,
            GateId::Integration,
        ),
        (
            "security_scans",
            format!("{sdd} gate security"),
            asked.security_scans,
            GateId::Security,
        ),
    ];
    let look = |(name, remedy, is_asked, gate): (&'static str, String, bool, GateId)| {
        if !is_asked {
            return PreCheck::skipped(name, "turned off in the settings");
        }
        let wanted = Wanted {
            name,
            remedy: &remedy,
            commit,
            now,
            max_age: asked.max_evidence_age.get(),
        };
        judge(&wanted, &gather(store, gate))
    };
    gates.into_iter().map(look).collect()
}

/// How evidence of integration tests is made: without a session of one the command wants to know which.
fn integration(store: &Store, sdd: &str) -> String {
    let items = match store.read(layout::WORK_ITEMS) {
        Ok(document) => document.and_then(|document| work_item::read(&document.value).ok()),
        Err(_) => None,
    };
    let tests: Vec<String> = items
        .map(|read| read.items)
        .unwrap_or_default()
        .into_iter()
        .filter(|item| item.kind == WorkItemType::IntegrationTest)
        .map(|item| item.id)
        .collect();
    match tests.as_slice() {
        [] => format!(
            "there is no integration test yet: {sdd} work-item new --type integration_test; a project without them sets \
             deployment.pre_deployment_checks.integration_tests to false"
        ),
        [one] => format!("{sdd} integration run {one}"),
        several => format!("{sdd} integration run ID, with one of: {}", several.join(", ")),
    }
}

/// What runs of a gate have left: in the reports of runs, of sessions and of the last run, and in the manifests of evidence.
fn gather(store: &Store, gate: GateId) -> Left {
    let mut left = Left::default();
    let reports = [
        sessions(store),
        runs(store),
        Ok(vec![layout::LATEST_REPORT.to_owned()]),
    ];
    for place in reports {
        look(store, &mut left, place, |path, bytes| {
            of_report(path, bytes, gate)
        });
    }
    look(store, &mut left, manifests(store), |path, bytes| {
        of_manifest(path, bytes, gate)
    });
    left
}

/// Reads the files of a place.
fn look(
    store: &Store,
    left: &mut Left,
    place: Result<Vec<String>, Unread>,
    read: impl Fn(&str, &[u8]) -> Result<Vec<Evidence>, String>,
) {
    let paths = match place {
        Ok(paths) => paths,
        Err(unread) => {
            left.unread.push(unread);
            return;
        }
    };
    for path in paths {
        let found = match store::read_inside(store.root(), &path, store::LARGE) {
            Ok(None) => continue,
            Ok(Some(bytes)) => read(&path, &bytes),
            Err(error) => Err(error.to_string()),
        };
        match found {
            Ok(found) => left.evidence.extend(found),
            Err(why) => left.unread.push(unread(store, &path, why)),
        }
    }
}

fn unread(store: &Store, path: &str, why: String) -> Unread {
    // Of a link it is the link itself that counts: what it leads to cannot be read.
    let written = store
        .path(path)
        .symlink_metadata()
        .and_then(|found| found.modified());
    Unread {
        source: path.to_owned(),
        why,
        written_at: written.ok().map(DateTime::<Utc>::from),
    }
}

fn of_report(path: &str, bytes: &[u8], gate: GateId) -> Result<Vec<Evidence>, String> {
    let report: Report = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let git = report.git.as_ref();
    let ran = report.gates.iter().filter(|ran| ran.gate == gate);
    Ok(ran
        .map(|ran| Evidence {
            source: path.to_owned(),
            verdict: ran.verdict,
            commit: git.and_then(|git| git.head.clone()),
            dirty: git.is_none_or(|git| git.dirty),
            finished_at: report.finished_at,
        })
        .collect())
}

fn of_manifest(path: &str, bytes: &[u8], gate: GateId) -> Result<Vec<Evidence>, String> {
    let manifest: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let without = |what: &str| format!("it has no {what}");
    let gates = manifest.get("gates").and_then(Value::as_array);
    let mut gates = gates.ok_or_else(|| without("gates"))?.iter();
    let Some(ran) = gates.find(|ran| ran.get("gate").and_then(Value::as_str) == Some(gate.as_str())) else {
        return Ok(Vec::new());
    };
    let git = manifest.get("git").ok_or_else(|| without("commit"))?;
    let finished = manifest.get("finished_at").and_then(Value::as_str);
    let finished = finished.and_then(|at| at.parse().ok());
    let verdict = ran
        .get("verdict")
        .and_then(|verdict| serde_json::from_value(verdict.clone()).ok());
    Ok(vec![Evidence {
        source: path.to_owned(),
        verdict: verdict.ok_or_else(|| without("verdict"))?,
        commit: git.get("commit").and_then(Value::as_str).map(str::to_owned),
        dirty: git.get("dirty").and_then(Value::as_bool).unwrap_or(true),
        finished_at: finished.ok_or_else(|| without("time"))?,
    }])
}

/// The reports of sessions, the newest first. Other files in their directory are no reports.
fn sessions(store: &Store) -> Result<Vec<String>, Unread> {
    let mut numbers: Vec<u32> = listed(store, layout::REPORTS)?
        .iter()
        .filter_map(|name| {
            let number = layout::session_of(name)?;
            layout::report(number)
                .ends_with(&format!("/{name}"))
                .then_some(number)
        })
        .collect();
    numbers.sort_unstable_by(|a, b| b.cmp(a));
    Ok(numbers.into_iter().take(MOST).map(layout::report).collect())
}

/// The reports of runs: the last report of any run holds one of them only, and the gate may not have been in it.
fn runs(store: &Store) -> Result<Vec<String>, Unread> {
    let mut ids = listed(store, layout::RUNS)?;
    ids.retain(|id| store.path(&format!("{}/{id}", layout::RUNS)).is_dir());
    ids.sort_unstable_by(|a, b| b.cmp(a));
    Ok(ids
        .iter()
        .take(MOST)
        .map(|id| layout::report_of_run(id))
        .collect())
}

fn manifests(store: &Store) -> Result<Vec<String>, Unread> {
    let directory = |item: &String| format!("{}/{item}", layout::EVIDENCE);
    let mut items = listed(store, layout::EVIDENCE)?;
    // Beside them lies the hash of the newest manifest.
    items.retain(|item| !store.path(&directory(item)).is_file());
    items.sort_unstable();
    Ok(items
        .iter()
        .map(|item| format!("{}/{MANIFEST}", directory(item)))
        .collect())
}

/// The names in a directory; none where there is no directory.
fn listed(store: &Store, directory: &str) -> Result<Vec<String>, Unread> {
    let failed = |error: io::Error| Unread {
        source: directory.to_owned(),
        why: error.to_string(),
        // What lies in it may be of any time.
        written_at: None,
    };
    let entries = match std::fs::read_dir(store.path(directory)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(failed)?.file_name();
        names.extend(name.into_string().ok().filter(|name| !name.starts_with('.')));
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::verdict::Verdict;
    use crate::store::Overwrite;

    const PASSED: &str = r#"{"finished_at":"2026-01-01T00:00:00Z","gates":[{"gate":"integration","required":true,"verdict":"passed"}],"git":{"base":null,"commit":"c","dirty":false}}"#;

    fn project() -> (tempfile::TempDir, Store) {
        let temp = tempfile::tempdir().unwrap();
        let store = Store::create(temp.path()).unwrap();
        (temp, store)
    }

    fn report(gate: GateId, verdict: Verdict) -> Vec<u8> {
        let at = "2026-01-01T00:00:00Z";
        let report = serde_json::json!({
            "schema_version": 1, "kind": "gate_report", "sdd_version": "0", "run_id": "r", "command": "gate", "session": null,
            "work_item": null, "project": {"units": []}, "git": {"head": "c", "branch": null, "base": null, "dirty": false},
            "started_at": at, "finished_at": at, "duration_ms": 0, "verdict": "passed",
            "summary": {"passed": 0, "failed": 0, "error": 0, "skipped": 0, "not_run": 0}, "rerun": "",
            "gates": [{"gate": gate, "required": true, "verdict": verdict, "reason": "r", "duration_ms": 0, "steps": [],
                "metrics": {}, "findings": [], "findings_total": 0, "remediation": []}],
        });
        serde_json::to_vec(&report).unwrap()
    }

    #[test]
    fn manifests_are_evidence() {
        let found = of_manifest("m", PASSED.as_bytes(), GateId::Integration).unwrap();
        let [found] = &found[..] else {
            panic!("{found:?}");
        };
        assert_eq!(
            (found.verdict, found.commit.as_deref(), found.dirty),
            (Verdict::Passed, Some("c"), false)
        );
        assert_eq!(of_manifest("m", PASSED.as_bytes(), GateId::Security), Ok(vec![]));
        for (from, to) in [
            ("gates", "gaets"),
            ("\"git\"", "\"gti\""),
            ("2026-01", "2026-13"),
            ("\"passed\"", "\"psased\""),
            ("{", ""),
        ] {
            let broken = PASSED.replacen(from, to, 1);
            of_manifest("m", broken.as_bytes(), GateId::Integration).unwrap_err();
        }
    }

    #[test]
    fn every_run_that_left_a_report_is_evidence() {
        let (_temp, store) = project();
        let write = |path: &str, bytes: &[u8]| {
            store.write(path, bytes, Overwrite::Replace).unwrap();
        };
        // The last run was of another gate, and the one before has failed.
        write(layout::LATEST_REPORT, &report(GateId::Linting, Verdict::Passed));
        write(
            &layout::report_of_run("20260101T000000.000Z-a"),
            &report(GateId::Security, Verdict::Failed),
        );
        write(&layout::report(1000), &report(GateId::Security, Verdict::Passed));
        write(".session/reports/session_001_notes.json", b"no report");
        let left = gather(&store, GateId::Security);
        assert_eq!(left.unread, []);
        let found: Vec<Verdict> = left.evidence.iter().map(|one| one.verdict).collect();
        assert_eq!(found, [Verdict::Passed, Verdict::Failed]);
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let (_temp, store) = project();
        let names =
            |left: &Left| -> Vec<String> { left.unread.iter().map(|unread| unread.source.clone()).collect() };
        store
            .write(layout::LATEST_REPORT, b"{\"half", Overwrite::Replace)
            .unwrap();
        std::fs::create_dir_all(store.path(&layout::report(2))).unwrap();
        let manifest = format!("{}/item/{MANIFEST}", layout::EVIDENCE);
        store.write(&manifest, b"[]", Overwrite::Replace).unwrap();
        let left = gather(&store, GateId::Integration);
        assert_eq!(
            names(&left),
            [layout::report(2), layout::LATEST_REPORT.to_owned(), manifest]
        );
        assert!(left.unread.iter().all(|unread| unread.written_at.is_some()));

        let (_temp, store) = project();
        store
            .write(layout::EVIDENCE, b"a file", Overwrite::Replace)
            .unwrap();
        let left = gather(&store, GateId::Integration);
        assert_eq!(names(&left), [layout::EVIDENCE]);
        assert_eq!(left.unread[0].written_at, None);
    }
}
