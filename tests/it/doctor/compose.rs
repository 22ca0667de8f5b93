//! The engine and Compose, where the project has integration tests that bring services up.

use serde_json::json;

use super::{check, demo};
use crate::support::Sandbox;

/// Docker with the plugin, and an engine that answers or not.
fn docker(engine: &str) -> String {
    format!("case \"$*\" in\n'compose version --short') echo 2.26.1-4 ;;\nversion*) {engine} ;;\nesac\n")
}

fn example() -> Sandbox {
    Sandbox::new().tree("tests/fixtures/integration").git().venv()
}

#[test]
fn an_engine_and_compose_that_answer_are_named() {
    let sandbox = example().fake("docker", &docker("echo 27.5.1"));
    let answer = sandbox.sdd(["doctor", "--format", "json"]);
    let found = check(&answer, "compose");
    assert_eq!(found["verdict"], "passed");
    assert_eq!(found["reason"], "docker compose 2.26.1, engine 27.5.1");
    assert_eq!(found["remedy"], json!(null));
    // The one that is asked for.
    let other = sandbox
        .fake("docker-compose", "echo 1.29.2")
        .env("SDD_COMPOSE", "docker-compose");
    let answer = other.sdd(["doctor"]);
    assert!(
        answer.stdout.contains("✓ compose") && answer.stdout.contains("docker-compose 1.29.2, engine 27.5.1"),
        "{}",
        answer.stdout
    );
}

#[test]
fn without_them_it_is_said_what_to_do_and_decides_only_for_the_open_session() {
    let sandbox = example();
    let before = sandbox.sdd(["doctor", "--format", "json"]);
    let code = before.code();
    let found = check(&before, "compose");
    assert_eq!(
        (&found["verdict"], &found["required"]),
        (&json!("error"), &json!(false))
    );
    let reason = found["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("there is no Docker Compose: docker is not installed")
            && reason.ends_with("; wanted by integration_test_orders"),
        "{reason}"
    );
    assert!(
        found["remedy"].as_str().unwrap().contains("apt-get install"),
        "{found}"
    );
    assert_eq!(code, Some(0), "{}", before.stdout);

    sandbox.commit("Begin");
    sandbox.sdd(["start", "integration_test_orders"]).expect_code(0);
    let silent = docker("echo 'Cannot connect to the Docker daemon' >&2; exit 1");
    let sandbox = sandbox.fake("docker", &silent);
    let answer = sandbox.sdd(["doctor", "--format", "json"]);
    answer.expect_code(3);
    let found = check(&answer, "compose");
    assert_eq!(
        (&found["verdict"], &found["required"]),
        (&json!("error"), &json!(true))
    );
    let reason = found["reason"].as_str().unwrap();
    assert!(reason.contains("Cannot connect to the Docker daemon"), "{reason}");
    assert!(
        found["remedy"]
            .as_str()
            .unwrap()
            .contains("systemctl start docker"),
        "{found}"
    );
}

#[test]
fn each_of_them_gets_the_time_that_is_given_and_no_more() {
    let slow = docker("sleep 300");
    let answer = example()
        .fake("docker", &slow)
        .sdd(["doctor", "--timeout", "1", "--format", "json"]);
    let found = check(&answer, "compose");
    assert_eq!(found["verdict"], "error");
    let reason = found["reason"].as_str().unwrap();
    assert!(reason.contains("did not end within 1 s"), "{reason}");
}

#[test]
fn nobody_asks_for_an_engine_where_nothing_is_brought_up() {
    let spied = |sandbox: Sandbox| {
        let sandbox = sandbox.fake("docker", "touch asked; echo 27.5.1");
        let answer = sandbox.sdd(["doctor", "--format", "json"]);
        assert!(!answer.stdout.contains("\"compose\""), "{}", answer.stdout);
        assert!(!sandbox.path("asked").exists());
    };
    spied(demo());
    // The tests are done.
    let items = example().read(".session/tracking/work_items.json");
    spied(example().file(
        ".session/tracking/work_items.json",
        items.replace("\"not_started\"", "\"completed\""),
    ));
    // The settings turn them off.
    spied(example().config(&json!({"quality_gates": {"integration_tests": {"enabled": false}}})));
}
