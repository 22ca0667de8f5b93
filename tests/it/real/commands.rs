//! Commands that the project configures itself.

use serde_json::{Value, json};

use super::{Gates, check, hints, python};
use crate::support::Sandbox;

fn with(command: Value, threshold: Value) -> Sandbox {
    python()
        .venv()
        .gates(&json!({"test_execution": {"coverage_threshold": threshold, "commands": {"python": command}}}))
}

#[test]
fn quotes_hold_words_together() {
    let two = "def test_one():\n    pass\n\n\ndef test_two():\n    assert False\n";
    let sandbox = with(json!("pytest -k \"add or one\""), json!(null)).file("test_more.py", two);
    let gate = check(&sandbox, "tests", 0, "passed", "2 tests passed");
    let words: Vec<&str> = gate["steps"][0]["command"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert!(words.ends_with(&["-k", "add or one"]), "{words:?}");
    let sandbox = with(json!("pytest -k 'a b'"), json!(null));
    check(&sandbox, "tests", 3, "error", "a b");
    let sandbox = with(json!(["pytest", "-k", "add"]), json!(null));
    check(&sandbox, "tests", 0, "passed", "1 test passed");
}

#[test]
fn shell_operators_in_a_plain_string_are_refused() {
    let answer = with(json!("pytest -q && true"), json!(null)).sdd(["gate", "tests"]);
    answer.expect_code(2);
    assert!(answer.stderr.contains("\"shell\""), "{}", answer.stderr);
}

#[test]
fn a_tool_behind_its_interpreter_is_the_same_tool() {
    let gate = check(
        &with(json!("python -m pytest"), json!(80)),
        "tests",
        0,
        "passed",
        "coverage 100.0 %",
    );
    assert_eq!(gate["steps"][0]["tool"], "pytest");
    let gate = check(
        &with(json!(".venv/bin/pytest -q"), json!(80)),
        "tests",
        0,
        "passed",
        "coverage 100.0 %",
    );
    assert_eq!(gate["steps"][0]["tool_version"], "9.2.0");
}

#[test]
fn a_shell_command_answers_for_tests_and_not_for_coverage() {
    let command = || json!({"shell": ".venv/bin/pytest -q -p no:cacheprovider && true"});
    check(
        &with(command(), json!(null)),
        "tests",
        0,
        "passed",
        "the test command succeeded",
    );
    let gate = check(
        &with(command(), json!(80)),
        "tests",
        3,
        "error",
        "coverage of 80 % is asked for",
    );
    hints(
        &gate,
        "configure the test runner itself as quality_gates.test_execution.commands.python",
    );
    hints(&gate, "\"coverage_threshold\": {\"python\": null}");
    let sandbox = with(command(), json!(null)).file("test_calc.py", "def test_x():\n    assert False\n");
    check(&sandbox, "tests", 1, "failed", "exit code 1");
    // pytest's exit code for "no tests" is none that a shell command can be believed with: it is a failure.
    let sandbox = with(command(), json!(null)).file("test_calc.py", "");
    check(&sandbox, "tests", 1, "failed", "exit code 5");
}

#[test]
fn each_command_counts() {
    let each = || json!({"each": ["pytest test_calc.py", "pytest test_more.py"]});
    let sandbox = with(each(), json!(null)).file("test_more.py", "def test_x():\n    pass\n");
    let gate = check(&sandbox, "tests", 0, "passed", "2 tests passed");
    assert_eq!(gate["steps"].as_array().unwrap().len(), 2);
    assert_ne!(gate["steps"][0]["log"], gate["steps"][1]["log"]);
    sandbox.rewrite("test_more.py", "def test_x():\n    assert False\n");
    let gate = check(&sandbox, "tests", 1, "failed", "1 test failed");
    assert_eq!(gate["steps"][0]["verdict"], "passed");
    // The file that the second one names is gone: no answer, although the first one has passed.
    std::fs::remove_file(sandbox.path("test_more.py")).unwrap();
    check(&sandbox, "tests", 3, "error", "test_more.py");
}

#[test]
fn a_launcher_that_is_missing_is_what_is_to_be_installed() {
    let sandbox = with(json!("uv run pytest"), json!(null)).file("uv.lock", "version = 1\n");
    let gate = check(&sandbox, "tests", 3, "error", "uv is not installed");
    hints(&gate, "install uv");
    let lines = gate["remediation"].to_string();
    assert!(!lines.contains("pip install pytest"), "{lines}");
}

#[test]
fn a_lock_file_asks_for_its_launcher_only_where_the_tool_is_not_installed() {
    let sandbox = python().venv().file("uv.lock", "version = 1\n");
    let gate = check(&sandbox, "tests", 0, "passed", "1 test passed");
    assert!(
        gate["steps"][0]["command"][0]
            .as_str()
            .unwrap()
            .ends_with(".venv/bin/pytest")
    );

    let sandbox = python().file("uv.lock", "version = 1\n");
    let gate = check(&sandbox, "tests", 3, "error", "not installed");
    hints(&gate, "uv");
}

#[test]
fn a_lock_file_above_a_unit_is_its_lock_file() {
    let uv =
        "[ \"$1\" = run ] || exit 97; tool=$2; shift 2; exec \"$SANDBOX/project/tools/bin/$tool\" \"$@\"";
    let sandbox = Sandbox::new()
        .file("uv.lock", "version = 1\n")
        .file(
            "member/pyproject.toml",
            "[project]\nname = \"calc\"\nversion = \"1\"\n",
        )
        .file("member/test_x.py", "def test_x():\n    pass\n")
        .fake("uv", uv)
        .gates(&json!({"test_execution": {"coverage_threshold": null}}));
    let tools = crate::support::test_tools().join("venv");
    std::os::unix::fs::symlink(tools, sandbox.path("tools")).unwrap();
    let gate = check(&sandbox, "tests", 0, "passed", "1 test passed");
    let command = &gate["steps"][0]["command"];
    assert!(command[0].as_str().unwrap().ends_with("/bin/uv"), "{command}");
    assert_eq!(command[1], "run");
}

#[test]
fn a_command_that_nobody_has_is_named() {
    let gate = check(
        &with(json!("no-such-runner --all"), json!(null)),
        "tests",
        3,
        "error",
        "no-such-runner is not installed",
    );
    hints(&gate, "quality_gates.test_execution.commands");
}
