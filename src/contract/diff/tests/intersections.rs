//! `allOf` as an intersection: what is said in another branch is no change.

use std::collections::BTreeSet;

use super::schemas::document;
use super::{compared, ids, loud};
use crate::contract::rules::{Column, Level};

/// What changes that are no infos are found between two schemas of a request body, and of a response body.
#[track_caller]
fn check(base: &str, revision: &str, request: &[&str], response: &[&str]) {
    for (column, expect) in [(Column::RequestBody, request), (Column::ResponseBody, response)] {
        loud(&document(column, base), &document(column, revision), expect);
    }
}

#[test]
fn what_moves_between_branches_is_no_change() {
    let flat = "{type: object, required: [a], properties: {a: {type: string}, b: {type: integer}}}";
    for split in [
        "{allOf: [{type: object, required: [a], properties: {a: {type: string}}}, {type: object, properties: {b: {type: integer}}}]}",
        "{type: object, properties: {b: {type: integer}}, allOf: [{required: [a], properties: {a: {type: string}}}]}",
        "{type: object, allOf: [{allOf: [{required: [a]}, {properties: {b: {type: integer}}}]}, {properties: {a: {type: string}}}]}",
        "{allOf: [{type: object, required: [a], properties: {a: {type: string}, b: {type: integer}}}, {description: more}]}",
    ] {
        check(flat, split, &[], &[]);
        check(split, flat, &[], &[]);
    }
    // Between branches that stay.
    check(
        "{properties: {x: {}}, allOf: [{title: A, properties: {a: {}}}, {title: B, properties: {b: {}}}]}",
        "{allOf: [{title: A, properties: {a: {}, x: {}}}, {title: B, properties: {b: {}}}]}",
        &[],
        &[],
    );
}

#[test]
fn what_changes_on_the_way_is_told() {
    check(
        "{type: object, properties: {a: {type: string}}}",
        "{allOf: [{type: object, properties: {a: {type: string}}}, {required: [b], properties: {b: {}}}]}",
        &["new-required-request-property", "request-body-all-of-added"],
        &[],
    );
    check(
        "{allOf: [{type: object, properties: {a: {type: string}}}, {required: [b], properties: {b: {}}}]}",
        "{type: object, properties: {a: {type: string}}}",
        &["request-body-all-of-removed", "request-property-removed"],
        &["response-required-property-removed"],
    );
    check(
        "{allOf: [{properties: {a: {maxLength: 5}}}, {properties: {b: {}}}]}",
        "{properties: {a: {maxLength: 4}, b: {}}}",
        &["request-property-max-length-decreased"],
        &[],
    );
}

#[test]
fn what_means_only_its_own_branch_is_compared_with_its_branch() {
    // A closed branch closes what the others may say: joined it would not.
    let closed = "{allOf: [{title: A, additionalProperties: false, properties: {a: {}}}, {title: B, properties: {b: {}}}]}";
    let open = "{allOf: [{title: A, properties: {a: {}}}, {title: B, properties: {b: {}}}]}";
    check(
        open,
        closed,
        &["request-property-additional-properties-closed"],
        &[],
    );
    check(closed, closed, &[], &[]);
    // Two branches that say different things of one property.
    check(
        "{allOf: [{properties: {a: {maxLength: 5}}}, {properties: {a: {minLength: 2}}}]}",
        "{allOf: [{properties: {a: {maxLength: 5}}}, {properties: {a: {minLength: 3}}}]}",
        &["request-property-min-length-increased"],
        &[],
    );
}

/// Two schemas that mean the same, in both directions.
#[track_caller]
fn same(one: &str, other: &str) {
    check(one, other, &[], &[]);
    check(other, one, &[], &[]);
}

#[test]
fn branches_that_say_different_things_of_one_keyword_leave_the_narrowest() {
    for (split, flat) in [
        ("{allOf: [{minimum: 1}, {minimum: 5}]}", "{minimum: 5}"),
        ("{allOf: [{maximum: 1}, {maximum: 5}]}", "{maximum: 1}"),
        ("{maxLength: 9, allOf: [{maxLength: 7}]}", "{maxLength: 7}"),
        ("{allOf: [{minItems: 2}, {minItems: 0}]}", "{minItems: 2}"),
        (
            "{allOf: [{exclusiveMaximum: 5}, {exclusiveMaximum: 4}]}",
            "{exclusiveMaximum: 4}",
        ),
        ("{allOf: [{enum: [a, b]}, {enum: [b, c]}]}", "{enum: [b]}"),
        ("{allOf: [{enum: [a, b]}, {const: b}]}", "{const: b}"),
        ("{allOf: [{multipleOf: 4}, {multipleOf: 6}]}", "{multipleOf: 12}"),
        (
            "{allOf: [{uniqueItems: false}, {uniqueItems: true}]}",
            "{uniqueItems: true}",
        ),
        (
            "{allOf: [{required: [a]}, {required: [b, a]}]}",
            "{required: [a, b]}",
        ),
        (
            "{allOf: [{pattern: a}, {pattern: b}]}",
            "{allOf: [{pattern: b}, {pattern: a, title: x}]}",
        ),
        (
            "{allOf: [{minimum: 2}, {minimum: 5}]}",
            "{allOf: [{minimum: 3}, {minimum: 5}]}",
        ),
        (
            "{allOf: [{properties: {a: {type: string}}}, {properties: {a: {type: string, enum: [x]}}}]}",
            "{properties: {a: {type: string, enum: [x]}}}",
        ),
        (
            "{allOf: [{additionalProperties: false, properties: {a: {}}}, {properties: {a: {}, b: {}}}]}",
            "{additionalProperties: false, properties: {a: {}}}",
        ),
        (
            "{allOf: [{items: {type: string}}, {items: {type: string, maxLength: 3}}]}",
            "{items: {type: string, maxLength: 3}}",
        ),
    ] {
        same(split, flat);
    }
}

