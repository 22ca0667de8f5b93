//! `sdd mcp`: a real client over the pipes of the real binary, and lines that no client would write.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test's helper may panic"
)]

mod client;
mod lines;
mod tools;

use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::support::Sandbox;

/// A project with one rule.
fn with(shell: &str) -> Sandbox {
    Sandbox::new().config(&json!({"quality_gates": {"custom_validations": {"rules": [
        {"type": "command", "name": "rule", "required": true, "command": {"shell": shell}},
    ]}}}))
}

/// The server with pipes.
fn server(sandbox: &Sandbox) -> Command {
    let mut command = sandbox.command(std::path::Path::new(env!("CARGO_BIN_EXE_sdd")));
    command
        .arg("mcp")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// Starts the server.
fn serve(sandbox: &Sandbox) -> Child {
    server(sandbox).spawn().unwrap()
}

/// The text of an answer, which is bounded.
#[track_caller]
fn text(result: &Value) -> &str {
    let text = result["content"][0]["text"].as_str().unwrap();
    assert!(text.chars().count() < 8_000, "{text}");
    text
}
