//! From `status_update.json` to a view of it, whichever program wrote the file.

use serde_json::{Map, Value};

use super::{SessionState, SessionStatus, Snapshot};
use crate::model::config::{JsonPath, kind_of, one_line};
use crate::model::work_item::Unreadable;

/// The names of a field: the one that sdd writes, and those that other programs know it by.
pub(super) type Names = &'static [&'static str];

/// The session's number.
pub(super) const NUMBER: Names = &["current_session", "session_number"];
/// The work item that it is about.
pub(super) const WORK_ITEM: Names = &["current_work_item"];
/// When it began.
pub(super) const STARTED: Names = &["started_at", "session_start"];
/// Whether it is open.
pub(super) const STATUS: Names = &["status"];
/// When it ended.
pub(super) const COMPLETED: Names = &["completed_at"];
/// The commit that it began on.
pub(super) const BASE: Names = &["base_commit"];
/// What there was when it began.
pub(super) const SNAPSHOT: Names = &["snapshot"];

/// Reads the state of the session. What is missing is null, and a status that nobody here knows is idle; a value of
/// another type than it must have is an error, because what it was to say would be overwritten.
pub fn read(state: &Value) -> Result<SessionState, Unreadable> {
    let Value::Object(fields) = state else {
        return Err(wrong(JsonPath::default(), "an object", state));
    };
    let number = find(fields, NUMBER).map(number).transpose()?.flatten();
    let work_item = text(fields, WORK_ITEM)?;
    let completed_at = text(fields, COMPLETED)?;
    let status = match text(fields, STATUS)?.as_deref().map(plain).as_deref() {
        Some("in_progress") => SessionStatus::InProgress,
        Some("completed") => SessionStatus::Completed,
        // Some programs write none.
        None if completed_at.is_some() => SessionStatus::Completed,
        None if number.is_some() && work_item.is_some() => SessionStatus::InProgress,
        Some(_) | None => SessionStatus::Idle,
    };
    Ok(SessionState {
        number,
        work_item,
        started_at: text(fields, STARTED)?,
        status,
        completed_at,
        base_commit: commit(fields)?,
        snapshot: fields.get(SNAPSHOT[0]).and_then(Value::as_object).map(snapshot),
    })
}

/// The first of a field's names that has a value.
fn find(fields: &Map<String, Value>, names: Names) -> Option<(&'static str, &Value)> {
    names
        .iter()
        .find_map(|name| Some((*name, fields.get(*name).filter(|value| !value.is_null())?)))
}

fn wrong(at: JsonPath, expected: &str, found: &Value) -> Unreadable {
    Unreadable {
        at,
        why: one_line(&match found {
            Value::String(_) | Value::Number(_) => format!("expected {expected}, found {found}"),
            other => format!("expected {expected}, found {}", kind_of(other)),
        }),
        hint: None,
    }
}

/// A number, or its digits; 0 is none.
fn number((name, value): (&str, &Value)) -> Result<Option<u32>, Unreadable> {
    let number = match value {
        Value::String(digits) if digits.trim().is_empty() => Some(0),
        Value::String(digits) => digits.trim().parse().ok(),
        other => other.as_u64().and_then(|number| u32::try_from(number).ok()),
    };
    match number {
        Some(number) => Ok(Some(number).filter(|number| *number > 0)),
        None => Err(wrong(JsonPath::of(name), "the number of a session", value)),
    }
}

/// A text; an empty one is none.
fn text(fields: &Map<String, Value>, names: Names) -> Result<Option<String>, Unreadable> {
    match find(fields, names) {
        None => Ok(None),
        Some((_, Value::String(text))) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        Some((name, other)) => Err(wrong(JsonPath::of(name), "a string", other)),
    }
}

