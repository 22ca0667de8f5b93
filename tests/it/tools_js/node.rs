//! The test runner of node.

use serde_json::{Value, json};

use super::bench::{APP, by_hand, check, counts, places, project, says, tool, with_threshold};

const HEAD: &str =
    "const { describe, test, after } = require('node:test');\nconst assert = require('node:assert');\n";

fn package() -> Value {
    json!({"scripts": {"test": "node --test"}})
}

fn file(text: &str) -> String {
    format!("{HEAD}{text}")
}

fn adds() -> String {
    file(
        "const { add } = require('./app');\n\ntest('adds', () => {\n  assert.strictEqual(add(1, 2), 3);\n});\n",
    )
}

#[test]
fn counts_and_places_are_those_that_node_prints() {
    let mixed = file(
        "describe('a', () => {\n  test('is wrong', () => {\n    assert.strictEqual(1, 2);\n  });\n  \
         test.skip('later', () => {});\n  test.todo('one day');\n  test('in time', { timeout: 20 }, () => \
         new Promise((done) => setTimeout(done, 200)));\n});\n",
    );
    let sandbox = project(
        &package(),
        &[APP, ("app.test.js", &adds()), ("lib/mixed.test.js", &mixed)],
    );
    let gate = check(&sandbox, 1, "failed", "2 tests failed");
    assert_eq!((tool(&gate), counts(&gate)), ("node-test", [1, 2, 0, 2]));
    assert_eq!(
        places(&gate),
        [
            "a › is wrong lib/mixed.test.js:5",
            "a › in time lib/mixed.test.js:9"
        ]
    );
    let said = by_hand(&sandbox, "node", &["--test", "--test-reporter=tap"]);
    for line in [
        "# tests 5",
        "# pass 1",
        "# fail 1",
        "# cancelled 1",
        "# skipped 1",
        "# todo 1",
    ] {
        says(&said, line);
    }
}

#[test]
fn coverage_is_of_the_code_and_not_of_the_tests() {
    let sandbox = project(&package(), &[APP, ("app.test.js", &adds())]);
    check(&sandbox, 0, "passed", "1 test passed");
    let sandbox = with_threshold(sandbox, &json!(90));
    let gate = check(&sandbox, 1, "failed", "coverage 85.7 % is below 90 %");
    assert_eq!(places(&gate), ["coverage app.js:6"]);
    let said = by_hand(
        &sandbox,
        "node",
        &["--test", "--experimental-test-coverage", "--test-reporter=tap"],
    );
    says(&said, "# app.js      |  85.71 |   100.00 |   50.00 | 6");
}

#[test]
fn a_process_that_ends_before_its_tests_is_no_pass() {
    let at_once = file("test('leaves', () => process.exit(0));\ntest('wrong', () => assert.ok(false));\n");
    let sandbox = project(
        &package(),
        &[APP, ("app.test.js", &adds()), ("exit.test.js", &at_once)],
    );
    let gate = check(&sandbox, 1, "failed", "1 test ended in an error");
    assert_eq!(places(&gate), ["exit.test.js exit.test.js:null"]);

    let later = file(
        "test('one', () => {});\ntest('leaves', async () => {\n  await new Promise((done) => setTimeout(done, 300));\n  \
         process.exit(0);\n});\ntest('wrong', () => assert.ok(false));\n",
    );
    sandbox.rewrite("exit.test.js", &later);
    let gate = check(&sandbox, 1, "failed", "2 tests ended in an error");
    assert_eq!(places(&gate), ["unfinished tests -:null"]);
}

#[test]
fn no_tests_are_no_pass_and_a_file_that_cannot_be_run_fails() {
    let sandbox = project(&package(), &[APP]);
    check(&sandbox, 3, "skipped", "node --test found no tests");
    let sandbox = sandbox.file("bad.test.js", "test('x', () => {\n");
    let gate = check(&sandbox, 1, "failed", "1 test ended in an error");
    assert_eq!(places(&gate), ["bad.test.js bad.test.js:2"]);
}

#[test]
fn a_hook_that_fails_behind_the_last_test_fails() {
    let hook = file(
        "describe('a', () => {\n  after(() => {\n    throw new Error('no');\n  });\n  test('b', () => {});\n});\n",
    );
    let sandbox = project(&package(), &[("a.test.js", &hook)]);
    let gate = check(&sandbox, 1, "failed", "1 test ended in an error");
    assert_eq!(places(&gate), ["a a.test.js:5"]);
}

#[test]
fn a_script_with_options_of_node_and_another_before_it_is_read_all_the_same() {
    let sandbox = project(
        &json!({"scripts": {"pretest": "node -e 1", "test": "node --require ./set-up.js --test"}}),
        &[
            ("set-up.js", "globalThis.ready = true;\n"),
            (
                "a.test.js",
                &file("test('is ready', () => {\n  assert.ok(globalThis.ready);\n});\n"),
            ),
        ],
    );
    let gate = check(&sandbox, 0, "passed", "1 test passed");
    assert_eq!((tool(&gate), counts(&gate)), ("node-test", [1, 0, 0, 0]));
}

#[test]
fn reports_of_the_projects_own_are_left_out() {
    for script in [
        "node --test --test-reporter=spec",
        "node --test-reporter tap --test-reporter-destination=mine.tap --test",
    ] {
        let sandbox = project(
            &json!({"scripts": {"test": script}}),
            &[APP, ("app.test.js", &adds())],
        );
        let gate = check(&sandbox, 0, "passed", "1 test passed");
        assert_eq!((tool(&gate), counts(&gate)), ("node-test", [1, 0, 0, 0]));
        assert!(!sandbox.path("mine.tap").exists());
    }
}

#[test]
fn a_program_around_it_that_measures_coverage_is_not_needed() {
    let sandbox = project(
        &json!({"scripts": {"test": "c8 --check-coverage --lines 100 node --test"}}),
        &[APP, ("app.test.js", &adds())],
    );
    let sandbox = with_threshold(sandbox, &json!(80));
    let gate = check(&sandbox, 0, "passed", "1 test passed, coverage 85.7 %");
    assert_eq!((tool(&gate), counts(&gate)), ("node-test", [1, 0, 0, 0]));
}
