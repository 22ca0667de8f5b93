//! The arguments of a tool: one description gives both the schema that clients see and the check of what they send.

use rmcp::model::JsonObject;
use serde_json::{Value, json};

use crate::commands::error::{CommandError, brief, did_you_mean};

/// An argument that a tool takes.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// What it is for.
    pub about: &'static str,
}

/// What an argument may be.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Any text.
    Text,
    /// Several texts.
    Texts,
    /// A number from 1.
    Number,
    /// `true` or `false`.
    Flag,
}

/// The most characters of a text, and the most texts of a list.
const MAX_CHARS: usize = 500;
const MAX_TEXTS: usize = 50;
/// The highest number; it fits wherever one is meant.
const MAX_NUMBER: u64 = 1_000_000;

/// The JSON Schema of the arguments of a tool.
pub(super) fn schema(params: &[Param]) -> JsonObject {
    let properties: JsonObject = params
        .iter()
        .map(|param| {
            let mut property = match param.kind {
                Kind::Text => json!({"type": "string", "minLength": 1, "maxLength": MAX_CHARS}),
                Kind::Texts => json!({
                    "type": "array", "maxItems": MAX_TEXTS,
                    "items": {"type": "string", "minLength": 1, "maxLength": MAX_CHARS},
                }),
                Kind::Number => json!({"type": "integer", "minimum": 1, "maximum": MAX_NUMBER}),
                Kind::Flag => json!({"type": "boolean"}),
            };
            property["description"] = param.about.into();
            (param.name.to_owned(), property)
        })
        .collect();
    let mut schema = JsonObject::new();
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), properties.into());
    schema.insert("additionalProperties".to_owned(), false.into());
    schema
}

/// Arguments that were held to what a tool takes.
#[derive(Debug, Default)]
pub struct Arguments(JsonObject);

impl Arguments {
    /// Holds what a client sent to what a tool takes.
    pub(super) fn hold(sent: Option<JsonObject>, params: &[Param]) -> Result<Self, CommandError> {
        let sent = sent.unwrap_or_default();
        for (name, value) in &sent {
            let Some(param) = params.iter().find(|param| param.name == name) else {
                return Err(unknown(name, params));
            };
            if let Some(wanted) = wrong(param.kind, value) {
                let said = brief(&value.to_string());
                return Err(CommandError::usage(format!("argument {name} cannot be {said}"))
                    .hint(format!("{name} is {wanted}: {}", param.about)));
            }
        }
        Ok(Self(sent))
    }

    /// A text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// The texts of a list.
    pub fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        let list = self.0.get(name).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str)
    }

    /// A number.
    pub fn number(&self, name: &str) -> Option<usize> {
        self.0
            .get(name)?
            .as_u64()
            .and_then(|number| usize::try_from(number).ok())
    }

    /// Whether a flag is set.
    pub fn has(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or(false)
    }
}

fn unknown(name: &str, params: &[Param]) -> CommandError {
    let names: Vec<&str> = params.iter().map(|param| param.name).collect();
    let meant = did_you_mean(name, names.iter().copied());
    let hint = match (meant, names.is_empty()) {
        (Some(meant), _) => format!("did you mean {meant}? Arguments are: {}", names.join(", ")),
        (None, false) => format!("arguments are: {}", names.join(", ")),
        (None, true) => "it takes none".to_owned(),
    };
    CommandError::usage(format!("there is no argument {:?}", brief(name))).hint(hint)
}

/// What a value ought to be, when it is something else.
fn wrong(kind: Kind, value: &Value) -> Option<String> {
    let is_text = |value: &Value| {
        value
            .as_str()
            .is_some_and(|text| (1..=MAX_CHARS).contains(&text.chars().count()))
    };
    let (fits, wanted) = match kind {
        Kind::Text => (is_text(value), format!("a text of 1 to {MAX_CHARS} characters")),
        Kind::Texts => (
            value
                .as_array()
                .is_some_and(|list| list.len() <= MAX_TEXTS && list.iter().all(is_text)),
            format!("a list of at most {MAX_TEXTS} texts"),
        ),
        Kind::Number => (
            value
                .as_u64()
                .is_some_and(|number| (1..=MAX_NUMBER).contains(&number)),
            format!("a whole number from 1 to {MAX_NUMBER}"),
        ),
        Kind::Flag => (value.is_boolean(), "true or false".to_owned()),
    };
    (!fits).then_some(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMS: [Param; 4] = [
        param("id", Kind::Text),
        param("gates", Kind::Texts),
        param("page", Kind::Number),
        param("ready", Kind::Flag),
    ];

    const fn param(name: &'static str, kind: Kind) -> Param {
        Param {
            name,
            kind,
            about: "what it is for",
        }
    }

    /// The check says what the published schema says.
    #[track_caller]
    fn check(sent: &Value, refused: Option<&str>) {
        let schema = Value::Object(schema(&PARAMS));
        assert_eq!(jsonschema::is_valid(&schema, sent), refused.is_none(), "{sent}");
        let held = Arguments::hold(sent.as_object().cloned(), &PARAMS);
        match (held, refused) {
            (Ok(_), None) => {}
            (Err(error), Some(part)) => {
                let said = format!("{} {:?}", error.what, error.hint);
                assert!(said.contains(part), "{said}");
            }
            (held, _) => panic!("{sent}: {held:?}"),
        }
    }

    #[test]
    fn arguments_are_held_to_the_schema() {
        check(&json!({}), None);
        check(
            &json!({"id": "a", "gates": ["b"], "page": 2, "ready": true}),
            None,
        );
        check(&json!({"pag": 2}), Some("did you mean page?"));
        check(&json!({"completely_other": 2}), Some("arguments are: id, gates"));
        check(&json!({"page": 0}), Some("a whole number from 1"));
        check(&json!({"page": -1}), Some("a whole number from 1"));
        check(&json!({"page": "2"}), Some("a whole number"));
        check(&json!({"gates": "tests"}), Some("a list of at most"));
        check(&json!({"gates": [1]}), Some("a list of at most"));
        check(&json!({"id": ""}), Some("a text of"));
        check(&json!({"id": "x".repeat(501)}), Some("a text of"));
        check(&json!({"ready": "yes"}), Some("true or false"));
        check(&json!({"ready": null}), Some("true or false"));
    }
}
