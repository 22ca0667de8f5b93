//! Changes of work items, in the document: only what a change is about is touched, all else stays as it is written.
//!
//! Each is made for `Store::update`, under the lock. After a refusal the document may be half changed: it is dropped.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::graph::Graph;
use super::{Priority, Status, Unreadable, WorkItem, WorkItemType, WorkItems, id, read};

/// Why a change is not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The file cannot be understood.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// There is no item of this id.
    #[error("there is no work item {id:?}")]
    UnknownItem {
        /// The id.
        id: String,
    },
    /// An item is to depend on one that is not there.
    #[error("there is no work item {id:?} to depend on")]
    UnknownDependency {
        /// The id.
        id: String,
    },
    /// A dependency is to be removed that the item does not have.
    #[error("{id} does not depend on {dependency:?}")]
    NoDependency {
        /// The item.
        id: String,
        /// What it does not depend on.
        dependency: String,
        /// What it does depend on.
        has: Vec<String>,
    },
    /// Items would wait for each other.
    #[error("these would wait for each other: {}", path.join(" → "))]
    Cycle {
        /// The ids on the way; the last is the first.
        path: Vec<String>,
    },
    /// Other items depend on the one that is to go.
    #[error("{} on {id}", dependents(by))]
    Needed {
        /// The item.
        id: String,
        /// What depends on it.
        by: Vec<String>,
    },
    /// Somebody else has changed the file.
    #[error("the work items have revision {found}, not {wanted}: they were changed in the meantime")]
    Revision {
        /// What the caller has seen.
        wanted: u64,
        /// What is there.
        found: u64,
    },
}

fn dependents(by: &[String]) -> String {
    match by {
        [one] => format!("{one} depends"),
        [one, other] => format!("{one} and {other} depend"),
        [one, other, more @ ..] => format!("{one}, {other} and {} more depend", more.len()),
        [] => "nothing depends".to_owned(),
    }
}

/// What a new item is to be.
#[derive(Clone, Debug)]
pub struct NewItem<'a> {
    /// What kind of work it is.
    pub kind: WorkItemType,
    /// What it is called.
    pub title: &'a str,
    /// How much it matters.
    pub priority: Priority,
    /// Whether it goes before others of its priority.
    pub urgent: bool,
    /// The ids of what must be completed before.
    pub dependencies: &'a [String],
    /// The milestone that it belongs to.
    pub milestone: Option<&'a str>,
}

/// An item that was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// Its id.
    pub id: id::Made,
    /// Its spec, relative to the project.
    pub spec_file: String,
    /// The milestones that were known before; given when the item's own was not among them, and now is.
    pub new_milestone: Option<Vec<String>>,
}

/// Adds an item. `spec_of` says where the spec of an id is.
pub fn add(
    state: &mut Value,
    new: &NewItem<'_>,
    spec_of: impl Fn(&str) -> String,
    stamp: &str,
) -> Result<Added, Refusal> {
    let items = read(state)?;
    let graph = Graph::of(&items.items);
    let ids: HashSet<String> = items.items.iter().map(|item| item.id.to_lowercase()).collect();
    let made = id::make(new.kind, new.title, |id| ids.contains(id));
    let dependencies = known_once(&graph, new.dependencies)?;
    for waiting in graph.dependents(&made.id) {
        // Somebody waits for this id already: nothing that the new one waits for may wait for that.
        for dependency in &dependencies {
            if let Some(way) = graph.path(dependency, &waiting.id) {
                let ends = [made.id.as_str()];
                return Err(cycle(ends.iter().chain(&way).chain(&ends)));
            }
        }
    }
    let spec_file = spec_of(&made.id);
    let item = json!({
        "id": made.id, "type": new.kind, "title": new.title, "status": Status::NotStarted, "priority": new.priority,
        "urgent": new.urgent, "dependencies": dependencies, "milestone": new.milestone.unwrap_or_default(),
        "spec_file": spec_file, "created_at": stamp, "sessions": [],
    });
    let new_milestone = new
        .milestone
        .and_then(|name| know_milestone(state, &items, name, stamp));
    if let Some(members) = section(state, "work_items") {
        members.insert(made.id.clone(), item);
    }
    finish(state, stamp);
    Ok(Added {
        id: made,
        spec_file,
        new_milestone,
    })
}

