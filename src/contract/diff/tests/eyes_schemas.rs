//! Changes that a reader sees at once and a comparison of keywords does not, each with its mirror image.

use std::collections::BTreeSet;

use super::schemas::document;
use super::{compared, ids};
use crate::contract::rules::{Column, Level};

/// The errors between two documents.
fn errors(base: &str, revision: &str) -> BTreeSet<String> {
    let mut compared = compared(base, revision);
    compared
        .changes
        .retain(|change| change.rule.level() == Level::Error);
    ids(&compared)
}

/// What a schema is to those who send it, and to those who get it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    /// All of the old values and more.
    Wider,
    /// Fewer values.
    Narrower,
    /// The same values.
    Same,
    /// Neither.
    Other,
}

/// How the second schema lies to the first one, in both directions, and the reverse.
#[track_caller]
fn check(old: &str, new: &str, expect: Change) {
    let mirror = match expect {
        Change::Wider => Change::Narrower,
        Change::Narrower => Change::Wider,
        other => other,
    };
    for (old, new, expect) in [(old, new, expect), (new, old, mirror)] {
        for column in [
            Column::RequestBody,
            Column::ResponseBody,
            Column::RequestProperty,
            Column::ResponseProperty,
        ] {
            let is_request = matches!(column, Column::RequestBody | Column::RequestProperty);
            let found = errors(&document(column, old), &document(column, new));
            let breaks = match expect {
                Change::Wider => !is_request,
                Change::Narrower => is_request,
                Change::Same => false,
                Change::Other => true,
            };
            assert_eq!(!found.is_empty(), breaks, "{column:?}\n{old}\n{new}\n{found:?}");
        }
    }
}

/// A document whose operation takes and gives pets.
fn pets(discriminator: &str, cat: &str) -> String {
    let content = "{content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}";
    format!(
        "openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\npaths: {{/pets: {{post: {{requestBody: {content}}}, responses: {{'200': {content}, description: ok}}}}}}}}}}\n\
         components:\n  schemas:\n    Pet: {{type: object, required: [kind], properties: {{kind: {{type: string}}}}, discriminator: {{propertyName: kind{discriminator}}}}}\n    \
         Cat: {{allOf: [{{$ref: '#/components/schemas/Pet'}}, {cat}]}}\n    \
         Lion: {{allOf: [{{$ref: '#/components/schemas/Cat'}}, {{type: object}}]}}\n    \
         Owner: {{type: object, properties: {{pet: {{$ref: '#/components/schemas/Pet'}}}}}}\n"
    )
}

#[test]
fn what_a_discriminator_stands_for_is_compared() {
    let plain = "{type: object, required: [lives], properties: {lives: {type: integer}}}";
    let text = "{type: object, required: [lives], properties: {lives: {type: string}}}";
    let toy =
        "{type: object, required: [lives, toy], properties: {lives: {type: integer}, toy: {type: string}}}";
    for discriminator in [
        "",
        ", mapping: {cat: '#/components/schemas/Cat'}",
        ", mapping: {cat: Cat}",
    ] {
        let between = |old: &str, new: &str| errors(&pets(discriminator, old), &pets(discriminator, new));
        let changed = BTreeSet::from([
            "request-property-type-changed".to_owned(),
            "response-property-type-changed".to_owned(),
        ]);
        assert_eq!(between(plain, text), changed);
        assert_eq!(
            between(plain, toy),
            BTreeSet::from(["new-required-request-property".to_owned()])
        );
        assert_eq!(
            between(toy, plain),
            BTreeSet::from(["response-required-property-removed".to_owned()])
        );
        assert_eq!(between(plain, plain), BTreeSet::new());
    }
}

const CAT: &str = "{type: object, required: [purrs], properties: {purrs: {type: boolean}}}";
const DOG: &str = "{type: object, required: [barks], properties: {barks: {type: boolean}}}";

#[test]
fn a_choice_as_a_whole_limits() {
    for key in ["anyOf", "oneOf"] {
        let choice = |around: &str, one: &str, other: &str| format!("{{{around}{key}: [{one}, {other}]}}");
        let open = "{type: object, properties: {a: {type: string}, b: {type: string}}}";
        let beside = choice(
            "type: object, properties: {a: {type: string}, b: {type: string}}, ",
            "{required: [a]}",
            "{required: [b]}",
        );
        check(open, &beside, Change::Narrower);
        check("{}", &choice("", CAT, DOG), Change::Narrower);
        check(
            "{}",
            &choice("", "{maxLength: 3}", "{pattern: a}"),
            Change::Narrower,
        );
        let (short, marked) = ("{type: string, maxLength: 3}", "{type: string, pattern: a}");
        check("{type: string}", &choice("", short, marked), Change::Narrower);
        check(
            "{type: string}",
            &choice("type: string, ", "{maxLength: 3}", "{pattern: a}"),
            Change::Narrower,
        );
        // The reverse is told as `wrapped-in-one-of`: who matches two branches of `oneOf` matches none.
        if key == "anyOf" {
            check(&choice("", CAT, DOG), CAT, Change::Narrower);
        }
        check("{type: object}", &choice("", CAT, DOG), Change::Narrower);
    }
}

