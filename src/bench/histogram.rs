//! Latencies in microseconds, in constant memory, mergeable without loss.
//!
//! HDR histograms with three significant digits: every value is right to 0.1 %. Stored as the histogram tools of other
//! languages read them: the V2 encoding, deflated, in base64 (<https://hdrhistogram.github.io/HdrHistogram/>).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::serialization::{Deserializer, Serializer as _, V2DeflateSerializer};

/// The largest latency that is told apart: one hour. What is slower counts as one hour.
pub const LARGEST: u64 = 3_600_000_000;

/// Counts of latencies.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    counts: hdrhistogram::Histogram<u64>,
}

/// Why text is no histogram.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a histogram of the V2 encoding, deflated, in base64: {why}")]
pub struct NoHistogram {
    /// What is wrong with it.
    pub why: String,
}

impl Default for Histogram {
    fn default() -> Self {
        Self::new()
    }
}

impl Histogram {
    /// An empty one.
    ///
    /// # Panics
    ///
    /// Never: the bounds are constants that the histogram takes, and a test holds that.
    pub fn new() -> Self {
        #[expect(clippy::expect_used, reason = "constants; a test makes one")]
        let counts =
            hdrhistogram::Histogram::new_with_bounds(1, LARGEST, 3).expect("bounds that a histogram takes");
        Self { counts }
    }

    /// Counts a latency, `times` over.
    pub fn record(&mut self, micros: u64, times: u64) {
        // The counts take a value that was never seen for the largest one.
        if times == 0 {
            return;
        }
        self.counts.saturating_record_n(micros.clamp(1, LARGEST), times);
    }

    /// Counts a latency and, where it is longer than the `interval` in which its connection would have asked again,
    /// also those of the requests that it kept from being asked.
    pub fn record_corrected(&mut self, micros: u64, interval: u64) {
        let micros = micros.clamp(1, LARGEST);
        self.record(micros, 1);
        if interval == 0 {
            return;
        }
        let mut missing = micros.saturating_sub(interval);
        while missing >= interval {
            self.record(missing, 1);
            missing -= interval;
        }
    }

    /// These latencies, each with those of the requests that it kept from being asked: as [`Histogram::record_corrected`]
    /// would have counted them, to the 0.1 % that are told apart, in a time that depends on the spread alone.
    #[must_use]
    pub fn filled(&self, interval: u64) -> Self {
        let mut out = self.clone();
        if interval == 0 {
            return out;
        }
        for (value, times) in self.values() {
            let mut missing = value.saturating_sub(interval);
            while missing >= interval {
                // Those that are not told apart are counted together.
                let lowest = self.counts.lowest_equivalent(missing).max(interval);
                let alike = (missing - lowest) / interval + 1;
                out.record(missing, alike.saturating_mul(times));
                missing -= alike * interval;
            }
        }
        out
    }

    /// Counts everything that another one counted.
    pub fn add(&mut self, other: &Self) {
        for value in other.counts.iter_recorded() {
            self.record(value.value_iterated_to(), value.count_at_value());
        }
    }

    /// How many latencies were counted.
    pub fn count(&self) -> u64 {
        self.counts.len()
    }

    /// The latency, in microseconds, that this share of the requests (0 to 100) did not exceed; `None` of none.
    pub fn percentile(&self, percent: f64) -> Option<u64> {
        (self.count() > 0).then(|| self.counts.value_at_percentile(percent).min(LARGEST))
    }

    /// The smallest latency in microseconds; `None` of none.
    pub fn min(&self) -> Option<u64> {
        (self.count() > 0).then(|| self.counts.min())
    }

    /// The largest latency in microseconds; `None` of none.
    pub fn max(&self) -> Option<u64> {
        (self.count() > 0).then(|| self.counts.max().min(LARGEST))
    }

    /// The mean latency in microseconds; `None` of none.
    pub fn mean(&self) -> Option<f64> {
        (self.count() > 0).then(|| self.counts.mean())
    }

