//! How parameters and headers are written, and what is demanded of them, in each direction.

use super::mended_operations::{check, operation};

/// A response with a header that has these fields.
fn header(fields: &str) -> String {
    operation(&format!(
        "responses: {{'200': {{description: d, headers: {{X: {{{fields}}}}}}}}}"
    ))
}

/// A callback with these fields.
fn called(fields: &str) -> String {
    operation(&format!(
        "callbacks: {{c: {{'{{$url}}': {{post: {{{fields}}}}}}}}}"
    ))
}

/// A query parameter with these fields.
fn parameter(fields: &str) -> String {
    format!("parameters: [{{name: q, in: query, {fields}}}]")
}

#[test]
fn headers_are_written_as_before() {
    let content = |media: &str, kind: &str| format!("content: {{{media}: {{schema: {{type: {kind}}}}}}}");
    let json = &content("application/json", "object");
    let schema = "schema: {type: object}";
    for (old, new, expect) in [
        (&**json, &**json, &[][..]),
        (
            json,
            &content("application/json", "string"),
            &["response-header-type-changed"],
        ),
        (
            json,
            &content("text/plain", "object"),
            &["response-header-serialization-changed"],
        ),
        (json, schema, &["response-header-serialization-changed"]),
        (schema, json, &["response-header-serialization-changed"]),
        (
            schema,
            "schema: {type: object}, explode: true",
            &["response-header-explode-changed"],
        ),
        (
            "schema: {type: object}, explode: true",
            schema,
            &["response-header-explode-changed"],
        ),
        (
            schema,
            "schema: {type: object}, explode: false, style: simple",
            &[],
        ),
        // A list and a word are written in one way.
        (
            "schema: {type: array}",
            "schema: {type: array}, explode: true",
            &[],
        ),
        (
            "schema: {type: string}",
            "schema: {type: string}, explode: true",
            &[],
        ),
        (
            "required: true",
            "required: false",
            &["response-header-became-optional"],
        ),
        ("required: false", "required: true", &[]),
    ] {
        check(&header(old), &header(new), expect);
    }
}

#[test]
fn a_whole_query_is_a_parameter() {
    let query = |name: &str, required: bool, kind: &str| {
        let content = format!("content: {{application/json: {{schema: {{type: {kind}}}}}}}");
        operation(&format!(
            "parameters: [{{name: {name}, in: querystring, required: {required}, {content}}}]"
        ))
    };
    let old = query("q", false, "object");
    check(&old, &old, &[]);
    check(&old, &query("other", false, "object"), &[]);
    check(
        &old,
        &query("q", true, "object"),
        &["request-parameter-became-required"],
    );
    check(
        &old,
        &query("q", false, "string"),
        &["request-parameter-type-changed"],
    );
    check(
        &operation(""),
        &query("q", true, "object"),
        &["new-required-request-parameter"],
    );
    check(&operation(""), &old, &[]);
    check(
        &query("q", true, "object"),
        &operation(""),
        &["removed-required-request-parameter"],
    );
    let written = |media: &str| {
        operation(&format!(
            "parameters: [{{name: q, in: querystring, content: {{{media}: {{}}}}}}]"
        ))
    };
    check(
        &written("application/json"),
        &written("application/x-www-form-urlencoded"),
        &["request-parameter-serialization-changed"],
    );
}

#[test]
fn reserved_characters_are_taken_as_before() {
    let (strict, loose) = (
        &parameter("schema: {type: string}"),
        &parameter("schema: {type: string}, allowReserved: true"),
    );
    let changed = &["request-parameter-allow-reserved-changed"];
    check(&operation(strict), &operation(loose), &[]);
    check(&operation(loose), &operation(strict), changed);
    // Who is called back reads what was escaped until now.
    check(&called(strict), &called(loose), changed);
    check(&called(loose), &called(strict), &[]);
    let empty = &parameter("schema: {type: string}, allowEmptyValue: true");
    check(
        &operation(empty),
        &operation(strict),
        &["request-parameter-allow-empty-value-removed"],
    );
    check(&called(empty), &called(strict), &[]);
}

#[test]
fn how_values_are_written_matters_where_there_are_several() {
    let path = |fields: &str| {
        format!(
            "paths: {{'/a/{{p}}': {{get: {{parameters: [{{name: p, in: path, required: true, {fields}}}]}}}}}}"
        )
    };
    check(
        &path("schema: {type: array}"),
        &path("schema: {type: array}, explode: true"),
        &[],
    );
    check(
        &path("schema: {type: object}"),
        &path("schema: {type: object}, explode: true"),
        &["request-parameter-explode-changed"],
    );
    // By a media type, styles say nothing.
    let media = "content: {application/json: {schema: {type: object}}}";
    check(
        &operation(&parameter(media)),
        &operation(&parameter(&format!("{media}, explode: false, style: deepObject"))),
        &[],
    );
}

