//! A project, a flavour, and runs of it against the engine for tests.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use sdd::compose::flavour::{self, Flavour, Kind, Machine};
use sdd::compose::images::Fetching;
use sdd::compose::journal;
use sdd::compose::project::{self, Project};
use sdd::compose::readiness::Wishes;
use sdd::compose::up::{Closed, Environment, Limits, NotUp, Order};
use sdd::process::clock::Clock;
use sdd::process::environment::Environment as Variables;
use sdd::process::find::Finder;
use sdd::process::redact::Redactor;
use sdd::process::{Cancel, System};
use sdd::store::{Store, scratch};

pub use crate::support::IMAGE;
use crate::support::{Engine, Sandbox};

/// A script that ends when it is told to, and not before.
pub const STAYS: &str = "trap exit TERM; sleep 600 & wait";
/// A check that passes.
pub const HEALTHY: &str = "healthcheck: {test: [CMD, \"true\"], interval: 1s}";

/// Longer than anything here takes: whoever waits for so long was not told what there was to see.
const AGES: Duration = Duration::from_secs(200);

/// A project that the engine runs services of.
pub struct Bench {
    pub engine: Engine,
    pub flavour: Flavour,
    pub sandbox: Sandbox,
    pub store: Store,
    variables: Variables,
}

/// Runs a test by each flavour, where there is an engine: at the same time, since most of it is waiting. The thread of a
/// failure has the flavour's name.
#[track_caller]
pub fn by_each_flavour(test: impl Fn(&Bench) + Sync) {
    by(&["docker compose", "docker-compose"], test);
}

/// Runs a test by one flavour: for what is not Compose's to answer.
#[track_caller]
pub fn by_the_plugin(test: impl Fn(&Bench) + Sync) {
    by(&["docker compose"], test);
}

#[track_caller]
fn by(flavours: &[&str], test: impl Fn(&Bench) + Sync) {
    if Engine::find().is_none() {
        return;
    }
    let test = &test;
    thread::scope(|scope| {
        for flavour in flavours {
            let run = move || test(&Bench::new(flavour, "project"));
            let name = (*flavour).to_owned();
            thread::Builder::new()
                .name(name)
                .spawn_scoped(scope, run)
                .unwrap();
        }
    });
}

impl Bench {
    fn new(asked: &str, directory: &str) -> Self {
        let engine = Engine::find().unwrap();
        let sandbox = Sandbox::named(directory);
        let root = std::fs::canonicalize(sandbox.project()).unwrap();
        let store = Store::create(&root).unwrap();
        let of_engine = engine
            .variables()
            .map(|(name, value)| (OsString::from(name), OsString::from(value)));
        let is_other = |name: &OsString| {
            let name = name.to_string_lossy();
            !name.starts_with("DOCKER_") && !name.starts_with("COMPOSE_")
        };
        let variables: Variables = Variables::of_process()
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .filter(|(name, _)| is_other(name))
            .chain(of_engine)
            .collect();
        let finder = Finder::new(Some(engine.bin().as_os_str()), &root, None);
        let runner = system(&variables, "flavour", &Cancel::new());
        let machine = Machine {
            runner: &runner,
            find: &|name| finder.find(name, &[], &root),
            cwd: &root,
            patience: flavour::PATIENCE,
        };
        let flavour = flavour::detect(&machine, Some(asked)).unwrap();
        assert_eq!(flavour.kind == Kind::Plugin, asked.contains(' '));
        Self {
            engine,
            flavour,
            sandbox,
            store,
            variables,
        }
    }

    /// The same with the project in a directory of another name.
    pub fn in_directory(&self, name: &str) -> Self {
        let asked = flavour::Way::of(self.flavour.kind).words();
        Self::new(&asked, name)
    }

    /// Writes a file of the project.
    pub fn file(&self, inside: &str, text: &str) -> PathBuf {
        self.sandbox.rewrite(inside, text);
        self.store.root().join(inside)
    }

    /// A run of these services, each with its settings in YAML's short form.
    pub fn run(&self, services: &[(&str, &str)]) -> Run<'_> {
        self.run_of(&[self.file("compose.yml", &compose(services))])
    }

    /// A run of compose files.
    pub fn run_of(&self, files: &[PathBuf]) -> Run<'_> {
        let run = self.store.new_run(Clock::System.now()).unwrap();
        let logs = run.path().join("services");
        scratch::make_dir(&logs).unwrap();
        let cancel = Cancel::new();
        Run {
            project: Project {
                name: project::name(self.store.root(), run.id()),
                files: files.to_vec(),
                env_file: None,
                profiles: Vec::new(),
            },
            id: run.id().to_owned(),
            logs,
            runner: system(&self.variables, run.id(), &cancel),
            cleaner: system(&self.variables, run.id(), &Cancel::new()),
            cancel,
            redactor: Redactor::default(),
            address: self.engine.address(),
            volumes: Mutex::default(),
            bench: self,
        }
    }

    /// The runs that have a journal.
    pub fn journals(&self) -> Vec<String> {
        let journals = journal::read_all(&self.store);
        assert!(journals.unreadable.is_empty(), "{:?}", journals.unreadable);
        journals.entries.into_iter().map(|entry| entry.run).collect()
    }
}

