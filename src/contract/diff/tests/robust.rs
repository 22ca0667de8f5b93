//! Documents that are broken, that refer to themselves, or that are made to harm.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::prelude::*;

use super::schemas::document;
use super::{Nowhere, compared, ids};
use crate::contract::arena::{Limits, Refusal};
use crate::contract::load::{Error, World};
use crate::contract::rules::Column;
use crate::contract::{json, yaml};

fn load(text: &str) -> Result<(), Error> {
    World::new(Limits::default())
        .load("a.yaml", text.to_owned(), &Nowhere)
        .map(drop)
}

#[test]
fn what_is_no_description_is_refused_with_its_place() {
    #[track_caller]
    fn check(text: &str, expect: &str) {
        let Err(error) = load(text) else {
            panic!("{text:?} was taken")
        };
        assert!(error.to_string().contains(expect), "{text:?}: {error}");
    }
    check("", "a.yaml:1:1: there is no value in it");
    check("# nothing", "there is no value in it");
    check("[1, 2]", "a.yaml:1:1: an API description is a map");
    check("a: b", "neither `openapi` nor `swagger`");
    check("openapi: [3]", "a.yaml:1:10: the version is neither");
    check("openapi: 3.0.0\na: {b: c", "a.yaml:");
    check("a: &x [*x]", "stands for nothing");
    check(
        "openapi: 3.0.0\n---\nopenapi: 3.0.0\n",
        "a.yaml:2:1: a second document",
    );
    check("{\"openapi\": \"3.0.0\", ", "a.yaml:");
    check("? [a]\n: b", "a key must be a text");
}

#[test]
fn yaml_that_is_called_json_is_told_from_broken_json() {
    for (text, is_yaml) in [
        ("openapi: 3.0.0\npaths: {}\n", true),
        ("---\nopenapi: 3.0.0\n", true),
        ("# here it is\nopenapi: 3.0.0\n", true),
        ("{\"openapi\": \"3.0.0\",}", false),
        ("{openapi: 3.0.0}", false),
        ("[a", false),
        ("openapi: [3", false),
        ("openapi", false),
        ("", false),
    ] {
        let read = World::new(Limits::default()).load("a.JSON", text.to_owned(), &Nowhere);
        let Err(error) = read else {
            panic!("{text:?} was taken")
        };
        let error = error.to_string();
        assert!(error.starts_with("a.JSON:1:"), "{error}");
        assert_eq!(
            error.ends_with("; the text looks like YAML: call the file .yaml"),
            is_yaml,
            "{text:?}: {error}"
        );
    }
}

#[test]
fn wrong_types_at_every_level_are_no_end() {
    let whole = r#"{"openapi":"3.0.0","info":{"version":"1.0.0"},"servers":[{"url":"a"}],"security":[{"a":[]}],"webhooks":{"w":{"post":{}}},
        "components":{"schemas":{"A":{"type":"object","properties":{"a":{"type":"string"}}}},"securitySchemes":{"a":{"type":"oauth2","flows":{"implicit":{"scopes":{"x":"y"}}}}}},
        "paths":{"/a/{b}":{"parameters":[{"name":"b","in":"path"}],"get":{"tags":["t"],"operationId":"i","callbacks":{"c":{"u":{"post":{}}}},
        "parameters":[{"name":"q","in":"query","schema":{"$ref":""}}],"requestBody":{"content":{"a/b":{"schema":{"allOf":[{}],"enum":[1],"required":["a"]}}}},
        "responses":{"200":{"headers":{"X":{"schema":{}}},"links":{"l":{}},"content":{"a/b":{"schema":{"not":{},"items":{}}}}}}}}}}"#;
    let plain: serde_json::Value = serde_json::from_str(whole).unwrap();
    let mut pointers = vec![String::new()];
    let mut at = 0;
    while at < pointers.len() {
        let pointer = pointers[at].clone();
        match plain.pointer(&pointer).unwrap() {
            serde_json::Value::Object(map) => pointers.extend(
                map.keys()
                    .map(|key| format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))),
            ),
            serde_json::Value::Array(list) => {
                pointers.extend((0..list.len()).map(|index| format!("{pointer}/{index}")));
            }
            _ => {}
        }
        at += 1;
    }
    assert!(pointers.len() > 60);
    for pointer in pointers
        .iter()
        .filter(|pointer| !pointer.is_empty() && *pointer != "/openapi")
    {
        for value in [
            serde_json::json!(null),
            serde_json::json!(7),
            serde_json::json!("x"),
            serde_json::json!([[]]),
            serde_json::json!({"x": []}),
        ] {
            let mut broken = plain.clone();
            *broken.pointer_mut(pointer).unwrap() = value;
            let broken = broken.to_string();
            compared(whole, &broken);
            compared(&broken, whole);
            assert_eq!(differences(&broken, &broken), BTreeSet::new(), "{broken}");
            validated(&broken);
        }
    }
}

