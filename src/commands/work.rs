//! The work of the open session: what `complete`, `gate` and others run for.

use sha2::{Digest as _, Sha256};

use super::context::Cx;
use super::error::CommandError;
use super::work_item::{self, spec_path};
use crate::model::session::{self, ActiveWork, SessionState};
use crate::model::spec::Spec;
use crate::model::work_item::{Unreadable, WorkItem};
use crate::parse;
use crate::store::{self, Document, Position, Store, layout};

/// Where the session stands; without the file there is none.
pub fn state(store: &Store) -> anyhow::Result<SessionState> {
    match store.read(layout::STATUS)? {
        Some(document) => {
            Ok(session::read(&document.value).map_err(|problem| located(Some(&document), &problem))?)
        }
        None => Ok(SessionState::default()),
    }
}

/// The error that something in the state of the session cannot be understood, with its place.
pub fn located(document: Option<&Document>, problem: &Unreadable) -> CommandError {
    let path = problem.at.words();
    let place = document.and_then(|document| {
        (0..=path.len())
            .rev()
            .find_map(|length| document.position(&path[..length]))
    });
    let place = place.map_or_else(String::new, |Position { line, column }| {
        format!(":{line}:{column}")
    });
    let error = CommandError::usage(format!("{}{place}: {problem}", layout::STATUS));
    let left = "the file was left as it is";
    match &problem.hint {
        Some(hint) => error.hint(hint.clone()).also(left),
        None => error.hint(left),
    }
}

/// An open session.
pub struct OpenSession {
    /// Its state.
    pub state: SessionState,
    /// Its number.
    pub number: u32,
    /// The id of its work item; absent when the state names none.
    pub work_item: Option<String>,
    /// The item with its spec; absent when there is no such item.
    pub work: Option<ActiveWork>,
}

/// The session that is open, with its work.
pub fn open_session(store: &Store) -> anyhow::Result<Option<OpenSession>> {
    let state = state(store)?;
    let Some(number) = state.open() else {
        return Ok(None);
    };
    let loaded = work_item::load(store)?;
    let item = state.work_item.as_deref().and_then(|id| loaded.items.get(id));
    let spec = match item {
        Some(item) => said_of(store, item)?,
        None => None,
    };
    let work = item.map(|item| ActiveWork {
        item: item.clone(),
        spec,
        session: number,
        base_commit: state.base_commit.clone(),
    });
    Ok(Some(OpenSession {
        number,
        work_item: state.work_item.clone(),
        work,
        state,
    }))
}

/// The spec of an item with its text; `None` when there is no such file. One outside of the project is refused.
pub fn spec_of(store: &Store, item: &WorkItem) -> Result<Option<(Vec<u8>, Spec)>, store::Error> {
    let path = spec_path(item);
    let bytes = store::read_inside(store.root(), &path, store::SMALL)?;
    Ok(bytes.map(|bytes| {
        let mut spec = parse::spec::read(&path, &bytes);
        parse::spec::overlay(&mut spec, item);
        (bytes, spec)
    }))
}

/// What is said of an item: its spec, with what the item's own JSON says on top, or that alone where there is no such
/// file. `None` where nobody says anything.
pub fn said_of(store: &Store, item: &WorkItem) -> Result<Option<Spec>, store::Error> {
    Ok(said(spec_of(store, item)?.map(|(_, spec)| spec), item))
}

/// [`said_of`] with the spec at hand.
pub fn said(spec: Option<Spec>, item: &WorkItem) -> Option<Spec> {
    spec.or_else(|| parse::spec::of_item(layout::WORK_ITEMS, item))
}

/// The present moment as it is written into state.
pub fn stamp(cx: &Cx) -> String {
    cx.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// The hash of the settings, by which a later run knows whether they were changed; `None` without the file.
pub fn config_hash(store: &Store) -> anyhow::Result<Option<String>> {
    let bytes = store::read_regular(&store.path(layout::CONFIG), store::SMALL)?;
    let hex = |text: String, byte: &u8| text + &format!("{byte:02x}");
    Ok(bytes.map(|bytes| Sha256::digest(&bytes).iter().fold(String::new(), hex)))
}
