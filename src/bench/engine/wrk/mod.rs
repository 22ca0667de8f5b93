//! wrk (<https://github.com/wg/wrk>): the closed model over HTTP/1.1, at little cost for the client.
//!
//! A run of wrk is one `Step`. What is asked goes in through a `script`, what was seen comes back through its
//! `done` function as an `answer`: the [`text`] for people has no p95 and few digits. wrk corrects its latencies for
//! what a stalled connection would have seen without saying so, hence there are no raw ones. What it cannot do:
//!
//! - check certificates, keep a rate, ask several endpoints, or read the answer to `HEAD`: see [`Engine::supports`];
//! - tell of a request that was never answered: such a one is counted nowhere, and nothing but hung connections is a
//!   sample without requests.

mod answer;
mod identify;
#[cfg(test)]
mod recordings;
mod script;
mod steps;
#[cfg(test)]
#[cfg(unix)]
mod tests;
pub mod text;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::uri::Scheme;
use http::{Method, Uri};

pub use answer::{Answer, Counts, NoAnswer};
use identify::Program;
use steps::Step;

use super::program::{self, GRACE, PrivateFile};
use super::{Engine, EngineError, Identity, Job};
use crate::bench::load::{Endpoint, Load, Pace, Stretch, Target, Trust};
use crate::bench::sample::Sample;
use crate::process::{Cancel, End, Invocation, KeepRaw, Outcome, Runner};

/// Its name.
pub const NAME: &str = "wrk";

/// The time in which it must say what it is.
const VERSION_TIMEOUT: Duration = Duration::from_secs(10);
/// The time that it may take longer than its run: it resolves the name and gathers what its threads saw.
const SLACK: Duration = Duration::from_secs(60);
/// wrk has a counter for each microsecond up to the time-out, which is a gigabyte for this one.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(120);

/// wrk as an engine.
pub struct Wrk<'a> {
    runner: &'a dyn Runner,
    program: PathBuf,
    scratch: PathBuf,
    identity: Identity,
    scripts: AtomicUsize,
}

impl<'a> Wrk<'a> {
    /// Asks a program what it is, and takes it when it is wrk. Scripts of runs stand in `scratch`, a directory that only
    /// its owner may enter. The runner must listen to the request to stop that [`Engine::measure`] gets.
    ///
    /// # Errors
    ///
    /// [`EngineError::Absent`], [`EngineError::Stranger`] for what is not wrk (wrk2 is not), and how asking failed.
    pub fn identify(runner: &'a dyn Runner, path: &Path, scratch: &Path) -> Result<Self, EngineError> {
        let mut invocation = Invocation::new(path, scratch, VERSION_TIMEOUT).args(["-v"]);
        invocation.grace = GRACE;
        let said = program::words_of(NAME, runner, &invocation)?;
        let version = match identify::program(&said) {
            Program::Wrk(version) => version,
            Program::Other(says) => {
                return Err(EngineError::Stranger {
                    engine: NAME,
                    program: path.display().to_string(),
                    says,
                });
            }
        };
        Ok(Self {
            runner,
            program: path.to_owned(),
            scratch: scratch.to_owned(),
            identity: Identity { name: NAME, version },
            scripts: AtomicUsize::new(0),
        })
    }

    /// The arguments of the run under the whole load, for a report and a baseline. The script, which may hold secrets,
    /// stands there as its SHA-256.
    ///
    /// # Errors
    ///
    /// As [`Engine::supports`].
    pub fn arguments(
        &self,
        target: &Target,
        load: &Load,
        length: Duration,
    ) -> Result<Vec<String>, EngineError> {
        let endpoint = supported(target, load)?;
        let digest = script::digest(&script::script(target, endpoint));
        let whole = steps::steps(load, Stretch::steady(length));
        let all = whole
            .iter()
            .flat_map(|step| arguments(*step, load, &digest, &endpoint.url));
        Ok(all.collect())
    }

    /// One run.
    fn run(&self, step: Step, load: &Load, script: &Path, url: &Uri) -> Result<Sample, EngineError> {
        let deadline = Duration::from_secs(step.seconds) + SLACK;
        let mut invocation = Invocation::new(&self.program, &self.scratch, deadline);
        invocation = invocation.args(arguments(step, load, &script.to_string_lossy(), url));
        invocation.grace = GRACE;
        invocation.raw = KeepRaw::Report;
        let outcome = program::run(NAME, self.runner, &invocation)?;
        if let (End::Code(1), Some(error)) = (outcome.end, unreachable(&outcome, url)) {
            return Err(error);
        }
        program::ended_well(NAME, &outcome, deadline)?;
        sample(&outcome, load.timeout)
    }
}

