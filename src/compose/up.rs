//! The life of an environment: journal, up, wait, and down again however it ends.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

use super::addresses;
use super::ask::{self, CallError};
use super::config::Rendered;
use super::flavour::Flavour;
use super::images::{self, Fetching};
use super::inspect::{Container, HealthRun};
use super::journal::{self, Entry};
use super::podman::{self, Checks};
use super::project::{Calls, Project};
use super::readiness::{self, Fault, How, Plan, Progress, Sample, Standing, Wait, Wishes};
use super::teardown::{self, Begun, Cleaned, Had, Hands, Manner, TeardownError};
pub use render::render;
pub use why::{Ending, Why};

use crate::model::text;
use crate::process::clock::Clock;
use crate::process::redact::Redactor;
use crate::process::{Cancel, Runner};
use crate::store::{self, Store};

/// How long `up` may take: images may have to be pulled or built.
pub const UP: Duration = Duration::from_secs(180);
/// After this time an environment is nobody's, where it cannot be told whether its owner lives.
pub const LIFE: Duration = Duration::from_secs(4 * 60 * 60);
/// So many samples in a row may fail before the engine is taken for gone.
const FAILED_SAMPLES: u32 = 3;

/// Services that were left running on purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The command that takes them down.
    pub command: String,
    /// From then on the next run takes them down.
    pub until: DateTime<Utc>,
    /// The name that Compose has for them.
    pub project: String,
}

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// `up`.
    pub up: Duration,
    /// All services, from the end of `up` on.
    pub ready: Duration,
    /// A service that is told to end.
    pub stop: Duration,
    /// How often the engine may start a container again.
    pub max_restarts: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            up: UP,
            ready: readiness::DEADLINE,
            stop: teardown::STOP,
            max_restarts: readiness::MAX_RESTARTS,
        }
    }
}

/// Asks a service, one of [`Wishes::probed`], whether it answers; or why it does not.
pub type Probe<'a> = &'a dyn Fn(&str, &[Container]) -> Result<(), String>;

/// Says whether the services of the file are of use to whoever wants them, before one of them is brought up.
pub type Fit<'a> = &'a dyn Fn(&Rendered) -> Result<(), Why>;

/// What is to be brought up, by whom.
pub struct Order<'a> {
    /// Starts programs until sdd is told to stop.
    pub runner: &'a dyn Runner,
    /// Starts those that take down: its own request to stop is one that nobody makes.
    pub cleaner: &'a dyn Runner,
    /// Whether sdd was told to stop.
    pub cancel: &'a Cancel,
    /// By which Compose.
    pub flavour: &'a Flavour,
    /// What.
    pub project: Project,
    /// Where journals are, and the repository.
    pub store: &'a Store,
    /// The run.
    pub run: &'a str,
    /// What is known of services.
    pub wishes: Wishes,
    /// Whether a service answers, where it is asked.
    pub probe: Option<Probe<'a>>,
    /// Whether the services are of use, where somebody can say.
    pub fit: Option<Fit<'a>>,
    /// What may be done about images that are not here.
    pub fetching: Fetching,
    /// How long things may take.
    pub limits: Limits,
    /// The directory for the logs of services, which is there.
    pub logs: PathBuf,
    /// The address of the engine (`DOCKER_HOST`), where it is not the usual one.
    pub engine: Option<&'a str>,
    /// Takes secrets out of what containers say.
    pub redactor: &'a Redactor,
    /// When it is.
    pub clock: Clock,
}

/// A log of a container that was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedLog {
    /// The service.
    pub service: String,
    /// The container.
    pub container: String,
    /// The file.
    pub path: PathBuf,
}

/// What is left to say when an environment is gone.
#[derive(Debug)]
pub struct Closed {
    /// The logs of its containers.
    pub logs: Vec<SavedLog>,
    /// Whether everything is gone.
    pub cleaned: Result<Cleaned, TeardownError>,
    /// When it was begun to take it down.
    pub began: Instant,
}

impl Closed {
    /// Why the run is in error however its tests went; `None` when nothing is left.
    pub fn fault(&self) -> Option<String> {
        match &self.cleaned {
            Ok(cleaned) => cleaned.fault(),
            Err(error) => Some(error.to_string()),
        }
    }
}

/// An environment that did not come up, and is gone.
#[derive(Debug)]
pub struct NotUp {
    /// Why.
    pub why: Why,
    /// What is left of it; `None` when nothing was brought up.
    pub closed: Option<Closed>,
}

/// Services that are up. Dropping this takes them down.
pub struct Environment<'a> {
    order: Order<'a>,
    rendered: Rendered,
    entry: Entry,
    wait: Wait,
    began: Instant,
    since: Instant,
    ready: BTreeMap<String, How>,
    containers: Vec<Container>,
    latest: Option<Vec<Container>>,
    variables: BTreeMap<String, String>,
    begun: Begun,
    checks: Checks,
    /// What `up` wrote to stderr, where it has ended by itself.
    up_said: Option<String>,
    is_closed: bool,
}

