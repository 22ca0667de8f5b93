//! Baselines: pinned once, moved on purpose, compared with, and never written when something is wrong.

use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;

use super::server::{Manner, Server};
use super::{BASELINES, ID, document, kept, measure, one_round};
use crate::support::Sandbox;

/// A project with a work item whose spec asks for what every server of a test does.
fn project(url: &str) -> Sandbox {
    super::project(&format!(
        "**Endpoint:** {url}\n\n**Response Time Requirements:**\n- p95: < 30s\n\n**Throughput Requirements:**\n- Minimum: 1 \
         requests/second\n- Target: 90000000 requests/second\n"
    ))
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
        // One that becomes a baseline has as many again.
        assert_eq!(seen["samples"].as_array().unwrap().len(), 5);
        assert!(!sandbox.path(BASELINES).exists());
    }
    measure(&sandbox, &[ID], &["--accept"]).expect_code(0);
    let pinned = kept(&sandbox);
    assert_eq!(pinned[ID]["baselines"][0]["rounds"].as_array().unwrap().len(), 10);
}

#[test]
fn secrets_of_the_env_file_reach_neither_a_report_nor_a_baseline() {
    const SECRET: &str = "fr0m-th3-f1le-88c2d1";
    let server = Server::that_answers(Manner::Well);
    let url = format!("{}?key={SECRET}", server.url());
    let sandbox = project(&url);
    let sandbox = sandbox.file(".env", format!("SHOP_API_KEY={SECRET}\n"));
    let answer = one_round(
        &sandbox,
        &[
            ID,
            "--url",
            &url,
            "--accept",
            "--reason",
            SECRET,
            "--output",
            "json=m.json",
            "--output",
            "html=m.html",
        ],
    );
    answer.expect_code(0);
    let said = answer.stdout + &answer.stderr;
    assert!(said.contains("[redacted:SHOP_API_KEY]"), "{said}");
    let written = [BASELINES, "m.json", "m.html"].map(|file| sandbox.read(file));
    for text in written.iter().chain([&said]) {
        assert!(!text.contains(SECRET), "{text}");
    }
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
fn numbers_of_a_service_that_died_are_nowhere_kept() {
    let server = Server::that_answers(Manner::Well);
    let sandbox = project(&server.url());
    measure(&sandbox, &[ID], &["--accept"]).expect_code(0);
    let pinned = kept(&sandbox);
    server.turns(Manner::Until(server.answered() + 300));
    let died = measure(&sandbox, &[ID], &["--accept", "--format", "json"]);
    died.expect_code(1);
    let seen = document(&died);
    let notes = seen["notes"].to_string();
    assert!(
        notes.contains("nothing of this run is kept beside the baselines"),
        "{notes}"
    );
    assert_eq!(kept(&sandbox), pinned);
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
    for engine in ["builtin", "wrk"] {
        let server = Server::that_answers(Manner::Well);
        let sandbox = project(&server.url()).programs(&["wrk"]);
        let before = sandbox.path(BASELINES).exists().then(|| sandbox.read(BASELINES));
        let mut command = sandbox.command(std::path::Path::new(env!("CARGO_BIN_EXE_sdd")));
        command.args([
            "bench",
            ID,
            "--engine",
            engine,
            "--rounds",
            "1",
            "--duration",
            "600s",
        ]);
        command.args(["--allow-noise", "--accept"]);
        let running = sandbox.start_command(command);
        // Windows of the warm-up have connections of their own and last a second at most; the round has them for longer.
        let (mut seen, mut since) = (0, Instant::now());
        while seen == 0 || since.elapsed() < Duration::from_secs(2) {
            assert!(since.elapsed() < Duration::from_secs(60), "{engine} never came");
            if server.accepted() != seen {
                (seen, since) = (server.accepted(), Instant::now());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        running.signal(Signal::INT);
        let answer = running.wait();
        assert_eq!(answer.code(), Some(130), "{engine}: {}", answer.stderr);
        assert!(answer.elapsed < Duration::from_secs(120));
        let after = sandbox.path(BASELINES).exists().then(|| sandbox.read(BASELINES));
        assert_eq!(after, before, "{engine}");
        sandbox.assert_nothing_left();
    }
}

#[test]
fn creep_is_told_that_no_step_shows() {
    let server = Server::that_answers(Manner::Well);
    let sandbox = project(&server.url());
    measure(&sandbox, &[ID], &["--accept"]).expect_code(0);
    // Seven runs more, as each would have left them: two like the first, then five, each 8 % slower than the one before.
    let mut all = kept(&sandbox);
    let history = all[ID]["baselines"][0]["history"].as_array_mut().unwrap();
    let first = history[0].clone();
    for slower in [0, 0, 1, 2, 3, 4, 5] {
        let mut run = first.clone();
        let factor = 1.08_f64.powi(slower);
        for group in ["", "/relative"] {
            let value = run.pointer_mut(&format!("/summary{group}/p50")).unwrap();
            *value = (value.as_f64().unwrap() * factor).into();
        }
        history.push(run);
    }
    sandbox.rewrite(BASELINES, all.to_string());

    let told = sandbox.sdd(["bench", "history", ID]);
    told.expect_code(0);
    let said = "drift: p50 is +36.0 % against the first of 8 runs";
    assert!(told.stdout.contains(said), "{}", told.stdout);
    let answer = measure(&sandbox, &[ID], &["--format", "json"]);
    let seen = document(&answer);
    let p50 = seen["regression"]["drift"].as_array().unwrap().iter();
    let p50: Vec<&Value> = p50.filter(|one| one["metric"] == "p50").collect();
    assert_eq!(p50[0]["verdict"], "drifted", "{seen}");
    let moved = &kept(&sandbox)[ID]["baselines"][0];
    assert_eq!(moved["accepted"], all[ID]["baselines"][0]["accepted"]);
    assert_eq!(moved["history"].as_array().unwrap().len(), 9);
}
