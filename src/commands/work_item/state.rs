//! The way to `work_items.json` and back, and what is said when there is no way.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::commands::context::Cx;
use crate::commands::error::{CommandError, brief, did_you_mean};
use crate::commands::pipeline::called;
use crate::model::exit::Exit;
use crate::model::text;
use crate::model::work_item::change::{self, Refusal};
use crate::model::work_item::{Unreadable, WorkItem, WorkItems, read};
use crate::project::detect;
use crate::store::{self, Document, Position, Store, layout};
use crate::ui;

/// The work items of a project, with the file that they stand in.
#[derive(Debug)]
pub struct Loaded {
    /// The file; `None` when there is none.
    pub document: Option<Document>,
    /// What it says.
    pub items: WorkItems,
}

/// The state of the project that the command works from.
pub(super) fn open(cx: &Cx) -> anyhow::Result<Store> {
    let root = detect::find_root(&cx.start).ok_or_else(|| {
        CommandError::not_found(format!("no .session/ in {} or above it", cx.start.display()))
            .hint("set the project up: sdd init")
    })?;
    Ok(Store::open(&root)?.on_notice(|notice| ui::say(&notice.to_string())))
}

/// Reads the work items; no file is no items. What cannot be understood is an error with its place.
pub fn load(store: &Store) -> anyhow::Result<Loaded> {
    let document = store.read(layout::WORK_ITEMS)?;
    let items = match &document {
        Some(document) => read(&document.value).map_err(|problem| located(Some(document), &problem))?,
        None => WorkItems::default(),
    };
    Ok(Loaded { document, items })
}

impl Loaded {
    /// How often sdd has changed the file.
    pub fn revision(&self) -> u64 {
        self.document
            .as_ref()
            .map_or(0, |document| change::revision(&document.value))
    }

    /// Where a value stands in the file, or the nearest one around it.
    pub fn place(&self, path: &[String]) -> Option<Position> {
        place(self.document.as_ref()?, path)
    }
}

/// Where a value stands, or the nearest one around it.
pub(super) fn place(document: &Document, path: &[String]) -> Option<Position> {
    (0..=path.len())
        .rev()
        .find_map(|length| document.position(&path[..length]))
}

/// The error that something in the file cannot be understood, with its place.
fn located(document: Option<&Document>, problem: &Unreadable) -> CommandError {
    let place = document.and_then(|document| place(document, &problem.at.words()));
    let place = place.map_or_else(String::new, |Position { line, column }| {
        format!(":{line}:{column}")
    });
    let what = format!("{}{place}: {problem}", layout::WORK_ITEMS);
    let left = "the file was left as it is";
    match &problem.hint {
        Some(hint) => CommandError::usage(what).hint(hint.clone()).also(left),
        None => CommandError::usage(what).hint(left),
    }
}

