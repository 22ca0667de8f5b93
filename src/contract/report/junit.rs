//! `JUnit` XML, as CI systems read it: a suite a section, a case for each rule that found something worth it.
//!
//! What fails is a failure; what does not is a case that passed, and its entries stand in the suite's output. A section
//! in which nothing fails has a case that says so: what is not there is not shown, and looks like what was never asked.

use chrono::{DateTime, Utc};

use super::FailOn;
use super::page::{Entry, Group, Page, Section, Standing, groups};
use crate::contract::rules::Level;
use crate::model::format::junit::{Case, Outcome, Suite, document};
use crate::model::text::{one_line, shorten};

/// Entries that one case lists.
const MAX_ENTRIES: usize = 1_000;
/// Operations that are named of one entry.
const MAX_CALLS: usize = 20;
/// Characters of a message.
const MAX_MESSAGE: usize = 300;

/// The document, as of a time.
pub fn junit(page: &Page, at: DateTime<Utc>) -> String {
    document(page.sections.iter().map(|section| suite(page, section)), at)
}

fn suite(page: &Page, section: &Section) -> Suite {
    let class = format!("sdd.{}", page.command().replace(' ', "."));
    let name = match one_line(&section.title).trim() {
        "" => class.clone(),
        title => title.to_owned(),
    };
    let case = |name: String, outcome: Outcome| Case {
        class: class.clone(),
        name,
        duration_ms: 0,
        outcome,
    };
    let mut cases = Vec::new();
    let mut notes = Vec::new();
    for gap in &section.gaps {
        cases.push(case(
            "could not be checked".to_owned(),
            Outcome::Error {
                kind: "no answer".to_owned(),
                message: shorten(&one_line(gap), MAX_MESSAGE),
                body: one_line(gap),
            },
        ));
    }
    let mut infos = 0;
    for group in groups(section.counting()) {
        let rule = named(&group);
        if group.first.standing == Standing::Open && page.fail_on != FailOn::None {
            cases.push(case(
                rule,
                Outcome::Error {
                    kind: "no answer".to_owned(),
                    message: shorten(&one_line(group.first.message), MAX_MESSAGE),
                    body: body(&group),
                },
            ));
        } else if page.fail_on.fails(group.first.level) {
            cases.push(case(rule, failure(&group)));
        } else if group.first.level == Level::Info {
            infos += group.entries.len();
        } else {
            notes.push(body(&group));
            cases.push(case(rule, Outcome::Passed));
        }
    }
    for group in groups(section.suppressed()) {
        let why = group.first.why_not().unwrap_or_default();
        let message = format!(
            "{} of them: {}",
            group.entries.len(),
            shorten(&one_line(why), MAX_MESSAGE)
        );
        notes.push(body(&group));
        cases.push(case(named(&group), Outcome::Skipped { message }));
    }
    let quiet = |case: &Case| matches!(case.outcome, Outcome::Passed | Outcome::Skipped { .. });
    if cases.iter().all(quiet) {
        let said = if section.entries.is_empty() {
            section.subject.nothing()
        } else {
            "nothing fails"
        };
        cases.insert(0, case(said.to_owned(), Outcome::Passed));
    }
    if infos > 0 {
        notes.push(format!("{infos} of level info"));
    }
    Suite {
        name,
        duration_ms: 0,
        properties: vec![
            ("verdict".to_owned(), page.verdict.as_str().to_owned()),
            ("decision".to_owned(), page.decision.clone()),
        ],
        cases,
        notes,
    }
}

/// A name that is not empty: readers drop a case without one.
fn named(group: &Group) -> String {
    match one_line(group.first.rule).trim() {
        "" => "rule".to_owned(),
        rule => rule.to_owned(),
    }
}

fn failure(group: &Group) -> Outcome {
    let mut message = one_line(group.first.message);
    let more = group.entries.len() - 1;
    if more > 0 {
        message = format!("{} (and {more} more)", shorten(&message, MAX_MESSAGE));
    }
    Outcome::Failure {
        kind: group.first.level.as_str().to_owned(),
        message,
        body: body(group),
    }
}

