//! Latency by percentile, both on scales of equal ratios: each step to the right is half as many requests.

use super::super::document::Document;
use super::super::numbers::time;
use super::super::words::limited;
use super::axis::{Drawing, FOOT, RIGHT, Scale, TOP, WIDTH};
use crate::bench::requirements::{Judged, Weight};
use crate::model::verdict::Verdict;

const HEIGHT: f64 = 320.0;
const LEFT: f64 = 66.0;

/// The percentiles that are named below.
const NAMED: [f64; 7] = [50.0, 90.0, 99.0, 99.9, 99.99, 99.999, 99.9999];

/// The drawing; `None` without an answer.
pub(super) fn curve(document: &Document) -> Option<String> {
    let seen = document.latency_ms.as_ref()?;
    let curve = &document.curve;
    let limits: Vec<(&Judged, f64)> = document
        .requirements
        .iter()
        .filter_map(|one| Some((one, percentile(one)?)))
        .collect();
    // All requests have no place on a scale of shares beyond: they stand behind the last that has.
    let last = curve
        .percent
        .iter()
        .copied()
        .filter(|percent| *percent < 100.0)
        .fold(50.0, f64::max);
    let end = beyond(last) * 2.0;
    let place = |percent: f64| {
        if percent >= 100.0 {
            end
        } else {
            beyond(percent).min(end)
        }
    };
    let across = Scale::log([1.0, end].into_iter(), [LEFT, RIGHT]);
    let values = curve
        .corrected_ms
        .iter()
        .chain(&curve.raw_ms)
        .copied()
        .chain(limits.iter().map(|(one, _)| one.limit));
    let bottom = HEIGHT - FOOT;
    let up = Scale::log(values, [bottom, TOP]);
    let told = format!(
        "Half of the requests took no more than {}, 95 % no more than {}, 99 % no more than {}, the slowest {}.",
        time(seen.p50),
        time(seen.p95),
        time(seen.p99),
        time(seen.max)
    );
    let mut drawing = Drawing::new("curve", "Latency by percentile", &told, HEIGHT);
    drawing.rising(&up, LEFT, &time);
    for percent in NAMED.into_iter().filter(|percent| *percent <= last) {
        let x = across.at(place(percent));
        drawing.line("grid", [x, TOP], [x, bottom]);
        drawing.words("mark middle", [x, bottom + 16.0], &format!("{percent}"));
    }
    drawing.words(
        "mark end",
        [WIDTH - 4.0, bottom + 34.0],
        "percent of the requests",
    );
    for (one, percent) in limits {
        let tone = match (one.verdict, one.weight) {
            (Verdict::Passed, _) => "good",
            (_, Weight::Told) => "faint",
            _ => "bad",
        };
        let [x, y] = [across.at(place(percent)), up.at(one.limit)];
        drawing.line(&format!("limit {tone}"), [LEFT, y], [RIGHT, y]);
        let name = limited(one);
        drawing.words(&format!("{tone} start"), [LEFT + 4.0, y - 4.0], &name);
        drawing.point(&format!("limit {tone}"), [x, y], &name);
    }
    let along = |values: &[f64]| -> Vec<[f64; 2]> {
        let pairs = curve.percent.iter().zip(values);
        pairs
            .map(|(percent, value)| [across.at(place(*percent)), up.at(*value)])
            .collect()
    };
    drawing.path("raw", &along(&curve.raw_ms));
    drawing.path("seen", &along(&curve.corrected_ms));
    for (percent, value) in [(50.0, seen.p50), (95.0, seen.p95), (99.0, seen.p99)] {
        if percent <= last {
            let told = format!("p{percent}: {}", time(value));
            drawing.point("seen", [across.at(place(percent)), up.at(value)], &told);
        }
    }
    Some(drawing.finish())
}

/// How many requests there are for each that lies beyond a percentile.
fn beyond(percent: f64) -> f64 {
    100.0 / (100.0 - percent)
}

/// The percentile that a requirement is about.
fn percentile(one: &Judged) -> Option<f64> {
    match one.metric.as_str() {
        _ if one.unit != "ms" || one.limit <= 0.0 => None,
        "max" => Some(100.0),
        name => name
            .strip_prefix('p')?
            .parse()
            .ok()
            .filter(|percent: &f64| (0.0..=100.0).contains(percent)),
    }
}
