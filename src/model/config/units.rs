//! Settings of single units, and languages that a configuration describes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};

use super::super::finding::Severity;
use super::super::gate_id::GateId;
use super::super::language::Language;
use super::values::MAX_SECONDS;
use super::{CoverageThreshold, GateCommands, values};

/// Settings of one unit, which win over those of its language and of the gates.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct UnitSettings {
    /// The unit's directory, relative to the project: `services/api`; `.` is the project's own.
    pub path: String,
    /// The language of the unit, where several units share the directory. With a language, the directory is a unit even
    /// if no file in it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// The gates that run for this unit; absent: all of them. The gates `spec_completeness` and `custom` are the
    /// project's and no unit's.
    #[serde(deserialize_with = "gates_of_unit", skip_serializing_if = "Option::is_none")]
    pub gates: Option<Vec<GateId>>,
    /// Commands by gate, instead of the built-in ones and of those for the language; `null` for nothing.
    #[serde(skip_serializing_if = "GateCommands::is_empty")]
    pub commands: GateCommands,
    /// The coverage that this unit must reach, in percent; `null` for none.
    #[serde(
        deserialize_with = "values::threshold",
        skip_serializing_if = "Option::is_none"
    )]
    pub coverage_threshold: Option<CoverageThreshold>,
    /// The mildest severity that fails the security gate for this unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_on: Option<Severity>,
    /// Seconds that each step of this unit may take, instead of what its gate says.
    #[serde(deserialize_with = "values::seconds", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = MAX_SECONDS))]
    pub timeout: Option<u64>,
}

fn gates_of_unit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<GateId>>, D::Error> {
    let gates = Option::<Vec<GateId>>::deserialize(deserializer)?;
    if let Some(gate) = gates.iter().flatten().find(|gate| !gate.is_of_units()) {
        return Err(D::Error::custom(format!(
            "the {gate} gate is the project's and no unit's: it runs whatever units say"
        )));
    }
    Ok(gates)
}

/// A language that sdd does not know: how its units are found, and what each gate runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct LanguageSettings {
    /// Names of files that make a directory a unit: `mix.exs`, `*.csproj`.
    pub markers: Vec<String>,
    /// What each gate runs; a gate that is not named has nothing to run and is an error where it is required, one that
    /// is `null` is skipped.
    pub gates: GateCommands,
    /// The coverage that units of this language must reach, in percent; `null` for none.
    #[serde(
        deserialize_with = "values::threshold",
        skip_serializing_if = "Option::is_none"
    )]
    pub coverage_threshold: Option<CoverageThreshold>,
}

/// The described languages by name.
pub type Languages = BTreeMap<String, LanguageSettings>;

impl UnitSettings {
    /// The path in the one form that units have: `/` between parts, no `./`, no `/` at the end, `.` for the project.
    pub fn normal_path(&self) -> String {
        let slashed = self.path.replace('\\', "/");
        let parts: Vec<&str> = slashed
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".")
            .collect();
        if parts.is_empty() {
            ".".to_owned()
        } else {
            parts.join("/")
        }
    }

    /// Whether these settings are for the unit at a path.
    pub fn is_for(&self, path: &str, language: Language) -> bool {
        self.normal_path() == path && self.language.is_none_or(|own| own == language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_has_no_gate_that_is_the_projects() {
        let read = |gates: &str| {
            serde_json::from_str::<UnitSettings>(&format!(r#"{{"path": "a", "gates": {gates}}}"#))
                .map(|unit| unit.gates)
                .map_err(|error| error.to_string())
        };
        assert_eq!(read(r#"["tests"]"#), Ok(Some(vec![GateId::Tests])));
        assert_eq!(read("null"), Ok(None));
        for gate in ["custom", "spec_completeness"] {
            let refused = read(&format!(r#"["tests", "{gate}"]"#)).unwrap_err();
            assert!(
                refused.contains(&format!("the {gate} gate is the project's")),
                "{refused}"
            );
        }
    }

    #[test]
    fn a_path_may_be_spelled_in_several_ways() {
        let at = |path: &str| UnitSettings {
            path: path.to_owned(),
            ..UnitSettings::default()
        };
        for path in ["a/b", "./a/b/", "a\\b"] {
            assert!(at(path).is_for("a/b", Language::Go), "{path}");
        }
        assert!(at("").is_for(".", Language::Go));
        assert!(!at("a").is_for("a/b", Language::Go));
        let python = UnitSettings {
            language: Some(Language::Python),
            ..at("a")
        };
        assert!(!python.is_for("a", Language::Go));
    }
}
