//! What the scripts of `package.json` say that a gate runs, to the verdict.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use serde_json::{Value, json};

use super::bench::{APP, check, counts, hints, places, project, tool, with_threshold};
use crate::support::Sandbox;

const ADDS: (&str, &str) = (
    "app.test.js",
    "const { add } = require('./app');\n\ntest('adds', () => {\n  expect(add(1, 2)).toBe(3);\n});\n",
);

const ESLINT: (&str, &str) = (
    "eslint.config.mjs",
    "export default [{ rules: { \"no-var\": \"error\" } }];\n",
);

fn package(scripts: &Value) -> Value {
    json!({ "scripts": scripts })
}

/// The words of the first step's command, without directories.
fn words(gate: &Value) -> Vec<String> {
    let words = gate["steps"][0]["command"].as_array().unwrap().iter();
    words
        .map(|word| word.as_str().unwrap().rsplit('/').next().unwrap().to_owned())
        .collect()
}

/// Runs one gate without changing a file; gives its part of the report.
#[track_caller]
fn run(sandbox: &Sandbox, name: &str, verdict: &str, reason: &str) -> Value {
    let answer = sandbox.sdd(["gate", name, "--no-fix", "--format", "json"]);
    answer.expect_code(match verdict {
        "passed" => 0,
        "failed" => 1,
        _ => 3,
    });
    let gate = answer.json()["gates"][0].clone();
    assert_eq!(gate["verdict"], verdict, "{gate:#}");
    let said = gate["reason"].as_str().unwrap();
    assert!(said.contains(reason), "{reason:?} is not in {said:?}\n{gate:#}");
    gate
}

#[test]
fn a_package_that_cannot_be_read_has_no_answer_in_any_gate() {
    for (text, reason) in [
        ("{\"scripts\": {\"test\": \"jest\"", "package.json"),
        ("[]", "package.json is not an object"),
        ("", "package.json"),
    ] {
        let sandbox = project(&json!({}), &[APP, ADDS]).file("package.json", text);
        for gate in ["tests", "linting", "formatting", "type_checking", "security"] {
            run(&sandbox, gate, "error", reason);
        }
    }
}

#[test]
fn a_package_without_tests_is_skipped_and_has_not_failed() {
    for (scripts, reason) in [
        (json!({}), "package.json has no test script"),
        (
            json!({"test": "echo \"Error: no test specified\" && exit 1"}),
            "package.json says \"no test specified\"",
        ),
    ] {
        check(&project(&package(&scripts), &[APP]), 3, "skipped", reason);
    }
}

#[test]
fn a_script_that_calls_a_known_runner_is_run_as_that_runner() {
    let sandbox = project(&package(&json!({"test": "jest --ci"})), &[APP, ADDS]);
    let gate = check(&sandbox, 0, "passed", "1 test passed");
    assert_eq!((tool(&gate), counts(&gate)), ("jest", [1, 0, 0, 0]));
    assert_eq!(words(&gate)[..2], ["jest", "--ci"]);

    let hooked =
        json!({"test": "jest --ci", "posttest": "node -e \"require('fs').writeFileSync('made', '')\""});
    let sandbox = project(&package(&hooked), &[APP, ADDS]);
    let gate = check(&sandbox, 0, "passed", "1 test passed");
    assert_eq!((tool(&gate), counts(&gate)), ("jest", [1, 0, 0, 0]));
    assert_eq!(words(&gate)[..4], ["npm", "run", "test", "--"]);
    assert!(sandbox.path("made").exists());
}

#[test]
fn a_script_that_only_calls_another_stands_for_that_one() {
    let scripts = json!({"test": "npm run test:unit", "test:unit": "NODE_ENV=\"some test\" jest --ci"});
    let sandbox = project(&package(&scripts), &[APP, ADDS]);
    let gate = check(&sandbox, 0, "passed", "1 test passed");
    assert_eq!((tool(&gate), counts(&gate)), ("jest", [1, 0, 0, 0]));
    assert_eq!(words(&gate)[..4], ["env", "NODE_ENV=some test", "jest", "--ci"]);

    // Another program that sets variables.
    let scripts = json!({"test": "cross-env CI=1 jest --ci"});
    let sandbox = project(&package(&scripts), &[APP, ADDS]).fake("cross-env", "exec env \"$@\"");
    let gate = check(&sandbox, 0, "passed", "1 test passed");
    assert_eq!(words(&gate)[..4], ["cross-env", "CI=1", "jest", "--ci"]);

    // The arguments that are given on the way, behind a script that others belong to.
    let scripts = json!({"test": "npm run unit -- -t nothing", "unit": "jest --ci", "preunit": "node -e 0"});
    let sandbox = project(&package(&scripts), &[APP, ADDS]);
    let gate = check(&sandbox, 3, "error", "");
    assert_eq!(words(&gate)[..6], ["npm", "run", "unit", "--", "-t", "nothing"]);

    let scripts = json!({"test": "npm run unit", "unit": "jest --ci || true"});
    let sandbox = project(&package(&scripts), &[APP, ADDS]);
    check(&sandbox, 3, "error", "scripts.unit always succeeds");
    let sandbox = sandbox.config(&json!({
        "quality_gates": {"test_execution": {"coverage_threshold": null, "commands": {"javascript": "npm test"}}}
    }));
    check(
        &sandbox,
        3,
        "error",
        "scripts.unit, which the command runs, always succeeds",
    );
}

