//! Ends that cannot be recorded or delivered: there is no verdict then, and the session stays open.

use serde_json::json;

use super::{STATUS, WORK_ITEMS, project, read, standing};
use crate::support::Sandbox;

/// A session that would be green.
fn green() -> Sandbox {
    let sandbox = project(&["feature_a"]).file("done.txt", "x");
    sandbox.sdd(["start"]).expect_code(0);
    sandbox
}

/// Runs `complete`; it must have no verdict, say this, and leave the session open.
#[track_caller]
fn check<const N: usize>(sandbox: &Sandbox, args: [&str; N], said: &str) {
    let items = sandbox.read(WORK_ITEMS);
    let answer = sandbox.sdd(args);
    answer.expect_code(3);
    assert!(
        answer.stderr.contains(said),
        "{said:?} is not in\n{}",
        answer.stderr
    );
    assert_eq!(standing(sandbox), (json!(1), json!("feature_a"), true));
    assert_eq!(sandbox.read(WORK_ITEMS), items);
}

#[test]
fn a_session_whose_report_cannot_be_kept_stays_open() {
    let sandbox = green().file(".session/reports", "in the way");
    check(&sandbox, ["complete", "--no-progress"], "there is no verdict");
    check(&sandbox, ["complete", "--incomplete"], "there is no verdict");
}

#[test]
fn a_session_whose_summary_cannot_be_kept_stays_open() {
    let sandbox = green().file(".session/history", "in the way");
    check(
        &sandbox,
        ["complete", "--no-progress"],
        "the session was not recorded, so there is no verdict",
    );
    assert_eq!(
        read(&sandbox, super::LATEST)["verdict"],
        "error",
        "what is looked up later says the same"
    );
    check(
        &sandbox,
        ["complete", "--incomplete"],
        "the session was not recorded",
    );
    std::fs::remove_file(sandbox.path(".session/history")).unwrap();
    sandbox.sdd(["complete"]).expect_code(0);
    assert!(!standing(&sandbox).2);
}

#[test]
fn a_session_whose_report_nobody_gets_stays_open() {
    let sandbox = green();
    check(
        &sandbox,
        ["complete", "--output", "json=/dev/full"],
        "cannot write /dev/full",
    );
    assert_eq!(
        read(&sandbox, ".session/reports/session_001.json")["verdict"],
        "error"
    );
}

/// The item's file is a link that leads out of the project: it can be read, and not be written.
#[test]
fn state_that_is_written_half_is_put_right_by_the_next_run() {
    let sandbox = green();
    let outside = sandbox.beside("tmp").join("items.json");
    let text = sandbox.read(WORK_ITEMS);
    sdd::store::atomic::write(&outside, text.as_bytes()).unwrap();
    std::fs::remove_file(sandbox.path(WORK_ITEMS)).unwrap();
    std::os::unix::fs::symlink(&outside, sandbox.path(WORK_ITEMS)).unwrap();
    let answer = sandbox.sdd(["complete"]);
    answer.expect_code(3);
    assert!(
        answer.stderr.contains("leads out of the project"),
        "{}",
        answer.stderr
    );
    assert_eq!(
        read(&sandbox, STATUS)["status"],
        "in_progress",
        "the item comes first"
    );
    std::fs::remove_file(sandbox.path(WORK_ITEMS)).unwrap();
    sandbox.rewrite(WORK_ITEMS, text);
    sandbox.sdd(["complete"]).expect_code(0);
    assert!(!standing(&sandbox).2);
}
