//! What is said when something does not go: it is true, and it leads on.

use std::path::Path;

use serde_json::{Value, json};

use super::refused::{run, with_first};
use super::{change, deploy, ten};
use crate::support::Sandbox;

const SPEC: &str = ".session/specs/deployment_ten.md";

#[track_caller]
fn says(sandbox: &Sandbox, args: &[&str], code: i32, parts: &[&str], not: &str) {
    let mut command = sandbox.command(Path::new(env!("CARGO_BIN_EXE_sdd")));
    command.arg("deploy").args(args);
    let answer = sandbox.start_command(command).wait();
    answer.expect_code(code);
    let said = answer.stdout + &answer.stderr;
    for part in parts {
        assert!(said.contains(part), "{part:?} is not in {said}");
    }
    assert!(!said.contains(not), "{not:?} is in {said}");
}

/// A deployment that failed at its second step and was not taken back.
fn failed() -> Sandbox {
    let sandbox = with_first("touch state/s02\n", "test -e state/mended; touch state/s02\n");
    let mut settings: Value = serde_json::from_str(&sandbox.read(".session/config.json")).unwrap();
    settings["deployment"]["rollback"] = json!({"automatic": false});
    sandbox.rewrite(".session/config.json", settings.to_string());
    sandbox.commit("by hand");
    run(&sandbox, 1);
    assert_eq!(ten::left(&sandbox), ["s01"]);
    sandbox
}

#[test]
fn after_a_run_nobody_says_that_nothing_was_run() {
    let sandbox = failed();
    change(&sandbox, SPEC, "touch state/s09", "touch state/s09 ");
    says(
        &sandbox,
        &["resume", "staging"],
        2,
        &["is stale", "nothing more was run", "deploy rollback staging"],
        "nothing was run",
    );
    let plans = sandbox.path(".session/deployments/staging/plans");
    for entry in std::fs::read_dir(plans).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path)
            .unwrap()
            .replace("state/s09", "state/s19");
        let inside = path
            .strip_prefix(sandbox.path(""))
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        sandbox.rewrite(&inside, text);
    }
    for args in [
        &["status", "staging"][..],
        &["rollback", "staging", "--reason", "x"],
    ] {
        says(
            &sandbox,
            args,
            3,
            &[
                "the plan of the last deployment to staging cannot be had",
                "sdd deploy log staging",
            ],
            "nothing was run",
        );
    }
    says(&sandbox, &["log", "staging"], 0, &["s01"], "cannot be had");
}

#[test]
fn a_spec_for_another_environment_is_sent_to_its_own() {
    says(
        &ten::project(),
        &["plan", "production", "--item", "deployment_ten"],
        2,
        &["sdd deploy plan staging"],
        "rehearse production",
    );
    let sandbox = ten::project();
    change(&sandbox, SPEC, "Environment: staging", "Environment: production");
    says(
        &sandbox,
        &["plan", "staging", "--item", "deployment_ten"],
        2,
        &["sdd deploy plan production", "sdd deploy rehearse staging"],
        "rehearse production",
    );
}

#[test]
fn evidence_that_is_missing_can_be_had_by_what_is_said() {
    let sandbox = ten::project();
    let mut settings: Value = serde_json::from_str(&sandbox.read(".session/config.json")).unwrap();
    settings["deployment"]["pre_deployment_checks"]["integration_tests"] = json!(true);
    sandbox.rewrite(".session/config.json", settings.to_string());
    sandbox.commit("evidence");
    let parts = ["sdd work-item new --type integration_test"];
    says(&sandbox, &["run", "staging"], 3, &parts, "sdd integration run");
}

#[test]
fn a_lock_that_cannot_be_read_is_released_by_what_is_said() {
    let sandbox = ten::project();
    sandbox.rewrite(".session/deployments/staging/lock.json", "{");
    says(
        &sandbox,
        &["run", "staging"],
        3,
        &["sdd deploy unlock staging --reason TEXT"],
        "git checkout",
    );
    deploy(&sandbox, ["unlock", "staging", "--reason", "damaged"]).expect_code(0);
    run(&sandbox, 0);
}

#[test]
fn a_variable_that_is_missing_when_it_goes_on_is_no_failure_of_a_step() {
    let sandbox = with_first("2. Step\n", "2. Tell the team\n\n3. Step\n");
    change(&sandbox, SPEC, "id=s05", "id=s05 env=API_URL");
    sandbox.commit("variable");
    let sandbox = sandbox.env("API_URL", "https://shop.example");
    deploy(&sandbox, ["run", "staging"]).expect_code(3);
    let mut command = sandbox.command(Path::new(env!("CARGO_BIN_EXE_sdd")));
    command
        .env_remove("API_URL")
        .args(["deploy", "resume", "staging", "--ack", "step-2"]);
    let answer = sandbox.start_command(command).wait();
    answer.expect_code(2);
    let said = answer.stderr;
    assert!(
        said.contains("API_URL") && said.contains("nothing more was run"),
        "{said}"
    );
    assert_eq!(ten::left(&sandbox), ["s01"]);
    deploy(&sandbox, ["resume", "staging", "--ack", "step-2"]).expect_code(0);
}
