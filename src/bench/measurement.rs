//! A whole measurement, from the choice of an engine to the document: what the command and the gate have in common.

mod keeping;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::aftermath::{self, Look, Wait};
use super::baseline::file::{self, find};
use super::baseline::history::creep;
use super::baseline::key::Machine;
use super::baseline::stored::StoredRound;
use super::baseline::{BaselineError, Found, Key};
use super::cost::Service;
use super::engine::choose::{NoEngine, choose};
use super::engine::{Engine, EngineError};
use super::environment::cores;
use super::load::{Endpoint, Load, Pace, Target};
use super::reference::Reference;
use super::report::{
    Comparison, Curve, Document, EngineUsed, ErrorCounts, Host as HostShown, Latency, LoadUsed, Phase,
    Resource, Rounds, Throughput, decide,
};
use super::requirements::{Measured, Requirement, judge_all};
use super::round::{Round, clean};
use super::rounds::{self, Bearer, Counting, Host, Other, Ramps, Run, Setup, Side, Standing, Step};
use super::sample::Errors;
use super::statistics::evidence::{Against, evidence};
use super::statistics::verdict::{Rule, Stage, judge};
use super::times::Times;
use crate::model::text::one_line;
use crate::model::verdict::RunVerdict;
use crate::process::Cancel;
use crate::process::redact::Redactor;
use crate::store::Store;

/// How long the reference server is asked in each round.
const REFERENCE: Duration = Duration::from_millis(500);

/// What is noted of a run that was made the baseline.
pub const ACCEPTED: &str = "this run is the baseline from now on";

/// What is to be measured and judged.
pub struct Measurement<'a> {
    /// The service.
    pub target: Target,
    /// The service by the name that baselines have it under, where its address is another in each run.
    pub named: Option<Target>,
    /// An older version that runs beside it, instead of the reference server.
    pub older: Option<Target>,
    /// How hard it is pressed.
    pub load: Load,
    /// The phases before and after.
    pub ramps: Ramps,
    /// The rounds that have to count.
    pub rounds: usize,
    /// The length of a round.
    pub length: Duration,
    /// Which rounds count.
    pub counting: Counting,
    /// What must be reached.
    pub requirements: Vec<Requirement>,
    /// The change against the baseline that matters, as a share.
    pub threshold: f64,
    /// Whose cost is read.
    pub services: Arc<[Service]>,
    /// The same of the older version.
    pub older_services: Arc<[Service]>,
    /// What a reader should know of how this came to be.
    pub notes: Vec<String>,
    /// Engines in the order of preference; one that could not be had stands there as the reason.
    pub engines: Vec<Result<&'a dyn Engine, EngineError>>,
    /// Where results are kept; without it there is no baseline.
    pub record: Option<Record<'a>>,
    /// The command that asks again.
    pub rerun: String,
    /// What keeps secrets out of a baseline, which is a file of the repository.
    pub redactor: &'a Redactor,
    /// Whoever knows of all that was measured, and not of the target alone; asked once, after the last round.
    pub witness: Option<&'a dyn Fn() -> Standing>,
}

/// Where results are kept, and under whose name.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    /// The state of the project.
    pub store: &'a Store,
    /// The work item.
    pub work_item: &'a str,
    /// The commit that is checked out.
    pub commit: Option<&'a str>,
    /// The number of the session; 0 outside of one.
    pub session: u32,
    /// Who measures.
    pub by: &'a str,
    /// The reason for which this result becomes the baseline, where somebody wants that.
    pub accept: Option<&'a str>,
}

