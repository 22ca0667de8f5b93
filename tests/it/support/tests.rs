//! The helpers hold what they promise: a broken helper would make every test that uses it silent.

use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;

use super::{Answer, Running, Sandbox, processes_with};

fn shell(sandbox: &Sandbox, script: &str) -> Running {
    let mut command = sandbox.command(Path::new("/bin/sh"));
    command.args(["-c", script]);
    sandbox.start_command(command)
}

#[track_caller]
fn run(sandbox: &Sandbox, script: &str) -> Answer {
    shell(sandbox, script).wait()
}

#[test]
fn nothing_of_the_machine_gets_in() {
    let sandbox = Sandbox::named("with space ü");
    let answer = run(&sandbox, "env; pwd; command -v python3 pytest cargo || echo none");
    assert!(answer.stdout.ends_with("none\n"), "{}", answer.stdout);
    assert!(answer.stdout.contains("with space ü\n"));
    let names: Vec<&str> = answer
        .stdout
        .lines()
        .filter_map(|line| Some(line.split_once('=')?.0))
        .filter(|name| !matches!(*name, "PWD" | "OLDPWD" | "SHLVL" | "_"))
        .collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(
        sorted,
        [
            "COLUMNS",
            "GIT_CONFIG_NOSYSTEM",
            "HOME",
            "LANG",
            "PATH",
            "TMPDIR",
            "TZ"
        ]
    );
}

#[test]
fn streams_and_ends_are_told_apart() {
    let sandbox = Sandbox::new();
    let answer = run(&sandbox, "echo '{\"a\": 1}'; echo talk >&2; exit 7");
    assert_eq!(answer.expect_code(7).json()["a"], 1);
    let answer = run(
        &sandbox,
        "printf '{\"root\": \"%s\", \"duration_ms\": 5}' \"$PWD\"",
    );
    let expect = serde_json::json!({"root": "[PROJECT]", "duration_ms": 0});
    assert_eq!(sandbox.redact_json(&answer), expect);
    let answer = run(&sandbox, "echo talk >&2");
    assert_eq!(answer.stderr, "talk\n");
    let answer = run(&sandbox, "kill -KILL $$");
    assert_eq!((answer.code(), answer.signal()), (None, Some(9)));
}

#[test]
#[should_panic(expected = "took more than")]
fn what_hangs_is_ended() {
    let sandbox = Sandbox::new();
    let _never = shell(&sandbox, "sleep 60")
        .limit(Duration::from_millis(100))
        .wait();
}

#[test]
#[should_panic(expected = "ended before")]
fn a_file_that_never_comes_is_not_waited_for() {
    let sandbox = Sandbox::new();
    shell(&sandbox, "true").wait_for(&sandbox.path("never"));
}

#[test]
#[should_panic(expected = "processes were left behind")]
fn a_process_left_behind_is_found() {
    let sandbox = Sandbox::new();
    run(&sandbox, "setsid sleep 60 >/dev/null 2>&1 &").expect_code(0);
    sandbox.assert_no_process_left();
}

#[test]
fn a_sandbox_ends_what_a_test_left_in_it() {
    let sandbox = Sandbox::new();
    run(
        &sandbox,
        "setsid sleep 60 >/dev/null 2>&1 & setsid env -i /bin/sleep 61 >/dev/null 2>&1 &",
    );
    let marker = sandbox.marker().to_owned();
    assert!(!processes_with(&marker).is_empty());
    drop(sandbox);
    assert_eq!(processes_with(&marker), []);
}

#[test]
#[should_panic(expected = "temporary files were left behind")]
fn a_temporary_file_left_behind_is_found() {
    let sandbox = Sandbox::new();
    run(&sandbox, "touch \"$TMPDIR/left\"").expect_code(0);
    sandbox.assert_nothing_left();
}

#[test]
fn signals_reach_a_running_program() {
    let sandbox = Sandbox::new();
    let mut running = shell(
        &sandbox,
        "trap 'exit 3' TERM; touch ready; while :; do sleep 0.01; done",
    );
    running.wait_for(&sandbox.path("ready")).signal(Signal::TERM);
    running.wait().expect_code(3);
    sandbox.assert_nothing_left();
}

#[test]
fn the_same_content_has_the_same_commit() {
    let commit = |name: &str| {
        Sandbox::named(name)
            .git()
            .file("a b/ü.txt", "x\n")
            .commit("First")
    };
    let first = commit("one");
    assert_eq!(first.len(), 40);
    assert_eq!(first, commit("two"));
}

#[test]
fn tools_can_be_faked_and_taken_away() {
    let sandbox = Sandbox::new()
        .fake("bandit", "echo \"fake $1 $SANDBOX\"; exit 97")
        .without("yes");
    let answer = run(&sandbox, "bandit x");
    assert_eq!(
        sandbox.redact(&answer.expect_code(97).stdout),
        "fake x [SANDBOX]\n"
    );
    run(&sandbox, "! command -v yes").expect_code(0);
}

#[test]
fn a_virtual_environment_has_the_real_tools() {
    let sandbox = Sandbox::new().git().tree("templates/demo").venv();
    run(
        &sandbox,
        "test -f .venv/pyvenv.cfg && .venv/bin/ruff check --quiet . && .venv/bin/bandit -q -ll -r linkshelf",
    )
    .expect_code(0);
    assert_eq!(sandbox.git_run(["status", "--porcelain", ".venv"]).stdout, "");
}

#[test]
fn a_virtual_environment_can_lack_a_tool() {
    let sandbox = Sandbox::new().tree("templates/demo").venv_without(&["bandit"]);
    run(
        &sandbox,
        ".venv/bin/python -c 'import sys, pytest; print(sys.prefix)'",
    )
    .expect_code(0);
    run(&sandbox, ".venv/bin/bandit --version").expect_code(127);
}

#[test]
fn the_rust_toolchain_works_when_asked_for() {
    let sandbox = Sandbox::new().rust();
    let answer = run(&sandbox, "cargo --version && rustfmt --version");
    assert!(
        sandbox
            .redact(&answer.expect_code(0).stdout)
            .contains("cargo [VERSION]")
    );
}
