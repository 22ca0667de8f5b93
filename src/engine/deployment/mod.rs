//! Runs a deployment: does what `deploy::next` says, and writes a record before and after each thing that it does.
//!
//! Every turn begins from the records alone, so that a deployment which goes on after a kill takes the same way as one that
//! was never cut off.

mod ledger;
mod observe;
mod smoke;
mod step;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub use ledger::{Ledger, Torn};
pub use step::without_directory;

use crate::deploy::checks::{self, PreCheck};
use crate::deploy::journal::{Event, PhaseOutcome, Purpose, StepOutcome};
use crate::deploy::next::{self, Action};
use crate::deploy::plan::Plan;
use crate::deploy::procedure::{Step, Work};
use crate::deploy::state::{Phase, State};
use crate::model::config::{Deployment, OnInconclusive, ResolvedTarget};
use crate::process::clock::Clock;
use crate::process::redact::Redactor;
use crate::process::{Cancel, Runner, signals};
use crate::store::{self, Store};

/// How often a wait looks whether it is to stop.
const TICK: Duration = Duration::from_millis(50);

/// What a deployment is run with.
pub struct Site<'a> {
    /// The project's state.
    pub store: &'a Store,
    /// What is run.
    pub plan: &'a Plan,
    /// The settings.
    pub settings: &'a Deployment,
    /// The environment.
    pub target: &'a ResolvedTarget,
    /// The id of the deployment.
    pub deployment: &'a str,
    /// The id of this run, which the processes that it starts carry.
    pub run: &'a str,
    /// Starts steps: it stops when sdd is told to.
    pub runner: &'a dyn Runner,
    /// The request to stop.
    pub cancel: &'a Cancel,
    /// Starts the steps of the way back: it stops when sdd is told a second time.
    pub steady: &'a dyn Runner,
    /// The second request to stop.
    pub insist: &'a Cancel,
    /// Keeps secrets out of what is recorded.
    pub redactor: &'a Redactor,
    /// Finds a program of the machine.
    pub find: &'a dyn Fn(&str) -> Option<PathBuf>,
    /// The value of a variable; none where it is absent or empty.
    pub value: &'a dyn Fn(&str) -> Option<OsString>,
    /// A directory of this run, for the code of steps.
    pub scratch: &'a Path,
    /// Where "now" comes from.
    pub clock: Clock,
    /// Looks whether the deployment may begin.
    pub checks: &'a dyn Fn() -> Vec<PreCheck>,
    /// The manual steps that a person says were done.
    pub acknowledged: &'a [String],
    /// Who says so, and who asked for what is done.
    pub by: &'a str,
}

/// Why a deployment cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What happened cannot be recorded, so nothing more is done.
    #[error("the journal cannot be written, so nothing more was done")]
    Journal(#[source] store::Error),
    /// A step ran, and what became of it is not known; a person has to look.
    #[error("nobody knows how the step {step} ended, so nothing more was done: {why}")]
    Lost {
        /// The step.
        step: String,
        /// Why.
        why: String,
    },
    /// The records are not of the plan.
    #[error("the journal names the step {step}, which the plan does not have")]
    NotOfPlan {
        /// The step.
        step: String,
    },
}

/// How a deployment begins its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// For the first time.
    Fresh,
    /// Where it stood.
    Again,
}

/// Goes forward until the deployment stands or is over, and back where that is to happen by itself.
pub fn forward(site: &Site<'_>, ledger: &mut Ledger<'_>, begin: Begin) -> Result<(), Error> {
    let state = ledger.state();
    let mut action = match begin {
        Begin::Fresh => next::forward(site.plan, &state),
        Begin::Again => next::again(site.plan, &state),
    };
    loop {
        if let Some(signal) = requested(site.cancel) {
            ledger.add(Event::Interrupted { signal })?;
            return Ok(());
        }
        match action {
            Action::Check => {
                let checks = (site.checks)();
                let passed = checks::allow(&checks);
                ledger.add(Event::Checked { checks, passed })?;
            }
            Action::Run(step) => {
                let attempt = attempt(&ledger.state(), step);
                if step::run(site, ledger, step, attempt)? == StepOutcome::Failed {
                    return failed(
                        site,
                        ledger,
                        &format!("the step {} failed", step.id),
                        Reason::Step,
                    );
                }
            }
            Action::Ask(step) if site.acknowledged.contains(&step.id) => {
                acknowledge(site, ledger, step, Way::Forward)?;
            }
            Action::Ask(step) => {
                ledger.add(Event::Waiting {
                    step: step.id.clone(),
                })?;
                return Ok(());
            }
            Action::Smoke => {
                let (outcome, reason) = smoke::run(site, ledger)?;
                if outcome == PhaseOutcome::Failed {
                    return failed(site, ledger, &reason, Reason::Smoke);
                }
            }
            Action::Observe => {
                let (outcome, reason) = observe::run(site, ledger)?;
                let fails = match outcome {
                    PhaseOutcome::Failed => true,
                    PhaseOutcome::Inconclusive => on_inconclusive(site.target) == OnInconclusive::Fail,
                    PhaseOutcome::Passed | PhaseOutcome::Skipped => false,
                };
                if fails {
                    return failed(site, ledger, &reason, Reason::Observation);
                }
            }
            Action::Succeed if ledger.state().purpose == Some(Purpose::Rehearsal) => {
                begin_rollback(site, ledger, "it is a rehearsal", Decision::Automatic)?;
                backward(site, ledger)?;
                return rehearsed(site, ledger);
            }
            Action::Succeed => {
                ledger.add(Event::Succeeded)?;
                return Ok(());
            }
            Action::Stop
            | Action::Undo(_)
            | Action::AskUndo(_)
            | Action::CloseRollback { .. }
            | Action::Lost(_) => {
                return Ok(());
            }
        }
        let state = ledger.state();
        if matches!(state.phase, Phase::Aborted { .. }) {
            return Ok(());
        }
        action = next::forward(site.plan, &state);
    }
}

