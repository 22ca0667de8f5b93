//! Files of both generations, and files that others wrote.

use serde_json::json;

use super::*;

/// Reads a file with one item in it.
#[track_caller]
fn item(fields: &Value) -> WorkItem {
    let mut item = json!({"type": "feature", "title": "T", "status": "not_started", "priority": "low"});
    for (key, value) in fields.as_object().unwrap() {
        item[key] = value.clone();
    }
    let items = read(&json!({"work_items": {"x": item}})).unwrap();
    items.get("x").unwrap().clone()
}

/// What is said of a file that cannot be understood.
#[track_caller]
fn refused(state: &Value, says: &str, hint: Option<&str>) {
    let problem = read(state).unwrap_err();
    assert_eq!(problem.to_string(), says);
    assert_eq!(problem.hint.as_deref(), hint);
}

/// What is said of an item with one field that cannot be understood.
#[track_caller]
fn wrong(field: &str, value: &Value, says: &str, hint: Option<&str>) {
    let mut item = json!({"type": "bug"});
    item[field] = value.clone();
    refused(&json!({"work_items": {"x": item}}), says, hint);
}

#[test]
fn absent_sections_and_fields_have_defaults() {
    assert_eq!(read(&json!({})).unwrap(), WorkItems::default());
    let empty = json!({"metadata": null, "milestones": null, "work_items": null});
    assert_eq!(read(&empty).unwrap(), WorkItems::default());
    let bare = read(&json!({"work_items": {"WI-054": {"type": "bug"}}})).unwrap();
    let bare = bare.get("WI-054").unwrap();
    assert_eq!((bare.title.as_str(), bare.status), ("WI-054", Status::NotStarted));
    assert_eq!((bare.priority, bare.urgent), (Priority::Medium, false));
    assert_eq!(
        (bare.milestone.as_deref(), bare.spec_file.as_deref()),
        (None, None)
    );
    assert!(bare.sessions.is_empty() && bare.dependencies.is_empty());
}

#[test]
fn spec_files_have_slashes_and_nothing_is_none() {
    #[track_caller]
    fn check(given: &Value, expect: Option<&str>) {
        assert_eq!(item(&json!({"spec_file": given})).spec_file.as_deref(), expect);
    }
    check(&json!(".session\\specs\\x.md"), Some(".session/specs/x.md"));
    check(&json!(".session/specs/x.md"), Some(".session/specs/x.md"));
    check(&json!(""), None);
    check(&json!(null), None);
}

#[test]
fn sessions_are_numbered_by_either_key_and_keep_their_stamps() {
    #[track_caller]
    fn check(given: &Value, expect: &[(u32, Option<&str>, Option<&str>)]) {
        let found = item(&json!({"sessions": given})).sessions;
        let found: Vec<_> = found
            .iter()
            .map(|entry| {
                (
                    entry.number,
                    entry.started_at.as_deref(),
                    entry.ended_at.as_deref(),
                )
            })
            .collect();
        assert_eq!(found, expect);
    }
    check(
        &json!([{"session_num": 1, "started_at": "2025-10-15T10:05:00"}]),
        &[(1, Some("2025-10-15T10:05:00"), None)],
    );
    check(
        &json!([{"session_number": 2, "ended_at": "2026-01-16", "status": "incomplete", "summary": "…"}, {"note": 1}]),
        &[(2, None, Some("2026-01-16"))],
    );
    check(
        &json!([3, {"session_num": "004"}, {"session_num": -1}]),
        &[(3, None, None), (4, None, None)],
    );
    check(&json!(null), &[]);
}

#[test]
fn words_are_read_as_they_are_spoken() {
    let read = item(&json!({"status": "In Progress", "priority": "HIGH", "type": "integration-test"}));
    assert_eq!(
        (read.status, read.priority, read.kind),
        (Status::InProgress, Priority::High, WorkItemType::IntegrationTest)
    );
}

#[test]
fn unknown_words_name_the_item_and_what_was_meant() {
    let statuses = "expected one of not_started, in_progress, blocked, completed";
    wrong(
        "status",
        &json!("done"),
        &format!("work_items.x.status: {statuses}, found \"done\""),
        Some("did you mean completed?"),
    );
    wrong(
        "status",
        &json!("pending"),
        &format!("work_items.x.status: {statuses}, found \"pending\""),
        Some("did you mean not_started?"),
    );
    wrong(
        "status",
        &json!("q\n\u{1b}[31m"),
        &format!("work_items.x.status: {statuses}, found \"q\\n\\u{{1b}}[31m\""),
        None,
    );
    let priorities = "expected one of critical, high, medium, low";
    wrong(
        "priority",
        &json!("P0"),
        &format!("work_items.x.priority: {priorities}, found \"P0\""),
        Some("did you mean critical?"),
    );
    wrong(
        "priority",
        &json!(2),
        &format!("work_items.x.priority: {priorities}, found \"2\""),
        Some("did you mean medium?"),
    );
    wrong(
        "type",
        &json!("featur"),
        "work_items.x.type: expected one of feature, bug, refactor, security, integration_test, deployment, \
         found \"featur\"",
        Some("did you mean feature?"),
    );
    wrong(
        "type",
        &json!(null),
        "work_items.x.type: expected one of feature, bug, refactor, security, integration_test, deployment, \
         found nothing",
        None,
    );
}

