//! Services for as long as tests and measurements need them.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf, is_separator};
use std::time::{Duration, Instant};

use super::work::chain;
use super::{Job, fit, fixtures};
use crate::bench::cost::{self, Counter, Service};
use crate::bench::rounds::Standing;
use crate::compose::Environment;
use crate::compose::ask;
use crate::compose::config::Rendered;
use crate::compose::flavour::{self, Flavour, FlavourError, Machine};
use crate::compose::inspect::{Container, Status};
use crate::compose::project::{Calls, Project, name};
use crate::compose::readiness::{How, Wishes};
use crate::compose::sweep::{self, Scope, Sweep};
use crate::compose::up::{Closed, Ending, Fit, Limits, NotUp, Order, Probe, SavedLog, Why};
use crate::gates::{self, Fallen, PartResult, ServicesWork, TeardownAnswer, Up, UpService, Use};
use crate::integration::Needs;
use crate::integration::address::Addresses;
use crate::integration::probe::{self, Inside};
use crate::model::text;
use crate::process::Runner;
use crate::process::clock::Clock;
use crate::process::companion::Companion;
use crate::process::find::{Finder, Found};
use crate::project::paths::{Place, resolve};
use crate::store::{Store, scratch};

/// Where Docker Engine answers unless somebody says otherwise.
const SOCKET: &str = "/var/run/docker.sock";
/// So many bytes of the end of a log are looked at, and so many characters of that are quoted.
const LAST_WORDS: u64 = 2048;
const LAST_CHARS: usize = 300;

/// Starts a process that waits for sdd to be killed, for a run.
pub type StartReaper<'a> = &'a (dyn Fn(&str) -> Option<Companion> + Sync);

/// How containers are reached.
#[derive(Clone, Copy)]
pub struct Containers<'a> {
    /// Starts what takes down: it does not stop when sdd is told to.
    pub cleaner: &'a dyn Runner,
    /// The address of the engine (`DOCKER_HOST`), where it is not the usual one.
    pub engine: Option<&'a str>,
    /// The Compose that is asked for (`SDD_COMPOSE`).
    pub compose: Option<&'a str>,
    /// The number of the run.
    pub run: &'a str,
    /// For how long services are left running afterwards; `None` where they are taken down.
    pub keep: Option<Duration>,
    /// Starts a process that takes services down when sdd itself is killed; `None` where none can be had.
    pub reaper: Option<StartReaper<'a>>,
}

impl<'a> Containers<'a> {
    /// For runs without any: nothing of it is asked for.
    pub fn none(runner: &'a dyn Runner) -> Self {
        Self {
            cleaner: runner,
            engine: None,
            compose: None,
            run: "",
            keep: None,
            reaper: None,
        }
    }
}

/// The Compose that is there.
pub(super) fn flavour(job: &Job<'_>) -> Result<Flavour, FlavourError> {
    // The one that is asked for may be named by its path, which no plan knows.
    let by_path = Finder::new(None, &job.cx.project.root, None);
    let find = |program: &str| match job.cx.programs.get(None, program) {
        Found::Missing if program.contains(is_separator) => by_path.find(program, &[], &job.cx.project.root),
        found => found,
    };
    let machine = Machine {
        runner: job.runner,
        find: &find,
        cwd: &job.cx.project.root,
        patience: flavour::PATIENCE,
    };
    flavour::detect(&machine, job.containers.compose)
}

/// The project of Compose's for this run, or the name of a file of its that is not in the repository.
pub(super) fn project(needs: &Needs, job: &Job<'_>) -> Result<Project, String> {
    let root = job.cx.project.root.as_path();
    let place = |file: &String| match resolve(root, file) {
        Ok(Place::At(place)) => Ok(place),
        _ => Err(file.clone()),
    };
    Ok(Project {
        name: name(root, job.containers.run),
        files: needs.compose_files.iter().map(place).collect::<Result<_, _>>()?,
        env_file: None,
        profiles: Vec::new(),
    })
}

/// Services that are up, for those who test and measure them.
pub(super) struct Held<'h, 'a> {
    pub(super) environment: &'h mut Environment<'a>,
    addresses: Addresses,
    pub(super) flavour: &'h Flavour,
    /// What they are up for now.
    now: Use,
    /// Whether they were used since they were looked at last.
    was_used: bool,
    /// What became of them.
    fallen: Vec<Fallen>,
    /// Why nobody can say.
    unseen: Option<String>,
    /// The containers that were started again.
    restarted: BTreeSet<String>,
}

impl Held<'_, '_> {
    /// Where services can be reached, as variables.
    pub(super) fn variables(&self) -> impl Iterator<Item = (OsString, OsString)> {
        let variables = self.environment.variables().iter();
        variables.map(|(name, value)| (name.into(), value.into()))
    }

