//! What the beginning of a session needs of `work_items.json`, straight from the text: the items, and where in the text stands
//! what it changes.
//!
//! This way never says what is wrong. Whatever is not as sdd writes it makes it decline, and the caller reads the file
//! by the long way, [`super::outline()`], which understands more and knows how to complain. A test holds that both see
//! the same.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value;

use super::{Priority, SessionEntry, Status, WorkItem, WorkItemType, WorkItems, read};
use crate::model::skim::Skim;

/// A file that is laid out as sdd writes it, with the places of what changes when a session begins.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Places {
    /// The items without their own rules and without what they are in the file. Of their sessions the numbers are known.
    pub items: WorkItems,
    /// Where each item's value stands in the text, in their order.
    pub values: Vec<Range<usize>>,
    /// Where the value of `metadata` stands, an object.
    pub metadata: Range<usize>,
}

/// Finds the places in a text; `None` when it must be read by the long way.
pub fn places(text: &str) -> Option<Places> {
    let mut found = Places::default();
    let (mut items, mut metadata) = (None, None);
    let mut skim = Skim::new(text);
    skim.object(|skim, key| {
        if skim.null() {
            return Some(());
        }
        match key.as_ref() {
            "schema_version" => (skim.count()? == 0).then_some(()),
            "milestones" => skim.object(|skim, name| {
                found.items.milestones.push(name.into_owned());
                skim.pass()
            }),
            "work_items" => {
                let items = items.insert(Vec::new());
                skim.object(|skim, id| {
                    let start = skim.offset();
                    items.push(item(skim, id)?);
                    found.values.push(start..skim.offset());
                    Some(())
                })
            }
            "items" => None,
            "metadata" => {
                let start = skim.offset();
                skim.object(|skim, _| skim.pass())?;
                metadata = Some(start..skim.offset());
                Some(())
            }
            _ => skim.pass(),
        }
    })?;
    let is_laid_out = skim.end()?;
    found.items.items = items.filter(|_| is_laid_out)?;
    found.metadata = metadata?;
    Some(found)
}

/// One item; a missing field is as good as a null.
fn item<'a>(skim: &mut Skim<'a>, id: Cow<'a, str>) -> Option<WorkItem> {
    let mut kind = None;
    let mut item = WorkItem {
        id: id.into_owned(),
        kind: WorkItemType::Feature,
        title: String::new(),
        status: Status::NotStarted,
        priority: Priority::Medium,
        urgent: false,
        dependencies: Vec::new(),
        milestone: None,
        spec_file: None,
        created_at: None,
        sessions: Vec::new(),
        validation_rules: Vec::new(),
        raw: Value::Null,
    };
    skim.object(|skim, key| {
        if skim.null() {
            return Some(());
        }
        let filled = |text: Cow<'_, str>| Some(text.into_owned()).filter(|text| !text.trim().is_empty());
        match key.as_ref() {
            "type" => kind = Some(WorkItemType::named(&skim.string()?)?),
            "status" => item.status = Status::named(&skim.string()?)?,
            "priority" => item.priority = Priority::named(&skim.string()?)?,
            "title" => item.title = filled(skim.string()?).unwrap_or_default(),
            "milestone" => item.milestone = filled(skim.string()?),
            "spec_file" => item.spec_file = filled(skim.string()?).map(|path| read::normal(&path)),
            "created_at" => item.created_at = filled(skim.string()?),
            "urgent" => item.urgent = skim.boolean()?,
            "dependencies" => skim.array(|skim| {
                item.dependencies.push(skim.string()?.into_owned());
                Some(())
            })?,
            "sessions" => skim.array(|skim| {
                item.sessions.push(session(skim)?);
                Some(())
            })?,
            // What rules are is said by others.
            "validation_rules" => skim.array(|_| None)?,
            _ => skim.pass()?,
        }
        Some(())
    })?;
    item.kind = kind?;
    if item.title.is_empty() {
        item.title.clone_from(&item.id);
    }
    Some(item)
}

