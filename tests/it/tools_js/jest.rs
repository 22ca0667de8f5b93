//! jest.

use serde_json::json;

use super::bench::{APP, by_hand, check, counts, hints, places, project, says, tool, with_threshold};

const ADDS: &str =
    "const { add } = require('./app');\n\ntest('adds', () => {\n  expect(add(1, 2)).toBe(3);\n});\n";

const MIXED: (&str, &str) = (
    "lib/mixed.test.js",
    "const { add } = require('../app');\n\ndescribe('add', () => {\n  test('is wrong', () => {\n    \
     expect(add(1, 2)).toBe(4);\n  });\n  test.skip('later', () => {});\n  test.todo('one day');\n  \
     test('throws', () => {\n    throw new TypeError('no');\n  });\n});\n",
);

#[test]
fn counts_places_and_coverage_are_those_that_jest_prints() {
    let sandbox = project(
        &json!({"devDependencies": {"jest": "30"}}),
        &[APP, ("app.test.js", ADDS), MIXED],
    );
    let sandbox = with_threshold(sandbox, &json!(70));
    let gate = check(&sandbox, 1, "failed", "2 tests failed");
    assert_eq!((tool(&gate), counts(&gate)), ("jest", [1, 2, 0, 2]));
    assert_eq!(
        places(&gate),
        [
            "add › is wrong lib/mixed.test.js:5",
            "add › throws lib/mixed.test.js:10"
        ]
    );
    assert_eq!(gate["metrics"]["coverage_percent"], 75.0);
    let said = by_hand(
        &sandbox,
        "jest",
        &["--coverage", "--coverageReporters=text-summary"],
    );
    says(
        &said,
        "Tests:       2 failed, 1 skipped, 1 todo, 1 passed, 5 total",
    );
    says(&said, "Lines        : 75% ( 3/4 )");
    assert!(!sandbox.path("coverage").join("coverage-summary.json").exists());
}

#[test]
fn a_green_run_passes_and_coverage_below_the_limit_names_the_lines() {
    let sandbox = project(&json!({"jest": {}}), &[APP, ("app.test.js", ADDS)]);
    let gate = check(&sandbox, 0, "passed", "1 test passed");
    assert_eq!(counts(&gate), [1, 0, 0, 0]);

    let sandbox = with_threshold(sandbox, &json!(80));
    let gate = check(&sandbox, 1, "failed", "coverage 75.0 % is below 80 %");
    assert_eq!(places(&gate), ["coverage app.js:6"]);
    let sandbox = with_threshold(sandbox, &json!(75));
    check(&sandbox, 0, "passed", "coverage 75.0 %");
}

#[test]
fn the_projects_own_limit_holds_too() {
    let sandbox = project(
        &json!({"jest": {"collectCoverage": true, "coverageThreshold": {"global": {"lines": 90}}}}),
        &[APP, ("app.test.js", ADDS)],
    );
    let gate = check(&sandbox, 1, "failed", "Coverage for lines (75%) does not meet");
    assert_eq!(counts(&gate), [1, 0, 0, 0]);
}

#[test]
fn no_tests_are_no_pass_and_a_file_that_cannot_be_run_fails() {
    let sandbox = project(&json!({"devDependencies": {"jest": "30"}}), &[APP]);
    check(&sandbox, 3, "skipped", "jest found no tests");

    let sandbox = sandbox
        .file("app.test.js", ADDS)
        .file("bad.test.js", "test('x', () => {\n");
    let gate = check(&sandbox, 1, "failed", "1 test ended in an error");
    assert_eq!(counts(&gate), [1, 0, 1, 0]);
    assert_eq!(places(&gate), ["bad.test.js bad.test.js:null"]);
}

#[test]
fn a_test_that_ends_jest_leaves_no_answer() {
    let sandbox = project(
        &json!({"devDependencies": {"jest": "30"}}),
        &[
            APP,
            ("app.test.js", ADDS),
            (
                "exit.test.js",
                "test('leaves', () => {\n  process.exit(0);\n});\n",
            ),
        ],
    );
    let gate = check(&sandbox, 3, "error", "a test ended jest before its time");
    hints(&gate, "process.exit");
}

#[test]
fn a_command_that_would_watch_comes_to_an_end() {
    let sandbox = project(&json!({}), &[APP, ("app.test.js", ADDS)]).config(&json!({
        "quality_gates": {"test_execution": {
            "coverage_threshold": null, "commands": {"javascript": "jest --watchAll --bail"}, "timeout": 60
        }}
    }));
    check(&sandbox, 0, "passed", "1 test passed");
}

#[test]
fn a_script_with_another_before_it_is_run_by_npm_and_read_all_the_same() {
    let sandbox = project(
        &json!({"scripts": {"pretest": "node prepare.js", "test": "jest --ci"}, "jest": {}}),
        &[
            APP,
            ("app.test.js", ADDS),
            ("prepare.js", "require('node:fs').writeFileSync('made', '');\n"),
        ],
    );
    let gate = check(&sandbox, 0, "passed", "1 test passed");
    assert_eq!((tool(&gate), counts(&gate)), ("jest", [1, 0, 0, 0]));
    assert!(sandbox.path("made").exists());
}
