//! `allOf` as an intersection: what is said in another branch is no change.

use std::collections::BTreeSet;

use super::schemas::document;
use super::{compared, ids};
use crate::contract::rules::{Column, Level};

/// What changes that are no infos are found between two schemas of a request body, and of a response body.
#[track_caller]
fn check(base: &str, revision: &str, request: &[&str], response: &[&str]) {
    for (column, expect) in [(Column::RequestBody, request), (Column::ResponseBody, response)] {
        let mut compared = compared(&document(column, base), &document(column, revision));
        compared
            .changes
            .retain(|change| change.rule.level() != Level::Info);
        let expect: BTreeSet<String> = expect.iter().map(|id| (*id).to_owned()).collect();
        assert_eq!(ids(&compared), expect, "{base}\n{revision}\n{column:?}");
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
        &[
            "request-body-all-of-removed",
            "request-property-max-length-decreased",
        ],
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
