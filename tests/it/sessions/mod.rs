//! Sessions: from `sdd start` over red and green runs to the summary.

#![expect(clippy::unwrap_used, reason = "a test's helper may panic")]

mod briefing;
mod cut_off;
mod ends;
mod older;
mod refused;
mod together;
mod way;

use serde_json::{Value, json};

use crate::support::Sandbox;

const WORK_ITEMS: &str = ".session/tracking/work_items.json";
const STATUS: &str = ".session/tracking/status_update.json";
const LATEST: &str = ".session/reports/latest.json";

/// Settings with one rule that decides, and no other gate: `done.txt` must exist.
fn one_rule() -> Value {
    settings(&json!([{"type": "file_exists", "name": "done", "path": "done.txt", "required": true}]))
}

/// Settings with these rules, and no other gate.
fn settings(rules: &Value) -> Value {
    json!({"quality_gates": {
        "test_execution": {"enabled": false, "required": false}, "linting": {"enabled": false},
        "formatting": {"enabled": false}, "security": {"enabled": false, "required": false},
        "documentation": {"enabled": false, "required": false},
        "spec_completeness": {"enabled": false, "required": false},
        "integration_tests": {"enabled": false, "required": false},
        "integration_documentation": {"enabled": false, "required": false},
        "custom_validations": {"rules": rules},
    }})
}

/// A file of work items, each `id [status] [priority]: dependency …`.
fn items(lines: &[&str]) -> String {
    let mut items = serde_json::Map::new();
    for line in lines {
        let (head, dependencies) = line.split_once(':').unwrap_or((line, ""));
        let mut words = head.split_whitespace();
        let id = words.next().unwrap();
        let mut item = json!({
            "id": id, "type": "feature", "title": format!("Title of {id}"), "status": "not_started",
            "priority": "medium", "dependencies": dependencies.split_whitespace().collect::<Vec<_>>(),
            "spec_file": format!(".session/specs/{id}.md"), "created_at": "2026-01-02T03:04:05Z", "theirs": 1.50,
        });
        for word in words {
            match word {
                "low" | "medium" | "high" | "critical" => item["priority"] = json!(word),
                status => item["status"] = json!(status),
            }
        }
        items.insert(id.to_owned(), item);
    }
    let state = json!({"metadata": {}, "milestones": {}, "work_items": items});
    serde_json::to_string_pretty(&state).unwrap() + "\n"
}

/// A repository with these work items and the one rule, with one commit.
fn project(lines: &[&str]) -> Sandbox {
    let sandbox = Sandbox::new()
        .git()
        .file(
            ".gitignore",
            "/.session/runs/\n/.session/reports/latest.json\n/.session/.lock\n",
        )
        .file(WORK_ITEMS, items(lines))
        .config(&one_rule());
    sandbox.commit("Begin");
    sandbox
}

/// A JSON file of the project.
#[track_caller]
fn read(sandbox: &Sandbox, file: &str) -> Value {
    serde_json::from_str(&sandbox.read(file)).unwrap()
}

/// What the state says: number, item, whether it is open.
#[track_caller]
fn standing(sandbox: &Sandbox) -> (Value, Value, bool) {
    let state = read(sandbox, STATUS);
    let open = state["status"] == "in_progress";
    (
        state["current_session"].clone(),
        state["current_work_item"].clone(),
        open,
    )
}

/// An item, as it is written.
#[track_caller]
fn item(sandbox: &Sandbox, id: &str) -> Value {
    read(sandbox, WORK_ITEMS)["work_items"][id].clone()
}
