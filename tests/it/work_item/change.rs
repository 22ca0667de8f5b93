//! `work-item update` and `work-item delete`.

use serde_json::{Value, json};

use super::{STATUS, WORK_ITEMS, of, refused, state, with};

/// Blocks the second item of a fixture: that and what is written down about it is all that changes, and what others
/// spelled in their way stays spelled so.
#[track_caller]
fn touched(fixture: &str, spellings: &[&str], counts: &Value) {
    let sandbox = with(fixture);
    let mut expect = state(&sandbox);
    let id = expect["work_items"]
        .as_object()
        .unwrap()
        .keys()
        .nth(1)
        .unwrap()
        .clone();
    sandbox
        .sdd(["wi", "update", &id, "--status", "blocked"])
        .expect_code(0);
    let after = state(&sandbox);
    let written = &after["work_items"][&id];
    let entry = written["update_history"].as_array().unwrap().last().unwrap();
    assert_eq!(entry["changes"], json!(["  status: in_progress → blocked"]));
    let item = expect["work_items"][&id].as_object_mut().unwrap();
    item["status"] = json!("blocked");
    let history = item.entry("update_history").or_insert(json!([]));
    history.as_array_mut().unwrap().push(entry.clone());
    item.insert("updated_at".to_owned(), written["updated_at"].clone());
    let metadata = expect["metadata"].as_object_mut().unwrap();
    for (key, count) in counts.as_object().unwrap() {
        metadata.insert(key.clone(), count.clone());
    }
    metadata["last_updated"] = written["updated_at"].clone();
    metadata.insert("revision".to_owned(), json!(1));
    assert_eq!(after.to_string(), expect.to_string(), "fields, and their order");
    for spelling in spellings {
        assert!(sandbox.read(WORK_ITEMS).contains(spelling), "{spelling}");
    }
}

#[test]
fn a_change_touches_what_it_is_about_and_nothing_else() {
    touched(
        "early.json",
        &["1.50", "T10:00:00.123456\"", "\"2025-10-18\""],
        &json!({"total_items": 3, "completed": 1, "in_progress": 0, "blocked": 1}),
    );
    touched(
        "late.json",
        &["\\u2713", ".session\\\\specs", "09:18:23.100000+00:00", "→"],
        &json!({"total_items": 4, "completed": 1, "in_progress": 0, "blocked": 2}),
    );
}

#[test]
fn every_field_can_be_changed_and_is_told() {
    let sandbox = of(&["cart", "pay: cart"]);
    let answer = sandbox.sdd([
        "work-item",
        "update",
        "cart",
        "--status",
        "in-progress",
        "--priority",
        "critical",
        "--title",
        "The cart",
        "--urgent",
    ]);
    answer.expect_code(0);
    assert_eq!(
        answer.stdout,
        "cart\n  status: not_started → in_progress\n  priority: medium → critical\n  title: Title of cart → The cart\n  \
         urgent: false → true\n"
    );
    let json = sandbox
        .sdd([
            "wi",
            "update",
            "pay",
            "--remove-dependency",
            "cart",
            "--no-urgent",
            "--format",
            "json",
        ])
        .json();
    assert_eq!(json["changes"], json!(["dependencies: - cart"]));
    assert_eq!(json["revision"], 2);
    let same = sandbox.sdd(["wi", "update", "cart", "--priority", "critical", "--urgent"]);
    same.expect_code(0);
    assert_eq!(same.stdout, "cart: nothing to change\n");
    assert_eq!(
        state(&sandbox)["metadata"]["revision"],
        2,
        "what changes nothing writes nothing"
    );
    sandbox
        .sdd(["wi", "update", "pay", "--milestone", "v1"])
        .expect_code(0);
    sandbox
        .sdd(["wi", "update", "pay", "--no-milestone"])
        .expect_code(0);
    assert_eq!(state(&sandbox)["work_items"]["pay"]["milestone"], "");
}

#[test]
fn wrong_changes_are_refused_and_change_nothing() {
    let sandbox = of(&["a", "b: a", "c: b"]);
    refused(
        &sandbox,
        ["wi", "update", "a"],
        2,
        &["nothing is given that is to change", "--status"],
    );
    refused(
        &sandbox,
        ["wi", "update", "z", "--urgent"],
        4,
        &["there is no work item \"z\""],
    );
    refused(
        &sandbox,
        ["wi", "update", "a", "--status", "done"],
        2,
        &["did you mean completed?"],
    );
    refused(
        &sandbox,
        ["wi", "update", "a", "--urgent", "--no-urgent"],
        2,
        &["--no-urgent"],
    );
    refused(
        &sandbox,
        ["wi", "update", "a", "--title", ""],
        2,
        &["--title is empty"],
    );
    refused(
        &sandbox,
        ["wi", "update", "a", "--add-dependency", "c"],
        2,
        &[
            "these would wait for each other: a → c → b → a",
            "--remove-dependency",
        ],
    );
    refused(
        &sandbox,
        ["wi", "update", "a", "--add-dependency", "a"],
        2,
        &["a → a"],
    );
    refused(
        &sandbox,
        ["wi", "update", "a", "--add-dependency", "d"],
        4,
        &["\"d\" to depend on"],
    );
    refused(
        &sandbox,
        ["wi", "update", "c", "--remove-dependency", "a"],
        4,
        &["c does not depend on \"a\"", "did you mean b?"],
    );
}

