//! The names of gates.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A gate's name on the command line and in reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GateId {
    /// Code is laid out by its formatter.
    Formatting,
    /// No lint findings.
    Linting,
    /// No type errors.
    TypeChecking,
    /// Tests pass and cover enough.
    Tests,
    /// No vulnerable code or dependency.
    Security,
    /// What changed is told: changelog, doc comments, README.
    Documentation,
    /// The work item says all that it must say.
    SpecCompleteness,
    /// The libraries in use are known to Context7, in the versions in use.
    Context7,
    /// What integration tests need is there: the engine, the compose file, ports.
    Environment,
    /// The services come up, and the integration tests of the work item pass.
    Integration,
    /// The interface descriptions of the work item are valid and break no client.
    Contract,
    /// The service of the work item is as fast as its spec demands, and no slower than before.
    Benchmark,
    /// What is tested together is documented.
    IntegrationDocumentation,
    /// The deployment was done, from a tested commit, with a way back that was tried.
    Deployment,
    /// The rules of the project and of the work item hold.
    Custom,
}

impl GateId {
    /// Every gate, in the order in which gates are planned, run and reported.
    pub const ALL: [Self; 15] = [
        Self::Formatting,
        Self::Linting,
        Self::TypeChecking,
        Self::Tests,
        Self::Security,
        Self::Documentation,
        Self::SpecCompleteness,
        Self::Context7,
        Self::Environment,
        Self::Integration,
        Self::Contract,
        Self::Benchmark,
        Self::IntegrationDocumentation,
        Self::Deployment,
        Self::Custom,
    ];

    /// The gate's name on the command line and in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Formatting => "formatting",
            Self::Linting => "linting",
            Self::TypeChecking => "type_checking",
            Self::Tests => "tests",
            Self::Security => "security",
            Self::Documentation => "documentation",
            Self::SpecCompleteness => "spec_completeness",
            Self::Context7 => "context7",
            Self::Environment => "environment",
            Self::Integration => "integration",
            Self::Contract => "contract",
            Self::Benchmark => "benchmark",
            Self::IntegrationDocumentation => "integration_documentation",
            Self::Deployment => "deployment",
            Self::Custom => "custom",
        }
    }

    /// Whether the gate asks each unit something, so that units can have commands for it and leave it out. The others
    /// ask the project once.
    pub fn is_of_units(self) -> bool {
        !matches!(
            self,
            Self::SpecCompleteness
                | Self::Context7
                | Self::Environment
                | Self::Integration
                | Self::Contract
                | Self::Benchmark
                | Self::IntegrationDocumentation
                | Self::Deployment
                | Self::Custom
        )
    }

    /// The place of the gate's section in `config.json`: below `quality_gates`, but for deployments, which have more settings
    /// than those of a gate.
    pub fn config_place(self) -> String {
        match self {
            Self::Deployment => self.config_key().to_owned(),
            other => format!("quality_gates.{}", other.config_key()),
        }
    }

    /// The name of the gate's section in `config.json`.
    pub fn config_key(self) -> &'static str {
        match self {
            Self::Tests => "test_execution",
            Self::Environment | Self::Integration => "integration_tests",
            Self::Custom => "custom_validations",
            other => other.as_str(),
        }
    }
}

impl std::fmt::Display for GateId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
