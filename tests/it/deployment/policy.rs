//! Whether plans must be approved, and what hides from git: nobody gets round it in silence.

use serde_json::{Value, json};

use super::{approvals, deploy, steps, ten};
use crate::support::Sandbox;

/// Turns approvals off in the work tree.
#[track_caller]
fn lower(sandbox: &Sandbox) {
    let mut settings: Value = serde_json::from_str(&sandbox.read(".session/config.json")).unwrap();
    settings["deployment"]["environments"] =
        json!({"production": {"require_approval": false, "auto_deploy": true}});
    sandbox.rewrite(".session/config.json", settings.to_string());
}

#[track_caller]
fn refused(sandbox: &Sandbox) -> String {
    let answer = deploy(sandbox, ["run", "production"]);
    answer.expect_code(2);
    assert_eq!(ten::left(sandbox), [""; 0]);
    answer.stderr
}

#[test]
fn without_a_repository_production_is_approved_as_by_default() {
    let Some(sandbox) = approvals::project() else {
        return;
    };
    lower(&sandbox);
    std::fs::remove_dir_all(sandbox.path(".git")).unwrap();
    let said = refused(&sandbox);
    assert!(said.contains("there is no repository"), "{said}");
    // Nor does one that has just been made.
    sandbox.git_run(["init", "--quiet"]);
    let said = refused(&sandbox);
    assert!(said.contains("nothing is committed"), "{said}");
}

#[test]
fn without_a_base_branch_and_behind_a_replaced_commit_it_is_approved() {
    let Some(sandbox) = approvals::project() else {
        return;
    };
    sandbox.git_run(["switch", "--quiet", "--create", "mine"]);
    lower(&sandbox);
    sandbox.commit("lower");
    sandbox.git_run(["replace", "main", "mine"]);
    refused(&sandbox);
    sandbox.git_run(["branch", "--quiet", "other"]);
    sandbox.git_run(["update-ref", "-d", "refs/heads/main"]);
    let said = refused(&sandbox);
    assert!(said.contains("nothing says which branch is the base"), "{said}");
}

#[test]
fn the_journal_says_by_whose_word_a_plan_was_not_approved() {
    let sandbox = ten::project();
    let answer = deploy(&sandbox, ["run", "staging"]);
    answer.expect_code(0);
    assert_eq!(steps(&answer.json()).len(), ten::STEPS);
    let log = deploy(&sandbox, ["log", "staging"]).json();
    let how = log["records"][0]["event"]["approval"].as_str().unwrap();
    assert!(how.starts_with("not required: neither by the work tree"), "{how}");
    assert!(how.contains("refs/heads/main at "), "{how}");
}

#[test]
fn changes_that_git_was_told_not_to_see_are_seen() {
    for flag in ["--assume-unchanged", "--skip-worktree"] {
        let sandbox = ten::project();
        sandbox.rewrite("tool.sh", "true\n");
        sandbox.rewrite("same.sh", "true\n");
        sandbox.commit("tools");
        let plan = |sandbox: &Sandbox| deploy(sandbox, ["plan", "staging"]);
        let clean = plan(&sandbox).json();
        sandbox.git_run(["update-index", flag, "tool.sh", "same.sh"]);
        assert_eq!(plan(&sandbox).json()["id"], clean["id"], "{flag}");
        sandbox.rewrite("tool.sh", "rm -rf everything\n");
        let answer = plan(&sandbox);
        assert_eq!(answer.json()["dirty"], true, "{flag}");
        assert!(answer.stderr.contains("tool.sh"), "{}", answer.stderr);
        assert!(!answer.stderr.contains("same.sh"), "{}", answer.stderr);
        let id = clean["id"].as_str().unwrap();
        let answer = deploy(&sandbox, ["run", "staging", "--plan", id]);
        answer.expect_code(2);
        assert!(answer.stderr.contains("is stale"), "{}", answer.stderr);
    }
}

#[test]
fn a_key_that_nobody_knows_protects_nothing_and_is_refused() {
    let sandbox = ten::project();
    let mut settings: Value = serde_json::from_str(&sandbox.read(".session/config.json")).unwrap();
    settings["deployment"]["environments"] = json!({"staging": {"requre_approval": true}});
    sandbox.rewrite(".session/config.json", settings.to_string());
    sandbox.commit("mistyped");
    for args in [["plan", "staging"], ["run", "staging"], ["rehearse", "staging"]] {
        let answer = deploy(&sandbox, args);
        answer.expect_code(2);
        let said = answer.stderr;
        assert!(said.contains("requre_approval: unknown key"), "{said}");
        assert!(said.contains("did you mean `require_approval`?"), "{said}");
    }
    deploy(&sandbox, ["status", "staging"]).expect_code(0);
    assert_eq!(ten::left(&sandbox), [""; 0]);
}
