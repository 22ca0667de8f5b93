//! vitest.

use serde_json::{Value, json};

use super::bench::{APP_MODULE, by_hand, check, counts, hints, places, project, says, tool, with_threshold};

const ADDS: &str = "import { expect, test } from 'vitest';\nimport { add } from './app.js';\n\ntest('adds', () => {\n  \
                    expect(add(1, 2)).toBe(3);\n});\n";

const MIXED: (&str, &str) = (
    "lib/mixed.test.js",
    "import { describe, expect, test } from 'vitest';\nimport { add } from '../app.js';\n\ndescribe('add', () => {\n  \
     test('is wrong', () => {\n    expect(add(1, 2)).toBe(4);\n  });\n  test.skip('later', () => {});\n  \
     test.todo('one day');\n});\n",
);

fn package() -> Value {
    json!({"type": "module", "devDependencies": {"vitest": "3"}})
}

#[test]
fn counts_places_and_coverage_are_those_that_vitest_prints() {
    let sandbox = project(&package(), &[APP_MODULE, ("app.test.js", ADDS), MIXED]);
    let sandbox = with_threshold(sandbox, &json!(50));
    let gate = check(&sandbox, 1, "failed", "1 test failed");
    assert_eq!((tool(&gate), counts(&gate)), ("vitest", [1, 1, 0, 2]));
    assert_eq!(places(&gate), ["add › is wrong lib/mixed.test.js:6"]);
    assert_eq!(gate["metrics"]["coverage_percent"], 66.66);
    let args = [
        "run",
        "--coverage",
        "--coverage.reporter=text-summary",
        "--coverage.reportOnFailure",
    ];
    let said = by_hand(&sandbox, "vitest", &args);
    says(&said, "Tests  1 failed | 1 passed | 1 skipped | 1 todo (4)");
    says(&said, "Lines        : 66.66% ( 4/6 )");
}

#[test]
fn a_green_run_passes_and_coverage_below_the_limit_names_the_lines() {
    // With a report of the project's own, which is left out: two cannot go to one file.
    let own = "export default { test: { reporters: ['junit'], outputFile: 'mine.xml' } };\n";
    let sandbox = project(
        &package(),
        &[APP_MODULE, ("app.test.js", ADDS), ("vitest.config.js", own)],
    );
    check(&sandbox, 0, "passed", "1 test passed");
    assert!(!sandbox.path("mine.xml").exists());
    let sandbox = with_threshold(sandbox, &json!(80));
    let gate = check(&sandbox, 1, "failed", "coverage 66.7 % is below 80 %");
    assert_eq!(places(&gate), ["coverage app.js:6"]);
}

#[test]
fn a_provider_that_is_missing_is_named() {
    let sandbox = project(
        &package(),
        &[
            APP_MODULE,
            ("app.test.js", ADDS),
            (
                "vitest.config.js",
                "export default { test: { coverage: { provider: 'istanbul' } } };\n",
            ),
        ],
    );
    let sandbox = with_threshold(sandbox, &json!(80));
    let gate = check(&sandbox, 3, "error", "vitest needs @vitest/coverage-istanbul");
    hints(&gate, "npm install --save-dev @vitest/coverage-istanbul");
}

#[test]
fn an_error_outside_of_tests_fails_although_every_test_passed() {
    let sandbox = project(
        &package(),
        &[(
            "a.test.js",
            "import { test } from 'vitest';\n\ntest('one', async () => {\n  Promise.reject(new Error('nobody'));\n  \
             await new Promise((done) => setTimeout(done, 50));\n});\n",
        )],
    );
    let gate = check(&sandbox, 1, "failed", "1 test ended in an error");
    assert_eq!(counts(&gate), [1, 0, 1, 0]);
    assert_eq!(places(&gate), ["unhandled error a.test.js:4"]);
}

#[test]
fn an_error_outside_of_tests_is_never_ignored() {
    let rejects = (
        "a.test.js",
        "import { test } from 'vitest';\n\ntest('one', async () => {\n  Promise.reject(new Error('nobody'));\n  \
         await new Promise((done) => setTimeout(done, 50));\n});\n",
    );
    let ignoring = "export default { test: { dangerouslyIgnoreUnhandledErrors: true } };\n";
    for (script, settings) in [
        (
            "vitest run --dangerouslyIgnoreUnhandledErrors",
            "export default {};\n",
        ),
        ("vitest run", ignoring),
    ] {
        let sandbox = project(
            &json!({"type": "module", "scripts": {"test": script}}),
            &[rejects, ("vitest.config.js", settings)],
        );
        check(&sandbox, 1, "failed", "1 test ended in an error");
    }
}

#[test]
fn a_script_that_says_what_sdd_says_is_run() {
    for script in [
        "vitest --run",
        "vitest related app.js --run",
        "vitest run --coverage.enabled=false",
        "vitest --run --no-coverage",
    ] {
        let sandbox = project(
            &json!({"type": "module", "scripts": {"test": script}}),
            &[APP_MODULE, ("app.test.js", ADDS)],
        );
        let sandbox = with_threshold(sandbox, &json!(50));
        check(&sandbox, 0, "passed", "1 test passed, coverage 66.7 %");
    }
}

#[test]
fn no_tests_are_no_pass_and_a_file_that_cannot_be_run_fails() {
    let sandbox = project(&package(), &[APP_MODULE]);
    check(&sandbox, 3, "skipped", "vitest found no test files");
    let sandbox = sandbox.file("bad.test.js", "import './nothing.js';\n");
    let gate = check(&sandbox, 1, "failed", "1 test ended in an error");
    assert_eq!(places(&gate), ["bad.test.js bad.test.js:null"]);
}

#[test]
fn a_command_that_would_watch_comes_to_an_end() {
    let sandbox = project(&package(), &[APP_MODULE, ("app.test.js", ADDS)]).config(&json!({
        "quality_gates": {"test_execution": {
            "coverage_threshold": null, "commands": {"javascript": "vitest watch"}, "timeout": 60
        }}
    }));
    check(&sandbox, 0, "passed", "1 test passed");
}

#[test]
fn typescript_is_run_as_it_is() {
    let sandbox = project(
        &package(),
        &[
            ("tsconfig.json", "{}\n"),
            (
                "src/app.ts",
                "export const add = (a: number, b: number): number => a + b;\n",
            ),
            (
                "src/app.test.ts",
                "import { expect, test } from 'vitest';\nimport { add } from './app';\n\ntype Pair = [number, number];\n\n\
                 test('adds', () => {\n  const pair: Pair = [1, 2];\n  expect(add(...pair)).toBe(4);\n});\n",
            ),
        ],
    );
    let gate = check(&sandbox, 1, "failed", "1 test failed");
    assert_eq!(gate["steps"][0]["language"], "typescript");
    assert_eq!(places(&gate), ["adds src/app.test.ts:8"]);
}
