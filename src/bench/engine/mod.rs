//! What makes the load: one file an engine, one trait for all.

pub mod available;
pub mod builtin;
pub mod choose;
pub mod locust;
mod program;
#[cfg(test)]
#[cfg(unix)]
mod testing;
pub mod wrk;

use std::time::Duration;

use super::load::{Load, Stretch, Target};
use super::sample::Sample;
use crate::process::Cancel;

/// A generator of load.
pub trait Engine: Sync {
    /// Its name and version, as the report and a baseline's key say them.
    fn identity(&self) -> &Identity;

    /// Whether it can make this load, and if not, why.
    ///
    /// # Errors
    ///
    /// [`EngineError::Unsupported`] with what it cannot do.
    fn supports(&self, target: &Target, load: &Load) -> Result<(), EngineError>;

    /// The length of a stretch that it really makes when it is asked for this one. Most keep to what they are asked for.
    fn length(&self, asked: Duration) -> Duration {
        asked
    }

    /// How a service is warmed up with it.
    fn warm_up(&self) -> WarmUp {
        WarmUp::UntilSteady
    }

    /// Makes the load for one stretch and tells what it saw. Blocks until that is over; asked to stop by `cancel` it
    /// ends at once, leaves nothing running, and gives no sample.
    ///
    /// A service that cannot be reached at all is an error; one that answers with errors is a sample.
    fn measure(&self, job: &Job<'_>, cancel: &Cancel) -> Result<Sample, EngineError>;
}

/// What to measure.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// Who is asked.
    pub target: &'a Target,
    /// How hard.
    pub load: &'a Load,
    /// For how long, and how the load grows or falls.
    pub stretch: Stretch,
    /// Whence random choices follow, such as the order of weighted endpoints.
    pub seed: u64,
}

/// How a service is warmed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarmUp {
    /// In short stretches, until they agree.
    UntilSteady,
    /// In one stretch of this length: each has to be started, and that takes longer than it lasts.
    Once(Duration),
}

/// Which engine it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// `wrk`, `builtin`, `locust`.
    pub name: &'static str,
    /// Its version: `4.1.0`.
    pub version: String,
}

/// Why an engine gave no sample.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum EngineError {
    /// It cannot make such a load.
    #[error("{engine} cannot {what}")]
    Unsupported {
        /// Its name.
        engine: &'static str,
        /// What was wanted: `send requests at a fixed rate`.
        what: String,
    },
    /// Its program is not there.
    #[error("{engine} is not installed")]
    Absent {
        /// Its name.
        engine: &'static str,
    },
    /// What bears its name is something else.
    #[error("{program} is not {engine}: it says {says:?}")]
    Stranger {
        /// The engine that was looked for.
        engine: &'static str,
        /// The program found.
        program: String,
        /// The begin of what it said of itself.
        says: String,
    },
    /// The service is not there: not one connection could be made.
    #[error("{url} cannot be reached: {cause}")]
    Unreachable {
        /// What was asked.
        url: String,
        /// The system's words.
        cause: String,
    },
    /// The engine itself failed.
    #[error("{engine} failed: {cause}")]
    Broken {
        /// Its name.
        engine: &'static str,
        /// How: its exit code and the end of what it said.
        cause: String,
    },
    /// It did not end in time.
    #[error("{engine} did not end within {after:?}")]
    TimedOut {
        /// Its name.
        engine: &'static str,
        /// The time it was given.
        after: Duration,
    },
    /// Somebody asked to stop.
    #[error("stopped")]
    Cancelled,
}
