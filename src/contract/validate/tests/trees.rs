//! Documents as they are written: clean ones, several files, and where findings are said to be.

use std::collections::BTreeSet;

use super::{ids, told_with, validated};

/// Rules that the tables of small pieces cannot make appear.
pub(super) fn seen() -> BTreeSet<&'static str> {
    let mut all = ids("openapi: 3.1.0\npaths: {}\n");
    assert!(all.contains("info-required"));
    let broken = "openapi: 3.1.0\ninfo: {title: a, version: '1'}\npaths: {/a: {$ref: b.yaml}}\n";
    let found = validated(broken, &[("b.yaml", "a: [")]).1;
    all.extend(found.iter().map(|finding| finding.rule.id()));
    assert!(all.contains("unreadable-ref"));
    all
}

#[track_caller]
fn check(text: &str, files: &[(&str, &str)], expect: &[&str]) {
    assert_eq!(told_with(text, files), expect);
}

#[test]
fn what_keeps_to_its_specification_has_no_findings() {
    check(include_str!("clean/swagger2.yaml"), &[], &[]);
    check(include_str!("clean/openapi30.yaml"), &[], &[]);
    check(include_str!("clean/openapi31.yaml"), &[], &[]);
    check(include_str!("clean/openapi32.yaml"), &[], &[]);
}

#[test]
fn findings_stand_at_the_key_in_the_file_that_holds_it() {
    let text = "openapi: 3.0.0
info: {title: a, version: '1'}
paths:
  /a:
    $ref: item.yaml
  /b:
    get:
      responses:
        '200': {$ref: 'parts.json#/ok'}
";
    let item = "get:
  responses:
    '200': {descriptions: a}
    '999': {description: b}
";
    let parts = "{\n  \"ok\": {\"description\": \"a\",\n    \"contents\": {}}\n}";
    check(
        text,
        &[("item.yaml", item), ("parts.json", parts)],
        &[
            "item.yaml:3:5 response-description-required: a response lacks `description`",
            "item.yaml:3:13 unknown-field: `descriptions` is no field of a response in OpenAPI 3.0; `description` is",
            "item.yaml:4:5 status-code-invalid: `999` is neither a status from 100 to 599, `1XX` to `5XX`, nor `default`",
            "parts.json:3:5 unknown-field: `contents` is no field of a response in OpenAPI 3.0; `content` is",
        ],
    );
}

#[test]
fn what_is_shared_is_told_once() {
    let text = "openapi: 3.0.0
info: {title: a, version: '1'}
paths:
  /a: {get: &op {responses: {default: {$ref: '#/components/responses/A'}}}}
  /b: {get: *op}
  /c: {get: {responses: {default: {$ref: '#/components/responses/A'}}}}
components:
  responses:
    A: {description: 1}
";
    check(
        text,
        &[],
        &["a.yaml:9:9 wrong-type: `description` must be a text, and is a number"],
    );
}

#[test]
fn names_use_components_as_references_do() {
    let text = "openapi: 3.0.0
info: {title: a, version: '1'}
security: [{key: []}]
paths:
  /a:
    get:
      responses:
        default:
          description: a
          content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}
components:
  securitySchemes:
    key: {type: apiKey, name: a, in: query}
    other: {type: apiKey, name: a, in: query}
  schemas:
    Pet:
      required: [kind]
      properties: {kind: {type: string}}
      discriminator: {propertyName: kind, mapping: {fish: '#/components/schemas/Fish'}}
    Fish: {properties: {water: {$ref: '#/components/schemas/Water'}}}
    Water: {}
    Cat: {allOf: [{$ref: '#/components/schemas/Pet'}, {properties: {claws: {$ref: '#/components/schemas/Claw'}}}]}
    Lion: {allOf: [{$ref: '#/components/schemas/Cat'}]}
    Claw: {}
    Stone: {properties: {a: {$ref: '#/components/schemas/Stone'}}}
";
    check(
        text,
        &[],
        &[
            "a.yaml:14:5 unused-component: nothing refers to a security scheme named `other`",
            "a.yaml:25:5 unused-component: nothing refers to a schema named `Stone`",
        ],
    );
}

#[test]
fn a_reference_in_data_is_no_reference() {
    let text = "openapi: 3.1.0
info: {title: a, version: '1'}
components:
  schemas:
    A:
      const: {$ref: nowhere}
      default: {$ref: nowhere}
      enum: [{$ref: nowhere}]
      examples: [{$ref: nowhere}]
      x-a: {$ref: nowhere}
      properties:
        $ref: {type: string}
  examples:
    B: {value: {$ref: nowhere}}
";
    check(text, &[], &[]);
}