fn system(variables: &Variables, run: &str, cancel: &Cancel) -> System {
    let redactor = Arc::new(Redactor::default());
    System::new(variables.for_tools(&[], run), run, cancel.clone(), redactor)
}

/// A service's settings: it greets, goes on with a script, and has what else there is.
pub fn service(name: &str, script: &str, rest: &str) -> String {
    let comma = if rest.is_empty() { "" } else { ", " };
    format!("{{image: \"{IMAGE}\", command: [sh, -c, \"echo hello of {name}; {script}\"]{comma}{rest}}}")
}

/// A compose file with these services.
pub fn compose(services: &[(&str, &str)]) -> String {
    let mut text = "version: \"3.8\"\nservices:\n".to_owned();
    for (name, settings) in services {
        text.push_str(&format!("  {name}: {settings}\n"));
    }
    text
}

/// The same with a volume of the name `stored`.
pub fn storing(services: &[(&str, &str)]) -> String {
    compose(services) + "volumes: {stored: {}}\n"
}

/// One run, which leaves nothing.
pub struct Run<'b> {
    pub id: String,
    pub project: Project,
    pub cancel: Cancel,
    pub runner: System,
    cleaner: System,
    redactor: Redactor,
    address: String,
    logs: PathBuf,
    volumes: Mutex<Vec<String>>,
    bench: &'b Bench,
}

impl Run<'_> {
    /// What is asked for. Services are killed at once: those of tests have nothing to put away.
    pub fn order(&self) -> Order<'_> {
        Order {
            runner: &self.runner,
            cleaner: &self.cleaner,
            cancel: &self.cancel,
            flavour: &self.bench.flavour,
            project: self.project.clone(),
            store: &self.bench.store,
            run: &self.id,
            wishes: Wishes::default(),
            probe: None,
            fit: None,
            fetching: Fetching::Allowed,
            limits: Limits {
                stop: Duration::ZERO,
                ready: AGES,
                ..Limits::default()
            },
            logs: self.logs.clone(),
            engine: Some(&self.address),
            redactor: &self.redactor,
            clock: Clock::System,
        }
    }

    /// Brings up what must come up.
    #[track_caller]
    pub fn up(&self) -> Environment<'_> {
        let environment = Environment::up(self.order()).unwrap_or_else(|not_up| panic!("{}", not_up.why));
        let containers = environment.containers();
        assert!(!containers.is_empty());
        assert!(self.bench.journals().contains(&self.id));
        let volumes = containers.iter().flat_map(|container| container.volumes.clone());
        self.volumes.lock().unwrap().extend(volumes);
        environment
    }

    /// Brings up what must not come up. It is gone already.
    #[track_caller]
    pub fn not_up(&self) -> NotUp {
        match Environment::up(self.order()) {
            Ok(environment) => panic!("it came up: {:?}", environment.ready()),
            Err(not_up) => *not_up,
        }
    }

    /// Fails unless an environment went as it should: nothing had to be forced, nothing is left, and of each container
    /// there is the log in which its service greets. These services have one, so many times.
    #[track_caller]
    pub fn is_gone(&self, closed: &Closed, services: &[&str]) {
        let cleaned = closed.cleaned.as_ref().unwrap();
        assert_eq!(closed.fault(), None);
        assert_eq!(cleaned.complaints, [""; 0]);
        assert!(!cleaned.forced);
        self.nothing_is_left();
        let names: Vec<&str> = closed.logs.iter().map(|log| log.service.as_str()).collect();
        assert_eq!(names, services);
        for log in &closed.logs {
            let text = std::fs::read_to_string(&log.path).unwrap();
            let greeting = format!("hello of {}", log.service);
            assert!(text.contains(&greeting), "{}: {text:?}", log.container);
        }
    }

    /// Fails when the engine, the store or the machine has anything of this run.
    #[track_caller]
    pub fn nothing_is_left(&self) {
        let engine = &self.bench.engine;
        assert_eq!(engine.things_of(&self.project.name), [""; 0]);
        let volumes = engine.volumes();
        let left: Vec<String> = self
            .volumes()
            .into_iter()
            .filter(|name| volumes.contains(name))
            .collect();
        assert!(left.is_empty(), "volumes without a label: {left:?}");
        assert!(!self.bench.journals().contains(&self.id));
        let root = self.bench.store.root().to_string_lossy();
        assert!(crate::support::processes_with(&root).is_empty());
    }

    /// The names of the volumes that its containers had when they were up.
    pub fn volumes(&self) -> Vec<String> {
        self.volumes.lock().unwrap().clone()
    }
}

/// What the service at an address says to `GET /`.
#[track_caller]
pub fn fetch(address: &str) -> String {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(AGES)).unwrap();
    stream.write_all(b"GET /index.html HTTP/1.0\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    body.to_owned()
}
