//! From `work_items.json` to a view of it, whichever program wrote the file.
//!
//! What older and newer programs leave out has a default, what nobody here knows is passed over, and stamps stay as
//! they are written. A word or a type that cannot be understood is an error: what it was to say cannot be guessed.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Priority, SessionEntry, Status, WorkItem, WorkItemType, WorkItems};
use crate::model::config::{JsonPath, Rule, Step, kind_of, one_line, reword};

/// What cannot be understood in a file of work items.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {why}")]
pub struct Unreadable {
    /// The place of the value; of a value that is not there, where it belongs.
    pub at: JsonPath,
    /// What was expected and what was found, in one line.
    pub why: String,
    /// What to do about it, where more can be said.
    pub hint: Option<String>,
}

/// Reads the work items of a file; the first thing that cannot be understood is the error.
pub fn read(state: &Value) -> Result<WorkItems, Unreadable> {
    let (items, problems) = inspect(state);
    match problems.into_iter().next() {
        Some(problem) => Err(problem),
        None => Ok(items),
    }
}

/// [`read()`] without what the items are in the file: their `raw` is null. For one who looks at few of many.
pub fn outline(state: &Value) -> Result<WorkItems, Unreadable> {
    let mut reader = Reader {
        raws: Raws::Left,
        problems: Vec::new(),
    };
    let items = reader.file(state);
    match reader.problems.into_iter().next() {
        Some(problem) => Err(problem),
        None => Ok(items),
    }
}

/// Reads the work items of a file, and says of everything that cannot be understood. Items with such a thing in them
/// have a default in its place.
pub fn inspect(state: &Value) -> (WorkItems, Vec<Unreadable>) {
    let mut reader = Reader::default();
    let items = reader.file(state);
    (items, reader.problems)
}

/// Whether items keep what they are in the file.
#[derive(Clone, Copy, Default)]
enum Raws {
    #[default]
    Kept,
    Left,
}

#[derive(Default)]
struct Reader {
    raws: Raws,
    problems: Vec<Unreadable>,
}

/// An object and its place.
#[derive(Clone, Copy)]
struct Object<'a> {
    members: &'a Map<String, Value>,
    at: &'a JsonPath,
}

impl Reader {
    fn file(&mut self, state: &Value) -> WorkItems {
        let top = JsonPath::default();
        let Some(members) = self.object(
            Some(state),
            &top,
            "an object with `metadata`, `milestones`, `work_items`",
        ) else {
            return WorkItems::default();
        };
        if let (Some(list), None) = (members.get("items"), members.get("work_items")) {
            self.problems.push(Unreadable {
                at: top.key("items"),
                why: format!(
                    "expected the key `work_items` with an object of items by their ids, found `items` with {}",
                    kind_of(list)
                ),
                hint: Some("write \"work_items\": {\"ID\": {…}, …}".to_owned()),
            });
        }
        self.object(members.get("metadata"), &top.key("metadata"), "an object");
        let milestones = self
            .object(
                members.get("milestones"),
                &top.key("milestones"),
                "an object of milestones by name",
            )
            .map_or_else(Vec::new, |milestones| milestones.keys().cloned().collect());
        let at = top.key("work_items");
        let mut items = Vec::new();
        for (id, value) in self
            .object(members.get("work_items"), &at, "an object of items by their ids")
            .into_iter()
            .flatten()
        {
            let at = at.key(id);
            match value {
                Value::Object(members) => {
                    let object = Object { members, at: &at };
                    items.push(self.item(id, value, object));
                }
                other => self.wrong(&at, "an object", other),
            }
        }
        WorkItems { items, milestones }
    }

    fn item(&mut self, id: &str, raw: &Value, item: Object<'_>) -> WorkItem {
        let kind = self.word(
            item,
            "type",
            WorkItemType::named,
            WorkItemType::meant,
            WorkItemType::list,
        );
        if kind.is_none() && absent(item.members.get("type")) {
            self.problems.push(Unreadable {
                at: item.at.key("type"),
                why: format!("expected one of {}, found nothing", WorkItemType::list()),
                hint: None,
            });
        }
        let status = self.word(item, "status", Status::named, Status::meant, Status::list);
        let priority = self.word(
            item,
            "priority",
            Priority::named,
            Priority::meant,
            Priority::list,
        );
        let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        WorkItem {
            id: id.to_owned(),
            kind: kind.unwrap_or(WorkItemType::Feature),
            title: filled(self.text(item, "title")).unwrap_or_else(|| id.to_owned()),
            status: status.unwrap_or(Status::NotStarted),
            priority: priority.unwrap_or(Priority::Medium),
            urgent: self.flag(item, "urgent"),
            dependencies: self.texts(item, "dependencies"),
            milestone: filled(self.text(item, "milestone")),
            spec_file: filled(self.text(item, "spec_file")).map(|path| normal(&path)),
            created_at: filled(self.text(item, "created_at")),
            sessions: self
                .array(item, "sessions", "an array of sessions")
                .iter()
                .filter_map(session)
                .collect(),
            validation_rules: self.rules(item),
            raw: match self.raws {
                Raws::Kept => raw.clone(),
                Raws::Left => Value::Null,
            },
        }
    }

