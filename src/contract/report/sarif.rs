//! SARIF 2.1.0: one run in which every entry is a result, and every missing answer a notification.
//!
//! The place of a result is the one in the revision, since GitHub shows only the first. Its fingerprint is made of the
//! rule, the pointer and the operations, so that it is the same when lines move.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::Place;
use super::page::{Entry, Page, Standing};
use crate::contract::rules::Level;
use crate::model::format::inert;
use crate::model::format::sarif::{MAX_RESULTS, SCHEMA, artifact, fnv, id, message};
use crate::model::text::{one_line, sanitise};
use crate::model::verdict::RunVerdict;

/// The file that stands for what has no place: the project's settings.
const SETTINGS: &str = ".session/config.json";
/// Operations that a result names.
const MAX_CALLS: usize = 200;

/// The document, of this version of sdd.
pub fn sarif(page: &Page, sdd_version: &str) -> serde_json::Result<String> {
    let document = json!({"$schema": SCHEMA, "version": "2.1.0", "runs": [run(page, sdd_version)]});
    Ok(inert::json(&serde_json::to_string_pretty(&document)?) + "\n")
}

/// What is collected on the way through the entries.
#[derive(Default)]
struct Run {
    rules: Vec<Value>,
    /// Where each rule stands in the list.
    known: HashMap<String, usize>,
    results: Vec<Value>,
    /// How often each fingerprint occurred.
    seen: HashMap<u64, u32>,
    notifications: Vec<Value>,
}

fn run(page: &Page, sdd_version: &str) -> Value {
    let mut run = Run::default();
    for section in &page.sections {
        for gap in &section.gaps {
            run.notify("error", "sdd/no-answer", gap);
        }
        let open = |entry: &&Entry| entry.standing == Standing::Open;
        for entry in section.entries.iter().filter(open).take(MAX_RESULTS) {
            run.notify("error", "sdd/no-answer", entry.message);
        }
    }
    let entries = page.sections.iter().flat_map(|section| {
        let title = page.titled().then_some(section.title.as_str());
        section.entries.iter().map(move |entry| (entry, title))
    });
    for (entry, title) in entries.clone().take(MAX_RESULTS) {
        run.entry(entry, title);
    }
    let more = entries.count().saturating_sub(MAX_RESULTS);
    if more > 0 {
        run.notify(
            "warning",
            "sdd/capped",
            &format!("{more} more are counted and not listed"),
        );
    }
    let command = page.command();
    json!({
        "tool": {"driver": {"name": "sdd", "version": sdd_version, "rules": run.rules}},
        "automationDetails": {"id": format!("sdd/{command}/")},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The directory in which sdd was run."}}},
        "invocations": [{
            "executionSuccessful": page.verdict != RunVerdict::Error,
            "toolExecutionNotifications": run.notifications,
        }],
        "results": run.results,
        "properties": {"verdict": page.verdict, "decision": page.decision},
    })
}

impl Run {
    fn entry(&mut self, entry: &Entry, title: Option<&str>) {
        let rule = match one_line(entry.rule).as_str() {
            "" => "rule".to_owned(),
            rule => id(rule),
        };
        let index = self.rule(&rule, entry);
        let print = fingerprint(entry);
        let count = self.seen.entry(print).or_default();
        *count += 1;
        let mut result = json!({
            "ruleId": rule,
            "ruleIndex": index,
            "level": level(entry.level),
            "message": {"text": text(entry)},
            "locations": [location(entry.place(), Some(entry.pointer), None)],
            "partialFingerprints": {
                "primaryLocationLineHash": format!("{print:016x}:{count}"),
                "sddFingerprint/v1": format!("{print:016x}"),
            },
            "properties": {"operations": calls(entry)},
        });
        if let Some(base) = entry.base.filter(|base| entry.place() != Some(base)) {
            let there = location(Some(base), None, Some("in the base"));
            result["relatedLocations"] = json!([there]);
        }
        if let Some(why) = entry.why_not() {
            result["suppressions"] = json!([{"kind": "external", "justification": sanitise(why)}]);
        } else if let Some(note) = entry.note() {
            result["properties"]["note"] = json!(note);
        }
        if let Some(title) = title {
            result["properties"]["section"] = json!(title);
        }
        self.results.push(result);
    }

    /// Where a rule stands in the list; it is added when it is met for the first time.
    fn rule(&mut self, rule: &str, entry: &Entry) -> usize {
        if let Some(index) = self.known.get(rule) {
            return *index;
        }
        self.rules.push(json!({
            "id": rule,
            "shortDescription": {"text": message(&rule.replace('-', " "))},
            "fullDescription": {"text": message(entry.why)},
            "help": {"text": message(entry.safe)},
            "defaultConfiguration": {"level": level(entry.level)},
            "properties": {"tags": ["api-contract"]},
        }));
        let index = self.rules.len() - 1;
        self.known.insert(rule.to_owned(), index);
        index
    }

