//! The sections of `quality_gates`: one type a gate, each with the settings that all gates share.

use std::sync::LazyLock;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::finding::Severity;
use super::{CommandSet, CoverageThreshold, GateSettings, Rule, values};
use values::MAX_SECONDS;

/// What a missing tool means for a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnMissingTool {
    /// No verdict: the gate ends in `error`.
    Block,
    /// The step is skipped, with the reason in the report.
    Skip,
}

/// Declares a gate's section: the shared settings, the gate's own, and their defaults.
macro_rules! section {
    (
        $(#[$doc:meta])* $name:ident { enabled: $enabled:literal, required: $required:literal, timeout: $timeout:literal }
        $( $(#[$field_doc:meta])* $field:ident : $type:ty = $default:expr; )*
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(default)]
        pub struct $name {
            /// Whether the gate takes part.
            pub enabled: bool,
            /// Whether the gate decides over the run; an optional gate only informs.
            pub required: bool,
            /// Seconds that each step of the gate may take.
            #[serde(deserialize_with = "values::seconds", skip_serializing_if = "Option::is_none")]
            #[schemars(range(min = 1, max = MAX_SECONDS), extend("default" = $timeout))]
            pub timeout: Option<u64>,
            /// What a missing tool means; absent: `block` when the gate is required, `skip` when it is not.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub on_missing_tool: Option<OnMissingTool>,
            $( $(#[$field_doc])* pub $field: $type, )*
            /// Commands by language, instead of the built-in ones.
            #[serde(skip_serializing_if = "CommandSet::is_empty")]
            pub commands: CommandSet,
        }

        impl Default for $name {
            fn default() -> Self {
                Self {
                    enabled: $enabled,
                    required: $required,
                    timeout: None,
                    on_missing_tool: None,
                    $( $field: $default, )*
                    commands: CommandSet::default(),
                }
            }
        }

        impl $name {
            /// Seconds that a step of this gate may take when the configuration does not say.
            pub const DEFAULT_TIMEOUT: u64 = $timeout;

            pub(super) fn settings(&self) -> GateSettings<'_> {
                GateSettings {
                    enabled: self.enabled,
                    required: self.required,
                    timeout: Duration::from_secs(self.timeout.unwrap_or(Self::DEFAULT_TIMEOUT)),
                    on_missing_tool: self.on_missing_tool.unwrap_or(if self.required {
                        OnMissingTool::Block
                    } else {
                        OnMissingTool::Skip
                    }),
                    commands: &self.commands,
                }
            }
        }
    };
}

section! {
    /// The tests gate: tests pass and cover enough.
    TestExecution { enabled: true, required: true, timeout: 300 }
    /// Coverage to reach in percent: one number, `null` for none, or an object with one of these by language.
    #[serde(deserialize_with = "values::threshold", skip_serializing_if = "Option::is_none")]
    coverage_threshold: Option<CoverageThreshold> = None;
}

section! {
    /// The linting gate: no lint findings.
    Linting { enabled: true, required: false, timeout: 120 }
    /// Whether the linter's automatic fixes are applied first; never under `CI=true`, and `--fix` and `--no-fix` win.
    auto_fix: bool = true;
}

section! {
    /// The formatting gate: code is laid out by its formatter.
    Formatting { enabled: true, required: false, timeout: 120 }
    /// Whether files are formatted first; never under `CI=true`, and `--fix` and `--no-fix` win.
    auto_fix: bool = true;
}

section! {
    /// The type checking gate: the type checker, or where there is none the compiler, finds nothing.
    TypeChecking { enabled: true, required: false, timeout: 300 }
}

section! {
    /// The security gate: no vulnerable code or dependency.
    Security { enabled: true, required: true, timeout: 60 }
    /// The mildest severity that fails the gate; findings without a severity count as high.
    #[serde(alias = "severity")]
    fail_on: Severity = Severity::High;
}

section! {
    /// The documentation gate: what changed is told. Its commands are those that check doc comments.
    Documentation { enabled: true, required: false, timeout: 120 }
    /// Whether the changelog must have been changed, where anything was changed since the session began; without a
    /// session, since the default branch was left.
    check_changelog: bool = true;
    /// Whether what is public must have doc comments.
    check_docstrings: bool = true;
    /// Whether there must be a README, and it must have been changed as the changelog must.
    check_readme: bool = false;
}

section! {
    /// The custom gate: the project's own rules.
    CustomValidations { enabled: true, required: true, timeout: 120 }
    /// The rules; none by default.
    #[serde(deserialize_with = "values::objects")]
    rules: Vec<Rule> = Vec::new();
}

/// No commands: what gates have that ask the project and no unit.
static NO_COMMANDS: LazyLock<CommandSet> = LazyLock::new(CommandSet::default);

/// The spec completeness gate: the work item says all that an item of its type must say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SpecCompleteness {
    /// Whether the gate takes part.
    pub enabled: bool,
    /// Whether the gate decides over the run; an optional gate only informs.
    pub required: bool,
}

impl Default for SpecCompleteness {
    fn default() -> Self {
        Self {
            enabled: true,
            required: true,
        }
    }
}

impl SpecCompleteness {
    pub(super) fn settings(&self) -> GateSettings<'_> {
        GateSettings {
            enabled: self.enabled,
            required: self.required,
            // Nothing is started and nothing can be missing.
            timeout: Duration::ZERO,
            on_missing_tool: OnMissingTool::Block,
            commands: &NO_COMMANDS,
        }
    }
}
