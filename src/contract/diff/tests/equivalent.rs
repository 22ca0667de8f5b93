//! What means the same in other words is no change, not even an info.

use super::compared;
use super::schemas::document;
use crate::contract::rules::Column;

/// Two schemas that mean the same, in both directions, in each place.
#[track_caller]
fn same(one: &str, other: &str) {
    for column in [
        Column::RequestBody,
        Column::ResponseBody,
        Column::Parameter,
        Column::Header,
    ] {
        for (base, revision) in [(one, other), (other, one)] {
            let compared = compared(&document(column, base), &document(column, revision));
            let found: Vec<String> = compared.changes.iter().map(|change| change.rule.id()).collect();
            assert!(found.is_empty(), "{base}\n{revision}\n{column:?}\n{found:?}");
        }
    }
}

/// The ids of the changes of a request body from one schema to another.
#[track_caller]
fn check(base: &str, revision: &str, expect: &[&str]) {
    let column = Column::RequestBody;
    let compared = compared(&document(column, base), &document(column, revision));
    let mut found: Vec<String> = compared.changes.iter().map(|change| change.rule.id()).collect();
    found.sort();
    assert_eq!(found, expect, "{base}\n{revision}");
}

#[test]
fn keywords_that_say_nothing_are_no_change() {
    for (one, other) in [
        ("{type: integer, multipleOf: 1}", "{type: integer}"),
        ("{type: integer, multipleOf: 0.5}", "{type: integer}"),
        ("{type: string, pattern: '.*'}", "{type: string}"),
        ("{type: string, pattern: ''}", "{type: string}"),
        ("{type: string, pattern: '^'}", "{type: string, pattern: '.*'}"),
        ("{type: string, minLength: 0}", "{type: string}"),
        ("{type: array, minItems: 0}", "{type: array}"),
        ("{type: array, uniqueItems: false}", "{type: array}"),
        ("{type: array, items: {}}", "{type: array}"),
        ("{type: object, minProperties: 0}", "{type: object}"),
        ("{type: object, required: []}", "{type: object}"),
        ("{type: object, properties: {}}", "{type: object}"),
        ("{type: object, propertyNames: {}}", "{type: object}"),
        ("{type: object, additionalProperties: {}}", "{type: object}"),
        ("{type: object, additionalProperties: true}", "{type: object}"),
        (
            "{type: object, additionalProperties: {description: d}}",
            "{type: object}",
        ),
    ] {
        same(one, other);
    }
    // Of numbers that need not be whole it says something, and so do both ends of a line.
    check(
        "{type: number}",
        "{type: number, multipleOf: 1}",
        &["request-body-multiple-of-set"],
    );
    check(
        "{type: integer}",
        "{type: integer, multipleOf: 1.5}",
        &["request-body-multiple-of-set"],
    );
    check(
        "{type: string}",
        "{type: string, pattern: '^.*$'}",
        &["request-body-pattern-added"],
    );
    check(
        "{type: object}",
        "{type: object, minProperties: 1}",
        &["request-body-min-properties-set"],
    );
}

#[test]
fn nothing_is_refused_in_several_words() {
    for (one, other) in [
        (
            "{type: object, additionalProperties: {not: {}}}",
            "{type: object, additionalProperties: false}",
        ),
        (
            "{type: object, properties: {a: {}}, additionalProperties: {not: true, title: t}}",
            "{type: object, properties: {a: {}}, additionalProperties: false}",
        ),
        (
            "{type: object, properties: {a: {not: {}}}}",
            "{type: object, properties: {a: false}}",
        ),
    ] {
        same(one, other);
    }
    check(
        "{type: object, properties: {a: {}, b: {}}, additionalProperties: {not: {}}}",
        "{type: object, properties: {a: {}}, additionalProperties: {not: {}}}",
        &["request-property-removed", "request-property-removed-from-closed"],
    );
}

#[test]
fn a_choice_between_values_is_a_list_of_them() {
    for (one, other) in [
        ("{oneOf: [{const: a}, {const: b}]}", "{enum: [a, b]}"),
        (
            "{type: string, oneOf: [{const: a, title: x}, {const: b, description: y}]}",
            "{type: string, enum: [b, a]}",
        ),
        (
            "{oneOf: [{type: string, const: a}, {type: string, const: b}]}",
            "{type: string, enum: [a, b]}",
        ),
        ("{anyOf: [{const: a}, {enum: [b, c]}]}", "{enum: [a, b, c]}"),
        ("{anyOf: [{const: a}, {enum: [a, b]}]}", "{enum: [a, b]}"),
        ("{type: string, enum: [a]}", "{type: string, const: a}"),
    ] {
        same(one, other);
    }
    check(
        "{oneOf: [{const: a}, {const: b}, {const: c}]}",
        "{enum: [a, b]}",
        &["request-body-enum-value-removed"],
    );
    check(
        "{type: string, enum: [a, b]}",
        "{type: string, oneOf: [{const: a}, {const: b}, {const: c}]}",
        &["request-body-enum-value-added"],
    );
    // What two branches of `oneOf` accept is refused, and that is another list.
    let compared = compared(
        &document(Column::RequestBody, "{enum: [a, b, c]}"),
        &document(Column::RequestBody, "{oneOf: [{enum: [a, b]}, {enum: [b, c]}]}"),
    );
    assert!(!compared.changes.is_empty());
}

