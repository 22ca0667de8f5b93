//! A round as it is kept: flat, in microseconds and bytes, its latencies as encoded histograms.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::bench::histogram::{Histogram, NoHistogram};
use crate::bench::round::{Noise, Round, ServiceCost};
use crate::bench::sample::{Errors, Sample};
use crate::bench::statistics::metric::count;

/// A round in a baseline.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredRound {
    /// When it began.
    pub at: DateTime<Utc>,
    /// How long the target was measured.
    pub duration_us: u64,
    /// Requests that were answered.
    pub requests: u64,
    /// Bytes of the answers.
    pub bytes: u64,
    /// What went wrong.
    pub errors: StoredErrors,
    /// Latencies without the blind spot of waiting clients.
    pub histogram: String,
    /// Latencies as they were, where the engine gives them too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw_histogram: Option<String>,
    /// Requests per second: for those who read the file.
    pub rps: f64,
    /// Processor time of the engine.
    pub client_cpu_us: Option<u64>,
    /// The reference's latencies; `None` without one, and so are the others.
    pub reference_histogram: Option<String>,
    /// Its requests per second.
    pub reference_rps: Option<f64>,
    /// How long it was measured.
    pub reference_duration_us: Option<u64>,
    /// Its requests.
    pub reference_requests: Option<u64>,
    /// The bytes of its answers.
    pub reference_bytes: Option<u64>,
    /// What went wrong with it.
    #[serde(skip_serializing_if = "StoredErrors::is_nothing")]
    pub reference_errors: StoredErrors,
    /// What the services used.
    pub services: BTreeMap<String, StoredCost>,
    /// What those of a live baseline used.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub reference_services: BTreeMap<String, StoredCost>,
    /// The share of time that a hypervisor kept.
    pub steal: f64,
    /// Cores that were busy with something else.
    pub foreign_cpu: f64,
    /// The share of time in which something waited for a processor.
    pub pressure: Option<f64>,
    /// Whether it counts.
    pub clean: bool,
    /// What a newer version wrote.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// What went wrong, by how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredErrors {
    /// Connections that could not be made.
    pub connect: u64,
    /// Answers that broke off.
    pub read: u64,
    /// Requests that could not be sent.
    pub write: u64,
    /// Requests that were not answered in time.
    pub timeout: u64,
    /// Answers by status, the good ones too; those of 400 or more whose status is not known are `other`.
    pub status: BTreeMap<String, u64>,
}

/// What a service used; `None` is "not measured".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredCost {
    /// Processor time.
    pub cpu_us: Option<u64>,
    /// The most memory.
    pub memory_peak_bytes: Option<u64>,
    /// Bytes read from disks.
    pub disk_read_bytes: Option<u64>,
    /// Bytes written to disks.
    pub disk_write_bytes: Option<u64>,
    /// The time for which its limits held it back.
    pub throttled_us: Option<u64>,
}

/// Whole microseconds.
fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// A number that JSON can hold.
fn known(value: f64) -> f64 {
    if value.is_finite() { value } else { 0.0 }
}

impl From<&Round> for StoredRound {
    fn from(round: &Round) -> Self {
        let (target, reference) = (&round.target, round.reference.as_ref());
        let costs = |services: &BTreeMap<String, ServiceCost>| {
            let of = |(name, cost): (&String, &ServiceCost)| (name.clone(), StoredCost::from(cost));
            services.iter().map(of).collect()
        };
        Self {
            at: round.at,
            duration_us: micros(target.duration),
            requests: target.requests,
            bytes: target.bytes,
            errors: StoredErrors::from(&target.errors),
            histogram: target.corrected.encoded(),
            raw_histogram: target.raw.as_ref().map(Histogram::encoded),
            rps: target.requests_per_second(),
            client_cpu_us: target.client_cpu.map(micros),
            reference_histogram: reference.map(|sample| sample.corrected.encoded()),
            reference_rps: reference.map(Sample::requests_per_second),
            reference_duration_us: reference.map(|sample| micros(sample.duration)),
            reference_requests: reference.map(|sample| sample.requests),
            reference_bytes: reference.map(|sample| sample.bytes),
            reference_errors: reference.map_or_else(StoredErrors::default, |sample| (&sample.errors).into()),
            services: costs(&round.services),
            reference_services: costs(&round.reference_services),
            steal: known(round.noise.steal),
            foreign_cpu: known(round.noise.foreign_cpu),
            pressure: round.noise.pressure.filter(|share| share.is_finite()),
            clean: round.clean,
            rest: Map::new(),
        }
    }
}

