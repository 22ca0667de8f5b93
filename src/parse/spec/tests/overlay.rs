//! What the work item's JSON says wins.

use super::super::{overlay, validate};
use super::*;

/// What is on line 0 after the JSON was put over a text.
#[track_caller]
fn check(text: &str, json: &Value, expect: &[&str]) {
    let mut spec = read("spec.md", text.as_bytes());
    let item = item(WorkItemType::IntegrationTest, json);
    overlay(&mut spec, &item);
    let found: Vec<String> = outline(&spec)
        .into_iter()
        .filter(|line| line.starts_with("0 "))
        .collect();
    assert_eq!(found, expect);
    let once = spec.clone();
    overlay(&mut spec, &item);
    assert_eq!(spec, once, "twice is once");
}

#[test]
fn each_field_wins_over_its_part_of_the_spec() {
    let text = fixture!("integration_test");
    check(text, &json!({}), &[]);
    check(
        text,
        &json!({"scope": {"components": [{"name": "a", "version": "1"}, "b"], "integration_points": ["a → b"]}}),
        &["0 component: a @ 1", "0 component: b @ -", "0 point: a → b"],
    );
    check(
        text,
        &json!({"test_scenarios": [
            {"description": "Pay", "setup": ["a"], "actions": "b\nc", "expected_results": {"status": 200}},
            {"name": "Refuse"},
        ]}),
        &[
            "0 scenario: Pay",
            "0 setup: a",
            "0 action: b",
            "0 action: c",
            "0 expected: status: 200",
            "0 scenario: Refuse",
        ],
    );
    check(
        text,
        &json!({"performance_benchmarks": {
            "endpoint": "http://localhost/x", "response_time": {"p50": 100, "p95": "< 0.5 s", "p99_9": "900"},
            "throughput": {"minimum": 50, "target": "600 orders/minute"}, "load_test_duration": 60, "threads": 4,
            "connections": "100", "resource_limits": {"cpu": "80%", "memory": "2GB per service"},
        }}),
        &[
            "0 limit: p50 100 ms",
            "0 limit: p95 500 ms",
            "0 limit: p99.9 900 ms",
            "0 minimum: 50",
            "0 target: 10",
            "0 sustained: 60",
            "0 threads: 4",
            "0 connections: 100",
            "0 resource: cpu_percent 80 each",
            "0 resource: memory_bytes 2000000000 each",
            "0 endpoint: http://localhost/x",
        ],
    );
    check(
        text,
        &json!({"api_contracts": [
            {"contract_file": ".\\a.yaml", "version": "1", "previous_version": "v1:a.yaml", "allow_breaking_changes": true},
            "b.yaml",
        ]}),
        &[
            "0 contract: - | a.yaml | 1 | v1:a.yaml | breaking",
            "0 contract: - | b.yaml | - | - | unbroken",
        ],
    );
    check(
        text,
        &json!({"environment_requirements": {
            "compose_file": ["c.yml", "d.yml"], "services_required": ["postgres:14 (port 5432)", {"name": "api", "version": 2, "ports": [80, "81"]}],
            "config_files": ["a/*.yaml"], "test_data_fixtures": ["f.sql"],
        }}),
        &[
            "0 service: postgres:14 [5432] -",
            "0 service: api:2 [80, 81] -",
            "0 compose: c.yml",
            "0 compose: d.yml",
            "0 config: a/*.yaml",
            "0 fixture: f.sql",
        ],
    );
    check(
        text,
        &json!({"acceptance_criteria": ["a", "b"]}),
        &["0 criterion: a", "0 criterion: b"],
    );
}

#[test]
fn one_number_changes_one_number() {
    let mut spec = read("s", fixture!("integration_test").as_bytes());
    let more = json!({"performance_benchmarks": {"throughput": {"minimum": 7}}});
    overlay(&mut spec, &item(WorkItemType::IntegrationTest, &more));
    let limits = &spec.integration.benchmarks;
    assert_eq!(limits.minimum_throughput, Some(At::new(7.0, 0)));
    assert_eq!(limits.target_throughput, Some(At::new(40.0, 65)));
    assert_eq!(limits.latency.len(), 3);
}

#[test]
fn empty_fields_say_nothing() {
    check(
        fixture!("integration_test"),
        &json!({"scope": {}, "test_scenarios": [], "performance_benchmarks": null, "api_contracts": "", "specification": "",
                "environment_requirements": {"services_required": []}, "acceptance_criteria": []}),
        &[],
    );
}

