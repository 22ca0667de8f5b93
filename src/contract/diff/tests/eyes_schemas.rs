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
