//! The audits of npm packages for real, through `sdd gate security`: the real npm, pnpm and Yarn against a registry on
//! the loopback that answers in every good and bad way (`tests/npm/registry.py`).

#![expect(clippy::unwrap_used, reason = "a test's helper may panic")]

mod npm;
mod others;
pub mod registry;

use std::os::unix::fs::symlink;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Sandbox, test_tools};
use registry::Registry;

/// A project of JavaScript with this `package.json`, the programs that it needs, and a registry in this mode.
fn project(registry: &Registry, mode: &str, package: &Value) -> Sandbox {
    let sandbox = Sandbox::new()
        .programs(&["node", "npm", "sh"])
        .file("package.json", package.to_string())
        .file("index.js", "module.exports = 1;\n")
        .env("npm_config_fetch_retries", "0")
        .env("npm_config_update_notifier", "false")
        .config(&json!({"quality_gates": {"security": {"timeout": 60}}}));
    ask(sandbox, registry, mode)
}

/// Lets the registry answer in another mode. Yarn 1 reaches it as a proxy.
fn ask(sandbox: Sandbox, registry: &Registry, mode: &str) -> Sandbox {
    sandbox
        .env("npm_config_registry", registry.url(mode))
        .env("npm_config_https_proxy", registry.proxy(mode))
}

/// Puts a pinned tool into `node_modules/.bin`.
fn install(sandbox: &Sandbox, tool: &str) {
    let bin = sandbox.path("node_modules/.bin");
    std::fs::create_dir_all(&bin).unwrap();
    let program = test_tools().join("npm/node_modules/.bin").join(tool);
    assert!(program.exists(), "{tool} is not installed: run tests/run once");
    symlink(program, bin.join(tool)).unwrap();
}

/// Lets the real package manager write its lock file.
#[track_caller]
fn lock(sandbox: &Sandbox, program: &str, args: &[&str]) {
    let own = sandbox.path("node_modules/.bin").join(program);
    let program = if own.exists() {
        own
    } else {
        sandbox.beside("bin").join(program)
    };
    let mut command = sandbox.command(&program);
    command.args(args);
    let running = sandbox.start_command(command).limit(Duration::from_secs(120));
    running.wait().expect_code(0);
}

/// A project that needs one package of each severity, and one that is harmless.
fn vulnerable() -> Value {
    json!({
        "name": "shop", "version": "1.0.0", "license": "MIT",
        "dependencies": {"danger": "1.0.0", "middle": "^1.0.0", "plain": "1.0.0", "soft": "1.0.0", "note": "1.0.0"},
        "devDependencies": {"@scope/tool": "3.0.0"}
    })
}

/// Every advisory for [`vulnerable`], by severity.
const ALL: [(&str, &str); 7] = [
    ("GHSA-aaaa-bbbb-cccc", "critical"),
    ("GHSA-aaaa-bbbb-dddd", "low"),
    ("GHSA-bbbb-cccc-dddd", "high"),
    ("GHSA-cccc-dddd-eeee", "medium"),
    ("GHSA-dddd-eeee-ffff", "low"),
    ("GHSA-eeee-ffff-gggg", "info"),
    ("GHSA-ffff-gggg-hhhh", "high"),
];

/// Runs the security gate; its part of the report. Nothing may be left behind.
#[track_caller]
fn check(sandbox: &Sandbox, code: i32, verdict: &str, reason: &str) -> Value {
    let answer = sandbox.sdd(["gate", "security", "--format", "json"]);
    answer.expect_code(code);
    let gate = answer.json()["gates"][0].clone();
    assert_eq!(gate["gate"], "security");
    assert_eq!(gate["verdict"], verdict, "{gate:#}");
    let said = gate["reason"].as_str().unwrap();
    assert!(said.contains(reason), "{reason:?} is not in {said:?}\n{gate:#}");
    sandbox.assert_no_process_left();
    gate
}

/// The rules and severities of the findings, sorted; all of them at this file.
#[track_caller]
fn found(gate: &Value, path: &str) -> Vec<(String, String)> {
    let findings = gate["findings"].as_array().unwrap();
    let mut found: Vec<(String, String)> = findings
        .iter()
        .map(|finding| {
            assert_eq!(finding["path"], path, "{finding:#}");
            let text = |key: &str| finding[key].as_str().unwrap().to_owned();
            (text("rule"), text("severity"))
        })
        .collect();
    found.sort();
    found
}

fn all() -> Vec<(String, String)> {
    let pair = |(rule, severity): &(&str, &str)| ((*rule).to_owned(), (*severity).to_owned());
    ALL.iter().map(pair).collect()
}

/// The remedies of a gate, one a line.
fn hints(gate: &Value) -> String {
    let lines = gate["remediation"].as_array().unwrap();
    let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
    lines.join("\n")
}
