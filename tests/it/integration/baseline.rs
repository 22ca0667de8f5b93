//! The baseline of a load whose endpoint is a service that only a run brings up.

use serde_json::{Value, json};

use super::{ID, example, example_as_it_is, gate, left, plain};
use crate::support::{IMAGE, Sandbox};

const FILE: &str = ".session/tracking/performance_baselines.json";

/// The baselines of the example.
fn baselines(sandbox: &Sandbox) -> Vec<Value> {
    let all: Value = serde_json::from_str(&sandbox.read(FILE)).unwrap();
    all[ID]["baselines"].as_array().cloned().unwrap_or_default()
}

#[test]
fn a_run_that_is_accepted_is_what_later_runs_are_compared_with() {
    let Some((_engine, sandbox)) = example_as_it_is("docker compose") else {
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

/// The example with a service `mortal` that ends with exit code 3 as soon as somebody has called it.
fn with_mortal(sandbox: Sandbox) -> Sandbox {
    let compose = sandbox.read("docker-compose.integration.yml");
    let mortal = format!(
        "  mortal:\n    image: {IMAGE}\n    command: [sh, -c, \"nc -l -p 9000 >/dev/null; exit 3\"]\n    ports: [\"9000\"]\n"
    );
    sandbox.file("docker-compose.integration.yml", compose + &mortal)
}

/// A run of this is told to become the baseline, does not, and leaves what was the baseline before: its report.
#[track_caller]
fn check_not_accepted(sandbox: &Sandbox, why: &str) -> Value {
    let before = sandbox.path(FILE).exists().then(|| sandbox.read(FILE));
    let answer = sandbox.sdd(["integration", "run", ID, "--accept", "--format", "json"]);
    answer.expect_code(1);
    let report = answer.json();
    let said = report["warnings"].to_string();
    assert!(
        said.contains(&format!("nothing became the baseline: {why}")),
        "{said}"
    );
    assert_eq!(sandbox.path(FILE).exists().then(|| sandbox.read(FILE)), before);
    report
}

#[test]
fn a_run_whose_service_dies_while_tests_run_is_no_baseline() {
    let Some((engine, sandbox)) = example("docker compose") else {
        return;
    };
    let calls = "import os, socket, time\n\n\ndef test_calls():\n    host, port = os.environ[\"SDD_SERVICE_MORTAL_9000\"].split(\":\")\n    \
                 socket.create_connection((host, int(port))).close()\n    time.sleep(2)\n";
    let sandbox = with_mortal(sandbox).file("tests/integration/test_calls.py", calls);
    let report = check_not_accepted(
        &sandbox,
        "the gate benchmark is not run (mortal did not live as long as the tests: ",
    );
    let integration = gate(&report, "integration");
    assert_eq!(integration["verdict"], "failed", "{integration:#}");
    let reason = integration["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("mortal did not live as long as the tests: "),
        "{reason}"
    );
    assert!(reason.contains('3'), "{reason}");
    assert_eq!(left(&engine, &sandbox), Vec::<String>::new());
}

#[test]
fn a_run_whose_service_dies_while_it_is_measured_is_no_baseline() {
    let Some((engine, sandbox)) = example("docker compose") else {
        return;
    };
    // Whoever asks for this page has the other service called.
    let page = "#!/bin/sh\nnc -w 1 mortal 9000 </dev/null >/dev/null 2>&1\nprintf 'Content-Type: text/plain\\r\\n\\r\\nok\\n'\n";
    let spec = format!(".session/specs/{ID}.md");
    let text = sandbox
        .read(&spec)
        .replace("http://api:8000/health", "http://api:8000/cgi-bin/call");
    let sandbox = with_mortal(sandbox)
        .file(&spec, text)
        .file("services/api/cgi-bin/call", page);
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(sandbox.path("services/api/cgi-bin/call"), mode).unwrap();
    let fell = "mortal did not live as long as the measurement: ";
    let report = check_not_accepted(
        &sandbox,
        &format!("the gate benchmark is failed (not all that was measured is as it was: {fell}"),
    );
    let integration = gate(&report, "integration");
    assert_eq!(integration["verdict"], "failed", "{integration:#}");
    assert!(
        integration["reason"].as_str().unwrap().starts_with(fell),
        "{integration:#}"
    );
    let benchmark = gate(&report, "benchmark");
    let remedy = benchmark["remediation"].to_string();
    assert!(remedy.contains("mend what went away"), "{benchmark:#}");
    assert_eq!(left(&engine, &sandbox), Vec::<String>::new());
}

#[test]
fn without_services_a_load_waits_for_the_tests_too() {
    let Some((_engine, sandbox)) = example("docker compose") else {
        return;
    };
    let spec = format!(".session/specs/{ID}.md");
    let text = sandbox.read(&spec);
    let (from, to) = (
        text.find("**Services Required:**").unwrap(),
        text.find("**Configuration Files:**").unwrap(),
    );
    let text = (text[..from].to_owned() + &text[to..]).replace("- `fixtures/orders.psv`\n", "");
    let settings = sandbox.read(".session/config.json");
    let none = settings.replace("\"stop_grace\": 1", "\"stop_grace\": 1, \"compose_file\": \"\"");
    let sandbox = sandbox.file(".session/config.json", none).file(&spec, text).file(
        "tests/integration/test_orders.py",
        "def test_no():\n    assert False\n",
    );
    let report = sandbox.sdd(["integration", "run", ID, "--format", "json"]).json();
    assert_eq!(gate(&report, "integration")["verdict"], "failed", "{report:#}");
    let benchmark = gate(&report, "benchmark");
    assert_eq!(benchmark["verdict"], "not_run", "{benchmark:#}");
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
