//! What podman and podman-compose leave to whoever calls them: health checks are run by systemd or by nobody, and why a
//! container was not started stands nowhere but on stderr.
//!
//! Seen with podman 4.3.1 and podman-compose 1.0.6, 1.2.0 and 1.5.0. Source for `podman healthcheck run`:
//! <https://docs.podman.io/en/v4.3/markdown/podman-healthcheck-run.1.html>.

use std::collections::BTreeMap;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::ask::{self, CallError};
use super::inspect::{Check, Container, Health, Status};
use super::readiness::INTERVAL;
use super::teardown::{self, Hands};

/// How long a container may be without a run of its check before nobody is taken to run it: systemd does at the start.
const NOBODY: Duration = Duration::from_secs(1);
/// What a run gets beside the time of the check itself.
const MARGIN: Duration = Duration::from_secs(5);
/// The least that a run gets.
const LEAST: Duration = Duration::from_secs(1);

/// The health checks that are run in place of systemd.
#[derive(Debug, Default)]
pub struct Checks {
    /// By the id of the container.
    of: BTreeMap<String, Runs>,
}

/// What was run for one container.
#[derive(Debug)]
struct Runs {
    /// When it was first seen.
    seen: Instant,
    /// When the last run ended.
    last: Option<Instant>,
    count: usize,
}

impl Checks {
    /// Runs the checks that are due, one after the other, none of them longer than `left`, and says whether one was. Podman
    /// counts what comes of them. Of containers that are healthy, or not any more, none is run.
    pub fn run(
        &mut self,
        hands: &Hands<'_>,
        containers: &[Container],
        left: Duration,
    ) -> Result<bool, CallError> {
        let mut has_run = false;
        for container in containers {
            let Some(check) = self.due(container, Instant::now()) else {
                continue;
            };
            let timeout = check.timeout.saturating_add(MARGIN).min(left.max(LEAST));
            let call = hands.calls.check_health(&container.id, timeout);
            match ask::ask(hands.runner, hands.cwd, &call) {
                Err(error) if error.is_cancelled() => return Err(error),
                // 1: it is not well. 125: the run took too long, or the container is gone. The state tells all of it.
                Ok(_) | Err(_) => has_run = true,
            }
            self.ran(&container.id, Instant::now());
        }
        Ok(has_run)
    }

    /// The check of a container that is to be run now.
    fn due(&mut self, container: &Container, now: Instant) -> Option<Check> {
        if container.status != Status::Running || container.health != Health::Starting {
            return None;
        }
        let check = container.check?;
        let runs = self.of.entry(container.id.clone()).or_insert(Runs {
            seen: now,
            last: None,
            count: 0,
        });
        // Somebody else runs it.
        if container.checked > runs.count {
            return None;
        }
        let is_due = match runs.last {
            None => now.duration_since(runs.seen) >= NOBODY,
            Some(last) => now.duration_since(last) >= check.interval,
        };
        is_due.then_some(check)
    }

    fn ran(&mut self, id: &str, now: Instant) {
        if let Some(runs) = self.of.get_mut(id) {
            runs.last = Some(now);
            runs.count += 1;
        }
    }
}

/// Does what takes its time, such as `up`, and runs the checks that are due beside it, for at most `limit`: podman-compose
/// waits in `up` for services that others need healthy, for ever where nobody runs their checks (seen with its version 1.5.0
/// and podman 5.4.2).
pub fn meanwhile<T>(hands: &Hands<'_>, checks: &mut Checks, limit: Duration, work: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let (over, ended) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            // Whether there is nothing to run, or nobody answers: the next time is soon.
            while ended.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                let left = limit.saturating_sub(began.elapsed());
                let run = teardown::containers(hands).and_then(|all| checks.run(hands, &all, left));
                if run.is_err_and(|error| error.is_cancelled()) {
                    break;
                }
            }
        });
        let done = work();
        drop(over);
        done
    })
}

/// Gives containers that `up` made and could not start the reason, out of what it wrote to stderr.
pub fn not_started(containers: &mut [Container], stderr: &str) {
    for container in containers {
        if container.status != Status::Created || !container.error.is_empty() {
            continue;
        }
        // `Error: unable to start container "ID": crun: …`
        let mark = format!("{}\": ", container.id);
        let why = stderr
            .lines()
            .find_map(|line| Some(line.split_once(&mark)?.1.trim().to_owned()))
            .unwrap_or_else(|| ask::last_lines(stderr.as_bytes()));
        container.error = if why.is_empty() {
            "podman-compose says nothing of it".to_owned()
        } else {
            why
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::inspect;

    const NOT_STARTED: &str = include_str!("../../tests/fixtures/compose/podman/not-started.json");
    const UP: &str = include_str!("../../tests/fixtures/compose/podman/up-1.2.0-not-started.err");
    const IN_POD: &str = include_str!("../../tests/fixtures/compose/podman/in_pod.json");

    fn of(json: &str, service: &str) -> Container {
        let mut containers = inspect::read(json).unwrap();
        containers.retain(|container| container.service == service);
        containers.remove(0)
    }

    #[test]
    fn a_container_that_was_not_started_gets_the_reason() {
        let mut containers = inspect::read(NOT_STARTED).unwrap();
        not_started(&mut containers, UP);
        let errors: Vec<(&str, &str)> = containers
            .iter()
            .map(|container| (container.service.as_str(), container.error.as_str()))
            .collect();
        let why = "crun: executable file `nosuch` not found in $PATH: No such file or directory: OCI runtime attempted to \
                   invoke a command that was not found";
        assert_eq!(errors, [("good", ""), ("nosuch", why)]);
        // What names no container is better than nothing.
        let mut one = [of(NOT_STARTED, "nosuch")];
        not_started(
            &mut one,
            "failed to connect to syslog: Initialization\nError: no network\n",
        );
        assert_eq!(one[0].error, "Error: no network");
        let mut one = [of(NOT_STARTED, "nosuch")];
        not_started(&mut one, "");
        assert_eq!(one[0].error, "podman-compose says nothing of it");
    }

    #[test]
    fn a_check_that_nobody_runs_is_run_as_often_as_it_says() {
        let mut container = of(IN_POD, "ok");
        assert_eq!(container.health, Health::Starting);
        let mut checks = Checks::default();
        let start = Instant::now();
        let mut due = |container: &Container, at: u64| {
            let now = start + Duration::from_millis(at);
            let is_due = checks.due(container, now).is_some();
            if is_due {
                checks.ran(&container.id, now);
            }
            is_due
        };
        assert!(!due(&container, 0));
        assert!(!due(&container, 500));
        assert!(due(&container, 1_000));
        container.checked = 1;
        // Its interval is one second.
        assert!(!due(&container, 1_500));
        assert!(due(&container, 2_000));
        container.health = Health::Healthy;
        assert!(!due(&container, 9_000));
        container.health = Health::Unhealthy;
        assert!(!due(&container, 9_000));
    }

    #[test]
    fn a_check_that_systemd_runs_is_left_to_it() {
        let mut container = of(IN_POD, "ok");
        let mut checks = Checks::default();
        let start = Instant::now();
        container.checked = 1;
        for seconds in 0..9 {
            assert_eq!(checks.due(&container, start + Duration::from_secs(seconds)), None);
        }
        let unchecked = of(IN_POD, "bad");
        assert_eq!(checks.due(&unchecked, start), None);
    }
}
