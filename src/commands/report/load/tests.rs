//! Reports of older and newer versions, and of somebody's hand.

use std::path::Path;

use serde_json::{Value, json};

use super::*;
use crate::report::tests::fixture_report;

fn small() -> Value {
    json!({
        "schema_version": 1, "kind": "gate_report", "started_at": "2026-01-02T03:04:05Z", "verdict": "passed",
        "gates": [{"gate": "tests", "verdict": "passed"}],
    })
}

fn read(text: &str) -> Result<Report, String> {
    parse(Path::new("r.json"), text.as_bytes()).map_err(|error| error.what)
}

/// Changes one value of a small report, and says what the reader says to that.
#[track_caller]
fn check(pointer: &str, value: Value, expect: &str) {
    let mut report = small();
    *report.pointer_mut(pointer).unwrap() = value;
    let said = read(&format!("{report:#}")).unwrap_err();
    assert!(said.contains(expect), "{said}");
}

#[test]
fn what_was_written_is_read() {
    let written = report::clean(&fixture_report()).unwrap();
    assert_eq!(
        read(&serde_json::to_string_pretty(&written).unwrap()).unwrap(),
        written
    );
}

#[test]
fn what_an_older_version_left_out_has_its_default() {
    let report = read(&small().to_string()).unwrap();
    assert_eq!(report.rerun, "sdd complete");
    assert_eq!(report.finished_at, report.started_at);
    assert_eq!(report.summary.passed, 1);
    assert!(report.gates[0].required);
}

#[test]
fn what_a_report_must_say_has_no_default() {
    for name in ["schema_version", "kind", "started_at", "verdict", "gates"] {
        let mut report = small();
        report.as_object_mut().unwrap().remove(name);
        let said = read(&report.to_string()).unwrap_err();
        assert!(said.starts_with("r.json:1:1: "), "{said}");
        assert!(said.contains(name), "{said}");
    }
}

#[test]
fn other_documents_are_refused_with_their_place() {
    check(
        "/kind",
        json!("bench"),
        "r.json:3:11: this is a \"bench\", not a \"gate_report\"",
    );
    check("/kind", json!(3), "r.json:3:11: the kind");
    check(
        "/schema_version",
        json!(2),
        "r.json:2:21: schema_version is 2, and this sdd reads up to 1",
    );
    for version in [json!(0), json!(-1), json!("1"), json!(null)] {
        check("/schema_version", version, "r.json:2:21: there is no such");
    }
    check(
        "/verdict",
        json!("great"),
        "r.json:5:14: verdict: unknown variant `great`",
    );
    check("/verdict", json!("\u{1b}[2Jx\n"), "unknown variant `x\\n`");
    check(
        "/gates/0/verdict",
        json!("green"),
        "gates.0.verdict: unknown variant `green`",
    );
    check("/gates/0/gate", json!("unheard"), "gates.0.gate: unknown variant");
    check("/gates/0", json!(7), "gates.0: invalid type");
    check("/gates", json!({}), "gates: invalid type");
    check("/started_at", json!("soon"), "started_at: ");
}

#[test]
fn a_report_that_contradicts_itself_is_no_pass() {
    check(
        "/gates/0/verdict",
        json!("failed"),
        "r.json:5:14: the verdict is \"passed\", and the required gate tests is \"failed\"",
    );
    check("/gates/0/verdict", json!("not_run"), "contradicts itself");
    let mut cancelled = small();
    cancelled["cancelled_by"] = json!("SIGINT");
    assert!(
        read(&cancelled.to_string())
            .unwrap_err()
            .contains("the run was cancelled")
    );
    check("/gates/0/verdict", json!("skipped"), "no gate has passed");
    check("/gates", json!([]), "no gate has passed");
}

#[test]
fn counts_are_those_of_the_gates() {
    let mut report = small();
    report["summary"] = json!({"passed": 99, "failed": "x"});
    assert_eq!(read(&report.to_string()).unwrap().summary.passed, 1);
}

#[test]
fn a_report_that_is_cut_off_anywhere_is_none() {
    let text = serde_json::to_string_pretty(&report::clean(&fixture_report()).unwrap()).unwrap();
    let mut cuts: Vec<usize> = (0..text.len()).step_by(97).collect();
    cuts.push(text.len() - 1);
    for cut in cuts {
        let said = parse(Path::new("r.json"), &text.as_bytes()[..cut])
            .unwrap_err()
            .what;
        assert!(said.starts_with("r.json:"), "{said}");
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let _said = parse(Path::new("r.json"), &bytes);
    }

    #[test]
    fn no_value_anywhere_makes_the_reader_panic(
        at in 0..9usize,
        value in proptest::sample::select(vec![json!(null), json!([[]]), json!({"a": 1}), json!(1e300), json!("x"), json!(true)]),
    ) {
        let places = [
            "/gates", "/gates/0", "/gates/0/gate", "/gates/0/verdict", "/kind", "/schema_version", "/started_at",
            "/verdict", "",
        ];
        let mut report = small();
        *report.pointer_mut(places[at]).unwrap() = value;
        proptest::prop_assert!(read(&report.to_string()).is_err());
    }
}
