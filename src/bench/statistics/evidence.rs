//! What rounds say about each metric, as logarithms to take medians of.

use serde::{Deserialize, Serialize};

use super::interval::{LEAST_ROUNDS, Observed};
use super::metric::Metric;
use super::{median, number};
use crate::bench::round::{Round, clean};

/// What the rounds are compared with.
#[derive(Clone, Copy, Debug)]
pub enum Against<'a> {
    /// The version that ran beside it: the `reference` of each round.
    Live,
    /// The rounds of an earlier run.
    Stored(&'a [Round]),
}

/// What a ratio was made of, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Both versions, measured in the same moment.
    Live,
    /// Two runs, each divided by the reference server that was measured in the same moment.
    Reference,
    /// Two runs as they were, on whatever the machine did at each time.
    Stored,
}

/// Why a metric has no say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mute {
    /// Nothing is known of it on one side.
    #[error("it was not measured")]
    NotMeasured,
    /// Too few rounds are known.
    #[error("{have} clean rounds are too few: it takes {LEAST_ROUNDS}")]
    FewRounds {
        /// Those of the side that has fewer.
        have: usize,
    },
    /// Too few requests were made for so rare a latency.
    #[error("a round of {smallest} requests is too short for it: it takes {least}")]
    FewSamples {
        /// The requests of the smallest round.
        smallest: u64,
        /// The requests that it takes.
        least: u64,
    },
    /// Nothing tells the service from the machine.
    #[error("no reference was measured beside it, so that a slower machine would look like a slower service")]
    NoReference,
}

/// What is known of a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Which.
    pub metric: Metric,
    /// What the ratios are made of.
    pub basis: Basis,
    /// Their logarithms.
    pub observed: Observed,
    /// The median of the earlier or other version, in the metric's unit.
    pub baseline: Option<f64>,
    /// The median of the version that is judged.
    pub now: Option<f64>,
    /// Why it is told and not judged.
    pub mute: Option<Mute>,
}

/// What clean rounds say about each metric.
pub fn evidence(now: &[Round], against: Against<'_>) -> Vec<Evidence> {
    let of = |metric| match against {
        Against::Live => live(metric, now),
        Against::Stored(before) => stored(metric, before, now),
    };
    Metric::ALL.into_iter().map(of).collect()
}

fn live(metric: Metric, rounds: &[Round]) -> Evidence {
    let pairs: Vec<(f64, f64)> = clean(rounds)
        .filter_map(|round| Some((round.reference_value(metric)?, round.value(metric)?)))
        .collect();
    let logs = pairs
        .iter()
        .map(|(other, target)| metric.log(*target) - metric.log(*other));
    let (others, targets): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    Evidence::new(
        metric,
        Basis::Live,
        Observed::Pairs(logs.collect()),
        [&others, &targets],
        few_samples(metric, [rounds]),
    )
}

fn stored(metric: Metric, before: &[Round], now: &[Round]) -> Evidence {
    let relative = |rounds: &[Round]| -> Vec<f64> {
        let of = |round: &Round| {
            Some(metric.log(round.value(metric)?) - metric.log(round.reference_value(metric)?))
        };
        clean(rounds).filter_map(of).collect()
    };
    let [was, is] = [before, now].map(|rounds| values(metric, rounds));
    let few = few_samples(metric, [before, now]);
    if metric.follows_the_machine() {
        let (baseline, now) = (relative(before), relative(now));
        if baseline.len().min(now.len()) >= LEAST_ROUNDS.min(was.len().min(is.len())).max(1) {
            let observed = Observed::Apart { baseline, now };
            return Evidence::new(metric, Basis::Reference, observed, [&was, &is], few);
        }
    }
    let logs = |values: &[f64]| values.iter().map(|value| metric.log(*value)).collect();
    let observed = Observed::Apart {
        baseline: logs(&was),
        now: logs(&is),
    };
    let alone = metric.follows_the_machine().then_some(Mute::NoReference);
    Evidence::new(metric, Basis::Stored, observed, [&was, &is], few.or(alone))
}

/// The values of a metric in the clean rounds.
pub fn values(metric: Metric, rounds: &[Round]) -> Vec<f64> {
    clean(rounds).filter_map(|round| round.value(metric)).collect()
}

