//! The document of `sdd bench --format json`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::words::{label, many};
use crate::bench::baseline::Difference;
use crate::bench::baseline::history::Past;
use crate::bench::baseline::stored::StoredRound;
use crate::bench::baseline::summary::Summary;
use crate::bench::histogram::Histogram;
use crate::bench::requirements::{self, Judged, Source, Weight};
use crate::bench::sample::{Errors, Sample};
use crate::bench::statistics::drift::Drift;
use crate::bench::statistics::metric::Metric;
use crate::bench::statistics::verdict::{Change, Regression};
use crate::model::verdict::{RunVerdict, Verdict};

/// All that is told of a measurement.
#[derive(Clone, Debug, Serialize)]
pub struct Document {
    /// The version of this format.
    pub schema_version: u32,
    /// What it is: `bench`.
    pub kind: &'static str,
    /// What it comes to.
    pub verdict: RunVerdict,
    /// The same in one line.
    pub decision: String,
    /// The work item, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work_item: Option<String>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// What made the load.
    pub engine: EngineUsed,
    /// What was asked, the first of several.
    pub url: String,
    /// Everything that was asked: `GET http://…`.
    pub endpoints: Vec<String>,
    /// How hard.
    pub load: LoadUsed,
    /// The rounds.
    pub rounds: Rounds,
    /// The phases around them, which are not judged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phases: Vec<Phase>,
    /// Requests that were answered in the rounds that count.
    pub requests: u64,
    /// The time that those rounds took, in seconds.
    pub duration_seconds: f64,
    /// Latency that is judged: free of the blind spot of waiting clients. `None` without an answer.
    pub latency_ms: Option<Latency>,
    /// Latency as it was seen, where the engine tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_raw_ms: Option<Latency>,
    /// How much was answered.
    pub throughput: Throughput,
    /// What went wrong.
    pub errors: ErrorCounts,
    /// What the load cost, by service.
    pub resource_usage: BTreeMap<String, Resource>,
    /// What was required.
    pub requirements: Vec<Judged>,
    /// Against the baseline.
    pub regression: Comparison,
    /// What else the machine did.
    pub host: Host,
    /// What a reader should know.
    pub notes: Vec<String>,
    /// Percentiles of the whole, for a curve.
    pub curve: Curve,
    /// Answers in each second of each of the `samples`; empty where the engine does not tell.
    pub per_second: Vec<Vec<u64>>,
    /// Each round, as a baseline keeps it: what `bench compare` reads.
    pub samples: Vec<StoredRound>,
    /// The runs under the same conditions, the oldest first and this one last; empty without a baseline.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<PastRun>,
    /// The command that asks again.
    pub rerun: String,
    /// Whether the service, or something behind it, went away while it was measured; the decision says which.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub broken: bool,
}

/// Which engine it was.
#[derive(Clone, Debug, Serialize)]
pub struct EngineUsed {
    /// `wrk`, `builtin`, `locust`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Why others were not taken, where it was chosen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<String>,
}

/// How hard the service was pressed.
#[derive(Clone, Debug, Serialize)]
pub struct LoadUsed {
    /// `open` at a rate, else `closed`.
    pub model: &'static str,
    /// Requests per second of the open model.
    pub rate: Option<f64>,
    /// Connections.
    pub connections: u32,
    /// Threads of the generator.
    pub threads: u32,
    /// The time that a request may take, in milliseconds.
    pub timeout_ms: u64,
}

/// The rounds of a measurement.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Rounds {
    /// Those that count.
    pub clean: usize,
    /// All that were made.
    pub made: usize,
    /// Those that were wanted.
    pub wanted: usize,
    /// The length of one, in seconds.
    pub seconds: f64,
}

/// What was seen while the load grew or fell.
#[derive(Clone, Debug, Serialize)]
pub struct Phase {
    /// `ramp_up` or `ramp_down`.
    pub name: &'static str,
    /// Its length in seconds.
    pub seconds: f64,
    /// Requests that were answered.
    pub requests: u64,
    /// Their latency; `None` without an answer.
    pub latency_ms: Option<Latency>,
    /// What went wrong.
    pub errors: ErrorCounts,
}

