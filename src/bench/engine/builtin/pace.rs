//! When a request should start, and how many connections ask: pure, over the time since the begin of the stretch.

use std::time::Duration;

use crate::bench::load::Stretch;

/// The schedule of the open model: evenly spaced starts, closer together where the rate is higher.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    /// Requests per second at the begin.
    from: f64,
    /// By how much that grows each second, halved.
    growth: f64,
    length: Duration,
}

impl Schedule {
    /// That of a rate over a stretch.
    pub fn new(per_second: f64, stretch: Stretch) -> Self {
        let seconds = stretch.length.as_secs_f64();
        let growth = if seconds > 0.0 {
            per_second * (stretch.to - stretch.from) / (2.0 * seconds)
        } else {
            0.0
        };
        Self {
            from: per_second * stretch.from,
            growth,
            length: stretch.length,
        }
    }

    /// When the request of this number (from 0) should start; `None` when the stretch is over before.
    ///
    /// After `t` seconds `from · t + growth · t²` requests have started; this is the `t` at which half of the request
    /// is due, so that the first one does not fall on the begin and the count over a stretch is rounded.
    #[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2^52")]
    pub fn start_of(&self, number: u64) -> Option<Duration> {
        let due = number as f64 + 0.5;
        let under_root = self.from.mul_add(self.from, 4.0 * self.growth * due);
        // This form of the solution is also right where nothing grows. No root: never so many.
        let seconds = 2.0 * due / (self.from + under_root.sqrt());
        Duration::try_from_secs_f64(seconds)
            .ok()
            .filter(|start| *start < self.length)
    }

    /// How many requests should have started by this time since the begin.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count is not negative, and one that is too large for the type is cut off"
    )]
    pub fn due_by(&self, elapsed: Duration) -> u64 {
        let seconds = elapsed.min(self.length).as_secs_f64();
        let due = self.growth.mul_add(seconds, self.from) * seconds;
        due.round() as u64
    }
}

/// How many of the connections ask at this time of a stretch, in the closed model.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a number is not greater, and rounded to a whole one"
)]
pub fn active(connections: u32, stretch: Stretch, elapsed: Duration) -> u32 {
    let length = stretch.length.as_secs_f64();
    let passed = if length > 0.0 {
        (elapsed.as_secs_f64() / length).min(1.0)
    } else {
        1.0
    };
    let share = (stretch.to - stretch.from).mul_add(passed, stretch.from);
    (f64::from(connections) * share.clamp(0.0, 1.0)).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(seconds: u64, from: f64, to: f64) -> Stretch {
        Stretch {
            length: Duration::from_secs(seconds),
            from,
            to,
        }
    }

    /// All starts, in milliseconds.
    fn starts(per_second: f64, stretch: Stretch) -> Vec<u128> {
        let schedule = Schedule::new(per_second, stretch);
        (0..)
            .map_while(|number| schedule.start_of(number))
            .map(|start| start.as_millis())
            .collect()
    }

    #[test]
    fn a_steady_rate_is_evenly_spaced() {
        assert_eq!(starts(4.0, stretch(1, 1.0, 1.0)), [125, 375, 625, 875]);
        assert_eq!(starts(4.0, stretch(1, 0.5, 0.5)), [250, 750]);
    }

    #[test]
    fn a_growing_rate_has_most_of_its_requests_at_the_end() {
        let up = starts(1000.0, stretch(2, 0.0, 1.0));
        assert_eq!(up.len(), 1000);
        assert_eq!(up.iter().filter(|start| **start < 1000).count(), 250);
        assert!(up.is_sorted());
    }

    #[test]
    fn a_falling_rate_is_the_growing_one_backwards() {
        let up = starts(100.0, stretch(2, 0.0, 1.0));
        let down: Vec<u128> = starts(100.0, stretch(2, 1.0, 0.0))
            .into_iter()
            .rev()
            .map(|start| 1999 - start)
            .collect();
        assert_eq!(up.len(), down.len());
        for (up, down) in up.iter().zip(&down) {
            assert!(up.abs_diff(*down) <= 1, "{up} and {down}");
        }
    }

    #[test]
    fn nothing_starts_where_there_is_no_load_or_no_time() {
        assert_eq!(starts(10.0, stretch(1, 0.0, 0.0)), [0; 0]);
        assert_eq!(starts(10.0, stretch(0, 1.0, 1.0)), [0; 0]);
    }

    #[test]
    fn what_is_due_is_what_has_started() {
        for stretch in [
            stretch(2, 1.0, 1.0),
            stretch(2, 0.0, 1.0),
            stretch(2, 1.0, 0.0),
            stretch(2, 0.0, 0.0),
        ] {
            let starts = starts(100.0, stretch);
            let schedule = Schedule::new(100.0, stretch);
            for millis in [0, 1, 500, 1234, 2000, 9000] {
                let started = starts.iter().filter(|start| **start < millis).count() as u64;
                let due = schedule.due_by(Duration::from_millis(u64::try_from(millis).unwrap()));
                assert!(
                    due.abs_diff(started) <= 1,
                    "{stretch:?} at {millis}: {due} and {started}"
                );
            }
        }
    }

    #[test]
    fn connections_grow_and_fall_evenly() {
        let at = |from, to, millis| active(10, stretch(1, from, to), Duration::from_millis(millis));
        assert_eq!((at(1.0, 1.0, 0), at(1.0, 1.0, 2000)), (10, 10));
        assert_eq!(
            (at(0.0, 1.0, 0), at(0.0, 1.0, 500), at(0.0, 1.0, 1000)),
            (0, 5, 10)
        );
        assert_eq!(
            (at(1.0, 0.2, 0), at(1.0, 0.2, 500), at(1.0, 0.2, 1000)),
            (10, 6, 2)
        );
    }
}
