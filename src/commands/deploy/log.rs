//! `sdd deploy log`: the records of a deployment, verified.

use std::fmt::Write as _;

use super::scene::{Scene, explained};
use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::deploy::files;
use crate::deploy::summary::torn;
use crate::model::exit::Exit;
use crate::model::text;

/// The arguments.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The environment
    #[arg(value_name = "ENVIRONMENT")]
    environment: String,
    /// The deployment [default: the last one]
    #[arg(long, value_name = "ID")]
    deployment: Option<String>,
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = cx.choose(&["human", "json", "agent"])?.to_owned();
    let scene = Scene::open(cx, &args.environment)?;
    let name = &scene.target.name;
    let store = &scene.opened.store;
    let found = match &args.deployment {
        Some(id) => {
            let known = files::deployments(store, name).map_err(explained)?;
            match known.into_iter().find(|known| known == id) {
                Some(id) => {
                    let chain = files::read(store, name, &id).map_err(explained)?;
                    chain.map(|chain| (id, chain))
                }
                None => None,
            }
        }
        None => files::last(store, name).map_err(explained)?,
    };
    let Some((id, chain)) = found else {
        let what = match &args.deployment {
            Some(id) => format!("there is no deployment {:?} to {name}", text::shorten(id, 80)),
            None => format!("nothing was deployed to {name}"),
        };
        return Err(CommandError::not_found(what).into());
    };
    let logs = files::logs_of(store, name, &id, &chain);
    let verified = logs.iter().all(|log| log.found == "same");
    let said = if format == "json" {
        let value = serde_json::json!({
            "schema_version": 1, "kind": "deployment_log", "environment": name, "deployment": id, "verified": verified,
            "torn_bytes": chain.torn, "records": chain.records, "logs": logs,
        });
        format!("{}\n", serde_json::to_string_pretty(&value)?)
    } else {
        let mut said = format!(
            "deployment {id} to {name}: {} records, the chain holds\n",
            chain.records.len()
        );
        for record in &chain.records {
            let event = serde_json::to_value(&record.event)?;
            let at = record.at.format("%Y-%m-%d %H:%M:%S%.3f");
            let _ = writeln!(said, "{:>4} {at} {}", record.n, line(&event));
        }
        if let Some(bytes) = chain.torn {
            let _ = writeln!(said, "warning: {}", torn(bytes));
        }
        for log in logs.iter().filter(|log| log.found != "same") {
            let _ = writeln!(said, "warning: {} {}", log.path, differs(log.found));
        }
        said
    };
    scene.emit(cx, &said)?;
    Ok(if verified { Exit::Ok } else { Exit::NoVerdict })
}

/// What is wrong with a log.
fn differs(found: &str) -> &'static str {
    match found {
        "differs" => "is not what the step wrote: its hash is not the one that was recorded",
        "missing" => "is gone, so nobody can compare it",
        "elsewhere" => "is no log of this deployment",
        _ => "cannot be read, so nobody can compare it",
    }
}

/// An event in one line: its kind, and its plain fields.
fn line(event: &serde_json::Value) -> String {
    let mut out = String::new();
    let Some(fields) = event.as_object() else {
        return out;
    };
    for (name, value) in fields {
        let said = match value {
            serde_json::Value::Null | serde_json::Value::Object(_) => continue,
            serde_json::Value::String(said) => text::shorten(said, 120),
            serde_json::Value::Array(items) => format!("{} items", items.len()),
            other => other.to_string(),
        };
        if name == "kind" {
            out = said;
        } else {
            let _ = write!(out, " {name}={said}");
        }
    }
    out
}
