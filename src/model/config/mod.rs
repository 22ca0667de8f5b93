//! `.session/config.json` as types: every key that sdd reads, with its default.
//!
//! A missing key has its default, so a partial section never loses its siblings. The types are also the source
//! of the published JSON Schema: a doc comment here is a description there.

mod benchmark;
mod command;
mod command_set;
mod context7;
mod contract;
mod coverage;
mod deployment;
mod effective;
mod error;
mod gate_commands;
mod initial;
mod integration;
mod json_path;
pub mod load;
mod oddities;
mod older_places;
mod positions;
mod recipe;
mod rule;
mod schema;
mod sections;
mod syntax;
mod units;
mod values;
mod view;
mod warning;
mod wording;

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use benchmark::{Benchmark, BenchmarkEngine};
pub use command::{Command, CommandError, join_words};
pub use command_set::CommandSet;
pub use context7::{Context7, McpServer};
pub use contract::{
    Contract, ContractEnums, ContractFailOn, ContractLevel, ContractSuppression, SunsetNotice,
};
pub use coverage::CoverageThreshold;
pub use deployment::{
    Condition, Deployment, Metric, MetricHttp, Observation, OnInconclusive, Operator, PreDeploymentChecks,
    ResolvedTarget, Rollback, SmokeTests, Target, Time,
};
pub use error::ConfigError;
pub use gate_commands::GateCommands;
pub use initial::initial;
pub use integration::{
    ComposeLint, FixtureSettings, IntegrationDocumentation, IntegrationTests, ReadinessProbe,
};
pub use json_path::{JsonPath, Step};
pub use load::{Inspection, Loaded};
pub use positions::{Position, Positions};
pub use recipe::{Recipe, Reports};
pub use rule::{GrepMode, Rule, RuleKind, RuleProblem};
pub(crate) use schema::nearest;
pub use schema::{SCHEMA_ID, schema};
pub use sections::{
    CustomValidations, Documentation, Formatting, Linting, OnMissingTool, Security, SpecCompleteness,
    TestExecution, TypeChecking,
};
pub use units::{LanguageSettings, Languages, UnitSettings};
pub use view::{Origin, UnitView};
pub use warning::{ConfigWarning, WarningKind};
pub(crate) use wording::{kind_of, one_line, reword};

use super::gate_id::GateId;
use super::language::Language;

/// The version of the settings that this sdd knows. A file without one is of this version.
pub const SCHEMA_VERSION: u64 = 1;

/// The settings of one project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Config {
    /// Where the schema of this file is; editors use it for completion.
    #[serde(rename = "$schema", skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The version of this layout; a file of a newer one is read with a warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_version: Option<u64>,
    /// The gates.
    #[serde(deserialize_with = "values::object")]
    pub quality_gates: QualityGates,
    /// Settings of single units, by their directory.
    #[serde(deserialize_with = "values::objects", skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<UnitSettings>,
    /// Languages that sdd does not know, by name: how their units are found, and what each gate runs.
    #[serde(skip_serializing_if = "Languages::is_empty")]
    pub languages: Languages,
    /// Globs of directories, relative to the project, in which no units are looked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// Names of further environment variables that tools may see; `*` at the end stands for any rest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pass_env: Vec<String>,
    /// Names of further environment variables whose values are secret and never reach a log or report.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub redact_env: Vec<String>,
    /// Rules of the project at their older place; `quality_gates.custom_validations` is the present one.
    #[schemars(extend("deprecated" = true))]
    #[serde(
        deserialize_with = "values::optional_object",
        skip_serializing_if = "Option::is_none"
    )]
    pub custom_validations: Option<CustomValidations>,
    /// Settings of integration tests at their older place; `quality_gates.integration_tests` is the present one.
    #[schemars(extend("deprecated" = true))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integration_tests: Option<IntegrationTests>,
    /// Settings of deployments.
    #[serde(
        deserialize_with = "values::optional_object",
        skip_serializing_if = "Option::is_none"
    )]
    pub deployment: Option<Deployment>,
    /// Environments by their names, with the checks of `sdd env check`; `sdd env schema` prints what may stand there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environments: Option<Value>,
    /// Settings of another tool that shares this file; kept, and not used by sdd.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub curation: Option<Value>,
    /// Settings of another tool that shares this file; kept, and not used by sdd.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub git_workflow: Option<Value>,
}

