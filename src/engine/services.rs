//! Services for as long as tests and measurements need them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::Job;
use super::work::chain;
use crate::compose::flavour::{self, Flavour, FlavourError, Machine};
use crate::compose::project::{Project, name};
use crate::compose::readiness::Wishes;
use crate::compose::sweep::{self, Scope, Sweep};
use crate::compose::up::{Closed, Ending, Limits, NotUp, Order, Why};
use crate::compose::{Environment, ask};
use crate::gates::{
    self, FixtureWork, Loaded, NotLoaded, PartResult, ServicesWork, Step, TeardownAnswer, Up,
};
use crate::integration::address::Addresses;
use crate::integration::fixture::{self, InService, Loader, Request};
use crate::integration::{Needs, probe, request};
use crate::process::clock::Clock;
use crate::process::companion::Companion;
use crate::process::{End, Invocation, Runner};
use crate::project::paths::{Place, resolve};
use crate::store::{Store, scratch};

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
    pub reaper: Option<&'a (dyn Fn(&str) -> Option<Companion> + Sync)>,
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
    let find = |program: &str| job.cx.programs.get(None, program);
    let machine = Machine {
        runner: job.runner,
        find: &find,
        cwd: &job.cx.project.root,
    };
    flavour::detect(&machine, job.containers.compose)
}

/// The project of Compose's for this run; `None` where its file is not in the repository.
pub(super) fn project(needs: &Needs, job: &Job<'_>) -> Option<Project> {
    let root = job.cx.project.root.as_path();
    match resolve(root, &needs.compose_file) {
        Ok(Place::At(file)) => Some(Project {
            name: name(root, job.containers.run),
            files: vec![file],
            env_file: None,
        }),
        _ => None,
    }
}

/// Services that are up, for those who test and measure them.
pub(super) struct Held<'h, 'a> {
    environment: &'h mut Environment<'a>,
    addresses: Addresses,
    flavour: &'a Flavour,
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

    /// Services that are not ready any more, with what became of them.
    fn fallen(&mut self) -> Vec<(String, String)> {
        match self.environment.fallen() {
            Ok(fallen) => fallen
                .into_iter()
                .map(|(service, standing)| (service, standing.to_string()))
                .collect(),
            // Whether they live is asked in vain, and the teardown says more.
            Err(_) => Vec::new(),
        }
    }
}

