//! Tools that answer in ways that no real one can be brought to.

use serde_json::{Value, json};

use super::{Gates, check, python};
use crate::support::Sandbox;

pub(super) const GREEN_JUNIT: &str = r#"<?xml version="1.0"?><testsuites><testsuite name="pytest" tests="1" failures="0" errors="0" skipped="0"><testcase classname="test_calc" name="test_add" time="0.1"/></testsuite></testsuites>"#;
const RUFF_FINDING: &str = r#"[{"cell":null,"code":"F401","end_location":{"column":2,"row":1},"filename":"calc.py","fix":null,"location":{"column":1,"row":1},"message":"m","noqa_row":1,"url":"u"}]"#;
const BANDIT_CLEAN: &str = r#"{"errors":[],"generated_at":"x","metrics":{"_totals":{"loc":9,"nosec":0,"skipped_tests":0},"./calc.py":{"loc":9,"nosec":0,"skipped_tests":0}},"results":[]}"#;

/// Finds the report's place in the arguments, and answers the question for the version.
const PREAMBLE: &str = r#"
[ "$1" = --version ] && { echo "tool 1.2.3"; exit 0; }
for word in "$@"; do
    case $word in
        --junitxml=*) report=${word#--junitxml=} ;;
        */bandit.json) report=$word ;;
    esac
done
"#;

/// A project whose only tool is a script.
pub(super) fn with(tool: &str, script: &str) -> Sandbox {
    python().fake(tool, &format!("{PREAMBLE}{script}")).gates(&json!({
        "test_execution": {"coverage_threshold": null, "timeout": 60},
        "linting": {"auto_fix": false, "timeout": 60},
        "security": {"commands": {"python": "bandit -r ."}}
    }))
}

pub(super) fn gate_of(tool: &str) -> &'static str {
    match tool {
        "pytest" => "tests",
        "ruff" => "linting",
        _ => "security",
    }
}

#[track_caller]
fn error(tool: &str, script: &str, reason: &str) -> Value {
    check(&with(tool, script), gate_of(tool), 3, "error", reason)
}

/// What ruff prints when it looked at a file and found nothing.
pub(super) const RUFF_CLEAN: &str =
    "echo '[2026-01-02][03:04:05][ruff::diagnostics][DEBUG] Checking: /p/calc.py' >&2; echo '[]'";

/// The answer of a tool that found nothing.
pub(super) fn clean(tool: &str) -> String {
    match tool {
        "pytest" => format!("printf '%s' '{GREEN_JUNIT}' > \"$report\"; echo '1 passed in 0.01s'"),
        "ruff" => RUFF_CLEAN.to_owned(),
        _ => format!("printf '%s' '{BANDIT_CLEAN}' > \"$report\""),
    }
}

pub(super) const TOOLS: [&str; 3] = ["pytest", "ruff", "bandit"];

#[test]
fn the_scripts_themselves_can_pass() {
    // Else every test below would hold for a reason that it does not mean.
    for tool in TOOLS {
        check(&with(tool, &clean(tool)), gate_of(tool), 0, "passed", "");
    }
}

#[test]
fn a_crash_has_no_answer() {
    for tool in TOOLS {
        let gate = error(
            tool,
            &format!("{}; kill -SEGV $$", clean(tool)),
            "killed by SIGSEGV",
        );
        assert_eq!(gate["steps"][0]["signal"], "SIGSEGV");
        assert_eq!(gate["steps"][0]["exit_code"], Value::Null);
    }
}

#[test]
fn an_exit_code_that_no_tool_documents_has_no_answer() {
    for tool in TOOLS {
        let gate = error(
            tool,
            &format!("{}; exit 97", clean(tool)),
            &format!("exit code 97 is not documented for {tool}"),
        );
        assert_eq!(gate["steps"][0]["exit_code"], 97);
    }
}

#[test]
fn a_failure_that_names_nothing_has_no_answer() {
    for tool in TOOLS {
        error(
            tool,
            &format!("{}; echo strange >&2; exit 1", clean(tool)),
            "exit code 1",
        );
    }
}

#[test]
fn success_without_a_report_has_no_answer() {
    for tool in TOOLS {
        error(tool, "echo 'All checks passed!'", "read");
        error(tool, "exit 0", "read");
    }
}

#[test]
fn the_report_of_another_tool_has_no_answer() {
    error(
        "ruff",
        &format!("printf '%s' '{BANDIT_CLEAN}'"),
        "ruff's report cannot be read",
    );
    error(
        "ruff",
        &format!("printf '%s' '{GREEN_JUNIT}'"),
        "ruff's report cannot be read",
    );
    error(
        "bandit",
        "echo '[]' > \"$report\"",
        "bandit's report cannot be read",
    );
    error(
        "bandit",
        "echo '{}' > \"$report\"",
        "bandit's report cannot be read",
    );
    let coverage = r#"<?xml version="1.0"?><coverage line-rate="1"><packages/></coverage>"#;
    error(
        "pytest",
        &format!("printf '%s' '{coverage}' > \"$report\""),
        "no report that can be read",
    );
    error("pytest", "echo '{}' > \"$report\"", "no report that can be read");
}

#[test]
fn a_truncated_report_has_no_answer() {
    error(
        "ruff",
        &format!("printf '%.60s' '{RUFF_FINDING}'; exit 1"),
        "ruff's report cannot be read",
    );
    error("ruff", "printf '['", "ruff's report cannot be read");
    error(
        "bandit",
        &format!("printf '%.90s' '{BANDIT_CLEAN}' > \"$report\""),
        "bandit's report cannot be read",
    );
    error(
        "pytest",
        &format!("printf '%.180s' '{GREEN_JUNIT}' > \"$report\""),
        "no report that can be read",
    );
}

#[test]
fn exit_code_and_report_must_tell_one_story() {
    // A report of failures with the exit code of success, and the other way round.
    let red = GREEN_JUNIT.replace("failures=\"0\"", "failures=\"1\"").replace(
        "time=\"0.1\"/>",
        "time=\"0.1\"><failure message=\"m\">t</failure></testcase>",
    );
    error(
        "pytest",
        &format!("printf '%s' '{red}' > \"$report\"; exit 0"),
        "although its report holds 1 failures",
    );
    error(
        "pytest",
        &format!("{}; exit 5", clean("pytest")),
        "although 1 passed",
    );
}

#[test]
fn bytes_that_are_no_text_have_no_answer_and_do_no_harm() {
    error(
        "ruff",
        "printf '[\\377\\376\\200]'",
        "ruff's report cannot be read",
    );
    error(
        "pytest",
        "printf '\\377\\376<testsuites>' > \"$report\"",
        "no report that can be read",
    );
    error(
        "bandit",
        "printf '{\"a\": \"\\377\"}' > \"$report\"",
        "bandit's report cannot be read",
    );
    let gate = error(
        "pytest",
        "printf 'bad \\377 byte\\n' >&2; exit 97",
        "bad \u{fffd} byte",
    );
    assert_eq!(gate["steps"][0]["output_tail"], json!(["bad \u{fffd} byte"]));
}
