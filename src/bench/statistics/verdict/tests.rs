//! Verdicts of known evidence.

use proptest::prelude::*;

use super::*;
use crate::bench::statistics::interval::Observed;
use crate::bench::statistics::median;

fn evidence(metric: Metric, baseline: f64, logs: &[f64]) -> Evidence {
    Evidence {
        metric,
        basis: Basis::Live,
        observed: Observed::Pairs(logs.to_vec()),
        baseline: Some(baseline),
        now: median(logs).map(|log| baseline * log.exp()),
        mute: None,
    }
}

fn judged(evidence: &[Evidence], stage: Stage) -> Regression {
    let rule = Rule {
        resamples: 1000,
        ..Rule::new(0.1, stage)
    };
    judge(evidence, &rule)
}

/// Ratios around one, as logarithms.
fn around(ratio: f64, spread: f64) -> Vec<f64> {
    [-1.0, -0.6, -0.3, -0.1, 0.0, 0.0, 0.1, 0.3, 0.6, 1.0]
        .map(|step| ratio.ln() + step * spread)
        .to_vec()
}

#[track_caller]
fn check(metric: Metric, logs: &[f64], expect: Change) {
    let seen = judged(&[evidence(metric, 1e8, logs)], Stage::First);
    assert_eq!(seen.metrics[0].verdict, expect, "{metric:?} {seen:?}");
}

#[test]
fn what_is_beyond_the_threshold_for_sure_is_a_change() {
    check(Metric::P50, &around(1.3, 0.05), Change::Regressed);
    check(Metric::P50, &around(0.7, 0.05), Change::Improved);
    check(Metric::P50, &around(1.05, 0.02), Change::None);
    check(Metric::P50, &around(0.95, 0.02), Change::None);
    check(Metric::P50, &around(1.15, 0.4), Change::Suspect);
    check(Metric::P50, &around(1.02, 0.6), Change::Inconclusive);
}

#[test]
fn fewer_requests_are_worse_and_more_are_better() {
    check(Metric::Rps, &around(1.3, 0.05), Change::Improved);
    check(Metric::Rps, &around(0.7, 0.05), Change::Regressed);
    for metric in [
        Metric::CpuPerRequest,
        Metric::MemoryPeak,
        Metric::P99,
        Metric::P95,
    ] {
        check(metric, &around(1.3, 0.05), Change::Regressed);
    }
}

#[test]
fn values_that_are_all_the_same_are_no_change() {
    for metric in Metric::ALL {
        check(metric, &[0.0; 10], Change::None);
    }
}

#[test]
fn changes_below_the_floor_do_not_matter() {
    let seen = |baseline, logs: &[f64]| judged(&[evidence(Metric::P50, baseline, logs)], Stage::First);
    assert_eq!(seen(200.0, &around(1.3, 0.05)).verdict, Change::None);
    assert_eq!(seen(200.0, &around(0.7, 0.05)).verdict, Change::None);
    assert_eq!(seen(500.0, &around(1.3, 0.05)).verdict, Change::Regressed);
    assert_eq!(seen(20.0, &around(1.0, 0.6)).verdict, Change::None);
    // An effect that the floor would have hidden is not said to be visible.
    let smallest = seen(200.0, &around(1.0, 0.01)).metrics[0].smallest_effect;
    assert!(smallest.unwrap() >= 0.5);
}

#[test]
fn a_suspicion_that_stays_one_is_inconclusive_in_the_end() {
    let all = [evidence(Metric::P50, 1e5, &around(1.15, 0.4))];
    assert_eq!(judged(&all, Stage::First).verdict, Change::Suspect);
    assert_eq!(judged(&all, Stage::Last).verdict, Change::Inconclusive);
}

#[test]
fn errors_from_nothing_are_a_change_and_none_at_all_are_none() {
    let of = |was: f64, now: f64| {
        let log = Metric::ErrorRate.log(now) - Metric::ErrorRate.log(was);
        let steady = evidence(Metric::P50, 1e5, &[0.0; 10]);
        judged(
            &[evidence(Metric::ErrorRate, was, &[log; 10]), steady],
            Stage::First,
        )
        .verdict
    };
    assert_eq!(of(0.0, 0.0), Change::None);
    assert_eq!(of(0.0, 0.0005), Change::None);
    assert_eq!(of(0.0, 0.01), Change::Regressed);
    assert_eq!(of(0.05, 0.0), Change::Improved);
    assert_eq!(of(1.0, 1.0), Change::None);
}

