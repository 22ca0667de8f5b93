//! What one stretch of load has shown.

use std::collections::BTreeMap;
use std::time::Duration;

use super::histogram::Histogram;

/// What an engine saw in one stretch.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// How long it took, from the first request to the last answer or the end of the stretch.
    pub duration: Duration,
    /// Requests that were answered whole, whatever the status.
    pub requests: u64,
    /// Bytes of the answers, heads and bodies.
    pub bytes: u64,
    /// What went wrong.
    pub errors: Errors,
    /// Latencies as they were, in microseconds: from the sending of a request to the end of its answer. Time-outs are
    /// in it at the time-out, what was in flight at the end at its age,
    /// where that is more than usual. `None` where an engine gives corrected ones only.
    pub raw: Option<Histogram>,
    /// Latencies without the blind spot of waiting clients ("coordinated omission"): in the open model from the moment
    /// at which the request should have started, in the closed one with what a stalled connection would have seen.
    pub corrected: Histogram,
    /// Processor time that the generator used, where it is known.
    pub client_cpu: Option<Duration>,
    /// Answers in each whole second of the stretch, where the engine tells.
    pub per_second: Vec<u64>,
}

/// Requests that went wrong, by how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Errors {
    /// Connections that could not be made.
    pub connect: u64,
    /// Answers that broke off or were no HTTP.
    pub read: u64,
    /// Requests that could not be sent.
    pub write: u64,
    /// Requests that were not answered in time.
    pub timeout: u64,
    /// Answers with a status of 400 or more.
    pub status: u64,
    /// Answers by status, where the engine tells; the good ones too.
    pub by_status: BTreeMap<u16, u64>,
}

impl Errors {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.connect + self.read + self.write + self.timeout + self.status
    }

    /// Adds those of another sample.
    pub fn add(&mut self, other: &Self) {
        self.connect += other.connect;
        self.read += other.read;
        self.write += other.write;
        self.timeout += other.timeout;
        self.status += other.status;
        for (status, count) in &other.by_status {
            *self.by_status.entry(*status).or_default() += count;
        }
    }
}

impl Sample {
    /// Answers per second; 0 of a sample without time.
    #[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2^52")]
    pub fn requests_per_second(&self) -> f64 {
        let seconds = self.duration.as_secs_f64();
        if seconds > 0.0 {
            self.requests as f64 / seconds
        } else {
            0.0
        }
    }

    /// The share of requests that went wrong, 0 to 1. Without any request it is 1: nothing went well.
    #[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2^52")]
    pub fn error_rate(&self) -> f64 {
        let lost = self.errors.total() - self.errors.status;
        let tried = self.requests + lost;
        if tried == 0 {
            1.0
        } else {
            self.errors.total() as f64 / tried as f64
        }
    }

    /// Adds another sample of the same load.
    pub fn add(&mut self, other: &Self) {
        self.duration += other.duration;
        self.requests += other.requests;
        self.bytes += other.bytes;
        self.errors.add(&other.errors);
        self.corrected.add(&other.corrected);
        self.raw = match (self.raw.take(), &other.raw) {
            (Some(mut mine), Some(theirs)) => {
                mine.add(theirs);
                Some(mine)
            }
            _ => None,
        };
        self.client_cpu = self
            .client_cpu
            .zip(other.client_cpu)
            .map(|(mine, theirs)| mine + theirs);
        self.per_second.extend_from_slice(&other.per_second);
    }
}
