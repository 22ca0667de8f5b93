//! One meaning in the words of several versions, or in two words of one version.

use std::collections::BTreeSet;

use super::schemas::document;
use super::{compared, ids, loud};
use crate::contract::rules::Column;

/// The changes that are no infos between two documents with a request body and a response body.
#[track_caller]
fn check(versions: [&str; 2], base: &str, revision: &str, request: &[&str], response: &[&str]) {
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
fn same(versions: [&str; 2], one: &str, other: &str) {
    check(versions, one, other, &[], &[]);
    check([versions[1], versions[0]], other, one, &[], &[]);
}

const NEW: [&str; 2] = ["3.1.0", "3.1.0"];
const ACROSS: [&str; 2] = ["3.0.3", "3.1.0"];

#[test]
fn an_object_without_branches_is_closed_in_two_words() {
    let closed = |key: &str| format!("{{properties: {{a: {{}}}}, {key}: false}}");
    let (old, new) = (closed("additionalProperties"), closed("unevaluatedProperties"));
    same(NEW, &old, &new);
    let map = |key: &str, rest: &str| format!("{{{key}: {{type: {rest}}}}}");
    same(
        NEW,
        &map("additionalProperties", "string"),
        &map("unevaluatedProperties", "string"),
    );
    check(
        NEW,
        &map("additionalProperties", "number"),
        &map("unevaluatedProperties", "integer"),
        &["request-property-type-changed"],
        &[],
    );
    check(
        NEW,
        &map("unevaluatedProperties", "string"),
        &old,
        &["request-body-additional-properties-closed"],
        &[],
    );
    // With branches they are not the same.
    let branch = "allOf: [{properties: {b: {}}}]";
    let (old, new) = (
        format!("{{{branch}, additionalProperties: false}}"),
        format!("{{{branch}, unevaluatedProperties: false}}"),
    );
    check(
        NEW,
        &old,
        &new,
        &["request-body-unevaluated-properties-added"],
        &["response-body-additional-properties-opened"],
    );
}

#[test]
fn null_in_a_list_of_values_is_null_in_every_version() {
    same(ACROSS, "{enum: [a, null], nullable: true}", "{enum: [a, null]}");
    same(
        ACROSS,
        "{type: string, enum: [a, null], nullable: true}",
        "{type: [string, 'null'], enum: [a, null]}",
    );
    check(
        ACROSS,
        "{enum: [a, null], nullable: true}",
        "{enum: [a]}",
        &["request-body-enum-value-removed"],
        &[],
    );
    check(
        ACROSS,
        "{enum: [a]}",
        "{enum: [a, null]}",
        &[],
        &["response-body-enum-value-added"],
    );
}

#[test]
fn bytes_in_base64_are_a_format_or_an_encoding() {
    let (format, encoding) = (
        "{type: string, format: byte}",
        "{type: string, contentEncoding: base64}",
    );
    same(ACROSS, format, encoding);
    same(NEW, format, encoding);
    let other = "{type: string, contentEncoding: base32}";
    let changed = ["request-body-content-encoding-changed"];
    check(
        ACROSS,
        format,
        other,
        &changed,
        &[
            "response-body-content-encoding-changed",
            "response-body-type-changed",
        ],
    );
}

/// The ids of changes that are no infos between two responses.
#[track_caller]
fn responses(base: &str, revision: &str, expect: &[&str]) {
    loud(base, revision, expect);
}

fn swagger(schema: &str) -> String {
    format!(
        "swagger: '2.0'\ninfo: {{title: t, version: '1'}}\nproduces: [a/b]\npaths: {{/a: {{get: {{responses: {{'200': \
         {{description: ok, schema: {schema}}}}}}}}}}}\n"
    )
}

fn openapi(schema: &str) -> String {
    format!(
        "openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\npaths: {{/a: {{get: {{responses: {{'200': \
         {{description: ok, content: {{a/b: {{schema: {schema}}}}}}}}}}}}}}}\n"
    )
}

#[test]
fn a_file_of_swagger_2_is_a_text_of_bytes() {
    let (file, bytes) = (swagger("{type: file}"), openapi("{type: string, format: binary}"));
    responses(&file, &bytes, &[]);
    responses(&bytes, &file, &[]);
    responses(
        &file,
        &openapi("{type: string, format: date}"),
        &["response-body-type-changed"],
    );
}

#[test]
fn null_of_swagger_2_is_an_extension() {
    let (plain, nullable) = (
        swagger("{type: string}"),
        swagger("{type: string, x-nullable: true}"),
    );
    responses(&plain, &nullable, &["response-body-became-nullable"]);
    responses(&nullable, &plain, &[]);
    responses(&nullable, &openapi("{type: string, nullable: true}"), &[]);
    responses(
        &swagger("{allOf: [{type: object}], x-nullable: true}"),
        &openapi("{allOf: [{type: object}], nullable: true}"),
        &[],
    );
    // In later versions it is a word like any other.
    responses(
        &openapi("{type: string}"),
        &openapi("{type: string, x-nullable: true}"),
        &[],
    );
    responses(&swagger("{type: string, x-nullable: false}"), &plain, &[]);
}

#[test]
fn no_item_at_least_is_no_demand() {
    let none = "{type: array, contains: {const: 1}, minContains: 0}";
    same(NEW, "{type: array}", none);
    same(NEW, none, "{type: array, contains: {const: 2}, minContains: 0}");
    check(
        NEW,
        none,
        "{type: array, contains: {const: 1}}",
        &["request-body-min-contains-increased"],
        &[],
    );
    check(
        NEW,
        "{type: array}",
        "{type: array, contains: {const: 1}, minContains: 0, maxContains: 2}",
        &[
            "request-body-contains-added",
            "request-body-max-contains-decreased",
        ],
        &[],
    );
}

#[test]
fn what_is_no_number_of_digits_is_no_limit() {
    for limit in [".inf", "-.inf", ".nan"] {
        for key in ["maximum", "exclusiveMinimum", "multipleOf", "maxLength"] {
            let with = |limit: &str| format!("{{{key}: {limit}}}");
            for (base, revision) in [(with("5"), with(limit)), (with(limit), with("5"))] {
                let found = ids(&compared(
                    &document(Column::RequestBody, &base),
                    &document(Column::RequestBody, &revision),
                ));
                assert!(
                    found.contains("document-not-compared"),
                    "{base} {revision} {found:?}"
                );
            }
            let document = document(Column::RequestBody, &with(limit));
            let found = ids(&compared(&document, &document));
            assert_eq!(found, BTreeSet::from(["document-wrong-type".to_owned()]), "{key}");
        }
    }
}

#[test]
fn a_list_of_schemas_for_items_of_swagger_2_is_one_for_each_place() {
    let old = |items: &str| {
        format!(
            "swagger: '2.0'\ninfo: {{title: t, version: '1'}}\npaths: {{/a: {{get: {{produces: [application/json], responses: \
             {{'200': {{description: d, schema: {{type: array, items: {items}}}}}}}}}}}}}\n"
        )
    };
    let tuple = old("[{type: string, maxLength: 9}, {type: integer}]");
    loud(&tuple, &tuple, &[] as &[&str]);
    loud(
        &tuple,
        &old("[{type: string, maxLength: 10}, {type: integer}]"),
        &["response-property-max-length-increased"],
    );
    loud(&old("[{type: string}]"), &old("{type: string}"), &[] as &[&str]);
    // One of the rest has a schema of its own now, and the others have none any more.
    let found = ids(&compared(&old("{type: string}"), &old("[{type: string}]")));
    assert!(found.contains("response-body-items-removed"), "{found:?}");
}
