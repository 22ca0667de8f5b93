//! Ending a run whose sdd is dead.

use std::os::unix::fs::MetadataExt;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Signal, geteuid, getpid};

use super::kin::{Kin, Mark};
use super::told::{Origin, Told};
use crate::process::family::HELPER_MARK;
use crate::process::procfs::{Process, tag_variable};

/// The time between TERM and KILL: nobody waits for a result any more.
const GRACE: Duration = Duration::from_secs(1);
const LIMIT: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(20);
/// A process that was being started when sdd died shows its tag only a moment later.
const CLEAN_LOOKS: u32 = 5;

/// Ends everything whose tag begins with this one, and everything that belongs to it.
pub(super) fn end_run(tag: &str, told: &Told) {
    let tag = tag_variable(tag);
    let mut kin = Kin::new(told);
    let first = living(&mut kin, &tag);
    end(first, &mut kin, &tag);
}

/// Ends what carries the tag and was not among the descendants of any child: somebody else's process can have
/// started it for one of them and with its environment, as servers of build tools do. Mostly there is nobody.
pub(super) fn end_rest(tag: &str) {
    let tag = tag_variable(tag);
    let origin = Process::own().map(|me| Origin {
        group: me.group,
        session: me.session,
        started: me.started,
    });
    let mut kin = Kin::new(&Told {
        origin,
        ..Told::default()
    });
    let found = living(&mut kin, &tag);
    if !found.is_empty() {
        end(found, &mut kin, &tag);
    }
}

fn end(first: Vec<Process>, kin: &mut Kin, tag: &[u8]) {
    let start = Instant::now();
    for process in first {
        process.signal(Signal::TERM);
        process.signal(Signal::CONT);
    }
    let mut clean = 0;
    while clean < CLEAN_LOOKS && start.elapsed() < LIMIT {
        sleep(PAUSE);
        let alive = living(kin, tag);
        clean = if alive.is_empty() { clean + 1 } else { 0 };
        if start.elapsed() >= GRACE {
            // What is stopped does not fork while the others are killed.
            for signal in [Signal::STOP, Signal::KILL] {
                for process in &alive {
                    process.signal(signal);
                }
            }
        }
    }
}

fn living(kin: &mut Kin, tag: &[u8]) -> Vec<Process> {
    let me = getpid().as_raw_pid();
    let since = kin.since();
    let everybody: Vec<(Process, Mark)> = Process::all()
        .filter(|process| process.pid != me && process.started >= since && is_ours(process))
        .map(|process| (process, mark(&process, tag)))
        .collect();
    kin.living(&everybody)
}

fn mark(process: &Process, tag: &[u8]) -> Mark {
    let Some(variables) = process.environment() else {
        return Mark::None;
    };
    let any = |fits: &dyn Fn(&[u8]) -> bool| variables.split(|byte| *byte == 0).any(fits);
    if any(&|variable| belongs(variable, tag)) {
        Mark::Tagged
    } else if any(&|variable| variable.starts_with(HELPER_MARK.as_bytes())) {
        Mark::Helper
    } else {
        Mark::None
    }
}

fn is_ours(process: &Process) -> bool {
    std::fs::metadata(format!("/proc/{}", process.pid)).is_ok_and(|entry| entry.uid() == geteuid().as_raw())
}

/// The run's own tag, that of one of its children, or that of a run inside.
fn belongs(variable: &[u8], tag: &[u8]) -> bool {
    variable
        .strip_prefix(tag)
        .is_some_and(|rest| matches!(rest.first(), None | Some(b'.' | b'/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tags_of_the_run_belong_to_it() {
        let tag = tag_variable("r1");
        assert!(belongs(b"SDD_RUN_ID=r1", &tag));
        assert!(belongs(b"SDD_RUN_ID=r1.0a.3", &tag));
        assert!(belongs(b"SDD_RUN_ID=r1/inner", &tag));
        assert!(!belongs(b"SDD_RUN_ID=r12.0a.3", &tag));
        assert!(!belongs(b"SDD_RUN_ID=other", &tag));
        assert!(!belongs(b"X=SDD_RUN_ID=r1", &tag));
    }
}
