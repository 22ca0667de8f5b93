//! A configured command: words to execute, or text for a shell when that is asked for.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

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
        if let Some((name, _)) = text.trim_start().split_once('=')
            && is_variable(name)
        {
            return Err(CommandError::SetsVariable {
                name: name.to_owned(),
            });
        }
        let words = shlex::split(text).ok_or_else(|| CommandError::UnclosedQuote {
            text: text.to_owned(),
        })?;
        Self::from_words(words)
    }

    fn from_words(words: Vec<String>) -> Result<Self, CommandError> {
        if words.iter().any(|word| word.contains('\0')) {
            return Err(CommandError::Nul);
        }
        match words.first() {
            Some(program) if !program.trim().is_empty() => Ok(Self::Words(words)),
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
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,@%+=".contains(c);
    // More words stay bare than with shlex, for people; only options may hold a `=`, since a variable may too.
    if word.chars().all(plain) && (word.starts_with('-') || !word.contains('=')) && !word.is_empty() {
        return Cow::Borrowed(word);
    }
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

pub(super) fn shell_text(text: String) -> Result<Command, CommandError> {
    if text.contains('\0') {
        Err(CommandError::Nul)
    } else if text.trim().is_empty() {
        Err(CommandError::Empty)
    } else {
        Ok(Command::Shell(text))
    }
}

pub(super) struct CommandVisitor;

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
        check("'  ' x", Err(CommandError::Empty));
        let words: Result<Command, _> = serde_json::from_str("[\"   \"]");
        assert!(words.unwrap_err().to_string().starts_with("the command is empty"));
        check(
            "a 'b",
            Err(CommandError::UnclosedQuote {
                text: "a 'b".to_owned(),
            }),
        );
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
        check("'A=1' x", Ok(&["A=1", "x"]));
        check("a \0", Err(CommandError::Nul));
    }

    #[test]
    fn words_are_written_so_that_they_are_read_again() {
        for words in [
            &["pytest", "--cov-report=json", "a=b"][..],
            &["A=1", "x"],
            &[
                "a b", "", "'", "\"", "\\", "$x", "`", "#", "!", "\n", "ä", "~", "*", "|",
            ],
        ] {
            let line = join_words(words);
            check(&line, Ok(words));
        }
        assert_eq!(
            join_words(&["pytest", "--cov-report=json"]),
            "pytest --cov-report=json"
        );
    }
}