#[test]
fn another_shape_is_named_with_what_belongs_there() {
    refused(
        &json!({"items": [{"id": "WI-001", "status": "done"}]}),
        "items: expected the key `work_items` with an object of items by their ids, found `items` with an array",
        Some("write \"work_items\": {\"ID\": {…}, …}"),
    );
    refused(
        &json!([]),
        "(top level): expected an object with `metadata`, `milestones`, `work_items`, found an array",
        None,
    );
    refused(
        &json!({"work_items": []}),
        "work_items: expected an object of items by their ids, found an array",
        None,
    );
    refused(
        &json!({"work_items": {"a": "b"}}),
        "work_items.a: expected an object, found a string",
        None,
    );
    refused(
        &json!({"milestones": ["v1"]}),
        "milestones: expected an object of milestones by name, found an array",
        None,
    );
    refused(
        &json!({"metadata": 1}),
        "metadata: expected an object, found a number",
        None,
    );
}

#[test]
fn fields_of_another_type_are_errors() {
    wrong(
        "title",
        &json!(5),
        "work_items.x.title: expected a string, found a number",
        None,
    );
    wrong(
        "urgent",
        &json!("yes"),
        "work_items.x.urgent: expected true or false, found a string",
        None,
    );
    wrong(
        "dependencies",
        &json!("y"),
        "work_items.x.dependencies: expected an array of ids, found a string",
        None,
    );
    wrong(
        "dependencies",
        &json!(["y", {"id": "z"}]),
        "work_items.x.dependencies[1]: expected a string, found an object",
        None,
    );
    wrong(
        "sessions",
        &json!(3),
        "work_items.x.sessions: expected an array of sessions, found a number",
        None,
    );
    wrong(
        "validation_rules",
        &json!([{"type": "command", "command": 5}]),
        "work_items.x.validation_rules[0].command: expected a command: a string, an array of words, or {\"shell\": \"…\"}, \
         found 5",
        None,
    );
    wrong(
        "validation_rules",
        &json!(["x"]),
        "work_items.x.validation_rules[0]: expected an object, found a string",
        None,
    );
}

#[test]
fn every_problem_of_a_file_is_told_and_the_rest_is_read() {
    let (items, problems) = inspect(&json!({"work_items": {
        "a": {"type": "feat", "status": "done", "priority": "P1"},
        "b": {"type": "bug", "title": "B"},
    }}));
    let at: Vec<String> = problems.iter().map(|problem| problem.at.to_string()).collect();
    assert_eq!(
        at,
        [
            "work_items.a.type",
            "work_items.a.status",
            "work_items.a.priority"
        ]
    );
    assert_eq!(items.get("b").unwrap().title, "B");
}

#[test]
fn rules_are_read_with_the_keys_that_nobody_knows() {
    let rules = item(&json!({"validation_rules": [
        {"type": "file_exists", "path": "LICENSE", "requird": true},
        {"type": "greb"},
    ]}))
    .validation_rules;
    assert_eq!(rules[0].unknown_keys, ["requird"]);
    assert_eq!(rules[1].problems().len(), 1);
}

#[test]
fn ids_are_opaque_and_unknown_keys_are_kept() {
    let state = json!({"work_items": {"feature_cut_in_mid_wor_": {"id": "other", "type": "feature", "blocksLaunch": true}}});
    let items = read(&state).unwrap();
    let item = items.get("feature_cut_in_mid_wor_").unwrap();
    assert_eq!(item.raw["blocksLaunch"], true);
}

proptest::proptest! {
    /// Nothing that a file may hold makes reading it panic, and what is told of it is in one line.
    #[test]
    fn whatever_stands_in_a_file_has_an_answer(text in r#"[\[\]{}:,"a-z0-9 _]{0,60}"#, key in "[a-z_]{1,12}") {
        let value: Value = serde_json::from_str(&text).unwrap_or(Value::String(text));
        for state in [
            value.clone(),
            json!({"work_items": value}),
            json!({"work_items": {"x": value}}),
            json!({"work_items": {"x": {"type": "bug", key: value}}}),
        ] {
            for problem in inspect(&state).1 {
                proptest::prop_assert!(!problem.to_string().contains('\n'));
            }
        }
    }
}
