//! pytest: what is not a green run is never one.

use serde_json::json;

use super::{check, hints, places, python};

#[test]
fn a_green_run_passes() {
    let gate = check(&python().venv(), "tests", 0, "passed", "1 test passed");
    assert_eq!(gate["metrics"]["tests_passed"], 1);
    assert_eq!(gate["steps"][0]["exit_code"], 0);
    assert_eq!(gate["steps"][0]["tool_version"], "9.2.0");
}

#[test]
fn no_tests_are_skipped_and_no_verdict() {
    let sandbox = python().venv().file("test_calc.py", "# later\n");
    let gate = check(&sandbox, "tests", 3, "skipped", "no tests were collected");
    assert_eq!(gate["steps"][0]["exit_code"], 5);
    let human = sandbox.sdd(["gate", "tests"]);
    human.expect_code(3);
    assert!(human.stdout.contains("nothing was checked"), "{}", human.stdout);
    // A run that deselects everything, or skips everything, has checked as little.
    sandbox.rewrite("test_calc.py", "def test_add():\n    assert True\n");
    sandbox.rewrite("pytest.ini", "[pytest]\naddopts = -k nothing_of_this_name\n");
    let who = "no tests were collected: 1 was deselected by addopts of pytest.ini, -k nothing_of_this_name";
    check(&sandbox, "tests", 3, "skipped", who);
    sandbox.rewrite("pytest.ini", "[pytest]\n");
    sandbox.rewrite(
        "test_calc.py",
        "import pytest\n\n\n@pytest.mark.skip\ndef test_add():\n    assert False\n",
    );
    let gate = check(&sandbox, "tests", 3, "error", "the only test was skipped");
    assert_eq!(gate["steps"][0]["exit_code"], 0);
    sandbox.rewrite(
        "test_calc.py",
        "import pytest\n\npytest.skip(\"not here\", allow_module_level=True)\n\n\ndef test_add():\n    assert False\n",
    );
    let gate = check(&sandbox, "tests", 3, "error", "the only test was skipped");
    assert_eq!(gate["steps"][0]["exit_code"], 5);
}

#[test]
fn a_file_that_cannot_be_imported_fails() {
    let sandbox = python().venv().file(
        "test_other.py",
        "import no_such_module\n\n\ndef test_x():\n    pass\n",
    );
    let gate = check(&sandbox, "tests", 1, "failed", "1 test ended in an error");
    assert_eq!(gate["steps"][0]["exit_code"], 2);
    assert_eq!(gate["findings"][0]["path"], "test_other.py");
    let message = gate["findings"][0]["message"].as_str().unwrap();
    assert!(message.contains("No module named 'no_such_module'"), "{message}");
    assert!(
        gate["warnings"][0]
            .as_str()
            .unwrap()
            .contains("not all tests were run"),
        "{gate:#}"
    );
    hints(&gate, "Mend the failing tests");
}

#[test]
fn a_file_that_cannot_be_parsed_fails() {
    let sandbox = python().venv().file("test_other.py", "def test_x(:\n");
    let gate = check(&sandbox, "tests", 1, "failed", "1 test ended in an error");
    let message = gate["findings"][0]["message"].as_str().unwrap();
    assert!(message.contains("SyntaxError"), "{message}");
    assert_eq!(gate["findings"][0]["path"], "test_other.py");
}

#[test]
fn failing_tests_are_named_with_file_and_line() {
    let sandbox = python().venv().file(
        "tests/test_more.py",
        "import pytest\n\n\n@pytest.fixture\ndef broken():\n    raise RuntimeError('no set-up')\n\n\n\
         def test_set_up(broken):\n    pass\n\n\ndef test_wrong():\n    assert 1 + 1 == 3, 'sums'\n\n\n\
         @pytest.mark.xfail(strict=True)\ndef test_unexpected():\n    pass\n",
    );
    let gate = check(
        &sandbox,
        "tests",
        1,
        "failed",
        "2 tests failed and 1 ended in an error",
    );
    let mut found = places(&gate);
    found.sort();
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found.iter().all(|place| place.contains(" tests/test_more.py:")));
    assert!(
        found
            .iter()
            .any(|place| place.contains("test_wrong") && place.ends_with(":14")),
        "{found:#?}"
    );
    assert_eq!(gate["metrics"]["tests_passed"], 1);
    assert_eq!(gate["metrics"]["tests_failed"], 2);
    assert_eq!(gate["metrics"]["tests_errors"], 1);
    hints(&gate, "Mend the failing tests");
}

#[test]
fn a_broken_configuration_has_no_answer() {
    let sandbox = python()
        .venv()
        .file("pytest.ini", "[pytest]\naddopts = --no-such-option\n");
    let gate = check(&sandbox, "tests", 3, "error", "--no-such-option");
    assert_eq!(gate["steps"][0]["exit_code"], 4);
    sandbox.rewrite("pytest.ini", "[pytest]\n");
    sandbox.rewrite("conftest.py", "import no_such_module\n");
    check(&sandbox, "tests", 3, "error", "no_such_module");
    sandbox.rewrite(
        "conftest.py",
        "def pytest_sessionstart():\n    raise ValueError('inner')\n",
    );
    let gate = check(&sandbox, "tests", 3, "error", "internal error: ValueError: inner");
    assert_eq!(gate["steps"][0]["exit_code"], 3);
}

#[test]
fn a_test_that_ends_pytest_leaves_no_answer() {
    let sandbox = python()
        .venv()
        .file("test_more.py", "import os\n\n\ndef test_x():\n    os._exit(0)\n");
    let gate = check(&sandbox, "tests", 3, "error", "left no report");
    hints(&gate, "os._exit");
    sandbox.rewrite(
        "test_more.py",
        "import os\n\n\ndef test_x():\n    os.kill(os.getpid(), 9)\n",
    );
    let gate = check(&sandbox, "tests", 3, "error", "killed by SIGKILL");
    assert_eq!(gate["steps"][0]["signal"], "SIGKILL");
    // An exit in the middle, with the exit code of success, after some tests have passed.
    sandbox.rewrite(
        "test_more.py",
        "import pytest\n\n\ndef test_x():\n    pytest.exit('enough', 0)\n",
    );
    check(
        &sandbox,
        "tests",
        3,
        "error",
        "pytest ended before all tests had run",
    );
}

#[test]
fn a_process_that_a_test_leaves_behind_is_ended() {
    let sandbox = python().venv().file(
        "test_more.py",
        "import subprocess\n\n\ndef test_x():\n    subprocess.Popen(['sleep', '300'], start_new_session=True)\n    \
         subprocess.Popen(['sleep', '300'])\n",
    );
    check(&sandbox, "tests", 0, "passed", "2 tests passed");
}

#[test]
fn a_hanging_test_times_out() {
    let sandbox = python()
        .venv()
        .file(
            "test_more.py",
            "import time\n\n\ndef test_x():\n    time.sleep(300)\n",
        )
        .config(&json!({"quality_gates": {"test_execution": {"coverage_threshold": null, "timeout": 2}}}));
    let gate = check(&sandbox, "tests", 3, "error", "timed out after 2 s");
    assert_eq!(gate["steps"][0]["timed_out"], true);
    hints(&gate, "raise quality_gates.test_execution.timeout");
}
