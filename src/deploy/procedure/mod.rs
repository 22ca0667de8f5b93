//! What a spec says is to be done, as data that can be run; or its faults, each with its line.

mod attributes;
mod curl;
mod smoke;
mod steps;
mod triggers;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::expectation::Expectation;
use crate::model::spec::{At, Oddity, Spec};
use crate::parse::spec::fences::{self, FenceFault, Marked};
use crate::parse::spec::{quantity, validate_procedure};

pub use triggers::{Trigger, TriggerKind};

/// The time that a step may take where the spec does not say: ten minutes.
pub const STEP_TIMEOUT_MS: u64 = 10 * 60 * 1000;

/// A procedure that can be run.
#[derive(Clone, Debug, PartialEq)]
pub struct Procedure {
    /// The environment that the spec names.
    pub environment: String,
    /// The steps before, the steps, and the steps after, in their order.
    pub steps: Vec<Step>,
    /// The steps of the way back.
    pub rollback: Vec<Step>,
    /// What is tried afterwards.
    pub tests: Vec<Test>,
    /// When to go back.
    pub triggers: Vec<Trigger>,
    /// The names of the variables that must be set.
    pub variables: Vec<String>,
    /// How long the way back takes, in milliseconds, where the spec says it as a time.
    pub rollback_time_ms: Option<u64>,
    /// What nobody will check, with its line: text that is no check must not look like one.
    pub notes: Vec<Note>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its id, unique in the spec; that of a manual step tells its place, such as `pre-2`.
    pub id: String,
    /// Which part of the spec it is of.
    pub stage: Stage,
    /// What is to be done, in one line.
    pub text: String,
    /// Its line in the spec, from 1; 0 for what the work item's JSON says.
    pub line: u32,
    /// Who does it.
    pub work: Work,
}

/// Which part of the spec a step is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Before the deployment.
    Pre,
    /// The deployment itself.
    Step,
    /// After the deployment.
    Post,
    /// The way back.
    Rollback,
    /// A smoke test.
    Smoke,
}

impl Stage {
    /// What ids of manual steps begin with.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pre => "pre",
            Self::Step => "step",
            Self::Post => "post",
            Self::Rollback => "rollback",
            Self::Smoke => "smoke",
        }
    }
}

/// Who does a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Work {
    /// A person, who says so.
    Manual,
    /// sdd.
    Script(Script),
}

/// Code that opted in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// What runs it.
    pub shell: Shell,
    /// The code.
    pub body: String,
    /// The time that it may take, in milliseconds.
    pub timeout_ms: u64,
    /// Whether it may be run again after a crash.
    pub idempotent: bool,
    /// The step of the way back that takes it back.
    pub undo: Option<String>,
    /// The variables that it may see; all of them must be set.
    pub env: Vec<String>,
    /// The directory that it runs in, relative to the project; absent: the project's own.
    pub cwd: Option<String>,
    /// The exit codes that mean success.
    pub expect_exit: Vec<i32>,
}

impl Script {
    /// The hash of the code, as the journal names it.
    pub fn sha256(&self) -> String {
        super::sha256(self.body.as_bytes())
    }
}

/// What runs code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shell {
    /// `bash`.
    Bash,
    /// `sh`.
    Sh,
}

impl Shell {
    /// The name of the program.
    pub fn program(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Sh => "sh",
        }
    }
}

/// Something that is tried after a deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Test {
    /// Its name.
    pub name: String,
    /// Its line in the spec.
    pub line: u32,
    /// How it is tried.
    pub way: Way,
    /// What must come.
    pub expected: Expectation,
}

/// How a test is tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Way {
    /// By a request.
    Http(Request),
    /// By code that opted in.
    Script(Script),
}

/// One HTTP request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The method, such as `GET`.
    pub method: String,
    /// The address, or a path of the environment's address.
    pub url: String,
    /// Headers by name, in their order.
    pub headers: Vec<(String, String)>,
    /// What is sent.
    pub body: Option<String>,
}

