//! `sdd start`: a session on a work item begins, or goes on; the briefing says what is to be done.

mod begin;
mod brief;
mod machine;
mod needs;
mod sight;

use super::context::Cx;
use super::pipeline::{self, Opened};
use super::work;
use crate::model::exit::Exit;
use crate::model::session::choice::Force;
use crate::model::session::{ActiveWork, Snapshot};
use crate::process::signals;
use crate::report::briefing::{self, Briefing, Room};
use crate::store::{Overwrite, layout};
use begin::{Ahead, Begin};
use brief::Parts;
use machine::Machine;
use sight::Sight;

/// Begin a session on a work item, or go on with the open one.
///
/// Takes the item of the open session, else the one in progress, else of those whose dependencies are completed the one
/// that matters most. Prints the briefing: the item, its spec, what it depends on, the state of the repository, and the
/// gates that will decide. A new session records the commit that it begins on; one that is open goes on with its number
/// and its commit.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  sdd start                          what comes next, or the open session again
  sdd start feature_login            this work item
  sdd start feature_login --force    although it is completed, blocked, or waits for something
  sdd start --format json            the briefing as one JSON document")]
pub struct Args {
    /// The work item [default: that of the open session, else the one in progress, else the next one]
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// Begin although the item is completed, blocked, or depends on something that is not completed
    #[arg(long)]
    force: bool,
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = cx.choose(&["human", "json", "agent"])?;
    let opened = pipeline::open(cx)?;
    let finder = pipeline::finder(cx, opened.store.root());
    let machine = Machine::new(cx, &opened, &finder);
    let runner = machine.looker(cx, &opened);
    let (sight, ahead) = sight::look(&opened, &machine, &runner, || Ahead::read(&opened.store))?;
    if let Some(signal) = cx.cancel.signal() {
        return Ok(signals::exit_for(signal));
    }
    // The last look at what git may have left behind, and the session itself: neither waits for the other.
    let (briefing, page) = std::thread::scope(|scope| {
        scope.spawn(move || drop(runner));
        session(args, cx, &opened, &machine, &sight, ahead)
    })?;
    let text = match format {
        "json" => machine
            .redactor
            .text(&(serde_json::to_string_pretty(&briefing)? + "\n")),
        "agent" => machine.redactor.text(&briefing::markdown(&briefing, Room::Short)),
        _ => page,
    };
    cx.emit(&text)?;
    Ok(cx.cancel.signal().map_or(Exit::Ok, signals::exit_for))
}

/// Begins the session and writes its briefing: as it is, and as a page without secrets.
fn session(
    args: &Args,
    cx: &Cx,
    opened: &Opened,
    machine: &Machine<'_>,
    sight: &Sight,
    ahead: Option<Ahead>,
) -> anyhow::Result<(Briefing, String)> {
    let store = &opened.store;
    let begun = begin::begin(
        cx,
        store,
        &Begin {
            asked: args.id.as_deref(),
            force: if args.force { Force::Yes } else { Force::No },
            stamp: &work::stamp(cx),
            snapshot: Snapshot {
                commit: sight.git.as_ref().and_then(|git| git.head.clone()),
                config_sha256: work::config_hash(store)?,
            },
            ahead,
        },
    )?;
    let spec = work::spec_of(store, &begun.item);
    let work = ActiveWork {
        item: begun.item.clone(),
        spec: spec.as_ref().ok().and_then(|read| Some(read.as_ref()?.1.clone())),
        session: begun.number,
        base_commit: begun.base_commit.clone(),
    };
    let parts = Parts {
        plan: &pipeline::plan(cx, opened, &sight.project, machine.finder, &work),
        sight,
        spec,
        machine,
    };
    let briefing = brief::make(cx, &begun, &work, parts);
    let page = machine.redactor.text(&briefing::markdown(&briefing, Room::Page));
    store.write(
        &layout::briefing(begun.number),
        page.as_bytes(),
        Overwrite::Replace,
    )?;
    Ok((briefing, page))
}