/// The changes that are no remarks about the documents themselves.
fn differences(base: &str, revision: &str) -> BTreeSet<String> {
    let mut found = ids(&compared(base, revision));
    found.retain(|id| !id.starts_with("document-"));
    found
}

/// What is wrong with a description: the ids of the rules.
fn validated(text: &str) -> BTreeSet<&'static str> {
    let mut world = World::new(Limits::default());
    let document = world.load("a.yaml", text.to_owned(), &Nowhere).unwrap();
    world.settle();
    let found = crate::contract::validate::validate(&world, &document);
    found.iter().map(|finding| finding.rule.id()).collect()
}

/// What is odd in a description is told by both commands, and what lies beside it is compared.
#[test]
fn what_is_odd_is_told_and_the_rest_is_judged() {
    let response = "responses: {'200': {description: d}}";
    let with = |version: &str, rest: &str, limit: u32| {
        format!(
            "openapi: {version}\ninfo: {{title: t, version: 1.0.0}}\n{rest}\n  /beside:\n    get:\n      parameters: [{{name: q, in: query, \
             schema: {{type: integer, maximum: {limit}}}}}]\n      {response}\n"
        )
    };
    for (version, rest, told, wrong) in [
        ("4.0.0", "paths:".to_owned(), "document-unknown-version", "unknown-version"),
        ("'3'", "paths:".to_owned(), "document-unknown-version", "unknown-version"),
        (
            "3.1.0",
            format!("paths:\n  '/a/{{x}}': {{get: {{{response}}}}}\n  '/a/{{y}}': {{get: {{{response}}}}}"),
            "document-duplicate-path",
            "duplicate-path",
        ),
        (
            "3.1.0",
            "components: {schemas: {A: {$ref: '#/components/schemas/None'}}}\npaths:".to_owned(),
            "document-dangling-reference",
            "unresolved-ref",
        ),
        (
            "3.1.0",
            "components: {schemas: {A: {$ref: '#/components/schemas/A'}}}\npaths:".to_owned(),
            "document-cyclic-reference",
            "cyclic-ref",
        ),
        (
            "3.1.0",
            "components: {schemas: {A: {$ref: '#/components/schemas/B'}, B: {$ref: '#/components/schemas/A'}}}\npaths:".to_owned(),
            "document-cyclic-reference",
            "cyclic-ref",
        ),
        (
            "3.1.0",
            "paths:\n  /a: {$ref: '#/paths/~1b'}\n  /b: {$ref: '#/paths/~1a'}".to_owned(),
            "document-cyclic-reference",
            "cyclic-ref",
        ),
        (
            "3.1.0",
            "webhooks: [a]\npaths:".to_owned(),
            "document-wrong-type",
            "wrong-type",
        ),
        (
            "3.1.0",
            "info: {title: u, version: 1.0.0}\npaths:".to_owned(),
            "document-duplicate-key",
            "duplicate-key",
        ),
    ] {
        let (base, revision) = (with(version, &rest, 9), with(version, &rest, 8));
        let found = ids(&compared(&base, &revision));
        assert!(found.contains(told), "{found:?}\n{base}");
        assert!(found.contains("request-parameter-max-decreased"), "{found:?}\n{base}");
        assert!(ids(&compared(&base, &base)).contains(told), "{base}");
        assert_eq!(differences(&base, &base), BTreeSet::new(), "{base}");
        let found = validated(&base);
        assert!(found.contains(wrong), "{found:?}\n{base}");
    }
}

