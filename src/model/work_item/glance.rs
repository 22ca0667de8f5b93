//! What a list needs of `work_items.json`, straight from the text: for files of any size, at the price of seeing
//! nothing else.
//!
//! This way never says what is wrong. Whatever is not as sdd writes it makes it decline, and the caller reads the file
//! by the long way, [`super::read()`], which understands more and knows how to complain. A test holds that both see
//! the same.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use super::{Priority, Status, WorkItem, WorkItemType, read};

/// What a list shows of a work item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// What kind of work it is.
    pub kind: WorkItemType,
    /// What it is called.
    pub title: String,
    /// How far it is.
    pub status: Status,
    /// How much it matters.
    pub priority: Priority,
    /// Whether it goes before others of its priority.
    pub urgent: bool,
    /// The ids of what must be completed before.
    pub dependencies: Vec<String>,
    /// The milestone that it belongs to.
    pub milestone: Option<String>,
    /// Its spec, relative to the project with `/` between parts.
    pub spec_file: Option<String>,
    /// When it was made, as written.
    pub created_at: Option<String>,
}

impl From<&WorkItem> for Entry {
    fn from(item: &WorkItem) -> Self {
        Self {
            id: item.id.clone(),
            kind: item.kind,
            title: item.title.clone(),
            status: item.status,
            priority: item.priority,
            urgent: item.urgent,
            dependencies: item.dependencies.clone(),
            milestone: item.milestone.clone(),
            spec_file: item.spec_file.clone(),
            created_at: item.created_at.clone(),
        }
    }
}

/// What a list shows of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Glance {
    /// The items, in the order of the file.
    pub items: Vec<Entry>,
    /// The names of milestones that are described.
    pub milestones: Vec<String>,
}

/// Takes a glance at a text; `None` when it must be read by the long way.
pub fn glance(text: &str) -> Option<Glance> {
    let file: File<'_> = serde_json::from_str(text).ok()?;
    let present = file.schema_version.is_none_or(|version| version == 0);
    let work_items = file.work_items.filter(|_| present && file.items.is_none())?;
    let Members(members) = work_items;
    let mut ids = HashSet::with_capacity(members.len());
    if !members.iter().all(|(id, _)| ids.insert(id.as_ref())) {
        return None;
    }
    drop(ids);
    let items = members.into_iter().map(|(id, item)| item.entry(id));
    Some(Glance {
        items: items.collect::<Option<_>>()?,
        milestones: file.milestones.map_or_else(Vec::new, |Members(members)| {
            members.into_iter().map(|(name, _)| name.into_owned()).collect()
        }),
    })
}

#[derive(Deserialize)]
struct File<'a> {
    schema_version: Option<u64>,
    #[serde(borrow)]
    milestones: Option<Members<'a, IgnoredAny>>,
    #[serde(borrow)]
    work_items: Option<Members<'a, Item<'a>>>,
    items: Option<IgnoredAny>,
}

/// One item; a missing field is as good as a null.
#[derive(Deserialize)]
struct Item<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    title: Option<String>,
    #[serde(default, borrow)]
    status: Word<'a>,
    #[serde(default, borrow)]
    priority: Word<'a>,
    urgent: Option<bool>,
    dependencies: Option<Vec<String>>,
    milestone: Option<String>,
    spec_file: Option<String>,
    created_at: Option<String>,
}

impl Item<'_> {
    fn entry(self, id: Cow<'_, str>) -> Option<Entry> {
        let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let id = id.into_owned();
        Some(Entry {
            kind: WorkItemType::named(&self.kind)?,
            title: filled(self.title).unwrap_or_else(|| id.clone()),
            status: self
                .status
                .0
                .map_or(Some(Status::NotStarted), |word| Status::named(&word))?,
            priority: self
                .priority
                .0
                .map_or(Some(Priority::Medium), |word| Priority::named(&word))?,
            urgent: self.urgent.unwrap_or_default(),
            dependencies: self.dependencies.unwrap_or_default(),
            milestone: filled(self.milestone),
            spec_file: filled(self.spec_file).map(|path| read::normal(&path)),
            created_at: filled(self.created_at),
            id,
        })
    }
}

