//! Tools that are there and do not answer.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;

use super::{demo, remedy, set_up, tool};
use crate::support::Sandbox;

/// Settings that ask for no coverage: a script has no plugin for that.
fn plain() -> serde_json::Value {
    json!({"quality_gates": {"test_execution": {"coverage_threshold": null}, "security": {"enabled": false}}})
}

/// The demo project with a script in the place of a tool.
fn with(name: &str, script: &str) -> Sandbox {
    let sandbox = Sandbox::new()
        .config(&plain())
        .git()
        .tree("templates/demo")
        .venv_without(&[name]);
    set_up(sandbox.fake(name, script))
}

#[track_caller]
fn check(name: &str, script: &str, code: i32, verdict: &str, said: &str) {
    let sandbox = with(name, script);
    let answer = sandbox.sdd(["doctor", "--format", "json", "--timeout", "15"]);
    answer.expect_code(code);
    let tool = tool(&answer, name);
    assert_eq!(tool["verdict"], verdict, "{tool}");
    assert!(tool["reason"].as_str().unwrap().contains(said), "{tool}");
    let warned = answer.json()["warnings"].to_string();
    assert_eq!(warned.contains(name), verdict == "error", "{warned}");
    assert!(answer.elapsed < Duration::from_secs(90), "{:?}", answer.elapsed);
    sandbox.assert_nothing_left();
}

#[test]
fn a_tool_that_hangs_is_named_and_ended() {
    check("pytest", "sleep 1000", 3, "error", "had no answer within 15 s");
    check(
        "ruff",
        "sleep 1000 & sleep 1000",
        0,
        "error",
        "had no answer within 15 s",
    );
}

#[test]
fn a_tool_that_fails_when_asked_for_its_version_is_named() {
    check(
        "pytest",
        "echo no module named x >&2; exit 1",
        3,
        "error",
        "ended with exit code 1: no module named x",
    );
    check("pytest", "kill -SEGV $$", 3, "error", "was killed by");
    check("ruff", "exit 127", 0, "error", "ended with exit code 127");
}

/// A linter of cargo's is asked through cargo, and so it is said.
#[test]
fn what_was_typed_is_said_as_it_was_typed() {
    let sandbox = Sandbox::new()
        .config(&json!({"quality_gates": {"linting": {"required": true}}}))
        .file("Cargo.toml", "[package]\nname = \"x\"\n")
        .file("src/lib.rs", "")
        .fake("cargo-clippy", "exit 0")
        .fake(
            "cargo",
            "case $1 in clippy) echo no such command >&2; exit 101;; *) echo cargo 1.90.0;; esac",
        );
    let answer = set_up(sandbox).sdd(["doctor"]);
    answer.expect_code(3);
    let said = &answer.stdout;
    assert!(
        said.contains("does not run: cargo clippy --version ended"),
        "{said}"
    );
    assert!(!said.contains("next: sdd doctor"), "{said}");
}

#[test]
fn a_tool_that_answers_without_a_version_is_there() {
    check("pytest", "echo hello", 0, "passed", "said no version: hello");
    check("pytest", "exit 0", 0, "passed", "said nothing");
    check(
        "pytest",
        "head -c 600000 /dev/zero | tr '\\0' x",
        0,
        "passed",
        "said no version",
    );
}

#[test]
fn what_a_tool_says_cannot_forge_a_line_or_show_a_secret() {
    let sandbox = with(
        "pytest",
        "printf 'bad\\r\\033[2K\\033[1A READY all passed\\n%s\\n' \"$MY_TOKEN\"; exit 1",
    )
    .config(&json!({"pass_env": ["MY_TOKEN"], "redact_env": ["MY_TOKEN"]}))
    .env("MY_TOKEN", "a-very-secret-value-1234567");
    let answer = sandbox.sdd(["doctor"]);
    answer.expect_code(3);
    assert!(!answer.stdout.contains('\u{1b}'), "{}", answer.stdout);
    assert!(
        !answer
            .stdout
            .lines()
            .any(|line| line.trim_start().starts_with("READY")),
        "{}",
        answer.stdout
    );
    assert!(!answer.stdout.contains("very-secret"), "{}", answer.stdout);
}