/// The gates, each with its settings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct QualityGates {
    /// The tests gate.
    #[serde(deserialize_with = "values::object")]
    pub test_execution: TestExecution,
    /// The linting gate.
    #[serde(deserialize_with = "values::object")]
    pub linting: Linting,
    /// The formatting gate.
    #[serde(deserialize_with = "values::object")]
    pub formatting: Formatting,
    /// The type checking gate.
    #[serde(deserialize_with = "values::object")]
    pub type_checking: TypeChecking,
    /// The security gate.
    #[serde(deserialize_with = "values::object")]
    pub security: Security,
    /// The documentation gate.
    #[serde(deserialize_with = "values::object")]
    pub documentation: Documentation,
    /// The spec completeness gate.
    #[serde(deserialize_with = "values::object")]
    pub spec_completeness: SpecCompleteness,
    /// The context7 gate: libraries and their versions.
    #[serde(deserialize_with = "values::object")]
    pub context7: Context7,
    /// The contract gate: interface descriptions.
    #[serde(deserialize_with = "values::object")]
    pub contract: Contract,
    /// The benchmark gate: a service under load.
    #[serde(deserialize_with = "values::object")]
    pub benchmark: Benchmark,
    /// The custom gate: the project's own rules.
    #[serde(deserialize_with = "values::object")]
    pub custom_validations: CustomValidations,
    /// The threshold used when `test_execution.coverage_threshold` is absent.
    #[serde(
        deserialize_with = "values::percentage",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(range(min = 0, max = 100))]
    pub coverage_threshold: Option<f64>,
    /// The quality tier that a project was set up with; kept, and decides nothing: the settings of each gate do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// The integration gate and its environment: services are brought up, tested and taken down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integration_tests: Option<IntegrationTests>,
    /// The gate for the documentation of integration tests.
    #[serde(deserialize_with = "values::object")]
    pub integration_documentation: IntegrationDocumentation,
}

/// The settings that every gate has, with defaults applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GateSettings<'a> {
    /// Whether the gate takes part.
    pub enabled: bool,
    /// Whether it decides over the run.
    pub required: bool,
    /// The time that each of its steps may take.
    pub timeout: Duration,
    /// What a missing tool means.
    pub on_missing_tool: OnMissingTool,
    /// The project's own commands by language.
    pub commands: &'a CommandSet,
}

impl Config {
    /// The settings that every gate has, for one gate.
    pub fn gate(&self, gate: GateId) -> GateSettings<'_> {
        let gates = &self.quality_gates;
        match gate {
            GateId::Tests => gates.test_execution.settings(),
            GateId::Linting => gates.linting.settings(),
            GateId::Formatting => gates.formatting.settings(),
            GateId::TypeChecking => gates.type_checking.settings(),
            GateId::Security => gates.security.settings(),
            GateId::Documentation => gates.documentation.settings(),
            GateId::SpecCompleteness => gates.spec_completeness.settings(),
            GateId::Context7 => gates.context7.settings(),
            GateId::Environment => self.environment_settings(),
            GateId::Integration => self.integration_settings(),
            GateId::Contract => self.contract_settings(),
            GateId::Benchmark => self.benchmark_settings(),
            GateId::IntegrationDocumentation => self.integration_documentation_settings(),
            GateId::Deployment => self.deployment_settings(),
            GateId::Custom => gates.custom_validations.settings(),
        }
    }

    /// The coverage that a unit of this language must reach, in percent; `None` when none is asked for.
    pub fn coverage_threshold(&self, language: Language) -> Option<f64> {
        match &self.quality_gates.test_execution.coverage_threshold {
            Some(threshold) => threshold.for_language(language),
            None => match self.quality_gates.coverage_threshold {
                Some(percent) => CoverageThreshold::Everywhere(percent).for_language(language),
                None => CoverageThreshold::default_for(language),
            },
        }
    }

    /// Whether a gate may rewrite files when nothing on the command line or in the environment decides.
    pub fn auto_fix(&self, gate: GateId) -> bool {
        match gate {
            GateId::Linting => self.quality_gates.linting.auto_fix,
            GateId::Formatting => self.quality_gates.formatting.auto_fix,
            _ => false,
        }
    }

    /// The project's own rules, at either place that they may stand at.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        let older = self.custom_validations.iter().flat_map(|section| &section.rules);
        self.quality_gates.custom_validations.rules.iter().chain(older)
    }
}
