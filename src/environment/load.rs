//! Where environments are described: `.session/environments.yaml`, or `environments` in `config.json`.

use serde_json::Value;

use super::document::{Document, Problem};
use super::settings::{self, Settings, Variables};
use crate::model::config::{Config, JsonPath, nearest};
use crate::store::{self, Store, document, layout};

/// The file of environments.
pub const FILE: &str = ".session/environments.yaml";
/// Where environments stand in both files.
const KEY: &str = "environments";

/// The texts that environments are described in.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    documents: Vec<Document>,
}

/// Why the checks of an environment cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file cannot be read.
    #[error("{file} cannot be read")]
    Unreadable {
        /// The file.
        file: String,
        /// The cause.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The settings cannot be used.
    #[error("the settings of environments cannot be used: {} problem(s)", problems.len())]
    Invalid {
        /// What is wrong, in the order of the file.
        problems: Vec<Problem>,
    },
    /// There is no environment of this name.
    #[error("there is no environment {name:?}")]
    Unknown {
        /// The name.
        name: String,
        /// Those that there are.
        known: Vec<String>,
        /// The one that was probably meant.
        meant: Option<String>,
    },
}

impl From<Problem> for LoadError {
    fn from(problem: Problem) -> Self {
        Self::Invalid {
            problems: vec![problem],
        }
    }
}

impl Sources {
    /// Reads both files of a project; `config` is what was read from its `config.json`.
    ///
    /// # Errors
    ///
    /// [`LoadError`] where a file cannot be read or is no YAML.
    pub fn of_project(store: &Store, config: &Config) -> Result<Self, LoadError> {
        let text = |file: &str| -> Result<Option<String>, LoadError> {
            let unreadable = |source: Box<dyn std::error::Error + Send + Sync>| LoadError::Unreadable {
                file: file.to_owned(),
                source,
            };
            let bytes = store::read_regular(&store.path(file), document::MAX_BYTES)
                .map_err(|error| unreadable(error.into()))?;
            bytes
                .map(|bytes| String::from_utf8(bytes).map_err(|error| unreadable(error.into())))
                .transpose()
        };
        let json = match &config.environments {
            Some(value) => text(layout::CONFIG)?.map(|text| (text, value.clone())),
            None => None,
        };
        Self::of(json, text(FILE)?.as_deref())
    }

    /// The environments of `config.json`, as its text and the value of `environments` in it, and those of the YAML file.
    ///
    /// # Errors
    ///
    /// [`LoadError::Invalid`] where a text has not the right shape, or both describe the same environment.
    pub fn of(json: Option<(String, Value)>, yaml: Option<&str>) -> Result<Self, LoadError> {
        let mut documents = Vec::new();
        if let Some(text) = yaml {
            documents.push(Document::yaml(FILE, text)?);
        }
        if let Some((text, value)) = json {
            let whole = serde_json::json!({ KEY: value });
            documents.push(Document::json(layout::CONFIG, &text, whole));
        }
        let sources = Self { documents };
        sources.look_over()?;
        Ok(sources)
    }

    fn look_over(&self) -> Result<(), LoadError> {
        let mut seen: Vec<(&str, &str)> = Vec::new();
        for document in &self.documents {
            let top = JsonPath::default();
            let map = match &document.value {
                Value::Object(map) => map,
                Value::Null => continue,
                _ => {
                    return Err(document
                        .problem(&top, "expected a map with `environments`")
                        .into());
                }
            };
            if let Some(key) = map.keys().find(|key| *key != KEY && *key != "$schema") {
                let why = format!("unknown key {key:?}: the environments stand under `{KEY}`");
                return Err(document.problem(&top.key(key), why).into());
            }
            match map.get(KEY) {
                None | Some(Value::Null) => {}
                Some(Value::Object(environments)) => {
                    for name in environments.keys() {
                        if let Some((_, other)) = seen.iter().find(|(known, _)| known == name) {
                            let why = format!("the environment {name:?} is also described in {other}");
                            return Err(document.problem(&top.key(KEY).key(name), why).into());
                        }
                        seen.push((name, &document.name));
                    }
                }
                Some(_) => {
                    let why = "expected a map of environments by their names";
                    return Err(document.problem(&top.key(KEY), why).into());
                }
            }
        }
        Ok(())
    }

    /// The names of all environments, in the order of the files.
    pub fn names(&self) -> Vec<String> {
        let environments = self
            .documents
            .iter()
            .filter_map(|document| document.value.get(KEY)?.as_object());
        environments.flat_map(|map| map.keys().cloned()).collect()
    }

    /// The checks of the environment of this name.
    pub(super) fn settings(&self, name: &str, variables: Variables<'_>) -> Result<Settings, LoadError> {
        for document in &self.documents {
            if let Some(value) = document.value.get(KEY).and_then(|map| map.get(name)) {
                let at = JsonPath::default().key(KEY).key(name);
                return settings::read(document, &at, value, variables)
                    .map_err(|problems| LoadError::Invalid { problems });
            }
        }
        let known = self.names();
        let meant = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
        Err(LoadError::Unknown {
            name: name.to_owned(),
            known,
            meant,
        })
    }
}
