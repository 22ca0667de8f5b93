//! What `sdd doctor` looks at, what it makes of it, and how to get what is missing.
//!
//! Pure: the edge (`commands/doctor`) reads files and asks programs, and hands in data. The parts:
//!
//! - [`platform`]: which system this is and which package manager it has
//! - [`recipes`]: how each program is got, one visible table
//! - [`ways`]: the commands that a recipe comes down to, for one unit on one platform
//! - [`wanted`]: which programs the plan of the gates starts or misses
//! - [`tools`]: what came of looking for them and asking their versions
//! - [`containers`]: the engine and the Compose that integration tests need
//! - [`checks`]: everything that is no program: settings, state, git, dependencies that are not installed

pub mod checks;
pub mod containers;
pub mod platform;
pub mod recipes;
pub mod tools;
pub mod wanted;
pub mod ways;

use serde::Serialize;

use crate::model::verdict::{RunVerdict, Verdict};

/// What the doctor found: rendered for people and agents, and as JSON as it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diagnosis {
    /// The version of this document's form.
    pub schema_version: u32,
    /// `doctor`.
    pub kind: &'static str,
    /// The version of sdd.
    pub sdd_version: &'static str,
    /// Whether everything is there that a verdict of the gates needs: `passed`, else `error`.
    pub verdict: RunVerdict,
    /// How many checks and tools have each outcome.
    pub summary: Summary,
    /// Where this is.
    pub platform: platform::Platform,
    /// What is no program.
    pub checks: Vec<checks::Check>,
    /// The programs, those that are missing first.
    pub tools: Vec<tools::ToolReport>,
    /// What deserves attention beside them.
    pub warnings: Vec<String>,
}

/// How many checks and tools have each outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// It is as it should be.
    pub passed: usize,
    /// It was looked at, and is not as it should be.
    pub failed: usize,
    /// It is needed and missing, or gave no answer.
    pub error: usize,
    /// It is optional and missing, or nothing can be said from outside; always with a reason.
    pub skipped: usize,
    /// sdd was told to stop before.
    pub not_run: usize,
}

impl Diagnosis {
    /// Puts the parts together and decides.
    pub fn of(
        platform: platform::Platform,
        checks: Vec<checks::Check>,
        tools: Vec<tools::ToolReport>,
        warnings: Vec<String>,
    ) -> Self {
        let verdicts = || {
            let checks = checks.iter().map(|check| (check.verdict, check.required));
            checks.chain(tools.iter().map(|tool| (tool.verdict, tool.required)))
        };
        let count = |wanted: Verdict| verdicts().filter(|(verdict, _)| *verdict == wanted).count();
        let is_fine = |verdict: Verdict| matches!(verdict, Verdict::Passed | Verdict::Skipped);
        let verdict = if verdicts().all(|(verdict, required)| !required || is_fine(verdict)) {
            RunVerdict::Passed
        } else {
            RunVerdict::Error
        };
        Self {
            schema_version: 1,
            kind: "doctor",
            sdd_version: env!("CARGO_PKG_VERSION"),
            verdict,
            summary: Summary {
                passed: count(Verdict::Passed),
                failed: count(Verdict::Failed),
                error: count(Verdict::Error),
                skipped: count(Verdict::Skipped),
                not_run: count(Verdict::NotRun),
            },
            platform,
            checks,
            tools,
            warnings,
        }
    }
}
