//! The kinds of changes that have a name of their own in reports, told at the operation that they break.

use crate::support::Sandbox;

const BASE: &str = "openapi: 3.0.3
info: {title: Pets, version: 1.0.0}
paths:
  /pets:
    parameters:
      - {name: tenant, in: header, required: true, schema: {type: string}}
    get:
      parameters:
        - {name: limit, in: query, schema: {type: integer}}
        - {name: kind, in: query, required: true, schema: {type: string}}
      responses: {'200': {description: ok}}
    delete: {responses: {'204': {description: ok}}}
  /old:
    get: {responses: {'200': {description: ok}}}
";

/// The old description in the words of Swagger 2.0.
fn swagger() -> String {
    BASE.replace("openapi: 3.0.3", "swagger: '2.0'")
        .replace("schema: {type: string}", "type: string")
        .replace("schema: {type: integer}", "type: integer")
}

#[track_caller]
fn check(kind: &str, method: &str, path: &str, before: &str, after: &str) {
    for base in [BASE.to_owned(), swagger()] {
        let is_new = base.starts_with("openapi");
        let plain = |text: &str| {
            if is_new {
                text.to_owned()
            } else {
                text.replace("schema: {type: string}", "type: string")
                    .replace("schema: {type: integer}", "type: integer")
            }
        };
        let revision = base.replace(&plain(before), &plain(after));
        assert_ne!(revision, base, "{before}");
        let sandbox = Sandbox::new()
            .file("v1.yaml", base.as_bytes())
            .file("v2.yaml", revision);
        let answer = sandbox.sdd([
            "contract",
            "diff",
            "v1.yaml",
            "v2.yaml",
            "--format",
            "json",
            "--per-operation",
        ]);
        answer.expect_code(1);
        let document = answer.json();
        let changes = document["changes"].as_array().cloned().unwrap_or_default();
        let found = changes.iter().find(|one| {
            one["type"] == kind && one["method"] == method && one["path"] == path && one["level"] == "error"
        });
        assert!(found.is_some(), "{kind}: {changes:#?}");
    }
}

#[test]
fn what_is_gone_is_a_removed_endpoint_a_removed_method_or_a_removed_parameter() {
    let old = "  /old:\n    get: {responses: {'200': {description: ok}}}\n";
    check("removed_endpoint", "GET", "/old", old, "");
    let delete = "    delete: {responses: {'204': {description: ok}}}\n";
    check("removed_method", "DELETE", "/pets", delete, "");
    let kind = "        - {name: kind, in: query, required: true, schema: {type: string}}\n";
    check("removed_required_parameter", "GET", "/pets", kind, "");
    // One of the path is one of each of its operations.
    let tenant =
        "    parameters:\n      - {name: tenant, in: header, required: true, schema: {type: string}}\n";
    for method in ["GET", "DELETE"] {
        check("removed_required_parameter", method, "/pets", tenant, "");
    }
}

#[test]
fn what_is_demanded_is_an_added_parameter_or_one_that_is_required_now() {
    let limit = "        - {name: limit, in: query, schema: {type: integer}}\n";
    let more =
        format!("{limit}        - {{name: page, in: query, required: true, schema: {{type: integer}}}}\n");
    check("added_required_parameter", "GET", "/pets", limit, &more);
    let demanded = limit.replace("in: query,", "in: query, required: true,");
    check("parameter_now_required", "GET", "/pets", limit, &demanded);
    let text = limit.replace("integer", "string");
    let kind = "{name: kind, in: query, required: true, schema: {type: string}}";
    let number = kind.replace("string", "integer");
    check("parameter_type_changed", "GET", "/pets", kind, &number);
    // A wider type takes what was sent before, and breaks nobody.
    let sandbox = Sandbox::new()
        .file("v1.yaml", BASE)
        .file("v2.yaml", BASE.replace(limit, &text));
    sandbox
        .sdd(["contract", "diff", "v1.yaml", "v2.yaml"])
        .expect_code(0);
}
