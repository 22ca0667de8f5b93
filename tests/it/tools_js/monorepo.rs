//! Units with runners of their own, below a directory whose name is not plain; workspaces.

use serde_json::json;

use crate::support::Sandbox;

use super::bench::{APP_MODULE, check, counts, hints, places, project, with_threshold};

#[test]
fn each_unit_is_asked_with_its_own_runner_and_named_from_the_root() {
    let sandbox = project(
        &json!({"private": true, "workspaces": ["packages/*"]}),
        &[
            (
                "packages/tool/package.json",
                "{\"scripts\": {\"test\": \"node --test\"}}",
            ),
            (
                "packages/tool/a.test.js",
                "const { test } = require('node:test');\n\ntest('tool', () => {});\n",
            ),
            (
                "packages/web b/package.json",
                "{\"type\": \"module\", \"scripts\": {\"test\": \"vitest run\"}}",
            ),
            ("packages/web b/app.js", APP_MODULE.1),
            (
                "packages/web b/app.test.js",
                "import { expect, test } from 'vitest';\nimport { add } from './app.js';\n\ntest('adds', () => {\n  \
                 expect(add(1, 2)).toBe(4);\n});\n",
            ),
            (
                "packages/api/package.json",
                "{\"scripts\": {\"test\": \"jest\"}, \"jest\": {}}",
            ),
            (
                "packages/api/api.test.js",
                "test('one', () => {});\ntest('two', () => {\n  throw new Error('no');\n});\n",
            ),
        ],
    );
    let gate = check(&sandbox, 1, "failed", "failed");
    let mut tools: Vec<_> = gate["steps"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|step| format!("{} {}", step["unit"], step["tool"]).replace('"', ""))
        .collect();
    tools.sort();
    assert_eq!(
        tools,
        [
            ". npm",
            "packages/api jest",
            "packages/tool node-test",
            "packages/web b vitest"
        ]
    );
    let steps = gate["steps"].as_array().into_iter().flatten();
    let skipped: Vec<_> = steps.filter(|step| step["verdict"] == "skipped").collect();
    assert_eq!(skipped.len(), 1, "the root has no tests of its own: {skipped:#?}");
    assert_eq!(counts(&gate), [2, 2, 0, 0]);
    let mut places = places(&gate);
    places.sort();
    assert_eq!(
        places,
        [
            "adds packages/web b/app.test.js:5",
            "two packages/api/api.test.js:3"
        ]
    );
}

#[test]
fn tests_that_were_all_skipped_have_not_answered() {
    let test = "test.skip('later', () => {\n  throw new Error('no');\n});\n";
    let runners = [
        (
            "jest",
            json!({"scripts": {"test": "jest"}, "jest": {}}),
            test.to_owned(),
        ),
        (
            "vitest",
            json!({"type": "module", "scripts": {"test": "vitest run"}}),
            format!("import {{ test }} from 'vitest';\n\n{test}"),
        ),
        (
            "mocha",
            json!({"scripts": {"test": "mocha '*.test.js'"}}),
            test.replace("test.", "it."),
        ),
        (
            "node",
            json!({"scripts": {"test": "node --test"}}),
            format!("const {{ test }} = require('node:test');\n\n{test}"),
        ),
    ];
    for (runner, package, test) in &runners {
        let sandbox = project(package, &[("a.test.js", test)]);
        let gate = check(
            &sandbox,
            3,
            "error",
            "the only test was skipped, so that nothing was tested",
        );
        assert_eq!(gate["steps"][0]["exit_code"], 0, "{runner}");
        assert_eq!(gate["steps"][0]["verdict"], "error", "{runner}");
    }

    // One unit that passes does not answer for the others.
    let mut files = vec![
        (
            "tested/package.json".to_owned(),
            "{\"scripts\": {\"test\": \"node --test\"}}".to_owned(),
        ),
        (
            "tested/a.test.js".to_owned(),
            runners[3].2.replace(
                "test.skip('later', () => {\n  throw new Error('no');\n});",
                "test('now', () => {});",
            ),
        ),
    ];
    for (runner, package, test) in &runners {
        files.push((format!("{runner}/package.json"), package.to_string()));
        files.push((format!("{runner}/a.test.js"), test.clone()));
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let sandbox = project(&json!({"private": true}), &files);
    check(
        &sandbox,
        3,
        "error",
        "the only test was skipped, so that nothing was tested",
    );
}

const MEMBER: &str = "{\"name\": \"a\", \"scripts\": {\"test\": \"jest\"}, \"jest\": {}}";

fn workspace(root_script: &str, test: &str) -> Sandbox {
    project(
        &json!({"private": true, "workspaces": ["packages/*"], "scripts": {"test": root_script}}),
        &[
            ("packages/a/package.json", MEMBER),
            ("packages/a/a.test.js", test),
            ("packages/b/package.json", &MEMBER.replace("\"a\"", "\"b\"")),
            ("packages/b/b.test.js", "test('b', () => {});\n"),
        ],
    )
}

#[test]
fn a_root_that_only_runs_its_members_tests_is_left_out() {
    let sandbox = workspace("npm test --workspaces", "test('a', () => {});\n");
    let gate = check(&sandbox, 0, "passed", "2 tests passed; left out: . (javascript)");
    assert_eq!(counts(&gate), [2, 0, 0, 0]);
    let steps = gate["steps"].as_array().unwrap();
    let root = steps.iter().find(|step| step["unit"] == ".").unwrap();
    assert!(
        root["reason"]
            .as_str()
            .unwrap()
            .contains("(packages/a, packages/b)"),
        "{root:#}"
    );

    // Where a member is not asked itself, the root's script is what runs its tests.
    let sandbox = sandbox.config(&json!({
        "quality_gates": {"test_execution": {"coverage_threshold": null}},
        "units": [{"path": "packages/b", "commands": {"tests": null}}],
    }));
    let gate = check(&sandbox, 0, "passed", "1 test passed");
    assert!(gate["steps"].to_string().contains("\"npm\""), "{gate:#}");
}

#[test]
fn a_root_whose_script_does_more_is_told_how_to_leave_it_out() {
    let sandbox =
        workspace("npm test --workspaces && node index.js", "test('a', () => {});\n").file("index.js", "");
    let sandbox = with_threshold(sandbox, &json!(0));
    let gate = check(&sandbox, 3, "error", "sdd cannot measure it through");
    hints(
        &gate,
        "\"units\": [{\"path\": \".\", \"commands\": {\"tests\": null}}]",
    );
}

#[test]
fn tests_that_run_at_the_root_and_in_their_member_count_once() {
    let sandbox = workspace("jest", "test('a', () => {});\n");
    let gate = check(&sandbox, 0, "passed", "2 tests passed");
    assert_eq!(counts(&gate), [2, 0, 0, 0]);
    sandbox.rewrite(
        "packages/a/a.test.js",
        "test('a', () => {\n  throw new Error('no');\n});\n",
    );
    let gate = check(&sandbox, 1, "failed", "1 test failed");
    assert_eq!(counts(&gate), [1, 1, 0, 0]);
    assert_eq!(places(&gate), ["a packages/a/a.test.js:2"]);

    // One that the member leaves out counts where it runs.
    sandbox.rewrite(
        "packages/a/package.json",
        MEMBER.replace("{}", "{\"testMatch\": [\"**/x.test.js\"]}"),
    );
    let sandbox = sandbox.file("packages/a/x.test.js", "test('x', () => {});\n");
    let gate = check(&sandbox, 1, "failed", "1 test failed");
    assert_eq!(counts(&gate), [2, 1, 0, 0]);
}
