//! Statuses and media types that hold others, and what is called back.

use super::mended_operations::{HEAD, check, operation};
use super::{compared, ids};

/// A response of a status, with a body of a type.
fn answer(status: &str, kind: &str) -> String {
    format!("{status}: {{description: d, content: {{application/json: {{schema: {{type: {kind}}}}}}}}}")
}

/// An operation with responses.
fn answers(list: &[&str]) -> String {
    operation(&format!("responses: {{{}}}", list.join(", ")))
}

/// The same for a callback.
fn called(fields: &str) -> String {
    operation(&format!(
        "callbacks: {{c: {{'{{$request.body#/url}}': {{post: {{{fields}}}}}}}}}"
    ))
}

#[test]
fn a_status_that_takes_over_is_compared_with_what_answered_for_it() {
    let (ok, text, number) = (&answer("'200'", "string"), "string", "integer");
    for range in ["4XX", "default"] {
        let (range, same, other) = (
            &answer(range, text),
            &answer("'404'", text),
            &answer("'404'", number),
        );
        let changed = &["response-body-type-changed"];
        check(&answers(&[ok, range]), &answers(&[ok, range, same]), &[]);
        check(&answers(&[ok, range]), &answers(&[ok, range, other]), changed);
        check(&answers(&[ok, range]), &answers(&[ok, other]), changed);
        // The way back.
        check(&answers(&[ok, range, same]), &answers(&[ok, range]), &[]);
        check(&answers(&[ok, range, other]), &answers(&[ok, range]), changed);
    }
    // The nearest range counts.
    let near = format!("{}, {}", answer("4XX", number), answer("default", text));
    let with = |more: &str| answers(&[ok, &near, more]);
    check(&answers(&[ok, &near]), &with(&answer("'404'", number)), &[]);
    check(
        &answers(&[ok, &near]),
        &with(&answer("'404'", text)),
        &["response-body-type-changed"],
    );
    // Where successes are told apart, the default is for failures.
    let failure = &answer("default", number);
    check(
        &answers(&[ok, failure]),
        &answers(&[ok, failure, &answer("'201'", text)]),
        &[],
    );
    check(
        &answers(&[failure]),
        &answers(&[failure, ok]),
        &["response-body-type-changed"],
    );
    // There is never a body in it.
    check(
        &answers(&[&answer("2XX", text)]),
        &answers(&[&answer("2XX", text), "'204': {description: d}"]),
        &[],
    );
    check(
        &answers(&[&answer("2XX", text)]),
        &answers(&[&answer("2XX", text), "'202': {description: d}"]),
        &["response-media-type-removed"],
    );
}

#[test]
fn a_range_of_which_some_are_left_gives_nothing_new() {
    let (range, one) = (&answer("2XX", "string"), &answer("'200'", "string"));
    let other = &answer("'200'", "integer");
    let failure = &answer("default", "boolean");
    check(&answers(&[range]), &answers(&[one]), &[]);
    check(&answers(&[range, one]), &answers(&[one]), &[]);
    check(&answers(&[range, failure]), &answers(&[one, failure]), &[]);
    check(
        &answers(&[range]),
        &answers(&[other]),
        &["response-body-type-changed"],
    );
    check(&answers(&[one]), &answers(&[range]), &[]);
    check(
        &answers(&[other]),
        &answers(&[range]),
        &["response-body-type-changed"],
    );
    check(
        &answers(&[range]),
        &answers(&[&answer("'404'", "string")]),
        &["response-success-status-removed"],
    );
    // What a client may answer to a callback is taken as before, or not.
    let responses = |one: &str| called(&format!("responses: {{{one}}}"));
    check(
        &responses(range),
        &responses(one),
        &["response-success-status-removed"],
    );
    check(&responses(one), &responses(range), &[]);
}

