//! Which records may follow which: a journal with records that sdd cannot have written in that order is damaged, however well
//! its hashes fit.

use super::journal::{Event, Purpose, StepOutcome};
use super::state::{Phase, State};

/// What was followed so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    state: State,
    is_planned: bool,
    is_locked: bool,
    /// What began, by the same process, and has no end.
    open: Open,
}

/// What has no end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Open {
    #[default]
    Nothing,
    Step(String),
    Smoke,
    Observation,
}

impl Order {
    /// Takes the next record.
    ///
    /// # Errors
    ///
    /// Why it cannot stand there.
    pub(super) fn take(&mut self, event: &Event) -> Result<(), String> {
        if self.is_planned == matches!(event, Event::Planned { .. }) {
            return Err("the plan is the first record, and no other is one".to_owned());
        }
        if !(self.is_locked || needs_no_lock(event)) {
            return Err("nobody had taken the lock".to_owned());
        }
        match event {
            Event::Started { .. }
            | Event::Ended { .. }
            | Event::Waiting { .. }
            | Event::Acknowledged { .. }
            | Event::Assumed { .. } => self.judge_step(event)?,
            Event::RollbackStarted { .. } | Event::RolledBack | Event::RollbackFailed { .. } => {
                self.judge_way_back(event)?;
            }
            _ => self.judge_phase(event)?,
        }
        match event {
            Event::Planned { .. } => self.is_planned = true,
            Event::Locked { .. } => {
                self.is_locked = true;
                // Whoever was at it before is not any more.
                self.open = Open::Nothing;
            }
            Event::Started { step, .. } => self.open = Open::Step(step.clone()),
            Event::SmokeStarted => self.open = Open::Smoke,
            Event::ObserveStarted => self.open = Open::Observation,
            Event::Ended { .. } | Event::SmokeEnded { .. } | Event::ObserveEnded { .. } => {
                self.open = Open::Nothing;
            }
            _ => {}
        }
        self.state.take(event);
        Ok(())
    }

    fn judge_step(&self, event: &Event) -> Result<(), String> {
        let (phase, state) = (&self.state.phase, &self.state);
        let in_undo = |step: &String| state.undo.contains(step) && !state.undone.contains(step);
        let is_at_rest = matches!(
            phase,
            Phase::Stopped { .. } | Phase::Failed { .. } | Phase::Waiting { .. }
        );
        let holds = match event {
            Event::Started { step, back: true, .. } | Event::Acknowledged { step, back: true, .. } => {
                *phase == (Phase::RollingBack { unfinished: None }) && in_undo(step)
            }
            Event::Started { step, .. } => {
                let again = matches!(phase, Phase::Unknown { step: open } if open == step);
                let has_ended = self.open == Open::Nothing;
                (is_at_rest || again) && has_ended && !state.done.contains(step)
            }
            Event::Ended {
                step, back, outcome, ..
            } => {
                let began = self.open == Open::Step(step.clone());
                // What only a person could have done was not begun.
                let by_nobody = *back && *outcome == StepOutcome::Failed && self.open == Open::Nothing;
                let fits = match phase {
                    Phase::Unknown { .. } => !*back,
                    Phase::RollingBack { .. } => *back && in_undo(step),
                    _ => false,
                };
                fits && (began || by_nobody)
            }
            Event::Acknowledged { step, .. } | Event::Waiting { step } => {
                is_at_rest && !state.done.contains(step)
            }
            Event::Assumed { step, .. } => match phase {
                Phase::Unknown { step: at } | Phase::Failed { at, .. } => at == step,
                _ => false,
            },
            _ => true,
        };
        self.verdict(holds, event)
    }

    fn judge_way_back(&self, event: &Event) -> Result<(), String> {
        let state = &self.state;
        let left = || state.undo.iter().filter(move |id| !state.undone.contains(*id));
        let is_back = state.phase == Phase::RollingBack { unfinished: None };
        let holds = match (event, &state.phase) {
            (
                Event::RollbackStarted { undo, .. },
                Phase::RollingBack { .. } | Phase::RollbackFailed { .. },
            ) => *undo == state.undo,
            (Event::RollbackStarted { .. }, phase) => matches!(
                phase,
                Phase::Stopped { .. }
                    | Phase::Failed { .. }
                    | Phase::Waiting { .. }
                    | Phase::Unverified
                    | Phase::Succeeded
            ),
            (Event::RolledBack, _) => is_back && left().next().is_none(),
            (Event::RollbackFailed { not_undone, .. }, _) => {
                is_back && !not_undone.is_empty() && left().eq(not_undone)
            }
            _ => true,
        };
        self.verdict(holds, event)
    }

    fn judge_phase(&self, event: &Event) -> Result<(), String> {
        let (phase, state) = (&self.state.phase, &self.state);
        let is_rehearsal = state.purpose == Some(Purpose::Rehearsal);
        let is_rehearsed = is_rehearsal && matches!(phase, Phase::RolledBack { .. });
        let holds = match event {
            Event::Checked { .. } => *phase == Phase::Checking,
            Event::Aborted { .. } => {
                matches!(phase, Phase::NotStarted | Phase::Checking | Phase::Aborted { .. })
            }
            Event::SmokeStarted => matches!(
                phase,
                Phase::Stopped { .. } | Phase::Failed { .. } | Phase::Unverified
            ),
            Event::SmokeTested { .. } => self.open == Open::Smoke || is_rehearsed,
            Event::SmokeEnded { .. } => self.open == Open::Smoke,
            Event::ObserveStarted => *phase == Phase::Unverified && state.smoke && self.open == Open::Nothing,
            Event::Measured { .. } | Event::ObserveEnded { .. } => self.open == Open::Observation,
            Event::Failed { .. } => matches!(phase, Phase::Failed { .. } | Phase::Unverified),
            Event::Succeeded => {
                *phase == Phase::Unverified
                    && state.smoke
                    && state.observed
                    && !is_rehearsal
                    && self.open == Open::Nothing
            }
            Event::Rehearsed { .. } => is_rehearsed,
            _ => true,
        };
        self.verdict(holds, event)
    }

