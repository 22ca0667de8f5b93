//! What is told of two stored runs: nothing while no metric changed by the threshold, else a line for each that did. Where noise
//! leaves the answer open that is told, with the metrics that it depends on and what to do.

use serde::Serialize;

use super::human::Tone;
use super::numbers::{change, of_metric, trimmed};
use super::words::{between, label, outcome};
use crate::bench::compare::notable;
use crate::bench::statistics::metric::Metric;
use crate::bench::statistics::verdict::{Change, Judged, Regression};
use crate::model::format::inert;
use crate::model::format::markdown::escaped;
use crate::model::text::one_line;

/// Two runs that were compared.
#[derive(Clone, Copy, Debug)]
pub struct SideBySide<'a> {
    /// What the earlier one is called.
    pub before: &'a str,
    /// What the later one is called.
    pub now: &'a str,
    /// What came of it.
    pub seen: &'a Regression,
}

/// The document of `sdd bench compare --format json`.
#[derive(Debug, Serialize)]
struct Written<'a> {
    schema_version: u32,
    kind: &'static str,
    before: &'a str,
    now: &'a str,
    #[serde(flatten)]
    seen: &'a Regression,
}

/// The columns of a bar; odd, so that one is the middle.
const COLUMNS: usize = 41;
/// How to get an answer where there is none.
const AGAIN: &str = "measure both again, for longer and on a machine that does nothing else: sdd bench … --rounds 20 --duration 60s";

impl SideBySide<'_> {
    /// For a terminal: the name of each metric that changed, its interval as a bar on a logarithmic axis around "the same",
    /// the change, and the verdict. Empty where it is certain that none changed. `paint` sets words off.
    pub fn human(&self, paint: &dyn Fn(Tone, &str) -> String) -> String {
        let shown = self.shown();
        let open = self.open();
        if shown.is_empty() && open.is_none() {
            return String::new();
        }
        let axis = Axis::of(&shown, self.seen.threshold);
        let width =
            |text: &dyn Fn(&Judged) -> String| shown.iter().map(|one| text(one).chars().count()).max();
        let ratio = |one: &Judged| one.ratio.map_or_else(String::new, change);
        let interval = |one: &Judged| between(one).map_or_else(String::new, |between| format!("({between})"));
        let names = width(&|one| label(one.metric).to_owned()).unwrap_or(0);
        let (ratios, intervals) = (width(&ratio).unwrap_or(0), width(&interval).unwrap_or(0));
        let mut out = format!("{} → {}\n", one_line(self.before), one_line(self.now));
        if !shown.is_empty() {
            out.push('\n');
        }
        for one in &shown {
            let reason = one
                .reason
                .as_ref()
                .map_or_else(String::new, |reason| format!(": {reason}"));
            out += &format!(
                "{:names$}  {}  {:>ratios$}  {:intervals$}  {}{reason}\n",
                label(one.metric),
                axis.bar(one),
                ratio(one),
                interval(one),
                paint(tone(one), outcome(one)),
            );
        }
        if !shown.is_empty() {
            out += &format!("{:names$}  {}\n", "", axis.legend());
        }
        if let Some(open) = open {
            out += &format!("\n{}  {open}\n{AGAIN}\n", paint(Tone::Open, "NO VERDICT"));
        }
        inert::text(&out)
    }

    /// The metrics that changed, and those without which there is no answer.
    fn shown(&self) -> Vec<&Judged> {
        let mut wanted: Vec<_> = notable(self.seen).map(|one| one.metric).collect();
        wanted.extend(self.unanswered().iter().map(|one| one.metric));
        let all = self.seen.metrics.iter();
        all.filter(|one| one.ratio.is_some() && wanted.contains(&one.metric))
            .collect()
    }

    /// The metrics whose answer is missing, where the whole has none: restless ones, else those that were not judged.
    fn unanswered(&self) -> Vec<&Judged> {
        if !self.is_open() {
            return Vec::new();
        }
        let leading = || self.seen.metrics.iter().filter(|one| one.metric.leads());
        let open = |one: &&Judged| matches!(one.verdict, Change::Suspect | Change::Inconclusive);
        let restless: Vec<_> = leading().filter(|one| one.gated).filter(open).collect();
        if restless.is_empty() {
            leading().filter(|one| !one.gated).collect()
        } else {
            restless
        }
    }

    fn is_open(&self) -> bool {
        matches!(self.seen.verdict, Change::Suspect | Change::Inconclusive)
    }

    /// Why there is no answer; `None` where there is one.
    fn open(&self) -> Option<String> {
        if !self.is_open() {
            return None;
        }
        let told = self
            .unanswered()
            .into_iter()
            .map(|one| match (&one.reason, one.smallest_effect) {
                (Some(reason), _) => format!("{} ({reason})", label(one.metric)),
                (None, Some(effect)) => format!(
                    "{} (too restless: {} would have shown)",
                    label(one.metric),
                    trimmed(&change(1.0 + effect))
                ),
                (None, None) => format!("{} (too restless)", label(one.metric)),
            });
        let told: Vec<String> = told.collect();
        Some(format!("whether it became worse is open: {}", told.join(", ")))
    }

    /// For a pull request: a table. Empty where it is certain that nothing changed.
    pub fn markdown(&self) -> String {
        let shown = self.shown();
        let open = self.open();
        if shown.is_empty() && open.is_none() {
            return String::new();
        }
        let value =
            |value: Option<f64>, of: Metric| value.map_or_else(String::new, |value| of_metric(value, of));
        let mut rows = String::new();
        for one in &shown {
            rows += &format!(
                "| {} | {} | {} | {} | {} | {} |\n",
                label(one.metric),
                value(one.baseline, one.metric),
                value(one.now, one.metric),
                one.ratio.map_or_else(String::new, change),
                between(one).unwrap_or_default(),
                outcome(one)
            );
        }
        let mut out = format!("{} → {}\n", escaped(self.before), escaped(self.now));
        if !rows.is_empty() {
            out += "\n| metric | before | now | change | 90 % | |\n|---|---|---|---|---|---|\n";
            out += &rows;
        }
        if let Some(open) = open {
            out += &format!("\n**No verdict:** {open}; {AGAIN}\n");
        }
        inert::text(&out)
    }

    /// Everything, whatever changed.
    ///
    /// # Errors
    ///
    /// None that is known: numbers and texts can all be written.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        let written = Written {
            schema_version: 1,
            kind: "bench_comparison",
            before: self.before,
            now: self.now,
            seen: self.seen,
        };
        Ok(inert::json(&serde_json::to_string_pretty(&written)?) + "\n")
    }
}

