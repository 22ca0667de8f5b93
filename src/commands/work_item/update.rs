//! `sdd work-item update`: change an item, and write down what changed.

use std::fmt::Write as _;

use serde_json::json;

use super::new::new_milestone;
use super::state::{self, Stop};
use super::{look, words};
use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::commands::pipeline::called;
use crate::commands::suggest::{Suggest, priorities, statuses};
use crate::model::exit::Exit;
use crate::model::text;
use crate::model::work_item::change::{self, Changes};
use crate::model::work_item::graph::Graph;
use crate::model::work_item::{Priority, Status, read};
use crate::store::Store;

/// Change a work item.
///
/// Every change is recorded in the item's `update_history`. The status of the open session's item is not set to completed
/// here: `sdd complete` runs the gates and decides. A milestone that no item has had so far is made, and a warning
/// names those that there were. With --if-revision nothing is changed, and the exit code is 1, when somebody else has
/// changed the work items since; the revision is in `sdd work-item show ID --format json`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  sdd work-item update feature_user_auth --status blocked
  sdd work-item update feature_user_auth --priority critical --urgent
  sdd work-item update feature_pay --add-dependency feature_cart --remove-dependency bug_login
  sdd work-item update feature_pay --title \"Pay by card\" --if-revision 7")]
pub struct Args {
    /// The work item
    #[arg(value_name = "ID")]
    id: String,
    /// How far it is
    #[arg(long, value_name = "STATUS", value_parser = Suggest(statuses))]
    status: Option<String>,
    /// How much it matters
    #[arg(long, value_name = "PRIORITY", value_parser = Suggest(priorities))]
    priority: Option<String>,
    /// What it is called; the id stays
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// The milestone that it belongs to
    #[arg(long, value_name = "NAME")]
    milestone: Option<String>,
    /// It belongs to no milestone
    #[arg(long, conflicts_with = "milestone")]
    no_milestone: bool,
    /// It goes before others of its priority
    #[arg(long)]
    urgent: bool,
    /// It does not
    #[arg(long, conflicts_with = "urgent")]
    no_urgent: bool,
    /// An item that must be completed before; may be repeated
    #[arg(long, value_name = "ID")]
    add_dependency: Vec<String>,
    /// An item that need not any more; may be repeated
    #[arg(long, value_name = "ID")]
    remove_dependency: Vec<String>,
    /// Change nothing unless the work items have this revision
    #[arg(long, value_name = "N")]
    if_revision: Option<u64>,
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = cx.choose(&["human", "json", "agent"])?;
    let status: Option<Status> = args.status.as_deref().map(words::word).transpose()?;
    let priority: Option<Priority> = args.priority.as_deref().map(words::word).transpose()?;
    let title = args
        .title
        .as_deref()
        .map(|given| words::line("--title", given))
        .transpose()?;
    let milestone = args
        .milestone
        .as_deref()
        .map(|given| words::line("--milestone", given))
        .transpose()?;
    let milestone = milestone.or(args.no_milestone.then_some(""));
    let changes = Changes {
        status,
        priority,
        title,
        milestone,
        urgent: match (args.urgent, args.no_urgent) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        },
        add_dependencies: &args.add_dependency,
        remove_dependencies: &args.remove_dependency,
    };
    if changes.is_empty() {
        return Err(CommandError::usage("nothing is given that is to change")
            .hint("give one at least: --status, --priority, --title, --milestone, --urgent, --add-dependency, …")
            .into());
    }
    let store = state::open(cx)?;
    let stamp = state::stamp(cx);
    let (updated, unmet, revision) = state::change(cx, &store, args.if_revision, |state| {
        if status == Some(Status::Completed) {
            not_of_open_session(cx, &store, &args.id)?;
        }
        let updated = change::update(state, &args.id, &changes, &stamp)?;
        let items = read(state).map_err(change::Refusal::from)?;
        let graph = Graph::of(&items.items);
        let unmet: Vec<String> = graph.get(&args.id).map_or_else(Vec::new, |item| {
            graph.unmet(item).map(|unmet| unmet.id.to_owned()).collect()
        });
        Ok::<_, Stop>((updated, unmet, change::revision(state)))
    })?;
    let mut warnings: Vec<String> = new_milestone(milestone, updated.new_milestone.as_deref())
        .into_iter()
        .collect();
    if !unmet.is_empty() && matches!(status, Some(Status::InProgress | Status::Completed)) {
        warnings.push(format!(
            "it depends on what is not completed: {}",
            look::named(unmet.iter().map(String::as_str), 20)
        ));
    }
    let text = if format == "json" {
        let changes: Vec<&str> = updated.changes.iter().map(|change| change.trim_start()).collect();
        look::document(&json!({
            "schema_version": 1, "kind": "work_item_change", "change": "update", "id": args.id, "changes": changes,
            "revision": revision, "warnings": warnings,
        }))?
    } else {
        for warning in &warnings {
            cx.ui.warning(warning);
        }
        let mut text = text::one_line(&args.id);
        text.push_str(if updated.changes.is_empty() {
            ": nothing to change\n"
        } else {
            "\n"
        });
        for change in &updated.changes {
            let _ = writeln!(text, "{}", text::one_line(change));
        }
        text
    };
    cx.emit(&text)?;
    Ok(Exit::Ok)
}

/// Refuses to complete by hand what a session is open for: whether that is done, its gates say.
fn not_of_open_session(cx: &Cx, store: &Store, id: &str) -> Result<(), Stop> {
    match state::item_of_open_session(store)? {
        Some((item, _)) if item == id => {
            let sdd = called(cx);
            let what = format!("a session is open for {}", text::one_line(id));
            Err(CommandError::usage(what)
                .hint(format!(
                    "{sdd} complete runs its gates and completes it; {sdd} complete --incomplete ends the session"
                ))
                .into())
        }
        _ => Ok(()),
    }
}
