//! Many questions at once: Holm's correction.
//!
//! Seven metrics asked at 5 % each would raise a false alarm in every third run. Holm's step-down method keeps the chance of
//! even one false alarm at 5 %, whatever the metrics have to do with each other.

/// The chances, corrected, in the same order: each can be held against the level of the whole. What is no number
/// counts as 1.
pub fn corrected(chances: &[f64]) -> Vec<f64> {
    let known = |chance: f64| {
        if chance.is_nan() {
            1.0
        } else {
            chance.clamp(0.0, 1.0)
        }
    };
    let mut rising: Vec<(usize, f64)> = chances.iter().map(|chance| known(*chance)).enumerate().collect();
    rising.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut out = vec![1.0; chances.len()];
    let mut highest = 0.0_f64;
    for (passed, (at, chance)) in rising.into_iter().enumerate() {
        let left = super::number(chances.len() - passed);
        highest = highest.max((chance * left).min(1.0));
        out[at] = highest;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(chances: &[f64], expect: &[f64]) {
        let seen = corrected(chances);
        let same = seen.iter().zip(expect).all(|(a, b)| (a - b).abs() < 1e-12);
        assert!(same && seen.len() == expect.len(), "{chances:?}: {seen:?}");
    }

    #[test]
    fn each_is_multiplied_by_those_that_are_left() {
        check(&[], &[]);
        check(&[0.04], &[0.04]);
        check(&[0.01, 0.04, 0.03, 0.005], &[0.03, 0.06, 0.06, 0.02]);
        check(&[0.5, 0.9], &[1.0, 1.0]);
        check(&[f64::NAN, 0.01], &[1.0, 0.02]);
    }
}
