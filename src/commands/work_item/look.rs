//! How work items look: signs, colours, and their form in JSON.

use std::borrow::Cow;

use anstyle::{AnsiColor, Style as Paint};
use serde::Serialize;

use crate::model::text;
use crate::model::work_item::graph::Standing;
use crate::model::work_item::{Entry, Priority, Status, WorkItemType};
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
pub(super) fn clipped(line: &str, most: usize) -> Cow<'_, str> {
    let line = text::as_one_line(line);
    // No text has more characters than bytes.
    if line.len() <= most || line.char_indices().nth(most).is_none() {
        return line;
    }
    line.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// Writes a text and spaces behind it up to a width.
pub(super) fn pad(page: &mut String, text: &str, width: usize) {
    page.push_str(text);
    let missing = width.saturating_sub(text.chars().count());
    page.extend(std::iter::repeat_n(' ', missing));
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
#[derive(Serialize)]
pub(super) struct Shown<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: WorkItemType,
    title: &'a str,
    status: Status,
    priority: Priority,
    urgent: bool,
    milestone: Option<&'a str>,
    spec_file: Option<&'a str>,
    created_at: Option<&'a str>,
    ready: bool,
    dependencies: Vec<Dependency<'a>>,
}

/// What an item depends on; without a status it is not there.
#[derive(Serialize)]
struct Dependency<'a> {
    id: &'a str,
    status: Option<Status>,
    met: bool,
}

impl<'a> Shown<'a> {
    /// An item that stands so; `status_of` says how far another one is.
    pub(super) fn of(
        item: &'a Entry,
        standing: Standing,
        status_of: impl Fn(&str) -> Option<Status>,
    ) -> Self {
        let dependency = |id: &'a String| {
            let status = status_of(id);
            Dependency {
                id,
                status,
                met: status == Some(Status::Completed),
            }
        };
        Self {
            id: &item.id,
            kind: item.kind,
            title: &item.title,
            status: item.status,
            priority: item.priority,
            urgent: item.urgent,
            milestone: item.milestone.as_deref(),
            spec_file: item.spec_file.as_deref(),
            created_at: item.created_at.as_deref(),
            ready: standing == Standing::Ready,
            dependencies: item.dependencies.iter().map(dependency).collect(),
        }
    }
}

/// A JSON document as it is printed.
pub(super) fn document(value: &impl Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}
