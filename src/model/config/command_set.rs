//! The commands of a gate, by language.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Deserializer;
use serde::{Deserialize, Serialize, Serializer};

use super::recipe::{self, OneOrEach, Recipe, Recipes};
use crate::model::language::Language;

/// Commands by language; a language may have several, as `{"each": [command, …]}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandSet(pub BTreeMap<String, Vec<Recipe>>);

impl CommandSet {
    /// Whether no language has a command.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The commands for a language, and the language that they are written for: TypeScript falls back to what is
    /// configured for JavaScript.
    pub fn find(&self, language: Language) -> Option<(Language, &[Recipe])> {
        let own = |language: Language| Some((language, self.0.get(language.as_str())?.as_slice()));
        match language {
            Language::Typescript => own(language).or_else(|| own(Language::Javascript)),
            _ => own(language),
        }
    }

    /// The commands for a language, without where they come from.
    pub fn get(&self, language: Language) -> Option<&[Recipe]> {
        self.find(language).map(|(_, recipes)| recipes)
    }
}

impl Serialize for CommandSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(
            self.0
                .iter()
                .map(|(language, recipes)| (language, Recipes(recipes))),
        )
    }
}

impl<'de> Deserialize<'de> for CommandSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = BTreeMap::<String, OneOrEach>::deserialize(deserializer)?;
        Ok(Self(
            map.into_iter()
                .map(|(language, commands)| (language, commands.0))
                .collect(),
        ))
    }
}

impl JsonSchema for CommandSet {
    fn schema_name() -> Cow<'static, str> {
        "CommandSet".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let languages: serde_json::Map<String, serde_json::Value> = Language::ALL
            .iter()
            .map(|language| {
                let mut description = format!("What to run in {language}, instead of the built-in command.");
                if *language == Language::Typescript {
                    description.push_str(" Without it, the command of javascript is run.");
                }
                let value = recipe::schema(generator, &description);
                (language.as_str().to_owned(), value.to_value())
            })
            .collect();
        json_schema!({"type": "object", "properties": languages})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::config::Command;

    #[test]
    fn all_written_forms_are_read_and_written_back() {
        let text = r#"{"go":{"each":["go vet ./...",["go","test"]]},"python":"pytest -k 'a b'","rust":{"shell":"a && b"}}"#;
        let set: CommandSet = serde_json::from_str(text).unwrap();
        assert_eq!(set.get(Language::Go).unwrap().len(), 2);
        assert_eq!(
            set.get(Language::Rust).unwrap(),
            [Recipe::from(Command::Shell("a && b".to_owned()))]
        );
        let again: CommandSet = serde_json::from_str(&serde_json::to_string(&set).unwrap()).unwrap();
        assert_eq!(again, set);
    }

    #[test]
    fn an_object_is_one_form_only() {
        for text in [
            r#"{"go": {"shell": "a", "each": ["b"]}}"#,
            r#"{"go": {"shell": "a", "other": 1}}"#,
            r#"{"go": {"each": []}}"#,
            r#"{"go": {}}"#,
        ] {
            assert!(serde_json::from_str::<CommandSet>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn typescript_falls_back_to_javascript() {
        let set: CommandSet = serde_json::from_str(r#"{"javascript":"npm test"}"#).unwrap();
        assert!(set.get(Language::Typescript).is_some());
        assert!(set.get(Language::Python).is_none());
    }
}
