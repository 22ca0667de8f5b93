//! Whether services are ready: a state machine over samples of what the engine says.
//!
//! A service is what its worst container is. What cannot become ready any more ends the wait at once; all services must
//! be ready in one and the same sample, so that one that was ready early and died is seen.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use super::config::Rendered;
use super::inspect::{Container, Health, HealthRun, Restarts, Status};

/// How often the engine may start a container again.
pub const MAX_RESTARTS: u64 = 2;
/// How long a container without a check must run without an end.
pub const STABLE: Duration = Duration::from_secs(3);
/// How long is waited for all.
pub const DEADLINE: Duration = Duration::from_secs(60);
/// The time between two samples.
pub const INTERVAL: Duration = Duration::from_millis(500);

/// A service without a container in this many samples has none: one sample can fall between two states.
const ABSENT_SAMPLES: u32 = 2;
/// What the kernel kills with for memory, as a shell has it.
const KILLED: i64 = 137;

/// Whether a service is one that does its work and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oneshot {
    /// It is to run for as long as the tests.
    No,
    /// The settings say so.
    Declared,
    /// Another service waits for it to have done its work.
    Awaited,
    /// `restart: "no"` is written out, and it has neither a check nor a port, and nobody asks for it: if it ends well,
    /// it has done its work.
    Inferred,
}

/// What is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The services that must be there.
    pub services: BTreeMap<String, Oneshot>,
    /// Those that are asked whether they answer.
    pub probed: BTreeSet<String>,
    /// How often the engine may start a container again.
    pub max_restarts: u64,
    /// How long a container without a check must run without an end.
    pub stable: Duration,
    /// How long is waited for all.
    pub deadline: Duration,
}

/// What is known of services from elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Services that do their work and end.
    pub oneshot: BTreeSet<String>,
    /// Services that the work item asks for.
    pub required: BTreeSet<String>,
    /// Services that are asked whether they answer.
    pub probed: BTreeSet<String>,
}

impl Plan {
    /// What is to be waited for in a project.
    pub fn of(rendered: &Rendered, wishes: &Wishes) -> Self {
        let services = rendered
            .active()
            .map(|(name, service)| {
                let is_plain = service.restart.as_deref() == Some("no")
                    && !service.has_check
                    && service.ports.is_empty()
                    && !wishes.required.contains(name)
                    && !wishes.probed.contains(name);
                let oneshot = if wishes.oneshot.contains(name) {
                    Oneshot::Declared
                } else if rendered.is_awaited(name) {
                    Oneshot::Awaited
                } else if is_plain {
                    Oneshot::Inferred
                } else {
                    Oneshot::No
                };
                (name.to_owned(), oneshot)
            })
            .collect();
        Self {
            services,
            probed: wishes.probed.clone(),
            max_restarts: MAX_RESTARTS,
            stable: STABLE,
            deadline: DEADLINE,
        }
    }
}

/// What was seen at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The time since `up` was done.
    pub at: Duration,
    /// All containers of the project.
    pub containers: Vec<Container>,
    /// What came of asking services: why one did not answer.
    pub answers: BTreeMap<String, Result<(), String>>,
}

/// Why a service is taken for ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Its health check says so.
    Healthy,
    /// It answered when it was asked.
    Answered,
    /// It has no check, and has run for a while: it may still be about to fail.
    Weak,
    /// It has done its work.
    Done(Oneshot),
}

impl How {
    /// What to do about a service of which this is only concluded.
    pub fn doubt(&self) -> Option<&'static str> {
        match self {
            Self::Weak => Some(
                "give it a `healthcheck` in the compose file, or say how it is asked: \
                 quality_gates.integration_tests.probes",
            ),
            Self::Done(Oneshot::Inferred) => {
                Some("say that it does its work and ends: quality_gates.integration_tests.oneshot")
            }
            Self::Healthy | Self::Answered | Self::Done(_) => None,
        }
    }
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Healthy => "healthy",
            Self::Answered => "answers",
            Self::Weak => "runs, and has no health check (weak readiness)",
            Self::Done(Oneshot::Inferred) => "done (taken for a one-shot: it says restart: \"no\")",
            Self::Done(_) => "done",
        })
    }
}