    /// Where services can be reached.
    pub(super) fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// All services whose containers run, as something whose cost can be measured; with those of which that cannot be, and
    /// why. `engine` is the address of the engine (`DOCKER_HOST`).
    pub(super) fn costs(&self, engine: Option<&str>) -> (Vec<Service>, Vec<String>) {
        let socket = match engine {
            None => SOCKET,
            Some(engine) => engine.strip_prefix("unix://").unwrap_or(engine),
        };
        let mut services: BTreeMap<&str, Vec<Box<dyn Counter>>> = BTreeMap::new();
        let mut unseen = Vec::new();
        let runs = |one: &&Container| one.status == Status::Running && !one.is_oneoff;
        for container in self.environment.containers().iter().filter(runs) {
            match cost::Container::of(&container.id, Path::new(socket)) {
                Ok(counter) => {
                    let parts = services.entry(&container.service).or_default();
                    parts.push(Box::new(counter));
                }
                Err(error) => unseen.push(format!("{}: {error}", container.name)),
            }
        }
        let named = |(name, parts): (&str, _)| Service {
            name: name.to_owned(),
            parts,
        };
        (services.into_iter().map(named).collect(), unseen)
    }

    /// Says what the services are used for from now on.
    pub(super) fn used_for(&mut self, what: Use) {
        self.now = what;
        self.was_used = true;
    }

    /// Looks whether all services still are what they were when they got ready.
    pub(super) fn look(&mut self) -> Standing {
        self.was_used = false;
        match self.environment.fallen() {
            Ok(fallen) => {
                for (service, standing) in fallen {
                    if self.fallen.iter().all(|one| one.service != service) {
                        self.fallen.push(Fallen {
                            service,
                            why: standing.to_string(),
                            seen: self.now,
                        });
                    }
                }
            }
            Err(error) => self.unseen = Some(error.to_string()),
        }
        self.restarted.extend(self.environment.restarted());
        match (self.fallen.first(), &self.unseen) {
            (Some(fallen), _) => Standing::Fallen(fallen.to_string()),
            (None, Some(why)) => Standing::Unknown(why.clone()),
            (None, None) => Standing::Whole,
        }
    }
}

/// Why services are not brought up, before anything was begun.
struct Refused {
    reason: String,
    ending: Ending,
    hint: Option<String>,
}

impl Refused {
    fn new(ending: Ending, reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            ending,
            hint: None,
        }
    }

    fn result(self) -> PartResult {
        PartResult::Services(Err(gates::NotUp {
            ending: self.ending,
            reason: self.reason,
            faults: Vec::new(),
            hint: self.hint,
        }))
    }
}

/// What services stand on.
struct Ground<'a> {
    flavour: &'a Flavour,
    project: Project,
    store: Store,
    logs: PathBuf,
}

impl<'a> Ground<'a> {
    fn of(
        work: &ServicesWork,
        job: &Job<'_>,
        flavour: Result<&'a Flavour, &FlavourError>,
    ) -> Result<Self, Refused> {
        let flavour = flavour.map_err(|error| Refused {
            hint: error.hint(),
            ..Refused::new(
                match error {
                    FlavourError::Cancelled => Ending::Cancelled,
                    _ => Ending::Error,
                },
                error.to_string(),
            )
        })?;
        let project = project(&work.needs, job).map_err(|missing| Refused {
            hint: Some(work.needs.how_to_name().to_owned()),
            ..Refused::new(
                Ending::Failed,
                format!("there is no {} in the project", text::one_line(&missing)),
            )
        })?;
        let store =
            Store::open(&job.cx.project.root).map_err(|error| Refused::new(Ending::Error, chain(&error)))?;
        let logs = job.cx.out.join("services");
        scratch::make_dir(&logs).map_err(|source| {
            Refused::new(
                Ending::Error,
                format!(
                    "no directory for the logs of services, {}: {source}",
                    logs.display()
                ),
            )
        })?;
        Ok(Self {
            flavour,
            project,
            store,
            logs,
        })
    }
}