/// How a verdict is set off.
fn tone(one: &Judged) -> Tone {
    match one.verdict {
        _ if !one.gated => Tone::Faint,
        Change::Regressed => Tone::Bad,
        Change::Suspect | Change::Inconclusive => Tone::Open,
        Change::Improved | Change::None => Tone::Good,
    }
}

/// A logarithmic axis with "the same" in its middle.
struct Axis {
    /// The logarithm at its end.
    reach: f64,
    threshold: f64,
}

impl Axis {
    /// Wide enough for the ratios and the threshold; an interval that reaches beyond ends in an arrow.
    fn of(shown: &[&Judged], threshold: f64) -> Self {
        let farthest = shown
            .iter()
            .filter_map(|one| one.ratio)
            .map(|ratio| ratio.max(f64::MIN_POSITIVE).ln().abs())
            .fold(0.0, f64::max);
        let reach = (farthest * 1.25)
            .max(threshold.ln_1p() * 3.0)
            .clamp(0.03, 3.0_f64.ln());
        Self { reach, threshold }
    }

    /// The column of a ratio: as many as lie to its left.
    fn column(&self, ratio: f64) -> usize {
        let share = f64::midpoint(ratio.max(f64::MIN_POSITIVE).ln() / self.reach, 1.0);
        let left = |column: usize| u32::try_from(column).map_or(1.0, f64::from) / COLUMNS_AS_NUMBER;
        (1..COLUMNS).take_while(|column| share >= left(*column)).count()
    }

    fn is_beyond(&self, ratio: f64) -> bool {
        ratio.max(f64::MIN_POSITIVE).ln().abs() > self.reach
    }

    /// The columns of the threshold for less and for more.
    fn bounds(&self) -> [usize; 2] {
        [1.0 / (1.0 + self.threshold), 1.0 + self.threshold].map(|bound| self.column(bound))
    }

    fn bar(&self, one: &Judged) -> String {
        let mut bar = [' '; COLUMNS];
        for bound in self.bounds() {
            bar[bound] = '┊';
        }
        bar[self.column(1.0)] = '│';
        if let Some(interval) = one.interval {
            let [low, high] = [interval.low, interval.high].map(|end| self.column(end));
            bar[low..=high].fill('─');
            bar[low] = if self.is_beyond(interval.low) {
                '◀'
            } else {
                '├'
            };
            bar[high] = if self.is_beyond(interval.high) {
                '▶'
            } else {
                '┤'
            };
        }
        if let Some(ratio) = one.ratio {
            bar[self.column(ratio)] = match ratio {
                ratio if !self.is_beyond(ratio) => '●',
                ratio if ratio < 1.0 => '◀',
                _ => '▶',
            };
        }
        bar.iter().collect()
    }

