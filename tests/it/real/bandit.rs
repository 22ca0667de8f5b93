//! bandit: a finding is a finding and no trouble of the tool's.

use serde_json::json;

use super::{Gates, check, hints, judge, places, python};

const HIGH: &str = "import subprocess\n\n\ndef run(text):\n    subprocess.call(text, shell=True)\n";
const MEDIUM: &str = "def run(text):\n    return eval(text)\n";

#[test]
fn a_finding_that_blocks_fails_the_gate() {
    let sandbox = python().venv().file("danger.py", HIGH);
    let gate = check(
        &sandbox,
        "security",
        1,
        "failed",
        "1 finding of severity high or worse",
    );
    assert_eq!(gate["steps"][0]["exit_code"], 1);
    assert!(places(&gate)[0] == "B602 danger.py:5", "{:?}", places(&gate));
    assert_eq!(gate["metrics"]["severity_high"], 1);
    hints(&gate, "Rewrite the insecure code");
    // Findings that are only mild come to light too.
    assert_eq!(gate["metrics"]["severity_low"], 2);
}

#[test]
fn the_limit_decides() {
    let sandbox = python().venv().file("danger.py", MEDIUM);
    check(&sandbox, "security", 0, "passed", "all milder than high");
    let limit = |severity: &str| json!({"security": {"fail_on": severity}});
    let sandbox = sandbox.gates(&limit("medium"));
    check(
        &sandbox,
        "security",
        1,
        "failed",
        "1 finding of severity medium or worse",
    );
    let sandbox = sandbox.gates(&limit("low"));
    check(
        &sandbox,
        "security",
        1,
        "failed",
        "2 findings of severity low or worse",
    );
}

#[test]
fn mild_findings_alone_pass_although_bandit_ends_with_1() {
    let gate = check(
        &python().venv(),
        "security",
        0,
        "passed",
        "1 finding, milder than high",
    );
    assert_eq!(gate["steps"][0]["exit_code"], 1);
    assert_eq!(places(&gate), ["B101 test_calc.py:5"]);
}

#[test]
fn a_file_that_cannot_be_parsed_is_no_clean_file() {
    let sandbox = python().venv().file("broken.py", "def f(:\n");
    let gate = check(
        &sandbox,
        "security",
        3,
        "error",
        "broken.py could not be scanned: syntax error",
    );
    hints(&gate, "exclude_dirs");
    // What was found elsewhere is told, and the file with it.
    let sandbox = sandbox.file("danger.py", HIGH);
    let gate = check(
        &sandbox,
        "security",
        1,
        "failed",
        "2 findings of severity high or worse",
    );
    assert!(
        places(&gate).contains(&"not-scanned broken.py:null".to_owned()),
        "{:?}",
        places(&gate)
    );
    let sandbox = sandbox.gates(&json!({"security": {"fail_on": "critical"}}));
    check(
        &sandbox,
        "security",
        1,
        "failed",
        "1 finding of severity critical",
    );
}

#[test]
fn directories_with_the_names_of_built_things_are_scanned() {
    for dir in ["build", "dist", "target", "venv"] {
        let sandbox = python().git().venv().file(&format!("{dir}/danger.py"), HIGH);
        let gate = check(
            &sandbox,
            "security",
            1,
            "failed",
            "1 finding of severity high or worse",
        );
        assert_eq!(places(&gate)[0], format!("B602 {dir}/danger.py:5"));
        // Unless git ignores them, or they are a virtual environment.
        sandbox.rewrite(".gitignore", format!("/{dir}/\n"));
        check(&sandbox, "security", 0, "passed", "milder");
        std::fs::remove_file(sandbox.path(".gitignore")).unwrap();
        sandbox.rewrite(&format!("{dir}/pyvenv.cfg"), "home = /usr/bin\n");
        check(&sandbox, "security", 0, "passed", "milder");
    }
}

#[test]
fn when_no_file_can_be_parsed_there_is_no_answer() {
    let sandbox = python()
        .venv()
        .file("calc.py", "def f(:\n")
        .file("test_calc.py", "def f(:\n");
    check(&sandbox, "security", 3, "error", "could not read any file");
}

#[test]
fn a_broken_configuration_has_no_answer() {
    let sandbox = python().venv().file(
        "pyproject.toml",
        "[project]\nname = \"calc\"\nversion = \"1\"\n[tool.bandit]\ntests = [\"NOSUCH\"]\n",
    );
    let answer = sandbox.sdd(["gate", "security", "--format", "json"]);
    judge(&sandbox, &answer, "security", 3, "error", "bandit");
}
