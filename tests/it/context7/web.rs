//! Servers that are asked by streamable HTTP.

use serde_json::json;

use super::{Site, check, project};
use crate::support::Sandbox;

const STACK: &str = "- one==1.2.3\n- two\n";

/// A project and the stub that serves it.
fn with(mode: &str) -> (Sandbox, Site) {
    (project(STACK), Site::start("server.py", &["http", mode]))
}

#[track_caller]
fn against(mode: &str, timeout: u64, code: i32, verdict: &str, reason: &str) -> Site {
    let (sandbox, site) = with(mode);
    let url = format!("http://127.0.0.1:{}/mcp", site.port);
    let settings = json!({"server": {"url": url}, "timeout": timeout});
    check(&sandbox, &settings, code, verdict, reason);
    site
}

#[test]
fn json_and_events_are_read() {
    for mode in ["good", "mixed", "old"] {
        let site = against(
            mode,
            60,
            0,
            "passed",
            "all 2 libraries of stack.txt are known to Context7",
        );
        let asked = site.asked();
        assert_eq!(asked.len(), 6, "{mode}: {asked:?}");
        assert!(asked[0].ends_with("session=None auth=None"), "{asked:?}");
        assert!(
            asked[1..]
                .iter()
                .all(|line| line.ends_with("session=s1 auth=None")),
            "{mode}: {asked:?}"
        );
    }
}

#[test]
fn the_key_is_sent_to_a_server_of_this_machine_and_never_in_the_open() {
    let (sandbox, site) = with("good");
    let sandbox = sandbox.env("CONTEXT7_API_KEY", "ctx7sk-0123456789abcdef");
    let url = format!("http://127.0.0.1:{}/mcp", site.port);
    check(
        &sandbox,
        &json!({"server": {"url": url}}),
        0,
        "passed",
        "all 2 libraries",
    );
    let lines = site.asked();
    assert!(
        lines
            .iter()
            .all(|line| line.ends_with("auth=Bearer ctx7sk-0123456789abcdef")),
        "{lines:?}"
    );
    check(
        &sandbox,
        &json!({"server": {"url": "http://context7.invalid/mcp"}}),
        3,
        "error",
        "CONTEXT7_API_KEY is not sent to http://context7.invalid/mcp without encryption; use https",
    );
}

#[test]
fn a_proxy_is_not_asked_for_what_is_on_this_machine() {
    let (sandbox, site) = with("good");
    let sandbox = sandbox
        .env("http_proxy", "http://127.0.0.1:9")
        .env("all_proxy", "http://127.0.0.1:9");
    let url = format!("http://127.0.0.1:{}/mcp", site.port);
    check(
        &sandbox,
        &json!({"server": {"url": url}}),
        0,
        "passed",
        "all 2 libraries",
    );
}

#[test]
fn a_server_that_is_not_there_or_does_not_answer_is_no_answer() {
    let sandbox = project(STACK);
    let settings = json!({"server": {"url": "http://127.0.0.1:9/mcp"}, "timeout": 30});
    check(&sandbox, &settings, 3, "error", "Connection refused");
    against("silent", 2, 3, "error", "the server gave no answer in time");
    against("late", 2, 3, "error", "the server gave no answer in time");
}

#[test]
fn what_is_no_mcp_is_no_answer() {
    against("html", 30, 3, "error", "HTTP 200 OK: <html>a proxy</html>");
    against("denied", 30, 3, "error", "401");
    against("cut", 30, 3, "error", "2 libraries have no answer");
    against("error", 30, 3, "error", "out of order");
    against("tool-error", 30, 3, "error", "quota exceeded");
    against("other", 30, 3, "error", "it has search");
}
