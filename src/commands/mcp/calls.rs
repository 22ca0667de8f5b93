//! The calls that are being worked on, so that all of them can be ended.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::process::Cancel;

/// The calls that are being worked on.
#[derive(Default)]
pub(super) struct Calls {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    next: u64,
    ending: bool,
    running: BTreeMap<u64, Cancel>,
}

impl Calls {
    /// Begins a call. It is over when what comes back is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> Call {
        let cancel = Cancel::new();
        let mut state = self.state();
        let number = state.next;
        state.next += 1;
        if state.ending {
            cancel.request(0);
        }
        state.running.insert(number, cancel.clone());
        Call {
            calls: Arc::clone(self),
            number,
            cancel,
        }
    }

    /// Asks every call to stop, and those that come later.
    pub(super) fn stop(&self) {
        let mut state = self.state();
        if !std::mem::replace(&mut state.ending, true) {
            for cancel in state.running.values() {
                cancel.request(0);
            }
        }
    }

    /// Ends every call, and waits until each has cleaned up.
    pub(super) fn end(&self) {
        self.stop();
        let mut state = self.state();
        while !state.running.is_empty() {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that is being worked on.
pub(super) struct Call {
    calls: Arc<Calls>,
    number: u64,
    /// The request to end it.
    pub(super) cancel: Cancel,
}

impl Drop for Call {
    fn drop(&mut self) {
        self.calls.state().running.remove(&self.number);
        self.calls.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_reaches_every_call_and_waits_for_it() {
        let calls = Arc::new(Calls::default());
        let call = calls.begin();
        let cancel = call.cancel.clone();
        let worker = std::thread::spawn(move || {
            while !call.cancel.is_requested() {
                std::thread::yield_now();
            }
        });
        calls.end();
        assert!(cancel.is_requested() && calls.state().running.is_empty());
        worker.join().unwrap();
        assert!(calls.begin().cancel.is_requested());
    }
}
