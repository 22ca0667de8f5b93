//! A session about the example: what its gate wants, and what the summary tells.

use serde_json::{Value, json};

use super::{Shop, deploy};

/// The gate in the report of a run.
fn gate(report: &Value) -> &Value {
    let gates = report["gates"].as_array().unwrap();
    gates.iter().find(|gate| gate["gate"] == "deployment").unwrap()
}

/// Settings with which nothing but the deployment is asked for.
fn alone(settings: &mut Value) {
    settings["deployment"]["pre_deployment_checks"]["environment_validation"] = json!(true);
    settings["environments"] = json!({"staging": {"checks": [
        {"id": "service", "kind": "file", "path": "run/service.pid"},
        {"id": "releases", "kind": "file", "path": "releases/v2/version", "category": "health"},
    ]}});
}

#[test]
fn a_session_ends_when_the_deployment_was_rehearsed_and_done() {
    let shop = Shop::open_with(alone);
    let sandbox = &shop.sandbox;
    sandbox.sdd(["start", "deployment_shop"]).expect_code(0);

    let answer = sandbox.sdd(["gate", "deployment", "--format", "json"]);
    let report = answer.json();
    let found = gate(&report);
    assert_eq!(found["verdict"], "error", "{found:#}");
    let reason = found["reason"].as_str().unwrap();
    assert!(
        reason.contains("nobody has looked whether staging is valid"),
        "{reason}"
    );
    let missing: Vec<&str> = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["rule"].as_str().unwrap())
        .collect();
    assert_eq!(missing, ["execution", "rollback_tested"]);
    answer.expect_code(3);

    deploy(sandbox, ["rehearse", "staging"]).expect_code(0);
    assert_eq!(shop.served(), "v1");
    let report = sandbox.sdd(["gate", "deployment", "--format", "json"]).json();
    // A rehearsal is no deployment.
    assert_eq!(gate(&report)["findings"][0]["rule"], "execution", "{report:#}");

    deploy(sandbox, ["run", "staging"]).expect_code(0);
    assert_eq!(shop.served(), "v2");
    let answer = sandbox.sdd(["gate", "deployment", "--format", "json"]);
    answer.expect_code(0);
    let report = answer.json();
    let metrics = &gate(&report)["metrics"];
    for (name, expect) in [
        ("steps_total", 4),
        ("steps_completed", 4),
        ("smoke_tests_passed", 1),
        ("smoke_tests_failed", 0),
        ("rolled_back", 0),
        ("environment_valid", 1),
    ] {
        assert_eq!(metrics[name], expect, "{name}: {metrics:#}");
    }

    // What is committed about the work changes nothing, and other files do.
    sandbox.rewrite(".session/history/note.md", "A note.");
    sandbox.commit("a note");
    sandbox
        .sdd(["gate", "deployment", "--format", "json"])
        .expect_code(0);
    sandbox.rewrite("releases/v2/health", "200");
    sandbox.commit("a file that nobody deployed");
    let answer = sandbox.sdd(["gate", "deployment", "--format", "json"]);
    answer.expect_code(1);
    let report = answer.json();
    let found = &gate(&report)["findings"][0];
    assert_eq!(found["rule"], "commit", "{report:#}");
    let message = found["message"].as_str().unwrap();
    assert!(
        message.contains("1 file changed since, such as releases/v2/health"),
        "{message}"
    );
    sandbox.git_run(["reset", "--quiet", "--hard", "HEAD~1"]);

    // What was taken back is no deployment any more.
    deploy(
        sandbox,
        ["rollback", "staging", "--reason", "a customer cannot order"],
    )
    .expect_code(0);
    let answer = sandbox.sdd(["gate", "deployment", "--format", "json"]);
    answer.expect_code(1);
    let report = answer.json();
    assert_eq!(gate(&report)["metrics"]["rolled_back"], 1);
}

