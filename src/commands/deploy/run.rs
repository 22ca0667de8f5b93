//! `sdd deploy run`: a deployment from its checks to its end.

use super::planning::{self, For};
use super::scene::{Scene, explained};
use super::work::{self, Asked, Job, Said};
use super::{evidence, policy, shown};
use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::commands::{pipeline, work_item};
use crate::deploy::files;
use crate::deploy::journal::{Event, Purpose};
use crate::deploy::plan::Plan;
use crate::engine::deployment::{self, Begin};
use crate::model::exit::Exit;

/// The arguments.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The environment
    #[arg(value_name = "ENVIRONMENT")]
    environment: String,
    /// The id of the plan, or its beginning [default: a new plan, where the settings allow that]
    #[arg(long, value_name = "PLAN")]
    plan: Option<String>,
    /// The work item, where no plan is named
    #[arg(long, value_name = "ID", conflicts_with = "plan")]
    item: Option<String>,
    /// Say what would run, and touch nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    said: Said,
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = cx.choose(&["human", "json", "agent"])?.to_owned();
    let scene = Scene::open(cx, &args.environment)?;
    let environment = &scene.target.name;
    let plan = match &args.plan {
        Some(asked) => planned(cx, &scene, asked)?,
        None if scene.target.auto_deploy || args.dry_run => {
            let item = planning::item(cx, &scene, args.item.as_deref())?;
            planning::plan(cx, &scene, &item, For::ItsEnvironment)?
        }
        None => {
            let sdd = pipeline::called(cx);
            return Err(CommandError::usage(format!(
                "deployments to {environment} need a plan that was made before"
            ))
            .hint(format!(
                "{sdd} deploy plan {environment}, then {sdd} deploy run {environment} --plan ID"
            ))
            .into());
        }
    };
    planning::directories(cx, &scene, &plan)?;
    args.said.check(&plan)?;
    if args.dry_run {
        return dry_run(cx, &scene, &plan, &format);
    }
    let policy = policy::read(&scene);
    if let Some(note) = &policy.note {
        cx.ui.warning(note);
    }
    let approved = policy::approved(cx, &scene, &policy, &plan.id(), &plan)?;
    let begin = Start {
        plan: &plan,
        approved,
        purpose: Purpose::Deployment,
        command: "run",
        said: &args.said,
        require_approval: policy.require_approval,
        how: policy.how,
    };
    start(cx, &scene, begin)
}

/// A plan that was made before, and that must still be true.
fn planned(cx: &mut Cx, scene: &Scene, asked: &str) -> anyhow::Result<Plan> {
    let store = &scene.opened.store;
    let (id, plan) = files::read_plan(store, &scene.target.name, asked).map_err(explained)?;
    fresh(cx, scene, &id, &plan, For::ItsEnvironment, Tree::Counts)?;
    Ok(plan)
}

/// Whether files that are not committed make a plan stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tree {
    /// They do.
    Counts,
    /// They do not: steps that were run may have made them.
    MayHaveChanged,
}

/// Refuses a plan that is not true any more.
pub(super) fn fresh(
    cx: &mut Cx,
    scene: &Scene,
    id: &str,
    plan: &Plan,
    purpose: For,
    tree: Tree,
) -> anyhow::Result<()> {
    let loaded = work_item::load(&scene.opened.store)?;
    let ids = loaded.items.items.iter().map(|item| item.id.as_str());
    let item = loaded.items.get(&plan.work_item);
    let item = item
        .ok_or_else(|| work_item::no_such_item(cx, &plan.work_item, ids))?
        .clone();
    let mut now = planning::plan(cx, scene, &item, purpose)?;
    if tree == Tree::MayHaveChanged {
        (now.tree, now.dirty) = (plan.tree.clone(), plan.dirty);
    }
    let changed = plan.differences(&now);
    if changed.is_empty() {
        return Ok(());
    }
    Err(work::stale(&scene.target.name, id, &changed, tree).into())
}

/// What is to be begun.
pub(super) struct Start<'s> {
    pub(super) plan: &'s Plan,
    pub(super) approved: Option<Event>,
    pub(super) purpose: Purpose,
    pub(super) command: &'static str,
    pub(super) said: &'s Said,
    pub(super) require_approval: bool,
    /// Whether the plan must be approved, and by whose word, as it is recorded.
    pub(super) how: String,
}

/// Begins a deployment and goes as far as it goes.
pub(super) fn start(cx: &mut Cx, scene: &Scene, start: Start<'_>) -> anyhow::Result<Exit> {
    let environment = &scene.target.name;
    let locked = work::take_lock(cx, scene, start.command)?;
    // Only now nobody else changes what was read.
    let last = scene.last()?;
    let sequence = last.as_ref().map_or(0, |last| last.chain.sequence()) + 1;
    if let Some(last) = last {
        work::alone(cx, &last.chain)?;
        let state = crate::deploy::state::State::of(&last.chain.records);
        if !state.is_final() {
            let sdd = pipeline::called(cx);
            return Err(CommandError::no_verdict(format!(
                "the deployment {} to {environment} is not over: {}",
                last.id,
                state.phase.says()
            ))
            .hint(format!("what can be done: {sdd} deploy status {environment}"))
            .into());
        }
    }
    if let Some(approved) = &start.approved {
        policy::unused(cx, scene, &start.plan.id(), approved)?;
    }
    let id = work::keep(scene, start.plan)?;
    let by = start.said.by(cx);
    let job = Job {
        scene,
        plan: start.plan,
        acknowledged: &start.said.ack,
        by: &by,
        require_approval: start.require_approval,
        deployment: None,
    };
    let came = work::perform(cx, &job, |site, ledger| {
        ledger.add(Event::Planned {
            plan: id,
            environment: environment.clone(),
            work_item: start.plan.work_item.clone(),
            commit: start.plan.commit.clone(),
            rollback_sha256: start.plan.rollback_sha256.clone(),
            purpose: start.purpose,
            sdd_version: env!("CARGO_PKG_VERSION").to_owned(),
            sequence,
            approval: Some(start.how),
        })?;
        if let Some(approved) = start.approved {
            ledger.add(approved)?;
        }
        ledger.add(locked.event(site.run))?;
        deployment::forward(site, ledger, Begin::Fresh)?;
        Ok(())
    })?;
    drop(locked);
    work::tell(cx, scene, &came.deployment, Asked::Deployment)
}

/// What would run. Nothing is simulated, and nothing of it is a verdict.
fn dry_run(cx: &mut Cx, scene: &Scene, plan: &Plan, format: &str) -> anyhow::Result<Exit> {
    let id = plan.id();
    let checks = evidence::checks(cx, scene, plan);
    let said = if format == "json" {
        let value = serde_json::json!({
            "schema_version": 1, "kind": "deployment_dry_run", "verdict": "not_run", "plan_id": id, "plan": plan,
            "checks": checks,
        });
        format!("{}\n", serde_json::to_string_pretty(&value)?)
    } else {
        let mut said = shown::plan(plan, &id, "would run (not simulated)");
        for check in &checks {
            said.push_str(&shown::check(check, work::colour(cx, format)));
        }
        said.push_str("verdict: not_run; nothing was touched\n");
        said
    };
    scene.emit(cx, &said)?;
    Ok(Exit::Ok)
}