/// What an observation without a clear answer means here.
pub fn on_inconclusive(target: &ResolvedTarget) -> OnInconclusive {
    target.said.on_inconclusive.unwrap_or(if target.require_approval {
        OnInconclusive::Fail
    } else {
        OnInconclusive::Warn
    })
}

/// What failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    Step,
    Smoke,
    Observation,
}

/// Goes back by itself, where the settings say so; else the deployment has failed, and a person decides.
fn failed(site: &Site<'_>, ledger: &mut Ledger<'_>, reason: &str, what: Reason) -> Result<(), Error> {
    // Somebody who interrupts wants to look, and decides by himself.
    if let Some(signal) = requested(site.cancel) {
        return ledger.add(Event::Interrupted { signal });
    }
    let rollback = &site.settings.rollback;
    let leads_back = rollback.automatic
        && match what {
            Reason::Step => true,
            Reason::Smoke => rollback.on_smoke_test_failure,
            Reason::Observation => rollback.on_error_threshold != Some(false),
        };
    if !leads_back {
        return ledger.add(Event::Failed {
            reason: reason.to_owned(),
        });
    }
    begin_rollback(site, ledger, reason, Decision::Automatic)?;
    backward(site, ledger)
}

/// Who decided to go back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// sdd itself, as the settings say.
    Automatic,
    /// A person.
    Asked,
}

/// Records that the way back begins, with what is to be done.
pub fn begin_rollback(
    site: &Site<'_>,
    ledger: &mut Ledger<'_>,
    reason: &str,
    decision: Decision,
) -> Result<(), Error> {
    let state = ledger.state();
    // A way back that was begun keeps its list: what was taken back is not done any more.
    let (undo, without_undo) = match state.phase {
        Phase::RollingBack { .. } | Phase::RollbackFailed { .. } => (state.undo, state.without_undo),
        _ => (
            site.plan.way_back(&state.done),
            site.plan.without_undo(&state.done),
        ),
    };
    ledger.add(Event::RollbackStarted {
        reason: reason.to_owned(),
        automatic: decision == Decision::Automatic,
        by: match decision {
            Decision::Automatic => "sdd".to_owned(),
            Decision::Asked => site.by.to_owned(),
        },
        undo,
        without_undo,
    })
}

/// Goes back until everything was tried, and records how that ended. An undo that fails does not stop the others.
pub fn backward(site: &Site<'_>, ledger: &mut Ledger<'_>) -> Result<(), Error> {
    loop {
        if let Some(signal) = requested(site.insist) {
            return ledger.add(Event::Interrupted { signal });
        }
        let state = ledger.state();
        match next::backward(site.plan, &state) {
            Action::Undo(step) | Action::AskUndo(step) if site.acknowledged.contains(&step.id) => {
                acknowledge(site, ledger, step, Way::Back)?;
            }
            Action::Undo(step) => {
                step::run(site, ledger, step, attempt(&state, step))?;
            }
            Action::AskUndo(step) => {
                let why = format!("a person must do it: {}", step.text);
                ledger.add(step::not_run(step, &why))?;
            }
            Action::CloseRollback { not_undone } if not_undone.is_empty() => {
                return ledger.add(Event::RolledBack);
            }
            Action::CloseRollback { not_undone } => {
                return ledger.add(Event::RollbackFailed {
                    undone: state.undone.iter().cloned().collect(),
                    not_undone,
                });
            }
            Action::Lost(step) => return Err(Error::NotOfPlan { step }),
            _ => return Ok(()),
        }
    }
}

/// After a rehearsal the version before must answer.
fn rehearsed(site: &Site<'_>, ledger: &mut Ledger<'_>) -> Result<(), Error> {
    if !matches!(ledger.state().phase, Phase::RolledBack { .. }) {
        return Ok(());
    }
    let (outcome, reason) = smoke::try_all(site, ledger)?;
    ledger.add(Event::Rehearsed {
        verified: outcome == PhaseOutcome::Passed,
        reason: format!("after the rollback: {reason}"),
    })
}

/// Which way a step belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Forward,
    Back,
}

fn acknowledge(site: &Site<'_>, ledger: &mut Ledger<'_>, step: &Step, way: Way) -> Result<(), Error> {
    ledger.add(Event::Acknowledged {
        step: step.id.clone(),
        back: way == Way::Back,
        by: site.by.to_owned(),
        text: step.text.clone(),
    })
}

fn attempt(state: &State, step: &Step) -> u32 {
    state.attempts.get(&step.id).copied().unwrap_or(0) + 1
}

/// The signal, where sdd was told to stop.
fn requested(cancel: &Cancel) -> Option<String> {
    cancel.is_requested().then(|| {
        cancel
            .signal()
            .map_or_else(|| "a request".to_owned(), signals::name)
    })
}

/// Waits, unless sdd is told to stop.
fn wait(cancel: &Cancel, time: Duration) {
    let begun = Instant::now();
    while !cancel.is_requested() {
        let left = time.saturating_sub(begun.elapsed());
        if left.is_zero() {
            return;
        }
        std::thread::sleep(left.min(TICK));
    }
}

/// The names of the variables that these steps need and nobody has set, in their order.
pub fn unset<'p>(
    steps: impl IntoIterator<Item = &'p Step>,
    value: &dyn Fn(&str) -> Option<OsString>,
) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for step in steps {
        if let Work::Script(script) = &step.work {
            names.extend(script.env.iter().cloned());
        }
    }
    names.sort_unstable();
    names.dedup();
    names.retain(|name| value(name).is_none());
    names
}
