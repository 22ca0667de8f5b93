//! Changes of files as other programs wrote them.

use super::*;

const NOW: &str = "2026-11-28T09:00:00Z";

/// A file of the older generation, with what nobody here knows in every place.
fn file() -> Value {
    json!({
        "own": {"x": 1},
        "metadata": {"total_items": 99, "blocked": 7, "own": true},
        "milestones": {"v1": {"name": "v1", "own": 1}},
        "work_items": {
            "a": {"own": 1, "type": "feature", "title": "A", "status": "completed", "priority": "high",
                  "rationale": "…", "created_at": "2025-10-15T10:00:00.123456", "metadata": {"completed_at": "2025-10-16"}},
            "b": {"type": "bug", "title": "B", "status": "In Progress", "priority": "low", "dependencies": ["a"],
                  "milestone": "v1", "update_history": [{"timestamp": "2025-10-15", "changes": ["  x"], "own": 1}], "own": [1]},
            "c": {"type": "refactor", "title": "C", "status": "not_started", "dependencies": ["b", "gone"]},
        }
    })
}

fn ids(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

fn new<'a>(title: &'a str, dependencies: &'a [String]) -> NewItem<'a> {
    NewItem {
        kind: WorkItemType::Feature,
        title,
        priority: Priority::Medium,
        urgent: false,
        dependencies,
        milestone: None,
    }
}

fn spec_of(id: &str) -> String {
    format!("specs/{id}.md")
}

#[test]
fn a_new_item_stands_behind_the_others_with_its_fields_in_order() {
    let mut state = file();
    let added = add(
        &mut state,
        &new("User auth", &ids(&["a", "a", "b"])),
        spec_of,
        NOW,
    )
    .unwrap();
    assert_eq!(
        (added.id.id.as_str(), added.spec_file.as_str()),
        ("feature_user_auth", "specs/feature_user_auth.md")
    );
    let (id, item) = state["work_items"]
        .as_object()
        .unwrap()
        .iter()
        .next_back()
        .unwrap();
    assert_eq!(id, "feature_user_auth");
    assert_eq!(
        item.to_string(),
        json!({
            "id": "feature_user_auth", "type": "feature", "title": "User auth", "status": "not_started",
            "priority": "medium", "urgent": false, "dependencies": ["a", "b"], "milestone": "",
            "spec_file": "specs/feature_user_auth.md", "created_at": NOW, "sessions": [],
        })
        .to_string()
    );
    let read = read(&state).unwrap();
    assert_eq!(read.get("feature_user_auth").unwrap().dependencies, ["a", "b"]);
}

#[test]
fn a_file_without_anything_takes_an_item() {
    for mut state in [
        json!({}),
        json!({"metadata": null, "milestones": null, "work_items": null}),
    ] {
        add(&mut state, &new("X", &[]), spec_of, NOW).unwrap();
        assert_eq!(state["metadata"]["total_items"], 1);
        assert_eq!(state["metadata"]["revision"], 1);
        assert!(read(&state).unwrap().get("feature_x").is_some());
    }
}

#[test]
fn every_change_counts_anew_and_keeps_what_nobody_knows() {
    let mut state = file();
    let changes = Changes {
        status: Some(Status::Blocked),
        ..Changes::default()
    };
    update(&mut state, "b", &changes, NOW).unwrap();
    assert_eq!(
        state["metadata"].to_string(),
        json!({"total_items": 3, "blocked": 1, "own": true, "completed": 1, "in_progress": 0, "last_updated": NOW,
               "revision": 1})
        .to_string()
    );
    assert_eq!(state["own"], json!({"x": 1}));
    assert_eq!(state["milestones"]["v1"]["own"], 1);
    let mut expect = file()["work_items"]["b"].clone();
    expect["status"] = json!("blocked");
    let history = json!({"timestamp": NOW, "changes": ["  status: in_progress → blocked"]});
    if let Some(entries) = expect["update_history"].as_array_mut() {
        entries.push(history);
    }
    expect["updated_at"] = json!(NOW);
    assert_eq!(state["work_items"]["b"].to_string(), expect.to_string());
}

#[track_caller]
fn changed(id: &str, changes: &Changes<'_>, expect: &[&str]) -> Value {
    let mut state = file();
    let updated = update(&mut state, id, changes, NOW).unwrap();
    assert_eq!(updated.changes, expect);
    let history = &state["work_items"][id]["update_history"];
    match history.as_array().and_then(|entries| entries.last()) {
        Some(last) if !expect.is_empty() => assert_eq!(last["changes"], json!(expect)),
        _ => assert_eq!(state, file(), "nothing changed"),
    }
    state
}

#[test]
fn every_field_that_changes_is_told() {
    let [c, gone] = [ids(&["a"]), ids(&["gone", "b"])];
    let state = changed(
        "c",
        &Changes {
            status: Some(Status::InProgress),
            priority: Some(Priority::Critical),
            title: Some("C\u{2713}"),
            milestone: Some("v1"),
            urgent: Some(true),
            add_dependencies: &c,
            remove_dependencies: &gone,
        },
        &[
            "  status: not_started → in_progress",
            "  priority: medium → critical",
            "  title: C → C✓",
            "  milestone:  → v1",
            "  urgent: false → true",
            "  dependencies: + a",
            "  dependencies: - b",
            "  dependencies: - gone",
        ],
    );
    assert_eq!(state["work_items"]["c"]["dependencies"], json!(["a"]));
}

#[test]
fn what_is_so_already_is_no_change() {
    let a = ids(&["a"]);
    let same = Changes {
        status: Some(Status::InProgress),
        priority: Some(Priority::Low),
        title: Some("B"),
        milestone: Some("v1"),
        urgent: Some(false),
        add_dependencies: &a,
        ..Changes::default()
    };
    changed("b", &same, &[]);
    changed(
        "a",
        &Changes {
            milestone: Some(""),
            ..Changes::default()
        },
        &[],
    );
}

#[test]
fn completing_says_when_and_reopening_takes_it_back() {
    let status = |status| Changes {
        status: Some(status),
        ..Changes::default()
    };
    let state = changed(
        "b",
        &status(Status::Completed),
        &["  status: in_progress → completed"],
    );
    assert_eq!(state["work_items"]["b"]["metadata"], json!({"completed_at": NOW}));
    let state = changed(
        "a",
        &status(Status::InProgress),
        &["  status: completed → in_progress"],
    );
    assert_eq!(state["work_items"]["a"]["metadata"], json!({}));
}

#[test]
fn notes_of_somebody_in_the_place_of_a_history_stay() {
    let mut state = file();
    state["work_items"]["c"]["update_history"] = json!("see the wiki");
    let changes = Changes {
        urgent: Some(true),
        ..Changes::default()
    };
    update(&mut state, "c", &changes, NOW).unwrap();
    assert_eq!(state["work_items"]["c"]["update_history"], "see the wiki");
}

#[test]
fn a_milestone_that_nobody_named_before_is_described() {
    let named = |name| Changes {
        milestone: Some(name),
        ..Changes::default()
    };
    let mut state = file();
    let updated = update(&mut state, "c", &named("v2"), NOW).unwrap();
    assert_eq!(updated.new_milestone, Some(ids(&["v1"])));
    assert_eq!(state["milestones"]["v2"]["status"], "not_started");
    assert_eq!(
        update(&mut state, "b", &named("v2"), NOW).unwrap().new_milestone,
        None
    );
    // One that is used and not described is known, too.
    state["milestones"] = json!({});
    assert_eq!(
        update(&mut state, "a", &named("v2"), NOW).unwrap().new_milestone,
        None
    );
    assert_eq!(state["milestones"], json!({}));
}

#[track_caller]
fn refused<T: std::fmt::Debug>(outcome: Result<T, Refusal>, says: &str) {
    assert_eq!(outcome.unwrap_err().to_string(), says);
}

#[test]
fn what_would_make_no_sense_is_refused() {
    let depend = |id: &str, on: &str| {
        let on = ids(&[on]);
        let changes = Changes {
            add_dependencies: &on,
            ..Changes::default()
        };
        update(&mut file(), id, &changes, NOW)
    };
    refused(depend("z", "a"), "there is no work item \"z\"");
    refused(depend("b", "z"), "there is no work item \"z\" to depend on");
    refused(depend("b", "b"), "these would wait for each other: b → b");
    refused(depend("b", "c"), "these would wait for each other: b → c → b");
    refused(depend("a", "c"), "these would wait for each other: a → c → b → a");
    let not = ids(&["a"]);
    let changes = Changes {
        remove_dependencies: &not,
        ..Changes::default()
    };
    refused(
        update(&mut file(), "c", &changes, NOW),
        "c does not depend on \"a\"",
    );
    refused(
        add(&mut file(), &new("X", &ids(&["z"])), spec_of, NOW),
        "there is no work item \"z\" to depend on",
    );
}

#[test]
fn a_new_item_that_somebody_waits_for_already_closes_no_circle() {
    let mut state = file();
    state["work_items"]["a"]["dependencies"] = json!(["feature_x"]);
    refused(
        add(&mut state, &new("X", &ids(&["b"])), spec_of, NOW),
        "these would wait for each other: feature_x → b → a → feature_x",
    );
    assert!(add(&mut state, &new("X", &[]), spec_of, NOW).is_ok());
}

#[test]
fn ids_differ_from_all_others_in_any_case() {
    let mut state = json!({"work_items": {"Feature_X": {"type": "bug"}}});
    let added = add(&mut state, &new("x", &[]), spec_of, NOW).unwrap();
    assert_eq!(added.id.id, "feature_x_2");
}

#[test]
fn what_others_depend_on_stays_unless_they_are_freed() {
    let mut state = file();
    refused(remove(&mut state, "b", Dependents::Keep, NOW), "c depends on b");
    assert_eq!(remove(&mut state, "b", Dependents::Free, NOW).unwrap(), ["c"]);
    assert_eq!(state["work_items"]["c"]["dependencies"], json!(["gone"]));
    assert_eq!(
        state["work_items"]["c"]["update_history"][0]["changes"],
        json!(["  dependencies: - b"])
    );
    let left: Vec<&String> = state["work_items"].as_object().unwrap().keys().collect();
    assert_eq!(left, ["a", "c"]);
    assert_eq!(state["metadata"]["total_items"], 2);
    refused(
        remove(&mut state, "b", Dependents::Free, NOW),
        "there is no work item \"b\"",
    );
    assert_eq!(remove(&mut state, "c", Dependents::Keep, NOW).unwrap(), [""; 0]);
}

#[test]
fn a_revision_goes_up_by_one_and_can_be_insisted_on() {
    let mut state = json!({});
    for expect in 1..4 {
        finish(&mut state, NOW);
        assert_eq!(revision(&state), expect);
    }
    assert!(expect_revision(&state, None).is_ok() && expect_revision(&state, Some(3)).is_ok());
    refused(
        expect_revision(&state, Some(2)),
        "the work items have revision 3, not 2: they were changed in the meantime",
    );
}

/// A value of any kind.
fn any() -> impl proptest::strategy::Strategy<Value = Value> {
    proptest::sample::select(vec![
        json!(null),
        json!(true),
        json!(1.5),
        json!("text"),
        json!([1, {"a": 2}]),
        json!({"b": {"c": []}}),
    ])
}

proptest::proptest! {
    /// Fields that nobody here knows are there after a change, in their places.
    #[test]
    fn unknown_fields_survive_every_change(
        own in proptest::collection::btree_map("own_[a-z]{1,6}", any(), 0..5),
        status in proptest::sample::select(Status::ALL.to_vec()),
    ) {
        let mut state = file();
        for (key, value) in &own {
            state[key] = value.clone();
            state["metadata"][key] = value.clone();
            state["work_items"]["b"][key] = value.clone();
            state["work_items"]["c"][key] = value.clone();
        }
        let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let before = state.clone();
        let changes = Changes { status: Some(status), title: Some("T"), ..Changes::default() };
        update(&mut state, "b", &changes, NOW).unwrap();
        add(&mut state, &new("N", &ids(&["c"])), spec_of, NOW).unwrap();
        remove(&mut state, "a", Dependents::Free, NOW).unwrap();
        for (key, value) in &own {
            proptest::prop_assert_eq!(&state[key], value);
            proptest::prop_assert_eq!(&state["metadata"][key], value);
            proptest::prop_assert_eq!(&state["work_items"]["b"][key], value);
        }
        proptest::prop_assert_eq!(&state["work_items"]["c"], &before["work_items"]["c"]);
        proptest::prop_assert!(keys(&state).starts_with(&keys(&before)));
        proptest::prop_assert!(keys(&state["work_items"]["b"]).starts_with(&keys(&before["work_items"]["b"])));
    }
}