impl Phase {
    /// What a sample of it tells.
    pub fn of(name: &'static str, sample: &Sample) -> Self {
        Self {
            name,
            seconds: rounded(sample.duration.as_secs_f64()),
            requests: sample.requests,
            latency_ms: Latency::of(&sample.corrected),
            errors: ErrorCounts::of(&sample.errors),
        }
    }
}

/// Latency in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "percentiles say what they are")]
pub struct Latency {
    pub min: f64,
    pub mean: f64,
    pub p50: f64,
    pub p75: f64,
    pub p90: f64,
    pub p95: f64,
    pub p99: f64,
    pub p99_9: f64,
    pub max: f64,
}

/// How much was answered.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Throughput {
    /// Answers per second.
    pub requests_per_sec: f64,
    /// Bytes of answers per second.
    pub bytes_per_sec: f64,
}

/// Requests that went wrong, by how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorCounts {
    /// Connections that could not be made.
    pub connect: u64,
    /// Answers that broke off.
    pub read: u64,
    /// Requests that could not be sent.
    pub write: u64,
    /// Requests without an answer in time.
    pub timeout: u64,
    /// Answers with a status of 400 or more.
    pub status: u64,
    /// Answers by status, where the engine tells.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub by_status: BTreeMap<u16, u64>,
}

/// What a service used; `null` is "not measured".
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Resource {
    /// Processor time in percent of one core.
    pub cpu_percent: Option<f64>,
    /// The most memory at one time.
    pub memory_peak_bytes: Option<f64>,
    /// Read from and written to disks.
    pub disk_bytes_per_sec: Option<f64>,
    /// Processor time for one request.
    pub cpu_us_per_request: Option<f64>,
}

/// What became of the comparison with the baseline.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// `none`, `regressed`, `improved`, `inconclusive`, `no_baseline`.
    pub verdict: &'static str,
    /// The change that matters, as a share.
    pub threshold: f64,
    /// What it was compared with, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<String>,
    /// Why there is nothing to compare with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What was measured under other conditions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differing: Vec<Difference>,
    /// Each metric.
    pub metrics: Vec<crate::bench::statistics::verdict::Judged>,
    /// What the history shows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<Drift>,
}

/// What else the machine did, in the rounds that count: the worst of them.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Host {
    /// The share of the processor time that a hypervisor kept.
    pub steal: f64,
    /// Cores that others used; `null` where that could not be told.
    pub foreign_cpu: Option<f64>,
    /// The share of the time in which something waited for a processor.
    pub pressure: Option<f64>,
    /// Whether the generator may have been what limited the throughput.
    pub limited_by_generator: bool,
}

/// Latencies at many percentiles, in milliseconds.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Curve {
    /// The percentiles.
    pub percent: Vec<f64>,
    /// Latency that is judged.
    pub corrected_ms: Vec<f64>,
    /// Latency as it was seen; empty where the engine does not tell.
    pub raw_ms: Vec<f64>,
}

impl Rounds {
    /// Whether so many count that the rest does not matter: half of those that are wanted.
    pub fn are_enough(self) -> bool {
        self.clean > 0 && 2 * self.clean >= self.wanted
    }
}

/// An earlier run, in few numbers; `null` is "not measured".
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PastRun {
    /// When it ended.
    pub at: DateTime<Utc>,
    /// The commit that was measured.
    pub commit: Option<String>,
    /// The verdict of its comparison.
    pub verdict: String,
    /// The median latency.
    pub p50_ms: Option<f64>,
    /// The 95th percentile.
    pub p95_ms: Option<f64>,
    /// Answers per second.
    pub rps: Option<f64>,
    /// Processor time for one request.
    pub cpu_us_per_request: Option<f64>,
}

impl PastRun {
    /// What is told of a run with this summary.
    pub fn of(at: DateTime<Utc>, commit: Option<String>, verdict: String, seen: &Summary) -> Self {
        Self {
            at,
            commit,
            verdict,
            p50_ms: seen.p50,
            p95_ms: seen.p95,
            rps: seen.rps,
            cpu_us_per_request: seen.cpu_us_per_request,
        }
    }