#[test]
fn a_caller_can_insist_on_what_it_has_seen() {
    let sandbox = of(&["a"]);
    sandbox
        .sdd(["wi", "update", "a", "--urgent", "--if-revision", "0"])
        .expect_code(0);
    refused(
        &sandbox,
        ["wi", "update", "a", "--no-urgent", "--if-revision", "0"],
        1,
        &["the work items have revision 1, not 0"],
    );
    refused(
        &sandbox,
        ["wi", "delete", "a", "--if-revision", "2"],
        1,
        &["revision 1, not 2"],
    );
    let shown = sandbox.sdd(["wi", "show", "a", "--format", "json"]).json();
    assert_eq!(shown["revision"], 1);
    sandbox
        .sdd(["wi", "update", "a", "--no-urgent", "--if-revision", "1"])
        .expect_code(0);
}

#[test]
fn what_is_begun_too_early_is_said() {
    let sandbox = of(&["a", "b: a gone"]);
    let answer = sandbox.sdd(["wi", "update", "b", "--status", "in_progress"]);
    answer.expect_code(0);
    assert!(
        answer
            .stderr
            .contains("it depends on what is not completed: a, gone"),
        "{}",
        answer.stderr
    );
}

#[test]
fn the_item_of_the_open_session_is_not_completed_by_hand_and_not_deleted() {
    let open = json!({"current_session": 3, "current_work_item": "a", "status": "in_progress"}).to_string();
    let sandbox = of(&["a in_progress", "b"]).file(STATUS, open);
    refused(
        &sandbox,
        ["wi", "update", "a", "--status", "completed"],
        2,
        &["a session is open for a", "sdd complete runs its gates"],
    );
    refused(
        &sandbox,
        ["wi", "delete", "a", "--force"],
        2,
        &["session 3 is open for a", "sdd complete --incomplete"],
    );
    sandbox
        .sdd(["wi", "update", "a", "--status", "blocked"])
        .expect_code(0);
    sandbox
        .sdd(["wi", "update", "b", "--status", "completed"])
        .expect_code(0);
    sandbox.sdd(["wi", "delete", "b"]).expect_code(0);
    // In the spelling of other programs, and when it has ended.
    sandbox.rewrite(
        STATUS,
        json!({"session_number": 3, "current_work_item": "a", "status": "completed"}).to_string(),
    );
    sandbox.sdd(["wi", "delete", "a"]).expect_code(0);
    assert_eq!(state(&sandbox)["metadata"]["total_items"], 0);
}

#[test]
fn a_session_file_that_is_broken_stops_what_it_decides() {
    let sandbox = of(&["a"]).file(STATUS, "{");
    refused(&sandbox, ["wi", "delete", "a"], 2, &["status_update.json:1:"]);
    sandbox.sdd(["wi", "update", "a", "--urgent"]).expect_code(0);
}

#[test]
fn deleting_keeps_the_spec_and_what_others_need() {
    let sandbox = of(&["a", "b: a", "c: b a"])
        .file(".session/specs/a.md", "# Feature: A\n")
        .file(".session/specs/b.md", "# Feature: B\n");
    refused(
        &sandbox,
        ["wi", "delete", "a"],
        2,
        &["b and c depend on a", "sdd work-item delete a --force"],
    );
    let answer = sandbox.sdd(["wi", "delete", "a", "--force"]);
    answer.expect_code(0);
    assert_eq!(
        answer.stdout,
        "deleted a\nb no longer depends on it\nc no longer depends on it\nkept .session/specs/a.md\n"
    );
    assert_eq!(state(&sandbox)["work_items"]["c"]["dependencies"], json!(["b"]));
    assert_eq!(
        state(&sandbox)["work_items"]["b"]["update_history"][0]["changes"],
        json!(["  dependencies: - a"])
    );
    let answer = sandbox.sdd(["wi", "delete", "b", "--force", "--with-spec", "--format", "json"]);
    answer.expect_code(0);
    let document = answer.json();
    assert_eq!(
        (&document["freed"], &document["spec_deleted"]),
        (&json!(["c"]), &json!(true))
    );
    assert!(sandbox.path(".session/specs/a.md").exists() && !sandbox.path(".session/specs/b.md").exists());
    let answer = sandbox.sdd(["wi", "delete", "c", "--with-spec"]);
    answer.expect_code(0);
    assert!(
        answer
            .stderr
            .contains("there was no .session/specs/c.md to delete"),
        "{}",
        answer.stderr
    );
    refused(&sandbox, ["wi", "delete", "c"], 4, &["there are none yet"]);
}

#[test]
fn a_spec_that_two_items_share_stays() {
    let sandbox = of(&["a", "b"]).file(".session/specs/b.md", "# Feature: both\n");
    let mut items = state(&sandbox);
    items["work_items"]["a"]["spec_file"] = json!(".session\\specs\\b.md");
    sandbox.rewrite(WORK_ITEMS, items.to_string());
    let answer = sandbox.sdd(["wi", "delete", "b", "--with-spec"]);
    answer.expect_code(0);
    assert!(
        answer.stderr.contains("it is the spec of a, too"),
        "{}",
        answer.stderr
    );
    assert!(sandbox.path(".session/specs/b.md").exists());
}

#[test]
fn changes_of_eight_at_once_are_all_made() {
    let ids: Vec<String> = (0..8).map(|at| format!("item_{at}")).collect();
    let sandbox = of(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    let running: Vec<_> = ids
        .iter()
        .map(|id| sandbox.start(["wi", "update", id, "--status", "completed", "--milestone", "v1"]))
        .collect();
    for running in running {
        running.wait().expect_code(0);
    }
    let state = state(&sandbox);
    assert_eq!(
        (&state["metadata"]["completed"], &state["metadata"]["revision"]),
        (&json!(8), &json!(8))
    );
    for id in &ids {
        assert_eq!(
            state["work_items"][id]["update_history"]
                .as_array()
                .unwrap()
                .len(),
            1,
            "{id}"
        );
    }
}
