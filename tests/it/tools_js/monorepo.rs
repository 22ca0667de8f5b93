//! Units with runners of their own, below a directory whose name is not plain.

use serde_json::json;

use super::bench::{APP_MODULE, check, counts, places, project};

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
