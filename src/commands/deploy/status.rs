//! `sdd deploy status`: where the last deployment stands.

use super::scene::Scene;
use super::{shown, work};
use crate::commands::context::Cx;
use crate::commands::pipeline;
use crate::deploy::lock;
use crate::deploy::state::{Phase, State};
use crate::deploy::summary::Summary;
use crate::model::exit::Exit;

/// The arguments.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The environment
    #[arg(value_name = "ENVIRONMENT")]
    environment: String,
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = cx.choose(&["human", "json", "agent"])?.to_owned();
    let scene = Scene::open(cx, &args.environment)?;
    let name = &scene.target.name;
    let Some(last) = scene.last()? else {
        let said = if format == "json" {
            let value = serde_json::json!({"schema_version": 1, "kind": "deployment", "environment": name, "deployment": null});
            format!("{}\n", serde_json::to_string_pretty(&value)?)
        } else {
            format!("nothing was deployed to {name}\n")
        };
        scene.emit(cx, &said)?;
        return Ok(Exit::Ok);
    };
    let mut summary = Summary::new(&last.id, &last.plan, &last.chain, &pipeline::called(cx));
    let at_work = lock::at_work(&scene.opened.store, name);
    let is_running = at_work.is_some();
    if let Some(holder) = at_work {
        summary = summary.going_on(holder);
    }
    let said = if format == "json" {
        format!("{}\n", serde_json::to_string_pretty(&summary)?)
    } else {
        shown::deployment(&summary, work::colour(cx, &format))
    };
    scene.emit(cx, &said)?;
    // Known is known, however it went.
    Ok(match State::of(&last.chain.records).phase {
        Phase::Unknown { .. } if !is_running => Exit::NoVerdict,
        _ => Exit::Ok,
    })
}
