//! Draining a child's pipes while waiting for something else.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

use super::output::{Channel, Outputs};

const READ_BYTES: usize = 64 * 1024;

/// The read ends of a child's pipes, and where their bytes go.
pub(super) struct Pump {
    pipes: Vec<(Channel, File)>,
    pub(super) outputs: Outputs,
    buffer: Vec<u8>,
}

impl Pump {
    /// Takes the pipes out of a child.
    pub(super) fn new(child: &mut Child, outputs: Outputs) -> std::io::Result<Self> {
        let stdout = child
            .stdout
            .take()
            .map(|pipe| (Channel::Stdout, OwnedFd::from(pipe)));
        let stderr = child
            .stderr
            .take()
            .map(|pipe| (Channel::Stderr, OwnedFd::from(pipe)));
        let mut pipes = Vec::new();
        for (channel, pipe) in stdout.into_iter().chain(stderr) {
            // Only this end: the child's is another open file, and a tool may break on a pipe that does not block.
            fcntl_setfl(&pipe, fcntl_getfl(&pipe)? | OFlags::NONBLOCK)?;
            pipes.push((channel, File::from(pipe)));
        }
        Ok(Self {
            pipes,
            outputs,
            buffer: vec![0; READ_BYTES],
        })
    }

    /// Whether somebody may still write.
    pub(super) fn is_open(&self) -> bool {
        !self.pipes.is_empty()
    }

    /// Waits until there is something to read, `other` is ready or the time is up, whichever comes first, and reads
    /// once from each pipe that has something. Returns whether `other` was ready.
    pub(super) fn step(&mut self, other: Option<BorrowedFd<'_>>, wait: Duration) -> bool {
        let (other_ready, ready) = {
            let mut fds: Vec<PollFd<'_>> = self
                .pipes
                .iter()
                .map(|(_, pipe)| pipe.as_fd())
                .chain(other)
                .map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN))
                .collect();
            let timeout = Timespec {
                tv_sec: i64::try_from(wait.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: wait.subsec_nanos().into(),
            };
            if poll(&mut fds, Some(&timeout)).is_err() {
                // Interrupted, or out of memory: the caller looks at the clock and comes back.
                std::thread::sleep(wait.min(Duration::from_millis(1)));
                return false;
            }
            let ready: Vec<bool> = fds.iter().map(|fd| !fd.revents().is_empty()).collect();
            (ready.get(self.pipes.len()).copied().unwrap_or(false), ready)
        };
        let mut index = 0;
        let (outputs, buffer) = (&mut self.outputs, &mut self.buffer);
        self.pipes.retain_mut(|(channel, pipe)| {
            let open = !ready[index] || read(pipe, *channel, buffer, outputs);
            index += 1;
            open
        });
        other_ready
    }

    /// Drains until the pipes are closed or the time is up; returns whether they are closed.
    pub(super) fn drain(&mut self, until: Instant) -> bool {
        while self.is_open() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            self.step(None, left);
        }
        true
    }

    /// Drains for a while, whether the pipes are open or not.
    pub(super) fn idle(&mut self, wait: Duration) {
        let until = Instant::now() + wait;
        if self.drain(until) {
            std::thread::sleep(until.saturating_duration_since(Instant::now()));
        }
    }
}

/// Reads once; returns whether more may come.
fn read(pipe: &mut File, channel: Channel, buffer: &mut [u8], outputs: &mut Outputs) -> bool {
    match pipe.read(buffer) {
        Ok(0) => {
            outputs.hang_up(channel);
            false
        }
        Ok(count) => {
            outputs.push(channel, &buffer[..count]);
            true
        }
        Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted),
    }
}
