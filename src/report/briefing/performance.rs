//! How fast the service of an integration test must be, and how fast it was.

use serde::Serialize;

use super::{line, more};
use crate::bench::baseline::Baseline;
use crate::bench::report::lines;
use crate::bench::requirements::{self, Subject, Weight};
use crate::model::spec::Benchmarks;

/// Entries of a list that are named.
const MAX_LISTED: usize = 20;

/// A measurement that later ones are compared with.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BaselineBrief {
    /// What was asked: `GET http://localhost/`.
    pub asked: String,
    /// When it became the baseline.
    pub at: String,
    /// The commit that was measured; absent outside of a repository.
    pub commit: Option<String>,
    /// Why it is the baseline.
    pub reason: String,
    /// The median latency.
    pub p50_ms: Option<f64>,
    /// The 95th percentile.
    pub p95_ms: Option<f64>,
    /// The 99th percentile.
    pub p99_ms: Option<f64>,
    /// Answers per second.
    pub requests_per_sec: Option<f64>,
    /// Runs that were compared with it, itself among them.
    pub runs: usize,
}

impl From<&Baseline> for BaselineBrief {
    fn from(baseline: &Baseline) -> Self {
        let seen = &baseline.summary;
        Self {
            asked: format!("{} {}", baseline.key.method, baseline.key.endpoint),
            at: baseline.accepted.at.format("%Y-%m-%d %H:%M UTC").to_string(),
            commit: baseline.accepted.commit.clone(),
            reason: baseline.accepted.reason.clone(),
            p50_ms: seen.p50,
            p95_ms: seen.p95,
            p99_ms: seen.p99,
            requests_per_sec: seen.rps,
            runs: baseline.history.len(),
        }
    }
}

/// What services may use, as the spec demands it: `cpu < 80 %`.
pub(super) fn resources(spec: &Benchmarks) -> Vec<String> {
    requirements::of_spec(spec)
        .iter()
        .filter(|one| one.weight == Weight::Required)
        .filter(|one| {
            matches!(
                one.subject,
                Subject::Cpu(_) | Subject::Memory(_) | Subject::Disk(_)
            )
        })
        .map(lines::demanded)
        .collect()
}

/// The baselines as a part of the briefing.
pub(super) fn baselines(all: &[BaselineBrief]) -> String {
    if all.is_empty() {
        return "**Performance Baseline:** none yet: the first clean run that passes becomes it\n\n"
            .to_owned();
    }
    let mut part = "**Performance Baseline:**\n".to_owned();
    for one in all.iter().take(MAX_LISTED) {
        part.push_str(&format!("- {}\n", line(&one.told())));
    }
    part + &more(all.len(), MAX_LISTED) + "\n"
}

impl BaselineBrief {
    /// `GET http://localhost/: p50 1.20 ms, …; of 2026-11-28 09:00 UTC at 0123abc (new hardware), 4 runs`.
    fn told(&self) -> String {
        let seen = [
            ("p50", self.p50_ms, "ms"),
            ("p95", self.p95_ms, "ms"),
            ("p99", self.p99_ms, "ms"),
            ("throughput", self.requests_per_sec, "req/s"),
        ];
        let figures: Vec<String> = seen
            .iter()
            .filter_map(|(name, value, unit)| Some(format!("{name} {} {unit}", rounded((*value)?))))
            .collect();
        let figures = if figures.is_empty() {
            "no figures".to_owned()
        } else {
            figures.join(", ")
        };
        let commit = self
            .commit
            .as_deref()
            .map_or_else(String::new, |commit| format!(" at {}", super::short(commit)));
        let runs = if self.runs == 1 { "run" } else { "runs" };
        format!(
            "{}: {figures}; of {}{commit} ({}), {} {runs}",
            self.asked, self.at, self.reason, self.runs
        )
    }
}

/// A number with two decimals at the most.
fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
