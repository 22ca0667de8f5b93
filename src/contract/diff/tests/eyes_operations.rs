//! What a second look at operations found: that nothing changed where nothing did, and that what counts for an operation is
//! what is compared.

use std::collections::BTreeSet;

use super::mended_operations::{HEAD, check as check_errors, operation};
use super::{Nowhere, compared, ids};
use crate::contract::arena::Limits;
use crate::contract::diff::{Comparison, Notice, Options, diff};
use crate::contract::load::World;

fn between(base: &str, revision: &str) -> Comparison {
    compared(&format!("{HEAD}{base}\n"), &format!("{HEAD}{revision}\n"))
}

/// The ids of all changes between two documents.
#[track_caller]
fn check(base: &str, revision: &str, expect: &[&str]) {
    let found: Vec<String> = ids(&between(base, revision)).into_iter().collect();
    let found: Vec<&str> = found
        .iter()
        .map(|id| &**id)
        .filter(|id| !id.starts_with("api-version-") && !id.starts_with("api-major-"))
        .collect();
    assert_eq!(found, expect, "{base}\n{revision}");
}

/// The changes of a rule, each with the number of its operations.
#[track_caller]
fn check_told(base: &str, revision: &str, id: &str, expect: &[usize]) {
    let found: Vec<usize> = between(base, revision)
        .changes
        .iter()
        .filter(|change| change.rule.id() == id)
        .map(|change| change.operations.len())
        .collect();
    assert_eq!(found, expect, "{id}\n{base}\n{revision}");
}

#[test]
fn a_document_is_equal_to_itself_in_any_order() {
    let secured = |ways: &str| operation(&format!("security: {ways}"));
    let given = |fields: &str| operation(&format!("responses: {{'200': {{description: d, {fields}}}}}"));
    let taken = |content: &str| operation(&format!("requestBody: {{content: {{{content}}}}}"));
    let (one, other) = ("schema: {type: string}", "schema: {type: integer}");
    for (first, second) in [
        (secured("[{o: [r]}, {o: [w]}]"), secured("[{o: [w]}, {o: [r]}]")),
        (
            secured("[{o: [a, b]}, {o: [b]}, {o: []}]"),
            secured("[{o: []}, {o: [b, a]}, {o: [b]}, {o: [b]}]"),
        ),
        (
            given(&format!("headers: {{X-A: {{{one}}}, x-a: {{{other}}}}}")),
            given(&format!("headers: {{x-a: {{{other}}}, X-A: {{{one}}}}}")),
        ),
        (
            given(&format!("content: {{a/b: {{{one}}}, A/B: {{{other}}}}}")),
            given(&format!("content: {{A/B: {{{other}}}, a/b: {{{one}}}}}")),
        ),
        (
            taken(&format!("a/b: {{{one}}}, A/B: {{{other}}}")),
            taken(&format!("A/B: {{{other}}}, a/b: {{{one}}}")),
        ),
        (
            operation("responses: {2XX: {description: d}, 2xx: {description: d, headers: {A: {}}}}"),
            operation("responses: {2XX: {description: d}, 2xx: {description: d, headers: {A: {}}}}"),
        ),
    ] {
        for (base, revision) in [(&first, &first), (&first, &second), (&second, &first)] {
            check(base, revision, &[]);
        }
    }
    // What one of several of a name lost is still seen.
    check_errors(
        &taken(&format!("a/b: {{{one}}}, A/B: {{{other}}}")),
        &taken(&format!("a/b: {{{one}}}")),
        &["request-body-type-changed"],
    );
}

#[test]
fn ways_of_the_same_schemes_are_paired_by_what_they_have_in_common() {
    let secured = |ways: &str| operation(&format!("security: {ways}"));
    let (few, many) = (
        secured("[{o: [a]}, {o: [a, b]}]"),
        secured("[{o: [a, b, c]}, {o: [a]}]"),
    );
    check_told(&few, &many, "api-security-scope-added", &[1]);
    check_told(&few, &many, "api-security-scope-removed", &[]);
    check_told(&many, &few, "api-security-scope-removed", &[1]);
    let (one, two) = (secured("[{o: [a]}]"), secured("[{o: [b]}, {o: [a]}]"));
    check(&one, &two, &["api-security-added"]);
    check(&two, &one, &["api-security-removed", "api-security-tightened"]);
}

