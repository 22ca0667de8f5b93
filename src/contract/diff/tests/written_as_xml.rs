//! How values are written as XML: it counts where a body is XML.

use std::collections::BTreeSet;

use super::schemas::document;
use super::{compared, ids};
use crate::contract::rules::Column;

/// What is found between two schemas of a body of a media type.
#[track_caller]
fn check(media: &str, base: &str, revision: &str, expect: &[&str]) {
    for (column, side) in [
        (Column::RequestBody, "request"),
        (Column::ResponseBody, "response"),
    ] {
        let document = |schema| document(column, schema).replace("application/json", media);
        let found = ids(&compared(&document(base), &document(revision)));
        let expect: BTreeSet<String> = expect.iter().map(|id| format!("{side}-{id}")).collect();
        assert_eq!(found, expect, "{media} {base} {revision}");
    }
}

#[test]
fn a_name_counts_where_the_body_is_xml() {
    let with = |xml: &str| format!("{{properties: {{a: {{type: string, xml: {{{xml}}}}}}}}}");
    for media in [
        "application/xml",
        "text/xml; charset=utf-8",
        "application/atom+xml",
    ] {
        check(
            media,
            &with("name: b"),
            &with("name: c"),
            &["property-xml-changed"],
        );
        check(
            media,
            &with("name: b"),
            &with("name: b, namespace: 'urn:x'"),
            &["property-xml-changed"],
        );
        check(
            media,
            &with("name: b, prefix: x"),
            &with("name: b, prefix: y"),
            &["property-xml-prefix-changed"],
        );
        check(media, &with("name: b"), &with("name: b"), &[]);
    }
    check("application/json", &with("name: b"), &with("name: c"), &[]);
}

#[test]
fn what_is_written_otherwise_and_means_the_same_is_no_change() {
    let media = "application/xml";
    let with = |rest: &str| format!("{{properties: {{a: {{type: string{rest}}}}}}}");
    check(media, &with(""), &with(", xml: {name: a}"), &[]);
    check(media, &with(""), &with(", xml: {attribute: false}"), &[]);
    check(
        media,
        &with(", xml: {attribute: true}"),
        &with(", xml: {nodeType: attribute}"),
        &[],
    );
    let list = |xml: &str| {
        format!("{{properties: {{a: {{type: array, items: {{type: string}}, xml: {{{xml}}}}}}}}}")
    };
    check(media, &list("wrapped: false"), &list("nodeType: none"), &[]);
    check(
        media,
        &list(""),
        &list("wrapped: true"),
        &["property-xml-changed"],
    );
    check(
        media,
        "{type: string, xml: {name: a}}",
        "{type: string, description: other, xml: {name: a}}",
        &[],
    );
}

#[test]
fn only_operations_with_xml_are_named() {
    let with = |name: &str| {
        format!(
            "openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\npaths:\n  /json:\n    get: {{responses: {{'200': {{description: ok, \
             content: {{application/json: {{schema: {{$ref: '#/components/schemas/A'}}}}}}}}}}}}\n  /xml:\n    get: {{responses: \
             {{'200': {{description: ok, content: {{application/xml: {{schema: {{$ref: '#/components/schemas/A'}}}}}}}}}}}}\n\
             components: {{schemas: {{A: {{type: object, xml: {{name: {name}}}}}}}}}\n"
        )
    };
    let found = compared(&with("a"), &with("b"));
    let told: Vec<(String, Vec<&str>)> = found
        .changes
        .iter()
        .map(|change| {
            let paths = change
                .operations
                .iter()
                .map(|number| &*found.operations[*number as usize].path);
            (change.rule.id(), paths.collect())
        })
        .collect();
    assert_eq!(told, [("response-body-xml-changed".to_owned(), vec!["/xml"])]);
}
