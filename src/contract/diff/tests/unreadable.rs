//! What one side refers to and nobody can read: it is unknown, neither gone nor new.

use super::mended_operations::{HEAD, check, operation};
use super::{compared, ids};

/// How often the rules whose ids begin so are told.
#[track_caller]
fn told(base: &str, revision: &str, begin: &str) -> usize {
    let compared = compared(&format!("{HEAD}{base}\n"), &format!("{HEAD}{revision}\n"));
    let ids = compared.changes.iter().map(|change| change.rule.id());
    ids.filter(|id| id.starts_with(begin)).count()
}

/// Only that something was not compared, in both directions.
#[track_caller]
fn unknown(there: &str, broken: &str) {
    for (base, revision) in [(there, broken), (broken, there)] {
        let compared = compared(&format!("{HEAD}{base}\n"), &format!("{HEAD}{revision}\n"));
        let found: Vec<String> = ids(&compared).into_iter().collect();
        assert_eq!(found, ["document-not-compared"], "{base}\n{revision}");
    }
}

const NOWHERE: &str = "{$ref: '#/components/x/Q'}";

#[test]
fn what_is_there_and_cannot_be_read_is_neither_gone_nor_new() {
    let response = |fields: &str| operation(&format!("responses: {{'200': {{description: d, {fields}}}}}"));
    let item = "{get: {responses: {'200': {description: d}}}, put: {}}";
    let callback = |item: &str| operation(&format!("callbacks: {{c: {{'{{$url}}': {item}}}}}"));
    for (there, broken) in [
        (
            response(""),
            operation(&format!("responses: {{'200': {NOWHERE}}}")),
        ),
        (
            operation("parameters: [{name: q, in: query, required: true}]"),
            operation(&format!("parameters: [{NOWHERE}]")),
        ),
        (
            operation("requestBody: {required: true, content: {a/b: {}}}"),
            operation(&format!("requestBody: {NOWHERE}")),
        ),
        (
            response("headers: {X: {required: true, schema: {type: string}}}"),
            response(&format!("headers: {{X: {NOWHERE}}}")),
        ),
        (
            response("content: {a/b: {schema: {type: string}}}"),
            response(&format!("content: {{a/b: {NOWHERE}}}")),
        ),
        (
            format!("paths: {{/a: {item}}}"),
            format!("paths: {{/a: {NOWHERE}}}"),
        ),
        (
            format!("paths: {{'/a/{{x}}': {item}}}"),
            format!("paths: {{'/a/{{y}}': {NOWHERE}}}"),
        ),
        (
            format!("webhooks: {{w: {item}}}"),
            format!("webhooks: {{w: {NOWHERE}}}"),
        ),
        (callback(item), callback(NOWHERE)),
        (callback(item), operation(&format!("callbacks: {{c: {NOWHERE}}}"))),
    ] {
        unknown(&there, &broken);
    }
    let old = |list: &str| {
        format!(
            "swagger: '2.0'\ninfo: {{title: t, version: 1.0.0}}\npaths: {{/a: {{post: {{parameters: [{list}]}}}}}}\n"
        )
    };
    let (there, broken) = (old("{in: body, name: b, schema: {type: string}}"), old(NOWHERE));
    for (base, revision) in [(&there, &broken), (&broken, &there)] {
        let found: Vec<String> = ids(&compared(base, revision)).into_iter().collect();
        assert_eq!(found, ["document-not-compared"], "{base}\n{revision}");
    }
}

#[test]
fn a_parameter_without_a_name_or_a_place_is_not_compared() {
    let with = |list: &str| operation(&format!("parameters: [{list}]"));
    for odd in [
        "{in: query, required: true, schema: {type: string}}",
        "{name: q, required: true}",
        "{name: q, in: querry, required: true}",
        "{name: q, in: body, required: true}",
        "{name: q, in: formData, required: true}",
    ] {
        unknown(&with(""), &with(odd));
        unknown(&with("{name: q, in: query, required: true}"), &with(odd));
        check(&with(odd), &with(odd), &[]);
        assert_eq!(told(&with(odd), &with(odd), "document-"), 0, "{odd}");
    }
    // The specification says that these are ignored, and what is missing elsewhere is.
    check(
        &with("{name: Accept, in: header, required: true}"),
        &with(""),
        &[],
    );
}

#[test]
fn a_parameter_or_a_header_that_has_a_schema_on_one_side_only_may_hold_anything_on_the_other() {
    let query = |fields: &str| operation(&format!("parameters: [{{name: q, in: query, {fields}}}]"));
    let header = |fields: &str| {
        operation(&format!(
            "responses: {{'200': {{description: d, headers: {{X: {{required: true, {fields}}}}}}}}}"
        ))
    };
    let (bare, schema, old) = ("description: d", "schema: {type: integer}", "type: integer");
    for (base, revision, expect) in [
        (
            query(bare),
            query(schema),
            &["request-parameter-type-changed"][..],
        ),
        (query(schema), query(bare), &[]),
        (
            header(schema),
            header(bare),
            &["response-header-type-generalized"],
        ),
        (header(bare), header(schema), &[]),
        (query(bare), query("schema: {}"), &[]),
        (header("schema: {}"), header(bare), &[]),
        // A `type` that was left from Swagger 2.0.
        (query(bare), query(old), &["request-parameter-type-changed"]),
        (query(old), query(schema), &[]),
        (query(old), query("type: string"), &[]),
        (
            query("type: string"),
            query(old),
            &["request-parameter-type-changed"],
        ),
        (
            header(old),
            header("type: string"),
            &["response-header-type-generalized"],
        ),
    ] {
        check(&base, &revision, expect);
    }
}

