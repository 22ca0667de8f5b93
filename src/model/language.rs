//! The programming languages that sdd has gates for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A language that a unit of a repository is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Python.
    Python,
    /// JavaScript without a TypeScript configuration.
    Javascript,
    /// TypeScript.
    Typescript,
    /// Rust.
    Rust,
    /// Go.
    Go,
}

impl Language {
    /// Every language, in the order in which they are reported.
    pub const ALL: [Self; 5] = [
        Self::Python,
        Self::Javascript,
        Self::Typescript,
        Self::Rust,
        Self::Go,
    ];

    /// The name used in configuration and reports, such as `python`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Javascript => "javascript",
            Self::Typescript => "typescript",
            Self::Rust => "rust",
            Self::Go => "go",
        }
    }
}

impl std::fmt::Display for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