/// Why a service will not be ready.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Its check says so.
    #[error("{container} is unhealthy{}", listed(log))]
    Unhealthy {
        /// The container.
        container: String,
        /// The last runs of the check.
        log: Vec<HealthRun>,
    },
    /// It ends again and again.
    #[error("{container} was started again {restarts} times: crash loop, last exit code {}", shown(*code))]
    CrashLoop {
        /// The container.
        container: String,
        /// How often.
        restarts: u64,
        /// Its last exit code, where it was seen.
        code: Option<i64>,
    },
    /// It ended badly.
    #[error("{container} ended with exit code {code}{}", ending(*oom, error))]
    Exited {
        /// The container.
        container: String,
        /// Its exit code.
        code: i64,
        /// Whether it took too much memory.
        oom: bool,
        /// What the engine says went wrong.
        error: String,
    },
    /// It ended well and should not have ended.
    #[error("{container} ended with exit code 0, and it was to go on")]
    Ended {
        /// The container.
        container: String,
    },
    /// It could not be started.
    #[error("{container} could not be started: {error}")]
    NotStarted {
        /// The container.
        container: String,
        /// What the engine says went wrong.
        error: String,
    },
    /// It was ready, and was started again since.
    #[error("{container} ended and was started again{} while it was needed", counted(*restarts))]
    StartedAgain {
        /// The container.
        container: String,
        /// How often the engine did it since then; 0 where somebody else did.
        restarts: u64,
    },
    /// There is none.
    #[error("there is no container")]
    Missing,
    /// It was not ready in time.
    #[error("not ready within {} s: {state}{}", limit.as_secs(), listed(log))]
    Late {
        /// The time that it had.
        limit: Duration,
        /// What it did last.
        state: String,
        /// The last runs of the health check that it waits for.
        log: Vec<HealthRun>,
    },
}

impl Fault {
    /// The name of the container that it is of; `None` where it is of all of a service.
    pub fn container(&self) -> Option<&str> {
        match self {
            Self::Unhealthy { container, .. }
            | Self::CrashLoop { container, .. }
            | Self::Exited { container, .. }
            | Self::Ended { container }
            | Self::NotStarted { container, .. }
            | Self::StartedAgain { container, .. } => Some(container),
            Self::Missing | Self::Late { .. } => None,
        }
    }

    /// What to do about it, where there is something to say.
    pub fn hint(&self, service: &str) -> Option<String> {
        match self {
            Self::Ended { .. } => Some(format!(
                "if {service} is to do its work and end, say so: `oneshot: [\"{service}\"]`"
            )),
            Self::Late { .. } => Some("give it more time with `health_check_timeout`".to_owned()),
            Self::StartedAgain { .. } => Some(format!("the log of {service} says why it ended")),
            Self::Exited { oom: true, .. } => Some("it needs more memory than it may have".to_owned()),
            _ => None,
        }
    }
}

fn listed(log: &[HealthRun]) -> String {
    if log.is_empty() {
        return String::new();
    }
    let runs: Vec<String> = log.iter().map(ToString::to_string).collect();
    format!(": {}", runs.join("; "))
}

fn counted(restarts: u64) -> String {
    match restarts {
        0 => String::new(),
        1 => " once".to_owned(),
        times => format!(" {times} times"),
    }
}

fn shown(code: Option<i64>) -> String {
    code.map_or_else(|| "unknown".to_owned(), |code| code.to_string())
}

fn ending(oom: bool, error: &str) -> String {
    match (oom, error) {
        (true, _) => ": out of memory".to_owned(),
        (false, "") => String::new(),
        (false, error) => format!(": {error}"),
    }
}

/// Where a service stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is ready.
    Ready(How),
    /// It may become ready. What it does, and the last runs of the health check that is waited for.
    Waiting(String, Vec<HealthRun>),
    /// It will not.
    Failed(Fault),
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready(how) => how.fmt(f),
            Self::Waiting(what, log) => write!(f, "{what}{}", listed(log)),
            Self::Failed(fault) => fault.fmt(f),
        }
    }
}

impl Standing {
    fn rank(&self) -> u8 {
        match self {
            Self::Ready(_) => 0,
            Self::Waiting(..) => 1,
            Self::Failed(_) => 2,
        }
    }
}

/// Where all services stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Some are not ready yet.
    Waiting,
    /// All are.
    Ready(BTreeMap<String, How>),
    /// These will not be.
    Failed(BTreeMap<String, Fault>),
}

