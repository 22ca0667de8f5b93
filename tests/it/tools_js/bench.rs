//! A JavaScript project in a sandbox with the pinned npm tools, and one gate run on it.

#![expect(clippy::unwrap_used, reason = "a test's helper may panic")]

use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Sandbox, test_tools};

/// Code of which a test of `add` reaches one of two functions.
pub const APP: (&str, &str) = (
    "app.js",
    "exports.add = function add(a, b) {\n  return a + b;\n};\n\nexports.sub = function sub(a, b) {\n  return a - b;\n};\n",
);

/// The same as a module.
pub const APP_MODULE: (&str, &str) = (
    "app.js",
    "export function add(a, b) {\n  return a + b;\n}\n\nexport function sub(a, b) {\n  return a - b;\n}\n",
);

/// A sandbox with a project of these files, `package.json` among them, and the pinned tools; no coverage is asked for.
pub fn project(package: &Value, files: &[(&str, &str)]) -> Sandbox {
    project_without(&[], package, files)
}

/// The same without some of the programs.
pub fn project_without(missing: &[&str], package: &Value, files: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::new()
        .programs(&["node", "npm"])
        .file("package.json", package.to_string());
    link_modules(&sandbox.path("node_modules"), missing);
    let sandbox = files
        .iter()
        .fold(sandbox, |sandbox, (name, text)| sandbox.file(name, text));
    with_threshold(sandbox, &Value::Null)
}

/// Sets the coverage that is asked for.
pub fn with_threshold(sandbox: Sandbox, threshold: &Value) -> Sandbox {
    sandbox.config(&json!({"quality_gates": {"test_execution": {"coverage_threshold": threshold}}}))
}

/// A `node_modules` of links to the pinned packages: what a runner caches there stays in the project.
#[track_caller]
pub fn link_modules(modules: &Path, missing: &[&str]) {
    let from = test_tools().join("npm/node_modules");
    assert!(
        from.join(".bin/jest").exists(),
        "the npm tools for tests are not in {}: run tests/run once, it installs them",
        from.display()
    );
    let link_all = |from: &Path, to: &Path| {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name();
            if !name.as_encoded_bytes().starts_with(b".") && !missing.iter().any(|missing| name == **missing)
            {
                symlink(entry.path(), to.join(name)).unwrap();
            }
        }
    };
    link_all(&from, modules);
    link_all(&from.join(".bin"), &modules.join(".bin"));
}

/// Runs the gate `tests`; gives its part of the report.
#[track_caller]
pub fn check(sandbox: &Sandbox, code: i32, verdict: &str, reason: &str) -> Value {
    let answer = sandbox.sdd(["gate", "tests", "--format", "json"]);
    answer.expect_code(code);
    let gate = answer.json()["gates"][0].clone();
    assert_eq!(gate["verdict"], verdict, "{gate:#}");
    let said = gate["reason"].as_str().unwrap();
    assert!(said.contains(reason), "{reason:?} is not in {said:?}\n{gate:#}");
    sandbox.assert_no_process_left();
    gate
}

/// Passed, failed, errors, skipped.
pub fn counts(gate: &Value) -> [u64; 4] {
    ["tests_passed", "tests_failed", "tests_errors", "tests_skipped"]
        .map(|name| gate["metrics"][name].as_u64().unwrap_or_default())
}

/// The tool that answered.
pub fn tool(gate: &Value) -> &str {
    gate["steps"][0]["tool"].as_str().unwrap()
}

/// The findings as `rule path:line`.
pub fn places(gate: &Value) -> Vec<String> {
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
pub fn hints(gate: &Value, hint: &str) {
    let lines = gate["remediation"].as_array().unwrap();
    assert!(
        lines.iter().any(|line| line.as_str().unwrap().contains(hint)),
        "{hint:?} is not in {lines:#?}"
    );
}

/// What a tool prints when it is asked by hand, stdout and stderr.
#[track_caller]
pub fn by_hand(sandbox: &Sandbox, tool: &str, args: &[&str]) -> String {
    let local = sandbox.path("node_modules/.bin").join(tool);
    let program = if local.exists() {
        local
    } else {
        sandbox.beside("bin").join(tool)
    };
    let path = format!(
        "{}:{}",
        sandbox.path("node_modules/.bin").display(),
        sandbox.beside("bin").display()
    );
    let mut command = sandbox.command(&program);
    command
        .args(args)
        .env("NO_COLOR", "1")
        .env("CI", "1")
        .env("PATH", path);
    let answer = sandbox.start_command(command).wait();
    format!("{}\n{}", answer.stdout, answer.stderr)
}

/// Fails unless a line of a text, without white space around it, is this one.
#[track_caller]
pub fn says(text: &str, line: &str) {
    assert!(
        text.lines().any(|found| found.trim() == line),
        "{line:?} is not in\n{text}"
    );
}