#[test]
fn what_holds_itself_is_compared_to_its_end() {
    let with = |limit: u32| {
        format!(
            "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\npaths:\n  /a:\n    get:\n      responses:\n        '200':\n          \
             description: ok\n          content: {{application/json: {{schema: {{$ref: '#/components/schemas/A'}}}}}}\n\
             components:\n  schemas:\n    A: {{type: object, properties: {{b: {{$ref: '#/components/schemas/B'}}}}}}\n    \
             B: {{type: object, properties: {{a: {{$ref: '#/components/schemas/A'}}, n: {{maxLength: {limit}}}}}}}\n"
        )
    };
    assert_eq!(ids(&compared(&with(1), &with(1))), BTreeSet::new());
    let found = compared(&with(1), &with(2));
    let told: Vec<(String, usize)> = found
        .changes
        .iter()
        .map(|one| (one.rule.id(), one.operations.len()))
        .collect();
    assert_eq!(told, [("response-property-max-length-increased".to_owned(), 1)]);
}

#[test]
fn callbacks_and_path_items_that_hold_themselves_come_to_an_end() {
    let text = |level: &str| {
        format!(
            "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\npaths:\n  /a: {{$ref: '#/components/pathItems/P'}}\ncomponents:\n  \
             pathItems:\n    P:\n      post:\n        x-stability-level: {level}\n        callbacks: {{c: {{u: {{$ref: '#/components/pathItems/P'}}}}}}\n"
        )
    };
    compared(&text("beta"), &text("stable"));
    let callback = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}\ncomponents: {callbacks: {c: {$ref: '#/components/callbacks/c'}}}\n";
    compared(callback, callback);
}

#[test]
fn a_bomb_of_aliases_is_refused_at_once() {
    let mut text = "openapi: 3.0.0\na0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let before = level - 1;
        let all = vec![format!("*a{before}"); 9].join(", ");
        writeln!(text, "a{level}: &a{level} [{all}]").unwrap();
    }
    let Err(error) = load(&text) else {
        panic!("it was taken")
    };
    assert!(error.to_string().contains("aliases"), "{error}");
}

#[test]
fn a_text_that_is_too_long_is_refused() {
    let text = "openapi: 3.0.0\n".to_owned();
    let limits = Limits {
        bytes: text.len(),
        ..Limits::default()
    };
    assert!(World::new(limits).load("a.yaml", text.clone(), &Nowhere).is_ok());
    let Err(error) = World::new(limits).load("a.yaml", text + " ", &Nowhere) else {
        panic!("it was taken")
    };
    assert_eq!(error.to_string(), "a.yaml:1:1: it has 16 bytes, more than 15");
}

#[test]
fn a_deep_text_is_refused_and_not_the_end_of_the_program() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let text = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        let mut world = World::new(Limits::default());
        let error = json::read(&mut world.arena, &text, Limits::default()).unwrap_err();
        assert_eq!(error.why, json::Why::Refused(Refusal::Depth { limit: 1_000 }));
    }
    let text = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let error = yaml::read(&mut World::new(Limits::default()).arena, &text, Limits::default()).unwrap_err();
    assert_eq!(error.why, yaml::Why::Braces);
    let text = format!("{}1", "- ".repeat(100_000));
    let error = yaml::read(&mut World::new(Limits::default()).arena, &text, Limits::default()).unwrap_err();
    assert_eq!(error.why, yaml::Why::Refused(Refusal::Depth { limit: 1_000 }));
}