impl<'a> Environment<'a> {
    /// Brings services up and waits until all are ready, or one of them will not be. What does not come up is taken
    /// down again before this comes back.
    pub fn up(mut order: Order<'a>) -> Result<Self, Box<NotUp>> {
        let early = |why: Why| Box::new(NotUp { why, closed: None });
        order.project = render::with_profiles(order.runner, order.flavour, &order.project);
        let calls = Calls {
            flavour: order.flavour,
            project: &order.project,
        };
        let rendered = render(order.runner, order.store.root(), &calls).map_err(early)?;
        // Of no services all would be ready.
        if rendered.active().next().is_none() {
            return Err(early(Why::NothingRuns));
        }
        order.wishes.required = resolve(&rendered, &order.wishes).map_err(early)?;
        if let Some(clash) = addresses::clashes(&rendered).first() {
            return Err(early(Why::Useless {
                reason: clash.to_string(),
                remedy: clash.remedy(),
            }));
        }
        if let Some(fit) = order.fit {
            fit(&rendered).map_err(early)?;
        }
        if order.fetching == Fetching::Forbidden {
            before::nothing_to_fetch(&order, &calls, &rendered).map_err(early)?;
        }
        before::nothing_of_others(&order, &calls, &rendered).map_err(early)?;
        let mut plan = Plan::of(&rendered, &order.wishes);
        plan.deadline = order.limits.ready;
        plan.max_restarts = order.limits.max_restarts;
        let entry = entry(&order, &rendered);
        journal::write(order.store, &entry).map_err(|source| early(Why::Journal { source }))?;
        let mut environment = Self {
            order,
            rendered,
            entry,
            wait: Wait::new(plan),
            began: Instant::now(),
            since: Instant::now(),
            ready: BTreeMap::new(),
            containers: Vec::new(),
            latest: None,
            variables: BTreeMap::new(),
            begun: Begun::Halfway,
            checks: Checks::default(),
            up_said: None,
            is_closed: false,
        };
        match environment.start().and_then(|()| environment.wait()) {
            Ok(()) => Ok(environment),
            Err(why) => Err(Box::new(NotUp {
                why,
                closed: Some(environment.close()),
            })),
        }
    }

    /// The services as the compose files have them.
    pub fn rendered(&self) -> &Rendered {
        &self.rendered
    }

    /// Why each service is taken for ready.
    pub fn ready(&self) -> &BTreeMap<String, How> {
        &self.ready
    }

    /// When each service was seen ready, from the beginning of `up` on.
    pub fn ready_after(&self) -> BTreeMap<String, Duration> {
        let up = self.since.duration_since(self.began);
        let ready = self.wait.ready().iter();
        ready.map(|(service, at)| (service.clone(), up + *at)).collect()
    }

    /// Where services can be reached, as variables for tests.
    pub fn variables(&self) -> &BTreeMap<String, String> {
        &self.variables
    }

    /// Looks again: the services that are not ready any more, and why. Whoever is done with them calls this and then
    /// [`Environment::down`], which does not ask once more what containers there are.
    pub fn fallen(&mut self) -> Result<BTreeMap<String, Standing>, CallError> {
        let sample = self.sample()?;
        let mut standings = self.wait.standings(&sample);
        Wait::started_again(&mut standings, &self.containers, &sample.containers);
        standings.retain(|_, standing| !matches!(standing, Standing::Ready(_)));
        self.latest = Some(sample.containers);
        for standing in standings.values_mut() {
            match standing {
                Standing::Ready(_) => {}
                Standing::Waiting(_, log) => self.clean(log),
                Standing::Failed(fault) => *fault = self.without_secrets(fault.clone()),
            }
        }
        Ok(standings)
    }

    /// The containers that somebody has started again since they were ready, by the last look at them.
    pub fn restarted(&self) -> Vec<String> {
        let since = self.latest.as_deref().unwrap_or_default();
        let is_other = |one: &&Container| {
            let earlier = self.containers.iter().find(|earlier| earlier.id == one.id);
            earlier.is_some_and(|earlier| earlier.started_at != one.started_at)
        };
        since
            .iter()
            .filter(is_other)
            .map(|one| one.name.clone())
            .collect()
    }

    /// All containers as they were when the last service got ready.
    pub fn containers(&self) -> &[Container] {
        &self.containers
    }

    /// Saves the logs and takes everything down.
    pub fn down(mut self) -> Closed {
        self.close()
    }

