//! From a work item to the plan of its deployment as things are now.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use super::policy;
use super::scene::Scene;
use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::commands::{work, work_item};
use crate::deploy::plan::{Facts, Plan};
use crate::deploy::procedure::{self, Shell, Step, Work};
use crate::deploy::sha256;
use crate::engine::deployment::without_directory;
use crate::model::text;
use crate::model::work_item::{Status, WorkItem, WorkItemType};
use crate::process::{End, Invocation, Runner as _};
use crate::project::detect::nearest_git;
use crate::project::git;
use crate::store;

/// How many files a message names.
const MAX_NAMED: usize = 5;

/// What a plan may be made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum For {
    /// The environment that the spec names.
    ItsEnvironment,
    /// Any one: the procedure is tried.
    Rehearsal,
}

/// The work item that is deployed: the one that is named, that of the open session, or the only one for the environment.
pub(super) fn item(cx: &Cx, scene: &Scene, named: Option<&str>) -> anyhow::Result<WorkItem> {
    let store = &scene.opened.store;
    let loaded = work_item::load(store)?;
    let environment = &scene.target.name;
    let found = if let Some(id) = named {
        let ids = loaded.items.items.iter().map(|item| item.id.as_str());
        let item = loaded.items.get(id);
        item.ok_or_else(|| work_item::no_such_item(cx, id, ids))?.clone()
    } else {
        let of_session = work::open_session(store)?.and_then(|session| session.work);
        match of_session.filter(|work| work.item.kind == WorkItemType::Deployment) {
            Some(work) => work.item,
            None => only(scene, &loaded.items.items, environment)?,
        }
    };
    if found.kind != WorkItemType::Deployment {
        let what = format!("{} is of the type {}, and no deployment", found.id, found.kind);
        return Err(CommandError::usage(what)
            .hint("all of them: sdd work-item list --type deployment")
            .into());
    }
    Ok(found)
}

/// The only deployment for an environment that is not completed.
fn only(scene: &Scene, items: &[WorkItem], environment: &str) -> anyhow::Result<WorkItem> {
    let mut found: Vec<&WorkItem> = Vec::new();
    for item in items
        .iter()
        .filter(|item| item.kind == WorkItemType::Deployment && item.status != Status::Completed)
    {
        let spec = work::spec_of(&scene.opened.store, item)?;
        let is_meant = spec.is_some_and(|(_, spec)| {
            let named = spec.deployment.environment.as_ref();
            named.is_some_and(|named| named.value.eq_ignore_ascii_case(environment))
        });
        if is_meant {
            found.push(item);
        }
    }
    match found.as_slice() {
        [item] => Ok((*item).clone()),
        [] => Err(
            CommandError::not_found(format!("no deployment for {environment} is open"))
                .hint("name the work item: --item ID; all of them: sdd work-item list --type deployment")
                .into(),
        ),
        several => {
            let ids: Vec<&str> = several.iter().map(|item| item.id.as_str()).collect();
            Err(CommandError::usage(format!(
                "several deployments for {environment} are open: {}",
                ids.join(", ")
            ))
            .hint("name one: --item ID")
            .into())
        }
    }
}

/// The plan of a work item as things are now. What is wrong with the spec is told line by line.
pub(super) fn plan(cx: &mut Cx, scene: &Scene, item: &WorkItem, purpose: For) -> anyhow::Result<Plan> {
    let store = &scene.opened.store;
    scene.known_keys()?;
    let Some((bytes, spec)) = work::spec_of(store, item)? else {
        return Err(CommandError::usage(format!("{} has no spec", item.id))
            .hint(format!("write {}", work_item::spec_path(item)))
            .into());
    };
    let environment = &scene.target.name;
    let procedure = match procedure::check(&spec, &bytes) {
        Ok(procedure) => procedure,
        Err(faults) => {
            for fault in &faults {
                let place = if fault.line == 0 {
                    spec.file.clone()
                } else {
                    format!("{}:{}", spec.file, fault.line)
                };
                cx.ui
                    .error(&format!("{place}: {}", fault.message), &[], Some(&fault.hint));
            }
            let count = faults.len();
            let plural = if count == 1 { "fault" } else { "faults" };
            return Err(CommandError::usage(format!(
                "the spec of {} cannot be run: {count} {plural}",
                item.id
            ))
            .hint(format!("sdd work-item validate {} looks again", item.id))
            .into());
        }
    };
    let is_its = procedure.environment.eq_ignore_ascii_case(environment);
    if purpose == For::ItsEnvironment && !is_its {
        return Err(CommandError::usage(format!(
            "the spec of {} is for {:?}, and not for {environment}",
            item.id, procedure.environment
        ))
        .hint(elsewhere(scene, &procedure.environment))
        .into());
    }
    let tree = match scene.find("git") {
        Some(program) => git::tree(&scene.tools.runner, &program, store.root())
            .map_err(|error| CommandError::no_verdict(format!("the commit is not known: {error}")))?,
        None => None,
    };
    let (commit, mut dirty, mut digest) = match tree {
        Some(tree) => (tree.info.head, tree.info.dirty, tree.digest),
        None => (None, false, None),
    };
    let hidden = hidden(scene, commit.as_deref())?;
    if !hidden.is_empty() {
        let names: Vec<&str> = hidden.iter().map(String::as_str).take(MAX_NAMED).collect();
        let more = if hidden.len() > MAX_NAMED { ", …" } else { "" };
        cx.ui.warning(&format!(
            "git was told not to look at files that have changed (assume-unchanged, skip-worktree): {}{more}",
            names.join(", ")
        ));
        dirty = true;
        digest = digest.and_then(|digest| with_hidden(store.root(), &digest, &hidden));
    }
    let facts = Facts {
        environment: environment.clone(),
        work_item: item.id.clone(),
        spec_file: spec.file.clone(),
        spec_sha256: sha256(&bytes),
        commit,
        dirty,
        tree: digest,
        tools: tools(scene, procedure.steps.iter().chain(&procedure.rollback))?,
    };
    let settings = scene.opened.config.deployments();
    Ok(Plan::new(&procedure, facts, settings, &scene.target))
}

