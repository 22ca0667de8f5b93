//! A file was edited: its formatter and its linter look at this one file. They never rewrite it under the agent's
//! hands, and what takes too long is left to the gates.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Hook;
use crate::agent::{self, Answer, Arg, Decision};
use crate::commands::error::show;
use crate::commands::pipeline::{self, Opened};
use crate::engine::{self, Containers, Event as Happened, GatePlan, Job, Observer, OnFailure, Plan};
use crate::gates::{Context, Fixing, Item, Step, StepTool, Strictness, Work};
use crate::model::gate_id::GateId;
use crate::model::report::GateReport;
use crate::project::{Project, UnitFacts};
use crate::report;
use crate::store::{Run, layout};

/// The gates that can look at one file.
const GATES: [GateId; 2] = [GateId::Formatting, GateId::Linting];

/// The answer.
pub(super) fn answer(hook: &Hook<'_>) -> Answer {
    let Some((file, shown)) = edited(hook) else {
        return Answer::default();
    };
    let opened = match pipeline::open(hook.cx) {
        Ok(opened) => opened,
        // Only whoever has just broken the settings is told here; the rest is for the stop.
        Err(error) if shown == layout::CONFIG => return broken_settings(&error),
        Err(_) => return Answer::default(),
    };
    let answer = if shown.starts_with(&format!("{}/", layout::SESSION)) {
        Answer::default()
    } else {
        found(hook, &opened, &file, &shown)
    };
    if agent::is_policy(&shown) {
        return answer.with(format!("sdd: {shown} was edited, which says what the gates ask"));
    }
    answer
}

/// The file, and its path relative to the project; `None` for one outside of it.
fn edited(hook: &Hook<'_>) -> Option<(PathBuf, String)> {
    let named = hook.payload.file_path.as_ref()?;
    let named = match &hook.payload.cwd {
        Some(cwd) => cwd.join(named),
        None => hook.root.join(named),
    };
    let file = named.canonicalize().ok().filter(|file| file.is_file())?;
    let relative = file.strip_prefix(hook.root).ok()?;
    let shown = relative.to_str()?.replace('\\', "/");
    Some((file, shown))
}

fn broken_settings(error: &anyhow::Error) -> Answer {
    let shown = show(error);
    let hint = shown
        .hint
        .map_or_else(String::new, |hint| format!("\nhint: {hint}"));
    Answer::of(Decision::Block(format!("sdd: {}{hint}", shown.what)))
}

fn found(hook: &Hook<'_>, opened: &Opened, file: &Path, shown: &str) -> Answer {
    // A run of its own kind: nothing of it is kept, so that it pushes no other one out.
    let Ok(run) = Run::temporary(hook.cx.clock.now()) else {
        return Answer::default();
    };
    let Some(gates) = look(hook, opened, &run, file) else {
        return Answer::default();
    };
    let gates: Vec<GateReport> = gates.into_iter().map(clean).collect();
    match agent::feedback(&pipeline::called(hook.cx), shown, &gates) {
        Some(feedback) => Answer::of(Decision::Block(feedback)),
        None => Answer::default(),
    }
}

/// The gate with harmless text; with none at all where that cannot be had.
fn clean(gate: GateReport) -> GateReport {
    report::clean_gate(&gate).unwrap_or(GateReport {
        findings: Vec::new(),
        steps: Vec::new(),
        ..gate
    })
}

/// Runs what can look at the file; `None` when there is nothing.
fn look(hook: &Hook<'_>, opened: &Opened, run: &Run, file: &Path) -> Option<Vec<GateReport>> {
    let cx = hook.cx;
    let config = &opened.config;
    let finder = pipeline::finder(cx, hook.root);
    let pipeline::Tools { runner, redactor, .. } =
        pipeline::Tools::of_project(cx, opened, run.id()).guarded();
    let project = pipeline::project(config, hook.root, &finder, &runner).ok()?;
    let programs = pipeline::programs(cx, config, &project, None, &finder);
    let gate_cx = Context {
        config,
        project: &project,
        programs: &programs,
        out: run.path(),
        fixing: Fixing::Off,
        workers: 1,
        demanded: &[],
        strictness: Strictness::Normal,
        work: None,
    };
    let plan = Plan::make(&gate_cx, &GATES);
    let plan = Plan {
        gates: plan
            .gates
            .into_iter()
            .filter_map(|gate| narrowed(gate, &project, file))
            .collect(),
    };
    if plan.gates.is_empty() {
        return None;
    }
    let ran = engine::run(
        &plan,
        &Job {
            cx: gate_cx,
            runner: &runner,
            containers: Containers::none(&runner),
            cancel: &cx.cancel,
            accept: None,
            redactor: &redactor,
            observer: &Nobody,
            jobs: GATES.len(),
            on_failure: OnFailure::KeepGoing,
            own_files: &[],
            out_shown: "",
            sdd: "sdd",
            again: None,
            history: &BTreeMap::new(),
            today: cx.clock.now().date_naive(),
            versions: &pipeline::read_versions(&opened.store),
        },
    );
    Some(ran.gates)
}

/// The gate with the steps that can look at the file, each of them told to look at nothing else; `None` when there is
/// none.
fn narrowed(gate: GatePlan, project: &Project, file: &Path) -> Option<GatePlan> {
    let extension = file.extension()?.to_str()?.to_ascii_lowercase();
    let around = |facts: &UnitFacts| file.starts_with(&facts.dir);
    // The innermost unit is the one that the file is of.
    let depth = project
        .units
        .iter()
        .filter(|facts| around(facts))
        .map(|facts| facts.dir.components().count())
        .max()?;
    let items: Vec<Item> = gate
        .items
        .into_iter()
        .filter_map(|item| match item {
            Item::Run(step) => one_file(*step, project, file, &extension, depth),
            Item::Not(_) => None,
        })
        .map(|step| Item::Run(Box::new(step)))
        .collect();
    (!items.is_empty()).then_some(GatePlan { items, ..gate })
}

fn one_file(step: Step, project: &Project, file: &Path, extension: &str, depth: usize) -> Option<Step> {
    let (StepTool::Known(tool), Work::Command(command)) = (&step.tool, &step.work) else {
        return None;
    };
    let facts = project.units.get(step.unit?)?;
    let within = file.strip_prefix(&facts.dir).ok()?;
    if facts.dir.components().count() != depth {
        return None;
    }
    let reach = agent::reach(tool.id(), extension)?;
    let what = |arg: &str| {
        let path = command.cwd.join(arg);
        match path.canonicalize() {
            Ok(path) if file.starts_with(&path) => Arg::Around,
            Ok(_) => Arg::Elsewhere,
            Err(_) => Arg::Other,
        }
    };
    let mut narrowed = command.clone();
    narrowed.args = agent::narrow(&command.args, &what, reach, within.to_str()?)?;
    Some(Step {
        work: Work::Command(narrowed),
        ..step
    })
}

/// Nobody watches.
struct Nobody;

impl Observer for Nobody {
    fn event(&self, _event: &Happened<'_>) {}
}
