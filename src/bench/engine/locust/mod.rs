//! locust (<https://locust.io>): load from several processes, or from several hosts.
//!
//! sdd writes the `script`, starts a master without a user interface and, unless other hosts are to join, the workers.
//! Each worker counts latencies itself, for locust rounds them to two digits, and tells what it saw when the stretch is
//! over; the master prints that as it is. In the open model a user that is late asks at once, and its latency counts from
//! when it should have asked. Bytes are those of bodies.

mod answer;
mod script;
#[cfg(test)]
#[cfg(unix)]
mod tests;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::program::{self, GRACE, PrivateFile};
use super::{Engine, EngineError, Identity, Job, WarmUp};
use crate::bench::load::{Load, Pace, Target, Trust};
use crate::bench::sample::Sample;
use crate::process::{Cancel, Invocation, KeepRaw, Outcome, Runner};

/// Its name.
pub const NAME: &str = "locust";

/// The time in which it must say what it is: it is slow to start.
const VERSION_TIMEOUT: Duration = Duration::from_secs(60);
/// The time that workers on this host get to join.
const JOIN: Duration = Duration::from_secs(60);
/// The time that all may take longer than what they were given.
const SLACK: Duration = Duration::from_secs(60);

/// The length of the warm-up. For each stretch a master and its workers are started, which takes seconds.
const WARM_UP: Duration = Duration::from_secs(3);

/// Who makes the load.
#[derive(Clone, Copy)]
pub enum Workers<'a> {
    /// Workers on this host: as many as the load has threads, and no more than it has connections.
    Local,
    /// Workers on other hosts.
    Remote(Remote<'a>),
}

/// Workers on other hosts.
#[derive(Clone, Copy)]
pub struct Remote<'a> {
    /// How many must join.
    pub count: u32,
    /// The address of this host that they are to be waited for at.
    pub bind: &'a str,
    /// The name of this host as they know it.
    pub host: &'a str,
    /// The port; an open one of this host.
    pub port: u16,
    /// The time that they get to join.
    pub wait: Duration,
    /// Is told, each time that workers are waited for, the command with which one joins.
    pub tell: &'a (dyn Fn(&str) + Sync),
}

/// locust as an engine.
pub struct Locust<'a> {
    runner: &'a dyn Runner,
    program: PathBuf,
    scratch: PathBuf,
    workers: Workers<'a>,
    identity: Identity,
    scripts: AtomicUsize,
}

/// Where the master waits for its workers.
struct Meeting {
    bind: String,
    port: u16,
    count: u32,
    wait: Duration,
}

impl<'a> Locust<'a> {
    /// Asks a program what it is, and takes it when it is locust. Locustfiles stand in `scratch`, a directory that only
    /// its owner may enter. The runner must listen to the request to stop that [`Engine::measure`] gets.
    ///
    /// # Errors
    ///
    /// [`EngineError::Absent`], [`EngineError::Stranger`], and how asking failed.
    pub fn identify(
        runner: &'a dyn Runner,
        path: &Path,
        scratch: &Path,
        workers: Workers<'a>,
    ) -> Result<Self, EngineError> {
        let invocation = invocation(path, scratch, VERSION_TIMEOUT).args(["--version"]);
        let said = program::words_of(NAME, runner, &invocation)?;
        let Some(version) = version(&said) else {
            return Err(EngineError::Stranger {
                engine: NAME,
                program: path.display().to_string(),
                says: said.trim().chars().take(80).collect(),
            });
        };
        Ok(Self {
            runner,
            program: path.to_owned(),
            scratch: scratch.to_owned(),
            workers,
            identity: Identity { name: NAME, version },
            scripts: AtomicUsize::new(0),
        })
    }

    fn meeting(&self, load: &Load) -> Result<Meeting, EngineError> {
        match &self.workers {
            Workers::Local => Ok(Meeting {
                bind: "127.0.0.1".to_owned(),
                port: free_port()
                    .map_err(|error| program::broken(NAME, format!("no port is free: {error}")))?,
                count: load.threads.clamp(1, load.connections.max(1)),
                wait: JOIN,
            }),
            Workers::Remote(remote) => Ok(Meeting {
                bind: remote.bind.to_owned(),
                port: remote.port,
                count: remote.count,
                wait: remote.wait,
            }),
        }
    }

