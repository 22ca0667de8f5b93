//! The linters and formatters of JavaScript and TypeScript for real: sdd runs each on a small project.

#![expect(clippy::unwrap_used, reason = "a test's helper may panic")]

mod biome;
mod eslint;
mod prettier;

use serde_json::{Value, json};

use crate::support::{Sandbox, test_tools};

/// A sandbox with a package of these files and the pinned npm tools.
#[track_caller]
pub fn project(files: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::new()
        .programs(&["node"])
        .file(
            "package.json",
            "{\n  \"name\": \"sample\",\n  \"private\": true\n}\n",
        )
        // As a hand writes it, and no formatter would.
        .file(".session/config.json", "{\n  \"quality_gates\": {  } }");
    let sandbox = files
        .iter()
        .fold(sandbox, |sandbox, (name, text)| sandbox.file(name, text));
    let tools = test_tools().join("npm/node_modules");
    assert!(
        tools.is_dir(),
        "the npm tools are not installed: run tests/run once, it installs what tests need"
    );
    std::os::unix::fs::symlink(tools, sandbox.path("node_modules")).unwrap();
    sandbox
}

/// Runs one gate; gives its part of the report.
#[track_caller]
pub fn gate<const N: usize>(sandbox: &Sandbox, gate: &str, more: [&str; N], verdict: &str) -> Value {
    let mut command = sandbox.command(std::path::Path::new(env!("CARGO_BIN_EXE_sdd")));
    command.args(["gate", gate, "--format", "json"]).args(more);
    let answer = sandbox.start_command(command).wait();
    let report = answer.json();
    let gate = report["gates"][0].clone();
    assert_eq!(gate["verdict"], verdict, "{gate:#}");
    let code = match verdict {
        "passed" => 0,
        "failed" => 1,
        _ => 3,
    };
    answer.expect_code(code);
    sandbox.assert_nothing_left();
    gate
}

/// The settings with a command for both languages.
pub fn with_command(sandbox: Sandbox, gate: &str, command: &str) -> Sandbox {
    sandbox.config(
        &json!({"quality_gates": {gate: {"commands": {"javascript": command, "typescript": command}}}}),
    )
}

/// The findings as `rule path:line`.
#[track_caller]
pub fn places(gate: &Value) -> Vec<String> {
    let findings = gate["findings"].as_array().unwrap();
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or("-").to_owned();
    findings
        .iter()
        .map(|finding| {
            format!(
                "{} {}:{}",
                text(finding, "rule"),
                text(finding, "path"),
                finding["line"]
            )
        })
        .collect()
}

/// Fails unless the gate's reason, and what the reader is told to do, hold these words.
#[track_caller]
pub fn says(gate: &Value, words: &[&str]) {
    let whole = gate.to_string();
    for word in words {
        assert!(whole.contains(word), "{word:?} is not in {gate:#}");
    }
}
