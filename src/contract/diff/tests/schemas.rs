//! Changes of schemas, in each place where a schema stands.

use std::collections::BTreeSet;

use super::{compared, ids};
use crate::contract::rules::{Column, Kind};

/// What a change is called, and the schema before and after it; `both` ways where the other way has a name, too.
#[rustfmt::skip]
const CASES: &[(&str, &str, &str)] = &[
    ("became-nullable", r#"{"type":"string"}"#, r#"{"type":["string","null"]}"#),
    ("became-not-nullable", r#"{"type":["string","null"]}"#, r#"{"type":"string"}"#),
    ("type-changed", r#"{"type":"object"}"#, r#"{"type":"integer"}"#),
    ("type-generalized", r#"{"type":"integer"}"#, r#"{"type":"number"}"#),
    ("type-specialized", r#"{"type":"number"}"#, r#"{"type":"integer"}"#),
    ("type-compatible", r#"{"type":"string"}"#, r#"{"type":"integer"}"#),
    ("list-of-types-narrowed", r#"{"oneOf":[{"type":"object"},{"type":"integer"},{"type":"boolean"}]}"#, r#"{"oneOf":[{"type":"object"},{"type":"integer"}]}"#),
    ("list-of-types-widened", r#"{"oneOf":[{"type":"object"},{"type":"integer"}]}"#, r#"{"oneOf":[{"type":"object"},{"type":"integer"},{"type":"boolean"}]}"#),
    ("max-increased", r#"{"maximum":1}"#, r#"{"maximum":2}"#),
    ("max-decreased", r#"{"maximum":2}"#, r#"{"maximum":1.5}"#),
    ("max-set", "{\"type\":\"number\"}", r#"{"type":"number","maximum":2}"#),
    ("max-unset", r#"{"type":"number","maximum":2}"#, "{\"type\":\"number\"}"),
    ("min-increased", r#"{"minimum":1}"#, r#"{"minimum":2}"#),
    ("min-decreased", r#"{"minimum":2}"#, r#"{"minimum":-1}"#),
    ("min-set", "{\"type\":\"number\"}", r#"{"type":"number","minimum":0}"#),
    ("min-unset", r#"{"type":"number","minimum":0}"#, "{\"type\":\"number\"}"),
    ("exclusive-max-increased", r#"{"exclusiveMaximum":1}"#, r#"{"exclusiveMaximum":2}"#),
    ("exclusive-max-decreased", r#"{"exclusiveMaximum":2}"#, r#"{"exclusiveMaximum":1}"#),
    ("exclusive-max-set", "{\"type\":\"number\"}", r#"{"type":"number","exclusiveMaximum":2}"#),
    ("exclusive-max-unset", r#"{"type":"number","exclusiveMaximum":2}"#, "{\"type\":\"number\"}"),
    ("exclusive-min-increased", r#"{"exclusiveMinimum":1}"#, r#"{"exclusiveMinimum":2}"#),
    ("exclusive-min-decreased", r#"{"exclusiveMinimum":2}"#, r#"{"exclusiveMinimum":1}"#),
    ("exclusive-min-set", "{\"type\":\"number\"}", r#"{"type":"number","exclusiveMinimum":2}"#),
    ("exclusive-min-unset", r#"{"type":"number","exclusiveMinimum":2}"#, "{\"type\":\"number\"}"),
    ("max-length-increased", r#"{"maxLength":1}"#, r#"{"maxLength":2}"#),
    ("max-length-decreased", r#"{"maxLength":2}"#, r#"{"maxLength":1}"#),
    ("max-length-set", "{\"type\":\"string\"}", r#"{"type":"string","maxLength":2}"#),
    ("max-length-unset", r#"{"type":"string","maxLength":2}"#, "{\"type\":\"string\"}"),
    ("min-length-increased", "{\"type\":\"string\"}", r#"{"type":"string","minLength":2}"#),
    ("min-length-decreased", r#"{"minLength":2}"#, r#"{"minLength":1}"#),
    ("min-length-unset", r#"{"type":"string","minLength":2}"#, "{\"type\":\"string\"}"),
    ("max-items-increased", r#"{"maxItems":1}"#, r#"{"maxItems":2}"#),
    ("max-items-decreased", r#"{"maxItems":2}"#, r#"{"maxItems":1}"#),
    ("max-items-set", "{\"type\":\"array\"}", r#"{"type":"array","maxItems":2}"#),
    ("max-items-unset", r#"{"type":"array","maxItems":2}"#, "{\"type\":\"array\"}"),
    ("min-items-increased", "{\"type\":\"array\"}", r#"{"type":"array","minItems":2}"#),
    ("min-items-decreased", r#"{"minItems":2}"#, r#"{"minItems":1}"#),
    ("min-items-unset", r#"{"type":"array","minItems":2}"#, "{\"type\":\"array\"}"),
    ("unique-items-set", "{\"type\":\"array\"}", r#"{"type":"array","uniqueItems":true}"#),
    ("unique-items-unset", r#"{"type":"array","uniqueItems":true}"#, "{\"type\":\"array\"}"),
    ("max-properties-increased", r#"{"maxProperties":1}"#, r#"{"maxProperties":2}"#),
    ("max-properties-decreased", r#"{"maxProperties":2}"#, r#"{"maxProperties":1}"#),
    ("max-properties-set", "{\"type\":\"object\"}", r#"{"type":"object","maxProperties":2}"#),
    ("max-properties-unset", r#"{"type":"object","maxProperties":2}"#, "{\"type\":\"object\"}"),
    ("min-properties-increased", r#"{"minProperties":1}"#, r#"{"minProperties":2}"#),
    ("min-properties-decreased", r#"{"minProperties":2}"#, r#"{"minProperties":1}"#),
    ("min-properties-set", "{\"type\":\"object\"}", r#"{"type":"object","minProperties":2}"#),
    ("min-properties-unset", r#"{"type":"object","minProperties":2}"#, "{\"type\":\"object\"}"),
    ("multiple-of-set", "{\"type\":\"number\"}", r#"{"type":"number","multipleOf":2}"#),
    ("multiple-of-unset", r#"{"type":"number","multipleOf":2}"#, "{\"type\":\"number\"}"),
    ("multiple-of-tightened", r#"{"multipleOf":2}"#, r#"{"multipleOf":6}"#),
    ("multiple-of-loosened", r#"{"multipleOf":6}"#, r#"{"multipleOf":1.5}"#),
    ("multiple-of-changed", r#"{"multipleOf":6}"#, r#"{"multipleOf":4}"#),
    ("enum-value-added", r#"{"enum":["a"]}"#, r#"{"enum":["a","b"]}"#),
    ("enum-value-removed", r#"{"enum":["a","b"]}"#, r#"{"enum":["a"]}"#),
    ("became-enum", "{\"type\":\"string\"}", r#"{"type":"string","enum":["a"]}"#),
    ("enum-removed", r#"{"type":"string","enum":["a"]}"#, "{\"type\":\"string\"}"),
    ("x-extensible-enum-value-removed", r#"{"x-extensible-enum":["a","b"]}"#, r#"{"x-extensible-enum":["a"]}"#),
    ("const-added", "{\"type\":\"string\"}", r#"{"type":"string","const":"a"}"#),
    ("const-removed", r#"{"type":"string","const":"a"}"#, "{\"type\":\"string\"}"),
    ("const-changed", r#"{"const":"a"}"#, r#"{"const":"b"}"#),
    ("default-value-added", "{\"type\":\"string\"}", r#"{"type":"string","default":"a"}"#),
    ("default-value-removed", r#"{"type":"string","default":"a"}"#, "{\"type\":\"string\"}"),
    ("default-value-changed", r#"{"default":"a"}"#, r#"{"default":"b"}"#),
    ("pattern-added", "{\"type\":\"string\"}", r#"{"type":"string","pattern":"a"}"#),
    ("pattern-removed", r#"{"type":"string","pattern":"a"}"#, "{\"type\":\"string\"}"),
    ("pattern-changed", r#"{"pattern":"a"}"#, r#"{"pattern":"b"}"#),
    ("pattern-generalized", r#"{"pattern":"a"}"#, r#"{"pattern":".*"}"#),
    ("content-encoding-changed", r#"{"contentEncoding":"base64"}"#, r#"{"contentEncoding":"base32"}"#),
    ("content-media-type-changed", r#"{"contentMediaType":"a/b"}"#, r#"{"contentMediaType":"a/c"}"#),
    ("content-schema-added", "{\"type\":\"string\"}", r#"{"type":"string","contentSchema":{"type":"object"}}"#),
    ("content-schema-removed", r#"{"type":"string","contentSchema":{"type":"object"}}"#, "{\"type\":\"string\"}"),
    ("items-added", "{\"type\":\"array\"}", r#"{"type":"array","items":{"type":"string"}}"#),
    ("items-removed", r#"{"type":"array","items":{"type":"string"}}"#, "{\"type\":\"array\"}"),
    ("prefix-items-added", r#"{"prefixItems":[{"type":"string"}],"items":false}"#, r#"{"prefixItems":[{"type":"string"},{"type":"string"}],"items":false}"#),
    ("prefix-items-removed", r#"{"prefixItems":[{"type":"string"},{"type":"string"}],"items":false}"#, r#"{"prefixItems":[{"type":"string"}],"items":false}"#),
    ("additional-items-closed", "{\"type\":\"array\"}", r#"{"type":"array","additionalItems":false}"#),
    ("additional-items-opened", r#"{"type":"array","additionalItems":false}"#, "{\"type\":\"array\"}"),
    ("contains-added", "{\"type\":\"array\"}", r#"{"type":"array","contains":{"type":"string"}}"#),
    ("contains-removed", r#"{"type":"array","contains":{"type":"string"}}"#, "{\"type\":\"array\"}"),
    ("max-contains-increased", r#"{"maxContains":1}"#, r#"{"maxContains":2}"#),
    ("max-contains-decreased", r#"{"maxContains":2}"#, r#"{"maxContains":1}"#),
    ("min-contains-increased", r#"{"minContains":1}"#, r#"{"minContains":2}"#),
    ("min-contains-decreased", r#"{"minContains":2}"#, r#"{"minContains":1}"#),
    ("unevaluated-items-added", "{\"type\":\"array\"}", r#"{"type":"array","unevaluatedItems":false}"#),
    ("unevaluated-items-removed", r#"{"type":"array","unevaluatedItems":false}"#, "{\"type\":\"array\"}"),
    ("additional-properties-closed", "{\"type\":\"object\"}", r#"{"type":"object","additionalProperties":false}"#),
    ("additional-properties-opened", r#"{"type":"object","additionalProperties":{"type":"string"}}"#, "{\"type\":\"object\"}"),
    ("pattern-property-added", r#"{"patternProperties":{"a":{}}}"#, r#"{"patternProperties":{"a":{},"b":{}}}"#),
    ("pattern-property-removed", r#"{"patternProperties":{"a":{},"b":{}}}"#, r#"{"patternProperties":{"a":{}}}"#),
    ("property-names-added", "{\"type\":\"object\"}", r#"{"type":"object","propertyNames":{"maxLength":2}}"#),
    ("property-names-removed", r#"{"type":"object","propertyNames":{"maxLength":2}}"#, "{\"type\":\"object\"}"),
    ("dependent-required-added", r#"{"dependentRequired":{"a":["b"]}}"#, r#"{"dependentRequired":{"a":["b"],"b":["a"]}}"#),
    ("dependent-required-removed", r#"{"dependentRequired":{"a":["b"],"b":["a"]}}"#, r#"{"dependentRequired":{"a":["b"]}}"#),
    ("dependent-required-changed", r#"{"dependentRequired":{"a":["b"]}}"#, r#"{"dependentRequired":{"a":["c"]}}"#),
    ("dependent-schema-added", "{\"type\":\"object\"}", r#"{"type":"object","dependentSchemas":{"a":{"minProperties":2}}}"#),
    ("dependent-schema-removed", r#"{"type":"object","dependentSchemas":{"a":{"minProperties":2}}}"#, "{\"type\":\"object\"}"),
    ("unevaluated-properties-added", "{\"type\":\"object\"}", r#"{"type":"object","unevaluatedProperties":false}"#),
    ("unevaluated-properties-removed", r#"{"type":"object","unevaluatedProperties":false}"#, "{\"type\":\"object\"}"),
    ("pattern-property-removed-from-closed", r#"{"patternProperties":{"a":{},"b":{}},"additionalProperties":false}"#, r#"{"patternProperties":{"a":{}},"additionalProperties":false}"#),
    ("pattern-property-added-to-closed", r#"{"patternProperties":{"a":{}},"additionalProperties":false}"#, r#"{"patternProperties":{"a":{},"b":{}},"additionalProperties":false}"#),
    ("choice-added", r#"{"type":"object"}"#, r#"{"type":"object","anyOf":[{"required":["a"]},{"required":["b"]}]}"#),
    ("choice-removed", r#"{"type":"object","anyOf":[{"required":["a"]},{"required":["b"]}]}"#, r#"{"type":"object"}"#),
    ("all-of-added", r#"{"allOf":[{"maximum":1},{"title":"a","maximum":3}]}"#, r#"{"allOf":[{"maximum":1},{"title":"a","maximum":3},{"minimum":0}]}"#),
    ("all-of-removed", r#"{"allOf":[{"maximum":1},{"maximum":3},{"minimum":0}]}"#, r#"{"allOf":[{"maximum":1},{"maximum":3}]}"#),
    ("all-of-added-annotation-only", r#"{"allOf":[{"maximum":1},{"maximum":3}]}"#, r#"{"allOf":[{"maximum":1},{"maximum":3},{"description":"a"}]}"#),
    ("all-of-removed-annotation-only", r#"{"allOf":[{"maximum":1},{"maximum":3},{"description":"a"}]}"#, r#"{"allOf":[{"maximum":1},{"maximum":3}]}"#),
    ("any-of-added", r#"{"anyOf":[{"maximum":1},{"minimum":3}]}"#, r#"{"anyOf":[{"maximum":1},{"minimum":3},{"const":2}]}"#),
    ("any-of-widened", r#"{"anyOf":[{"maximum":1},{"minimum":3}]}"#, r#"{"anyOf":[{"maximum":1},{"minimum":3},{"const":2}]}"#),
    ("any-of-removed", r#"{"anyOf":[{"maximum":1},{"minimum":3},{"const":2}]}"#, r#"{"anyOf":[{"maximum":1},{"minimum":3}]}"#),
    ("one-of-added", r#"{"oneOf":[{"maximum":1},{"minimum":3}]}"#, r#"{"oneOf":[{"maximum":1},{"minimum":3},{"const":2}]}"#),
    ("one-of-removed", r#"{"oneOf":[{"maximum":1},{"minimum":3},{"const":2}]}"#, r#"{"oneOf":[{"maximum":1},{"minimum":3}]}"#),
    ("wrapped-in-one-of", r#"{"type":"number"}"#, r#"{"oneOf":[{"type":"number","maximum":1},{"type":"string","minLength":3}]}"#),
    ("not-added", "{\"type\":\"string\"}", r#"{"type":"string","not":{"const":"a"}}"#),
    ("not-removed", r#"{"type":"string","not":{"const":"a"}}"#, "{\"type\":\"string\"}"),
    ("not-changed", r#"{"not":{"const":"a"}}"#, r#"{"not":{"const":"b"}}"#),
    ("if-added", "{\"type\":\"string\"}", r#"{"type":"string","if":{"const":"a"},"then":{"maxLength":1}}"#),
    ("if-removed", r#"{"type":"string","if":{"const":"a"},"then":{"maxLength":1}}"#, "{\"type\":\"string\"}"),
    ("if-changed", r#"{"if":{"const":"a"},"else":{"maxLength":1}}"#, r#"{"if":{"const":"b"},"else":{"maxLength":1}}"#),
    ("then-added", "{\"type\":\"string\"}", r#"{"type":"string","then":{"const":"a"}}"#),
    ("then-removed", r#"{"type":"string","then":{"const":"a"}}"#, "{\"type\":\"string\"}"),
    ("else-added", "{\"type\":\"string\"}", r#"{"type":"string","else":{"const":"a"}}"#),
    ("else-removed", r#"{"type":"string","else":{"const":"a"}}"#, "{\"type\":\"string\"}"),
    ("discriminator-added", "{\"type\":\"object\"}", r#"{"type":"object","discriminator":{"propertyName":"a"}}"#),
    ("discriminator-removed", r#"{"type":"object","discriminator":{"propertyName":"a"}}"#, "{\"type\":\"object\"}"),
    ("discriminator-property-name-changed", r#"{"discriminator":{"propertyName":"a"}}"#, r#"{"discriminator":{"propertyName":"b"}}"#),
    ("discriminator-mapping-added", r#"{"discriminator":{"propertyName":"a"}}"#, r#"{"discriminator":{"propertyName":"a","mapping":{"x":"y"}}}"#),
    ("discriminator-mapping-deleted", r#"{"discriminator":{"propertyName":"a","mapping":{"x":"y"}}}"#, r#"{"discriminator":{"propertyName":"a"}}"#),
    ("discriminator-default-mapping-added", r#"{"discriminator":{"propertyName":"a"}}"#, r#"{"discriminator":{"propertyName":"a","defaultMapping":"x"}}"#),
    ("discriminator-default-mapping-removed", r#"{"discriminator":{"propertyName":"a","defaultMapping":"x"}}"#, r#"{"discriminator":{"propertyName":"a"}}"#),
    ("discriminator-default-mapping-changed", r#"{"discriminator":{"propertyName":"a","defaultMapping":"x"}}"#, r#"{"discriminator":{"propertyName":"a","defaultMapping":"y"}}"#),
    ("discriminator-mapping-changed", r#"{"discriminator":{"propertyName":"a","mapping":{"x":"y"}}}"#, r#"{"discriminator":{"propertyName":"a","mapping":{"x":"z"}}}"#),
    ("deprecated", "{\"type\":\"string\"}", r#"{"type":"string","deprecated":true}"#),
    ("reactivated", r#"{"type":"string","deprecated":true}"#, "{\"type\":\"string\"}"),
    ("deprecated-with-sunset", "{\"type\":\"string\"}", r#"{"type":"string","deprecated":true,"x-sunset":"2030-01-01"}"#),
    ("deprecated-sunset-invalid", "{\"type\":\"string\"}", r#"{"type":"string","deprecated":true,"x-sunset":"soon"}"#),
    ("stability-decreased", r#"{"x-stability-level":"stable"}"#, r#"{"x-stability-level":"beta"}"#),
    ("stability-increased", r#"{"x-stability-level":"alpha"}"#, r#"{"x-stability-level":"beta"}"#),
];

/// A document with a schema in a place.
pub(super) fn document(column: Column, schema: &str) -> String {
    let inside = |schema: &str| format!(r#"{{"type":"object","properties":{{"p":{schema}}}}}"#);
    let schema = match column {
        Column::RequestProperty | Column::ResponseProperty | Column::ParameterProperty => inside(schema),
        _ => schema.to_owned(),
    };
    let content = format!(r#""content":{{"application/json":{{"schema":{schema}}}}}"#);
    let (body, parameters, response) = match column {
        Column::RequestBody | Column::RequestProperty => (
            format!(r#""requestBody":{{{content}}},"#),
            String::new(),
            String::new(),
        ),
        Column::ResponseBody | Column::ResponseProperty => {
            (String::new(), String::new(), format!(",{content}"))
        }
        Column::Parameter | Column::ParameterProperty => (
            String::new(),
            format!(r#"{{"name":"q","in":"query","schema":{schema}}}"#),
            String::new(),
        ),
        Column::Header => (
            String::new(),
            String::new(),
            format!(r#","headers":{{"X":{{"schema":{schema}}}}}"#),
        ),
    };
    format!(
        r#"{{"openapi":"3.1.0","info":{{"title":"t","version":"1"}},"paths":{{"/a":{{"post":{{{body}"parameters":[{parameters}],"responses":{{"200":{{"description":"ok"{response}}}}}}}}}}}}}"#
    )
}

/// All ids that the table makes appear.
pub(super) fn seen() -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    for (_, base, revision) in CASES {
        for column in Column::ALL {
            seen.extend(ids(&compared(
                &document(column, base),
                &document(column, revision),
            )));
        }
    }
    seen
}

#[test]
fn a_change_of_a_schema_has_its_rule_wherever_it_stands() {
    let mut wrong = Vec::new();
    for (suffix, base, revision) in CASES {
        let kind = Kind::ALL.iter().find(|kind| kind.suffix() == *suffix);
        let kind = kind.unwrap_or_else(|| panic!("there is no {suffix}"));
        for column in Column::ALL
            .into_iter()
            .filter(|column| kind.level(*column).is_some())
        {
            let is_of_parameter =
                matches!(kind, Kind::Deprecated | Kind::Reactivated) && column == Column::Parameter;
            let is_of_text = *kind == Kind::TypeCompatible && column != Column::Header;
            if is_of_parameter || is_of_text {
                continue;
            }
            let found = ids(&compared(&document(column, base), &document(column, revision)));
            let wanted = format!("{}{suffix}", column.prefix());
            if !found.contains(&wanted) {
                wrong.push(format!("{wanted}: found {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_differs_from_itself() {
    for (suffix, base, revision) in CASES {
        for column in Column::ALL {
            for schema in [base, revision] {
                let document = document(column, schema);
                assert_eq!(ids(&compared(&document, &document)), BTreeSet::new(), "{suffix}");
            }
        }
    }
}
