//! The gates: questions asked of a project. Planning and judging are pure; the engine does the work between.
//!
//! One file a gate and one visible table, [`GATES`]. A gate plans [`Item`]s from data, and judges what came of
//! them from data, so `sdd gate --plan` is free and every judgement is tested without a tool installed.

mod about;
mod benchmark;
mod context7;
mod contract;
mod custom;
mod deployment;
mod documentation;
mod environment;
mod formatting;
mod hollow;
mod integration;
mod integration_documentation;
mod judgement;
mod linting;
mod parts;
mod programs;
#[cfg(test)]
mod sample;
mod scope;
mod security;
mod spec_completeness;
mod step;
mod tests;
mod toolplan;
mod type_checking;

use std::path::Path;
use std::time::Duration;

pub use about::About;
pub use deployment::DeploymentSight;
pub use judgement::{Judgement, StepJudgement};
pub use parts::{
    ChangesAnswer, CommandAnswer, ContractAnswer, Fallen, GrepAnswer, LibrariesAnswer, Loaded, NotLoaded,
    NotUp, Part, Result as PartResult, TeardownAnswer, Unmeasured, Up, UpService, Use,
};
pub use programs::{Programs, Wanted};
pub use scope::{gates_for, gates_for_work, gates_without_work};
pub use step::{
    BenchmarkWork, ChangesWork, CommandWork, ContractWork, DeploymentWork, DocumentsWork, EnvironmentWork,
    FixtureWork, Item, LibrariesWork, Meaning, NotRun, Phase, ServicesWork, Step, StepTool, Work,
};

use crate::model::config::{Config, GateSettings, OnMissingTool};
use crate::model::gate_id::GateId;
use crate::model::session::ActiveWork;
use crate::project::Project;

/// Every gate, in the order in which gates are planned and reported.
pub static GATES: &[&dyn Gate] = &[
    &formatting::Formatting,
    &linting::Linting,
    &type_checking::TypeChecking,
    &tests::Tests,
    &security::Security,
    &documentation::Documentation,
    &spec_completeness::SpecCompleteness,
    &context7::Context7,
    &environment::Environment,
    &integration::Integration,
    &contract::Contract,
    &benchmark::Benchmark,
    &integration_documentation::IntegrationDocumentation,
    &deployment::Deployment,
    &custom::Custom,
];

/// A question asked of the project. No method does I/O.
pub trait Gate: Sync {
    /// The gate's name: command line, configuration, report, schema.
    fn id(&self) -> GateId;

    /// What the gate is for, for people.
    fn about(&self) -> About;

    /// Why the gate asks nothing in this project, although it is enabled: nobody told it what to ask.
    fn absent(&self, _cx: &Context<'_>) -> Option<String> {
        None
    }

    /// What is to be run to answer it, and what is not, each with the reason.
    fn plan(&self, cx: &Context<'_>) -> Vec<Item>;

    /// The answer, from what came of the plan.
    fn judge(&self, cx: &Context<'_>, parts: &[Part<'_>]) -> Judgement;
}

/// The gate of an id.
pub fn by_id(id: GateId) -> Option<&'static dyn Gate> {
    GATES.iter().copied().find(|gate| gate.id() == id)
}

/// Whether files may be rewritten by gates that can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixing {
    /// As each gate's configuration says.
    AsConfigured,
    /// By every gate that can.
    On,
    /// By none: no file changes.
    Off,
}

/// What a gate plans and judges from.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The settings.
    pub config: &'a Config,
    /// The project.
    pub project: &'a Project,
    /// Which programs were found where.
    pub programs: &'a Programs,
    /// The run's directory, absolute.
    pub out: &'a Path,
    /// Whether files may be rewritten.
    pub fixing: Fixing,
    /// How many workers a tool that runs things in parallel may use.
    pub workers: usize,
    /// The gates that decide although the configuration calls them optional: named by the user, or `--strict`.
    pub demanded: &'a [GateId],
    /// Whether skips are errors.
    pub strictness: Strictness,
    /// The work that the run is about; `None` without an open session.
    pub work: Option<&'a ActiveWork>,
}

/// Whether skips are errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// A skip with a legitimate reason is no error.
    Normal,
    /// Every skip of an enabled gate is an error.
    Strict,
}

impl Context<'_> {
    /// The settings that every gate has.
    pub fn settings(&self, gate: GateId) -> GateSettings<'_> {
        self.config.gate(gate)
    }

    /// Whether a gate decides over the run.
    pub fn decides(&self, gate: GateId) -> bool {
        self.settings(gate).required || self.demanded.contains(&gate)
    }

    /// What a missing tool means for a gate: a gate that decides can never do without its tool, unless its
    /// configuration says so.
    pub fn on_missing_tool(&self, gate: GateId) -> OnMissingTool {
        if self.strictness == Strictness::Strict {
            return OnMissingTool::Block;
        }
        match self.settings(gate).on_missing_tool {
            OnMissingTool::Skip if self.demanded.contains(&gate) && !self.settings(gate).required => {
                OnMissingTool::Block
            }
            setting => setting,
        }
    }

    /// Whether a gate may rewrite files in this run.
    pub fn fixes(&self, gate: GateId) -> bool {
        match self.fixing {
            Fixing::Off => false,
            Fixing::On => true,
            Fixing::AsConfigured => self.config.auto_fix(gate),
        }
    }

    /// The time that a step of a gate may take.
    pub fn timeout(&self, gate: GateId) -> Duration {
        self.settings(gate).timeout
    }
}
