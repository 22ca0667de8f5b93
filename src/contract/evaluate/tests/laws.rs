//! What holds for all schemas and all values.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Case, Outcome};

/// The three answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Holds,
    Fails,
    Open,
}

fn said(outcome: &Outcome) -> Said {
    match (outcome.fails(), outcome.gap) {
        (true, _) => Said::Fails,
        (false, None) => Said::Holds,
        (false, Some(_)) => Said::Open,
    }
}

fn ask(version: &str, schema: &Value, instance: &Value) -> Said {
    let schemas = json!({"S": schema, "T": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"$ref": "#/components/schemas/T"}}]}});
    said(&Case::new(version, &schemas.to_string(), &instance.to_string()).outcome())
}

fn instances() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3_i64..7).prop_map(Value::from),
        Just(json!(0.5)),
        "[ab]{0,3}".prop_map(Value::from),
        Just(json!("2024-01-01")),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[abc]", inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

const KINDS: &[&str] = &[
    "null", "boolean", "object", "array", "number", "integer", "string", "nothing",
];

fn schemas() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        Just(json!({})),
        Just(json!({"$ref": "#/components/schemas/T"})),
        Just(json!({"$ref": "#/components/schemas/Missing"})),
        prop::sample::select(KINDS).prop_map(|kind| json!({"type": kind})),
        (instances(), instances()).prop_map(|(one, other)| json!({"enum": [one, other]})),
        instances().prop_map(|value| json!({"const": value})),
        (-1_i64..4).prop_map(|limit| json!({"maximum": limit, "exclusiveMinimum": limit - 2, "maxLength": limit, "minItems": limit})),
        (1_i64..4).prop_map(|limit| json!({"multipleOf": limit, "minProperties": limit, "maxItems": limit})),
        prop::sample::select(&["^a", "b$", "(?=a)", "["][..]).prop_map(|pattern| json!({"pattern": pattern, "patternProperties": {pattern: {"type": "string"}}})),
        Just(json!({"format": "date", "uniqueItems": true})),
        prop::collection::vec("[abc]", 0..3).prop_map(|names| json!({"required": names})),
        instances().prop_map(|noise| json!({"type": noise, "items": noise, "properties": noise, "minimum": noise})),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let some = prop::collection::vec(inner.clone(), 1..4);
        let named = prop::collection::btree_map("[abc]", inner.clone(), 0..3);
        prop_oneof![
            (some.clone(), inner.clone())
                .prop_map(|(some, left)| json!({"prefixItems": some, "unevaluatedItems": left})),
            some.clone()
                .prop_map(|some| json!({"anyOf": some, "unevaluatedProperties": false})),
            some.clone().prop_map(|some| json!({"oneOf": some})),
            some.prop_map(|some| json!({"allOf": some, "unevaluatedItems": false})),
            (named.clone(), inner.clone())
                .prop_map(|(named, more)| json!({"properties": named, "additionalProperties": more})),
            named.prop_map(|named| json!({"dependentSchemas": named})),
            inner.clone().prop_map(|inner| json!({"not": inner})),
            inner
                .clone()
                .prop_map(|inner| json!({"items": inner, "propertyNames": inner})),
            (inner.clone(), 0..3).prop_map(|(inner, least)| json!({"contains": inner, "minContains": least})),
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(one, two, three)| json!({"if": one, "then": two, "else": three})),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn schemas_keep_to_the_laws_of_logic(schema in schemas(), other in schemas(), value in instances()) {
        for version in ["3.0.3", "3.1.0"] {
            let ask = |schema: Value| ask(version, &schema, &value);
            let (one, two) = (ask(schema.clone()), ask(other.clone()));
            prop_assert_eq!(one, ask(schema.clone()), "the same answer again");
            let turned = |said| match said {
                Said::Holds => Said::Fails,
                Said::Fails => Said::Holds,
                Said::Open => Said::Open,
            };
            prop_assert_eq!(ask(json!({"not": schema})), turned(one));
            prop_assert_eq!(ask(json!({"not": {"not": schema}})), one);
            let both = match (one, two) {
                (Said::Fails, _) | (_, Said::Fails) => Said::Fails,
                (Said::Open, _) | (_, Said::Open) => Said::Open,
                _ => Said::Holds,
            };
            prop_assert_eq!(ask(json!({"allOf": [schema, other]})), both);
            prop_assert_eq!(ask(json!({"allOf": [schema, schema]})), one);
            prop_assert_eq!(ask(json!({"anyOf": [schema, schema]})), one);
            prop_assert_eq!(ask(json!({"oneOf": [schema]})), one);
            let either = turned(match (turned(one), turned(two)) {
                (Said::Fails, _) | (_, Said::Fails) => Said::Fails,
                (Said::Open, _) | (_, Said::Open) => Said::Open,
                _ => Said::Holds,
            });
            prop_assert_eq!(ask(json!({"anyOf": [schema, other]})), either);
            prop_assert_eq!(ask(json!({"anyOf": [schema, {}]})), Said::Holds);
            prop_assert_eq!(ask(json!({"allOf": [schema, false]})), Said::Fails);
        }
    }

    #[test]
    fn values_are_what_they_are(value in instances(), other in instances()) {
        for version in ["3.0.3", "3.1.0", "3.2.0"] {
            prop_assert_eq!(ask(version, &json!({}), &value), Said::Holds);
            prop_assert_eq!(ask(version, &json!(true), &value), Said::Holds);
            prop_assert_eq!(ask(version, &json!(false), &value), Said::Fails);
            prop_assert_eq!(ask(version, &json!({"enum": [other, value]}), &value), Said::Holds);
        }
        prop_assert_eq!(ask("3.1.0", &json!({"const": value}), &value), Said::Holds);
        let same = if value == other { Said::Holds } else { Said::Fails };
        prop_assert_eq!(ask("3.1.0", &json!({"const": other}), &value), same);
        let twice = json!([other, value]);
        prop_assert_eq!(ask("3.1.0", &json!({"uniqueItems": false}), &twice), Said::Holds);
        let unique = if value == other { Said::Fails } else { Said::Holds };
        prop_assert_eq!(ask("3.1.0", &json!({"uniqueItems": true}), &twice), unique);
    }
}
