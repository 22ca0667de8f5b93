//! What a setting takes, where its type alone does not say.

use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Unexpected, Visitor};

use super::json_path::JsonPath;
use super::{Config, CoverageThreshold, McpServer};
use crate::model::language::Language;

/// The longest time-out, a week: far beyond what a gate may take, and near enough that no clock overflows.
pub(super) const MAX_SECONDS: u64 = 604_800;

/// A number of seconds, from 1 to [`MAX_SECONDS`].
pub(super) fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    struct Seconds;

    impl Visitor<'_> for Seconds {
        type Value = Option<u64>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "a whole number of seconds from 1 to {MAX_SECONDS}")
        }

        fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
            if !(1..=MAX_SECONDS).contains(&value) {
                return Err(E::invalid_value(Unexpected::Unsigned(value), &self));
            }
            Ok(Some(value))
        }

        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }

    deserializer.deserialize_any(Seconds)
}

/// A percentage from 0 to 100, or `null`.
pub(super) fn percentage<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    deserializer.deserialize_any(Percentage)
}

/// Reads a percentage from 0 to 100, or `null`.
pub(super) struct Percentage;

impl Visitor<'_> for Percentage {
    type Value = Option<f64>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a percentage from 0 to 100, or null for none")
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        if (0.0..=100.0).contains(&value) {
            Ok(Some(value))
        } else {
            Err(E::invalid_value(Unexpected::Float(value), &self))
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "anything that large is refused as a percentage"
    )]
    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        if value > 100 {
            return Err(E::invalid_value(Unexpected::Unsigned(value), &self));
        }
        self.visit_f64(value as f64)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        match u64::try_from(value) {
            Ok(value) => self.visit_u64(value),
            Err(_) => Err(E::invalid_value(Unexpected::Signed(value), &self)),
        }
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// A section or rule. What serde derives for a struct takes an array, too, and reads it by position.
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
            type Value = T;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(access))
            }
        }

        deserializer.deserialize_map(ObjectVisitor(PhantomData)).map(Self)
    }
}

/// [`Object`] of one field.
pub(super) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Object::deserialize(deserializer).map(|Object(value)| value)
}

/// [`Object`] of a field that may be missing.
pub(super) fn optional_object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(Option::<Object<T>>::deserialize(deserializer)?.map(|Object(value)| value))
}

/// [`Object`] of each item.
pub(super) fn objects<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let items = Vec::<Object<T>>::deserialize(deserializer)?;
    Ok(items.into_iter().map(|Object(value)| value).collect())
}

/// A threshold that is there, be it `null`: `null` is "none", and only a missing key is the default.
pub(super) fn threshold<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<CoverageThreshold>, D::Error> {
    CoverageThreshold::deserialize(deserializer).map(Some)
}

/// Values of the right type that no setting takes: their place, what is wrong, and what to do.
pub(super) fn wrong(config: &Config) -> Vec<(JsonPath, String, Option<String>)> {
    let mut found = Vec::new();
    for (index, glob) in config.exclude.iter().enumerate() {
        if let Err(refused) = globset::Glob::new(glob) {
            let why = super::wording::one_line(&format!("not a glob: {}", refused.kind()));
            found.push((JsonPath::of("exclude").index(index), why, None));
        }
    }
    for (key, names) in [("pass_env", &config.pass_env), ("redact_env", &config.redact_env)] {
        for (index, name) in names.iter().enumerate() {
            let place = JsonPath::of(key).index(index);
            if let Some((name, _)) = name.split_once('=') {
                found.push((
                    place,
                    "expected the name of an environment variable, found an assignment".to_owned(),
                    Some(super::wording::one_line(&format!("write \"{name}\" only"))),
                ));
            } else if name.trim_end_matches('*').contains('*')
                || name.trim().is_empty()
                || name.ends_with("**")
            {
                found.push((
                    place,
                    "expected the name of an environment variable, with `*` only at its end".to_owned(),
                    None,
                ));
            }
        }
    }
    found.extend(wrong_server(config));
    found.extend(config.quality_gates.benchmark.wrong());
    found.extend(config.integration().wrong());
    found.extend(config.deployments().wrong());
    found.extend(wrong_units(config));
    found.extend(wrong_languages(config));
    found
}