#[test]
fn what_a_range_covered_is_compared_with_what_takes_its_place() {
    let (text, number) = ("{schema: {type: string}}", "{schema: {type: integer}}");
    let request = |content: &str| operation(&format!("requestBody: {{content: {{{content}}}}}"));
    let response = |content: &str| {
        operation(&format!(
            "responses: {{'200': {{description: d, content: {{{content}}}}}}}"
        ))
    };
    for range in ["'*/*'", "application/*"] {
        let plain = format!("{range}: {text}");
        let with = |special: &str| format!("{plain}, application/json: {special}");
        check_errors(
            &request(&plain),
            &request(&with(number)),
            &["request-body-type-changed"],
        );
        check_errors(
            &request(&with(number)),
            &request(&plain),
            &["request-body-type-changed"],
        );
        check_errors(
            &response(&plain),
            &response(&with(number)),
            &["response-body-type-changed"],
        );
        check_errors(
            &response(&with(number)),
            &response(&plain),
            &["response-media-type-removed"],
        );
        for of in [&request as &dyn Fn(&str) -> String, &response] {
            check_errors(&of(&plain), &of(&with(text)), &[]);
        }
    }
    // The narrowest range is the one that counted.
    let both = format!("'*/*': {text}, application/*: {number}");
    check_errors(
        &request(&both),
        &request(&format!("{both}, application/json: {number}")),
        &[],
    );
}

#[test]
fn every_earlier_day_is_told_until_it_has_come() {
    let operation = |day: &str| operation(&format!("deprecated: true, x-sunset: '{day}'"));
    let parameter = |day: &str| {
        super::mended_operations::operation(&format!(
            "parameters: [{{name: q, in: query, deprecated: true, x-sunset: '{day}'}}]"
        ))
    };
    for (old, new, is_told) in [
        ("2027-06-01", "2026-12-01", true),
        ("2026-12-01", "2027-06-01", false),
        ("2027-06-01", "2026-01-01", true),
        ("2026-11-21", "2026-11-20", true),
        ("2026-11-20", "2026-11-19", false),
        ("2026-02-01", "2026-01-01", false),
    ] {
        let told = |id| if is_told { vec![id] } else { Vec::new() };
        check(
            &operation(old),
            &operation(new),
            &told("api-sunset-date-changed-too-small"),
        );
        check(
            &parameter(old),
            &parameter(new),
            &told("request-parameter-sunset-date-changed-too-small"),
        );
    }
}

#[test]
fn operations_of_one_shape_are_known_by_their_methods() {
    const ID: &str = "parameters: [{name: NAME, in: path, required: true, schema: {type: string}}]";
    let item = |name: &str, methods: &[&str]| {
        let methods: Vec<String> = methods
            .iter()
            .map(|method| format!("{method}: {{{}}}", ID.replace("NAME", name)))
            .collect();
        format!("'/a/{{{name}}}': {{{}}}", methods.join(", "))
    };
    let document = |items: &[String]| format!("paths: {{{}}}", items.join(", "));
    let together = document(&[item("y", &["get", "post"])]);
    let apart = document(&[item("x", &["get"]), item("y", &["post"])]);
    let reversed = document(&[item("y", &["post"]), item("x", &["get"])]);
    for two in [&apart, &reversed] {
        check(&together, two, &["document-duplicate-path"]);
        check(two, &together, &["document-duplicate-path"]);
    }
    let less = document(&[item("z", &["post"])]);
    for two in [&together, &apart, &reversed] {
        check_told(two, &less, "api-removed-without-deprecation", &[1]);
        check_told(&less, two, "endpoint-added", &[1]);
        check_told(two, "paths: {}", "api-path-removed-without-deprecation", &[1, 1]);
    }
}

