//! The tool `briefing`: what the open session is about, as `sdd start` wrote it.

use super::{Effect, PAGE, Tool, Work};
use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::commands::mcp::arguments::Arguments;
use crate::commands::{pipeline, work};
use crate::model::exit::Exit;
use crate::store::{self, layout};

/// The tool.
pub const TOOL: Tool = Tool {
    name: "briefing",
    title: "The briefing of the session",
    about: "What the open session is about: the work item, its spec, what it depends on, and the gates that decide, \
            as sdd start wrote it.",
    params: &[PAGE],
    effect: Effect::Reads,
    work: Work::Own(work),
};

fn work(_arguments: &Arguments, cx: &mut Cx) -> anyhow::Result<Exit> {
    let opened = pipeline::open(cx)?;
    let sdd = pipeline::called(cx);
    let Some(number) = work::state(&opened.store)?.open() else {
        return Err(
            CommandError::not_found("no session is open, so there is no briefing")
                .hint(format!("begin one: {sdd} start"))
                .into(),
        );
    };
    let file = layout::briefing(number);
    let bytes = store::read_regular(&opened.store.path(&file), store::SMALL)?.ok_or_else(|| {
        CommandError::not_found(format!("session {number} has no briefing at {file}"))
            .hint(format!("write it again: {sdd} start"))
    })?;
    cx.ui.data(String::from_utf8_lossy(&bytes).as_bytes())?;
    Ok(Exit::Ok)
}
