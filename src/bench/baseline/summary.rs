//! What the clean rounds of a run show together, in few numbers; and the five fields that older programs know.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::entry::Finished;
use crate::bench::requirements::measured::Used;
use crate::bench::requirements::{Measured, Subject};
use crate::bench::round::Round;
use crate::bench::statistics::evidence::{relative, values};
use crate::bench::statistics::interval::{Interval, LEAST_ROUNDS, Observed};
use crate::bench::statistics::median;
use crate::bench::statistics::metric::{Metric, count};

/// Medians over the clean rounds; latencies in milliseconds, like all latencies of the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Summary {
    /// The median latency.
    pub p50: Option<f64>,
    /// The 95th percentile.
    pub p95: Option<f64>,
    /// The 99th percentile.
    pub p99: Option<f64>,
    /// Requests per second.
    pub rps: Option<f64>,
    /// Processor time for one request, in microseconds.
    pub cpu_us_per_request: Option<f64>,
    /// The share of requests that went wrong.
    pub error_rate: Option<f64>,
    /// The most memory.
    pub memory_peak_bytes: Option<f64>,
    /// What each metric was in relation to the reference server: this can be compared between days.
    pub relative: BTreeMap<String, f64>,
    /// The interval of 90 % of each median.
    pub interval: BTreeMap<String, Interval>,
    /// What a newer version wrote.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// By what a metric's value is divided for the file.
fn unit(metric: Metric) -> f64 {
    metric.percentile().map_or(1.0, |_| 1000.0)
}

impl Summary {
    /// The summary of rounds.
    pub fn of(rounds: &[Round]) -> Self {
        let value = |metric| Some(median(&values(metric, rounds))? / unit(metric));
        let named = |metric: Metric| metric.name().to_owned();
        let interval = |metric: Metric| {
            let logs: Vec<f64> = values(metric, rounds).into_iter().map(f64::ln).collect();
            // A share of no errors has no logarithm, and needs no interval.
            if logs.len() < LEAST_ROUNDS || logs.iter().any(|log| !log.is_finite()) {
                return None;
            }
            let Interval { low, high } = Observed::Pairs(logs).estimate()?.interval();
            let by = unit(metric);
            let interval = Interval {
                low: low / by,
                high: high / by,
            };
            Some((named(metric), interval))
        };
        let to_reference = |metric: Metric| Some((named(metric), relative(metric, rounds)?));
        let compared = [Metric::P50, Metric::P95, Metric::P99, Metric::Rps];
        Self {
            p50: value(Metric::P50),
            p95: value(Metric::P95),
            p99: value(Metric::P99),
            rps: value(Metric::Rps),
            cpu_us_per_request: value(Metric::CpuPerRequest),
            error_rate: value(Metric::ErrorRate),
            memory_peak_bytes: value(Metric::MemoryPeak),
            relative: compared.into_iter().filter_map(to_reference).collect(),
            interval: Metric::ALL.into_iter().filter_map(interval).collect(),
            rest: Map::new(),
        }
    }

    /// The value of a metric, in the unit of the file.
    pub fn value(&self, metric: Metric) -> Option<f64> {
        match metric {
            Metric::P50 => self.p50,
            Metric::P95 => self.p95,
            Metric::P99 => self.p99,
            Metric::Rps => self.rps,
            Metric::CpuPerRequest => self.cpu_us_per_request,
            Metric::ErrorRate => self.error_rate,
            Metric::MemoryPeak => self.memory_peak_bytes,
        }
    }
}

/// The five fields of an entry that older programs read: latencies in milliseconds.
pub(super) fn old_fields(run: &Finished) -> [(&'static str, Value); 5] {
    let measured = Measured::of(&run.rounds);
    let value = |subject| measured.values(subject).into_iter().find_map(|(_, value)| value);
    // Older programs compare numbers without looking whether they are any: what is not known is not there.
    let named = |percentile: f64| {
        Some((
            format!("p{percentile}"),
            json!(value(Subject::Latency(percentile))?),
        ))
    };
    let percentiles = [50.0, 75.0, 90.0, 95.0, 99.0];
    let latency: Map<String, Value> = percentiles.into_iter().filter_map(named).collect();
    let bytes_per_second = measured.sample.as_ref().and_then(|sample| {
        let rate = count(sample.bytes) / sample.duration.as_secs_f64();
        rate.is_finite().then_some(rate)
    });
    let used = |(name, used): (&String, &Used)| {
        let used = json!({
            "cpu_percent": used.cpu_percent,
            "memory_peak_bytes": used.memory_peak_bytes,
            "disk_bytes_per_sec": used.disk_bytes_per_sec,
            "cpu_us_per_request": used.cpu_us_per_request,
        });
        (name.clone(), used)
    };
    let services: Map<String, Value> = measured.services.iter().map(used).collect();
    [
        ("latency", Value::Object(latency)),
        (
            "throughput",
            json!({"requests_per_sec": value(Subject::Throughput), "bytes_per_sec": bytes_per_second}),
        ),
        ("resource_usage", Value::Object(services)),
        ("timestamp", json!(run.at)),
        ("session", json!(run.session)),
    ]
}
