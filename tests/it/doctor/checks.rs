//! What is no program: settings, state, the session's directory, git, dependencies.

use serde_json::json;

use super::{check, demo, set_up};
use crate::support::Sandbox;

#[test]
fn a_project_that_is_not_set_up_is_not_found() {
    let answer = Sandbox::new().sdd(["doctor"]);
    answer.expect_code(4);
    assert!(answer.stderr.contains("sdd init"), "{}", answer.stderr);
}

#[test]
fn an_invalid_configuration_is_the_known_error() {
    let sandbox = Sandbox::new().file(
        ".session/config.json",
        "{\"quality_gates\": {\"linting\": {\"timeout\": \"x\"}}}",
    );
    let doctor = sandbox.sdd(["doctor", "--format", "json"]);
    doctor.expect_code(2);
    assert_eq!(doctor.stdout, "");
    let gate = sandbox.sdd(["gate"]);
    assert_eq!(doctor.stderr, gate.stderr);
}

#[test]
fn a_broken_state_file_is_shown_with_its_line_and_left_alone() {
    let broken = "{\n  \"work_items\": {,}\n}\n";
    let sandbox = demo().file(".session/tracking/work_items.json", broken);
    let answer = sandbox.sdd(["doctor", "--format", "json"]);
    answer.expect_code(2);
    let state = check(&answer, "state");
    assert_eq!(
        (&state["verdict"], &state["required"]),
        (&json!("failed"), &json!(true))
    );
    assert!(
        state["reason"].as_str().unwrap().contains("work_items.json:2:"),
        "{state}"
    );
    assert!(state["remedy"].is_string(), "{state}");
    assert_eq!(answer.json()["verdict"], "error");
    assert_eq!(sandbox.read(".session/tracking/work_items.json"), broken);
}

#[test]
fn a_session_that_cannot_be_written_leaves_no_verdict() {
    let sandbox = Sandbox::new()
        .git()
        .tree("templates/demo")
        .venv()
        .file(".session/config.json", "{}")
        .file(".session/reports", "in the way");
    let answer = sandbox.sdd(["doctor", "--format", "json"]);
    answer.expect_code(3);
    let session = check(&answer, "session");
    assert_eq!(session["verdict"], "failed");
    assert!(
        session["reason"]
            .as_str()
            .unwrap()
            .contains("reports is not a directory"),
        "{session}"
    );
}

#[test]
fn nothing_is_changed_but_the_versions_that_were_learned() {
    let sandbox = demo();
    let before = tree(&sandbox);
    sandbox.sdd(["doctor"]).expect_code(0);
    let mut after = tree(&sandbox);
    assert!(after.remove(".session/runs/tool-versions.json").is_some());
    assert_eq!(after, before);
    sandbox.assert_nothing_left();
}

/// Every file outside of git and the environment, with its content.
fn tree(sandbox: &Sandbox) -> std::collections::BTreeMap<String, Vec<u8>> {
    let mut files = std::collections::BTreeMap::new();
    let mut open = vec![sandbox.project().to_path_buf()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let name = path
                .strip_prefix(sandbox.project())
                .unwrap()
                .to_string_lossy()
                .into_owned();
            if name == ".git" || name == ".venv" {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else {
                files.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    files
}

#[test]
fn git_is_looked_at_and_decides_nothing() {
    let sandbox = demo();
    sandbox.commit("Begin");
    let answer = sandbox.sdd(["doctor", "--format", "json"]);
    let git = check(&answer, "git");
    assert_eq!(
        (&git["verdict"], &git["reason"]),
        (&json!("passed"), &json!("a repository, on main, clean"))
    );

    let outside = set_up(Sandbox::new().tree("templates/demo").venv());
    let answer = outside.sdd(["doctor", "--format", "json"]);
    answer.expect_code(0);
    assert_eq!(check(&answer, "git")["verdict"], "skipped");
    assert_eq!(check(&answer, "git")["remedy"], "git init");

    let answer = outside.without("git").sdd(["doctor", "--format", "json"]);
    answer.expect_code(0);
    assert_eq!(check(&answer, "git")["verdict"], "skipped");
    assert_eq!(super::tool(&answer, "git")["verdict"], "skipped");
}

#[test]
fn the_manager_that_package_json_names_installs() {
    let package = "{\"name\": \"x\", \"packageManager\": \"pnpm@10.1.0\", \"devDependencies\": {\"eslint\": \"9.39.5\"}}";
    let sandbox = set_up(Sandbox::new().file("package.json", package).file("index.js", ""));
    let answer = sandbox.sdd(["doctor", "--format", "json"]);
    assert_eq!(check(&answer, "dependencies")["remedy"], "pnpm install");
    let eslint = super::tool(&answer, "eslint");
    assert!(eslint.to_string().contains("pnpm install"), "{eslint:#}");
    // It also wins over a lock file of another one.
    sandbox.rewrite("package-lock.json", "{}");
    let answer = sandbox.sdd(["doctor", "--format", "json"]);
    assert_eq!(check(&answer, "dependencies")["remedy"], "pnpm install");
}

#[test]
fn a_lock_file_without_node_modules_says_npm_ci() {
    let package = "{\"name\": \"x\", \"devDependencies\": {\"eslint\": \"9.39.5\"}}";
    let sandbox = Sandbox::new()
        .file("web/package.json", package)
        .file("web/package-lock.json", "{}")
        .file("web/index.js", "");
    let sandbox = set_up(sandbox);
    let answer = sandbox.sdd(["doctor", "--format", "json"]);
    let found = check(&answer, "dependencies");
    assert_eq!(
        (&found["verdict"], &found["unit"]),
        (&json!("failed"), &json!("web"))
    );
    assert_eq!(found["remedy"], "cd web && npm ci");
    sandbox.rewrite("web/node_modules/.keep", "");
    let answer = sandbox.sdd(["doctor", "--format", "json"]);
    assert_eq!(check(&answer, "dependencies")["verdict"], "passed");
}

#[test]
fn a_rule_that_nobody_can_check_is_shown_with_the_gate_that_has_it() {
    let sandbox = demo().config(&json!({"quality_gates": {"custom_validations": {"rules": [
        {"type": "file_exist", "path": "LICENSE", "required": true}
    ]}}}));
    let answer = sandbox.sdd(["doctor", "--format", "json"]);
    answer.expect_code(3);
    let rule = check(&answer, "custom");
    assert_eq!(
        (&rule["verdict"], &rule["required"]),
        (&json!("error"), &json!(true))
    );
}

#[test]
fn a_document_goes_where_it_is_asked_to() {
    let sandbox = demo();
    let answer = sandbox.sdd(["doctor", "--format", "json", "--output", "doctor.json"]);
    answer.expect_code(0);
    assert_eq!(answer.stdout, "");
    assert!(sandbox.read("doctor.json").contains("\"kind\": \"doctor\""));
    sandbox.sdd(["doctor", "--format", "sarif"]).expect_code(2);
    sandbox.sdd(["doctor", "--jobs", "0"]).expect_code(2);
}
