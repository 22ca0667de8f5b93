//! `sdd env check` as a program: what it prints, and how it ends.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::net::TcpListener;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::Sandbox;

/// A project with these checks of `staging`.
fn project(checks: &Value) -> Sandbox {
    Sandbox::new().config(&json!({"environments": {"staging": {"checks": checks}}}))
}

/// A port at which somebody listens, and one at which nobody does.
fn ports() -> (TcpListener, u16, u16) {
    let open = TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let [here, gone] = [&open, &closed].map(|one| one.local_addr().unwrap().port());
    (open, here, gone)
}

#[test]
fn what_holds_and_what_does_not_decide_over_the_exit_code() {
    let (_open, here, gone) = ports();
    let sandbox = project(&json!([
        {"id": "db", "kind": "tcp", "addr": format!("127.0.0.1:{here}")},
        {"id": "settings", "kind": "file", "path": ".session/config.json"},
        {"id": "cache", "kind": "tcp", "addr": format!("127.0.0.1:{gone}"), "severity": "warn"},
    ]));
    let answer = sandbox.sdd(["env", "check", "staging", "--format", "json"]);
    answer.expect_code(0);
    let report = answer.json();
    assert_eq!(report["verdict"], "passed", "{report:#}");
    let standing = |category: &str| {
        let all = report["categories"].as_array().unwrap();
        all.iter().find(|one| one["category"] == category).unwrap()["standing"].clone()
    };
    assert_eq!(standing("connectivity"), "passed");
    assert_eq!(standing("health"), "not_configured");

    let answer = sandbox.sdd(["env", "check", "staging", "--require", "health"]);
    answer.expect_code(1);
    assert!(
        answer
            .stdout
            .contains("health         FAILED: not configured, and it is required"),
        "{}",
        answer.stdout
    );
    sandbox
        .sdd(["env", "check", "staging", "--require", "connectivity"])
        .expect_code(0);
    sandbox
        .sdd(["env", "check", "staging", "--only", "capacity"])
        .expect_code(3);

    let sandbox = project(&json!([{"id": "db", "kind": "tcp", "addr": format!("127.0.0.1:{gone}")}]));
    let answer = sandbox.sdd(["env", "check", "staging"]);
    answer.expect_code(1);
    assert!(
        answer.stdout.contains("staging is not ready"),
        "{}",
        answer.stdout
    );
}

#[test]
fn what_cannot_be_used_is_refused_before_anything_is_checked() {
    let broken = [
        (json!([{"id": "a", "kind": "telepathy"}]), "telepathy"),
        (
            json!([{"id": "a", "kind": "tcp", "addr": "${NOWHERE_SET}"}]),
            "NOWHERE_SET",
        ),
        (json!([{"id": "a", "kind": "tcp", "adr": "h:1"}]), "adr"),
    ];
    for (checks, part) in broken {
        let answer = project(&checks).sdd(["env", "check", "staging"]);
        answer.expect_code(2);
        assert!(answer.stderr.contains(part), "{}", answer.stderr);
        assert_eq!(answer.stdout, "");
    }
    let twice = "environments:\n  staging:\n    checks: []\n  staging:\n    checks: []\n";
    let sandbox = Sandbox::new()
        .config(&json!({}))
        .file(".session/environments.yaml", twice);
    let answer = sandbox.sdd(["env", "check", "staging"]);
    answer.expect_code(2);
    assert!(answer.stderr.contains("environments.yaml:4"), "{}", answer.stderr);
}

#[test]
fn no_checks_are_no_verdict_and_no_environment_is_none() {
    project(&json!([]))
        .sdd(["env", "check", "staging"])
        .expect_code(3);
    let answer = project(&json!([])).sdd(["env", "check", "stagign"]);
    answer.expect_code(4);
    assert!(
        answer.stderr.contains("did you mean staging?"),
        "{}",
        answer.stderr
    );
}

#[test]
fn values_of_variables_are_never_shown() {
    let sandbox = project(&json!([
        {"id": "key", "kind": "env", "name": "API_KEY", "secret": true},
        {"id": "open", "kind": "env", "name": "OPEN_KEY"},
        {"id": "absent", "kind": "env", "name": "NO_KEY"},
    ]))
    .env("API_KEY", "s3cr3t-of-somebody")
    .env("OPEN_KEY", "changeme");
    for format in ["human", "json"] {
        let answer = sandbox.sdd(["env", "check", "staging", "--format", format]);
        answer.expect_code(1);
        assert!(!answer.stdout.contains("s3cr3t"), "{}", answer.stdout);
    }
    let report = sandbox
        .sdd(["env", "check", "staging", "--format", "json"])
        .json();
    let outcomes: Vec<&Value> = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| &check["outcome"])
        .collect();
    assert_eq!(outcomes, ["passed", "failed", "failed"]);
}

#[test]
fn an_interrupted_look_ends_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}/");
    let sandbox = project(&json!([{"id": "api", "kind": "http", "url": url, "timeout": "60s"}]));
    let running = sandbox.start(["env", "check", "staging"]);
    // It has asked, and nobody answers.
    let _asked = listener.accept().unwrap();
    running.signal(Signal::INT);
    running.wait().expect_code(130);
}
