//! What is compared between two versions of a service.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bench::round::{self, ServiceCost};
use crate::bench::sample::Sample;

/// A metric that a regression can show in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// The median latency, in microseconds.
    P50,
    /// The 95th percentile of the latency, in microseconds.
    P95,
    /// The 99th percentile of the latency, in microseconds.
    P99,
    /// Answers per second.
    Rps,
    /// Processor time of the service for one request, in microseconds.
    #[serde(rename = "cpu_us_per_request")]
    CpuPerRequest,
    /// The share of requests that went wrong, 0 to 1.
    ErrorRate,
    /// The most memory of the service, in bytes.
    #[serde(rename = "memory_peak_bytes")]
    MemoryPeak,
}

impl Metric {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 7] = [
        Self::P50,
        Self::P95,
        Self::P99,
        Self::Rps,
        Self::CpuPerRequest,
        Self::ErrorRate,
        Self::MemoryPeak,
    ];

    /// Its name in reports and baselines.
    pub fn name(self) -> &'static str {
        match self {
            Self::P50 => "p50",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::Rps => "rps",
            Self::CpuPerRequest => "cpu_us_per_request",
            Self::ErrorRate => "error_rate",
            Self::MemoryPeak => "memory_peak_bytes",
        }
    }

    /// Its value in a sample; `None` where it was not measured. Never infinite, never "not a number".
    pub fn of(self, sample: &Sample, services: &BTreeMap<String, ServiceCost>) -> Option<f64> {
        let value = match self {
            Self::P50 | Self::P95 | Self::P99 => latency(sample, self.percentile()?)?,
            Self::Rps => sample.requests_per_second(),
            Self::CpuPerRequest => {
                let cpu = round::total(services, |cost| cost.cpu.map(|cpu| cpu.as_secs_f64()))?;
                cpu * 1e6 / count(sample.requests)
            }
            Self::ErrorRate => sample.error_rate(),
            Self::MemoryPeak => count(round::total(services, |cost| cost.memory_peak_bytes)?),
        };
        value.is_finite().then_some(value)
    }

    /// The percentile, of a latency.
    pub fn percentile(self) -> Option<f64> {
        match self {
            Self::P50 => Some(50.0),
            Self::P95 => Some(95.0),
            Self::P99 => Some(99.0),
            _ => None,
        }
    }

    /// 1 where more is worse, -1 where less is.
    pub(super) fn sign(self) -> f64 {
        if self == Self::Rps { -1.0 } else { 1.0 }
    }

    /// How much slower the reference server is says how much slower the machine is: whether that shows in this metric
    /// too, so that it can be divided out.
    pub(super) fn follows_the_machine(self) -> bool {
        matches!(self, Self::P50 | Self::P95 | Self::P99 | Self::Rps)
    }

    /// Whether the verdict of all metrics needs an answer from this one. Tails and memory are often too restless for an
    /// answer: then that is told, and a regression that does show in them counts.
    pub(in crate::bench) fn leads(self) -> bool {
        matches!(
            self,
            Self::P50 | Self::Rps | Self::CpuPerRequest | Self::ErrorRate
        )
    }

    /// The samples that a round needs for this metric to say anything.
    pub(super) fn least_samples(self) -> u64 {
        if self == Self::P99 { 1000 } else { 1 }
    }

    /// The change that is too small to matter, whatever the ratio: 0.1 ms, which is many steps of every engine's clock, a
    /// thousandth of the requests, a mebibyte.
    pub(super) fn floor(self) -> f64 {
        match self {
            Self::P50 | Self::P95 | Self::P99 => 100.0,
            Self::ErrorRate => OFFSET_OF_ERRORS,
            Self::MemoryPeak => 1_048_576.0,
            Self::Rps | Self::CpuPerRequest => 0.0,
        }
    }

    /// What is added to a value before ratios are taken: no errors at all are common and good, and nothing is a
    /// multiple of them.
    pub(super) fn offset(self) -> f64 {
        if self == Self::ErrorRate {
            OFFSET_OF_ERRORS
        } else {
            0.0
        }
    }

    /// The logarithm of a value; a value of nothing counts as the smallest that can be told apart. What is no number has
    /// none.
    pub(in crate::bench) fn log(self, value: f64) -> f64 {
        let smallest = match self {
            Self::P50 | Self::P95 | Self::P99 | Self::MemoryPeak => 1.0,
            Self::Rps | Self::CpuPerRequest | Self::ErrorRate => 1e-3,
        };
        if value.is_nan() {
            return value;
        }
        (value + self.offset()).max(smallest).ln()
    }
}

/// A thousandth of the requests.
const OFFSET_OF_ERRORS: f64 = 1e-3;

/// A percentile of the latency in microseconds.
pub(in crate::bench) fn latency(sample: &Sample, percentile: f64) -> Option<f64> {
    sample.corrected.percentile(percentile).map(count)
}

/// A count or a size as a number to calculate with.
#[expect(
    clippy::cast_precision_loss,
    reason = "sizes and counts of a run are far below 2^52, or need no more digits"
)]
pub(in crate::bench) fn count(value: u64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_are_written() {
        for metric in Metric::ALL {
            assert_eq!(serde_json::to_value(metric).unwrap(), metric.name());
        }
    }

    #[test]
    fn every_value_has_a_logarithm() {
        for metric in Metric::ALL {
            for value in [0.0, 1e-300, 1.0, 1e300, -1.0] {
                assert!(metric.log(value).is_finite(), "{metric:?} {value}");
            }
        }
    }
}