    /// The names of the two bounds, each at the outer side of its own.
    fn legend(&self) -> String {
        let [less, more] = self.bounds();
        let [low, high] =
            [1.0 / (1.0 + self.threshold), 1.0 + self.threshold].map(|bound| trimmed(&change(bound)));
        let left = (less + 1).max(low.chars().count());
        let gap = more.saturating_sub(left);
        format!("{low:>left$}{:gap$}{high}", "")
    }
}

/// [`COLUMNS`], to calculate with.
const COLUMNS_AS_NUMBER: f64 = 41.0;

#[cfg(test)]
mod tests {
    use super::super::samples::run;
    use super::*;
    use crate::bench::compare::compare;
    use crate::bench::round::Round;

    fn plain(before: &[Round], now: &[Round]) -> String {
        let seen = compare(before, now, 0.1);
        of(&seen).human(&|_, text| text.to_owned())
    }

    fn of(seen: &Regression) -> SideBySide<'_> {
        SideBySide {
            before: "a.json",
            now: "b.json",
            seen,
        }
    }

    #[test]
    fn below_the_threshold_nothing_is_said() {
        assert_eq!(plain(&run(6000, 2000), &run(6000, 2000)), "");
        assert_eq!(plain(&run(6000, 2000), &run(6000, 2100)), "");
        assert_eq!(
            of(&compare(&run(6000, 2000), &run(6000, 2100), 0.1)).markdown(),
            ""
        );
    }

    /// What noise leaves open is told in every form, with what it depends on and what to do.
    #[track_caller]
    fn is_open(before: &[Round], now: &[Round], why: &str) {
        let seen = compare(before, now, 0.1);
        assert_eq!(seen.verdict, Change::Inconclusive);
        let both = of(&seen);
        for (page, mark) in [
            (both.human(&|_, text| text.to_owned()), "NO VERDICT  "),
            (both.markdown(), "**No verdict:** "),
        ] {
            let said = format!("{mark}whether it became worse is open: ");
            assert!(page.contains(&said) && page.contains(why), "{page}");
            assert!(page.contains("measure both again, for longer"), "{page}");
            assert!(page.starts_with("a.json → b.json\n"), "{page}");
        }
    }

    #[test]
    fn what_noise_leaves_open_is_told() {
        let mut restless = run(6000, 2000);
        restless.extend(run(6000, 3400));
        is_open(&restless, &restless, "p50 (too restless: ");
        let brief = run(6000, 2000);
        is_open(
            &brief[..1],
            &brief[..1],
            "p50 (1 clean rounds are too few: it takes ",
        );
        is_open(&[], &[], "answers/s (it was not measured)");
    }

    #[test]
    fn what_changed_is_drawn_around_the_same() {
        let seen = compare(&run(6000, 2000), &run(4600, 2600), 0.1);
        let mut restless = run(6000, 2000);
        restless.extend(run(6000, 3400));
        let pages = [
            plain(&run(6000, 2000), &run(4600, 2600)),
            plain(&run(4600, 2600), &run(6000, 2000)),
            plain(&run(6000, 2000), &restless),
            plain(&run(6000, 2000), &run(300, 40_000)),
            of(&seen).markdown(),
        ];
        insta::assert_snapshot!(pages.join("\n"));
    }

    #[test]
    fn the_document_has_all_metrics() {
        let seen = compare(&run(6000, 2000), &run(6000, 2100), 0.1);
        let written: serde_json::Value = serde_json::from_str(&of(&seen).json().unwrap()).unwrap();
        assert_eq!(written["kind"], "bench_comparison");
        assert_eq!(written["verdict"], "none");
        assert_eq!(written["metrics"].as_array().unwrap().len(), seen.metrics.len());
    }

    #[test]
    fn names_of_files_are_only_text() {
        let bad = "<script>|*x*\u{1b}[31m\n::error::##[x]";
        let seen = compare(&run(6000, 2000), &run(6000, 3000), 0.1);
        let both = SideBySide {
            before: bad,
            now: bad,
            seen: &seen,
        };
        for page in [
            both.human(&|_, text| text.to_owned()),
            both.markdown(),
            both.json().unwrap(),
        ] {
            assert!(page.chars().all(|c| c == '\n' || !c.is_control()), "{page:?}");
            assert!(!page.contains("##["), "{page}");
            assert!(
                !page.lines().any(|line| line.trim_start().starts_with("::")),
                "{page}"
            );
        }
        assert!(!both.markdown().contains("<script"));
    }

    #[test]
    fn the_middle_is_in_the_middle() {
        let axis = Axis {
            reach: 1.0,
            threshold: 0.1,
        };
        assert_eq!(axis.column(1.0), COLUMNS / 2);
        assert_eq!([0.0, 1e9].map(|ratio| axis.column(ratio)), [0, COLUMNS - 1]);
        let [less, more] = axis.bounds();
        assert_eq!(COLUMNS / 2 - less, more - COLUMNS / 2);
    }
}
