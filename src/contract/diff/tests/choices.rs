//! Branches of a choice that have no names: which became which.

use std::collections::BTreeSet;

use super::schemas::document;
use super::{compared, ids, loud};
use crate::contract::rules::Column;

/// The changes that are no infos between two choices in a request body, and in a response body.
#[track_caller]
fn check(base: &[&str], revision: &[&str], request: &[&str], response: &[&str]) {
    for key in ["oneOf", "anyOf"] {
        let choice = |branches: &[&str]| format!("{{{key}: [{}]}}", branches.join(", "));
        for (column, expect) in [(Column::RequestBody, request), (Column::ResponseBody, response)] {
            let document = |branches| document(column, &choice(branches));
            let word = if key == "oneOf" { "one-of" } else { "any-of" };
            let expect: Vec<String> = expect
                .iter()
                .map(|id| {
                    id.replace("CHOICE", word)
                        .replace("one-of-widened", "one-of-added")
                })
                .collect();
            loud(&document(base), &document(revision), &expect);
        }
    }
}

const CAT: &str =
    "{type: object, required: [purrs], properties: {purrs: {type: boolean}, name: {type: string}}}";
const LOUD_CAT: &str = "{type: object, required: [purrs], properties: {purrs: {type: boolean}, name: {type: string, maxLength: 9}}}";
const DOG: &str =
    "{type: object, required: [barks], properties: {barks: {type: boolean}, age: {type: integer}}}";
const OLD_DOG: &str = "{type: object, required: [barks], properties: {barks: {type: boolean}, age: {type: integer, minimum: 9}}}";
const FISH: &str = "{type: object, required: [swims], properties: {swims: {type: boolean}}}";

#[test]
fn branches_are_paired_by_what_they_have_in_common() {
    let narrowed = ["request-property-max-length-set", "request-property-min-set"];
    let widened = ["response-property-max-length-unset"];
    check(&[CAT, DOG], &[OLD_DOG, LOUD_CAT], &narrowed, &[]);
    check(&[CAT, DOG], &[LOUD_CAT, OLD_DOG], &narrowed, &[]);
    check(&[LOUD_CAT, DOG], &[DOG, CAT], &[], &widened);
    // In any order nothing happened.
    check(&[CAT, DOG, FISH], &[FISH, CAT, DOG], &[], &[]);
}

#[test]
fn what_has_nothing_in_common_came_and_went() {
    check(
        &["{type: string, maxLength: 3}", "{type: integer, maximum: 4}"],
        &["{type: boolean, enum: [true]}", "{type: array, minItems: 1}"],
        &["request-body-CHOICE-removed"],
        &["response-body-CHOICE-widened"],
    );
    check(
        &[CAT, DOG],
        &[LOUD_CAT, FISH],
        &["request-body-CHOICE-removed", "request-property-max-length-set"],
        &["response-body-CHOICE-widened"],
    );
}

#[test]
fn of_many_branches_nobody_looks_for_pairs() {
    let branch = |number: usize, limit: usize| {
        format!(
            "{{type: object, required: [p{number}], properties: {{p{number}: {{type: integer, minimum: {limit}}}}}}}"
        )
    };
    let found = |count: usize| {
        let choice = |limit: usize| {
            let all: Vec<String> = (0..count).map(|number| branch(number, limit)).collect();
            document(Column::RequestBody, &format!("{{oneOf: [{}]}}", all.join(", ")))
        };
        ids(&compared(&choice(1), &choice(2)))
    };
    assert_eq!(
        found(16),
        BTreeSet::from(["request-property-min-increased".to_owned()])
    );
    assert!(found(17).contains("request-body-one-of-removed"));
}

#[test]
fn lists_of_the_same_thing_are_the_same_branch() {
    let with = |limit: usize, names: [&str; 2]| {
        let list = |name: &str| format!("{{type: array, items: {{$ref: '#/components/schemas/{name}'}}}}");
        format!(
            "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\npaths: {{/a: {{get: {{responses: {{'200': {{description: ok, content: \
             {{a/b: {{schema: {{anyOf: [{}, {}]}}}}}}}}}}}}}}}}\ncomponents: {{schemas: {{A: {{maxLength: {limit}}}, \
             B: {{maximum: {limit}}}}}}}\n",
            list(names[0]),
            list(names[1])
        )
    };
    let expect = BTreeSet::from([
        "response-property-max-increased".to_owned(),
        "response-property-max-length-increased".to_owned(),
    ]);
    for names in [["A", "B"], ["B", "A"]] {
        assert_eq!(ids(&compared(&with(1, ["A", "B"]), &with(2, names))), expect);
    }
}
