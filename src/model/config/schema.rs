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
            nodes = self.step(&nodes, step);
        }
        nodes
    }

    /// The numbers of settings that are not in the range of their setting, each with its place and what is wrong. The ranges
    /// are those that the schema tells of: there is no second table of them.
    pub(super) fn out_of_range(&self, value: &Value) -> Vec<(JsonPath, String)> {
        let mut found = Vec::new();
        self.hold(
            value,
            &JsonPath::default(),
            &self.expand(&self.schema),
            &mut found,
        );
        found
    }

    fn hold(&self, value: &Value, at: &JsonPath, nodes: &[&Value], found: &mut Vec<(JsonPath, String)>) {
        match value {
            Value::Number(number) => {
                let faults: Option<Vec<String>> = number.as_f64().and_then(|number| {
                    let mut ranges = nodes.iter().filter(|node| takes_numbers(node));
                    ranges.by_ref().map(|node| outside(node, number)).collect()
                });
                // Of several forms that a number may have, one is enough.
                if let Some(wanted) = faults.as_ref().and_then(|faults| faults.first()) {
                    found.push((at.clone(), format!("expected {wanted}, found {number}")));
                }
            }
            Value::Object(map) => {
                for (key, below) in map {
                    self.hold(
                        below,
                        &at.key(key),
                        &self.step(nodes, &Step::Key(key.clone())),
                        found,
                    );
                }
            }
            Value::Array(items) => {
                for (index, below) in items.iter().enumerate() {
                    self.hold(
                        below,
                        &at.index(index),
                        &self.step(nodes, &Step::Index(index)),
                        found,
                    );
                }
            }
            _ => {}
        }
    }

    /// What the schema knows of one step below these nodes.
    fn step<'s>(&'s self, nodes: &[&'s Value], step: &Step) -> Vec<&'s Value> {
        let below = nodes.iter().filter_map(|node| match step {
            // The keys of a map are names, and what stands below each is of one kind.
            Step::Key(key) => node
                .get("properties")
                .and_then(|known| known.get(key))
                .or_else(|| node.get("additionalProperties")),
            Step::Index(_) => node.get("items"),
        });
        below.flat_map(|node| self.expand(node)).collect()
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

/// Whether a node is one of numbers.
fn takes_numbers(node: &Value) -> bool {
    let is_number = |name: &Value| matches!(name.as_str(), Some("integer" | "number"));
    match node.get("type") {
        Some(Value::Array(names)) => names.iter().any(is_number),
        Some(name) => is_number(name),
        None => false,
    }
}

/// What a node wants of a number, where this is not it.
fn outside(node: &Value, number: f64) -> Option<String> {
    let limit = |key: &str| node.get(key).filter(|limit| limit.is_number());
    let (least, most) = (limit("minimum"), limit("maximum"));
    let is_below = least.and_then(Value::as_f64).is_some_and(|least| number < least);
    let is_above = most.and_then(Value::as_f64).is_some_and(|most| number > most);
    if !is_below && !is_above {
        return None;
    }
    let is_whole = node
        .get("type")
        .is_some_and(|kind| kind.to_string().contains("integer"));
    let what = if is_whole { "a whole number" } else { "a number" };
    Some(match (least, most) {
        (Some(least), Some(most)) => format!("{what} from {least} to {most}"),
        (Some(least), None) => format!("{what} of at least {least}"),
        (None, Some(most)) => format!("{what} of at most {most}"),
        (None, None) => return None,
    })
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
    fn numbers_are_held_to_the_ranges_of_the_schema() {
        let names = Names::new();
        let check = |value: Value, expect: &[&str]| {
            let found = names.out_of_range(&value);
            let told: Vec<String> = found.iter().map(|(at, why)| format!("{at}: {why}")).collect();
            assert_eq!(told, expect, "{value}");
        };
        let tests = |settings: Value| serde_json::json!({"quality_gates": {"integration_tests": settings}});
        let place = "quality_gates.integration_tests";
        check(
            tests(serde_json::json!({"health_check_timeout": 60, "workers": 256, "stop_grace": 0})),
            &[],
        );
        check(
            tests(
                serde_json::json!({"health_check_timeout": 0, "workers": 100_000, "stop_grace": 1_000_000}),
            ),
            &[
                &format!("{place}.health_check_timeout: expected a whole number from 1 to 604800, found 0"),
                &format!("{place}.workers: expected a whole number from 1 to 256, found 100000"),
                &format!("{place}.stop_grace: expected a whole number from 0 to 604800, found 1000000"),
            ],
        );
        // At the older place too, in lists, and where a number is one of several forms.
        check(
            serde_json::json!({"integration_tests": {"up_timeout": 0}}),
            &["integration_tests.up_timeout: expected a whole number from 1 to 604800, found 0"],
        );
        check(
            serde_json::json!({"units": [{"path": ".", "timeout": 0}]}),
            &["units[0].timeout: expected a whole number from 1 to 604800, found 0"],
        );
        check(
            serde_json::json!({"quality_gates": {"test_execution": {"coverage_threshold": 80}}, "schema_version": 1}),
            &[],
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