/// Something in a spec that nobody can run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its line; 0 where it is about no line.
    pub line: u32,
    /// Which kind, in a word that stays.
    pub code: &'static str,
    /// What is wrong, in one line.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl Fault {
    fn new(line: u32, code: &'static str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            line,
            code,
            message: message.into(),
            hint: hint.into(),
        }
    }
}

/// Something that a person should know and that stops nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Its line.
    pub line: u32,
    /// What.
    pub message: String,
}

/// Reads the procedure of a spec, and refuses what `sdd work-item validate` would refuse in the sections that are run.
///
/// # Errors
///
/// Every fault, in the order of the lines.
pub fn check(spec: &Spec, bytes: &[u8]) -> Result<Procedure, Vec<Fault>> {
    let read = read(spec, bytes);
    let mut faults = read.as_ref().err().cloned().unwrap_or_default();
    for problem in validate_procedure(spec) {
        let line = problem.line.unwrap_or(0);
        if !faults.iter().any(|fault| is_same(fault, problem.code, line)) {
            let hint = problem.hint.unwrap_or_else(|| "write what is meant".to_owned());
            faults.push(Fault::new(line, problem.code, problem.message, hint));
        }
    }
    if faults.is_empty() {
        return read;
    }
    faults.sort_by_key(|fault| fault.line);
    Err(faults)
}

/// The faults of a spec beside what is known of it: each of these is a code and its line.
pub fn faults_beside(spec: &Spec, bytes: &[u8], known: &[(&str, u32)]) -> Vec<Fault> {
    let mut faults = read(spec, bytes).err().unwrap_or_default();
    faults.retain(|fault| !known.iter().any(|(code, line)| is_same(fault, code, *line)));
    faults
}

/// How many smoke tests of a spec can be tried, health checks included.
pub fn smoke_tests(spec: &Spec, bytes: &[u8]) -> usize {
    let marked = fences::marked(bytes);
    let mut reader = steps::Reader::new(&marked);
    smoke::tests(spec, &mut reader, &mut Vec::new(), &mut Vec::new()).len()
}

/// Whether a fault and a problem of the spec say the same.
fn is_same(fault: &Fault, code: &str, line: u32) -> bool {
    const OF_THE_WHOLE: [(&str, &str); 5] = [
        ("no_environment", "no_environment"),
        (Oddity::TWO_ENVIRONMENTS, Oddity::TWO_ENVIRONMENTS),
        ("no_steps", "no_steps"),
        ("no_rollback", "no_rollback_steps"),
        ("no_smoke_tests", "no_smoke_tests"),
    ];
    (fault.code == code && fault.line == line) || OF_THE_WHOLE.contains(&(fault.code, code))
}

/// Reads the procedure of a spec; `bytes` is the file that the spec was read from.
///
/// # Errors
///
/// Every fault, in the order of the lines.
pub fn read(spec: &Spec, bytes: &[u8]) -> Result<Procedure, Vec<Fault>> {
    let deployment = &spec.deployment;
    let mut faults = Vec::new();
    let mut notes = Vec::new();
    let marked = fences::marked(bytes);
    let mut reader = steps::Reader::new(&marked);

    let mut all = Vec::new();
    for (stage, list) in [
        (Stage::Pre, &deployment.pre),
        (Stage::Step, &deployment.steps),
        (Stage::Post, &deployment.post),
    ] {
        all.extend(reader.stage(stage, list, &mut faults));
    }
    let rollback = reader.stage(Stage::Rollback, &deployment.rollback_steps, &mut faults);
    let tests = smoke::tests(spec, &mut reader, &mut notes, &mut faults);
    reader.rest(&mut faults);
    steps::unique(all.iter().chain(&rollback), &mut faults);
    steps::undo(&all, &rollback, &mut faults);
    required(spec, &all, &rollback, &tests, &mut faults);
    lost(spec, &mut faults, &mut notes);

    let rollback_time_ms = deployment.rollback_time.as_ref().and_then(|said| {
        let seconds = quantity::seconds(&said.value).ok()?;
        milliseconds(seconds)
    });
    if let (Some(said), None) = (&deployment.rollback_time, rollback_time_ms) {
        notes.push(Note {
            line: said.line,
            message: format!("the estimated rollback time is no time: {:?}", said.value),
        });
    }
    if !faults.is_empty() {
        faults.sort_by_key(|fault| fault.line);
        return Err(faults);
    }
    let mut variables: Vec<String> = deployment
        .variables
        .iter()
        .map(|variable| variable.value.name.clone())
        .collect();
    variables.sort_unstable();
    variables.dedup();
    Ok(Procedure {
        environment: deployment
            .environment
            .as_ref()
            .map(|said| said.value.clone())
            .unwrap_or_default(),
        steps: all,
        rollback,
        tests,
        triggers: deployment.rollback_triggers.iter().map(triggers::read).collect(),
        variables,
        rollback_time_ms,
        notes,
    })
}

