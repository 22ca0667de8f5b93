//! What came of a plan: each item with its result, as data for the judges.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;

use super::StepJudgement;
use super::step::{CommandWork, Item, NotRun, Step, StepTool, Work};
use crate::bench::report::Document;
use crate::compose::up::{Ending, Kept};
use crate::context7::Answer;
use crate::contract::check::Checked;
use crate::integration::documents::Sight;
use crate::integration::environment::Found;
use crate::model::text;
use crate::process::{End, Error, Outcome, signals};
use crate::project::Project;
use crate::project::files;
use crate::project::git::Changes;
use crate::tools::{self, FileState, Reading, ToolRun};

/// An item of a plan with its result.
pub struct Part<'a> {
    /// What was planned.
    pub item: &'a Item,
    /// What came of it; always `Nothing` for items that were not to be run.
    pub result: Result,
}

/// What came of an item.
pub enum Result {
    /// A program was run, or could not be.
    Command(Box<CommandAnswer>),
    /// A file exists, or does not, or the path is refused.
    Exists(std::result::Result<bool, String>),
    /// Files were searched, or could not be.
    Grep(std::result::Result<GrepAnswer, String>),
    /// Git said what changed, or could not.
    Changes(std::result::Result<ChangesAnswer, String>),
    /// Libraries were asked about, or nobody could be asked.
    Libraries(std::result::Result<LibrariesAnswer, String>),
    /// A contract was checked, or the settings say how nobody can.
    Contract(std::result::Result<Box<ContractAnswer>, String>),
    /// A service was measured, or could not be.
    Benchmark(std::result::Result<Box<Document>, Unmeasured>),
    /// The environment of integration tests was looked at.
    Environment(Vec<Found>),
    /// Services are up, or are not.
    Services(ServicesAnswer),
    /// Test data is loaded, or is not.
    Fixture(std::result::Result<Loaded, NotLoaded>),
    /// Services were taken down.
    Teardown(TeardownAnswer),
    /// Documents were looked for, or could not be.
    Documents(std::result::Result<Sight, String>),
    /// A deployment was looked at, or could not be.
    Deployment(std::result::Result<Box<super::DeploymentSight>, String>),
    /// Nothing had to be run: what is judged is at hand.
    AtHand,
    /// It was not started: why.
    NotStarted(String),
    /// There was nothing to start.
    Nothing,
}

/// The answer of a search, as the project floor gives it.
pub type GrepAnswer = files::GrepAnswer;

/// What changed, and what is there of what must have been changed.
#[derive(Clone, Debug)]
pub struct ChangesAnswer {
    /// What changed.
    pub changes: Arc<Changes>,
    /// The files in the places of the step, relative to the project, sorted.
    pub present: Vec<String>,
}

/// What came of a contract.
#[derive(Clone, Debug)]
pub struct ContractAnswer {
    /// The contract.
    pub checked: Checked,
    /// The day that it was checked on.
    pub today: NaiveDate,
}

/// Why nothing could be measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmeasured {
    /// Why.
    pub reason: String,
    /// What to do.
    pub hint: Option<String>,
}

/// What came of bringing services up.
pub type ServicesAnswer = std::result::Result<Up, NotUp>;

/// Services that are up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Up {
    /// By which Compose and engine, for people.
    pub flavour: String,
    /// The services.
    pub services: Vec<UpService>,
    /// What the reader should know.
    pub remarks: Vec<String>,
}

/// A service that is up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpService {
    /// Its name in the compose file.
    pub name: String,
    /// Why it is taken for ready, in a word or two.
    pub how: String,
    /// When it was seen ready, from the beginning of `up` on, where that was noted.
    pub after: Option<Duration>,
    /// Whether it has done its work and ended.
    pub is_done: bool,
    /// What to do where it is only concluded that it is ready.
    pub doubt: Option<String>,
}

/// Services that did not come up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotUp {
    /// Whose fault it is.
    pub ending: Ending,
    /// Why, in one line.
    pub reason: String,
    /// What is the matter with services.
    pub faults: Vec<(String, String)>,
    /// What to do.
    pub hint: Option<String>,
}

