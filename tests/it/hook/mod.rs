//! `sdd hook`: what an agent sends, and what it is answered. `sdd init --claude` and the proof of the doctor.
//!
//! The payloads in `tests/fixtures/claude/` have the shapes of the agent's documentation; every answer is held to the
//! shapes that it understands (`answers.schema.json`), to the exit codes 0 and 2, and to streams that hold nothing else.

#![expect(clippy::unwrap_used, reason = "a test's helper may panic")]

mod cases;
mod edits;
mod install;
mod loops;
mod odd;
mod proof;
mod reuse;
mod sessions;

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Answer, Running, Sandbox};

/// Starts a hook with this text on its stdin.
fn start(sandbox: &Sandbox, args: &[&str], stdin: &[u8]) -> Running {
    let number = std::fs::read_dir(sandbox.beside("streams")).unwrap().count();
    let file = sandbox.beside("streams").join(format!("{number:04}.stdin"));
    write(&file, stdin);
    let mut command = sandbox.command(&sandbox.beside("bin").join("sh"));
    command
        .args(["-c", "exec \"$0\" hook \"$@\" <\"$STDIN\""])
        .arg(env!("CARGO_BIN_EXE_sdd"))
        .args(args)
        .env("STDIN", file);
    sandbox.start_command(command)
}

#[expect(clippy::disallowed_methods, reason = "a test's own files are no state")]
fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
}

/// Runs a hook with a payload of the fixtures and holds its answer to what every answer must be.
#[track_caller]
fn hook(sandbox: &Sandbox, args: &[&str], payload: &Value) -> Answer {
    let answer = start(sandbox, args, payload.to_string().as_bytes()).wait();
    hold(&answer, args);
    answer
}

/// What every answer must be.
#[track_caller]
fn hold(answer: &Answer, args: &[&str]) {
    let said = format!("{args:?}\nstdout:\n{}\nstderr:\n{}", answer.stdout, answer.stderr);
    match answer.code() {
        Some(0) => assert_eq!(answer.stderr, "", "{said}"),
        Some(2) => {
            assert_eq!(answer.stdout, "", "{said}");
            assert!(!answer.stderr.trim().is_empty(), "{said}");
            assert!(answer.stderr.chars().count() < 9_700, "{said}");
        }
        other => panic!("exit code {other:?}: {said}"),
    }
    assert!(
        !answer.stdout.contains('\u{1b}') && !answer.stderr.contains('\u{1b}'),
        "{said}"
    );
    if answer.stdout.is_empty() {
        return;
    }
    if args.first() == Some(&"session-start") && !answer.stdout.starts_with('{') {
        assert!(answer.stdout.lines().count() <= 10, "{said}");
        return;
    }
    let object: Value =
        serde_json::from_str(&answer.stdout).unwrap_or_else(|error| panic!("{error}: {said}"));
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/claude/answers.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    if let Err(error) = jsonschema::validate(&schema, &object) {
        panic!("{error}: {said}");
    }
}

/// A payload of the fixtures, for this project.
#[track_caller]
fn payload(sandbox: &Sandbox, name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/claude/{name}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let cwd = sandbox.project().to_str().unwrap();
    serde_json::from_str(&text.replace("[CWD]", cwd)).unwrap()
}

/// A payload with other values.
fn with(mut payload: Value, changes: &Value) -> Value {
    for (key, value) in changes.as_object().unwrap() {
        payload[key] = value.clone();
    }
    payload
}

/// A repository in which one rule decides: no line of `src` has the word TODO in it.
fn project() -> Sandbox {
    let sandbox = Sandbox::new().git().file("src/a.txt", "fine\n").config(&json!({
        "quality_gates": {"custom_validations": {"rules": [todo()]},
            "documentation": {"enabled": false}, "spec_completeness": {"enabled": false, "required": false}}
    }));
    sandbox.file(
        ".gitignore",
        "/.session/runs/\n/.session/reports/latest.json\n/.session/.lock\n/.session/**/.*.prev\n",
    )
}

fn todo() -> Value {
    json!({"type": "grep", "name": "no TODO", "pattern": "TODO", "files": "src", "match": "must_not_match",
           "required": true})
}

/// The same with the rule broken.
fn red() -> Sandbox {
    let sandbox = project();
    sandbox.commit("First");
    sandbox.rewrite("src/a.txt", "fine\nTODO: mend this\n");
    sandbox
}

/// The reason of an answer that blocks.
#[track_caller]
fn reason(answer: &Answer) -> String {
    answer.expect_code(0);
    let object = answer.json();
    assert_eq!(object["decision"], "block", "{object:#}");
    object["reason"].as_str().unwrap().to_owned()
}

/// What the user is told by an answer that lets go.
#[track_caller]
fn message(answer: &Answer) -> String {
    answer.expect_code(0);
    let object = answer.json();
    assert_eq!(object.as_object().unwrap().len(), 1, "{object:#}");
    object["systemMessage"].as_str().unwrap().to_owned()
}

/// Fails unless the answer lets the event go on without a word.
#[track_caller]
fn silent(answer: &Answer) {
    answer.expect_code(0);
    assert_eq!((answer.stdout.as_str(), answer.stderr.as_str()), ("", ""));
}