/// A commit's id. It becomes an argument of git, so nothing else is taken for one.
fn commit(fields: &Map<String, Value>) -> Result<Option<String>, Unreadable> {
    let Some(id) = text(fields, BASE)? else {
        return Ok(None);
    };
    if is_commit(&id) {
        return Ok(Some(id));
    }
    Err(Unreadable {
        at: JsonPath::of(BASE[0]),
        why: one_line(&format!("expected the id of a commit, found {id:?}")),
        hint: Some("write the full id, as git rev-parse prints it, or null".to_owned()),
    })
}

/// Whether a word is the id of a commit, whole or shortened.
pub fn is_commit(word: &str) -> bool {
    (4..=64).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn snapshot(fields: &Map<String, Value>) -> Snapshot {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    Snapshot {
        commit: text("commit"),
        config_sha256: text("config_sha256"),
    }
}

fn plain(word: &str) -> String {
    word.trim().to_lowercase().replace(['-', ' '], "_")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(state: &Value, number: Option<u32>, item: Option<&str>, status: SessionStatus) {
        let read = read(state).unwrap();
        assert_eq!(
            (read.number, read.work_item.as_deref(), read.status),
            (number, item, status),
            "{state}"
        );
    }

    #[test]
    fn the_files_of_every_generation_are_read() {
        use SessionStatus::{Completed, Idle, InProgress};
        check(&json!({}), None, None, Idle);
        check(
            &json!({"current_session": null, "current_work_item": null, "started_at": null, "status": "idle"}),
            None,
            None,
            Idle,
        );
        check(
            &json!({"current_session": 3, "current_work_item": "a", "started_at": "2026-01-02", "status": "in_progress"}),
            Some(3),
            Some("a"),
            InProgress,
        );
        check(
            &json!({"current_session": 3, "current_work_item": "a", "status": "completed", "completed_at": "x"}),
            Some(3),
            Some("a"),
            Completed,
        );
        check(
            &json!({"session_number": "12", "current_work_item": "a", "session_start": "2026-01-02"}),
            Some(12),
            Some("a"),
            InProgress,
        );
        check(
            &json!({"current_session": null, "session_number": 2, "current_work_item": "a", "status": "In Progress"}),
            Some(2),
            Some("a"),
            InProgress,
        );
        check(
            &json!({"current_session": 0, "status": "in_progress"}),
            None,
            None,
            InProgress,
        );
        check(
            &json!({"current_session": 4, "status": "hibernating"}),
            Some(4),
            None,
            Idle,
        );
    }

    #[test]
    fn what_began_is_read_by_any_name() {
        let read = read(&json!({
            "session_start": "2026-01-02T03:04:05", "base_commit": "0123456789abcdef0123456789abcdef01234567",
            "snapshot": {"commit": "0123", "config_sha256": "ff", "more": 1},
        }))
        .unwrap();
        assert_eq!(read.started_at.as_deref(), Some("2026-01-02T03:04:05"));
        assert_eq!(
            read.base_commit.as_deref(),
            Some("0123456789abcdef0123456789abcdef01234567")
        );
        assert_eq!(read.snapshot.unwrap().config_sha256.as_deref(), Some("ff"));
    }

    #[track_caller]
    fn refused(state: &Value, expect: &str) {
        assert_eq!(read(state).unwrap_err().to_string(), expect);
    }

    #[test]
    fn a_value_of_another_type_is_an_error_with_its_place() {
        refused(
            &json!({"current_session": {}}),
            "current_session: expected the number of a session, found an object",
        );
        refused(
            &json!({"session_number": "third"}),
            "session_number: expected the number of a session, found \"third\"",
        );
        refused(
            &json!({"current_session": -1}),
            "current_session: expected the number of a session, found -1",
        );
        refused(
            &json!({"current_work_item": ["a"]}),
            "current_work_item: expected a string, found an array",
        );
        refused(
            &json!({"status": true}),
            "status: expected a string, found true or false",
        );
        refused(
            &json!({"base_commit": "--output=x"}),
            "base_commit: expected the id of a commit, found \"--output=x\"",
        );
    }
}
