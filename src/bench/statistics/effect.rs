//! How small a change would still have been seen.

use super::interval::{Estimate, ONE_SIDED};
use super::number;

/// How many standard deviations above the bound an effect has to lie to be found in four of five runs.
const FOUR_OF_FIVE: f64 = 0.8416;

/// The standard deviations between the median and a bound of the interval of 90 %.
const BOUND: f64 = 1.6449;

/// The smallest change for the worse, as a share such as 0.18, that a run with as much noise would call a regression in four
/// of five cases, when `questions` metrics are asked at once.
pub fn smallest(estimate: &Estimate, sign: f64, threshold: f64, questions: usize) -> f64 {
    let chance = ONE_SIDED / number(questions.max(1));
    let (below, above) = (
        estimate.log - estimate.low(chance),
        estimate.high(chance) - estimate.log,
    );
    let reach = if sign < 0.0 { above } else { below };
    let deviation = (estimate.high(ONE_SIDED) - estimate.low(ONE_SIDED)) / (2.0 * BOUND);
    (threshold.ln_1p() + reach + FOUR_OF_FIVE * deviation).exp_m1()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::statistics::interval::Observed;

    #[track_caller]
    fn of(logs: &[f64], sign: f64, questions: usize) -> f64 {
        let seen = Observed::Pairs(logs.to_vec()).estimate_of(2000).unwrap();
        smallest(&seen, sign, 0.1, questions)
    }

    #[test]
    fn without_noise_everything_above_the_threshold_is_seen() {
        assert!((of(&[0.0; 10], 1.0, 1) - 0.1).abs() < 1e-9);
    }

    #[test]
    fn more_noise_and_more_questions_hide_more() {
        let quiet = [-0.02, -0.01, 0.0, 0.0, 0.0, 0.01, 0.02];
        let loud = quiet.map(|log| log * 10.0);
        assert!(of(&quiet, 1.0, 1) < of(&loud, 1.0, 1));
        assert!(of(&loud, 1.0, 1) < of(&loud, 1.0, 50));
    }

    #[test]
    fn the_side_that_counts_is_the_one_that_is_worse() {
        let skewed = [0.0, 0.0, 0.0, 0.3, 0.5, 0.7, 0.9];
        assert!((of(&skewed, 1.0, 1) - of(&skewed.map(|log| -log), -1.0, 1)).abs() < 1e-9);
        assert!(of(&skewed, 1.0, 1) < of(&skewed, -1.0, 1));
    }
}