#[test]
fn a_choice_of_types_is_a_list_of_types() {
    for key in ["anyOf", "oneOf"] {
        let choice = format!("{{{key}: [{{type: string}}, {{type: integer}}]}}");
        check("{type: [string, integer]}", &choice, Change::Same);
        check("{}", &choice, Change::Narrower);
    }
}

#[test]
fn what_no_branch_allowed_is_something_else() {
    let bird = "{type: object, properties: {wings: {type: integer}}}";
    for key in ["anyOf", "oneOf"] {
        let choice = |one: &str, other: &str| format!("{{{key}: [{one}, {other}]}}");
        check(&choice(CAT, DOG), bird, Change::Other);
        check(
            &choice("{type: string, enum: [a]}", "{type: integer}"),
            "{type: string, enum: [b]}",
            Change::Other,
        );
        check(
            &choice("{type: string, maxLength: 2}", "{type: integer}"),
            "{type: boolean}",
            Change::Other,
        );
    }
}

#[test]
fn values_have_types() {
    for (one, other) in [
        ("{type: string, enum: [a]}", "{const: a}"),
        ("{type: string, enum: [a, b]}", "{enum: [a, b]}"),
        ("{type: string, const: a}", "{const: a}"),
        ("{type: integer, enum: [1]}", "{enum: [1]}"),
        ("{type: number, enum: [1, 2.5]}", "{enum: [1, 2.5]}"),
        ("{type: [string, 'null'], enum: [a, null]}", "{enum: [a, null]}"),
    ] {
        check(one, other, Change::Same);
    }
    check("{type: string}", "{const: a}", Change::Narrower);
    check("{type: string}", "{enum: [a]}", Change::Narrower);
    check("{type: [string, integer]}", "{enum: [a, b]}", Change::Narrower);
    check("{type: integer}", "{const: a}", Change::Other);
}

#[test]
fn a_schema_that_says_nothing_is_none() {
    for (one, other) in [
        ("{type: array, items: {}}", "{type: array}"),
        ("{type: array, items: true}", "{type: array}"),
        ("{type: array, items: {description: a}}", "{type: array}"),
        (
            "{allOf: [{type: string, maxLength: 3}, true]}",
            "{type: string, maxLength: 3}",
        ),
        (
            "{allOf: [{type: string, maxLength: 3}, {}]}",
            "{type: string, maxLength: 3}",
        ),
        (
            "{maxLength: 3, allOf: [{type: string}, true]}",
            "{type: string, maxLength: 3}",
        ),
    ] {
        check(one, other, Change::Same);
    }
}

#[test]
fn a_pattern_of_a_closed_object_lets_names_in() {
    check(
        "{type: object, patternProperties: {'^a': {}, '^b': {}}, additionalProperties: false}",
        "{type: object, patternProperties: {'^a': {}}, additionalProperties: false}",
        Change::Narrower,
    );
}

#[test]
fn an_item_with_a_schema_of_its_own_was_one_of_the_rest() {
    check(
        "{type: array}",
        "{type: array, prefixItems: [{type: string}]}",
        Change::Narrower,
    );
    check("{type: array}", "{type: array, prefixItems: [{}]}", Change::Same);
    check(
        "{type: array, items: {type: string, maxLength: 5}}",
        "{type: array, prefixItems: [{type: string, maxLength: 3}], items: {type: string, maxLength: 5}}",
        Change::Narrower,
    );
    check(
        "{type: array, items: {type: string, maxLength: 2}}",
        "{type: array, prefixItems: [{type: string, maxLength: 3}], items: {type: string, maxLength: 2}}",
        Change::Wider,
    );
    check(
        "{type: array, prefixItems: [{type: string}], items: false}",
        "{type: array, prefixItems: [{type: string}, {type: string}], items: false}",
        Change::Wider,
    );
}

#[test]
fn null_beside_values_is_one_of_them() {
    let old = |column, schema: &str| document(column, schema).replace("3.1.0", "3.0.3");
    let (with, without) = (
        "{type: string, nullable: true, enum: [a, null]}",
        "{type: string, nullable: true, enum: [a]}",
    );
    let column = Column::RequestBody;
    assert!(!errors(&old(column, with), &old(column, without)).is_empty());
    assert!(errors(&old(column, without), &old(column, with)).is_empty());
    let column = Column::ResponseBody;
    assert!(errors(&old(column, with), &old(column, without)).is_empty());
}

#[test]
fn branches_that_hold_their_own_schema_are_paired() {
    const AROUND: &str = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {/a: {post: {requestBody: {content: {a/json: {schema: \
        {$ref: '#/components/schemas/N'}}}}, responses: {'204': {description: ok}}}}}\ncomponents: {schemas: {N: SCHEMA}}\n";
    for schema in [
        "{allOf: [{type: object, properties: {c: {$ref: '#/components/schemas/N'}}}, {type: object, properties: {v: {type: NUMBER}}}]}",
        "{oneOf: [{type: string}, {type: array, items: {$ref: '#/components/schemas/N'}}, {type: NUMBER}]}",
    ] {
        let with = |number: &str| AROUND.replace("SCHEMA", &schema.replace("NUMBER", number));
        assert_eq!(errors(&with("integer"), &with("number")), BTreeSet::new());
        let expect = BTreeSet::from(["request-property-type-changed".to_owned()]);
        assert_eq!(errors(&with("number"), &with("integer")), expect);
    }
}