/// What is to change of an item; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct Changes<'a> {
    /// How far it is.
    pub status: Option<Status>,
    /// How much it matters.
    pub priority: Option<Priority>,
    /// What it is called.
    pub title: Option<&'a str>,
    /// The milestone that it belongs to; an empty name is none.
    pub milestone: Option<&'a str>,
    /// Whether it goes before others of its priority.
    pub urgent: Option<bool>,
    /// The ids of what must be completed before, too.
    pub add_dependencies: &'a [String],
    /// The ids of what must not any more.
    pub remove_dependencies: &'a [String],
}

impl Changes<'_> {
    /// Whether nothing is to change.
    pub fn is_empty(&self) -> bool {
        self.status.is_none()
            && self.priority.is_none()
            && self.title.is_none()
            && self.milestone.is_none()
            && self.urgent.is_none()
            && self.add_dependencies.is_empty()
            && self.remove_dependencies.is_empty()
    }
}

/// An item that was changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Updated {
    /// What changed, a line each, as in `update_history`; empty when everything was so before.
    pub changes: Vec<String>,
    /// The milestones that were known before; given when the item's new one was not among them, and now is.
    pub new_milestone: Option<Vec<String>>,
}

/// Changes an item.
pub fn update(state: &mut Value, id: &str, changes: &Changes<'_>, stamp: &str) -> Result<Updated, Refusal> {
    let items = read(state)?;
    let graph = Graph::of(&items.items);
    let unknown = || Refusal::UnknownItem { id: id.to_owned() };
    let item = graph.get(id).ok_or_else(unknown)?;
    let dependencies = dependencies_after(&graph, item, changes)?;
    let mut edit = Edit {
        members: Map::new(),
        changes: Vec::new(),
    };
    edit.word("status", item.status.as_str(), changes.status.map(Status::as_str));
    edit.word(
        "priority",
        item.priority.as_str(),
        changes.priority.map(Priority::as_str),
    );
    edit.word("title", &item.title, changes.title);
    edit.word(
        "milestone",
        item.milestone.as_deref().unwrap_or_default(),
        changes.milestone,
    );
    if let Some(urgent) = changes.urgent.filter(|urgent| *urgent != item.urgent) {
        edit.set(
            "urgent",
            urgent.into(),
            format!("  urgent: {} → {urgent}", item.urgent),
        );
    }
    let added = dependencies.iter().filter(|id| !item.dependencies.contains(id));
    let removed = item.dependencies.iter().filter(|id| !dependencies.contains(id));
    let told = added
        .map(|id| format!("  dependencies: + {id}"))
        .chain(removed.map(|id| format!("  dependencies: - {id}")));
    for line in told.collect::<Vec<_>>() {
        edit.set("dependencies", dependencies.clone().into(), line);
    }
    if edit.changes.is_empty() {
        return Ok(Updated::default());
    }
    let new_milestone = changes
        .milestone
        .and_then(|name| know_milestone(state, &items, name, stamp));
    let raw = item_mut(state, id).ok_or_else(unknown)?;
    for (key, value) in edit.members {
        raw.insert(key, value);
    }
    match changes.status.filter(|status| *status != item.status) {
        Some(Status::Completed) => complete(raw, stamp),
        Some(_) if item.status == Status::Completed => reopen(raw),
        _ => {}
    }
    record(raw, &edit.changes, stamp);
    finish(state, stamp);
    Ok(Updated {
        changes: edit.changes,
        new_milestone,
    })
}

/// Whether an item goes although others depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dependents {
    /// It stays then.
    Keep,
    /// It goes, and they do not depend on it any more.
    Free,
}

