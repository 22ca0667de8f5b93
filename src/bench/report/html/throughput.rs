//! Answers per second over the time of the rounds: each round as a stretch with its mean, and each second where the engine
//! tells of it.

use super::super::document::Document;
use super::super::numbers::digits;
use super::super::words::limited;
use super::axis::{Drawing, FOOT, RIGHT, Scale, TOP, WIDTH};
use crate::bench::statistics::metric::count;

const HEIGHT: f64 = 260.0;
const LEFT: f64 = 66.0;

/// The drawing; `None` without a round.
pub(super) fn throughput(document: &Document) -> Option<String> {
    let rounds = &document.samples;
    let seconds = |micros: u64| count(micros) / 1e6;
    let whole: f64 = rounds.iter().map(|round| seconds(round.duration_us)).sum();
    if rounds.is_empty() || whole <= 0.0 {
        return None;
    }
    let each = || {
        document
            .per_second
            .iter()
            .flatten()
            .map(|answers| count(*answers))
    };
    let wanted: Vec<_> = document
        .requirements
        .iter()
        .filter(|one| one.metric == "rps")
        .collect();
    let values = rounds
        .iter()
        .map(|round| round.rps)
        .chain(each())
        .chain(wanted.iter().map(|one| one.limit));
    let bottom = HEIGHT - FOOT;
    let up = Scale::linear(values, [bottom, TOP]);
    let across = Scale::linear([whole / 1.05].into_iter(), [LEFT, RIGHT]);
    let told = format!(
        "{} answers per second over {} s in {} rounds, of which {} count.",
        digits(document.throughput.requests_per_sec),
        digits(whole),
        rounds.len(),
        rounds.iter().filter(|round| round.clean).count()
    );
    let mut drawing = Drawing::new("throughput", "Answers per second", &told, HEIGHT);
    let mut at = 0.0;
    for (number, round) in (1_u32..).zip(rounds) {
        let end = at + seconds(round.duration_us);
        let kind = match (round.clean, number % 2) {
            (false, _) => "round spoilt",
            (true, 0) => "round even",
            (true, _) => "round",
        };
        let spoilt = if round.clean { "" } else { "; does not count" };
        let told = format!("round {number}: {} answers per second{spoilt}", digits(round.rps));
        drawing.area(kind, [across.at(at), TOP], [across.at(end), bottom], &told);
        at = end;
    }
    drawing.rising(&up, LEFT, &digits);
    let mut at = 0.0;
    for (number, round) in rounds.iter().enumerate() {
        let end = at + seconds(round.duration_us);
        let mean = up.at(round.rps);
        drawing.line(
            if round.clean { "mean" } else { "mean spoilt" },
            [across.at(at), mean],
            [across.at(end), mean],
        );
        let points: Vec<[f64; 2]> = (0_u32..)
            .zip(document.per_second.get(number).into_iter().flatten())
            .map(|(second, answers)| {
                [
                    across.at((at + f64::from(second) + 0.5).min(end)),
                    up.at(count(*answers)),
                ]
            })
            .collect();
        drawing.path("seen", &points);
        at = end;
    }
    for one in wanted {
        let y = up.at(one.limit);
        drawing.line("limit faint", [LEFT, y], [RIGHT, y]);
        drawing.words("faint start", [LEFT + 4.0, y - 4.0], &limited(one));
    }
    for second in across.marks() {
        drawing.words(
            "mark middle",
            [across.at(second), bottom + 16.0],
            &format!("{second}"),
        );
    }
    drawing.words("mark end", [WIDTH - 4.0, bottom + 34.0], "seconds of load");
    Some(drawing.finish())
}