#[test]
fn a_script_that_fails_before_the_tests_is_no_pass() {
    let hooked = json!({"pretest": "node -e \"process.exit(1)\"", "test": "jest --ci"});
    let sandbox = project(&package(&hooked), &[APP, ADDS]);
    check(&sandbox, 3, "error", "");
}

#[test]
fn a_script_that_nobody_knows_is_run_and_its_exit_code_is_the_answer() {
    let sandbox = project(
        &package(&json!({"test": "node check.js"})),
        &[("check.js", "process.exit(0);\n")],
    );
    let gate = check(&sandbox, 0, "passed", "the test command succeeded");
    assert_eq!(words(&gate), ["npm", "run", "test"]);
    sandbox.rewrite("check.js", "process.exit(7);\n");
    check(&sandbox, 1, "failed", "exit code");
    sandbox.rewrite("check.js", "process.kill(process.pid, 'SIGKILL');\n");
    let answer = sandbox.sdd(["gate", "tests", "--format", "json"]);
    assert_ne!(answer.code(), Some(0));
}

#[test]
fn a_configured_call_of_a_script_is_recognised() {
    let sandbox = project(&package(&json!({"test": "jest --ci"})), &[APP, ADDS]).config(&json!({
        "quality_gates": {"test_execution": {"coverage_threshold": 70, "commands": {"javascript": "npm test"}}}
    }));
    let gate = check(&sandbox, 0, "passed", "1 test passed, coverage 75.0 %");
    assert_eq!((tool(&gate), counts(&gate)), ("jest", [1, 0, 0, 0]));
}

#[test]
fn a_script_that_measures_coverage_by_itself_is_read() {
    let sandbox = project(
        &package(&json!({"test": "c8 mocha"})),
        &[
            APP,
            (
                "test/app.js",
                "const { add } = require('../app');\n\nit('adds', () => {\n  if (add(1, 2) !== 3) throw new Error('no');\n});\n",
            ),
        ],
    );
    let gate = check(
        &with_threshold(sandbox, &json!(80)),
        0,
        "passed",
        "1 test passed, coverage 85.7 %",
    );
    assert_eq!((tool(&gate), counts(&gate)), ("mocha", [1, 0, 0, 0]));
}

#[test]
fn the_arguments_of_a_lint_script_are_used_and_it_rewrites_nothing() {
    let untidy = "var a = 1;\nexport default a;\n";
    let files = [ESLINT, ("src/a.js", untidy), ("other/b.js", untidy)];
    let sandbox = project(&package(&json!({"lint": "eslint src"})), &files);
    let gate = run(&sandbox, "linting", "failed", "1 finding");
    assert_eq!(places(&gate), ["no-var src/a.js:1"]);

    let sandbox = project(&package(&json!({"lint": "eslint --fix ."})), &files);
    let gate = run(&sandbox, "linting", "failed", "2 findings");
    assert_eq!(places(&gate), ["no-var other/b.js:1", "no-var src/a.js:1"]);
    assert_eq!(
        (
            sandbox.read("src/a.js").as_str(),
            sandbox.read("other/b.js").as_str()
        ),
        (untidy, untidy)
    );

    // One that nobody can take apart is not run at all when it says that it rewrites.
    let sandbox = project(
        &package(&json!({"lint": "node lint.js --fix"})),
        &[("lint.js", "require('fs').writeFileSync('made', '');\n")],
    );
    let answer = sandbox.sdd(["gate", "linting", "--no-fix"]);
    answer.expect_code(3);
    assert!(!sandbox.path("made").exists());
}

#[test]
fn tools_without_their_settings_have_no_answer() {
    let sandbox = project(
        &package(&json!({"lint": "eslint .", "typecheck": "tsc --noEmit"})),
        &[APP],
    );
    let gate = run(&sandbox, "linting", "error", "eslint.config");
    hints(&gate, "eslint.config.js");
    run(&sandbox, "type_checking", "error", "tsc");
}

#[test]
fn packages_that_are_not_installed_come_with_the_command_that_installs_them() {
    let sandbox = Sandbox::new()
        .programs(&["node", "npm"])
        .file("package.json", json!({"scripts": {"test": "jest", "lint": "eslint ."}, "devDependencies": {"jest": "30", "eslint": "9"}}).to_string())
        .file("package-lock.json", json!({"name": "x", "lockfileVersion": 3, "packages": {}}).to_string())
        .file(ADDS.0, ADDS.1)
        .file(APP.0, APP.1)
        .config(&json!({}));
    let gate = check(&sandbox, 3, "error", "jest is not installed");
    hints(&gate, "npm ci");
    let gate = run(&sandbox, "linting", "error", "eslint is not installed");
    hints(&gate, "npm ci");
}

