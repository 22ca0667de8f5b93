use serde_json::json;

use super::*;

const BEGAN: &str = "2026-01-02T03:04:05Z";
const ENDED: &str = "2026-01-02T04:04:05Z";

fn beginning<'a>(snapshot: &'a Snapshot, stamp: &'a str) -> Beginning<'a> {
    Beginning {
        number: 3,
        work_item: "feature_a",
        stamp,
        started_at: Some(stamp),
        base_commit: Some("0123abcd"),
        snapshot,
    }
}

fn ending(outcome: Outcome) -> Ending<'static> {
    Ending {
        number: 3,
        work_item: "feature_a",
        stamp: ENDED,
        started_at: Some(BEGAN),
        outcome,
        gates: Gates::Passed,
    }
}

fn items() -> Value {
    json!({
        "metadata": {"total_items": 7, "completed": 7, "theirs": 1},
        "milestones": {},
        "work_items": {
            "feature_a": {"type": "feature", "title": "A", "status": "not_started", "theirs": {"x": 1.10}},
            "bug_b": {"type": "bug", "title": "B", "status": "completed"},
        },
    })
}

/// A session from its beginning to its end, as the two files show it.
#[test]
fn a_session_is_written_into_both_files() {
    let snapshot = Snapshot {
        commit: Some("0123abcd".to_owned()),
        config_sha256: Some("ff".to_owned()),
    };
    let mut state = json!({"current_session": null, "current_work_item": null, "started_at": null, "status": "idle",
                           "completed_at": null, "base_commit": null, "theirs": [1]});
    let mut items = items();
    open(&mut state, &beginning(&snapshot, BEGAN));
    begin(&mut items, &beginning(&snapshot, BEGAN));
    insta::assert_json_snapshot!("begun", json!([state, items]));
    close(&mut state, ENDED);
    end(&mut items, &ending(Outcome::Completed));
    insta::assert_json_snapshot!("ended", json!([state, items]));
}

#[test]
fn what_is_done_twice_is_as_good_as_once() {
    let snapshot = Snapshot::default();
    let mut once = items();
    begin(&mut once, &beginning(&snapshot, BEGAN));
    let mut twice = once.clone();
    begin(&mut twice, &beginning(&snapshot, ENDED));
    assert_eq!(twice, once);
}

#[test]
fn an_item_that_is_not_completed_stays_in_progress() {
    let mut items = items();
    begin(&mut items, &beginning(&Snapshot::default(), BEGAN));
    end(
        &mut items,
        &Ending {
            gates: Gates::NotPassed,
            ..ending(Outcome::Incomplete)
        },
    );
    let item = &items["work_items"]["feature_a"];
    assert_eq!(item["status"], "in_progress");
    assert_eq!(item["sessions"][0]["status"], "incomplete");
    assert_eq!(item["sessions"][0]["quality_gates_passed"], false);
    assert_eq!(unfinished_base(item), Some("0123abcd"));
    assert_eq!(items["metadata"]["in_progress"], 1);
}

#[test]
fn a_completed_item_that_is_worked_on_again_is_in_progress() {
    let mut items = items();
    let snapshot = Snapshot::default();
    begin(&mut items, &beginning(&snapshot, BEGAN));
    end(&mut items, &ending(Outcome::Completed));
    assert_eq!(unfinished_base(&items["work_items"]["feature_a"]), None);
    begin(
        &mut items,
        &Beginning {
            number: 4,
            ..beginning(&snapshot, ENDED)
        },
    );
    let item = &items["work_items"]["feature_a"];
    assert_eq!(item["status"], "in_progress");
    assert_eq!(item["metadata"], json!({}));
    assert_eq!(item["sessions"].as_array().unwrap().len(), 2);
    assert_eq!(item["update_history"].as_array().unwrap().len(), 3);
}

/// Sdd was killed between the two files, or somebody edited one of them.
#[test]
fn a_session_that_its_item_does_not_list_is_listed_when_it_ends() {
    let mut items = items();
    items["work_items"]["feature_a"]["sessions"] = json!([{"session_number": "2"}, 1, "x"]);
    end(&mut items, &ending(Outcome::Completed));
    let listed = &items["work_items"]["feature_a"]["sessions"];
    assert_eq!(listed[3]["session_num"], 3);
    assert_eq!(listed[3]["started_at"], BEGAN);
    assert_eq!(listed[3]["ended_at"], ENDED);
}

#[test]
fn an_entry_under_any_name_is_the_sessions_own() {
    for entry in [
        json!({"session_number": 3}),
        json!({"session_num": "3", "summary": "s"}),
        json!({"session": 3}),
    ] {
        let mut items = items();
        items["work_items"]["feature_a"]["sessions"] = json!([entry]);
        end(&mut items, &ending(Outcome::Incomplete));
        let listed = items["work_items"]["feature_a"]["sessions"].as_array().unwrap();
        assert_eq!(listed.len(), 1, "{listed:?}");
        assert_eq!(listed[0]["ended_at"], ENDED);
    }
}

#[test]
fn older_names_of_a_field_are_kept_and_follow() {
    let mut state = json!({"session_number": 2, "session_start": "x", "current_session": 2});
    open(&mut state, &beginning(&Snapshot::default(), BEGAN));
    assert_eq!(state["session_number"], 3);
    assert_eq!(state["current_session"], 3);
    assert_eq!(state["session_start"], BEGAN);
    assert_eq!(super::super::read(&state).unwrap().open(), Some(3));
}

#[test]
fn an_item_that_is_not_there_changes_nothing() {
    let mut items = json!({"work_items": {}});
    end(&mut items, &ending(Outcome::Incomplete));
    begin(&mut items, &beginning(&Snapshot::default(), BEGAN));
    assert_eq!(items, json!({"work_items": {}}));
}