    /// Leaves the services running for some time.
    pub fn keep(mut self, time: Duration) -> Result<Kept, store::Error> {
        let now = self.order.clock.now();
        self.entry.kept = true;
        self.entry.expires = later(now, time);
        journal::write(self.order.store, &self.entry)?;
        self.is_closed = true;
        let hands = self.hands(self.order.cleaner);
        Ok(Kept {
            command: hands.calls.down(self.order.limits.stop).shown(),
            until: self.entry.expires,
            project: self.entry.project.clone(),
        })
    }

    fn hands<'h>(&'h self, runner: &'h dyn Runner) -> Hands<'h> {
        Hands {
            runner,
            cwd: self.order.store.root(),
            calls: Calls {
                flavour: self.order.flavour,
                project: &self.order.project,
            },
        }
    }

    fn start(&mut self) -> Result<(), Why> {
        self.began = Instant::now();
        let hands = self.hands(self.order.runner);
        let call = hands.calls.up(self.order.limits.up);
        let up = || ask::ask(hands.runner, hands.cwd, &call);
        let mut checks = Checks::default();
        let answer = if self.order.flavour.is_podman() {
            podman::meanwhile(&hands, &mut checks, self.order.limits.up, up)
        } else {
            up()
        };
        self.checks = checks;
        self.since = Instant::now();
        let source = match answer {
            Ok(answer) => {
                self.up_said = Some(answer.stderr.clone());
                if answer.code == 0 && self.has_made_all() {
                    self.begun = Begun::Whole;
                    return Ok(());
                }
                answer.refusal(&call)
            }
            Err(source) => source,
        };
        // Compose says that something is wrong, and the containers say what.
        if source.is_cancelled() {
            let faults = BTreeMap::new();
            return Err(Why::Up { source, faults });
        }
        let sample = match self.sample() {
            Ok(sample) => sample,
            Err(error) => {
                return Err(Why::Gone {
                    up: source.to_string(),
                    source: error,
                });
            }
        };
        let mut faults = BTreeMap::new();
        let mut late = BTreeMap::new();
        for (service, standing) in self.wait.standings(&sample) {
            match standing {
                Standing::Failed(fault) => {
                    faults.insert(service, self.without_secrets(fault));
                }
                // What others wait for in `up`.
                Standing::Waiting(state, log) if !log.is_empty() => {
                    let limit = self.order.limits.up;
                    let fault = self.without_secrets(Fault::Late { limit, state, log });
                    late.insert(service, fault);
                }
                Standing::Ready(_) | Standing::Waiting(..) => {}
            }
        }
        // podman-compose waits for services that others need healthy, also for those that are sick for good.
        let waits = self.order.flavour.is_podman_compose() && matches!(source, CallError::TimedOut { .. });
        if waits && !faults.is_empty() {
            return Err(Why::NotReady { faults });
        }
        if matches!(source, CallError::TimedOut { .. }) {
            faults.append(&mut late);
        }
        Err(self.not_pulled(source, faults))
    }

    /// Whether `up` made what it says: podman-compose says so as well where podman made nothing (seen with 1.0.6 and 1.2.0).
    fn has_made_all(&self) -> bool {
        if !self.order.flavour.is_podman_compose() {
            return true;
        }
        // An engine that does not answer is told of by the wait.
        let Ok(containers) = teardown::containers(&self.hands(self.order.runner)) else {
            return true;
        };
        let is_there = |name: &str| containers.iter().any(|container| container.service == name);
        self.rendered.active().all(|(name, _)| is_there(name))
    }

    /// Why `up` did not work: images that it was to pull and that are still not here, where nothing else is the matter.
    fn not_pulled(&self, source: CallError, faults: BTreeMap<String, Fault>) -> Why {
        if !faults.is_empty() || !matches!(source, CallError::Refused { .. }) {
            return Why::Up { source, faults };
        }
        let hands = self.hands(self.order.runner);
        match images::look(hands.runner, hands.cwd, &hands.calls, &self.rendered) {
            Ok(images) if !images.absent.is_empty() => Why::NotPulled {
                remedy: images::by_hand(&hands.calls, &images.absent),
                names: images.absent,
                source,
            },
            _ => Why::Up { source, faults },
        }
    }

    fn wait(&mut self) -> Result<(), Why> {
        let mut failed = 0;
        loop {
            let began = Instant::now();
            match self.sample() {
                Ok(sample) => {
                    failed = 0;
                    match self.wait.see(&sample) {
                        Progress::Waiting => {}
                        Progress::Ready(ready) => {
                            self.ready = ready;
                            let host = addresses::host(self.order.engine);
                            self.variables = addresses::variables(&sample.containers, &host);
                            self.containers = sample.containers;
                            return Ok(());
                        }
                        Progress::Failed(faults) => {
                            let faults = faults
                                .into_iter()
                                .map(|(service, fault)| (service, self.without_secrets(fault)))
                                .collect();
                            return Err(Why::NotReady { faults });
                        }
                    }
                }
                Err(source) => {
                    failed += 1;
                    if failed >= FAILED_SAMPLES || source.is_cancelled() {
                        return Err(Why::Call { source });
                    }
                }
            }
            self.pause(began);
        }
    }

