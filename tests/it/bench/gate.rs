//! The gate: `sdd gate benchmark`, and what a session begins and ends with.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};

use super::server::{Manner, Server, nobody};
use super::{BASELINES, ID, kept, project};
use crate::support::{Answer, Sandbox};

const SPEC: &str = ".session/specs/integration_test_orders.md";

/// Requirements that every service meets.
const EASY: &str = "**Response Time Requirements:**\n- p95: < 30s\n\n**Throughput Requirements:**\n- Minimum: 1 requests/second\n";

/// The settings of the gate that make a measurement short, and independent of what else the machine does.
fn short() -> Value {
    json!({"engine": "builtin", "rounds": 5, "duration": 2.5, "allow_noise": true})
}

/// A project with an open session on an item that asks this of a service, which nobody brings up.
fn session(url: &str, requirements: &str, settings: &Value) -> Sandbox {
    let mut settings = json!({ "quality_gates": settings });
    settings["quality_gates"]["integration_tests"]["compose_file"] = json!("");
    let sandbox = project(&format!("**Endpoint:** {url}\n\n{requirements}")).config(&settings);
    sandbox.sdd(["start", ID]).expect_code(0);
    sandbox
}

/// The gate of a report.
#[track_caller]
fn gate(answer: &Answer) -> Value {
    let report = answer.json();
    let gates = report["gates"].as_array().unwrap();
    gates
        .iter()
        .find(|gate| gate["gate"] == "benchmark")
        .unwrap_or_else(|| panic!("no gate: {report}"))
        .clone()
}

/// The findings of a gate as `rule path:line`.
fn findings(gate: &Value) -> Vec<String> {
    let found = gate["findings"].as_array().unwrap();
    let shown = |one: &Value| {
        format!(
            "{} {}:{}",
            one["rule"].as_str().unwrap(),
            one["path"].as_str().unwrap(),
            one["line"]
        )
    };
    found.iter().map(shown).collect()
}

#[test]
fn what_is_met_passes_and_what_is_slower_than_the_baseline_fails() {
    let server = Server::that_answers(Manner::Slowly(1));
    let sandbox = session(&server.url(), EASY, &json!({ "benchmark": short() }));
    let answer = sandbox.sdd(["gate", "benchmark", "--format", "json"]);
    answer.expect_code(0);
    let passed = gate(&answer);
    assert_eq!(passed["verdict"], "passed");
    let reason = passed["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("p95 ") && reason.contains(" < 30 s, rps "),
        "{reason}"
    );
    assert!(reason.contains("no baseline to compare with"), "{reason}");
    assert_eq!(passed["metrics"]["requirements"], 4);
    assert_eq!(passed["metrics"]["requirements_met"], 4);
    assert!(passed["metrics"]["latency_p95_ms"].as_f64().unwrap() >= 1.0);
    let warnings = passed["warnings"].to_string();
    // The rounds of this test are noisy, and such a run is no baseline unless somebody says so.
    assert!(warnings.contains("with --accept only"), "{warnings}");
    assert!(!sandbox.path(BASELINES).exists());
    // The measurement is kept beside what other steps leave.
    let step = &passed["steps"][0];
    assert!(
        step["tool_version"].as_str().unwrap().starts_with("builtin "),
        "{step}"
    );
    let evidence: Value = serde_json::from_str(&sandbox.read(step["log"].as_str().unwrap())).unwrap();
    assert_eq!(
        (&evidence["kind"], &evidence["verdict"]),
        (&json!("bench"), &json!("passed"))
    );
    assert_eq!(evidence["url"], server.url());
    let accepted = sandbox.sdd(["bench", ID, "--accept", "--reason", "first"]);
    accepted.expect_code(0);
    let pinned = kept(&sandbox)[ID].clone();
    assert_eq!(pinned["session"], 1);
    assert_eq!(pinned["baselines"][0]["accepted"]["reason"], "first");

    let briefing = sandbox.sdd(["start", ID]);
    for said in [
        format!("- Endpoint: {}", server.url()),
        format!("**Performance Baseline:**\n- GET {}: p50 ", server.url()),
        "(first), 1 run".to_owned(),
    ] {
        assert!(briefing.stdout.contains(&said), "{said}: {}", briefing.stdout);
    }

    // So much slower that it shows however restless the machine is.
    server.turns(Manner::Slowly(200));
    let answer = sandbox.sdd(["gate", "benchmark", "--format", "json"]);
    answer.expect_code(1);
    let failed = gate(&answer);
    assert_eq!(failed["verdict"], "failed");
    assert!(failed["metrics"]["regressions"].as_u64().unwrap() > 0);
    let found = findings(&failed);
    assert!(found.contains(&format!("regression-p50 {SPEC}:5")), "{found:?}");
    let remedy = failed["remediation"].to_string();
    assert!(remedy.contains("--accept --reason"), "{remedy}");
    let after = kept(&sandbox)[ID].clone();
    assert_eq!(
        after["baselines"][0]["accepted"],
        pinned["baselines"][0]["accepted"]
    );
    assert_eq!(after["baselines"][0]["rounds"], pinned["baselines"][0]["rounds"]);
    sandbox.assert_nothing_left();
}

