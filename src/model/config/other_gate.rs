//! Gates that the configuration may name and that this version of sdd does not have.

use schemars::JsonSchema;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use super::Config;
use crate::model::work_item::WorkItemType;

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
    /// Deployments only.
    Deployments,
}

impl GateScope {
    /// Whether the gate says something about work of a type. Without a session there is no such work.
    pub fn concerns(self, kind: Option<WorkItemType>) -> bool {
        match self {
            Self::Every => true,
            Self::IntegrationTests => kind == Some(WorkItemType::IntegrationTest),
            Self::Deployments => kind == Some(WorkItemType::Deployment),
        }
    }
}

/// A gate that the configuration names and this version of sdd does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnavailableGate {
    /// The place of its settings, such as `quality_gates.integration_tests`.
    pub place: &'static str,
    /// Whether the configuration names it.
    pub named: bool,
    /// Whether it takes part.
    pub enabled: bool,
    /// Whether it decides over the run.
    pub required: bool,
    /// The work items that it is for.
    pub scope: GateScope,
}

/// A gate that is known by name: where its settings are, whether it is enabled and required when they do not say, the
/// work items it is for, and how to find its settings.
struct Known {
    place: &'static str,
    enabled: bool,
    required: bool,
    scope: GateScope,
    section: fn(&Config) -> Option<Asked>,
}

/// What the settings say of a gate.
#[derive(Clone, Copy, Default)]
struct Asked {
    enabled: Option<bool>,
    required: Option<bool>,
}

impl Asked {
    fn of(gate: &OtherGate) -> Self {
        Self {
            enabled: gate.enabled,
            required: gate.required,
        }
    }
}

const KNOWN: [Known; 4] = [
    Known {
        place: "quality_gates.context7",
        enabled: false,
        required: false,
        scope: GateScope::Every,
        section: |config| config.quality_gates.context7.as_ref().map(Asked::of),
    },
    Known {
        place: "quality_gates.integration_tests",
        enabled: true,
        required: true,
        scope: GateScope::IntegrationTests,
        section: |config| {
            let present = config.quality_gates.integration_tests.as_ref();
            present.or(config.integration_tests.as_ref()).map(Asked::of)
        },
    },
    Known {
        place: "quality_gates.integration_documentation",
        enabled: true,
        required: false,
        scope: GateScope::IntegrationTests,
        section: |config| {
            let present = config.quality_gates.integration_documentation.as_ref();
            present.map(Asked::of)
        },
    },
    Known {
        place: "deployment",
        enabled: true,
        required: true,
        scope: GateScope::Deployments,
        section: |config| config.deployment.as_ref().map(|_| Asked::default()),
    },
];

impl Config {
    /// The gates that this configuration names, or work of a type needs, and this version of sdd does not have, in a
    /// fixed order.
    pub fn unavailable_gates(&self, kind: Option<WorkItemType>) -> Vec<UnavailableGate> {
        KNOWN
            .iter()
            .filter_map(|known| {
                let section = (known.section)(self);
                let named = section.is_some();
                let asked = section.unwrap_or_default();
                (named || (known.scope != GateScope::Every && known.scope.concerns(kind))).then(|| {
                    UnavailableGate {
                        place: known.place,
                        named,
                        enabled: asked.enabled.unwrap_or(known.enabled),
                        required: asked.required.unwrap_or(known.required),
                        scope: known.scope,
                    }
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, kind: Option<WorkItemType>, expect: &[(&str, bool, bool)]) {
        let config: Config = serde_json::from_str(text).unwrap();
        let found: Vec<(&str, bool, bool)> = config
            .unavailable_gates(kind)
            .iter()
            .map(|gate| (gate.place, gate.enabled, gate.required))
            .collect();
        assert_eq!(found, expect, "{text}");
    }

    const TESTS: &str = "quality_gates.integration_tests";
    const DOCUMENTS: &str = "quality_gates.integration_documentation";

    #[test]
    fn only_gates_that_are_named_or_needed_are_told_of() {
        check("{}", None, &[]);
        check("{}", Some(WorkItemType::Feature), &[]);
        check(
            "{}",
            Some(WorkItemType::IntegrationTest),
            &[(TESTS, true, true), (DOCUMENTS, true, false)],
        );
        check(
            "{}",
            Some(WorkItemType::Deployment),
            &[("deployment", true, true)],
        );
        check(
            r#"{"quality_gates": {"integration_documentation": {"x": true}}, "deployment": {}}"#,
            None,
            &[(DOCUMENTS, true, false), ("deployment", true, true)],
        );
    }

    #[test]
    fn what_the_section_says_wins() {
        check(
            r#"{"quality_gates": {"integration_documentation": {"required": true}, "integration_tests": {"enabled": false}}}"#,
            Some(WorkItemType::IntegrationTest),
            &[(TESTS, false, true), (DOCUMENTS, true, true)],
        );
    }

    #[test]
    fn integration_tests_are_found_at_both_places_and_the_present_one_wins() {
        check(
            r#"{"integration_tests": {"enabled": true}}"#,
            None,
            &[(TESTS, true, true)],
        );
        check(
            r#"{"integration_tests": {"enabled": true}, "quality_gates": {"integration_tests": {"enabled": false}}}"#,
            None,
            &[(TESTS, false, true)],
        );
    }

    #[test]
    fn a_gate_concerns_work_of_its_own_type_only() {
        for kind in WorkItemType::ALL {
            let is = |of: WorkItemType| *kind == of;
            assert_eq!(
                GateScope::IntegrationTests.concerns(Some(*kind)),
                is(WorkItemType::IntegrationTest)
            );
            assert_eq!(
                GateScope::Deployments.concerns(Some(*kind)),
                is(WorkItemType::Deployment)
            );
        }
        assert!(!GateScope::IntegrationTests.concerns(None));
    }

    #[test]
    fn its_own_settings_survive() {
        let text = r#"{"enabled":true,"commands":{"python":"mypy ."},"deep":[1,{"a":null}]}"#;
        let gate: OtherGate = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&gate).unwrap(), text);
    }
}
