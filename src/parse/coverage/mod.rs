//! Coverage reports: how much of the code the tests reach, in each format that a test runner writes.
//!
//! Every reader answers with the same [`CoverageReport`] or says why there is none. Two rules hold for all of them.
//! A percentage is given together with the counts that it is of, and the two must agree. And a report that was cut
//! off is an error wherever the format lets one see it: a shorter report must never look like a better one. Two
//! formats of lines cannot show a cut that falls between two of their entries; their readers say so.

pub mod cobertura;
pub mod coverage_py;
mod error;
mod format;
pub mod go_cover;
pub mod lcov;
mod lines;
pub mod llvm_cov;
pub mod summary_json;
#[cfg(test)]
mod tests;

pub use error::CoverageError;
pub use format::{Format, detect};

use super::gaps::Gap;

/// The largest count that is believed. Up to here a percentage of anything but all is below 100 as a number, too.
pub const MAX_COUNT: u64 = 1 << 40;

/// Coverage of one run: a percentage, and the counts that it is of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// What the tool states, from 0 to 100. Where it rounds up, or states nothing, this is of the counts.
    pub percent: f64,
    /// What was reached: lines, or statements and branches, as the tool counts.
    pub covered: u64,
    /// What there is to reach, in the same unit; never 0.
    pub total: u64,
}

/// A coverage report.
#[derive(Clone, Debug, PartialEq)]
pub struct CoverageReport {
    /// The whole.
    pub measured: Measured,
    /// The lines that no test reaches, by file, in the order of their paths; empty where the format does not tell.
    pub gaps: Vec<Gap>,
}

impl Measured {
    /// The coverage of counts alone; `None` when nothing is there to reach, more is reached than is there, or a
    /// count is above [`MAX_COUNT`].
    pub fn of_counts(covered: u64, total: u64) -> Option<Self> {
        (total > 0 && total <= MAX_COUNT && covered <= total).then(|| Self {
            percent: percent(covered, total),
            covered,
            total,
        })
    }

    /// What a report states, held against its counts. `tolerance` is how far they may be apart, in points, because
    /// of rounding.
    ///
    /// # Errors
    /// Nothing was measured; the percentage or the counts are impossible; they contradict each other.
    fn stated(
        format: Format,
        stated: f64,
        (covered, total): (u64, u64),
        tolerance: f64,
    ) -> Result<Self, CoverageError> {
        let counted = Self::counted(format, covered, total)?;
        if !(0.0..=100.0).contains(&stated) {
            return Err(CoverageError::OutOfRange {
                format,
                percent: stated,
            });
        }
        if (stated - counted.percent).abs() > tolerance {
            return Err(CoverageError::Contradiction {
                format,
                stated,
                counted: counted.percent,
            });
        }
        Ok(Self {
            percent: stated,
            ..counted
        })
    }

    /// What a report counts.
    ///
    /// # Errors
    /// Nothing was counted, or the counts are impossible.
    fn counted(format: Format, covered: u64, total: u64) -> Result<Self, CoverageError> {
        if total == 0 && covered == 0 {
            return Err(CoverageError::Nothing { format });
        }
        Self::of_counts(covered, total).ok_or(CoverageError::Impossible {
            format,
            covered,
            total,
        })
    }
}

/// The coverage of several runs over different code: the sums. `None` without any, and when the sums are beyond
/// [`MAX_COUNT`]. The percentage of one alone stays as its tool states it.
pub fn combine(parts: &[Measured]) -> Option<Measured> {
    if let [only] = parts {
        return Some(*only);
    }
    let mut covered: u64 = 0;
    let mut total: u64 = 0;
    for part in parts {
        covered = covered.checked_add(part.covered)?;
        total = total.checked_add(part.total)?;
    }
    Measured::of_counts(covered, total)
}

/// `covered` of `total` in percent; both at most [`MAX_COUNT`], `total` not 0.
#[expect(
    clippy::cast_precision_loss,
    reason = "up to MAX_COUNT every count is exact as a floating-point number"
)]
fn percent(covered: u64, total: u64) -> f64 {
    covered as f64 * 100.0 / total as f64
}
