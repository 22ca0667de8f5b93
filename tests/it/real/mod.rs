//! The real binary with the real tools, on input of every bad kind: what it answers, why, what it tells the
//! reader to do, and that nothing is left behind.

#![expect(clippy::unwrap_used, reason = "a test's helper may panic")]
#![expect(
    clippy::needless_pass_by_value,
    reason = "`json!` at the call is easier to read without a borrow"
)]

mod bandit;
mod commands;
mod coverage_reports;
mod described;
mod fakes;
mod fakes_running;
mod git;
mod monorepo;
mod pip_audit;
mod pytest;
mod pytest_coverage;
mod pytest_output;
mod ruff;
mod rust;
mod secrets;

use serde_json::{Value, json};

use crate::support::{Answer, Sandbox};

/// A Python project that is in order, with the real tools and no limit for coverage.
fn python() -> Sandbox {
    Sandbox::new()
        .file("pyproject.toml", "[project]\nname = \"calc\"\nversion = \"1\"\n")
        .file("calc.py", "def add(a, b):\n    return a + b\n")
        .file(
            "test_calc.py",
            "from calc import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n",
        )
        .gates(&json!({"test_execution": {"coverage_threshold": null}}))
}

/// More words for a sandbox.
trait Gates {
    /// The section `quality_gates` of the settings.
    fn gates(self, gates: &Value) -> Self;
}

impl Gates for Sandbox {
    fn gates(self, gates: &Value) -> Self {
        self.config(&json!({ "quality_gates": gates }))
    }
}

/// Runs one gate; gives its part of the report.
#[track_caller]
fn check(sandbox: &Sandbox, gate: &str, code: i32, verdict: &str, reason: &str) -> Value {
    let answer = sandbox.sdd(["gate", gate, "--format", "json"]);
    judge(sandbox, &answer, gate, code, verdict, reason)
}

/// Looks at a run of one gate: exit code, verdict, reason, the command to rerun, and what is left behind.
#[track_caller]
fn judge(sandbox: &Sandbox, answer: &Answer, name: &str, code: i32, verdict: &str, reason: &str) -> Value {
    answer.expect_code(code);
    let report = answer.json();
    let gates = report["gates"].as_array().unwrap();
    let gate = gates.iter().find(|gate| gate["gate"] == name).unwrap().clone();
    assert_eq!(gate["verdict"], verdict, "{gate:#}");
    let said = gate["reason"].as_str().unwrap();
    assert!(said.contains(reason), "{reason:?} is not in {said:?}\n{gate:#}");
    let next = gate["remediation"].as_array().unwrap().last().cloned();
    match verdict {
        "failed" | "error" => assert_eq!(next, Some(json!(format!("rerun: sdd gate {name}")))),
        "passed" => assert_eq!(next, None, "{gate:#}"),
        _ => {}
    }
    sandbox.assert_nothing_left();
    gate
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

/// Every file of the project that sdd and the tools' own caches do not own, with its bytes.
fn sources(sandbox: &Sandbox) -> Vec<(String, Vec<u8>)> {
    fn walk(dir: &std::path::Path, out: &mut Vec<(String, Vec<u8>)>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let not_source = name.starts_with('.') || name == "__pycache__" || name == "target";
            if path.is_dir() && !not_source {
                walk(&path, out);
            } else if path.is_file() {
                out.push((path.to_string_lossy().into_owned(), std::fs::read(&path).unwrap()));
            }
        }
    }
    let mut out = Vec::new();
    walk(sandbox.project(), &mut out);
    out.sort();
    out
}
