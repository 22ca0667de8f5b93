//! `sdd init`.

use serde_json::json;

use crate::support::Sandbox;

#[test]
fn a_project_is_set_up_once_and_then_left_alone() {
    let sandbox = Sandbox::new().git().tree("templates/demo").venv();
    let first = sandbox.sdd(["init", "--format", "json"]);
    first.expect_code(0);
    let units = first.json()["units"].clone();
    assert_eq!(units[0]["language"], "python");
    assert_eq!(units[0]["markers"], json!(["pyproject.toml", "requirements.txt"]));
    let found: Vec<_> = first.json()["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| tool["tool"].clone())
        .collect();
    assert_eq!(found, ["ruff-format", "ruff", "pytest", "bandit"]);

    let before = [
        ".session/config.json",
        ".session/config.schema.json",
        ".gitignore",
    ]
    .map(|path| sandbox.read(path));
    let second = sandbox.sdd(["init"]);
    second.expect_code(0);
    assert!(
        second.stdout.starts_with("already set up, nothing was changed"),
        "{}",
        second.stdout
    );
    let after = [
        ".session/config.json",
        ".session/config.schema.json",
        ".gitignore",
    ]
    .map(|path| sandbox.read(path));
    assert_eq!(after, before);
}

#[test]
fn what_exists_is_never_overwritten() {
    let sandbox = Sandbox::new()
        .file(".gitignore", "target/\n.session/runs/")
        .file(
            ".session/config.json",
            "{\"quality_gates\": {\"linting\": {\"enabled\": false}}}",
        )
        .file(".session/config.schema.json", "{}")
        .file(".session/tracking/work_items.json", "{\"mine\": 1}");
    sandbox.sdd(["init"]).expect_code(0);
    assert!(
        sandbox
            .read(".session/config.json")
            .contains("\"enabled\": false")
    );
    assert_eq!(sandbox.read(".session/tracking/work_items.json"), "{\"mine\": 1}");
    assert_eq!(sandbox.read(".session/config.schema.json"), "{}");
    let ignored = sandbox.read(".gitignore");
    assert!(ignored.starts_with("target/\n.session/runs/\n"), "{ignored}");
    assert_eq!(ignored.matches(".session/runs/").count(), 1, "{ignored}");

    sandbox.sdd(["init", "--force"]).expect_code(0);
    assert!(
        sandbox
            .read(".session/config.schema.json")
            .contains("quality_gates"),
        "generated files only"
    );
    assert_eq!(sandbox.read(".session/tracking/work_items.json"), "{\"mine\": 1}");
}

#[test]
fn missing_tools_are_named_with_the_command_that_installs_them() {
    let sandbox = Sandbox::new().tree("templates/demo");
    let answer = sandbox.sdd(["init"]);
    answer.expect_code(0);
    for said in [
        "pytest is not installed",
        "python -m pip install pytest",
        "bandit",
        "(required)",
        "(optional)",
    ] {
        assert!(
            answer.stdout.contains(said),
            "{said:?} is not in:\n{}",
            answer.stdout
        );
    }
}

#[test]
fn what_a_run_leaves_is_ignored_by_git() {
    let sandbox = Sandbox::new()
        .git()
        .config(&json!({"quality_gates": {"custom_validations": {"rules": [
            {"type": "file_exists", "path": ".session", "required": true}
        ]}}}));
    sandbox.sdd(["init"]).expect_code(0);
    sandbox.commit("all");
    sandbox.sdd(["complete"]).expect_code(0);
    let status = sandbox.git_run(["status", "--porcelain"]);
    assert_eq!(status.stdout, "");
}
