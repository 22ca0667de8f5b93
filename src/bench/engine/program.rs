//! What the engines that are programs have in common: how they are asked what they are, how a run of one ended, and the
//! private file that tells it what to do.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::EngineError;
use crate::process::{Capture, End, Error, Invocation, Outcome, Runner};
use crate::store::scratch;

/// The time between TERM and KILL: these have nothing to save.
pub(super) const GRACE: Duration = Duration::from_secs(1);

/// The most characters of what a program said last that are told.
pub(super) const MOST_WORDS: usize = 400;

/// What a program says of itself, on stdout or else on stderr. With whatever code it ends: wrk exits with 1.
pub(super) fn words_of(
    engine: &'static str,
    runner: &dyn Runner,
    invocation: &Invocation,
) -> Result<String, EngineError> {
    let outcome = run(engine, runner, invocation)?;
    match outcome.end {
        End::Code(_) | End::Signal(_) => {}
        End::TimedOut | End::Cancelled => ended_well(engine, &outcome, invocation.timeout)?,
    }
    let said = text_of(outcome.read_stdout());
    Ok(if said.trim().is_empty() {
        text_of(outcome.read_stderr())
    } else {
        said
    })
}

/// Runs a program to its end, however it comes.
pub(super) fn run(
    engine: &'static str,
    runner: &dyn Runner,
    invocation: &Invocation,
) -> Result<Outcome, EngineError> {
    runner.run(invocation).map_err(|error| match &error {
        Error::NotFound { .. } => EngineError::Absent { engine },
        other => {
            let cause = std::error::Error::source(other).map_or(String::new(), |cause| format!(": {cause}"));
            broken(engine, format!("{other}{cause}"))
        }
    })
}

/// Whether a run that had this time ended with 0.
///
/// # Errors
///
/// How else it ended, with the end of what it said.
pub(super) fn ended_well(
    engine: &'static str,
    outcome: &Outcome,
    after: Duration,
) -> Result<(), EngineError> {
    let broken = |how: String| Err(broken(engine, format!("{how}{}", last_words(outcome))));
    match outcome.end {
        End::Code(0) => Ok(()),
        End::Code(code) => broken(format!("exit code {code}")),
        End::Signal(signal) => broken(format!("signal {signal} killed it")),
        End::TimedOut => Err(EngineError::TimedOut { engine, after }),
        End::Cancelled => Err(EngineError::Cancelled),
    }
}

/// The error of an engine that failed itself.
pub(super) fn broken(engine: &'static str, cause: String) -> EngineError {
    EngineError::Broken { engine, cause }
}

/// The end of a run's stderr, as the end of a sentence.
pub(super) fn last_words(outcome: &Outcome) -> String {
    let said = text_of(&outcome.stderr);
    let said = said.trim();
    let skipped = said.chars().count().saturating_sub(MOST_WORDS);
    if said.is_empty() {
        String::new()
    } else {
        format!(": {}", said.chars().skip(skipped).collect::<String>())
    }
}

/// A stream as text.
pub(super) fn text_of(capture: &Capture) -> String {
    String::from_utf8_lossy(&capture.bytes()).into_owned()
}

/// A file that only its owner may read and that goes with its run.
pub(super) struct PrivateFile {
    path: PathBuf,
}

impl PrivateFile {
    /// Writes one that must not exist.
    pub(super) fn write(engine: &'static str, path: PathBuf, bytes: &[u8]) -> Result<Self, EngineError> {
        match scratch::write_new(&path, bytes) {
            Ok(()) => Ok(Self { path }),
            Err(error) => Err(broken(
                engine,
                format!("cannot write {}: {error}", path.display()),
            )),
        }
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for PrivateFile {
    fn drop(&mut self) {
        // The whole directory goes at the end.
        let _ = scratch::remove(&self.path);
    }
}
