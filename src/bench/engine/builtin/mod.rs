//! The generator that is always there: HTTP/1.1 over plain connections and TLS, paced or as fast as the service answers.
//!
//! Each thread has its part of the connections and serves them from one loop (`worker`); what it has seen is counted
//! in memory that does not grow (`tally`). A `line` is the place of one connection, `wire` the connection itself,
//! `answer` finds where an answer ends. When a request should start is pure arithmetic (`pace`): a request that had
//! to wait because all connections were busy still counts from the moment at which it was due.
//!
//! The latency of a request begins when it is sent; where each request opens its own connection, when that begins.

mod address;
mod alarm;
mod answer;
mod chunks;
mod line;
mod pace;
mod request;
mod tally;
#[cfg(test)]
mod tests;
mod tls;
mod wire;
mod worker;

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Instant;

use http::Uri;

use self::request::Requests;
use self::tally::Tally;
use self::worker::{Run, Until, Worker, correction};
use super::{Engine, EngineError, Identity, Job};
use crate::bench::load::{Load, Pace, Target};
use crate::bench::sample::Sample;
use crate::process::Cancel;

/// Its name.
const NAME: &str = "builtin";

/// The generator of sdd itself.
#[derive(Debug)]
pub struct Builtin {
    identity: Identity,
    until: Until,
}

impl Default for Builtin {
    fn default() -> Self {
        Self::new()
    }
}

impl Builtin {
    /// Ready for use; nothing has to be installed.
    pub fn new() -> Self {
        Self::until(Until::End)
    }

    /// One that stops at the first answer, or at what came in its place.
    pub fn for_one_answer() -> Self {
        Self::until(Until::Answer)
    }

    fn until(until: Until) -> Self {
        Self {
            identity: Identity {
                name: NAME,
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            until,
        }
    }
}

impl Engine for Builtin {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn supports(&self, target: &Target, load: &Load) -> Result<(), EngineError> {
        let unsupported = |what: &str| EngineError::Unsupported {
            engine: NAME,
            what: what.to_owned(),
        };
        let first = first(target)?;
        if !matches!(first.scheme_str(), Some("http" | "https")) || first.host().is_none() {
            return Err(unsupported("ask anything but http and https"));
        }
        let place = |url: &Uri| {
            (
                url.scheme().cloned(),
                url.host().map(str::to_owned),
                url.port_u16(),
            )
        };
        if target
            .endpoints
            .iter()
            .any(|endpoint| place(&endpoint.url) != place(first))
        {
            return Err(unsupported("ask more than one host in one run"));
        }
        if load.connections == 0 || load.threads == 0 || load.threads > load.connections {
            return Err(unsupported("share out so few connections"));
        }
        match load.pace {
            Pace::PerSecond(rate) if !rate.is_finite() || rate <= 0.0 => {
                Err(unsupported("send requests at such a rate"))
            }
            Pace::PerSecond(_) | Pace::Closed => Ok(()),
        }
    }

    fn measure(&self, job: &Job<'_>, cancel: &Cancel) -> Result<Sample, EngineError> {
        self.supports(job.target, job.load)?;
        let url = first(job.target)?;
        let dial = address::dial(job.target, url, cancel)?;
        let requests = Requests::new(job.target);
        let begin = Instant::now();
        let run = Run {
            requests: &requests,
            dial: &dial,
            load: job.load,
            stretch: job.stretch,
            until: self.until,
            connection: job.target.connection,
            seed: job.seed,
            begin,
            cancel,
            reached: AtomicBool::new(false),
            refused: AtomicU32::new(0),
        };
        let seen = all(&run)?;
        let duration = begin.elapsed();
        if cancel.is_requested() {
            return Err(EngineError::Cancelled);
        }
        if !run.reached.load(Ordering::Relaxed) {
            if let Some(cause) = &seen.cause {
                return Err(unreachable(url, cause));
            }
            // A stretch may be shorter than an attempt: a full queue drops the first one, and the next comes a second later.
            if self.until == Until::Answer {
                return Err(unreachable(url, "no answer to the attempts to connect"));
            }
        }
        Ok(seen.sample(duration, correction(job.load.pace)))
    }
}

/// The address that all endpoints have in common, but for the path.
fn first(target: &Target) -> Result<&Uri, EngineError> {
    let first = target.endpoints.first();
    first
        .map(|endpoint| &endpoint.url)
        .ok_or(EngineError::Unsupported {
            engine: NAME,
            what: "ask nothing".to_owned(),
        })
}

fn unreachable(url: &Uri, cause: &str) -> EngineError {
    EngineError::Unreachable {
        url: url.to_string(),
        cause: cause.to_owned(),
    }
}

/// Runs all threads to their end and adds up what they saw.
fn all(run: &Run<'_>) -> Result<Tally, EngineError> {
    let broken = |cause: String| EngineError::Broken { engine: NAME, cause };
    thread::scope(|scope| {
        let mut threads = Vec::new();
        for index in 0..run.load.threads {
            let worker = Worker::new(run, index).map_err(|error| broken(error.to_string()))?;
            let spawned = thread::Builder::new()
                .name(format!("bench-{index}"))
                .spawn_scoped(scope, || worker.work());
            threads.push(spawned.map_err(|error| broken(error.to_string()))?);
        }
        let mut sum: Option<Tally> = None;
        let mut wrong = None;
        for thread in threads {
            match thread.join() {
                Ok(Ok(seen)) => match &mut sum {
                    None => sum = Some(seen),
                    Some(sum) => sum.add(&seen),
                },
                Ok(Err(error)) => wrong = Some(error.to_string()),
                Err(_) => wrong = Some("one of its threads panicked".to_owned()),
            }
        }
        match (wrong, sum) {
            (Some(cause), _) => Err(broken(cause)),
            (None, Some(sum)) => Ok(sum),
            (None, None) => Err(broken("no thread was started".to_owned())),
        }
    })
}
