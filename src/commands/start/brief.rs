//! From what was seen to the briefing.

use super::begin::Begun;
use super::machine::Machine;
use super::sight::Sight;
use super::{load, needs};
use crate::commands::context::Cx;
use crate::commands::pipeline::{Opened, called};
use crate::commands::work_item::spec_path;
use crate::deploy::procedure;
use crate::engine::{GatePlan, Plan};
use crate::gates::{Item as Planned, Meaning, NotRun, Step};
use crate::model::report::GitInfo;
use crate::model::session::ActiveWork;
use crate::model::spec::Spec;
use crate::model::work_item::WorkItemType;
use crate::parse::spec as specs;
use crate::report::briefing::{
    Briefing, CommandBrief, DeploymentContext, GateBrief, IntegrationContext, Item, Load, SpecText,
    StepBrief, Weight,
};
use crate::store;

/// A spec as it was found: its bytes and what they say.
pub(super) type Read = Result<Option<(Vec<u8>, Spec)>, store::Error>;

/// What a briefing is made of, beside the work.
pub(super) struct Parts<'a> {
    /// The project.
    pub(super) opened: &'a Opened,
    /// What was seen of the project.
    pub(super) sight: &'a Sight,
    /// What the gates will do.
    pub(super) plan: &'a Plan,
    /// The spec.
    pub(super) spec: Read,
    /// What starts the programs that are asked.
    pub(super) machine: &'a Machine<'a>,
}

/// Makes the briefing. For an integration test and a deployment the machine is looked at.
pub(super) fn make(cx: &Cx, begun: &Begun, work: &ActiveWork, parts: Parts<'_>) -> Briefing {
    let item = &begun.item;
    let spec = written(work.spec.clone().unwrap_or_default());
    let mut unread = None;
    let integration = (item.kind == WorkItemType::IntegrationTest).then(|| {
        let checks = needs::of_integration(cx, parts.opened, parts.machine, &spec);
        let baselines = load::baselines(&parts.machine.root, &item.id).unwrap_or_else(|error| {
            unread = Some(format!("the baselines of load tests cannot be read: {error}"));
            Vec::new()
        });
        let load = Load {
            resources: load::resources(&spec.integration.benchmarks),
            baselines,
        };
        IntegrationContext::of(&spec.integration, load, checks)
    });
    let deployment = (item.kind == WorkItemType::Deployment).then(|| {
        let checks = needs::of_deployment(cx, parts.opened, &spec.deployment);
        let context = DeploymentContext::of(&spec.deployment, checks);
        match &parts.spec {
            // A health check that nobody can try is none.
            Ok(Some((bytes, _))) => DeploymentContext {
                smoke_tests: procedure::smoke_tests(&spec, bytes),
                ..context
            },
            _ => context,
        }
    });
    Briefing {
        schema_version: 1,
        kind: "briefing",
        session: begun.number,
        resumed: begun.resumed,
        started_at: begun.started_at.clone(),
        work_item: Item {
            id: item.id.clone(),
            kind: item.kind,
            title: item.title.clone(),
            priority: item.priority,
            urgent: item.urgent,
            milestone: item.milestone.clone(),
            earlier_sessions: earlier(begun),
        },
        dependencies: begun.dependencies.clone(),
        spec: spec_text(&spec_path(item), parts.spec),
        git: parts.sight.git.clone().map(|git| GitInfo {
            base: begun.base_commit.clone(),
            ..git
        }),
        gates: parts.plan.gates.iter().map(gate).collect(),
        integration,
        deployment,
        commands: commands(&called(cx)),
        warnings: parts
            .sight
            .warnings
            .iter()
            .cloned()
            .chain(lacks(cx, work))
            .chain(unread)
            .collect(),
    }
}

