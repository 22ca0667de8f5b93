//! What all charts have in common: scales, their marks, and the frame of a drawing.

use std::fmt::Write as _;

use super::super::numbers::trimmed;
use super::escaped;

/// The width of every drawing, in its own units: that of a phone, so that words stay readable there.
pub(super) const WIDTH: f64 = 480.0;
/// Where the plotted area ends at the right.
pub(super) const RIGHT: f64 = WIDTH - 14.0;
/// Where it begins at the top.
pub(super) const TOP: f64 = 14.0;
/// The room below it, for the marks and what they mean.
pub(super) const FOOT: f64 = 42.0;

/// How values become places.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    kind: Kind,
    /// The values at both ends, as logarithms where it is one of those.
    values: [f64; 2],
    /// The places of both ends.
    places: [f64; 2],
}

/// Whether equal steps are equal differences or equal ratios.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Linear,
    Log,
}

impl Scale {
    /// From 0, or from the least where that is below, to a little above the most.
    pub(super) fn linear(values: impl Iterator<Item = f64>, places: [f64; 2]) -> Self {
        let [least, most] = ends(values).unwrap_or([0.0, 1.0]);
        let most = if most > 0.0 { most * 1.05 } else { 1.0 };
        Self {
            kind: Kind::Linear,
            values: [least.min(0.0), most],
            places,
        }
    }

    /// Between the values themselves; what is not above 0 has no place on it.
    pub(super) fn log(values: impl Iterator<Item = f64>, places: [f64; 2]) -> Self {
        let [least, most] = ends(values.filter(|value| *value > 0.0)).unwrap_or([1.0, 10.0]);
        let (mut low, mut high) = (least.ln(), most.ln());
        // A single value stands in the middle of something.
        if high - low < 0.2 {
            (low, high) = (low - 0.2, high + 0.2);
        }
        Self {
            kind: Kind::Log,
            values: [low, high],
            places,
        }
    }

    /// The place of a value; what lies beyond an end is at the end.
    pub(super) fn at(&self, value: f64) -> f64 {
        let value = match self.kind {
            Kind::Linear => value,
            Kind::Log => value.max(f64::MIN_POSITIVE).ln(),
        };
        let [low, high] = self.values;
        let [from, to] = self.places;
        from + ((value - low) / (high - low)).clamp(0.0, 1.0) * (to - from)
    }

    /// Whether a value lies between the ends.
    pub(super) fn holds(&self, value: f64) -> bool {
        let value = match self.kind {
            Kind::Linear => value,
            Kind::Log => value.ln(),
        };
        // What was widened by calculating belongs to it.
        value >= self.values[0] - 1e-9 && value <= self.values[1] + 1e-9
    }

    /// Round values to put marks at: four to eight of them.
    pub(super) fn marks(&self) -> Vec<f64> {
        match self.kind {
            Kind::Linear => self.even_marks(),
            Kind::Log => {
                let few = |steps: &[f64]| self.decades(steps);
                let (tens, halves, all) = (few(&[1.0]), few(&[1.0, 3.0]), few(&[1.0, 2.0, 5.0]));
                if tens.len() >= 4 {
                    tens
                } else if halves.len() >= 4 {
                    halves
                } else if all.len() >= 2 {
                    all
                } else {
                    // Less than a tenfold: marks at even steps.
                    let [low, high] = self.values.map(f64::exp);
                    even(low, high)
                }
            }
        }
    }

    fn even_marks(&self) -> Vec<f64> {
        let [low, high] = self.values;
        even(low, high)
    }

    /// These multiples of the powers of ten that have a place.
    fn decades(&self, steps: &[f64]) -> Vec<f64> {
        let mut power = 1e-9_f64;
        let mut out = Vec::new();
        while power < 1e12 {
            out.extend(
                steps
                    .iter()
                    .map(|step| step * power)
                    .filter(|value| self.holds(*value)),
            );
            power *= 10.0;
        }
        out
    }
}

/// Round values at even steps between two.
fn even(low: f64, high: f64) -> Vec<f64> {
    let rough = (high - low) / 4.0;
    if !rough.is_finite() || rough <= 0.0 {
        return vec![low];
    }
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|step| step * power)
        .find(|step| *step >= rough)
        .unwrap_or(rough);
    let mut at = (low / step).ceil() * step;
    let mut out = Vec::new();
    while at <= high * (1.0 + 1e-9) && out.len() < 10 {
        // A zero that was calculated may be a little less.
        out.push(if at.abs() < step * 1e-9 { 0.0 } else { at });
        at += step;
    }
    out
}

/// The least and the most.
fn ends(values: impl Iterator<Item = f64>) -> Option<[f64; 2]> {
    values
        .filter(|value| value.is_finite())
        .fold(None, |ends, value| match ends {
            None => Some([value, value]),
            Some([least, most]) => Some([f64::min(least, value), f64::max(most, value)]),
        })
}

/// A drawing that is being made.
pub(super) struct Drawing {
    body: String,
    id: &'static str,
    title: String,
    told: String,
    height: f64,
}

