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
    assert_eq!(standing("connectivity"), "warned");
    assert_eq!(standing("configuration"), "passed");
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

/// A check of each category that holds, and then that of one category that does not: that one alone fails.
#[test]
fn each_category_is_judged_by_its_own_checks() {
    let categories = [
        "connectivity",
        "configuration",
        "dependencies",
        "health",
        "monitoring",
        "infrastructure",
        "capacity",
    ];
    let checks = |broken: Option<&str>| {
        let one = |category: &str| {
            let path = if broken == Some(category) {
                "nowhere"
            } else {
                ".session/config.json"
            };
            json!({"id": format!("a-{category}"), "kind": "file", "path": path, "category": category})
        };
        json!(categories.map(one))
    };
    for broken in categories.into_iter().map(Some).chain([None]) {
        let answer = project(&checks(broken)).sdd(["env", "check", "staging", "--format", "json"]);
        answer.expect_code(i32::from(broken.is_some()));
        let report = answer.json();
        for told in report["categories"].as_array().unwrap() {
            let is_broken = told["category"].as_str() == broken;
            assert_eq!(
                told["standing"],
                if is_broken { "failed" } else { "passed" },
                "{told}"
            );
        }
    }
}

#[test]
fn secrets_of_the_env_file_are_not_shown_when_a_check_prints_them() {
    const SECRET: &str = "fr0m-th3-f1le-88c2d1";
    let sandbox = project(&json!([
        {"id": "said", "kind": "command", "category": "dependencies", "command": {"shell": ". ./.env; echo bad $DB_PASSWORD >&2; exit 3"}},
    ]))
    .file(".env", format!("DB_PASSWORD={SECRET}\n"));
    for format in ["human", "json", "agent"] {
        let answer = sandbox.sdd(["env", "check", "staging", "--format", format]);
        answer.expect_code(1);
        let said = answer.stdout + &answer.stderr;
        assert!(said.contains("bad [redacted:DB_PASSWORD]"), "{said}");
        assert!(!said.contains(SECRET), "{said}");
    }
}

/// Kinds that look at this machine itself, each with settings that hold and others that do not.
#[test]
fn this_machine_is_looked_at_for_real() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let [taken_port, free_port] = [&taken, &free].map(|one| one.local_addr().unwrap().port());
    drop(free);
    let checks = json!([
        {"id": "git", "kind": "git", "clean": true, "branch": "^main$"},
        {"id": "git-not", "kind": "git", "branch": "^release/"},
        {"id": "git-unsigned", "kind": "git", "signed_tag": true},
        {"id": "tool", "kind": "tool", "name": "git", "version": ">=1.0"},
        {"id": "tool-not", "kind": "tool", "name": "git", "version": ">=99"},
        {"id": "tool-absent", "kind": "tool", "name": "no-such-program-anywhere"},
        {"id": "port", "kind": "port", "free": free_port, "on": "127.0.0.1"},
        {"id": "port-not", "kind": "port", "free": taken_port, "on": "127.0.0.1"},
        {"id": "process", "kind": "process", "name": "sdd"},
        {"id": "process-not", "kind": "process", "name": "no-such-process"},
        {"id": "process-few", "kind": "process", "name": "sdd", "at_least": 100_000},
        {"id": "memory", "kind": "memory", "available": "1KiB"},
        {"id": "memory-not", "kind": "memory", "available": "1000TiB"},
        {"id": "load", "kind": "load", "most": 100_000},
        {"id": "load-not", "kind": "load", "most": 1e-9},
        {"id": "fds", "kind": "fds", "free": 1},
        {"id": "fds-not", "kind": "fds", "free": u64::MAX / 2},
    ]);
    let sandbox = project(&checks).git();
    sandbox.commit("all of it");
    let report = sandbox
        .sdd(["env", "check", "staging", "--format", "json"])
        .json();
    let mut odd = Vec::new();
    for check in report["checks"].as_array().unwrap() {
        let id = check["id"].as_str().unwrap();
        let wanted = if id.contains('-') { "failed" } else { "passed" };
        // On a machine without any load there is none that could be too high.
        let idle = id == "load-not" && check["observed"] == "0.00 for each processor";
        if check["outcome"] != wanted && !idle {
            odd.push(check.to_string());
        }
    }
    assert_eq!(odd, Vec::<String>::new());

    // What sdd leaves itself is no change of somebody's.
    let only = [
        "env",
        "check",
        "staging",
        "--only",
        "configuration",
        "--format",
        "json",
    ];
    let outcome = |sandbox: &Sandbox| sandbox.sdd(only).json()["checks"][0]["outcome"].clone();
    sandbox.rewrite(".session/deployments/staging/20260101T.jsonl", "");
    assert_eq!(outcome(&sandbox), "passed");
    sandbox.rewrite("new.txt", "");
    assert_eq!(outcome(&sandbox), "failed");
}

#[test]
fn outside_of_a_repository_nobody_knows_whether_the_tree_is_clean() {
    let sandbox = project(&json!([{"id": "git", "kind": "git", "clean": true}]));
    let answer = sandbox.sdd(["env", "check", "staging"]);
    answer.expect_code(3);
    assert!(answer.stdout.contains("ERROR git"), "{}", answer.stdout);
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
