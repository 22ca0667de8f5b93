//! Every key of `deployment` in the settings changes what happens.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{deploy, ten};
use crate::support::{Answer, Sandbox};

/// The ten steps with settings merged over those of the project.
fn with(change: impl FnOnce(&mut Value)) -> Sandbox {
    let sandbox = ten::project();
    let mut settings: Value = serde_json::from_str(&sandbox.read(".session/config.json")).unwrap();
    change(&mut settings["deployment"]);
    sandbox.rewrite(".session/config.json", settings.to_string());
    sandbox.commit("settings");
    sandbox
}

/// The same, with a smoke test that fails until it was tried so often.
fn flaky(tries: usize, change: impl FnOnce(&mut Value)) -> Sandbox {
    let sandbox = with(change);
    let test = format!("test \"$(ls state | wc -l)\" -eq {}", ten::STEPS);
    super::change(
        &sandbox,
        ".session/specs/deployment_ten.md",
        &test,
        &format!("echo x >> tries; test \"$(wc -l < tries)\" -ge {tries}"),
    );
    super::change(&sandbox, ".gitignore", "/state/", "/tries\n/state/");
    sandbox.commit("flaky");
    sandbox
}

fn run(sandbox: &Sandbox) -> Answer {
    deploy(sandbox, ["run", "staging"])
}

#[track_caller]
fn ends(sandbox: &Sandbox, code: i32, state: &str) -> Value {
    let answer = run(sandbox);
    answer.expect_code(code);
    let summary = answer.json();
    assert_eq!(summary["state"], state, "{summary:#}");
    summary
}

#[test]
fn of_smoke_tests() {
    let sandbox = flaky(2, |settings| settings["smoke_tests"] = json!({"retry_count": 1}));
    let summary = ends(&sandbox, 0, "succeeded");
    assert_eq!(summary["smoke_tests"][0]["flaky"], true);
    ends(
        &flaky(2, |settings| settings["smoke_tests"] = json!({"retry_count": 0})),
        1,
        "rolled_back",
    );
    // Its time is over before it could be tried again.
    let short = json!({"retry_count": 9, "timeout": "300ms"});
    ends(
        &flaky(2, |settings| settings["smoke_tests"] = short),
        1,
        "rolled_back",
    );
    let sandbox = flaky(99, |settings| settings["smoke_tests"] = json!({"enabled": false}));
    let summary = ends(&sandbox, 0, "succeeded");
    assert_eq!(summary["smoke"]["outcome"], "skipped");
}

#[test]
fn of_the_rollback() {
    let off = |key: &'static str| {
        flaky(99, move |settings| {
            settings["smoke_tests"] = json!({"retry_count": 0});
            settings["rollback"] = json!({key: false});
        })
    };
    ends(&off("automatic"), 1, "failed");
    ends(&off("on_smoke_test_failure"), 1, "failed");
    ends(&off("on_error_threshold"), 1, "rolled_back");
}

#[test]
fn of_the_observation() {
    let watched = |number: &'static str, rollback: Value| {
        with(move |settings| {
            settings["observation"] =
                json!({"metrics": [{"name": "error_rate", "command": ["echo", number]}]});
            settings["rollback"] = rollback;
        })
    };
    ends(&watched("4", json!({})), 0, "succeeded");
    ends(
        &watched("4", json!({"error_threshold_percent": 3})),
        1,
        "rolled_back",
    );
    ends(&watched("9", json!({"on_error_threshold": false})), 1, "failed");
    ends(&watched("9", json!({"automatic": false})), 1, "failed");
    ends(&watched("", json!({})), 0, "succeeded");
    // Somebody wants to watch, and nobody does.
    let unwatched = with(|settings| settings["rollback"] = json!({"on_error_threshold": true}));
    let summary = ends(&unwatched, 3, "aborted");
    assert!(summary["checks"].to_string().contains("no metric is configured"));
}

#[test]
fn of_environments() {
    let staging = |settings: Value| with(move |all| all["environments"] = json!({"staging": settings}));
    run(&staging(json!({"auto_deploy": false}))).expect_code(2);
    run(&staging(json!({"require_approval": true}))).expect_code(2);
    let sandbox = staging(json!({"lock_command": "false"}));
    let answer = run(&sandbox);
    answer.expect_code(3);
    assert!(answer.stderr.contains("exit code 1"), "{}", answer.stderr);
    assert_eq!(ten::left(&sandbox), [""; 0]);
    let sandbox = staging(json!({"lock_command": "touch state/taken", "unlock_command": "rm state/taken"}));
    // The smoke test counts the files while the lock is held.
    let summary = ends(&sandbox, 1, "rolled_back");
    assert_eq!(summary["smoke_tests"][0]["passed"], false);
    assert_eq!(ten::left(&sandbox), [""; 0]);
    run(&with(|all| all["environments"] = json!({"qa": {}}))).expect_code(0);
}

/// A report of a gate on a commit.
fn report(gate: &str, verdict: &str, commit: &str, finished_at: DateTime<Utc>) -> String {
    let summary = json!({"passed": 1, "failed": 0, "error": 0, "skipped": 0, "not_run": 0});
    json!({
        "schema_version": 1, "kind": "gate_report", "sdd_version": "0.1.0", "run_id": "r", "command": "gate",
        "session": null, "work_item": null, "project": {"units": []},
        "git": {"head": commit, "branch": "main", "base": null, "dirty": false},
        "started_at": finished_at, "finished_at": finished_at, "duration_ms": 1, "verdict": "passed", "summary": summary,
        "gates": [{"gate": gate, "required": true, "verdict": verdict, "reason": "r", "duration_ms": 1, "steps": [],
                   "metrics": {}, "findings": [], "findings_total": 0, "remediation": []}],
        "rerun": "sdd gate",
    })
    .to_string()
}

#[test]
fn of_the_checks_before() {
    let check = |verdicts: [&str; 2], hours: i64, max_age: &str, code: i32| {
        let asked = json!({"environment_validation": false, "max_evidence_age": max_age});
        let sandbox = with(|settings| settings["pre_deployment_checks"] = asked);
        let commit = sandbox.git_run(["rev-parse", "HEAD"]).stdout.trim().to_owned();
        let now = sdd::process::clock::Clock::System.now() - TimeDelta::hours(hours);
        for (number, (gate, verdict)) in (1..).zip([("integration", verdicts[0]), ("security", verdicts[1])])
        {
            let path = format!(".session/reports/session_{number:03}.json");
            sandbox.rewrite(&path, report(gate, verdict, &commit, now));
        }
        run(&sandbox).expect_code(code);
        assert_eq!(ten::left(&sandbox).is_empty(), code != 0);
    };
    check(["passed", "passed"], 1, "24h", 0);
    check(["failed", "passed"], 1, "24h", 1);
    check(["passed", "failed"], 1, "24h", 1);
    check(["passed", "skipped"], 1, "24h", 3);
    check(["passed", "passed"], 3, "2h", 3);
    check(["passed", "passed"], -2, "2h", 3);
}