#[test]
fn what_is_missed_fails_and_every_format_and_the_summary_say_so() {
    let server = Server::that_answers(Manner::Slowly(20));
    let hard = "**Response Time Requirements:**\n- p95: < 2ms\n\n**Throughput Requirements:**\n- Minimum: 1 requests/second\n";
    let sandbox = session(&server.url(), hard, &json!({ "benchmark": short() }));
    let answer = sandbox.sdd(["complete", "--incomplete", "--format", "json"]);
    let failed = gate(&answer);
    assert_eq!(failed["verdict"], "failed");
    assert_eq!(failed["reason"], "not reached: p95");
    assert_eq!(failed["metrics"]["requirements_met"], 3);
    assert_eq!(findings(&failed), [format!("requirement-p95 {SPEC}:8")]);
    let message = failed["findings"][0]["message"].as_str().unwrap();
    assert!(
        message.starts_with("p95: ") && message.contains(" ms, wanted < 2 ms, off by "),
        "{message}"
    );
    assert!(!sandbox.path(BASELINES).exists() || kept(&sandbox).get(ID).is_none());
    for format in ["human", "agent", "markdown", "junit", "sarif", "github"] {
        let shown = sandbox.sdd(["report", "--format", format]);
        assert!(
            shown.stdout.contains("wanted < 2 ms") || shown.stdout.contains("wanted &lt; 2 ms"),
            "{format}: {}",
            shown.stdout
        );
    }
    let summary = sandbox.read(".session/history/session_001_summary.md");
    for said in [
        "**Performance Benchmarks:** ✗ FAILED",
        "- Requirements met: 3 of 4\n  - `p95: ",
        "- p95 latency: ",
    ] {
        assert!(summary.contains(said), "{said}: {summary}");
    }
}

/// What comes of the gate when nothing is measured.
#[track_caller]
fn check_error(sandbox: &Sandbox, said: &[&str]) {
    let answer = sandbox.sdd(["gate", "benchmark"]);
    answer.expect_code(3);
    for said in said {
        assert!(answer.stdout.contains(said), "{said}: {}", answer.stdout);
    }
}

#[test]
fn what_cannot_be_measured_is_no_pass() {
    let settings = json!({ "benchmark": short() });
    let sandbox = session(&nobody(), EASY, &settings);
    check_error(
        &sandbox,
        &[
            "cannot be reached",
            "start the service, or correct the address in the spec",
        ],
    );
    let server = Server::that_answers(Manner::Well);
    let sandbox = session(&server.url(), "Nothing is required.\n", &settings);
    check_error(
        &sandbox,
        &["has no performance requirements, and an integration test has some"],
    );
    let sandbox = session("GET /orders", EASY, &settings);
    check_error(
        &sandbox,
        &["has no host", "write the whole address into the spec"],
    );
    let sandbox = session(&server.url(), EASY, &json!({"benchmark": {"engine": "wrk"}}));
    check_error(&sandbox, &["wrk is not installed"]);
    let sandbox = session(&server.url(), EASY, &settings);
    sandbox.rewrite(BASELINES, "{");
    check_error(
        &sandbox,
        &["performance_baselines.json", "the file was left as it was"],
    );
    assert_eq!(sandbox.read(BASELINES), "{");
    assert_eq!(server.answered(), 0);
}

#[test]
fn a_service_that_fails_every_request_fails() {
    let server = Server::that_answers(Manner::Badly);
    let sandbox = session(&server.url(), EASY, &json!({ "benchmark": short() }));
    let answer = sandbox.sdd(["gate", "benchmark", "--format", "json"]);
    answer.expect_code(1);
    let failed = gate(&answer);
    assert!(
        findings(&failed).contains(&format!("requirement-errors {SPEC}:5")),
        "{failed}"
    );
}

