//! Who belongs to a run whose sdd is dead.
//!
//! Seeds are the processes that carry the tag, and the groups and the adopted processes that sdd told of. From there on everything counts that
//! has a member as its parent, or shares a group or a session with one: an emptied or overwritten environment hides
//! nothing of that. Who was found once stays found, so that the death of a parent or of a leader hides nobody either.
//!
//! What remains unseen: a process that emptied its environment, went into a session of its own, and lost its parent
//! so shortly before sdd was killed that sdd had not looked yet (`strays` says how often it does). As long as sdd
//! lives, it is adopted and found; afterwards nothing connects it to the run.

use std::collections::{BTreeMap, BTreeSet};

use super::told::{Origin, Told};
use crate::process::procfs::Process;

/// What a process's environment says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// It carries the tag of the run, of a child or of a run inside.
    Tagged,
    /// A helper of an sdd that ends by itself.
    Helper,
    None,
}

/// A group or a session that belongs to the run, by its leader's start when the leader was seen.
type Leaders = BTreeMap<i32, Option<u64>>;

/// The processes of a run.
pub(super) struct Kin {
    origin: Option<Origin>,
    groups: Leaders,
    sessions: Leaders,
    known: BTreeSet<(i32, u64)>,
}

impl Kin {
    pub(super) fn new(told: &Told) -> Self {
        let mut groups: Leaders = told
            .groups
            .iter()
            .map(|(leader, started)| (*leader, Some(*started)))
            .collect();
        let mut sessions = Leaders::new();
        // What it leads is its own, even when it is dead by now. The rest shows when it is found.
        for (pid, adopted) in &told.adopted {
            if adopted.group == *pid {
                groups.insert(*pid, Some(adopted.started));
            }
            if adopted.session == *pid {
                sessions.insert(*pid, Some(adopted.started));
            }
        }
        Self {
            origin: told.origin,
            groups,
            sessions,
            known: told
                .adopted
                .iter()
                .map(|(pid, adopted)| (*pid, adopted.started))
                .collect(),
        }
    }

    /// The moment before which nothing of the run can have started.
    pub(super) fn since(&self) -> u64 {
        self.origin.map_or(0, |origin| origin.started)
    }

    /// The living members among all processes of the user, of which `mark` tells what their environment says. The
    /// guard itself must not be among them.
    pub(super) fn living(&mut self, everybody: &[(Process, Mark)]) -> Vec<Process> {
        let by_pid: BTreeMap<i32, u64> = everybody
            .iter()
            .map(|(process, _)| (process.pid, process.started))
            .collect();
        let mut candidates: Vec<(Process, Mark)> = everybody
            .iter()
            .filter(|(process, mark)| {
                *mark != Mark::Helper
                    && process.pid > 1
                    && process.started >= self.since()
                    && !process.is_dead()
            })
            .copied()
            .collect();
        let mut members: Vec<Process> = Vec::new();
        let mut pids = BTreeSet::new();
        loop {
            let before = members.len();
            candidates.retain(|(process, mark)| {
                let belongs = *mark == Mark::Tagged
                    || self.known.contains(&(process.pid, process.started))
                    || pids.contains(&process.parent)
                    || holds(&self.groups, process.group, process, &by_pid)
                    || holds(&self.sessions, process.session, process, &by_pid);
                if belongs {
                    self.note(process, &by_pid);
                    pids.insert(process.pid);
                    members.push(*process);
                }
                !belongs
            });
            if members.len() == before {
                return members;
            }
        }
    }

    /// Remembers a member, and its group and session unless they are those of sdd itself: from there sdd was started,
    /// and others may be in it.
    fn note(&mut self, member: &Process, by_pid: &BTreeMap<i32, u64>) {
        self.known.insert((member.pid, member.started));
        let Some(origin) = self.origin else {
            return;
        };
        let leader = |pid: i32| by_pid.get(&pid).copied();
        if member.group > 1 && member.group != origin.group {
            self.groups
                .entry(member.group)
                .or_insert_with(|| leader(member.group));
        }
        if member.session > 1 && member.session != origin.session {
            self.sessions
                .entry(member.session)
                .or_insert_with(|| leader(member.session));
        }
    }
}

