//! Tools that misbehave in ways that no real one can be brought to.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Gates, check, hints, judge, python};
use crate::support::Sandbox;

const GREEN_JUNIT: &str = r#"<?xml version="1.0"?><testsuites><testsuite name="pytest" tests="1" failures="0" errors="0" skipped="0"><testcase classname="test_calc" name="test_add" time="0.1"/></testsuite></testsuites>"#;
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
fn with(tool: &str, script: &str) -> Sandbox {
    python().fake(tool, &format!("{PREAMBLE}{script}")).gates(&json!({
        "test_execution": {"coverage_threshold": null, "timeout": 60},
        "linting": {"auto_fix": false, "timeout": 60},
        "security": {"commands": {"python": "bandit -r ."}}
    }))
}

fn gate_of(tool: &str) -> &'static str {
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

/// The answer of a tool that found nothing.
fn clean(tool: &str) -> String {
    match tool {
        "pytest" => format!("printf '%s' '{GREEN_JUNIT}' > \"$report\"; echo '1 passed in 0.01s'"),
        "ruff" => "echo '[]'".to_owned(),
        _ => format!("printf '%s' '{BANDIT_CLEAN}' > \"$report\""),
    }
}

const TOOLS: [&str; 3] = ["pytest", "ruff", "bandit"];

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

#[test]
fn a_tool_that_reads_its_input_finds_it_empty() {
    for tool in TOOLS {
        let script = format!("input=$(cat); [ -z \"$input\" ] || exit 97; {}", clean(tool));
        check(&with(tool, &script), gate_of(tool), 0, "passed", "");
    }
}

#[test]
fn a_tool_that_hangs_times_out() {
    let sandbox = with("pytest", &format!("{}; sleep 300 & sleep 300", clean("pytest")))
        .gates(&json!({"test_execution": {"coverage_threshold": null, "timeout": 1}}));
    let since = Instant::now();
    let gate = check(&sandbox, "tests", 3, "error", "timed out after 1 s");
    assert!(since.elapsed() < Duration::from_secs(9), "{:?}", since.elapsed());
    assert_eq!(gate["steps"][0]["timed_out"], true);
    assert_eq!(gate["steps"][0]["exit_code"], Value::Null);
    hints(&gate, "raise quality_gates.test_execution.timeout (seconds)");
}

#[test]
fn a_tool_that_ignores_the_polite_request_is_ended_after_the_grace() {
    let sandbox = with("ruff", "trap '' TERM; echo '[]'; while :; do sleep 1; done")
        .gates(&json!({"linting": {"auto_fix": false, "timeout": 1}}));
    let since = Instant::now();
    check(&sandbox, "linting", 3, "error", "timed out after 1 s");
    let took = since.elapsed();
    assert!(
        took > Duration::from_secs(10),
        "the grace was cut short: {took:?}"
    );
    assert!(took < Duration::from_secs(20), "{took:?}");
}

#[test]
fn what_forks_away_is_ended_and_holds_nothing_up() {
    // It keeps the pipes open, has a session of its own and ignores every request.
    let since = Instant::now();
    let away = "setsid sh -c 'trap \"\" TERM HUP INT; sleep 300' &";
    check(
        &with("ruff", &format!("{away} echo '[]'")),
        "linting",
        0,
        "passed",
        "no findings",
    );
    let gone = "(setsid sleep 300 </dev/null >/dev/null 2>&1 &) ";
    check(
        &with("ruff", &format!("{gone}; echo '[]'")),
        "linting",
        0,
        "passed",
        "no findings",
    );
    assert!(since.elapsed() < Duration::from_secs(30), "{:?}", since.elapsed());
}

#[test]
fn hundreds_of_megabytes_are_drained_and_bounded() {
    let sandbox = with(
        "ruff",
        "yes 0123456789012345678901234567890123456789012345678901234567890 | head -c 300000000",
    );
    let running = sandbox.start(["gate", "linting", "--format", "json"]);
    let status = format!("/proc/{}/status", running.pid().as_raw_nonzero());
    let mut peak_kib = 0;
    // The peak is there until the process is a zombie.
    while let Some(kib) = peak(&status) {
        peak_kib = kib;
        std::thread::sleep(Duration::from_millis(20));
    }
    let answer = running.wait();
    let gate = judge(
        &sandbox,
        &answer,
        "linting",
        3,
        "error",
        "300000000 bytes, too many to read",
    );
    assert!(answer.stdout.len() < 30_000, "{} bytes", answer.stdout.len());
    let log = sandbox.path(gate["steps"][0]["log"].as_str().unwrap());
    let size = std::fs::metadata(log).unwrap().len();
    assert!(size < (64 << 20) + 4096, "the log has {size} bytes");
    assert!(peak_kib > 0 && peak_kib < 200 << 10, "sdd needed {peak_kib} KiB");
}

#[test]
fn a_report_that_is_no_plain_file_has_no_answer_and_holds_nothing_up() {
    let special = |script: &str| with("pytest", script).programs(&["mkfifo"]);
    for (script, reason) in [
        ("mkfifo \"$report\"", "no report that can be read"),
        ("mkdir \"$report\"", "no report that can be read"),
        ("ln -s /dev/zero \"$report\"", "no report that can be read"),
        (
            "ln -s \"$PWD/junit.xml\" \"$report\"",
            "no report that can be read",
        ),
        (
            "dd if=/dev/zero of=\"$report\" bs=1 count=1 seek=3000000000 2>/dev/null",
            "3000000001 bytes, too many to read",
        ),
        ("rm -r \"${report%/*}\"", "no report that can be read"),
    ] {
        let since = Instant::now();
        let sandbox = special(script).file("junit.xml", GREEN_JUNIT);
        check(&sandbox, "tests", 3, "error", reason);
        assert!(
            since.elapsed() < Duration::from_secs(10),
            "{script}: {:?}",
            since.elapsed()
        );
    }
}

fn peak(status: &str) -> Option<u64> {
    let text = std::fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[test]
fn a_tool_that_may_not_be_executed_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = with("ruff", "echo '[]'");
    let program = sandbox.beside("bin").join("ruff");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o644)).unwrap();
    let gate = check(&sandbox, "linting", 3, "error", "is not executable");
    hints(&gate, "chmod +x");
}

#[test]
fn a_tool_whose_interpreter_is_gone_has_no_answer() {
    // The script's own first line is what the kernel reads, so the sandbox's `sh` is taken away.
    let sandbox = with("ruff", "echo '[]'").without("sh");
    check(&sandbox, "linting", 3, "error", "");
}
