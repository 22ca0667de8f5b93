//! `sdd bench history`: the runs of a work item's baselines.

use serde::Serialize;

use crate::bench::baseline::history::{Past, creep};
use crate::bench::baseline::{Accepted, Key, file};
use crate::bench::report::history as shown;
use crate::bench::statistics::drift::Drift;
use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::commands::pipeline::{self, called};
use crate::commands::work;
use crate::model::exit::Exit;
use crate::store::layout;

/// The change that counts as creep.
const THRESHOLD: f64 = 0.1;

/// The arguments.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// The work item [default: that of the open session]
    #[arg(value_name = "ID")]
    id: Option<String>,
}

/// The document of `--format json`.
#[derive(Serialize)]
struct Document {
    schema_version: u32,
    kind: &'static str,
    work_item: String,
    baselines: Vec<Entry>,
}

/// One baseline.
#[derive(Serialize)]
struct Entry {
    key: Key,
    accepted: Accepted,
    history: Vec<Past>,
    drift: Vec<Drift>,
}

/// Runs the command.
pub(super) fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = cx.choose(&["human", "json"])?;
    let opened = pipeline::open(cx)?;
    let id = match &args.id {
        Some(id) => id.clone(),
        None => work::open_session(&opened.store)?
            .and_then(|session| session.work_item)
            .ok_or_else(|| {
                CommandError::not_found("no session is open, so no work item is known")
                    .hint(format!("name it: {} bench history ID", called(cx)))
            })?,
    };
    let none = || {
        CommandError::not_found(format!("{id} has no baseline")).hint(format!(
            "the first clean run that passes becomes it: {} bench {id}",
            called(cx)
        ))
    };
    let document = opened.store.read(layout::BASELINES)?.ok_or_else(none)?;
    let baselines = file::read(&document, &id)
        .map_err(|error| CommandError::usage(error.to_string()).hint("the file was left as it was"))?
        .ok_or_else(none)?;
    let entries = baselines.into_iter().map(|one| Entry {
        drift: creep(&one.history, THRESHOLD),
        key: one.key,
        accepted: one.accepted,
        history: one.history,
    });
    let document = Document {
        schema_version: 1,
        kind: "bench_history",
        work_item: id,
        baselines: entries.collect(),
    };
    if format == "json" {
        cx.emit(&(serde_json::to_string_pretty(&document)? + "\n"))?;
    } else {
        let text: Vec<String> = document
            .baselines
            .iter()
            .map(|one| shown(&one.key, &one.accepted, &one.history, &one.drift))
            .collect();
        cx.emit(&text.join("\n"))?;
    }
    Ok(Exit::Ok)
}