#[test]
fn fields_of_another_form_are_named() {
    check(
        "# Integration Test: x\n",
        &json!({"scope": "words", "test_scenarios": [1, true], "performance_benchmarks": [1],
                "api_contracts": {"contract_file": "a.yaml", "version": "1"},
                "environment_requirements": {"compose_file": {"a": 1}, "services_required": "postgres"}}),
        &[
            "0 scenario: 1",
            "0 contract: - | a.yaml | 1 | - | unbroken",
            "0 service: postgres:- [] -",
            "0 odd: bad_field the work item's `test_scenarios[1]` is not of a form that is known",
            "0 odd: bad_field the work item's `performance_benchmarks` is not of a form that is known",
            "0 odd: bad_field the work item's `environment_requirements.compose_file[0]` is not of a form that is known",
        ],
    );
    check(
        "# Integration Test: x\n",
        &json!({"performance_benchmarks": {"response_time": {"p50": "> 5ms", "p95": "5 parsecs", "fast": 1, "p99": -1},
                "throughput": {"minimum": "many"}, "threads": 0}}),
        &[
            "0 odd: bad_field the work item's `performance_benchmarks.response_time.p50` is not of a form that is known",
            "0 odd: bad_field the work item's `performance_benchmarks.response_time.p95` is not of a form that is known",
            "0 odd: bad_field the work item's `performance_benchmarks.response_time.fast` is not of a form that is known",
            "0 odd: bad_field the work item's `performance_benchmarks.response_time.p99` is not of a form that is known",
            "0 odd: bad_field the work item's `performance_benchmarks.throughput.minimum` is not of a form that is known",
            "0 odd: bad_field the work item's `performance_benchmarks.threads` is not of a form that is known",
        ],
    );
}

#[test]
fn a_whole_spec_in_the_work_item_is_read() {
    let text = "## Deployment Scope\n- Environment: staging\n## Deployment Procedure\n### Deployment Steps\n1. a\n   ```\n   b\n   ```\n\
                2. [Add a step]\n";
    check(
        "# Deployment: x\n\n## Deployment Scope\n\n- Environment: production\n\n## Smoke Tests\n\n- a\n",
        &json!({"specification": text}),
        &[
            "0 ##: Deployment Scope",
            "0 ##: Deployment Procedure",
            "0 ###: Deployment Steps",
            "0 environment: staging",
            "0 step: heading",
            "0 step: a [0: ]",
            "0 odd: placeholder \"[Add a step]\" is still to be filled in",
        ],
    );
    let item = item(
        WorkItemType::Deployment,
        &json!({"specification": fixture!("deployment")}),
    );
    assert_eq!(validate(None, &item), []);
}

#[test]
fn the_json_alone_can_be_complete() {
    let fields = json!({
        "scope": {"components": ["a", "b"]},
        "test_scenarios": [{"description": "x", "setup": ["a"], "actions": ["b"], "expected_results": ["c"]}],
        "performance_benchmarks": {
            "endpoint": "http://api:8000/", "response_time": {"p95": 500}, "throughput": {"minimum": 10}},
        "api_contracts": [{"contract_file": "a.yaml", "version": "1"}],
        "environment_requirements": {"services_required": ["postgres:14"]},
        "acceptance_criteria": ["a", "b", "c"],
    });
    assert_eq!(validate(None, &item(WorkItemType::IntegrationTest, &fields)), []);
    let lacking: [(&str, Value, &str); 10] = [
        ("scope", Value::Null, "missing_section"),
        ("test_scenarios", json!([]), "missing_section"),
        (
            "test_scenarios",
            json!([{"description": "x", "setup": ["a"], "actions": ["b"]}]),
            "no_expected_results",
        ),
        (
            "performance_benchmarks",
            json!({"endpoint": "http://api:8000/", "throughput": {"minimum": 10}}),
            "no_response_time",
        ),
        (
            "performance_benchmarks",
            json!({"endpoint": "http://api:8000/", "response_time": {"p95": 500}}),
            "no_throughput",
        ),
        (
            "performance_benchmarks",
            json!({"response_time": {"p95": 500}, "throughput": {"minimum": 10}}),
            "no_endpoint",
        ),
        ("api_contracts", json!([{"version": "1"}]), "no_contract_file"),
        (
            "api_contracts",
            json!([{"contract_file": "a.yaml"}]),
            "no_contract_version",
        ),
        ("environment_requirements", json!({}), "missing_section"),
        ("acceptance_criteria", json!(["a"]), "too_few_criteria"),
    ];
    for (field, value, code) in lacking {
        let mut fields = fields.clone();
        fields[field] = value;
        let problems = validate(None, &item(WorkItemType::IntegrationTest, &fields));
        let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, [code], "{field}");
    }
}
