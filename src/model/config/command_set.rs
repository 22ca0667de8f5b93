//! The commands of a gate, by language.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use super::command::{Command, CommandError, CommandVisitor, shell_text};
use crate::model::language::Language;

/// Commands by language; a language may have several, as `{"each": [command, …]}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandSet(pub BTreeMap<String, Vec<Command>>);

impl CommandSet {
    /// Whether no language has a command.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The commands for a language. TypeScript falls back to what is configured for JavaScript.
    pub fn get(&self, language: Language) -> Option<&[Command]> {
        let own = self.0.get(language.as_str());
        let found = match language {
            Language::Typescript => own.or_else(|| self.0.get(Language::Javascript.as_str())),
            _ => own,
        };
        found.map(Vec::as_slice)
    }
}

#[derive(Serialize, Deserialize)]
struct Each {
    each: Vec<Command>,
}

impl Serialize for CommandSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (language, commands) in &self.0 {
            match commands.as_slice() {
                [one] => map.serialize_entry(language, one)?,
                several => map.serialize_entry(
                    language,
                    &Each {
                        each: several.to_vec(),
                    },
                )?,
            }
        }
        map.end()
    }
}

/// One command, or several: what stands behind a language.
struct OneOrEach(Vec<Command>);

struct OneOrEachVisitor;

impl<'de> Visitor<'de> for OneOrEachVisitor {
    type Value = OneOrEach;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a command: a string, an array of words, {\"shell\": \"…\"} or {\"each\": [command, …]}")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        CommandVisitor
            .visit_str(text)
            .map(|command| OneOrEach(vec![command]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<Self::Value, A::Error> {
        CommandVisitor
            .visit_seq(access)
            .map(|command| OneOrEach(vec![command]))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut commands = None;
        while let Some(key) = access.next_key::<String>()? {
            let read = match key.as_str() {
                "shell" => vec![shell_text(access.next_value()?).map_err(A::Error::custom)?],
                "each" => access.next_value::<Vec<Command>>()?,
                other => return Err(A::Error::unknown_field(other, &["shell", "each"])),
            };
            if commands.replace(read).is_some() {
                return Err(A::Error::custom(
                    "a command is either {\"shell\": \"…\"} or {\"each\": [command, …]}, not both",
                ));
            }
        }
        match commands {
            Some(commands) if !commands.is_empty() => Ok(OneOrEach(commands)),
            _ => Err(A::Error::custom(CommandError::Empty)),
        }
    }
}

impl<'de> Deserialize<'de> for OneOrEach {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrEachVisitor)
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
        let command = generator.subschema_for::<Command>();
        let languages: serde_json::Map<String, serde_json::Value> = Language::ALL
            .iter()
            .map(|language| {
                let mut description = format!("What to run in {language}, instead of the built-in command.");
                if *language == Language::Typescript {
                    description.push_str(" Without it, the command of javascript is run.");
                }
                let value = json_schema!({
                    "description": description,
                    "anyOf": [
                        command,
                        {
                            "description": "Several commands, run one after the other.",
                            "type": "object",
                            "properties": {"each": {
                                "description": "The commands, in their order.",
                                "type": "array", "items": command, "minItems": 1
                            }},
                            "required": ["each"],
                            "additionalProperties": false
                        }
                    ]
                });
                (language.as_str().to_owned(), value.to_value())
            })
            .collect();
        json_schema!({"type": "object", "properties": languages})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_written_forms_are_read_and_written_back() {
        let text = r#"{"go":{"each":["go vet ./...",["go","test"]]},"python":"pytest -k 'a b'","rust":{"shell":"a && b"}}"#;
        let set: CommandSet = serde_json::from_str(text).unwrap();
        assert_eq!(set.get(Language::Go).unwrap().len(), 2);
        assert_eq!(
            set.get(Language::Rust).unwrap(),
            [Command::Shell("a && b".to_owned())]
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