#[test]
fn yaml_ends_earlier_in_braces_than_in_lines() {
    let is_read = |text: &str| {
        let mut world = World::new(Limits::default());
        yaml::read(&mut world.arena, text, Limits::default()).is_ok()
    };
    let lines = |depth: usize| format!("{}1\n", "- ".repeat(depth));
    let braces = |depth: usize| format!("{}1{}\n", "[".repeat(depth), "]".repeat(depth));
    assert!(is_read(&lines(1_000)) && !is_read(&lines(1_001)));
    assert!(is_read(&braces(255)) && !is_read(&braces(256)));
}

#[test]
fn the_same_schema_in_other_words_is_no_change() {
    let check = |base: &str, revision: &str| {
        for column in [Column::RequestBody, Column::ResponseProperty, Column::Parameter] {
            let (base, revision) = (document(column, base), document(column, revision));
            let old = base.replace("3.1.0", "3.0.3");
            assert_eq!(
                ids(&compared(&old, &revision)),
                BTreeSet::new(),
                "{base} {revision}"
            );
        }
    };
    check(
        r#"{"type":"string","nullable":true}"#,
        r#"{"type":["string","null"]}"#,
    );
    check(
        r#"{"type":"string","nullable":true}"#,
        r#"{"oneOf":[{"type":"string"},{"type":"null"}]}"#,
    );
    check(
        r#"{"type":"number","maximum":1,"exclusiveMaximum":true}"#,
        r#"{"type":"number","exclusiveMaximum":1.0}"#,
    );
    check(
        r#"{"allOf":[{"type":"string"}]}"#,
        r#"{"type":"string","description":"other"}"#,
    );
    check(
        r#"{"anyOf":[{"type":"string"}]}"#,
        r#"{"oneOf":[{"type":"string"}]}"#,
    );
}

#[test]
fn swagger_2_is_compared_with_what_it_means() {
    let old = "swagger: '2.0'\ninfo: {title: t, version: '1'}\nconsumes: [application/json]\nproduces: [application/json]\npaths:\n  \
        /a:\n    post:\n      parameters:\n        - {name: b, in: body, required: true, schema: {$ref: '#/definitions/P'}}\n        \
        - {name: q, in: query, type: integer, maximum: 9}\n      responses: {'200': {description: ok, schema: {$ref: '#/definitions/P'}}}\n\
        definitions: {P: {type: object, required: [a], properties: {a: {type: string}, b: {type: string, maxLength: 9}}}}\n";
    let new = "openapi: 3.0.0\ninfo: {title: t, version: '1'}\npaths:\n  /a:\n    post:\n      parameters:\n        \
        - {name: q, in: query, schema: {type: integer, maximum: 9}}\n      requestBody: {required: true, content: {application/json: \
        {schema: {$ref: '#/components/schemas/P'}}}}\n      responses: {'200': {description: ok, content: {application/json: {schema: \
        {$ref: '#/components/schemas/P'}}}}}\ncomponents: {schemas: {P: {type: object, required: [a], properties: {a: {type: string}, \
        b: {type: string, maxLength: 9}}}}}\n";
    assert_eq!(ids(&compared(old, new)), BTreeSet::new());
    assert!(
        ids(&compared(old, &new.replace("maximum: 9", "maximum: 8")))
            .contains("request-parameter-max-decreased")
    );
    let found = ids(&compared(
        old,
        &old.replace("required: [a]", "required: []")
            .replace("maxLength: 9", "maxLength: 8"),
    ));
    assert!(found.contains("response-property-became-optional"), "{found:?}");
    assert!(
        found.contains("request-property-max-length-decreased"),
        "{found:?}"
    );
    let form = |limit: u32, required: bool| {
        format!(
            "swagger: '2.0'\ninfo: {{title: t, version: '1'}}\npaths: {{/a: {{post: {{consumes: [multipart/form-data], parameters: \
             [{{name: f, in: formData, type: string, maxLength: {limit}, required: {required}}}], responses: {{}}}}}}}}\n"
        )
    };
    let found = ids(&compared(&form(9, false), &form(8, true)));
    assert!(
        found.contains("request-property-max-length-decreased"),
        "{found:?}"
    );
    assert!(found.contains("request-property-became-required"), "{found:?}");
}

