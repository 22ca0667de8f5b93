//! What sdd adopted while a child runs or is ended, told to the guard while sdd can still see it.
//!
//! A process that emptied its environment, went into a session of its own and lost its parent is tied to the run by
//! nothing but having sdd as its new parent, and that tie ends with sdd. So it must be told of before. Nothing
//! announces an adoption: one must look, and the kernel's list of children makes that cheap. Kernels without that list
//! (`CONFIG_PROC_CHILDREN`) cost a walk through all of `/proc`, which is done less often.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rustix::process::getpid;

use super::told;
use crate::process::family::is_adopted;
use crate::process::procfs::{Process, own_children};

/// The time between two looks at the list of children.
const LOOK: Duration = Duration::from_millis(150);
/// The time between two walks through `/proc`.
const WALK: Duration = Duration::from_secs(1);
/// A look may take this part of the time at most, however many processes there are.
const SHARE: u32 = 50;

/// What the guard knows of adopted processes.
pub(super) struct Strays {
    me: i32,
    session: i32,
    /// What is older than the guard was there before the first child, for instance as a job of the shell that became
    /// sdd by `exec`.
    since: u64,
    next: Instant,
    told: BTreeMap<i32, u64>,
}

impl Strays {
    /// `since` is the start of the guard.
    pub(super) fn new(since: u64) -> Self {
        Self {
            me: getpid().as_raw_pid(),
            session: Process::own_session(),
            since,
            next: Instant::now() + LOOK,
            told: BTreeMap::new(),
        }
    }

    /// Looks if it is time to, and passes lines to `tell`, which says whether the guard will get them. What it does
    /// not get now is tried again with the next look. What `stays` is not told of, or the guard would end it.
    pub(super) fn look(&mut self, stays: &dyn Fn(&Process) -> bool, tell: impl Fn(&str) -> bool) {
        let start = Instant::now();
        if start < self.next {
            return;
        }
        let (children, pause) = match own_children() {
            Some(pids) => (pids.into_iter().filter_map(Process::read).collect(), LOOK),
            None => (Process::all().collect::<Vec<_>>(), WALK),
        };
        self.compare(&children, &|| Process::all().collect(), stays, tell);
        let end = Instant::now();
        self.next = end + pause.max((end - start) * SHARE);
    }

    fn compare(
        &mut self,
        seen: &[Process],
        all: &dyn Fn() -> Vec<Process>,
        stays: &dyn Fn(&Process) -> bool,
        tell: impl Fn(&str) -> bool,
    ) {
        for process in seen {
            if self.is_stray(process)
                && self.told.get(&process.pid) != Some(&process.started)
                && !stays(process)
                && tell(&told::adopted(process))
            {
                self.told.insert(process.pid, process.started);
            }
        }
        let is_there = |pid: &i32, started: &u64| {
            seen.iter()
                .any(|process| process.pid == *pid && process.started == *started)
        };
        if self.told.iter().all(|(pid, started)| is_there(pid, started)) {
            return;
        }
        // As long as it has a group or a session, these are to be guarded, and its number is not given again.
        let everybody = all();
        self.told.retain(|pid, started| {
            is_there(pid, started)
                || everybody
                    .iter()
                    .any(|other| [other.pid, other.group, other.session].contains(pid))
                || !tell(&told::gone(*pid, *started))
        });
    }

    fn is_stray(&self, process: &Process) -> bool {
        is_adopted(process, self.me, self.session) && process.started >= self.since && !process.is_dead()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn strays() -> Strays {
        Strays {
            me: 10,
            session: 5,
            since: 1000,
            next: Instant::now(),
            told: BTreeMap::new(),
        }
    }

    /// One that stays.
    const DAEMON: i32 = 77;

    #[track_caller]
    fn check(strays: &mut Strays, seen: &[Process], all: &[Process], expect: &[&str]) {
        let lines = RefCell::new(Vec::new());
        strays.compare(seen, &|| all.to_vec(), &|process| process.pid == DAEMON, |line| {
            lines.borrow_mut().push(line.to_owned());
            true
        });
        assert_eq!(lines.into_inner(), expect);
    }

    #[test]
    fn an_adopted_process_is_told_of_once() {
        let mut strays = strays();
        let stray = Process::alive(41, 10, 41, 41, 1001);
        check(&mut strays, &[stray], &[], &["a 41 41 41 1001\n"]);
        check(&mut strays, &[stray], &[], &[]);
    }

    #[test]
    fn only_what_sdd_adopted_is_told_of() {
        let others = [
            // A child, one of another parent, one from before the first child, a daemon that stays.
            Process::alive(41, 10, 41, 5, 1001),
            Process::alive(42, 11, 42, 42, 1001),
            Process::alive(43, 10, 43, 43, 999),
            Process::alive(DAEMON, 10, DAEMON, DAEMON, 1001),
        ];
        check(&mut strays(), &others, &[], &[]);
    }

    #[test]
    fn what_is_gone_is_forgotten_when_its_session_is_empty() {
        let mut strays = strays();
        let stray = Process::alive(41, 10, 41, 41, 1001);
        let member = Process::alive(42, 1, 42, 41, 1002);
        check(&mut strays, &[stray], &[], &["a 41 41 41 1001\n"]);
        check(&mut strays, &[], &[member], &[]);
        check(&mut strays, &[], &[], &["d 41 1001\n"]);
        check(&mut strays, &[], &[], &[]);
    }

    #[test]
    fn what_a_stopped_guard_did_not_get_is_told_again() {
        let mut strays = strays();
        let stray = Process::alive(41, 10, 41, 41, 1001);
        strays.compare(&[stray], &Vec::new, &|_| false, |_| false);
        check(&mut strays, &[stray], &[], &["a 41 41 41 1001\n"]);
    }
}