/// A word that may be missing, borrowed where that can be: serde copies a string that stands in an option.
#[derive(Default)]
struct Word<'a>(Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for Word<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Borrowed<'a>(#[serde(borrow)] Cow<'a, str>);
        let word = Option::<Borrowed<'a>>::deserialize(deserializer)?;
        Ok(Self(word.map(|Borrowed(word)| word)))
    }
}

/// The members of an object, in order, those of the same key too.
struct Members<'a, T>(Vec<(Cow<'a, str>, T)>);

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for Members<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

        struct Each<'a, T>(PhantomData<(&'a str, T)>);

        impl<'de: 'a, 'a, T: Deserialize<'de>> Visitor<'de> for Each<'a, T> {
            type Value = Members<'a, T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Key(key), value)) = map.next_entry::<Key<'a>, T>()? {
                    members.push((key, value));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Each(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// What the long way sees.
    fn long(state: &Value) -> Option<Glance> {
        let items = read(state).ok()?;
        Some(Glance {
            items: items.items.iter().map(Entry::from).collect(),
            milestones: items.milestones,
        })
    }

    #[track_caller]
    fn declines(text: &str) {
        assert_eq!(glance(text), None, "{text}");
    }

    #[test]
    fn what_must_be_complained_of_is_left_to_the_long_way() {
        declines("");
        declines("[]");
        declines(r#"{"items": []}"#);
        declines(r#"{"work_items": []}"#);
        declines(r#"{"work_items": {}, "schema_version": 7}"#);
        declines(r#"{"work_items": {"a": {"type": "bug", "status": "done"}}}"#);
        declines(r#"{"work_items": {"a": {"type": "bug", "priority": 1}}}"#);
        declines(r#"{"work_items": {"a": {"status": "completed"}}}"#);
        declines(r#"{"work_items": {"a": {"type": "bug"}, "a": {"type": "bug"}}}"#);
        declines(r#"{"work_items": {"a": {"type": "bug", "type": "bug"}}}"#);
        declines(r#"{"work_items": {"a": {"type": "bug"}}} x"#);
    }

    #[test]
    fn both_ways_see_the_same() {
        let state = json!({
            "metadata": {"total_items": 9}, "milestones": {"v1": {"name": "v1"}, "w\n": null}, "extra": [{"a": 1}],
            "work_items": {
                "a": {"type": "bug", "title": "A \"q\" \u{e9}\n", "status": "In Progress", "priority": "LOW",
                      "dependencies": ["b", "\\"], "milestone": "v1", "spec_file": ".session\\specs\\a.md",
                      "created_at": "2025-10-15", "urgent": true, "sessions": [{"session_num": 1}], "blocksLaunch": [1]},
                "b\u{2713}": {"type": "integration_test", "title": null, "status": null, "urgent": null, "milestone": ""},
            },
        });
        let seen = glance(&state.to_string()).unwrap();
        assert_eq!(seen.items.len(), 2);
        assert_eq!(Some(seen), long(&state));
    }

    proptest::proptest! {
        /// A value of any kind in any field: where both have an answer, it is the same.
        #[test]
        fn both_ways_see_the_same_in_any_field(
            field in "type|title|status|priority|urgent|dependencies|milestone|spec_file|created_at|other",
            value in proptest::sample::select(vec![
                json!(null), json!(true), json!(1), json!(""), json!(" "), json!("bug"), json!("completed"),
                json!("HIGH"), json!("a\\b"), json!([]), json!(["x"]), json!([1]), json!({}), json!({"a": []}),
            ])
        ) {
            let mut item = json!({"type": "feature", "title": "T"});
            item[field] = value;
            let state = json!({"work_items": {"x": item}});
            if let (Some(short), Some(long)) = (glance(&state.to_string()), long(&state)) {
                proptest::prop_assert_eq!(short, long);
            }
        }
    }
}
