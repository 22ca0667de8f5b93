//! Running tasks side by side, in an order of preference, without two that exclude each other.

use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex, PoisonError};

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Task {
    what: What,
    exclusive: Option<String>,
}

/// What a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A step, by gate and item.
    Step(usize, usize),
    /// Asking a tool for its version, by number.
    Probe(usize),
}

impl Task {
    /// A step; those with the same `exclusive` never run at the same time.
    pub(super) fn step(gate: usize, item: usize, exclusive: Option<String>) -> Self {
        Self {
            what: What::Step(gate, item),
            exclusive,
        }
    }

    /// A question for a version.
    pub(super) fn probe(index: usize) -> Self {
        Self {
            what: What::Probe(index),
            exclusive: None,
        }
    }
}

struct Queue<'a> {
    pending: Vec<&'a Task>,
    busy: BTreeSet<&'a str>,
}

impl<'a> Queue<'a> {
    /// The first task that may begin now.
    fn take(&mut self) -> Option<&'a Task> {
        let free = |task: &&Task| {
            task.exclusive
                .as_deref()
                .is_none_or(|what| !self.busy.contains(what))
        };
        let at = self.pending.iter().position(free)?;
        let task = self.pending.remove(at);
        if let Some(what) = &task.exclusive {
            self.busy.insert(what);
        }
        Some(task)
    }
}

/// Does every task, `jobs` at a time, in the given order as far as exclusion allows. Once `stopped` says so, what
/// has not begun is given to `leave` instead of `perform`.
pub(super) fn run(
    tasks: &[Task],
    jobs: usize,
    stopped: &(dyn Fn() -> bool + Sync),
    perform: &(dyn Fn(&What) + Sync),
    leave: &(dyn Fn(&What) + Sync),
) {
    let queue = Mutex::new(Queue {
        pending: tasks.iter().collect(),
        busy: BTreeSet::new(),
    });
    let changed = Condvar::new();
    let worker = || {
        loop {
            let mut guard = queue.lock().unwrap_or_else(PoisonError::into_inner);
            let task = loop {
                if guard.pending.is_empty() {
                    return;
                }
                if stopped() {
                    let rest = std::mem::take(&mut guard.pending);
                    drop(guard);
                    for task in rest {
                        leave(&task.what);
                    }
                    return;
                }
                if let Some(task) = guard.take() {
                    break task;
                }
                guard = changed.wait(guard).unwrap_or_else(PoisonError::into_inner);
            };
            drop(guard);
            perform(&task.what);
            if let Some(what) = &task.exclusive {
                queue
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .busy
                    .remove(what.as_str());
            }
            changed.notify_all();
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..jobs.clamp(1, tasks.len().max(1)) {
            scope.spawn(worker);
        }
        worker();
    });
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_task_is_done_once_whatever_the_number_of_workers() {
        for jobs in [1, 2, 7, 50] {
            let tasks: Vec<Task> = (0..20)
                .map(|n| Task::step(0, n, (n % 3 == 0).then(|| "x".to_owned())))
                .collect();
            let done = Mutex::new(Vec::new());
            run(
                &tasks,
                jobs,
                &|| false,
                &|what| done.lock().unwrap().push(*what),
                &|_| panic!("nothing is left"),
            );
            let mut done = done.into_inner().unwrap();
            done.sort_by_key(|what| format!("{what:?}"));
            done.dedup();
            assert_eq!(done.len(), 20);
        }
    }

    #[test]
    fn tasks_that_exclude_each_other_never_meet() {
        let tasks: Vec<Task> = (0..8)
            .map(|n| Task::step(0, n, Some("build".to_owned())))
            .collect();
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let perform = |_: &What| {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(2));
            now.fetch_sub(1, Ordering::SeqCst);
        };
        run(&tasks, 4, &|| false, &perform, &|_| {});
        assert_eq!(most.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn after_a_stop_nothing_begins_and_everything_is_accounted_for() {
        let tasks: Vec<Task> = (0..10).map(|n| Task::step(0, n, None)).collect();
        let (begun, left) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let stopped = || begun.load(Ordering::SeqCst) >= 1;
        let count = |cell: &AtomicUsize| {
            cell.fetch_add(1, Ordering::SeqCst);
        };
        run(&tasks, 1, &stopped, &|_| count(&begun), &|_| count(&left));
        assert_eq!((begun.into_inner(), left.into_inner()), (1, 9));
    }

    #[test]
    fn no_tasks_are_no_trouble() {
        run(&[], 4, &|| false, &|_| {}, &|_| {});
    }
}
