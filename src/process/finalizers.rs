//! What must be done before sdd ends, however it ends: stop the containers, write the report as cancelled.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The time one finalizer gets when it does not say otherwise.
pub const DEFAULT_CAP: Duration = Duration::from_secs(60);

type Action = Box<dyn FnOnce() -> Result<(), String> + Send>;

struct Entry {
    id: u64,
    name: String,
    cap: Duration,
    action: Action,
}

#[derive(Default)]
struct State {
    next: u64,
    entries: Vec<Entry>,
}

/// A list of things to do at the end. Clones share it. Each is done once, the last registered first.
#[derive(Clone, Default)]
pub struct Finalizers {
    state: Arc<Mutex<State>>,
}

/// What became of a finalizer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finalized {
    /// Its name.
    pub name: String,
    /// How it ended.
    pub result: Result<(), Failure>,
}

/// Why a finalizer did not do its work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It said so.
    #[error("{message}")]
    Failed {
        /// What it said.
        message: String,
    },
    /// It panicked.
    #[error("it panicked")]
    Panicked,
    /// It took too long, and may still be at it.
    #[error("it was not done after {limit:?}")]
    TimedOut {
        /// The time that it had.
        limit: Duration,
    },
    /// No thread could be started for it.
    #[error("it could not be started")]
    NotStarted,
}

impl Finalizers {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds something to do, with [`DEFAULT_CAP`]. When the guard is dropped it is done at once, unless it was done
    /// already; so an early return and a panic clean up too.
    pub fn register(
        &self,
        name: &str,
        action: impl FnOnce() -> Result<(), String> + Send + 'static,
    ) -> FinalizerGuard {
        self.register_with_cap(name, DEFAULT_CAP, action)
    }

    /// The same with a time of its own.
    pub fn register_with_cap(
        &self,
        name: &str,
        cap: Duration,
        action: impl FnOnce() -> Result<(), String> + Send + 'static,
    ) -> FinalizerGuard {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let id = state.next;
        state.next += 1;
        state.entries.push(Entry {
            id,
            name: name.to_owned(),
            cap,
            action: Box::new(action),
        });
        FinalizerGuard {
            list: self.clone(),
            id,
        }
    }

    /// Does everything that is left, the last registered first, in at most `total`. One that fails, panics or takes
    /// too long does not keep the next from being tried.
    pub fn run(&self, total: Duration) -> Vec<Finalized> {
        let until = Instant::now().checked_add(total);
        let mut done = Vec::new();
        while let Some(entry) = self.take_last() {
            let left = until.map_or(Duration::MAX, |until| {
                until.saturating_duration_since(Instant::now())
            });
            done.push(finalize(entry, left));
        }
        done
    }

    /// The names of what is left to do, in the order of registration.
    pub fn names(&self) -> Vec<String> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.entries.iter().map(|entry| entry.name.clone()).collect()
    }

    fn take_last(&self) -> Option<Entry> {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entries
            .pop()
    }

    fn take(&self, id: u64) -> Option<Entry> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let index = state.entries.iter().position(|entry| entry.id == id)?;
        Some(state.entries.remove(index))
    }
}

/// Stands for one registered finalizer.
#[must_use = "dropping it does the work at once"]
pub struct FinalizerGuard {
    list: Finalizers,
    id: u64,
}

impl FinalizerGuard {
    /// Does it now. `None` when it was done already.
    pub fn finish(self) -> Option<Finalized> {
        self.list
            .take(self.id)
            .map(|entry| finalize(entry, Duration::MAX))
    }

    /// Takes it off the list without doing it: there is nothing to clean up any more.
    pub fn disarm(self) {
        self.list.take(self.id);
    }
}

impl Drop for FinalizerGuard {
    fn drop(&mut self) {
        if let Some(entry) = self.list.take(self.id) {
            finalize(entry, Duration::MAX);
        }
    }
}

/// Runs one in a thread of its own: that is the only way not to wait for it for ever.
fn finalize(entry: Entry, left: Duration) -> Finalized {
    let Entry {
        name, cap, action, ..
    } = entry;
    let limit = cap.min(left);
    let (sender, receiver) = channel();
    let started = thread::Builder::new().name(name.clone()).spawn(move || {
        // The receiver is gone when this took too long.
        let _ = sender.send(action());
    });
    let result = match started {
        Err(_) => Err(Failure::NotStarted),
        Ok(_) => match receiver.recv_timeout(limit) {
            Ok(result) => result.map_err(|message| Failure::Failed { message }),
            Err(RecvTimeoutError::Disconnected) => Err(Failure::Panicked),
            Err(RecvTimeoutError::Timeout) => Err(Failure::TimedOut { limit }),
        },
    };
    Finalized { name, result }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> (Finalizers, Arc<Mutex<Vec<&'static str>>>) {
        (Finalizers::new(), Arc::default())
    }

    fn note(
        log: &Arc<Mutex<Vec<&'static str>>>,
        word: &'static str,
    ) -> impl FnOnce() -> Result<(), String> + use<> {
        let log = Arc::clone(log);
        move || {
            log.lock().unwrap().push(word);
            Ok(())
        }
    }

    #[test]
    fn the_last_is_done_first_and_each_once() {
        let (list, log) = list();
        let one = list.register("one", note(&log, "one"));
        let two = list.register("two", note(&log, "two"));
        assert_eq!(list.names(), ["one", "two"]);
        let done = list.run(Duration::from_secs(60));
        drop((one, two));
        assert_eq!(*log.lock().unwrap(), ["two", "one"]);
        assert!(done.iter().all(|done| done.result.is_ok()));
        assert!(list.run(Duration::from_secs(60)).is_empty());
    }

    #[test]
    fn a_dropped_guard_does_its_work_and_a_disarmed_one_does_not() {
        let (list, log) = list();
        drop(list.register("one", note(&log, "one")));
        list.register("two", note(&log, "two")).disarm();
        let done = list.register("three", note(&log, "three")).finish();
        assert_eq!(done.map(|done| done.result), Some(Ok(())));
        assert_eq!(*log.lock().unwrap(), ["one", "three"]);
    }

    #[test]
    fn one_that_fails_does_not_stop_the_next() {
        let (list, log) = list();
        let guards = [
            list.register("last", note(&log, "last")),
            list.register("panics", || panic!("on purpose")),
            list.register("fails", || Err("no engine".to_owned())),
            list.register_with_cap("hangs", Duration::from_millis(10), || {
                thread::sleep(Duration::from_secs(5));
                Ok(())
            }),
        ];
        let results: Vec<_> = list
            .run(Duration::from_secs(60))
            .into_iter()
            .map(|done| done.result)
            .collect();
        assert_eq!(
            results,
            [
                Err(Failure::TimedOut {
                    limit: Duration::from_millis(10)
                }),
                Err(Failure::Failed {
                    message: "no engine".to_owned()
                }),
                Err(Failure::Panicked),
                Ok(()),
            ]
        );
        assert_eq!(*log.lock().unwrap(), ["last"]);
        drop(guards);
    }
}
