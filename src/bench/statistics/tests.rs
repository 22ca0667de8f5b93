//! Whole comparisons of services that never were: noise as it was measured on a busy machine, from fixed seeds.

use super::evidence::{Basis, Evidence};
use super::interval::Observed;
use super::median;
use super::metric::Metric;
use super::random::Random;
use super::verdict::{Change, Rule, Stage, judge};

/// Noise from a seed.
pub(super) struct Noise {
    random: Random,
}

impl Noise {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
        }
    }

    /// A number from 0 to 1, without either.
    #[expect(clippy::cast_precision_loss, reason = "53 bits of chance")]
    fn even(&mut self) -> f64 {
        ((self.random.next() >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
    }

    /// A number of the normal distribution around 0.
    pub(super) fn normal(&mut self, deviation: f64) -> f64 {
        let radius = (-2.0 * self.even().ln()).sqrt();
        deviation * radius * (std::f64::consts::TAU * self.even()).cos()
    }
}

/// How restless each metric is: between moments, which both members of a pair share, and by itself.
const RESTLESS: [(Metric, f64, f64, f64); 5] = [
    (Metric::P50, 1600.0, 0.22, 0.05),
    (Metric::P95, 4000.0, 0.50, 0.15),
    (Metric::P99, 9000.0, 0.60, 0.35),
    (Metric::Rps, 30_000.0, 0.22, 0.05),
    (Metric::CpuPerRequest, 20.0, 0.04, 0.05),
];

#[derive(Clone, Copy, Debug)]
enum Way {
    Live,
    Reference,
}

/// The evidence of rounds of a service and one that is slower by this factor.
fn compared(way: Way, rounds: usize, factor: f64, noise: &mut Noise) -> Vec<Evidence> {
    let of = |(metric, usual, between, own): (Metric, f64, f64, f64)| {
        let slower = factor.ln() * metric.sign();
        let mut pair = |between: f64| {
            let moment = noise.normal(between);
            [(); 2].map(|()| usual.ln() + moment + noise.normal(own))
        };
        let pairs =
            |pair: &mut dyn FnMut(f64) -> [f64; 2]| (0..rounds).map(|_| pair(between)).collect::<Vec<_>>();
        // A baseline has twice the rounds.
        let before = [pairs(&mut pair), pairs(&mut pair)].concat();
        let after = pairs(&mut pair);
        let logs =
            |pairs: &[[f64; 2]], shift: f64| pairs.iter().map(|[a, b]| b - a + shift).collect::<Vec<f64>>();
        let raw = |pairs: &[[f64; 2]], shift: f64| pairs.iter().map(|[_, b]| b + shift).collect::<Vec<f64>>();
        let (basis, observed) = match way {
            Way::Live => (Basis::Live, Observed::Pairs(logs(&after, slower))),
            // What a service costs has no reference: its noise is what it is.
            Way::Reference if metric == Metric::CpuPerRequest => (
                Basis::Stored,
                Observed::Apart {
                    baseline: raw(&before, 0.0),
                    now: raw(&after, slower),
                },
            ),
            Way::Reference => (
                Basis::Reference,
                Observed::Apart {
                    baseline: logs(&before, 0.0),
                    now: logs(&after, slower),
                },
            ),
        };
        Evidence {
            metric,
            basis,
            observed,
            baseline: median(&raw(&before, 0.0)).map(f64::exp),
            now: median(&raw(&after, slower)).map(f64::exp),
            mute: None,
        }
    };
    RESTLESS.map(of).to_vec()
}

/// How many of 200 comparisons have this verdict. As in a run, what is suspected or open makes as many rounds again.
fn count(verdict: Change, way: Way, rounds: usize, factor: f64) -> u32 {
    let rule = |stage| Rule {
        resamples: 1000,
        ..Rule::new(0.1, stage)
    };
    let one = |seed: u64| {
        let first = compared(way, rounds, factor, &mut Noise::new(seed));
        let seen = judge(&first, &rule(Stage::First)).verdict;
        if !matches!(seen, Change::Suspect | Change::Inconclusive) {
            return seen;
        }
        let more = compared(way, rounds, factor, &mut Noise::new(seed + 1_000_000));
        let all: Vec<Evidence> = first.into_iter().zip(more).map(joined).collect();
        judge(&all, &rule(Stage::Last)).verdict
    };
    let mut out = 0;
    for seed in 0..200 {
        out += u32::from(one(seed) == verdict);
    }
    out
}

/// The evidence of both.
fn joined((first, more): (Evidence, Evidence)) -> Evidence {
    let observed = match (first.observed, more.observed) {
        (Observed::Pairs(some), Observed::Pairs(more)) => Observed::Pairs([some, more].concat()),
        (Observed::Apart { baseline, now }, Observed::Apart { now: more, .. }) => Observed::Apart {
            baseline,
            now: [now, more].concat(),
        },
        (first, _) => first,
    };
    Evidence { observed, ..first }
}

#[track_caller]
fn check(way: Way, rounds: usize, factor: f64, expect: std::ops::RangeInclusive<u32>) {
    let seen = count(Change::Regressed, way, rounds, factor);
    assert!(
        expect.contains(&seen),
        "{way:?}, {rounds} rounds, {factor}: {seen} of 200"
    );
}

#[test]
fn the_same_service_twice_raises_an_alarm_in_at_most_one_of_twenty() {
    check(Way::Live, 5, 1.0, 0..=10);
    check(Way::Live, 10, 1.0, 0..=10);
    check(Way::Reference, 5, 1.0, 0..=10);
    check(Way::Reference, 10, 1.0, 0..=10);
}

#[test]
fn a_quarter_more_is_found_in_nine_of_ten() {
    check(Way::Live, 10, 1.25, 180..=200);
    check(Way::Reference, 10, 1.25, 180..=200);
    check(Way::Reference, 5, 1.25, 160..=200);
}

#[test]
fn half_as_much_more_is_found_by_a_quick_run() {
    check(Way::Live, 5, 1.5, 190..=200);
}

#[test]
fn the_same_service_is_mostly_known_to_be_no_worse() {
    for rounds in [5, 10] {
        let seen = count(Change::None, Way::Reference, rounds, 1.0);
        assert!(seen >= 100, "{rounds} rounds: {seen} of 200");
    }
}

#[test]
fn five_percent_are_not_flagged() {
    check(Way::Live, 10, 1.05, 0..=10);
    check(Way::Reference, 10, 1.05, 0..=10);
}
