//! The JSON Schema of `.session/environments.yaml`, made from the table of kinds.

use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::check::Kind;
use super::kinds::KINDS;
use super::report::Category;
use super::settings::Common;

/// The JSON Schema (draft 2020-12) of the file.
pub fn schema() -> Value {
    let mut generator = SchemaGenerator::default();
    let common = resolved(&mut generator, |generator| {
        generator.subschema_for::<Common>().to_value()
    });
    let category = generator.subschema_for::<Category>().to_value();
    let mut kinds = Vec::new();
    for kind in KINDS {
        let own = resolved(&mut generator, |generator| (kind.schema)(generator).to_value());
        kinds.push(joined(&common, &own, kind));
    }
    let definitions = generator.take_definitions(true);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:sdd:schema:environments:1",
        "title": "Environments of sdd (.session/environments.yaml)",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "$schema": {"type": "string"},
            "environments": {
                "description": "Environments by their names.",
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {
                        "require": {
                            "description": "Categories that must have checks.",
                            "type": "array",
                            "items": category
                        },
                        "checks": {
                            "description": "The checks, made at the same time.",
                            "type": "array",
                            "items": {"oneOf": kinds}
                        }
                    }
                }
            }
        },
        "$defs": definitions
    })
}

/// A schema in place of the reference to it.
fn resolved(generator: &mut SchemaGenerator, make: impl Fn(&mut SchemaGenerator) -> Value) -> Value {
    let found = make(generator);
    let name = found
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|path| path.rsplit('/').next());
    match name.and_then(|name| generator.definitions().get(name)) {
        Some(definition) => definition.clone(),
        None => found,
    }
}

/// The keys that every check has and those of its kind, as one object without others.
fn joined(common: &Value, own: &Value, kind: &Kind) -> Value {
    let properties = |schema: &Value| {
        schema
            .get("properties")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default()
    };
    let required = |schema: &Value| {
        schema
            .get("required")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let mut all: Map<String, Value> = properties(common);
    all.insert(
        "kind".to_owned(),
        json!({"description": "Its kind.", "const": kind.name}),
    );
    all.extend(properties(own));
    let mut needed = required(common);
    needed.extend(required(own));
    let example = serde_json::from_str::<Value>(kind.example);
    json!({
        "title": kind.name,
        "description": kind.about,
        "examples": example.into_iter().collect::<Vec<_>>(),
        "type": "object",
        "additionalProperties": false,
        "properties": all,
        "required": needed
    })
}
