//! One thing that a tool or rule found, in the one form that every renderer reads.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How bad a finding is: one scale for every tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing, never blocking by itself.
    Info,
    /// Minor.
    Low,
    /// Moderate.
    #[serde(alias = "moderate")]
    Medium,
    /// Serious; also anything to which a tool gave no severity.
    High,
    /// As serious as it gets.
    Critical,
}

impl Severity {
    /// Every severity, worst first.
    pub const WORST_FIRST: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Info];

    /// The name used in configuration and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// Reads a tool's own word for a severity; a word nobody knows, or none, counts as high.
    pub fn from_tool(word: &str) -> Self {
        match word.trim().to_ascii_lowercase().as_str() {
            "critical" => Self::Critical,
            "medium" | "moderate" | "warning" => Self::Medium,
            "low" | "minor" | "note" => Self::Low,
            "info" | "informational" | "none" => Self::Info,
            _ => Self::High,
        }
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The tool that found it, such as `ruff`.
    pub tool: String,
    /// The rule or test that it breaks, such as `F401` or `tests/test_a.py::test_b`.
    pub rule: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in the tool's words, with control sequences removed.
    pub message: String,
    /// File, relative to the project's root, with `/` between parts.
    pub path: Option<String>,
    /// Line, from 1.
    pub line: Option<u32>,
    /// Column, from 1.
    pub column: Option<u32>,
    /// Whether the tool can fix it by itself.
    pub fixable: bool,
    /// Identity across runs: made of gate, rule, path and the normalised line text, never the line number.
    /// Tools leave it empty; the engine fills it in.
    #[serde(default)]
    pub fingerprint: String,
}

impl Finding {
    /// A finding with a tool, a rule and a message; the rest is added by the other methods.
    pub fn new(tool: &str, rule: impl Into<String>, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            tool: tool.to_owned(),
            rule: rule.into(),
            severity,
            message: message.into(),
            path: None,
            line: None,
            column: None,
            fixable: false,
            fingerprint: String::new(),
        }
    }

    /// Sets the place; a line or column of 0 means "unknown".
    #[must_use]
    pub fn at(mut self, path: impl Into<String>, line: Option<u32>, column: Option<u32>) -> Self {
        self.path = Some(path.into());
        self.line = line.filter(|n| *n > 0);
        self.column = column.filter(|n| *n > 0);
        self
    }

    /// Marks the finding as one that its tool can fix.
    #[must_use]
    pub fn fixable(mut self) -> Self {
        self.fixable = true;
        self
    }
}
