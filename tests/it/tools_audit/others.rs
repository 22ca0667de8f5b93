//! pnpm and Yarn 1. Yarn 2 and later is read from recordings alone: it is not among the pinned tools.

use serde_json::json;

use super::registry::Registry;
use super::{all, ask, check, found, hints, install, lock, project, vulnerable};

#[test]
fn pnpm_names_what_it_finds_and_counts_the_rest() {
    let registry = Registry::start();
    let sandbox = project(&registry, "findings", &vulnerable());
    install(&sandbox, "pnpm");
    lock(&sandbox, "pnpm", &["install", "--lockfile-only"]);
    // pnpm would leave out all but the critical one.
    let sandbox = sandbox.file(".npmrc", "audit-level=critical\n");
    let gate = check(&sandbox, 1, "failed", "3 findings of severity high or worse");
    let mut expect = all();
    for (rule, _) in expect.iter_mut().filter(|(_, severity)| severity == "info") {
        "unnamed".clone_into(rule);
    }
    expect.sort();
    assert_eq!(found(&gate, "pnpm-lock.yaml"), expect);
    let sandbox = ask(sandbox, &registry, "clean");
    let gate = check(&sandbox, 0, "passed", "nothing was found");
    assert!(
        gate["metrics"]["dependencies_audited"].as_u64().unwrap() >= 7,
        "{gate:#}"
    );
}

#[test]
fn a_registry_that_gives_pnpm_no_advisories_is_never_a_clean_result() {
    let registry = Registry::start();
    let mut sandbox = project(&registry, "clean", &vulnerable());
    install(&sandbox, "pnpm");
    let unlocked = sandbox
        .file("pnpm-workspace.yaml", "packages: []\n")
        .file("package.json", {
            let mut package = vulnerable();
            package["packageManager"] = "pnpm@10.34.9".into();
            package.to_string()
        });
    let gate = check(&unlocked, 3, "error", "there is no pnpm-lock.yaml");
    assert!(hints(&gate).contains("pnpm install --lockfile-only"), "{gate:#}");
    sandbox = unlocked;
    lock(&sandbox, "pnpm", &["install", "--lockfile-only"]);
    for (mode, reason) in [
        ("error500", "responded with 500"),
        ("missing404", "doesn't exist"),
        ("html", "is not valid JSON"),
        ("truncated", "JSON"),
        ("empty", "Cannot read properties"),
        ("closed", "socket hang up"),
    ] {
        sandbox = ask(sandbox, &registry, mode);
        check(&sandbox, 3, "error", reason);
    }
}

#[test]
fn yarn_tells_every_advisory_and_a_clean_tree() {
    let registry = Registry::start();
    let sandbox = project(&registry, "findings", &vulnerable()).file(".yarnrc", "strict-ssl false\n");
    install(&sandbox, "yarn");
    lock(&sandbox, "yarn", &["install", "--non-interactive"]);
    install(&sandbox, "yarn");
    let gate = check(&sandbox, 1, "failed", "3 findings of severity high or worse");
    assert_eq!(found(&gate, "yarn.lock"), all());
    let sandbox = ask(sandbox, &registry, "clean");
    check(&sandbox, 0, "passed", "nothing was found");
}

#[test]
fn a_registry_that_gives_yarn_no_advisories_is_never_a_clean_result() {
    let registry = Registry::start();
    let mut sandbox = project(&registry, "clean", &vulnerable()).file(".yarnrc", "strict-ssl false\n");
    install(&sandbox, "yarn");
    lock(&sandbox, "yarn", &["install", "--non-interactive"]);
    install(&sandbox, "yarn");
    for (mode, reason) in [
        ("error500", "500 Internal Server Error"),
        ("missing404", "Missing Metadata"),
        ("html", "Invalid JSON"),
        ("truncated", "Invalid JSON"),
        ("empty", "Missing Metadata"),
        ("closed", "socket hang up"),
    ] {
        sandbox = ask(sandbox, &registry, mode);
        check(&sandbox, 3, "error", reason);
    }
}

#[test]
fn what_a_lock_file_does_not_know_was_not_audited() {
    for (program, args, file, refresh) in [
        (
            "pnpm",
            &["install", "--lockfile-only"],
            "pnpm-lock.yaml",
            "pnpm install --lockfile-only",
        ),
        (
            "yarn",
            &["install", "--non-interactive"],
            "yarn.lock",
            "yarn install",
        ),
    ] {
        let registry = Registry::start();
        let mut package = json!({"name": "shop", "version": "1.0.0", "license": "MIT", "private": true,
            "workspaces": ["packages/*"], "dependencies": {"harmless": "1.0.0"}});
        let member =
            json!({"name": "one", "version": "1.0.0", "license": "MIT", "dependencies": {"danger": "1.0.0"}});
        let sandbox = project(&registry, "clean", &package)
            .file(".yarnrc", "strict-ssl false\n")
            .file("pnpm-workspace.yaml", "packages:\n  - packages/*\n")
            .file(
                "packages/one/package.json",
                json!({"name": "one", "version": "1.0.0"}).to_string(),
            );
        install(&sandbox, program);
        lock(&sandbox, program, args);
        if !sandbox.path("node_modules/.bin").join(program).exists() {
            install(&sandbox, program);
        }
        check(&sandbox, 0, "passed", "nothing was found");
        sandbox.rewrite("packages/one/package.json", member.to_string());
        let gate = check(
            &sandbox,
            3,
            "error",
            &format!("not in {file}, so that it was not audited: danger of packages/one"),
        );
        assert!(hints(&gate).contains(refresh), "{gate:#}");
        package["devDependencies"] = json!({"soft": "^1.0.0"});
        sandbox.rewrite("package.json", package.to_string());
        check(&sandbox, 3, "error", "not audited: soft; danger of packages/one");
    }
}

#[test]
fn what_is_needed_for_development_is_audited_whatever_is_left_out_elsewhere() {
    for (program, args) in [
        ("pnpm", &["install", "--lockfile-only"]),
        ("yarn", &["install", "--non-interactive"]),
    ] {
        let registry = Registry::start();
        let package = json!({"name": "shop", "version": "1.0.0", "license": "MIT", "devDependencies": {"danger": "1.0.0"}});
        let sandbox = project(&registry, "findings", &package).file(".yarnrc", "strict-ssl false\n");
        install(&sandbox, program);
        lock(&sandbox, program, args);
        if !sandbox.path("node_modules/.bin").join(program).exists() {
            install(&sandbox, program);
        }
        let mut sandbox = sandbox.env("NODE_ENV", "production");
        check(&sandbox, 1, "failed", "1 finding of severity high or worse");
        sandbox = sandbox.file(".npmrc", "production=true\n");
        check(&sandbox, 1, "failed", "1 finding of severity high or worse");
        sandbox = sandbox.env("npm_config_only", "prod");
        check(&sandbox, 1, "failed", "1 finding of severity high or worse");
    }
}
