//! What things are called where people read of them.

use super::document::named;
use super::numbers::{change, digits, of_metric, of_unit, trimmed};
use crate::bench::requirements::{Judged as Required, Source, Weight};
use crate::bench::statistics::drift::{Creep, Drift};
use crate::bench::statistics::metric::Metric;
use crate::bench::statistics::verdict::{Change, Judged};
use crate::model::verdict::Verdict;

/// The name of a metric.
pub(super) fn label(metric: Metric) -> &'static str {
    match metric {
        Metric::P50 => "p50",
        Metric::P95 => "p95",
        Metric::P99 => "p99",
        Metric::Rps => "answers/s",
        Metric::CpuPerRequest => "CPU a request",
        Metric::ErrorRate => "errors",
        Metric::MemoryPeak => "memory",
    }
}

/// What became of a metric.
pub(super) fn outcome(one: &Judged) -> &'static str {
    match one.verdict {
        _ if !one.gated => "not judged",
        Change::Regressed => "regressed",
        Change::Suspect => "suspect",
        Change::None => "no change",
        Change::Improved => "improved",
        Change::Inconclusive => "inconclusive",
    }
}

/// The interval of a metric's change: `+8.00 % to +19.0 %`.
pub(super) fn between(one: &Judged) -> Option<String> {
    let interval = one.interval.as_ref()?;
    Some(format!("{} to {}", change(interval.low), change(interval.high)))
}

/// A requirement without what came of it: `p95 < 500 ms`.
pub(super) fn limited(one: &Required) -> String {
    format!("{} {}", named(one), wanted(one))
}

/// The side of its limit and the limit: `< 500 ms`.
pub(super) fn wanted(one: &Required) -> String {
    format!(
        "{} {}",
        one.bound,
        trimmed(&of_unit(one.limit, one.limit, one.unit))
    )
}

/// One requirement in words: `41.2 ms, wanted < 500 ms, 91.8 % to spare`.
pub(super) fn judged(one: &Required) -> String {
    let actual = one.actual.map_or_else(
        || "not measured".to_owned(),
        |actual| of_unit(actual, one.limit, one.unit),
    );
    let weight = match one.weight {
        Weight::Required => "",
        Weight::Told => " (a target, not required)",
    };
    let percent = |margin: f64| format!("{} %", digits(margin * 100.0));
    let margin = match one.margin {
        // That there are answers at all, and how many times the limit they are, is no margin that anybody plans with.
        _ if one.source == Source::Always => String::new(),
        Some(margin) if margin >= 10.0 => String::new(),
        Some(margin) if one.verdict == Verdict::Passed => format!(", {} to spare", percent(margin)),
        Some(margin) if one.verdict == Verdict::Failed => format!(", off by {}", percent(-margin)),
        _ => String::new(),
    };
    format!("{actual}, wanted {}{margin}{weight}", wanted(one))
}

/// What a metric came to: `regressed: +12.3 % (+8.00 % to +16.1 %), 41.2 ms → 46.3 ms`.
pub(super) fn compared(one: &Judged) -> String {
    let mut said = outcome(one).to_owned();
    if let Some(ratio) = one.ratio {
        said += &format!(": {}", change(ratio));
    }
    if let Some(between) = between(one) {
        said += &format!(" ({between})");
    }
    if let Some((was, is)) = one.baseline.zip(one.now) {
        said += &format!(", {} → {}", of_metric(was, one.metric), of_metric(is, one.metric));
    }
    said
}

/// Metrics that crept, in words.
pub(super) fn crept(drifts: &[Drift]) -> impl Iterator<Item = String> {
    drifts
        .iter()
        .filter(|drift| drift.verdict == Creep::Drifted)
        .map(|drift| {
            let ratio = drift
                .ratio
                .map_or_else(String::new, |ratio| format!(" {}", change(ratio)));
            format!(
                "{} creeps:{ratio} against the first of {} runs",
                label(drift.metric),
                drift.runs
            )
        })
}

/// A count with its noun: `1 round`, `3 rounds`.
pub(super) fn many(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
