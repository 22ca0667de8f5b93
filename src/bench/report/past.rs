//! The history of a baseline, as people read it.

use super::numbers::{change, of_metric};
use crate::bench::baseline::history::Past;
use crate::bench::baseline::{Accepted, Key};
use crate::bench::statistics::drift::{Creep, Drift};
use crate::bench::statistics::metric::Metric;
use crate::model::text::{one_line, shorten};

/// One baseline with its runs, the oldest first.
pub fn history(key: &Key, accepted: &Accepted, runs: &[Past], drift: &[Drift]) -> String {
    let mut out = format!(
        "{} {}\n{}, {} connections; {}\nbaseline of {} by {}: {}\n\n",
        one_line(&key.method),
        one_line(&key.endpoint),
        one_line(&key.engine),
        key.connections,
        one_line(&key.phases),
        accepted.at.format("%Y-%m-%d %H:%M"),
        one_line(&accepted.by),
        one_line(&accepted.reason),
    );
    out += &format!(
        "{:16}  {:8}  {:>10}  {:>10}  {:>10}  {:>12}  {:>12}  verdict\n",
        "when", "commit", "p50", "p95", "p99", "requests", "cpu/request"
    );
    for run in runs {
        let seen = &run.summary;
        let value = |value: Option<f64>, metric: Metric| {
            // Latencies of the file are in milliseconds, those of a metric in microseconds.
            let factor = metric.percentile().map_or(1.0, |_| 1000.0);
            value.map_or_else(|| "-".to_owned(), |value| of_metric(value * factor, metric))
        };
        out += &format!(
            "{:16}  {:8}  {:>10}  {:>10}  {:>10}  {:>12}  {:>12}  {}\n",
            run.at.format("%Y-%m-%d %H:%M").to_string(),
            shorten(&one_line(run.commit.as_deref().unwrap_or("-")), 8),
            value(seen.p50, Metric::P50),
            value(seen.p95, Metric::P95),
            value(seen.p99, Metric::P99),
            value(seen.rps, Metric::Rps),
            value(seen.cpu_us_per_request, Metric::CpuPerRequest),
            one_line(&run.verdict),
        );
    }
    for one in drift.iter().filter(|one| one.verdict == Creep::Drifted) {
        let ratio = one.ratio.map_or_else(String::new, change);
        out += &format!(
            "drift: {} is {ratio} against the first of {} runs\n",
            one.metric.name(),
            one.runs
        );
    }
    out
}
