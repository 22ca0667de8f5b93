//! The real server `@upstash/context7-mcp`, as npm installs it, in front of an API on the loopback.

use serde_json::{Value, json};

use super::{Site, check, findings, gate, project, run};
use crate::support::{Sandbox, test_tools};

fn api_url(api: &Site) -> String {
    format!("http://127.0.0.1:{}/api", api.port)
}

/// The settings with the real server.
fn server() -> Value {
    let program = test_tools().join("npm/node_modules/.bin/context7-mcp");
    assert!(
        program.exists(),
        "{} is missing: run tests/run once, it installs what tests need",
        program.display()
    );
    json!({"server": {"command": [program.to_str().unwrap()]}})
}

/// A project with these libraries and the API, on a machine with node.
fn with(stack: &str) -> (Sandbox, Site) {
    let api = Site::start("api.py", &[]);
    let sandbox = project(stack)
        .programs(&["node"])
        .env("CONTEXT7_API_URL", api_url(&api));
    (sandbox, api)
}

#[test]
fn libraries_are_verified_in_their_versions() {
    let (sandbox, api) = with("## Backend Framework\n- FastAPI 0.115.6\n\n## Database\n- redis\n");
    let sandbox = sandbox.env("CONTEXT7_API_KEY", "ctx7sk-0123456789abcdef");
    let found = check(
        &sandbox,
        &server(),
        0,
        "passed",
        "all 2 libraries of stack.txt are known to Context7",
    );
    assert_eq!(
        findings(&found),
        [
            "verified FastAPI 0.115.6: /fastapi/fastapi has documentation of version 0.115.13",
            "verified redis: /redis/redis-py has documentation; no version is asked for",
        ]
    );
    assert_eq!(found["metrics"]["libraries_verified"], 2);
    assert!(
        found["steps"][0]["command"][0]
            .as_str()
            .unwrap()
            .ends_with("context7-mcp")
    );
    let asked = api.asked();
    assert_eq!(asked.len(), 4, "{asked:?}");
    assert!(
        asked
            .iter()
            .all(|line| line.ends_with("Bearer ctx7sk-0123456789abcdef")),
        "{asked:?}"
    );
    assert!(
        asked
            .iter()
            .any(|line| line.contains("libraryId=%2Ffastapi%2Ffastapi%2F0.115.13")),
        "{asked:?}"
    );
    // What the server was told and what it said is kept, without the key.
    let log = sandbox.read(found["steps"][0]["log"].as_str().unwrap());
    assert!(
        log.contains("/redis/redis-py") && !log.contains("0123456789abcdef"),
        "{log}"
    );
}

#[test]
fn the_key_reaches_the_server_only_where_the_settings_pass_it() {
    let (sandbox, api) = with("- redis\n");
    let sandbox = sandbox.env("CONTEXT7_API_KEY", "ctx7sk-0123456789abcdef");
    let mut settings = server();
    settings["enabled"] = true.into();
    let document = json!({"quality_gates": {"context7": settings}, "pass_env": ["CONTEXT7_API_URL"]});
    sandbox.rewrite(".session/config.json", document.to_string());
    sandbox.sdd(["gate", "context7"]).expect_code(0);
    let asked = api.asked();
    assert!(
        !asked.is_empty() && asked.iter().all(|line| line.ends_with(" -")),
        "{asked:?}"
    );
}

#[test]
fn what_is_not_known_is_told_one_by_one() {
    let (sandbox, _api) = with("- fastapi==0.95.2\n- redis\n- undocumented\n- leftpad\n");
    let found = check(
        &sandbox,
        &server(),
        1,
        "failed",
        "at Context7 2 libraries are not found, 1 library is not known in the version in use",
    );
    assert_eq!(
        findings(&found),
        [
            "not_found leftpad: Context7 knows no library of this name; the nearest is /other/thing",
            "not_found undocumented: Context7 has no documentation of /x/undocumented",
            "verified redis: /redis/redis-py has documentation; no version is asked for",
            "version_unknown fastapi 0.95.2: /fastapi/fastapi has documentation of 0.115.13, 0.116.1 only",
        ]
    );
    assert!(
        found["findings"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["path"] == ".session/tracking/stack.txt")
    );
}

#[test]
fn trouble_of_the_api_is_no_answer_and_no_verdict() {
    for (library, said) in [
        ("limited", "Rate limited"),
        ("broken", "Request failed with status 500"),
    ] {
        let (sandbox, _api) = with(&format!("- redis\n- {library}\n"));
        let found = check(&sandbox, &server(), 3, "error", "1 library has no answer");
        assert!(found["reason"].as_str().unwrap().contains(said), "{found:#}");
        assert_eq!(found["metrics"]["libraries_verified"], 1);
    }
    // An API that is not there.
    let sandbox = project("- redis\n")
        .programs(&["node"])
        .env("CONTEXT7_API_URL", "http://127.0.0.1:9/api");
    check(&sandbox, &server(), 3, "error", "Error searching libraries");
}

