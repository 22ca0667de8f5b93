//! A configured command: words to execute, or text for a shell when that is asked for.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use super::super::language::Language;

/// One command of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// A program and its arguments, run without a shell.
    Words(Vec<String>),
    /// Text for `sh -c`.
    Shell(String),
}

/// Why a text is not a command.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// No words at all.
    #[error("the command is empty")]
    Empty,
    /// A quote without its partner.
    #[error("the command has a quote that is not closed: {text}")]
    UnclosedQuote {
        /// The command as written.
        text: String,
    },
    /// A character that only a shell understands.
    #[error(
        "the command needs a shell (`{operator}`), and commands are run without one: write {{\"shell\": \"…\"}} if that is meant"
    )]
    NeedsShell {
        /// The character that was met outside of quotes.
        operator: char,
    },
    /// A variable is set before the program, which only a shell understands.
    #[error(
        "the command begins with the variable `{name}`, and commands are run without a shell: begin it with `env`"
    )]
    SetsVariable {
        /// The variable's name.
        name: String,
    },
    /// A NUL character, which no program can be given.
    #[error("the command holds a NUL character")]
    Nul,
}

/// The characters that mean something to a shell when they stand outside of quotes.
const OPERATORS: &[char] = &['|', '&', ';', '<', '>', '$', '`', '\n'];

impl Command {
    /// Splits a text into words as a shell would, without its expansions; shell operators are refused.
    pub fn parse(text: &str) -> Result<Self, CommandError> {
        let (mut single, mut double, mut escaped) = (false, false, false);
        for c in text.trim().chars() {
            if escaped {
                escaped = false;
                continue;
            }
            match c {
                '\\' if !single => escaped = true,
                '\'' if !double => single = !single,
                '"' if !single => double = !double,
                '$' | '`' if double => return Err(CommandError::NeedsShell { operator: c }),
                c if !single && !double && OPERATORS.contains(&c) => {
                    return Err(CommandError::NeedsShell { operator: c });
                }
                _ => {}
            }
        }
        let words = shlex::split(text).ok_or_else(|| CommandError::UnclosedQuote {
            text: text.to_owned(),
        })?;
        if let Some((name, _)) = words.first().and_then(|word| word.split_once('='))
            && is_variable(name)
        {
            return Err(CommandError::SetsVariable {
                name: name.to_owned(),
            });
        }
        Self::from_words(words)
    }

    fn from_words(words: Vec<String>) -> Result<Self, CommandError> {
        if words.iter().any(|word| word.contains('\0')) {
            return Err(CommandError::Nul);
        }
        match words.first() {
            Some(program) if !program.is_empty() => Ok(Self::Words(words)),
            _ => Err(CommandError::Empty),
        }
    }
}

fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl std::fmt::Display for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Words(words) => f.write_str(&join_words(words)),
            Self::Shell(text) => write!(f, "sh -c {}", quote(text)),
        }
    }
}

/// Writes words as one line that a shell would split into the same words.
pub fn join_words<S: AsRef<str>>(words: &[S]) -> String {
    words
        .iter()
        .map(|word| quote(word.as_ref()))
        .collect::<Vec<_>>()
        .join(" ")
}

fn quote(word: &str) -> Cow<'_, str> {
    shlex::try_quote(word).unwrap_or(Cow::Borrowed(word))
}

impl Serialize for Command {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Words(words) => serializer.serialize_str(&join_words(words)),
            Self::Shell(text) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("shell", text)?;
                map.end()
            }
        }
    }
}

fn shell_text(text: String) -> Result<Command, CommandError> {
    if text.contains('\0') {
        Err(CommandError::Nul)
    } else if text.trim().is_empty() {
        Err(CommandError::Empty)
    } else {
        Ok(Command::Shell(text))
    }
}

struct CommandVisitor;

impl<'de> Visitor<'de> for CommandVisitor {
    type Value = Command;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a command: a string, an array of words, or {\"shell\": \"…\"}")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Command::parse(text).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut words = Vec::new();
        while let Some(word) = access.next_element::<String>()? {
            words.push(word);
        }
        Command::from_words(words).map_err(A::Error::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut shell = None;
        while let Some(key) = access.next_key::<String>()? {
            match key.as_str() {
                "shell" => shell = Some(access.next_value::<String>()?),
                other => return Err(A::Error::unknown_field(other, &["shell"])),
            }
        }
        match shell {
            Some(text) => shell_text(text).map_err(A::Error::custom),
            None => Err(A::Error::missing_field("shell")),
        }
    }
}

impl<'de> Deserialize<'de> for Command {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CommandVisitor)
    }
}

impl JsonSchema for Command {
    fn schema_name() -> Cow<'static, str> {
        "Command".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A string is split into words as a shell would, and run without a shell; an array is taken as it is; {\"shell\": \"…\"} is run by sh -c.",
            "anyOf": [
                {"type": "string", "minLength": 1},
                {"type": "array", "items": {"type": "string"}, "minItems": 1},
                {"type": "object", "properties": {"shell": {"description": "Text for sh -c.", "type": "string", "minLength": 1}}, "required": ["shell"], "additionalProperties": false}
            ]
        })
    }
}

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

    #[track_caller]
    fn check(text: &str, expect: Result<&[&str], CommandError>) {
        let expect =
            expect.map(|words| Command::Words(words.iter().map(|word| (*word).to_owned()).collect()));
        assert_eq!(Command::parse(text), expect);
    }

    #[test]
    fn strings_are_split_as_a_shell_would() {
        check("pytest -k \"a b\" -q", Ok(&["pytest", "-k", "a b", "-q"]));
        check("grep 'a|b' x", Ok(&["grep", "a|b", "x"]));
        check("a\\ b c", Ok(&["a b", "c"]));
        check("pytest -k \"a & b\"", Ok(&["pytest", "-k", "a & b"]));
    }

    #[test]
    fn what_needs_a_shell_is_refused_with_the_hint() {
        for (text, operator) in [
            ("a && b", '&'),
            ("a | b", '|'),
            ("a > f", '>'),
            ("a $HOME", '$'),
            ("a \"$HOME\"", '$'),
            ("a; b", ';'),
        ] {
            check(text, Err(CommandError::NeedsShell { operator }));
        }
        assert!(
            CommandError::NeedsShell { operator: '|' }
                .to_string()
                .contains("{\"shell\": \"…\"}")
        );
    }

    #[test]
    fn empty_and_unclosed_texts_are_no_commands() {
        check("", Err(CommandError::Empty));
        check("   ", Err(CommandError::Empty));
        check("''", Err(CommandError::Empty));
        check(
            "a 'b",
            Err(CommandError::UnclosedQuote {
                text: "a 'b".to_owned(),
            }),
        );
    }

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
    fn a_variable_before_the_program_and_nul_are_refused() {
        check(
            "CI=1 pytest",
            Err(CommandError::SetsVariable {
                name: "CI".to_owned(),
            }),
        );
        check(
            "env CI=1 pytest -k a=b",
            Ok(&["env", "CI=1", "pytest", "-k", "a=b"]),
        );
        check("a \0", Err(CommandError::Nul));
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
