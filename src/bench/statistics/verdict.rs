//! Whether a metric became worse by more than the threshold, and whether the service did.
//!
//! A change is one of a ratio: a threshold of 10 % is a latency of 1.1 times the earlier one, and 1 / 1.1 of its requests per
//! second. What lies wholly beyond is `regressed` or `improved`, what lies wholly within is `none`, and what noise leaves open
//! says so.

use serde::Serialize;

use super::evidence::{Basis, Evidence, Mute};
use super::interval::{Estimate, Interval, ONE_SIDED, RESAMPLES};
use super::metric::Metric;
use super::{effect, holm};

/// What became of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Worse by more than the threshold, for all that is known.
    Regressed,
    /// Worse, and probably by more than the threshold: more rounds will tell.
    Suspect,
    /// Not worse by more than the threshold.
    None,
    /// Better by more than the threshold.
    Improved,
    /// There is too much noise for an answer.
    Inconclusive,
}

impl Change {
    /// The name used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Regressed => "regressed",
            Self::Suspect => "suspect",
            Self::None => "none",
            Self::Improved => "improved",
            Self::Inconclusive => "inconclusive",
        }
    }

    /// The same seen from the other version.
    #[must_use]
    pub fn swapped(self) -> Self {
        match self {
            Self::Regressed => Self::Improved,
            Self::Improved => Self::Regressed,
            other => other,
        }
    }
}

/// Whether more rounds can follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A suspicion will be looked into.
    First,
    /// This is all there will be: what is only suspected is inconclusive.
    Last,
}

/// How changes are judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// The change that matters, as a share such as 0.1.
    pub threshold: f64,
    /// Whether more rounds can follow.
    pub stage: Stage,
    /// How often rounds are drawn again.
    pub resamples: usize,
}

impl Rule {
    /// The usual rule with this threshold.
    pub fn new(threshold: f64, stage: Stage) -> Self {
        Self {
            threshold: if threshold.is_finite() {
                threshold.max(0.0)
            } else {
                0.0
            },
            stage,
            resamples: RESAMPLES,
        }
    }
}

/// What is told of a metric.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    /// Which.
    pub metric: Metric,
    /// What became of it.
    pub verdict: Change,
    /// What the ratio is made of.
    pub basis: Basis,
    /// The earlier or other median, in the metric's unit.
    pub baseline: Option<f64>,
    /// The median now.
    pub now: Option<f64>,
    /// The ratio of now to before. Of the share of errors it is that of both plus a thousandth.
    pub ratio: Option<f64>,
    /// The interval of 90 % around the ratio; `None` of too few rounds.
    pub interval: Option<Interval>,
    /// The smallest change for the worse that would have been found in four of five such runs, as a share.
    pub smallest_effect: Option<f64>,
    /// Whether it has a say in the whole.
    pub gated: bool,
    /// Why it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What became of all metrics.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Regression {
    /// The whole.
    pub verdict: Change,
    /// The change that matters, as a share.
    pub threshold: f64,
    /// Each metric.
    pub metrics: Vec<Judged>,
}

/// A metric that has a say.
struct Asked<'a> {
    evidence: &'a Evidence,
    estimate: Estimate,
    /// How likely noise is to show a change for the worse beyond the threshold, and one for the better.
    chances: [f64; 2],
}

