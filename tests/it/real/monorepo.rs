//! Several units in one project, below a directory whose name is not plain.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Gates, check, judge, places};
use crate::support::Sandbox;

const TEST: &str = "def test_x():\n    assert True\n";

/// A Python unit at the root, one below, and a Rust crate.
fn monorepo() -> Sandbox {
    let manifest = |name: &str| format!("[project]\nname = \"{name}\"\nversion = \"1\"\n");
    Sandbox::named("mein Mono – ünï")
        .git()
        .venv()
        .rust()
        .file(".gitignore", "target/\n__pycache__/\n")
        .file(
            "pyproject.toml",
            manifest("root") + "[tool.pytest.ini_options]\ntestpaths = [\"tests\"]\n",
        )
        .file("tests/test_root.py", TEST)
        .file("services/api b/pyproject.toml", manifest("api"))
        .file("services/api b/test_api.py", TEST)
        .file(
            "crates/kern/Cargo.toml",
            "[package]\nname = \"kern\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
        )
        .file(
            "crates/kern/Cargo.lock",
            "version = 4\n\n[[package]]\nname = \"kern\"\nversion = \"0.1.0\"\n",
        )
        .file(
            "crates/kern/src/lib.rs",
            "pub fn one() -> u8 {\n    1\n}\n\n#[test]\nfn is_one() {\n    assert_eq!(one(), 1);\n}\n",
        )
        .gates(&json!({"test_execution": {"coverage_threshold": null}}))
}

/// How often each unit was looked at, as `unit language`.
fn units(gate: &Value) -> BTreeMap<String, usize> {
    let mut units = BTreeMap::new();
    for step in gate["steps"].as_array().unwrap() {
        let name = format!(
            "{} {}",
            step["unit"].as_str().unwrap(),
            step["language"].as_str().unwrap()
        );
        *units.entry(name).or_default() += 1;
    }
    units
}

#[track_caller]
fn each_unit_once(gate: &Value) {
    let expect = [". python", "crates/kern rust", "services/api b python"].map(|name| (name.to_owned(), 1));
    assert_eq!(units(gate), BTreeMap::from(expect));
}

#[test]
fn every_gate_runs_once_a_unit() {
    let sandbox = monorepo();
    let answer = sandbox.sdd([
        "gate",
        "tests",
        "linting",
        "formatting",
        "--no-fix",
        "--format",
        "json",
    ]);
    for (gate, reason) in [
        ("tests", "3 tests passed"),
        ("linting", "no findings"),
        ("formatting", "every file"),
    ] {
        each_unit_once(&judge(&sandbox, &answer, gate, 0, "passed", reason));
    }
}

#[test]
fn findings_are_named_from_the_root_and_once() {
    let sandbox = monorepo().file("services/api b/extra ü.py", "import os\n").file(
        "crates/kern/src/lib.rs",
        "pub fn one() -> u8 {\n    return 1;\n}\n",
    );
    let answer = sandbox.sdd(["gate", "linting", "--no-fix", "--format", "json"]);
    let gate = judge(&sandbox, &answer, "linting", 1, "failed", "2 findings");
    assert_eq!(gate["metrics"]["findings"], 2);
    assert!(
        gate["steps"]
            .as_array()
            .unwrap()
            .iter()
            .all(|step| step["output_tail"] == serde_json::json!([])),
        "findings say it better than output: {gate:#}"
    );
    let mut found = places(&gate);
    found.sort();
    assert_eq!(
        found,
        [
            "F401 services/api b/extra ü.py:1",
            "clippy::needless_return crates/kern/src/lib.rs:2"
        ]
    );
}

#[test]
fn failing_tests_are_named_from_the_root() {
    let sandbox = monorepo()
        .file("services/api b/test_api.py", "def test_x():\n    assert False\n")
        .file(
            "crates/kern/src/lib.rs",
            "#[test]\nfn fails() {\n    assert_eq!(1, 2);\n}\n",
        );
    let gate = check(&sandbox, "tests", 1, "failed", "2 tests failed");
    let found = places(&gate).join("\n");
    assert!(found.contains("services/api b/test_api.py:2"), "{found}");
    assert!(found.contains("crates/kern/src/lib.rs:3"), "{found}");
    assert_eq!(gate["metrics"]["tests_failed"], 2);
    assert_eq!(gate["metrics"]["tests_passed"], 1);
}

#[test]
fn one_unit_without_an_answer_is_no_answer_for_the_gate() {
    let sandbox = monorepo().file("services/api b/conftest.py", "import no_such_module\n");
    let gate = check(&sandbox, "tests", 3, "error", "no_such_module");
    each_unit_once(&gate);
    let verdicts: Vec<&str> = gate["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|step| step["verdict"].as_str())
        .collect();
    assert_eq!(
        verdicts.iter().filter(|verdict| **verdict == "passed").count(),
        2,
        "{gate:#}"
    );
}

#[test]
fn a_unit_inside_of_another_is_looked_at_once() {
    // Without `testpaths` the root's pytest would run all of them. A directory of the same name elsewhere is the
    // root's own.
    let unit = "[project]\nname = \"x\"\nversion = \"1\"\n";
    let risky = "print(eval(unknown))\n";
    let sandbox = Sandbox::new()
        .git()
        .venv()
        .file("pyproject.toml", unit)
        .file("test_root.py", TEST)
        .file("src/api/test_src_api.py", TEST)
        .file("src/api/risky.py", risky)
        .file("api/pyproject.toml", unit)
        .file("api/test_api.py", TEST)
        .file("api/risky.py", risky)
        .gates(&json!({"test_execution": {"coverage_threshold": null}}));
    let gate = check(&sandbox, "tests", 0, "passed", "3 tests passed");
    assert_eq!(gate["metrics"]["tests_passed"], 3);
    for (name, code, verdict, rule) in [
        ("linting", 1, "failed", "F821"),
        ("security", 0, "passed", "B307"),
    ] {
        let gate = check(&sandbox, name, code, verdict, "");
        let mut found = places(&gate);
        found.retain(|place| place.starts_with(rule));
        found.sort();
        assert_eq!(
            found,
            [
                format!("{rule} api/risky.py:1"),
                format!("{rule} src/api/risky.py:1")
            ]
        );
        let steps = gate["steps"].as_array().unwrap();
        let mut counts: Vec<&str> = steps
            .iter()
            .filter(|step| step["verdict"] == verdict)
            .filter_map(|step| step["reason"].as_str()?.split(' ').next())
            .collect();
        counts.sort_unstable();
        // bandit also finds the `assert` of each test.
        let expect = if name == "linting" { ["1", "1"] } else { ["2", "3"] };
        assert_eq!(counts.last_chunk(), Some(&expect), "{gate:#}");
    }
}