/// What a change may end with beside its answer.
pub(super) enum Stop {
    /// It was refused.
    Refused(Refusal),
    /// The command itself refuses.
    Command(CommandError),
    /// The store does.
    Store(store::Error),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<CommandError> for Stop {
    fn from(error: CommandError) -> Self {
        Self::Command(error)
    }
}

impl From<store::Error> for Stop {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

/// Changes the work items under the lock; what the change refuses is said in words.
pub(super) fn change<T>(
    cx: &Cx,
    store: &Store,
    revision: Option<u64>,
    change: impl FnOnce(&mut Value) -> Result<T, Stop>,
) -> anyhow::Result<T> {
    let changed = store.update(layout::WORK_ITEMS, "sdd work-item", |state| {
        let made = change::expect_revision(state, revision)
            .map_err(Stop::from)
            .and_then(|()| change(state));
        made.map_err(|stop| match stop {
            Stop::Refused(refusal) => refused(cx, refusal, state),
            other => other,
        })
    });
    changed.map_err(|stop| match stop {
        Stop::Store(error) => error.into(),
        Stop::Command(error) => error.into(),
        // Nothing was written, so the file says the same as under the lock.
        Stop::Refused(refusal) => match (refusal, store.read(layout::WORK_ITEMS)) {
            (Refusal::Unreadable(problem), Ok(document)) => located(document.as_ref(), &problem).into(),
            (_, Err(error)) => error.into(),
            (refusal, Ok(_)) => refusal.into(),
        },
    })
}

/// A refusal with what to do about it; what cannot be understood still lacks its place.
fn refused(cx: &Cx, refusal: Refusal, state: &Value) -> Stop {
    let sdd = called(cx);
    let what = text::one_line(&refusal.to_string());
    let error = match refusal {
        Refusal::Unreadable(_) => return refusal.into(),
        Refusal::UnknownItem { id } => no_such(&sdd, "", &id, &ids_of(state)),
        Refusal::UnknownDependency { id } => no_such(&sdd, " to depend on", &id, &ids_of(state)),
        Refusal::NoDependency { id, dependency, has } => {
            let hint = match did_you_mean(&dependency, has.iter().map(String::as_str)) {
                Some(meant) => format!("did you mean {}?", text::one_line(meant)),
                None if has.is_empty() => "it depends on nothing".to_owned(),
                None => format!("it depends on: {}", super::look::named(has.iter().map(String::as_str), 20)),
            };
            let id = text::one_line(&id);
            CommandError::not_found(format!("{id} does not depend on {:?}", brief(&dependency))).hint(hint)
        }
        Refusal::Cycle { .. } => CommandError::usage(what).hint(format!(
            "nothing was changed; one of these must not wait: {sdd} work-item update ID --remove-dependency ID"
        )),
        Refusal::Needed { id, .. } => CommandError::usage(what).hint(format!(
            "nothing was deleted; to free them of it: {sdd} work-item delete {} --force",
            text::one_line(&id)
        )),
        Refusal::Revision { .. } => CommandError {
            what,
            hint: Some("nothing was changed; look at them anew, and try again".to_owned()),
            exit: Exit::Failed,
        },
    };
    error.into()
}

fn ids_of(state: &Value) -> BTreeSet<String> {
    let items = state.get("work_items").and_then(Value::as_object);
    items.into_iter().flatten().map(|(id, _)| id.clone()).collect()
}

/// The error that there is no item of an id, with the one that was probably meant.
pub fn no_such_item<'a>(cx: &Cx, id: &str, ids: impl IntoIterator<Item = &'a str>) -> CommandError {
    let ids = ids.into_iter().map(str::to_owned).collect();
    no_such(&called(cx), "", id, &ids)
}

fn no_such(sdd: &str, purpose: &str, id: &str, ids: &BTreeSet<String>) -> CommandError {
    let all = format!("all of them: {sdd} work-item list");
    let hint = match did_you_mean(id, ids.iter().map(String::as_str)) {
        _ if ids.is_empty() => {
            format!("there are none yet: {sdd} work-item new --type feature --title \"…\"")
        }
        Some(meant) => format!("did you mean {}? {all}", text::one_line(meant)),
        None => all,
    };
    CommandError::not_found(format!("there is no work item {:?}{purpose}", brief(id))).hint(hint)
}

/// The item of the session that is open, with the session's number.
pub(super) fn item_of_open_session(store: &Store) -> Result<Option<(String, Option<u64>)>, store::Error> {
    let Some(document) = store.read(layout::STATUS)? else {
        return Ok(None);
    };
    let state = &document.value;
    let is_open = state.get("status").and_then(Value::as_str) == Some("in_progress");
    let number = ["current_session", "session_number"]
        .iter()
        .find_map(|key| state.get(*key)?.as_u64());
    let item = state.get("current_work_item").and_then(Value::as_str);
    Ok(item.filter(|_| is_open).map(|item| (item.to_owned(), number)))
}

/// Where the spec of an item is, relative to the project: where it says, or where sdd would have put it.
pub fn spec_path(item: &WorkItem) -> String {
    item.spec_file.clone().unwrap_or_else(|| layout::spec(&item.id))
}

/// The present moment as it is written into the file.
pub(super) fn stamp(cx: &Cx) -> String {
    cx.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
