//! `JUnit` XML: a case for each requirement and each metric that was compared.

use chrono::{DateTime, Utc};

use super::document::{Document, named};
use super::words::{compared, judged, label};
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
    let against = document.regression.metrics.iter().map(|one| {
        let said = compared(one);
        let outcome = match one.verdict {
            _ if !one.gated => Outcome::Skipped {
                message: one.reason.clone().unwrap_or_else(|| "not judged".to_owned()),
            },
            Change::Regressed => Outcome::Failure {
                kind: "regression".to_owned(),
                message: said.clone(),
                body: said,
            },
            Change::Suspect | Change::Inconclusive if one.metric.leads() => Outcome::Error {
                kind: "inconclusive".to_owned(),
                message: said.clone(),
                body: said,
            },
            _ => Outcome::Passed,
        };
        case(format!("against the baseline: {}", label(one.metric)), outcome)
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
        cases: required.chain(against).collect(),
        notes: document.notes.clone(),
    };
    whole([suite], at)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{all, at, failed};
    use super::*;

    #[test]
    fn a_case_for_each_question() {
        insta::assert_snapshot!(junit(&failed(), at()));
    }

    #[test]
    fn every_document_is_well_formed_and_counts_what_it_has() {
        for (name, document) in all() {
            let page = junit(&document, at());
            let mut reader = quick_xml::Reader::from_str(&page);
            loop {
                match reader.read_event() {
                    Ok(quick_xml::events::Event::Eof) => break,
                    Ok(_) => {}
                    Err(error) => panic!("{name}: {error}: {page}"),
                }
            }
            let failures = page.matches("<failure ").count();
            assert!(
                page.contains(&format!(" failures=\"{failures}\" ")),
                "{name}: {page}"
            );
            assert!(
                !page.contains("<script") && !page.contains("##["),
                "{name}: {page}"
            );
            assert!(
                page.chars().all(|c| c == '\n' || !c.is_control()),
                "{name}: {page:?}"
            );
            assert!(
                !page.lines().any(|line| line.trim_start().starts_with("::")),
                "{page}"
            );
        }
    }
}