    /// An object; `None` when it is absent or of another type, which is told of.
    fn object<'v>(
        &mut self,
        value: Option<&'v Value>,
        at: &JsonPath,
        expected: &str,
    ) -> Option<&'v Map<String, Value>> {
        match value {
            None | Some(Value::Null) => None,
            Some(Value::Object(members)) => Some(members),
            Some(other) => {
                self.wrong(at, expected, other);
                None
            }
        }
    }

    fn word<T>(
        &mut self,
        item: Object<'_>,
        key: &str,
        named: fn(&str) -> Option<T>,
        meant: fn(&str) -> Option<T>,
        list: fn() -> String,
    ) -> Option<T>
    where
        T: std::fmt::Display,
    {
        let found = match item.members.get(key)? {
            Value::Null => return None,
            Value::String(word) => {
                if let Some(known) = named(word) {
                    return Some(known);
                }
                word.clone()
            }
            // Priorities are numbers in some files.
            Value::Number(number) => number.to_string(),
            other => {
                self.wrong(&item.at.key(key), &format!("one of {}", list()), other);
                return None;
            }
        };
        self.problems.push(Unreadable {
            at: item.at.key(key),
            why: one_line(&format!("expected one of {}, found {found:?}", list())),
            hint: meant(&found).map(|meant| format!("did you mean {meant}?")),
        });
        None
    }

    fn text(&mut self, item: Object<'_>, key: &str) -> Option<String> {
        match item.members.get(key)? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => {
                self.wrong(&item.at.key(key), "a string", other);
                None
            }
        }
    }

    fn flag(&mut self, item: Object<'_>, key: &str) -> bool {
        match item.members.get(key) {
            None | Some(Value::Null) => false,
            Some(Value::Bool(flag)) => *flag,
            Some(other) => {
                self.wrong(&item.at.key(key), "true or false", other);
                false
            }
        }
    }

    fn array<'v>(&mut self, item: Object<'v>, key: &str, expected: &str) -> &'v [Value] {
        match item.members.get(key) {
            None | Some(Value::Null) => &[],
            Some(Value::Array(elements)) => elements,
            Some(other) => {
                self.wrong(&item.at.key(key), expected, other);
                &[]
            }
        }
    }

    fn texts(&mut self, item: Object<'_>, key: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for (index, element) in self.array(item, key, "an array of ids").iter().enumerate() {
            match element {
                Value::String(text) => texts.push(text.clone()),
                other => self.wrong(&item.at.key(key).index(index), "a string", other),
            }
        }
        texts
    }

    fn rules(&mut self, item: Object<'_>) -> Vec<Rule> {
        let mut rules = Vec::new();
        for (index, element) in self
            .array(item, "validation_rules", "an array of rules")
            .iter()
            .enumerate()
        {
            match rule(element) {
                Ok(rule) => rules.push(rule),
                Err((inside, why)) => {
                    let rule = item.at.key("validation_rules").index(index);
                    let at = inside.moved(&JsonPath::default(), &rule);
                    self.problems.push(Unreadable {
                        at: at.unwrap_or_default(),
                        why,
                        hint: None,
                    });
                }
            }
        }
        rules
    }

    fn wrong(&mut self, at: &JsonPath, expected: &str, found: &Value) {
        self.problems.push(Unreadable {
            at: at.clone(),
            why: format!("expected {expected}, found {}", kind_of(found)),
            hint: None,
        });
    }
}

fn absent(value: Option<&Value>) -> bool {
    value.is_none_or(Value::is_null)
}

/// A path with `/` between its parts, whoever wrote it.
pub(super) fn normal(path: &str) -> String {
    path.trim().replace('\\', "/")
}

/// A session that is listed with an item, in any of the ways in which that is done. One without a number says nothing.
fn session(value: &Value) -> Option<SessionEntry> {
    let number = |value: &Value| match value {
        Value::String(digits) => digits.trim().parse().ok(),
        other => other.as_u64().and_then(|number| u32::try_from(number).ok()),
    };
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let named = ["session_num", "session_number", "session"];
    Some(SessionEntry {
        number: match value {
            Value::Object(members) => named.iter().find_map(|key| number(members.get(*key)?))?,
            other => number(other)?,
        },
        started_at: text("started_at"),
        ended_at: text("ended_at"),
    })
}

/// A rule of the custom gate, or where in it something is wrong and what. What it lacks is said by the gate.
fn rule(value: &Value) -> Result<Rule, (JsonPath, String)> {
    if !value.is_object() {
        return Err((
            JsonPath::default(),
            format!("expected an object, found {}", kind_of(value)),
        ));
    }
    let mut unknown = Vec::new();
    let mut track = serde_path_to_error::Track::new();
    let read = {
        let mut note = |path: serde_ignored::Path<'_>| unknown.push(JsonPath::from(&path));
        let inner = serde_path_to_error::Deserializer::new(value, &mut track);
        Rule::deserialize(serde_ignored::Deserializer::new(inner, &mut note))
    };
    match read {
        Ok(mut rule) => {
            rule.unknown_keys = unknown
                .iter()
                .filter_map(|path| match path.last() {
                    Some(Step::Key(key)) => Some(key.clone()),
                    _ => None,
                })
                .collect();
            Ok(rule)
        }
        Err(refused) => Err((JsonPath::from(&track.path()), reword(&refused.to_string()))),
    }
}

#[cfg(test)]
mod tests;
