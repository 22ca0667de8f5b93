//! A rule of the custom gate, as it is configured.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Command;

/// What a `grep` rule demands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrepMode {
    /// At least one line of the files matches.
    #[default]
    MustMatch,
    /// No line of the files matches.
    MustNotMatch,
}

/// A rule. Which keys it needs depends on `type`; what is missing or unknown makes the rule end in `error`,
/// so that a rule nobody can read never counts as one that holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Rule {
    /// `command`, `file_exists` or `grep`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What the rule is called in reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether the rule decides over the gate; an optional rule only informs.
    pub required: bool,
    /// `command`: what to run; exit code 0 means that the rule holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Command>,
    /// `file_exists`: the file or directory, relative to the project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// `grep`: a regular expression, searched line by line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// `grep`: a file, directory or glob, relative to the project; git-ignored files are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<String>,
    /// `grep`: whether a match is demanded (the default) or forbidden.
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    pub mode: Option<GrepMode>,
    /// `command`: seconds that it may take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
}

impl Rule {
    /// What the rule is called, its number (from 1) where it has no name.
    pub fn label(&self, index: usize) -> String {
        match &self.name {
            Some(name) if !name.trim().is_empty() => name.clone(),
            _ => format!(
                "rule {} ({})",
                index + 1,
                if self.kind.is_empty() {
                    "no type"
                } else {
                    &self.kind
                }
            ),
        }
    }
}
