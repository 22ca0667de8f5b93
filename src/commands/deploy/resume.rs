//! `sdd deploy resume`: a deployment that stopped goes on.

use super::again::{self, Begun, Wish};
use super::planning::For;
use super::run::{Tree, fresh};
use super::scene::Scene;
use super::work::{self, Asked, Job, Said};
use super::{evidence, policy};
use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::deploy::journal::Purpose;
use crate::deploy::next;
use crate::engine::deployment::{self, Begin};
use crate::model::exit::Exit;

/// The arguments.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The environment
    #[arg(value_name = "ENVIRONMENT")]
    environment: String,
    /// What became of a step of which nobody knows: done or not-done, and its id
    #[arg(long, value_names = ["WHAT", "STEP"], num_args = 2)]
    assume: Vec<String>,
    #[command(flatten)]
    said: Said,
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    cx.choose(&["human", "json", "agent"])?;
    let scene = Scene::open(cx, &args.environment)?;
    let wish = Wish {
        command: "resume",
        said: &args.said,
        assume: &args.assume,
    };
    let begun = again::begin(cx, &scene, &wish, |plan, state, assumption| {
        next::resume(plan, state, assumption, &args.said.ack)
    })?;
    let again = match begun {
        Begun::Goes(again) => again,
        Begun::Over(id) => {
            let code = work::tell(cx, &scene, &id, Asked::Deployment)?;
            // It is over, and that was found out.
            return Ok(if code == Exit::Failed { Exit::Ok } else { code });
        }
    };
    let last = &again.last;
    let id = last.chain.plan().unwrap_or_default().to_owned();
    let purpose = if again.state.purpose == Some(Purpose::Rehearsal) {
        For::Rehearsal
    } else {
        For::ItsEnvironment
    };
    fresh(cx, &scene, &id, &last.plan, purpose, Tree::MayHaveChanged)?;
    let policy = policy::read(&scene);
    let approved = policy::approved(cx, &scene, &policy, &id, &last.plan)?;
    // What is missing is told before anything is run, and is no failure of a step.
    let steps = last
        .plan
        .steps
        .iter()
        .filter(|step| !again.state.done.contains(&step.id));
    let unset = deployment::unset(steps.chain(&last.plan.rollback), &|name| {
        evidence::value(&cx.environment, name)
    });
    if !unset.is_empty() {
        return Err(CommandError::usage(format!(
            "what is left needs variables that are not set: {}",
            unset.join(", ")
        ))
        .hint("nothing more was run; set them in the environment that sdd is started in, and resume again")
        .into());
    }
    let job = Job {
        scene: &scene,
        plan: &last.plan,
        acknowledged: &args.said.ack,
        by: &again.by,
        require_approval: policy.require_approval,
        deployment: Some(&last.id),
    };
    let came = work::perform(cx, &job, |site, ledger| {
        if let Some(approved) = approved {
            ledger.add(approved)?;
        }
        again.record(site, ledger)?;
        deployment::forward(site, ledger, Begin::Again)?;
        Ok(())
    })?;
    drop(again);
    work::tell(cx, &scene, &came.deployment, Asked::Deployment)
}
