//! `sdd work-item`: from the command line to the files.

#![expect(clippy::unwrap_used, reason = "a test's helper may panic")]

mod change;
mod foreign;
mod list;
mod making;
mod show;
mod validate;

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Answer, Sandbox};

const WORK_ITEMS: &str = ".session/tracking/work_items.json";
const STATUS: &str = ".session/tracking/status_update.json";

/// A project that was set up, without work items.
fn empty() -> Sandbox {
    Sandbox::new().file(WORK_ITEMS, "{}\n")
}

/// A project with the work items of a fixture.
fn with(fixture: &str) -> Sandbox {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/session/work_items");
    let text = std::fs::read(path.join(fixture)).unwrap();
    Sandbox::new().file(WORK_ITEMS, text)
}

/// A project with these work items, each `id [status] [priority] [!]: dependency …`.
fn of(lines: &[&str]) -> Sandbox {
    let mut items = serde_json::Map::new();
    for line in lines {
        let (head, dependencies) = line.split_once(':').unwrap_or((line, ""));
        let mut words = head.split_whitespace();
        let id = words.next().unwrap();
        let mut item = json!({
            "id": id, "type": "feature", "title": format!("Title of {id}"), "status": "not_started",
            "priority": "medium", "dependencies": dependencies.split_whitespace().collect::<Vec<_>>(),
            "spec_file": format!(".session/specs/{id}.md"), "created_at": "2026-01-02T03:04:05Z",
        });
        for word in words {
            match word {
                "!" => item["urgent"] = json!(true),
                "low" | "medium" | "high" | "critical" => item["priority"] = json!(word),
                status => item["status"] = json!(status),
            }
        }
        items.insert(id.to_owned(), item);
    }
    let state = json!({"metadata": {}, "milestones": {}, "work_items": items});
    Sandbox::new().file(WORK_ITEMS, serde_json::to_string_pretty(&state).unwrap() + "\n")
}

/// The file of the work items, as it is now.
#[track_caller]
fn state(sandbox: &Sandbox) -> Value {
    serde_json::from_str(&sandbox.read(WORK_ITEMS)).unwrap()
}

/// Runs a command that is refused: it says something, has nothing for stdout, and leaves the file as it was.
#[track_caller]
fn refused<const N: usize>(sandbox: &Sandbox, args: [&str; N], code: i32, said: &[&str]) -> Answer {
    let before = sandbox.read(WORK_ITEMS);
    let answer = sandbox.sdd(args);
    answer.expect_code(code);
    for said in said {
        assert!(
            answer.stderr.contains(said),
            "{said:?} is not in:\n{}",
            answer.stderr
        );
    }
    assert_eq!(answer.stdout, "", "stdout is for the product");
    assert_eq!(sandbox.read(WORK_ITEMS), before, "the file was changed");
    answer
}
