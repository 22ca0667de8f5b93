//! The coverage threshold: one number, none, or one by language.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::super::language::Language;
use super::values::{Percentage, percentage};

/// The coverage to reach, in percent.
#[derive(Clone, Debug, PartialEq)]
pub enum CoverageThreshold {
    /// None is asked for anywhere (`null`).
    Nowhere,
    /// The same in every language.
    Everywhere(f64),
    /// By language; languages that are not named have their default, `None` means that none is asked for.
    ByLanguage(BTreeMap<Language, Option<f64>>),
}

impl CoverageThreshold {
    /// The threshold of a language that the configuration does not name: 80 where coverage is measured by
    /// default, none for Rust, whose compiler needs an extra component to measure it.
    pub fn default_for(language: Language) -> Option<f64> {
        match language {
            Language::Rust | Language::Described(_) => None,
            Language::Python | Language::Javascript | Language::Typescript | Language::Go => Some(80.0),
        }
    }

    /// The threshold for a language.
    pub fn for_language(&self, language: Language) -> Option<f64> {
        match self {
            Self::Nowhere => None,
            Self::Everywhere(percent) => Some(*percent),
            Self::ByLanguage(map) => match map.get(&language) {
                Some(threshold) => *threshold,
                None => Self::default_for(language),
            },
        }
    }
}

impl Serialize for CoverageThreshold {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nowhere => serializer.serialize_none(),
            Self::Everywhere(percent) => number(*percent).serialize(serializer),
            Self::ByLanguage(map) => serializer.collect_map(
                map.iter()
                    .map(|(language, percent)| (language, percent.map(number))),
            ),
        }
    }
}

/// A percentage as people write it: `80`, not `80.0`.
pub(super) fn number(percent: f64) -> Value {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a percentage from 0 to 100 without a fraction"
    )]
    if percent.fract() == 0.0 && (0.0..=100.0).contains(&percent) {
        Value::from(percent as u64)
    } else {
        Value::from(percent)
    }
}

/// One language's percentage. The language is read here, too, so that an error is at its key.
struct Entry<'k>(&'k str);

impl<'de> DeserializeSeed<'de> for Entry<'_> {
    type Value = (Language, Option<f64>);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let language = Language::deserialize(self.0.into_deserializer())?;
        Ok((language, percentage(deserializer)?))
    }
}

struct ThresholdVisitor;

impl<'de> Visitor<'de> for ThresholdVisitor {
    type Value = CoverageThreshold;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a percentage from 0 to 100, null for none, or an object with one of these by language")
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        Percentage.visit_f64(value).map(everywhere)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Percentage.visit_u64(value).map(everywhere)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Percentage.visit_i64(value).map(everywhere)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(CoverageThreshold::Nowhere)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some(key) = access.next_key::<String>()? {
            let (language, value) = access.next_value_seed(Entry(&key))?;
            if map.insert(language, value).is_some() {
                return Err(A::Error::custom(format!("`{language}` is given twice")));
            }
        }
        Ok(CoverageThreshold::ByLanguage(map))
    }
}

fn everywhere(percent: Option<f64>) -> CoverageThreshold {
    percent.map_or(CoverageThreshold::Nowhere, CoverageThreshold::Everywhere)
}

impl<'de> Deserialize<'de> for CoverageThreshold {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ThresholdVisitor)
    }
}

impl JsonSchema for CoverageThreshold {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "CoverageThreshold".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let percent = |description: &str| {
            serde_json::json!({
                "description": description, "type": ["number", "null"], "minimum": 0, "maximum": 100
            })
        };
        let languages: serde_json::Map<String, Value> = Language::ALL
            .iter()
            .map(|language| {
                let description = format!("Coverage to reach in {language}, in percent; null for none.");
                (language.as_str().to_owned(), percent(&description))
            })
            .collect();
        json_schema!({
            "description": "Coverage to reach, in percent.",
            "anyOf": [
                percent("The same in every language; null for none."),
                {
                    "description": "By language; a language that is not named has its default: 80, none in Rust.",
                    "type": "object", "properties": languages, "additionalProperties": false
                }
            ]
        })
    }
}
