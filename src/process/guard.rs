//! The guard: a second, tiny sdd that ends the children when the first one is killed.
//!
//! SIGKILL leaves no time to clean up. So with its first child sdd starts itself again as
//! `sdd internal-reaper TAG`, which waits at the end of a pipe. When sdd ends in order it says so through the pipe
//! and the guard goes. When the pipe just closes, sdd is dead, and the guard ends every process of its own user
//! whose `SDD_RUN_ID` begins with the tag. It does nothing else, and it needs Linux: elsewhere nobody could find
//! those processes.
//!
//! The guard has a process group of its own (a signal to sdd's group does not hit it), carries no tag, and is
//! started through `/proc/self/exe`, so that a `killall sdd` does not know its name.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
#[cfg(target_os = "linux")]
use std::process::Child;

/// The hidden subcommand. Its one argument is the tag; [`run`] does its work.
pub const SUBCOMMAND: &str = "internal-reaper";

/// What sdd says when it ends in order.
const FAREWELL: u8 = b'.';

/// The program to start the guard from: this one.
pub fn own_program() -> io::Result<PathBuf> {
    if cfg!(target_os = "linux") {
        Ok(PathBuf::from("/proc/self/exe"))
    } else {
        std::env::current_exe()
    }
}

/// The guard's whole life: waits until `pipe` (its stdin) is closed, and ends the processes of the run `tag` unless
/// the farewell came first.
pub fn run(tag: &str, pipe: &mut dyn Read) {
    let mut said = [0; 16];
    let mut ended_in_order = false;
    loop {
        match pipe.read(&mut said) {
            Ok(0) => break,
            Ok(count) => ended_in_order |= said[..count].contains(&FAREWELL),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    if !ended_in_order && !tag.is_empty() {
        reaper::end_run(tag);
    }
}

/// A running guard. Dropping it sends it home.
pub(super) struct Guard {
    #[cfg(target_os = "linux")]
    child: Child,
}

#[cfg(target_os = "linux")]
impl Guard {
    #[expect(
        clippy::disallowed_methods,
        reason = "the guard must not be supervised by what it guards"
    )]
    pub(super) fn start(program: &Path, tag: &str) -> io::Result<Self> {
        use std::os::unix::process::CommandExt;
        use std::process::{Command, Stdio};
        let child = Command::new(program)
            .args([SUBCOMMAND, tag])
            .env_clear()
            .env(super::family::HELPER_MARK, "1")
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        Ok(Self { child })
    }
}

#[cfg(target_os = "linux")]
impl Drop for Guard {
    fn drop(&mut self) {
        use std::io::Write;
        use std::time::{Duration, Instant};
        if let Some(mut pipe) = self.child.stdin.take() {
            let _ = pipe.write_all(&[FAREWELL]);
        }
        let until = Instant::now() + Duration::from_millis(500);
        while Instant::now() < until {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(not(target_os = "linux"))]
impl Guard {
    pub(super) fn start(_program: &Path, _tag: &str) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(not(target_os = "linux"))]
mod reaper {
    pub(super) fn end_run(_tag: &str) {}
}

#[cfg(target_os = "linux")]
mod reaper {
    use std::os::unix::fs::MetadataExt;
    use std::thread::sleep;
    use std::time::{Duration, Instant};

    use rustix::process::{Signal, geteuid};

    use crate::process::procfs::{Process, tag_variable};

    /// The time between TERM and KILL: nobody waits for a result any more.
    const GRACE: Duration = Duration::from_secs(1);
    const LIMIT: Duration = Duration::from_secs(10);
    const PAUSE: Duration = Duration::from_millis(20);
    /// A process that was being started when sdd died shows its tag only a moment later.
    const CLEAN_LOOKS: u32 = 5;

    /// Ends everything whose tag begins with this one.
    pub(in crate::process) fn end_run(tag: &str) {
        let tag = tag_variable(tag);
        let start = Instant::now();
        for process in members(&tag) {
            process.signal(Signal::TERM);
            process.signal(Signal::CONT);
        }
        let mut clean = 0;
        while clean < CLEAN_LOOKS && start.elapsed() < LIMIT {
            sleep(PAUSE);
            let alive = members(&tag);
            clean = if alive.is_empty() { clean + 1 } else { 0 };
            if start.elapsed() >= GRACE {
                // What is stopped does not fork while the others are killed.
                for signal in [Signal::STOP, Signal::KILL] {
                    alive.iter().for_each(|process| process.signal(signal));
                }
            }
        }
    }

    fn members(tag: &[u8]) -> Vec<Process> {
        Process::all()
            .filter(|process| !process.is_dead() && is_ours(process))
            .filter(|process| process.has_variable(|variable| belongs(variable, tag)))
            .collect()
    }

    fn is_ours(process: &Process) -> bool {
        std::fs::metadata(format!("/proc/{}", process.pid))
            .is_ok_and(|entry| entry.uid() == geteuid().as_raw())
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_tag_nothing_is_ended() {
        run("", &mut io::empty());
    }

    #[test]
    fn the_farewell_ends_the_guard() {
        // The tag of this very process, if there is one, must not matter.
        run("unused", &mut &[FAREWELL][..]);
    }
}
