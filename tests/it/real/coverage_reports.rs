//! Coverage reports of every kind that a project's own command writes: whole, cut off, and of another kind.

use serde_json::{Value, json};

use super::{Gates, hints};
use crate::support::Sandbox;

/// A recording of each kind, with the line coverage that its tool printed.
const KINDS: [&str; 6] = [
    "coverage_py/coverage-7.17.3-lines.json",
    "summary_json/jest-30.5.2.json",
    "lcov/vitest-3.2.7.info",
    "cobertura/coverage-7.17.3-lines.xml",
    "go_cover/go-1.27.3-set-own.out",
    "llvm_cov/llvm-cov-14.0.6-full.json",
];

/// A project whose own test command gives this coverage report, and no other.
fn with(report: &[u8]) -> Sandbox {
    let command = "cp kept {out}/coverage";
    Sandbox::new()
        .file("pyproject.toml", "[project]\nname = \"x\"\nversion = \"1\"\n")
        .file("test_x.py", "")
        .file("kept", report)
        .gates(&json!({"test_execution": {
            "coverage_threshold": 1,
            "commands": {"python": {"command": command, "coverage": "{out}/coverage"}}
        }}))
}

fn run(sandbox: &Sandbox) -> (Option<i32>, Value) {
    let answer = sandbox.sdd(["gate", "tests", "--format", "json"]);
    (answer.code(), answer.json()["gates"][0].clone())
}

#[test]
fn a_report_that_is_cut_off_is_no_coverage_whatever_its_kind() {
    for kind in KINDS {
        let path = format!("{}/tests/fixtures/coverage/{kind}", env!("CARGO_MANIFEST_DIR"));
        let whole = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let (code, gate) = run(&with(&whole));
        assert_eq!(
            (code, &gate["verdict"]),
            (Some(0), &json!("passed")),
            "{kind}: {gate:#}"
        );
        assert!(
            gate["metrics"]["coverage_percent"].as_f64().unwrap() > 1.0,
            "{gate:#}"
        );
        for length in [0, 1, whole.len() / 3, whole.len() / 2 + 1, whole.len() - 3] {
            let (code, gate) = run(&with(&whole[..length]));
            assert_eq!(
                (code, &gate["verdict"]),
                (Some(3), &json!("error")),
                "{kind} at {length}: {gate:#}"
            );
            assert_eq!(
                gate["metrics"]["coverage_percent"],
                Value::Null,
                "{kind} at {length}"
            );
        }
    }
}

#[test]
fn what_is_no_coverage_report_is_told_with_its_name() {
    for text in ["{}", "[]", "<html></html>", "hello\n", "\0\0\0", "mode: odd\n"] {
        let sandbox = with(text.as_bytes());
        let (code, gate) = run(&sandbox);
        assert_eq!(
            (code, &gate["verdict"]),
            (Some(3), &json!("error")),
            "{text:?}: {gate:#}"
        );
        hints(&gate, "rerun: sdd gate tests");
    }
}
