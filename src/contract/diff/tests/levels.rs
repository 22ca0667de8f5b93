//! Changes that are harmless in one direction only, or at first sight only.

use std::collections::BTreeMap;

use super::compared;
use super::schemas::document;
use crate::contract::rules::{Column, Level};

/// What is found between two schemas in a place, with its level.
fn told(column: Column, base: &str, revision: &str) -> BTreeMap<String, Level> {
    let compared = compared(&document(column, base), &document(column, revision));
    let changes = compared.changes.iter();
    changes
        .map(|change| (change.rule.id(), change.rule.level()))
        .collect()
}

/// The levels of a rule that is one in both directions.
#[track_caller]
fn check(suffix: &str, base: &str, revision: &str, request: Option<Level>, response: Option<Level>) {
    for (column, expect) in [(Column::RequestBody, request), (Column::ResponseBody, response)] {
        let told = told(column, base, revision);
        let id = format!("{}{suffix}", column.prefix());
        assert_eq!(told.get(&id).copied(), expect, "{base} {revision} {told:?}");
    }
}

#[test]
fn who_names_a_schema_by_a_word_needs_the_word() {
    use Level::{Error, Info, Warning};
    let with = |discriminator: &str| format!("{{discriminator: {{{discriminator}}}}}");
    check(
        "discriminator-property-name-changed",
        &with("propertyName: a"),
        &with("propertyName: b"),
        Some(Error),
        Some(Warning),
    );
    let mapped = |mapping: &str| with(&format!("propertyName: a, mapping: {{{mapping}}}"));
    let (one, two) = (mapped("x: Cat"), mapped("x: Cat, y: Dog"));
    check(
        "discriminator-mapping-deleted",
        &two,
        &one,
        Some(Error),
        Some(Info),
    );
    check("discriminator-mapping-added", &one, &two, Some(Info), Some(Info));
    check(
        "discriminator-mapping-changed",
        &mapped("x: Cat"),
        &mapped("x: Dog"),
        Some(Warning),
        Some(Warning),
    );
    // The name of a schema and a reference to it are the same, and its own name needs no entry.
    check(
        "discriminator-mapping-changed",
        &mapped("x: Cat"),
        &mapped("x: '#/components/schemas/Cat'"),
        None,
        None,
    );
    check(
        "discriminator-mapping-deleted",
        &mapped("x: Cat, Dog: '#/components/schemas/Dog'"),
        &mapped("x: Cat"),
        None,
        Some(Info),
    );
}

#[test]
fn what_leaves_or_enters_a_direction_is_told() {
    let with = |required: &str, flag: &str| {
        format!("{{type: object, required: [{required}], properties: {{a: {{type: string{flag}}}}}}}")
    };
    let level = |column, base: &str, revision: &str, id: &str| told(column, base, revision).get(id).copied();
    let (plain, read, written) = (
        with("a", ""),
        with("a", ", readOnly: true"),
        with("a", ", writeOnly: true"),
    );
    for (column, base, revision, id, expect) in [
        (
            Column::RequestBody,
            &plain,
            &read,
            "request-required-property-became-read-only",
            Level::Info,
        ),
        (
            Column::RequestBody,
            &read,
            &plain,
            "request-required-property-became-not-read-only",
            Level::Warning,
        ),
        (
            Column::ResponseBody,
            &plain,
            &written,
            "response-required-property-became-write-only",
            Level::Warning,
        ),
        (
            Column::ResponseBody,
            &written,
            &plain,
            "response-required-property-became-not-write-only",
            Level::Warning,
        ),
        (
            Column::RequestBody,
            &with("", ", readOnly: true"),
            &plain,
            "request-property-became-required",
            Level::Error,
        ),
        (
            Column::ResponseBody,
            &plain,
            &with("", ", writeOnly: true"),
            "response-required-property-became-write-only",
            Level::Warning,
        ),
    ] {
        assert_eq!(level(column, base, revision, id), Some(expect), "{id}");
    }
}
