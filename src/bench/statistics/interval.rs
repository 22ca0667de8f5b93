//! The median of what was observed, and how far chance alone could have moved it.
//!
//! The percentile bootstrap: the rounds are drawn again, with repetition, and the medians of the draws spread as the median
//! itself would. Nothing is assumed about how noise is distributed. Two lists swapped give the same interval mirrored: which
//! one is called the baseline decides nothing.

use serde::{Deserialize, Serialize};

use super::random::Random;
use super::{number, order, sorted};

/// How often rounds are drawn again.
pub const RESAMPLES: usize = 10_000;

/// The fewest rounds that an interval is made of: of fewer, draws repeat so much that it looks narrow.
pub const LEAST_ROUNDS: usize = 5;

/// The chance on each side of the interval that it leaves out: it is one of 90 %.
pub const ONE_SIDED: f64 = 0.05;

/// Logarithms of what was observed.
#[derive(Clone, Debug, PartialEq)]
pub enum Observed {
    /// Of ratios, one a round: both members of the pair were measured in the same moment.
    Pairs(Vec<f64>),
    /// Of two runs at different times.
    Apart {
        /// Of the earlier one.
        baseline: Vec<f64>,
        /// Of the later one.
        now: Vec<f64>,
    },
}

/// Bounds of a ratio.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The lower one.
    pub low: f64,
    /// The upper one.
    pub high: f64,
}

/// A median of logarithms with what the bootstrap says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// The median.
    pub log: f64,
    /// The medians of the draws, rising.
    drawn: Vec<f64>,
}

impl Observed {
    /// The rounds of the shorter side.
    pub fn rounds(&self) -> usize {
        match self {
            Self::Pairs(logs) => logs.len(),
            Self::Apart { baseline, now } => baseline.len().min(now.len()),
        }
    }

    /// The median of what was observed, drawn again [`RESAMPLES`] times; `None` of no rounds.
    pub fn estimate(&self) -> Option<Estimate> {
        self.estimate_of(RESAMPLES)
    }

    /// [`Observed::estimate`] of another number of draws.
    pub fn estimate_of(&self, resamples: usize) -> Option<Estimate> {
        match self {
            Self::Pairs(logs) => {
                let logs = sorted(logs);
                let mirrored = sorted(&logs.iter().map(|log| -log).collect::<Vec<_>>());
                if order(&logs, &mirrored).is_lt() {
                    return Some(drawn(&mirrored, None, resamples)?.mirrored());
                }
                drawn(&logs, None, resamples)
            }
            Self::Apart { baseline, now } => {
                let (baseline, now) = (sorted(baseline), sorted(now));
                if order(&now, &baseline).is_lt() {
                    return Some(drawn(&baseline, Some(&now), resamples)?.mirrored());
                }
                drawn(&now, Some(&baseline), resamples)
            }
        }
    }
}

/// The median of sorted values, less that of others.
fn drawn(values: &[f64], less: Option<&[f64]>, resamples: usize) -> Option<Estimate> {
    let less = less.unwrap_or(&[0.0]);
    if values.is_empty() || less.is_empty() {
        return None;
    }
    let mut random = Random::of(&[values, less].concat());
    let mut counts = Vec::new();
    let mut drawn: Vec<f64> = (0..resamples.max(1))
        .map(|_| {
            drawn_median(values, &mut counts, &mut random) - drawn_median(less, &mut counts, &mut random)
        })
        .collect();
    drawn.sort_by(f64::total_cmp);
    let log = super::median(values)? - super::median(less)?;
    Some(Estimate { log, drawn })
}

/// The median of as many values as there are, drawn with repetition.
fn drawn_median(sorted: &[f64], counts: &mut Vec<usize>, random: &mut Random) -> f64 {
    let length = sorted.len();
    counts.clear();
    counts.resize(length, 0);
    for _ in 0..length {
        counts[random.below(length)] += 1;
    }
    let (mut passed, mut lower) = (0, None);
    for (value, count) in sorted.iter().zip(counts.iter()) {
        passed += count;
        if passed > (length - 1) / 2 {
            lower.get_or_insert(*value);
        }
        if let Some(lower) = lower
            && passed > length / 2
        {
            return lower.midpoint(*value);
        }
    }
    // Not reached: as many are drawn as are passed.
    sorted[length - 1]
}

impl Estimate {
    fn mirrored(self) -> Self {
        Self {
            log: -self.log,
            drawn: self.drawn.iter().rev().map(|log| -log).collect(),
        }
    }

    /// The median as a ratio.
    pub fn ratio(&self) -> f64 {
        self.log.exp()
    }

