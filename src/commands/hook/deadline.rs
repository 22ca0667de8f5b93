//! The time that an answer may take. A hook that the agent has to end renders no decision, so sdd ends its own work
//! before that.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::process::Cancel;

/// What tools get to end by themselves when the time is over.
const GRACE: Duration = Duration::from_secs(3);

/// A running deadline. Dropping it calls it off.
pub(super) struct Deadline {
    budget: Duration,
    until: Option<Instant>,
    _called_off: Sender<()>,
}

impl Deadline {
    /// Asks everything to stop when the time is over.
    pub(super) fn start(budget: Duration, cancel: &Cancel) -> Self {
        let (called_off, wait) = mpsc::channel::<()>();
        let cancel = cancel.clone();
        let watch = move || {
            if wait.recv_timeout(budget) == Err(RecvTimeoutError::Timeout) {
                cancel.expire();
                if wait.recv_timeout(GRACE) == Err(RecvTimeoutError::Timeout) {
                    cancel.expire();
                }
            }
        };
        // Without a thread the agent's own limit is all there is.
        let _watched = thread::Builder::new().name("deadline".to_owned()).spawn(watch);
        Self {
            budget,
            until: Instant::now().checked_add(budget),
            _called_off: called_off,
        }
    }

    /// The time that an answer may take as a whole.
    pub(super) fn budget(&self) -> Duration {
        self.budget
    }

    /// The time that is left.
    pub(super) fn left(&self) -> Duration {
        self.until.map_or(self.budget, |until| {
            until.saturating_duration_since(Instant::now())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_asked_to_stop_when_the_time_is_over() {
        let cancel = Cancel::new();
        let deadline = Deadline::start(Duration::from_millis(10), &cancel);
        while !cancel.is_requested() {
            thread::sleep(Duration::from_millis(1));
        }
        assert!(cancel.is_expired());
        assert_eq!(cancel.signal(), None);
        assert_eq!(deadline.left(), Duration::ZERO);
        assert_eq!(deadline.budget(), Duration::from_millis(10));
    }

    #[test]
    fn nothing_is_asked_once_the_deadline_is_called_off() {
        let cancel = Cancel::new();
        drop(Deadline::start(Duration::from_millis(50), &cancel));
        thread::sleep(Duration::from_millis(120));
        assert!(!cancel.is_requested());
    }
}
