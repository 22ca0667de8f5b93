//! `sdd deploy plan`: what would be run.

use super::planning::{self, For};
use super::scene::{Scene, explained};
use super::{policy, shown};
use crate::commands::context::Cx;
use crate::commands::pipeline;
use crate::deploy::files;
use crate::model::exit::Exit;

/// The arguments.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The environment
    #[arg(value_name = "ENVIRONMENT")]
    environment: String,
    /// The work item, a deployment [default: that of the session, or the only one for the environment]
    #[arg(long, value_name = "ID")]
    item: Option<String>,
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = cx.choose(&["human", "json", "agent"])?.to_owned();
    let scene = Scene::open(cx, &args.environment)?;
    let item = planning::item(cx, &scene, args.item.as_deref())?;
    let plan = planning::plan(cx, &scene, &item, For::ItsEnvironment)?;
    planning::directories(cx, &scene, &plan)?;
    let policy = policy::read(&scene);
    let (id, path) = files::keep_plan(&scene.opened.store, &plan).map_err(explained)?;
    let sdd = pipeline::called(cx);
    let short = &id[..12];
    let environment = &scene.target.name;
    let next = if policy.require_approval {
        format!("{sdd} deploy approve {environment} {short} --key FILE --as NAME")
    } else {
        format!("{sdd} deploy run {environment} --plan {short}")
    };
    let said = if format == "json" {
        let mut value = serde_json::to_value(&plan)?;
        if let Some(fields) = value.as_object_mut() {
            fields.insert("id".to_owned(), id.clone().into());
            fields.insert("path".to_owned(), path.into());
            fields.insert("approval_required".to_owned(), policy.require_approval.into());
            fields.insert("next".to_owned(), vec![next].into());
        }
        format!("{}\n", serde_json::to_string_pretty(&value)?)
    } else {
        let mut said = shown::plan(&plan, &id, "would run");
        if let Some(note) = &policy.note {
            said.push_str(&format!("note: {note}\n"));
        }
        said.push_str(&format!("next: {next}\n"));
        said
    };
    scene.emit(cx, &said)?;
    Ok(Exit::Ok)
}
