//! From the text of `.session/config.json` to settings, errors and warnings. Pure: nothing is read or printed.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::error::ConfigError;
use super::json_path::{JsonPath, Step};
use super::older_places::{ALIASES, adopt};
use super::positions::{Position, Positions};
use super::schema::Names;
use super::warning::ConfigWarning;
use super::{Config, oddities, syntax, values, wording};

/// The most wrong values that are told of in one go.
const MAX_ERRORS: usize = 100;

/// Settings that can be used.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// The settings, with defaults where the file says nothing.
    pub config: Config,
    /// What is odd about the file, in its order.
    pub warnings: Vec<ConfigWarning>,
    /// Where each setting of the file stands, under the setting's present name.
    given: BTreeMap<JsonPath, Position>,
}

impl Loaded {
    /// Where a setting stands in the file; `None` when it has its default. Older spellings are found under the
    /// present one.
    pub fn given(&self, setting: &JsonPath) -> Option<Position> {
        self.given.get(setting).copied()
    }
}

/// Everything that can be said of a file, wrong or not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inspection {
    /// What is wrong, in the order of the file. A text that is not JSON has one error.
    pub errors: Vec<ConfigError>,
    /// The settings, without those that are wrong; for use only when there are no errors.
    pub loaded: Loaded,
    /// Rules of the custom gate that nobody can check: they are no errors here, since the gate reports them.
    pub bad_rules: Vec<ConfigWarning>,
}

/// Reads settings; `path` is the file as it is shown in messages. The first error of the file is returned.
pub fn parse(path: &str, text: &str) -> Result<Loaded, ConfigError> {
    let inspection = inspect(path, text);
    match inspection.errors.into_iter().next() {
        Some(error) => Err(error),
        None => Ok(inspection.loaded),
    }
}

/// [`parse`] of the bytes of a file.
pub fn parse_bytes(path: &str, bytes: &[u8]) -> Result<Loaded, ConfigError> {
    parse(path, text(path, bytes)?)
}

/// [`inspect`] of the bytes of a file.
pub fn inspect_bytes(path: &str, bytes: &[u8]) -> Inspection {
    match text(path, bytes) {
        Ok(text) => inspect(path, text),
        Err(error) => Inspection {
            errors: vec![error],
            ..Inspection::default()
        },
    }
}

fn text<'b>(path: &str, bytes: &'b [u8]) -> Result<&'b str, ConfigError> {
    std::str::from_utf8(bytes).map_err(|refused| syntax::not_text(path, bytes, refused.valid_up_to()))
}

/// Reads settings and says everything that can be said of them.
pub fn inspect(path: &str, text: &str) -> Inspection {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let only = |error| Inspection {
        errors: vec![error],
        ..Inspection::default()
    };
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(refused) => return only(syntax::error(path, text, &refused)),
    };
    let positions = Positions::of(text);
    if !value.is_object() {
        let Position { line, column } = positions.value(&JsonPath::default());
        return only(ConfigError::WrongShape {
            path: path.to_owned(),
            line,
            column,
            found: wording::kind_of(&value).to_owned(),
        });
    }
    let file = File {
        path,
        positions: &positions,
    };
    let mut errors = file.duplicates();
    let beyond = Names::new().out_of_range(&value);
    let (mut config, ignored) = file.deserialise(value, &mut errors);
    oddities::note_unknown_keys(&mut config, &ignored);
    // What a wrong value was taken out of lacks it for that alone, and is no second error.
    let spoilt: Vec<JsonPath> = errors
        .iter()
        .filter_map(|error| error.json_path()?.parent())
        .collect();
    let others = values::wrong(&config)
        .into_iter()
        .filter(|(place, ..)| !spoilt.contains(place));
    errors.extend(others.map(|(place, why, hint)| {
        let hint = hint.unwrap_or_else(|| wording::hint(&why, None));
        file.wrong_value(place, why, hint)
    }));
    for (place, why) in beyond {
        // Where the type of a setting holds its range itself, that is told already.
        if !errors.iter().any(|error| error.json_path() == Some(&place)) {
            let hint = wording::hint(&why, None);
            errors.push(file.wrong_value(place, why, hint));
        }
    }
    errors.sort_by_key(ConfigError::position);

    let mut warnings = oddities::of(&file, &config, &ignored);
    warnings.sort_by_key(|warning| (warning.position, warning.kind));
    let bad_rules = oddities::bad_rules(&file, &config);
    let given = adopt(&mut config, &positions);
    Inspection {
        errors,
        loaded: Loaded {
            config,
            warnings,
            given,
        },
        bad_rules,
    }
}

