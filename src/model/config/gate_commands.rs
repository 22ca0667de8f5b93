//! Commands by gate, for one unit or one described language.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize, Serializer};

use super::recipe::{self, OneOrEach, Recipe, Recipes};
use crate::model::gate_id::GateId;

/// Commands by gate. A gate with an empty list has nothing to run, as `null` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GateCommands(pub BTreeMap<GateId, Vec<Recipe>>);

impl GateCommands {
    /// Whether no gate is named.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The commands of a gate; `None` when it is not named.
    pub fn get(&self, gate: GateId) -> Option<&[Recipe]> {
        self.0.get(&gate).map(Vec::as_slice)
    }

    /// The gates that take commands: those that ask each unit something.
    pub fn gates() -> impl Iterator<Item = GateId> {
        GateId::ALL.into_iter().filter(|gate| gate.is_of_units())
    }
}

impl Serialize for GateCommands {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(gate, recipes)| (gate, Recipes(recipes))))
    }
}

impl<'de> Deserialize<'de> for GateCommands {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = BTreeMap::<GateId, Option<OneOrEach>>::deserialize(deserializer)?;
        if map.contains_key(&GateId::Custom) {
            return Err(D::Error::custom(
                "the custom gate takes rules and no commands: quality_gates.custom_validations.rules",
            ));
        }
        if let Some(gate) = map.keys().find(|gate| !gate.is_of_units()) {
            return Err(D::Error::custom(format!(
                "the {gate} gate asks the project and no unit: it takes no commands"
            )));
        }
        let read = map
            .into_iter()
            .map(|(gate, recipes)| (gate, recipes.map_or_else(Vec::new, |recipes| recipes.0)));
        Ok(Self(read.collect()))
    }
}

impl JsonSchema for GateCommands {
    fn schema_name() -> Cow<'static, str> {
        "GateCommands".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let gates: serde_json::Map<String, serde_json::Value> = Self::gates()
            .map(|gate| {
                let what = format!("What the gate {gate} runs; null for nothing.");
                let recipe = recipe::schema(generator, &what).to_value();
                let value = serde_json::json!({"anyOf": [recipe, {"type": "null"}]});
                (gate.as_str().to_owned(), value)
            })
            .collect();
        json_schema!({"type": "object", "properties": gates})
    }
}
