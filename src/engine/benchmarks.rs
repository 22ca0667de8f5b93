//! Measuring a service, by the same way as `sdd bench`, within the time of the step and of the run.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::services::Held;
use super::work::{chain, prepare};
use super::{Event, Job, step_dir};
use crate::bench::aim::service_of_this_machine;
use crate::bench::cost::Service;
use crate::bench::engine::EngineError;
use crate::bench::engine::available::Available;
use crate::bench::engine::locust::Workers;
use crate::bench::measurement::{Measurement, MeasurementError, Record};
use crate::bench::report::Document;
use crate::bench::rounds::{self, Standing};
use crate::gates::{BenchmarkWork, PartResult, Step, Unmeasured, Use};
use crate::integration::address::{Addresses, NotPublished};
use crate::integration::probe;
use crate::process::Cancel;
use crate::process::clock::Clock;
use crate::project::git;
use crate::store::{Store, scratch};

/// Who a first baseline is accepted by.
const BY: &str = "the benchmark gate";

/// How often the request to stop is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// The file of a step's measurement in the directory of the run.
pub(super) fn evidence_name(step: &Step) -> String {
    format!("{}.json", step.id)
}

/// Measures.
pub(super) fn measure(
    step: &Step,
    work: &BenchmarkWork,
    job: &Job<'_>,
    mut held: Option<&mut Held<'_, '_>>,
) -> PartResult {
    let named = work;
    let work = &match placed(work, held.as_deref()) {
        Ok(work) => work,
        Err(error) => {
            return PartResult::Benchmark(Err(Unmeasured {
                reason: error.to_string(),
                hint: Some(error.hint()),
            }));
        }
    };
    if let Some(held) = &mut held {
        held.used_for(Use::Load);
    }
    let place = Place::of(work, held.as_deref(), job);
    let held = RefCell::new(held);
    let look = || {
        held.borrow_mut()
            .as_mut()
            .map_or(Standing::Whole, |held| held.look())
    };
    let (outcome, in_time) = within(work.limit, job.cancel, |cancel| {
        run(step, (work, named), job, (place, &look), cancel)
    });
    if job.cancel.is_requested() {
        return PartResult::NotStarted("stopped while it ran".to_owned());
    }
    if in_time == InTime::No {
        return PartResult::Benchmark(Err(Unmeasured {
            reason: format!("the measurement did not end within {} s", work.limit.as_secs()),
            hint: Some(
                "raise quality_gates.benchmark.timeout (seconds), or shorten what is measured: \
                 quality_gates.benchmark.duration, time_scale"
                    .to_owned(),
            ),
        }));
    }
    PartResult::Benchmark(outcome.map(Box::new))
}

/// Where the service is, and what is looked at for what it costs.
struct Place {
    addresses: Option<Addresses>,
    services: Vec<Service>,
    /// What cannot be looked at, and why.
    unseen: Vec<String>,
}

impl Place {
    /// The containers of a run where it has any: all of them, since limits are those of each service. Else the process that
    /// listens, if it is on this machine.
    fn of(work: &BenchmarkWork, held: Option<&Held<'_, '_>>, job: &Job<'_>) -> Self {
        let (services, unseen) = match held {
            Some(held) if !held.flavour.is_podman() => held.costs(job.containers.engine),
            Some(_) | None => (
                service_of_this_machine(&work.target).into_iter().collect(),
                Vec::new(),
            ),
        };
        Self {
            addresses: held.map(|held| held.addresses().clone()),
            services,
            unseen,
        }
    }
}

/// The work with the addresses of services where their names stand.
fn placed(work: &BenchmarkWork, held: Option<&Held<'_, '_>>) -> Result<BenchmarkWork, NotPublished> {
    let mut work = work.clone();
    if let Some(held) = held {
        for endpoint in &mut work.target.endpoints {
            endpoint.url = held.addresses().resolve(&endpoint.url)?;
        }
    }
    Ok(work)
}

/// Measures some work where its service is; `named` has the address of the spec.
fn run(
    step: &Step,
    (work, named): (&BenchmarkWork, &BenchmarkWork),
    job: &Job<'_>,
    (place, look): (Place, &dyn Fn() -> Standing),
    cancel: &Cancel,
) -> Result<Document, Unmeasured> {
    let Place {
        addresses,
        services,
        unseen,
    } = place;
    let because = |reason: String| Unmeasured { reason, hint: None };
    let root = job.cx.project.root.as_path();
    let store = Store::open(root).map_err(|error| because(chain(&error)))?;
    let scratch = step_dir(job.cx.out, &step.id);
    prepare(&scratch, &[]).map_err(|error| because(chain(&error)))?;
    let engines = Available::look(work.engine, &work.programs, job.runner, &scratch, Workers::Local);
    // What was measured is worth something without the commit, too.
    let commit = (work.git.as_ref()).and_then(|git| git::head(job.runner, git, root).ok().flatten());
    let measurement = Measurement {
        target: work.target.clone(),
        // The engine chooses the ports of the machine: by them each run would have a baseline of its own.
        named: Some(named.target.clone()),
        older: None,
        load: work.course.load,
        ramps: work.course.ramps,
        rounds: work.course.rounds,
        length: work.course.length,
        counting: work.counting,
        requirements: work.requirements.clone(),
        threshold: work.threshold,
        services: services.into(),
        older_services: Vec::new().into(),
        notes: unseen,
        engines: engines.preferred(),
        record: Some(Record {
            store: &store,
            work_item: &work.work_item,
            commit: commit.as_deref(),
            session: work.session,
            by: job.accept.map_or(BY, |accept| &accept.by),
            accept: job.accept.map(|accept| accept.reason.as_str()),
        }),
        rerun: format!("{} gate {}", job.sdd, step.gate),
        redactor: job.redactor,
        witness: Some(look),
    };
    let tell = |now: rounds::Step<'_>| {
        if let Some(said) = now.said() {
            job.observer.event(&Event::StepSaid(step, &said));
        }
    };
    let document = measurement
        .run(cancel, &|| Clock::System.now(), &tell)
        .map_err(|error| unmeasured(&error, work, addresses.as_ref()))?
        .document;
    keep(step, &document, job).map_err(|why| because(format!("the measurement could not be kept: {why}")))?;
    Ok(document)
}