/// What was seen of a container so far.
#[derive(Clone, Debug)]
struct Seen {
    state: (Status, String, u64),
    since: Duration,
    /// While it runs, the engine says 0.
    last_code: Option<i64>,
}

/// The wait for services.
#[derive(Clone, Debug)]
pub struct Wait {
    plan: Plan,
    seen: BTreeMap<String, Seen>,
    absent: BTreeMap<String, u32>,
    ready: BTreeMap<String, Duration>,
}

impl Wait {
    /// A wait that begins.
    pub fn new(plan: Plan) -> Self {
        Self {
            plan,
            seen: BTreeMap::new(),
            absent: BTreeMap::new(),
            ready: BTreeMap::new(),
        }
    }

    /// Takes in a sample and says where all services stand.
    pub fn see(&mut self, sample: &Sample) -> Progress {
        let standings = self.standings(sample);
        let mut ready = BTreeMap::new();
        let mut failed = BTreeMap::new();
        let mut late = BTreeMap::new();
        for (service, standing) in standings {
            if matches!(standing, Standing::Ready(_)) {
                self.ready.entry(service.clone()).or_insert(sample.at);
            } else {
                self.ready.remove(&service);
            }
            match standing {
                Standing::Ready(how) => {
                    ready.insert(service, how);
                }
                Standing::Failed(fault) => {
                    failed.insert(service, fault);
                }
                Standing::Waiting(state, log) => {
                    let limit = self.plan.deadline;
                    late.insert(service, Fault::Late { limit, state, log });
                }
            }
        }
        if !failed.is_empty() {
            return Progress::Failed(failed);
        }
        // Nothing is no set of services that are ready.
        if late.is_empty() && !ready.is_empty() {
            return Progress::Ready(ready);
        }
        if sample.at >= self.plan.deadline {
            return Progress::Failed(late);
        }
        Progress::Waiting
    }

    /// The services that were ready in the last sample that was seen, each with the time of the first sample since which it
    /// is.
    pub fn ready(&self) -> &BTreeMap<String, Duration> {
        &self.ready
    }

    /// Takes in a sample and says where each service stands.
    pub fn standings(&mut self, sample: &Sample) -> BTreeMap<String, Standing> {
        for container in &sample.containers {
            self.note(container, sample.at);
        }
        let services: Vec<(String, Oneshot)> = self
            .plan
            .services
            .iter()
            .map(|(service, oneshot)| (service.clone(), *oneshot))
            .collect();
        services
            .into_iter()
            .map(|(service, oneshot)| {
                let standing = self.stand(&service, oneshot, sample);
                (service, standing)
            })
            .collect()
    }

    /// The services of which a container was started again since `before`, whoever did it: by the engine in any case, since
    /// then it had ended by itself; by somebody else where the service is not ready again. What is known to be worse counts.
    pub fn started_again(
        standings: &mut BTreeMap<String, Standing>,
        before: &[Container],
        now: &[Container],
    ) {
        for container in now {
            let Some(earlier) = before.iter().find(|earlier| earlier.id == container.id) else {
                continue;
            };
            let Some(standing) = standings.get_mut(&container.service) else {
                continue;
            };
            let restarts = container.restart_count.saturating_sub(earlier.restart_count);
            let is_other = container.started_at != earlier.started_at;
            let is_worse = match standing {
                Standing::Failed(_) => false,
                Standing::Ready(_) => restarts > 0,
                Standing::Waiting(..) => restarts > 0 || is_other,
            };
            if is_worse {
                *standing = Standing::Failed(Fault::StartedAgain {
                    container: container.name.clone(),
                    restarts,
                });
            }
        }
    }

    fn note(&mut self, container: &Container, at: Duration) {
        let state = (
            container.status.clone(),
            container.started_at.clone(),
            container.restart_count,
        );
        let ended = !matches!(
            container.status,
            Status::Running | Status::Created | Status::Paused
        );
        let seen = self.seen.entry(container.id.clone()).or_insert_with(|| Seen {
            state: state.clone(),
            since: at,
            last_code: None,
        });
        if seen.state != state {
            seen.state = state;
            seen.since = at;
        }
        if ended {
            seen.last_code = Some(container.exit_code);
        }
    }

