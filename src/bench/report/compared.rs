//! Two stored runs side by side, as people read them.

use super::Tone;
use super::human::metrics;
use crate::bench::statistics::verdict::Regression;

/// Each metric with its ratio and the interval around it.
pub fn compared(seen: &Regression, paint: &dyn Fn(Tone, &str) -> String) -> String {
    metrics(&seen.metrics, paint)
}
