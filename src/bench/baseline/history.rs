//! The runs under a key, one after the other: what creep is found in.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::entry::Finished;
use super::summary::Summary;
use crate::bench::statistics::drift::{Drift, drift};
use crate::bench::statistics::metric::Metric;

/// The runs that are kept. The first one stays: it is what creep is measured from.
pub const MOST: usize = 200;

/// A run in the history.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Past {
    /// When it ended.
    pub at: DateTime<Utc>,
    /// The commit that was measured.
    pub commit: Option<String>,
    /// The number of the session; 0 outside of one.
    pub session: u32,
    /// The verdict of its comparison.
    pub verdict: String,
    /// What it showed.
    pub summary: Summary,
    /// What a newer version wrote.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Past {
    /// What a history keeps of a run.
    pub fn of(run: &Finished) -> Self {
        Self {
            at: run.at,
            commit: run.commit.clone(),
            session: run.session,
            verdict: run.verdict.clone(),
            summary: Summary::of(&run.rounds),
            rest: Map::new(),
        }
    }
}

/// Adds a run at the end. Of more than [`MOST`] the oldest but the first go.
pub(super) fn append(history: &mut Vec<Value>, run: Value) {
    history.push(run);
    if history.len() > MOST {
        history.drain(1..=history.len() - MOST);
    }
}

/// Whether a history creeps, by each metric that it tells of. Where the first run was measured beside the reference server,
/// all are followed in relation to that: a slower machine is no creep.
pub fn creep(history: &[Past], threshold: f64) -> Vec<Drift> {
    let Some(first) = history.first() else {
        return Vec::new();
    };
    let followed = |metric: &Metric| {
        let is_relative = first.summary.relative.contains_key(metric.name());
        let value = |run: &Past| match run.summary.relative.get(metric.name()) {
            // Of a ratio nothing is too small to be told apart: a service may be faster than the reference server.
            Some(ratio) if is_relative => Some(ratio.ln()),
            _ if is_relative => None,
            _ => run.summary.value(*metric).map(|value| metric.log(value)),
        };
        let values: Vec<Option<f64>> = history.iter().map(value).collect();
        let known = values.iter().any(Option::is_some);
        known.then(|| drift(*metric, &values, threshold))
    };
    Metric::ALL.iter().filter_map(followed).collect()
}