impl StoredRound {
    /// The round. What is not kept of it, such as the answers in each second, is empty.
    ///
    /// # Errors
    ///
    /// [`NoHistogram`] where its latencies cannot be read.
    pub fn round(&self) -> Result<Round, NoHistogram> {
        let costs = |services: &BTreeMap<String, StoredCost>| {
            let of = |(name, cost): (&String, &StoredCost)| (name.clone(), ServiceCost::from(cost));
            services.iter().map(of).collect()
        };
        Ok(Round {
            at: self.at,
            target: Sample {
                duration: Duration::from_micros(self.duration_us),
                requests: self.requests,
                bytes: self.bytes,
                errors: Errors::from(&self.errors),
                raw: self
                    .raw_histogram
                    .as_deref()
                    .map(Histogram::decoded)
                    .transpose()?,
                corrected: Histogram::decoded(&self.histogram)?,
                client_cpu: self.client_cpu_us.map(Duration::from_micros),
                per_second: Vec::new(),
            },
            reference: self.reference()?,
            services: costs(&self.services),
            reference_services: costs(&self.reference_services),
            noise: Noise {
                steal: self.steal,
                foreign_cpu: self.foreign_cpu,
                pressure: self.pressure,
            },
            clean: self.clean,
        })
    }

    fn reference(&self) -> Result<Option<Sample>, NoHistogram> {
        let Some(text) = &self.reference_histogram else {
            return Ok(None);
        };
        let corrected = Histogram::decoded(text)?;
        let requests = self.reference_requests.unwrap_or(corrected.count());
        // Where only the rate is kept, the time follows from it.
        let by_rate = || {
            let seconds = count(requests) / self.reference_rps?;
            Duration::try_from_secs_f64(seconds).ok()
        };
        let duration = self.reference_duration_us.map(Duration::from_micros);
        Ok(Some(Sample {
            duration: duration.or_else(by_rate).unwrap_or_default(),
            requests,
            bytes: self.reference_bytes.unwrap_or(0),
            errors: Errors::from(&self.reference_errors),
            raw: None,
            corrected,
            client_cpu: None,
            per_second: Vec::new(),
        }))
    }
}

impl StoredErrors {
    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// What stands for failures of unknown status.
const OTHER: &str = "other";

/// Whether an answer of this status is a failure.
fn is_failure(status: u16) -> bool {
    status >= 400
}

impl From<&Errors> for StoredErrors {
    fn from(errors: &Errors) -> Self {
        let known: u64 = errors
            .by_status
            .iter()
            .filter(|(status, _)| is_failure(**status))
            .map(|(_, count)| count)
            .sum();
        let of = |(status, count): (&u16, &u64)| (status.to_string(), *count);
        let mut status: BTreeMap<String, u64> = errors.by_status.iter().map(of).collect();
        let unknown = errors.status.saturating_sub(known);
        if unknown > 0 {
            status.insert(OTHER.to_owned(), unknown);
        }
        Self {
            connect: errors.connect,
            read: errors.read,
            write: errors.write,
            timeout: errors.timeout,
            status,
        }
    }
}

impl From<&StoredErrors> for Errors {
    fn from(stored: &StoredErrors) -> Self {
        let mut errors = Self {
            connect: stored.connect,
            read: stored.read,
            write: stored.write,
            timeout: stored.timeout,
            ..Self::default()
        };
        for (name, count) in &stored.status {
            match name.parse::<u16>() {
                Ok(status) => {
                    errors.by_status.insert(status, *count);
                    errors.status += if is_failure(status) { *count } else { 0 };
                }
                // `5xx`, `other`: failures that are not told apart.
                Err(_) => errors.status += count,
            }
        }
        errors
    }
}

impl From<&ServiceCost> for StoredCost {
    fn from(cost: &ServiceCost) -> Self {
        Self {
            cpu_us: cost.cpu.map(micros),
            memory_peak_bytes: cost.memory_peak_bytes,
            disk_read_bytes: cost.disk_read_bytes,
            disk_write_bytes: cost.disk_write_bytes,
            throttled_us: cost.throttled.map(micros),
        }
    }
}

impl From<&StoredCost> for ServiceCost {
    fn from(stored: &StoredCost) -> Self {
        Self {
            cpu: stored.cpu_us.map(Duration::from_micros),
            memory_peak_bytes: stored.memory_peak_bytes,
            disk_read_bytes: stored.disk_read_bytes,
            disk_write_bytes: stored.disk_write_bytes,
            throttled: stored.throttled_us.map(Duration::from_micros),
        }
    }
}
