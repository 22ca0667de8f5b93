//! Watching one child where there is no pidfd and no `/proc`: `wait-timeout` for its end, a thread per pipe.
//!
//! Its group is ended with it (on Unix). What left the group survives: nothing here could find it.

use std::io::{self, Read};
use std::process::Child;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use wait_timeout::ChildExt;

use super::output::{Channel, Outputs};
use super::watch::{Job, LEAK_GRACE, LEFTOVER_GRACE, TICK, Watched, Why};

/// The time for a killed child to be reaped.
const REAP_WAIT: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(5);

/// What must be done once before the first child: a handler for SIGCHLD. `wait-timeout` installs one that calls the
/// one before, and it breaks when the signal was ignored before.
pub(super) fn prepare() {
    #[cfg(unix)]
    let _ = signal_hook::flag::register(
        signal_hook::consts::SIGCHLD,
        Arc::new(std::sync::atomic::AtomicBool::new(false)),
    );
}

/// Watches a child to its end, and ends it and its group.
pub(super) fn watch(mut child: Child, outputs: Outputs, job: &Job<'_>) -> io::Result<Watched> {
    let started = Instant::now();
    let _pauses = job.cancel.pause().enter(child.id());
    let readers = Readers::start(&mut child, outputs);
    let (why, mut status) = loop {
        match child.wait_timeout(job.tick(TICK)) {
            Ok(Some(status)) => break (Why::Ended, Some(status)),
            Ok(None) => {}
            Err(error) => {
                end(&mut child, Duration::ZERO, job);
                return Err(error);
            }
        }
        if let Some(why) = job.interrupted() {
            break (why, None);
        }
    };
    let mut elapsed = started.elapsed().saturating_sub(job.paused());
    let mut leaked = false;
    if why == Why::Ended {
        leaked = !readers.done_within(LEAK_GRACE);
        end(&mut child, job.grace.min(LEFTOVER_GRACE), job);
    } else {
        end(&mut child, job.grace_for(why), job);
        status = child.wait_timeout(REAP_WAIT)?;
        elapsed = started.elapsed().saturating_sub(job.paused());
    }
    leaked |= !readers.done_within(LEAK_GRACE);
    let Some(outputs) = readers.take() else {
        return Err(io::Error::other("a reader of its output has failed"));
    };
    Ok(Watched {
        why,
        status,
        elapsed,
        cpu: None,
        leaked,
        left: 0,
        escaped: 0,
        outputs,
    })
}

/// TERM, grace, KILL. A group keeps its number as long as it has a member, so this cannot hit another one.
#[cfg(unix)]
fn end(child: &mut Child, grace: Duration, job: &Job<'_>) {
    use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
    let group = Pid::from_child(child);
    let _ = kill_process_group(group, Signal::TERM);
    let _ = kill_process_group(group, Signal::CONT);
    let until = Instant::now() + grace;
    while Instant::now() < until && job.cancel.level() < 2 {
        // A dead leader counts as a member until it is reaped.
        let _ = child.try_wait();
        if test_kill_process_group(group).is_err() {
            return;
        }
        thread::sleep(PAUSE);
    }
    let _ = kill_process_group(group, Signal::KILL);
}

#[cfg(not(unix))]
fn end(child: &mut Child, _grace: Duration, _job: &Job<'_>) {
    let _ = child.kill();
}

/// A thread per pipe. One that waits for a pipe that nobody closes is left behind.
struct Readers {
    outputs: Arc<Mutex<Option<Outputs>>>,
    running: Arc<AtomicUsize>,
}

impl Readers {
    fn start(child: &mut Child, outputs: Outputs) -> Self {
        let readers = Self {
            outputs: Arc::new(Mutex::new(Some(outputs))),
            running: Arc::new(AtomicUsize::new(0)),
        };
        if let Some(pipe) = child.stdout.take() {
            readers.read(pipe, Channel::Stdout);
        }
        if let Some(pipe) = child.stderr.take() {
            readers.read(pipe, Channel::Stderr);
        }
        readers
    }

