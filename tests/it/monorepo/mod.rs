//! A repository with units in five languages and every gate, run once with the real tools (`tests/fixtures/monorepo`).

#![expect(clippy::unwrap_used, reason = "a test's helper may panic")]

mod green;
mod red;

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Answer, Sandbox};
use crate::tools_audit::registry::Registry;
use crate::tools_js::bench::link_modules;

/// The longest time that a run of everything may take, on a machine that has other things to do.
const LIMIT: Duration = Duration::from_secs(400);

/// The repository, committed, with every tool and with what scanners ask: a registry of npm in this mode, and the
/// settings that lead the others to their databases.
fn repository(registry: &Registry, mode: &str, databases: &Databases) -> Sandbox {
    let sandbox = Sandbox::new()
        .programs(&["node", "npm"])
        .tree("tests/fixtures/monorepo")
        .git()
        .venv()
        .rust()
        .go()
        .env("npm_config_registry", registry.url(mode))
        .env("npm_config_fetch_retries", "0")
        .env("npm_config_update_notifier", "false")
        .config(&settings(databases));
    link_modules(&sandbox.path("node_modules"), &[]);
    for package in ["web", "shop"] {
        let npm = sandbox.beside("bin").join("npm");
        let mut command = sandbox.command(&npm);
        command
            .args([
                "install",
                "--package-lock-only",
                "--no-audit",
                "--legacy-peer-deps",
            ])
            .current_dir(sandbox.path(package))
            .env("npm_config_registry", registry.url("clean"));
        sandbox.start_command(command).wait().expect_code(0);
    }
    sandbox.commit("begin");
    sandbox
}

/// Where the scanners of dependencies look.
struct Databases {
    /// The service that pip-audit asks.
    python: String,
    /// The arguments of cargo-audit.
    rust: String,
    /// The database of govulncheck.
    go: String,
}

/// Each unit has settings of its own.
fn settings(databases: &Databases) -> Value {
    let Databases { python, rust, go } = databases;
    json!({
        "quality_gates": {
            "test_execution": {"coverage_threshold": 80},
            "type_checking": {"required": true},
            "linting": {"required": true},
            "formatting": {"required": true},
            "security": {"timeout": 120}
        },
        "units": [
            {"path": "services/api", "coverage_threshold": 85, "commands": {"security": {"each": [
                "bandit -r . -x ./test_prices.py",
                format!("pip-audit --no-deps --disable-pip -r requirements.txt -s osv --osv-url {python}")
            ]}}},
            {"path": "web", "coverage_threshold": 100},
            {"path": "shop/packages/labels", "coverage_threshold": 60},
            {"path": "tools/stock", "coverage_threshold": 100,
                "commands": {"security": ["govulncheck", "-db", go, "./..."]}},
            {"path": "engine", "coverage_threshold": null, "commands": {"security": format!("cargo audit {rust}")}}
        ]
    })
}

/// Runs everything once, without changing a file, with a report in every form that other programs read.
fn complete(sandbox: &Sandbox) -> Answer {
    let words = [
        "complete",
        "--no-fix",
        "--output",
        "json=out.json",
        "--output",
        "junit=out.xml",
        "--output",
        "sarif=out.sarif",
    ];
    sandbox.start(words).limit(LIMIT).wait()
}

/// The report that the run wrote.
fn report(sandbox: &Sandbox) -> Value {
    serde_json::from_str(&sandbox.read("out.json")).unwrap()
}

/// The part of a gate.
#[track_caller]
fn gate<'a>(report: &'a Value, name: &str) -> &'a Value {
    let gates = report["gates"].as_array().unwrap();
    gates.iter().find(|gate| gate["gate"] == name).unwrap()
}

/// The steps of a gate as `unit tool: verdict`, sorted.
fn steps(gate: &Value) -> Vec<String> {
    let text = |step: &Value, key: &str| step[key].as_str().unwrap_or("-").to_owned();
    let steps = gate["steps"].as_array().unwrap().iter();
    let mut lines: Vec<String> = steps
        .map(|step| {
            format!(
                "{} {}: {}",
                text(step, "unit"),
                text(step, "tool"),
                text(step, "verdict")
            )
        })
        .collect();
    lines.sort();
    lines
}

/// The findings of a gate as `rule path:line`, sorted; each path is one of the repository.
#[track_caller]
fn places(sandbox: &Sandbox, gate: &Value) -> Vec<String> {
    let findings = gate["findings"].as_array().unwrap();
    let mut places: Vec<String> = findings
        .iter()
        .map(|finding| {
            let path = finding["path"].as_str().unwrap();
            assert!(
                Path::new(path).is_relative() && sandbox.path(path).is_file(),
                "{finding:#}"
            );
            format!("{} {path}:{}", finding["rule"].as_str().unwrap(), finding["line"])
        })
        .collect();
    places.sort();
    places
}
