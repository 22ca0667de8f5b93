//! Single lines of a measurement, for reports that hold more than it.

use super::document::{Document, named};
use super::numbers::{of_unit, trimmed};
use super::words::{compared, crept, judged, label};
use crate::bench::requirements::{Bound, Judged as Required, Requirement, Source, Weight};
use crate::bench::statistics::verdict::Judged;
use crate::model::verdict::Verdict;

/// A requirement before it is judged: `p95 < 500 ms`.
pub fn demanded(one: &Requirement) -> String {
    let (name, unit) = (one.subject.name(), one.subject.unit());
    let (bound, limit): (Bound, f64) = (one.bound, one.bound.limit());
    format!(
        "{name} {} {}",
        bound.sign(),
        trimmed(&of_unit(limit, limit, unit))
    )
}

/// A requirement with what came of it: `p95: 612 ms, wanted < 500 ms, off by 22.4 %`.
pub fn requirement(one: &Required) -> String {
    format!("{}: {}", named(one), judged(one))
}

/// A metric that was compared: `p95 regressed: +12.3 % (+8.00 % to +16.1 %), 41.2 ms → 46.3 ms`.
pub fn change(one: &Judged) -> String {
    format!("{} {}", label(one.metric), compared(one))
}

/// The requirements that were asked for and are met, each with its value: `p95 41.2 ms < 500 ms`.
pub fn met(document: &Document) -> Vec<String> {
    let is_met = |one: &&Required| {
        one.source != Source::Always && one.weight == Weight::Required && one.verdict == Verdict::Passed
    };
    let line = |one: &Required| {
        let limit = trimmed(&of_unit(one.limit, one.limit, one.unit));
        let actual = of_unit(one.actual?, one.limit, one.unit);
        Some(format!("{} {actual} {} {limit}", named(one), one.bound))
    };
    document
        .requirements
        .iter()
        .filter(is_met)
        .filter_map(line)
        .collect()
}

/// What the history shows that a single comparison does not.
pub fn creeping(document: &Document) -> Vec<String> {
    crept(&document.regression.drift).collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples::{failed, passed};
    use super::*;
    use crate::bench::requirements::Subject;
    use crate::bench::statistics::verdict::Change;

    #[test]
    fn a_requirement_is_told_before_and_after() {
        let demand = Requirement {
            subject: Subject::Latency(95.0),
            bound: Bound::Below(500.0),
            source: Source::Spec,
            weight: Weight::Required,
        };
        assert_eq!(demanded(&demand), "p95 < 500 ms");
        let document = failed();
        let missed = document
            .requirements
            .iter()
            .find(|one| one.verdict == Verdict::Failed)
            .unwrap();
        let told = requirement(missed);
        assert!(told.starts_with(&format!("{}: ", missed.metric)), "{told}");
        assert!(told.contains("wanted ") && told.contains("off by"), "{told}");
    }

    #[test]
    fn what_is_met_is_told_with_its_value_and_its_limit() {
        let lines = met(&passed());
        assert!(!lines.is_empty());
        for line in lines {
            assert!(
                line.contains(" < ") || line.contains(" >= ") || line.contains(" <= "),
                "{line}"
            );
        }
    }

    #[test]
    fn a_change_is_told_with_its_interval() {
        let document = failed();
        let worse = document
            .regression
            .metrics
            .iter()
            .find(|one| one.verdict == Change::Regressed && one.gated)
            .unwrap();
        let told = change(worse);
        assert!(told.contains(" regressed: ") && told.contains(" to "), "{told}");
    }
}
