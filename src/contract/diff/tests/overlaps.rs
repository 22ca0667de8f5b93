//! One property that several parts of an `allOf` describe: what they say together counts.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::schemas::document;
use super::{Nowhere, compared, ids, loud, with_schemas};
use crate::contract::arena::{Limits, NodeId};
use crate::contract::load::World;
use crate::contract::rules::Column;

/// The changes that are no infos between two schemas of a request body, and of a response body, beside a schema `Base`.
#[track_caller]
fn check(base: &str, revision: &str, request: &[&str], response: &[&str]) {
    for (column, expect) in [(Column::RequestBody, request), (Column::ResponseBody, response)] {
        let schemas = "Base: {type: object, properties: {s: {type: string}}}";
        let document = |schema: &str| with_schemas(&document(column, schema), schemas);
        loud(&document(base), &document(revision), expect);
    }
}

/// Two schemas that mean the same, in both directions.
#[track_caller]
fn same(one: &str, other: &str) {
    check(one, other, &[], &[]);
    check(other, one, &[], &[]);
}

const BASE: &str = "{$ref: '#/components/schemas/Base'}";

#[test]
fn a_part_that_narrows_what_another_part_has_breaks_requests() {
    let narrowed = ["request-property-became-enum"];
    let widened = ["response-property-enum-removed"];
    for narrow in [
        format!("{{allOf: [{BASE}, {{properties: {{x: {{}}, s: {{enum: [a]}}}}}}]}}"),
        format!("{{allOf: [{{properties: {{x: {{}}, s: {{enum: [a]}}}}}}, {BASE}]}}"),
        format!("{{allOf: [{BASE}], properties: {{x: {{}}, s: {{enum: [a]}}}}}}"),
    ] {
        let wide = narrow.replace(", s: {enum: [a]}", "");
        check(&wide, &narrow, &narrowed, &[]);
        check(&narrow, &wide, &[], &widened);
    }
}

#[test]
fn a_part_that_loses_what_another_part_says_changes_nothing() {
    same(
        "{allOf: [{properties: {s: {enum: [a, b, c]}}}, {properties: {s: {enum: [a, b]}}}]}",
        "{allOf: [{properties: {s: {enum: [a, b]}}}, {properties: {s: {enum: [a, b]}}}]}",
    );
    same(
        "{allOf: [{properties: {s: {enum: [a, b, c]}}}, {properties: {s: {enum: [a, b, d]}}}]}",
        "{allOf: [{properties: {s: {enum: [a, b]}}}, {properties: {s: {enum: [a, b, d]}}}]}",
    );
}

#[test]
fn parts_mean_what_one_schema_means() {
    for (parts, flat) in [
        (
            "{allOf: [{properties: {s: {maxLength: 5}}}, {properties: {s: {pattern: x}}}]}",
            "{properties: {s: {maxLength: 5, pattern: x}}}",
        ),
        (
            "{allOf: [{items: {maxLength: 5}}, {items: {pattern: x}}]}",
            "{items: {maxLength: 5, pattern: x}}",
        ),
        (
            "{allOf: [{patternProperties: {'^s': {maxLength: 5}}}, {patternProperties: {'^s': {pattern: x}}}]}",
            "{patternProperties: {'^s': {maxLength: 5, pattern: x}}}",
        ),
        // Three of them, of which one says nothing new.
        (
            "{allOf: [{properties: {s: {maxLength: 5}}}, {properties: {s: {pattern: x}}}, {properties: {s: {maxLength: 9}}}, \
             {properties: {s: {minLength: 2}}}]}",
            "{properties: {s: {maxLength: 5, minLength: 2, pattern: x}}}",
        ),
        // Of what lies deeper.
        (
            "{allOf: [{properties: {s: {properties: {t: {maxLength: 5}}}}}, {properties: {s: {properties: {t: {minLength: 2}}, required: [t]}}}]}",
            "{properties: {s: {required: [t], properties: {t: {maxLength: 5, minLength: 2}}}}}",
        ),
        // What is refused is refused whatever others say.
        (
            "{allOf: [{properties: {s: false}}, {properties: {s: {maxLength: 5}}}]}",
            "{properties: {s: false}}",
        ),
        (
            "{allOf: [{properties: {s: {maxLength: 5}}}, {properties: {s: {pattern: x}}}]}",
            "{allOf: [{properties: {s: {pattern: x}}}, {properties: {s: {maxLength: 5}}}]}",
        ),
    ] {
        same(parts, flat);
    }
    // `allOf` again, in one of them.
    check(
        "{allOf: [{properties: {s: {allOf: [{maxLength: 5}, {title: x, minLength: 1}]}}}, {properties: {s: {pattern: x}}}]}",
        "{allOf: [{properties: {s: {maxLength: 5, minLength: 1}}}, {properties: {s: {pattern: x}}}]}",
        &[],
        &[],
    );
    check(
        "{allOf: [{properties: {s: {maxLength: 5}}}, {properties: {s: {pattern: x}}}]}",
        "{properties: {s: {maxLength: 4, pattern: x}}}",
        &["request-property-max-length-decreased"],
        &[],
    );
}

#[test]
fn who_sets_a_property_is_said_by_any_part() {
    check(
        "{allOf: [{properties: {s: {maxLength: 5}}}, {properties: {s: {pattern: x}}}]}",
        "{allOf: [{properties: {s: {maxLength: 4}}}, {properties: {s: {pattern: x, readOnly: true}}}]}",
        &[],
        &[],
    );
}