/// Brings services up, says so and since when to `ready`, and takes them down when that has done its work: whatever happens,
/// all are accounted for. Nothing is brought up where `data` could not be loaded into it. Gives what came of the teardown, and
/// when it began and ended.
pub(super) fn hold(
    work: &ServicesWork,
    job: &Job<'_>,
    flavour: Result<&Flavour, &FlavourError>,
    data: &[fixtures::Ready],
    ready: impl FnOnce(Instant, PartResult, Option<&mut Held<'_, '_>>),
) -> (PartResult, (Instant, Instant)) {
    let ground = match Ground::of(work, job, flavour) {
        Ok(ground) => ground,
        Err(refused) => {
            ready(Instant::now(), refused.result(), None);
            let now = Instant::now();
            return (PartResult::Teardown(TeardownAnswer::default()), (now, now));
        }
    };
    // What killed runs left would only grow.
    let swept = sweep::sweep(
        &ground.store,
        job.containers.cleaner,
        ground.flavour,
        job.containers.engine,
        Clock::System.now(),
        Scope::Due,
    );
    let inside = Inside {
        runner: job.runner,
        cwd: &job.cx.project.root,
        calls: Calls {
            flavour: ground.flavour,
            project: &ground.project,
        },
    };
    let probe = |service: &str, containers: &[Container]| {
        let probe = job.cx.config.integration().probes.get(service);
        let probe = probe.ok_or_else(|| "nothing is asked".to_owned())?;
        match &probe.command {
            Some(words) => inside.ask(service, words, containers),
            None => probe::ask(service, probe, &addresses(containers, job.containers.engine)),
        }
    };
    let is_fit = |rendered: &Rendered| {
        fixtures::fit(data, rendered)?;
        fit::reachable(&job.cx.config.integration().probes, rendered)
    };
    let reaper = job.containers.reaper.and_then(|start| start(job.containers.run));
    let (answer, times) = match Environment::up(order(work, job, &ground, (&probe, &is_fit))) {
        Ok(environment) => {
            let mut began = Instant::now();
            let unknown = fit::unknown(job.cx.config.integration(), environment.rendered());
            let remarks = remarks(&swept).into_iter().chain(unknown).collect();
            let answer = serve(environment, job, ground.flavour, remarks, |result, held| {
                ready(Instant::now(), result, held);
                began = Instant::now();
            });
            (answer, (began, Instant::now()))
        }
        Err(not_up) => {
            let NotUp { why, closed } = *not_up;
            // They are gone already.
            let gone = Instant::now();
            let began = closed.as_ref().map_or(gone, |closed| closed.began);
            let logs = closed.as_ref().map_or(&[][..], |closed| &closed.logs);
            let not_up = told(&why, logs, &job.cx.project.root);
            ready(began, PartResult::Services(Err(not_up)), None);
            let answer = closed.map_or_else(TeardownAnswer::default, |closed| closing(&closed, Vec::new()));
            (answer, (began, gone))
        }
    };
    // Where something is left, the reaper tries once more.
    if let Some(reaper) = reaper
        && answer.fault.is_none()
    {
        reaper.dismiss();
    }
    (PartResult::Teardown(answer), times)
}

fn order<'a>(
    work: &ServicesWork,
    job: &'a Job<'_>,
    ground: &'a Ground<'a>,
    (probe, fit): (Probe<'a>, Fit<'a>),
) -> Order<'a> {
    let settings = job.cx.config.integration();
    Order {
        runner: job.runner,
        cleaner: job.containers.cleaner,
        cancel: job.cancel,
        flavour: ground.flavour,
        project: ground.project.clone(),
        store: &ground.store,
        run: job.containers.run,
        wishes: Wishes {
            oneshot: settings.oneshot.iter().cloned().collect(),
            required: work.needs.services.iter().cloned().collect(),
            probed: settings.probes.keys().cloned().collect(),
        },
        probe: Some(probe),
        fit: Some(fit),
        fetching: work.needs.fetching,
        limits: Limits {
            up: Duration::from_secs(settings.up_timeout),
            ready: Duration::from_secs(settings.health_check_timeout),
            stop: Duration::from_secs(settings.stop_grace),
            max_restarts: settings.max_restarts,
        },
        logs: ground.logs.clone(),
        engine: job.containers.engine,
        redactor: job.redactor,
        clock: Clock::System,
    }
}

