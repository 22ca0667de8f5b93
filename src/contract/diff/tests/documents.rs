//! Changes of everything around schemas.

use std::collections::BTreeSet;

use super::{Notice, compared_with, ids};

/// What makes a rule appear.
struct Case {
    id: &'static str,
    base: String,
    revision: String,
    notice: Notice,
}

const HEAD: &str = "openapi: 3.1.0\ninfo: {title: t, version: 1.0.0}\n";

/// Documents with one operation, `GET /a`, that has these fields.
fn operation(fields: &str) -> String {
    format!("{HEAD}paths: {{/a: {{get: {{{fields}}}}}}}\n")
}

/// One with a query parameter that has these fields.
fn parameter(fields: &str) -> String {
    operation(&format!("parameters: [{{name: q, in: query, {fields}}}]"))
}

/// One with a request body that has these fields.
fn body(fields: &str) -> String {
    operation(&format!("requestBody: {{{fields}}}"))
}

/// One with a response that has these fields.
fn response(fields: &str) -> String {
    operation(&format!("responses: {{'200': {{description: ok, {fields}}}}}"))
}

/// One whose request and response have a schema with these fields.
fn schema(fields: &str) -> String {
    let content = format!("content: {{application/json: {{schema: {{{fields}}}}}}}");
    operation(&format!(
        "requestBody: {{{content}}}, responses: {{'200': {{description: ok, {content}}}}}, \
         parameters: [{{name: q, in: query, schema: {{{fields}}}}}]"
    ))
}

/// One whose request and response are XML of a schema with these fields.
fn xml(fields: &str) -> String {
    schema(fields).replace("application/json", "application/xml")
}

fn case(id: &'static str, base: impl Into<String>, revision: impl Into<String>) -> Case {
    Case {
        id,
        base: base.into(),
        revision: revision.into(),
        notice: Notice::default(),
    }
}

/// What a document is told that says the same on both sides.
fn same(id: &'static str, document: impl Into<String>) -> Case {
    let document = document.into();
    case(id, document.clone(), document)
}

fn noticed(id: &'static str, base: impl Into<String>, revision: impl Into<String>) -> Case {
    Case {
        notice: Notice { beta: 30, stable: 60 },
        ..case(id, base, revision)
    }
}

fn root(rest: &str) -> String {
    format!("{HEAD}paths: {{}}\n{rest}\n")
}