type Wrong = (JsonPath, String, Option<String>);

fn wrong_server(config: &Config) -> Vec<Wrong> {
    let place = JsonPath::of("quality_gates.context7");
    let mut found = Vec::new();
    let settings = &config.quality_gates.context7;
    if let Some((key, why)) = settings.server.as_ref().and_then(McpServer::wrong) {
        let server = place.key("server");
        let at = if key.is_empty() { server } else { server.key(key) };
        found.push((at, why, None));
    }
    for (index, name) in settings.important_libraries.iter().enumerate() {
        if name.trim().is_empty() {
            let at = place.key("important_libraries").index(index);
            found.push((at, "expected the name of a library".to_owned(), None));
        }
    }
    found
}

fn wrong_units(config: &Config) -> Vec<Wrong> {
    let mut found = Vec::new();
    for (index, unit) in config.units.iter().enumerate() {
        let place = JsonPath::of("units").index(index);
        let path = unit.normal_path();
        if unit.path.trim().is_empty()
            || unit.path.starts_with('/')
            || path.split('/').any(|part| part == "..")
        {
            let what =
                "expected a directory inside of the project, relative to it; `.` is its own".to_owned();
            found.push((place.key("path"), what, None));
            continue;
        }
        if let Some(language) = unit.language {
            found.extend(unknown_language(config, language, &place.key("language")));
        }
        let twice = config.units[..index]
            .iter()
            .any(|other| other.normal_path() == path && other.language == unit.language);
        if twice {
            found.push((place, format!("the unit {path} has settings twice"), None));
        }
    }
    found
}

fn wrong_languages(config: &Config) -> Vec<Wrong> {
    let mut found = Vec::new();
    for (name, language) in &config.languages {
        let place = JsonPath::of("languages").key(name);
        let plain = name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_+#".contains(c));
        if Language::known(name).is_some() {
            let hint = format!("its commands are set in quality_gates.….commands.{name}");
            found.push((place, "sdd knows this language".to_owned(), Some(hint)));
            continue;
        }
        if name.is_empty() || !plain {
            let what = "expected a name of lower-case letters, digits, `-`, `_`, `+` and `#`".to_owned();
            found.push((place.clone(), what, None));
        }
        if language.markers.is_empty() {
            let what = "expected `markers`: names of files that make a directory a unit".to_owned();
            found.push((place.clone(), what, None));
        }
        for (index, marker) in language.markers.iter().enumerate() {
            let stars = marker.matches('*').count();
            if marker.trim().is_empty()
                || marker.contains(['/', '\\', '?', '['])
                || stars > 1
                || marker == "*"
            {
                let what = "expected the name of a file, with at most one `*` for any part of it".to_owned();
                found.push((place.key("markers").index(index), what, None));
            }
        }
    }
    let thresholds = JsonPath::of("quality_gates.test_execution.coverage_threshold");
    if let Some(CoverageThreshold::ByLanguage(map)) = &config.quality_gates.test_execution.coverage_threshold
    {
        for language in map.keys() {
            found.extend(unknown_language(
                config,
                *language,
                &thresholds.key(language.as_str()),
            ));
        }
    }
    found
}

/// What is wrong with a language that is neither known nor described.
fn unknown_language(config: &Config, language: Language, place: &JsonPath) -> Option<Wrong> {
    let name = language.as_str();
    if !matches!(language, Language::Described(_)) || config.languages.contains_key(name) {
        return None;
    }
    let all = || {
        let known = Language::ALL.iter().map(|language| language.as_str());
        known.chain(config.languages.keys().map(String::as_str))
    };
    let hint = match super::schema::nearest(name, all()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!(
            "the languages are {}; others can be described in `languages`",
            all().collect::<Vec<_>>().join(", ")
        ),
    };
    let what = super::wording::one_line(&format!("there is no language {name:?}"));
    Some((place.clone(), what, Some(hint)))
}