/// Lets services be used, and takes them down or leaves them running.
fn serve(
    mut environment: Environment<'_>,
    job: &Job<'_>,
    flavour: &Flavour,
    remarks: Vec<String>,
    ready: impl FnOnce(PartResult, Option<&mut Held<'_, '_>>),
) -> TeardownAnswer {
    let after = environment.ready_after();
    let service = |(name, how): (&String, &How)| UpService {
        name: name.clone(),
        how: how.to_string(),
        after: after.get(name).copied(),
        is_done: matches!(how, How::Done(_)),
        doubt: how.doubt().map(str::to_owned),
    };
    let up = Up {
        flavour: flavour.shown(),
        services: environment.ready().iter().map(service).collect(),
        remarks,
    };
    let mut held = Held {
        addresses: addresses(environment.containers(), job.containers.engine),
        environment: &mut environment,
        flavour,
        now: Use::Tests,
        was_used: true,
        fallen: Vec::new(),
        unseen: None,
        restarted: BTreeSet::new(),
    };
    ready(PartResult::Services(Ok(up)), Some(&mut held));
    let is_stopped = job.cancel.is_requested();
    if held.was_used && !is_stopped {
        held.look();
    }
    let Held {
        fallen,
        unseen,
        restarted,
        ..
    } = held;
    let answer = match job.containers.keep.filter(|_| !is_stopped) {
        None => closing(&environment.down(), fallen),
        Some(time) => match environment.keep(time) {
            Ok(kept) => TeardownAnswer {
                kept: Some(kept),
                fallen,
                ..TeardownAnswer::default()
            },
            Err(error) => TeardownAnswer {
                fault: Some(format!(
                    "the services are left running, and their journal is not written: {}",
                    chain(&error)
                )),
                ..TeardownAnswer::default()
            },
        },
    };
    let told = |name: String| format!("{name} was started again by somebody while it was needed");
    TeardownAnswer {
        unseen,
        complaints: answer
            .complaints
            .into_iter()
            .chain(restarted.into_iter().map(told))
            .collect(),
        ..answer
    }
}

/// What is worth knowing of what earlier runs left.
fn remarks(sweep: &Sweep) -> Vec<String> {
    let swept = sweep.swept.iter().map(|swept| match &swept.result {
        Ok(cleaned) if cleaned.left.is_nothing() => {
            format!(
                "{}, which a run left that was killed, was taken down",
                swept.entry.project
            )
        }
        Ok(cleaned) => format!(
            "of {}, which a run left that was killed, {} is left",
            swept.entry.project, cleaned.left
        ),
        Err(error) => error.to_string(),
    });
    let unreadable = sweep.unreadable.iter();
    swept
        .chain(unreadable.map(|one| format!("{} cannot be read: {}", one.path, one.why)))
        .collect()
}

fn closing(closed: &Closed, fallen: Vec<Fallen>) -> TeardownAnswer {
    let (forced, complaints) = match &closed.cleaned {
        Ok(cleaned) => (cleaned.forced, cleaned.complaints.clone()),
        Err(_) => (false, Vec::new()),
    };
    TeardownAnswer {
        logs: closed.logs.len(),
        fault: closed.fault(),
        forced,
        complaints,
        fallen,
        unseen: None,
        kept: None,
    }
}

fn told(why: &Why, logs: &[SavedLog], root: &Path) -> gates::NotUp {
    let faults = match why {
        Why::Up { faults, .. } | Why::NotReady { faults } => faults
            .iter()
            .map(|(service, fault)| (service.clone(), fault.to_string()))
            .collect(),
        _ => Vec::new(),
    };
    gates::NotUp {
        ending: why.ending(),
        reason: why.to_string(),
        faults,
        hint: why.hint().or_else(|| last_words(why, logs, root)),
    }
}

/// Where the log of the first service at fault is, and how it ends: it says what nobody else knows.
fn last_words(why: &Why, logs: &[SavedLog], root: &Path) -> Option<String> {
    let (Why::Up { faults, .. } | Why::NotReady { faults }) = why else {
        return None;
    };
    // Of several containers the one that the fault names.
    let is_named = |log: &&SavedLog| {
        let fault = faults.get(&log.service);
        fault.is_some_and(|fault| fault.container() == Some(log.container.as_str()))
    };
    let log =
        (logs.iter().find(is_named)).or_else(|| logs.iter().find(|log| faults.contains_key(&log.service)))?;
    let path = log.path.strip_prefix(root).unwrap_or(&log.path).display();
    let said = scratch::tail(&log.path, LAST_WORDS).unwrap_or_default();
    match text::shorten(&ask::last_lines(&said), LAST_CHARS) {
        said if said.is_empty() => Some(format!("{} wrote nothing ({path})", log.service)),
        said => Some(format!("{} wrote last: {said} ({path})", log.service)),
    }
}

/// The published addresses of services.
fn addresses(containers: &[Container], engine: Option<&str>) -> Addresses {
    let host = crate::compose::addresses::host(engine);
    let mut all = Addresses::default();
    let mut sorted: Vec<_> = containers.iter().filter(|one| !one.is_oneoff).collect();
    sorted.sort_by(|a, b| (&a.service, a.number).cmp(&(&b.service, b.number)));
    for container in sorted {
        all.add_service(&container.service);
        for port in container.ports.iter().filter(|port| port.protocol == "tcp") {
            if let Ok(number) = port.port.to_string().parse() {
                all.add(
                    &container.service,
                    number,
                    crate::compose::addresses::address(port, &host),
                );
            }
        }
    }
    all
}
