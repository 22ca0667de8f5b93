//! Two stored runs side by side: the ratio of each metric, and how far it can be trusted.

use super::round::Round;
use super::statistics::evidence::{Against, evidence};
use super::statistics::verdict::{Judged, Regression, Rule, Stage, judge};

/// Compares a run with an earlier one: ratios are those of `b` to `a`. Nothing can be measured again, so what noise leaves
/// open stays `inconclusive`.
pub fn compare(a: &[Round], b: &[Round], threshold: f64) -> Regression {
    judge(
        &evidence(b, Against::Stored(a)),
        &Rule::new(threshold, Stage::Last),
    )
}

/// The metrics that changed by the threshold or more, in either direction: what is worth printing.
pub fn notable(compared: &Regression) -> impl Iterator<Item = &Judged> {
    let bound = compared.threshold.ln_1p();
    compared.metrics.iter().filter(move |one| {
        let log = one.ratio.map_or(0.0, f64::ln);
        log.abs() >= bound && log != 0.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::round::tests::round;
    use crate::bench::statistics::evidence::Basis;
    use crate::bench::statistics::metric::Metric;
    use crate::bench::statistics::verdict::Change;

    /// Rounds of about this latency.
    fn run(micros: u64) -> Vec<Round> {
        let step = micros / 100;
        (0..8).map(|at| round(2000, micros + at * step)).collect()
    }

    fn of(metric: Metric, seen: &Regression) -> &Judged {
        seen.metrics.iter().find(|one| one.metric == metric).unwrap()
    }

    #[test]
    fn a_slower_run_is_told_with_its_ratio() {
        let seen = compare(&run(10_000), &run(15_000), 0.1);
        let median = of(Metric::P50, &seen);
        assert_eq!(
            (seen.verdict, median.verdict),
            (Change::Regressed, Change::Regressed)
        );
        assert_eq!(median.basis, Basis::Reference);
        assert!((median.ratio.unwrap() - 1.5).abs() < 0.01);
        let interval = median.interval.unwrap();
        assert!(interval.low > 1.4 && interval.high < 1.6, "{interval:?}");
        let names: Vec<_> = notable(&seen).map(|one| one.metric).collect();
        assert_eq!(names, [Metric::P50, Metric::P95, Metric::P99]);
        assert_eq!(compare(&run(15_000), &run(10_000), 0.1).verdict, Change::Improved);
    }

    #[test]
    fn a_run_and_itself_are_the_same() {
        let seen = compare(&run(10_000), &run(10_000), 0.1);
        assert_eq!(seen.verdict, Change::None);
        assert_eq!(notable(&seen).count(), 0);
        assert!(seen.metrics.iter().all(|one| one.ratio == Some(1.0)), "{seen:?}");
    }

    #[test]
    fn a_service_that_died_has_no_latency_and_all_the_worse_a_rate() {
        let seen = compare(&run(10_000), &vec![round(0, 1); 8], 0.1);
        assert_eq!(seen.verdict, Change::Regressed);
        assert_eq!(of(Metric::Rps, &seen).verdict, Change::Regressed);
        assert_eq!(of(Metric::ErrorRate, &seen).verdict, Change::Regressed);
        assert_eq!(of(Metric::P50, &seen).ratio, None);
    }

    #[test]
    fn a_slower_machine_is_no_slower_service() {
        let mut slower = run(15_000);
        for round in &mut slower {
            let reference = round.reference.as_mut().unwrap();
            *reference = crate::bench::round::tests::sample(5000, 750);
        }
        assert_eq!(
            of(Metric::P50, &compare(&run(10_000), &slower, 0.1)).verdict,
            Change::None
        );
    }

    #[test]
    fn one_round_has_a_ratio_and_no_interval() {
        let seen = compare(&[round(2000, 10_000)], &[round(2000, 20_000)], 0.1);
        let median = of(Metric::P50, &seen);
        assert_eq!((median.interval, median.verdict), (None, Change::Inconclusive));
        assert!((median.ratio.unwrap() - 2.0).abs() < 0.01);
        assert_eq!(
            median.reason.as_deref(),
            Some("1 clean rounds are too few: it takes 5")
        );
        let seen = compare(&[], &[], 0.1);
        assert_eq!(
            (seen.verdict, of(Metric::P50, &seen).ratio),
            (Change::Inconclusive, None)
        );
    }
}
