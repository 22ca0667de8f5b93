//! Runs that are stopped, runs side by side, runs on a full disk.

use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::Sandbox;

fn with(rules: Value) -> Sandbox {
    Sandbox::new().config(&json!({"quality_gates": {"custom_validations": {"rules": rules}}}))
}

fn long(extra: &str) -> Value {
    json!([{"type": "command", "name": "long", "required": true,
            "command": {"shell": format!("{extra} touch began; sleep 300 & sleep 300")}}])
}

#[track_caller]
fn stopped(signal: Signal, code: i32, name: &str) {
    let sandbox = with(long(""));
    let mut running = sandbox.start(["complete", "--format", "json"]);
    running.wait_for(&sandbox.path("began"));
    running.signal(signal);
    let answer = running.limit(Duration::from_secs(30)).wait();
    answer.expect_code(code);
    assert_eq!(answer.json()["cancelled_by"], name);
    assert_eq!(answer.json()["verdict"], "error");
    assert_eq!(
        answer.json()["gates"].as_array().unwrap().last().unwrap()["verdict"],
        "not_run"
    );
    let written: Value = serde_json::from_str(&sandbox.read(".session/reports/latest.json")).unwrap();
    assert_eq!(
        written["cancelled_by"], name,
        "the report is written as cancelled"
    );
    sandbox.assert_no_process_left();
}

/// A rule that leaves a temporary file, and one for each way in which programs ask for the place.
fn untidy(end: &str) -> Sandbox {
    let shell = format!(
        "set -e; test \"$TMPDIR\" = \"$TMP\"; test \"$TMPDIR\" = \"$TEMP\"; test ${{#TMPDIR}} -lt 100; \
         mkdir -p \"$TMPDIR/a\"; touch \"$TMPDIR/a/left\"; touch began; {end}"
    );
    with(
        json!([{"type": "command", "name": "untidy", "required": true, "timeout": 2, "command": {"shell": shell}}]),
    )
}

#[test]
fn no_temporary_file_of_a_tool_is_left() {
    let sandbox = untidy("true");
    sandbox.sdd(["gate"]).expect_code(0);
    sandbox.assert_nothing_left();
    let sandbox = untidy("sleep 300");
    sandbox.sdd(["gate"]).expect_code(3);
    sandbox.assert_nothing_left();
}

#[test]
fn no_temporary_file_is_left_by_a_run_that_is_stopped() {
    for signal in [Signal::INT, Signal::KILL] {
        let sandbox = untidy("sleep 300");
        let mut running = sandbox.start(["gate"]);
        running.wait_for(&sandbox.path("began"));
        running.signal(signal);
        running.limit(Duration::from_secs(30)).wait();
        // The guard of a run that was killed needs a moment.
        let until = Instant::now() + Duration::from_secs(30);
        while !sandbox.is_nothing_left() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
        }
        sandbox.assert_nothing_left();
    }
}

#[test]
fn an_interrupted_run_cleans_up_reports_and_exits_130() {
    stopped(Signal::INT, 130, "SIGINT");
}

#[test]
fn a_terminated_run_cleans_up_reports_and_exits_143() {
    stopped(Signal::TERM, 143, "SIGTERM");
}

#[test]
fn a_second_signal_skips_the_grace() {
    let sandbox = with(long("trap '' TERM;"));
    let mut running = sandbox.start(["complete"]);
    running.wait_for(&sandbox.path("began"));
    let since = Instant::now();
    running.signal(Signal::INT);
    std::thread::sleep(Duration::from_millis(300));
    running.signal(Signal::INT);
    running.limit(Duration::from_secs(30)).wait().expect_code(130);
    assert!(since.elapsed() < Duration::from_secs(8), "{:?}", since.elapsed());
    sandbox.assert_no_process_left();
}

#[test]
fn a_third_signal_ends_sdd_at_once_and_it_says_so() {
    let sandbox = with(long("trap '' TERM;"));
    let mut running = sandbox.start(["complete"]);
    running.wait_for(&sandbox.path("began"));
    // Three of one kind at the same moment would be one.
    for signal in [Signal::INT, Signal::HUP, Signal::TERM] {
        running.signal(signal);
    }
    let answer = running.limit(Duration::from_secs(30)).wait();
    assert!(
        answer.stderr.contains("told to stop three times"),
        "{}",
        answer.stderr
    );
    let until = Instant::now() + Duration::from_secs(30);
    while !sandbox.is_nothing_left() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(20));
    }
    sandbox.assert_no_process_left();
}

#[test]
fn a_killed_run_leaves_no_process_and_readable_state() {
    let sandbox = with(long(""));
    let mut running = sandbox.start(["complete"]);
    running.wait_for(&sandbox.path("began"));
    running.signal(Signal::KILL);
    running.wait();
    let since = Instant::now();
    while since.elapsed() < Duration::from_secs(20)
        && !crate::support::processes_with(sandbox.marker()).is_empty()
    {
        std::thread::sleep(Duration::from_millis(50));
    }
    sandbox.assert_no_process_left();
    sandbox.sdd(["gate", "--plan"]).expect_code(0);
}

