//! Watching one child on Linux: a pidfd for its end, its pipes, a deadline and the request to stop, in one loop.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, kill_process_group, pidfd_open, waitid,
};

use super::children::Children;
use super::family::{Family, adopt_orphans};
use super::output::Outputs;
use super::pause::Entered;
use super::procfs::cpu_time;
use super::pump::Pump;
use super::watch::{Job, LEAK_GRACE, LEFTOVER_GRACE, TICK, Watched, Why};

/// How often a child is asked when the kernel has no pidfd.
const TICK_WITHOUT_PIDFD: Duration = Duration::from_millis(5);
/// The time for the last bytes after all writers are gone.
const FINAL_READ: Duration = Duration::from_millis(200);
/// The time for a killed child to become a zombie: one that sleeps in the kernel cannot.
const REAP_WAIT: Duration = Duration::from_millis(300);

/// What must be done once before the first child: orphans of our children become ours, and SIGCHLD gets a handler.
/// Whoever started sdd may have ignored that signal, and then the kernel would throw our children's exit codes
/// away; a handler, even one that does nothing of use, undoes that. Children get the default back by exec.
pub(super) fn prepare() {
    adopt_orphans();
    let _ = signal_hook::flag::register(signal_hook::consts::SIGCHLD, Arc::new(AtomicBool::new(false)));
}

/// Watches a child to its end, and ends it and all that it started.
pub(super) fn watch(child: Child, outputs: Outputs, job: &Job<'_>) -> io::Result<Watched> {
    let started = Instant::now();
    let mut leader = Leader::new(child, job);
    let mut pump = Pump::new(&mut leader.child, outputs)?;
    let mut family = Family::new(leader.pid, job.tag, job.alone, job.children);

    let why = wait(&leader, &mut pump, job);
    let ran = || started.elapsed().saturating_sub(job.paused());
    let mut elapsed = ran();
    let (mut leaked, mut left) = (false, 0);
    if why == Why::Ended {
        let until = Instant::now() + LEAK_GRACE;
        leaked = !pump.drain(until);
        if leaked || !family.is_gone() {
            left = family.left(&mut pump, until, job);
            family.end(&mut pump, job.grace.min(LEFTOVER_GRACE), job);
        }
    } else {
        family.end(&mut pump, job.grace_for(why), job);
    }
    leaked |= !pump.drain(Instant::now() + FINAL_READ);
    let status = leader.reap();
    family.end_rest();
    if why != Why::Ended {
        elapsed = ran();
    }
    Ok(Watched {
        why,
        status: status?,
        elapsed,
        cpu: leader.cpu,
        leaked,
        left,
        escaped: family.escaped(),
        outputs: pump.outputs,
    })
}

/// Waits for whatever comes first.
fn wait(leader: &Leader<'_>, pump: &mut Pump, job: &Job<'_>) -> Why {
    loop {
        let ended = if let Some(pidfd) = &leader.pidfd {
            pump.step(Some(pidfd.as_fd()), job.tick(TICK))
        } else {
            pump.step(None, job.tick(TICK_WITHOUT_PIDFD));
            leader.has_ended()
        };
        if ended {
            return Why::Ended;
        }
        (job.look)();
        if let Some(why) = job.interrupted() {
            return why;
        }
    }
}

/// The child itself. However this ends, the child does not stay behind.
struct Leader<'a> {
    child: Child,
    pid: Pid,
    pidfd: Option<OwnedFd>,
    reaped: bool,
    cpu: Option<Duration>,
    children: &'a Children,
    pauses: Option<Entered<'a>>,
}

impl<'a> Leader<'a> {
    fn new(child: Child, job: &Job<'a>) -> Self {
        let pauses = Some(job.cancel.pause().enter(child.id()));
        let pid = Pid::from_child(&child);
        Self {
            child,
            pid,
            // No kernel support, a sandbox, or no descriptor left: then it is asked now and then.
            pidfd: pidfd_open(pid, PidfdFlags::empty()).ok(),
            reaped: false,
            cpu: None,
            children: job.children,
            pauses,
        }
    }

    /// Whether it is dead; it is not reaped by asking.
    fn has_ended(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        match waitid(WaitId::Pid(self.pid), options) {
            Ok(status) => status.is_some(),
            Err(error) => error != rustix::io::Errno::INTR,
        }
    }

    /// Ends it if it still lives, and takes its status. `None` when even KILL did not end it in time.
    fn reap(&mut self) -> io::Result<Option<ExitStatus>> {
        if self.reaped {
            return Ok(None);
        }
        // Its group is either empty by now, or could not be looked at.
        let _ = kill_process_group(self.pid, Signal::KILL);
        let until = Instant::now() + REAP_WAIT;
        while !self.has_ended() && Instant::now() < until {
            self.pause();
        }
        self.pauses = None;
        // Once it is reaped nothing tells it any more.
        self.cpu = cpu_time(self.pid.as_raw_pid());
        let mut status = Ok(None);
        self.children.reap(|| {
            status = self.child.try_wait();
            matches!(status, Ok(Some(_))).then(|| self.child.id())
        });
        self.reaped = matches!(status, Ok(Some(_)));
        status
    }

    fn pause(&self) {
        let timeout = Timespec {
            tv_sec: 0,
            tv_nsec: 5_000_000,
        };
        match &self.pidfd {
            Some(pidfd) => {
                let _ = poll(&mut [PollFd::new(pidfd, PollFlags::IN)], Some(&timeout));
            }
            None => std::thread::sleep(TICK_WITHOUT_PIDFD),
        }
    }
}

impl Drop for Leader<'_> {
    fn drop(&mut self) {
        let _ = self.reap();
    }
}
