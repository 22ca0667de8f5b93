//! mocha, with c8 and nyc.

use serde_json::json;

use super::bench::{
    APP, by_hand, check, counts, hints, places, project, project_without, says, tool, with_threshold,
};

const ADDS: &str = "const assert = require('node:assert');\nconst { add } = require('../app');\n\nit('adds', () => {\n  \
                    assert.strictEqual(add(1, 2), 3);\n});\n";

const MIXED: (&str, &str) = (
    "test/mixed.js",
    "const assert = require('node:assert');\n\ndescribe('a', () => {\n  it('is wrong', () => {\n    \
     assert.strictEqual(1, 2);\n  });\n  it.skip('later', () => {});\n  it('one day');\n});\n",
);

#[test]
fn counts_places_and_coverage_are_those_that_mocha_and_c8_print() {
    let sandbox = project(
        &json!({"devDependencies": {"mocha": "12", "c8": "12"}}),
        &[APP, ("test/app.js", ADDS), MIXED],
    );
    let sandbox = with_threshold(sandbox, &json!(80));
    let gate = check(&sandbox, 1, "failed", "1 test failed");
    assert_eq!((tool(&gate), counts(&gate)), ("mocha", [1, 1, 0, 2]));
    assert_eq!(places(&gate), ["a › is wrong test/mixed.js:5"]);
    assert_eq!(gate["metrics"]["coverage_percent"], 85.71);
    let said = by_hand(&sandbox, "c8", &["--reporter=text-summary", "mocha"]);
    for line in ["1 passing", "2 pending", "1 failing"] {
        assert!(said.lines().any(|found| found.trim().starts_with(line)), "{said}");
    }
    says(&said, "Lines        : 85.71% ( 6/7 )");
}

#[test]
fn nyc_measures_where_the_project_declares_it() {
    let sandbox = project(
        &json!({"scripts": {"test": "nyc mocha"}, "devDependencies": {"mocha": "12", "nyc": "18"}}),
        &[APP, ("test/app.js", ADDS)],
    );
    let sandbox = with_threshold(sandbox, &json!(80));
    let gate = check(&sandbox, 1, "failed", "coverage 75.0 % is below 80 %");
    assert_eq!(places(&gate), ["coverage app.js:6"]);
    let said = by_hand(&sandbox, "nyc", &["--reporter=text-summary", "mocha"]);
    says(&said, "Lines        : 75% ( 3/4 )");
}

#[test]
fn without_c8_and_nyc_there_is_no_coverage_and_no_pass() {
    let sandbox = project_without(
        &["c8", "nyc"],
        &json!({"devDependencies": {"mocha": "12"}}),
        &[APP, ("test/app.js", ADDS)],
    );
    check(&sandbox, 0, "passed", "1 test passed");
    let sandbox = with_threshold(sandbox, &json!(80));
    let gate = check(
        &sandbox,
        3,
        "error",
        "there is no coverage report that can be used",
    );
    hints(&gate, "npm install --save-dev c8");
}

#[test]
fn no_tests_are_no_pass_and_files_that_cannot_be_loaded_fail() {
    let sandbox = project(&json!({"devDependencies": {"mocha": "12"}}), &[APP]);
    check(&sandbox, 3, "skipped", "no test files found");
    let sandbox = sandbox
        .file("test/app.js", ADDS)
        .file("test/bad.js", "require('./nothing');\n");
    let gate = check(&sandbox, 1, "failed", "1 test ended in an error");
    assert_eq!(places(&gate), ["test files test/bad.js:null"]);
}

#[test]
fn a_test_that_ends_mocha_leaves_no_answer() {
    let sandbox = project(
        &json!({"devDependencies": {"mocha": "12"}}),
        &[("test/a.js", "it('leaves', () => {\n  process.exit(0);\n});\n")],
    );
    let gate = check(&sandbox, 3, "error", "left no report that can be read");
    hints(&gate, "process.exit");
}

#[test]
fn a_command_that_would_watch_comes_to_an_end() {
    let sandbox = project(&json!({}), &[APP, ("test/app.js", ADDS)]).config(&json!({
        "quality_gates": {"test_execution": {
            "coverage_threshold": null, "commands": {"javascript": "mocha --watch --reporter dot"}, "timeout": 60
        }}
    }));
    check(&sandbox, 0, "passed", "1 test passed");
}

#[test]
fn a_run_that_does_not_end_has_no_answer_although_its_report_is_there() {
    let sandbox = project(
        &json!({"devDependencies": {"mocha": "12"}}),
        &[(
            "test/a.js",
            "it('passes', () => {\n  setInterval(() => {}, 1000);\n});\n",
        )],
    )
    .config(&json!({"quality_gates": {"test_execution": {"coverage_threshold": null, "timeout": 6}}}));
    check(&sandbox, 3, "error", "timed out after 6 s");
}

#[test]
fn a_dry_run_is_no_run_wherever_it_is_asked_for() {
    let throws = (
        "test/a.js",
        "it('throws', () => {\n  throw new Error('no');\n});\n",
    );
    for (script, settings) in [
        ("mocha --dry-run", "{}"),
        ("mocha --dryRun", "{}"),
        ("mocha", "{\"dry-run\": true}"),
        ("mocha", "{\"dryRun\": true}"),
    ] {
        let sandbox = project(
            &json!({"scripts": {"test": script}}),
            &[throws, (".mocharc.json", settings)],
        );
        let gate = check(&sandbox, 1, "failed", "1 test failed");
        assert_eq!(counts(&gate), [0, 1, 0, 0], "{script} {settings}");
    }
}

#[test]
fn a_configured_command_may_measure_coverage_by_itself() {
    for (command, coverage) in [
        ("c8 mocha", "85.7"),
        ("c8 -r lcov --lines 1 node_modules/.bin/mocha", "85.7"),
        ("nyc mocha", "75.0"),
    ] {
        let declared = command.split(' ').next();
        let sandbox = project(
            &json!({"devDependencies": {declared.unwrap_or(""): "1"}}),
            &[APP, ("test/app.js", ADDS)],
        )
        .config(&json!({"quality_gates": {"test_execution": {
            "coverage_threshold": 50, "commands": {"javascript": command}, "timeout": 60
        }}}));
        let gate = check(
            &sandbox,
            0,
            "passed",
            &format!("1 test passed, coverage {coverage} %"),
        );
        assert_eq!((tool(&gate), counts(&gate)), ("mocha", [1, 0, 0, 0]), "{command}");
    }
}

#[test]
fn a_script_with_another_before_it_that_measures_coverage_by_itself_comes_to_an_end() {
    let sandbox = project(
        &json!({"scripts": {"pretest": "node -e 1", "test": "c8 mocha"}}),
        &[APP, ("test/app.js", ADDS)],
    );
    let sandbox = with_threshold(sandbox, &json!(50));
    check(&sandbox, 3, "error", "coverage");
}
