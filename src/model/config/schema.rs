//! The JSON Schema of the configuration, generated from its types, and the questions asked of it.

use serde_json::Value;

use super::Config;
use super::json_path::{JsonPath, Step};
use crate::model::gate_id::GateId;

/// What the schema calls itself.
pub const SCHEMA_ID: &str = "urn:sdd:schema:config:1";

/// The JSON Schema (draft 2020-12) of `.session/config.json`.
///
/// Unknown keys are allowed by it: for sdd they are warnings, and other tools may share the file.
pub fn schema() -> Value {
    let mut generated = schemars::schema_for!(Config).to_value();
    let mut ordered = serde_json::Map::new();
    if let Value::Object(map) = &mut generated {
        let dialect = map.shift_remove("$schema").unwrap_or(Value::Null);
        ordered.insert("$schema".to_owned(), dialect);
        ordered.insert("$id".to_owned(), SCHEMA_ID.into());
        ordered.insert(
            "title".to_owned(),
            "Settings of sdd (.session/config.json)".into(),
        );
        map.shift_remove("title");
        ordered.append(map);
    }
    let mut schema = Value::Object(ordered);
    join_lines(&mut schema);
    schema
}

/// Descriptions come from comments, whose line breaks mean nothing; empty lines part paragraphs and stay.
fn join_lines(node: &mut Value) {
    match node {
        Value::Object(map) => {
            for (key, below) in map {
                match below {
                    Value::String(text) if key == "description" => {
                        let paragraphs = text.split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
                        *text = paragraphs.collect::<Vec<_>>().join("\n\n");
                    }
                    below => join_lines(below),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(join_lines),
        _ => {}
    }
}

/// The names that the schema knows, for "did you mean".
pub(super) struct Names {
    schema: Value,
}

impl Names {
    pub(super) fn new() -> Self {
        Self { schema: schema() }
    }

    /// The name known at this place that was most likely meant by `word`.
    pub(super) fn nearest(&self, at: &JsonPath, word: &str) -> Option<String> {
        if at == &JsonPath::of("quality_gates")
            && let Some(gate) = GateId::ALL.iter().find(|gate| gate.as_str() == word)
        {
            // The name of the gate everywhere but in the file.
            return Some(gate.config_key().to_owned());
        }
        nearest(word, self.keys(at).iter().map(String::as_str)).map(str::to_owned)
    }

    /// The keys known at a place.
    pub(super) fn keys(&self, at: &JsonPath) -> Vec<String> {
        let mut keys = Vec::new();
        for node in self.nodes(at) {
            if let Some(Value::Object(properties)) = node.get("properties") {
                keys.extend(properties.keys().cloned());
            }
        }
        keys.dedup();
        keys
    }

    /// The places at which the schema knows this very key.
    pub(super) fn places_of(&self, key: &str) -> Vec<JsonPath> {
        let mut found = Vec::new();
        self.search(&self.schema, &JsonPath::default(), key, &mut found);
        found
    }

    fn search(&self, node: &Value, at: &JsonPath, key: &str, found: &mut Vec<JsonPath>) {
        for node in self.expand(node) {
            let Some(Value::Object(properties)) = node.get("properties") else {
                continue;
            };
            for (name, below) in properties {
                let place = at.key(name);
                if name == key && !found.contains(&place) {
                    found.push(place.clone());
                }
                self.search(below, &place, key, found);
            }
        }
    }

    fn nodes(&self, at: &JsonPath) -> Vec<&Value> {
        let mut nodes = self.expand(&self.schema);
        for step in at.steps() {
            nodes = nodes
                .into_iter()
                .filter_map(|node| match step {
                    // The keys of a map are names, and what stands below each is of one kind.
                    Step::Key(key) => node
                        .get("properties")
                        .and_then(|known| known.get(key))
                        .or_else(|| node.get("additionalProperties")),
                    Step::Index(_) => node.get("items"),
                })
                .flat_map(|node| self.expand(node))
                .collect();
        }
        nodes
    }

    /// A node with what it refers to and its alternatives. The schema has no cycles: a test holds that.
    fn expand<'s>(&'s self, node: &'s Value) -> Vec<&'s Value> {
        let mut all = vec![node];
        if let Some(target) = node.get("$ref").and_then(Value::as_str)
            && let Some(name) = target.strip_prefix("#/$defs/")
            && let Some(definition) = self.schema.get("$defs").and_then(|defs| defs.get(name))
        {
            all.extend(self.expand(definition));
        }
        for word in ["anyOf", "oneOf", "allOf"] {
            for alternative in node.get(word).and_then(Value::as_array).into_iter().flatten() {
                all.extend(self.expand(alternative));
            }
        }
        all
    }
}

/// The candidate that was most likely meant; none when nothing is near.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let wanted = word.to_lowercase().replace('-', "_");
    candidates
        .into_iter()
        .map(|candidate| {
            (
                strsim::jaro_winkler(&wanted, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(score, _)| *score >= 0.85)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(at: &JsonPath, word: &str, expect: Option<&str>) {
        assert_eq!(Names::new().nearest(at, word).as_deref(), expect, "{word}");
    }

    #[test]
    fn the_nearest_sibling_is_suggested() {
        let gates = JsonPath::of("quality_gates");
        check(&JsonPath::default(), "quality_gate", Some("quality_gates"));
        check(&gates, "lintting", Some("linting"));
        check(&gates, "format", Some("formatting"));
        check(&gates, "tests", Some("test_execution"));
        check(&gates, "custom", Some("custom_validations"));
        check(&gates, "banana", None);
        check(&gates.key("linting"), "time-out", Some("timeout"));
        check(&gates.key("linting"), "autofix", Some("auto_fix"));
        check(&gates.key("security"), "failOn", Some("fail_on"));
    }

    #[test]
    fn items_of_arrays_and_languages_have_names_too() {
        let rule = JsonPath::of("quality_gates.custom_validations.rules").index(3);
        check(&rule, "patern", Some("pattern"));
        check(
            &JsonPath::of("quality_gates.linting.commands"),
            "pyhton",
            Some("python"),
        );
    }

    #[test]
    fn a_key_is_found_where_it_belongs() {
        let places = Names::new().places_of("fail_on");
        assert_eq!(
            places,
            [
                JsonPath::of("quality_gates.security.fail_on"),
                JsonPath::of("quality_gates.contract.fail_on")
            ]
        );
    }

    #[test]
    fn the_schema_names_itself_and_forbids_no_unknown_key_of_a_section() {
        let schema = schema();
        assert_eq!(schema["$id"], SCHEMA_ID);
        assert_eq!(schema["type"], "object");
        assert!(schema.get("additionalProperties").is_none());
        for (name, definition) in schema["$defs"].as_object().unwrap() {
            // A command is a closed form: what else stands there is an error, not a warning.
            assert!(definition.get("additionalProperties").is_none(), "{name}");
        }
    }

    #[test]
    fn every_key_has_a_description() {
        #[track_caller]
        fn described(names: &Names, node: &Value, at: &JsonPath) {
            for node in names.expand(node) {
                let Some(Value::Object(properties)) = node.get("properties") else {
                    continue;
                };
                for (key, below) in properties {
                    let place = at.key(key);
                    let text = names
                        .expand(below)
                        .iter()
                        .find_map(|node| node.get("description"));
                    assert!(text.is_some(), "{place} has no description");
                    described(names, below, &place);
                }
            }
        }
        let names = Names::new();
        described(&names, &names.schema, &JsonPath::default());
    }
}
