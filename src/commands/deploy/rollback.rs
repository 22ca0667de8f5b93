//! `sdd deploy rollback`: the last deployment is taken back.

use super::again::{self, Begun, Wish};
use super::scene::Scene;
use super::work::{self, Asked, Job, Said};
use super::{evidence, policy};
use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::deploy::next;
use crate::deploy::state::Phase;
use crate::engine::deployment::{self, Decision};
use crate::model::exit::Exit;

/// The arguments.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The environment
    #[arg(value_name = "ENVIRONMENT")]
    environment: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// What became of a step of which nobody knows: done or not-done, and its id
    #[arg(long, value_names = ["WHAT", "STEP"], num_args = 2)]
    assume: Vec<String>,
    #[command(flatten)]
    said: Said,
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    cx.choose(&["human", "json", "agent"])?;
    if args.reason.trim().is_empty() {
        return Err(CommandError::usage("--reason says nothing")
            .hint("say why, for those who read the journal")
            .into());
    }
    let scene = Scene::open(cx, &args.environment)?;
    let wish = Wish {
        command: "rollback",
        said: &args.said,
        assume: &args.assume,
    };
    let begun = again::begin(cx, &scene, &wish, |_, state, assumption| {
        next::rollback(state, assumption)
    })?;
    let again = match begun {
        Begun::Goes(again) => again,
        Begun::Over(id) => {
            work::tell(cx, &scene, &id, Asked::Rollback)?;
            return Ok(Exit::Ok);
        }
    };
    let (last, state) = (&again.last, &again.state);
    // What is missing is told before anything is run.
    let mut done = state.done.clone();
    if let Some(assumed) = again.assumed.as_ref().filter(|assumed| assumed.done) {
        done.push(assumed.step.clone());
    }
    let undo = match state.phase {
        Phase::RollingBack { .. } | Phase::RollbackFailed { .. } => state.undo.clone(),
        _ => last.plan.way_back(&done),
    };
    let steps = last
        .plan
        .rollback
        .iter()
        .filter(|step| undo.contains(&step.id) && !state.undone.contains(&step.id));
    let unset = deployment::unset(steps, &|name| evidence::value(&cx.environment, name));
    if !unset.is_empty() {
        return Err(CommandError::usage(format!(
            "the way back needs variables that are not set: {}",
            unset.join(", ")
        ))
        .hint("nothing was taken back; set them in the environment that sdd is started in, and give the command again")
        .into());
    }
    let job = Job {
        scene: &scene,
        plan: &last.plan,
        acknowledged: &args.said.ack,
        by: &again.by,
        require_approval: policy::read(&scene).require_approval,
        deployment: Some(&last.id),
    };
    let came = work::perform(cx, &job, |site, ledger| {
        again.record(site, ledger)?;
        deployment::begin_rollback(site, ledger, &args.reason, Decision::Asked)?;
        deployment::backward(site, ledger)?;
        Ok(())
    })?;
    drop(again);
    work::tell(cx, &scene, &came.deployment, Asked::Rollback)
}
