//! Sessions that do not begin or do not end, and what is said.

use serde_json::json;

use super::{STATUS, WORK_ITEMS, project, read, standing};
use crate::support::Sandbox;

/// Runs sdd; it must refuse, say this, and change nothing.
#[track_caller]
fn check<const N: usize>(sandbox: &Sandbox, args: [&str; N], code: i32, said: &[&str]) {
    let state = || [STATUS, WORK_ITEMS].map(|file| std::fs::read(sandbox.path(file)).ok());
    let before = state();
    let answer = sandbox.sdd(args);
    answer.expect_code(code);
    for said in said {
        assert!(
            answer.stderr.contains(said),
            "{said:?} is not in\n{}",
            answer.stderr
        );
    }
    assert_eq!(answer.stdout, "");
    assert_eq!(state(), before);
}

#[test]
fn an_item_that_cannot_be_begun_is_refused_unless_it_is_forced() {
    let sandbox = project(&[
        "feature_done completed",
        "feature_waits: feature_low nowhere",
        "feature_low low: feature_done",
        "feature_stuck blocked critical",
    ]);
    check(
        &sandbox,
        ["start", "feature_lwo"],
        4,
        &[
            "there is no work item \"feature_lwo\"",
            "did you mean feature_low?",
        ],
    );
    check(
        &sandbox,
        ["start", "feature_waits"],
        2,
        &[
            "feature_waits waits for feature_low (not_started), nowhere (not there)",
            "sdd start feature_waits --force",
        ],
    );
    check(
        &sandbox,
        ["start", "feature_done"],
        2,
        &["feature_done is completed", "--force"],
    );
    check(
        &sandbox,
        ["start", "feature_stuck"],
        2,
        &["feature_stuck is blocked", "--force"],
    );
    let forced = sandbox.sdd(["start", "feature_waits", "--force"]);
    forced.expect_code(0);
    assert!(
        forced.stdout.contains("- `nowhere` (not there)\n"),
        "{}",
        forced.stdout
    );
    assert_eq!(standing(&sandbox), (json!(1), json!("feature_waits"), true));
}

#[test]
fn only_one_session_is_open_at_a_time() {
    let sandbox = project(&["feature_a", "feature_b"]);
    sandbox.sdd(["start", "feature_a"]).expect_code(0);
    for force in ["--force", "--no-progress"] {
        check(
            &sandbox,
            ["start", "feature_b", force],
            2,
            &[
                "session 1 is open, on feature_a",
                "sdd complete; or",
                "sdd complete --incomplete",
            ],
        );
    }
    check(
        &sandbox,
        ["start", "feature_x"],
        4,
        &["there is no work item \"feature_x\""],
    );
}

#[test]
fn where_there_is_nothing_it_is_said_what_to_do() {
    let sandbox = project(&[]);
    check(
        &sandbox,
        ["start"],
        4,
        &["there are no work items yet", "sdd work-item new"],
    );
    check(
        &sandbox,
        ["complete", "--incomplete"],
        4,
        &["no session is open", "sdd start"],
    );
    let sandbox = project(&["feature_a blocked", "feature_b: feature_a"]);
    check(
        &sandbox,
        ["start"],
        4,
        &[
            "feature_a is blocked; feature_b waits for feature_a (blocked)",
            "--force",
        ],
    );
    let outside = Sandbox::new();
    for command in ["start", "status", "complete"] {
        let answer = outside.sdd([command]);
        answer.expect_code(4);
        assert!(answer.stderr.contains("sdd init"), "{}", answer.stderr);
    }
    outside.sdd(["status", "--brief"]).expect_code(4);
}

#[test]
fn an_open_session_whose_item_is_gone_can_only_be_closed() {
    let sandbox = project(&["feature_a", "feature_b"]);
    sandbox.sdd(["start", "feature_a"]).expect_code(0);
    sandbox.rewrite(WORK_ITEMS, super::items(&["feature_b"]));
    check(
        &sandbox,
        ["start"],
        4,
        &["its item feature_a is not there", "sdd complete --incomplete"],
    );
    check(
        &sandbox,
        ["complete"],
        4,
        &["its item feature_a is not there", "sdd complete --incomplete"],
    );
    sandbox.sdd(["status"]).expect_code(0);
    sandbox.sdd(["complete", "--incomplete"]).expect_code(0);
    assert_eq!(standing(&sandbox), (json!(1), json!("feature_a"), false));
    let summary = sandbox.read(".session/history/session_001_summary.md");
    assert!(summary.contains("not in the work items any more"), "{summary}");
    sandbox.sdd(["start"]).expect_code(0);
    assert_eq!(standing(&sandbox), (json!(2), json!("feature_b"), true));
}

#[test]
fn state_that_cannot_be_understood_is_named_and_left() {
    let items_of_others =
        "{\n  \"items\": [\n    {\"id\": 1, \"status\": \"done\", \"priority\": \"P0\"}\n  ]\n}\n";
    for (file, text, said) in [
        (
            STATUS,
            "{\n  \"current_session\": [3]\n}",
            "status_update.json:2:22: current_session: expected",
        ),
        (
            STATUS,
            "{\"current_session\": 1, \"status\": 7}",
            "status_update.json:1:34: status: expected a string",
        ),
        (
            STATUS,
            "{\"base_commit\": \"--output=x\", \"status\": \"in_progress\"}",
            "base_commit: expected the id",
        ),
        (STATUS, "[]", "status_update.json:1:1: expected an object"),
        (STATUS, "{\"status\": ", "status_update.json:1:"),
        (
            WORK_ITEMS,
            "{\"work_items\": [1]}",
            "work_items.json:1:16: work_items: expected an object",
        ),
        (
            WORK_ITEMS,
            items_of_others,
            "work_items.json:2:12: items: expected the key `work_items`",
        ),
        (
            WORK_ITEMS,
            "{\"work_items\": {\"a\": {\"type\": \"bug\", \"status\": \"done\"}}}",
            "work_items.json:1:48: work_items.a.status: expected one of",
        ),
    ] {
        let sandbox = project(&["feature_a"]);
        sandbox.sdd(["start"]).expect_code(0);
        sandbox.rewrite(file, text);
        check(&sandbox, ["start"], 2, &[said, "the file was left as it is"]);
        check(&sandbox, ["complete"], 2, &[said]);
        check(&sandbox, ["complete", "--incomplete"], 2, &[said]);
        if file == STATUS {
            check(&sandbox, ["status"], 2, &[said]);
            check(&sandbox, ["status", "--brief"], 2, &[said]);
        }
        assert_eq!(sandbox.read(file), text);
    }
}

#[test]
fn state_of_a_newer_sdd_is_read_and_never_written() {
    let sandbox = project(&["feature_a"]);
    sandbox.rewrite(STATUS, "{\"schema_version\": 9, \"current_session\": null}");
    check(&sandbox, ["start"], 2, &["schema version 9"]);
    sandbox.sdd(["status"]).expect_code(0);
    assert_eq!(read(&sandbox, STATUS)["schema_version"], json!(9));
}