#[test]
fn what_is_sent_to_who_is_called_stays() {
    let with = |required: bool| format!("parameters: [{{name: X, in: header, required: {required}}}]");
    check(
        &called(&with(true)),
        &called(""),
        &["required-callback-parameter-removed"],
    );
    check(&called(&with(false)), &called(""), &[]);
    check(&called(""), &called(&with(true)), &[]);
    check(&called(&with(false)), &called(&with(true)), &[]);
    let body = |required: bool| format!("requestBody: {{required: {required}, content: {{a/b: {{}}}}}}");
    check(
        &called(&body(true)),
        &called(&body(false)),
        &["response-body-became-optional"],
    );
    check(&called(&body(false)), &called(&body(true)), &[]);
    check(&called(""), &called(&body(true)), &[]);
    check(&called(&body(true)), &called(""), &["request-body-removed"]);
    // What is called answers with headers.
    let answer = |headers: &str| {
        called(&format!(
            "responses: {{'200': {{description: d, headers: {{{headers}}}}}}}"
        ))
    };
    check(
        &answer(""),
        &answer("X: {required: true}"),
        &["request-property-became-required"],
    );
    check(&answer(""), &answer("X: {required: false}"), &[]);
    check(&answer("X: {required: true}"), &answer(""), &[]);
}

#[test]
fn parts_are_written_as_before() {
    let form = |kind: &str, encoding: &str| {
        format!(
            "content: {{multipart/form-data: {{schema: {{type: object, properties: {{x: {{{kind}}}, y: {{type: string}}}}}}, \
             encoding: {{{encoding}}}}}}}"
        )
    };
    let asked = |form: &str| operation(&format!("requestBody: {{{form}}}"));
    let given = |form: &str| operation(&format!("responses: {{'200': {{description: d, {form}}}}}"));
    let (png, jpeg) = (
        "x: {contentType: image/png}",
        "x: {contentType: 'image/png, image/jpeg'}",
    );
    let (fewer, more) = (
        &["request-body-encoding-narrowed"][..],
        &["response-body-encoding-widened"][..],
    );
    let style = &["request-body-encoding-changed"][..];
    let header = |fields: &str| format!("x: {{headers: {{X: {{schema: {{type: string}}, {fields}}}}}}}");
    let (needed, free) = (&*header("required: true"), &*header(""));
    for (kind, old, new, request, response) in [
        ("type: string", png, png, &[][..], &[][..]),
        ("type: string", png, jpeg, &[], more),
        ("type: string", jpeg, png, fewer, &[]),
        ("type: string", jpeg, "x: {contentType: image/*}", &[], more),
        (
            "type: string",
            "x: {contentType: 'image/png,image/jpeg'}",
            jpeg,
            &[],
            &[],
        ),
        // What was not said is what is usual.
        ("type: string", "", "x: {contentType: text/plain}", &[], &[]),
        ("type: object", "", "x: {contentType: application/json}", &[], &[]),
        (
            "type: array, items: {type: integer}",
            "x: {contentType: text/plain}",
            "",
            &[],
            &[],
        ),
        ("type: string", "", png, fewer, more),
        ("type: string, format: binary", "", png, &[], &[]),
        ("type: array", "", "x: {style: form, explode: true}", &[], &[]),
        (
            "type: array",
            "",
            "x: {style: pipeDelimited}",
            style,
            &["response-body-encoding-changed"],
        ),
        (
            "type: array",
            "",
            "x: {explode: false}",
            style,
            &["response-body-encoding-changed"],
        ),
        ("type: string", "", "x: {explode: false}", &[], &[]),
        (
            "type: string",
            "",
            "x: {allowReserved: true}",
            &[],
            &["response-body-encoding-changed"],
        ),
        ("type: string", "x: {allowReserved: true}", "", style, &[]),
        (
            "type: string",
            "",
            needed,
            &["request-property-became-required"],
            &[],
        ),
        (
            "type: string",
            free,
            needed,
            &["request-property-became-required"],
            &[],
        ),
        (
            "type: string",
            needed,
            free,
            &[],
            &["response-header-became-optional"],
        ),
        (
            "type: string",
            needed,
            "",
            &[],
            &["response-header-became-optional"],
        ),
        // No property has this name.
        ("type: string", "", "z: {contentType: image/png}", &[], &[]),
    ] {
        let (old, new) = (form(kind, old), form(kind, new));
        check(&asked(&old), &asked(&new), request);
        check(&given(&old), &given(&new), response);
        // JSON has no parts.
        let plain = |form: &str| asked(&form.replace("multipart/form-data", "application/json"));
        check(&plain(&old), &plain(&new), &[]);
    }
}
