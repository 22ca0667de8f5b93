//! What the watchers of all platforms share.

use std::process::ExitStatus;
use std::time::{Duration, Instant};

use super::Cancel;
use super::children::Children;
use super::output::Outputs;

/// The time that pipes get to close after their process has ended.
pub(super) const LEAK_GRACE: Duration = Duration::from_millis(500);
/// The most time between TERM and KILL for what a process leaves behind when it ends by itself.
pub(super) const LEFTOVER_GRACE: Duration = Duration::from_secs(2);
/// How often the request to stop is looked at.
pub(super) const TICK: Duration = Duration::from_millis(25);

/// What a watcher needs to know about a child.
pub(super) struct Job<'a> {
    /// Not counting pauses after it was set. `None`: so far away that no clock can say it.
    pub(super) deadline: Option<Instant>,
    /// How long sdd had paused when the deadline was set.
    pub(super) paused: Duration,
    pub(super) grace: Duration,
    pub(super) cancel: &'a Cancel,
    /// The child's own tag, which no other child has.
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "tags are read from /proc")
    )]
    pub(super) tag: &'a str,
    /// Whether no other child runs.
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "strays are found by /proc")
    )]
    pub(super) alone: &'a dyn Fn() -> bool,
    /// All that the runner has started, this child included.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "nothing is adopted"))]
    pub(super) children: &'a Children,
    /// To be called often until the child is reaped: says what was adopted meanwhile to whoever must know.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "nothing is adopted"))]
    pub(super) look: &'a dyn Fn(),
    /// Whether the talk with the child is over, and it had time to end by itself.
    pub(super) over: &'a dyn Fn() -> bool,
}

impl Job<'_> {
    /// How long sdd has paused since the deadline was set.
    pub(super) fn paused(&self) -> Duration {
        self.cancel.pause().total().saturating_sub(self.paused)
    }

    fn deadline(&self) -> Option<Instant> {
        self.deadline?.checked_add(self.paused())
    }

    /// How long to wait before looking at the clock and the request again.
    pub(super) fn tick(&self, longest: Duration) -> Duration {
        self.deadline().map_or(longest, |deadline| {
            deadline.saturating_duration_since(Instant::now()).min(longest)
        })
    }

    /// Why the child must be ended now, if it must.
    pub(super) fn interrupted(&self) -> Option<Why> {
        if self.cancel.is_requested() {
            Some(Why::Cancelled)
        } else if self.deadline().is_some_and(|deadline| Instant::now() >= deadline) {
            Some(Why::TimedOut)
        } else if (self.over)() {
            Some(Why::Over)
        } else {
            None
        }
    }

    /// The time between TERM and KILL for a child that is ended.
    pub(super) fn grace_for(&self, why: Why) -> Duration {
        match why {
            Why::Over | Why::Ended => self.grace.min(LEFTOVER_GRACE),
            Why::TimedOut | Why::Cancelled => self.grace,
        }
    }
}

/// Why a watch ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// The child ended by itself.
    Ended,
    /// Its time ran out.
    TimedOut,
    /// sdd was told to stop.
    Cancelled,
    /// It was talked to, and the talk is over.
    Over,
}

/// A child that was watched to its end.
pub(super) struct Watched {
    pub(super) why: Why,
    /// `None` when it could not be ended.
    pub(super) status: Option<ExitStatus>,
    pub(super) elapsed: Duration,
    pub(super) cpu: Option<Duration>,
    pub(super) leaked: bool,
    pub(super) left: u32,
    pub(super) escaped: u32,
    pub(super) outputs: Outputs,
}
