//! A text with settings as a value, and where each part of it stands.
//!
//! Plain YAML readers keep the last of two equal keys in silence, and a check that is lost so is never made. Here that is
//! an error, as are aliases and second documents.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use serde_json::{Map, Value};

use crate::model::config::{JsonPath, Position, Positions};

/// Deeper texts are refused.
const MAX_DEPTH: usize = 64;

/// A value with the places of its parts.
#[derive(Clone, Debug)]
pub struct Document {
    /// The file as it is shown.
    pub name: String,
    /// What stands in it.
    pub value: Value,
    places: Places,
}

#[derive(Clone, Debug)]
enum Places {
    Yaml(BTreeMap<JsonPath, Position>),
    Json(Positions),
}

/// Settings that cannot be used, with their place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {why}")]
pub struct Problem {
    /// The file.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
    /// What is wrong.
    pub why: String,
}

impl Document {
    /// The value of a JSON text that is known to be JSON without equal keys.
    pub fn json(name: &str, text: &str, value: Value) -> Self {
        Self {
            name: name.to_owned(),
            value,
            places: Places::Json(Positions::of(text)),
        }
    }

    /// Reads YAML.
    ///
    /// # Errors
    ///
    /// [`Problem`] where it is none, has a key twice, aliases, or more than one document.
    pub fn yaml(name: &str, text: &str) -> Result<Self, Problem> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = Reader {
            name,
            open: Vec::new(),
            done: None,
            places: BTreeMap::new(),
        };
        for next in Parser::new_from_str(text) {
            let (event, span) = next.map_err(|error| {
                let mark = error.marker();
                reader.problem(mark.line(), mark.col() + 1, error.info().to_owned())
            })?;
            reader.take(event, span)?;
        }
        let Reader { done, places, .. } = reader;
        Ok(Self {
            name: name.to_owned(),
            value: done.unwrap_or(Value::Null),
            places: Places::Yaml(places),
        })
    }

    /// A problem at a place, or at the nearest place above it that is known.
    pub fn problem(&self, at: &JsonPath, why: impl Into<String>) -> Problem {
        let mut path = Some(at.clone());
        let mut found = None;
        while let (None, Some(here)) = (found, path) {
            found = match &self.places {
                Places::Yaml(places) => places.get(&here).copied(),
                Places::Json(positions) if positions.has(&here) => Some(positions.key(&here)),
                Places::Json(_) => None,
            };
            path = here.parent();
        }
        let Position { line, column } = found.unwrap_or(Position::START);
        Problem {
            file: self.name.clone(),
            line,
            column,
            why: why.into(),
        }
    }
}

/// A list or a map that is not complete.
enum Open {
    List(Vec<Value>),
    /// With the key that waits for its value.
    Map(Map<String, Value>, Option<String>),
}

struct Reader<'a> {
    name: &'a str,
    open: Vec<(Open, JsonPath)>,
    done: Option<Value>,
    places: BTreeMap<JsonPath, Position>,
}

