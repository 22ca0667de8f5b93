//! A bound for a number, as it is written: `< 5`, `>= 0.5`, `== 3`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error};

/// A bound for a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bound {
    how: How,
    number: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Less,
    AtMost,
    Equal,
    AtLeast,
    More,
}

/// How they are written; the longer ones first, since they begin with the shorter ones.
const HOW: [(&str, How); 6] = [
    ("<=", How::AtMost),
    (">=", How::AtLeast),
    ("==", How::Equal),
    ("=", How::Equal),
    ("<", How::Less),
    (">", How::More),
];

impl Bound {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (how, rest) = HOW
            .into_iter()
            .find_map(|(sign, how)| Some((how, text.strip_prefix(sign)?)))?;
        let number: f64 = rest.trim().parse().ok()?;
        number.is_finite().then_some(Self { how, number })
    }

    /// Whether a number is within it. What is no number never is.
    #[expect(clippy::float_cmp, reason = "equal is what is asked for")]
    pub(super) fn holds(self, number: f64) -> bool {
        match self.how {
            How::Less => number < self.number,
            How::AtMost => number <= self.number,
            How::Equal => number == self.number,
            How::AtLeast => number >= self.number,
            How::More => number > self.number,
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = HOW
            .iter()
            .find(|(_, how)| *how == self.how)
            .map_or("", |(sign, _)| sign);
        write!(f, "{sign} {}", self.number)
    }
}

impl<'de> Deserialize<'de> for Bound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom(format!(
                "expected a bound such as \"< 5\" or \">= 10\", found {text:?}"
            ))
        })
    }
}

impl JsonSchema for Bound {
    fn schema_name() -> Cow<'static, str> {
        "Bound".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A bound for a number: \"< 5\", \">= 0.5\", \"== 3\".",
            "type": "string",
            "pattern": "^ *(<=|>=|==|=|<|>) *[-+0-9.eE]+ *$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_held_against_bounds() {
        let holds = |text: &str, number| Bound::parse(text).map(|bound| bound.holds(number));
        assert_eq!(holds("< 5", 4.9), Some(true));
        assert_eq!(holds("<5", 5.0), Some(false));
        assert_eq!(holds(" >= -1.5", -1.5), Some(true));
        assert_eq!(holds("== 3", 3.0), Some(true));
        assert_eq!(holds("> 0", f64::NAN), Some(false));
        for wrong in ["5", "< five", "< NaN", "", "<", "=< 5"] {
            assert_eq!(holds(wrong, 0.0), None, "{wrong}");
        }
        assert_eq!(Bound::parse("<=5").unwrap().to_string(), "<= 5");
    }
}
