//! `sdd deploy status`: where the last deployment stands.

use super::scene::Scene;
use super::{shown, work};
use crate::commands::context::Cx;
use crate::commands::pipeline;
use crate::deploy::lock::{self, AtWork};
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
    let at_work = lock::at_work(&scene.opened.store, name, scene.meeting(cx).as_ref());
    let elsewhere = match &at_work {
        Some(AtWork::Elsewhere(holder)) => Some(format!(
            "a deployment to {name} is going on in another work tree of this repository: {holder}"
        )),
        _ => None,
    };
    let Some(last) = scene.last()? else {
        let said = if format == "json" {
            let value = serde_json::json!({"schema_version": 1, "kind": "deployment", "environment": name, "deployment": null,
                                           "warnings": Vec::from_iter(elsewhere)});
            format!("{}\n", serde_json::to_string_pretty(&value)?)
        } else {
            let warning = elsewhere.map(|warning| format!("warning: {warning}\n"));
            format!("nothing was deployed to {name}\n{}", warning.unwrap_or_default())
        };
        scene.emit(cx, &said)?;
        return Ok(Exit::Ok);
    };
    let mut summary = Summary::new(&last.id, &last.plan, &last.chain, &pipeline::called(cx));
    summary.warnings.extend(elsewhere);
    let is_running = matches!(at_work, Some(AtWork::Here(_)));
    if let Some(AtWork::Here(holder)) = at_work {
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
