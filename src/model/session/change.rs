//! Changes of the state when a session begins and ends, in the documents: only what a change is about is touched, all
//! else stays as it is written.
//!
//! Each is made under the lock, and making it twice is as good as once. That the item is there and that the files can
//! be understood is for the caller to know.

use serde_json::{Map, Value, json};

use super::read::{BASE, COMPLETED, NUMBER, Names, SNAPSHOT, STARTED, STATUS, WORK_ITEM};
use super::{Gates, Outcome, Snapshot};
use crate::model::work_item::Status;
use crate::model::work_item::change::{finish, item_mut, record};

/// The names that a session's number has in the list of an item's sessions; the first is written.
const ENTRY_NUMBER: Names = &["session_num", "session_number", "session"];

/// A session that begins.
#[derive(Clone, Copy, Debug)]
pub struct Beginning<'a> {
    /// Its number.
    pub number: u32,
    /// The id of the work item that it is about.
    pub work_item: &'a str,
    /// Now.
    pub stamp: &'a str,
    /// When it began; not now when it goes on.
    pub started_at: Option<&'a str>,
    /// The commit that what it does is compared with.
    pub base_commit: Option<&'a str>,
    /// What there is now.
    pub snapshot: &'a Snapshot,
}

/// A session that ends.
#[derive(Clone, Copy, Debug)]
pub struct Ending<'a> {
    /// Its number.
    pub number: u32,
    /// The id of the work item that it is about.
    pub work_item: &'a str,
    /// Now.
    pub stamp: &'a str,
    /// When it began, as it is written in the state.
    pub started_at: Option<&'a str>,
    /// What becomes of the item.
    pub outcome: Outcome,
    /// Whether the gates passed.
    pub gates: Gates,
}

/// Opens a session in `status_update.json`.
pub fn open(state: &mut Value, session: &Beginning<'_>) {
    let Some(fields) = state.as_object_mut() else {
        return;
    };
    set(fields, NUMBER, session.number.into());
    set(fields, WORK_ITEM, session.work_item.into());
    set(fields, STARTED, session.started_at.into());
    set(fields, STATUS, "in_progress".into());
    set(fields, COMPLETED, Value::Null);
    set(fields, BASE, session.base_commit.into());
    let snapshot =
        json!({"commit": session.snapshot.commit, "config_sha256": session.snapshot.config_sha256});
    set(fields, SNAPSHOT, snapshot);
}

/// Closes the session in `status_update.json`. What it was about stays to be seen.
pub fn close(state: &mut Value, stamp: &str) {
    if let Some(fields) = state.as_object_mut() {
        set(fields, STATUS, "completed".into());
        set(fields, COMPLETED, stamp.into());
    }
}

/// Puts a session on its item in `work_items.json`: the item is in progress, and the session in its list.
pub fn begin(items: &mut Value, session: &Beginning<'_>) {
    let changed = item_mut(items, session.work_item).is_some_and(|item| begin_item(item, session));
    if changed {
        finish(items, session.stamp);
    }
}

/// The part of [`begin`] that is in the item itself; whether something was to be changed.
pub fn begin_item(item: &mut Map<String, Value>, session: &Beginning<'_>) -> bool {
    let listed = entry(item, session.number).is_some();
    let moved = move_to(item, Status::InProgress, session.stamp);
    if !listed {
        let entry = json!({
            "session_num": session.number, "started_at": session.started_at, "base_commit": session.base_commit,
        });
        enlist(item, entry);
        item.insert("updated_at".to_owned(), session.stamp.into());
    }
    moved || !listed
}

/// Writes the end of a session down with its item in `work_items.json`.
pub fn end(items: &mut Value, session: &Ending<'_>) {
    let Some(item) = item_mut(items, session.work_item) else {
        return;
    };
    if entry(item, session.number).is_none() {
        enlist(
            item,
            json!({"session_num": session.number, "started_at": session.started_at}),
        );
    }
    if let Some(entry) = entry(item, session.number) {
        let status = match session.outcome {
            Outcome::Completed => "completed",
            Outcome::Incomplete => "incomplete",
        };
        entry.insert("ended_at".to_owned(), session.stamp.into());
        entry.insert("status".to_owned(), status.into());
        entry.insert(
            "quality_gates_passed".to_owned(),
            (session.gates == Gates::Passed).into(),
        );
    }
    if session.outcome == Outcome::Completed {
        move_to(item, Status::Completed, session.stamp);
    }
    item.insert("updated_at".to_owned(), session.stamp.into());
    finish(items, session.stamp);
}

/// The base commit of the last session on an item that ended without completing it, as its list says: what the next
/// one goes on from.
pub fn unfinished_base(item: &Value) -> Option<&str> {
    let last = item.get("sessions")?.as_array()?.last()?;
    if last.get("status").and_then(Value::as_str) == Some("completed") {
        return None;
    }
    last.get("base_commit")?
        .as_str()
        .filter(|id| super::read::is_commit(id))
}

/// Sets a field, by every name that it has in the file: what reads it by an older one must not see the past.
fn set(fields: &mut Map<String, Value>, names: Names, value: Value) {
    for older in names
        .iter()
        .skip(1)
        .filter(|name| fields.contains_key(**name))
        .collect::<Vec<_>>()
    {
        fields.insert((*older).to_owned(), value.clone());
    }
    if let Some(name) = names.first() {
        fields.insert((*name).to_owned(), value);
    }
}

/// Gives an item a status, and says whether it had another.
fn move_to(item: &mut Map<String, Value>, status: Status, stamp: &str) -> bool {
    let before = item.get("status").and_then(Value::as_str);
    if before.and_then(Status::named) == Some(status) {
        return false;
    }
    let told = format!("  status: {} → {status}", before.unwrap_or("not_started"));
    item.insert("status".to_owned(), status.as_str().into());
    if status == Status::Completed {
        let metadata = item.entry("metadata").or_insert(Value::Null);
        if metadata.is_null() {
            *metadata = json!({});
        }
        if let Some(metadata) = metadata.as_object_mut() {
            metadata.insert("completed_at".to_owned(), stamp.into());
        }
    } else if let Some(Value::Object(metadata)) = item.get_mut("metadata") {
        metadata.shift_remove("completed_at");
    }
    record(item, &[told], stamp);
    true
}

/// Adds a session to the list of an item. Something else by the name of the list has been refused before.
fn enlist(item: &mut Map<String, Value>, session: Value) {
    match item.entry("sessions").or_insert(Value::Null) {
        Value::Array(entries) => entries.push(session),
        none @ Value::Null => *none = Value::Array(vec![session]),
        _ => {}
    }
}

/// The entry of a session in the list of an item.
fn entry(item: &mut Map<String, Value>, number: u32) -> Option<&mut Map<String, Value>> {
    let entries = item.get_mut("sessions")?.as_array_mut()?;
    entries.iter_mut().filter_map(Value::as_object_mut).find(|entry| {
        let named = ENTRY_NUMBER.iter().find_map(|name| entry.get(*name));
        match named {
            Some(Value::String(digits)) => digits.trim().parse() == Ok(number),
            Some(other) => other.as_u64() == Some(u64::from(number)),
            None => false,
        }
    })
}

#[cfg(test)]
mod tests;