    /// The logarithm that leaves out this chance below.
    pub fn low(&self, chance: f64) -> f64 {
        self.drawn[self.left_out(chance)].min(self.log)
    }

    /// The logarithm that leaves out this chance above.
    pub fn high(&self, chance: f64) -> f64 {
        self.drawn[self.drawn.len() - 1 - self.left_out(chance)].max(self.log)
    }

    /// How many draws a chance leaves out.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of the number of draws"
    )]
    fn left_out(&self, chance: f64) -> usize {
        (number(self.drawn.len() - 1) * chance.clamp(0.0, 0.5)).floor() as usize
    }

    /// The interval of 90 %, as ratios.
    pub fn interval(&self) -> Interval {
        Interval {
            low: self.low(ONE_SIDED).exp(),
            high: self.high(ONE_SIDED).exp(),
        }
    }

    /// How likely draws are that do not exceed this logarithm: the smaller, the surer it is that the truth does.
    pub fn chance_at_most(&self, log: f64) -> f64 {
        let there = self.drawn.partition_point(|drawn| *drawn <= log);
        number(there + 1) / number(self.drawn.len() + 1)
    }

    /// How likely draws are that do not stay below this logarithm.
    pub fn chance_at_least(&self, log: f64) -> f64 {
        let below = self.drawn.partition_point(|drawn| *drawn < log);
        number(self.drawn.len() - below + 1) / number(self.drawn.len() + 1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn logs() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(-3.0..3.0_f64, 1..14)
    }

    fn estimate(observed: &Observed) -> Estimate {
        observed.estimate_of(500).unwrap()
    }

    #[test]
    fn of_nothing_there_is_no_median() {
        assert_eq!(Observed::Pairs(Vec::new()).estimate(), None);
        assert_eq!(Observed::Pairs(vec![f64::NAN, f64::INFINITY]).estimate(), None);
        let apart = |baseline, now| Observed::Apart { baseline, now };
        assert_eq!(apart(vec![1.0], Vec::new()).estimate(), None);
        assert_eq!(apart(Vec::new(), vec![1.0]).estimate(), None);
    }

    #[test]
    fn values_that_are_all_the_same_have_no_spread() {
        let seen = Observed::Pairs(vec![0.5; 10]).estimate().unwrap();
        assert_eq!(
            (seen.log, seen.low(ONE_SIDED), seen.high(ONE_SIDED)),
            (0.5, 0.5, 0.5)
        );
    }

    #[test]
    fn the_bounds_are_those_of_the_known_distribution() {
        // Medians of five draws from 1 to 5: the chance of a median of at most 1 is 5.8 %, of at most 2 it is 31.7 %.
        let seen = Observed::Pairs(vec![1.0, 2.0, 3.0, 4.0, 5.0]).estimate().unwrap();
        assert!((seen.chance_at_most(1.0) - 0.0579).abs() < 0.01);
        assert!((seen.chance_at_most(2.0) - 0.3174).abs() < 0.02);
        assert!((seen.chance_at_least(5.0) - 0.0579).abs() < 0.01);
        assert_eq!((seen.log, seen.low(0.05), seen.high(0.05)), (3.0, 1.0, 5.0));
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_median(logs in logs(), others in logs()) {
            for observed in [Observed::Pairs(logs.clone()), Observed::Apart { baseline: others, now: logs }] {
                let seen = estimate(&observed);
                prop_assert!(seen.low(ONE_SIDED) <= seen.log && seen.log <= seen.high(ONE_SIDED));
            }
        }

        #[test]
        fn swapped_it_is_mirrored(logs in logs(), others in logs()) {
            let mirrored = |seen: Estimate| (-seen.log, -seen.high(ONE_SIDED), -seen.low(ONE_SIDED));
            let bounds = |seen: Estimate| (seen.log, seen.low(ONE_SIDED), seen.high(ONE_SIDED));
            let here = Observed::Apart { baseline: others.clone(), now: logs.clone() };
            let there = Observed::Apart { baseline: logs.clone(), now: others };
            prop_assert_eq!(bounds(estimate(&here)), mirrored(estimate(&there)));
            let there = Observed::Pairs(logs.iter().map(|log| -log).collect());
            prop_assert_eq!(bounds(estimate(&Observed::Pairs(logs))), mirrored(estimate(&there)));
        }

        #[test]
        fn the_order_of_rounds_decides_nothing(logs in logs()) {
            let turned: Vec<f64> = logs.iter().rev().copied().collect();
            prop_assert_eq!(estimate(&Observed::Pairs(logs)), estimate(&Observed::Pairs(turned)));
        }
    }
}
