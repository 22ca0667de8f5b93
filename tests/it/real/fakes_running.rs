//! Tools that run in ways that no real one can be brought to: they hang, flee, and print without end.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::fakes::{GREEN_JUNIT, RUFF_CLEAN, TOOLS, clean, gate_of, with};
use super::{Gates, check, hints, judge};

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
        &with("ruff", &format!("{away} {RUFF_CLEAN}")),
        "linting",
        0,
        "passed",
        "no findings",
    );
    let gone = "(setsid sleep 300 </dev/null >/dev/null 2>&1 &) ";
    check(
        &with("ruff", &format!("{gone}; {RUFF_CLEAN}")),
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
