//! Everything that one child started, on Linux: its group, and what left its group.
//!
//! Members of the group are known by their group, and the others by their tag in `SDD_RUN_ID`. What has neither
//! (its environment was cleared) is known by being adopted: sdd is the reaper of its orphans, and nothing that it
//! starts itself has a session of its own. While several children run, nobody can tell whose such a stray is, so it
//! is ended with the last of them. Daemons that are to stay (`Daemons::Stay`) are no strays.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, getpid, kill_process_group, set_child_subreaper,
    test_kill_process_group, waitid,
};

use super::children::Children;
use super::procfs::{Process, is_tag, tag_variable};
use super::pump::Pump;
use super::watch::Job;

const KILL_ROUNDS: usize = 3;
/// How long a killed process may take to be gone before the next round.
const KILL_WAIT: Duration = Duration::from_millis(250);
/// How long a round tries to stop a family that grows while it is being stopped.
const FREEZE: Duration = Duration::from_millis(100);
const LOOK_FIRST: Duration = Duration::from_millis(2);
const LOOK_SLOWEST: Duration = Duration::from_millis(100);

/// Marks helpers of sdd that outlive it by design and end by themselves.
pub(super) const HELPER_MARK: &str = "SDD_INTERNAL_REAPER";

/// Makes orphans of our children ours, so that a double fork does not hide them. Without it (an old kernel, a
/// sandbox) the tag still finds them.
pub(super) fn adopt_orphans() {
    let _ = set_child_subreaper(Some(getpid()));
}

/// Whether a process is sdd's by adoption: nothing that sdd starts itself has a session of its own.
pub(super) fn is_adopted(process: &Process, sdd: i32, session: i32) -> bool {
    process.parent == sdd && process.session != session
}

/// A child and all that came from it. The child itself must not have been reaped: its number keeps its group's
/// number from being given to somebody else.
pub(super) struct Family<'a> {
    leader: Pid,
    tag: Vec<u8>,
    since: u64,
    me: i32,
    session: i32,
    /// Whether no other child of this sdd runs.
    alone: &'a dyn Fn() -> bool,
    children: &'a Children,
    escaped: BTreeSet<(i32, u64)>,
}

impl<'a> Family<'a> {
    pub(super) fn new(leader: Pid, tag: &str, alone: &'a dyn Fn() -> bool, children: &'a Children) -> Self {
        Self {
            leader,
            tag: tag_variable(tag),
            since: Process::read(leader.as_raw_pid()).map_or(0, |leader| leader.started),
            me: getpid().as_raw_pid(),
            session: Process::own_session(),
            alone,
            children,
            escaped: BTreeSet::new(),
        }
    }

    /// How many members were found outside the group.
    pub(super) fn escaped(&self) -> u32 {
        u32::try_from(self.escaped.len()).unwrap_or(u32::MAX)
    }

    /// Whether nobody lives, after the leader has ended: most of them leave nothing, which is quickly seen.
    pub(super) fn is_gone(&mut self) -> bool {
        self.children.are_all_known() || self.alive().is_empty()
    }

    /// The members that live; the dead ones that are ours to reap are reaped.
    pub(super) fn alive(&mut self) -> Vec<Process> {
        let everybody: Vec<Process> = Process::all().collect();
        // Asked after the list was made: whoever is in it and belongs to another child, that child was counted.
        let alone = (self.alone)();
        let mut alive = Vec::new();
        for process in everybody {
            let in_group = process.group == self.leader.as_raw_pid();
            if process.is_dead() {
                self.reap(&process, in_group);
            } else if in_group {
                alive.push(process);
            } else if self.has_left(&process, alone) {
                self.escaped.insert((process.pid, process.started));
                alive.push(process);
            }
        }
        alive
    }

    fn has_left(&self, process: &Process, alone: bool) -> bool {
        if process.pid == self.me || process.started < self.since {
            return false;
        }
        if process.has_variable(|variable| is_tag(variable, &self.tag)) {
            return true;
        }
        alone
            && self.is_stray(process)
            && !process.has_variable(|variable| variable.starts_with(HELPER_MARK.as_bytes()))
    }

    fn is_stray(&self, process: &Process) -> bool {
        is_adopted(process, self.me, self.session) && !self.children.stays(process)
    }

