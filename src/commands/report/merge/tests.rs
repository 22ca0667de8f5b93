//! Nothing gets better by merging.

use serde_json::json;

use super::*;
use crate::model::finding::Severity;
use crate::report::tests::fixture_report;

/// A report of a run with these gates.
fn report(id: &str, gates: &[(GateId, bool, Verdict)]) -> Report {
    let of = |(gate, required, verdict): &(GateId, bool, Verdict)| GateReport {
        gate: *gate,
        required: *required,
        verdict: *verdict,
        reason: format!("{id} {verdict}"),
        findings: Vec::new(),
        findings_total: 0,
        metrics: BTreeMap::new(),
        ..fixture_report().gates[0].clone()
    };
    let gates: Vec<GateReport> = gates.iter().map(of).collect();
    Report {
        run_id: id.to_owned(),
        verdict: decide(&gates, false),
        summary: Summary::of(&gates),
        gates,
        cancelled_by: None,
        warnings: Vec::new(),
        rerun: format!("sdd gate {id}"),
        ..fixture_report()
    }
}

const TESTS: GateId = GateId::Tests;
const LINTING: GateId = GateId::Linting;

#[track_caller]
fn check(parts: &[Report], verdict: RunVerdict, rerun: &str) -> Report {
    let merged = merge(parts.to_vec()).unwrap();
    let mut reversed = parts.to_vec();
    reversed.reverse();
    assert_eq!(merge(reversed).unwrap().verdict, verdict, "in the other order");
    assert_eq!((merged.verdict, merged.rerun.as_str()), (verdict, rerun));
    merged
}

#[test]
fn the_worst_verdict_wins() {
    let passed = report("a", &[(TESTS, true, Verdict::Passed)]);
    let failed = report("b", &[(LINTING, true, Verdict::Failed)]);
    let error = report("c", &[(LINTING, true, Verdict::Error)]);
    let other = report("d", &[(LINTING, true, Verdict::Passed)]);
    check(&[passed.clone(), other], RunVerdict::Passed, "");
    check(&[passed.clone(), error.clone()], RunVerdict::Error, "sdd gate c");
    let all = check(
        &[passed, failed, error],
        RunVerdict::Failed,
        "sdd gate b && sdd gate c",
    );
    assert_eq!((all.summary.passed, all.summary.failed), (1, 1));
    assert_eq!(all.run_id, "a+b+c");
}

#[test]
fn a_job_that_checked_nothing_is_no_pass_beside_one_that_did() {
    let passed = report("a", &[(TESTS, true, Verdict::Passed)]);
    let nothing = report("b", &[(LINTING, false, Verdict::Skipped)]);
    assert_eq!(nothing.verdict, RunVerdict::Error);
    check(&[passed, nothing], RunVerdict::Error, "sdd gate b");
}

#[test]
fn a_gate_of_two_jobs_is_one() {
    let passed = report("a", &[(TESTS, true, Verdict::Passed)]);
    let skipped = report(
        "b",
        &[(TESTS, true, Verdict::Skipped), (LINTING, true, Verdict::Passed)],
    );
    let merged = check(&[passed.clone(), skipped], RunVerdict::Passed, "");
    let gate = merged.gates.iter().find(|gate| gate.gate == TESTS).unwrap();
    assert_eq!(gate.verdict, Verdict::Passed);
    assert_eq!(gate.reason, "a passed; skipped elsewhere: b skipped");

    let failed = report("c", &[(TESTS, true, Verdict::Failed)]);
    let merged = check(&[passed, failed], RunVerdict::Failed, "sdd gate c");
    assert_eq!(merged.gates[0].reason, "c failed");
}

#[test]
fn a_gate_that_decides_in_one_job_decides() {
    let optional = report(
        "a",
        &[(LINTING, false, Verdict::Failed), (TESTS, true, Verdict::Passed)],
    );
    assert_eq!(optional.verdict, RunVerdict::Passed);
    let named = report("b", &[(LINTING, true, Verdict::Passed)]);
    check(&[optional, named], RunVerdict::Failed, "");
}

#[test]
fn findings_and_numbers_are_put_together() {
    let finding = |line| Finding::new("ruff", "F401", Severity::Low, "m").at("a.py", Some(line), None);
    let with = |id: &str, lines: &[u32], total, percent: serde_json::Value, passed: u64| {
        let mut report = report(id, &[(TESTS, true, Verdict::Passed)]);
        let gate = &mut report.gates[0];
        gate.findings = lines.iter().map(|line| finding(*line)).collect();
        gate.findings_total = total;
        gate.metrics = serde_json::from_value(json!({
            "coverage_percent": percent, "coverage_threshold": 80, "tests_passed": passed,
        }))
        .unwrap();
        report
    };
    let merged = merge(vec![
        with("a", &[1, 2], 5, json!(91.5), 10),
        with("b", &[2, 3], 2, json!(85), 4),
    ])
    .unwrap();
    let gate = &merged.gates[0];
    assert_eq!((gate.findings.len(), gate.findings_total), (3, 6));
    assert_eq!(
        serde_json::to_value(&gate.metrics).unwrap(),
        json!({"coverage_percent": 85, "coverage_threshold": 80, "tests_passed": 14})
    );
}

#[test]
fn reports_that_do_not_belong_together_are_refused() {
    let one = report("a", &[(TESTS, true, Verdict::Passed)]);
    let said = merge(vec![one.clone(), one.clone()]).unwrap_err().what;
    assert_eq!(said, "run a was given twice");
    let mut other = report("b", &[(TESTS, true, Verdict::Passed)]);
    other.git.as_mut().unwrap().head = Some("def".to_owned());
    let said = merge(vec![one.clone(), other.clone()]).unwrap_err().what;
    assert_eq!(said, "the reports are of different commits: abc, def");
    other.git = None;
    let merged = merge(vec![one, other]).unwrap();
    assert_eq!(
        merged.warnings,
        ["only some of the reports say which commit they are of"]
    );
    assert!(merge(Vec::new()).is_err());
}

#[test]
fn one_report_stays_what_it_is() {
    let one = report("a", &[(TESTS, true, Verdict::Failed)]);
    let merged = merge(vec![one.clone()]).unwrap();
    assert_eq!(
        merged,
        Report {
            command: "report merge".to_owned(),
            ..one
        }
    );
}
