//! Repositories: above the project, without commits, of another user.

use serde_json::{Value, json};

use super::{check, python};

#[test]
fn a_project_below_a_repository_has_its_state() {
    let sandbox = python().venv().git();
    let head = sandbox.commit("all");
    std::fs::create_dir(sandbox.path("below")).unwrap();
    sandbox.rewrite(
        "below/pyproject.toml",
        "[project]\nname = \"below\"\nversion = \"1\"\n",
    );
    sandbox.rewrite("below/test_below.py", "def test_x():\n    pass\n");
    sandbox.rewrite(
        "below/.session/config.json",
        json!({"quality_gates": {"test_execution": {"coverage_threshold": null}}}).to_string(),
    );
    let bin = crate::support::test_tools().join("venv/bin");
    std::os::unix::fs::symlink(bin.join("pytest"), sandbox.beside("bin").join("pytest")).unwrap();
    let answer = sandbox.sdd(["-C", "below", "gate", "tests", "--format", "json"]);
    let gate = super::judge(&sandbox, &answer, "tests", 0, "passed", "1 test passed");
    assert_eq!(gate["steps"][0]["unit"], ".");
    let report = answer.json();
    assert_eq!(report["git"]["head"], head);
    assert_eq!(report["git"]["branch"], "main");
    assert_eq!(report["git"]["dirty"], true);
    assert_eq!(report["project"]["units"].as_array().unwrap().len(), 1);
}

#[test]
fn before_the_first_commit_gates_run() {
    let sandbox = python().venv().git();
    check(&sandbox, "tests", 0, "passed", "1 test passed");
    let answer = sandbox.sdd(["gate", "tests", "--format", "json"]);
    assert_eq!(answer.json()["git"]["head"], Value::Null);
    assert_eq!(answer.json()["git"]["dirty"], true);
}

#[test]
fn a_repository_of_another_user_is_no_reason_not_to_check() {
    // The variable is git's own, for its own tests of this refusal.
    let sandbox = python()
        .venv()
        .git()
        .config(&json!({"pass_env": ["GIT_TEST_ASSUME_DIFFERENT_OWNER"],
            "quality_gates": {"test_execution": {"coverage_threshold": null}}}))
        .env("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1");
    check(&sandbox, "tests", 0, "passed", "1 test passed");
    let report = sandbox.sdd(["gate", "tests", "--format", "json"]).json();
    assert_eq!(report["git"], Value::Null);
    assert!(
        report["warnings"].to_string().contains("safe.directory"),
        "{}",
        report["warnings"]
    );
}

#[test]
fn a_git_directory_that_is_broken_is_no_reason_not_to_check() {
    let sandbox = python().venv().file(".git/HEAD", "nonsense\n");
    check(&sandbox, "tests", 0, "passed", "1 test passed");
    let report = sandbox.sdd(["gate", "tests", "--format", "json"]).json();
    assert_eq!(report["git"], Value::Null);
    assert!(
        report["warnings"].to_string().contains("git"),
        "{}",
        report["warnings"]
    );
}