/// Removes an item. Those that depended on it come back, in their order.
pub fn remove(state: &mut Value, id: &str, others: Dependents, stamp: &str) -> Result<Vec<String>, Refusal> {
    let items = read(state)?;
    let graph = Graph::of(&items.items);
    if graph.get(id).is_none() {
        return Err(Refusal::UnknownItem { id: id.to_owned() });
    }
    let waiting = graph.dependents(id).into_iter().map(|item| item.id.clone());
    let by: Vec<String> = waiting.filter(|other| other != id).collect();
    if !by.is_empty() && others == Dependents::Keep {
        return Err(Refusal::Needed {
            id: id.to_owned(),
            by,
        });
    }
    for other in &by {
        let Some(raw) = item_mut(state, other) else {
            continue;
        };
        if let Some(Value::Array(dependencies)) = raw.get_mut("dependencies") {
            dependencies.retain(|dependency| dependency != id);
        }
        record(raw, &[format!("  dependencies: - {id}")], stamp);
    }
    if let Some(members) = section(state, "work_items") {
        members.shift_remove(id);
    }
    finish(state, stamp);
    Ok(by)
}

/// Counts up the revision and counts the items anew, whatever was counted before. Every change of the file ends with
/// this.
pub fn finish(state: &mut Value, stamp: &str) {
    let items = state.get("work_items").and_then(Value::as_object);
    let status = |item: &Value| item.get("status").and_then(Value::as_str).and_then(Status::named);
    let tally = Tally::of(items.into_iter().flat_map(Map::values).map(status));
    finish_counted(state, &tally, stamp);
}

/// How many items there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    total: u64,
    completed: u64,
    in_progress: u64,
    blocked: u64,
}

impl Tally {
    /// Counts items by their statuses; one without is counted as an item.
    pub fn of(statuses: impl Iterator<Item = Option<Status>>) -> Self {
        let mut tally = Self::default();
        for status in statuses {
            tally.total += 1;
            match status {
                Some(Status::Completed) => tally.completed += 1,
                Some(Status::InProgress) => tally.in_progress += 1,
                Some(Status::Blocked) => tally.blocked += 1,
                Some(Status::NotStarted) | None => {}
            }
        }
        tally
    }
}

/// [`finish`] for items that were counted elsewhere.
pub fn finish_counted(state: &mut Value, tally: &Tally, stamp: &str) {
    let next = revision(state).saturating_add(1);
    if let Some(metadata) = section(state, "metadata") {
        for (key, count) in [
            ("total_items", tally.total),
            ("completed", tally.completed),
            ("in_progress", tally.in_progress),
            ("blocked", tally.blocked),
        ] {
            metadata.insert(key.to_owned(), count.into());
        }
        metadata.insert("last_updated".to_owned(), stamp.into());
        metadata.insert("revision".to_owned(), next.into());
    }
}

/// How often sdd has changed the file; 0 for one that it never has.
pub fn revision(state: &Value) -> u64 {
    let written = state
        .get("metadata")
        .and_then(|metadata| metadata.get("revision"));
    written.and_then(Value::as_u64).unwrap_or(0)
}

/// Refuses a file that somebody else has changed since the caller saw it.
pub fn expect_revision(state: &Value, wanted: Option<u64>) -> Result<(), Refusal> {
    let found = revision(state);
    match wanted {
        Some(wanted) if wanted != found => Err(Refusal::Revision { wanted, found }),
        _ => Ok(()),
    }
}

/// The fields of an item, as they are written.
pub fn item_mut<'v>(state: &'v mut Value, id: &str) -> Option<&'v mut Map<String, Value>> {
    state.get_mut("work_items")?.get_mut(id)?.as_object_mut()
}

/// Writes down in an item's history what changed of it.
pub fn record(item: &mut Map<String, Value>, changes: &[String], stamp: &str) {
    let entry = json!({"timestamp": stamp, "changes": changes});
    let history = item.entry("update_history").or_insert(Value::Null);
    match history {
        Value::Null => *history = Value::Array(vec![entry]),
        Value::Array(entries) => entries.push(entry),
        // Somebody's own notes under this name are no history, and stay as they are.
        _ => {}
    }
    item.insert("updated_at".to_owned(), stamp.into());
}