/// Judges metrics.
pub fn judge(evidence: &[Evidence], rule: &Rule) -> Regression {
    let estimates = evidence.iter().map(|evidence| {
        let estimate = evidence.observed.estimate_of(rule.resamples);
        estimate.filter(|estimate| estimate.log.is_finite())
    });
    let estimates: Vec<Option<Estimate>> = estimates.collect();
    let asked: Vec<Asked<'_>> = evidence
        .iter()
        .zip(&estimates)
        .filter(|(evidence, _)| evidence.mute.is_none())
        .filter_map(|(evidence, estimate)| Some(Asked::new(evidence, estimate.clone()?, rule)))
        .collect();
    let corrected =
        [0, 1].map(|side| holm::corrected(&asked.iter().map(|one| one.chances[side]).collect::<Vec<_>>()));
    let metrics = evidence.iter().zip(estimates).map(|(evidence, estimate)| {
        let at = asked.iter().position(|one| std::ptr::eq(one.evidence, evidence));
        let verdict = at.map(|at| asked[at].change(corrected[0][at], corrected[1][at], rule));
        let effect = |one: &Asked<'_>| one.smallest_effect(rule, asked.len());
        Judged {
            metric: evidence.metric,
            verdict: verdict.unwrap_or(Change::Inconclusive),
            basis: evidence.basis,
            baseline: evidence.baseline,
            now: evidence.now,
            ratio: estimate
                .as_ref()
                .map(Estimate::ratio)
                .filter(|ratio| ratio.is_finite()),
            interval: estimate
                .filter(|_| !matches!(evidence.mute, Some(Mute::FewRounds { .. })))
                .map(|estimate| estimate.interval()),
            smallest_effect: at
                .map(|at| effect(&asked[at]))
                .filter(|effect| effect.is_finite()),
            gated: at.is_some(),
            reason: evidence.mute.map(|mute| mute.to_string()),
        }
    });
    let metrics: Vec<Judged> = metrics.collect();
    Regression {
        verdict: whole(&metrics),
        threshold: rule.threshold,
        metrics,
    }
}

impl<'a> Asked<'a> {
    fn new(evidence: &'a Evidence, estimate: Estimate, rule: &Rule) -> Self {
        let bound = rule.threshold.ln_1p();
        let more = estimate.chance_at_most(bound);
        let less = estimate.chance_at_least(-bound);
        let chances = if evidence.metric.sign() < 0.0 {
            [less, more]
        } else {
            [more, less]
        };
        Self {
            evidence,
            estimate,
            chances,
        }
    }

    /// The logarithms of how much worse it became: the least that is plausible, the median, the most.
    fn worse(&self) -> [f64; 3] {
        let seen = &self.estimate;
        let all = [seen.low(ONE_SIDED), seen.log, seen.high(ONE_SIDED)];
        if self.evidence.metric.sign() < 0.0 {
            let [low, log, high] = all;
            [-high, -log, -low]
        } else {
            all
        }
    }

    /// What became of the metric. The chances are those of all metrics together.
    fn change(&self, worse_by_chance: f64, better_by_chance: f64, rule: &Rule) -> Change {
        let bound = rule.threshold.ln_1p();
        let [low, log, high] = self.worse();
        let floor = self.evidence.metric.floor();
        let small = |log: f64| self.evidence.change(self.evidence.metric.sign() * log).abs() < floor;
        if small(log) && (log.abs() > bound || small(high)) {
            return Change::None;
        }
        if worse_by_chance <= ONE_SIDED && low > bound {
            Change::Regressed
        } else if better_by_chance <= ONE_SIDED && high < -bound {
            Change::Improved
        } else if log > bound && low > 0.0 && rule.stage == Stage::First {
            Change::Suspect
        } else if high < bound {
            Change::None
        } else {
            Change::Inconclusive
        }
    }

    fn smallest_effect(&self, rule: &Rule, questions: usize) -> f64 {
        let seen = effect::smallest(
            &self.estimate,
            self.evidence.metric.sign(),
            rule.threshold,
            questions,
        );
        let floor = self.evidence.metric.floor();
        match self.evidence.baseline {
            Some(was) if was > 0.0 => seen.max(floor / (was + self.evidence.metric.offset())),
            _ => seen,
        }
    }
}

/// The verdict of the whole: one metric that became worse is enough; "not worse" needs an answer from each metric that
/// leads, and from one at all.
fn whole(metrics: &[Judged]) -> Change {
    let gated = || metrics.iter().filter(|one| one.gated);
    let any = |change| gated().any(|one| one.verdict == change);
    let open = gated().any(|one| one.metric.leads() && one.verdict == Change::Inconclusive);
    let steady = gated().any(|one| one.metric.leads() && one.metric != Metric::ErrorRate);
    if any(Change::Regressed) {
        Change::Regressed
    } else if any(Change::Suspect) {
        Change::Suspect
    } else if open || !steady {
        Change::Inconclusive
    } else if any(Change::Improved) {
        Change::Improved
    } else {
        Change::None
    }
}

#[cfg(test)]
mod tests;