/// Milliseconds of a number of seconds that is a sensible time.
fn milliseconds(seconds: f64) -> Option<u64> {
    const LONGEST: f64 = 7.0 * 24.0 * 3600.0;
    if !(0.0..=LONGEST).contains(&seconds) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is in range"
    )]
    Some((seconds * 1000.0).round() as u64)
}

/// Nothing to do is not a deployment, and nothing tried is not one that works.
fn required(spec: &Spec, steps: &[Step], rollback: &[Step], tests: &[Test], faults: &mut Vec<Fault>) {
    let deployment = &spec.deployment;
    // Of two the first would be taken, and the other left out unseen.
    if let Some(second) = spec.second_environment() {
        let hint = second.value.hint.clone().unwrap_or_default();
        let message = second.value.message.clone();
        faults.push(Fault::new(second.line, second.value.code, message, hint));
    } else if deployment.environment.is_none() {
        faults.push(Fault::new(
            0,
            "no_environment",
            "no target environment is named",
            "write one below `**Target Environment:**`: `- Environment: staging`",
        ));
    }
    let heading = |line: Option<u32>| line.unwrap_or(0);
    let runs = |steps: &[Step]| steps.iter().any(|step| matches!(step.work, Work::Script(_)));
    // A fault of a step that stands there is told already.
    let silent = faults.is_empty();
    if !runs(steps) && silent {
        faults.push(Fault::new(
            heading(deployment.steps_heading),
            "no_steps",
            "no step can be run: there is no fence with `sdd` and an id",
            "write the code of a step as ```bash sdd id=NAME",
        ));
    }
    if rollback.is_empty() && silent {
        faults.push(Fault::new(
            heading(deployment.rollback_heading),
            "no_rollback",
            "there is no way back: no rollback step",
            "write the steps below `### Rollback Steps`",
        ));
    }
    if tests.is_empty() && silent {
        faults.push(Fault::new(
            0,
            "no_smoke_tests",
            "there is no smoke test that can be run",
            "write `GET /health expect 200` below `## Smoke Tests`, or a fence with `sdd` and an id",
        ));
    }
}

/// What looks like a step and would be done by nobody is a fault; words that only explain are noted.
fn lost(spec: &Spec, faults: &mut Vec<Fault>, notes: &mut Vec<Note>) {
    for At { value: oddity, line } in &spec.oddities {
        if oddity.code == Oddity::LOST_STEP {
            let hint = oddity.hint.clone().unwrap_or_default();
            faults.push(Fault::new(*line, oddity.code, oddity.message.clone(), hint));
        } else if oddity.code == Oddity::ASIDE {
            notes.push(Note {
                line: *line,
                message: oddity.message.clone(),
            });
        }
    }
}

/// The faults of the form of a fence.
fn form(fence: &Marked) -> Option<Fault> {
    Some(match fence.fault? {
        FenceFault::Unclosed => Fault::new(
            fence.line,
            "unclosed_fence",
            "the fence has no end",
            "close it with as many marks as it begins with, on a line of its own",
        ),
        FenceFault::Nested => Fault::new(
            fence.line,
            "nested_fence",
            "a fence stands inside of another one",
            "close the outer fence before the next one begins",
        ),
    })
}

/// The marked fences of a spec by their lines.
fn by_line(marked: &[Marked]) -> BTreeMap<u32, &Marked> {
    marked.iter().map(|fence| (fence.line, fence)).collect()
}

#[cfg(test)]
mod tests;