    /// The value of a metric in the metric's own unit.
    pub(super) fn value(&self, metric: Metric) -> Option<f64> {
        let value = match metric {
            Metric::P50 => self.p50_ms.map(|value| value * 1000.0),
            Metric::P95 => self.p95_ms.map(|value| value * 1000.0),
            Metric::Rps => self.rps,
            Metric::CpuPerRequest => self.cpu_us_per_request,
            Metric::P99 | Metric::ErrorRate | Metric::MemoryPeak => None,
        };
        value.filter(|value| value.is_finite())
    }
}

impl From<&Past> for PastRun {
    fn from(run: &Past) -> Self {
        Self::of(run.at, run.commit.clone(), run.verdict.clone(), &run.summary)
    }
}

impl Latency {
    /// That of a histogram; `None` of an empty one.
    pub fn of(seen: &Histogram) -> Option<Self> {
        let at = |percent: f64| seen.percentile(percent).map(millis);
        Some(Self {
            min: millis(seen.min()?),
            mean: rounded(seen.mean()? / 1000.0),
            p50: at(50.0)?,
            p75: at(75.0)?,
            p90: at(90.0)?,
            p95: at(95.0)?,
            p99: at(99.0)?,
            p99_9: at(99.9)?,
            max: millis(seen.max()?),
        })
    }
}

impl Throughput {
    /// That of a sample; nothing of none.
    #[expect(clippy::cast_precision_loss, reason = "bytes of a run are below 2^52")]
    pub fn of(sample: Option<&Sample>) -> Self {
        let seconds = sample.map_or(0.0, |sample| sample.duration.as_secs_f64());
        Self {
            requests_per_sec: sample.map_or(0.0, |sample| rounded(sample.requests_per_second())),
            bytes_per_sec: match sample {
                Some(sample) if seconds > 0.0 => rounded(sample.bytes as f64 / seconds),
                _ => 0.0,
            },
        }
    }
}

impl ErrorCounts {
    /// Those of a sample.
    pub fn of(errors: &Errors) -> Self {
        Self {
            connect: errors.connect,
            read: errors.read,
            write: errors.write,
            timeout: errors.timeout,
            status: errors.status,
            by_status: errors.by_status.clone(),
        }
    }

    /// Each kind by its name.
    pub(super) fn kinds(&self) -> [(&'static str, u64); 5] {
        [
            ("not connected", self.connect),
            ("broken off", self.read),
            ("not sent", self.write),
            ("timed out", self.timeout),
            ("with a status of 400 or more", self.status),
        ]
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.connect + self.read + self.write + self.timeout + self.status
    }
}

impl Curve {
    /// The curve of a sample: each step halves what lies beyond, down to one request.
    #[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2^52")]
    pub fn of(sample: &Sample) -> Self {
        let count = sample.corrected.count();
        let mut percent = vec![0.0, 10.0, 25.0];
        let mut beyond = 50.0;
        while beyond * count as f64 >= 100.0 && percent.len() < 40 {
            percent.extend([100.0 - beyond, 100.0 - beyond * 0.75]);
            beyond /= 2.0;
        }
        percent.push(100.0);
        let along = |seen: &Histogram| -> Vec<f64> {
            percent
                .iter()
                .filter_map(|percent| seen.percentile(*percent).map(millis))
                .collect()
        };
        Self {
            corrected_ms: along(&sample.corrected),
            raw_ms: sample.raw.as_ref().map(along).unwrap_or_default(),
            percent,
        }
    }
}

impl Comparison {
    /// Nothing to compare with, and why.
    pub fn none(threshold: f64, reason: String, differing: Vec<Difference>) -> Self {
        Self {
            verdict: "no_baseline",
            threshold,
            against: None,
            reason: Some(reason),
            differing,
            metrics: Vec::new(),
            drift: Vec::new(),
        }
    }

    /// A comparison that was made.
    pub fn made(regression: Regression, against: String) -> Self {
        Self {
            verdict: regression.verdict.as_str(),
            threshold: regression.threshold,
            against: Some(against),
            reason: None,
            differing: Vec::new(),
            metrics: regression.metrics,
            drift: Vec::new(),
        }
    }

    /// Whether more rounds could tell what these have left open. They cannot where a metric has no say at all.
    pub fn wants_more(&self) -> bool {
        let mut asked = self.metrics.iter().filter(|one| one.gated && one.metric.leads());
        self.verdict == Change::Suspect.as_str()
            || (self.verdict == Change::Inconclusive.as_str()
                && asked.any(|one| one.verdict == Change::Inconclusive))
    }

