//! Lines that no client would write.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin};

use serde_json::{Value, json};

use super::{serve, text, with};
use crate::support::Sandbox;

/// The handshake, and lines behind it.
fn greeted(lines: &[String]) -> Vec<String> {
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}});
    let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    let greeting = [hello.to_string(), ready.to_string()];
    greeting.into_iter().chain(lines.iter().cloned()).collect()
}

/// Sends lines behind a handshake.
pub(super) fn send(stdin: &mut ChildStdin, lines: &[String]) {
    for line in greeted(lines) {
        writeln!(stdin, "{line}").unwrap();
    }
}

/// Sends lines to a server behind a handshake, and gives the answer to the last one, whose id is 9. Every line of stdout is JSON-RPC, and
/// the server ends with 0 when stdin is closed.
#[track_caller]
pub(super) fn talk(child: Child, lines: &[String]) -> Value {
    talk_bare(child, &greeted(lines))
}

/// [`talk`] without a handshake.
#[track_caller]
fn talk_bare(mut child: Child, lines: &[String]) -> Value {
    let mut stdin = child.stdin.take().unwrap();
    for line in lines {
        writeln!(stdin, "{line}").unwrap();
    }
    let mut found = None;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let said: Value = serde_json::from_str(&line).expect("stdout belongs to the protocol");
        assert_eq!(said["jsonrpc"], "2.0", "{line}");
        if said["id"] == 9 {
            found = Some(said);
            break;
        }
    }
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    found.expect("the last line is answered")
}

#[track_caller]
fn answer(sandbox: &Sandbox, lines: &[String]) -> Value {
    let said = talk(serve(sandbox), lines);
    sandbox.assert_nothing_left();
    said
}

pub(super) fn call(tool: &str, arguments: &Value) -> String {
    json!({"jsonrpc": "2.0", "id": 9, "method": "tools/call", "params": {"name": tool, "arguments": arguments}})
        .to_string()
}

#[track_caller]
fn refused(sandbox: &Sandbox, tool: &str, arguments: &Value, part: &str) {
    let said = answer(sandbox, &[call(tool, arguments)]);
    assert_eq!(said["result"]["isError"], true, "{said}");
    assert!(text(&said["result"]).contains(part), "{said}");
}

#[test]
fn what_is_no_request_does_not_end_the_server() {
    let sandbox = with("true");
    for odd in [
        "no json",
        "{",
        "[]",
        "null",
        "{\"jsonrpc\": \"2.0\"}",
        "\u{fffd}\u{0}",
    ] {
        let said = answer(&sandbox, &[odd.to_owned(), call("status", &json!({}))]);
        assert_eq!(said["result"]["isError"], false, "{odd}: {said}");
    }
}

#[test]
fn an_unknown_tool_is_an_error_of_the_protocol() {
    let said = answer(&with("true"), &[call("statsu", &json!({}))]);
    let message = said["error"]["message"].as_str().unwrap();
    assert!(message.contains("did you mean status?"), "{said}");
}

#[test]
fn arguments_of_no_shape_are_an_error_of_the_protocol() {
    let said = answer(&with("true"), &[call("status", &json!([]))]);
    assert_eq!(said["error"]["code"], -32602, "{said}");
}

#[test]
fn what_cannot_be_done_says_what_to_do() {
    let sandbox = with("true");
    refused(&sandbox, "status", &json!({"pgae": 1}), "did you mean page?");
    refused(&sandbox, "status", &json!({"page": "1"}), "a whole number");
    refused(&sandbox, "status", &json!({"page": 7}), "there is only page 1");
    refused(
        &sandbox,
        "plan",
        &json!({"gates": ["lintign"]}),
        "did you mean linting?",
    );
    refused(
        &sandbox,
        "run_gates",
        &json!({"gates": ["--fix"]}),
        "there is no gate",
    );
    refused(&sandbox, "work_items", &json!({"id": "--help"}), "--help");
    refused(
        &sandbox,
        "get_report",
        &json!({"run": "../../etc"}),
        "there is no report",
    );
    let broken = Sandbox::new().file(".session/config.json", "{\"quality_gates\": [}\n");
    for tool in ["plan", "run_gates"] {
        refused(&broken, tool, &json!({}), ".session/config.json");
    }
    for tool in sdd::commands::mcp::TOOLS {
        refused(&Sandbox::new(), tool.name, &json!({}), "no .session/ in");
    }
}

#[test]
fn a_run_without_a_verdict_is_no_answer() {
    let rules =
        json!([{"type": "command", "name": "rule", "required": true, "command": ["no-such-program"]}]);
    let sandbox = with("true");
    sandbox.rewrite(
        ".session/config.json",
        json!({"quality_gates": {"custom_validations": {"rules": rules}}}).to_string(),
    );
    refused(
        &sandbox,
        "run_gates",
        &json!({"gates": ["custom"]}),
        "sdd gate: no verdict",
    );
}

#[test]
fn a_client_of_the_newest_protocol_opens_with_no_handshake() {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    });
    let ask = |id: u32, method: &str, mut params: Value| {
        params["_meta"] = meta.clone();
        json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string()
    };
    let sandbox = with("true");
    let found = talk_bare(serve(&sandbox), &[ask(9, "server/discover", json!({}))]);
    let versions = found["result"]["supportedVersions"].as_array().unwrap();
    for version in ["2025-06-18", "2025-11-25", "2026-07-28"] {
        assert!(versions.contains(&json!(version)), "{found}");
    }
    let called = ask(9, "tools/call", json!({"name": "status", "arguments": {}}));
    let said = talk_bare(serve(&sandbox), &[ask(1, "server/discover", json!({})), called]);
    assert!(text(&said["result"]).contains("no session is open"), "{said}");
    sandbox.assert_nothing_left();
}
