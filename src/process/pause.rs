//! Ctrl-Z: when sdd is stopped, its children stop with it, and no deadline comes nearer.
//!
//! Children have groups of their own, so the terminal does not stop them. What has left its group runs on.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The pauses of one sdd.
#[derive(Debug, Default)]
pub(super) struct Pause {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    groups: BTreeSet<u32>,
    since: Option<Instant>,
    past: Duration,
}

impl Pause {
    /// A group that pauses with sdd. What this returns must be dropped before the group's leader is reaped: then the
    /// number may be given to somebody else.
    pub(super) fn enter(&self, leader: u32) -> Entered<'_> {
        let mut state = self.state();
        state.groups.insert(leader);
        if state.since.is_some() {
            send(leader, Stop::Stop);
        }
        Entered { pause: self, leader }
    }

    /// Stops all groups.
    pub(super) fn begin(&self) {
        let mut state = self.state();
        if state.since.is_none() {
            state.since = Some(Instant::now());
        }
        for leader in &state.groups {
            send(*leader, Stop::Stop);
        }
    }

    /// Lets all groups go on.
    pub(super) fn end(&self) {
        let mut state = self.state();
        if let Some(since) = state.since.take() {
            state.past += since.elapsed();
        }
        for leader in &state.groups {
            send(*leader, Stop::Continue);
        }
    }

    /// How long sdd has paused so far.
    pub(super) fn total(&self) -> Duration {
        let state = self.state();
        state.past + state.since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Stands for one group.
pub(super) struct Entered<'a> {
    pause: &'a Pause,
    leader: u32,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.pause.state().groups.remove(&self.leader);
    }
}

#[derive(Clone, Copy)]
enum Stop {
    Stop,
    Continue,
}

#[cfg(unix)]
fn send(leader: u32, stop: Stop) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let signal = match stop {
        Stop::Stop => Signal::STOP,
        Stop::Continue => Signal::CONT,
    };
    if let Some(group) = i32::try_from(leader).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, signal);
    }
}

#[cfg(not(unix))]
fn send(_leader: u32, _stop: Stop) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pauses_count() {
        let pause = Pause::default();
        pause.end();
        assert_eq!(pause.total(), Duration::ZERO);
        pause.begin();
        std::thread::sleep(Duration::from_millis(5));
        pause.begin();
        let running = pause.total();
        assert!(running >= Duration::from_millis(5));
        pause.end();
        let total = pause.total();
        assert!(total >= running);
        std::thread::sleep(Duration::from_millis(5));
        assert_eq!(pause.total(), total);
    }

    #[test]
    fn a_group_is_forgotten_before_it_is_reaped() {
        let pause = Pause::default();
        // No process has this number, so nothing is hit.
        let entered = pause.enter(u32::MAX);
        assert!(pause.state().groups.contains(&u32::MAX));
        drop(entered);
        assert!(pause.state().groups.is_empty());
    }
}
