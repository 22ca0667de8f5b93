//! The runs under the same conditions, one chart a metric.

use super::super::document::{Document, PastRun};
use super::super::numbers::of_metric;
use super::super::words::label;
use super::axis::{Drawing, FOOT, RIGHT, Scale, TOP, WIDTH};
use crate::bench::statistics::drift::Creep;
use crate::bench::statistics::metric::Metric;

const HEIGHT: f64 = 200.0;
const LEFT: f64 = 78.0;

/// The drawings, of the metrics with two values or more.
pub(super) fn history(document: &Document) -> Vec<String> {
    let shown = [
        ("past-p50", Metric::P50),
        ("past-p95", Metric::P95),
        ("past-rps", Metric::Rps),
        ("past-cpu", Metric::CpuPerRequest),
    ];
    shown
        .into_iter()
        .filter_map(|(id, metric)| chart(document, id, metric))
        .collect()
}

fn chart(document: &Document, id: &'static str, metric: Metric) -> Option<String> {
    let known: Vec<(u32, &PastRun, f64)> = (0_u32..)
        .zip(&document.history)
        .filter_map(|(at, run)| Some((at, run, run.value(metric)?)))
        .collect();
    let [(_, _, first), .., (_, _, last)] = known.as_slice() else {
        return None;
    };
    let named = |value: f64| of_metric(value, metric);
    let told = format!(
        "{} runs, from {} in the first to {} in the last.",
        known.len(),
        named(*first),
        named(*last)
    );
    let mut drawing = Drawing::new(
        id,
        &format!("{} in earlier runs and this one", label(metric)),
        &told,
        HEIGHT,
    );
    let bottom = HEIGHT - FOOT;
    let up = Scale::linear(known.iter().map(|(_, _, value)| *value), [bottom, TOP + 18.0]);
    let runs = u32::try_from(document.history.len()).unwrap_or(u32::MAX);
    let across = Scale::linear(
        [f64::from(runs.saturating_sub(1)) / 1.05].into_iter(),
        [LEFT + 6.0, RIGHT - 6.0],
    );
    drawing.words("name start", [4.0, TOP + 2.0], label(metric));
    drawing.rising(&up, LEFT, &named);
    let crept = document
        .regression
        .drift
        .iter()
        .find(|drift| drift.metric == metric && drift.verdict == Creep::Drifted);
    if let Some(since) = crept
        .and_then(|drift| drift.since)
        .and_then(|at| u32::try_from(at).ok())
    {
        let x = across.at(f64::from(since));
        drawing.line("limit bad", [x, TOP + 18.0], [x, bottom]);
        drawing.words("bad middle", [x, TOP + 12.0], "creeps from here");
    }
    let points: Vec<[f64; 2]> = known
        .iter()
        .map(|(at, _, value)| [across.at(f64::from(*at)), up.at(*value)])
        .collect();
    drawing.path("seen", &points);
    for ((_, run, value), place) in known.iter().zip(points) {
        let tone = match run.verdict.as_str() {
            "regressed" => "bad",
            "inconclusive" | "suspect" => "open",
            _ => "seen",
        };
        let told = format!(
            "{}{}: {}, {}",
            run.at.format("%Y-%m-%d %H:%M"),
            run.commit
                .as_ref()
                .map_or_else(String::new, |commit| format!(" {}", short(commit))),
            named(*value),
            run.verdict.replace('_', " ")
        );
        drawing.point(tone, place, &told);
    }
    let day =
        |run: Option<&PastRun>| run.map_or_else(String::new, |run| run.at.format("%Y-%m-%d").to_string());
    drawing.words(
        "mark start",
        [LEFT, bottom + 20.0],
        &day(document.history.first()),
    );
    drawing.words(
        "mark end",
        [WIDTH - 8.0, bottom + 20.0],
        &day(document.history.last()),
    );
    Some(drawing.finish())
}

/// A commit as people name it.
pub(super) fn short(commit: &str) -> String {
    commit.chars().take(10).collect()
}
