//! Whatever the input, validating ends and gives the same twice.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::{ids, validated};

#[test]
fn depth_is_no_trouble() {
    let depth = 100_000;
    let head = "{\"openapi\": \"3.1.0\", \"info\": {\"title\": \"a\", \"version\": \"1\"}, \"components\": {\"schemas\": {\"A\": ";
    for (open, close) in [
        ("{\"not\": ", "}"),
        ("{\"items\": ", "}"),
        ("{\"allOf\": [", "]}"),
        ("{\"properties\": {\"a\": ", "}}"),
    ] {
        let text = format!(
            "{head}{}{{\"type\": 1}}{}}}}}}}",
            open.repeat(depth),
            close.repeat(depth)
        );
        assert_eq!(
            ids(&text).into_iter().collect::<Vec<_>>(),
            ["schema-type-unsupported"]
        );
    }
    let callbacks = "{\"callbacks\": {\"a\": {\"b\": {\"get\": ";
    let text = format!(
        "{{\"openapi\": \"3.1.0\", \"info\": {{}}, \"paths\": {{\"/a\": {{\"get\": {}{{}}{}}}}}}}",
        callbacks.repeat(depth),
        "}}}}".repeat(depth)
    );
    assert!(ids(&text).contains("info-title-required"));
}

#[test]
fn circles_end() {
    let text = "openapi: 3.0.0
info: {title: a, version: '1'}
paths:
  /a: {$ref: '#/paths/~1b'}
  /b: {$ref: '#/paths/~1a'}
  /c:
    get:
      callbacks: {a: {$ref: '#/components/callbacks/A'}}
      responses: {default: {$ref: '#/components/responses/A'}}
components:
  callbacks:
    A: {'{$url}': {$ref: '#/paths/~1c'}}
  responses:
    A: {$ref: '#/components/responses/B'}
    B: {$ref: '#/components/responses/A'}
  schemas:
    A: {allOf: [{$ref: '#/components/schemas/A'}], discriminator: {propertyName: a}, oneOf: [{$ref: '#/components/schemas/A'}]}
    B: {properties: {b: {$ref: '#/components/schemas/B'}}}
";
    assert!(ids(text).contains("cyclic-ref"));
}

#[test]
fn many_of_everything_take_no_time_squared() {
    let count = 20_000;
    let mut text = "openapi: 3.0.0\ninfo: {title: a, version: '1'}\npaths:\n".to_owned();
    for at in 0..count {
        let _ = writeln!(
            text,
            "  /a/{{x{at}}}/b{at}: {{get: {{operationId: same, tags: [t{at}], responses: {{default: {{$ref: '#/components/responses/R'}}}}}}}}"
        );
    }
    text.push_str("components:\n  responses: {R: {description: a}}\n  schemas:\n    E:\n      enum:\n");
    for at in 0..count {
        let _ = writeln!(text, "        - {}", at / 2);
    }
    text.push_str("      required:\n");
    for at in 0..count {
        let _ = writeln!(text, "        - r{at}");
    }
    let found = validated(&text, &[]).1;
    let of = |id: &str| found.iter().filter(|finding| finding.rule.id() == id).count();
    assert_eq!(
        (of("duplicate-operation-id"), of("duplicate-enum-value")),
        (count - 1, count / 2)
    );
}

/// Words that mean something, and some that do not.
const WORDS: &[&str] = &[
    "$ref",
    "allOf",
    "oneOf",
    "discriminator",
    "mapping",
    "propertyName",
    "properties",
    "items",
    "type",
    "enum",
    "required",
    "schema",
    "content",
    "parameters",
    "in",
    "name",
    "responses",
    "200",
    "default",
    "get",
    "/a/{b}",
    "security",
    "flows",
    "implicit",
    "scopes",
    "headers",
    "examples",
    "value",
    "links",
    "operationId",
    "callbacks",
    "servers",
    "url",
    "variables",
    "tags",
    "parent",
    "pattern",
    "minimum",
    "maximum",
    "encoding",
    "x-a",
    "a",
    "",
];

fn value() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let word = proptest::sample::select(WORDS);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3_i64..9).prop_map(Value::from),
        word.clone().prop_map(Value::from),
        Just(Value::from("#/components/schemas/A")),
        Just(Value::from("#/paths/~1a/get")),
        Just(Value::from("#")),
    ];
    leaf.prop_recursive(5, 64, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((word.clone(), inner), 0..6).prop_map(|fields| fields
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect::<serde_json::Map<_, _>>()
                .into()),
        ]
    })
}

/// Puts a value at the place that the numbers lead to.
fn put(mut into: &mut serde_json::Value, way: &[usize], value: serde_json::Value) {
    use serde_json::Value;
    for step in way {
        let next = match into {
            Value::Object(map) if !map.is_empty() => {
                let at = step % map.len();
                map.values_mut().nth(at)
            }
            Value::Array(list) if !list.is_empty() => {
                let at = step % list.len();
                list.get_mut(at)
            }
            _ => None,
        };
        // A place that ends early is as good as any other.
        match next {
            Some(next) => into = next,
            None => return,
        }
    }
    *into = value;
}

const CLEAN: [&str; 4] = [
    include_str!("clean/swagger2.yaml"),
    include_str!("clean/openapi30.yaml"),
    include_str!("clean/openapi31.yaml"),
    include_str!("clean/openapi32.yaml"),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_input_is_too_odd(
        which in 0..CLEAN.len(),
        ways in proptest::collection::vec((proptest::collection::vec(0_usize..20, 1..9), value()), 1..6),
    ) {
        let mut document: serde_json::Value = serde_yaml::from_str(CLEAN[which]).unwrap();
        let version = ["swagger", "openapi"].map(|key| (key, document[key].clone()));
        for (way, value) in ways {
            put(&mut document, &way, value);
        }
        for (key, version) in version {
            if !version.is_null() && document.is_object() {
                document[key] = version;
            }
        }
        if document.get("openapi").is_some() || document.get("swagger").is_some() {
            validated(&document.to_string(), &[]);
        }
    }

    #[test]
    fn nothing_is_expected_of_any_field(version in proptest::sample::select(&["3.0.0", "3.1.0", "3.2.0"]), mut document in value()) {
        if let Some(map) = document.as_object_mut() {
            map.insert("openapi".to_owned(), version.into());
            validated(&document.to_string(), &[]);
        }
    }
}
