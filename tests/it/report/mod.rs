//! Reports: in every format, in files, shown again, listed and merged.

#![expect(clippy::unwrap_used, reason = "a test's helper may panic")]

mod again;
pub mod formats;
mod merged;
mod outputs;

use serde_json::{Value, json};

use crate::support::{Answer, Sandbox};

/// A project in which one gate passes.
fn project() -> Sandbox {
    Sandbox::new().config(&json!({"quality_gates": {"custom_validations": {"rules": [
        {"type": "file_exists", "path": ".session", "required": true}
    ]}}}))
}

/// A project in which one gate fails.
fn failing() -> Sandbox {
    Sandbox::new().config(&json!({"quality_gates": {"custom_validations": {"rules": [
        {"type": "file_exists", "path": "nowhere", "required": true}
    ]}}}))
}

/// Where the last report stands.
const LATEST: &str = ".session/reports/latest.json";

/// The report with all five outcomes and hostile text, which the unit tests render.
fn fixture() -> Value {
    let text = include_str!("../../../src/report/snapshots/sdd__report__tests__report@json.snap");
    let body = text.splitn(3, "---\n").nth(2).unwrap();
    serde_json::from_str(body).unwrap()
}

/// A project with that report as its last one.
fn with_fixture() -> Sandbox {
    project().file(LATEST, format!("{:#}\n", fixture()))
}

/// Runs sdd with words of any number.
fn sdd(sandbox: &Sandbox, words: &str) -> Answer {
    let mut command = sandbox.command(std::path::Path::new(env!("CARGO_BIN_EXE_sdd")));
    command.args(words.split_whitespace());
    sandbox.start_command(command).wait()
}

/// Checks the exit code, and that something is said on stderr.
#[track_caller]
fn check(sandbox: &Sandbox, words: &str, code: i32, said: &str) {
    let answer = sdd(sandbox, words);
    answer.expect_code(code);
    assert!(
        answer.stderr.contains(said),
        "{said:?} is not in\n{}",
        answer.stderr
    );
}
