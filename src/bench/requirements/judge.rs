//! Whether what was measured is what is required.

use serde::Serialize;

use super::{Bound, Measured, Requirement, Source, Subject, Weight};
use crate::model::verdict::Verdict;

/// One requirement and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    /// What it is about: `p95`, `rps`.
    pub metric: String,
    /// The service, where each is judged by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The limit.
    pub limit: f64,
    /// The side of it: `<`, `<=`, `>=`, `>`.
    pub bound: &'static str,
    /// The unit of limit and actual value.
    pub unit: &'static str,
    /// What was measured; `None` where it was not.
    pub actual: Option<f64>,
    /// How far the value is on the right side, as a share of the limit; below 0 on the wrong one. `None` without a
    /// value, and of a limit of 0.
    pub margin: Option<f64>,
    /// What came of it.
    pub verdict: Verdict,
    /// Where it comes from.
    pub source: Source,
    /// Whether missing it matters.
    pub weight: Weight,
    /// Why there is no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
}

impl Judged {
    /// Makes it one that was not measured: what was seen says nothing.
    pub fn take_back(&mut self, why: &'static str) {
        (self.actual, self.margin) = (None, None);
        self.verdict = Verdict::Error;
        self.reason = Some(why);
    }
}

/// Judges one requirement by a value; without one, and by one that is no number, it is an error.
pub fn judge(requirement: &Requirement, measured: Option<f64>) -> Judged {
    let Requirement {
        subject,
        bound,
        source,
        weight,
    } = *requirement;
    let actual = measured.filter(|value| value.is_finite());
    let limit = bound.limit();
    let verdict = match actual {
        Some(value) if bound.holds(value) => Verdict::Passed,
        Some(_) => Verdict::Failed,
        None => Verdict::Error,
    };
    let margin = actual.map(|value| match bound {
        Bound::Below(_) | Bound::AtMost(_) => (limit - value) / limit,
        Bound::AtLeast(_) | Bound::Above(_) => (value - limit) / limit,
    });
    Judged {
        metric: subject.name(),
        service: None,
        limit,
        bound: bound.sign(),
        unit: subject.unit(),
        actual,
        margin: margin.filter(|margin| margin.is_finite()),
        verdict,
        source,
        weight,
        reason: actual.is_none().then_some("it was not measured"),
    }
}

/// The percentage of requests that may go wrong where nobody says anything else. A service that fails answers fast, so that
/// its latencies alone would look well.
const ERRORS: f64 = 1.0;

/// Judges all requirements, and what is asked of every run: that there were answers, and that few went wrong.
pub fn judge_all(requirements: &[Requirement], measured: &Measured) -> Vec<Judged> {
    let always = |subject, bound| Requirement {
        subject,
        bound,
        source: Source::Always,
        weight: Weight::Required,
    };
    let mut all = vec![always(Subject::Requests, Bound::AtLeast(1.0))];
    let asked = |one: &Requirement| one.subject == Subject::Errors && one.weight == Weight::Required;
    if !requirements.iter().any(asked) {
        all.push(always(Subject::Errors, Bound::AtMost(ERRORS)));
    }
    all.extend_from_slice(requirements);
    let of = |requirement: &Requirement| {
        let requirement = *requirement;
        let values = measured.values(requirement.subject).into_iter();
        values.map(move |(service, value)| Judged {
            service,
            ..judge(&requirement, value)
        })
    };
    all.iter().flat_map(of).collect()
}

/// The verdict of all that matter.
pub fn overall(judged: &[Judged]) -> Verdict {
    Verdict::join(
        judged
            .iter()
            .filter(|one| one.weight == Weight::Required)
            .map(|one| one.verdict),
    )
}
