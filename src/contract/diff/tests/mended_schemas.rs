//! Changes of schemas that are easily overlooked, or easily told where there are none.

use super::loud;
use super::schemas::document;
use crate::contract::rules::Column;

/// The changes that are no infos between two schemas of a request body, and of a response body.
#[track_caller]
fn check(base: &str, revision: &str, request: &[&str], response: &[&str]) {
    between(["3.1.0", "3.1.0"], base, revision, request, response);
}

/// The same between two versions of the specification.
#[track_caller]
fn between(versions: [&str; 2], base: &str, revision: &str, request: &[&str], response: &[&str]) {
    for (column, expect) in [(Column::RequestBody, request), (Column::ResponseBody, response)] {
        let document = |version: &str, schema| document(column, schema).replace("3.1.0", version);
        loud(
            &document(versions[0], base),
            &document(versions[1], revision),
            expect,
        );
    }
}

/// Nothing between two spellings, in either direction.
#[track_caller]
fn same(one: &str, other: &str) {
    check(one, other, &[], &[]);
    check(other, one, &[], &[]);
}

#[test]
fn names_that_must_be_there_count_without_a_description() {
    let (demands, excuses) = (
        "request-property-became-required",
        "response-property-became-optional",
    );
    for (less, more) in [
        ("{type: object}", "{type: object, required: [k]}"),
        (
            "{type: array, items: {type: object}}",
            "{type: array, items: {type: object, required: [k]}}",
        ),
        (
            "{type: object, additionalProperties: {type: string}}",
            "{type: object, additionalProperties: {type: string}, required: [k]}",
        ),
        ("{properties: {a: {}}}", "{properties: {a: {}}, required: [k]}"),
        (
            "{dependentSchemas: {a: {minProperties: 2}}}",
            "{dependentSchemas: {a: {minProperties: 2, required: [k]}}}",
        ),
        (
            "{allOf: [{title: A, properties: {a: {}}}, {title: B}]}",
            "{allOf: [{title: A, properties: {a: {}}}, {title: B, required: [k]}]}",
        ),
    ] {
        check(less, more, &[demands], &[]);
        check(more, less, &[], &[excuses]);
    }
    for key in ["anyOf", "oneOf"] {
        let choice = |name: &str| format!("{{{key}: [{{required: [{name}]}}, {{required: [b]}}]}}");
        check(&choice("a"), &choice("c"), &[demands], &[excuses]);
    }
    check(
        "{not: {required: [a, b]}}",
        "{not: {required: [a]}}",
        &["request-property-not-changed"],
        &[],
    );
    check(
        "{if: {required: [a]}, then: {required: [b]}}",
        "{if: {required: [a]}, then: {required: [b, c]}}",
        &[demands],
        &[],
    );
    // What was demanded before is not new when it is described.
    check(
        "{required: [a]}",
        "{required: [a], properties: {a: {}}}",
        &[],
        &[],
    );
    check("{required: [a]}", "{properties: {a: {}}}", &[], &[excuses]);
}

#[test]
fn a_closed_object_refuses_what_it_does_not_name() {
    for key in ["additionalProperties", "unevaluatedProperties"] {
        let one = format!("{{properties: {{a: {{}}}}, {key}: false}}");
        let two = format!("{{properties: {{a: {{}}, b: {{}}}}, {key}: false}}");
        check(
            &two,
            &one,
            &["request-property-removed", "request-property-removed-from-closed"],
            &["response-optional-property-removed"],
        );
        check(&one, &two, &[], &["response-property-added-to-closed"]);
    }
}

#[test]
fn a_name_in_a_map_is_compared_with_what_the_map_held() {
    let map = |rest: &str| format!("{{additionalProperties: {{type: integer}}{rest}}}");
    check(
        &map(""),
        &map(", properties: {a: {type: string}}"),
        &["request-property-type-changed"],
        &["response-property-type-changed"],
    );
    check(
        &map(""),
        &map(", properties: {a: {type: number}}"),
        &[],
        &["response-property-type-generalized"],
    );
    check(
        &map(", properties: {a: {type: string}}"),
        &map(""),
        &["request-property-removed", "request-property-type-changed"],
        &[
            "response-optional-property-removed",
            "response-property-type-changed",
        ],
    );
}

