//! Which process somebody is, written down so that a later sdd can tell whether it still lives.

use serde::{Deserialize, Serialize};

/// A process of some machine. A number alone is given to others again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Its number.
    pub pid: u32,
    /// When it was started, in clock ticks since the machine was; 0 where the system does not tell.
    pub pid_start_time: u64,
    /// The machine's start that these ticks count from; empty where the system does not tell.
    pub boot: String,
    /// The processes that its number is one of; empty where the system does not tell.
    pub namespace: String,
}

/// Whether a process lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It does.
    Alive,
    /// It does not.
    Dead,
    /// That cannot be told from here: it is of another container or another system.
    Unknown,
}

impl Identity {
    /// This process.
    pub fn own() -> Self {
        Self {
            pid: std::process::id(),
            pid_start_time: started_at(std::process::id()).unwrap_or(0),
            boot: boot(),
            namespace: namespace(),
        }
    }

    /// Whether it lives.
    pub fn life(&self) -> Life {
        if self.pid_start_time == 0 || self.namespace.is_empty() || self.namespace != namespace() {
            return Life::Unknown;
        }
        if self.boot != boot() || started_at(self.pid) != Some(self.pid_start_time) {
            return Life::Dead;
        }
        Life::Alive
    }
}

#[cfg(target_os = "linux")]
fn started_at(pid: u32) -> Option<u64> {
    let process = super::procfs::Process::read(i32::try_from(pid).ok()?)?;
    // Without a `/proc` of its own namespace the number would be somebody else's.
    super::procfs::Process::own()?;
    (!process.is_dead()).then_some(process.started)
}

#[cfg(not(target_os = "linux"))]
fn started_at(_pid: u32) -> Option<u64> {
    None
}

fn boot() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map(|text| text.trim().to_owned())
        .unwrap_or_default()
}

fn namespace() -> String {
    std::fs::read_link("/proc/self/ns/pid")
        .map(|link| link.to_string_lossy().into_owned())
        .unwrap_or_default()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[track_caller]
    fn check(change: impl Fn(&mut Identity), expect: Life) {
        let mut identity = Identity::own();
        change(&mut identity);
        assert_eq!(identity.life(), expect, "{identity:?}");
    }

    #[test]
    fn a_process_is_known_by_more_than_its_number() {
        check(|_| {}, Life::Alive);
        check(|who| who.pid_start_time += 1, Life::Dead);
        check(|who| who.boot.push('x'), Life::Dead);
        check(|who| who.pid = u32::MAX, Life::Dead);
        check(|who| who.namespace.push('x'), Life::Unknown);
        check(|who| who.namespace.clear(), Life::Unknown);
        check(|who| who.pid_start_time = 0, Life::Unknown);
    }
}
