//! How everything begins that goes on with the last deployment: the lock, what was recorded, and whether it may.

use super::scene::{Last, Scene};
use super::work::{self, Locked, Said};
use crate::commands::context::Cx;
use crate::commands::pipeline;
use crate::deploy::journal::Event;
use crate::deploy::next::{Admission, Assumption};
use crate::deploy::plan::Plan;
use crate::deploy::state::State;
use crate::deploy::summary::next_commands;
use crate::engine::deployment::{Ledger, Site};

/// What is asked for.
pub(super) struct Wish<'w> {
    /// The command, as the lock names it.
    pub(super) command: &'static str,
    /// What people say.
    pub(super) said: &'w Said,
    /// What they say of a step: `done STEP` or `not-done STEP`, or nothing.
    pub(super) assume: &'w [String],
}

/// Whether there is something to go on with.
pub(super) enum Begun<'s> {
    /// There is.
    Goes(Box<Again<'s>>),
    /// There is not: this deployment is over, which was said. The lock is released.
    Over(String),
}

/// A deployment that goes on. Its environment is locked.
pub(super) struct Again<'s> {
    /// The deployment.
    pub(super) last: Last,
    /// Where it stands.
    pub(super) state: State,
    /// What is taken for true of a step that has no end.
    pub(super) assumed: Option<Assumption>,
    /// Who goes on.
    pub(super) by: String,
    locked: Locked<'s>,
}

/// Takes the lock, reads the last deployment, and asks `admit` whether it may go on.
///
/// # Errors
///
/// There is no deployment, the environment is locked, or `admit` refuses; then nothing was run.
pub(super) fn begin<'s>(
    cx: &mut Cx,
    scene: &'s Scene,
    wish: &Wish<'_>,
    admit: impl FnOnce(&Plan, &State, Option<&Assumption>) -> Admission,
) -> anyhow::Result<Begun<'s>> {
    // Where nothing was deployed, no lock is left behind.
    scene.wanted(cx)?;
    let locked = work::take_lock(cx, scene, wish.command)?;
    // Only now nobody else changes what is read.
    let last = scene.wanted(cx)?;
    work::alone(cx, &last.chain)?;
    let state = State::of(&last.chain.records);
    wish.said.check(&last.plan)?;
    let assumption = work::assumption(wish.assume, &last.plan)?;
    match admit(&last.plan, &state, assumption.as_ref()) {
        Admission::Go { assumed } => Ok(Begun::Goes(Box::new(Again {
            last,
            state,
            assumed,
            by: wish.said.by(cx),
            locked,
        }))),
        Admission::Nothing { why } => {
            cx.ui.status(&format!("nothing to do: {why}"));
            Ok(Begun::Over(last.id))
        }
        Admission::Refused { why, instead } => {
            let next = next_commands(&last.plan, &state, &pipeline::called(cx));
            Err(work::refusal(cx, &scene.target.name, &why, instead, &next).into())
        }
    }
}

impl Again<'_> {
    /// Records that the lock was taken, and what is assumed.
    pub(super) fn record(&self, site: &Site<'_>, ledger: &mut Ledger<'_>) -> anyhow::Result<()> {
        ledger.add(self.locked.event(site.run))?;
        if let Some(assumed) = &self.assumed {
            ledger.add(Event::Assumed {
                step: assumed.step.clone(),
                done: assumed.done,
                by: self.by.clone(),
            })?;
        }
        Ok(())
    }
}
