//! What the workers tell, and the sample that it is.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use crate::bench::histogram::Histogram;
use crate::bench::load::{Load, Pace};
use crate::bench::sample::{Errors, Sample};

/// The line before the answer.
pub(super) const SENTINEL: &str = "--- sdd: what the workers saw (1) ---";

/// What one worker saw.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Report {
    duration_us: u64,
    cpu_us: u64,
    requests: u64,
    bytes: u64,
    errors: Counts,
    /// Why the first connection that failed did.
    cause: Option<String>,
    statuses: Vec<(u16, u64)>,
    seconds: Vec<(u64, u64)>,
    raw: Vec<(u64, u64)>,
    corrected: Vec<(u64, u64)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
struct Counts {
    connect: u64,
    read: u64,
    timeout: u64,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum NoAnswer {
    /// The line before it is not there.
    #[error("its workers told nothing")]
    Missing,
    /// It is not what the locustfile prints.
    #[error("what its workers told cannot be read: {why}")]
    Unreadable {
        /// What is wrong with it.
        why: String,
    },
    /// Some workers have told nothing.
    #[error("{told} of {expected} workers told what they saw")]
    Some {
        /// How many did.
        told: usize,
        /// How many there were.
        expected: u32,
    },
}

/// Finds what the workers told in what the master printed.
pub(super) fn reports(stdout: &str, workers: u32) -> Result<Vec<Report>, NoAnswer> {
    let mut lines = stdout.lines().skip_while(|line| *line != SENTINEL).skip(1);
    let document = lines.next().ok_or(NoAnswer::Missing)?;
    let reports: Vec<Report> = serde_json::from_str(document).map_err(|error| NoAnswer::Unreadable {
        why: error.to_string(),
    })?;
    if u32::try_from(reports.len()) != Ok(workers) {
        return Err(NoAnswer::Some {
            told: reports.len(),
            expected: workers,
        });
    }
    Ok(reports)
}

/// Why nobody could be reached, where that is so: nothing but connections that failed.
pub(super) fn unreachable(reports: &[Report]) -> Option<String> {
    let lost = |report: &Report| report.requests + report.errors.read + report.errors.timeout == 0;
    let failed = reports.iter().any(|report| report.errors.connect > 0);
    (failed && reports.iter().all(lost))
        .then(|| reports.iter().find_map(|report| report.cause.clone()))
        .map(Option::unwrap_or_default)
}

/// All of it as one sample. In the closed model a stalled connection would have asked as often as the mean one did.
pub(super) fn sample(reports: &[Report], load: &Load) -> Sample {
    let sum = |part: fn(&Report) -> u64| reports.iter().map(part).sum::<u64>();
    let duration = reports.iter().map(|report| report.duration_us).max().unwrap_or(0);
    let requests = sum(|report| report.requests);
    let raw = histogram(reports.iter().flat_map(|report| &report.raw));
    let corrected = match load.pace {
        Pace::PerSecond(_) => histogram(reports.iter().flat_map(|report| &report.corrected)),
        Pace::Closed => corrected(&raw, interval(duration, load.connections, requests)),
    };
    let mut by_status = BTreeMap::new();
    let mut per_second = vec![0; usize::try_from(duration / 1_000_000).unwrap_or(0)];
    for report in reports {
        for (status, count) in &report.statuses {
            *by_status.entry(*status).or_insert(0) += count;
        }
        for (second, count) in &report.seconds {
            let place = usize::try_from(*second)
                .ok()
                .and_then(|at| per_second.get_mut(at));
            // The last second is seldom a whole one.
            if let Some(place) = place {
                *place += count;
            }
        }
    }
    Sample {
        duration: Duration::from_micros(duration),
        requests,
        bytes: sum(|report| report.bytes),
        errors: Errors {
            connect: sum(|report| report.errors.connect),
            read: sum(|report| report.errors.read),
            write: 0,
            timeout: sum(|report| report.errors.timeout),
            status: by_status.range(400..).map(|(_, count)| count).sum(),
            by_status,
        },
        raw: Some(raw),
        corrected,
        client_cpu: Some(Duration::from_micros(sum(|report| report.cpu_us))),
        per_second,
    }
}

fn histogram<'a>(pairs: impl Iterator<Item = &'a (u64, u64)>) -> Histogram {
    let mut out = Histogram::new();
    for (micros, times) in pairs {
        out.record(*micros, *times);
    }
    out
}