#[expect(clippy::too_many_lines, reason = "a table")]
#[rustfmt::skip]
fn cases() -> Vec<Case> {
    let gone = || root("");
    let other = |fields: &str| format!("{HEAD}paths: {{/a: {{get: {{{fields}}}, put: {{}}}}}}\n");
    let put = || format!("{HEAD}paths: {{/a: {{put: {{}}}}}}\n");
    let props = |required: &str, fields: &str| schema(&format!("type: object, required: [{required}], properties: {{{fields}}}"));
    let scheme = |fields: &str| root(&format!("components: {{securitySchemes: {{s: {{{fields}}}}}}}"));
    let secured = |fields: &str| format!("{}components: {{securitySchemes: {{k: {{{fields}}}}}}}\n", operation("security: [{k: []}]"));
    let flow = |fields: &str| scheme(&format!("type: oauth2, flows: {{implicit: {{{fields}}}}}"));
    let header = |fields: &str| operation(&format!("parameters: [{{name: X-A, in: header, schema: {{{fields}}}}}]"));
    let media = |name: &str| response(&format!("content: {{{name}: {{}}}}"));
    let part = |fields: &str| format!("content: {{multipart/form-data: {{schema: {{properties: {{x: {{type: array}}}}}}, encoding: {{x: {{{fields}}}}}}}}}");
    let hook = |fields: &str| root(&format!("webhooks: {{w: {{post: {{requestBody: {{{fields}}}}}}}}}"));
    let mut cases = vec![
        case("api-path-removed-without-deprecation", operation(""), gone()),
        case("api-path-removed-before-sunset", operation("deprecated: true, x-sunset: '2030-01-01'"), gone()),
        case("api-path-removed-with-deprecation", operation("deprecated: true"), gone()),
        case("api-path-sunset-parse", operation("deprecated: true, x-sunset: soon"), gone()),
        case("api-removed-without-deprecation", other(""), put()),
        case("api-removed-before-sunset", other("deprecated: true, x-sunset: '2030-01-01'"), put()),
        case("api-removed-with-deprecation", other("deprecated: true"), put()),
        noticed("api-deprecated-sunset-missing", operation(""), operation("deprecated: true")),
        case("api-deprecated-sunset-parse", operation(""), operation("deprecated: true, x-sunset: soon")),
        noticed("api-sunset-date-too-small", operation(""), operation("deprecated: true, x-sunset: '2026-11-30'")),
        noticed("api-sunset-date-changed-too-small", operation("deprecated: true, x-sunset: '2027-06-01'"), operation("deprecated: true, x-sunset: '2026-11-30'")),
        case("sunset-deleted", operation("deprecated: true, x-sunset: '2027-06-01'"), operation("deprecated: true")),
        case("api-invalid-stability-level", operation(""), operation("x-stability-level: rock")),
        case("api-stability-decreased", operation(""), operation("x-stability-level: beta")),
        case("api-stability-increased", operation("x-stability-level: beta"), operation("")),
        case("endpoint-added", gone(), operation("")),
        case("endpoint-deprecated", operation(""), operation("deprecated: true")),
        case("endpoint-deprecated-with-sunset", operation(""), operation("deprecated: true, x-sunset: '2030-01-01'")),
        case("endpoint-reactivated", operation("deprecated: true"), operation("")),
        case("api-operation-id-added", operation(""), operation("operationId: x")),
        case("api-operation-id-removed", operation("operationId: x"), operation("")),
        case("api-tag-added", operation(""), operation("tags: [x]")),
        case("api-tag-removed", operation("tags: [x]"), operation("")),
        case("api-schema-removed", root("components: {schemas: {A: {}}}"), root("")),
        case("api-version-not-bumped", operation(""), gone()),
        case("api-version-decreased", operation(""), gone().replace("1.0.0", "0.9.0")),
        case("api-major-version-not-bumped", operation(""), gone().replace("1.0.0", "1.5.0")),
        case("api-security-added", operation("security: [{a: []}]"), operation("security: [{a: []}, {b: []}]")),
        case("api-security-removed", operation("security: [{a: []}, {b: []}]"), operation("security: [{a: []}]")),
        case("api-security-scope-added", operation("security: [{a: []}]"), operation("security: [{a: [x]}]")),
        case("api-security-tightened", operation("security: [{a: []}]"), operation("security: [{a: [x]}]")),
        case("api-security-scope-removed", operation("security: [{a: [x]}]"), operation("security: [{a: []}]")),
        case("api-security-relaxed", operation("security: [{a: [x]}]"), operation("security: []")),
        case("api-global-security-added", root(""), root("security: [{a: []}]")),
        case("api-global-security-removed", root("security: [{a: []}]"), root("")),
        case("api-global-security-scope-added", root("security: [{a: []}]"), root("security: [{a: [x]}]")),
        case("api-global-security-scope-removed", root("security: [{a: [x]}]"), root("security: [{a: []}]")),
        case("api-security-component-added", root(""), scheme("type: http, scheme: basic")),
        case("api-security-component-removed", scheme("type: http, scheme: basic"), root("")),
        case("api-security-component-type-changed", scheme("type: http, scheme: basic"), scheme("type: apiKey, name: a, in: header")),
        case("api-security-component-oauth-url-changed", flow("authorizationUrl: a"), flow("authorizationUrl: b")),
        case("api-security-component-oauth-token-url-changed", flow("tokenUrl: a"), flow("tokenUrl: b")),
        case("api-security-component-oauth-refresh-url-changed", flow("refreshUrl: a"), flow("refreshUrl: b")),
        case("api-security-component-oauth-device-url-changed", scheme("type: oauth2, flows: {deviceAuthorization: {deviceAuthorizationUrl: a}}"), scheme("type: oauth2, flows: {deviceAuthorization: {deviceAuthorizationUrl: b}}")),
        case("api-security-component-oauth-metadata-url-changed", scheme("type: oauth2, oauth2MetadataUrl: a"), scheme("type: oauth2, oauth2MetadataUrl: b")),
        case("api-self-changed", root("$self: https://a/b"), root("$self: https://a/c")),
        case("api-security-component-oauth-scope-added", flow("scopes: {}"), flow("scopes: {a: x}")),
        case("api-security-component-oauth-scope-removed", flow("scopes: {a: x}"), flow("scopes: {}")),
        case("api-security-component-oauth-scope-changed", flow("scopes: {a: x}"), flow("scopes: {a: y}")),
        case("api-security-scheme-changed", secured("type: http, scheme: basic"), secured("type: http, scheme: bearer")),
        case("server-added", root(""), root("servers: [{url: 'https://a'}]")),
        case("server-variable-narrowed", root("servers: [{url: 'https://{a}', variables: {a: {default: x, enum: [x, y]}}}]"), root("servers: [{url: 'https://{a}', variables: {a: {default: x, enum: [x]}}}]")),
        case("server-variable-widened", root("servers: [{url: 'https://{a}', variables: {a: {default: x, enum: [x]}}}]"), root("servers: [{url: 'https://{a}', variables: {a: {default: x}}}]")),
        case("server-variable-default-changed", root("servers: [{url: 'https://{a}', variables: {a: {default: x}}}]"), root("servers: [{url: 'https://{a}', variables: {a: {default: y}}}]")),
        case("server-removed", root("servers: [{url: 'https://a'}]"), root("")),
        case("webhook-added", root(""), root("webhooks: {w: {post: {}}}")),
        case("webhook-removed", root("webhooks: {w: {post: {}}}"), root("")),
        case("callback-added", operation(""), operation("callbacks: {c: {'{$x}': {post: {}}}}")),
        case("callback-removed", operation("callbacks: {c: {'{$x}': {post: {}}}}"), operation("")),
        case("document-duplicate-key", root(""), "openapi: 3.1.0\ninfo: {title: t, title: u}\npaths: {}\n"),
        case("document-duplicate-path", root(""), format!("{HEAD}paths: {{'/a/{{x}}': {{}}, '/a/{{y}}': {{}}}}\n")),
        same("document-dangling-reference", root("components: {schemas: {A: {$ref: '#/x'}}}")),
        same("document-cyclic-reference", root("components: {schemas: {A: {$ref: '#/components/schemas/A'}}}")),
        same("document-remote-reference", root("components: {schemas: {A: {$ref: 'https://a/b'}}}")),
        same("document-wrong-type", operation("parameters: {a: b}")),
        case("document-not-compared", root(""), root("components: {schemas: {A: {$ref: '#/x'}}}")),
        same("document-unknown-version", root("").replace("3.1.0", "4.0.0")),
        // Parameters.
        case("new-request-path-parameter", operation(""), operation("parameters: [{name: p, in: path, required: true}]")),
        case("new-required-request-header-property", header("type: object"), header("type: object, required: [a], properties: {a: {}}")),
        case("request-header-property-became-required", header("properties: {a: {}}"), header("required: [a], properties: {a: {}}")),
        case("request-header-property-became-enum", header("properties: {a: {type: string}}"), header("properties: {a: {type: string, enum: [x]}}")),
        case("request-parameter-serialization-changed", operation("parameters: [{name: q, in: query, content: {a/b: {}}}]"), operation("parameters: [{name: q, in: query, content: {c/d: {}}}]")),
        case("new-required-request-parameter", operation(""), parameter("required: true")),
        case("new-optional-request-parameter", operation(""), parameter("required: false")),
        case("removed-required-request-parameter", parameter("required: true"), operation("")),
        case("request-parameter-removed", parameter("required: false"), operation("")),
        case("request-parameter-removed-with-deprecation", parameter("deprecated: true"), operation("")),
        case("request-parameter-removed-before-sunset", parameter("deprecated: true, x-sunset: '2030-01-01'"), operation("")),
        case("request-parameter-sunset-parse", parameter("deprecated: true, x-sunset: soon"), operation("")),
        case("request-parameter-became-required", parameter("required: false"), parameter("required: true")),
        case("request-parameter-became-optional", parameter("required: true"), parameter("required: false")),
        case("request-parameter-deprecated", parameter("required: true"), parameter("required: true, deprecated: true")),
        case("request-parameter-reactivated", parameter("deprecated: true"), parameter("deprecated: false")),
        noticed("request-parameter-deprecated-sunset-missing", parameter("required: true"), parameter("deprecated: true")),
        noticed("request-parameter-sunset-date-too-small", parameter("required: true"), parameter("deprecated: true, x-sunset: '2026-11-30'")),
        noticed("request-parameter-sunset-date-changed-too-small", parameter("deprecated: true, x-sunset: '2027-11-30'"), parameter("deprecated: true, x-sunset: '2026-11-30'")),
        case("request-parameter-sunset-deleted", parameter("deprecated: true, x-sunset: '2027-11-30'"), parameter("deprecated: true")),
        case("request-parameter-style-changed", parameter("schema: {type: array}"), parameter("schema: {type: array}, style: pipeDelimited")),
        case("request-parameter-explode-changed", parameter("schema: {type: array}"), parameter("schema: {type: array}, explode: false")),
        case("request-parameter-allow-reserved-changed", parameter("schema: {}, allowReserved: true"), parameter("schema: {}")),
        case("request-parameter-allow-reserved-compatible", parameter("schema: {}"), parameter("schema: {}, allowReserved: true")),
        case("required-callback-parameter-removed", root("webhooks: {w: {post: {parameters: [{name: X, in: header, required: true}]}}}"), root("webhooks: {w: {post: {}}}")),
        case("request-parameter-allow-empty-value-removed", parameter("allowEmptyValue: true"), parameter("schema: {}")),
        case("request-parameter-serialization-changed", parameter("schema: {}"), parameter("content: {application/json: {schema: {}}}")),
        // Bodies.
        case("request-body-added-required", operation(""), body("required: true")),
        case("request-body-added-optional", operation(""), body("required: false")),
        case("request-body-removed", body("required: true"), operation("")),
        case("response-body-became-required", hook("required: false"), hook("required: true")),
        case("response-body-became-optional", hook("required: true"), hook("required: false")),
        case("request-body-became-required", body("required: false"), body("required: true")),
        case("request-body-became-optional", body("required: true"), body("required: false")),
        case("request-body-media-type-added", body("content: {}"), body("content: {a/b: {}}")),
        case("request-body-media-type-removed", body("content: {a/b: {}}"), body("content: {}")),
        case("request-body-media-type-schema-added", body("content: {a/b: {}}"), body("content: {a/b: {schema: {type: string}}}")),
        case("request-body-media-type-schema-removed", body("content: {a/b: {schema: {type: string}}}"), body("content: {a/b: {}}")),
        case("request-body-encoding-changed", body(&part("style: pipeDelimited")), body(&part("style: form"))),
        case("response-body-encoding-changed", response(&part("style: pipeDelimited")), response(&part("style: form"))),
        case("request-body-encoding-narrowed", body(&part("contentType: 'a/b, c/d'")), body(&part("contentType: a/b"))),
        case("response-body-encoding-narrowed", response(&part("contentType: 'a/b, c/d'")), response(&part("contentType: a/b"))),
        case("request-body-encoding-widened", body(&part("contentType: a/b")), body(&part("contentType: 'a/b, c/d'"))),
        case("response-body-encoding-widened", response(&part("contentType: a/b")), response(&part("contentType: 'a/b, c/d'"))),
        // Responses.
        case("response-success-status-added", operation("responses: {'200': {}}"), operation("responses: {'200': {}, '201': {}}")),
        case("response-success-status-removed", operation("responses: {'200': {}, '201': {}}"), operation("responses: {'200': {}}")),
        case("response-non-success-status-added", operation("responses: {'200': {}}"), operation("responses: {'200': {}, '404': {}}")),
        case("response-non-success-status-removed", operation("responses: {'200': {}, '404': {}}"), operation("responses: {'200': {}}")),
        case("response-status-range-narrowed", operation("responses: {2XX: {}}"), operation("responses: {'200': {}}")),
        case("response-media-type-added", media("a/b"), response("content: {a/b: {}, c/d: {}}")),
        case("response-media-type-removed", response("content: {a/b: {}, c/d: {}}"), media("a/b")),
        case("response-media-type-name-changed", media("a/b"), media("'a/b; q=1'")),
        case("response-media-type-name-specialized", media("application/json"), media("application/problem+json")),
        case("response-media-type-name-generalized", media("application/problem+json"), media("application/json")),
        case("response-body-media-type-schema-added", media("a/b"), response("content: {a/b: {schema: {type: string}}}")),
        case("response-body-media-type-schema-removed", response("content: {a/b: {schema: {type: string}}}"), media("a/b")),
        case("item-schema-added", media("a/b"), response("content: {a/b: {itemSchema: {type: string}}}")),
        case("item-schema-removed", response("content: {a/b: {itemSchema: {type: string}}}"), media("a/b")),
        case("response-link-added", response("links: {}"), response("links: {x: {operationId: y}}")),
        case("response-link-removed", response("links: {x: {operationId: y}}"), response("links: {}")),
        case("response-header-style-changed", response("headers: {X: {schema: {}}}"), response("headers: {X: {schema: {}, style: form}}")),
        case("response-header-explode-changed", response("headers: {X: {schema: {type: object}}}"), response("headers: {X: {schema: {type: object}, explode: true}}")),
        case("response-header-serialization-changed", response("headers: {X: {schema: {}}}"), response("headers: {X: {content: {application/json: {schema: {}}}}}")),
        case("response-header-added", response("headers: {}"), response("headers: {X: {schema: {}}}")),
        case("required-response-header-removed", response("headers: {X: {required: true}}"), response("headers: {}")),
        case("optional-response-header-removed", response("headers: {X: {schema: {}}}"), response("headers: {}")),
        case("response-header-became-optional", response("headers: {X: {required: true}}"), response("headers: {X: {required: false}}")),
        case("response-header-became-required", response("headers: {X: {required: false}}"), response("headers: {X: {required: true}}")),
        // Properties.
        case("new-required-request-property", props("", "b: {}"), props("a", "a: {}, b: {}")),
        case("new-required-request-property-with-default", props("", "b: {}"), props("a", "a: {default: 1}, b: {}")),
        case("new-optional-request-property", props("", "b: {}"), props("", "a: {}, b: {}")),
        case("response-required-property-added", props("", "b: {}"), props("a", "a: {}, b: {}")),
        case("response-optional-property-added", props("", "b: {}"), props("", "a: {}, b: {}")),
        case("response-required-write-only-property-added", props("", "b: {}"), props("a", "a: {writeOnly: true}, b: {}")),
        case("response-optional-write-only-property-added", props("", "b: {}"), props("", "a: {writeOnly: true}, b: {}")),
        case("request-property-removed", props("", "a: {}, b: {}"), props("", "b: {}")),
        case("request-parameter-property-became-required", props("", "a: {}"), props("a", "a: {}")),
        case("request-parameter-property-became-optional", props("a", "a: {}"), props("", "a: {}")),
        case("response-required-property-removed", props("a", "a: {}, b: {}"), props("", "b: {}")),
        case("response-optional-property-removed", props("", "a: {}, b: {}"), props("", "b: {}")),
        case("response-required-write-only-property-removed", props("a", "a: {writeOnly: true}, b: {}"), props("", "b: {}")),
        case("response-optional-write-only-property-removed", props("", "a: {writeOnly: true}, b: {}"), props("", "b: {}")),
        case("request-property-became-required", props("", "a: {}"), props("a", "a: {}")),
        case("request-property-became-required-with-default", props("", "a: {default: 1}"), props("a", "a: {default: 1}")),
        case("request-property-became-optional", props("a", "a: {}"), props("", "a: {}")),
        case("response-property-became-required", props("", "a: {}"), props("a", "a: {}")),
        case("response-property-became-optional", props("a", "a: {}"), props("", "a: {}")),
        case("response-write-only-property-became-required", props("", "a: {writeOnly: true}"), props("a", "a: {writeOnly: true}")),
        case("response-write-only-property-became-optional", props("a", "a: {writeOnly: true}"), props("", "a: {writeOnly: true}")),
        case("response-write-only-property-enum-value-added", props("", "a: {writeOnly: true, enum: [x]}"), props("", "a: {writeOnly: true, enum: [x, y]}")),
        case("request-read-only-property-enum-value-removed", props("", "a: {readOnly: true, enum: [x, y]}"), props("", "a: {readOnly: true, enum: [x]}")),
        case("request-read-only-property-max-decreased", props("", "a: {readOnly: true, maximum: 2}"), props("", "a: {readOnly: true, maximum: 1}")),
        case("request-read-only-property-min-increased", props("", "a: {readOnly: true, minimum: 1}"), props("", "a: {readOnly: true, minimum: 2}")),
        case("request-read-only-property-max-length-decreased", props("", "a: {readOnly: true, maxLength: 2}"), props("", "a: {readOnly: true, maxLength: 1}")),
        case("request-body-xml-changed", xml("xml: {name: a}"), xml("xml: {name: b}")),
        case("response-body-xml-changed", xml("xml: {name: a}"), xml("xml: {name: b}")),
        case("request-property-xml-changed", xml("properties: {a: {type: string}}"), xml("properties: {a: {type: string, xml: {attribute: true}}}")),
        case("response-property-xml-changed", xml("properties: {a: {type: string}}"), xml("properties: {a: {type: string, xml: {attribute: true}}}")),
        case("request-body-xml-prefix-changed", xml("xml: {prefix: a}"), xml("xml: {prefix: b}")),
        case("response-body-xml-prefix-changed", xml("xml: {prefix: a}"), xml("xml: {prefix: b}")),
        case("request-property-xml-prefix-changed", xml("properties: {a: {xml: {prefix: a}}}"), xml("properties: {a: {xml: {prefix: b}}}")),
        case("response-property-xml-prefix-changed", xml("properties: {a: {xml: {prefix: a}}}"), xml("properties: {a: {xml: {prefix: b}}}")),
        case("request-property-removed-from-closed", schema("properties: {a: {}, b: {}}, additionalProperties: false"), schema("properties: {a: {}}, additionalProperties: false")),
        case("response-property-added-to-closed", schema("properties: {a: {}}, additionalProperties: false"), schema("properties: {a: {}, b: {}}, additionalProperties: false")),
        case("request-read-only-property-exclusive-max-decreased", props("", "a: {readOnly: true, exclusiveMaximum: 2}"), props("", "a: {readOnly: true, exclusiveMaximum: 1}")),
        case("request-read-only-property-exclusive-min-increased", props("", "a: {readOnly: true, exclusiveMinimum: 1}"), props("", "a: {readOnly: true, exclusiveMinimum: 2}")),
        noticed("request-property-deprecated-sunset-missing", props("", "a: {type: string}"), props("", "a: {type: string, deprecated: true}")),
        noticed("response-property-deprecated-sunset-missing", props("", "a: {type: string}"), props("", "a: {type: string, deprecated: true}")),
        noticed("request-property-sunset-date-too-small", props("", "a: {type: string}"), props("", "a: {type: string, deprecated: true, x-sunset: '2026-11-30'}")),
        noticed("response-property-sunset-date-too-small", props("", "a: {type: string}"), props("", "a: {type: string, deprecated: true, x-sunset: '2026-11-30'}")),
    ];
    for (required, need) in [("", "optional"), ("a", "required")] {
        for (flag, word) in [("readOnly", "read-only"), ("writeOnly", "write-only")] {
            for side in ["request", "response"] {
                let plain = || props(required, "a: {type: string}");
                let flagged = || props(required, &format!("a: {{type: string, {flag}: true}}"));
                let became = format!("{side}-{need}-property-became-{word}");
                let became_not = format!("{side}-{need}-property-became-not-{word}");
                cases.push(case(became.leak(), plain(), flagged()));
                cases.push(case(became_not.leak(), flagged(), plain()));
            }
        }
    }
    cases
}

/// All ids that the cases make appear.
pub(super) fn seen() -> BTreeSet<String> {
    let found = cases()
        .into_iter()
        .map(|case| ids(&compared_with(&case.base, &case.revision, case.notice)));
    found.flatten().collect()
}

#[test]
fn every_change_around_schemas_has_its_rule() {
    let mut wrong = Vec::new();
    for case in cases() {
        let found = ids(&compared_with(&case.base, &case.revision, case.notice));
        if !found.contains(case.id) {
            wrong.push(format!("{}: found {found:?}", case.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_document_differs_from_itself() {
    for case in cases() {
        for document in [&case.base, &case.revision] {
            let found = ids(&compared_with(document, document, case.notice));
            let found: Vec<&String> = found.iter().filter(|id| !id.starts_with("document-")).collect();
            assert!(found.is_empty(), "{}: {found:?}", case.id);
        }
    }
}
