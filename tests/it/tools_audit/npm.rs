//! npm.

use serde_json::json;

use super::registry::Registry;
use super::{all, ask, check, found, hints, lock, project, vulnerable};

const LOCK: [&str; 3] = ["install", "--package-lock-only", "--no-audit"];

#[test]
fn every_advisory_is_a_finding_and_the_gate_fails() {
    let registry = Registry::start();
    let sandbox = project(&registry, "findings", &vulnerable());
    lock(&sandbox, "npm", &LOCK);
    let gate = check(&sandbox, 1, "failed", "3 findings of severity high or worse");
    assert_eq!(found(&gate, "package-lock.json"), all());
    assert_eq!(gate["metrics"]["dependencies_audited"], 7);
    let deep = &gate["findings"].as_array().unwrap().iter();
    let deep = deep
        .clone()
        .find(|finding| finding["rule"] == "GHSA-bbbb-cccc-dddd")
        .unwrap();
    assert_eq!(
        deep["message"],
        "deep <2.0.0: Deep reads outside of its directory (node_modules/deep, needed by middle; fixed with \
         middle 2.0.0, a major change)"
    );
}

#[test]
fn without_an_advisory_the_gate_passes() {
    let registry = Registry::start();
    let sandbox = project(&registry, "clean", &vulnerable());
    lock(&sandbox, "npm", &LOCK);
    let gate = check(&sandbox, 0, "passed", "nothing was found");
    assert_eq!(gate["metrics"]["dependencies_audited"], 7);
}

#[test]
fn a_project_that_works_offline_is_audited_all_the_same() {
    let registry = Registry::start();
    let sandbox = project(&registry, "findings", &vulnerable());
    lock(&sandbox, "npm", &LOCK);
    // npm would say that nothing was found, and end with 0.
    let sandbox = sandbox.file(".npmrc", "offline=true\naudit-level=none\n");
    let gate = check(&sandbox, 1, "failed", "3 findings of severity high or worse");
    assert_eq!(found(&gate, "package-lock.json"), all());
}

#[test]
fn a_registry_that_gives_no_advisories_is_never_a_clean_result() {
    let registry = Registry::start();
    let mut sandbox = project(&registry, "clean", &vulnerable());
    lock(&sandbox, "npm", &LOCK);
    for (mode, reason) in [
        ("error500", "500 Internal Server Error"),
        ("busy503", "503 Service Unavailable"),
        ("missing404", "404 Not Found"),
        ("denied400", "400 Bad Request"),
        ("html", "invalid json response body"),
        ("truncated", "invalid json response body"),
        ("closed", "socket hang up"),
    ] {
        sandbox = ask(sandbox, &registry, mode);
        let gate = check(&sandbox, 3, "error", reason);
        assert!(
            hints(&gate).contains("the registry must be reachable"),
            "{gate:#}"
        );
    }
    let sandbox = sandbox
        .env("npm_config_registry", "http://127.0.0.1:1/")
        .env("npm_config_https_proxy", "http://127.0.0.1:1");
    check(&sandbox, 3, "error", "ECONNREFUSED");
}

#[test]
fn a_registry_that_never_answers_is_a_time_out() {
    let registry = Registry::start();
    let sandbox = project(&registry, "silent", &vulnerable());
    lock(&sandbox, "npm", &LOCK);
    let sandbox = sandbox.config(&json!({"quality_gates": {"security": {"timeout": 5}}}));
    check(&sandbox, 3, "error", "5 s");
}

#[test]
fn without_a_lock_file_the_command_that_makes_it_is_named() {
    let registry = Registry::start();
    let sandbox = project(&registry, "clean", &vulnerable());
    let gate = check(&sandbox, 3, "error", "there is no package-lock.json");
    assert!(
        hints(&gate).contains("npm install --package-lock-only"),
        "{gate:#}"
    );
}

#[test]
fn a_project_without_dependencies_has_nothing_to_audit() {
    let registry = Registry::start();
    let sandbox = project(&registry, "clean", &json!({"name": "shop", "version": "1.0.0"}));
    check(&sandbox, 3, "skipped", "package.json declares no dependencies");
}

