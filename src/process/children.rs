//! The children that sdd started, and whether it has others by now.
//!
//! On Linux sdd is the reaper of its children's orphans, and the kernel hands those over before it says that their
//! parent has ended. So once a child has ended, everything that it left behind is among sdd's own children or below
//! one of them. When sdd has no child but those that it started itself, nothing was left: that is a look at a short
//! list, where finding out who was left is a walk through all of `/proc`.
//!
//! Daemons that are to stay (`Daemons::Stay`) are known by their names. Remembering each by its number would not do: the
//! keeper of a container starts the next one when the engine's rules say so, whether or not a child runs.

use std::collections::BTreeSet;
use std::io;
use std::process::Child;
use std::sync::{Mutex, PoisonError, RwLock};

#[cfg(target_os = "linux")]
use super::procfs::Process;

/// The children of one runner.
#[derive(Default)]
pub(super) struct Children {
    known: Mutex<BTreeSet<u32>>,
    /// The names of daemons that stay.
    staying: RwLock<BTreeSet<&'static str>>,
    /// Held for writing while the kernel's list is read: a child that is reaped meanwhile can hide another.
    changes: RwLock<()>,
}

impl Children {
    /// Starts a child and knows it from then on.
    pub(super) fn begin(&self, start: impl FnOnce() -> io::Result<Child>) -> io::Result<Child> {
        let _changes = self.changes.read().unwrap_or_else(PoisonError::into_inner);
        let child = start()?;
        self.know(child.id());
        Ok(child)
    }

    /// Counts a process as started by sdd.
    pub(super) fn know(&self, child: u32) {
        self.known().insert(child);
    }

    /// Reaps a process. The one whose number `reap` returns is gone: its number may be given to another.
    pub(super) fn reap(&self, reap: impl FnOnce() -> Option<u32>) {
        let _changes = self.changes.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(child) = reap() {
            self.known().remove(&child);
        }
    }

    /// Lets daemons with these names stay from now on.
    pub(super) fn let_stay(&self, names: &[&'static str]) {
        let mut staying = self.staying.write().unwrap_or_else(PoisonError::into_inner);
        staying.extend(names);
    }

    /// Whether a process that sdd adopted is a daemon that stays. A dead one is none: it is to be reaped.
    #[cfg(target_os = "linux")]
    pub(super) fn stays(&self, process: &Process) -> bool {
        let staying = self.staying.read().unwrap_or_else(PoisonError::into_inner);
        !process.is_dead() && staying.iter().any(|name| process.is_named(name))
    }

    /// Whether sdd has no child that it did not start, but for daemons that stay. `false` also when the kernel does not tell.
    #[cfg(target_os = "linux")]
    pub(super) fn are_all_known(&self) -> bool {
        let is_reaper = rustix::process::child_subreaper().is_ok_and(|reaper| reaper.is_some());
        if !is_reaper {
            return false;
        }
        let _listing = self.changes.write().unwrap_or_else(PoisonError::into_inner);
        let Some(children) = super::procfs::own_children() else {
            return false;
        };
        let known = self.known();
        children.into_iter().all(|child| {
            u32::try_from(child).is_ok_and(|child| known.contains(&child))
                || Process::read(child).is_some_and(|child| self.stays(&child))
        })
    }

    fn known(&self) -> std::sync::MutexGuard<'_, BTreeSet<u32>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "what is not supervised is what is looked for"
    )]
    fn a_child_that_was_not_begun_here_is_noticed() {
        super::super::family::adopt_orphans();
        let start = || Command::new("/bin/sleep").arg("100").stdin(Stdio::null()).spawn();
        let children = Children::default();
        let mut own = children.begin(start).unwrap();
        // Every test runs in a process of its own, so there is no other child.
        assert!(children.are_all_known());
        let mut others = start().unwrap();
        assert!(!children.are_all_known());
        others.kill().unwrap();
        // A zombie is a child, too.
        assert!(!children.are_all_known());
        children.know(others.id());
        own.kill().unwrap();
        children.reap(|| own.wait().ok().map(|_| own.id()));
        assert!(!children.known().contains(&own.id()));
        others.wait().unwrap();
    }
}
