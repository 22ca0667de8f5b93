//! What one thread of the generator has seen, in memory that does not grow.

use std::time::{Duration, Instant};

use crate::bench::histogram::Histogram;
use crate::bench::sample::{Errors, Sample};

/// The most seconds that are counted one by one: more than a day.
const MOST_SECONDS: usize = 100_000;

/// Counts of a thread.
#[derive(Debug)]
pub struct Tally {
    requests: u64,
    /// Bytes that came.
    pub bytes: u64,
    /// What went wrong, without what statuses tell.
    pub errors: Errors,
    raw: Histogram,
    /// From the intended start; of no use in the closed model.
    intended: Histogram,
    /// Answers by status.
    statuses: Vec<u64>,
    per_second: Vec<u64>,
    /// Why the last connection was not made.
    pub cause: Option<String>,
    /// Processor time of the thread.
    pub cpu: Option<Duration>,
}

/// Which model's latencies are the corrected ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Correction {
    /// Those from the intended start.
    Intended,
    /// Those with what stalled connections would have seen.
    Filled,
}

/// When a request started, and when it should have.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    /// When it was sent.
    pub sent: Instant,
    /// When it was due.
    pub due: Instant,
}

impl Tally {
    /// Nothing seen, for a stretch of this length.
    pub fn new(length: Duration) -> Self {
        let seconds =
            usize::try_from(length.as_secs()).map_or(MOST_SECONDS, |seconds| seconds.min(MOST_SECONDS));
        Self {
            requests: 0,
            bytes: 0,
            errors: Errors::default(),
            raw: Histogram::new(),
            intended: Histogram::new(),
            statuses: vec![0; 1000],
            per_second: vec![0; seconds],
            cause: None,
            cpu: None,
        }
    }

    /// Whether a request was answered or has failed.
    pub fn has_news(&self) -> bool {
        self.requests + self.errors.total() > 0
    }

    /// Counts an answer that came at this moment, in this second of the stretch.
    pub fn answer(&mut self, status: u16, start: Start, now: Instant, second: u64, model: Correction) {
        self.requests += 1;
        if let Some(count) = self.statuses.get_mut(usize::from(status)) {
            *count += 1;
        }
        let second = usize::try_from(second).unwrap_or(usize::MAX);
        if let Some(count) = self.per_second.get_mut(second) {
            *count += 1;
        }
        self.raw.record(micros(now - start.sent), 1);
        if model == Correction::Intended {
            self.intended
                .record(micros(now.saturating_duration_since(start.due)), 1);
        }
    }

    /// Counts the latency of a request that got no answer for so long since it was sent.
    pub fn unanswered(&mut self, start: Start, waited: Duration) {
        self.raw.record(micros(waited), 1);
        let late = start.sent.saturating_duration_since(start.due);
        self.intended.record(micros(late + waited), 1);
    }

    /// What a request usually took, in microseconds; 0 where none has ended.
    pub fn usual(&self) -> u64 {
        self.raw.percentile(50.0).unwrap_or(0)
    }

    /// Counts the latency of a request that the end has cut off so long after it was sent. One that had waited less than is
    /// usual would have taken longer, nobody knows how long: it is no latency that was seen, and at a rate that was due
    /// all the same.
    pub fn cut_off(&mut self, start: Start, waited: Duration, usual: u64) {
        if micros(waited) >= usual {
            self.raw.record(micros(waited), 1);
        }
        let late = start.sent.saturating_duration_since(start.due);
        self.intended.record(micros(late + waited), 1);
    }

    /// Counts the latency of requests that were due so long ago and not even sent.
    pub fn unsent(&mut self, waited: Duration, times: u64) {
        self.intended.record(micros(waited), times);
    }

    /// Adds what another thread has seen.
    pub fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.bytes += other.bytes;
        self.errors.add(&other.errors);
        self.raw.add(&other.raw);
        self.intended.add(&other.intended);
        for (mine, theirs) in self.statuses.iter_mut().zip(&other.statuses) {
            *mine += theirs;
        }
        for (mine, theirs) in self.per_second.iter_mut().zip(&other.per_second) {
            *mine += theirs;
        }
        if self.cause.is_none() {
            self.cause.clone_from(&other.cause);
        }
        self.cpu = self.cpu.zip(other.cpu).map(|(mine, theirs)| mine + theirs);
    }

    /// All of it as a sample.
    ///
    /// In the closed model a connection asks again as soon as it was answered, so the mean latency is the interval at
    /// which it would have gone on asking while an answer was late.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a mean lies between latencies, which are whole numbers of 32 bits"
    )]
    pub fn sample(self, duration: Duration, model: Correction) -> Sample {
        let mut errors = self.errors;
        for (status, count) in (0..).zip(self.statuses).filter(|(_, count)| *count > 0) {
            if status >= 400 {
                errors.status += count;
            }
            errors.by_status.insert(status, count);
        }
        let corrected = match model {
            Correction::Intended => self.intended,
            Correction::Filled => match self.raw.mean() {
                Some(mean) => self.raw.filled(mean.round() as u64),
                None => Histogram::new(),
            },
        };
        Sample {
            duration,
            requests: self.requests,
            bytes: self.bytes,
            errors,
            raw: Some(self.raw),
            corrected,
            client_cpu: self.cpu,
            per_second: self.per_second,
        }
    }
}

fn micros(latency: Duration) -> u64 {
    u64::try_from(latency.as_micros()).unwrap_or(u64::MAX)
}

/// Processor time that this thread has used, where the system tells.
pub fn thread_cpu() -> Option<Duration> {
    #[cfg(unix)]
    {
        use rustix::time::{ClockId, clock_gettime};
        Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).ok()
    }
    #[cfg(not(unix))]
    None
}
