//! Every payload in a project that is green, in one that is red, and in one without sdd.

use serde_json::Value;

use super::{hook, message, payload, project, reason, red, silent};
use crate::support::{Answer, Sandbox};

/// What an answer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    /// Nothing, without a word.
    Nothing,
    /// The agent goes on.
    Blocks,
    /// The task is not complete: exit code 2.
    Refuses,
    /// The tool is not called.
    Denies,
    /// Text becomes context.
    Speaks,
}

/// The payloads, each with its event, and what is answered in a green project and in a red one.
const CASES: &[(&str, &str, Does, Does)] = {
    use Does::{Blocks, Denies, Nothing, Refuses, Speaks};
    &[
        ("stop", "stop", Nothing, Blocks),
        ("stop-again", "stop", Nothing, Blocks),
        ("stop-beside-shell", "stop", Nothing, Blocks),
        ("stop-behind-subagent", "stop", Nothing, Blocks),
        ("stop-of-a-later-version", "stop", Nothing, Blocks),
        ("stop-with-little", "stop", Nothing, Blocks),
        ("stop-waits-for-subagent", "stop", Nothing, Nothing),
        ("stop-waits-for-workflow", "stop", Nothing, Nothing),
        // The rule of the project is no cheap gate.
        ("subagent-stop", "subagent-stop", Nothing, Nothing),
        ("task-completed", "task-completed", Nothing, Refuses),
        ("post-edit", "post-edit", Nothing, Nothing),
        ("post-write", "post-edit", Nothing, Nothing),
        ("pre-commit", "pre-commit", Nothing, Nothing),
        ("pre-commit-no-verify", "pre-commit", Denies, Denies),
        ("pre-commit-hooks-path", "pre-commit", Denies, Denies),
        ("session-start", "session-start", Speaks, Speaks),
        ("session-start-compact", "session-start", Speaks, Speaks),
        ("config-change", "config-change", Nothing, Nothing),
        ("config-change-of-user", "config-change", Nothing, Nothing),
    ]
};

fn does(answer: &Answer) -> Does {
    let object: Option<Value> = serde_json::from_str(&answer.stdout).ok();
    match (answer.code(), object) {
        (Some(2), _) => Does::Refuses,
        (_, Some(object)) if object["decision"] == "block" => Does::Blocks,
        (_, Some(object)) if object["hookSpecificOutput"]["permissionDecision"] == "deny" => Does::Denies,
        (_, None) if !answer.stdout.is_empty() => Does::Speaks,
        (_, None) => Does::Nothing,
        (_, Some(object)) => panic!("{object:#}"),
    }
}

#[test]
fn every_payload_of_the_fixtures_is_answered() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/claude");
    let mut files: Vec<String> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with(".schema.json"))
        .collect();
    files.sort();
    let mut cases: Vec<String> = CASES.iter().map(|(name, ..)| format!("{name}.json")).collect();
    cases.sort();
    assert_eq!(files, cases);
}

#[test]
fn in_a_green_project() {
    let sandbox = project();
    sandbox.commit("First");
    for (name, event, expect, _) in CASES {
        let answer = hook(&sandbox, &[event], &payload(&sandbox, name));
        assert_eq!(
            does(&answer),
            *expect,
            "{name}: {}{}",
            answer.stdout,
            answer.stderr
        );
    }
    sandbox.assert_nothing_left();
}

#[test]
fn in_a_red_project() {
    for (name, event, _, expect) in CASES {
        let sandbox = red();
        let answer = hook(&sandbox, &[event], &payload(&sandbox, name));
        assert_eq!(
            does(&answer),
            *expect,
            "{name}: {}{}",
            answer.stdout,
            answer.stderr
        );
        if *expect == Does::Blocks {
            let reason = reason(&answer);
            assert!(reason.starts_with("sdd: FAILED: 1 of "), "{reason}");
            assert!(reason.contains("  src/a.txt:2 no TODO "), "{reason}");
            assert!(
                reason.contains("\nRuns only what did not pass: sdd gate custom\n"),
                "{reason}"
            );
        }
        sandbox.assert_nothing_left();
    }
}

#[test]
fn a_project_without_sdd_is_not_taxed() {
    let sandbox = Sandbox::new().git().file("src/a.txt", "TODO\n");
    for (name, event, ..) in CASES {
        silent(&hook(&sandbox, &[event], &payload(&sandbox, name)));
    }
    for text in ["", "{", "[]"] {
        let answer = super::start(&sandbox, &["stop"], text.as_bytes()).wait();
        silent(&answer);
    }
    assert!(!sandbox.path(".session").exists());
}

#[test]
fn the_directory_of_the_payload_is_where_a_project_is_looked_for() {
    let sandbox = red().file("deep/er/x", "");
    let cwd = sandbox.path("deep/er");
    let stop = super::with(payload(&sandbox, "stop"), &serde_json::json!({"cwd": cwd}));
    reason(&hook(&sandbox, &["stop"], &stop));
    // Somewhere else: then the project that the agent was started in.
    let elsewhere = super::with(
        payload(&sandbox, "stop"),
        &serde_json::json!({"cwd": sandbox.beside("home")}),
    );
    silent(&hook(&sandbox, &["stop"], &elsewhere));
    let gone = super::with(
        payload(&sandbox, "stop"),
        &serde_json::json!({"cwd": "/not/there"}),
    );
    silent(&hook(&sandbox, &["stop"], &gone));
    let project = sandbox.project().to_owned();
    let sandbox = sandbox.env("CLAUDE_PROJECT_DIR", project.clone());
    let reason = reason(&hook(&sandbox, &["stop"], &elsewhere));
    let call = format!("sdd -C {} gate custom", project.canonicalize().unwrap().display());
    assert!(reason.contains(&call), "{call}: {reason}");
}

#[test]
fn a_hook_of_another_event_says_so() {
    let sandbox = project();
    sandbox.commit("First");
    let answer = hook(&sandbox, &["stop"], &payload(&sandbox, "task-completed"));
    assert_eq!(
        message(&answer),
        "sdd hook stop is for Stop, and was called for TaskCompleted"
    );
}
