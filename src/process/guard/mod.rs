//! The guard: a second, tiny sdd that ends the children when the first one is killed.
//!
//! SIGKILL leaves no time to clean up. So with its first child sdd starts itself again as
//! `sdd internal-reaper TAG DIRECTORY`, which listens at the end of a pipe. Through it sdd tells of each group that it makes,
//! of each process that it adopts (`strays`) and of its own end (`told`). When the pipe just closes, sdd is dead, and the guard ends every process of its own
//! user whose `SDD_RUN_ID` begins with the tag, and all that belongs to those, to the groups and to the adopted
//! (`kin`, which also says what remains unseen). Then it removes the directory of their temporary files. It does nothing
//! else, and it needs Linux: elsewhere nobody could find those processes.
//!
//! The guard has a process group of its own (a signal to sdd's group does not hit it), carries no tag, and is
//! started through `/proc/self/exe`, so that a `killall sdd` does not know its name.

#[cfg(target_os = "linux")]
mod kin;
#[cfg(target_os = "linux")]
mod reaper;
#[cfg(target_os = "linux")]
mod strays;
#[cfg_attr(
    not(target_os = "linux"),
    allow(dead_code, reason = "nobody is told where there is no guard")
)]
mod told;

use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
#[cfg(target_os = "linux")]
use std::process::Child;
#[cfg(target_os = "linux")]
use std::sync::Mutex;

#[cfg(target_os = "linux")]
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
#[cfg(target_os = "linux")]
use rustix::io::Errno;
#[cfg(target_os = "linux")]
use rustix::process::{Pid, getpid, test_kill_process_group};

use super::children::Children;
#[cfg(target_os = "linux")]
use super::procfs::Process;
use super::temporary;
use told::Told;

/// The hidden subcommand. Its arguments are the tag and, where there is one, the directory of the run's temporary files;
/// [`run`] does its work.
pub const SUBCOMMAND: &str = "internal-reaper";

/// The time that the guard gets to go after the farewell.
#[cfg(target_os = "linux")]
const LEAVE: std::time::Duration = std::time::Duration::from_millis(500);

/// The program to start the guard from: this one.
pub fn own_program() -> io::Result<PathBuf> {
    if cfg!(target_os = "linux") {
        Ok(PathBuf::from("/proc/self/exe"))
    } else {
        std::env::current_exe()
    }
}

/// The guard's whole life: waits until `pipe` (its stdin) is closed, and ends the processes of the run `tag` unless
/// the farewell came first; then also the directory of their temporary files goes.
pub fn run(tag: &str, temporary: Option<&Path>, pipe: &mut dyn Read) {
    let mut pipe = BufReader::new(pipe);
    let mut told = Told::default();
    let mut line = Vec::new();
    loop {
        match pipe.read_until(b'\n', &mut line) {
            Ok(0) => break,
            Ok(_) => {
                told.hear(&line);
                line.clear();
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    if !told.in_order && !tag.is_empty() {
        #[cfg(target_os = "linux")]
        reaper::end_run(tag, &told);
        if let Some(directory) = temporary {
            temporary::remove_of_killed(directory);
        }
    }
}

/// Ends every process that carries this tag, or one that begins with it, and is not a descendant of sdd's own any more.
pub(super) fn end_rest(tag: &str) {
    #[cfg(target_os = "linux")]
    reaper::end_rest(tag);
    #[cfg(not(target_os = "linux"))]
    let _ = tag;
}

/// A running guard. Dropping it sends it home.
pub(super) struct Guard {
    #[cfg(target_os = "linux")]
    child: Child,
    #[cfg(target_os = "linux")]
    strays: Mutex<Option<strays::Strays>>,
}

#[cfg(target_os = "linux")]
impl Guard {
    #[expect(
        clippy::disallowed_methods,
        reason = "the guard must not be supervised by what it guards"
    )]
    pub(super) fn start(program: &Path, tag: &str, temporary: Option<&Path>) -> io::Result<Self> {
        use std::os::unix::process::CommandExt;
        use std::process::{Command, Stdio};
        let child = Command::new(program)
            .args([SUBCOMMAND, tag])
            .args(temporary)
            .env_clear()
            .env(super::family::HELPER_MARK, "1")
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        let number = i32::try_from(child.id()).ok();
        let strays = number
            .and_then(Process::read)
            .map(|guard| strays::Strays::new(guard.started));
        let guard = Self {
            child,
            strays: Mutex::new(strays),
        };
        if let Some(pipe) = &guard.child.stdin {
            // A guard that somebody stopped must not stop sdd, too.
            fcntl_setfl(pipe, fcntl_getfl(pipe)? | OFlags::NONBLOCK)?;
        }
        if let Some(me) = Process::read(getpid().as_raw_pid()) {
            let origin = told::Origin {
                group: me.group,
                session: me.session,
                started: me.started,
            };
            guard.tell(&origin.line());
        }
        Ok(guard)
    }

    /// The guard's own number.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Says that a child runs, which leads a group of its own.
    pub(super) fn child_began(&self, child: u32) {
        let leader = i32::try_from(child).ok().and_then(Process::read);
        if let Some(leader) = leader {
            self.tell(&told::began(leader.pid, leader.started));
        }
    }

    /// Says that a child was reaped. As long as its group has a member, that stays to be guarded.
    pub(super) fn child_ended(&self, child: u32) {
        let Some(pid) = i32::try_from(child).ok().and_then(Pid::from_raw) else {
            return;
        };
        if test_kill_process_group(pid) == Err(Errno::SRCH) {
            self.tell(&told::ended(pid.as_raw_pid()));
        }
    }

    /// Says what was adopted since the last look, but for daemons that stay. To be called often: it sees to it that little
    /// is done.
    pub(super) fn look_for_strays(&self, children: &Children) {
        // Whoever waits for another child is at it.
        let Ok(mut strays) = self.strays.try_lock() else {
            return;
        };
        if let Some(strays) = strays.as_mut() {
            strays.look(&|process| children.stays(process), |line| self.tell(line));
        }
    }

    /// Writes one line: at once or not at all, as short as it is; returns whether it did. A guard that is gone is
    /// done without.
    fn tell(&self, line: &str) -> bool {
        use std::io::Write;
        self.child
            .stdin
            .as_ref()
            .is_some_and(|mut pipe| pipe.write_all(line.as_bytes()).is_ok())
    }
}

#[cfg(target_os = "linux")]
impl Drop for Guard {
    fn drop(&mut self) {
        use std::time::{Duration, Instant};
        self.tell(told::FAREWELL);
        drop(self.child.stdin.take());
        let until = Instant::now() + LEAVE;
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
    pub(super) fn start(_program: &Path, _tag: &str, _temporary: Option<&Path>) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    #[expect(clippy::unused_self, reason = "there is never one here")]
    pub(super) fn id(&self) -> u32 {
        0
    }

    #[expect(clippy::unused_self, reason = "there is never one here")]
    pub(super) fn child_began(&self, _child: u32) {}

    #[expect(clippy::unused_self, reason = "there is never one here")]
    pub(super) fn child_ended(&self, _child: u32) {}

    #[expect(clippy::unused_self, reason = "there is never one here")]
    pub(super) fn look_for_strays(&self, _children: &Children) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_tag_nothing_is_ended() {
        run("", None, &mut io::empty());
    }

    #[test]
    fn the_farewell_ends_the_guard() {
        // The tag of this very process, if there is one, must not matter.
        let directory = tempfile::Builder::new().prefix("sdd-").tempdir().unwrap();
        run("unused", Some(directory.path()), &mut told::FAREWELL.as_bytes());
        assert!(directory.path().exists());
    }
}
