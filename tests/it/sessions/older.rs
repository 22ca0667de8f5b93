//! Trees that the Python generations left: they open, run, and are saved without losing a field.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::{STATUS, WORK_ITEMS, read, settings, standing};
use crate::support::Sandbox;

fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/session/work_items");
    std::fs::read(path.join(name)).unwrap()
}

/// Every value of a document that is no object or array, by its path.
fn leaves(value: &Value, path: &str, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (key, member) in members {
                leaves(member, &format!("{path}/{key}"), found);
            }
        }
        Value::Array(elements) if !elements.is_empty() => {
            for (index, element) in elements.iter().enumerate() {
                leaves(element, &format!("{path}/{index}"), found);
            }
        }
        other => {
            found.insert(path.to_owned(), other.clone());
        }
    }
}

/// The paths whose value is another one or gone.
fn changed(before: &Value, after: &Value) -> Vec<String> {
    let (mut old, mut new) = (BTreeMap::new(), BTreeMap::new());
    leaves(before, "", &mut old);
    leaves(after, "", &mut new);
    let differs = |(path, value): &(&String, &Value)| new.get(*path) != Some(value);
    old.iter().filter(differs).map(|(path, _)| path.clone()).collect()
}

/// Settings in which nobody asks for the gates of integration tests.
fn without_integration(mut settings: Value) -> Value {
    settings["quality_gates"]["integration_tests"] = json!({"enabled": false});
    settings["quality_gates"]["integration_documentation"] = json!({"enabled": false});
    settings["quality_gates"]["contract"] = json!({"enabled": false});
    settings["quality_gates"]["benchmark"] = json!({"enabled": false});
    settings
}

/// Opens a tree, runs a session on an item to its end, and says which fields changed of those that were there.
#[track_caller]
fn check(items: &[u8], status: &Value, id: &str, number: u32, expect_items: &[&str], expect_status: &[&str]) {
    let sandbox = Sandbox::new()
        .git()
        .file(WORK_ITEMS, items)
        .file(STATUS, serde_json::to_string_pretty(status).unwrap())
        .file(".session/briefings/session_002_briefing.md", "x")
        .file("docker-compose.integration.yml", "services: {}\n")
        .config(&without_integration(settings(
            &json!([{"type": "command", "name": "t", "command": "true", "required": true}]),
        )));
    sandbox.commit("Begin");
    let before = read(&sandbox, WORK_ITEMS);
    sandbox.sdd(["start", id]).expect_code(0);
    let brief = sandbox.sdd(["status", "--brief"]).stdout;
    assert!(
        brief.starts_with(&format!("session {number} · {id} · ")),
        "{brief}"
    );
    sandbox.sdd(["status"]).expect_code(0);
    sandbox.sdd(["complete"]).expect_code(0);
    assert!(!standing(&sandbox).2);
    let item = |what: &&str| format!("/work_items/{id}/{what}");
    let metadata = [
        "completed",
        "in_progress",
        "blocked",
        "total_items",
        "last_updated",
    ];
    let counters: Vec<String> = metadata.iter().map(|name| format!("/metadata/{name}")).collect();
    let changed_items: Vec<String> = changed(&before, &read(&sandbox, WORK_ITEMS))
        .into_iter()
        .filter(|path| !counters.contains(path))
        .collect();
    assert_eq!(changed_items, expect_items.iter().map(item).collect::<Vec<_>>());
    assert_eq!(changed(status, &read(&sandbox, STATUS)), expect_status);
    // What nobody touched is spelled as it was.
    let text = sandbox.read(WORK_ITEMS);
    for spelled in ["1.50", "\\u2713"] {
        let had = String::from_utf8_lossy(items).contains(spelled);
        assert_eq!(text.contains(spelled), had, "{spelled}");
    }
}

#[test]
fn a_tree_of_the_early_generation() {
    let idle = json!({"current_session": null, "current_work_item": null, "started_at": null, "status": "idle",
                      "theirs": {"x": [1]}});
    check(
        &fixture("early.json"),
        &idle,
        "bug_login_fails_with_a_long_pas",
        3,
        &["sessions", "status"],
        &["/current_session", "/current_work_item", "/started_at", "/status"],
    );
}

#[test]
fn a_tree_of_the_late_generation_with_an_open_session() {
    let open = json!({"session_number": 4, "current_work_item": "integration_test_orders_and_payme",
                      "session_start": "2026-02-03T09:00:00.5+00:00", "status": "in_progress", "notes": "ours"});
    check(
        &fixture("late.json"),
        &open,
        "integration_test_orders_and_payme",
        4,
        &["status", "updated_at"],
        &["/status"],
    );
}

#[test]
fn a_session_that_has_ended_makes_room_for_the_next() {
    let ended = json!({"current_session": 9, "current_work_item": "feature_orders_api_", "status": "completed",
                       "started_at": "2026-02-03T09:00:00", "completed_at": "2026-02-03T10:00:00"});
    check(
        &fixture("late.json"),
        &ended,
        "integration_test_orders_and_payme",
        10,
        &["status", "updated_at"],
        &[
            "/completed_at",
            "/current_session",
            "/current_work_item",
            "/started_at",
        ],
    );
}

#[test]
fn a_spec_is_found_by_the_path_that_windows_wrote() {
    let items = json!({"work_items": {"feature_x": {
        "type": "feature", "title": "X", "spec_file": ".session\\specs\\feature_x.md",
    }}});
    let sandbox = Sandbox::new().file(WORK_ITEMS, items.to_string()).file(
        ".session/specs/feature_x.md",
        "# Feature: X\r\n\r\n## Overview\r\nIt is there.\r\n",
    );
    let started = sandbox.sdd(["start"]);
    started.expect_code(0);
    assert!(
        started.stdout.contains("#### Overview\nIt is there.\n"),
        "{}",
        started.stdout
    );
    assert_eq!(
        read(&sandbox, WORK_ITEMS)["work_items"]["feature_x"]["spec_file"],
        ".session\\specs\\feature_x.md"
    );
}
