//! `sdd doctor`, with real tools and with tools that misbehave.

#![expect(clippy::unwrap_used, reason = "a test's helper may panic")]

mod checks;
mod compose;
mod tools;
mod trouble;

use serde_json::Value;

use crate::support::{Answer, Sandbox};

/// The demo project with its tools, set up.
fn demo() -> Sandbox {
    set_up(Sandbox::new().git().tree("templates/demo").venv())
}

fn set_up(sandbox: Sandbox) -> Sandbox {
    sandbox.sdd(["init"]).expect_code(0);
    sandbox
}

/// What the doctor says of a tool.
#[track_caller]
fn tool(answer: &Answer, name: &str) -> Value {
    one(answer, "tools", "tool", name)
}

/// What the doctor says of a check.
#[track_caller]
fn check(answer: &Answer, name: &str) -> Value {
    one(answer, "checks", "check", name)
}

#[track_caller]
fn one(answer: &Answer, list: &str, key: &str, name: &str) -> Value {
    let document = answer.json();
    let found: Vec<&Value> = document[list]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry[key] == name)
        .collect();
    assert_eq!(found.len(), 1, "{name} in:\n{}", answer.stdout);
    found[0].clone()
}

/// The ways to get a tool.
fn remedy(tool: &Value) -> Vec<&str> {
    tool["remedy"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect()
}
