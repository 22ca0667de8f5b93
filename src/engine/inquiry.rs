//! Asking programs for their versions, and telling apart in which way there is no answer.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use super::{VersionKey, installed, lock, schedule, versions};
use crate::model::text;
use crate::process::{Cancel, End, Error, Invocation, Runner};
use crate::tools::Tool;

/// The time between the request to end and the end by force: a question has nothing to clean up.
const GRACE: Duration = Duration::from_secs(1);

/// The longest line that is quoted of what a program said, in characters.
const MAX_SAID_CHARS: usize = 200;

/// A program and how it is asked for its version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    /// The program, absolute.
    pub program: PathBuf,
    /// Its arguments; none where nothing makes it say its version, so that it is not started.
    pub args: Vec<String>,
    /// The directory that it is asked in: what stands before a tool may behave by the directory.
    pub cwd: PathBuf,
    /// Behind which name the version stands, as in `pytest-cov-7.1.0`; `None` when it is the first in what is said.
    pub of: Option<&'static str>,
}

/// What came of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersionAnswer {
    /// It said its version.
    Version(String),
    /// It ended well, and nothing of what it said looks like a version: its first line, which may be empty.
    Unrecognised(String),
    /// It could not be run, failed, was killed or took too long: how, as the end of "pytest --version …".
    Broken(String),
    /// sdd was told to stop before there was an answer.
    Stopped,
}

/// What asking needs.
pub struct Inquiry<'a> {
    /// Starts processes.
    pub runner: &'a dyn Runner,
    /// The request to stop.
    pub cancel: &'a Cancel,
    /// How many programs are asked side by side; at least 1.
    pub jobs: usize,
    /// How long one may take.
    pub patience: Duration,
    /// Is told the number of each question that has its answer. Called from several threads.
    pub answered: &'a (dyn Fn(usize) + Sync),
}

/// Asks every question; the answers stand in the order of the questions.
pub fn ask_all(questions: &[Question], inquiry: &Inquiry<'_>) -> Vec<VersionAnswer> {
    let answers: Vec<Mutex<VersionAnswer>> = questions
        .iter()
        .map(|_| Mutex::new(VersionAnswer::Stopped))
        .collect();
    let tasks: Vec<schedule::Task> = (0..questions.len()).map(schedule::Task::probe).collect();
    schedule::run(
        &tasks,
        inquiry.jobs,
        &|| inquiry.cancel.is_requested(),
        &|task| {
            let schedule::What::Probe(index) = *task else {
                return;
            };
            if let (Some(question), Some(cell)) = (questions.get(index), answers.get(index)) {
                let answer = ask(question, inquiry.runner, inquiry.patience);
                *lock(cell) = answer;
                (inquiry.answered)(index);
            }
        },
        &|_| {},
    );
    answers
        .into_iter()
        .map(|cell| {
            cell.into_inner()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
        })
        .collect()
}

/// Asks one program.
pub(super) fn ask(question: &Question, runner: &dyn Runner, patience: Duration) -> VersionAnswer {
    if question.args.is_empty() {
        let version = installed::version(&question.program);
        return version.map_or(VersionAnswer::Unrecognised(String::new()), VersionAnswer::Version);
    }
    let mut invocation = Invocation::new(&question.program, &question.cwd, patience).args(&question.args);
    invocation.grace = GRACE;
    let outcome = match runner.run(&invocation) {
        Ok(outcome) => outcome,
        Err(error) => return VersionAnswer::Broken(format!("could not be run: {}", said_by(&error))),
    };
    let (stdout, stderr) = (outcome.stdout.bytes(), outcome.stderr.bytes());
    let said = || {
        let stderr = text::message(&stderr);
        let said = if stderr.is_empty() {
            text::message(&stdout)
        } else {
            stderr
        };
        text::shorten(text::first_line(&said), MAX_SAID_CHARS)
    };
    let how = match outcome.end {
        End::Code(0) => {
            let find = |bytes: &[u8]| match question.of {
                Some(name) => versions::find_of(name, bytes),
                None => versions::find(bytes),
            };
            return match find(&stdout).or_else(|| find(&stderr)) {
                Some(version) => VersionAnswer::Version(version),
                None => VersionAnswer::Unrecognised(said()),
            };
        }
        End::Cancelled => return VersionAnswer::Stopped,
        End::Code(code) => format!("ended with exit code {code}"),
        End::Signal(signal) => format!("was killed by {}", crate::process::signals::name(signal)),
        End::TimedOut => format!("had no answer within {:.0} s", patience.as_secs_f64()),
    };
    let said = said();
    VersionAnswer::Broken(if said.is_empty() {
        how
    } else {
        format!("{how}: {said}")
    })
}

/// An error with its cause, in one line.
fn said_by(error: &Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// Under which name the version of an installed tool is kept; `None` when its file cannot be looked at, or is not
/// the tool's own.
pub fn version_key(tool: &dyn Tool, program: &Path) -> Option<VersionKey> {
    versions::key(tool, program)
}
