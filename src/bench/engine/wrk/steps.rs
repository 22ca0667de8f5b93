//! A stretch as runs of wrk, each of whole seconds and with one number of connections: it knows no other.

use std::time::Duration;

use crate::bench::load::{Load, Stretch};

/// The most runs that a rising or falling stretch is made of.
const MOST_STEPS: u64 = 5;

/// One run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) seconds: u64,
    pub(super) connections: u32,
    pub(super) threads: u32,
}

/// The runs of a stretch: one where the load stays the same, else up to [`MOST_STEPS`], each under the load of its
/// middle. They are as long as [`whole_seconds`] says.
pub(super) fn steps(load: &Load, stretch: Stretch) -> Vec<Step> {
    let seconds = whole_seconds(stretch.length).as_secs();
    let is_steady = (stretch.from - stretch.to).abs() < f64::EPSILON;
    let count = if is_steady { 1 } else { MOST_STEPS.min(seconds) };
    let mut begin = 0;
    (1..=count)
        .map(|step| {
            let end = seconds * step / count;
            let share = share_between(stretch, begin, end, seconds);
            let connections = connections(load.connections, share);
            let step = Step {
                seconds: end - begin,
                connections,
                threads: threads(connections, load.threads),
            };
            begin = end;
            step
        })
        .collect()
}

/// A length rounded to seconds, and one second at least.
pub(super) fn whole_seconds(length: Duration) -> Duration {
    Duration::from_secs((length + Duration::from_millis(500)).as_secs().max(1))
}

/// The share of the load in the middle between two seconds of a stretch.
#[expect(clippy::cast_precision_loss, reason = "seconds of a run are far below 2^52")]
fn share_between(stretch: Stretch, begin: u64, end: u64, seconds: u64) -> f64 {
    let middle = (begin + end) as f64 / 2.0 / seconds as f64;
    stretch.from + (stretch.to - stretch.from) * middle
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a number is no larger than the number"
)]
fn connections(all: u32, share: f64) -> u32 {
    ((f64::from(all) * share.clamp(0.0, 1.0)).round() as u32).max(1)
}

/// The most threads among which the connections can be shared out evenly. wrk gives each thread the same number and
/// opens no more, so that 5 connections of 2 threads would be 4.
fn threads(connections: u32, most: u32) -> u32 {
    (1..=most.min(connections))
        .rev()
        .find(|threads| connections.is_multiple_of(*threads))
        .unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bench::load::Pace;

    fn load(connections: u32, threads: u32) -> Load {
        Load {
            connections,
            threads,
            pace: Pace::Closed,
            timeout: Duration::from_secs(30),
        }
    }

    fn stretch(millis: u64, from: f64, to: f64) -> Stretch {
        Stretch {
            length: Duration::from_millis(millis),
            from,
            to,
        }
    }

    #[track_caller]
    fn check(load: &Load, stretch: Stretch, expect: &[(u64, u32, u32)]) {
        let found: Vec<_> = steps(load, stretch)
            .into_iter()
            .map(|step| (step.seconds, step.connections, step.threads))
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn a_steady_stretch_is_one_run() {
        check(&load(64, 2), stretch(3000, 1.0, 1.0), &[(3, 64, 2)]);
        check(&load(64, 2), stretch(600, 0.5, 0.5), &[(1, 32, 2)]);
        check(&load(64, 2), stretch(0, 1.0, 1.0), &[(1, 64, 2)]);
    }

    #[test]
    fn a_ramp_is_up_to_five() {
        check(
            &load(100, 4),
            stretch(10_000, 0.0, 1.0),
            &[(2, 10, 2), (2, 30, 3), (2, 50, 2), (2, 70, 2), (2, 90, 3)],
        );
        check(&load(8, 1), stretch(2_000, 1.0, 0.0), &[(1, 6, 1), (1, 2, 1)]);
        check(&load(1, 1), stretch(1_000, 0.0, 0.2), &[(1, 1, 1)]);
    }

    #[test]
    fn no_connection_is_lost_among_threads() {
        check(&load(5, 2), stretch(1000, 1.0, 1.0), &[(1, 5, 1)]);
        check(&load(6, 4), stretch(1000, 1.0, 1.0), &[(1, 6, 3)]);
        check(&load(2, 8), stretch(1000, 1.0, 1.0), &[(1, 2, 2)]);
    }

    proptest! {
        #[test]
        fn runs_are_as_long_as_their_stretch(
            connections in 1..5000u32, threads in 1..64u32, millis in 0..400_000u64, from in 0.0..=1.0, to in 0.0..=1.0,
        ) {
            let steps = steps(&load(connections, threads), stretch(millis, from, to));
            let seconds: u64 = steps.iter().map(|step| step.seconds).sum();
            prop_assert!(seconds.abs_diff(millis / 1000) <= 1);
            for step in steps {
                prop_assert!(step.seconds > 0 && (1..=connections).contains(&step.connections));
                prop_assert!(step.threads >= 1 && step.connections % step.threads == 0);
            }
        }
    }
}
