//! The coverage threshold: one number, none, or one by language.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::super::language::Language;

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
            Language::Rust => None,
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
            Self::Everywhere(percent) => percent.serialize(serializer),
            Self::ByLanguage(map) => map.serialize(serializer),
        }
    }
}

struct ThresholdVisitor;

fn percent<E: Error>(value: f64) -> Result<f64, E> {
    if (0.0..=100.0).contains(&value) {
        Ok(value)
    } else {
        Err(E::custom(format!(
            "a coverage threshold is a percentage from 0 to 100, not {value}"
        )))
    }
}

impl<'de> Visitor<'de> for ThresholdVisitor {
    type Value = CoverageThreshold;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a percentage, null, or an object with one of these by language")
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        percent(value).map(CoverageThreshold::Everywhere)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "anything that large is refused as a percentage"
    )]
    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        self.visit_f64(value as f64)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "negative numbers are refused as a percentage"
    )]
    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(CoverageThreshold::Nowhere)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some((language, value)) = access.next_entry::<Language, Option<f64>>()? {
            map.insert(language, value.map(percent).transpose()?);
        }
        Ok(CoverageThreshold::ByLanguage(map))
    }
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
        let percent = serde_json::json!({"type": ["number", "null"], "minimum": 0, "maximum": 100});
        let languages: serde_json::Map<String, serde_json::Value> = Language::ALL
            .iter()
            .map(|language| (language.as_str().to_owned(), percent.clone()))
            .collect();
        json_schema!({
            "anyOf": [percent, {"type": "object", "properties": languages, "additionalProperties": false}]
        })
    }
}
