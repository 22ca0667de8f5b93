//! Libraries looked up at Context7: the real server in front of an API on the loopback, and servers that go wrong.

#![expect(clippy::unwrap_used, reason = "a test's helper may panic")]

mod real;
mod trouble;
mod web;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::support::{Answer, Sandbox, test_tools};

/// A script of `tests/context7`.
fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/context7")
        .join(name)
}

fn python() -> PathBuf {
    test_tools().join("venv/bin/python")
}

/// The command of the stub server in a mode, with its log at `asked.log` beside the project.
fn stub(sandbox: &Sandbox, mode: &str) -> Value {
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let log = sandbox.beside("home").join("asked.log");
    json!([
        text(&python()),
        "-B",
        text(&script("server.py")),
        mode,
        text(&log)
    ])
}

/// What the stub server was asked, a line a request.
fn asked(sandbox: &Sandbox) -> Vec<String> {
    let log = sandbox.beside("home").join("asked.log");
    let text = std::fs::read_to_string(log).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// A project that uses these libraries, as its `stack.txt` names them.
fn project(stack: &str) -> Sandbox {
    Sandbox::new().file(".session/tracking/stack.txt", stack)
}

/// Writes the settings of the gate and runs it.
fn run(sandbox: &Sandbox, settings: &Value) -> Answer {
    let mut settings = settings.clone();
    settings["enabled"] = true.into();
    let document = json!({"quality_gates": {"context7": settings}, "pass_env": ["CONTEXT7_*"]});
    sandbox.rewrite(".session/config.json", document.to_string());
    sandbox.sdd(["gate", "context7", "--format", "json"])
}

/// The gate's part of the report.
fn gate(answer: &Answer) -> Value {
    answer.json()["gates"][0].clone()
}

/// The gate of a run, with a verdict and a part of its reason.
#[track_caller]
fn check(sandbox: &Sandbox, settings: &Value, code: i32, verdict: &str, reason: &str) -> Value {
    let answer = run(sandbox, settings);
    answer.expect_code(code);
    let gate = gate(&answer);
    assert_eq!(gate["verdict"], verdict, "{gate:#}");
    let said = gate["reason"].as_str().unwrap();
    assert!(said.contains(reason), "{reason:?} is not in {said:?}");
    sandbox.assert_no_process_left();
    gate
}

/// The findings as `rule message`.
fn findings(gate: &Value) -> Vec<String> {
    let mut findings: Vec<String> = gate["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            format!(
                "{} {}",
                finding["rule"].as_str().unwrap(),
                finding["message"].as_str().unwrap()
            )
        })
        .collect();
    findings.sort();
    findings
}

/// A script of `tests/context7` that serves on the loopback, as a process that ends with the test. Its log is outside of
/// the sandbox, by whose path processes that were left behind are known.
struct Site {
    process: Child,
    port: u16,
    dir: tempfile::TempDir,
}

impl Site {
    fn start(name: &str, args: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        #[expect(clippy::disallowed_methods, reason = "the site is no tool of sdd's")]
        let mut process = std::process::Command::new(python())
            .arg("-B")
            .arg(script(name))
            .args(args)
            .arg(dir.path().join("asked.log"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let port = line.trim().parse().unwrap();
        Self { process, port, dir }
    }

    /// What it was asked, a line a request.
    fn asked(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.dir.path().join("asked.log")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // It also ends by itself when its standard input does.
        let _has_ended = self.process.kill();
        let _status = self.process.wait();
    }
}
