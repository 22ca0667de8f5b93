//! What an integration test needs: said by its spec, by the fields of its work item, or by the settings.

use serde_json::{Value, json};

use super::{ID, gate, plain, verdicts};
use crate::support::Sandbox;

/// A docker whose engine answers, and which brings nothing up.
const DOCKER: &str = "case \"$*\" in\n'compose version --short') echo 2.26.1-4 ;;\nversion*) echo 27.5.1 ;;\n*) exit 1 ;;\nesac";

/// The example without its spec, whose work item says this itself, with these settings of its integration tests.
pub(super) fn without_spec(fields: &Value, settings: &Value) -> Sandbox {
    let sandbox = plain().venv();
    std::fs::remove_file(sandbox.path(&format!(".session/specs/{ID}.md"))).unwrap();
    let place = ".session/tracking/work_items.json";
    let mut items: Value = serde_json::from_str(&sandbox.read(place)).unwrap();
    let item = items["work_items"][ID].as_object_mut().unwrap();
    for (key, value) in fields.as_object().unwrap() {
        item.insert(key.clone(), value.clone());
    }
    let settings = json!({"quality_gates": {"integration_tests": settings}});
    sandbox.file(place, items.to_string()).config(&settings)
}

#[track_caller]
fn run(sandbox: &Sandbox, code: i32) -> Value {
    let answer = sandbox.sdd(["integration", "run", ID, "--format", "json"]);
    answer.expect_code(code);
    answer.json()
}

/// The check of the gate for the environment.
#[track_caller]
fn check<'r>(report: &'r Value, name: &str) -> &'r Value {
    let all = gate(report, "environment")["checks"].as_array().unwrap();
    let found = all.iter().find(|check| check["check"] == name);
    found.unwrap_or_else(|| panic!("there is no check {name} in {all:#?}"))
}

#[test]
fn tests_of_which_nobody_says_what_they_need_do_not_pass_without_it() {
    let sandbox = without_spec(&json!({}), &json!({})).fake("docker", DOCKER);
    std::fs::remove_file(sandbox.path("docker-compose.integration.yml")).unwrap();
    let sandbox = sandbox.file(
        "tests/integration/test_orders.py",
        "def test_yes():\n    assert True\n",
    );
    let report = run(&sandbox, 1);
    assert_eq!(
        verdicts(&report)[..2],
        ["environment failed", "integration not_run"]
    );
    let found = check(&report, "compose-file");
    assert_eq!(found["status"], "failed", "{found:#}");
    assert_eq!(
        found["said"],
        "the spec names no compose file, and docker-compose.integration.yml is missing"
    );
    let remedy = found["remedy"].as_str().unwrap();
    assert!(
        remedy.contains("below Environment Requirements")
            && remedy.contains("integration_tests.compose_file"),
        "{remedy}"
    );
    // Nor where nobody looks at the environment before.
    let sandbox =
        sandbox.config(&json!({"quality_gates": {"integration_tests": {"environment_validation": false}}}));
    let report = run(&sandbox, 1);
    let integration = gate(&report, "integration");
    assert_eq!(integration["verdict"], "failed", "{integration:#}");
    let reason = integration["reason"].as_str().unwrap();
    assert!(
        reason.contains("there is no docker-compose.integration.yml in the project"),
        "{reason}"
    );
}

#[test]
fn tests_that_need_no_services_are_run_where_the_settings_say_so() {
    let sandbox = without_spec(
        &json!({}),
        &json!({"compose_file": "", "performance_required": false, "contracts_required": false}),
    )
    .file(
        "tests/integration/test_orders.py",
        "def test_yes():\n    assert True\n",
    );
    let report = run(&sandbox, 0);
    assert_eq!(
        verdicts(&report)[..2],
        ["environment skipped", "integration passed"]
    );
    let reason = gate(&report, "environment")["reason"].as_str().unwrap();
    assert!(
        reason.ends_with("compose_file of the settings is empty: its tests need none"),
        "{reason}"
    );
}