#[test]
fn what_was_asked_is_not_asked_again_the_same_day() {
    let (sandbox, api) = with("- fastapi==0.115.6\n- redis\n- leftpad\n");
    run(&sandbox, &server()).expect_code(1);
    let before = api.asked().len();
    let again = run(&sandbox, &server());
    again.expect_code(1);
    // Only what has no good answer yet.
    let asked = api.asked().split_off(before);
    assert!(
        asked.len() == 1 && asked[0].contains("libraryName=leftpad"),
        "{asked:?}"
    );
    assert_eq!(gate(&again)["metrics"]["libraries_remembered"], 2);

    sandbox.rewrite(".session/tracking/stack.txt", "- fastapi==0.115.6\n- redis\n");
    let before = api.asked().len();
    let third = run(&sandbox, &server());
    third.expect_code(0);
    assert_eq!(api.asked().len(), before, "no server is needed");
    let reason = gate(&third)["reason"].as_str().unwrap().to_owned();
    assert!(
        reason.contains("asked less than a day ago, and not again"),
        "{reason}"
    );

    // Another version is another question, and so is an answer of two days ago.
    sandbox.rewrite(".session/tracking/stack.txt", "- fastapi==0.116.1\n- redis\n");
    run(&sandbox, &server()).expect_code(0);
    assert_eq!(api.asked().len(), before + 2);
    let kept = sandbox.read(".session/runs/context7.json");
    let mut kept: Value = serde_json::from_str(&kept).unwrap();
    for answer in kept["answers"].as_object_mut().unwrap().values_mut() {
        answer["at"] = "2020-01-01T00:00:00Z".into();
    }
    sandbox.rewrite(".session/runs/context7.json", kept.to_string());
    run(&sandbox, &server()).expect_code(0);
    assert_eq!(api.asked().len(), before + 2 + 4);
}

#[test]
fn without_a_stack_the_manifests_name_the_libraries() {
    let sandbox = Sandbox::new()
        .file(
            "pyproject.toml",
            "[project]\nname = \"x\"\nversion = \"0\"\ndependencies = [\"fastapi>=0.115\", \"redis\", \"leftpad\"]\n",
        )
        .programs(&["node"]);
    let api = Site::start("api.py", &[]);
    let sandbox = sandbox.env("CONTEXT7_API_URL", api_url(&api));
    let mut settings = server();
    settings["important_libraries"] = json!(["FastAPI", "redis"]);
    let found = check(
        &sandbox,
        &settings,
        0,
        "passed",
        "all 2 libraries of the manifests are known to Context7",
    );
    assert_eq!(found["findings"][0]["path"], "pyproject.toml");
    assert!(!api.asked().iter().any(|line| line.contains("leftpad")));
}

#[test]
fn the_real_server_answers_by_http_as_well() {
    use std::io::{BufRead as _, BufReader};

    let (sandbox, api) = with("- fastapi==0.115.6\n");
    let program = test_tools().join("npm/node_modules/.bin/context7-mcp");
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let mut command = sandbox.command(&program);
    command
        .args(["--transport", "http", "--port", &port.to_string()])
        .env("CONTEXT7_API_URL", api_url(&api))
        // It would serve figures of itself on a port that others may have.
        .env("OTEL_SDK_DISABLED", "true")
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped());
    let mut process = command.spawn().unwrap();
    let lines = BufReader::new(process.stderr.take().unwrap()).lines();
    let mut lines = lines.map_while(Result::ok);
    let line = lines.find(|line| line.contains("running on HTTP")).unwrap();
    // It takes the next port when somebody was faster.
    let url = line
        .split_whitespace()
        .find(|word| word.starts_with("http://"))
        .unwrap();
    let sandbox = sandbox.env("CONTEXT7_API_KEY", "ctx7sk-0123456789abcdef");
    let answer = run(&sandbox, &json!({"server": {"url": url}}));
    let _ended = process.kill();
    let _status = process.wait();
    answer.expect_code(0);
    assert_eq!(gate(&answer)["metrics"]["libraries_verified"], 1);
    let asked = api.asked();
    assert!(
        asked.len() == 2
            && asked
                .iter()
                .all(|line| line.ends_with("Bearer ctx7sk-0123456789abcdef")),
        "{asked:?}"
    );
    assert!(!answer.stdout.contains("0123456789abcdef"));
}
