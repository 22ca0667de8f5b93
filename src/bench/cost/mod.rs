//! What a load costs the services that bear it: read while the load runs, from where the kernel or the engine of
//! containers counts, and never from an idle service afterwards.
//!
//! A [`Counter`] is one way to ask; [`Sampler`] asks all of them again and again on a thread of its own. What cannot be read
//! is "not measured", and never nothing.

mod cgroup;
mod compose;
mod container;
mod listener;
mod process;
mod sampler;
mod socket;

use std::time::Duration;

pub use compose::{ComposeError, ComposeService};
pub use container::{Container, ContainerError};
pub use listener::listener;
pub use process::{Processes, own_cpu};
pub use sampler::Sampler;

/// A service whose cost is measured.
pub struct Service {
    /// Its name in the report: that of its compose service, or `pid 4711`.
    pub name: String,
    /// Its parts: one for each container or process.
    pub parts: Vec<Box<dyn Counter>>,
}

/// One way to learn what a process or a container has used.
pub trait Counter: Send + Sync {
    /// What it has used until now; `None` when that cannot be read, such as after its end.
    fn read(&self) -> Option<Reading>;
}

/// What was used since a start that is the same for all readings of one counter. Parts that are not counted are `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Processor time.
    pub cpu: Option<Duration>,
    /// Memory at this moment, in bytes, without what the kernel could take back at once.
    pub memory: Option<u64>,
    /// Bytes read from disks.
    pub disk_read: Option<u64>,
    /// Bytes written to disks.
    pub disk_written: Option<u64>,
    /// The time for which limits held it back.
    pub throttled: Option<Duration>,
}

impl Reading {
    /// What two parts of a service used together; a part of it that one of them does not count is not known.
    fn plus(self, other: Self) -> Self {
        let sum = |mine: Option<u64>, theirs: Option<u64>| Some(mine? + theirs?);
        let time = |mine: Option<Duration>, theirs: Option<Duration>| Some(mine? + theirs?);
        Self {
            cpu: time(self.cpu, other.cpu),
            memory: sum(self.memory, other.memory),
            disk_read: sum(self.disk_read, other.disk_read),
            disk_written: sum(self.disk_written, other.disk_written),
            throttled: time(self.throttled, other.throttled),
        }
    }
}

/// Reads a small file of the kernel; `None` when it cannot be read.
fn kernel_file(path: &std::path::Path) -> Option<String> {
    std::fs::read_to_string(path).ok()
}