#[test]
fn what_cannot_be_compared_is_told_with_its_operation() {
    let mut chain = String::new();
    for number in 0..200 {
        writeln!(
            chain,
            "    S{number}: {{$ref: '#/components/schemas/S{}'}}",
            number + 1
        )
        .unwrap();
    }
    let with = |limit: u32| {
        format!(
            "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\npaths:\n  /a:\n    post:\n      requestBody: {{content: {{a/b: {{schema: \
             {{$ref: '#/components/schemas/S0'}}}}}}}}\ncomponents:\n  schemas:\n{chain}    S200: {{maxLength: {limit}}}\n"
        )
    };
    let found = compared(&with(2), &with(1));
    let told: Vec<(String, usize)> = found
        .changes
        .iter()
        .map(|one| (one.rule.id(), one.operations.len()))
        .collect();
    assert_eq!(told, [("document-not-compared".to_owned(), 1)]);
}

#[test]
fn what_is_of_a_wrong_type_on_one_side_is_not_compared() {
    let with = |fields: &str| {
        format!("openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\npaths:\n  /a:\n    post: {{{fields}}}\n")
    };
    let good = with("responses: {'200': {description: ok, content: {a/b: {schema: {type: string}}}}}");
    for (wrong, is_told) in [
        ("parameters: {a: b}, responses: {'200': {description: ok}}", true),
        ("responses: [200]", true),
        ("requestBody: x, responses: {'200': {description: ok}}", true),
        (
            "requestBody: {required: 'yes', content: {a/b: {schema: {}}}}, responses: {'200': {description: ok}}",
            true,
        ),
        (
            "requestBody: {content: {a/b: {schema: {enum: 3}}}}, responses: {'200': {description: ok}}",
            true,
        ),
        (
            "requestBody: {content: {a/b: {schema: {maximum: '3'}}}}, responses: {'200': {description: ok}}",
            true,
        ),
        (
            "responses: {'200': {description: ok, content: {a/b: {schema: {type: 5}}}}}",
            true,
        ),
        (
            "operationId: 5, summary: [a], parameters: null, responses: {'200': {description: ok}}",
            false,
        ),
    ] {
        for (base, revision) in [(&good, &with(wrong)), (&with(wrong), &good)] {
            let found = ids(&compared(base, revision));
            assert_eq!(
                found.contains("document-not-compared"),
                is_told,
                "{wrong}: {found:?}"
            );
        }
        let found = ids(&compared(&with(wrong), &with(wrong)));
        assert!(!found.contains("document-not-compared"), "{wrong}: {found:?}");
    }
}

proptest! {
    #[test]
    fn no_text_is_the_end_of_the_program(text in "\\PC{0,200}") {
        let _ = load(&text);
        let _ = load(&format!("openapi: 3.0.0\n{text}"));
    }

    #[test]
    fn no_bytes_between_are_either(at in 0_usize..400, junk in "[\\[\\]{}:,\"'&*!|>%@`a-z0-9$#/~ \n-]{1,12}") {
        let text = document(Column::RequestProperty, r##"{"type":"object","allOf":[{"$ref":"#/x"}],"properties":{"a":{"enum":[1,2]}}}"##);
        let at = at.min(text.len());
        let broken = format!("{}{junk}{}", &text[..at], &text[at..]);
        if load(&broken).is_ok() {
            let one = compared(&text, &broken);
            let again = compared(&text, &broken);
            prop_assert_eq!(ids(&one), ids(&again));
            compared(&broken, &text);
        }
    }
}