/// The part of the newest summary about the deployment.
#[track_caller]
fn results(shop: &Shop) -> String {
    let page = shop.sandbox.read(".session/history/session_001_summary.md");
    let part = page
        .split("\n## Deployment Results\n")
        .nth(1)
        .unwrap_or_else(|| panic!("{page}"));
    part.split("\n## ").next().unwrap().to_owned()
}

#[track_caller]
fn has(text: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
}

#[test]
fn the_summary_of_a_session_tells_what_was_deployed_and_measured() {
    let metrics = |more: Value| {
        move |settings: &mut Value| {
            alone(settings);
            settings["quality_gates"] =
                json!({"test_execution": {"enabled": false}, "security": {"enabled": false}});
            settings["deployment"]["observation"]["metrics"]
                .as_array_mut()
                .unwrap()
                .extend(more.as_array().unwrap().clone());
        }
    };
    let shop = Shop::open_with(metrics(json!([
        {"name": "latency_p99", "command": ["echo", "120"], "success": "< 500"},
        {"name": "active_alerts", "command": ["echo", "0"], "success": "== 0"},
    ])));
    shop.sandbox.rewrite("releases/v2/error_rate", "0.2");
    shop.sandbox.commit("some errors");
    shop.sandbox.sdd(["start", "deployment_shop"]).expect_code(0);
    deploy(&shop.sandbox, ["rehearse", "staging"]).expect_code(0);
    deploy(&shop.sandbox, ["run", "staging"]).expect_code(0);
    shop.sandbox.sdd(["complete"]).expect_code(0);
    has(
        &results(&shop),
        &[
            "**Deployment Execution:** ✓ PASSED",
            "Steps completed: 4 of 4",
            "- Passed: 1\n- Failed: 0\n- Skipped: 0",
            "**Environment Validation:** ✓ PASSED",
            "**Rollback:** not triggered",
            "Error rate: 0.2 %",
            "Response time p99: 120 ms",
            "Active alerts: 0",
        ],
    );

    // A number that nobody has, where the settings let that pass, is told.
    let shop = Shop::open_with(metrics(json!([
        {"name": "active_alerts", "command": ["echo", "many"], "success": "== 0"},
    ])));
    shop.sandbox.sdd(["start", "deployment_shop"]).expect_code(0);
    deploy(&shop.sandbox, ["rehearse", "staging"]).expect_code(0);
    deploy(&shop.sandbox, ["run", "staging"]).expect_code(0);
    let answer = shop.sandbox.sdd(["gate", "deployment", "--format", "json"]);
    answer.expect_code(0);
    let warnings = gate(&answer.json())["warnings"].to_string();
    has(
        &warnings,
        &["execution: the observation is inconclusive: active_alerts"],
    );
    // It is taken back, and the summary of the session that cannot end says so.
    deploy(
        &shop.sandbox,
        ["rollback", "staging", "--reason", "nobody can order"],
    )
    .expect_code(0);
    shop.sandbox.sdd(["complete"]).expect_code(1);
}

#[test]
fn an_environment_that_is_not_valid_keeps_a_deployment_from_beginning() {
    let check = |checks: Value, code: i32, outcome: &str, part: &str| {
        let shop = Shop::open_with(|settings| {
            alone(settings);
            settings["environments"]["staging"]["checks"] = checks;
        });
        let answer = deploy(&shop.sandbox, ["run", "staging"]);
        answer.expect_code(code);
        let summary = answer.json();
        let checks = summary["checks"].as_array().unwrap();
        let found = checks
            .iter()
            .find(|check| check["name"] == "environment_validation")
            .unwrap();
        assert_eq!(found["outcome"], outcome, "{found:#}");
        assert!(found["message"].as_str().unwrap().contains(part), "{found:#}");
        assert_eq!(shop.served(), "v1");
    };
    check(
        json!([{"id": "gone", "kind": "file", "path": "nowhere"}]),
        1,
        "failed",
        "gone",
    );
    check(json!([]), 3, "error", "nothing was looked at");
    check(json!([{"id": "odd", "kind": "telepathy"}]), 3, "error", "");
}