#[test]
fn limits_that_change_their_kind_are_compared_by_what_they_let_through() {
    let (less, more) = ("{maximum: 5, exclusiveMaximum: 5}", "{maximum: 5}");
    check(more, less, &["request-body-max-decreased"], &[]);
    check(less, more, &[], &["response-body-max-increased"]);
    check(
        more,
        "{exclusiveMaximum: 5}",
        &["request-body-max-decreased"],
        &[],
    );
    check(
        "{exclusiveMinimum: 5}",
        "{minimum: 5}",
        &[],
        &["response-body-min-decreased"],
    );
    check(
        "{minimum: 5}",
        "{exclusiveMinimum: 5}",
        &["request-body-min-increased"],
        &[],
    );
    same(
        "{minimum: 1, exclusiveMinimum: 5}",
        "{minimum: 3, exclusiveMinimum: 5}",
    );
    same(
        "{type: integer, maximum: 5}",
        "{type: integer, exclusiveMaximum: 6}",
    );
    same(
        "{type: integer, minimum: -5}",
        "{type: integer, exclusiveMinimum: -6}",
    );
    check(
        "{type: number, exclusiveMaximum: 6}",
        "{type: number, maximum: 5}",
        &["request-body-max-decreased"],
        &[],
    );
    let versions = ["3.0.3", "3.1.0"];
    between(
        versions,
        "{maximum: 5, exclusiveMaximum: true}",
        "{exclusiveMaximum: 5}",
        &[],
        &[],
    );
}

#[test]
fn one_item_is_contained_unless_a_number_is_written() {
    let (plain, none) = ("{contains: {const: 1}}", "{contains: {const: 1}, minContains: 0}");
    check(plain, none, &[], &["response-body-min-contains-decreased"]);
    check(none, plain, &["request-body-min-contains-increased"], &[]);
    same(plain, "{contains: {const: 1}, minContains: 1}");
}

#[test]
fn one_value_is_a_list_of_one() {
    same("{const: a}", "{enum: [a]}");
    check(
        "{const: a}",
        "{enum: [a, b]}",
        &[],
        &["response-body-enum-value-added"],
    );
    check(
        "{enum: [a, b]}",
        "{const: a}",
        &["request-body-enum-value-removed"],
        &[],
    );
}

#[test]
fn null_has_many_spellings() {
    let plain = "{type: [string, 'null']}";
    for other in [
        "{anyOf: [{type: string}, {enum: [null]}]}",
        "{oneOf: [{type: string}, {const: null}]}",
        "{anyOf: [{type: 'null'}, {type: string}]}",
    ] {
        same(plain, other);
    }
    for (old, new) in [
        (
            "{allOf: [{type: object}], nullable: true}",
            "{anyOf: [{type: object}, {type: 'null'}]}",
        ),
        (
            "{type: string, enum: [a], nullable: true}",
            "{type: [string, 'null'], enum: [a, null]}",
        ),
    ] {
        between(["3.0.3", "3.1.0"], old, new, &[], &[]);
        between(["3.1.0", "3.0.3"], new, old, &[], &[]);
    }
    check(
        "{type: [string, 'null'], enum: [a]}",
        "{type: [string, 'null'], enum: [a, null]}",
        &[],
        &["response-body-enum-value-added"],
    );
}

#[test]
fn what_belongs_together_can_be_less_or_more() {
    let (less, more) = (
        "{dependentRequired: {a: [b]}}",
        "{dependentRequired: {a: [b, c]}}",
    );
    check(more, less, &[], &["response-body-dependent-required-removed"]);
    check(
        less,
        more,
        &["request-body-dependent-required-changed"],
        &["response-body-dependent-required-changed"],
    );
    same(more, "{dependentRequired: {a: [c, b]}}");
}

#[test]
fn a_condition_alone_says_nothing() {
    same("{type: string}", "{type: string, if: {const: a}}");
    same("{if: {const: a}}", "{if: {const: b}}");
}

#[test]
fn any_of_several_is_more_than_one_of_them() {
    let choice =
        |key: &str| format!("{{{key}: [{{type: string, maxLength: 3}}, {{type: integer, maximum: 4}}]}}");
    check(&choice("oneOf"), &choice("anyOf"), &[], &[]);
}

#[test]
fn a_new_limit_of_items_refuses_longer_lists() {
    check(
        "{type: array}",
        "{type: array, maxItems: 3}",
        &["request-body-max-items-set"],
        &[],
    );
}