    /// Reaps one adopted process by its number. Never any child: other threads wait for theirs.
    fn reap(&self, process: &Process, in_group: bool) {
        let known = self.escaped.contains(&(process.pid, process.started));
        let leader = process.pid == self.leader.as_raw_pid();
        if process.parent != self.me || leader || !(in_group || known || self.is_stray(process)) {
            return;
        }
        if let Some(pid) = Pid::from_raw(process.pid) {
            self.children.reap(|| {
                let _ = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOHANG);
                None
            });
        }
    }

    /// How many live when the time is up that they have to go by themselves: helpers often end a moment after the one
    /// that they helped.
    pub(super) fn left(&mut self, pump: &mut Pump, until: Instant, job: &Job<'_>) -> u32 {
        let time = until.saturating_duration_since(Instant::now());
        self.wait(pump, time, || {
            (job.look)();
            job.interrupted().is_some()
        });
        u32::try_from(self.alive().len()).unwrap_or(u32::MAX)
    }

    /// Ends all members: TERM, then after `grace` (or at once when sdd was told twice to stop) KILL. Takes at most
    /// `grace` and about a second, whatever they do. The pipes are drained meanwhile.
    pub(super) fn end(&mut self, pump: &mut Pump, grace: Duration, job: &Job<'_>) {
        let members = self.alive();
        self.signal(&members, Signal::TERM);
        // A stopped process takes TERM only when it goes on.
        self.signal(&members, Signal::CONT);
        if self.wait(pump, grace, || {
            (job.look)();
            job.cancel.level() >= 2
        }) {
            return;
        }
        for _ in 0..KILL_ROUNDS {
            let members = self.freeze();
            self.signal(&members, Signal::KILL);
            if self.wait(pump, KILL_WAIT, || false) {
                return;
            }
        }
    }

    /// One more look after the child was reaped: its group must be gone with it, and nearly always is. Each member that
    /// is left is killed by itself, because the number of an empty group may be given to another.
    pub(super) fn end_rest(&mut self) {
        if test_kill_process_group(self.leader) == Err(Errno::SRCH) {
            return;
        }
        for process in self.alive() {
            process.signal(Signal::KILL);
        }
    }

    /// Stops all members until no new ones show up: what is stopped does not fork.
    fn freeze(&mut self) -> Vec<Process> {
        let until = Instant::now() + FREEZE;
        let mut frozen = Vec::new();
        loop {
            let _ = kill_process_group(self.leader, Signal::STOP);
            let mut grew = false;
            for process in self.alive() {
                if !frozen
                    .iter()
                    .any(|old: &Process| old.pid == process.pid && old.started == process.started)
                {
                    process.signal(Signal::STOP);
                    frozen.push(process);
                    grew = true;
                }
            }
            if !grew || Instant::now() >= until {
                return frozen;
            }
        }
    }

    fn signal(&self, members: &[Process], signal: Signal) {
        let _ = kill_process_group(self.leader, signal);
        for process in members {
            if process.group != self.leader.as_raw_pid() {
                process.signal(signal);
            }
        }
    }

    /// Waits until nobody lives, the time is up or `enough`; returns whether nobody lives.
    fn wait(&mut self, pump: &mut Pump, time: Duration, enough: impl Fn() -> bool) -> bool {
        let until = Instant::now() + time;
        let mut pause = LOOK_FIRST;
        loop {
            if self.alive().is_empty() {
                return true;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || enough() {
                return false;
            }
            pump.idle(pause.min(left));
            pause = (pause * 2).min(LOOK_SLOWEST);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::os::unix::process::CommandExt;
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a supervised child would leave nothing")]
    fn what_is_left_after_the_reaping_is_killed() {
        let mut child = Command::new("/bin/sh")
            .args(["-c", "sleep 100 & echo $!"])
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let leader = Pid::from_child(&child);
        let children = Children::default();
        let mut family = Family::new(leader, "no-such-tag", &|| false, &children);
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        child.wait().unwrap();
        let member = Process::read(line.trim().parse().unwrap()).unwrap();
        assert!(!member.is_dead());

        family.end_rest();
        let until = Instant::now() + Duration::from_secs(30);
        let lives =
            || Process::read(member.pid).is_some_and(|now| now.started == member.started && !now.is_dead());
        while lives() {
            assert!(Instant::now() < until, "{member:?} lives");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
