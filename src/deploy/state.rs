//! Where a deployment stands, folded from its records. Nothing is guessed: what began and has no end is unknown.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::journal::{Event, PhaseOutcome, Purpose, Record, StepOutcome};

/// Where a deployment stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The phase that the last records say.
    pub phase: Phase,
    /// The steps that were done, in the order in which they were.
    pub done: Vec<String>,
    /// How often each step was begun.
    pub attempts: BTreeMap<String, u32>,
    /// The steps that the present way back is to take, in its order.
    pub undo: Vec<String>,
    /// The steps that were done and that the present way back has no undo for.
    pub without_undo: Vec<String>,
    /// Those of the way back that were taken.
    pub undone: BTreeSet<String>,
    /// Those of it that ended otherwise since the way back began last.
    pub undo_failed: BTreeSet<String>,
    /// Whether the smoke tests ended well, or are turned off.
    pub smoke: bool,
    /// Whether the observation ended well, or well enough.
    pub observed: bool,
    /// Whether anything of the procedure was begun.
    pub begun: bool,
    /// What is being done.
    pub purpose: Option<Purpose>,
}

/// The phase that a deployment is in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum Phase {
    /// Planned, perhaps approved, and not begun.
    #[default]
    NotStarted,
    /// The lock was taken, and the look before the first step has no end.
    Checking,
    /// Nothing was run: a check did not hold, or sdd was told to stop.
    Aborted {
        /// Why.
        reason: String,
    },
    /// Between two steps.
    Stopped {
        /// The last one that was done.
        after: Option<String>,
    },
    /// A step began and has no end: nobody knows what became of it.
    Unknown {
        /// Which.
        step: String,
    },
    /// A step, the smoke tests or the observation failed.
    Failed {
        /// Which.
        at: String,
        /// Why.
        reason: String,
    },
    /// A manual step waits for a person.
    Waiting {
        /// Which.
        step: String,
    },
    /// Every step was done; whether it works is not known.
    Unverified,
    /// The way back has begun and has no end.
    RollingBack {
        /// The step of it that began and has no end.
        unfinished: Option<String>,
    },
    /// The way back did not succeed: a person must look.
    RollbackFailed {
        /// What was not taken back.
        not_undone: Vec<String>,
    },
    /// It ended with success.
    Succeeded,
    /// It was taken back.
    RolledBack {
        /// The steps of it that have no undo: what they did is still there.
        not_undone: Vec<String>,
    },
}

/// What smoke tests are called where a step would be named.
pub const SMOKE: &str = "smoke tests";
/// What the observation is called where a step would be named.
pub const OBSERVATION: &str = "observation";

impl State {
    /// Where the records lead.
    pub fn of(records: &[Record]) -> Self {
        let mut state = Self::default();
        for record in records {
            state.take(&record.event);
        }
        state
    }

    pub(super) fn take(&mut self, event: &Event) {
        match event {
            Event::Planned { purpose, .. } => self.purpose = Some(*purpose),
            Event::Approved { .. }
            | Event::SmokeTested { .. }
            | Event::Measured { .. }
            | Event::Interrupted { .. }
            | Event::Rehearsed { .. }
            | Event::Unlocked { .. } => {}
            Event::Locked { .. } => {
                // A later command that takes the lock changes nothing of where the deployment stands.
                if matches!(self.phase, Phase::NotStarted | Phase::Aborted { .. }) {
                    self.phase = Phase::Checking;
                }
            }
            Event::Checked { passed, .. } => {
                if !self.begun {
                    self.phase = if *passed {
                        Phase::Stopped { after: None }
                    } else {
                        Phase::Aborted {
                            reason: "a check before the first step did not hold".to_owned(),
                        }
                    };
                }
            }
            Event::Aborted { reason } => {
                self.phase = Phase::Aborted {
                    reason: reason.clone(),
                };
            }
            Event::Started { .. } | Event::Ended { .. } => self.take_step(event),
            Event::Waiting { step } => self.phase = Phase::Waiting { step: step.clone() },
            Event::Acknowledged { step, back: true, .. } => {
                self.undone.insert(step.clone());
            }
            Event::Acknowledged { step, .. } | Event::Assumed { step, done: true, .. } => self.finish(step),
            Event::Assumed { step, .. } => {
                self.phase = Phase::Failed {
                    at: step.clone(),
                    reason: "somebody said that it was not done".to_owned(),
                };
            }
            Event::SmokeStarted => {
                self.phase = Phase::Unverified;
                (self.smoke, self.observed) = (false, false);
            }
            Event::SmokeEnded { outcome, reason } => match outcome {
                PhaseOutcome::Passed | PhaseOutcome::Skipped => self.smoke = true,
                PhaseOutcome::Failed | PhaseOutcome::Inconclusive => self.fail(SMOKE, reason),
            },
            Event::ObserveStarted => {
                self.phase = Phase::Unverified;
                self.observed = false;
            }
            Event::ObserveEnded { outcome, reason } => match outcome {
                PhaseOutcome::Failed => self.fail(OBSERVATION, reason),
                // One that may not be inconclusive was recorded as failed.
                PhaseOutcome::Passed | PhaseOutcome::Skipped | PhaseOutcome::Inconclusive => {
                    self.observed = true;
                }
            },
            Event::Failed { reason } => {
                if !matches!(self.phase, Phase::Failed { .. }) {
                    self.fail("deployment", reason);
                }
            }
            Event::Succeeded => self.phase = Phase::Succeeded,
            Event::RollbackStarted {
                undo, without_undo, ..
            } => {
                self.undo.clone_from(undo);
                self.without_undo.clone_from(without_undo);
                self.undo_failed.clear();
                self.phase = Phase::RollingBack { unfinished: None };
            }
            Event::RolledBack => {
                self.phase = Phase::RolledBack {
                    not_undone: self.without_undo.clone(),
                };
            }
            Event::RollbackFailed { not_undone, .. } => {
                self.phase = Phase::RollbackFailed {
                    not_undone: not_undone.clone(),
                };
            }
        }
    }