fn body(group: &Group) -> String {
    let first = group.first;
    let mut body = format!(
        "{} {}\n{}\n{}\n",
        first.level,
        one_line(first.rule),
        one_line(first.why),
        one_line(first.safe)
    );
    for entry in group.entries.iter().take(MAX_ENTRIES) {
        body.push_str(&told(entry));
    }
    let more = group.entries.len().saturating_sub(MAX_ENTRIES);
    if more > 0 {
        body.push_str(&format!("\nand {more} more\n"));
    }
    body
}

fn told(entry: &Entry) -> String {
    let mut told = format!("\n{}\n", one_line(entry.message));
    if let Some(calls) = entry.called(MAX_CALLS) {
        told.push_str(&format!("  in {calls}\n"));
    }
    for place in [entry.base, entry.revision].into_iter().flatten() {
        told.push_str(&format!("  {}\n", place.named()));
    }
    if let Some(note) = entry.note() {
        told.push_str(&format!("  ({})\n", one_line(note)));
    }
    told
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop, proptest};
    use quick_xml::events::Event;
    use quick_xml::{Reader, XmlVersion};

    use super::super::samples::{Sample, any_sample, check, everything, page};
    use super::*;

    fn at() -> DateTime<Utc> {
        "2026-11-20T10:00:00Z".parse().unwrap()
    }

    /// The elements of a document that is well formed.
    fn elements(document: &str) -> Vec<String> {
        let mut reader = Reader::from_str(document);
        reader.config_mut().check_end_names = true;
        let mut elements = Vec::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Start(element) | Event::Empty(element) => {
                    for attribute in element.attributes() {
                        attribute
                            .unwrap()
                            .normalized_value(XmlVersion::default())
                            .unwrap();
                    }
                    elements.push(element.name().as_ref().to_owned());
                }
                Event::Eof => return elements,
                _ => {}
            }
        }
    }

    fn count(document: &str, name: &str) -> usize {
        elements(document)
            .iter()
            .filter(|element| *element == name)
            .count()
    }

    #[test]
    fn a_suite_a_section_and_a_case_a_rule() {
        let samples = everything();
        insta::assert_snapshot!(junit(&check(&samples), at()));
    }

    #[test]
    fn what_fails_is_what_was_asked_for() {
        let samples = [
            Sample::new("a", Level::Error),
            Sample::new("b", Level::Warning),
            Sample::new("c", Level::Info),
        ];
        let failures = |fail_on: FailOn| {
            let mut page = page(&samples);
            page.fail_on = fail_on;
            let document = junit(&page, at());
            (count(&document, "failure"), count(&document, "testcase"))
        };
        assert_eq!(failures(FailOn::Error), (1, 2));
        assert_eq!(failures(FailOn::Warning), (2, 2));
        assert_eq!(failures(FailOn::None), (0, 3));
    }

    #[test]
    fn what_could_not_be_compared_has_no_answer_unless_nothing_fails() {
        let samples = [Sample::new("a", Level::Warning).standing(Standing::Open)];
        let mut page = page(&samples);
        let told = |page: &Page| {
            let document = junit(page, at());
            (count(&document, "error"), count(&document, "testcase"))
        };
        assert_eq!(told(&page), (1, 1));
        page.fail_on = FailOn::None;
        assert_eq!(told(&page), (0, 2));
    }

    #[test]
    fn nothing_found_is_a_case_that_passed() {
        let document = junit(&page(&[]), at());
        assert_eq!(
            (count(&document, "testcase"), count(&document, "failure")),
            (1, 0)
        );
        assert!(document.contains("name=\"nothing changed\""), "{document}");
    }

    proptest! {
        #[test]
        fn any_text_gives_a_document(samples in prop::collection::vec(any_sample(), 0..5)) {
            let document = junit(&page(&samples), at());
            let elements = elements(&document);
            assert!(elements.contains(&"testcase".to_owned()));
            assert!(!document.contains("##["));
        }
    }
}