#[test]
fn media_types_lie_in_ranges() {
    let body = |name: &str, kind: &str| {
        format!("requestBody: {{content: {{'{name}': {{schema: {{type: {kind}}}}}}}}}")
    };
    let response = |name: &str, kind: &str| {
        format!(
            "responses: {{'200': {{description: d, content: {{'{name}': {{schema: {{type: {kind}}}}}}}}}}}"
        )
    };
    for range in ["*/*", "application/*"] {
        let json = "application/json";
        for (old, new, asked, given) in [
            (json, range, &[][..], &["response-media-type-removed"][..]),
            (range, json, &["request-body-media-type-removed"][..], &[]),
        ] {
            let text = "string";
            check(&operation(&body(old, text)), &operation(&body(new, text)), asked);
            check(
                &operation(&response(old, text)),
                &operation(&response(new, text)),
                given,
            );
            // A callback's body is given, and what answers it is asked for.
            check(
                &called(&body(old, text)),
                &called(&body(new, text)),
                if given.is_empty() {
                    &[]
                } else {
                    &["request-body-media-type-removed"]
                },
            );
            check(
                &called(&response(old, text)),
                &called(&response(new, text)),
                if asked.is_empty() {
                    &[]
                } else {
                    &["response-media-type-removed"]
                },
            );
        }
        check(
            &operation(&body(json, "string")),
            &operation(&body(range, "integer")),
            &["request-body-type-changed"],
        );
        check(
            &operation(&response(range, "string")),
            &operation(&response(json, "integer")),
            &["response-body-type-changed"],
        );
        check(
            &operation(&body("text/plain", "string")),
            &operation(&body("image/*", "string")),
            &["request-body-media-type-removed"],
        );
    }
    // The narrowest range counts.
    let two = |wide: &str, near: &str| {
        operation(&format!(
            "requestBody: {{content: {{'*/*': {{schema: {{type: {wide}}}}}, 'text/*': {{schema: {{type: {near}}}}}}}}}"
        ))
    };
    let plain = operation(&body("text/plain", "string"));
    check(&plain, &two("integer", "string"), &[]);
    check(&plain, &two("string", "integer"), &["request-body-type-changed"]);
}

#[test]
fn a_callback_at_another_address_is_another_one() {
    let callback = |address: &str| operation(&format!("callbacks: {{c: {{'{address}': {{post: {{}}}}}}}}"));
    let old = "{$request.body#/a}";
    check(&callback(old), &callback(old), &[]);
    for new in ["{$request.body#/b}", "{$request.query.a}", "{$request.body#/a}/x"] {
        check(&callback(old), &callback(new), &["callback-removed"]);
    }
    // In a path it is a name.
    let path = |name: &str| format!("paths: {{'/a/{{{name}}}': {{get: {{}}}}}}");
    check(&path("x"), &path("y"), &[]);
}

/// A document whose callbacks go round, with a body of a type at the end.
fn round(kind: &str, more: &str) -> String {
    format!(
        "paths: {{/a: {{post: {{callbacks: {{c: {{u: {{$ref: '#/components/pathItems/P'}}}}}}}}}}}}\n\
         components:\n  pathItems:\n    P: {{post: {{{more} callbacks: {{d: {{$ref: '#/components/callbacks/D'}}}}}}}}\n  \
         callbacks:\n    D: {{v: {{put: {{requestBody: {{content: {{a/b: {{schema: {{type: {kind}}}}}}}}}, \
         callbacks: {{c: {{u: {{$ref: '#/components/pathItems/P'}}}}}}}}}}}}"
    )
}

#[test]
fn what_calls_itself_back_is_compared_once() {
    check(&round("string", ""), &round("string", ""), &[]);
    check(
        &round("string", ""),
        &round("integer", ""),
        &["response-body-type-changed"],
    );
    let told = ids(&compared(
        &format!("{HEAD}{}\n", round("string", "")),
        &format!("{HEAD}{}\n", round("string", "summary: s,")),
    ));
    assert!(told.is_empty(), "{told:?}");
    // Far down, where nothing goes round.
    let deep = |kind: &str| {
        let mut inner = format!("requestBody: {{content: {{a/b: {{schema: {{type: {kind}}}}}}}}}");
        for _ in 0..40 {
            inner = format!("callbacks: {{c: {{u: {{post: {{{inner}}}}}}}}}");
        }
        operation(&inner)
    };
    check(&deep("string"), &deep("integer"), &["response-body-type-changed"]);
}