    /// What it means for the whole: nothing to compare with is no fault, and no answer is no pass.
    fn verdict_of_run(&self) -> Verdict {
        let is = |change: Change| self.verdict == change.as_str();
        if is(Change::Regressed) {
            Verdict::Failed
        } else if is(Change::Inconclusive) || is(Change::Suspect) {
            Verdict::Error
        } else {
            Verdict::Passed
        }
    }
}

/// The verdict of the whole and the line that says it.
pub fn decide(requirements: &[Judged], regression: &Comparison, rounds: Rounds) -> (RunVerdict, String) {
    let required = requirements::overall(requirements);
    let verdict = Verdict::join([required, regression.verdict_of_run()]);
    let of = |verdict: Verdict| {
        let fits = move |one: &&Judged| one.weight == Weight::Required && one.verdict == verdict;
        requirements
            .iter()
            .filter(fits)
            .map(named)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let slower = || {
        let metrics = regression
            .metrics
            .iter()
            .filter(|one| one.gated && one.verdict == Change::Regressed);
        metrics
            .map(|one| label(one.metric))
            .collect::<Vec<_>>()
            .join(", ")
    };
    if !rounds.are_enough() && !is_dead(requirements) {
        let why = format!(
            "inconclusive: {} of {} rounds were clean, and {} are wanted: the machine was busy with something else",
            rounds.clean, rounds.made, rounds.wanted
        );
        return (RunVerdict::Error, why);
    }
    let mut parts = Vec::new();
    for (wrong, said) in [(Verdict::Failed, "not reached"), (Verdict::Error, "not measured")] {
        let names = of(wrong);
        if !names.is_empty() {
            parts.push(format!("{said}: {names}"));
        }
    }
    match regression.verdict_of_run() {
        Verdict::Failed => parts.push(format!("worse than the baseline: {}", slower())),
        Verdict::Error => parts.push(format!(
            "the comparison with the baseline is inconclusive: {}",
            why_open(regression, rounds)
        )),
        _ => {}
    }
    let run = match verdict {
        Verdict::Passed => RunVerdict::Passed,
        Verdict::Failed => RunVerdict::Failed,
        Verdict::Error | Verdict::Skipped | Verdict::NotRun => RunVerdict::Error,
    };
    if run == RunVerdict::Passed {
        let count = requirements
            .iter()
            .filter(|one| one.weight == Weight::Required)
            .count();
        parts.push(match count {
            1 => "the requirement is met".to_owned(),
            count => format!("all {count} requirements are met"),
        });
        parts.push(match regression.verdict {
            "improved" => "better than the baseline".to_owned(),
            "no_baseline" => "no baseline to compare with".to_owned(),
            _ => "no worse than the baseline".to_owned(),
        });
    }
    (run, parts.join("; "))
}

/// Whether nothing went well: however busy a machine is, that is an answer.
fn is_dead(requirements: &[Judged]) -> bool {
    let is_missed = |one: &Judged| one.source == Source::Always && one.verdict == Verdict::Failed;
    // A few errors may be those of a busy machine.
    let is_all = |one: &Judged| one.unit != "%" || one.actual >= Some(100.0);
    requirements.iter().any(|one| is_missed(one) && is_all(one))
}

/// Why a comparison has no answer: too few rounds, or metrics that are too restless.
fn why_open(regression: &Comparison, rounds: Rounds) -> String {
    if rounds.clean < rounds.wanted {
        return format!("{} of {} clean", rounds.clean, many(rounds.made, "round"));
    }
    let open: Vec<&str> = regression
        .metrics
        .iter()
        .filter(|one| one.metric.leads() && matches!(one.verdict, Change::Inconclusive | Change::Suspect))
        .map(|one| label(one.metric))
        .collect();
    open.join(", ")
}

/// A requirement by its name, and its service.
pub(super) fn named(one: &Judged) -> String {
    match &one.service {
        Some(service) => format!("{} of {service}", one.metric),
        None => one.metric.clone(),
    }
}

/// Microseconds as milliseconds.
#[expect(clippy::cast_precision_loss, reason = "microseconds up to an hour")]
fn millis(micros: u64) -> f64 {
    micros as f64 / 1000.0
}

/// To a thousandth: what is beyond was not measured.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