#[test]
fn what_is_needed_for_development_is_audited_whatever_is_left_out_elsewhere() {
    let registry = Registry::start();
    let package = json!({"name": "shop", "version": "1.0.0", "devDependencies": {"danger": "1.0.0"}});
    let mut sandbox = project(&registry, "findings", &package);
    lock(&sandbox, "npm", &LOCK);
    for (name, value) in [
        ("NODE_ENV", "production"),
        ("npm_config_omit", "dev"),
        ("npm_config_production", "true"),
    ] {
        sandbox = sandbox.env(name, value);
        let gate = check(&sandbox, 1, "failed", "1 finding of severity high or worse");
        assert_eq!(found(&gate, "package-lock.json").len(), 2, "{gate:#}");
    }
    let sandbox = sandbox.file(".npmrc", "omit=dev\n");
    check(&sandbox, 1, "failed", "1 finding of severity high or worse");

    // A command of the project's own that leaves them out is a decision.
    let sandbox = sandbox.config(
        &json!({"quality_gates": {"security": {"commands": {"javascript": "npm audit --omit=dev"}}}}),
    );
    check(&sandbox, 0, "passed", "nothing was found");
}

#[test]
fn what_the_lock_file_does_not_know_was_not_audited() {
    let registry = Registry::start();
    let mut package = json!({"name": "shop", "version": "1.0.0", "dependencies": {"harmless": "1.0.0"}});
    let sandbox = project(&registry, "findings", &package);
    lock(&sandbox, "npm", &LOCK);
    package["dependencies"]["danger"] = "1.0.0".into();
    sandbox.rewrite("package.json", package.to_string());
    let gate = check(
        &sandbox,
        3,
        "error",
        "not in package-lock.json, so that it was not audited: danger",
    );
    assert!(
        hints(&gate).contains("npm install --package-lock-only"),
        "{gate:#}"
    );

    package["dependencies"] = json!({"harmless": "^1.1.0"});
    sandbox.rewrite("package.json", package.to_string());
    check(&sandbox, 3, "error", "harmless, whose range has changed");

    // What was found stays found; the gap is told beside it.
    package["dependencies"] = json!({"danger": "1.0.0"});
    sandbox.rewrite("package.json", package.to_string());
    lock(&sandbox, "npm", &LOCK);
    package["devDependencies"] = json!({"soft": "1.0.0"});
    sandbox.rewrite("package.json", package.to_string());
    let gate = check(&sandbox, 1, "failed", "2 findings of severity high or worse");
    assert!(found(&gate, "package-lock.json").contains(&("not-audited".to_owned(), "critical".to_owned())));
}

#[test]
fn a_member_that_the_lock_file_does_not_know_was_not_audited() {
    let registry = Registry::start();
    let root = json!({"name": "all", "version": "1.0.0", "private": true, "workspaces": ["packages/*"]});
    let member = |name: &str, needs: &str| {
        json!({"name": name, "version": "1.0.0", "dependencies": {needs: "1.0.0"}}).to_string()
    };
    let sandbox =
        project(&registry, "findings", &root).file("packages/one/package.json", member("one", "harmless"));
    lock(&sandbox, "npm", &LOCK);
    check(&sandbox, 0, "passed", "nothing was found");
    let sandbox = sandbox.file("packages/two/package.json", member("two", "danger"));
    check(&sandbox, 3, "error", "not audited: all of packages/two");
}

#[test]
fn a_workspace_is_audited_once_at_its_root() {
    let registry = Registry::start();
    let root = json!({"name": "all", "version": "1.0.0", "private": true, "workspaces": ["packages/*"]});
    let member = json!({
        "name": "member", "version": "1.0.0", "dependencies": {"danger": "1.0.0"}, "scripts": {"test": "node index.js"}
    });
    let sandbox = project(&registry, "findings", &root)
        .file("packages/member/package.json", member.to_string())
        .file("packages/member/index.js", "module.exports = 1;\n");
    lock(&sandbox, "npm", &LOCK);
    let gate = check(&sandbox, 1, "failed", "1 finding of severity high or worse");
    let rules: Vec<String> = found(&gate, "package-lock.json")
        .into_iter()
        .map(|(rule, _)| rule)
        .collect();
    assert_eq!(rules, ["GHSA-aaaa-bbbb-cccc", "GHSA-aaaa-bbbb-dddd"]);
    let steps = gate["steps"].as_array().unwrap();
    let verdicts: Vec<(&str, &str)> = steps
        .iter()
        .map(|step| {
            (
                step["unit"].as_str().unwrap_or("-"),
                step["verdict"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        verdicts,
        [(".", "failed"), ("packages/member", "skipped")],
        "{gate:#}"
    );
}
