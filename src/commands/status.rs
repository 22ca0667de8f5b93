//! `sdd status`: where the session stands.

mod look;

use super::context::Cx;
use super::pipeline::called;
use super::{report, work};
use crate::commands::error::{CommandError, show};
use crate::model::exit::Exit;
use crate::model::work_item::{Entry, glance};
use crate::project::detect;
use crate::store::{self, Store, document, layout};
use crate::ui;
use look::{Ahead, ItemView, Standing};

/// Say where the session stands: its work item, what it is compared with, and what the last run said.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  sdd status                  session, work item, last run, what comes next
  sdd status --brief          one line, for a prompt or a status line
  sdd status --format json    the same for a program")]
pub struct Args {
    /// Say it in one line
    #[arg(long)]
    brief: bool,
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = cx.choose(&["human", "json", "agent"])?;
    let root = detect::find_root(&cx.start).ok_or_else(|| {
        CommandError::not_found(format!("no .session/ in {} or above it", cx.start.display()))
            .hint("set the project up: sdd init")
    })?;
    let store = Store::open(&root)?.on_notice(|notice| ui::say(&notice.to_string()));
    let state = work::state(&store)?;
    // Without an open session the items say what comes next. Those that cannot be understood hide nothing else.
    let entries = match &state.work_item {
        Some(_) => Some(entries(&store)?),
        None if state.open().is_none() && !args.brief => entries(&store).ok(),
        None => None,
    };
    let ahead = match &entries {
        Some(_) if state.open().is_some() => Ahead::Begin,
        Some(entries) => Ahead::of(entries),
        None => Ahead::Unclear,
    };
    let item = entries.into_iter().flatten();
    let item = item
        .map(ItemView::from)
        .find(|item| state.work_item.as_ref() == Some(&item.id));
    // What is only told of must not keep the rest from being told.
    let (last, warning) = match report::load(&store.path(layout::LATEST_REPORT)) {
        Ok(last) => (last, None),
        Err(error) => (
            None,
            Some(format!("the last report cannot be read: {}", show(&error).what)),
        ),
    };
    let standing = Standing {
        state: &state,
        item: item.as_ref(),
        last: last.as_ref(),
        ahead,
        now: cx.clock.now(),
        sdd: called(cx),
    };
    let text = match format {
        "json" => serde_json::to_string_pretty(&standing.json())? + "\n",
        _ if args.brief => standing.line() + "\n",
        _ => standing.page(),
    };
    if let Some(warning) = warning {
        cx.ui.warning(&warning);
    }
    cx.emit(&text)?;
    Ok(Exit::Ok)
}

/// The work items, the short way where that goes.
fn entries(store: &Store) -> anyhow::Result<Vec<Entry>> {
    let bytes = store::read_regular(&store.path(layout::WORK_ITEMS), document::MAX_BYTES)?;
    let text = bytes.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
    if let Some(seen) = text.and_then(glance) {
        return Ok(seen.items);
    }
    let loaded = super::work_item::load(store)?;
    Ok(loaded.items.items.iter().map(Entry::from).collect())
}
