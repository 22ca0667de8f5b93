//! JSON text to a value in one pass, in which no key may stand twice in an object.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Reads a text as one value. The error says that something is wrong and not reliably what: whoever needs that reads the
/// text the slow way.
pub(super) fn parse(text: &str) -> Result<Value, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = reader.deserialize_any(Strict)?;
    reader.end()?;
    Ok(value)
}

struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element_seed(Strict)? {
            list.push(element);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            let value = members.next_value_seed(Strict)?;
            if map.insert(key, value).is_some() {
                return Err(Error::custom("a key stands twice"));
            }
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str) {
        assert_eq!(parse(text).ok(), serde_json::from_str::<Value>(text).ok(), "{text}");
    }

    #[test]
    fn values_are_those_of_the_usual_parser() {
        for text in [
            "null",
            " {\"a\": [1, -2, 3.50, 1e400, 18446744073709551615, 123456789012345678901234567890]} ",
            r#"{"\u0061": "\ud83d\ude00", "b": {"b": {"b": true}}, "": false}"#,
            "[]",
            "{} x",
            "{\"a\": }",
            "\"open",
            "",
        ] {
            check(text);
        }
        check(&("[".repeat(127) + &"]".repeat(127)));
        check(&("[".repeat(200) + &"]".repeat(200)));
    }

    #[test]
    fn a_key_stands_once() {
        for text in [r#"{"a": 1, "a": 1}"#, r#"[{"x": {"a": 1, "b": 2, "\u0061": 1}}]"#] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(r#"{"a": {"a": 1}, "b": {"a": 1}}"#).is_ok());
    }

    proptest! {
        #[test]
        fn any_text_is_read_the_same(text in r#"[\[\]{}:, "a1.eE\\-]{0,40}"#) {
            let usual = serde_json::from_str::<Value>(&text);
            match parse(&text) {
                Ok(value) => prop_assert_eq!(Some(value), usual.ok()),
                Err(_) => {
                    let twice = usual.is_ok() && crate::store::spans::scan(&text).is_err();
                    prop_assert!(usual.is_err() || twice);
                }
            }
        }
    }
}