/// The number of one session, as sdd writes it.
fn session(skim: &mut Skim<'_>) -> Option<SessionEntry> {
    let mut number = None;
    skim.object(|skim, key| match key.as_ref() {
        "session_num" => {
            number = Some(u32::try_from(skim.count()?).ok()?);
            Some(())
        }
        "session_number" | "session" => None,
        _ => skim.pass(),
    })?;
    Some(SessionEntry {
        number: number?,
        started_at: None,
        ended_at: None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn spelled(state: &Value) -> String {
        serde_json::to_string_pretty(state).unwrap() + "\n"
    }

    /// What the long way sees of what the places are of.
    fn outlined(state: &Value) -> WorkItems {
        let mut items = crate::model::work_item::outline(state).unwrap();
        for session in items.items.iter_mut().flat_map(|item| &mut item.sessions) {
            (session.started_at, session.ended_at) = (None, None);
        }
        items
    }

    #[test]
    fn places_are_those_of_the_values() {
        let state = json!({
            "metadata": {"revision": 3}, "milestones": {"v1": {}},
            "work_items": {
                "a": {"type": "bug", "sessions": [{"session_num": 4, "started_at": "x"}, {"session_num": 7}]},
                "b": {"type": "feature", "title": "B", "dependencies": ["a"], "validation_rules": [], "sessions": []},
            },
            "extra": [1],
        });
        let text = spelled(&state);
        let places = places(&text).unwrap();
        assert_eq!(places.items, outlined(&state));
        let value = |span: &Range<usize>| -> Value { serde_json::from_str(&text[span.clone()]).unwrap() };
        assert_eq!(value(&places.metadata), state["metadata"]);
        let values: Vec<Value> = places.values.iter().map(value).collect();
        assert_eq!(
            values,
            [state["work_items"]["a"].clone(), state["work_items"]["b"].clone()]
        );
    }

    #[test]
    fn without_a_layout_or_with_what_only_the_long_way_knows_there_are_no_places() {
        #[track_caller]
        fn check(item: &Value, expect: bool) {
            let state = json!({"metadata": {}, "work_items": {"a": item}});
            assert_eq!(places(&spelled(&state)).is_some(), expect, "{item}");
            assert_eq!(places(&state.to_string()), None);
            assert_eq!(places(&spelled(&json!({"work_items": {"a": item}}))), None);
        }
        check(&json!({"type": "bug"}), true);
        check(
            &json!({"type": "bug", "sessions": null, "validation_rules": null}),
            true,
        );
        check(
            &json!({"type": "bug", "validation_rules": [{"type": "command"}]}),
            false,
        );
        check(&json!({"type": "bug", "sessions": [3]}), false);
        check(
            &json!({"type": "bug", "sessions": [{"session_number": 3}]}),
            false,
        );
        check(&json!({"type": "bug", "sessions": [{"session_num": "3"}]}), false);
        check(
            &json!({"type": "bug", "sessions": [{"session_num": 5_000_000_000_u64}]}),
            false,
        );
        check(&json!({"type": "bug", "sessions": [{"started_at": "x"}]}), false);
        check(&json!({"type": "bug", "sessions": {}}), false);
        check(&json!({"type": "bug", "validation_rules": "x"}), false);
    }

    proptest::proptest! {
        /// A value of any kind in any field: where this way has an answer, it is that of the other.
        #[test]
        fn both_ways_see_the_same_in_any_field(
            field in "type|title|status|priority|urgent|dependencies|milestone|spec_file|created_at|sessions|validation_rules|other",
            value in proptest::sample::select(vec![
                json!(null), json!(true), json!(1), json!(""), json!(" "), json!("bug"), json!("completed"),
                json!("HIGH"), json!("a\\b"), json!("\"q\" \u{e9}\n"), json!([]), json!(["x"]), json!([1]), json!({}),
                json!({"a": []}), json!([{"session_num": 3}]), json!([{"session": 4, "session_num": 3}]),
                json!([{"type": "command"}]),
            ])
        ) {
            let mut item = json!({"type": "feature", "title": "T"});
            item[field] = value;
            let state = json!({"metadata": {}, "work_items": {"x": item}});
            if let Some(places) = places(&spelled(&state)) {
                proptest::prop_assert_eq!(places.items, outlined(&state));
            }
        }
    }

    #[test]
    fn what_must_be_complained_of_is_left_to_the_long_way() {
        #[track_caller]
        fn declines(state: &Value) {
            assert_eq!(places(&spelled(state)), None, "{state}");
        }
        declines(&json!([]));
        declines(&json!({"metadata": {}, "items": []}));
        declines(&json!({"metadata": {}, "work_items": []}));
        declines(&json!({"metadata": {}, "work_items": null}));
        declines(&json!({"metadata": [], "work_items": {}}));
        declines(&json!({"metadata": {}, "work_items": {}, "milestones": []}));
        declines(&json!({"metadata": {}, "work_items": {}, "schema_version": 7}));
        declines(&json!({"metadata": {}, "work_items": {"a": {"type": "bug", "status": "done"}}}));
        declines(&json!({"metadata": {}, "work_items": {"a": {"type": "bug", "priority": 1}}}));
        declines(&json!({"metadata": {}, "work_items": {"a": {"status": "completed"}}}));
        declines(&json!({"metadata": {}, "work_items": {"a": 1}}));
        let twice =
            spelled(&json!({"metadata": {}, "work_items": {"a": {"type": "bug"}, "b": {"type": "bug"}}}));
        assert!(places(&twice).is_some());
        assert_eq!(places(&twice.replace("\"b\"", "\"a\"")), None);
    }
}