/// One file: its name and where its parts stand.
pub(super) struct File<'f> {
    pub(super) path: &'f str,
    pub(super) positions: &'f Positions,
}

impl File<'_> {
    fn duplicates(&self) -> Vec<ConfigError> {
        let twice = self.positions.duplicates.iter().map(|duplicate| {
            let why = format!(
                "the key is given twice, first in line {} column {}",
                duplicate.first.line, duplicate.first.column
            );
            self.duplicate(duplicate.json_path.clone(), duplicate.second, why)
        });
        let older = ALIASES.iter().filter_map(|(older, present)| {
            let (older, present) = (JsonPath::of(older), JsonPath::of(present));
            let both = self.positions.has(&older) && self.positions.has(&present);
            both.then(|| {
                let (first, second) = if self.positions.key(&older) < self.positions.key(&present) {
                    (older, present)
                } else {
                    (present, older)
                };
                let at = self.positions.key(&first);
                let why = format!(
                    "the setting is given twice, first as `{first}` in line {} column {}",
                    at.line, at.column
                );
                let position = self.positions.key(&second);
                self.duplicate(second, position, why)
            })
        });
        twice.chain(older).collect()
    }

    fn duplicate(&self, json_path: JsonPath, at: Position, why: String) -> ConfigError {
        ConfigError::DuplicateKey {
            path: self.path.to_owned(),
            line: at.line,
            column: at.column,
            json_path,
            why,
        }
    }

    fn wrong_value(&self, json_path: JsonPath, why: String, hint: String) -> ConfigError {
        let at = self.positions.value(&json_path);
        ConfigError::WrongValue {
            path: self.path.to_owned(),
            line: at.line,
            column: at.column,
            json_path,
            why,
            hint,
        }
    }

    /// Reads the value as settings. What is wrong is told of and taken out, until the rest can be read: one run
    /// tells of every mistake. Gives the keys that nothing read, too.
    fn deserialise(&self, mut value: Value, errors: &mut Vec<ConfigError>) -> (Config, Vec<JsonPath>) {
        for (older, present) in ALIASES {
            if value_at(&value, &JsonPath::of(present)).is_some() {
                // Told of as a duplicate; serde would say so again, without the place.
                take_out(&mut value, &JsonPath::of(older));
            }
        }
        let mut told = Vec::new();
        for _ in 0..MAX_ERRORS {
            let mut ignored = Vec::new();
            let mut track = serde_path_to_error::Track::new();
            let read = {
                let mut note = |path: serde_ignored::Path<'_>| ignored.push(JsonPath::from(&path));
                let inner = serde_path_to_error::Deserializer::new(&value, &mut track);
                Config::deserialize(serde_ignored::Deserializer::new(inner, &mut note))
            };
            let refused = match read {
                Ok(config) => return (config, ignored),
                Err(refused) => refused,
            };
            let mut place = JsonPath::from(&track.path());
            // What was taken out may leave a gap around it: that is no second mistake.
            if !told
                .iter()
                .any(|inner: &JsonPath| inner.steps().starts_with(place.steps()))
            {
                let why = wording::reword(&refused.to_string());
                let hint = wording::hint(&why, value_at(&value, &place));
                errors.push(self.wrong_value(place.clone(), why, hint));
                told.push(place.clone());
            }
            // An item of an array cannot be taken out without moving the others.
            while matches!(place.last(), Some(Step::Index(_))) {
                place.pop();
            }
            if !take_out(&mut value, &place) {
                break;
            }
        }
        (Config::default(), Vec::new())
    }
}

fn value_at<'v>(value: &'v Value, place: &JsonPath) -> Option<&'v Value> {
    place.steps().iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get(key),
        Step::Index(index) => value.get(index),
    })
}

fn take_out(value: &mut Value, place: &JsonPath) -> bool {
    let Some((Step::Key(key), above)) = place.steps().split_last() else {
        return false;
    };
    let parent = above.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get_mut(key),
        Step::Index(index) => value.get_mut(index),
    });
    match parent {
        Some(Value::Object(map)) => map.shift_remove(key).is_some(),
        _ => false,
    }
}