    /// Until the next sample, or until sdd is told to stop: then the next call says so.
    fn pause(&self, began: Instant) {
        while began.elapsed() < readiness::INTERVAL && !self.order.cancel.is_requested() {
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn sample(&mut self) -> Result<Sample, CallError> {
        let mut containers = teardown::containers(&self.hands(self.order.runner))?;
        if self.order.flavour.is_podman() {
            let mut checks = std::mem::take(&mut self.checks);
            let left = self.order.limits.ready.saturating_sub(self.since.elapsed());
            let has_run = checks.run(&self.hands(self.order.runner), &containers, left);
            self.checks = checks;
            if has_run? {
                containers = teardown::containers(&self.hands(self.order.runner))?;
            }
            if let Some(said) = &self.up_said {
                podman::not_started(&mut containers, said);
            }
        }
        let ask = |service: &String| Some((service.clone(), self.order.probe?(service, &containers)));
        let answers = self.order.wishes.probed.iter().filter_map(ask).collect();
        Ok(Sample {
            at: self.since.elapsed(),
            containers,
            answers,
        })
    }

    fn without_secrets(&self, mut fault: Fault) -> Fault {
        let redactor = self.order.redactor;
        match &mut fault {
            Fault::Unhealthy { log, .. } | Fault::Late { log, .. } => self.clean(log),
            Fault::Exited { error, .. } | Fault::NotStarted { error, .. } => *error = redactor.text(error),
            Fault::CrashLoop { .. } | Fault::Ended { .. } | Fault::StartedAgain { .. } | Fault::Missing => {}
        }
        fault
    }

    /// Takes secrets out of what health checks wrote, before a part of it is shown: a part of a secret looks like none.
    fn clean(&self, log: &mut [HealthRun]) {
        for run in log {
            run.output = self.order.redactor.text(&run.output);
        }
    }

    fn close(&mut self) -> Closed {
        self.is_closed = true;
        let began = Instant::now();
        let latest = self.latest.take();
        let hands = self.hands(self.order.cleaner);
        let containers = latest.map_or_else(|| teardown::containers(&hands), Ok);
        let (logs, unsaved) = logs::save(&hands, &containers, &self.order.logs);
        let containers = match self.begun {
            Begun::Whole => containers,
            // More may have been made since.
            Begun::Halfway => teardown::containers(&hands),
        };
        let had = Had {
            containers: &containers,
            external: &self.rendered.external_volumes,
            begun: self.begun,
        };
        let mut cleaned = teardown::take_down(&hands, Manner::InTurn(self.order.limits.stop), &had);
        if let Ok(cleaned) = &mut cleaned {
            cleaned.complaints.extend(unsaved);
            if cleaned.left.is_nothing()
                && let Err(error) = journal::remove(self.order.store, &self.entry.run)
            {
                cleaned.complaints.push(error.to_string());
            }
        }
        Closed { logs, cleaned, began }
    }
}

impl Drop for Environment<'_> {
    fn drop(&mut self) {
        if !self.is_closed {
            // The journal stays when something is left, and the next sdd says what.
            let _closed = self.close();
        }
    }
}

/// The services that are asked for, by their names in the file: they are also asked for by image, such as `postgres:14`.
fn resolve(rendered: &Rendered, wishes: &Wishes) -> Result<std::collections::BTreeSet<String>, Why> {
    let mut names = std::collections::BTreeSet::new();
    let mut missing = Vec::new();
    for wanted in &wishes.required {
        let found: Vec<&str> = rendered.named(wanted);
        if found.is_empty() {
            missing.push(text::one_line(wanted));
        }
        names.extend(found.into_iter().map(str::to_owned));
    }
    if missing.is_empty() {
        return Ok(names);
    }
    Err(Why::NoSuchService { names: missing })
}

fn entry(order: &Order<'_>, rendered: &Rendered) -> Entry {
    let now = order.clock.now();
    let mut entry = Entry::new(
        order.run,
        &order.project,
        order.flavour.kind,
        now,
        later(now, LIFE),
    );
    entry.docker_host = order.engine.map(str::to_owned);
    entry.stop_seconds = Some(order.limits.stop.as_secs());
    entry.external_volumes = rendered.external_volumes.iter().cloned().collect();
    entry
}

fn later(now: DateTime<Utc>, time: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(time)
        .ok()
        .and_then(|time| now.checked_add_signed(time))
        .unwrap_or(now)
}

mod before;
mod logs;
mod render;
mod why;

#[cfg(test)]
mod tests;
