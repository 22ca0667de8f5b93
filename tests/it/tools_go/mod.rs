//! The tools of Go for real, end to end: small modules, the real binary, the pinned Go.

#![expect(clippy::unwrap_used, reason = "a test's helper may panic")]

mod checks;
mod testing;
mod vulnerabilities;

use serde_json::{Value, json};

use crate::support::Sandbox;

const TWO: &str =
    "// Package sample is a sample.\npackage sample\n\n// Two is two.\nfunc Two() int {\n\treturn 2\n}\n";

const TESTS: &str = "package sample\n\nimport \"testing\"\n\nfunc TestTwo(t *testing.T) {\n\tif Two() != 2 {\n\t\tt.Error(\"two is not two\")\n\t}\n}\n";

/// A module in order, with sdd's default settings.
fn module() -> Sandbox {
    Sandbox::new()
        .go()
        .file("go.mod", "module example.com/sample\n\ngo 1.22\n")
        .file("two.go", TWO)
        .file("two_test.go", TESTS)
        .config(&json!({}))
}

/// Runs one gate; gives its part of the report. Nothing may be left behind, in the tree least of all.
#[track_caller]
fn gate(sandbox: &Sandbox, name: &str, code: i32, verdict: &str, reason: &str) -> Value {
    let before = files(sandbox);
    let answer = sandbox.sdd(["gate", name, "--no-fix", "--format", "json"]);
    answer.expect_code(code);
    let report = answer.json();
    let gates = report["gates"].as_array().unwrap();
    let gate = gates.iter().find(|gate| gate["gate"] == name).unwrap().clone();
    assert_eq!(gate["verdict"], verdict, "{gate:#}");
    let said = gate["reason"].as_str().unwrap();
    assert!(said.contains(reason), "{reason:?} is not in {said:?}\n{gate:#}");
    assert_eq!(files(sandbox), before, "a check makes no files");
    sandbox.assert_no_process_left();
    gate
}

/// The findings as `rule path:line`.
fn places(gate: &Value) -> Vec<String> {
    let findings = gate["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| {
            let text = |key: &str| finding[key].as_str().unwrap_or("-").to_owned();
            format!("{} {}:{}", text("rule"), text("path"), finding["line"])
        })
        .collect()
}

/// Fails unless the report tells the reader to do this.
#[track_caller]
fn hints(gate: &Value, hint: &str) {
    let lines = gate["remediation"].as_array().unwrap();
    assert!(
        lines.iter().any(|line| line.as_str().unwrap().contains(hint)),
        "{hint:?} is not in {lines:#?}"
    );
}

/// Every file of the project but sdd's own, by name.
fn files(sandbox: &Sandbox) -> Vec<String> {
    fn walk(dir: &std::path::Path, out: &mut Vec<String>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with(".session") {
                walk(&path, out);
            } else {
                out.push(path.to_string_lossy().into_owned());
            }
        }
    }
    let mut out = Vec::new();
    walk(sandbox.project(), &mut out);
    out.sort();
    out
}
