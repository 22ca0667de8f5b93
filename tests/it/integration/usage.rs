//! How `sdd integration` is asked, and what it says where there is no engine.

use super::{ID, example, gate, plain, verdicts};
use crate::support::Sandbox;

#[test]
fn only_integration_tests_are_run() {
    let sandbox = plain();
    let answer = sandbox.sdd(["integration", "run", "feature_orders"]);
    answer.expect_code(2);
    assert!(
        answer
            .stderr
            .contains("is of the type feature, and no integration test"),
        "{}",
        answer.stderr
    );
    let answer = sandbox.sdd(["integration", "run", "integration_test_order"]);
    answer.expect_code(4);
    assert!(
        answer.stderr.contains("did you mean integration_test_orders?"),
        "{}",
        answer.stderr
    );
    let answer = sandbox.sdd(["integration", "run"]);
    answer.expect_code(2);
    assert!(answer.stderr.contains("no session is open"), "{}", answer.stderr);
    sandbox
        .sdd(["integration", "run", ID, "--keep=soon"])
        .expect_code(2);
}

/// The manifest of evidence of an earlier run that passed.
const OLD: &str = r#"{"run_id": "OLD", "verdict": "passed", "members": [{"path": "test-execution-report.json"},
    {"path": "logs/api.log"}, {"path": "notes.md"}]}"#;

/// The evidence's manifest.
const MANIFEST: &str = "integration-evidence-manifest.json";

#[test]
fn a_run_that_does_not_come_to_its_tests_leaves_evidence_of_its_own() {
    let directory = format!(".session/evidence/{ID}");
    let place = |name: &str| format!("{directory}/{name}");
    let sandbox = plain()
        .venv()
        .file(&place(MANIFEST), OLD)
        .file(&place("logs/api.log"), "old\n")
        .file(&place("notes.md"), "mine\n");
    let answer = sandbox.sdd(["integration", "run", ID, "--format", "json"]);
    answer.expect_code(3);
    let manifest: serde_json::Value = serde_json::from_str(&sandbox.read(&place(MANIFEST))).unwrap();
    assert_eq!(manifest["run_id"], answer.json()["run_id"]);
    assert_eq!(manifest["verdict"], "error");
    let environment = sandbox.read(&place("environment-validation-report.json"));
    let environment: serde_json::Value = serde_json::from_str(&environment).unwrap();
    assert_eq!(environment["gate"]["verdict"], "error");
    let tests = sandbox.read(&place("test-execution-report.json"));
    let tests: serde_json::Value = serde_json::from_str(&tests).unwrap();
    assert_eq!(tests["gate"]["verdict"], "not_run");
    assert_eq!(sandbox.read(&place("notes.md")), "mine\n");
    assert!(!sandbox.path(&place("logs/api.log")).exists());
}

#[test]
fn evidence_that_cannot_be_kept_is_told_and_none_is_left() {
    let directory = format!(".session/evidence/{ID}");
    let place = |name: &str| format!("{directory}/{name}");
    let sandbox = plain()
        .venv()
        .file(&place(MANIFEST), OLD)
        .file(&place("test-execution-report.json"), "{}\n")
        .file(".session/evidence/HEAD/a", "in the way\n");
    let answer = sandbox.sdd(["integration", "run", ID, "--format", "json"]);
    answer.expect_code(3);
    let warnings = answer.json()["warnings"].to_string();
    assert!(warnings.contains("the evidence was not kept"), "{warnings}");
    for name in [MANIFEST, "test-execution-report.json"] {
        assert!(!sandbox.path(&place(name)).exists(), "{name}");
    }
}

#[test]
fn without_compose_there_is_no_verdict() {
    let sandbox = plain().venv();
    let answer = sandbox.sdd(["integration", "run", ID, "--format", "json"]);
    answer.expect_code(3);
    let report = answer.json();
    assert_eq!(
        verdicts(&report)[..4],
        [
            "environment error",
            "integration not_run",
            "contract passed",
            "benchmark not_run"
        ]
    );
    let environment = gate(&report, "environment");
    assert!(
        environment["reason"]
            .as_str()
            .unwrap()
            .starts_with("there is no Docker Compose: docker is not installed"),
        "{environment:#}"
    );
    let remediation = environment["remediation"].to_string();
    assert!(remediation.contains("apt-get install"), "{remediation}");
}