#[test]
fn a_change_is_told_where_its_part_has_it() {
    let document = |limit: usize| {
        document(
            Column::RequestBody,
            &format!(
                "{{allOf: [{{properties: {{s: {{pattern: x}}}}}}, {{properties: {{s: {{maxLength: {limit}}}}}}}], properties: {{n{limit}: {{}}}}}}"
            ),
        )
    };
    let mut world = World::new(Limits::default());
    let mut load = |name: &str, text: String| world.load(name, text, &Nowhere).unwrap();
    let (base, revision) = (load("a.yaml", document(5)), load("b.yaml", document(4)));
    world.settle();
    let options = crate::contract::diff::Options {
        today: chrono::NaiveDate::from_ymd_opt(2026, 11, 20).unwrap(),
        notice: crate::contract::diff::Notice::default(),
    };
    let found = crate::contract::diff::diff(&world, &base, &revision, options);
    let change = found
        .changes
        .iter()
        .find(|change| change.rule.id() == "request-property-max-length-decreased");
    let pointer = |node: Option<NodeId>| world.arena.pointer(node.unwrap());
    let change = change.unwrap();
    for node in [change.base, change.revision] {
        assert!(
            pointer(node).ends_with("/schema/allOf/1/properties/s/maxLength"),
            "{}",
            pointer(node)
        );
    }
}

/// Two documents with these schemas, of which the request takes `{allOf: [A, B]}` and a property that tells them apart.
#[track_caller]
fn check_recursive(base: &str, revision: &str, expect: &[&str]) {
    let document = |schemas: &str| {
        let both = "{allOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}]}";
        with_schemas(&document(Column::RequestBody, both), schemas)
    };
    let found = ids(&compared(&document(base), &document(revision)));
    let expect: BTreeSet<String> = expect.iter().map(|id| (*id).to_owned()).collect();
    assert_eq!(found, expect, "{base}\n{revision}");
}

#[test]
fn parts_that_hold_themselves_come_to_an_end() {
    let schemas = |limit: usize| {
        format!(
            "A: {{properties: {{next: {{$ref: '#/components/schemas/A'}}, v: {{type: string}}}}}}, \
             B: {{properties: {{next: {{$ref: '#/components/schemas/B'}}, v: {{maxLength: {limit}}}}}}}"
        )
    };
    check_recursive(&schemas(5), &schemas(5), &[]);
    check_recursive(
        &schemas(5),
        &schemas(4),
        &["request-property-max-length-decreased"],
    );
    // The same circle, written once and twice as long.
    let once = format!("{}, A2: {{}}", schemas(5));
    let twice = "A: {properties: {next: {$ref: '#/components/schemas/A2'}, v: {type: string}}}, \
                 A2: {properties: {next: {$ref: '#/components/schemas/A'}, v: {type: string}}}, \
                 B: {properties: {next: {$ref: '#/components/schemas/B'}, v: {maxLength: 5}}}";
    check_recursive(&once, twice, &[]);
    check_recursive(twice, &once, &[]);
}

/// Parts that go in circles of different lengths: all of their meetings are more than anybody makes.
#[test]
fn circles_that_hardly_meet_do_not_blow_up() {
    let schemas = |limit: usize| {
        let mut text = String::new();
        let mut parts = Vec::new();
        for length in [2, 3, 5, 7, 11, 13, 17] {
            for at in 0..length {
                let next = (at + 1) % length;
                let _ = write!(
                    text,
                    "C{length}x{at}: {{properties: {{next: {{$ref: '#/components/schemas/C{length}x{next}'}}, \
                     v: {{pattern: 'p{length}', maxLength: {limit}}}}}}}, "
                );
            }
            parts.push(format!("{{$ref: '#/components/schemas/C{length}x0'}}"));
        }
        let _ = write!(text, "A: {{allOf: [{}]}}, B: {{title: B}}", parts.join(", "));
        text
    };
    check_recursive(&schemas(5), &schemas(5), &[]);
    check_recursive(
        &schemas(5),
        &schemas(4),
        &["request-property-max-length-decreased"],
    );
}

#[test]
fn deep_parts_do_not_recurse() {
    let schemas = |limit: usize| {
        let nested = |leaf: &str| {
            let mut text = leaf.to_owned();
            for _ in 0..300 {
                text = format!("{{\"properties\":{{\"d\":{text}}}}}");
            }
            text
        };
        let schema = format!(
            "{{\"allOf\":[{},{}]}}",
            nested(&format!("{{\"maxLength\":{limit}}}")),
            nested("{\"pattern\":\"x\"}")
        );
        format!(
            "{{\"openapi\":\"3.1.0\",\"info\":{{\"title\":\"t\",\"version\":\"1\"}},\"paths\":{{\"/a\":{{\"post\":{{\"requestBody\":\
             {{\"content\":{{\"a/b\":{{\"schema\":{schema}}}}}}},\"responses\":{{}}}}}}}}}}"
        )
    };
    let found = ids(&compared(&schemas(5), &schemas(4)));
    assert!(
        found.contains("request-property-max-length-decreased"),
        "{found:?}"
    );
    assert_eq!(ids(&compared(&schemas(5), &schemas(5))), BTreeSet::new());
}