#[test]
fn what_the_document_asks_of_all_is_one_change() {
    let document = |security: &str| {
        let paths: Vec<String> = (0..5).map(|at| format!("/{at}: {{get: {{}}}}")).collect();
        format!(
            "{security}\npaths: {{{}}}\ncomponents: {{securitySchemes: {{k: {{type: http, scheme: basic}}}}}}",
            paths.join(", ")
        )
    };
    let (open, closed) = (document(""), document("security: [{k: []}]"));
    check_told(&open, &closed, "api-security-tightened", &[5]);
    check_told(&closed, &open, "api-security-relaxed", &[5]);
    let change = between(&open, &closed);
    let tightened = change
        .changes
        .iter()
        .find(|change| change.rule.id() == "api-security-tightened");
    let global = change
        .changes
        .iter()
        .find(|change| change.rule.id() == "api-global-security-added");
    assert_eq!(
        tightened.map(|change| change.revision),
        global.map(|change| change.revision)
    );
    // Each operation that asks for itself is a change of its own.
    let own = closed.replace("get: {}", "get: {security: []}");
    check_told(
        &own,
        &own.replace("security: []", "security: [{k: []}]"),
        "api-security-tightened",
        &[1; 5],
    );
}

#[test]
fn basic_is_the_same_in_both_versions() {
    let document = |head: &str, schemes: &str| {
        format!("{head}\ninfo: {{title: t, version: 1.0.0}}\npaths: {{}}\n{schemes}\n")
    };
    let old = document("swagger: '2.0'", "securityDefinitions: {k: {type: basic}}");
    let new = document(
        "openapi: 3.0.3",
        "components: {securitySchemes: {k: {type: http, scheme: Basic}}}",
    );
    let other = new.replace("Basic", "bearer");
    for (base, revision, expect) in [
        (&old, &new, BTreeSet::new()),
        (&new, &old, BTreeSet::new()),
        (
            &old,
            &other,
            BTreeSet::from(["api-security-component-type-changed".to_owned()]),
        ),
    ] {
        assert_eq!(ids(&compared(base, revision)), expect);
    }
}

#[test]
fn the_addresses_that_count_for_an_operation_are_compared() {
    const ONE: &str = "servers: [{url: 'https://a'}]";
    const OTHER: &str = "servers: [{url: 'https://b'}]";
    // Of the document, of the path, of the first operation; there are two.
    let document = |all: &str, path: &str, first: &str| {
        let item = [path, &format!("get: {{{first}}}"), "put: {}"].map(str::to_owned);
        let item: Vec<String> = item.into_iter().filter(|field| !field.is_empty()).collect();
        format!("{all}\npaths: {{/a: {{{}}}}}", item.join(", "))
    };
    let both = ["server-added", "server-removed"];
    for (old, new, expect, operations) in [
        // Whoever says it.
        (document(ONE, "", ""), document("", ONE, ""), &[][..], 0),
        (document(ONE, "", ""), document(ONE, ONE, ONE), &[], 0),
        (document(ONE, "", ""), document(OTHER, ONE, ""), &[], 0),
        (document("", ONE, ""), document(OTHER, OTHER, ""), &both, 2),
        (document(ONE, "", ""), document(ONE, "", OTHER), &both, 1),
        (document(ONE, "", ""), document(ONE, OTHER, ""), &both, 2),
        (document(ONE, "", ""), document(OTHER, "", ONE), &both, 0),
        (document(ONE, "", ""), document(OTHER, "", ""), &both, 0),
        (document("", "", ONE), document("", "", OTHER), &both, 1),
    ] {
        for (base, revision) in [(&old, &new), (&new, &old)] {
            check(base, revision, expect);
            if !expect.is_empty() {
                check_told(base, revision, "server-removed", &[operations]);
                check_told(base, revision, "server-added", &[operations]);
            }
        }
        check(&old, &old, &[]);
    }
}

#[test]
fn addresses_that_are_written_alike_are_told_apart_by_their_variables() {
    let server = |values: &str| {
        format!("{{url: 'https://{{v}}', variables: {{v: {{default: a, enum: [{values}]}}}}}}")
    };
    let document =
        |one: &str, other: &str| format!("servers: [{}, {}]\npaths: {{}}", server(one), server(other));
    check(&document("a", "a, b"), &document("a", "a, b"), &[]);
    check(&document("a", "a, b"), &document("a, b", "a"), &[]);
    check(
        &document("a", "a, b"),
        &document("a, b", "a, c"),
        &["server-variable-widened"],
    );
}

