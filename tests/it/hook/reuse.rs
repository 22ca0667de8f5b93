//! A verdict is taken again for the same tree, settings and tools, and never for another one.

use std::time::Duration;

use serde_json::{Value, json};

use super::{hook, payload, reason, silent, start, with};
use crate::support::Sandbox;

/// A project whose rule leaves a line outside of the project each time that it is run, and holds unless `src/a.txt` says
/// otherwise.
fn counting() -> Sandbox {
    let sandbox = super::project().config(&settings("rule"));
    let sandbox = sandbox.fake(
        "look",
        "echo x >>\"$SANDBOX/home/runs\"; test ! -e \"$SANDBOX/home/slow\" || sleep 2; ! grep -q red src/a.txt",
    );
    sandbox.commit("First");
    sandbox.rewrite("src/a.txt", "green\n");
    sandbox
}

fn settings(name: &str) -> Value {
    json!({"quality_gates": {"custom_validations": {"rules": [
        {"type": "command", "name": name, "command": "look", "required": true}
    ]}}})
}

fn runs(sandbox: &Sandbox) -> usize {
    std::fs::read_to_string(sandbox.beside("home").join("runs"))
        .unwrap_or_default()
        .lines()
        .count()
}

/// Stops; how often the rule was run so far.
#[track_caller]
fn check(sandbox: &Sandbox, blocks: bool, expect: usize) {
    let answer = hook(sandbox, &["stop"], &payload(sandbox, "stop"));
    if blocks {
        reason(&answer);
    } else {
        silent(&answer);
    }
    assert_eq!(runs(sandbox), expect);
}

#[test]
fn the_same_tree_is_judged_once() {
    let sandbox = counting();
    check(&sandbox, false, 1);
    check(&sandbox, false, 1);
    sandbox.rewrite("src/a.txt", "red\n");
    check(&sandbox, true, 2);
    let said = reason(&hook(&sandbox, &["stop"], &payload(&sandbox, "stop")));
    assert!(
        said.contains("(the verdict of an earlier run on the same tree)"),
        "{said}"
    );
    assert_eq!(runs(&sandbox), 2);
    // Back again: its verdict is known.
    sandbox.rewrite("src/a.txt", "green\n");
    check(&sandbox, false, 2);
}

#[test]
fn what_a_person_ran_counts_as_well() {
    let sandbox = counting();
    sandbox.sdd(["gate"]).expect_code(0);
    assert_eq!(runs(&sandbox), 1);
    check(&sandbox, false, 1);
}

#[test]
fn another_tree_another_commit_other_settings_or_another_tool_are_judged_anew() {
    let sandbox = counting();
    check(&sandbox, false, 1);
    let sandbox = sandbox.file("src/new.txt", "untracked\n");
    check(&sandbox, false, 2);
    sandbox.rewrite("src/new.txt", "other text\n");
    check(&sandbox, false, 3);
    let path = sandbox.path("src/new.txt");
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    check(&sandbox, false, 4);
    sandbox.commit("Second");
    check(&sandbox, false, 5);
    let sandbox = sandbox.config(&settings("another name"));
    let said = super::message(&hook(&sandbox, &["stop"], &payload(&sandbox, "stop")));
    assert!(
        said.ends_with("what they ask was changed in: .session/config.json"),
        "{said}"
    );
    assert_eq!(runs(&sandbox), 6);
    let sandbox = sandbox.fake("look", "echo x >>\"$SANDBOX/home/runs\"; exit 0 # another one");
    check(&sandbox, false, 7);
    check(&sandbox, false, 7);
    std::fs::remove_file(sandbox.path("src/new.txt")).unwrap();
    check(&sandbox, false, 8);
}

#[test]
fn a_run_without_an_answer_is_never_taken_again() {
    let sandbox = counting().fake("look", "echo x >>\"$SANDBOX/home/runs\"; exit 126");
    check(&sandbox, true, 1);
    // Blocked once, since nobody can mend it; and asked each time.
    for expect in [2, 3] {
        let again = with(payload(&sandbox, "stop"), &json!({"stop_hook_active": true}));
        hook(&sandbox, &["stop"], &again);
        assert_eq!(runs(&sandbox), expect);
    }
}

#[test]
fn where_git_cannot_tell_the_content_nothing_is_taken_again() {
    // A repository of its own inside of this one, and no repository at all.
    let nested = counting().file("inner/x", "");
    nested.git_run(["-C", "inner", "init", "--quiet"]);
    check(&nested, false, 1);
    check(&nested, false, 2);
    let none = counting();
    std::fs::remove_dir_all(none.path(".git")).unwrap();
    check(&none, false, 1);
    check(&none, false, 2);
}

#[test]
fn a_report_that_was_changed_is_not_believed() {
    let sandbox = counting();
    check(&sandbox, false, 1);
    for entry in std::fs::read_dir(sandbox.path(".session/runs")).unwrap() {
        let report = entry.unwrap().path().join("report.json");
        if report.is_file() {
            super::write(&report, b"{\"verdict\": \"passed\"}");
        }
    }
    check(&sandbox, false, 2);
}

#[test]
fn a_run_that_rewrote_files_is_not_taken_for_the_tree_before() {
    let sandbox = Sandbox::new()
        .git()
        .file("pyproject.toml", "[project]\nname = \"x\"\nversion = \"1\"\n")
        .file("a.py", "x   =  1\n")
        .config(&json!({"quality_gates": {"formatting": {"required": true, "auto_fix": true},
            "linting": {"enabled": false}, "type_checking": {"enabled": false},
            "test_execution": {"enabled": false, "required": false}, "security": {"enabled": false, "required": false}}}))
        .venv();
    sandbox.sdd(["gate"]).expect_code(0);
    assert_eq!(sandbox.read("a.py"), "x = 1\n");
    sandbox.rewrite("a.py", "x   =  1\n");
    let said = reason(&hook(&sandbox, &["stop"], &payload(&sandbox, "stop")));
    assert!(said.contains("formatting"), "{said}");
    assert_eq!(
        sandbox.read("a.py"),
        "x   =  1\n",
        "an agent's file is left alone"
    );
}

#[test]
fn of_two_hooks_at_once_the_second_takes_the_verdict_of_the_first() {
    let sandbox = counting();
    sandbox.rewrite("../home/slow", "");
    let stop = payload(&sandbox, "stop").to_string();
    let other = with(
        payload(&sandbox, "task-completed"),
        &json!({"session_id": "other"}),
    )
    .to_string();
    let first = start(&sandbox, &["stop"], stop.as_bytes());
    let second = start(&sandbox, &["task-completed"], other.as_bytes());
    for (running, event) in [(first, "stop"), (second, "task-completed")] {
        let answer = running.wait();
        super::hold(&answer, &[event]);
        silent(&answer);
    }
    assert_eq!(runs(&sandbox), 1);
    sandbox.assert_nothing_left();
}

#[test]
fn who_waits_for_another_run_waits_no_longer_than_its_budget() {
    let sandbox = counting().fake("look", "echo x >>\"$SANDBOX/home/runs\"; exec sleep 20");
    let stop = payload(&sandbox, "stop").to_string();
    let mut first = start(&sandbox, &["stop"], stop.as_bytes());
    first.wait_for(&sandbox.beside("home").join("runs"));
    let second = start(&sandbox, &["stop", "--budget", "1"], stop.as_bytes()).wait();
    super::hold(&second, &["stop"]);
    let said = reason(&second);
    assert!(said.contains("the time budget of 1 s is over"), "{said}");
    assert!(second.elapsed < Duration::from_secs(11), "{:?}", second.elapsed);
    drop(first);
}
