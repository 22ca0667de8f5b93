//! `sdd work-item delete`: an item goes; what depends on it, and the spec, only when that is asked for.

use std::fmt::Write as _;

use serde_json::json;

use super::state::{self, Stop};
use super::{look, spec_path};
use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::commands::pipeline::called;
use crate::model::exit::Exit;
use crate::model::text;
use crate::model::work_item::change::{self, Dependents, Refusal};
use crate::model::work_item::read;

/// Delete a work item.
///
/// An item that others depend on stays, unless --force says that they are not to depend on it any more. The item of the
/// open session always stays. The spec is kept unless --with-spec is given. The state before is in
/// `.session/tracking/.work_items.json.prev` until the next change.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  sdd work-item delete bug_login                 the item; its spec stays
  sdd work-item delete bug_login --with-spec     the spec, too
  sdd work-item delete bug_login --force         although others depend on it: they no longer do")]
pub struct Args {
    /// The work item
    #[arg(value_name = "ID")]
    id: String,
    /// Delete it although others depend on it, and take it out of their dependencies
    #[arg(long)]
    force: bool,
    /// Delete its spec, too
    #[arg(long)]
    with_spec: bool,
    /// Change nothing unless the work items have this revision
    #[arg(long, value_name = "N")]
    if_revision: Option<u64>,
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = cx.choose(&["human", "json", "agent"])?;
    let store = state::open(cx)?;
    let stamp = state::stamp(cx);
    let others = if args.force {
        Dependents::Free
    } else {
        Dependents::Keep
    };
    let (freed, spec, shared) = state::change(cx, &store, args.if_revision, |state| {
        let items = read(state).map_err(Refusal::from)?;
        let spec = items.get(&args.id).map(spec_path).unwrap_or_default();
        if let Some((item, number)) = state::item_of_open_session(&store)?
            && item == args.id
            && items.get(&item).is_some()
        {
            let number = number.map_or_else(String::new, |number| format!(" {number}"));
            let what = format!("session{number} is open for {}", text::one_line(&item));
            let hint = format!("end it first: {} complete --incomplete", called(cx));
            return Err(CommandError::usage(what).hint(hint).into());
        }
        let others_spec =
            |other: &&crate::model::work_item::WorkItem| other.id != args.id && spec_path(other) == spec;
        let shared = items.items.iter().find(others_spec).map(|other| other.id.clone());
        let freed = change::remove(state, &args.id, others, &stamp)?;
        Ok::<_, Stop>((freed, spec, shared))
    })?;
    // Only now: an item without its spec would be worse than a spec without an item.
    let (spec_deleted, warning) = match (args.with_spec, &shared) {
        (false, _) => (false, None),
        (true, Some(other)) => (
            false,
            Some(format!("{spec} is kept: it is the spec of {other}, too")),
        ),
        (true, None) => match store.remove(&spec) {
            Ok(deleted) => (
                deleted,
                (!deleted).then(|| format!("there was no {spec} to delete")),
            ),
            Err(error) => (false, Some(format!("{spec} is kept: {error}"))),
        },
    };
    let warning = warning.map(|warning| text::one_line(&warning));
    let text = if format == "json" {
        look::document(&json!({
            "schema_version": 1, "kind": "work_item_change", "change": "delete", "id": args.id, "freed": freed,
            "spec_file": spec, "spec_deleted": spec_deleted, "warnings": warning.into_iter().collect::<Vec<_>>(),
        }))?
    } else {
        if let Some(warning) = &warning {
            cx.ui.warning(warning);
        }
        let mut text = format!("deleted {}\n", text::one_line(&args.id));
        for id in &freed {
            let _ = writeln!(text, "{} no longer depends on it", text::one_line(id));
        }
        if spec_deleted {
            let _ = writeln!(text, "deleted {}", text::one_line(&spec));
        } else if !args.with_spec && store.path(&spec).is_file() {
            let _ = writeln!(text, "kept {}", text::one_line(&spec));
        }
        text
    };
    cx.emit(&text)?;
    Ok(Exit::Ok)
}