impl Reader<'_> {
    fn problem(&self, line: usize, column: usize, why: String) -> Problem {
        Problem {
            file: self.name.to_owned(),
            line: line.max(1),
            column,
            why,
        }
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Problem> {
        let here = Position {
            line: span.start.line().max(1),
            column: span.start.col() + 1,
        };
        let wrong = |reader: &Self, why: &str| reader.problem(here.line, here.column, why.to_owned());
        match event {
            Event::DocumentStart(_) if self.done.is_some() => {
                Err(wrong(self, "a second document begins here, and one is expected"))
            }
            Event::Alias(_) => Err(wrong(self, "aliases are not taken here: write it out")),
            Event::Scalar(text, style, _, tag) => {
                if let Some((Open::Map(map, key @ None), path)) = self.open.last_mut() {
                    if map.contains_key(&*text) {
                        let first = self.places.get(&path.key(&text)).map_or(0, |place| place.line);
                        let why = format!("the key {text:?} is given twice, first in line {first}");
                        return Err(wrong(self, &why));
                    }
                    self.places.insert(path.key(&text), here);
                    *key = Some(text.into_owned());
                    return Ok(());
                }
                let is_text = style != ScalarStyle::Plain
                    || tag.is_some_and(|tag| tag.suffix == "str" || tag.handle == "!");
                let value = if is_text {
                    Value::String(text.into_owned())
                } else {
                    plain(&text)
                };
                let path = self.path();
                self.place(path, here);
                self.add(value);
                Ok(())
            }
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                if matches!(self.open.last(), Some((Open::Map(_, None), _))) {
                    return Err(wrong(
                        self,
                        "a key must be a text, and this one is a list or a map",
                    ));
                }
                if self.open.len() >= MAX_DEPTH {
                    return Err(wrong(self, "this is too deep"));
                }
                let path = self.path();
                self.place(path.clone(), here);
                let open = if matches!(event, Event::SequenceStart(..)) {
                    Open::List(Vec::new())
                } else {
                    Open::Map(Map::new(), None)
                };
                self.open.push((open, path));
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => {
                match self.open.pop() {
                    Some((Open::List(items), _)) => self.add(Value::Array(items)),
                    Some((Open::Map(map, _), _)) => self.add(Value::Object(map)),
                    None => {}
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The place of the value that comes next.
    fn path(&self) -> JsonPath {
        match self.open.last() {
            None => JsonPath::default(),
            Some((Open::List(items), path)) => path.index(items.len()),
            Some((Open::Map(_, Some(key)), path)) => path.key(key),
            Some((Open::Map(_, None), path)) => path.clone(),
        }
    }

    /// Notes a place; that of a key stays.
    fn place(&mut self, path: JsonPath, here: Position) {
        self.places.entry(path).or_insert(here);
    }

    fn add(&mut self, value: Value) {
        match self.open.last_mut() {
            None => self.done = Some(value),
            Some((Open::List(items), _)) => items.push(value),
            Some((Open::Map(map, key), _)) => {
                if let Some(key) = key.take() {
                    map.insert(key, value);
                }
            }
        }
    }
}

/// A plain scalar by the core schema of YAML 1.2.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let begins = text.trim_start_matches(['-', '+']);
    if begins.starts_with(|c: char| c.is_ascii_digit()) {
        if let Ok(number) = text.parse::<i64>() {
            // `0600` is meant as rights, and never as six hundred.
            return if begins.len() > 1 && begins.starts_with('0') {
                Value::String(text.to_owned())
            } else {
                number.into()
            };
        }
        if let Some(number) = text.parse().ok().and_then(serde_json::Number::from_f64) {
            return Value::Number(number);
        }
    }
    Value::String(text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn yaml_becomes_a_value() {
        let text = "a: 1\nb: [x, '2', {c: ~, d: 2s}]\nmode: 0600\ne: 0.5\nf: true\n";
        let read = Document::yaml("e.yaml", text).unwrap();
        let expect =
            json!({"a": 1, "b": ["x", "2", {"c": null, "d": "2s"}], "mode": "0600", "e": 0.5, "f": true});
        assert_eq!(read.value, expect);
        let at = JsonPath::default().key("b").index(2).key("d").key("deeper");
        assert_eq!(read.problem(&at, "no").to_string(), "e.yaml:2:20: no");
    }

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let said = Document::yaml("e.yaml", text).unwrap_err().to_string();
        assert!(said.starts_with(expect), "{said}");
    }

    #[test]
    fn what_would_be_lost_in_silence_is_refused() {
        check(
            "a:\n  b: 1\n  b: 2\n",
            "e.yaml:3:3: the key \"b\" is given twice, first in line 2",
        );
        check("a: &x 1\nb: *x\n", "e.yaml:2:4: aliases are not taken here");
        check("a: 1\n---\nb: 1\n", "e.yaml:2:1: a second document begins here");
        check("? [a]\n: 1\n", "e.yaml:1:3: a key must be a text");
        check("a: [1\nb: 2\n", "e.yaml:2:");
        check(&"[".repeat(100), "e.yaml:1:65: this is too deep");
    }
}
