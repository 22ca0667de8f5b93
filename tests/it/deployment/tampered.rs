//! Records that somebody changed, cut off or took away: nothing is believed of them, and nothing is built on them.

use std::ffi::OsStr;

use serde_json::json;

use super::{deploy, status, ten};
use crate::support::Sandbox;

/// The journal of the only deployment, relative to the project.
fn journal(sandbox: &Sandbox) -> String {
    let directory = ".session/deployments/staging";
    let name = std::fs::read_dir(sandbox.path(directory))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension() == Some(OsStr::new("jsonl")))
        .unwrap();
    format!("{directory}/{}", name.file_name().unwrap().to_str().unwrap())
}

/// No command believes the journal, and nothing is run.
#[track_caller]
fn refused(sandbox: &Sandbox, says: &str) {
    let left = ten::left(sandbox);
    for command in [
        &["status", "staging"][..],
        &["log", "staging"],
        &["run", "staging"],
        &["resume", "staging"],
        &["rollback", "staging", "--reason", "x"],
    ] {
        let mut typed = sandbox.command(std::path::Path::new(env!("CARGO_BIN_EXE_sdd")));
        typed.arg("deploy").args(command);
        let answer = sandbox.start_command(typed).wait();
        answer.expect_code(3);
        assert!(answer.stderr.contains(says), "{command:?}: {}", answer.stderr);
    }
    assert_eq!(ten::left(sandbox), left);
}

#[test]
fn the_end_of_a_journal_cannot_be_changed_or_cut_off() {
    let sandbox = ten::project();
    deploy(&sandbox, ["run", "staging"]).expect_code(0);
    deploy(&sandbox, ["rollback", "staging", "--reason", "ill"]).expect_code(0);
    let name = journal(&sandbox);
    let whole = sandbox.read(&name);
    let lines: Vec<&str> = whole.lines().collect();
    // What was taken back looks as if it had succeeded.
    let at = lines
        .iter()
        .position(|line| line.contains(r#""kind":"succeeded""#))
        .unwrap();
    sandbox.rewrite(&name, format!("{}\n", lines[..=at].join("\n")));
    refused(&sandbox, "records were written, and the journal has");
    let last = lines[lines.len() - 1];
    let other = last.replace("rolled_back", "succeeded");
    assert_ne!(last, other);
    sandbox.rewrite(&name, whole.replace(last, &other));
    refused(&sandbox, "no deployment goes on like that");
    sandbox.rewrite(
        &name,
        whole.replace(last, &last.replace("\"at\":\"2", "\"at\":\"3")),
    );
    refused(&sandbox, "is not the one that was written last");
    std::fs::remove_file(sandbox.path(&name)).unwrap();
    refused(&sandbox, "it is gone");
    sandbox.rewrite(&name, &whole);
    assert_eq!(status(&sandbox)["state"], "rolled_back");
}

#[test]
fn logs_are_compared_with_the_hashes_of_the_journal() {
    let sandbox = ten::project();
    let summary = deploy(&sandbox, ["run", "staging"]).json();
    assert_eq!(deploy(&sandbox, ["log", "staging"]).json()["verified"], true);
    let log = summary["steps"][3]["log"].as_str().unwrap();
    sandbox.rewrite(log, "all is well\n");
    let answer = deploy(&sandbox, ["log", "staging"]);
    answer.expect_code(3);
    let found = answer.json();
    assert_eq!(found["verified"], false);
    assert_eq!(found["logs"][3], json!({"path": log, "found": "differs"}));
    std::fs::remove_file(sandbox.path(log)).unwrap();
    let answer = sandbox.sdd(["deploy", "log", "staging"]);
    answer.expect_code(3);
    let said = format!("warning: {log} is gone");
    assert!(answer.stdout.contains(&said), "{}", answer.stdout);
}