#[test]
fn two_runs_at_the_same_time_both_have_their_verdict() {
    let rule = json!([{"type": "command", "name": "short", "command": "sleep 0.5", "required": true}]);
    let sandbox = with(rule);
    let (first, second) = (
        sandbox.start(["complete", "--format", "json"]),
        sandbox.start(["complete", "--format", "json"]),
    );
    let (first, second) = (first.wait(), second.wait());
    first.expect_code(0);
    second.expect_code(0);
    assert_ne!(first.json()["run_id"], second.json()["run_id"]);
    let written: Value = serde_json::from_str(&sandbox.read(".session/reports/latest.json")).unwrap();
    assert!([&first.json()["run_id"], &second.json()["run_id"]].contains(&&written["run_id"]));
}

#[test]
fn a_gate_whose_record_has_to_wait_too_long_keeps_its_verdict() {
    let sandbox = with(json!([{"type": "command", "name": "short", "command": "true", "required": true}]));
    sandbox.sdd(["gate"]).expect_code(0);
    let before = sandbox.read(".session/reports/latest.json");
    let lock = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(sandbox.path(".session/.lock"))
        .unwrap();
    lock.lock().unwrap();
    let answer = sandbox.sdd(["gate", "--format", "json"]);
    answer.expect_code(0);
    let warnings = answer.json()["warnings"].to_string();
    assert!(warnings.contains("the report was not saved"), "{warnings}");
    assert_eq!(sandbox.read(".session/reports/latest.json"), before);

    // Who waits for a moment gets the lock, and records.
    let running = sandbox.start(["gate", "--format", "json"]);
    std::thread::sleep(Duration::from_millis(500));
    drop(lock);
    let answer = running.wait();
    answer.expect_code(0);
    let written: Value = serde_json::from_str(&sandbox.read(".session/reports/latest.json")).unwrap();
    assert_eq!(written["run_id"], answer.json()["run_id"]);
}

#[test]
fn fail_fast_stops_the_rest() {
    let sandbox = Sandbox::new().file("go.mod", "module x\n").config(&json!({"quality_gates": {
        "linting": {"required": true, "commands": {"go": ["sh", "-c", "sleep 0.2; exit 1"]}},
        "test_execution": {"coverage_threshold": null, "commands": {"go": {"shell": "touch began; sleep 100"}}},
        "formatting": {"enabled": false}, "security": {"enabled": false}
    }}));
    let since = Instant::now();
    let answer = sandbox.sdd(["complete", "--fail-fast", "--format", "json", "--jobs", "2"]);
    answer.expect_code(1);
    assert!(since.elapsed() < Duration::from_secs(20));
    let verdict = |gate: &str| {
        let report = answer.json();
        let gates = report["gates"].as_array().unwrap().clone();
        gates.into_iter().find(|entry| entry["gate"] == gate).unwrap()["verdict"].clone()
    };
    assert_eq!(verdict("linting"), "failed");
    assert_eq!(verdict("tests"), "not_run");
    sandbox.assert_no_process_left();
}

#[test]
fn fail_fast_stops_within_a_gate() {
    let rules = |required: bool| {
        json!([
            {"type": "command", "name": "bad", "required": required, "command": {"shell": "sleep 0.2; exit 1"}},
            {"type": "command", "name": "long", "required": true, "command": {"shell": "touch began; sleep 2; touch done"}}
        ])
    };
    let run = |required: bool, code: i32| {
        let sandbox = with(rules(required));
        let answer = sandbox.sdd(["gate", "custom", "--fail-fast", "--format", "json", "--jobs", "2"]);
        answer.expect_code(code);
        sandbox.assert_no_process_left();
        let gate = answer.json()["gates"][0].clone();
        let verdicts = [0, 1].map(|step: usize| gate["steps"][step]["verdict"].as_str().unwrap().to_owned());
        (verdicts, sandbox.path("done").exists())
    };
    assert_eq!(run(true, 1), (["failed", "not_run"].map(str::to_owned), false));
    // What does not decide stops nothing.
    assert_eq!(run(false, 0), (["failed", "passed"].map(str::to_owned), true));
}

#[test]
fn a_run_that_cannot_be_recorded_has_no_verdict() {
    let rule = json!([{"type": "command", "name": "short", "command": "true", "required": true}]);
    let sandbox = with(rule);
    sandbox.sdd(["complete"]).expect_code(0);
    let before = sandbox.read(".session/reports/latest.json");
    // A file-size limit stands for the full disk: writing fails with EFBIG in the middle of the file.
    let mut command = sandbox.command(std::path::Path::new("/bin/sh"));
    let script = "ulimit -f 1; trap '' XFSZ; exec \"$0\" complete -q";
    command.args(["-c", script, env!("CARGO_BIN_EXE_sdd")]);
    let answer = sandbox.start_command(command).wait();
    answer.expect_code(3);
    assert!(
        answer.stderr.contains("the report was not saved"),
        "{}",
        answer.stderr
    );
    assert_eq!(
        sandbox.read(".session/reports/latest.json"),
        before,
        "the old state is whole"
    );
}