#[test]
fn the_fields_of_a_work_item_count_without_a_spec() {
    let fields = json!({
        "environment_requirements": {"services_required": ["api"], "compose_file": "own.yml",
            "test_data_fixtures": ["fixtures/orders.psv"]},
        "api_contracts": [{"contract_file": "contracts/orders.yaml", "version": "1.0.0"}],
        "performance_benchmarks": {"endpoint": "http://api:8000/health", "response_time": {"p95": 2000}},
    });
    let sandbox = without_spec(&fields, &json!({})).fake("docker", DOCKER);
    let plan = sandbox.sdd(["integration", "run", ID, "--plan"]);
    plan.expect_code(0);
    for wanted in [
        "environment (what own.yml needs)",
        "+ services (the services of own.yml, after the others and alone)",
        "+ fixtures/orders.psv (test data of the spec",
        "contracts/orders.yaml",
        "http://api:8000/health",
    ] {
        assert!(plan.stdout.contains(wanted), "{wanted}\n{}", plan.stdout);
    }
    let report = run(&sandbox, 1);
    assert_eq!(check(&report, "compose-file")["said"], "own.yml is missing");
    assert!(
        gate(&report, "contract")["reason"]
            .as_str()
            .unwrap()
            .contains("contracts/orders.yaml")
    );
    // The same stands in the briefing, and is complete as far as it goes.
    let answer = sandbox.sdd(["work-item", "validate", ID, "--format", "json"]);
    answer.expect_code(1);
    let report = answer.json();
    let codes: Vec<(&str, &str)> = report["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| {
            (
                problem["severity"].as_str().unwrap(),
                problem["code"].as_str().unwrap(),
            )
        })
        .collect();
    assert!(codes.contains(&("warning", "no_spec")), "{codes:?}");
    assert!(codes.contains(&("error", "no_throughput")), "{codes:?}");
    assert!(
        !codes
            .iter()
            .any(|(_, code)| ["no_services", "no_contracts", "no_contract_file"].contains(code)),
        "{codes:?}"
    );
    sandbox.commit("own fields");
    let briefing = sandbox.sdd(["start", ID, "--format", "json"]).json();
    assert_eq!(briefing["integration"]["services"], json!(["api"]));
    let checks = briefing["integration"]["checks"].to_string();
    assert!(checks.contains("Compose file (own.yml)"), "{checks}");
}

#[test]
fn the_check_of_the_settings_looks_for_their_test_data_and_holds_their_numbers() {
    let sandbox = plain();
    sandbox.sdd(["config", "check"]).expect_code(0);
    let settings = json!({"quality_gates": {"integration_tests": {
        "health_check_timeout": 0, "compose_file": "/c.yml", "fixtures": {"fixtures/none.psv": {"http": "FOO"}}}}});
    let sandbox = sandbox.config(&settings);
    let answer = sandbox.sdd(["config", "check"]);
    answer.expect_code(2);
    let place = "quality_gates.integration_tests";
    for told in [
        format!("{place}.health_check_timeout: expected a whole number from 1 to 604800, found 0"),
        format!("{place}.compose_file: expected a file inside of the project, relative to it"),
        format!("{place}.fixtures[\"fixtures/none.psv\"].http: expected a method and an address"),
    ] {
        assert!(answer.stdout.contains(&told), "{told}\n{}", answer.stdout);
    }
    // Every command that goes by the settings refuses them.
    sandbox.sdd(["integration", "run", ID]).expect_code(2);
    let settings = json!({"quality_gates": {"integration_tests": {
        "fixtures": {"fixtures/none.psv": {"service": "db"}, "fixtures/*.psv": {"service": "db"}}}}});
    let answer = sandbox.config(&settings).sdd(["config", "check"]);
    answer.expect_code(2);
    let told = format!("{place}.fixtures[\"fixtures/none.psv\"]: there is no such file");
    assert!(
        answer.stdout.contains(&told) && answer.stdout.contains("1 error,"),
        "{}",
        answer.stdout
    );
}