    fn read(&self, mut pipe: impl Read + Send + 'static, channel: Channel) {
        let outputs = Arc::clone(&self.outputs);
        let running = Arc::clone(&self.running);
        running.fetch_add(1, Ordering::SeqCst);
        thread::spawn(move || {
            let mut buffer = vec![0; 64 * 1024];
            loop {
                match pipe.read(&mut buffer) {
                    Ok(0) => {
                        let mut outputs = outputs.lock().unwrap_or_else(PoisonError::into_inner);
                        if let Some(outputs) = outputs.as_mut() {
                            outputs.hang_up(channel);
                        }
                        break;
                    }
                    Ok(count) => {
                        let mut outputs = outputs.lock().unwrap_or_else(PoisonError::into_inner);
                        match outputs.as_mut() {
                            Some(outputs) => outputs.push(channel, &buffer[..count]),
                            None => break,
                        }
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
            running.fetch_sub(1, Ordering::SeqCst);
        });
    }

    fn done_within(&self, time: Duration) -> bool {
        let until = Instant::now() + time;
        while self.running.load(Ordering::SeqCst) > 0 {
            if Instant::now() >= until {
                return false;
            }
            thread::sleep(PAUSE);
        }
        true
    }

    fn take(&self) -> Option<Outputs> {
        self.outputs.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;
    use crate::process::children::Children;
    use crate::process::redact::Redactor;
    use crate::process::{Cancel, Invocation};

    const AGES: Duration = Duration::from_secs(100);

    #[expect(
        clippy::disallowed_methods,
        reason = "the runner of this platform uses the other watcher"
    )]
    fn run(script: &str, timeout: Duration, cancel: &Cancel) -> Watched {
        prepare();
        let outputs = Outputs::open(&Invocation::new("/bin/sh", "/", timeout), &Redactor::default()).unwrap();
        let child = std::os::unix::process::CommandExt::process_group(&mut Command::new("/bin/sh"), 0)
            .args(["-c", script])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let job = Job {
            deadline: Some(Instant::now() + timeout),
            paused: Duration::ZERO,
            grace: Duration::from_millis(200),
            cancel,
            tag: "",
            alone: &|| true,
            children: &Children::default(),
            look: &|| {},
            over: &|| false,
        };
        watch(child, outputs, &job).unwrap()
    }

    #[test]
    fn it_ends_by_itself() {
        let watched = run("echo out; echo err >&2; exit 7", AGES, &Cancel::new());
        assert_eq!(watched.why, Why::Ended);
        assert_eq!(watched.status.and_then(|status| status.code()), Some(7));
        assert!(!watched.leaked);
        let kept = watched.outputs.finish().unwrap();
        let (stdout, stderr) = (kept.stdout, kept.stderr);
        assert_eq!(
            (stdout.bytes(), stderr.bytes()),
            (b"out\n".to_vec(), b"err\n".to_vec())
        );
    }

    #[test]
    fn its_time_runs_out() {
        let watched = run(
            "trap '' TERM; while :; do sleep 1; done",
            Duration::from_millis(200),
            &Cancel::new(),
        );
        assert_eq!(watched.why, Why::TimedOut);
        assert!(watched.elapsed < AGES / 2);
    }

    #[test]
    fn its_group_ends_with_it() {
        let watched = run("sleep 100 & exit 3", AGES, &Cancel::new());
        assert_eq!(watched.why, Why::Ended);
        assert_eq!(watched.status.and_then(|status| status.code()), Some(3));
        assert!(watched.leaked);
    }

    #[test]
    fn it_ends_when_sdd_is_told_to_stop() {
        let cancel = Cancel::new();
        cancel.request(2);
        assert_eq!(run("sleep 100", AGES, &cancel).why, Why::Cancelled);
    }
}
