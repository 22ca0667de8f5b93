//! Every rule, made to appear by two small documents.

mod addresses;
mod choices;
mod documents;
mod dynamic;
mod equivalent;
mod eyes_operations;
mod eyes_schemas;
mod families;
mod intersections;
mod levels;
mod lines;
mod mended_operations;
mod mended_schemas;
mod mutated;
mod overlaps;
mod ranges;
mod rewritten;
mod robust;
mod schemas;
mod several_choices;
mod spellings;
mod unreadable;
mod version32;
mod written;
mod written_as_xml;

use std::collections::BTreeSet;

use super::{Comparison, Notice, Options, diff};
use crate::contract::arena::Limits;
use crate::contract::load::{Nowhere, World};
use crate::contract::rules::{Level, Rule};

/// What differs between two documents on a day.
#[track_caller]
fn compared_with(base: &str, revision: &str, notice: Notice) -> Comparison {
    let mut world = World::new(Limits::default());
    let mut load = |name: &str, text: &str| match world.load(name, text.to_owned(), &Nowhere) {
        Ok(document) => document,
        Err(error) => panic!("{error}\n{text}"),
    };
    let (base, revision) = (load("base.yaml", base), load("revision.yaml", revision));
    world.settle();
    let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
    diff(&world, &base, &revision, Options { today, notice })
}

#[track_caller]
fn compared(base: &str, revision: &str) -> Comparison {
    compared_with(base, revision, Notice::default())
}

/// The ids of all changes.
fn ids(comparison: &Comparison) -> BTreeSet<String> {
    comparison.changes.iter().map(|change| change.rule.id()).collect()
}

/// The changes between two documents that are no infos; they must be of these rules.
#[track_caller]
fn loud(base: &str, revision: &str, expect: &[impl AsRef<str>]) -> Comparison {
    let mut compared = compared(base, revision);
    compared
        .changes
        .retain(|change| change.rule.level() != Level::Info);
    let expect: BTreeSet<String> = expect.iter().map(|id| id.as_ref().to_owned()).collect();
    assert_eq!(ids(&compared), expect, "{base}\n{revision}");
    compared
}

/// A document in braces with these schemas among its components.
fn with_schemas(document: &str, schemas: &str) -> String {
    let open = document.trim_end().strip_suffix('}').unwrap();
    format!("{open}, \"components\": {{\"schemas\": {{{schemas}}}}}}}")
}

/// Rules that nothing makes appear: they are there because others know their ids, or for what is not built yet.
const NEVER: [&str; 16] = [
    // A parameter of the path is one of each of its operations.
    "new-optional-request-default-parameter-to-existing-path",
    "new-required-request-default-parameter-to-existing-path",
    "response-mediatype-enum-value-removed",
    // Bounds that are not written count from 0.
    "request-body-min-items-set",
    "request-property-min-items-set",
    "response-body-min-items-set",
    "response-property-min-items-set",
    "request-parameter-min-items-set",
    "request-parameter-property-min-items-set",
    "response-header-min-items-set",
    // Bodies that are no JSON are compared as if they were.
    "request-body-type-compatible",
    "request-property-type-compatible",
    "response-body-type-compatible",
    "response-property-type-compatible",
    "suppression-expired",
    "suppression-unused",
];

#[test]
fn every_rule_is_made_to_appear() {
    let mut seen: BTreeSet<String> = schemas::seen();
    seen.extend(documents::seen());
    let missing: Vec<String> = Rule::all()
        .map(Rule::id)
        .filter(|id| !seen.contains(id))
        .collect();
    let expected: Vec<String> = missing
        .iter()
        .filter(|id| !NEVER.contains(&&***id))
        .cloned()
        .collect();
    assert!(
        expected.is_empty(),
        "{} rules never appear: {expected:#?}",
        expected.len()
    );
    let back: Vec<&&str> = NEVER.iter().filter(|id| seen.contains(**id)).collect();
    assert!(back.is_empty(), "these appear now: {back:?}");
}
