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
    assert_eq!(
        found,
        ["ruff-format", "ruff", "pytest", "bandit", "ruff-docstrings"]
    );

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
fn a_tool_of_several_units_is_listed_once_for_each_gate() {
    let project = "[project]\nname = \"x\"\n";
    let sandbox = Sandbox::new()
        .venv()
        .file("a/pyproject.toml", project)
        .file("b/pyproject.toml", project);
    let answer = sandbox.sdd(["init"]);
    answer.expect_code(0);
    let lines: Vec<&str> = answer
        .stdout
        .lines()
        .filter(|line| line.starts_with("  ✓ ruff "))
        .collect();
    assert_eq!(lines.len(), 1, "{}", answer.stdout);
    let listed = sandbox.sdd(["init", "--format", "json"]).json();
    let tools = listed["tools"].as_array().unwrap();
    let ruff = tools.iter().filter(|tool| tool["tool"] == "ruff");
    assert_eq!(ruff.count(), 2, "{listed:#}");
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

/// Sets up nothing, says why, and writes nothing.
#[track_caller]
fn refused(sandbox: &Sandbox, said: &str) {
    let answer = sandbox.sdd(["init"]);
    answer.expect_code(2);
    assert!(
        answer.stderr.contains(said),
        "{said:?} is not in:\n{}",
        answer.stderr
    );
    assert!(!sandbox.path(".session").exists(), "nothing was written");
}

#[test]
fn lines_for_git_are_added_to_a_file_in_any_encoding() {
    let sandbox = Sandbox::new().file(".gitignore", b"caf\xe9/\r\n");
    sandbox.sdd(["init"]).expect_code(0);
    let bytes = std::fs::read(sandbox.path(".gitignore")).unwrap();
    assert!(
        bytes.starts_with(b"caf\xe9/\r\n/.session/runs/\r\n"),
        "{:?}",
        String::from_utf8_lossy(&bytes)
    );
}

#[test]
fn lines_for_git_that_have_no_place_are_said_before_anything_is_written() {
    refused(
        &Sandbox::new().file(".gitignore/x", ""),
        ".gitignore is not a regular file",
    );
    let sandbox = Sandbox::new();
    sandbox.rewrite("../elsewhere", "target/\n");
    std::os::unix::fs::symlink("../elsewhere", sandbox.path(".gitignore")).unwrap();
    refused(&sandbox, ".gitignore leads out of the project");
    let sandbox = Sandbox::new().file("git/ignored", "target/\n");
    std::os::unix::fs::symlink("git/ignored", sandbox.path(".gitignore")).unwrap();
    sandbox.sdd(["init"]).expect_code(0);
    assert!(sandbox.read("git/ignored").contains(".session/runs/"));
}

#[test]
fn a_project_inside_of_another_is_set_up_only_when_that_is_meant() {
    let sandbox = Sandbox::new().file("packages/one/go.mod", "module one\n");
    sandbox.sdd(["init"]).expect_code(0);
    let inner = ["-C", "packages/one", "init"];
    let answer = sandbox.sdd(inner);
    answer.expect_code(2);
    let outer = sandbox.project().canonicalize().unwrap();
    assert!(
        answer.stderr.contains(&*outer.to_string_lossy()) && answer.stderr.contains("sdd init --nested"),
        "{}",
        answer.stderr
    );
    assert!(!sandbox.path("packages/one/.session").exists());
    sandbox
        .sdd(["-C", "packages/one", "init", "--nested"])
        .expect_code(0);
    // It is a project of its own from here on.
    sandbox.sdd(inner).expect_code(0);
}