#[test]
fn what_is_beside_the_unreadable_is_judged() {
    // Both sides lack the same: what else is gone is gone.
    check(
        &operation(&format!(
            "parameters: [{NOWHERE}, {{name: q, in: query, required: true}}]"
        )),
        &operation(&format!("parameters: [{NOWHERE}]")),
        &["removed-required-request-parameter"],
    );
    check(
        &operation(&format!("parameters: [{NOWHERE}]")),
        &operation(&format!(
            "parameters: [{NOWHERE}, {{name: q, in: query, required: true}}]"
        )),
        &["new-required-request-parameter"],
    );
    // A status, a header and a method that are gone are gone, whatever they were.
    let responses = |list: &str| operation(&format!("responses: {{'200': {{description: d}}{list}}}"));
    check(
        &responses(&format!(", '201': {NOWHERE}")),
        &responses(""),
        &["response-success-status-removed"],
    );
    check(
        &format!("paths: {{/a: {{$ref: '#/components/x/Q', get: {{}}, put: {{}}}}, /b: {NOWHERE}}}"),
        &format!("paths: {{/a: {{get: {{}}}}, /b: {NOWHERE}}}"),
        &["api-removed-without-deprecation"],
    );
    check(
        "paths: {/a: {get: {}}, /b: {get: {}}}",
        &format!("paths: {{/a: {{get: {{}}}}, /c: {NOWHERE}}}"),
        &["api-path-removed-without-deprecation"],
    );
}

#[test]
fn what_both_sides_lack_is_told_once() {
    for (reference, id) in [
        ("https://elsewhere/x.json", "document-remote-reference"),
        ("#/components/x/Q", "document-dangling-reference"),
        ("#/components/schemas/A", "document-cyclic-reference"),
    ] {
        let document = format!("components: {{schemas: {{A: {{$ref: '{reference}'}}}}}}");
        assert_eq!(told(&document, &document, "document-"), 1, "{reference}");
        assert_eq!(told(&document, &document, id), 1, "{reference}");
        assert_eq!(
            told(&document, "components: {}", "document-not-compared"),
            1,
            "{reference}"
        );
        assert_eq!(
            told("components: {}", &document, "document-not-compared"),
            1,
            "{reference}"
        );
    }
    // Two places are two.
    let twice = "components: {schemas: {A: {$ref: '#/x'}, B: {$ref: '#/x'}}}";
    assert_eq!(told(twice, twice, "document-"), 2);
    let wrong = operation("parameters: {a: b}");
    assert_eq!(told(&wrong, &wrong, "document-"), 1);
}

#[test]
fn an_empty_table_is_told_and_in_the_base_nothing_is_compared_with_it() {
    let full = "paths: {/a: {get: {responses: {'200': {description: d}}}}}";
    for (empty, gone, new) in [
        (
            "paths: null",
            "api-path-removed-without-deprecation",
            "endpoint-added",
        ),
        (
            "paths: {/a: {get: {responses: null}}}",
            "response-success-status-removed",
            "response-success-status-added",
        ),
    ] {
        let found = |base: &str, revision: &str| {
            let compared = compared(&format!("{HEAD}{base}\n"), &format!("{HEAD}{revision}\n"));
            let mut found = ids(&compared);
            found.remove("api-version-not-bumped");
            found.into_iter().collect::<Vec<_>>()
        };
        let mut told = [gone, "document-wrong-type"];
        told.sort_unstable();
        assert_eq!(found(full, empty), told, "{empty}");
        let mut told = ["document-not-compared", new];
        told.sort_unstable();
        assert_eq!(found(empty, full), told, "{empty}");
        assert_eq!(found(empty, empty), ["document-wrong-type"], "{empty}");
    }
    // What need not be there may as well be nothing.
    assert_eq!(told(full, &format!("{full}\nwebhooks: null"), "document"), 0);
}

#[test]
fn two_values_of_a_wrong_type_that_differ_are_not_equal() {
    let schema = |fields: &str| {
        operation(&format!(
            "requestBody: {{content: {{a/b: {{schema: {{{fields}}}}}}}}}"
        ))
    };
    for (one, other) in [
        ("type: 3", "type: 4"),
        ("type: [string, 3]", "type: [string, 4]"),
        (
            "type: object, additionalProperties: 'true'",
            "type: object, additionalProperties: 'false'",
        ),
        ("type: object, required: a", "type: object, required: b"),
        ("type: object, required: [a, 3]", "type: object, required: [a, 4]"),
        ("maxLength: '3'", "maxLength: '4'"),
    ] {
        let (one, other) = (schema(one), schema(other));
        for (base, revision) in [(&one, &other), (&other, &one)] {
            assert_eq!(
                told(base, revision, "document-not-compared"),
                1,
                "{base}\n{revision}"
            );
            assert_eq!(told(base, base, "document-not-compared"), 0, "{base}");
        }
    }
    // On one side only.
    for (odd, none) in [
        ("type: object, required: [a, 3]", "type: object, required: [a]"),
        ("type: [string, 3]", "type: [string]"),
        ("additionalProperties: 'false'", "additionalProperties: true"),
    ] {
        let (odd, none) = (schema(odd), schema(none));
        assert_eq!(told(&odd, &none, "document-not-compared"), 1, "{odd}");
        assert_eq!(told(&none, &odd, "document-not-compared"), 1, "{odd}");
    }
}
