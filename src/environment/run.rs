//! Makes checks, many at a time, each within its own time.
//!
//! A look is made on a thread of its own. The system's resolver and a file on a dead network share know no time-out, so a
//! thread that does not come back is left behind: its check has failed, and the others do not wait for it.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use super::check::{Limit, Scene, Seen};
use super::report::{CheckReport, Outcome};
use super::settings::Planned;
use crate::model::text;
use crate::process::Cancel;
use crate::process::redact::Redactor;

/// Looks at the same time.
const SLOTS: usize = 64;
/// Threads that may be left behind, before nothing more is begun.
const MAX_LEFT_BEHIND: usize = 64;
/// What a look may take beyond its limit to say what it saw: a command has to be ended first.
const SLACK: Duration = Duration::from_millis(500);
/// How often the request to stop is looked at.
const GLANCE: Duration = Duration::from_millis(50);
/// How long looks are waited for after the request to stop, so that the commands they run are ended.
const LAST_WAIT: Duration = Duration::from_secs(2);
/// The stack of a look, in bytes.
const STACK: usize = 1 << 20;
/// The longest message, in characters.
const MAX_MESSAGE: usize = 500;

/// Makes all checks, and says what came of each, in their order. Every text passes the redactor.
///
/// At the moment `until` no more is waited for: what passed or failed until then is told, and all else was not made.
pub fn run(
    planned: &[Planned],
    scene: &Arc<Scene>,
    redactor: &Redactor,
    cancel: &Cancel,
    until: Option<Instant>,
) -> Vec<CheckReport> {
    let (sender, receiver) = mpsc::channel();
    let now = Instant::now();
    let mut round = Round {
        planned,
        scene,
        cancel,
        until,
        sender,
        receiver,
        waiting: (0..planned.len()).map(|index| (now, index)).collect(),
        running: BTreeMap::new(),
        states: planned.iter().map(|_| State::default()).collect(),
        next: 0,
        left_behind: 0,
    };
    round.make();
    let unmade = if cancel.level() > 0 {
        "interrupted"
    } else {
        "not made: the time for all checks was over"
    };
    let states = round.states.into_iter();
    planned
        .iter()
        .zip(states)
        .map(|(planned, state)| state.report(planned, redactor, unmade))
        .collect()
}

/// What is known of a check.
#[derive(Default)]
struct State {
    attempts: u32,
    began: Option<Instant>,
    took: Duration,
    seen: Option<Seen>,
}

/// A look that is being made.
struct Running {
    index: usize,
    until: Instant,
    /// From when on its time was over because that of all checks was: what it says then is not what it would have said.
    cut: Option<Instant>,
}

impl Running {
    fn is_cut(&self) -> bool {
        self.cut.is_some_and(|cut| cut <= Instant::now())
    }
}

struct Round<'a> {
    planned: &'a [Planned],
    scene: &'a Arc<Scene>,
    cancel: &'a Cancel,
    until: Option<Instant>,
    sender: Sender<(u64, Seen)>,
    receiver: Receiver<(u64, Seen)>,
    /// Checks that are to be made, with the moment from which on.
    waiting: VecDeque<(Instant, usize)>,
    /// Looks by their number.
    running: BTreeMap<u64, Running>,
    states: Vec<State>,
    next: u64,
    left_behind: usize,
}

