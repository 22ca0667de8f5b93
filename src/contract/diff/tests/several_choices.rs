//! Choices in several parts of an `allOf`, and choices of which one branch is left.

use super::schemas::document;
use super::{loud, with_schemas};
use crate::contract::rules::Column;

/// The changes that are no infos between two schemas of a request body, and of a response body, beside some schemas.
#[track_caller]
fn check(base: &str, revision: &str, request: &[&str], response: &[&str]) {
    const SCHEMAS: &str = "A: {type: object, required: [a], properties: {a: {}}}, \
        B: {type: object, required: [b], properties: {b: {}}}, \
        AB: {oneOf: [{required: [a]}, {required: [b]}]}, CD: {oneOf: [{required: [c]}, {required: [d]}]}";
    for (column, expect) in [(Column::RequestBody, request), (Column::ResponseBody, response)] {
        let document = |schema: &str| with_schemas(&document(column, schema), SCHEMAS);
        let compared = loud(&document(base), &document(revision), expect);
        assert_eq!(
            compared.changes.len(),
            expect.len(),
            "{base}\n{revision}\n{column:?}"
        );
    }
}

const A: &str = "{$ref: '#/components/schemas/A'}";
const B: &str = "{$ref: '#/components/schemas/B'}";
const AB: &str = "{$ref: '#/components/schemas/AB'}";
const CD: &str = "{$ref: '#/components/schemas/CD'}";

#[test]
fn one_of_two_choices_that_comes_or_goes_is_told_as_that() {
    let written = "{oneOf: [{required: [c]}, {required: [d]}]}";
    for (one, two) in [
        (format!("{{allOf: [{AB}]}}"), format!("{{allOf: [{AB}, {CD}]}}")),
        (
            format!("{{allOf: [{AB}, {{}}]}}"),
            format!("{{allOf: [{written}, {AB}]}}"),
        ),
        (
            "{oneOf: [{required: [a]}, {required: [b]}]}".to_owned(),
            format!("{{oneOf: [{{required: [a]}}, {{required: [b]}}], allOf: [{written}]}}"),
        ),
    ] {
        check(
            &one,
            &two,
            &["request-body-all-of-added", "request-body-choice-added"],
            &[],
        );
        check(
            &two,
            &one,
            &["request-body-all-of-removed"],
            &["response-body-choice-removed"],
        );
    }
}

#[test]
fn the_choice_whose_branches_changed_is_the_one_that_is_told() {
    let two =
        |more: &str| format!("{{allOf: [{AB}, {{oneOf: [{{required: [c]}}, {{required: [d]}}{more}]}}]}}");
    check(
        &two(""),
        &two(", {required: [e]}"),
        &[],
        &["response-body-one-of-added"],
    );
    check(
        &two(", {required: [e]}"),
        &two(""),
        &["request-body-one-of-removed"],
        &[],
    );
    // The same choices in another order.
    check(
        &format!("{{allOf: [{AB}, {CD}, {{title: x, maxProperties: 9}}]}}"),
        &format!("{{allOf: [{CD}, {{title: x, maxProperties: 9}}, {AB}]}}"),
        &[],
        &[],
    );
}

#[test]
fn of_a_choice_with_one_branch_left_the_others_are_gone() {
    for (key, word) in [("oneOf", "one-of"), ("anyOf", "any-of")] {
        let removed = format!("request-body-{word}-removed");
        let choice = format!("{{{key}: [{A}, {B}]}}");
        for left in [
            A.to_owned(),
            format!("{{{key}: [{A}]}}"),
            "{type: object, required: [a], properties: {a: {}}}".to_owned(),
        ] {
            check(&choice, &left, &[&removed], &[]);
        }
        check(
            &choice,
            "{type: object, required: [a], properties: {a: {}, z: {}}, maxProperties: 9}",
            &[&removed, "request-body-max-properties-set"],
            &[],
        );
        let plain = format!("{{{key}: [{{type: string, maxLength: 3}}, {{type: integer, minimum: 1}}]}}");
        check(&plain, "{type: string, maxLength: 3}", &[&removed], &[]);
    }
    let choice = format!("{{anyOf: [{A}, {B}]}}");
    check(A, &choice, &[], &["response-body-any-of-widened"]);
}

#[test]
fn null_around_one_schema_is_not_lost_where_it_became_a_branch() {
    check(
        "{anyOf: [{type: 'null'}, {type: integer, minimum: 2}]}",
        "{anyOf: [{type: string, maxLength: 3}, {type: integer, minimum: 2}]}",
        &["request-body-became-not-nullable"],
        &["response-body-any-of-widened"],
    );
}