/// Whether one of the rounds is too short for a metric.
fn few_samples<const N: usize>(metric: Metric, runs: [&[Round]; N]) -> Option<Mute> {
    let least = metric.least_samples();
    let requests = |round: &Round| {
        let reference = round.reference.as_ref().map(|sample| sample.corrected.count());
        reference.unwrap_or(u64::MAX).min(round.target.corrected.count())
    };
    metric.percentile()?;
    let smallest = runs.into_iter().flat_map(clean).map(requests).min()?;
    (smallest < least).then_some(Mute::FewSamples { smallest, least })
}

impl Evidence {
    /// Evidence of what was observed; where that is too little it is mute.
    fn new(
        metric: Metric,
        basis: Basis,
        observed: Observed,
        [baseline, now]: [&[f64]; 2],
        mute: Option<Mute>,
    ) -> Self {
        let mute = match observed.rounds() {
            0 => Some(Mute::NotMeasured),
            have if have < LEAST_ROUNDS => Some(Mute::FewRounds { have }),
            _ => mute,
        };
        Self {
            metric,
            basis,
            observed,
            baseline: median(baseline),
            now: median(now),
            mute,
        }
    }

    /// What a change by this logarithm is in the metric's unit.
    pub(super) fn change(&self, log: f64) -> f64 {
        let was = self.baseline.unwrap_or(0.0) + self.metric.offset();
        was * log.exp_m1()
    }
}

/// The medians of a metric's ratio to the reference server: what can be compared between days.
pub fn relative(metric: Metric, rounds: &[Round]) -> Option<f64> {
    let ratios: Vec<f64> = clean(rounds)
        .filter_map(|round| {
            Some(metric.log(round.value(metric)?) - metric.log(round.reference_value(metric)?))
        })
        .collect();
    let ratio = median(&ratios)?.exp();
    (ratio.is_finite() && number(ratios.len()) > 0.0).then_some(ratio)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::round::tests::round;

    fn of(metric: Metric, now: &[Round], against: Against<'_>) -> Evidence {
        let mut all = evidence(now, against);
        all.retain(|evidence| evidence.metric == metric);
        all.remove(0)
    }

    #[test]
    fn the_surest_basis_is_taken() {
        let rounds = vec![round(2000, 1000); 6];
        let mut bare = rounds.clone();
        for round in &mut bare {
            round.reference = None;
        }
        let basis = |metric, now: &[Round], against| {
            let seen = of(metric, now, against);
            (seen.basis, seen.mute)
        };
        assert_eq!(basis(Metric::P50, &rounds, Against::Live), (Basis::Live, None));
        assert_eq!(
            basis(Metric::P50, &rounds, Against::Stored(&rounds)),
            (Basis::Reference, None)
        );
        assert_eq!(
            basis(Metric::P50, &rounds, Against::Stored(&bare)),
            (Basis::Stored, Some(Mute::NoReference))
        );
        assert_eq!(
            basis(Metric::CpuPerRequest, &bare, Against::Stored(&rounds)),
            (Basis::Stored, None)
        );
        // The reference server is no service whose cost could be compared.
        assert_eq!(
            basis(Metric::CpuPerRequest, &rounds, Against::Live).1,
            Some(Mute::NotMeasured)
        );
    }

    #[test]
    fn too_little_is_told_as_such() {
        let mute = |now: &[Round]| of(Metric::P99, now, Against::Live).mute;
        assert_eq!(mute(&[]), Some(Mute::NotMeasured));
        assert_eq!(
            mute(&vec![round(2000, 1000); 4]),
            Some(Mute::FewRounds { have: 4 })
        );
        assert_eq!(mute(&vec![round(2000, 1000); 5]), None);
        let few = Mute::FewSamples {
            smallest: 999,
            least: 1000,
        };
        assert_eq!(mute(&vec![round(999, 1000); 5]), Some(few));
        assert_eq!(
            of(Metric::P95, &vec![round(999, 1000); 5], Against::Live).mute,
            None
        );
        assert_eq!(
            of(Metric::P99, &vec![round(0, 1); 5], Against::Live).mute,
            Some(Mute::NotMeasured)
        );
    }

    #[test]
    fn rounds_that_are_not_clean_do_not_count() {
        let mut rounds = vec![round(2000, 1000); 6];
        rounds[0].clean = false;
        rounds[1].clean = false;
        let seen = of(Metric::Rps, &rounds, Against::Live);
        assert_eq!(seen.mute, Some(Mute::FewRounds { have: 4 }));
    }
}
