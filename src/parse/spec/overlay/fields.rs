//! Reads fields of JSON of several forms, and names those that have none of them.

use serde_json::{Map, Value};

use crate::model::spec::At;

/// The fields of an object.
pub struct Fields<'v> {
    map: &'v Map<String, Value>,
    path: String,
    /// The fields of a form that is not known, as paths.
    pub wrong: Vec<String>,
}

impl<'v> Fields<'v> {
    /// The fields of the work item itself.
    pub fn new(map: &'v Map<String, Value>) -> Self {
        Self {
            map,
            path: String::new(),
            wrong: Vec::new(),
        }
    }

    /// The fields of an object below.
    pub fn below(&self, key: &str, map: &'v Map<String, Value>) -> Fields<'v> {
        Fields {
            map,
            path: format!("{}{key}.", self.path),
            wrong: Vec::new(),
        }
    }

    /// Takes over what was wrong with the fields below.
    pub fn take(&mut self, below: Fields<'_>) {
        self.wrong.extend(below.wrong);
    }

    /// A field that is there and says something, under the first of its names that is.
    pub fn get(&self, keys: &[&'static str]) -> Option<(&'static str, &'v Value)> {
        keys.iter().find_map(|key| {
            let value = self.map.get(*key)?;
            let empty = match value {
                Value::Null => true,
                Value::String(text) => text.trim().is_empty(),
                Value::Array(list) => list.is_empty(),
                Value::Object(map) => map.is_empty(),
                _ => false,
            };
            (!empty).then_some((*key, value))
        })
    }

    /// A field that is an object.
    pub fn object(&mut self, key: &'static str) -> Option<&'v Map<String, Value>> {
        match self.get(&[key])? {
            (_, Value::Object(map)) => Some(map),
            // A sentence instead of an object says nothing that can be used, and is no mistake either.
            (_, Value::String(_)) => None,
            _ => {
                self.not(key);
                None
            }
        }
    }

    /// One value.
    pub fn one<T>(&mut self, keys: &[&'static str], read: impl Fn(&Value) -> Option<T>) -> Option<At<T>> {
        let (key, value) = self.get(keys)?;
        let read = read(value).map(|value| At::new(value, 0));
        if read.is_none() {
            self.not(key);
        }
        read
    }

    /// The values of a list; a single value is a list of one.
    pub fn list<T>(&mut self, keys: &[&'static str], read: impl Fn(&Value) -> Option<T>) -> Vec<T> {
        let Some((key, value)) = self.get(keys) else {
            return Vec::new();
        };
        let values = match value {
            Value::Array(values) => values.as_slice(),
            other => std::slice::from_ref(other),
        };
        let mut out = Vec::with_capacity(values.len());
        for (at, value) in values.iter().enumerate() {
            match read(value) {
                Some(value) => out.push(value),
                None => self.wrong.push(format!("{}{key}[{at}]", self.path)),
            }
        }
        out
    }

    /// Notes that a field has no form that is known.
    pub fn not(&mut self, key: &str) {
        self.wrong.push(format!("{}{key}", self.path));
    }
}

/// A text or a number, as text.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The texts of a list, of the lines of a text, or of the values of an object.
pub fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().filter_map(text).collect(),
        Value::Object(map) => map
            .iter()
            .filter_map(|(key, value)| text(value).map(|value| format!("{key}: {value}")))
            .collect(),
        Value::String(lines) => lines
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}