    fn stand(&mut self, service: &str, oneshot: Oneshot, sample: &Sample) -> Standing {
        let worst = sample
            .containers
            .iter()
            .filter(|container| container.service == service && !container.is_oneoff)
            .filter(|container| container.status != Status::Removing)
            .map(|container| self.judge(container, oneshot, sample))
            // The first of the worst ones: `max_by_key` takes the last.
            .reduce(|worst, next| if next.rank() > worst.rank() { next } else { worst });
        if let Some(standing) = worst {
            self.absent.remove(service);
            return standing;
        }
        let times = self.absent.entry(service.to_owned()).or_default();
        *times += 1;
        if *times >= ABSENT_SAMPLES {
            Standing::Failed(Fault::Missing)
        } else {
            waits("no container")
        }
    }

    fn judge(&self, container: &Container, oneshot: Oneshot, sample: &Sample) -> Standing {
        let seen = self.seen.get(&container.id);
        let steady = seen.is_some_and(|seen| sample.at.saturating_sub(seen.since) >= self.plan.stable);
        let may_loop = matches!(
            container.status,
            Status::Running | Status::Restarting | Status::Exited
        );
        if may_loop && container.restart_count > self.plan.max_restarts {
            return Standing::Failed(Fault::CrashLoop {
                container: container.name.clone(),
                restarts: container.restart_count,
                code: seen.and_then(|seen| seen.last_code),
            });
        }
        match container.status {
            Status::Running => self.judge_running(container, oneshot, sample, steady),
            Status::Exited | Status::Dead => judge_ended(container, oneshot, steady),
            Status::Created if !container.error.is_empty() => Standing::Failed(Fault::NotStarted {
                container: container.name.clone(),
                error: container.error.clone(),
            }),
            Status::Created | Status::Paused | Status::Restarting | Status::Removing | Status::Other(_) => {
                waiting(container)
            }
        }
    }

    fn judge_running(
        &self,
        container: &Container,
        oneshot: Oneshot,
        sample: &Sample,
        steady: bool,
    ) -> Standing {
        // A healthy one has not done its work yet.
        if matches!(oneshot, Oneshot::Declared | Oneshot::Awaited) {
            return waits("running, and has not done its work yet");
        }
        let is_probed = self.plan.probed.contains(&container.service);
        let answer = sample.answers.get(&container.service);
        let answers = !is_probed || matches!(answer, Some(Ok(())));
        match container.health {
            Health::Unhealthy => Standing::Failed(Fault::Unhealthy {
                container: container.name.clone(),
                log: container.health_log.clone(),
            }),
            Health::Starting => waiting(container),
            Health::Healthy if answers => Standing::Ready(How::Healthy),
            Health::NoCheck if is_probed && answers => Standing::Ready(How::Answered),
            Health::NoCheck if !is_probed && steady => Standing::Ready(How::Weak),
            Health::NoCheck if !is_probed => waiting(container),
            Health::Healthy | Health::NoCheck => waits(match answer {
                Some(Err(why)) => format!("running, and does not answer: {why}"),
                _ => "running, and does not answer".to_owned(),
            }),
        }
    }
}

fn judge_ended(container: &Container, oneshot: Oneshot, steady: bool) -> Standing {
    let code = container.exit_code;
    let starts_again = match container.restarts {
        Restarts::Never => false,
        Restarts::OnFailure => code != 0,
        Restarts::Always => true,
    };
    if code == 0 && oneshot != Oneshot::No && container.status == Status::Exited {
        return Standing::Ready(How::Done(oneshot));
    }
    // The engine may be about to start it again, unless nothing comes of that.
    if starts_again && !steady && container.status == Status::Exited {
        return waiting(container);
    }
    if code == 0 && container.status == Status::Exited {
        return Standing::Failed(Fault::Ended {
            container: container.name.clone(),
        });
    }
    Standing::Failed(Fault::Exited {
        container: container.name.clone(),
        code,
        oom: container.oom_killed && code == KILLED,
        error: container.error.clone(),
    })
}

fn waits(what: impl Into<String>) -> Standing {
    Standing::Waiting(what.into(), Vec::new())
}

fn waiting(container: &Container) -> Standing {
    waits(match (&container.status, container.health) {
        (Status::Running, Health::Starting) => {
            let what = "running, and its health check has not passed yet".to_owned();
            return Standing::Waiting(what, container.health_log.clone());
        }
        (Status::Restarting, _) => format!("restarting after exit code {}", container.exit_code),
        (Status::Exited, _) => format!("ended with exit code {}", container.exit_code),
        (status, _) => status.word().to_owned(),
    })
}

#[cfg(test)]
mod tests;