/// Changes one file of the example, without an engine and without the gate of the environment: nothing may be brought up.
#[track_caller]
fn check_refused(sandbox: Sandbox, (code, verdict): (i32, &str), why: &str, not_run: &str) {
    let settings = sandbox.read(".session/config.json");
    let settings = settings.replace(
        "\"stop_grace\": 1",
        "\"environment_validation\": false, \"stop_grace\": 1",
    );
    let sandbox = sandbox.file(".session/config.json", settings);
    let answer = sandbox.sdd(["integration", "run", ID, "--format", "json"]);
    answer.expect_code(code);
    let report = answer.json();
    let integration = gate(&report, "integration");
    assert_eq!(integration["verdict"], verdict);
    assert!(
        integration["reason"].as_str().unwrap().contains(why),
        "{integration:#}"
    );
    let text = integration.to_string();
    assert!(!text.contains("there is no Docker Compose"), "{integration:#}");
    assert_eq!(gate(&report, "benchmark")["verdict"], "not_run");
    assert_eq!(gate(&report, "benchmark")["reason"], not_run);
}

#[test]
fn nothing_is_brought_up_for_test_data_that_nobody_can_load() {
    let sandbox = plain().venv();
    let spec = format!(".session/specs/{ID}.md");
    let text = sandbox
        .read(&spec)
        .replace("fixtures/orders.psv", "fixtures/orders.xyz");
    check_refused(
        sandbox.file(&spec, text).file("fixtures/orders.xyz", "1|tea\n"),
        (1, "failed"),
        "nothing is known that loads such a file",
        "nothing is started, because test data cannot be loaded",
    );
}

#[test]
fn nothing_is_brought_up_for_tests_that_nobody_can_run() {
    check_refused(
        plain(),
        (3, "error"),
        "pytest is not installed",
        "nothing is brought up: pytest is not installed",
    );
}

#[test]
fn tests_behind_a_link_that_leads_out_of_the_project_are_none_of_it() {
    for linked in ["tests", "tests/integration"] {
        let sandbox = plain().venv();
        let outside = sandbox.beside("outside");
        std::fs::remove_dir_all(sandbox.path(linked)).unwrap();
        std::fs::create_dir_all(outside.join("integration")).unwrap();
        std::os::unix::fs::symlink(&outside, sandbox.path(linked)).unwrap();
        check_refused(
            sandbox,
            (3, "error"),
            "there is no tests/integration, where integration tests are to be",
            "nothing is brought up: there is no tests/integration, where integration tests are to be",
        );
    }
}

#[test]
fn an_engine_that_does_not_answer_is_no_verdict() {
    let Some((_, sandbox)) = example("docker compose") else {
        return;
    };
    let sandbox = sandbox.env("DOCKER_HOST", "unix:///nowhere/docker.sock");
    let answer = sandbox.sdd(["integration", "run", ID]);
    answer.expect_code(3);
    assert!(
        answer.stdout.contains("the container engine does not answer"),
        "{}",
        answer.stdout
    );
}

#[test]
fn the_compose_that_is_asked_for_may_be_named_by_its_path() {
    let sandbox = plain().venv().fake("docker-compose", "echo 1.29.2");
    let path = sandbox.beside("bin").join("docker-compose");
    let sandbox = sandbox.env("SDD_COMPOSE", path.to_str().unwrap());
    let answer = sandbox.sdd(["integration", "run", ID]);
    answer.expect_code(3);
    // It is found, and its engine is not.
    let wanted = "the container engine does not answer: docker is not installed";
    assert!(answer.stdout.contains(wanted), "{}", answer.stdout);
}

#[test]
fn the_plan_says_what_would_run_and_starts_nothing() {
    let sandbox = plain().venv();
    let answer = sandbox.sdd(["integration", "run", ID, "--plan"]);
    answer.expect_code(0);
    for wanted in [
        "+ services (the services of docker-compose.integration.yml, after the others and alone)",
        "+ fixtures/orders.psv (test data of the spec, after the others and alone)",
        "+ teardown (nothing is left behind, at the very end)",
    ] {
        assert!(answer.stdout.contains(wanted), "{wanted}\n{}", answer.stdout);
    }
}

#[test]
fn where_nothing_was_left_there_is_nothing_to_clean_up() {
    // Nobody asks for an engine where there is nothing to do with it.
    let sandbox = plain();
    let answer = sandbox.sdd(["integration", "gc"]);
    answer.expect_code(0);
    assert_eq!(answer.stdout, "nothing is left of any run\n");
    let answer = sandbox.sdd(["integration", "gc", "--format", "json"]);
    assert_eq!(answer.json()["taken_down"], serde_json::json!([]));
}
