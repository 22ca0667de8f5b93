//! Whether a service became slower or dearer, told from rounds that a busy machine has blurred.
//!
//! [`evidence`] makes numbers of rounds: the logarithms of ratios to what was measured in the same moment. [`interval`] says
//! how far their median can be trusted, [`verdict`] what follows for each metric and for all of them, [`holm`] that asking many
//! metrics makes no alarm more likely, and [`effect`] how small a change would still have been seen. [`drift`] looks at the
//! history of a baseline. All of it is pure, and random numbers follow from the input: the same rounds give the same verdict.

pub mod drift;
pub mod effect;
pub mod evidence;
pub mod holm;
pub mod interval;
pub mod metric;
pub(super) mod random;
#[cfg(test)]
mod tests;
pub mod verdict;

use std::cmp::Ordering;

/// A count as a number to calculate with.
#[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2^52")]
pub(super) fn number(count: usize) -> f64 {
    count as f64
}

/// The median; `None` of nothing. What is no number is left out.
pub fn median(values: &[f64]) -> Option<f64> {
    let sorted = sorted(values);
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = *sorted.get((sorted.len() - 1) / 2)?;
    Some(lower.midpoint(upper))
}

/// The finite values, rising; no negative zero among them.
fn sorted(values: &[f64]) -> Vec<f64> {
    let mut out: Vec<f64> = values.iter().filter(|v| v.is_finite()).map(|v| v + 0.0).collect();
    out.sort_by(f64::total_cmp);
    out
}

/// Compares two lists as words are compared.
fn order(some: &[f64], other: &[f64]) -> Ordering {
    some.iter()
        .zip(other)
        .map(|(a, b)| a.total_cmp(b))
        .find(|order| order.is_ne())
        .unwrap_or_else(|| some.len().cmp(&other.len()))
}
