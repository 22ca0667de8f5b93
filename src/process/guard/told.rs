//! What sdd tells its guard through the pipe: one line each, numbers in decimal.
//!
//! | line | meaning |
//! |---|---|
//! | `s GROUP SESSION START` | who sdd is itself; the first line |
//! | `g PID START` | a child leads a group of its own from now on |
//! | `e PID` | that child was reaped, and its group is empty |
//! | `.` | sdd ends in order |
//!
//! Starts are in clock ticks since boot, as in `/proc/PID/stat`. A line that is not understood says nothing.

use std::collections::BTreeMap;

/// What sdd says when it ends in order.
pub(super) const FAREWELL: &str = ".\n";

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

/// All that was said so far.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) origin: Option<Origin>,
    /// The groups that may still have members: the leader's number, and when it started.
    pub(super) groups: BTreeMap<i32, u64>,
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
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            FAREWELL,
        ]);
        assert_eq!(
            told,
            Told {
                origin: Some(origin),
                groups: BTreeMap::from([(41, 101)]),
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
            "x\n",
        ];
        assert_eq!(told(&lines), Told::default());
    }
}
