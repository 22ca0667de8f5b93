//! One round of a measurement: a stretch of the target, beside it one of what it is compared with, and what it cost.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::sample::Sample;
use super::statistics::metric::Metric;

/// What was seen in one round.
#[derive(Clone, Debug, PartialEq)]
pub struct Round {
    /// When it began.
    pub at: DateTime<Utc>,
    /// The service that is measured.
    pub target: Sample,
    /// The reference server or the live baseline, measured in the same moment; `None` without one.
    pub reference: Option<Sample>,
    /// What the load cost the services behind the target, by name; those that could not be looked at are there with
    /// nothing in them.
    pub services: BTreeMap<String, ServiceCost>,
    /// The same of a live baseline; empty for the reference server.
    pub reference_services: BTreeMap<String, ServiceCost>,
    /// What else the host did meanwhile.
    pub noise: Noise,
    /// Whether the host was quiet enough for the round to count.
    pub clean: bool,
}

/// What a stretch cost a service. `None` is "not measured", never nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServiceCost {
    /// Processor time.
    pub cpu: Option<Duration>,
    /// The most memory at one time.
    pub memory_peak_bytes: Option<u64>,
    /// Bytes read from disks.
    pub disk_read_bytes: Option<u64>,
    /// Bytes written to disks.
    pub disk_write_bytes: Option<u64>,
    /// The time for which its limits held it back.
    pub throttled: Option<Duration>,
}

/// What a host did besides the measurement.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Noise {
    /// The share of the processor time that a hypervisor kept, 0 to 1.
    pub steal: f64,
    /// Cores that were busy with something else.
    pub foreign_cpu: f64,
    /// The share of the time in which something waited for a processor, 0 to 1, where the kernel tells.
    pub pressure: Option<f64>,
}

impl Round {
    /// The value of a metric of the target; `None` where it was not measured.
    pub fn value(&self, metric: Metric) -> Option<f64> {
        metric.of(&self.target, &self.services)
    }

    /// The value of a metric of what it is compared with.
    pub fn reference_value(&self, metric: Metric) -> Option<f64> {
        metric.of(self.reference.as_ref()?, &self.reference_services)
    }

    /// The median latency in microseconds.
    pub fn p50(&self) -> Option<f64> {
        self.value(Metric::P50)
    }

    /// The 95th percentile of the latency in microseconds.
    pub fn p95(&self) -> Option<f64> {
        self.value(Metric::P95)
    }

    /// The 99th percentile of the latency in microseconds.
    pub fn p99(&self) -> Option<f64> {
        self.value(Metric::P99)
    }

    /// Answers per second.
    pub fn rps(&self) -> Option<f64> {
        self.value(Metric::Rps)
    }

    /// Processor time of all services for one request, in microseconds.
    pub fn cpu_us_per_request(&self) -> Option<f64> {
        self.value(Metric::CpuPerRequest)
    }

    /// The share of requests that went wrong, 0 to 1.
    pub fn error_rate(&self) -> Option<f64> {
        self.value(Metric::ErrorRate)
    }

    /// The most memory of all services, in bytes.
    pub fn memory_peak(&self) -> Option<f64> {
        self.value(Metric::MemoryPeak)
    }
}

/// The rounds that count.
pub fn clean(rounds: &[Round]) -> impl Iterator<Item = &Round> {
    rounds.iter().filter(|round| round.clean)
}

/// What all services cost together; `None` where one of them, or none at all, was measured.
pub(super) fn total<T>(
    services: &BTreeMap<String, ServiceCost>,
    cost: impl Fn(&ServiceCost) -> Option<T>,
) -> Option<T>
where
    T: std::iter::Sum,
{
    if services.is_empty() {
        return None;
    }
    services.values().map(cost).sum()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::bench::histogram::Histogram;
    use crate::bench::sample::Errors;

    /// A sample of this many requests in one second, all of this latency.
    pub fn sample(requests: u64, micros: u64) -> Sample {
        let mut corrected = Histogram::new();
        corrected.record(micros, requests);
        Sample {
            duration: Duration::from_secs(1),
            requests,
            bytes: requests * 1024,
            errors: Errors::default(),
            raw: None,
            corrected,
            client_cpu: None,
            per_second: Vec::new(),
        }
    }

    /// A clean round of this target, beside a reference that answers 5,000 requests in 500 us each.
    pub fn round(requests: u64, micros: u64) -> Round {
        let api = ServiceCost {
            cpu: Some(Duration::from_micros(requests * 20)),
            memory_peak_bytes: Some(50_000_000),
            disk_read_bytes: Some(1000),
            disk_write_bytes: Some(3000),
            throttled: None,
        };
        Round {
            at: DateTime::UNIX_EPOCH,
            target: sample(requests, micros),
            reference: Some(sample(5000, 500)),
            services: BTreeMap::from([("api".to_owned(), api)]),
            reference_services: BTreeMap::new(),
            noise: Noise::default(),
            clean: true,
        }
    }

    #[track_caller]
    fn check(seen: Option<f64>, expect: Option<f64>) {
        match (seen, expect) {
            (Some(seen), Some(expect)) => assert!((seen / expect - 1.0).abs() < 1e-3, "{seen} for {expect}"),
            (seen, expect) => assert_eq!(seen, expect),
        }
    }

    #[test]
    fn a_round_tells_each_metric() {
        let mut round = round(4000, 20_000);
        round.target.errors.status = 40;
        check(round.p50(), Some(20_000.0));
        check(round.p95(), Some(20_000.0));
        check(round.p99(), Some(20_000.0));
        check(round.rps(), Some(4000.0));
        check(round.cpu_us_per_request(), Some(20.0));
        check(round.error_rate(), Some(0.01));
        check(round.memory_peak(), Some(5e7));
        check(round.reference_value(Metric::P50), Some(500.0));
        check(round.reference_value(Metric::CpuPerRequest), None);
    }

    #[test]
    fn services_are_added_up_and_one_that_was_not_measured_leaves_no_sum() {
        let mut round = round(1000, 100);
        let more = round.services["api"];
        round.services.insert("db".to_owned(), more);
        check(round.cpu_us_per_request(), Some(40.0));
        check(round.memory_peak(), Some(1e8));
        round.services.insert("cache".to_owned(), ServiceCost::default());
        check(round.cpu_us_per_request(), None);
        check(round.memory_peak(), None);
        round.services.clear();
        check(round.cpu_us_per_request(), None);
    }

    #[test]
    fn without_a_request_there_is_no_latency_and_everything_went_wrong() {
        let round = round(0, 1);
        check(round.p50(), None);
        check(round.cpu_us_per_request(), None);
        assert_eq!((round.rps(), round.error_rate()), (Some(0.0), Some(1.0)));
    }
}