/// Brings services up, says so to `ready`, and takes them down when that has done its work: whatever happens, all are
/// accounted for.
pub(super) fn hold(
    work: &ServicesWork,
    job: &Job<'_>,
    ready: impl FnOnce(PartResult, Option<&mut Held<'_, '_>>),
) -> PartResult {
    let refuse = |reason: String, ending: Ending, hint: Option<String>| {
        PartResult::Services(Err(gates::NotUp {
            ending,
            reason,
            faults: Vec::new(),
            hint,
        }))
    };
    let nothing = || PartResult::Teardown(TeardownAnswer::default());
    let flavour = match flavour(job) {
        Ok(flavour) => flavour,
        Err(error) => {
            let ending = match error {
                FlavourError::Cancelled => Ending::Cancelled,
                _ => Ending::Error,
            };
            ready(refuse(error.to_string(), ending, error.hint()), None);
            return nothing();
        }
    };
    let Some(project) = project(&work.needs, job) else {
        let reason = format!("there is no {} in the project", work.needs.compose_file);
        let hint = "name the compose file in the spec, below Environment Requirements".to_owned();
        ready(refuse(reason, Ending::Failed, Some(hint)), None);
        return nothing();
    };
    let logs = job.cx.out.join("services");
    let store = match Store::open(&job.cx.project.root).map_err(|error| chain(&error)) {
        Ok(store) => store,
        Err(why) => {
            ready(refuse(why, Ending::Error, None), None);
            return nothing();
        }
    };
    if let Err(source) = scratch::make_dir(&logs) {
        let reason = format!("no directory for the logs of services: {source}");
        ready(refuse(reason, Ending::Error, None), None);
        return nothing();
    }
    let settings = job.cx.config.integration();
    let probe = |service: &str, containers: &[crate::compose::inspect::Container]| {
        let addresses = addresses(containers, job.containers.engine);
        settings
            .probes
            .get(service)
            .is_some_and(|probe| probe::answers(service, probe, &addresses))
    };
    let order = Order {
        runner: job.runner,
        cleaner: job.containers.cleaner,
        cancel: job.cancel,
        flavour: &flavour,
        project,
        store: &store,
        run: job.containers.run,
        wishes: Wishes {
            oneshot: settings.oneshot.iter().cloned().collect(),
            required: work.needs.services.iter().cloned().collect(),
            probed: settings.probes.keys().cloned().collect(),
        },
        probe: Some(&probe),
        limits: Limits {
            up: Duration::from_secs(settings.up_timeout),
            ready: Duration::from_secs(settings.health_check_timeout),
            stop: Duration::from_secs(settings.stop_grace),
            max_restarts: settings.max_restarts,
        },
        logs,
        engine: job.containers.engine,
        redactor: job.redactor,
        clock: Clock::System,
    };
    // What killed runs left would only grow.
    let swept = sweep::sweep(
        &store,
        job.containers.cleaner,
        &flavour,
        job.containers.engine,
        Clock::System.now(),
        Scope::Due,
    );
    let reaper = job.containers.reaper.and_then(|start| start(job.containers.run));
    let mut environment = match Environment::up(order) {
        Ok(environment) => environment,
        Err(not_up) => {
            let NotUp { why, closed } = *not_up;
            ready(PartResult::Services(Err(told(&why))), None);
            let answer = closed.map_or_else(TeardownAnswer::default, |closed| closing(&closed, Vec::new()));
            release(reaper, &answer);
            return PartResult::Teardown(answer);
        }
    };
    let up = Up {
        flavour: flavour.shown(),
        ready: environment
            .ready()
            .iter()
            .map(|(service, how)| (service.clone(), how.to_string()))
            .collect(),
        remarks: remarks(&swept),
    };
    let addresses = environment
        .containers()
        .map(|containers| addresses(&containers, job.containers.engine))
        .unwrap_or_default();
    let mut held = Held {
        environment: &mut environment,
        addresses,
        flavour: &flavour,
    };
    ready(PartResult::Services(Ok(up)), Some(&mut held));
    let fallen = if job.cancel.is_requested() {
        Vec::new()
    } else {
        held.fallen()
    };
    let answer = match job.containers.keep.filter(|_| !job.cancel.is_requested()) {
        Some(time) => match environment.keep(time) {
            Ok(command) => TeardownAnswer {
                kept: Some(command),
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
        None => closing(&environment.down(), fallen),
    };
    release(reaper, &answer);
    PartResult::Teardown(answer)
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

/// Sends the reaper home where nothing is left for it.
fn release(reaper: Option<Companion>, answer: &TeardownAnswer) {
    if let Some(reaper) = reaper
        && answer.fault.is_none()
    {
        reaper.dismiss();
    }
}

fn closing(closed: &Closed, fallen: Vec<(String, String)>) -> TeardownAnswer {
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
        kept: None,
    }
}

fn told(why: &Why) -> gates::NotUp {
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
        hint: why.hint(),
    }
}

/// The published addresses of services.
fn addresses(containers: &[crate::compose::inspect::Container], engine: Option<&str>) -> Addresses {
    let host = crate::compose::addresses::host(engine);
    let mut all = Addresses::default();
    let mut sorted: Vec<_> = containers.iter().filter(|one| !one.is_oneoff).collect();
    sorted.sort_by(|a, b| (&a.service, a.number).cmp(&(&b.service, b.number)));
    for container in sorted {
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

/// Loads test data.
pub(super) fn load(
    step: &Step,
    work: &FixtureWork,
    job: &Job<'_>,
    held: Option<&Held<'_, '_>>,
) -> PartResult {
    let answer = file(work, job).and_then(|file| {
        let began = Instant::now();
        let how = match &work.loader {
            Loader::Python | Loader::Shell => by_program(step, work, job, held, &file),
            Loader::InService(into) => in_service(work, into, job, held, &file),
            Loader::Request(request) => by_request(work, request, held, &file),
        }?;
        Ok(Loaded {
            said: format!("{} {how} in {} ms", work.path, began.elapsed().as_millis()),
        })
    });
    PartResult::Fixture(answer.map_err(|not| NotLoaded {
        reason: format!("{}: {}", work.path, job.redactor.text(&not.reason)),
        ..not
    }))
}

fn failed(reason: impl Into<String>) -> NotLoaded {
    NotLoaded {
        ending: Ending::Failed,
        reason: reason.into(),
        hint: None,
    }
}

fn file(work: &FixtureWork, job: &Job<'_>) -> Result<PathBuf, NotLoaded> {
    match resolve(&job.cx.project.root, &work.path) {
        Ok(Place::At(file)) if file.is_file() => Ok(file),
        Ok(Place::At(_)) => Err(failed("it is no file")),
        Ok(Place::Missing) => Err(NotLoaded {
            hint: Some("make the file, or correct the spec".to_owned()),
            ..failed("it is missing")
        }),
        Err(error) => Err(failed(chain(&error))),
    }
}

fn by_program(
    step: &Step,
    work: &FixtureWork,
    job: &Job<'_>,
    held: Option<&Held<'_, '_>>,
    file: &Path,
) -> Result<String, NotLoaded> {
    let Some(program) = &work.program else {
        return Err(failed("nothing that loads it is installed"));
    };
    let mut invocation = Invocation::new(program, &job.cx.project.root, work.timeout).args([file]);
    invocation.env = held.iter().flat_map(|held| held.variables()).collect();
    invocation.log = Some(job.cx.out.join(super::work::log_name(step)));
    let outcome = job.runner.run(&invocation).map_err(|error| NotLoaded {
        ending: Ending::Error,
        ..failed(chain(&error))
    })?;
    let said = || ask::last_lines(&[outcome.stderr.bytes(), outcome.stdout.bytes()].concat());
    let quoted = |what: String| match said() {
        said if said.is_empty() => what,
        said => format!("{what}: {said}"),
    };
    match outcome.end {
        End::Code(0) => Ok("was run".to_owned()),
        End::Code(code) => Err(failed(quoted(format!("it ended with exit code {code}")))),
        End::Signal(signal) => Err(failed(format!("it was killed by signal {signal}"))),
        End::TimedOut => Err(NotLoaded {
            ending: Ending::Error,
            hint: Some("raise quality_gates.integration_tests.fixture_timeout (seconds)".to_owned()),
            ..failed(quoted(format!(
                "it did not end within {} s",
                work.timeout.as_secs()
            )))
        }),
        End::Cancelled => Err(NotLoaded {
            ending: Ending::Cancelled,
            ..failed("stopped while it ran")
        }),
    }
}

fn in_service(
    work: &FixtureWork,
    into: &InService,
    job: &Job<'_>,
    held: Option<&Held<'_, '_>>,
    file: &Path,
) -> Result<String, NotLoaded> {
    let Some(held) = held else {
        return Err(NotLoaded {
            hint: Some("name the compose file and the services in the spec".to_owned()),
            ..failed("there are no services to load it into")
        });
    };
    let hint = format!(
        "say it in the settings: quality_gates.integration_tests.fixtures.\"{}\": {{\"service\": \"NAME\"}}",
        work.path
    );
    let because = |reason: String| NotLoaded {
        hint: Some(hint.clone()),
        ..failed(reason)
    };
    let rendered = held.environment.rendered();
    let image = |service: &str| rendered.services.get(service).and_then(|one| one.image.clone());
    let databases: Vec<&str> = rendered
        .active()
        .filter(|(name, _)| image(name).is_some_and(|image| fixture::database(&image).is_some()))
        .map(|(name, _)| name)
        .collect();
    let service = match (&into.service, databases.as_slice()) {
        (Some(service), _) => service.as_str(),
        (None, [one]) => one,
        (None, []) => return Err(because("no service has the image of a known database".to_owned())),
        (None, many) => return Err(because(format!("it could be for any of {}", many.join(", ")))),
    };
    let words = match &into.command {
        Some(words) => words.clone(),
        None => match image(service).and_then(|image| fixture::database(&image)) {
            Some(database) => ["sh", "-c", database.script].map(str::to_owned).to_vec(),
            None => return Err(because(format!("nothing is known that loads it into {service}"))),
        },
    };
    let containers = held.environment.containers().map_err(|error| NotLoaded {
        ending: Ending::Error,
        ..failed(error.to_string())
    })?;
    let Some(container) = containers
        .iter()
        .find(|one| one.service == service && !one.is_oneoff)
    else {
        return Err(because(format!("there is no service {service}")));
    };
    let project = project_of(job);
    let calls = crate::compose::Calls {
        flavour: held.flavour,
        project: &project,
    };
    let call = calls.exec(&container.id, &words, work.timeout);
    match ask::feed(job.runner, &job.cx.project.root, &call, file) {
        Ok(()) => Ok(format!("was read by {service}")),
        Err(error) => Err(NotLoaded {
            ending: match error {
                ask::CallError::Refused { .. } => Ending::Failed,
                ask::CallError::Cancelled { .. } => Ending::Cancelled,
                _ => Ending::Error,
            },
            ..failed(error.to_string())
        }),
    }
}

/// For calls that name a container and no project.
fn project_of(job: &Job<'_>) -> Project {
    Project {
        name: name(&job.cx.project.root, job.containers.run),
        files: Vec::new(),
        env_file: None,
    }
}

fn by_request(
    work: &FixtureWork,
    wanted: &Request,
    held: Option<&Held<'_, '_>>,
    file: &Path,
) -> Result<String, NotLoaded> {
    let none = Addresses::default();
    let addresses = held.map_or(&none, |held| held.addresses());
    let url: http::Uri = wanted.url.parse().map_err(|_| failed("the address is none"))?;
    let url = addresses
        .resolve(&url)
        .map_err(|error| failed(error.to_string()))?;
    let body = crate::store::read_regular(file, crate::store::LARGE)
        .map_err(|error| failed(chain(&error)))?
        .unwrap_or_default();
    request::ask(&wanted.method, &url, body, work.timeout, 200..300)
        .map(|status| format!("was answered by {status}"))
        .map_err(|error| failed(chain(&error)))
}
