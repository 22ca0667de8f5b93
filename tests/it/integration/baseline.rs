//! The baseline of a load whose endpoint is a service that only a run brings up.

use serde_json::{Value, json};

use super::{ID, example, gate, plain};
use crate::support::Sandbox;

const FILE: &str = ".session/tracking/performance_baselines.json";

/// The baselines of the example.
fn baselines(sandbox: &Sandbox) -> Vec<Value> {
    let all: Value = serde_json::from_str(&sandbox.read(FILE)).unwrap();
    all[ID]["baselines"].as_array().cloned().unwrap_or_default()
}

#[test]
fn a_run_that_is_accepted_is_what_later_runs_are_compared_with() {
    let Some((_engine, sandbox)) = example("docker compose") else {
        return;
    };
    let accept = [
        "integration",
        "run",
        ID,
        "--accept",
        "--reason",
        "one more index",
        "--format",
        "json",
    ];
    let answer = sandbox.sdd(accept);
    answer.expect_code(0);
    let report = answer.json();
    let benchmark = gate(&report, "benchmark").to_string();
    assert!(
        benchmark.contains("this run is the baseline from now on"),
        "{benchmark}"
    );
    let documents = gate(&report, "integration_documentation");
    assert_eq!(documents["reason"], "5/5 documentation requirements met");
    let pinned = baselines(&sandbox);
    assert_eq!(pinned.len(), 1, "{pinned:#?}");
    assert_eq!(pinned[0]["accepted"]["reason"], "one more index");
    assert_ne!(pinned[0]["accepted"]["by"], "the benchmark gate");
    assert_eq!(pinned[0]["key"]["endpoint"], "http://api:8000/health");

    // The engine chooses another port of the machine for each run: that is no other baseline.
    let report = sandbox.sdd(["integration", "run", ID, "--format", "json"]).json();
    let benchmark = gate(&report, "benchmark");
    assert!(benchmark["metrics"]["regressions"].is_u64(), "{benchmark:#}");
    let again = baselines(&sandbox);
    assert_eq!(again.len(), 1, "{again:#?}");
    assert_eq!(again[0]["history"].as_array().unwrap().len(), 2);
    assert_eq!(again[0]["accepted"], pinned[0]["accepted"]);
}

#[test]
fn a_run_whose_tests_fail_is_no_baseline() {
    let Some((_engine, sandbox)) = example("docker compose") else {
        return;
    };
    let sandbox = sandbox.file(
        "tests/integration/test_no.py",
        "def test_no():\n    assert False\n",
    );
    let before = sandbox.path(FILE).exists().then(|| sandbox.read(FILE));
    let answer = sandbox.sdd(["integration", "run", ID, "--accept", "--format", "json"]);
    answer.expect_code(1);
    let said = answer.json()["warnings"].to_string();
    let wanted =
        "nothing became the baseline: the gate benchmark is not run (the integration tests did not pass)";
    assert!(said.contains(wanted), "{said}");
    assert_eq!(sandbox.path(FILE).exists().then(|| sandbox.read(FILE)), before);
}

#[test]
fn what_is_not_measured_cannot_be_accepted() {
    let sandbox = plain();
    let settings = sandbox.read(".session/config.json");
    let off = settings.replace("\"rounds\": 2", "\"enabled\": false, \"rounds\": 2");
    let sandbox = sandbox.file(".session/config.json", off);
    let answer = sandbox.sdd(["integration", "run", ID, "--accept", "--format", "json"]);
    let said = answer.json()["warnings"].to_string();
    assert!(
        said.contains("nothing became the baseline: the gate benchmark is skipped"),
        "{said}"
    );
    let answer = sandbox.sdd(["integration", "run", ID, "--reason", "x"]);
    answer.expect_code(2);
}

#[test]
fn who_measures_a_service_that_only_a_run_brings_up_is_told_of_that_run() {
    let sandbox = plain();
    let hint = format!(
        "api is a service of docker-compose.integration.yml, which only a run brings up: sdd integration run {ID}"
    );
    let answer = sandbox.sdd(["bench", ID]);
    answer.expect_code(3);
    assert!(
        answer.stderr.contains("http://api:8000/health cannot be reached"),
        "{}",
        answer.stderr
    );
    assert!(answer.stderr.contains(&hint), "{}", answer.stderr);
    let answer = sandbox.sdd(["bench", ID, "--accept", "--reason", "x"]);
    assert!(
        answer.stderr.contains(&format!("{hint} --accept --reason TEXT")),
        "{}",
        answer.stderr
    );
    sandbox.sdd(["start", ID]).expect_code(0);
    let report = sandbox.sdd(["gate", "benchmark", "--format", "json"]).json();
    let benchmark = gate(&report, "benchmark").to_string();
    assert!(benchmark.contains(&hint), "{benchmark}");
}

#[test]
fn a_baseline_of_another_address_documents_nothing() {
    let sandbox = plain();
    let key = |endpoint: &str| json!({"endpoint": endpoint, "method": "GET", "engine": "builtin 1", "connections": 16, "cpus": 2, "arch": "x86_64"});
    let with = |sandbox: Sandbox, endpoint: &str| {
        let all = json!({ID: {"latency": {"p50": 1.0}, "baselines": [{"key": key(endpoint)}]}});
        sandbox.file(FILE, all.to_string())
    };
    let reason = |sandbox: &Sandbox| {
        let answer = sandbox.sdd(["gate", "integration_documentation", "--format", "json"]);
        gate(&answer.json(), "integration_documentation").clone()
    };
    sandbox.sdd(["start", ID]).expect_code(0);
    let sandbox = with(sandbox, "http://127.0.0.1:33119/health");
    let documents = reason(&sandbox);
    assert_eq!(
        documents["reason"],
        "4/5 documentation requirements met; missing: performance baseline"
    );
    let remedy =
        format!("measure once: sdd integration run {ID} (a clean run becomes it, any with --accept)");
    assert!(documents.to_string().contains(&remedy), "{documents:#}");
    let sandbox = with(sandbox, "http://api:8000/health");
    assert_eq!(reason(&sandbox)["reason"], "5/5 documentation requirements met");
}
