//! What operations ask for and give, where only the sense of it decides what breaks.

use super::{compared, ids};
use crate::contract::rules::Level;

pub(super) const HEAD: &str = "openapi: 3.1.0\ninfo: {title: t, version: 1.0.0}\n";

/// The errors between two documents, apart from those about the version.
#[track_caller]
pub(super) fn check(base: &str, revision: &str, expect: &[&str]) {
    let mut compared = compared(&format!("{HEAD}{base}\n"), &format!("{HEAD}{revision}\n"));
    compared.changes.retain(|change| {
        let id = change.rule.id();
        change.rule.level() == Level::Error && !id.starts_with("api-version-")
    });
    let found: Vec<String> = ids(&compared).into_iter().collect();
    assert_eq!(found, expect, "{base}\n{revision}");
}

/// A document whose only operation has these fields.
pub(super) fn operation(fields: &str) -> String {
    format!("paths: {{/a: {{get: {{{fields}}}}}}}")
}

/// One with ways to be let in, and two schemes.
fn secured(ways: &str, k: &str, j: &str) -> String {
    let operation = operation(&format!("security: {ways}"));
    format!("{operation}\ncomponents: {{securitySchemes: {{k: {{{k}}}, j: {{{j}}}}}}}")
}

const KEY: &str = "type: apiKey, in: header, name: X";
const BASIC: &str = "type: http, scheme: basic";

#[test]
fn what_a_scheme_asks_for_is_judged_where_it_is_used() {
    let flows = |flows: &str| format!("type: oauth2, flows: {{{flows}}}");
    let open_id = |url: &str| format!("type: openIdConnect, openIdConnectUrl: '{url}'");
    for (old, new, breaks) in [
        (KEY, "type: apiKey, in: header, name: Y", true),
        (KEY, "type: apiKey, in: query, name: X", true),
        (KEY, "type: apiKey, in: header, name: x", false),
        (KEY, "type: http, scheme: bearer", true),
        (BASIC, "type: http, scheme: bearer", true),
        (BASIC, "type: http, scheme: Basic, description: d", false),
        (&flows("implicit: {}"), &flows("password: {}"), true),
        (&flows("implicit: {}, password: {}"), &flows("password: {}"), true),
        (
            &flows("implicit: {}"),
            &flows("implicit: {}, password: {}"),
            false,
        ),
        (&open_id("a"), &open_id("b"), true),
    ] {
        let expect: &[&str] = if breaks {
            &["api-security-scheme-changed"]
        } else {
            &[]
        };
        let of = |ways: &str, k: &str| secured(ways, k, BASIC);
        check(&of("[{k: []}]", old), &of("[{k: []}]", new), expect);
        // Nobody uses it, or nobody has to.
        check(&of("[{j: []}]", old), &of("[{j: []}]", new), &[]);
        check(&of("[{k: []}]", old), &of("[{k: []}, {}]", new), &[]);
    }
}

#[test]
fn a_scheme_is_told_once_with_its_operations() {
    let document = |name: &str| {
        format!(
            "{HEAD}security: [{{k: []}}]\npaths: {{/a: {{get: {{}}, put: {{}}}}, /b: {{get: {{security: []}}}}}}\n\
             components: {{securitySchemes: {{k: {{type: apiKey, in: header, name: {name}}}}}}}\n"
        )
    };
    let compared = compared(&document("X"), &document("Y"));
    let told: Vec<usize> = compared
        .changes
        .iter()
        .filter(|change| change.rule.id() == "api-security-scheme-changed")
        .map(|change| change.operations.len())
        .collect();
    assert_eq!(told, [2]);
}

#[test]
fn who_came_in_before_still_does() {
    for (old, new, expect) in [
        ("[{k: []}, {}]", "[{k: []}]", &["api-security-tightened"][..]),
        ("[{k: []}, {j: []}]", "[{k: []}]", &["api-security-tightened"]),
        ("[{k: []}]", "[{k: []}, {j: []}]", &[]),
        ("[{k: [], j: []}]", "[{k: []}]", &[]),
        ("[{k: []}]", "[{k: [], j: []}]", &["api-security-tightened"]),
    ] {
        check(&secured(old, KEY, BASIC), &secured(new, KEY, BASIC), expect);
    }
    // Another name for the same thing.
    check(
        &secured("[{k: []}]", KEY, BASIC),
        &secured("[{j: []}]", BASIC, KEY),
        &[],
    );
}

#[test]
fn what_nobody_can_read_on_both_sides_is_no_change() {
    for fields in [
        "deprecated: true, x-sunset: soon",
        "x-stability-level: rock",
        "parameters: [{name: q, in: query, deprecated: true, x-sunset: soon}]",
    ] {
        check(&operation(fields), &operation(fields), &[]);
    }
    let unknown =
        |version: &str| format!("openapi: {version}\ninfo: {{title: t, version: 1.0.0}}\npaths: {{}}\n");
    for (base, revision, expect) in [
        ("9.9.9", "9.9.9", "document-unknown-version"),
        ("9.9.9", "9.9.8", "document-not-compared"),
        ("3.1.0", "9.9.9", "document-not-compared"),
        ("9.9.9", "3.1.0", "document-not-compared"),
    ] {
        let found: Vec<String> = ids(&compared(&unknown(base), &unknown(revision)))
            .into_iter()
            .collect();
        assert_eq!(found, [expect], "{base} {revision}");
    }
    // What is compared beside it is still judged.
    check(
        &operation("x-stability-level: rock"),
        &operation("x-stability-level: rock, parameters: [{name: q, in: query, required: true}]"),
        &["new-required-request-parameter"],
    );
}

