//! The moment in which a session begins: both files of the state, under one lock.

use std::ops::Range;

use serde_json::{Value, json};

use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::commands::pipeline::called;
use crate::commands::{work, work_item};
use crate::model::session::change::{self, Beginning};
use crate::model::session::choice::{self, Choice, Force, Refusal, Which};
use crate::model::session::{self, SessionState, Snapshot};
use crate::model::text;
use crate::model::work_item::change::{Tally, finish_counted};
use crate::model::work_item::{Status, Unreadable, WorkItem, WorkItems, outline, places, read};
use crate::report::briefing::Dependency;
use crate::store::{self, Patch, Store, layout};

/// What others who wait for the state are told.
const WHO: &str = "sdd start";

/// What is asked for.
pub(super) struct Begin<'a> {
    /// The id that was named.
    pub(super) asked: Option<&'a str>,
    /// Whether an item is taken that should not be.
    pub(super) force: Force,
    /// Now.
    pub(super) stamp: &'a str,
    /// What there is now.
    pub(super) snapshot: Snapshot,
}

/// A session that has begun, or goes on.
#[derive(Debug)]
pub(super) struct Begun {
    /// Its item, as it was before.
    pub(super) item: WorkItem,
    /// Its number.
    pub(super) number: u32,
    /// Whether it was open before.
    pub(super) resumed: bool,
    /// When it began, as it is written.
    pub(super) started_at: Option<String>,
    /// The commit that what it does is compared with.
    pub(super) base_commit: Option<String>,
    /// What the item depends on.
    pub(super) dependencies: Vec<Dependency>,
}

/// Why it could not begin.
enum Stop {
    Refused(Box<Refusal>, Vec<String>),
    State(Unreadable),
    Items,
    Store(store::Error),
}

impl From<store::Error> for Stop {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

/// Chooses the item and writes the beginning of its session.
///
/// The state of the session is written first: as long as it does not say "open", nothing has begun, and once it does,
/// beginning again puts right what a kill left undone in the item.
pub(super) fn begin(cx: &Cx, store: &Store, asked: &Begin<'_>) -> anyhow::Result<Begun> {
    let files = [layout::STATUS, layout::WORK_ITEMS];
    let short = store.update_with_patches(files, WHO, |state, text| patch(store, asked, state, text));
    let begun = match short {
        Ok(Some(begun)) => Ok(begun),
        Ok(None) => store.update_together(files, WHO, |[state, items]| apply(store, asked, state, items)),
        Err(stop) => Err(stop),
    };
    begun.map_err(|stop| match stop {
        Stop::Refused(refusal, ids) => refused(cx, *refusal, &ids).into(),
        Stop::Store(error) => error.into(),
        // Nothing was written, so the files say the same as under the lock.
        Stop::State(problem) => match store.read(layout::STATUS) {
            Ok(document) => work::located(document.as_ref(), &problem).into(),
            Err(error) => error.into(),
        },
        Stop::Items => match work_item::load(store) {
            Err(error) => error,
            Ok(_) => CommandError::no_verdict(format!("{} is being changed", layout::WORK_ITEMS))
                .hint("run the command again")
                .into(),
        },
    })
}

/// The way that understands every file.
fn apply(store: &Store, asked: &Begin<'_>, state: &mut Value, items: &mut Value) -> Result<Begun, Stop> {
    let before = session::read(state).map_err(Stop::State)?;
    let all = outline(items).map_err(|_| Stop::Items)?;
    let choice = choose(asked, &before, &all)?;
    let item = WorkItem {
        raw: items["work_items"][&choice.item.id].clone(),
        ..choice.item.clone()
    };
    let begun = begun(store, asked, &before, &all, item, choice.session);
    if !begun.resumed {
        change::open(state, &begun.beginning(asked));
    }
    change::begin(items, &begun.beginning(asked));
    Ok(begun)
}

/// The way through a large file that is as sdd writes it: of its items only the chosen one becomes a value. `None` for other
/// files.
fn patch(
    store: &Store,
    asked: &Begin<'_>,
    state: &mut Value,
    text: &str,
) -> Result<Option<(Begun, Vec<Patch>)>, Stop> {
    let Some(places) = places(text) else {
        return Ok(None);
    };
    let before = session::read(state).map_err(Stop::State)?;
    let all = &places.items;
    let choice = choose(asked, &before, all)?;
    let place = all.items.iter().position(|item| item.id == choice.item.id);
    let span = place.and_then(|place| places.values.get(place)).cloned();
    let value = |span: &Range<usize>| serde_json::from_str::<Value>(text.get(span.clone())?).ok();
    let values = span.and_then(|span| Some((value(&span)?, span, value(&places.metadata)?)));
    let Some((mut raw, span, metadata)) = values else {
        return Ok(None);
    };
    let id = choice.item.id.as_str();
    let whole = read(&json!({"work_items": {id: &raw}})).ok();
    let Some(item) = whole.and_then(|read| read.items.into_iter().next()) else {
        return Ok(None);
    };
    let begun = begun(store, asked, &before, all, item, choice.session);
    let beginning = begun.beginning(asked);
    if !begun.resumed {
        change::open(state, &beginning);
    }
    let mut patches = Vec::new();
    if raw
        .as_object_mut()
        .is_some_and(|item| change::begin_item(item, &beginning))
    {
        let status = |item: &WorkItem| {
            if item.id == id {
                Status::InProgress
            } else {
                item.status
            }
        };
        let mut top = json!({"metadata": metadata});
        finish_counted(
            &mut top,
            &Tally::of(all.items.iter().map(|item| Some(status(item)))),
            asked.stamp,
        );
        patches.push(Patch {
            span: places.metadata.clone(),
            depth: 1,
            value: top["metadata"].take(),
        });
        patches.push(Patch {
            span,
            depth: 2,
            value: raw,
        });
    }
    Ok(Some((begun, patches)))
}

fn choose<'a>(asked: &Begin<'_>, before: &SessionState, all: &'a WorkItems) -> Result<Choice<'a>, Stop> {
    choice::choose(before, all, asked.asked, asked.force).map_err(|refusal| {
        let ids = all.items.iter().map(|item| item.id.clone()).collect();
        Stop::Refused(Box::new(refusal), ids)
    })
}

/// The session on an item that was chosen among all.
fn begun(
    store: &Store,
    asked: &Begin<'_>,
    before: &SessionState,
    all: &WorkItems,
    item: WorkItem,
    session: Which,
) -> Begun {
    let dependencies = item.dependencies.iter().map(|id| {
        let found = all.get(id);
        Dependency {
            id: id.clone(),
            title: found.map(|found| found.title.clone()),
            status: found.map(|found| found.status),
        }
    });
    let (number, resumed, started_at, base_commit) = match session {
        Which::Open(number) => (
            number,
            true,
            before.started_at.clone(),
            before.base_commit.clone(),
        ),
        Which::New => {
            // Work that was left unfinished is compared with where it began, not with where it was left.
            let unfinished = (item.status == Status::InProgress)
                .then(|| change::unfinished_base(&item.raw))
                .flatten();
            let base = unfinished
                .map(str::to_owned)
                .or_else(|| asked.snapshot.commit.clone());
            let number = choice::next_number(before, all, store.last_session());
            (number, false, Some(asked.stamp.to_owned()), base)
        }
    };
    Begun {
        number,
        resumed,
        dependencies: dependencies.collect(),
        item,
        started_at,
        base_commit,
    }
}

impl Begun {
    fn beginning<'a>(&'a self, asked: &'a Begin<'_>) -> Beginning<'a> {
        Beginning {
            number: self.number,
            work_item: &self.item.id,
            stamp: asked.stamp,
            started_at: self.started_at.as_deref(),
            base_commit: self.base_commit.as_deref(),
            snapshot: &asked.snapshot,
        }
    }
}