/// Writes the measurement beside the other evidence of the run, without secrets.
fn keep(step: &Step, document: &Document, job: &Job<'_>) -> Result<(), String> {
    let text = serde_json::to_string_pretty(document).map_err(|error| error.to_string())?;
    let text = job.redactor.text(&text) + "\n";
    scratch::write_new(&job.cx.out.join(evidence_name(step)), text.as_bytes()).map_err(|error| chain(&error))
}

fn unmeasured(error: &MeasurementError, work: &BenchmarkWork, addresses: Option<&Addresses>) -> Unmeasured {
    let hint = match error {
        // The services are up: what is not reached is not published.
        MeasurementError::Engine(EngineError::Unreachable { .. }) if addresses.is_some() => {
            return Unmeasured {
                reason: chain(error),
                hint: addresses.map(Addresses::advice),
            };
        }
        MeasurementError::Engine(EngineError::Unreachable { .. }) if bring_up(work).is_some() => {
            return Unmeasured {
                reason: chain(error),
                hint: bring_up(work),
            };
        }
        MeasurementError::Engine(EngineError::Unreachable { .. }) => {
            Some("start the service, or correct the address in the spec")
        }
        MeasurementError::NoEngine(_) => {
            Some("sdd's own generator can make most loads: quality_gates.benchmark.engine: \"builtin\"")
        }
        MeasurementError::Baseline(_) => Some("the file was left as it was"),
        MeasurementError::Engine(_) | MeasurementError::Reference(_) => None,
    };
    Unmeasured {
        reason: chain(error),
        hint: hint.map(str::to_owned),
    }
}

/// What brings the service up, where it is one of a run.
fn bring_up(work: &BenchmarkWork) -> Option<String> {
    let host = work.target.endpoints.first()?.url.host()?;
    let run = format!("sdd integration run {}", work.work_item);
    work.needs.as_ref()?.bring_up(host, &run, probe::is_known)
}

/// Whether something ended before its time was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum InTime {
    Yes,
    No,
}

/// Does some work that listens to a request to stop of its own: it is made when `cancel` is, or when the time is over.
fn within<T>(limit: Duration, cancel: &Cancel, work: impl FnOnce(&Cancel) -> T) -> (T, InTime) {
    let own = Cancel::new();
    let done = AtomicBool::new(false);
    let answer = std::thread::scope(|scope| {
        let watch = || {
            let begin = Instant::now();
            while !done.load(Ordering::SeqCst) {
                if cancel.is_requested() {
                    own.request(cancel.signal().unwrap_or(0));
                    return;
                }
                if begin.elapsed() >= limit {
                    own.expire();
                    return;
                }
                std::thread::park_timeout(LOOK);
            }
        };
        let watcher = scope.spawn(watch);
        // Whatever comes of the work, nobody waits for the watcher.
        let ended = Ended {
            done: &done,
            watcher: watcher.thread(),
        };
        let answer = work(&own);
        drop(ended);
        answer
    });
    let in_time = if own.is_expired() { InTime::No } else { InTime::Yes };
    (answer, in_time)
}

struct Ended<'a> {
    done: &'a AtomicBool,
    watcher: &'a std::thread::Thread,
}

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.done.store(true, Ordering::SeqCst);
        self.watcher.unpark();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Waits for a request to stop, and not for ever.
    fn wait(cancel: &Cancel) -> bool {
        let begin = Instant::now();
        while !cancel.is_requested() && begin.elapsed() < Duration::from_secs(30) {
            std::thread::sleep(Duration::from_millis(1));
        }
        cancel.is_requested()
    }

    #[test]
    fn work_that_ends_is_in_time() {
        let (answer, in_time) = within(Duration::from_secs(3600), &Cancel::new(), |_| 7);
        assert_eq!((answer, in_time), (7, InTime::Yes));
    }

    #[test]
    fn work_is_stopped_when_its_time_is_over() {
        let cancel = Cancel::new();
        let (stopped, in_time) = within(Duration::from_millis(5), &cancel, wait);
        assert_eq!((stopped, in_time), (true, InTime::No));
        assert!(!cancel.is_requested(), "the others go on");
    }

    #[test]
    fn work_is_stopped_with_the_run() {
        let cancel = Cancel::new();
        cancel.request(2);
        let (stopped, in_time) = within(Duration::from_secs(3600), &cancel, |own| {
            wait(own) && own.signal() == Some(2)
        });
        assert_eq!((stopped, in_time), (true, InTime::Yes));
    }
}
