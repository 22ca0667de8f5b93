//! The ratio of each metric to the baseline, with its interval: what lies beyond the outer lines matters.

use super::super::numbers::{change, trimmed};
use super::super::words::{label, outcome};
use super::axis::{Drawing, FOOT, RIGHT, Scale, TOP};
use crate::bench::statistics::verdict::{Change, Judged};

const LEFT: f64 = 130.0;
/// Where the scale ends: behind it stand the numbers.
const END: f64 = RIGHT - 70.0;
const ROW: f64 = 34.0;

/// The drawing of the metrics that have a ratio; `None` where none has.
pub(super) fn ratios(metrics: &[Judged], threshold: f64) -> Option<String> {
    let shown: Vec<(&Judged, f64)> = metrics
        .iter()
        .filter_map(|one| Some((one, one.ratio.filter(|ratio| *ratio > 0.0)?)))
        .collect();
    if shown.is_empty() {
        return None;
    }
    let told: Vec<String> = shown
        .iter()
        .map(|(one, ratio)| format!("{}: {} ({})", label(one.metric), change(*ratio), outcome(one)))
        .collect();
    let height = TOP + ROW * count(shown.len()) + FOOT;
    let bottom = height - FOOT;
    let mut drawing = Drawing::new(
        "ratios",
        "Change of each metric, with its interval of 90 %",
        &told.join(", "),
        height,
    );
    let bounds = [1.0 / (1.0 + threshold), 1.0 + threshold];
    // An interval that reaches far is no reason to press all else together; nor is one metric that went astray.
    let farthest = shown
        .iter()
        .map(|(_, ratio)| ratio.ln().abs())
        .fold(0.0, f64::max);
    let reach = (farthest * 1.2).max(threshold.ln_1p() * 3.0).clamp(0.03, 1.7);
    let across = Scale::log([-reach, reach].map(f64::exp).into_iter(), [LEFT, END]);
    drawing.area(
        "within",
        [across.at(bounds[0]), TOP],
        [across.at(bounds[1]), bottom],
        "changes that do not matter",
    );
    // Their names stand outwards, since they may be close.
    for (bound, side, gap) in [(bounds[0], "mark end", 4.0), (bounds[1], "mark start", -4.0)] {
        let x = across.at(bound);
        drawing.line("bound", [x, TOP], [x, bottom]);
        drawing.words(side, [x + gap, bottom + 16.0], &trimmed(&change(bound)));
    }
    let one = across.at(1.0);
    drawing.line("same", [one, TOP], [one, bottom]);
    drawing.words("mark end", [RIGHT, bottom + 34.0], "less ← than before → more");
    for (at, (one, ratio)) in shown.iter().enumerate() {
        let y = TOP + ROW * (count(at) + 0.5);
        let tone = tone(one);
        drawing.words("name end", [LEFT - 12.0, y + 4.0], label(one.metric));
        if let Some(seen) = one.interval {
            drawing.line(
                &format!("interval {tone}"),
                [across.at(seen.low), y],
                [across.at(seen.high), y],
            );
        }
        let told = format!("{}: {} ({})", label(one.metric), change(*ratio), outcome(one));
        drawing.point(tone, [across.at(*ratio), y], &told);
        drawing.words(&format!("end {tone}"), [RIGHT, y + 4.0], &change(*ratio));
    }
    Some(drawing.finish())
}

/// How it is set off.
pub(super) fn tone(one: &Judged) -> &'static str {
    match one.verdict {
        _ if !one.gated => "faint",
        Change::Regressed => "bad",
        Change::Suspect | Change::Inconclusive => "open",
        Change::Improved => "good",
        Change::None => "plain",
    }
}

/// A small number to calculate with.
fn count(many: usize) -> f64 {
    u32::try_from(many).map_or(0.0, f64::from)
}
