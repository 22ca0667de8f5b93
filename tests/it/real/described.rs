//! Languages that only the configuration knows, and settings of single units.

use serde_json::json;

use super::{check, judge};
use crate::support::Sandbox;

/// A language whose tools write the common formats: pytest and ruff stand for them, told what to do word by word.
fn described() -> Sandbox {
    Sandbox::new()
        .git()
        .venv()
        .file("lab/notes.lab", "name: notes\n")
        .file("lab/notes.py", "def one() -> int:\n    return 1\n\n\ndef two() -> int:\n    return 2\n")
        .file(
            "lab/test_notes.py",
            "from notes import one\n\n\ndef test_one() -> None:\n    assert one() == 1\n",
        )
        .config(&json!({
            "languages": {"lab": {
                "markers": ["*.lab"],
                "coverage_threshold": 50,
                "gates": {
                    "tests": {
                        "command": "pytest -p no:cacheprovider --junitxml={out}/junit.xml --cov --cov-report=lcov:{out}/lcov.info",
                        "junit": "{out}/junit.xml", "coverage": "{out}/lcov.info"
                    },
                    "linting": {"command": "ruff check --no-cache --output-format=sarif .", "sarif": "-"},
                    "formatting": {"command": "ruff format --no-cache --check .", "fix": "ruff format --no-cache ."},
                    "type_checking": null,
                    "security": "ruff check --no-cache --select=S --ignore=S101 ."
                }
            }}
        }))
}

#[test]
fn a_described_language_has_every_gate() {
    let sandbox = described();
    let answer = sandbox.sdd(["complete", "--no-fix", "--format", "json"]);
    answer.expect_code(0);
    let report = answer.json();
    let units = report["project"]["units"].as_array().unwrap();
    assert_eq!(units.len(), 1, "{units:#?}");
    assert_eq!(units[0]["language"], "lab");
    assert_eq!(units[0]["markers"], json!(["notes.lab"]));
    let tests = judge(&sandbox, &answer, "tests", 0, "passed", "1 test passed, coverage");
    assert_eq!(tests["metrics"]["tests_passed"], 1);
    assert_eq!(tests["metrics"]["coverage_threshold"], 50.0);
    judge(&sandbox, &answer, "linting", 0, "passed", "no findings");
    judge(&sandbox, &answer, "formatting", 0, "passed", "");
    judge(
        &sandbox,
        &answer,
        "type_checking",
        0,
        "skipped",
        "no type checker is configured",
    );
    judge(&sandbox, &answer, "security", 0, "passed", "nothing was found");
}