impl Engine for Wrk<'_> {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn supports(&self, target: &Target, load: &Load) -> Result<(), EngineError> {
        supported(target, load).map(|_| ())
    }

    fn length(&self, asked: Duration) -> Duration {
        steps::whole_seconds(asked)
    }

    fn measure(&self, job: &Job<'_>, cancel: &Cancel) -> Result<Sample, EngineError> {
        let endpoint = supported(job.target, job.load)?;
        let number = self.scripts.fetch_add(1, Ordering::SeqCst);
        let path = self.scratch.join(format!("wrk-{number}.lua"));
        let script = PrivateFile::write(NAME, path, &script::script(job.target, endpoint))?;
        let mut all: Option<Sample> = None;
        for step in steps::steps(job.load, job.stretch) {
            if cancel.is_requested() {
                return Err(EngineError::Cancelled);
            }
            let seen = self.run(step, job.load, script.path(), &endpoint.url)?;
            match &mut all {
                Some(all) => all.add(&seen),
                None => all = Some(seen),
            }
        }
        all.ok_or_else(|| program::broken(NAME, "there was nothing to run".to_owned()))
    }
}

/// The length that a stretch has where wrk makes it; `None` where it cannot make such a load.
pub fn length(target: &Target, load: &Load, asked: Duration) -> Option<Duration> {
    supported(target, load).ok().map(|_| steps::whole_seconds(asked))
}

/// The endpoint, when wrk can make such a load.
fn supported<'t>(target: &'t Target, load: &Load) -> Result<&'t Endpoint, EngineError> {
    let cannot = |what: String| Err(EngineError::Unsupported { engine: NAME, what });
    let [endpoint] = &target.endpoints[..] else {
        return cannot("ask more than one endpoint".to_owned());
    };
    if let Pace::PerSecond(_) = load.pace {
        return cannot("send requests at a fixed rate".to_owned());
    }
    if endpoint.url.scheme() == Some(&Scheme::HTTPS) && target.trust != Trust::Anything {
        return cannot("check the certificate of a service".to_owned());
    }
    if [Method::HEAD, Method::CONNECT].contains(&endpoint.method) {
        return cannot(format!("tell where the answer to {} ends", endpoint.method));
    }
    if load.timeout.is_zero() || load.timeout.subsec_nanos() != 0 {
        return cannot(format!(
            "give up a request after {:?}: it counts whole seconds",
            load.timeout
        ));
    }
    if load.timeout > LONGEST_TIMEOUT {
        return cannot(format!("wait longer than {LONGEST_TIMEOUT:?} for an answer"));
    }
    Ok(endpoint)
}

/// The arguments of a run. The path of the URL is in the script: who lists processes need not see it.
fn arguments(step: Step, load: &Load, script: &str, url: &Uri) -> Vec<String> {
    let scheme = url.scheme_str().unwrap_or("http");
    let host = url.host().unwrap_or_default();
    let port = url.port().map_or(String::new(), |port| format!(":{port}"));
    vec![
        "--threads".to_owned(),
        step.threads.to_string(),
        "--connections".to_owned(),
        step.connections.to_string(),
        "--duration".to_owned(),
        format!("{}s", step.seconds),
        "--timeout".to_owned(),
        format!("{}s", load.timeout.as_secs()),
        "--latency".to_owned(),
        "--script".to_owned(),
        script.to_owned(),
        format!("{scheme}://{host}{port}/"),
    ]
}

/// The sample of a run that ended well.
fn sample(outcome: &Outcome, timeout: Duration) -> Result<Sample, EngineError> {
    let stdout = program::text_of(outcome.read_stdout());
    let answer = answer::answer(&stdout).map_err(|error| {
        let seen = text::read(&stdout).map_or(String::new(), |text| format!(" ({} requests)", text.requests));
        program::broken(NAME, format!("{error}{seen}{}", program::last_words(outcome)))
    })?;
    Ok(answer.sample(timeout, outcome.cpu))
}

/// What it says when no connection can be made: `unable to connect to HOST:PORT CAUSE`, `unable to resolve …`.
fn unreachable(outcome: &Outcome, url: &Uri) -> Option<EngineError> {
    let said = program::text_of(&outcome.stderr);
    let cause = said.lines().find_map(|line| {
        let rest = line
            .strip_prefix("unable to connect to ")
            .or_else(|| line.strip_prefix("unable to resolve "))?;
        rest.split_once(' ').map(|(_, cause)| cause.trim().to_owned())
    })?;
    Some(EngineError::Unreachable {
        url: url.to_string(),
        cause,
    })
}