#[test]
fn a_broken_member_of_a_workspace_is_never_passed_over() {
    let root = json!({"private": true, "workspaces": ["packages/good", "packages/broken", "packages/gone"]});
    let good = json!({"scripts": {"test": "jest --ci"}}).to_string();
    let sandbox = project(
        &root,
        &[
            ("packages/good/package.json", &good),
            ("packages/good/app.js", APP.1),
            ("packages/good/app.test.js", ADDS.1),
            (
                "packages/broken/package.json",
                "{\"scripts\": {\"test\": \"jest\"",
            ),
        ],
    );
    let answer = sandbox.sdd(["gate", "tests", "--format", "json"]);
    answer.expect_code(3);
    let report = answer.json();
    let steps = report["gates"][0]["steps"].as_array().unwrap();
    let of = |unit: &str| steps.iter().find(|step| step["unit"] == unit).unwrap()["verdict"].clone();
    assert_eq!(
        (of("packages/good"), of("packages/broken")),
        (json!("passed"), json!("error"))
    );
    let warnings = report["warnings"].to_string();
    assert!(warnings.contains("packages/gone"), "{warnings}");
}

#[test]
fn a_configured_command_is_no_better_than_the_script_that_it_runs() {
    for (scripts, command, reason) in [
        (
            json!({"test": "node check.js || true"}),
            "npm test",
            "always succeeds",
        ),
        (
            json!({"test": "node check.js || true"}),
            "npm run test --silent",
            "always succeeds",
        ),
        (json!({}), "npm run test --if-present", "has no script"),
        (
            json!({"test": "echo \"Error: no test specified\" && exit 1"}),
            "npm test -- --coverage",
            "no test specified",
        ),
    ] {
        let package = json!({"name": "a", "version": "1.0.0", "scripts": scripts});
        let sandbox = crate::support::Sandbox::new()
            .file("package.json", package.to_string())
            .config(&json!({"quality_gates": {"test_execution": {
                "coverage_threshold": null, "commands": {"javascript": command}
            }}}));
        let answer = sandbox.sdd(["gate", "tests", "--format", "json"]);
        answer.expect_code(3);
        let report = answer.json();
        let said = report["gates"][0]["reason"].as_str().unwrap();
        assert!(said.contains(reason), "{command}: {said}");
    }
}

#[test]
fn a_script_that_is_more_than_one_tool_decides_and_not_that_tool() {
    // As vue-tsc sees what tsc does not, so does this one.
    let stricter = |name: &str| json!({name: "node -e \"process.exit(7)\" && true"});
    let files = [
        ("tsconfig.json", "{\"compilerOptions\": {\"noEmit\": true}}\n"),
        ("a.ts", "export const a: number = 1;\n"),
        ESLINT,
    ];
    let sandbox = project(&package(&stricter("typecheck")), &files);
    run(&sandbox, "type_checking", "failed", "exit code 7");
    let sandbox = project(&package(&stricter("lint")), &files);
    run(&sandbox, "linting", "failed", "exit code 7");
    // One that may rewrite files is not run, whatever else it does.
    let fixing = json!({"lint": "node -e \"process.exit(7)\" --fix && true"});
    let gate = project(&package(&fixing), &[ESLINT, ("a.js", "let a = 1;\n")]);
    run(&gate, "linting", "passed", "no findings");
}

#[test]
fn a_report_decides_whatever_the_command_ends_with() {
    let recipe = json!({
        "command": {"shell": "cp ../kept.sarif found.sarif; exit 0"}, "sarif": "found.sarif"
    });
    let sarif = |results: &str| {
        format!(
            r#"{{"version": "2.1.0", "runs": [{{"tool": {{"driver": {{"name": "t"}}}}, "results": [{results}]}}]}}"#
        )
    };
    for (results, verdict, reason) in [
        (
            r#"{"level": "error", "message": {"text": "no"}}"#,
            "failed",
            "1 finding",
        ),
        ("", "passed", "no findings"),
    ] {
        let sandbox = Sandbox::new()
            .file("kept.sarif", sarif(results))
            .file("zz/zz.toml", "")
            .config(&json!({"languages": {"zz": {"markers": ["zz.toml"], "gates": {"linting": recipe}}}}));
        run(&sandbox, "linting", verdict, reason);
    }
    let hollow = json!({"languages": {"zz": {"markers": ["zz.toml"], "gates": {
        "linting": {"command": {"shell": "scan; exit 0"}}
    }}}});
    let sandbox = Sandbox::new().file("zz.toml", "").config(&hollow);
    let gate = run(&sandbox, "linting", "error", "always succeeds");
    hints(&gate, "languages.zz.gates.linting");
}
