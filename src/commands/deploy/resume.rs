//! `sdd deploy resume`: a deployment that stopped goes on.

use super::planning::For;
use super::policy;
use super::run::{Tree, fresh};
use super::scene::Scene;
use super::work::{self, Asked, Job, Said};
use crate::commands::context::Cx;
use crate::commands::pipeline;
use crate::deploy::journal::{Event, Purpose};
use crate::deploy::next::{self, Admission};
use crate::deploy::state::State;
use crate::deploy::summary::next_commands;
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
    let environment = scene.target.name.clone();
    scene.wanted(cx)?;
    let locked = work::take_lock(cx, &scene, "resume")?;
    let last = scene.wanted(cx)?;
    let state = State::of(&last.chain.records);
    args.said.check(&last.plan)?;
    let assumption = work::assumption(&args.assume, &last.plan)?;
    let assumed = match next::resume(&last.plan, &state, assumption.as_ref(), &args.said.ack) {
        Admission::Go { assumed } => assumed,
        Admission::Nothing { why } => {
            cx.ui.status(&format!("nothing to do: {why}"));
            drop(locked);
            let code = work::tell(cx, &scene, &last.id, Asked::Deployment)?;
            // It is over, and that was found out.
            return Ok(if code == Exit::Failed { Exit::Ok } else { code });
        }
        Admission::Refused { why, instead } => {
            let next = next_commands(&last.plan, &state, &pipeline::called(cx));
            return Err(work::refusal(cx, &environment, &why, instead, &next).into());
        }
    };
    let id = last.chain.plan().unwrap_or_default().to_owned();
    let purpose = if state.purpose == Some(Purpose::Rehearsal) {
        For::Rehearsal
    } else {
        For::ItsEnvironment
    };
    fresh(cx, &scene, &id, &last.plan, purpose, Tree::MayHaveChanged)?;
    let policy = policy::read(&scene);
    let approved = policy::approved(cx, &scene, &policy, &id, &last.plan)?;
    let by = args.said.by(cx);
    let job = Job {
        scene: &scene,
        plan: &last.plan,
        acknowledged: &args.said.ack,
        by: &by,
        require_approval: policy.require_approval,
        deployment: Some(&last.id),
    };
    let came = work::perform(cx, &job, |site, ledger| {
        if let Some(approved) = approved {
            ledger.add(approved)?;
        }
        ledger.add(locked.event())?;
        if let Some(assumed) = assumed {
            ledger.add(Event::Assumed {
                step: assumed.step,
                done: assumed.done,
                by: by.clone(),
            })?;
        }
        deployment::forward(site, ledger, Begin::Again)?;
        Ok(())
    })?;
    drop(locked);
    work::tell(cx, &scene, &came.deployment, Asked::Deployment)
}