#[test]
fn a_tool_that_may_not_be_executed_says_how_to_mend_that() {
    let sandbox = Sandbox::new()
        .git()
        .tree("templates/demo")
        .venv_without(&["pytest"]);
    let sandbox = set_up(sandbox.file(".venv/bin/pytest", "#!/bin/sh\n"));
    let answer = sandbox.sdd(["doctor", "--format", "json"]);
    answer.expect_code(3);
    let pytest = tool(&answer, "pytest");
    assert_eq!(pytest["verdict"], "error");
    assert!(remedy(&pytest)[0].starts_with("chmod +x "), "{pytest}");
}

#[test]
fn waiting_is_said_after_a_second_and_not_where_it_is_not_wanted() {
    let sandbox = with("ruff", "sleep 2.5; echo ruff 1.2.3");
    let answer = sandbox.sdd(["doctor", "--format", "json"]);
    answer.expect_code(0);
    assert!(
        answer.stderr.contains("asking for versions: "),
        "{}",
        answer.stderr
    );
    assert!(answer.stderr.contains("ruff"), "{}", answer.stderr);
    assert_eq!(tool(&answer, "ruff")["version"], "1.2.3");
    let answer = sandbox.sdd(["doctor", "--no-progress"]);
    answer.expect_code(0);
    assert_eq!(answer.stderr, "");
}

#[test]
fn several_tools_are_asked_side_by_side() {
    let slow = "sleep 3; echo 1.2.3";
    let sandbox = Sandbox::new()
        .config(&plain())
        .git()
        .tree("templates/demo")
        .venv_without(&["ruff", "pytest"]);
    let sandbox = set_up(sandbox.fake("ruff", slow).fake("pytest", slow));
    let together = sandbox.sdd(["doctor", "--jobs", "4"]);
    together.expect_code(0);
    let one_by_one = sandbox.sdd(["doctor", "--jobs", "1"]);
    one_by_one.expect_code(0);
    assert!(
        one_by_one.elapsed > Duration::from_secs(6),
        "{:?}",
        one_by_one.elapsed
    );
    assert!(together.elapsed < one_by_one.elapsed, "{:?}", together.elapsed);
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(
        lines(&together.stdout),
        lines(&one_by_one.stdout),
        "the order never depends on timing"
    );
}

#[test]
fn an_interrupted_doctor_says_so_and_leaves_nothing() {
    let sandbox = with("pytest", "touch \"$SANDBOX/begun\"; sleep 1000");
    let mut running = sandbox.start(["doctor", "--format", "json", "--jobs", "1"]);
    running.wait_for(&sandbox.beside("begun")).signal(Signal::INT);
    let answer = running.wait();
    answer.expect_code(130);
    assert_eq!(tool(&answer, "pytest")["verdict"], "not_run");
    assert_eq!(answer.json()["verdict"], "error");
    sandbox.assert_no_process_left();
}

#[test]
fn an_agent_gets_its_format_and_a_bounded_answer() {
    let rules: Vec<_> = (0..300)
        .map(|n| json!({"type": "command", "name": format!("r{n}"), "command": format!("no-such-{n}-{}", "x".repeat(200)),
                        "required": true}))
        .collect();
    let sandbox = demo()
        .config(&json!({"quality_gates": {"custom_validations": {"rules": rules}}}))
        .env("CLAUDECODE", "1");
    let answer = sandbox.sdd(["doctor"]);
    answer.expect_code(3);
    assert!(
        answer.stdout.chars().count() < 8000,
        "{}",
        answer.stdout.chars().count()
    );
    assert!(
        answer.stdout.contains("more: sdd doctor --format json"),
        "{}",
        answer.stdout
    );
    assert!(
        answer.stdout.lines().last().unwrap().starts_with("next: "),
        "{}",
        answer.stdout
    );
}
