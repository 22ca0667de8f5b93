//! What the rounds of a run show together.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Services, Subject};
use crate::bench::round::{Round, ServiceCost, clean, total};
use crate::bench::sample::Sample;
use crate::bench::statistics::metric::{count, latency};

/// The clean rounds of a run, added up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// Everything that the clean rounds saw; `None` where no round was clean.
    pub sample: Option<Sample>,
    /// What each service used in them.
    pub services: BTreeMap<String, Used>,
    /// Requests that were answered in all rounds, and the share that went wrong: a noisy machine is no reason not to
    /// see that a service is dead.
    pub any: Option<Alive>,
}

/// Whether a service answered at all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alive {
    /// Requests that were answered.
    pub requests: u64,
    /// The share that went wrong, 0 to 1.
    pub error_rate: f64,
}

/// What a service used; `None` where a round does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Used {
    /// Processor time in percent of one core.
    pub cpu_percent: Option<f64>,
    /// The most memory at one time.
    pub memory_peak_bytes: Option<f64>,
    /// Bytes read from and written to disks, per second.
    pub disk_bytes_per_sec: Option<f64>,
    /// Processor time for one request.
    pub cpu_us_per_request: Option<f64>,
    /// The time for which its limits held it back.
    pub throttled: Option<Duration>,
}

impl Measured {
    /// Adds up rounds, which are those of the sustained stretch.
    pub fn of(rounds: &[Round]) -> Self {
        let sample = added(clean(rounds));
        let names: Vec<&String> = clean(rounds).flat_map(|round| round.services.keys()).collect();
        let used = |name: &String| (name.clone(), used(rounds, name, sample.as_ref()));
        Self {
            services: names.into_iter().map(used).collect(),
            any: added(rounds.iter()).map(|all| Alive {
                requests: all.requests,
                error_rate: all.error_rate(),
            }),
            sample,
        }
    }

    /// The values of what a requirement is about, in its unit: one for each service where each is meant, else one.
    pub fn values(&self, subject: Subject) -> Vec<(Option<String>, Option<f64>)> {
        let of_sample = |value: &dyn Fn(&Sample) -> Option<f64>| {
            let value = self.sample.as_ref().and_then(value);
            vec![(None, value.filter(|value| value.is_finite()))]
        };
        match subject {
            Subject::Latency(percentile) => of_sample(&|sample| Some(latency(sample, percentile)? / 1000.0)),
            Subject::Throughput => of_sample(&|sample| Some(sample.requests_per_second())),
            Subject::Errors => {
                let alive = self.any.map(|any| any.error_rate);
                let rate = self.sample.as_ref().map(Sample::error_rate).or(alive);
                vec![(None, rate.map(|rate| rate * 100.0))]
            }
            Subject::Requests => vec![(None, self.any.map(|any| count(any.requests)))],
            Subject::Cpu(services) => self.used(services, |used| used.cpu_percent),
            Subject::Memory(services) => self.used(services, |used| used.memory_peak_bytes),
            Subject::Disk(services) => self.used(services, |used| used.disk_bytes_per_sec),
        }
    }

    fn used(
        &self,
        services: Services,
        value: impl Fn(&Used) -> Option<f64>,
    ) -> Vec<(Option<String>, Option<f64>)> {
        match services {
            Services::Each if !self.services.is_empty() => self
                .services
                .iter()
                .map(|(name, used)| (Some(name.clone()), value(used)))
                .collect(),
            Services::Together if !self.services.is_empty() => {
                vec![(None, self.services.values().map(value).sum())]
            }
            _ => vec![(None, None)],
        }
    }
}

/// The target's samples as one.
fn added<'r>(rounds: impl Iterator<Item = &'r Round>) -> Option<Sample> {
    let mut samples = rounds.map(|round| &round.target);
    let mut sum = samples.next()?.clone();
    for sample in samples {
        sum.add(sample);
    }
    Some(sum)
}

/// What one service used in the clean rounds. A round that does not tell leaves no sum.
fn used(rounds: &[Round], name: &str, sample: Option<&Sample>) -> Used {
    let costs: BTreeMap<String, ServiceCost> = clean(rounds)
        .enumerate()
        .map(|(at, round)| {
            (
                at.to_string(),
                round.services.get(name).copied().unwrap_or_default(),
            )
        })
        .collect();
    let seconds = sample.map(|sample| sample.duration.as_secs_f64());
    let requests = sample.map(|sample| count(sample.requests));
    let per = |sum: Option<f64>, by: Option<f64>| {
        let share = sum? / by?;
        share.is_finite().then_some(share)
    };
    let cpu = total(&costs, |cost| cost.cpu).map(|cpu| cpu.as_secs_f64());
    let disk = total(&costs, |cost| {
        Some(cost.disk_read_bytes?.saturating_add(cost.disk_write_bytes?))
    });
    let peaks: Option<Vec<u64>> = costs.values().map(|cost| cost.memory_peak_bytes).collect();
    Used {
        cpu_percent: per(cpu.map(|cpu| cpu * 100.0), seconds),
        memory_peak_bytes: peaks.and_then(|peaks| peaks.into_iter().max()).map(count),
        disk_bytes_per_sec: per(disk.map(count), seconds),
        cpu_us_per_request: per(cpu.map(|cpu| cpu * 1e6), requests),
        throttled: total(&costs, |cost| cost.throttled),
    }
}
