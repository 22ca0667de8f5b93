//! The request to stop, shared by everything that waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::pause::Pause;

/// A request to stop that many threads can look at. Clones share the request.
///
/// The level counts how often sdd was told: at 1 no new work is started and groups are ended with grace, at 2
/// the grace is skipped, at 3 sdd leaves at once.
#[derive(Clone, Debug, Default)]
pub struct Cancel {
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    level: AtomicUsize,
    signal: AtomicUsize,
    expired: AtomicBool,
    pause: Pause,
}

impl Cancel {
    /// A request that nobody has made yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks to stop because of a signal (0: for a reason of our own), and returns the new level.
    #[expect(clippy::cast_sign_loss, reason = "signal numbers are positive")]
    pub fn request(&self, signal: i32) -> usize {
        let _ = self
            .state
            .signal
            .compare_exchange(0, signal as usize, Ordering::SeqCst, Ordering::SeqCst);
        self.state.level.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Asks to stop because the time of the whole run is over, and returns the new level.
    pub fn expire(&self) -> usize {
        self.state.expired.store(true, Ordering::SeqCst);
        self.request(0)
    }

    /// Whether the time of the whole run is over.
    pub fn is_expired(&self) -> bool {
        self.state.expired.load(Ordering::SeqCst)
    }

    /// How often sdd was asked to stop.
    pub fn level(&self) -> usize {
        self.state.level.load(Ordering::SeqCst)
    }

    /// The other request that reaches everything that runs: to pause.
    pub(super) fn pause(&self) -> &Pause {
        &self.state.pause
    }

    /// Whether sdd was asked to stop.
    pub fn is_requested(&self) -> bool {
        self.level() > 0
    }

    /// The first signal that asked, when one did.
    pub fn signal(&self) -> Option<i32> {
        i32::try_from(self.state.signal.load(Ordering::SeqCst))
            .ok()
            .filter(|signal| *signal != 0)
    }
}