impl Drawing {
    /// An empty one; `told` says in words what it shows.
    pub(super) fn new(id: &'static str, title: &str, told: &str, height: f64) -> Self {
        Self {
            body: String::new(),
            id,
            title: escaped(title),
            told: escaped(told),
            height,
        }
    }

    /// A line from one place to another.
    pub(super) fn line(&mut self, class: &str, from: [f64; 2], to: [f64; 2]) {
        let _ = writeln!(
            self.body,
            "<line class=\"{class}\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>",
            from[0], from[1], to[0], to[1]
        );
    }

    /// A line through many places.
    pub(super) fn path(&mut self, class: &str, points: &[[f64; 2]]) {
        if points.is_empty() {
            return;
        }
        let mut along = String::new();
        for (at, [x, y]) in points.iter().enumerate() {
            let _ = write!(along, "{}{x:.1} {y:.1}", if at == 0 { "M" } else { "L" });
        }
        let _ = writeln!(self.body, "<path class=\"{class}\" d=\"{along}\"/>");
    }

    /// An area.
    pub(super) fn area(&mut self, class: &str, from: [f64; 2], to: [f64; 2], told: &str) {
        let _ = writeln!(
            self.body,
            "<rect class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\">{}</rect>",
            from[0],
            from[1],
            (to[0] - from[0]).max(0.0),
            (to[1] - from[1]).max(0.0),
            titled(told)
        );
    }

    /// A point with what it says when it is pointed at.
    pub(super) fn point(&mut self, class: &str, [x, y]: [f64; 2], told: &str) {
        let _ = writeln!(
            self.body,
            "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\">{}</circle>",
            titled(told)
        );
    }

    /// Words; `class` says on which side of the place they stand too: `start`, `middle`, `end`.
    pub(super) fn words(&mut self, class: &str, [x, y]: [f64; 2], text: &str) {
        let _ = writeln!(
            self.body,
            "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>",
            escaped(text)
        );
    }

    /// A scale at the left, with lines across.
    pub(super) fn rising(&mut self, scale: &Scale, left: f64, name: &dyn Fn(f64) -> String) {
        for value in scale.marks() {
            let y = scale.at(value);
            self.line("grid", [left, y], [RIGHT, y]);
            let name = if value == 0.0 {
                "0".to_owned()
            } else {
                trimmed(&name(value))
            };
            self.words("mark end", [left - 6.0, y + 4.0], &name);
        }
    }

    /// The drawing, with its title and what it says for those who do not see it.
    pub(super) fn finish(self) -> String {
        let Self {
            body,
            id,
            title,
            told,
            height,
        } = self;
        format!(
            "<svg viewBox=\"0 0 {WIDTH:.0} {height:.0}\" role=\"img\" aria-labelledby=\"{id}-title {id}-told\">\n\
             <title id=\"{id}-title\">{title}</title>\n<desc id=\"{id}-told\">{told}</desc>\n{body}</svg>\n"
        )
    }
}

fn titled(told: &str) -> String {
    if told.is_empty() {
        String::new()
    } else {
        format!("<title>{}</title>", escaped(told))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(scale: Scale, expect: &[f64]) {
        let marks = scale.marks();
        assert_eq!(marks.len(), expect.len(), "{marks:?}");
        for (mark, expect) in marks.iter().zip(expect) {
            assert!((mark - expect).abs() < 1e-9 * expect.abs().max(1.0), "{marks:?}");
            assert!(scale.holds(*mark));
        }
    }

    #[test]
    fn marks_are_round() {
        let log = |values: [f64; 2]| Scale::log(values.into_iter(), [0.0, 100.0]);
        let linear = |values: [f64; 2]| Scale::linear(values.into_iter(), [0.0, 100.0]);
        check(log([1.0, 10_000.0]), &[1.0, 10.0, 100.0, 1000.0, 10_000.0]);
        check(log([0.9, 40.0]), &[1.0, 3.0, 10.0, 30.0]);
        check(log([0.9, 9.0]), &[1.0, 2.0, 5.0]);
        check(log([100.0, 120.0]), &[100.0, 120.0, 140.0]);
        check(linear([300.0, 1000.0]), &[0.0, 500.0, 1000.0]);
        check(linear([0.0, 0.0]), &[0.0, 0.5, 1.0]);
    }

    #[test]
    fn places_lie_within_the_ends() {
        let scale = Scale::log([1.0, 100.0].into_iter(), [10.0, 210.0]);
        assert!((scale.at(10.0) - 110.0).abs() < 1e-9);
        assert!((scale.at(1e9) - 210.0).abs() < 1e-9);
        assert!((scale.at(0.0) - 10.0).abs() < 1e-9);
        assert!((Scale::log([].into_iter(), [0.0, 1.0]).at(f64::NAN)).abs() < 1e-9);
        assert!(Scale::log([7.0].into_iter(), [0.0, 1.0]).at(7.0) > 0.4);
    }
}
