//! What is never a pass, and what is one.

use super::server::{Manner, Server, nobody};
use super::{bench, document, measure};
use crate::support::Sandbox;

#[test]
fn a_service_that_answers_passes_and_everything_is_told() {
    let server = Server::that_answers(Manner::Well);
    let answer = bench(
        &Sandbox::new(),
        &server.url(),
        &[
            "--format",
            "json",
            "--require",
            "p95=30s",
            "--require",
            "p99.9<30s",
            "--require",
            "rps>=1",
            "--require",
            "errors=50%",
        ],
    );
    answer.expect_code(0);
    let seen = document(&answer);
    assert_eq!(
        (&seen["verdict"], &seen["kind"]),
        (&"passed".into(), &"bench".into())
    );
    assert_eq!(seen["engine"]["name"], "builtin");
    assert!(seen["requests"].as_u64().unwrap() > 0);
    assert!(seen["requests"].as_u64().unwrap() <= server.answered());
    for percentile in ["p50", "p75", "p90", "p95", "p99", "p99_9", "max"] {
        assert!(
            seen["latency_ms"][percentile].as_f64().unwrap() > 0.0,
            "{percentile}"
        );
        assert!(
            seen["latency_raw_ms"][percentile].as_f64().unwrap() > 0.0,
            "{percentile}"
        );
    }
    let of = |metric: &str| {
        let all = seen["requirements"].as_array().unwrap();
        all.iter().find(|one| one["metric"] == metric).unwrap()["verdict"].clone()
    };
    for metric in ["requests", "p95", "p99.9", "rps", "errors"] {
        assert_eq!(of(metric), "passed", "{metric}");
    }
    // The server is a thread of this test, which is found by its port.
    let services = seen["resource_usage"].as_object().unwrap();
    let (_, cost) = services.iter().next().unwrap();
    assert!(cost["cpu_us_per_request"].as_f64().is_some(), "{services:?}");
    assert!(cost["memory_peak_bytes"].as_f64().unwrap() > 100_000.0);
    assert_eq!(seen["regression"]["verdict"], "no_baseline");
    assert_eq!(seen["samples"].as_array().unwrap().len(), 5);
}

#[test]
fn a_requirement_that_is_missed_fails_and_is_named() {
    let server = Server::that_answers(Manner::Slowly(20));
    let answer = bench(&Sandbox::new(), &server.url(), &["--require", "p50=5ms"]);
    answer.expect_code(1);
    assert!(
        answer.stdout.contains("FAILED  not reached: p50"),
        "{}",
        answer.stdout
    );
    assert!(
        answer.stdout.contains("rerun: sdd bench --url"),
        "{}",
        answer.stdout
    );
}

#[test]
fn a_requirement_that_cannot_be_measured_is_no_pass() {
    // Nobody tells what the service reads and writes when its process is another user's; here the process is none that
    // can be looked at.
    let server = Server::that_answers(Manner::Well);
    let url = server.url().replace("127.0.0.1", "127.0.0.2");
    drop(server);
    let answer = bench(&Sandbox::new(), &url, &["--require", "cpu<80%"]);
    answer.expect_code(3);
}

#[test]
fn errors_alone_are_a_failure() {
    let server = Server::that_answers(Manner::Badly);
    let answer = bench(&Sandbox::new(), &server.url(), &["--format", "json"]);
    answer.expect_code(1);
    let seen = document(&answer);
    assert_eq!(seen["errors"]["status"], seen["requests"]);
    assert_eq!(seen["errors"]["by_status"]["500"], seen["requests"]);
    assert_eq!(seen["decision"], "not reached: errors");
}

#[test]
fn a_service_that_never_answers_fails() {
    let server = Server::that_answers(Manner::Silently);
    let answer = bench(&Sandbox::new(), &server.url(), &["--timeout", "300ms"]);
    answer.expect_code(1);
    assert!(
        answer.stdout.contains("not reached: requests, errors"),
        "{}",
        answer.stdout
    );
}

#[test]
fn a_service_that_breaks_off_fails() {
    let server = Server::that_answers(Manner::Abruptly);
    bench(&Sandbox::new(), &server.url(), &[]).expect_code(1);
}

#[test]
fn a_service_that_is_not_there_leaves_no_verdict() {
    let answer = bench(&Sandbox::new(), &nobody(), &[]);
    answer.expect_code(3);
    assert!(answer.stderr.contains("cannot be reached"), "{}", answer.stderr);
    assert!(
        answer
            .stderr
            .contains("start the service, or correct the address"),
        "{}",
        answer.stderr
    );
    let answer = bench(&Sandbox::new(), "http://nowhere.invalid/", &[]);
    answer.expect_code(3);
}

#[test]
fn a_rate_is_kept() {
    let server = Server::that_answers(Manner::Well);
    let answer = bench(
        &Sandbox::new(),
        &server.url(),
        &["--rate", "200", "--format", "json"],
    );
    answer.expect_code(0);
    let seen = document(&answer);
    assert_eq!(
        (&seen["load"]["model"], &seen["load"]["rate"]),
        (&"open".into(), &200.0.into())
    );
    let rate = seen["throughput"]["requests_per_sec"].as_f64().unwrap();
    assert!(rate < 230.0, "{rate}");
}

#[test]
fn wrk_makes_the_load_where_it_can() {
    let server = Server::that_answers(Manner::Well);
    let sandbox = Sandbox::new().programs(&["wrk"]);
    let answer = bench(&sandbox, &server.url(), &["--format", "json"]);
    answer.expect_code(0);
    let seen = document(&answer);
    assert_eq!(seen["engine"]["name"], "wrk");
    assert!(seen["latency_ms"]["p95"].as_f64().unwrap() > 0.0);
    sandbox.assert_no_process_left();
}

#[test]
fn somebody_elses_wrk_is_not_taken() {
    let server = Server::that_answers(Manner::Well);
    let sandbox = Sandbox::new().fake("wrk", "echo 'wrk: the game, level 3'");
    let answer = measure(&sandbox, &["--url", &server.url()], &["--format", "json"]);
    answer.expect_code(0);
    let seen = document(&answer);
    assert_eq!(seen["engine"]["name"], "builtin");
    assert!(
        seen["engine"]["passed_over"][0]
            .as_str()
            .unwrap()
            .contains("is not wrk"),
        "{seen}"
    );
    let answer = measure(&sandbox, &["--url", &server.url()], &["--engine", "wrk"]);
    answer.expect_code(2);
    assert!(answer.stderr.contains("is not wrk: it says"), "{}", answer.stderr);
}
