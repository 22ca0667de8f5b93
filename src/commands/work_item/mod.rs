//! `sdd work-item`: make, list, show, change, check and delete work items.
//!
//! One file a subcommand; `state` is the way to the file and to its errors, `problems` what `validate` and `show` say of
//! an item, `look` how items look on a screen.

mod delete;
mod list;
mod look;
mod new;
mod problems;
mod show;
mod spec;
mod state;
mod update;
mod validate;
mod words;

use clap::Subcommand;

use super::context::Cx;
use crate::model::exit::Exit;

pub use state::{Loaded, load, no_such_item, spec_path};

/// Make, list, show, change, check and delete work items.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  sdd work-item new --type feature --title \"User auth\"     make one, with a spec to fill in
  sdd work-item list --ready                               what can be begun
  sdd work-item show feature_user_auth                     everything about one
  sdd work-item update feature_user_auth --status blocked  change one
  sdd work-item validate                                   what is missing, in all of them")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

/// What `sdd work-item` does.
#[derive(Clone, Debug, Subcommand)]
enum Action {
    /// Make a work item, and a spec from the template of its type
    New(new::Args),
    /// List work items, what comes next first
    List(list::Args),
    /// Show everything about one work item
    Show(show::Args),
    /// Change a work item
    Update(update::Args),
    /// Say what is missing or wrong about one work item, or about all of them
    Validate(validate::Args),
    /// Delete a work item
    Delete(delete::Args),
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    match &args.action {
        Action::New(args) => new::run(args, cx),
        Action::List(args) => list::run(args, cx),
        Action::Show(args) => show::run(args, cx),
        Action::Update(args) => update::run(args, cx),
        Action::Validate(args) => validate::run(args, cx),
        Action::Delete(args) => delete::run(args, cx),
    }
}
