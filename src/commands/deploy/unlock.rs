//! `sdd deploy unlock`: a lock that somebody left is released.

use super::scene::Scene;
use super::work::{Said, busy};
use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::deploy::journal::Event;
use crate::deploy::lock;
use crate::engine::deployment::Ledger;
use crate::model::exit::Exit;

/// The arguments.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The environment
    #[arg(value_name = "ENVIRONMENT")]
    environment: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = cx.choose(&["human", "json", "agent"])?.to_owned();
    if args.reason.trim().is_empty() {
        return Err(CommandError::usage("--reason says nothing")
            .hint("say why, for those who read the journal")
            .into());
    }
    let scene = Scene::open(cx, &args.environment)?;
    let store = &scene.opened.store;
    let name = &scene.target.name;
    let released =
        lock::release(store, name, scene.meeting(cx).as_ref()).map_err(|error| busy(error, name))?;
    if released.is_some()
        && let Some(last) = scene.last()?
    {
        let by = Said::default().by(cx);
        let (mut ledger, _) = Ledger::go_on(store, name, &last.id, cx.clock, &scene.tools.redactor, &|_| {})?;
        ledger.add(Event::Unlocked {
            reason: args.reason.clone(),
            by,
        })?;
    }
    let said = match (&released, format.as_str()) {
        (_, "json") => {
            let value = serde_json::json!({"schema_version": 1, "kind": "deployment_unlock", "environment": name, "released": released});
            format!("{}\n", serde_json::to_string_pretty(&value)?)
        }
        (Some(holder), _) => format!("the lock of {name} is released; it was held by {holder}\n"),
        (None, _) => format!("nobody holds the lock of {name}\n"),
    };
    scene.emit(cx, &said)?;
    Ok(Exit::Ok)
}
