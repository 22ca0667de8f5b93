//! How work items look: signs, colours, and their form in JSON.

use anstyle::{AnsiColor, Style as Paint};
use serde_json::{Value, json};

use crate::model::text;
use crate::model::work_item::graph::{Graph, Standing};
use crate::model::work_item::{Entry, Status};
use crate::report::Colour;

/// The sign and the colour of a standing, for people; signs and words tell all of them apart without colour.
pub(super) fn sign(standing: Standing) -> (&'static str, Paint) {
    let paint = |colour: AnsiColor| Paint::new().fg_color(Some(colour.into()));
    match standing {
        Standing::InProgress => ("▶", paint(AnsiColor::Cyan).bold()),
        Standing::Ready => ("○", paint(AnsiColor::Green)),
        Standing::Waiting => ("·", paint(AnsiColor::Yellow)),
        Standing::Blocked => ("✗", paint(AnsiColor::Red)),
        Standing::Completed => ("✓", Paint::new().dimmed()),
    }
}

/// The word for a standing.
pub(super) fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::InProgress => "in progress",
        Standing::Ready => "ready",
        Standing::Waiting => "waiting",
        Standing::Blocked => "blocked",
        Standing::Completed => "completed",
    }
}

/// Every standing, what comes first first.
pub(super) const STANDINGS: [Standing; 5] = [
    Standing::InProgress,
    Standing::Ready,
    Standing::Waiting,
    Standing::Blocked,
    Standing::Completed,
];

pub(super) fn painted(paint: Paint, text: &str, colour: Colour) -> String {
    match colour {
        Colour::Yes if !text.is_empty() => format!("{paint}{text}{paint:#}"),
        _ => text.to_owned(),
    }
}

/// A text as one line of at most so many characters; what is cut off is shown by `…`.
pub(super) fn clipped(line: &str, most: usize) -> String {
    let line = text::one_line(line);
    match line.char_indices().nth(most) {
        None => line,
        Some(_) => line.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// What an item waits for, by name as far as there is room: `a, b and 3 more`.
pub(super) fn named<'a>(ids: impl Iterator<Item = &'a str>, most: usize) -> String {
    let mut all: Vec<&str> = ids.collect();
    let more = all.len().saturating_sub(most);
    all.truncate(most);
    let named = text::one_line(&all.join(", "));
    if more > 0 {
        format!("{named} and {more} more")
    } else {
        named
    }
}

/// An item in JSON, with where it stands.
pub(super) fn item(graph: &Graph<'_, Entry>, item: &Entry) -> Value {
    let dependencies: Vec<Value> = item
        .dependencies
        .iter()
        .map(|id| {
            let status = graph.get(id).map(|other| other.status);
            json!({"id": id, "status": status, "met": status == Some(Status::Completed)})
        })
        .collect();
    json!({
        "id": item.id, "type": item.kind, "title": item.title, "status": item.status, "priority": item.priority,
        "urgent": item.urgent, "milestone": item.milestone, "spec_file": item.spec_file,
        "created_at": item.created_at, "ready": graph.is_ready(item), "dependencies": dependencies,
    })
}

/// A JSON document as it is printed.
pub(super) fn document(value: &Value) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}