    /// Every latency that was counted, as (microseconds, count), rising.
    pub fn values(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.counts
            .iter_recorded()
            .map(|value| (value.value_iterated_to(), value.count_at_value()))
    }

    /// The text that a baseline keeps.
    pub fn encoded(&self) -> String {
        let mut bytes = Vec::new();
        // Writing to memory does not fail.
        let _ = V2DeflateSerializer::new().serialize(&self.counts, &mut bytes);
        STANDARD.encode(bytes)
    }

    /// Reads the text of [`Histogram::encoded`].
    ///
    /// # Errors
    ///
    /// [`NoHistogram`] with what is wrong.
    pub fn decoded(text: &str) -> Result<Self, NoHistogram> {
        let wrong = |why: String| NoHistogram { why };
        let bytes = STANDARD
            .decode(text.trim())
            .map_err(|error| wrong(error.to_string()))?;
        let read: hdrhistogram::Histogram<u64> = Deserializer::new()
            .deserialize(&mut bytes.as_slice())
            .map_err(|error| wrong(format!("{error:?}")))?;
        // Another writer may have had other bounds.
        let mut out = Self::new();
        for value in read.iter_recorded() {
            out.record(value.value_iterated_to(), value.count_at_value());
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(values: &[u64]) -> Histogram {
        let mut out = Histogram::new();
        for value in values {
            out.record(*value, 1);
        }
        out
    }

    #[test]
    fn nothing_counted_has_no_percentiles() {
        let none = Histogram::new();
        assert_eq!(
            (none.min(), none.max(), none.mean(), none.percentile(95.0)),
            (None, None, None, None)
        );
    }

    #[test]
    fn what_was_seen_no_time_at_all_leaves_nothing() {
        let mut seen = of(&[5]);
        seen.record(1_000_000, 0);
        assert_eq!((seen.max(), seen.count()), (Some(5), 1));
    }

    #[test]
    fn percentiles_are_those_of_the_values() {
        let all: Vec<u64> = (1..=1000).collect();
        let seen = of(&all);
        let at = |percent| seen.percentile(percent);
        assert_eq!(
            (at(50.0), at(95.0), at(99.0), at(100.0), seen.min()),
            (Some(500), Some(950), Some(990), Some(1000), Some(1))
        );
    }

    #[test]
    fn what_a_stalled_connection_kept_back_is_counted() {
        let mut seen = Histogram::new();
        seen.record_corrected(1000, 100);
        let values: Vec<u64> = seen.values().map(|(value, _)| value).collect();
        assert_eq!(values, [100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
        let mut quick = Histogram::new();
        quick.record_corrected(90, 100);
        assert_eq!(quick.count(), 1);
    }

    #[test]
    fn a_text_that_is_none_says_why() {
        for text in ["", "!!", "AAAA", "HISTFAAAAA=="] {
            assert!(Histogram::decoded(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn kept_and_read_again_it_is_the_same(values in prop::collection::vec(0..u64::MAX, 0..200)) {
            let seen = of(&values);
            prop_assert_eq!(Histogram::decoded(&seen.encoded()), Ok(seen));
        }

        #[test]
        fn filled_afterwards_it_is_as_if_corrected_at_once(
            values in prop::collection::vec(1..100_000_u64, 0..20),
            interval in 0..5_000_u64,
        ) {
            let mut at_once = Histogram::new();
            // What is kept is the highest of those not told apart.
            for (value, times) in of(&values).values() {
                for _ in 0..times {
                    at_once.record_corrected(value, interval);
                }
            }
            prop_assert_eq!(of(&values).filled(interval), at_once);
        }

        #[test]
        fn two_added_are_all_values_counted_in_one(
            some in prop::collection::vec(1..LARGEST, 0..100),
            more in prop::collection::vec(1..LARGEST, 0..100),
        ) {
            let mut sum = of(&some);
            sum.add(&of(&more));
            let together = of(&[some, more].concat());
            prop_assert_eq!(sum, together);
        }
    }
}