    fn notify(&mut self, level: &str, id: &str, what: &str) {
        self.notifications.push(json!({
            "level": level, "descriptor": {"id": id}, "message": {"text": message(&sanitise(what))},
        }));
    }
}

/// What happened, and the operations by name where they are few.
fn text(entry: &Entry) -> String {
    let said = sanitise(entry.message);
    message(&match entry.called(3) {
        Some(calls) => format!("{said} (in {calls})"),
        None => said,
    })
}

fn calls(entry: &Entry) -> Vec<String> {
    let mut calls: Vec<String> = entry
        .calls
        .iter()
        .take(MAX_CALLS)
        .map(|call| call.named())
        .collect();
    let more = entry.calls.len().saturating_sub(MAX_CALLS);
    if more > 0 {
        calls.push(format!("and {more} more"));
    }
    calls
}

fn location(place: Option<&Place>, pointer: Option<&str>, said: Option<&str>) -> Value {
    let mut location = Map::new();
    if place.is_none() && pointer.is_some() {
        // What is about a suppression stands in no description, and a result without a place is taken by nobody.
        location.insert(
            "physicalLocation".to_owned(),
            json!({"artifactLocation": artifact(SETTINGS)}),
        );
    }
    if let Some(place) = place {
        let region = json!({"startLine": place.line.max(1), "startColumn": place.column.max(1)});
        location.insert(
            "physicalLocation".to_owned(),
            json!({"artifactLocation": artifact(&place.file), "region": region}),
        );
    }
    let pointer = pointer.or(place
        .map(|place| place.pointer.as_str())
        .filter(|pointer| !pointer.is_empty()));
    if let Some(pointer) = pointer {
        location.insert(
            "logicalLocations".to_owned(),
            json!([{"fullyQualifiedName": pointer, "kind": "jsonPointer"}]),
        );
    }
    if let Some(said) = said {
        location.insert("message".to_owned(), json!({"text": said}));
    }
    Value::Object(location)
}

/// What an entry is known by in the next run.
fn fingerprint(entry: &Entry) -> u64 {
    let mut whole = format!("{}\0{}", entry.rule, entry.pointer);
    for call in entry.calls {
        whole.push_str(&format!("\0{} {}", call.method, call.path));
    }
    fnv(whole.as_bytes())
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "note",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop, proptest};

    use super::super::samples::{Sample, any_sample, check, everything, page};
    use super::*;

    fn document(page: &Page) -> Value {
        serde_json::from_str(&sarif(page, "0.0.0").unwrap()).unwrap()
    }

    #[test]
    fn every_entry_is_a_result_with_its_rule() {
        let samples = everything();
        insta::assert_snapshot!(sarif(&check(&samples), "0.0.0").unwrap());
    }

    #[test]
    fn a_fingerprint_stays_when_lines_move_and_tells_equals_apart() {
        let prints = |sample: Sample| {
            let samples = [sample.clone(), sample];
            let document = document(&page(&samples));
            let print = |at: usize| {
                document["runs"][0]["results"][at]["partialFingerprints"]["primaryLocationLineHash"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            };
            (print(0), print(1))
        };
        let sample = || Sample::new("a", Level::Error).calls(2);
        let before = prints(sample());
        assert_ne!(before.0, before.1);
        let mut moved = sample().message("other words");
        moved.revision.as_mut().unwrap().line = 99;
        assert_eq!(prints(moved), before);
        assert_ne!(prints(sample().calls(3)), before);
        let mut elsewhere = sample();
        elsewhere.pointer.push_str("/x");
        assert_ne!(prints(elsewhere), before);
    }

    #[test]
    fn what_is_beyond_what_readers_take_is_counted() {
        let samples: Vec<Sample> = (0..MAX_RESULTS + 7)
            .map(|_| Sample::new("a", Level::Info))
            .collect();
        let document = document(&page(&samples));
        let run = &document["runs"][0];
        assert_eq!(run["results"].as_array().unwrap().len(), MAX_RESULTS);
        assert_eq!(run["tool"]["driver"]["rules"].as_array().unwrap().len(), 1);
        assert_eq!(
            run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"],
            "7 more are counted and not listed"
        );
    }

    proptest! {
        #[test]
        fn any_text_gives_a_document(samples in prop::collection::vec(any_sample(), 0..5)) {
            let page = page(&samples);
            let document = document(&page);
            assert_eq!(document["runs"][0]["results"].as_array().unwrap().len(), samples.len());
            assert!(!sarif(&page, "0").unwrap().contains("##["));
        }
    }
}
