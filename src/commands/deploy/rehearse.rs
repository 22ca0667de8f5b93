//! `sdd deploy rehearse`: the way back is tried where it does not hurt.

use super::planning::{self, For};
use super::policy;
use super::run::{Start, start};
use super::scene::Scene;
use super::work::Said;
use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::deploy::journal::Purpose;
use crate::model::exit::Exit;

/// The arguments.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The environment
    #[arg(value_name = "ENVIRONMENT")]
    environment: String,
    /// The work item, a deployment to any environment [default: that of the session]
    #[arg(long, value_name = "ID")]
    item: Option<String>,
    #[command(flatten)]
    said: Said,
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    cx.choose(&["human", "json", "agent"])?;
    let scene = Scene::open(cx, &args.environment)?;
    let policy = policy::read(&scene);
    if policy.require_approval {
        let what = format!(
            "{} needs approvals, and is no place for a rehearsal",
            scene.target.name
        );
        return Err(CommandError::usage(what)
            .hint("rehearse where it does not hurt: sdd deploy rehearse staging")
            .into());
    }
    let item = planning::item(cx, &scene, args.item.as_deref())?;
    let plan = planning::plan(cx, &scene, &item, For::Rehearsal)?;
    planning::directories(cx, &scene, &plan)?;
    args.said.check(&plan)?;
    let begin = Start {
        plan: &plan,
        approved: None,
        purpose: Purpose::Rehearsal,
        command: "rehearse",
        said: &args.said,
        require_approval: false,
        how: policy.how,
    };
    start(cx, &scene, begin)
}