#[test]
fn the_variables_of_an_address_are_compared() {
    let document = |variable: &str| {
        format!("servers: [{{url: 'https://{{v}}', variables: {{v: {{{variable}}}}}}}]\npaths: {{}}")
    };
    let of_operation = |variable: &str| {
        operation(&format!(
            "servers: [{{url: 'https://{{v}}', variables: {{v: {{{variable}}}}}}}]"
        ))
    };
    for (old, new, forth, back) in [
        (
            "default: a, enum: [a, b]",
            "default: a, enum: [a]",
            "server-variable-narrowed",
            "server-variable-widened",
        ),
        (
            "default: a",
            "default: a, enum: [a]",
            "server-variable-narrowed",
            "server-variable-widened",
        ),
        (
            "default: a",
            "default: b",
            "server-variable-default-changed",
            "server-variable-default-changed",
        ),
    ] {
        for of in [&document as &dyn Fn(&str) -> String, &of_operation] {
            check(&of(old), &of(new), &[forth]);
            check(&of(new), &of(old), &[back]);
        }
    }
    check(
        &document("default: a, enum: [a, b]"),
        &document("default: a, enum: [b, a]"),
        &[],
    );
}

/// The lines at which a change of a rule is shown, counted from the first after the head.
#[track_caller]
fn check_lines(base: &str, revision: &str, id: &str, expect: (u32, u32)) {
    let mut world = World::new(Limits::default());
    let mut load = |name: &str, text: &str| world.load(name, format!("{HEAD}{text}"), &Nowhere).unwrap();
    let (old, new) = (load("base.yaml", base), load("revision.yaml", revision));
    world.settle();
    let options = Options {
        today: chrono::NaiveDate::from_ymd_opt(2026, 11, 20).unwrap(),
        notice: Notice::default(),
    };
    let compared = diff(&world, &old, &new, options);
    let line = |node| world.arena.place(node).line - 2;
    let found: Vec<(u32, u32)> = compared
        .changes
        .iter()
        .filter(|change| change.rule.id() == id)
        .map(|change| (line(change.base.unwrap()), line(change.revision.unwrap())))
        .collect();
    assert_eq!(
        found,
        [expect],
        "{id}
{base}
{revision}"
    );
}

#[test]
fn a_change_is_shown_where_it_was_made() {
    let document = |fields: &str| {
        format!(
            "paths:
  /a:
    get:
      summary: s
{fields}"
        )
    };
    for (id, old, new, expect) in [
        (
            "api-tag-removed",
            "      tags: [a]
",
            "",
            (5, 3),
        ),
        (
            "api-tag-added",
            "",
            "      operationId: a
      tags: [a]
",
            (3, 6),
        ),
        (
            "api-operation-id-added",
            "",
            "      tags: []
      operationId: a
",
            (3, 6),
        ),
        (
            "endpoint-deprecated",
            "",
            "      tags: []
      deprecated: true
",
            (3, 6),
        ),
        (
            "endpoint-reactivated",
            "      deprecated: true
",
            "",
            (5, 3),
        ),
        (
            "api-sunset-date-changed-too-small",
            "      deprecated: true
      x-sunset: '2028-01-01'
",
            "      x-sunset: '2027-01-01'
      deprecated: true
",
            (6, 5),
        ),
        (
            "api-stability-increased",
            "      x-stability-level: beta
",
            "",
            (5, 3),
        ),
    ] {
        check_lines(&document(old), &document(new), id, expect);
    }
    let request = |required: &str| {
        let schema = format!("{{required: [a{required}], properties: {{a: {{}}, b: {{}}}}}}");
        let media = schema.replace(", properties", ",\n                properties");
        let body = "paths:\n  /a:\n    post:\n      requestBody:\n        content:\n          a/json:\n";
        format!("{body}            schema:\n              {media}\n")
    };
    check_lines(
        &request(""),
        &request(", b"),
        "request-property-became-required",
        (9, 8),
    );
}