/// Why there is no document.
#[derive(Debug, thiserror::Error)]
pub enum MeasurementError {
    /// Nothing can make this load.
    #[error(transparent)]
    NoEngine(#[from] NoEngine),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Baselines cannot be read or kept.
    #[error(transparent)]
    Baseline(#[from] BaselineError),
    /// The reference server did not come up.
    #[error("the reference server could not be started: {0}")]
    Reference(std::io::Error),
}

/// What came of it.
pub struct Outcome {
    /// What is told.
    pub document: Document,
    /// What was seen.
    pub run: Run,
}

impl Measurement<'_> {
    /// Measures, judges, and keeps the result.
    ///
    /// # Errors
    ///
    /// [`MeasurementError`]. A service that answers badly, or not at all, is no error but a verdict.
    pub fn run(
        &self,
        cancel: &Cancel,
        now: &dyn Fn() -> DateTime<Utc>,
        tell: &dyn Fn(Step<'_>),
    ) -> Result<Outcome, MeasurementError> {
        let chosen = choose(self.engines.iter().cloned(), &self.target, &self.load)?;
        let engine = chosen.engine;
        let passed_over = chosen
            .passed_over
            .iter()
            .map(|why| one_line(&why.to_string()))
            .collect();
        let times = Times::of(engine, self.ramps, self.length);
        let key = self.key(engine, times);
        // A file that cannot be read is told before anything takes its time.
        let found = self
            .record
            .map(|record| find(record.store, record.work_item, &key))
            .transpose()?;
        let started_at = now();
        let server = match &self.older {
            Some(_) => None,
            None => Some(Reference::start().map_err(MeasurementError::Reference)?),
        };
        let reference = server.as_ref().map(|server| plain(server.address()));
        let other = match (&self.older, &reference) {
            (Some(older), _) => Some(Other {
                side: Side {
                    target: older,
                    bearer: Bearer::Services(Arc::clone(&self.older_services)),
                },
                length: times.round,
            }),
            (None, Some(reference)) => Some(Other {
                side: Side {
                    target: reference,
                    bearer: Bearer::Own,
                },
                length: REFERENCE.min(times.round),
            }),
            (None, None) => None,
        };
        let setup = Setup {
            engine,
            load: self.load,
            target: Side {
                target: &self.target,
                bearer: Bearer::Services(Arc::clone(&self.services)),
            },
            other,
            ramps: times.ramps,
            rounds: self.rounds,
            length: times.round,
            counting: self.counting,
            seed: seed(&key),
            now,
        };
        let mut run = rounds::measure(&setup, cancel, tell)?;
        self.wait(&mut run, cancel, tell)?;
        let mut regression = self.compare(&run, found.as_ref(), Stage::First)?;
        let is_alive = run.gone.is_none() && run.waited.is_none();
        if is_alive && (regression.wants_more() || self.becomes_baseline(found.as_ref())) {
            rounds::more(&setup, &mut run, cancel, tell)?;
            regression = self.compare(&run, found.as_ref(), Stage::Last)?;
        }
        self.afterwards(&mut run, cancel);
        let used = EngineUsed {
            name: engine.identity().name.to_owned(),
            version: engine.identity().version.clone(),
            passed_over,
        };
        let mut document = self.document(&run, used, regression, times, started_at);
        document.notes.extend(aftermath::redirects(&run.statuses));
        if let Some(record) = self.record {
            let at = now();
            document.history = keeping::past(record, found.as_ref(), &run, &document, at);
            let finished = self.finished(record, &key, &run, &document, at);
            self.keep(record, &finished, &run, &mut document)?;
        }
        Ok(Outcome { document, run })
    }

    /// Whether this run is likely to be the baseline of others. It is measured once and many are held against it, so that its
    /// own noise would be part of every comparison: it gets as many rounds again.
    fn becomes_baseline(&self, found: Option<&Found>) -> bool {
        // Rounds that count in any case become one by a word alone.
        let is_first =
            self.older.is_none() && self.counting == Counting::Quiet && matches!(found, Some(Found::None(_)));
        is_first || self.record.is_some_and(|record| record.accept.is_some())
    }

    /// Waits for an answer where the last round had none and no error either: it may only have been too short.
    fn wait(&self, run: &mut Run, cancel: &Cancel, tell: &dyn Fn(Step<'_>)) -> Result<(), EngineError> {
        if run.gone.is_some() || !run.is_silent() {
            return Ok(());
        }
        tell(Step::Wait(self.load.timeout));
        match aftermath::wait(&self.target, &self.load, cancel) {
            Ok(waited) => run.waited = Some(waited),
            Err(EngineError::Unreachable { cause, .. })
                if run.has_answered() && aftermath::is_refusal(&cause) =>
            {
                run.gone = Some(cause);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Looks whether the service is still there, and at the statuses of its answers: those of the rounds, where the engine
    /// tells.
    fn afterwards(&self, run: &mut Run, cancel: &Cancel) {
        let is_alive = run.rounds.last().is_some_and(|round| round.target.requests > 0);
        if is_alive && run.gone.is_none() {
            match aftermath::look(&self.target, &self.load, cancel) {
                Some(Look::Answers(statuses)) => run.statuses = statuses,
                Some(Look::Gone { cause }) => run.gone = Some(cause),
                None => {}
            }
        }
        if let Some(ask) = self.witness {
            run.standing = ask();
        }
        let told = aftermath::errors(&run.rounds).by_status;
        if !told.is_empty() {
            run.statuses = told;
        }
    }

    fn key(&self, engine: &dyn Engine, times: Times) -> Key {
        let machine = Machine {
            cpus: cores(),
            arch: std::env::consts::ARCH.to_owned(),
            limits: BTreeMap::new(),
        };
        let seconds = |length: Duration| length.as_secs_f64();
        let phases = format!(
            "ramp-up {} s, {} rounds of {} s, ramp-down {} s",
            seconds(times.ramps.up),
            self.rounds,
            seconds(times.round),
            seconds(times.ramps.down)
        );
        let target = self.named.as_ref().unwrap_or(&self.target);
        let mut key = Key::of(target, &self.load, engine.identity(), &phases, machine);
        key.endpoint = self.redactor.text(&key.endpoint);
        key
    }

    fn compare(
        &self,
        run: &Run,
        found: Option<&Found>,
        stage: Stage,
    ) -> Result<Comparison, MeasurementError> {
        let rule = Rule::new(self.threshold, stage);
        if self.older.is_some() {
            let seen = judge(&evidence(&run.rounds, Against::Live), &rule);
            return Ok(Comparison::made(
                seen,
                "the older version, measured in the same moments".to_owned(),
            ));
        }
        let baseline = match found {
            Some(Found::Baseline(baseline)) => baseline,
            Some(Found::None(why)) => {
                let differing = match why {
                    super::baseline::NoBaseline::OtherKey { differences } => differences.clone(),
                    _ => Vec::new(),
                };
                return Ok(Comparison::none(self.threshold, why.to_string(), differing));
            }
            None => {
                let why = "no work item is named, so that nothing is kept".to_owned();
                return Ok(Comparison::none(self.threshold, why, Vec::new()));
            }
        };
        let before = file::rounds(baseline).map_err(|why| EngineError::Broken {
            engine: "the baseline",
            cause: why.to_string(),
        })?;
        let seen = judge(&evidence(&run.rounds, Against::Stored(&before)), &rule);
        let accepted = &baseline.accepted;
        let against = format!(
            "the baseline of {} ({})",
            accepted.at.format("%Y-%m-%d"),
            one_line(&accepted.reason)
        );
        let mut made = Comparison::made(seen, against);
        made.drift = creep(&baseline.history, self.threshold);
        Ok(made)
    }

    fn document(
        &self,
        run: &Run,
        engine: EngineUsed,
        mut regression: Comparison,
        times: Times,
        started_at: DateTime<Utc>,
    ) -> Document {
        let measured = Measured::of(&run.rounds);
        let sample = measured.sample.as_ref();
        // How long nothing was waited for is no latency of an answer, unless the time-out says that it was one.
        let answered = sample.filter(|sample| sample.requests + sample.errors.timeout > 0);
        let mut requirements = judge_all(&self.requirements, &measured);
        if let Some(Wait::Answered(_)) = run.waited {
            let why = "no answer came within a round";
            for one in &mut requirements {
                one.take_back(why);
            }
            regression = Comparison::none(self.threshold, why.to_owned(), Vec::new());
        }
        let rounds = Rounds {
            clean: run.clean(),
            made: run.rounds.len(),
            wanted: self.rounds,
            seconds: times.round.as_secs_f64(),
        };
        let (verdict, decision) = self.decided(run, times, decide(&requirements, &regression, rounds));
        let host = self.host(run);
        let notes = self.notes(run, &host, &engine.name, times);
        Document {
            schema_version: 1,
            kind: "bench",
            verdict,
            decision,
            work_item: self.record.map(|record| record.work_item.to_owned()),
            started_at,
            engine,
            url: self
                .target
                .endpoints
                .first()
                .map(Endpoint::address)
                .unwrap_or_default(),
            endpoints: self.target.named(),
            load: self.load_used(),
            rounds,
            phases: [("ramp_up", &run.ramp_up), ("ramp_down", &run.ramp_down)]
                .into_iter()
                .filter_map(|(name, sample)| Some(Phase::of(name, sample.as_ref()?)))
                .collect(),
            requests: sample.map_or(0, |sample| sample.requests),
            duration_seconds: sample.map_or(0.0, |sample| sample.duration.as_secs_f64()),
            latency_ms: answered.and_then(|sample| Latency::of(&sample.corrected)),
            latency_raw_ms: answered.and_then(|sample| Latency::of(sample.raw.as_ref()?)),
            throughput: Throughput::of(sample),
            errors: ErrorCounts::of(sample.map_or(&Errors::default(), |sample| &sample.errors)),
            resource_usage: measured
                .services
                .iter()
                .map(|(name, used)| {
                    (
                        name.clone(),
                        Resource {
                            cpu_percent: used.cpu_percent,
                            memory_peak_bytes: used.memory_peak_bytes,
                            disk_bytes_per_sec: used.disk_bytes_per_sec,
                            cpu_us_per_request: used.cpu_us_per_request,
                        },
                    )
                })
                .collect(),
            requirements,
            regression,
            notes,
            host,
            curve: answered.map(Curve::of).unwrap_or_default(),
            per_second: run
                .rounds
                .iter()
                .map(|round| round.target.per_second.clone())
                .collect(),
            samples: run.rounds.iter().map(StoredRound::from).collect(),
            history: Vec::new(),
            rerun: self.rerun.clone(),
            broken: run.is_broken(),
        }
    }

    /// The verdict of the whole and the line that says it, with what the requirements and the baseline do not tell.
    fn decided(
        &self,
        run: &Run,
        times: Times,
        (mut verdict, mut decision): (RunVerdict, String),
    ) -> (RunVerdict, String) {
        let cause = aftermath::cause(&run.rounds, self.load.timeout, &run.statuses);
        match (&run.waited, &cause) {
            (Some(Wait::Answered(took)), _) => {
                decision = aftermath::too_short(times.round, self.rounds, *took);
            }
            (Some(Wait::InVain { cause }), _) if run.has_answered() => {
                verdict = RunVerdict::Failed;
                decision = format!("the service had answered and then did not any more: {cause}");
            }
            (Some(Wait::InVain { cause: why }), _) | (None, Some(why)) => {
                decision = format!("{decision}; {why}");
            }
            (None, None) => {}
        }
        match &run.standing {
            Standing::Fallen(why) => {
                verdict = RunVerdict::Failed;
                decision = format!("not all that was measured is as it was: {why}");
            }
            Standing::Unknown(why) if verdict == RunVerdict::Passed => {
                verdict = RunVerdict::Error;
                decision = format!("nobody can say whether all that was measured is as it was: {why}");
            }
            Standing::Whole | Standing::Unknown(_) => {}
        }
        if let Some(cause) = &run.gone {
            verdict = RunVerdict::Failed;
            decision = format!("the service had answered and then could not be reached any more: {cause}");
        }
        (verdict, decision)
    }

    fn load_used(&self) -> LoadUsed {
        let rate = match self.load.pace {
            Pace::Closed => None,
            Pace::PerSecond(rate) => Some(rate),
        };
        LoadUsed {
            model: if rate.is_some() { "open" } else { "closed" },
            rate,
            connections: self.load.connections,
            threads: self.load.threads,
            timeout_ms: u64::try_from(self.load.timeout.as_millis()).unwrap_or(u64::MAX),
        }
    }

    fn host(&self, run: &Run) -> HostShown {
        let worst = |of: &dyn Fn(&Round) -> Option<f64>| clean(&run.rounds).filter_map(of).reduce(f64::max);
        HostShown {
            steal: worst(&|round| Some(round.noise.steal)).unwrap_or(0.0),
            foreign_cpu: worst(&|round| Some(round.noise.foreign_cpu)).filter(|_| run.host == Host::Watched),
            pressure: worst(&|round| round.noise.pressure),
            limited_by_generator: run.is_limited_by_generator(self.load.threads),
        }
    }

    fn notes(&self, run: &Run, host: &HostShown, engine: &str, times: Times) -> Vec<String> {
        let mut notes = self.notes.clone();
        let asked = Times {
            ramps: self.ramps,
            round: self.length,
        };
        notes.extend(
            times
                .differing(asked)
                .map(|what| format!("{engine} counts whole seconds: {what}")),
        );
        if host.limited_by_generator {
            notes.push("the generator had no time left: the service may be able to answer more".to_owned());
        }
        let spoilt = run.rounds.len() - run.clean();
        if spoilt > 0 {
            notes.push(format!(
                "{spoilt} of {} rounds do not count: the machine was busy with something else",
                run.rounds.len()
            ));
        }
        if self.counting == Counting::Every {
            notes.push("rounds count however busy the machine was, as was asked for".to_owned());
        }
        if run.host == Host::StealOnly {
            notes.push(
                "what others used of the machine is not known, since the service's own use is not: name its process with --pid"
                    .to_owned(),
            );
        }
        if run.host == Host::Unknown {
            notes.push("this system does not tell what else the machine did".to_owned());
        }
        notes
    }
}

/// A target that is asked with nothing special.
fn plain(address: SocketAddr) -> Target {
    let mut parts = http::uri::Parts::default();
    parts.scheme = Some(http::uri::Scheme::HTTP);
    parts.authority = address.to_string().parse().ok();
    parts.path_and_query = Some(http::uri::PathAndQuery::from_static("/"));
    let url = http::Uri::from_parts(parts).unwrap_or_default();
    Target::of(http::Method::GET, url)
}

/// Whence chance follows: the same conditions draw the same numbers.
fn seed(key: &Key) -> u64 {
    use sha2::{Digest as _, Sha256};
    let text = serde_json::to_string(key).unwrap_or_default();
    let hash = Sha256::digest(text.as_bytes());
    hash.iter()
        .take(8)
        .fold(0, |seed, byte| (seed << 8) | u64::from(*byte))
}
