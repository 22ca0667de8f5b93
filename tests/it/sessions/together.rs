//! Several sdd at once.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{STATUS, item, project, read, settings, standing};
use crate::support::Running;

#[test]
fn of_several_that_start_at_once_one_session_comes() {
    let ids = ["feature_a", "feature_b", "feature_c"];
    let sandbox = project(&ids);
    let running: Vec<_> = ids
        .iter()
        .cycle()
        .take(6)
        .map(|id| sandbox.start(["start", id]))
        .collect();
    let answers: Vec<_> = running.into_iter().map(Running::wait).collect();
    let (number, chosen, open) = standing(&sandbox);
    assert_eq!((number, open), (json!(1), true));
    for (answer, id) in answers.iter().zip(ids.iter().cycle()) {
        if chosen == *id {
            answer.expect_code(0);
            assert!(answer.stdout.starts_with("# Session 1: "), "{}", answer.stdout);
        } else {
            answer.expect_code(2);
            assert!(answer.stderr.contains("session 1 is open"), "{}", answer.stderr);
        }
    }
    for id in ids {
        let listed = item(&sandbox, id)["sessions"].as_array().map_or(0, Vec::len);
        assert_eq!(listed, usize::from(chosen == *id), "{id}");
    }
}

#[test]
fn two_that_complete_at_once_close_the_session_once() {
    let rule =
        json!([{"type": "command", "name": "slow", "required": true, "command": {"shell": "sleep 0.3"}}]);
    let sandbox = project(&["feature_a", "feature_b"]).config(&settings(&rule));
    sandbox.sdd(["start", "feature_a"]).expect_code(0);
    let running = [sandbox.start(["complete"]), sandbox.start(["complete"])];
    let answers = running.map(Running::wait);
    for answer in &answers {
        answer.expect_code(0);
    }
    let said: BTreeSet<bool> = answers
        .iter()
        .map(|answer| {
            answer
                .stderr
                .contains("was closed by another sdd while the gates ran")
        })
        .collect();
    assert_eq!(said, BTreeSet::from([false, true]), "{answers:#?}");
    let finished = item(&sandbox, "feature_a");
    assert_eq!(finished["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(finished["update_history"].as_array().unwrap().len(), 2);
}

/// A run of an older session must not end the one that was opened in the meantime.
#[test]
fn a_run_changes_no_session_but_its_own() {
    let rule = json!([{"type": "command", "name": "slow", "required": true,
                       "command": {"shell": "touch began; while [ ! -e go ]; do sleep 0.02; done"}}]);
    let sandbox = project(&["feature_a", "feature_b"]).config(&settings(&rule));
    sandbox.sdd(["start", "feature_a"]).expect_code(0);
    let mut slow = sandbox.start(["complete"]);
    slow.wait_for(&sandbox.path("began"));
    // Somebody ends the session and begins another one while the gates run.
    let mut state = read(&sandbox, STATUS);
    state["current_session"] = json!(2);
    state["current_work_item"] = json!("feature_b");
    sandbox.rewrite(STATUS, state.to_string());
    sandbox.rewrite("go", "");
    let answer = slow.wait();
    answer.expect_code(0);
    assert!(
        answer.stderr.contains("was closed by another sdd"),
        "{}",
        answer.stderr
    );
    assert_eq!(standing(&sandbox), (json!(2), json!("feature_b"), true));
    assert_eq!(item(&sandbox, "feature_a")["status"], "in_progress");
    assert!(!sandbox.path(".session/reports/session_001.json").exists());
}

/// Work items that somebody adds while the gates run are not lost.
#[test]
fn changes_of_others_during_a_run_are_kept() {
    let rule = json!([{"type": "command", "name": "slow", "required": true,
                       "command": {"shell": "touch began; while [ ! -e go ]; do sleep 0.02; done"}}]);
    let sandbox = project(&["feature_a"]).config(&settings(&rule));
    sandbox.sdd(["start"]).expect_code(0);
    let mut slow = sandbox.start(["complete"]);
    slow.wait_for(&sandbox.path("began"));
    sandbox
        .sdd(["work-item", "new", "--type", "bug", "--title", "Found on the way"])
        .expect_code(0);
    sandbox.rewrite("go", "");
    slow.wait().expect_code(0);
    assert_eq!(item(&sandbox, "bug_found_on_the_way")["status"], "not_started");
    assert_eq!(item(&sandbox, "feature_a")["status"], "completed");
}

/// Git's look at every file takes long in a large tree; only the commit is waited for.
#[test]
fn a_session_begins_while_git_still_looks_at_the_files() {
    let git = which::which("git").unwrap();
    let script = format!(
        "case \" $* \" in *' status '*) for _ in $(seq 100); do grep -qs feature_a '{STATUS}' && break; sleep 0.1; done
           grep -qs feature_a '{STATUS}' || exit 9;; esac
         exec '{}' \"$@\"",
        git.display()
    );
    let sandbox = project(&["feature_a"]).git().fake("git", &script);
    let answer = sandbox.sdd(["start", "--format", "json"]);
    answer.expect_code(0);
    let briefing: Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(of_git(&briefing), [""; 0]);
    assert_eq!(briefing["git"]["base"], briefing["git"]["head"]);
    assert!(briefing["git"]["head"].is_string());
}

/// What git does not say is told once, whichever question it was.
#[test]
fn a_git_that_fails_leaves_one_warning() {
    #[track_caller]
    fn check(fails: &str, expect: &str) {
        let git = which::which("git").unwrap();
        let script = format!(
            "case \" $* \" in {fails}) echo 'fatal: broken' >&2; exit 128;; esac; exec '{}' \"$@\"",
            git.display()
        );
        let sandbox = project(&["feature_a"]).git().fake("git", &script);
        let answer = sandbox.sdd(["start", "--format", "json"]);
        answer.expect_code(0);
        let briefing: Value = serde_json::from_str(&answer.stdout).unwrap();
        assert_eq!(of_git(&briefing), [expect]);
    }
    check(
        "*' status '*",
        "the git state is unknown: git status ended with exit code 128: fatal: broken",
    );
    check(
        "*' rev-parse '*",
        "the git state is unknown: git rev-parse ended with exit code 128: fatal: broken; the session has no base commit",
    );
    check(
        "*",
        "the git state is unknown: git rev-parse ended with exit code 128: fatal: broken; the session has no base commit",
    );
}

/// What a briefing warns of about git.
fn of_git(briefing: &Value) -> Vec<&str> {
    let warnings = briefing["warnings"].as_array().unwrap();
    let warnings = warnings.iter().filter_map(Value::as_str);
    warnings.filter(|warning| warning.contains("git ")).collect()
}
