//! The tool `briefing`: what a session is about, as `sdd start` wrote it.

use super::{Effect, PAGE, Tool, Work};
use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::commands::mcp::arguments::{Arguments, Kind, Param};
use crate::commands::{pipeline, work, work_item};
use crate::model::exit::Exit;
use crate::store::{self, Store, layout};

/// The tool.
pub const TOOL: Tool = Tool {
    name: "briefing",
    title: "The briefing of a session",
    about: "What a session is about, as sdd start wrote it: the work item, its spec, what it depends on, and the \
            gates that decide. Begins no session.",
    params: &[
        Param {
            name: "id",
            kind: Kind::Text,
            about: "the item whose last session is meant [default: the open session]",
        },
        PAGE,
    ],
    effect: Effect::Reads,
    work: Work::Own(work),
};

fn work(arguments: &Arguments, cx: &mut Cx) -> anyhow::Result<Exit> {
    let opened = pipeline::open(cx)?;
    let sdd = pipeline::called(cx);
    let number = match arguments.text("id") {
        Some(id) => last_of(cx, &opened.store, id)?,
        None => work::state(&opened.store)?.open().ok_or_else(|| {
            CommandError::not_found("no session is open, so there is no briefing").hint(format!(
                "begin one: {sdd} start; of a session before: briefing with an id"
            ))
        })?,
    };
    let file = layout::briefing(number);
    let bytes = store::read_regular(&opened.store.path(&file), store::SMALL)?.ok_or_else(|| {
        CommandError::not_found(format!("session {number} has no briefing at {file}"))
            .hint(format!("write it again: {sdd} start"))
    })?;
    cx.ui.data(String::from_utf8_lossy(&bytes).as_bytes())?;
    Ok(Exit::Ok)
}

/// The last session on an item. An item that nobody has begun has no briefing: `sdd start` makes it from what it sees
/// then.
fn last_of(cx: &Cx, store: &Store, id: &str) -> anyhow::Result<u32> {
    let state = work::state(store)?;
    if let Some(open) = state.open().filter(|_| state.work_item.as_deref() == Some(id)) {
        return Ok(open);
    }
    let items = work_item::load(store)?.items;
    let ids = || items.items.iter().map(|item| item.id.as_str());
    let item = items
        .get(id)
        .ok_or_else(|| work_item::no_such_item(cx, id, ids()))?;
    let last = item.sessions.iter().map(|session| session.number).max();
    Ok(last.ok_or_else(|| {
        CommandError::not_found(format!(
            "no session was ever open on {}, so it has no briefing",
            item.id
        ))
        .hint(format!(
            "work_items with this id shows the item; begin a session: {} start {}",
            pipeline::called(cx),
            item.id
        ))
    })?)
}
