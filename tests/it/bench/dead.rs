//! What is never a pass, and what is one.

use super::server::{CERTIFICATE, Manner, Server, nobody};
use super::{bench, document, measure, one_round};
use crate::support::{Answer, Sandbox};

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
fn a_measurement_is_written_to_several_places() {
    let server = Server::that_answers(Manner::Well);
    let sandbox = Sandbox::new();
    let url = server.url();
    let outputs = ["--output", "json=a.json", "--output", "junit=b.xml"];
    let answer = one_round(&sandbox, &[&["--url", &url], &outputs[..]].concat());
    answer.expect_code(0);
    assert!(answer.stdout.contains("PASSED"), "{}", answer.stdout);
    let json: serde_json::Value = serde_json::from_str(&sandbox.read("a.json")).unwrap();
    assert_eq!(json["kind"], "bench");
    assert!(sandbox.read("b.xml").contains("<testsuite"));
    let answer = one_round(
        &sandbox,
        &["--url", &url, "--output", "c.txt", "--format", "agent"],
    );
    answer.expect_code(0);
    assert_eq!(answer.stdout, "");
    assert!(
        sandbox.read("c.txt").contains("passed"),
        "{}",
        sandbox.read("c.txt")
    );
    for (words, said) in [
        (["json=a.json", "html=a.json"], "names one file twice"),
        (["sarif=a.sarif", "b"], "this command has no format"),
        (["json=-", "html=-"], "names stdout twice"),
    ] {
        let [one, other] = words;
        let answer = one_round(&sandbox, &["--url", &url, "--output", one, "--output", other]);
        answer.expect_code(2);
        assert!(answer.stderr.contains(said), "{}", answer.stderr);
    }
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

/// Measures with `engine` what is no pass, and holds the exit code and the cause in words.
#[track_caller]
fn fails(engine: &str, url: &str, words: &[&str], code: i32, cause: &str) -> Answer {
    let sandbox = Sandbox::new().programs(&["wrk"]);
    let words = [&["--url", url, "--engine", engine], words].concat();
    let answer = one_round(&sandbox, &words);
    let said = format!("{}{}", answer.stdout, answer.stderr);
    assert!(said.contains(cause), "{cause:?} is not in\n{said}");
    answer.expect_code(code);
    sandbox.assert_no_process_left();
    answer
}

/// The same with both engines.
#[track_caller]
fn fails_anyhow(url: &str, words: &[&str], code: i32, cause: &str) {
    for engine in ["builtin", "wrk"] {
        fails(engine, url, words, code, cause);
    }
}

#[test]
fn errors_alone_are_a_failure() {
    let server = Server::that_answers(Manner::Badly);
    let answer = fails(
        "builtin",
        &server.url(),
        &["--format", "json"],
        1,
        "not reached: errors; every answer had the status 500",
    );
    let seen = document(&answer);
    assert_eq!(seen["errors"]["status"], seen["requests"]);
    assert_eq!(seen["errors"]["by_status"]["500"], seen["requests"]);
    fails("wrk", &server.url(), &[], 1, "every answer had the status 500");
}

#[test]
fn a_service_that_hangs_fails() {
    let server = Server::that_answers(Manner::Silently);
    // The round is over before the time-out: it is waited for.
    let cause = "not reached: requests, errors; no answer came within 2s";
    fails_anyhow(&server.url(), &["--timeout", "2s"], 1, cause);
    let cause = "no answer came within 300ms";
    fails("builtin", &server.url(), &["--timeout", "300ms"], 1, cause);
    // Where nothing was answered there is no latency.
    let answer = fails(
        "builtin",
        &server.url(),
        &["--timeout", "2s"],
        1,
        "no answer, so no latency",
    );
    assert!(!answer.stdout.contains("p99.9"), "{}", answer.stdout);
}

#[test]
fn a_service_that_answers_a_byte_at_a_time_fails() {
    let server = Server::that_answers(Manner::Dripping);
    let cause = "no answer came within 300ms";
    fails("builtin", &server.url(), &["--timeout", "300ms"], 1, cause);
    fails_anyhow(&server.url(), &["--timeout", "2s"], 1, "no answer came within 2s");
}

#[test]
fn a_service_that_is_slower_than_a_round_is_not_called_dead() {
    let server = Server::that_answers(Manner::Slowly(3000));
    for engine in ["builtin", "wrk"] {
        let words = ["--require", "p95=30s", "--require", "errors=1%"];
        let cause = "NO VERDICT  no answer came in a round of 1s, and a single one took ";
        let answer = fails(engine, &server.url(), &words, 3, cause);
        assert!(
            answer.stdout.contains("measure for longer, with --duration "),
            "{}",
            answer.stdout
        );
    }
}

#[test]
fn a_service_that_breaks_off_fails() {
    for manner in [Manner::Abruptly, Manner::Rudely] {
        let server = Server::that_answers(manner);
        fails_anyhow(&server.url(), &[], 1, "connections were closed or reset");
    }
}

#[test]
fn a_service_that_is_not_there_leaves_no_verdict() {
    let url = nobody();
    fails_anyhow(&url, &[], 3, &format!("{url} cannot be reached: "));
    let hint = "start the service, or correct the address";
    let answer = fails("builtin", &url, &[], 3, hint);
    assert!(answer.stderr.contains("refused"), "{}", answer.stderr);
    fails_anyhow(
        "http://nowhere.invalid/",
        &[],
        3,
        "http://nowhere.invalid/ cannot be reached: ",
    );
}

#[test]
fn a_service_that_dies_under_the_load_fails() {
    for engine in ["builtin", "wrk"] {
        let server = Server::that_answers(Manner::Until(300));
        let cause = "the service had answered and then could not be reached any more: ";
        fails(engine, &server.url(), &[], 1, cause);
    }
}

#[test]
fn a_certificate_has_to_be_vouched_for() {
    let server = Server::that_is_secret();
    let url = server.url();
    let answer = fails(
        "builtin",
        &url,
        &[],
        3,
        "cannot be reached: invalid peer certificate",
    );
    assert!(answer.stderr.contains("--cacert FILE"), "{}", answer.stderr);
    let sandbox = Sandbox::new();
    for words in [&["--cacert", CERTIFICATE][..], &["--insecure"]] {
        let words = [&["--url", &url], words].concat();
        one_round(&sandbox, &words).expect_code(0);
    }
}

#[test]
fn answers_without_a_body_are_answers() {
    let server = Server::that_answers(Manner::Emptily);
    let answer = one_round(&Sandbox::new(), &["--url", &server.url(), "--format", "json"]);
    answer.expect_code(0);
    let seen = document(&answer);
    assert_eq!(
        (&seen["errors"]["read"], &seen["errors"]["status"]),
        (&0.into(), &0.into())
    );
}

#[test]
fn redirects_are_not_counted_silently() {
    let server = Server::that_answers(Manner::Elsewhere);
    for engine in ["builtin", "wrk"] {
        let sandbox = Sandbox::new().programs(&["wrk"]);
        let answer = one_round(&sandbox, &["--url", &server.url(), "--engine", engine]);
        answer.expect_code(0);
        let note = "every answer was a redirect (302), which is not followed";
        assert!(answer.stdout.contains(note), "{engine}: {}", answer.stdout);
    }
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
    // A fifth of a second was asked for, and wrk knows none.
    assert_eq!(seen["rounds"]["seconds"], 1.0);
    assert!(seen["duration_seconds"].as_f64().unwrap() >= 5.0, "{seen}");
    let notes = seen["notes"].to_string();
    assert!(
        notes.contains("wrk counts whole seconds: a round is 1s long, not 200ms"),
        "{notes}"
    );
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
