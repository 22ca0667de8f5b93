//! Creep: a service that becomes slower from run to run, never enough in one step to be a regression.
//!
//! The history of a baseline is looked at as a whole. Two things must hold: the latest runs are beyond the threshold when
//! compared with the first that was accepted, and the history has a change in it that chance does not make. For the second
//! the runs are put into random orders: of a restless history each order looks like any other, of a creeping one hardly any
//! strays as far as its own (a cumulative sum with a permutation test).

use serde::Serialize;

use super::metric::Metric;
use super::random::Random;
use super::{median, number};

/// The fewest runs that a history is judged of.
pub const LEAST_RUNS: usize = 8;

/// The latest runs, whose median is compared.
const LATEST: usize = 3;

/// Random orders.
const ORDERS: usize = 2000;

/// The chance at which a change is taken for real.
const LEVEL: f64 = 0.05;

/// What a history shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Drift {
    /// The metric.
    pub metric: Metric,
    /// Whether it crept.
    pub verdict: Creep,
    /// The runs that were looked at.
    pub runs: usize,
    /// The latest runs' median to the first run's value.
    pub ratio: Option<f64>,
    /// The run, from 0, at which the history changes most.
    pub since: Option<usize>,
    /// How likely chance is to make as large a change.
    pub chance: Option<f64>,
}

/// Whether a history creeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Creep {
    /// It does, for the worse.
    Drifted,
    /// Nothing shows.
    Steady,
    /// There are too few runs to tell.
    TooShort,
}

/// Looks at a metric in a history, of which it is given the logarithms of the values, or of their ratios to a reference; the
/// first is that of the run that was accepted first. What has no value is passed over.
pub fn drift(metric: Metric, history: &[Option<f64>], threshold: f64) -> Drift {
    let known = history.iter().enumerate().filter_map(|(at, log)| {
        let log = (*log)? * metric.sign();
        log.is_finite().then_some((at, log))
    });
    let (places, logs): (Vec<usize>, Vec<f64>) = known.unzip();
    let mut out = Drift {
        metric,
        verdict: Creep::TooShort,
        runs: logs.len(),
        ratio: None,
        since: None,
        chance: None,
    };
    // Without the first accepted run there is nothing to compare with.
    if logs.len() < LEAST_RUNS || places.first() != Some(&0) {
        return out;
    }
    let latest = median(&logs[logs.len() - LATEST..]).unwrap_or(logs[0]);
    let worse = latest - logs[0];
    let (at, strays) = strayed(&logs);
    let chance = chance_of(&logs, strays);
    out.verdict = if worse > threshold.ln_1p() && strays < 0.0 && chance <= LEVEL {
        Creep::Drifted
    } else {
        Creep::Steady
    };
    out.ratio = Some((worse * metric.sign()).exp());
    out.since = places.get(at).copied();
    out.chance = Some(chance);
    out
}

/// Where the sum of the differences from the mean strays most, as the run after it, and how far: below 0 when what
/// follows is worse.
fn strayed(logs: &[f64]) -> (usize, f64) {
    let mean = logs.iter().sum::<f64>() / number(logs.len());
    let (mut sum, mut at, mut most) = (0.0_f64, 0, 0.0_f64);
    for (place, log) in logs.iter().enumerate() {
        sum += log - mean;
        if sum.abs() > most.abs() {
            (at, most) = (place + 1, sum);
        }
    }
    (at.min(logs.len() - 1), most)
}

/// The share of random orders that stray as far.
fn chance_of(logs: &[f64], strays: f64) -> f64 {
    let mut random = Random::of(logs);
    let mut turned = logs.to_vec();
    // Sums in another order differ in their last digits.
    let as_far = strays.abs() * (1.0 - 1e-9);
    let there = (0..ORDERS).filter(|_| {
        random.shuffle(&mut turned);
        strayed(&turned).1.abs() >= as_far
    });
    number(there.count() + 1) / number(ORDERS + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::statistics::tests::Noise;

    #[track_caller]
    fn check(metric: Metric, history: &[f64], expect: Creep) -> Drift {
        let history: Vec<Option<f64>> = history.iter().map(|value| Some(metric.log(*value))).collect();
        let seen = drift(metric, &history, 0.1);
        assert_eq!(seen.verdict, expect, "{seen:?}");
        seen
    }

    /// Three runs alike, then five, each slower by this share.
    fn creeping(share: f64) -> Vec<f64> {
        let step = |at: i32| 1000.0 * (1.0 + share).powi((at - 2).max(0));
        (0..8).map(step).collect()
    }

    #[test]
    fn five_runs_each_eight_percent_slower_are_drift() {
        let seen = check(Metric::P50, &creeping(0.08), Creep::Drifted);
        assert_eq!(seen.since, Some(4));
        assert!(seen.ratio.unwrap() > 1.3);
        check(Metric::P50, &creeping(0.0), Creep::Steady);
        check(Metric::P50, &creeping(-0.08), Creep::Steady);
        check(Metric::Rps, &creeping(-0.08), Creep::Drifted);
        check(Metric::Rps, &creeping(0.08), Creep::Steady);
        check(Metric::P50, &creeping(0.01), Creep::Steady);
    }

    #[test]
    fn a_short_history_and_one_without_its_first_run_say_nothing() {
        check(Metric::P50, &creeping(0.08)[1..], Creep::TooShort);
        check(Metric::P50, &[], Creep::TooShort);
        let logs = creeping(0.08).into_iter().chain([2000.0]);
        let mut history: Vec<Option<f64>> = logs.map(|value| Some(value.ln())).collect();
        history[0] = None;
        assert_eq!(drift(Metric::P50, &history, 0.1).verdict, Creep::TooShort);
        history[0] = Some(f64::NAN);
        assert_eq!(drift(Metric::P50, &history, 0.1).verdict, Creep::TooShort);
    }

    #[test]
    fn one_slow_run_is_no_drift() {
        let mut history = creeping(0.0);
        history[7] = 3000.0;
        check(Metric::P50, &history, Creep::Steady);
    }

    #[test]
    fn noise_hides_no_creep_and_makes_none() {
        let (mut alarms, mut found) = (0, 0);
        for seed in 0..200 {
            let mut noise = Noise::new(seed);
            let blurred = |values: Vec<f64>, noise: &mut Noise| {
                let blur = |value: f64| Some(value.ln() + noise.normal(0.04));
                drift(
                    Metric::CpuPerRequest,
                    &values.into_iter().map(blur).collect::<Vec<_>>(),
                    0.1,
                )
                .verdict
            };
            alarms += u32::from(blurred(creeping(0.0), &mut noise) == Creep::Drifted);
            found += u32::from(blurred(creeping(0.08), &mut noise) == Creep::Drifted);
        }
        assert!(alarms <= 10, "{alarms} of 200");
        assert!(found >= 180, "{found} of 200");
    }
}
