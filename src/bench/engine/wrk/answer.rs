//! What the script's `done` function says, and what follows from it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use crate::bench::histogram::Histogram;
use crate::bench::sample::{Errors, Sample};

/// The line before the answer.
pub(super) const SENTINEL: &str = "--- sdd: what wrk saw (1) ---";

/// What wrk saw; latencies in microseconds.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Answer {
    /// How long it ran.
    pub duration_us: u64,
    /// Answers that came, late ones too.
    pub requests: u64,
    /// Bytes that came.
    pub bytes: u64,
    /// What went wrong.
    pub errors: Counts,
    /// The shortest latency; like all that follow `None` when there was none.
    pub min: Option<f64>,
    /// The longest.
    pub max: Option<f64>,
    /// The mean.
    pub mean: Option<f64>,
    /// The standard deviation.
    pub stdev: Option<f64>,
    /// The percentiles as wrk itself reckons them: `50`, `75`, `90`, `95`, `99`, `99.9`, `99.99`.
    pub percentiles: BTreeMap<String, Option<f64>>,
    /// Each latency and how often it was seen or, for wrk corrects them, would have been seen.
    pub histogram: Vec<(u64, u64)>,
}

/// What went wrong, by how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Counts {
    /// Connections that could not be made.
    pub connect: u64,
    /// Answers that broke off.
    pub read: u64,
    /// Requests that could not be sent.
    pub write: u64,
    /// Answers with a status of 400 or more.
    pub status: u64,
    /// Answers that came after the time-out.
    pub timeout: u64,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NoAnswer {
    /// The line before it is not there.
    #[error("its script told nothing")]
    Missing,
    /// It is not what the script prints.
    #[error("what its script told cannot be read: {why}")]
    Unreadable {
        /// What is wrong with it.
        why: String,
    },
}

/// Finds the answer in what wrk printed. What stands before the line is wrk's own text.
///
/// # Errors
///
/// [`NoAnswer`] when it is not there or was cut off.
pub fn answer(stdout: &str) -> Result<Answer, NoAnswer> {
    let mut lines = stdout.lines().skip_while(|line| *line != SENTINEL).skip(1);
    let document = lines.next().ok_or(NoAnswer::Missing)?;
    serde_json::from_str(document).map_err(|error| NoAnswer::Unreadable {
        why: error.to_string(),
    })
}

impl Answer {
    /// The sample that it is.
    ///
    /// wrk counts an answer that came too late both as an answer and as a time-out, and leaves it out of the histogram.
    /// Here it is a time-out, and stands in the histogram at the time-out.
    pub fn sample(&self, timeout: Duration, client_cpu: Option<Duration>) -> Sample {
        let mut corrected = Histogram::new();
        for (micros, times) in &self.histogram {
            corrected.record(*micros, *times);
        }
        let late = self.errors.timeout;
        corrected.record(u64::try_from(timeout.as_micros()).unwrap_or(u64::MAX), late);
        let requests = self.requests.saturating_sub(late);
        Sample {
            duration: Duration::from_micros(self.duration_us),
            requests,
            bytes: self.bytes,
            errors: Errors {
                connect: self.errors.connect,
                read: self.errors.read,
                write: self.errors.write,
                timeout: late,
                // A late answer with such a status is counted once.
                status: self.errors.status.min(requests),
                by_status: BTreeMap::new(),
            },
            raw: None,
            corrected,
            client_cpu,
            per_second: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r#"{"duration_us":1000500,"requests":5,"bytes":390,"errors":{"connect":1,"read":2,"write":3,"status":5,"timeout":2},"min":100.000,"max":300.000,"mean":null,"stdev":null,"percentiles":{"50":200.000,"99.9":null},"histogram":[[100,1],[200,4],[300,1]]}"#;

    #[test]
    fn the_answer_stands_behind_its_line() {
        let read = answer(&format!("Running 1s test\n\n{SENTINEL}\n{DOCUMENT}\nmore\n")).unwrap();
        assert_eq!((read.requests, read.mean, read.max), (5, None, Some(300.0)));
        assert_eq!(read.histogram, [(100, 1), (200, 4), (300, 1)]);
        for text in ["", DOCUMENT, SENTINEL] {
            assert_eq!(answer(text), Err(NoAnswer::Missing));
        }
        for document in ["", "{}", &DOCUMENT[..DOCUMENT.len() - 9], "[1]"] {
            let text = format!("{SENTINEL}\n{document}\n");
            assert!(
                matches!(answer(&text), Err(NoAnswer::Unreadable { .. })),
                "{text}"
            );
        }
    }

    #[test]
    fn a_late_answer_is_a_time_out_and_nothing_else() {
        let read = answer(&format!("{SENTINEL}\n{DOCUMENT}")).unwrap();
        let sample = read.sample(Duration::from_secs(1), Some(Duration::from_millis(20)));
        assert_eq!((sample.requests, sample.corrected.count()), (3, 8));
        let errors = Errors {
            connect: 1,
            read: 2,
            write: 3,
            timeout: 2,
            status: 3,
            by_status: BTreeMap::new(),
        };
        assert_eq!((sample.errors, sample.raw), (errors, None));
        let longest = sample.corrected.max().unwrap();
        assert!((999_000..=1_001_000).contains(&longest), "{longest}");
    }
}
