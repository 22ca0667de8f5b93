//! `sdd work-item new`: an item in the file, and a spec to fill in.

use std::fmt::Write as _;

use serde_json::json;

use super::state::{self, Stop};
use super::{look, words};
use crate::commands::context::Cx;
use crate::commands::pipeline::called;
use crate::commands::suggest::{Suggest, priorities, work_item_types};
use crate::model::exit::Exit;
use crate::model::text;
use crate::model::work_item::change::{self, Added, NewItem};
use crate::model::work_item::{Priority, WorkItemType};
use crate::parse::spec::filled;
use crate::store::{Overwrite, Written, layout};

/// Make a work item, and a spec from the template of its type.
///
/// The id is the type and the words of the title, in lower case, with `_` between them: `feature_user_auth`. A long title
/// is cut between two words, an id that is taken gets a number (`feature_user_auth_2`), and both are said. The id stays,
/// whatever becomes of the title. A spec that is there already under this name is kept and becomes that of the item.
///
/// A milestone that no item has had so far is made, and a warning names those that there were.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  sdd work-item new --type feature --title \"User auth\"
  sdd work-item new --type bug --title \"Login fails\" --priority critical --urgent
  sdd work-item new --type integration_test --title Orders --depends-on bug_pay --depends-on bug_cart
  sdd work-item new --type refactor --title \"Split the parser\" --milestone v2 --format json")]
pub struct Args {
    /// What kind of work it is
    #[arg(long = "type", value_name = "TYPE", value_parser = Suggest(work_item_types))]
    kind: String,
    /// What it is called, in one line
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// How much it matters
    #[arg(long, value_name = "PRIORITY", default_value = "medium", value_parser = Suggest(priorities))]
    priority: String,
    /// An item that must be completed before; may be repeated
    #[arg(long, value_name = "ID")]
    depends_on: Vec<String>,
    /// The milestone that it belongs to
    #[arg(long, value_name = "NAME")]
    milestone: Option<String>,
    /// It goes before others of its priority
    #[arg(long)]
    urgent: bool,
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = cx.choose(&["human", "json", "agent"])?;
    let kind: WorkItemType = words::word(&args.kind)?;
    let title = words::line("--title", &args.title)?;
    let priority: Priority = words::word(&args.priority)?;
    let milestone = args.milestone.as_deref();
    let milestone = milestone
        .map(|name| words::line("--milestone", name))
        .transpose()?;
    let new = NewItem {
        kind,
        title,
        priority,
        urgent: args.urgent,
        dependencies: &args.depends_on,
        milestone,
    };
    let store = state::open(cx)?;
    let stamp = state::stamp(cx);
    let mut spec_made = None;
    let changed = state::change(cx, &store, None, |state| {
        let added = change::add(state, &new, layout::spec, &stamp)?;
        // The spec stands before anything names it: whenever sdd is killed, no item is without one.
        let spec = filled(kind, title);
        let written = store.write(&added.spec_file, spec.as_bytes(), Overwrite::KeepExisting)?;
        if written == Written::New {
            spec_made = Some(added.spec_file.clone());
        }
        Ok::<_, Stop>((added, written))
    });
    let (added, written) = match changed {
        Ok(made) => made,
        Err(error) => {
            if let Some(spec) = spec_made {
                // A spec of no item is in nobody's way: the next item of its name takes it.
                let _left = store.remove(&spec);
            }
            return Err(error);
        }
    };
    let mut warnings = warnings(&added, written, milestone);
    if kind == WorkItemType::IntegrationTest && args.depends_on.is_empty() {
        warnings.push(format!(
            "an integration test depends on the items that make what it tests, and this one on nothing: {} work-item update {} --add-dependency ID",
            called(cx),
            added.id.id
        ));
    }
    let sdd = called(cx);
    let text = if format == "json" {
        look::document(&json!({
            "schema_version": 1, "kind": "work_item_change", "change": "new", "id": added.id.id,
            "spec_file": added.spec_file, "warnings": warnings,
        }))?
    } else {
        for warning in &warnings {
            cx.ui.warning(warning);
        }
        let mut text = format!("{}\n", added.id.id);
        let _ = writeln!(text, "spec: {}", added.spec_file);
        let _ = writeln!(
            text,
            "next: fill in the spec, then {sdd} work-item validate {0} and {sdd} start {0}",
            added.id.id
        );
        text
    };
    cx.emit(&text)?;
    Ok(Exit::Ok)
}

/// What of the new item may not be what was meant.
fn warnings(added: &Added, written: Written, milestone: Option<&str>) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(taken) = &added.id.taken {
        warnings.push(format!(
            "there is a work item {taken} already, so this one is {}",
            added.id.id
        ));
    }
    if added.id.shortened {
        warnings.push(format!(
            "the title is long, and the id {} has its first words",
            added.id.id
        ));
    }
    if written == Written::Kept {
        warnings.push(format!(
            "{} was there already and is kept: it is the spec of this item now",
            added.spec_file
        ));
    }
    warnings.extend(new_milestone(milestone, added.new_milestone.as_deref()));
    warnings
}

/// That a milestone was made: a slip of the pen makes one, too.
pub(super) fn new_milestone(name: Option<&str>, known: Option<&[String]>) -> Option<String> {
    let (name, known) = (name?, known?);
    let name = text::one_line(name);
    let known = known.iter().map(String::as_str);
    if known.len() == 0 {
        return Some(format!("the milestone {name} is the first one, and was made"));
    }
    let meant = crate::commands::error::did_you_mean(&name, known.clone())
        .map_or_else(String::new, |meant| {
            format!("; did you mean {}?", text::one_line(meant))
        });
    Some(format!(
        "the milestone {name} is new and was made; there were: {}{meant}",
        look::named(known, 20)
    ))
}