/// Whether a process is in one of these groups or sessions, and the number does not stand for another by now: a
/// number is free again only when its leader and all members are gone.
fn holds(leaders: &Leaders, number: i32, process: &Process, by_pid: &BTreeMap<i32, u64>) -> bool {
    let Some(started) = leaders.get(&number) else {
        return false;
    };
    let same_leader = by_pid.get(&number).is_none_or(|now| *started == Some(*now));
    same_leader && started.is_none_or(|started| process.started >= started)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: Origin = Origin {
        group: 10,
        session: 5,
        started: 1000,
    };

    fn process(pid: i32, parent: i32, group: i32, session: i32, started: u64) -> Process {
        Process::alive(pid, parent, group, session, started)
    }

    fn told(groups: &[(i32, u64)]) -> Told {
        Told {
            origin: Some(ORIGIN),
            groups: groups.iter().copied().collect(),
            adopted: BTreeMap::new(),
            in_order: false,
        }
    }

    fn pids(mut members: Vec<Process>) -> Vec<i32> {
        members.sort_by_key(|process| process.pid);
        members.iter().map(|process| process.pid).collect()
    }

    #[track_caller]
    fn check(told: &Told, everybody: &[(Process, Mark)], expect: &[i32]) {
        assert_eq!(pids(Kin::new(told).living(everybody)), expect);
    }

    #[test]
    fn the_group_of_a_tagged_process_belongs_to_the_run() {
        let everybody = [
            (process(42, 41, 41, 5, 1002), Mark::None),
            (process(41, 1, 41, 5, 1001), Mark::Tagged),
            (process(43, 1, 99, 5, 1002), Mark::None),
        ];
        check(&told(&[]), &everybody, &[41, 42]);
    }

    #[test]
    fn a_session_that_the_run_made_belongs_to_it() {
        let everybody = [
            (process(41, 1, 41, 41, 1001), Mark::Tagged),
            (process(42, 1, 42, 41, 1002), Mark::None),
        ];
        check(&told(&[]), &everybody, &[41, 42]);
    }

    #[test]
    fn descendants_belong_to_the_run_however_far() {
        let everybody = [
            (process(44, 43, 44, 44, 1004), Mark::None),
            (process(43, 42, 43, 43, 1003), Mark::None),
            (process(42, 41, 42, 42, 1002), Mark::None),
            (process(41, 1, 41, 5, 1001), Mark::Tagged),
        ];
        check(&told(&[]), &everybody, &[41, 42, 43, 44]);
    }

    #[test]
    fn the_users_shell_and_what_else_it_started_stay() {
        let everybody = [
            // The shell, a job beside sdd, one of sdd's own pipeline.
            (process(5, 1, 5, 5, 10), Mark::None),
            (process(30, 5, 30, 5, 1005), Mark::None),
            (process(11, 5, 10, 5, 1000), Mark::None),
            // A child that went back to sdd's group.
            (process(41, 1, 10, 5, 1001), Mark::Tagged),
        ];
        check(&told(&[]), &everybody, &[41]);
    }

    #[test]
    fn what_is_older_than_sdd_stays() {
        let everybody = [
            (process(40, 1, 41, 5, 999), Mark::None),
            (process(41, 1, 41, 5, 1001), Mark::Tagged),
        ];
        check(&told(&[]), &everybody, &[41]);
    }

    #[test]
    fn a_group_that_was_told_is_found_without_its_leader() {
        let orphan = [(process(42, 1, 41, 5, 1002), Mark::None)];
        check(&told(&[(41, 1001)]), &orphan, &[42]);
        check(&told(&[]), &orphan, &[]);
    }

    #[test]
    fn an_adopted_process_is_found_with_what_belongs_to_it() {
        let mut told = told(&[]);
        told.hear(b"a 41 41 41 1001\n");
        told.hear(b"a 51 50 50 1001\n");
        let everybody = [
            (process(41, 1, 41, 41, 1001), Mark::None),
            (process(42, 1, 42, 41, 1002), Mark::None),
            (process(43, 42, 43, 43, 1003), Mark::None),
            (process(51, 1, 50, 50, 1001), Mark::None),
            (process(99, 1, 99, 99, 1002), Mark::None),
        ];
        check(&told, &everybody, &[41, 42, 43, 51]);
        // Its leader is gone.
        check(&told, &everybody[1..], &[42, 43, 51]);
        // The number is another's.
        check(&told, &[(process(51, 1, 51, 51, 2000), Mark::None)], &[]);
        check(&told, &[(process(41, 1, 41, 41, 2000), Mark::None)], &[]);
    }

    #[test]
    fn a_number_that_was_given_again_is_another_group() {
        let others = [
            (process(41, 5, 41, 5, 2000), Mark::None),
            (process(42, 41, 41, 5, 2001), Mark::None),
        ];
        check(&told(&[(41, 1001)]), &others, &[]);
        let older = [(process(42, 1, 41, 5, 1000), Mark::None)];
        check(&told(&[(41, 1001)]), &older, &[]);
    }

    #[test]
    fn who_was_found_stays_found() {
        let mut kin = Kin::new(&told(&[]));
        let parent = (process(41, 1, 41, 5, 1001), Mark::Tagged);
        let child = (process(42, 41, 42, 42, 1002), Mark::None);
        assert_eq!(pids(kin.living(&[parent, child])), [41, 42]);
        // Both leaders are gone; one member is left, and each has a new one that nothing marks.
        let others = [
            (process(43, 1, 41, 5, 1003), Mark::None),
            (process(44, 1, 44, 42, 1003), Mark::None),
        ];
        assert_eq!(pids(kin.living(&others)), [43, 44]);
    }

    #[test]
    fn helpers_are_left_alone() {
        let everybody = [
            (process(41, 1, 41, 5, 1001), Mark::Tagged),
            (process(42, 41, 42, 5, 1002), Mark::Helper),
        ];
        check(&told(&[]), &everybody, &[41]);
    }

    #[test]
    fn without_knowing_sdd_no_group_is_guessed() {
        let everybody = [
            (process(41, 1, 30, 5, 1001), Mark::Tagged),
            (process(42, 41, 30, 5, 1001), Mark::None),
            (process(31, 5, 30, 5, 1001), Mark::None),
        ];
        check(&Told::default(), &everybody, &[41, 42]);
    }
}