/// A spec with nothing but what somebody has written: words of the template would read like facts.
fn written(mut spec: Spec) -> Spec {
    let unfilled = std::mem::take(&mut spec.unfilled);
    let counts = |line: u32| unfilled.binary_search(&line).is_err();
    let integration = &mut spec.integration;
    integration.components.retain(|one| counts(one.line));
    integration.integration_points.retain(|one| counts(one.line));
    integration.scenarios.retain(|one| {
        let scenario = &one.value;
        let parts = [&scenario.setup, &scenario.actions, &scenario.expected_results];
        let mut lines = parts.into_iter().flatten().map(|part| part.line).peekable();
        lines.peek().is_none() || lines.any(counts)
    });
    integration.contracts.retain(|one| {
        let contract = &one.value;
        let said = [
            &contract.contract_file,
            &contract.version,
            &contract.previous_version,
        ];
        said.into_iter().any(Option::is_some)
    });
    let deployment = &mut spec.deployment;
    for steps in [
        &mut deployment.pre,
        &mut deployment.steps,
        &mut deployment.post,
        &mut deployment.rollback_steps,
    ] {
        steps.retain(|step| counts(step.line));
    }
    deployment.rollback_triggers.retain(|one| counts(one.line));
    deployment.smoke_tests.retain(|one| counts(one.line));
    deployment.health_checks.retain(|one| counts(one.line));
    spec
}

/// What the spec lacks, in one line: better now than when the work is done.
fn lacks(cx: &Cx, work: &ActiveWork) -> Option<String> {
    let problems = specs::validate(work.spec.as_ref(), &work.item);
    let first = problems.first()?;
    let more = match problems.len() - 1 {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    Some(format!(
        "the spec is not complete: {}{more}; all of it: {} work-item validate {}",
        first.message,
        called(cx),
        work.item.id
    ))
}

fn earlier(begun: &Begun) -> Vec<u32> {
    let mut numbers: Vec<u32> = begun.item.sessions.iter().map(|entry| entry.number).collect();
    numbers.retain(|number| *number != begun.number);
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

fn spec_text(file: &str, read: Read) -> SpecText {
    let mut spec = SpecText {
        file: file.to_owned(),
        ..SpecText::default()
    };
    match read {
        Ok(Some((bytes, read))) => {
            spec.text = Some(specs::bare(&bytes, &read.unfilled));
            spec.unfilled = read.unfilled.len();
        }
        Ok(None) => spec.missing = Some("there is no such file".to_owned()),
        Err(error) => spec.missing = Some(error.to_string()),
    }
    spec
}

fn gate(plan: &GatePlan) -> GateBrief {
    let mut runs: Vec<StepBrief> = Vec::new();
    let mut leaves_out = Vec::new();
    for item in &plan.items {
        match item {
            Planned::Run(step) => {
                let step = run(step);
                // What rewrites files and what looks afterwards is one tool for people.
                if !runs
                    .iter()
                    .any(|known| known.tool == step.tool && known.unit == step.unit)
                {
                    runs.push(step);
                }
            }
            Planned::Not(not) => leaves_out.push(left_out(not)),
        }
    }
    GateBrief {
        gate: plan.gate,
        required: plan.required,
        runs,
        leaves_out,
        absent: plan.disabled.clone(),
    }
}

fn run(step: &Step) -> StepBrief {
    StepBrief {
        tool: step.tool_name(),
        unit: step.unit_path.clone(),
        reason: step.why.clone(),
        hint: None,
        weight: Weight::Runs,
    }
}

fn left_out(not: &NotRun) -> StepBrief {
    StepBrief {
        tool: not.tool.clone(),
        unit: not.unit.clone(),
        reason: not.reason.clone(),
        hint: not.hint.clone(),
        weight: match not.meaning {
            Meaning::Error => Weight::Blocks,
            Meaning::Skip | Meaning::LeftOut => Weight::Skipped,
        },
    }
}

fn commands(sdd: &str) -> Vec<CommandBrief> {
    [
        ("gate", "run the gates while you work; nothing is recorded of the session"),
        (
            "complete",
            "when the work is done: every gate decides; when it is green, the item is completed and the session closed",
        ),
        (
            "complete --incomplete",
            "to stop before that: the session is closed, and the item stays in progress",
        ),
        ("status", "where the session stands"),
    ]
    .map(|(command, purpose)| CommandBrief {
        command: format!("{sdd} {command}"),
        purpose: purpose.to_owned(),
    })
    .into()
}