/// A refusal with what to do about it.
fn refused(cx: &Cx, refusal: Refusal, ids: &[String]) -> CommandError {
    let sdd = called(cx);
    let what = text::one_line(&refusal.to_string());
    let new = format!("{sdd} work-item new --type feature --title \"…\"");
    let force = |id: &str| format!("{sdd} start {} --force", text::one_line(id));
    let end = format!("finish it: {sdd} complete; or end it unfinished: {sdd} complete --incomplete");
    match refusal {
        Refusal::NotThere { id } => work_item::no_such_item(cx, &id, ids.iter().map(String::as_str)),
        Refusal::NoItems => CommandError::not_found(what).hint(format!("make one: {new}")),
        Refusal::AllCompleted => CommandError::not_found(what).hint(format!(
            "make another: {new}; or work on one again: {sdd} start ID --force"
        )),
        Refusal::AllWaiting { .. } => CommandError::not_found(what).hint(format!(
            "begin one all the same: {sdd} start ID --force; what waits for what: {sdd} work-item list --blocked"
        )),
        Refusal::OtherOpen { .. } => CommandError::usage(what).hint(end),
        Refusal::OpenOnCompleted { item, .. } => CommandError::usage(what).hint(format!(
            "close it: {sdd} complete; or work on the item again: {}",
            force(&item)
        )),
        Refusal::OpenOnNothing { .. } => {
            CommandError::not_found(what).hint(format!("close it: {sdd} complete --incomplete"))
        }
        Refusal::Completed { id } => {
            CommandError::usage(what).hint(format!("to work on it again: {}", force(&id)))
        }
        Refusal::Blocked { id } | Refusal::Unmet { id, .. } => {
            CommandError::usage(what).hint(format!("to begin all the same: {}", force(&id)))
        }
    }
}
