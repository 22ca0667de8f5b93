//! Regular expressions in settings.

use std::borrow::Cow;

use regex::Regex;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error};

/// A regular expression, found anywhere unless it is anchored.
#[derive(Clone, Debug)]
pub(super) struct Pattern(pub(super) Regex);

impl Pattern {
    /// As it is written.
    pub(super) fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match Regex::new(&text) {
            Ok(regex) => Ok(Self(regex)),
            Err(error) => {
                let said = error.to_string();
                let last = said.lines().last().unwrap_or_default();
                Err(D::Error::custom(format!(
                    "no regular expression: {}",
                    last.trim()
                )))
            }
        }
    }
}

impl JsonSchema for Pattern {
    fn schema_name() -> Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A regular expression, found anywhere unless it is anchored.",
            "type": "string"
        })
    }
}
