//! A range of versions, as it is written: `>=14.2`, `>=1.2, <2`.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error};

/// A range of versions. Missing parts are zero; `^` and `~` are as cargo and npm have them.
#[derive(Clone, Debug)]
pub(super) struct Range {
    text: String,
    bounds: Vec<(&'static str, Vec<u64>)>,
}

/// How bounds are written; the longer ones first.
const SIGNS: [&str; 8] = ["<=", ">=", "==", "=", "<", ">", "^", "~"];

fn numbers(text: &str) -> Option<Vec<u64>> {
    text.trim()
        .trim_start_matches('v')
        .split('.')
        .map(|part| part.parse().ok())
        .collect()
}

fn compare(one: &[u64], other: &[u64]) -> Ordering {
    let part = |parts: &[u64], index: usize| parts.get(index).copied().unwrap_or(0);
    (0..one.len().max(other.len()))
        .map(|index| part(one, index).cmp(&part(other, index)))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let bound = |part: &str| {
            let part = part.trim();
            let sign = SIGNS
                .into_iter()
                .find(|sign| part.starts_with(sign))
                .unwrap_or("");
            let version = numbers(&part[sign.len()..])?;
            Some((if sign.is_empty() { "=" } else { sign }, version))
        };
        Some(Self {
            text: text.trim().to_owned(),
            bounds: text.split(',').map(bound).collect::<Option<_>>()?,
        })
    }

    /// Whether a version is within it. What is no version never is.
    pub(super) fn holds(&self, version: &str) -> bool {
        let Some(found) = numbers(version) else {
            return false;
        };
        self.bounds.iter().all(|(sign, bound)| {
            let order = compare(&found, bound);
            let starts_like = |parts: usize| found.iter().take(parts).eq(bound.iter().take(parts));
            // The part that must not change: the first that is not zero.
            let fixed = bound.iter().position(|part| *part != 0).unwrap_or(0) + 1;
            match *sign {
                "<" => order.is_lt(),
                "<=" => order.is_le(),
                ">" => order.is_gt(),
                ">=" => order.is_ge(),
                "^" => order.is_ge() && starts_like(fixed.min(bound.len())),
                "~" => order.is_ge() && starts_like(bound.len().min(2)),
                _ => order.is_eq(),
            }
        })
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Range {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom(format!("expected versions such as \">=1.2, <2\", found {text:?}"))
        })
    }
}

impl JsonSchema for Range {
    fn schema_name() -> Cow<'static, str> {
        "Range".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"description": "Versions: \">=14.2\", \">=1.2, <2\", \"^1.4\".", "type": "string"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_held_against_ranges() {
        let holds = |range: &str, version: &str| Range::parse(range).map(|range| range.holds(version));
        assert_eq!(holds(">=14.2", "14.10"), Some(true));
        assert_eq!(holds(">=14.2", "14.1.9"), Some(false));
        assert_eq!(holds(">=1.2, <2", "2.0.0"), Some(false));
        assert_eq!(holds(">= 1.2, < 2", "1.99"), Some(true));
        assert_eq!(holds("1.2", "1.2.0"), Some(true));
        assert_eq!(holds("^1.4", "1.9"), Some(true));
        assert_eq!(holds("^1.4", "2.0"), Some(false));
        assert_eq!(holds("^0.3.1", "0.4.0"), Some(false));
        assert_eq!(holds("~1.2.3", "1.3.0"), Some(false));
        assert_eq!(holds("~1.2.3", "1.2.9"), Some(true));
        for wrong in ["", ">=", "latest", ">=1.x", "1.2,,"] {
            assert_eq!(holds(wrong, "1.0"), None, "{wrong}");
        }
    }
}