/// Test data that is loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// How, in one line.
    pub said: String,
}

/// Test data that is not loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotLoaded {
    /// Whose fault it is.
    pub ending: Ending,
    /// Why, in one line.
    pub reason: String,
    /// What to do.
    pub hint: Option<String>,
}

/// What came of taking services down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeardownAnswer {
    /// How many logs of containers were saved.
    pub logs: usize,
    /// Why the run is in error: something is left, or nobody knows.
    pub fault: Option<String>,
    /// Whether something had to be removed by force.
    pub forced: bool,
    /// What went wrong on the way.
    pub complaints: Vec<String>,
    /// Services that did not live as long as they were needed.
    pub fallen: Vec<Fallen>,
    /// Why nobody can say whether services lived as long as they were needed.
    pub unseen: Option<String>,
    /// Where the services were left running on purpose.
    pub kept: Option<Kept>,
}

/// A service that was ready and then was not any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallen {
    /// Its name.
    pub service: String,
    /// What became of it.
    pub why: String,
    /// When that was seen.
    pub seen: Use,
}

/// What services are up for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// For the tests, and the test data before them.
    Tests,
    /// For a load that measures them, after the tests.
    Load,
}

impl std::fmt::Display for Fallen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { service, why, seen } = self;
        let needed = match seen {
            Use::Tests => "the tests",
            Use::Load => "the measurement",
        };
        write!(f, "{service} did not live as long as {needed}: {why}")
    }
}

/// What is known of the libraries in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LibrariesAnswer {
    /// What names them: `stack.txt`, or the manifests.
    pub from: String,
    /// The libraries that were asked about.
    pub libraries: Vec<Answer>,
    /// Important libraries that are not in use.
    pub unused: Vec<String>,
}

/// What a program left behind.
pub struct CommandAnswer {
    /// How it ended, or why it could not be run.
    pub outcome: std::result::Result<Outcome, Error>,
    /// All of its stdout, or why that cannot be read, where the tool's report stands there.
    pub stdout: Option<std::result::Result<Vec<u8>, String>>,
    /// Its output files.
    pub outputs: BTreeMap<&'static str, FileState>,
}

/// What a judge makes of one part before its own rules: a reading of a known tool, the plain success or
/// failure of an own command, or a judgement that already stands.
pub enum Seen {
    /// A known tool answered.
    Reading(Reading),
    /// An own command ended with exit code 0.
    Succeeded,
    /// An own command ended with another exit code.
    Failed(i32),
    /// There is nothing left to judge: not run, could not be run, timed out, killed.
    Settled(StepJudgement),
}

/// Looks at a part with the rules that hold for every gate.
pub fn see(project: &Project, part: &Part<'_>) -> Seen {
    let step = match part.item {
        Item::Not(not) => return Seen::Settled(StepJudgement::of_item_not_run(not)),
        Item::Run(step) => step,
    };
    match (&part.result, &step.work) {
        (Result::Command(answer), Work::Command(work)) => see_command(project, step, work, answer),
        (Result::NotStarted(why), _) => Seen::Settled(StepJudgement::not_run(why.clone())),
        (Result::Nothing, _) => Seen::Settled(StepJudgement::error("no result was recorded for this step")),
        _ => Seen::Settled(StepJudgement::error("the result does not belong to this step")),
    }
}

