//! How fast the service of an integration test was.

use serde::Serialize;

use super::{line, more};

/// Entries of a list that are named.
const MAX_LISTED: usize = 20;

/// What is known of a service under load.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Load {
    /// What services may use: `cpu < 80 %`.
    pub resources: Vec<String>,
    /// What was measured before, and is compared with.
    pub baselines: Vec<BaselineBrief>,
}

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