#[test]
fn the_whole_is_as_bad_as_its_worst_metric() {
    let of = |metric, ratio, spread| evidence(metric, 1e5, &around(ratio, spread));
    let whole = |all: &[Evidence]| judged(all, Stage::First).verdict;
    let steady = of(Metric::P50, 1.0, 0.02);
    assert_eq!(
        whole(&[steady.clone(), of(Metric::P99, 1.5, 0.02)]),
        Change::Regressed
    );
    assert_eq!(
        whole(&[steady.clone(), of(Metric::Rps, 1.5, 0.02)]),
        Change::Improved
    );
    // A restless tail is no reason to call the whole restless; a restless median is.
    assert_eq!(whole(&[steady.clone(), of(Metric::P99, 1.0, 0.9)]), Change::None);
    assert_eq!(whole(&[steady, of(Metric::Rps, 1.0, 0.9)]), Change::Inconclusive);
    assert_eq!(whole(&[]), Change::Inconclusive);
    // That nothing went wrong does not say that nothing became slower.
    assert_eq!(whole(&[of(Metric::ErrorRate, 1.0, 0.0)]), Change::Inconclusive);
}

#[test]
fn a_metric_that_is_mute_is_told_and_has_no_say() {
    let mute = |mute| Evidence {
        mute: Some(mute),
        ..evidence(Metric::P99, 1e5, &around(2.0, 0.02))
    };
    let steady = evidence(Metric::P50, 1e5, &around(1.0, 0.02));
    let few = Mute::FewSamples {
        smallest: 10,
        least: 1000,
    };
    let seen = judged(&[steady.clone(), mute(few)], Stage::First);
    assert_eq!(seen.verdict, Change::None);
    let tail = &seen.metrics[1];
    assert_eq!((tail.verdict, tail.gated), (Change::Inconclusive, false));
    assert!(tail.interval.is_some());
    assert_eq!(
        tail.reason.as_deref(),
        Some("a round of 10 requests is too short for it: it takes 1000")
    );
    let seen = judged(&[steady, mute(Mute::FewRounds { have: 1 })], Stage::First);
    assert_eq!((seen.metrics[1].interval, seen.metrics[1].gated), (None, false));
}

#[test]
fn asking_much_needs_more_proof() {
    // Of ten rounds one lies within: alone that is enough, among many metrics it is not.
    let mut logs = vec![1.2_f64.ln(); 6];
    logs.extend([1.05_f64.ln(); 4]);
    let seen = |others: usize| {
        let mut all = vec![evidence(Metric::P50, 1e5, &logs)];
        all.extend((0..others).map(|_| evidence(Metric::P95, 1e5, &[0.0; 10])));
        judged(&all, Stage::First).metrics[0].clone()
    };
    assert!(seen(0).smallest_effect.unwrap() <= seen(6).smallest_effect.unwrap());
    assert_ne!(seen(6).verdict, Change::Regressed);
}

#[test]
fn what_is_told_is_json_without_gaps() {
    let seen = judged(&[evidence(Metric::P50, 1e5, &around(1.3, 0.05))], Stage::Last);
    let json = serde_json::to_value(&seen).unwrap();
    assert_eq!(json["verdict"], "regressed");
    assert_eq!(json["metrics"][0]["metric"], "p50");
    assert_eq!(json["metrics"][0]["basis"], "live");
    assert!(json["metrics"][0]["interval"]["low"].as_f64().unwrap() > 1.1);
}

fn logs() -> impl Strategy<Value = Vec<f64>> {
    (-0.5..0.5_f64, prop::collection::vec(-0.3..0.3_f64, 5..14))
        .prop_map(|(shift, logs)| logs.into_iter().map(|log| log + shift).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn swapped_versions_swap_the_verdict(some in logs(), other in logs()) {
        let of = |metric, turn: f64, logs: &[f64]| {
            // Far above every floor, so that the ratio alone decides.
            evidence(metric, 1e9, &logs.iter().map(|log| log * turn).collect::<Vec<_>>())
        };
        let all = |turn| [of(Metric::P50, turn, &some), of(Metric::Rps, turn, &other)];
        let (here, there) = (judged(&all(1.0), Stage::First), judged(&all(-1.0), Stage::First));
        for (here, there) in here.metrics.iter().zip(&there.metrics) {
            let sharp = |change| matches!(change, Change::Regressed | Change::Improved);
            if sharp(here.verdict) || sharp(there.verdict) {
                prop_assert_eq!(here.verdict, there.verdict.swapped());
            }
            let (here, there) = (here.interval.unwrap(), there.interval.unwrap());
            prop_assert!((here.low * there.high - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn no_number_is_lost(
        baseline in prop::num::f64::ANY,
        logs in prop::collection::vec(prop::num::f64::ANY, 0..8),
    ) {
        let seen = judged(&[evidence(Metric::P95, baseline, &logs)], Stage::First);
        let one = &seen.metrics[0];
        for value in [one.ratio, one.smallest_effect].into_iter().flatten() {
            prop_assert!(value.is_finite());
        }
        if let Some(interval) = one.interval {
            prop_assert!(!interval.low.is_nan() && !interval.high.is_nan());
        }
    }
}