fn see_command(project: &Project, step: &Step, work: &CommandWork, answer: &CommandAnswer) -> Seen {
    let outcome = match &answer.outcome {
        Ok(outcome) => outcome,
        Err(error) => return Seen::Settled(could_not_run(step, error)),
    };
    let exit = match outcome.end {
        End::Code(code) => code,
        End::Signal(signal) => {
            return Seen::Settled(StepJudgement::error(format!(
                "killed by {}",
                signals::name(signal)
            )));
        }
        End::TimedOut => {
            return Seen::Settled(
                StepJudgement::error(format!("timed out after {} s", work.timeout.as_secs())).with_hint(
                    format!(
                        "raise {}.timeout (seconds) if it really needs longer",
                        step.gate.config_place()
                    ),
                ),
            );
        }
        End::Cancelled => return Seen::Settled(StepJudgement::not_run("stopped while it ran")),
    };
    match step.tool {
        StepTool::Known(tool) => {
            let Some(facts) = step.unit.and_then(|index| project.units.get(index)) else {
                return Seen::Settled(StepJudgement::error("the step has no unit"));
            };
            let stdout = match &answer.stdout {
                None => outcome.read_stdout().bytes(),
                Some(Ok(bytes)) => bytes.clone(),
                Some(Err(why)) => {
                    return Seen::Settled(StepJudgement::error(format!(
                        "its output could not be read: {why}"
                    )));
                }
            };
            let run = ToolRun {
                exit,
                stdout: &stdout,
                stderr: &outcome.read_stderr().bytes(),
                outputs: &answer.outputs,
                facts,
                coverage: work.coverage,
                mode: work.mode,
                args: &work.args,
            };
            Seen::Reading(tools::read(tool, &run))
        }
        StepTool::Own => see_own(project, step, work, answer, outcome, exit),
    }
}

/// Exit codes of a command that nobody here knows, by the conventions of shells.
fn see_own(
    project: &Project,
    step: &Step,
    work: &CommandWork,
    answer: &CommandAnswer,
    outcome: &Outcome,
    exit: i32,
) -> Seen {
    let facts = step.unit.and_then(|index| project.units.get(index));
    if let (Some(facts), true) = (facts, !work.outputs.is_empty() || work.stdout_key.is_some())
        && !matches!(exit, 126 | 127 | 129..=192)
    {
        let mut outputs = answer.outputs.clone();
        let stdout = outcome.read_stdout().bytes();
        if let Some(key) = work.stdout_key {
            let state = match &answer.stdout {
                None => FileState::Missing,
                Some(Ok(bytes)) => FileState::Fresh(bytes.clone()),
                Some(Err(why)) => FileState::Unreadable(why.clone()),
            };
            outputs.insert(key, state);
        }
        let run = ToolRun {
            exit,
            stdout: &stdout,
            stderr: &outcome.read_stderr().bytes(),
            outputs: &outputs,
            facts,
            coverage: work.coverage,
            mode: work.mode,
            args: &work.args,
        };
        return Seen::Reading(tools::reports::read(&work.label, step.gate, &run));
    }
    match exit {
        0 => Seen::Succeeded,
        126 => Seen::Settled(StepJudgement::error(
            "a program in it could not be executed (exit code 126)",
        )),
        127 => Seen::Settled(StepJudgement::error(
            "a program in it was not found (exit code 127)",
        )),
        129..=192 => Seen::Settled(StepJudgement::error(format!(
            "killed by {} (exit code {exit})",
            signals::name(exit - 128)
        ))),
        code => Seen::Failed(code),
    }
}

fn could_not_run(step: &Step, error: &Error) -> StepJudgement {
    let mut reason = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        reason.push_str(": ");
        reason.push_str(&cause.to_string());
        source = cause.source();
    }
    let judgement = StepJudgement::error(text::sanitise(&reason));
    match (error, step.tool) {
        (Error::NotFound { .. }, StepTool::Known(tool)) => {
            judgement.with_hint(format!("install it: {}", tool.install()))
        }
        (Error::NotExecutable { program }, _) => {
            judgement.with_hint(format!("make it executable: chmod +x {}", program.display()))
        }
        _ => judgement,
    }
}

impl StepJudgement {
    fn of_item_not_run(not: &NotRun) -> Self {
        let judgement = match not.meaning {
            super::step::Meaning::Skip | super::step::Meaning::LeftOut => Self::skipped(not.reason.clone()),
            super::step::Meaning::Error => Self::error(not.reason.clone()),
        };
        match &not.hint {
            Some(hint) => judgement.with_hint(hint.clone()),
            None => judgement,
        }
    }
}
