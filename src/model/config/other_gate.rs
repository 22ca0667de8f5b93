//! Gates that the configuration may name and that this version of sdd does not have.

use schemars::JsonSchema;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use super::{Config, QualityGates};

/// The settings of a gate that this version of sdd does not have: whether it is demanded, and the rest as it is.
///
/// A required gate ends in `error`, since nothing checked it; an optional one is skipped with the reason.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
pub struct OtherGate {
    /// Whether the gate takes part.
    pub enabled: Option<bool>,
    /// Whether the gate decides over the run. This version cannot run it, so that a required gate has no verdict.
    pub required: Option<bool>,
    /// The gate's own settings, unread.
    #[schemars(skip)]
    pub rest: Map<String, Value>,
}

impl Serialize for OtherGate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in [("enabled", self.enabled), ("required", self.required)] {
            if let Some(value) = value {
                map.serialize_entry(key, &value)?;
            }
        }
        for (key, value) in &self.rest {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

struct OtherGateVisitor;

impl<'de> Visitor<'de> for OtherGateVisitor {
    type Value = OtherGate;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut gate = OtherGate::default();
        while let Some(key) = access.next_key::<String>()? {
            match key.as_str() {
                "enabled" => gate.enabled = access.next_value()?,
                "required" => gate.required = access.next_value()?,
                _ => {
                    if gate.rest.insert(key, access.next_value()?).is_some() {
                        return Err(A::Error::custom("a key is given twice"));
                    }
                }
            }
        }
        Ok(gate)
    }
}

impl<'de> Deserialize<'de> for OtherGate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OtherGateVisitor)
    }
}

/// The work items that a gate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GateScope {
    /// Work items of every type.
    Every,
    /// Integration tests only.
    IntegrationTests,
}

/// A gate that the configuration names and this version of sdd does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnavailableGate {
    /// The gate's key under `quality_gates`.
    pub key: &'static str,
    /// Whether it takes part.
    pub enabled: bool,
    /// Whether it decides over the run.
    pub required: bool,
    /// The work items that it is for.
    pub scope: GateScope,
}

/// A gate that is known by name: its key, whether it is enabled and required when its section does not say, the
/// work items it is for, and how to find its section.
struct Known {
    key: &'static str,
    enabled: bool,
    required: bool,
    scope: GateScope,
    section: fn(&QualityGates) -> Option<&OtherGate>,
}

const KNOWN: [Known; 5] = [
    Known {
        key: "documentation",
        enabled: true,
        required: false,
        scope: GateScope::Every,
        section: |gates| gates.documentation.as_ref(),
    },
    Known {
        key: "context7",
        enabled: false,
        required: false,
        scope: GateScope::Every,
        section: |gates| gates.context7.as_ref(),
    },
    Known {
        key: "spec_completeness",
        enabled: true,
        required: true,
        scope: GateScope::Every,
        section: |gates| gates.spec_completeness.as_ref(),
    },
    Known {
        key: "integration_tests",
        enabled: true,
        required: true,
        scope: GateScope::IntegrationTests,
        section: |gates| gates.integration_tests.as_ref(),
    },
    Known {
        key: "integration_documentation",
        enabled: true,
        required: false,
        scope: GateScope::IntegrationTests,
        section: |gates| gates.integration_documentation.as_ref(),
    },
];

impl Config {
    /// The gates that this configuration names and this version of sdd does not have, in a fixed order.
    pub fn unavailable_gates(&self) -> Vec<UnavailableGate> {
        KNOWN
            .iter()
            .filter_map(|known| {
                let older = match known.key {
                    "integration_tests" => self.integration_tests.as_ref(),
                    _ => None,
                };
                let section = (known.section)(&self.quality_gates).or(older)?;
                Some(UnavailableGate {
                    key: known.key,
                    enabled: section.enabled.unwrap_or(known.enabled),
                    required: section.required.unwrap_or(known.required),
                    scope: known.scope,
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[(&str, bool, bool)]) {
        let config: Config = serde_json::from_str(text).unwrap();
        let found: Vec<(&str, bool, bool)> = config
            .unavailable_gates()
            .iter()
            .map(|gate| (gate.key, gate.enabled, gate.required))
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn only_gates_that_are_named_are_told_of() {
        check("{}", &[]);
        check(
            r#"{"quality_gates": {"documentation": {"check_readme": true}, "context7": {}}}"#,
            &[("documentation", true, false), ("context7", false, false)],
        );
    }

    #[test]
    fn what_the_section_says_wins() {
        check(
            r#"{"quality_gates": {"documentation": {"enabled": true, "required": true}, "spec_completeness": {"enabled": false}}}"#,
            &[("documentation", true, true), ("spec_completeness", false, true)],
        );
    }

    #[test]
    fn integration_tests_are_found_at_both_places_and_the_present_one_wins() {
        check(
            r#"{"integration_tests": {"enabled": true}}"#,
            &[("integration_tests", true, true)],
        );
        check(
            r#"{"integration_tests": {"enabled": true}, "quality_gates": {"integration_tests": {"enabled": false}}}"#,
            &[("integration_tests", false, true)],
        );
    }

    #[test]
    fn its_own_settings_survive() {
        let text = r#"{"enabled":true,"commands":{"python":"mypy ."},"deep":[1,{"a":null}]}"#;
        let gate: OtherGate = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&gate).unwrap(), text);
    }
}