/// Refuses a plan with a step whose directory is not there: half of a deployment would be done before anybody noticed.
pub(super) fn directories(cx: &mut Cx, scene: &Scene, plan: &Plan) -> anyhow::Result<()> {
    let missing = without_directory(plan, scene.opened.store.root());
    for (line, why) in &missing {
        let place = format!("{}:{line}", plan.spec_file);
        let hint = "make the directory before; a step that needs one of a step before it can go there itself, with `cd`";
        cx.ui.error(&format!("{place}: {why}"), &[], Some(hint));
    }
    match missing.len() {
        0 => Ok(()),
        count => Err(CommandError::usage(format!(
            "{} of {} cannot be run where the spec says",
            text::counted(count, "step"),
            plan.work_item
        ))
        .hint("nothing was run")
        .into()),
    }
}

/// What to do with a spec that is for another environment.
fn elsewhere(scene: &Scene, its: &str) -> String {
    let here = &scene.target.name;
    let settings = scene.opened.config.deployments();
    let its = its.to_lowercase();
    let plan = match settings.target(&its) {
        Some(_) => format!("plan it for its own: sdd deploy plan {its}"),
        None => format!(
            "name one that the settings know in the spec: {}",
            settings.names().join(", ")
        ),
    };
    if policy::read(scene).require_approval {
        plan
    } else {
        format!("{plan}; or try it here, and take it back: sdd deploy rehearse {here}")
    }
}

/// The files that have changed without git's knowledge, relative to the top of the repository.
fn hidden(scene: &Scene, commit: Option<&str>) -> anyhow::Result<BTreeSet<String>> {
    let (Some(_), Some(program)) = (commit, scene.find("git")) else {
        return Ok(BTreeSet::new());
    };
    let asking = git::Asking {
        runner: &scene.tools.runner,
        program: &program,
        root: scene.opened.store.root(),
        timeout: Duration::from_secs(10),
    };
    git::hidden(&asking)
        .map_err(|error| CommandError::no_verdict(format!("what has changed is not known: {error}")).into())
}

/// The digest of a work tree with files that git does not look at; `None` where one of them cannot be read.
fn with_hidden(root: &Path, digest: &str, hidden: &BTreeSet<String>) -> Option<String> {
    let top = nearest_git(&root.canonicalize().ok()?)?;
    let mut said = digest.to_owned();
    for path in hidden {
        let file = top.join(path);
        let hash = match store::read_regular(&file, store::SMALL) {
            Ok(Some(bytes)) => sha256(&bytes),
            Ok(None) => "gone".to_owned(),
            Err(_) => return None,
        };
        said.push_str(&format!("\n{path}\n{hash}"));
    }
    Some(sha256(said.as_bytes()))
}

/// The programs that run the steps, with their versions.
fn tools<'s>(
    scene: &Scene,
    steps: impl Iterator<Item = &'s Step>,
) -> anyhow::Result<BTreeMap<String, String>> {
    let shells: BTreeSet<&str> = steps
        .filter_map(|step| match &step.work {
            Work::Script(script) => Some(script.shell.program()),
            Work::Manual => None,
        })
        .collect();
    let mut tools = BTreeMap::new();
    for shell in shells {
        let Some(program) = scene.find(shell) else {
            return Err(
                CommandError::no_verdict(format!("{shell} runs the steps, and is not installed")).into(),
            );
        };
        // A plain `sh` does not know its version.
        let version = if shell == Shell::Bash.program() {
            let call = Invocation::new(&program, scene.opened.store.root(), Duration::from_secs(10))
                .args(["--version"]);
            let said = scene
                .tools
                .runner
                .run(&call)
                .ok()
                .filter(|said| said.end == End::Code(0));
            said.map(|said| {
                let said = text::message(&said.stdout.bytes());
                text::shorten(text::first_line(&said), 80)
            })
        } else {
            None
        };
        tools.insert(
            shell.to_owned(),
            version.unwrap_or_else(|| program.display().to_string()),
        );
    }
    Ok(tools)
}
