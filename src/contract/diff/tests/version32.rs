//! What only version 3.2 has.

use super::compared;
use crate::contract::rules::Level;

/// The rules that are no infos between two documents of version 3.2 that have this beside `openapi` and `info`.
#[track_caller]
fn check(base: &str, revision: &str, expect: &[&str]) {
    let document = |rest: &str| format!("openapi: 3.2.0\ninfo: {{title: t, version: '1'}}\n{rest}\n");
    let compared = compared(&document(base), &document(revision));
    let loud = compared
        .changes
        .iter()
        .filter(|change| change.rule.level() != Level::Info);
    let mut found: Vec<String> = loud.map(|change| change.rule.id()).collect();
    found.dedup();
    assert_eq!(found, expect, "{base}\n{revision}");
}

fn operation(fields: &str) -> String {
    format!("paths: {{/a: {{post: {{{fields}}}}}}}")
}

#[test]
fn items_of_a_body_are_written_as_before() {
    let schema = "schema: {type: array, prefixItems: [{type: object}, {type: string}], items: {type: array}}";
    let request = |encoding: &str| {
        operation(&format!(
            "requestBody: {{content: {{multipart/mixed: {{{schema}, {encoding}}}}}}}"
        ))
    };
    let response = |encoding: &str| {
        operation(&format!(
            "responses: {{'200': {{description: d, content: {{multipart/mixed: {{{schema}, {encoding}}}}}}}}}"
        ))
    };
    let types = |first: &str, rest: &str| {
        format!("prefixEncoding: [{{contentType: '{first}'}}], itemEncoding: {{contentType: '{rest}'}}")
    };
    let both = types("application/json, application/xml", "text/csv");
    for fewer in [
        types("application/json", "text/csv"),
        types("application/xml", "text/csv"),
    ] {
        check(
            &request(&both),
            &request(&fewer),
            &["request-body-encoding-narrowed"],
        );
        check(&request(&fewer), &request(&both), &[]);
        check(&response(&both), &response(&fewer), &[]);
        check(
            &response(&fewer),
            &response(&both),
            &["response-body-encoding-widened"],
        );
    }
    check(
        &request(&both),
        &request(&types("application/json, application/xml", "text/tsv")),
        &["request-body-encoding-narrowed"],
    );
    // Where nothing is said of an object it is JSON.
    let json = "prefixEncoding: [{contentType: application/json}]";
    check(&request(json), &request("prefixEncoding: []"), &[]);
    check(
        &request("itemEncoding: {style: form, explode: true}"),
        &request("itemEncoding: {style: form, explode: false}"),
        &["request-body-encoding-changed"],
    );
    // The same for each of the first items, which is written out or not.
    let all = "itemEncoding: {contentType: text/csv}";
    let each = "prefixEncoding: [{contentType: text/csv}, {contentType: text/csv}], itemEncoding: {contentType: text/csv}";
    check(&request(all), &request(each), &[]);
    check(
        &request("prefixEncoding: [{headers: {X: {schema: {type: string}}}}]"),
        &request("prefixEncoding: [{headers: {X: {required: true, schema: {type: string}}}}]"),
        &["request-property-became-required"],
    );
    // Items of a stream.
    let stream = |kind: &str| {
        operation(&format!(
            "requestBody: {{content: {{multipart/mixed: {{itemSchema: {{type: object}}, itemEncoding: {{contentType: {kind}}}}}}}}}"
        ))
    };
    check(
        &stream("application/json"),
        &stream("application/xml"),
        &["request-body-encoding-narrowed"],
    );
}

#[test]
fn values_that_name_no_schema_have_one() {
    let with = |usual: &str| {
        let cat = "{type: object, properties: {a: {type: string}}}";
        let choice = "oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]";
        let content = format!(
            "content: {{application/json: {{schema: {{{choice}, discriminator: {{propertyName: a{usual}}}}}}}}}"
        );
        format!(
            "{}\ncomponents: {{schemas: {{Cat: {cat}, Dog: {cat}}}}}",
            operation(&format!(
                "requestBody: {{{content}}}, responses: {{'200': {{description: d, {content}}}}}"
            ))
        )
    };
    let cat = with(", defaultMapping: Cat");
    check(&with(""), &cat, &[]);
    check(
        &cat,
        &with(""),
        &["request-body-discriminator-default-mapping-removed"],
    );
    check(
        &cat,
        &with(", defaultMapping: Dog"),
        &[
            "request-body-discriminator-default-mapping-changed",
            "response-body-discriminator-default-mapping-changed",
        ],
    );
    check(&cat, &with(", defaultMapping: '#/components/schemas/Cat'"), &[]);
}

#[test]
fn a_scheme_is_named_by_its_name_or_by_where_it_stands() {
    let with = |own: &str, named: &str, header: &str| {
        format!(
            "{own}{}\ncomponents: {{securitySchemes: {{a/b: {{type: apiKey, in: header, name: {header}}}}}}}",
            operation(&format!("security: [{{'{named}': []}}]"))
        )
    };
    let own = "$self: https://a.example/api\n";
    let by_name = with("", "a/b", "X");
    for (own, named) in [
        ("", "#/components/securitySchemes/a~1b"),
        (own, "#/components/securitySchemes/a~1b"),
        (own, "https://a.example/api#/components/securitySchemes/a~1b"),
    ] {
        check(&by_name, &with(own, named, "X"), &[]);
        check(&with(own, named, "X"), &by_name, &[]);
        check(
            &with(own, named, "X"),
            &with(own, named, "Y"),
            &["api-security-scheme-changed"],
        );
    }
    check(
        &by_name,
        &with("", "https://b.example/api#/components/securitySchemes/a~1b", "X"),
        &["api-security-tightened"],
    );
    // What stands elsewhere is not read: it may be another thing by now, and nobody would know.
    let elsewhere = with("", "https://b.example/api#/components/securitySchemes/a~1b", "X");
    check(
        &elsewhere,
        &format!("{elsewhere}\ntags: [{{name: t}}]"),
        &["document-remote-reference"],
    );
}

#[test]
fn a_document_knows_its_own_address() {
    let with = |own: &str, reference: &str, limit: u32| {
        format!(
            "{own}{}\ncomponents: {{schemas: {{A: {{type: string, maxLength: {limit}}}}}}}",
            operation(&format!(
                "requestBody: {{content: {{a/b: {{schema: {{$ref: '{reference}#/components/schemas/A'}}}}}}}}"
            ))
        )
    };
    let own = "$self: https://a.example/api\n";
    let there = "https://a.example/api";
    check(&with("", "", 9), &with(own, there, 9), &[]);
    check(
        &with(own, there, 9),
        &with(own, there, 8),
        &["request-body-max-length-decreased"],
    );
    check(
        &with(own, there, 9),
        &with("", there, 9),
        &["document-not-compared"],
    );
}
