//! Pipes, devices and directories where files belong: an answer comes at once, and says what stands there.

use std::time::Duration;

use serde_json::json;

use crate::support::Sandbox;

/// Long enough for any answer, short enough to fail soon when something waits for a writer.
const AT_ONCE: Duration = Duration::from_secs(20);

fn project() -> Sandbox {
    Sandbox::new().config(&json!({"quality_gates": {"custom_validations": {"rules": [
        {"type": "file_exists", "path": ".session", "required": true}
    ]}}}))
}

fn pipe(sandbox: &Sandbox, inside: &str) {
    let path = sandbox.path(inside);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let _was_none = std::fs::remove_file(&path);
    let mode = rustix::fs::Mode::from_raw_mode(0o644);
    rustix::fs::mkfifoat(rustix::fs::CWD, path, mode).unwrap();
}

#[track_caller]
fn check<const N: usize>(sandbox: &Sandbox, args: [&str; N], code: i32, said: &str) {
    let answer = sandbox.start(args).limit(AT_ONCE).wait();
    answer.expect_code(code);
    assert!(
        answer.stderr.contains(said),
        "{said:?} is not in:\n{}",
        answer.stderr
    );
}

#[test]
fn settings_that_are_no_file_are_refused_at_once() {
    let refused = |sandbox: &Sandbox| {
        for args in [["gate", "custom"], ["config", "show"], ["config", "check"]] {
            check(sandbox, args, 2, "config.json is not a regular file");
        }
        check(sandbox, ["complete"], 2, "config.json is not a regular file");
        check(sandbox, ["init"], 2, "config.json is not a regular file");
    };
    let sandbox = project();
    pipe(&sandbox, ".session/config.json");
    refused(&sandbox);
    let sandbox = Sandbox::new().file(".session/config.json/x", "");
    refused(&sandbox);
    let sandbox = Sandbox::new().file(".session/x", "");
    std::os::unix::fs::symlink("/dev/zero", sandbox.path(".session/config.json")).unwrap();
    refused(&sandbox);
}

#[test]
fn settings_of_any_size_are_not_read_into_memory() {
    let sandbox = project();
    let file = std::fs::File::create(sandbox.path(".session/config.json")).unwrap();
    file.set_len(1 << 40).unwrap();
    check(&sandbox, ["gate"], 2, "more than the 1048576 that are read");
}

#[test]
fn settings_behind_a_link_that_leads_nowhere_are_not_the_defaults() {
    let sandbox = Sandbox::new().file(".session/x", "");
    std::os::unix::fs::symlink("gone.json", sandbox.path(".session/config.json")).unwrap();
    check(&sandbox, ["gate"], 3, "cannot read");
}

#[test]
fn earlier_results_that_are_no_file_are_done_without() {
    let sandbox = project();
    pipe(&sandbox, ".session/runs/tool-versions.json");
    check(&sandbox, ["gate"], 0, "");
    pipe(&sandbox, ".session/reports/latest.json");
    check(
        &sandbox,
        ["gate", "--output", "report.txt"],
        0,
        "the report was not saved",
    );
    check(&sandbox, ["complete"], 3, "the report was not saved");
}

#[test]
fn state_that_is_no_file_is_refused_at_once() {
    let sandbox = project();
    pipe(&sandbox, ".session/tracking/status_update.json");
    check(
        &sandbox,
        ["complete"],
        2,
        "status_update.json is not a regular file",
    );
    check(&sandbox, ["init"], 2, "status_update.json is not a regular file");
}

#[test]
fn outputs_that_are_no_file_are_refused_at_once() {
    let sandbox = project();
    pipe(&sandbox, "pipe");
    check(
        &sandbox,
        ["gate", "--output", "pipe"],
        2,
        "pipe is not a file that can be written",
    );
    check(
        &sandbox,
        ["gate", "--output", "json=pipe"],
        2,
        "pipe is not a file that can be written",
    );
    check(
        &sandbox,
        ["init", "--output", "pipe"],
        2,
        "pipe is not a file that can be written",
    );
    check(
        &sandbox,
        ["gate", "--output", "."],
        2,
        "is not a file that can be written",
    );
    assert!(!sandbox.path(".gitignore").exists(), "nothing was written");
}

#[test]
fn outputs_may_be_devices() {
    let sandbox = project();
    check(&sandbox, ["gate", "--output", "/dev/null"], 0, "");
    check(&sandbox, ["gate", "--plan", "--output", "/dev/null"], 0, "");
    check(
        &sandbox,
        ["gate", "--output", "/dev/full"],
        3,
        "cannot write /dev/full",
    );
    check(
        &sandbox,
        ["gate", "list", "--output", "/dev/full"],
        3,
        "cannot write /dev/full",
    );
    let both = sandbox.sdd(["gate", "--format", "agent", "--output", "json=/dev/full"]);
    both.expect_code(3);
    assert!(both.stdout.starts_with("sdd gate: no verdict"), "{}", both.stdout);
}

#[test]
fn an_output_may_be_a_stream_that_the_shell_hands_on() {
    let sandbox = project();
    let sdd = env!("CARGO_BIN_EXE_sdd");
    let mut command = sandbox.command(&sandbox.beside("bin").join("bash"));
    command.args([
        "-c",
        &format!("'{sdd}' gate --output json=/dev/stdout --format agent | cat"),
    ]);
    let answer = sandbox.start_command(command).limit(AT_ONCE).wait();
    answer.expect_code(0);
    assert!(
        answer.stdout.contains("\"kind\": \"gate_report\""),
        "{}",
        answer.stdout
    );
    assert!(answer.stdout.contains("sdd gate: passed"), "{}", answer.stdout);
}
