//! The report of a run: the one model that every format renders (design section 7, `schema_version` 1).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::finding::Finding;
use super::gate_id::GateId;
use super::language::Language;
use super::unit::Unit;
use super::verdict::{RunVerdict, Verdict};

/// The version of the report's form that this sdd writes.
pub const SCHEMA_VERSION: u32 = 1;

/// The report of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Always [`SCHEMA_VERSION`] in reports written by this version.
    pub schema_version: u32,
    /// Always `gate_report`.
    pub kind: String,
    /// The version of sdd that wrote the report.
    pub sdd_version: String,
    /// Identity of the run; ids sort by time.
    pub run_id: String,
    /// The command that ran: `gate` or `complete`.
    pub command: String,
    /// The session's number, when there is one.
    pub session: Option<u32>,
    /// The work item's id, when there is one.
    pub work_item: Option<String>,
    /// What was looked at.
    pub project: ProjectInfo,
    /// The state of the git repository; absent outside of one.
    pub git: Option<GitInfo>,
    /// When the run began.
    pub started_at: DateTime<Utc>,
    /// When the run ended.
    pub finished_at: DateTime<Utc>,
    /// How long it took, in milliseconds, by a clock that is never set back.
    pub duration_ms: u64,
    /// The decision.
    pub verdict: RunVerdict,
    /// The signal that ended the run before its time, such as `SIGINT`.
    #[serde(default)]
    pub cancelled_by: Option<String>,
    /// How many gates ended in each verdict.
    pub summary: Summary,
    /// Warnings that belong to the run and not to one gate.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// One entry a gate, in the fixed order of gates.
    pub gates: Vec<GateReport>,
    /// The command that repeats this run.
    pub rerun: String,
}

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectInfo {
    /// The units that were found.
    pub units: Vec<Unit>,
}

/// The state of the git repository.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GitInfo {
    /// The commit that is checked out; absent before the first commit.
    pub head: Option<String>,
    /// The branch; absent with a detached head.
    pub branch: Option<String>,
    /// The commit that the session began on; absent without one.
    pub base: Option<String>,
    /// Whether the work tree differs from the commit.
    pub dirty: bool,
    /// The project's directory below the top of the repository, with `/` between parts; absent where they are the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
}

/// How many gates ended in each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Gates that passed.
    pub passed: u32,
    /// Gates that failed.
    pub failed: u32,
    /// Gates without an answer.
    pub error: u32,
    /// Gates that did not apply.
    pub skipped: u32,
    /// Gates that were not run.
    pub not_run: u32,
}

impl Summary {
    /// Counts the verdicts of some gates.
    pub fn of(gates: &[GateReport]) -> Self {
        let mut sum = Self::default();
        for gate in gates {
            match gate.verdict {
                Verdict::Passed => sum.passed += 1,
                Verdict::Failed => sum.failed += 1,
                Verdict::Error => sum.error += 1,
                Verdict::Skipped => sum.skipped += 1,
                Verdict::NotRun => sum.not_run += 1,
            }
        }
        sum
    }
}

/// What one gate did and decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GateReport {
    /// The gate.
    pub gate: GateId,
    /// Whether it decides over the run.
    pub required: bool,
    /// How it ended.
    pub verdict: Verdict,
    /// Why, in one line; never empty.
    pub reason: String,
    /// The time in which at least one of its steps ran, in milliseconds.
    pub duration_ms: u64,
    /// What was run, in the order of the plan.
    pub steps: Vec<StepReport>,
    /// Each thing that was looked at, where the gate looks at many: what `environment` checks, and the services of
    /// `integration`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<CheckReport>,
    /// Numbers by name, such as `coverage_percent`, `tests_passed`.
    pub metrics: BTreeMap<String, serde_json::Number>,
    /// What was found, in a stable order; capped, see `findings_total`.
    pub findings: Vec<Finding>,
    /// How many findings there were before the list was capped.
    pub findings_total: u64,
    /// Files that the gate's automatic fixes changed, relative to the project's root.
    #[serde(default)]
    pub changed_files: Vec<String>,
    /// What the reader should know although it decides nothing.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// What to do next, the exact command to rerun last; empty when the gate passed.
    pub remediation: Vec<String>,
}

/// One thing that a gate looked at, where it looks at many and not all decide alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckReport {
    /// What was looked at, such as `ports` or `service db`.
    pub check: String,
    /// How it stands.
    pub status: CheckStatus,
    /// What was seen, in one line.
    pub said: String,
    /// What to do about it.
    pub remedy: Option<String>,
}

/// How one thing stands that a gate looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// It is as it must be.
    Passed,
    /// It may make trouble, and decides nothing.
    Warning,
    /// It is not as it must be.
    Failed,
    /// Nobody can tell.
    Error,
    /// There was nothing to look at, or what it stands in cannot be seen, which another check tells.
    Skipped,
}

/// What a step does for its gate, where the steps of a gate do different things: those of `integration` do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepRole {
    /// It brings services up and waits until they are ready.
    Services,
    /// It loads test data.
    TestData,
    /// It runs tests.
    Tests,
    /// It takes services down.
    Teardown,
}

/// One step of a gate: a tool on a unit, or a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepReport {
    /// The tool's name, or the rule's.
    pub tool: String,
    /// What it does for its gate, where the steps of the gate do different things.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<StepRole>,
    /// The tool's version, when it could be had.
    pub tool_version: Option<String>,
    /// The unit's path; `.` for the root.
    pub unit: String,
    /// The unit's language; absent for rules of the whole project.
    pub language: Option<Language>,
    /// How the step ended.
    pub verdict: Verdict,
    /// Why, in one line.
    pub reason: String,
    /// The command that was run, the program as an absolute path; empty when none was.
    pub command: Vec<String>,
    /// The exit code; absent when it did not end by exiting.
    pub exit_code: Option<i32>,
    /// The signal that killed it, such as `SIGKILL`.
    pub signal: Option<String>,
    /// Whether its time ran out.
    pub timed_out: bool,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The full output, relative to the project's root.
    pub log: Option<String>,
    /// The last lines of output, for steps that did not pass and have no findings that say it better.
    #[serde(default)]
    pub output_tail: Vec<String>,
}
