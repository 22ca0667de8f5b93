//! The programming languages: those that sdd has tools for, and those that a configuration describes.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A language that a unit of a repository is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// Python.
    Python,
    /// JavaScript without a TypeScript configuration.
    Javascript,
    /// TypeScript.
    Typescript,
    /// Rust.
    Rust,
    /// Go.
    Go,
    /// A language that `languages` in `config.json` describes, by its name there.
    Described(&'static str),
}

impl Language {
    /// Every language that sdd has tools for, in the order in which they are reported.
    pub const ALL: [Self; 5] = [
        Self::Python,
        Self::Javascript,
        Self::Typescript,
        Self::Rust,
        Self::Go,
    ];

    /// The name used in configuration and reports, such as `python`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Javascript => "javascript",
            Self::Typescript => "typescript",
            Self::Rust => "rust",
            Self::Go => "go",
            Self::Described(name) => name,
        }
    }

    /// The language of a name: one of [`Language::ALL`], or else a described one.
    pub fn named(name: &str) -> Self {
        Self::known(name).unwrap_or_else(|| {
            // A process meets a handful of names and needs them to its end, so that a language stays a plain value.
            Self::Described(Box::leak(name.to_owned().into_boxed_str()))
        })
    }

    /// The language of [`Language::ALL`] of this name.
    pub fn known(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.as_str() == name)
    }
}

impl std::fmt::Display for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Language {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::named(&Cow::<str>::deserialize(deserializer)?))
    }
}

impl JsonSchema for Language {
    fn schema_name() -> Cow<'static, str> {
        "Language".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A language that a unit of a repository is written in: one that sdd knows, or one of `languages`.",
            "anyOf": [
                {"enum": Self::ALL.map(Self::as_str)},
                {"type": "string"}
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_known_language_or_a_described_one() {
        assert_eq!(Language::named("go"), Language::Go);
        assert_eq!(Language::named("elixir").as_str(), "elixir");
        assert_eq!(Language::named("elixir"), Language::named("elixir"));
        let text = serde_json::to_string(&Language::named("zig")).unwrap();
        assert_eq!(
            serde_json::from_str::<Language>(&text).unwrap(),
            Language::named("zig")
        );
    }
}
