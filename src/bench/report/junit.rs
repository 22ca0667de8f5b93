//! `JUnit` XML: a case for each requirement and each metric that was compared.

use chrono::{DateTime, Utc};

use super::document::{Document, named};
use super::human::judged;
use super::numbers::change;
use crate::bench::requirements::Weight;
use crate::bench::statistics::verdict::Change;
use crate::model::format::junit::{Case, Outcome, Suite, document as whole};
use crate::model::verdict::Verdict;

/// The document, as of a time.
pub fn junit(document: &Document, at: DateTime<Utc>) -> String {
    let class = "sdd.bench".to_owned();
    let case = |name: String, outcome: Outcome| Case {
        class: class.clone(),
        name,
        duration_ms: 0,
        outcome,
    };
    let required = document.requirements.iter().map(|one| {
        let said = judged(one);
        let outcome = match (one.verdict, one.weight) {
            (Verdict::Passed, _) => Outcome::Passed,
            (_, Weight::Told) => Outcome::Skipped { message: said },
            (Verdict::Failed, Weight::Required) => Outcome::Failure {
                kind: "requirement".to_owned(),
                message: said.clone(),
                body: said,
            },
            (_, Weight::Required) => Outcome::Error {
                kind: "not measured".to_owned(),
                message: said.clone(),
                body: said,
            },
        };
        case(named(one), outcome)
    });
    let compared = document.regression.metrics.iter().map(|one| {
        let ratio = one.ratio.map_or_else(String::new, change);
        let outcome = match one.verdict {
            _ if !one.gated => Outcome::Skipped {
                message: one.reason.clone().unwrap_or_else(|| "not judged".to_owned()),
            },
            Change::Regressed => Outcome::Failure {
                kind: "regression".to_owned(),
                message: ratio.clone(),
                body: ratio,
            },
            Change::Suspect | Change::Inconclusive if one.metric.leads() => Outcome::Error {
                kind: "inconclusive".to_owned(),
                message: ratio.clone(),
                body: ratio,
            },
            _ => Outcome::Passed,
        };
        case(format!("regression {}", one.metric.name()), outcome)
    });
    let suite = Suite {
        name: document.url.clone(),
        duration_ms: 0,
        properties: vec![
            ("verdict".to_owned(), document.verdict.as_str().to_owned()),
            ("decision".to_owned(), document.decision.clone()),
            (
                "engine".to_owned(),
                format!("{} {}", document.engine.name, document.engine.version),
            ),
        ],
        cases: required.chain(compared).collect(),
        notes: document.notes.clone(),
    };
    whole([suite], at)
}