fn complete(item: &mut Map<String, Value>, stamp: &str) {
    let metadata = item.entry("metadata").or_insert_with(|| json!({}));
    if metadata.is_null() {
        *metadata = json!({});
    }
    if let Value::Object(metadata) = metadata {
        metadata.insert("completed_at".to_owned(), stamp.into());
    }
}

/// What is worked on again is not completed; that it was is in the history.
fn reopen(item: &mut Map<String, Value>) {
    if let Some(Value::Object(metadata)) = item.get_mut("metadata") {
        metadata.shift_remove("completed_at");
    }
}

/// An object at the top of the file, made where there is none. What is something else has been refused before.
fn section<'v>(state: &'v mut Value, key: &str) -> Option<&'v mut Map<String, Value>> {
    let section = state.as_object_mut()?.entry(key).or_insert(Value::Null);
    if section.is_null() {
        *section = json!({});
    }
    section.as_object_mut()
}

/// Describes a milestone that nobody has named so far; then those that were known come back.
fn know_milestone(state: &mut Value, items: &WorkItems, name: &str, stamp: &str) -> Option<Vec<String>> {
    let mut known = items.milestones.clone();
    for used in items.items.iter().filter_map(|item| item.milestone.as_ref()) {
        if !known.contains(used) {
            known.push(used.clone());
        }
    }
    if name.is_empty() || known.iter().any(|other| other == name) {
        return None;
    }
    let described = json!({
        "name": name, "title": name, "description": "", "target_date": "", "status": Status::NotStarted,
        "created_at": stamp,
    });
    section(state, "milestones")?.insert(name.to_owned(), described);
    Some(known)
}

/// The fields that get a new value, and what is told of them.
struct Edit {
    members: Map<String, Value>,
    changes: Vec<String>,
}

impl Edit {
    fn word(&mut self, key: &str, before: &str, after: Option<&str>) {
        if let Some(after) = after.filter(|after| *after != before) {
            self.set(key, after.into(), format!("  {key}: {before} → {after}"));
        }
    }

    fn set(&mut self, key: &str, value: Value, told: String) {
        self.members.insert(key.to_owned(), value);
        self.changes.push(told);
    }
}

/// Ids of items that are there, each once.
fn known_once(graph: &Graph<'_, WorkItem>, ids: &[String]) -> Result<Vec<String>, Refusal> {
    let mut known: Vec<String> = Vec::new();
    for id in ids {
        if graph.get(id).is_none() {
            return Err(Refusal::UnknownDependency { id: id.clone() });
        }
        if !known.contains(id) {
            known.push(id.clone());
        }
    }
    Ok(known)
}

fn dependencies_after(
    graph: &Graph<'_, WorkItem>,
    item: &WorkItem,
    changes: &Changes<'_>,
) -> Result<Vec<String>, Refusal> {
    for dependency in changes.remove_dependencies {
        if !item.dependencies.contains(dependency) {
            return Err(Refusal::NoDependency {
                id: item.id.clone(),
                dependency: dependency.clone(),
                has: item.dependencies.clone(),
            });
        }
    }
    let mut after = item.dependencies.clone();
    after.retain(|id| !changes.remove_dependencies.contains(id));
    for dependency in known_once(graph, changes.add_dependencies)? {
        if after.contains(&dependency) {
            continue;
        }
        if let Some(way) = graph.path(&dependency, &item.id) {
            return Err(cycle(std::iter::once(&item.id.as_str()).chain(&way)));
        }
        after.push(dependency);
    }
    Ok(after)
}

fn cycle<'a>(path: impl Iterator<Item = &'a &'a str>) -> Refusal {
    Refusal::Cycle {
        path: path.map(|id| (*id).to_owned()).collect(),
    }
}

#[cfg(test)]
mod tests;