#[test]
fn a_default_means_something_only_where_a_parameter_may_be_left_out() {
    let with = |required: bool, default: &str| {
        format!(
            "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\npaths:\n  /a:\n    get:\n      parameters: \
             [{{name: q, in: query, required: {required}, schema: {{type: string, default: {default}}}}}]\n"
        )
    };
    let told = |required: bool| {
        let compared = super::compared(&with(required, "x"), &with(required, "y"));
        super::ids(&compared).contains("request-parameter-default-value-changed")
    };
    assert_eq!((told(false), told(true)), (true, false));
}

#[test]
fn what_stands_beside_the_reference_of_a_path_counts() {
    let path = |beside: &str| {
        format!(
            "paths: {{'/a/{{id}}': {{$ref: '#/components/pathItems/P'{beside}}}}}\n\
             components: {{pathItems: {{P: {{get: {{}}}}}}}}"
        )
    };
    let demanded = path(", parameters: [{name: q, in: query, required: true}]");
    check(&path(""), &demanded, &["new-required-request-parameter"]);
    check(&demanded, &path(""), &["removed-required-request-parameter"]);
    let server = |url: &str| path(&format!(", servers: [{{url: '{url}'}}]"));
    let found = compared(
        &format!("{HEAD}{}\n", server("https://a")),
        &format!("{HEAD}{}\n", server("https://b")),
    );
    let found = ids(&found);
    assert!(found.contains("server-removed"), "{found:?}");
}

#[test]
fn an_operation_of_swagger_2_is_called_by_its_own_schemes() {
    let document = |schemes: &str| {
        format!(
            "swagger: '2.0'\ninfo: {{title: t, version: 1.0.0}}\nhost: h\nschemes: [https]\n\
             paths: {{/a: {{get: {{{schemes}}}}}, /b: {{get: {{}}}}}}\n"
        )
    };
    let told = |base: &str, revision: &str| {
        let compared = compared(&document(base), &document(revision));
        ids(&compared).into_iter().collect::<Vec<_>>()
    };
    assert_eq!(
        told("schemes: [https]", "schemes: [wss]"),
        ["server-added", "server-removed"]
    );
    assert_eq!(told("", "schemes: [https, wss]"), ["server-added"]);
    assert_eq!(told("schemes: [https, wss]", ""), ["server-removed"]);
    assert!(told("", "schemes: [https]").is_empty());
}

#[test]
fn lists_in_forms_of_swagger_2_are_written_as_their_format_says() {
    let with = |place: &str, list: &str| {
        format!(
            "swagger: '2.0'\ninfo: {{title: t, version: 1.0.0}}\npaths: {{/a: {{post: {{\
             consumes: [application/x-www-form-urlencoded], parameters: [{{name: t, in: {place}, {list}}}]}}}}}}\n"
        )
    };
    let list = |more: &str| format!("type: array, items: {{type: string}}{more}");
    let nested = |format: &str| {
        format!("type: array, items: {{type: array, items: {{type: string}}, collectionFormat: {format}}}")
    };
    let three = |encoding: &str| {
        format!(
            "openapi: 3.0.3\ninfo: {{title: t, version: 1.0.0}}\npaths: {{/a: {{post: {{requestBody: {{content: {{\
             application/x-www-form-urlencoded: {{schema: {{type: object, properties: {{t: {{type: array, \
             items: {{type: string}}}}}}}}{encoding}}}}}}}}}}}}}\n"
        )
    };
    let (csv, multi) = (list(""), list(", collectionFormat: multi"));
    let pipes = list(", collectionFormat: pipes");
    let explicit = list(", collectionFormat: csv");
    let apart = three(", encoding: {t: {style: form, explode: true}}");
    let together = three(", encoding: {t: {style: form, explode: false}}");
    for (base, revision, is_other) in [
        (with("formData", &csv), with("formData", &multi), true),
        (with("formData", &csv), with("formData", &pipes), true),
        (with("formData", &csv), with("formData", &explicit), false),
        (
            with("formData", &nested("pipes")),
            with("formData", &nested("ssv")),
            true,
        ),
        (
            with("formData", &nested("csv")),
            with("formData", &nested("csv")),
            false,
        ),
        (
            with("query", &nested("pipes")),
            with("query", &nested("ssv")),
            true,
        ),
        (with("formData", &csv), together.clone(), false),
        (with("formData", &csv), apart.clone(), true),
        (with("formData", &csv), three(""), true),
        (with("formData", &multi), three(""), false),
        (with("formData", &multi), apart, false),
        (with("formData", &multi), together, true),
    ] {
        for (base, revision) in [(&base, &revision), (&revision, &base)] {
            let found = ids(&compared(base, revision));
            let is_told = ["request-body-encoding-changed", "request-parameter-style-changed"]
                .iter()
                .any(|id| found.contains(*id));
            assert_eq!(is_told, is_other, "{base}\n{revision}\n{found:?}");
        }
    }
}