#[test]
fn its_reports_decide() {
    let sandbox = described();
    sandbox.rewrite("lab/notes.py", "import os\n\ndef one() -> int:\n    return 2\n");
    let answer = sandbox.sdd(["gate", "tests", "linting", "--no-fix", "--format", "json"]);
    answer.expect_code(1);
    let linting = judge(&sandbox, &answer, "linting", 1, "failed", "2 findings");
    let unused = linting["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|found| found["rule"] == "F401")
        .unwrap();
    assert_eq!(
        (&unused["path"], &unused["line"]),
        (&json!("lab/notes.py"), &json!(1))
    );
    let tests = judge(&sandbox, &answer, "tests", 1, "failed", "1 test failed");
    assert!(
        tests["findings"][0]["message"]
            .as_str()
            .unwrap()
            .contains("test_one")
    );

    // A report that is not written is no answer, however the command ended.
    let broken = Sandbox::new().file("a.lab", "").config(&json!({"languages": {"lab": {
        "markers": ["*.lab"], "gates": {"tests": {"command": "true", "junit": "junit.xml"}, "linting": "test -d .",
        "formatting": "test -d .", "security": null}
    }}}));
    let answer = broken.sdd(["gate", "tests", "--format", "json"]);
    judge(
        &broken,
        &answer,
        "tests",
        3,
        "error",
        "the JUnit report cannot be used: it was not written",
    );
    // Nor is one of an earlier run.
    broken.rewrite(
        "junit.xml",
        "<testsuite name=\"s\"><testcase name=\"a\"/></testsuite>",
    );
    let answer = broken.sdd(["gate", "tests", "--format", "json"]);
    judge(&broken, &answer, "tests", 3, "error", "it is older than this run");
}

#[test]
fn a_gate_that_the_language_says_nothing_about_is_no_pass() {
    let sandbox = Sandbox::new()
        .file("a.lab", "")
        .config(&json!({"languages": {"lab": {"markers": ["*.lab"], "gates": {"linting": "test -d ."}}}}));
    let answer = sandbox.sdd(["gate", "tests", "--format", "json"]);
    judge(
        &sandbox,
        &answer,
        "tests",
        3,
        "error",
        "languages.lab.gates in config.json has nothing for tests",
    );
    check(&sandbox, "linting", 0, "passed", "exit code 0");
}

#[test]
fn units_have_settings_of_their_own() {
    let manifest = "[project]\nname = \"x\"\nversion = \"1\"\n";
    let sandbox = Sandbox::new()
        .venv()
        .file("a/pyproject.toml", manifest)
        .file("a/mod.py", "def f():\n    return 1\n\n\ndef g():\n    return 2\n")
        .file(
            "a/test_a.py",
            "from mod import f\n\n\ndef test_a():\n    assert f() == 1\n",
        )
        .file("b/pyproject.toml", manifest)
        .file("b/test_b.py", "import nothing\n")
        .config(&json!({
            "units": [
                {"path": "./a/", "coverage_threshold": 50, "commands": {"linting": "false"}},
                {"path": "b", "language": "python", "gates": ["formatting"]},
            ],
        }));
    let answer = sandbox.sdd(["gate", "tests", "linting", "--no-fix", "--format", "json"]);
    answer.expect_code(1);
    let tests = judge(&sandbox, &answer, "tests", 1, "passed", "1 test passed");
    assert_eq!(tests["metrics"]["coverage_threshold"], 50.0);
    judge(&sandbox, &answer, "linting", 1, "failed", "exit code 1");
    let plan = sandbox.sdd(["gate", "tests", "--plan"]);
    assert!(
        plan.stdout.contains("leaves this gate out for b"),
        "{}",
        plan.stdout
    );
    // What passed says nothing of a unit that is left out, and --strict allows what was chosen.
    for last in ["--no-fix", "--strict"] {
        let answer = sandbox.sdd(["gate", "tests", "--format", "json", last]);
        judge(&sandbox, &answer, "tests", 0, "passed", "; left out: b (python)");
    }
}

#[test]
fn a_coverage_report_that_is_named_must_be_whole_without_a_threshold_too() {
    const LCOV: &str = "SF:a.lab\nDA:1,1\nDA:2,0\nend_of_record\n";
    for (lcov, code, verdict, reason) in [
        (LCOV, 0, "passed", "1 test passed, coverage 50.0 %"),
        (&LCOV[..20], 3, "error", "the coverage report cannot be used"),
        ("", 3, "error", "the coverage report cannot be used"),
    ] {
        let sandbox = Sandbox::new()
            .file("a.lab", "")
            .file(
                "made.xml",
                r#"<testsuite tests="1"><testcase name="a"/></testsuite>"#,
            )
            .file("made.info", lcov)
            .config(
                &json!({"languages": {"lab": {"markers": ["a.lab"], "gates": {"tests": {
                    "shell": "cp made.xml {out}/junit.xml && cp made.info {out}/lcov.info",
                    "junit": "{out}/junit.xml", "coverage": "{out}/lcov.info",
                }}}}}),
            );
        let answer = sandbox.sdd(["gate", "tests", "--format", "json"]);
        let gate = judge(&sandbox, &answer, "tests", code, verdict, reason);
        if code == 0 {
            assert_eq!(gate["metrics"]["coverage_percent"], 50.0);
            assert!(gate["metrics"]["coverage_threshold"].is_null());
        }
    }
}

#[test]
fn a_described_language_whose_markers_fit_nothing_is_told_of() {
    let sandbox = Sandbox::new().file("mix.exs", "").config(&json!({"languages": {
        "elixir": {"markers": ["mix.exx"]},
        "other": {"markers": ["mix.exs"]},
    }}));
    let answer = sandbox.sdd(["gate", "custom", "--format", "json"]);
    let report = answer.json();
    let warnings = report["warnings"].to_string();
    let expect = "languages.elixir: no file fits its markers (mix.exx)";
    assert!(warnings.contains(expect), "{warnings}");
    assert!(!warnings.contains("languages.other"), "{warnings}");
}

#[test]
fn every_command_refuses_settings_for_no_unit() {
    let sandbox = Sandbox::new()
        .file("api/pyproject.toml", "[project]\nname = \"x\"\n")
        .config(&json!({"units": [{"path": "api"}, {"path": "apii"}]}));
    for answer in [sandbox.sdd(["gate", "custom"]), sandbox.sdd(["doctor"])] {
        answer.expect_code(2);
        assert!(answer.stderr.contains("names apii"), "{}", answer.stderr);
    }
    let answer = sandbox.sdd(["config", "check"]);
    answer.expect_code(2);
    let found = &answer.stdout;
    assert!(
        found.contains("units[1].path: `units` in the configuration names apii"),
        "{found}"
    );
    assert!(found.contains("hint: the units are: api"), "{found}");
    let answer = sandbox.sdd(["config", "check", "--format", "json"]);
    answer.expect_code(2);
    assert_eq!(answer.json()["verdict"], "failed");
}

#[test]
fn settings_for_what_is_no_unit_are_refused() {
    for (config, part) in [
        (json!({"units": [{"path": "web"}]}), "names web, which is no unit"),
        (json!({"units": [{"path": "../x"}]}), "inside of the project"),
        (
            json!({"units": [{"path": "a", "language": "pyton"}]}),
            "did you mean `python`?",
        ),
        (
            json!({"units": [{"path": "a"}, {"path": "./a"}]}),
            "settings twice",
        ),
        (
            json!({"languages": {"python": {"markers": ["x"]}}}),
            "sdd knows this language",
        ),
        (json!({"languages": {"zig": {}}}), "expected `markers`"),
        (
            json!({"languages": {"zig": {"markers": ["a/b"]}}}),
            "at most one `*`",
        ),
        (
            json!({"languages": {"zig": {"markers": ["z"], "gates": {"custom": "true"}}}}),
            "takes rules",
        ),
        (
            json!({"languages": {"zig": {"markers": ["z"], "gates": {"lint": "true"}}}}),
            "lint",
        ),
    ] {
        let sandbox = Sandbox::new()
            .file("a/pyproject.toml", "[project]\nname = \"x\"\n")
            .config(&config);
        let answer = sandbox.sdd(["gate", "custom"]);
        answer.expect_code(2);
        assert!(answer.stderr.contains(part), "{config}: {}", answer.stderr);
    }
}

#[test]
fn a_directory_is_a_unit_by_declaration() {
    let sandbox = Sandbox::new().venv().file("tools/run", "").config(
        &json!({"units": [{"path": "tools", "language": "go", "commands": {"linting": "test -d ."}}]}),
    );
    let answer = sandbox.sdd(["gate", "linting", "--format", "json"]);
    answer.expect_code(0);
    assert_eq!(answer.json()["project"]["units"][0]["path"], "tools");
}

#[test]
fn the_doctor_sees_what_a_described_language_lacks() {
    let sandbox = Sandbox::new()
        .file("a.lab", "")
        .config(&json!({"languages": {"lab": {
            "markers": ["*.lab"], "gates": {"tests": "labtest --all", "security": null}
        }}}));
    let answer = sandbox.sdd(["doctor"]);
    answer.expect_code(3);
    assert!(answer.stdout.contains("labtest"), "{}", answer.stdout);
}