impl Round<'_> {
    fn make(&mut self) {
        while !(self.waiting.is_empty() && self.running.is_empty()) {
            if self.cancel.level() > 0 {
                self.stop();
                return;
            }
            // Who is late is not waited for: a look knows its own time, and a command is ended with it.
            if self.until.is_some_and(|until| until <= Instant::now()) {
                return;
            }
            self.begin();
            self.wait(GLANCE);
            self.leave_behind();
        }
    }

    /// Begins as many looks as may be made at the same time.
    fn begin(&mut self) {
        let now = Instant::now();
        for _ in 0..self.waiting.len() {
            if self.running.len() >= SLOTS {
                return;
            }
            let Some((due, index)) = self.waiting.pop_front() else {
                return;
            };
            if due > now {
                self.waiting.push_back((due, index));
            } else if self.left_behind >= MAX_LEFT_BEHIND {
                let why = format!("not made: {MAX_LEFT_BEHIND} others did not come back");
                self.states[index].seen = Some(Seen::error(why));
            } else {
                self.look(index);
            }
        }
    }

    fn look(&mut self, index: usize) {
        let planned = &self.planned[index];
        let (check, scene, sender) = (
            Arc::clone(&planned.check),
            Arc::clone(self.scene),
            self.sender.clone(),
        );
        let (number, whole) = (self.next, planned.timeout);
        let now = Instant::now();
        // A command is ended before the time for all checks is over, so that it does not outlive them.
        let room = self
            .until
            .map(|until| until.saturating_duration_since(now))
            .map(|left| left.saturating_sub(SLACK.min(left / 4)));
        let timeout = room.map_or(whole, |room| room.min(whole));
        let cut = (timeout < whole).then_some(now + timeout);
        self.next += 1;
        let state = &mut self.states[index];
        state.attempts += 1;
        state.began.get_or_insert_with(Instant::now);
        let begun = std::thread::Builder::new()
            .name(format!("check {}", planned.id))
            .stack_size(STACK)
            .spawn(move || {
                let look = || check.look(&scene, Limit::after(timeout));
                let seen = catch_unwind(AssertUnwindSafe(look))
                    .unwrap_or_else(|_| Seen::error("the check broke off: this is a bug of sdd"));
                // Nobody listens any more when all is over.
                let _ = sender.send((number, seen));
            });
        match begun {
            Ok(_) => {
                let until = Instant::now() + timeout + SLACK;
                self.running.insert(number, Running { index, until, cut });
            }
            Err(error) => state.seen = Some(Seen::error(format!("no thread can be started: {error}"))),
        }
    }

    /// Takes what comes within a while.
    fn wait(&mut self, longest: Duration) {
        let now = Instant::now();
        let due = self.waiting.iter().map(|(due, _)| *due).filter(|due| *due > now);
        let ends = self.running.values().map(|running| running.until);
        let next = due
            .chain(ends)
            .min()
            .map_or(longest, |next| next.saturating_duration_since(now));
        match self.receiver.recv_timeout(next.min(longest)) {
            Ok((number, seen)) => {
                self.take(number, seen);
                while let Ok((number, seen)) = self.receiver.try_recv() {
                    self.take(number, seen);
                }
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
    }

    fn take(&mut self, number: u64, seen: Seen) {
        match self.running.remove(&number) {
            Some(running) if running.is_cut() && seen.outcome != Outcome::Passed => {}
            Some(running) => self.settle(running.index, seen),
            // It was given up, and comes back after all.
            None => self.left_behind = self.left_behind.saturating_sub(1),
        }
    }

    /// Gives up what is over its time.
    fn leave_behind(&mut self) {
        let now = Instant::now();
        let over = |(number, running): (&u64, &Running)| (running.until <= now).then_some(*number);
        let late: Vec<u64> = self.running.iter().filter_map(over).collect();
        for number in late {
            if let Some(running) = self.running.remove(&number) {
                self.left_behind += 1;
                if running.is_cut() {
                    continue;
                }
                let timeout = self.planned[running.index].timeout;
                let seen = Seen::failed(format!("no answer within {timeout:?}"));
                self.settle(running.index, seen);
            }
        }
    }

    /// Notes what was seen, and has it looked at again where that is wanted.
    fn settle(&mut self, index: usize, seen: Seen) {
        let state = &mut self.states[index];
        state.took = state.began.map_or(Duration::ZERO, |began| began.elapsed());
        let again = self.planned[index]
            .retry
            .filter(|retry| seen.outcome != Outcome::Passed && state.took + retry.every.0 < retry.lasting.0);
        state.seen = Some(seen);
        if let Some(retry) = again {
            self.waiting.push_back((Instant::now() + retry.every.0, index));
        }
    }

    /// Begins nothing more. What runs is waited for a little, and what is not known is not made.
    fn stop(&mut self) {
        for (_, index) in std::mem::take(&mut self.waiting) {
            self.states[index].seen = None;
        }
        let until = Instant::now() + LAST_WAIT;
        while !self.running.is_empty() && Instant::now() < until {
            self.wait(GLANCE);
            self.waiting.clear();
        }
    }
}

impl State {
    fn report(self, planned: &Planned, redactor: &Redactor, unmade: &str) -> CheckReport {
        let seen = self.seen.unwrap_or_else(|| Seen::error(unmade));
        let clean = |said: &str| text::shorten(&redactor.text(&text::one_line(said)), MAX_MESSAGE);
        CheckReport {
            id: planned.id.clone(),
            kind: planned.kind.to_owned(),
            category: planned.category,
            severity: planned.severity,
            outcome: seen.outcome,
            message: clean(&seen.message),
            observed: seen.observed.as_deref().map(clean),
            remedy: seen
                .remedy
                .as_deref()
                .filter(|_| seen.outcome != Outcome::Passed)
                .map(clean),
            attempts: self.attempts,
            duration_ms: u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX),
        }
    }
}
