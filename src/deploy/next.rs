//! What follows: the next action of a deployment, and what a command may do in a state. Pure, and without a guess.

use super::plan::Plan;
use super::procedure::{Step, Work};
use super::state::{Phase, State};

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action<'p> {
    /// Look whether the deployment may begin.
    Check,
    /// Run a step.
    Run(&'p Step),
    /// Ask a person for a manual step.
    Ask(&'p Step),
    /// Try the smoke tests.
    Smoke,
    /// Watch.
    Observe,
    /// Say that it succeeded.
    Succeed,
    /// Run a step of the way back.
    Undo(&'p Step),
    /// Ask a person for a manual step of the way back.
    AskUndo(&'p Step),
    /// Say how the way back ended.
    CloseRollback {
        /// What was not taken back.
        not_undone: Vec<String>,
    },
    /// A step of the plan is not in the plan: what was recorded is not of it.
    Lost(String),
    /// Nothing: it stands, or it is over.
    Stop,
}

/// What follows on the way forward.
pub fn forward<'p>(plan: &'p Plan, state: &State) -> Action<'p> {
    match &state.phase {
        Phase::NotStarted | Phase::Checking | Phase::Aborted { .. } => Action::Check,
        Phase::Stopped { .. } | Phase::Unverified => {
            let next = plan.steps.iter().find(|step| !state.done.contains(&step.id));
            match next {
                Some(step) if step.work == Work::Manual => Action::Ask(step),
                Some(step) => Action::Run(step),
                None if !state.smoke => Action::Smoke,
                None if !state.observed => Action::Observe,
                None => Action::Succeed,
            }
        }
        Phase::Unknown { .. }
        | Phase::Failed { .. }
        | Phase::Waiting { .. }
        | Phase::RollingBack { .. }
        | Phase::RollbackFailed { .. }
        | Phase::Succeeded
        | Phase::RolledBack { .. } => Action::Stop,
    }
}

/// What follows when a command goes on from where the deployment stood: what stopped it is tried again.
pub fn again<'p>(plan: &'p Plan, state: &State) -> Action<'p> {
    let mut ready = state.clone();
    if matches!(
        ready.phase,
        Phase::Failed { .. } | Phase::Waiting { .. } | Phase::Unknown { .. }
    ) {
        ready.phase = Phase::Stopped { after: None };
    }
    // What was tried and watched before says nothing of now.
    (ready.smoke, ready.observed) = (false, false);
    forward(plan, &ready)
}

/// What follows on the way back.
pub fn backward<'p>(plan: &'p Plan, state: &State) -> Action<'p> {
    if !matches!(state.phase, Phase::RollingBack { .. }) {
        return Action::Stop;
    }
    let open = state
        .undo
        .iter()
        .find(|id| !state.undone.contains(*id) && !state.undo_failed.contains(*id));
    let Some(id) = open else {
        let not_undone = state.undo.iter().filter(|id| !state.undone.contains(*id));
        return Action::CloseRollback {
            not_undone: not_undone.cloned().collect(),
        };
    };
    match plan.rollback.iter().find(|step| step.id == *id) {
        Some(step) if step.work == Work::Manual => Action::AskUndo(step),
        Some(step) => Action::Undo(step),
        None => Action::Lost(id.clone()),
    }
}

/// What a person said of a step of which nobody knew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumption {
    /// Which.
    pub step: String,
    /// Whether it was done.
    pub done: bool,
}

/// What a command may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It goes on; what a person said is recorded before.
    Go {
        /// What was said, as far as it was needed.
        assumed: Option<Assumption>,
    },
    /// There is nothing to do.
    Nothing {
        /// Why.
        why: String,
    },
    /// It must not.
    Refused {
        /// Why.
        why: String,
        /// What may be done instead.
        instead: Instead,
    },
}

/// What may be done instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instead {
    /// `sdd deploy run`.
    Run,
    /// `sdd deploy resume`.
    Resume,
    /// `sdd deploy rollback`.
    Rollback,
    /// A person must say what became of the step.
    Assume,
    /// A person must acknowledge the step.
    Acknowledge,
}

/// Whether `resume` may go on. `acknowledged` are the ids that came with it.
pub fn resume(
    plan: &Plan,
    state: &State,
    assumption: Option<&Assumption>,
    acknowledged: &[String],
) -> Admission {
    let refused = |instead: Instead| Admission::Refused {
        why: state.phase.says(),
        instead,
    };
    if let Some(misplaced) = misplaced(state, assumption) {
        return misplaced;
    }
    match &state.phase {
        Phase::NotStarted => refused(Instead::Run),
        Phase::Checking
        | Phase::Aborted { .. }
        | Phase::Stopped { .. }
        | Phase::Failed { .. }
        | Phase::Unverified => Admission::Go { assumed: None },
        Phase::Unknown { step } => {
            let may_run_again = plan.step(step).is_some_and(|step| match &step.work {
                Work::Script(script) => script.idempotent,
                Work::Manual => false,
            });
            match assumption {
                Some(assumption) => Admission::Go {
                    assumed: Some(assumption.clone()),
                },
                None if may_run_again => Admission::Go { assumed: None },
                None => refused(Instead::Assume),
            }
        }
        Phase::Waiting { step } if acknowledged.contains(step) => Admission::Go { assumed: None },
        Phase::Waiting { .. } => refused(Instead::Acknowledge),
        Phase::RollingBack { .. } | Phase::RollbackFailed { .. } => refused(Instead::Rollback),
        Phase::Succeeded | Phase::RolledBack { .. } => Admission::Nothing {
            why: state.phase.says(),
        },
    }
}

/// Whether `rollback` may go back.
pub fn rollback(state: &State, assumption: Option<&Assumption>) -> Admission {
    if let Some(misplaced) = misplaced(state, assumption) {
        return misplaced;
    }
    match &state.phase {
        Phase::NotStarted | Phase::Checking | Phase::Aborted { .. } => Admission::Nothing {
            why: format!(
                "nothing was run, so there is nothing to take back ({})",
                state.phase.says()
            ),
        },
        Phase::RolledBack { .. } => Admission::Nothing {
            why: state.phase.says(),
        },
        Phase::Unknown { .. } => match assumption {
            Some(assumption) => Admission::Go {
                assumed: Some(assumption.clone()),
            },
            None => Admission::Refused {
                why: state.phase.says(),
                instead: Instead::Assume,
            },
        },
        Phase::Failed { .. } => Admission::Go {
            // What failed may have been done all the same, and then it is taken back as well.
            assumed: assumption.filter(|assumption| assumption.done).cloned(),
        },
        Phase::Stopped { .. }
        | Phase::Waiting { .. }
        | Phase::Unverified
        | Phase::RollingBack { .. }
        | Phase::RollbackFailed { .. }
        | Phase::Succeeded => Admission::Go { assumed: None },
    }
}

/// Something said of a step that is not the one in question.
fn misplaced(state: &State, assumption: Option<&Assumption>) -> Option<Admission> {
    let assumption = assumption?;
    let about = match &state.phase {
        Phase::Unknown { step } => Some(step),
        Phase::Failed { at, .. } => Some(at),
        _ => None,
    };
    (about != Some(&assumption.step)).then(|| Admission::Refused {
        why: format!(
            "what became of {} is not in question: {}",
            assumption.step,
            state.phase.says()
        ),
        instead: Instead::Resume,
    })
}

#[cfg(test)]
mod tests;