    /// Runs the master, and the workers of this host for as long as it runs.
    fn run(&self, meeting: &Meeting, job: &Job<'_>, locustfile: &Path) -> Result<Outcome, EngineError> {
        let patience = job.load.timeout + Duration::from_secs(script::PATIENCE);
        let deadline = meeting.wait + job.stretch.length + patience + SLACK;
        let mut master = invocation(&self.program, &self.scratch, deadline);
        master = master.args(master_arguments(meeting, job.load, locustfile));
        master.raw = KeepRaw::Report;
        let outcome = thread::scope(|scope| {
            let workers = match &self.workers {
                Workers::Local => meeting.count,
                Workers::Remote(remote) => {
                    (remote.tell)(&join_command(remote.host, remote.port));
                    0
                }
            };
            let mut held = Vec::new();
            for _ in 0..workers {
                let mut worker = invocation(&self.program, &self.scratch, deadline);
                worker = worker.args(worker_arguments(
                    &locustfile.to_string_lossy(),
                    "127.0.0.1",
                    meeting.port,
                ));
                // Dropping what is held ends the talk, and with it the worker if it still runs.
                let (sender, over) = mpsc::channel::<()>();
                held.push(sender);
                scope.spawn(move || {
                    let mut wait = move |_voice| {
                        let _ = over.recv();
                    };
                    self.runner.talk(&worker, Box::new(|_| {}), &mut wait)
                });
            }
            let outcome = program::run(NAME, self.runner, &master);
            drop(held);
            outcome
        });
        let outcome = outcome?;
        program::ended_well(NAME, &outcome, deadline)?;
        Ok(outcome)
    }
}

impl Engine for Locust<'_> {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn supports(&self, target: &Target, load: &Load) -> Result<(), EngineError> {
        let cannot = |what: String| Err(EngineError::Unsupported { engine: NAME, what });
        if let Trust::File(_) = target.trust {
            return cannot("trust the certificates of a file".to_owned());
        }
        match load.pace {
            Pace::PerSecond(rate) if !(rate.is_finite() && rate > 0.0) => {
                cannot(format!("send {rate} requests per second"))
            }
            Pace::PerSecond(_) | Pace::Closed => Ok(()),
        }
    }

    fn warm_up(&self) -> WarmUp {
        WarmUp::Once(WARM_UP)
    }

    fn measure(&self, job: &Job<'_>, cancel: &Cancel) -> Result<Sample, EngineError> {
        self.supports(job.target, job.load)?;
        if cancel.is_requested() {
            return Err(EngineError::Cancelled);
        }
        let meeting = self.meeting(job.load)?;
        let text = script::locustfile(job, meeting.count)
            .map_err(|error| program::broken(NAME, error.to_string()))?;
        let number = self.scripts.fetch_add(1, Ordering::SeqCst);
        let path = self.scratch.join(format!("locust_{number}.py"));
        let file = PrivateFile::write(NAME, path, text.as_bytes())?;
        let outcome = self.run(&meeting, job, file.path())?;
        let stdout = program::text_of(outcome.read_stdout());
        let reports = answer::reports(&stdout, meeting.count)
            .map_err(|error| program::broken(NAME, format!("{error}{}", program::last_words(&outcome))))?;
        if let Some(cause) = answer::unreachable(&reports) {
            let url = job
                .target
                .endpoints
                .first()
                .map(|endpoint| endpoint.url.to_string());
            return Err(EngineError::Unreachable {
                url: url.unwrap_or_default(),
                cause,
            });
        }
        Ok(answer::sample(&reports, job.load))
    }
}

/// A run that leaves nothing beside the locustfile and reads nobody's settings.
fn invocation(program: &Path, scratch: &Path, deadline: Duration) -> Invocation {
    let mut invocation = Invocation::new(program, scratch, deadline);
    invocation.grace = GRACE;
    invocation.env = vec![
        ("HOME".into(), scratch.into()),
        ("PYTHONDONTWRITEBYTECODE".into(), "1".into()),
    ];
    invocation
}

fn master_arguments(meeting: &Meeting, load: &Load, locustfile: &Path) -> Vec<String> {
    let users = load.connections.to_string();
    let words = [
        "--locustfile",
        &locustfile.to_string_lossy(),
        "--master",
        "--headless",
        "--master-bind-host",
        &meeting.bind,
        "--master-bind-port",
        &meeting.port.to_string(),
        "--expect-workers",
        &meeting.count.to_string(),
        "--expect-workers-max-wait",
        &meeting.wait.as_secs().max(1).to_string(),
        "--users",
        &users,
        // All at once: how the load grows is in the locustfile.
        "--spawn-rate",
        &users,
        "--only-summary",
        // What the service answers is no failure of locust.
        "--exit-code-on-error",
        "0",
    ];
    words.map(str::to_owned).to_vec()
}

fn worker_arguments(locustfile: &str, host: &str, port: u16) -> Vec<String> {
    let port = port.to_string();
    let words = [
        "--worker",
        "--locustfile",
        locustfile,
        "--master-host",
        host,
        "--master-port",
        &port,
    ];
    words.map(str::to_owned).to_vec()
}

/// What to type on another host: a worker gets its locustfile from the master.
fn join_command(host: &str, port: u16) -> String {
    format!("locust {}", worker_arguments("-", host, port).join(" "))
}

/// The version in `locust 2.47.0 from …/locust (Python 3.11.7)`.
fn version(said: &str) -> Option<String> {
    let mut words = said.lines().next()?.split_ascii_whitespace();
    let (name, version, from) = (words.next()?, words.next()?, words.next()?);
    let is_version = version.starts_with(|c: char| c.is_ascii_digit()) && version.contains('.');
    (name == NAME && is_version && from == "from" && said.contains("(Python ")).then(|| version.to_owned())
}

/// A port that nobody listens at now.
fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