#[test]
fn what_is_left_of_branches_is_compared() {
    let narrowed = [
        (
            "{allOf: [{minimum: 1}, {minimum: 5}]}",
            "{allOf: [{minimum: 1}, {minimum: 6}]}",
            "request-body-min-increased",
            "response-body-min-decreased",
        ),
        (
            "{allOf: [{enum: [a, b, c]}, {enum: [b, c, d]}]}",
            "{allOf: [{enum: [a, b]}, {enum: [b, c, d]}]}",
            "request-body-enum-value-removed",
            "response-body-enum-value-added",
        ),
        (
            "{allOf: [{multipleOf: 4}, {multipleOf: 6}]}",
            "{allOf: [{multipleOf: 4}, {multipleOf: 9}]}",
            "request-body-multiple-of-tightened",
            "response-body-multiple-of-loosened",
        ),
    ];
    for (wide, narrow, request, response) in narrowed {
        check(wide, narrow, &[request], &[]);
        check(narrow, wide, &[], &[response]);
    }
    // One of two patterns: the other one still counts.
    check(
        "{allOf: [{pattern: a}, {pattern: b}]}",
        "{allOf: [{pattern: a}, {pattern: c}]}",
        &["request-body-pattern-changed"],
        &["response-body-pattern-changed"],
    );
    check(
        "{allOf: [{minimum: 1}, {minimum: 5}]}",
        "{minimum: 4}",
        &["request-body-all-of-removed"],
        &["response-body-min-decreased"],
    );
    check(
        "{additionalProperties: false, properties: {a: {}}}",
        "{allOf: [{additionalProperties: false, properties: {a: {}, b: {}}}, {properties: {b: {}}}]}",
        &[],
        &["response-property-added-to-closed"],
    );
}

#[test]
fn what_nobody_can_write_as_one_schema_is_compared_branch_by_branch() {
    for (one, other) in [
        // Neither format holds the other one, and neither pattern of names, nor what lies in one property.
        (
            "{allOf: [{format: date}, {format: uuid, title: A}]}",
            "{format: uuid}",
        ),
        (
            "{allOf: [{contains: {const: 1}}, {minContains: 3}]}",
            "{contains: {const: 1}, minContains: 3}",
        ),
        (
            "{allOf: [{if: {const: 1}}, {then: {maximum: 0}}]}",
            "{if: {const: 1}, then: {maximum: 0}}",
        ),
        (
            "{allOf: [{prefixItems: [{}]}, {items: {type: string}}]}",
            "{prefixItems: [{}], items: {type: string}}",
        ),
        (
            "{allOf: [{additionalProperties: {type: string}, properties: {a: {}}}, {properties: {b: {type: integer}}}]}",
            "{additionalProperties: {type: string}, properties: {a: {}, b: {type: integer}}}",
        ),
    ] {
        let (one, other) = (
            document(Column::RequestBody, one),
            document(Column::RequestBody, other),
        );
        assert!(
            !ids(&compared(&one, &other)).is_empty(),
            "these are not the same: {one} {other}"
        );
    }
}

#[test]
fn a_limit_and_whether_it_is_refused_are_of_one_branch() {
    let old = |schema: &str| document(Column::RequestBody, schema).replace("3.1.0", "3.0.3");
    let ids_of = |base: &str, revision: &str| {
        let mut found = compared(&old(base), &old(revision));
        found.changes.retain(|change| change.rule.level() != Level::Info);
        ids(&found)
    };
    let split = "{allOf: [{maximum: 5, exclusiveMaximum: true}, {maximum: 4}]}";
    assert_eq!(ids_of(split, "{maximum: 4}"), BTreeSet::new());
    assert_eq!(ids_of("{maximum: 4}", split), BTreeSet::new());
    let equal = "{allOf: [{maximum: 5}, {maximum: 5, exclusiveMaximum: true}]}";
    let exclusive = "{maximum: 5, exclusiveMaximum: true}";
    assert_eq!(ids_of(equal, exclusive), BTreeSet::new());
    assert_eq!(ids_of(exclusive, equal), BTreeSet::new());
    assert!(!ids_of("{maximum: 5}", equal).is_empty());
}

#[test]
fn what_stands_beside_a_reference_counts_with_what_it_leads_to() {
    let with = |schema: &str| {
        document(Column::RequestBody, schema).replacen(
            '{',
            r#"{"components":{"schemas":{"A":{"type":"string","maxLength":3}}},"#,
            1,
        )
    };
    let check = |base: &str, revision: &str, expect: &[&str]| {
        let mut found = compared(&with(base), &with(revision));
        found.changes.retain(|change| change.rule.level() == Level::Error);
        let expect: BTreeSet<String> = expect.iter().map(|id| (*id).to_owned()).collect();
        assert_eq!(ids(&found), expect, "{base} {revision}");
    };
    let wide = r##"{"$ref":"#/components/schemas/A","maxLength":9}"##;
    let narrow = r##"{"$ref":"#/components/schemas/A","maxLength":2}"##;
    let plain = r#"{"type":"string","maxLength":3}"#;
    check(wide, plain, &[]);
    check(plain, wide, &[]);
    check(wide, narrow, &["request-body-max-length-decreased"]);
    check(narrow, wide, &[]);
}
