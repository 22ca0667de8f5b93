//! What sdd tells its guard through the pipe: one line each, numbers in decimal.
//!
//! | line | meaning |
//! |---|---|
//! | `s GROUP SESSION START` | who sdd is itself; the first line |
//! | `g PID START` | a child leads a group of its own from now on |
//! | `e PID` | that child was reaped, and its group is empty |
//! | `a PID GROUP SESSION START` | sdd adopted a process |
//! | `d PID START` | that process is gone, and so are the group and the session that it led |
//! | `.` | sdd ends in order |
//!
//! Starts are in clock ticks since boot, as in `/proc/PID/stat`. A line that is not understood says nothing.

use std::collections::BTreeMap;

/// What sdd says when it ends in order.
pub(super) const FAREWELL: &str = ".\n";

/// A process that sdd adopted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Adopted {
    pub(super) group: i32,
    pub(super) session: i32,
    pub(super) started: u64,
}

/// The sdd that is guarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) group: i32,
    pub(super) session: i32,
    pub(super) started: u64,
}

impl Origin {
    pub(super) fn line(self) -> String {
        format!("s {} {} {}\n", self.group, self.session, self.started)
    }
}

/// The line that tells of a new group.
pub(super) fn began(leader: i32, started: u64) -> String {
    format!("g {leader} {started}\n")
}

/// The line that tells of a group that is gone.
pub(super) fn ended(leader: i32) -> String {
    format!("e {leader}\n")
}

/// The line that tells of an adopted process.
#[cfg(target_os = "linux")]
pub(super) fn adopted(process: &crate::process::procfs::Process) -> String {
    format!(
        "a {} {} {} {}\n",
        process.pid, process.group, process.session, process.started
    )
}

/// The line that tells that nothing is left of an adopted process.
pub(super) fn gone(pid: i32, started: u64) -> String {
    format!("d {pid} {started}\n")
}

/// All that was said so far.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) origin: Option<Origin>,
    /// The groups that may still have members: the leader's number, and when it started.
    pub(super) groups: BTreeMap<i32, u64>,
    /// The adopted processes that may still live, by number.
    pub(super) adopted: BTreeMap<i32, Adopted>,
    /// Whether sdd said farewell.
    pub(super) in_order: bool,
}

impl Told {
    pub(super) fn hear(&mut self, line: &[u8]) {
        // Half a line was cut off by the end of sdd.
        let Some(line) = line.strip_suffix(b"\n") else {
            return;
        };
        let Ok(line) = std::str::from_utf8(line) else {
            return;
        };
        let mut words = line.split(' ');
        let kind = words.next().unwrap_or_default();
        let numbers: Option<Vec<u64>> = words.map(|word| word.parse().ok()).collect();
        let id = |number: u64| i32::try_from(number).ok();
        match (kind, numbers.as_deref()) {
            (".", Some([])) => self.in_order = true,
            ("s", Some(&[group, session, started])) => {
                if let (Some(group), Some(session)) = (id(group), id(session)) {
                    self.origin = Some(Origin {
                        group,
                        session,
                        started,
                    });
                }
            }
            ("g", Some(&[leader, started])) => {
                self.groups.extend(
                    id(leader)
                        .filter(|leader| *leader > 1)
                        .map(|leader| (leader, started)),
                );
            }
            ("e", Some(&[leader])) => {
                if let Some(leader) = id(leader) {
                    self.groups.remove(&leader);
                }
            }
            ("a", Some(&[pid, group, session, started])) => {
                if let (Some(pid), Some(group), Some(session)) = (id(pid), id(group), id(session))
                    && pid > 1
                {
                    let process = Adopted {
                        group,
                        session,
                        started,
                    };
                    self.adopted.insert(pid, process);
                }
            }
            ("d", Some(&[pid, started])) => self
                .adopted
                .retain(|known, process| id(pid) != Some(*known) || process.started != started),
            _ => {}
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::process::procfs::Process;

    fn told(lines: &[&str]) -> Told {
        let mut told = Told::default();
        for line in lines {
            told.hear(line.as_bytes());
        }
        told
    }

    #[test]
    fn what_is_said_is_heard() {
        let origin = Origin {
            group: 7,
            session: 5,
            started: 99,
        };
        let told = told(&[
            &origin.line(),
            &began(40, 100),
            &began(41, 101),
            &ended(40),
            &adopted(&Process::alive(50, 1, 51, 52, 103)),
            &adopted(&Process::alive(60, 1, 60, 60, 104)),
            &gone(60, 104),
            // Another had that number before.
            &gone(50, 99),
            FAREWELL,
        ]);
        assert_eq!(
            told,
            Told {
                origin: Some(origin),
                groups: BTreeMap::from([(41, 101)]),
                adopted: BTreeMap::from([(
                    50,
                    Adopted {
                        group: 51,
                        session: 52,
                        started: 103,
                    },
                )]),
                in_order: true,
            }
        );
    }

    #[test]
    fn what_is_not_understood_says_nothing() {
        let lines = [
            "",
            "\n",
            ".",
            ". 1\n",
            "g 12 3",
            "g 12\n",
            "g 1 3\n",
            "g 0 3\n",
            "g -5 3\n",
            "g 4294967297 3\n",
            "a 1 1 1 3\n",
            "a 12 12 3\n",
            "d 12\n",
            "x\n",
        ];
        assert_eq!(told(&lines), Told::default());
    }
}