    fn take_step(&mut self, event: &Event) {
        match event {
            Event::Started { step, back: true, .. } => {
                *self.attempts.entry(step.clone()).or_default() += 1;
                self.phase = Phase::RollingBack {
                    unfinished: Some(step.clone()),
                };
            }
            Event::Started { step, .. } => {
                *self.attempts.entry(step.clone()).or_default() += 1;
                self.begun = true;
                self.phase = Phase::Unknown { step: step.clone() };
            }
            Event::Ended {
                step,
                back: true,
                outcome,
                ..
            } => {
                match outcome {
                    StepOutcome::Done => self.undone.insert(step.clone()),
                    StepOutcome::Failed => self.undo_failed.insert(step.clone()),
                };
                self.phase = Phase::RollingBack { unfinished: None };
            }
            Event::Ended {
                step,
                outcome: StepOutcome::Done,
                ..
            } => self.finish(step),
            Event::Ended { step, reason, .. } => {
                let why = reason.as_deref().unwrap_or("it failed");
                self.fail(step, why);
            }
            _ => {}
        }
    }

    fn finish(&mut self, step: &str) {
        self.begun = true;
        if !self.done.iter().any(|done| done == step) {
            self.done.push(step.to_owned());
        }
        self.phase = Phase::Stopped {
            after: Some(step.to_owned()),
        };
    }

    fn fail(&mut self, at: &str, reason: &str) {
        self.phase = Phase::Failed {
            at: at.to_owned(),
            reason: reason.to_owned(),
        };
    }

    /// Whether nothing can happen any more without a new plan.
    pub fn is_final(&self) -> bool {
        matches!(
            self.phase,
            Phase::Succeeded | Phase::RolledBack { .. } | Phase::NotStarted | Phase::Aborted { .. }
        )
    }
}

impl Phase {
    /// The phase in one word, which stays.
    pub fn word(&self) -> &'static str {
        match self {
            Self::NotStarted => "not_started",
            Self::Checking => "checking",
            Self::Aborted { .. } => "aborted",
            Self::Stopped { .. } => "stopped",
            Self::Unknown { .. } => "unknown",
            Self::Failed { .. } => "failed",
            Self::Waiting { .. } => "waiting",
            Self::Unverified => "unverified",
            Self::RollingBack { .. } => "rolling_back",
            Self::RollbackFailed { .. } => "rollback_failed",
            Self::Succeeded => "succeeded",
            Self::RolledBack { .. } => "rolled_back",
        }
    }

    /// The phase in a sentence.
    pub fn says(&self) -> String {
        match self {
            Self::NotStarted => "not started".to_owned(),
            Self::Checking => "aborted before any step: the checks have no end".to_owned(),
            Self::Aborted { reason } => format!("aborted before any step: {reason}"),
            Self::Stopped { after: Some(after) } => format!("stopped after the step {after}"),
            Self::Stopped { after: None } => "stopped before the first step".to_owned(),
            Self::Unknown { step } => {
                format!("unknown: the step {step} began, and nobody knows how it ended")
            }
            Self::Failed { at, reason } => format!("failed at {at}: {reason}"),
            Self::Waiting { step } => format!("waiting for somebody to acknowledge the step {step}"),
            Self::Unverified => {
                "unverified: every step was done, and nobody knows whether it works".to_owned()
            }
            Self::RollingBack {
                unfinished: Some(step),
            } => {
                format!("the rollback is incomplete: nobody knows how {step} ended")
            }
            Self::RollingBack { unfinished: None } => "the rollback is incomplete".to_owned(),
            Self::RollbackFailed { not_undone } => {
                format!("the rollback failed; not taken back: {}", not_undone.join(", "))
            }
            Self::Succeeded => "succeeded".to_owned(),
            Self::RolledBack { not_undone } if not_undone.is_empty() => "rolled back".to_owned(),
            Self::RolledBack { not_undone } => {
                format!("rolled back; steps without an undo: {}", not_undone.join(", "))
            }
        }
    }
}