#[test]
fn branches_twice_or_one_in_another_are_the_same_branches() {
    let (text, number, truth) = (
        "{type: string, maxLength: 2}",
        "{type: integer, minimum: 3}",
        "{type: boolean}",
    );
    for (one, other) in [
        (
            format!("{{anyOf: [{text}, {number}, {text}]}}"),
            format!("{{anyOf: [{text}, {number}]}}"),
        ),
        (
            format!("{{anyOf: [{{anyOf: [{text}, {number}]}}, {truth}]}}"),
            format!("{{anyOf: [{text}, {number}, {truth}]}}"),
        ),
        (
            format!("{{anyOf: [{{anyOf: [{{anyOf: [{truth}, {text}]}}, {number}]}}, {truth}]}}"),
            format!("{{anyOf: [{{anyOf: [{number}, {text}]}}, {truth}, {text}]}}"),
        ),
    ] {
        same(&one, &other);
    }
    check(
        &format!("{{anyOf: [{{anyOf: [{text}, {number}]}}, {truth}]}}"),
        &format!("{{anyOf: [{text}, {truth}]}}"),
        &["request-property-any-of-removed"],
    );
    // Of `oneOf` it is another choice: what matches all three was refused.
    let nested = format!("{{oneOf: [{{oneOf: [{text}, {number}]}}, {truth}]}}");
    let flat = format!("{{oneOf: [{text}, {number}, {truth}]}}");
    let compared = compared(
        &document(Column::RequestBody, &nested),
        &document(Column::RequestBody, &flat),
    );
    assert!(!compared.changes.is_empty());
}

#[test]
fn null_is_written_as_each_version_writes_it() {
    let old = |schema: &str| document(Column::RequestBody, schema).replace("3.1.0", "3.0.3");
    let new = |schema: &str| document(Column::RequestBody, schema);
    for (one, other) in [
        ("{type: string, nullable: true}", "{type: [string, 'null']}"),
        (
            "{type: string, nullable: true, enum: [a, null]}",
            "{type: [string, 'null'], enum: [a, null]}",
        ),
        (
            "{type: object, properties: {a: {type: string, nullable: true}}}",
            "{type: object, properties: {a: {anyOf: [{type: string}, {type: 'null'}]}}}",
        ),
    ] {
        for (base, revision) in [(old(one), new(other)), (new(other), old(one))] {
            let found: Vec<String> = compared(&base, &revision)
                .changes
                .iter()
                .map(|change| change.rule.id())
                .collect();
            assert!(found.is_empty(), "{one}\n{other}\n{found:?}");
        }
    }
}

#[test]
fn a_choice_in_a_choice_is_one_choice() {
    same(
        "{anyOf: [{type: string}, {anyOf: [{type: integer}, {type: boolean}]}]}",
        "{anyOf: [{type: string}, {type: integer}, {type: boolean}]}",
    );
    // `null` around a choice, and as one of its branches.
    same(
        "{anyOf: [{anyOf: [{type: string}, {type: integer}]}, {type: 'null'}]}",
        "{anyOf: [{type: string}, {type: integer}, {type: 'null'}]}",
    );
    let (one, other) = (
        "{type: object, properties: {a: {}}}",
        "{type: object, properties: {b: {}}}",
    );
    for key in ["anyOf", "oneOf"] {
        same(
            &format!("{{{key}: [{{{key}: [{one}, {other}]}}, {{type: 'null'}}]}}"),
            &format!("{{{key}: [{one}, {other}, {{type: 'null'}}]}}"),
        );
    }
    // What is gone or new in it is told.
    check(
        "{anyOf: [{type: string}, {anyOf: [{type: integer}, {type: boolean}]}]}",
        "{anyOf: [{type: string}, {type: integer}]}",
        &[
            "request-body-list-of-types-narrowed",
            "request-property-list-of-types-narrowed",
        ],
    );
    check(
        "{anyOf: [{anyOf: [{type: string}, {type: integer}]}, {type: 'null'}]}",
        "{anyOf: [{type: string}, {type: integer}]}",
        &["request-body-became-not-nullable"],
    );
}
