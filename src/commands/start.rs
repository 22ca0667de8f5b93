//! `sdd start`: a session on a work item begins, or goes on; the briefing says what is to be done.

mod begin;
mod brief;
mod containers;
mod load;
mod machine;
mod needs;
mod sight;

use super::context::Cx;
use super::pipeline::{self, Opened};
use super::work;
use crate::engine::Plan;
use crate::model::exit::Exit;
use crate::model::session::choice::Force;
use crate::model::session::{ActiveWork, Snapshot};
use crate::process::signals;
use crate::project::Project;
use crate::report::briefing::{self, Briefing, Room};
use crate::store::{Overwrite, layout};
use begin::{Begin, Begun};
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
    let looked = sight::look(&opened, &machine, &runner, |project, commit| {
        match cx.cancel.signal() {
            Some(signal) => Ok(Err(signal)),
            None => session(args, cx, &opened, &machine, project, commit).map(Ok),
        }
    });
    let (sight, begun) = looked?;
    let session = match begun {
        Ok(session) => session,
        Err(signal) => return Ok(signals::exit_for(signal)),
    };
    // The last look at what git may have left behind, and the briefing: neither waits for the other.
    let (briefing, page) = std::thread::scope(|scope| {
        scope.spawn(move || drop(runner));
        told(cx, &opened, &machine, &sight, session)
    })?;
    let text = match format {
        "json" => machine.redactor.text(&briefing::json(&briefing)?),
        "agent" => machine.redactor.text(&briefing::markdown(&briefing, Room::Short)),
        _ => page,
    };
    cx.emit(&text)?;
    Ok(cx.cancel.signal().map_or(Exit::Ok, signals::exit_for))
}

/// A session that has begun, and what it will have to do.
struct Session {
    begun: Begun,
    work: ActiveWork,
    spec: brief::Read,
    plan: Plan,
}

/// Begins the session and plans its gates.
fn session(
    args: &Args,
    cx: &Cx,
    opened: &Opened,
    machine: &Machine<'_>,
    project: &Project,
    commit: Option<&str>,
) -> anyhow::Result<Session> {
    let store = &opened.store;
    let begun = begin::begin(
        cx,
        store,
        &Begin {
            asked: args.id.as_deref(),
            force: if args.force { Force::Yes } else { Force::No },
            stamp: &work::stamp(cx),
            snapshot: Snapshot {
                commit: commit.map(str::to_owned),
                config_sha256: work::config_hash(store)?,
            },
        },
    )?;
    let spec = work::spec_of(store, &begun.item);
    let work = ActiveWork {
        item: begun.item.clone(),
        // One that cannot be read may say anything.
        spec: spec.as_ref().ok().and_then(|read| {
            let read = read.as_ref().map(|(_, spec)| spec.clone());
            work::said(read, &begun.item)
        }),
        session: begun.number,
        base_commit: begun.base_commit.clone(),
    };
    Ok(Session {
        plan: pipeline::plan(cx, opened, project, machine.finder, &work),
        begun,
        work,
        spec,
    })
}

/// Writes the briefing of a session: as it is, and as a page without secrets.
fn told(
    cx: &Cx,
    opened: &Opened,
    machine: &Machine<'_>,
    sight: &Sight,
    session: Session,
) -> anyhow::Result<(Briefing, String)> {
    let number = session.begun.number;
    let parts = Parts {
        opened,
        plan: &session.plan,
        sight,
        spec: session.spec,
        machine,
    };
    let briefing = brief::make(cx, &session.begun, &session.work, parts);
    let page = machine.redactor.text(&briefing::markdown(&briefing, Room::Page));
    opened
        .store
        .write(&layout::briefing(number), page.as_bytes(), Overwrite::Replace)?;
    Ok((briefing, page))
}