/// How often one connection asked on average, in microseconds; 0 when nobody was answered.
fn interval(duration: u64, connections: u32, requests: u64) -> u64 {
    duration
        .saturating_mul(u64::from(connections))
        .checked_div(requests)
        .unwrap_or(0)
}

fn corrected(raw: &Histogram, interval: u64) -> Histogram {
    let mut out = Histogram::new();
    for (micros, times) in raw.values() {
        if interval == 0 || micros < interval.saturating_mul(2) {
            out.record(micros, times);
        } else {
            for _ in 0..times {
                out.record_corrected(micros, interval);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(requests: u64, connect: u64, raw: &str) -> String {
        format!(
            r#"{{"duration_us":2100000,"cpu_us":5,"requests":{requests},"bytes":7,"errors":{{"connect":{connect},"read":0,"timeout":0}},"cause":"refused","statuses":[[200,1],[503,2]],"seconds":[[0,1],[2,3]],"raw":{raw},"corrected":[[9,1]]}}"#
        )
    }

    fn load(pace: Pace) -> Load {
        Load {
            connections: 2,
            threads: 2,
            pace,
            timeout: Duration::from_secs(1),
        }
    }

    fn read(documents: &[String]) -> Result<Vec<Report>, NoAnswer> {
        let stdout = format!("log\n\n{SENTINEL}\n[{}]\nmore\n", documents.join(","));
        reports(&stdout, 2)
    }

    #[test]
    fn workers_are_added_up() {
        let document = document(10, 1, "[[100,9],[1000000,1]]");
        let reports = read(&[document.clone(), document]).unwrap();
        assert_eq!(unreachable(&reports), None);
        let closed = sample(&reports, &load(Pace::Closed));
        assert_eq!(
            (closed.requests, closed.bytes, closed.errors.connect),
            (20, 14, 2)
        );
        assert_eq!((closed.errors.status, closed.errors.by_status[&200]), (4, 2));
        assert_eq!(closed.per_second, [2, 0]);
        assert_eq!(closed.client_cpu, Some(Duration::from_micros(10)));
        assert_eq!(closed.raw.unwrap().count(), 20);
        // A connection asked every 210 ms: a stall of a second hid three more each.
        assert_eq!(closed.corrected.count(), 26);
        let open = sample(&reports, &load(Pace::PerSecond(1.0)));
        assert_eq!((open.corrected.count(), open.corrected.max()), (2, Some(9)));
    }

    #[test]
    fn nothing_but_failed_connections_is_nobody() {
        let none = document(0, 3, "[]");
        let cause = unreachable(&read(&[none.clone(), none.clone()]).unwrap());
        assert_eq!(cause.as_deref(), Some("refused"));
        let hung = document(0, 0, "[]");
        assert_eq!(unreachable(&read(&[hung.clone(), hung.clone()]).unwrap()), None);
        let hung = sample(&read(&[hung.clone(), hung]).unwrap(), &load(Pace::Closed));
        assert_eq!((hung.requests, hung.error_rate()), (0, 1.0));
    }

    #[test]
    fn what_is_missing_is_said() {
        assert_eq!(reports("text\n", 1), Err(NoAnswer::Missing));
        assert!(matches!(
            reports(&format!("{SENTINEL}\n[{{}}]\n"), 1),
            Err(NoAnswer::Unreadable { .. })
        ));
        let (told, expected) = (1, 2);
        assert_eq!(
            read(&[document(1, 0, "[]")]),
            Err(NoAnswer::Some { told, expected })
        );
    }
}