    fn verdict(&self, holds: bool, event: &Event) -> Result<(), String> {
        if holds {
            return Ok(());
        }
        Err(format!(
            "no deployment goes on like that: {} where it is {}",
            event.told(),
            self.state.phase.says()
        ))
    }
}

/// What is recorded before the lock is taken, or by whoever releases it.
fn needs_no_lock(event: &Event) -> bool {
    matches!(
        event,
        Event::Planned { .. } | Event::Approved { .. } | Event::Locked { .. } | Event::Unlocked { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::journal::PhaseOutcome;
    use crate::deploy::journal::testing::{ended, planned, started, succeeded};

    fn back(undo: &[&str]) -> Event {
        Event::RollbackStarted {
            reason: String::new(),
            automatic: true,
            by: String::new(),
            undo: undo.iter().map(|id| (*id).to_owned()).collect(),
            without_undo: Vec::new(),
        }
    }

    fn follow(events: &[Event]) -> Result<(), (usize, String)> {
        let mut order = Order::default();
        for (at, event) in events.iter().enumerate() {
            order.take(event).map_err(|why| (at, why))?;
        }
        Ok(())
    }

    /// The last of these events cannot stand there; all before can.
    #[track_caller]
    fn refused(events: &[Event]) {
        let (at, why) = follow(events).unwrap_err();
        assert_eq!(at + 1, events.len(), "{why}");
    }

    #[test]
    fn what_sdd_writes_can_be_followed() {
        use StepOutcome::{Done, Failed};
        let whole = succeeded(&["a", "b"]);
        assert_eq!(follow(&whole), Ok(()));
        for cut in 1..whole.len() {
            assert_eq!(follow(&whole[..cut]), Ok(()), "{cut}");
            // A kill, and somebody who goes on.
            let mut again = whole[..cut].to_vec();
            again.push(whole[1].clone());
            assert_eq!(follow(&again), Ok(()), "{cut}");
        }
        let mut taken_back = whole.clone();
        taken_back.extend([
            whole[1].clone(),
            back(&["ub", "ua"]),
            started("ub", true),
            ended("ub", true, Failed),
            // That of a person.
            ended("ua", true, Failed),
            Event::RollbackFailed {
                undone: Vec::new(),
                not_undone: vec!["ub".to_owned(), "ua".to_owned()],
            },
            whole[1].clone(),
            back(&["ub", "ua"]),
            started("ub", true),
            ended("ub", true, Done),
            started("ua", true),
            whole[1].clone(),
            back(&["ub", "ua"]),
            started("ua", true),
            ended("ua", true, Done),
            Event::RolledBack,
        ]);
        assert_eq!(follow(&taken_back), Ok(()));
    }

    #[test]
    fn what_sdd_never_writes_is_found() {
        use StepOutcome::{Done, Failed};
        let whole = succeeded(&["a"]);
        let lock = whole[1].clone();
        let with = |upto: usize, more: &[Event]| [&whole[..upto], more].concat();
        // Before the plan, a second plan, before the lock, before the checks, after checks that do not hold.
        refused(std::slice::from_ref(&lock));
        refused(&with(1, &[planned()]));
        refused(&with(1, &[whole[2].clone()]));
        refused(&with(2, &[started("a", false)]));
        let failed = Event::Checked {
            checks: Vec::new(),
            passed: false,
        };
        refused(&with(2, &[failed, started("a", false)]));
        // An end without a begin, of another step, twice, of another process.
        refused(&with(3, &[ended("a", false, Done)]));
        refused(&with(4, &[ended("b", false, Done)]));
        refused(&with(5, &[ended("a", false, Done)]));
        refused(&with(4, &[lock.clone(), ended("a", false, Done)]));
        refused(&with(5, &[started("a", false)]));
        // Success of what failed, was not tried, or was not watched.
        refused(&with(5, &[Event::Succeeded]));
        refused(&with(4, &[ended("a", false, Failed), Event::Succeeded]));
        let ill = Event::SmokeEnded {
            outcome: PhaseOutcome::Failed,
            reason: String::new(),
        };
        refused(&with(6, &[ill.clone(), Event::Succeeded]));
        refused(&with(6, &[ill, Event::ObserveStarted]));
        refused(&with(7, &[Event::Succeeded]));
        refused(&with(8, &[Event::Succeeded]));
        let at_end = whole.len();
        refused(&with(at_end, &[Event::Succeeded]));
        refused(&with(at_end, &[started("b", false)]));
        // A way back that nobody went.
        refused(&with(at_end, &[Event::RolledBack]));
        refused(&with(at_end, &[back(&["ua"]), Event::RolledBack]));
        refused(&with(at_end, &[back(&["ua"]), started("ub", true)]));
        refused(&with(at_end, &[back(&["ua"]), ended("ua", true, Done)]));
        refused(&with(at_end, &[back(&["ua"]), lock, back(&[])]));
        refused(&with(
            at_end,
            &[
                back(&["ua"]),
                started("ua", true),
                ended("ua", true, Failed),
                Event::RolledBack,
            ],
        ));
        let rehearsed = Event::Rehearsed {
            verified: true,
            reason: String::new(),
        };
        refused(&with(at_end, &[rehearsed]));
    }
}
