//! The deployment of a work item, looked at from what it left: nothing is deployed here.

use std::collections::BTreeSet;

use super::Job;
use super::work::chain;
use crate::deploy::checks::{self, PreCheck, WayBack};
use crate::deploy::evidence::earlier_gates;
use crate::deploy::files;
use crate::deploy::journal::{Chain, Purpose};
use crate::deploy::plan::{Facts, Plan};
use crate::deploy::procedure::{self, Procedure};
use crate::deploy::sha256;
use crate::deploy::summary::Summary;
use crate::deploy::{readiness, state::State};
use crate::gates::{DeploymentSight, DeploymentWork, PartResult};
use crate::model::config::ResolvedTarget;
use crate::model::verdict::Verdict;
use crate::process::clock::Clock;
use crate::project::git;
use crate::project::paths::{Place, resolve};
use crate::store::{self, Store, layout};

/// Looks at the deployment.
pub(super) fn look(work: &DeploymentWork, job: &Job<'_>) -> PartResult {
    let sight = sight(work, job);
    if job.cancel.is_requested() {
        return PartResult::NotStarted("stopped while it ran".to_owned());
    }
    PartResult::Deployment(sight.map(Box::new))
}

fn sight(work: &DeploymentWork, job: &Job<'_>) -> Result<DeploymentSight, String> {
    let root = job.cx.project.root.as_path();
    let store = Store::open(root).map_err(|error| chain(&error))?;
    let Some(spec) = job.cx.work.and_then(|work| work.spec.as_ref()) else {
        return Err("there is no spec, so nobody knows what is deployed where".to_owned());
    };
    let path = work
        .spec_file
        .clone()
        .unwrap_or_else(|| layout::spec(&work.work_item));
    let bytes = bytes(job, &path)?;
    let read = procedure::read(spec, &bytes);
    let mut sight = DeploymentSight::default();
    let settings = job.cx.config.deployments();
    let named = spec
        .deployment
        .environment
        .as_ref()
        .map(|named| named.value.to_lowercase());
    let Some(target) = named.as_deref().and_then(|name| settings.target(name)) else {
        let known = settings.names().join(", ");
        let what = match named {
            Some(name) => {
                format!("the spec names the environment {name:?}, which nobody knows; known are {known}")
            }
            None => "the spec names no target environment".to_owned(),
        };
        return Err(what);
    };
    let last = last(&store, &target.name, work, job.sdd)?;
    let head = head(work, job)?;
    let deployed = last.as_ref().and_then(|last| last.commit.clone());
    let commit = deployed.or_else(|| head.clone());
    sight.checks.extend(earlier_gates(
        &store,
        &settings.pre_deployment_checks,
        commit.as_deref(),
        Clock::System.now(),
        job.sdd,
    ));
    sight
        .checks
        .push(if settings.pre_deployment_checks.environment_validation {
            readiness::environment(last.as_ref(), &target.name, job.sdd)
        } else {
            PreCheck::skipped(readiness::ENVIRONMENT, "turned off in the settings")
        });
    sight.checks.push(readiness::documentation(spec, &read));
    sight.checks.push(match &read {
        Ok(procedure) => {
            let way = way_back(procedure, job, &target);
            tried(&store, job, &way)?
        }
        Err(_) => PreCheck::not(
            "rollback_tested",
            Verdict::Failed,
            "the way back cannot be read",
            format!("{} work-item validate {}", job.sdd, work.work_item),
        ),
    });
    sight
        .checks
        .push(readiness::execution(last.as_ref(), &target.name));
    if let Some(last) = &last {
        let changed = changed(last, head.as_deref(), work, job);
        sight
            .checks
            .push(readiness::commit(last, head.as_deref(), &changed));
    }
    sight.checks.extend(last.iter().flat_map(readiness::unseen));
    sight.last = last;
    Ok(sight)
}

/// The spec as it is now.
fn bytes(job: &Job<'_>, path: &str) -> Result<Vec<u8>, String> {
    let root = job.cx.project.root.as_path();
    let missing = || format!("{path} is not there");
    let Place::At(place) = resolve(root, path).map_err(|error| chain(&error))? else {
        return Err(missing());
    };
    store::read_regular(&place, store::LARGE)
        .map_err(|error| chain(&error))?
        .ok_or_else(missing)
}

fn head(work: &DeploymentWork, job: &Job<'_>) -> Result<Option<String>, String> {
    let Some(program) = &work.git else { return Ok(None) };
    let root = job.cx.project.root.as_path();
    git::head(job.runner, program, root)
        .map_err(|error| format!("the commit is not known: {}", chain(&error)))
}

/// The files that differ between what was deployed and what is checked out.
fn changed(
    last: &Summary,
    head: Option<&str>,
    work: &DeploymentWork,
    job: &Job<'_>,
) -> Result<BTreeSet<String>, String> {
    match (last.commit.as_deref(), head, &work.git) {
        (Some(deployed), Some(head), Some(program)) if deployed != head => {
            let root = job.cx.project.root.as_path();
            git::changed_between(job.runner, program, root, deployed, head).map_err(|error| chain(&error))
        }
        _ => Ok(BTreeSet::new()),
    }
}

/// The newest deployment of the work item that was meant to stay.
fn last(
    store: &Store,
    environment: &str,
    work: &DeploymentWork,
    sdd: &str,
) -> Result<Option<Summary>, String> {
    let all = files::newest_first(store, environment).map_err(|error| chain(&error))?;
    for (id, chain_of) in all {
        if State::of(&chain_of.records).purpose == Some(Purpose::Rehearsal) {
            continue;
        }
        let plan = files::plan_of(store, environment, &id, &chain_of).map_err(|error| chain(&error))?;
        if plan.work_item == work.work_item {
            return Ok(Some(Summary::new(&id, &plan, &chain_of, sdd)));
        }
    }
    Ok(None)
}

/// The way back, as a plan of now would have it.
fn way_back(procedure: &Procedure, job: &Job<'_>, target: &ResolvedTarget) -> WayBack {
    let facts = Facts {
        environment: target.name.clone(),
        work_item: String::new(),
        spec_file: String::new(),
        spec_sha256: sha256(b""),
        commit: None,
        dirty: false,
        tree: None,
        tools: std::collections::BTreeMap::new(),
    };
    let plan = Plan::new(procedure, facts, job.cx.config.deployments(), target);
    let every: Vec<String> = plan.steps.iter().map(|step| step.id.clone()).collect();
    WayBack {
        steps: plan.way_back(&every),
        sha256: plan.rollback_sha256,
    }
}

/// Whether this way back was tried, in any environment where that does not hurt.
fn tried(store: &Store, job: &Job<'_>, way: &WayBack) -> Result<PreCheck, String> {
    let settings = job.cx.config.deployments();
    let mut all: Vec<(ResolvedTarget, Chain)> = Vec::new();
    for name in settings.names() {
        let Some(target) = settings.target(name) else {
            continue;
        };
        let found = files::newest_first(store, name).map_err(|error| chain(&error))?;
        all.extend(found.into_iter().map(|(_, found)| (target.clone(), found)));
    }
    let past: Vec<checks::Past<'_>> = all
        .iter()
        .map(|(target, found)| checks::Past {
            environment: &target.name,
            require_approval: target.require_approval,
            records: &found.records,
        })
        .collect();
    Ok(checks::rollback_tested(
        way,
        Clock::System.now(),
        settings.rollback.max_age.get(),
        &past,
    ))
}
