//! Baselines: pinned once, moved on purpose, compared with, and never written when something is wrong.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;

use super::server::{Manner, Server};
use super::{document, measure};
use crate::support::Sandbox;

const ID: &str = "integration_test_orders";
const BASELINES: &str = ".session/tracking/performance_baselines.json";

/// A project with a work item whose spec asks for this.
fn project(url: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.sdd(["init"]).expect_code(0);
    sandbox
        .sdd([
            "work-item",
            "new",
            "--type",
            "integration_test",
            "--title",
            "Orders",
        ])
        .expect_code(0);
    let spec = format!(
        "# Integration Test: Orders\n\n## Performance Benchmarks\n\n**Endpoint:** {url}\n\n**Response Time Requirements:**\n- p95: < \
         30s\n\n**Throughput Requirements:**\n- Minimum: 1 requests/second\n- Target: 90000000 requests/second\n"
    );
    sandbox.rewrite(&format!(".session/specs/{ID}.md"), spec);
    sandbox
}

fn kept(sandbox: &Sandbox) -> Value {
    serde_json::from_str(&sandbox.read(BASELINES)).unwrap()
}

#[test]
fn a_run_that_counts_noisy_rounds_is_a_baseline_only_by_a_word() {
    let server = Server::that_answers(Manner::Well);
    let sandbox = project(&server.url());
    for _ in 0..2 {
        let answer = measure(&sandbox, &[ID], &["--format", "json"]);
        answer.expect_code(0);
        let seen = document(&answer);
        assert_eq!(seen["regression"]["verdict"], "no_baseline");
        let notes = seen["notes"].to_string();
        assert!(
            notes.contains("it becomes the baseline with --accept only"),
            "{notes}"
        );
        assert!(!sandbox.path(BASELINES).exists());
    }
    measure(&sandbox, &[ID], &["--accept"]).expect_code(0);
    assert!(kept(&sandbox)[ID]["baselines"][0]["rounds"].is_array());
}

#[test]
fn only_a_word_moves_what_is_pinned() {
    let server = Server::that_answers(Manner::Well);
    let sandbox = project(&server.url());
    let first = measure(
        &sandbox,
        &[ID],
        &["--format", "json", "--accept", "--reason", "the first"],
    );
    first.expect_code(0);
    let seen = document(&first);
    assert_eq!(seen["regression"]["verdict"], "no_baseline");
    assert_eq!(seen["work_item"], ID);
    let metrics: Vec<&str> = seen["requirements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["metric"].as_str().unwrap())
        .collect();
    assert_eq!(metrics, ["requests", "errors", "p95", "rps", "rps"]);
    let pinned = kept(&sandbox);
    let accepted = &pinned[ID]["baselines"][0]["accepted"];
    assert_eq!(accepted["reason"], "the first");

    let second = measure(&sandbox, &[ID], &["--format", "json"]);
    let seen = document(&second);
    assert_ne!(seen["regression"]["verdict"], "no_baseline", "{seen}");
    assert_eq!(
        kept(&sandbox)[ID]["baselines"][0]["accepted"],
        *accepted,
        "it did not move"
    );
    assert_eq!(
        kept(&sandbox)[ID]["baselines"][0]["history"]
            .as_array()
            .unwrap()
            .len(),
        2
    );

    measure(&sandbox, &[ID], &["--accept", "--reason", "new hardware"]);
    assert_eq!(
        kept(&sandbox)[ID]["baselines"][0]["accepted"]["reason"],
        "new hardware"
    );

    // Under other conditions there is another baseline.
    let other = measure(&sandbox, &[ID], &["--connections", "3", "--format", "json"]);
    let seen = document(&other);
    assert_eq!(seen["regression"]["verdict"], "no_baseline");
    assert_eq!(seen["regression"]["differing"][0]["field"], "connections");

    let history = sandbox.sdd(["bench", "history", ID]);
    history.expect_code(0);
    assert!(history.stdout.contains("new hardware"), "{}", history.stdout);

    // A run without noise and itself have nothing to tell.
    let mut run = document(&first);
    let round = run["samples"][0].clone();
    run["samples"] = vec![round; 6].into();
    sandbox.rewrite("run.json", run.to_string());
    let same = sandbox.sdd(["bench", "compare", "run.json", "run.json"]);
    same.expect_code(0);
    assert_eq!(same.stdout, "");
}

#[test]
fn a_file_that_is_broken_is_left_as_it_is() {
    let server = Server::that_answers(Manner::Well);
    let sandbox = project(&server.url());
    for broken in ["{", "[]", "{\"integration_test_orders\": {\"baselines\": 3}}"] {
        sandbox.rewrite(BASELINES, broken);
        let answer = measure(&sandbox, &[ID], &[]);
        answer.expect_code(2);
        assert!(
            answer.stderr.contains("performance_baselines.json"),
            "{}",
            answer.stderr
        );
        assert_eq!(sandbox.read(BASELINES), broken);
    }
    assert_eq!(server.answered(), 0, "it is found before anything is measured");
}

#[test]
fn an_entry_of_the_older_program_is_kept_and_not_compared() {
    let server = Server::that_answers(Manner::Well);
    let sandbox = project(&server.url());
    sandbox.rewrite(
        BASELINES,
        "{\"integration_test_orders\": {\"latency\": {\"p50\": 12.5}, \"throughput\": {}, \"resource_usage\": {}, \"timestamp\": \
         \"2025-01-01T00:00:00\", \"session\": 3}}",
    );
    let answer = measure(&sandbox, &[ID], &["--format", "json"]);
    answer.expect_code(0);
    let seen = document(&answer);
    assert_eq!(seen["regression"]["verdict"], "no_baseline");
    assert!(
        seen["regression"]["reason"]
            .as_str()
            .unwrap()
            .contains("single numbers"),
        "{seen}"
    );
    assert!(sandbox.read(BASELINES).contains("12.5"));
}

#[test]
fn an_interrupted_run_leaves_nothing() {
    let server = Server::that_answers(Manner::Well);
    let sandbox = project(&server.url());
    let before = sandbox.path(BASELINES).exists().then(|| sandbox.read(BASELINES));
    let mut command = sandbox.command(std::path::Path::new(env!("CARGO_BIN_EXE_sdd")));
    command.args(["bench", ID, "--quick", "--allow-noise", "--duration", "60s"]);
    let running = sandbox.start_command(command);
    while server.answered() == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    running.signal(Signal::INT);
    let answer = running.wait();
    assert_eq!(answer.code(), Some(130), "{}", answer.stderr);
    assert!(answer.elapsed < Duration::from_secs(30));
    let after = sandbox.path(BASELINES).exists().then(|| sandbox.read(BASELINES));
    assert_eq!(after, before);
    sandbox.assert_nothing_left();
}