#[test]
fn where_no_requirements_are_needed_it_is_skipped_and_says_why() {
    let server = Server::that_answers(Manner::Well);
    let optional = json!({"integration_tests": {"performance_required": false}});
    let sandbox = session(&server.url(), "Nothing is required.\n", &optional);
    let skipped = gate(&sandbox.sdd(["gate", "--format", "json"]));
    assert_eq!(skipped["verdict"], "skipped");
    assert_eq!(skipped["required"], false);
    assert_eq!(skipped["reason"], format!("{ID} has no performance requirements"));
    assert_eq!(server.answered(), 0);
}

#[test]
fn a_plan_says_what_would_be_measured_and_measures_nothing() {
    let server = Server::that_answers(Manner::Well);
    let sandbox = session(&server.url(), EASY, &json!({ "benchmark": short() }));
    for command in ["gate", "complete"] {
        let answer = sandbox.sdd([command, "--plan"]);
        answer.expect_code(0);
        let said = format!(
            "  + bench (GET {} over 16 connections, 5 rounds of 0.5 s: p95 < 30 s, rps >= 1 requests/s, last and alone: it measures)",
            server.url()
        );
        assert!(answer.stdout.contains(&said), "{said}: {}", answer.stdout);
    }
    assert_eq!(server.answered(), 0);
    assert!(!sandbox.path(BASELINES).exists() || kept(&sandbox).get(ID).is_none());
}

#[test]
fn other_work_has_the_gate_where_its_spec_asks_for_it() {
    let sandbox = Sandbox::new();
    sandbox.sdd(["init"]).expect_code(0);
    sandbox
        .sdd(["work-item", "new", "--type", "feature", "--title", "Search"])
        .expect_code(0);
    sandbox.sdd(["start", "feature_search"]).expect_code(0);
    let plan = |sandbox: &Sandbox| sandbox.sdd(["gate", "--plan"]).stdout;
    assert!(!plan(&sandbox).contains("\nbenchmark"), "{}", plan(&sandbox));
    let spec = ".session/specs/feature_search.md";
    let more = format!(
        "{}\n## Performance Benchmarks\n\n**Endpoint:** http://localhost:8080/search\n\n{EASY}",
        sandbox.read(spec)
    );
    sandbox.rewrite(spec, more);
    assert!(
        plan(&sandbox).contains("\nbenchmark\n  + bench (GET http://localhost:8080/search over"),
        "{}",
        plan(&sandbox)
    );
}

#[test]
fn it_waits_until_nothing_else_runs() {
    let server = Server::that_answers(Manner::Well);
    let rule = json!({"type": "command", "name": "slow", "command": {"shell": "sleep 1; touch over"}});
    let settings = json!({ "benchmark": short(), "custom_validations": {"rules": [rule]} });
    let sandbox = session(&server.url(), EASY, &settings);
    sandbox
        .sdd(["gate", "benchmark", "custom", "--jobs", "4"])
        .expect_code(0);
    let over = std::fs::metadata(sandbox.path("over"))
        .unwrap()
        .modified()
        .unwrap();
    let begun = server.first_asked().unwrap();
    // The clock of files is a little behind that of programs.
    assert!(begun + Duration::from_millis(100) >= over, "{begun:?} {over:?}");
}

#[test]
fn its_time_is_bounded_and_an_interrupt_leaves_nothing() {
    let server = Server::that_answers(Manner::Well);
    let long = |timeout: Value| json!({"benchmark": {"engine": "builtin", "duration": 600, "allow_noise": true, "timeout": timeout}});
    let sandbox = session(&server.url(), EASY, &long(json!(1)));
    check_error(
        &sandbox,
        &[
            "the measurement did not end within 1 s",
            "raise quality_gates.benchmark.timeout",
        ],
    );
    let sandbox = session(&server.url(), EASY, &long(Value::Null));
    let before = server.answered();
    let running = sandbox.start(["gate", "benchmark", "--format", "json"]);
    while server.answered() == before {
        std::thread::sleep(Duration::from_millis(5));
    }
    running.signal(Signal::INT);
    let answer = running.wait();
    assert_eq!(answer.code(), Some(130), "{}", answer.stderr);
    assert!(answer.elapsed < Duration::from_secs(120));
    assert_eq!(gate(&answer)["verdict"], "not_run");
    assert!(!sandbox.path(BASELINES).exists() || kept(&sandbox).get(ID).is_none());
    sandbox.assert_nothing_left();
}
