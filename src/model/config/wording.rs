//! serde's messages in the words of somebody who edits a JSON file.

use serde_json::Value;

use super::schema::nearest;
use crate::model::text;

/// The longest message; a value that is quoted in it may be of any length.
const MAX_CHARS: usize = 300;

/// A message of serde, without its position and in words about JSON.
pub fn reword(message: &str) -> String {
    let message = without_position(message);
    let said = if let Some((found, expected)) = message
        .strip_prefix("invalid type: ")
        .or_else(|| message.strip_prefix("invalid value: "))
        .and_then(|rest| rest.split_once(", expected "))
    {
        format!("expected {}, found {}", wanted(expected), thing(found))
    } else if let Some((found, expected)) = message
        .strip_prefix("unknown variant ")
        .and_then(|rest| rest.split_once(", expected "))
    {
        format!("{found} is not known here; expected {expected}")
    } else if let Some((found, expected)) = message
        .strip_prefix("unknown field ")
        .and_then(|rest| rest.split_once(", expected "))
    {
        format!("the key {found} is not known here; expected {expected}")
    } else if let Some(field) = message.strip_prefix("missing field ") {
        format!("the key {field} is missing")
    } else {
        message.to_owned()
    };
    one_line(&said)
}

/// Any text as one line of bounded length.
pub fn one_line(message: &str) -> String {
    let flat = text::sanitise(message).replace('\n', "\\n").replace('\t', " ");
    text::shorten(&flat, MAX_CHARS)
}

/// What to do about a wrong value, given the message made of it and the value itself; one line.
pub(super) fn hint(why: &str, value: Option<&Value>) -> String {
    one_line(&hint_text(why, value))
}

fn hint_text(why: &str, value: Option<&Value>) -> String {
    if let Some((given, expected)) = why.split_once(" is not known here; expected ") {
        let given = given.trim_end_matches('`').rsplit('`').next().unwrap_or_default();
        let allowed = expected.split('`').skip(1).step_by(2);
        if let Some(meant) = nearest(given, allowed) {
            return format!("did you mean `{meant}`?");
        }
    }
    match value {
        Some(Value::String(given)) => {
            if why.starts_with("the command needs a shell") {
                return format!(
                    "write {} if a shell is meant",
                    serde_json::json!({"shell": given})
                );
            }
            let unquoted = given.trim();
            if why.starts_with("expected")
                && (unquoted.parse::<f64>().is_ok() || matches!(unquoted, "true" | "false" | "null"))
            {
                return format!("write {unquoted} without quotes");
            }
        }
        Some(Value::Null) => return "leave the key out to have the default".to_owned(),
        _ => {}
    }
    "`sdd config schema` describes every key and what it takes".to_owned()
}

/// What a JSON value is, in words.
pub fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// serde appends ` at line 1 column 2`.
pub(super) fn without_position(message: &str) -> &str {
    match message.rfind(" at line ") {
        Some(at)
            if message[at..]
                .trim_start_matches(" at line ")
                .split(" column ")
                .all(|part| part.bytes().all(|b| b.is_ascii_digit())) =>
        {
            &message[..at]
        }
        _ => message,
    }
}

fn wanted(expected: &str) -> &str {
    match expected {
        "a boolean" => "true or false",
        "a map" => "an object",
        "a sequence" => "an array",
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" | "u64" | "usize" => "a whole number, 0 or more",
        // What serde says of an enum whose variants are words.
        "string or map" | "string or object" | "str" => "a string",
        other if other.starts_with("struct ") => "an object",
        other => other,
    }
}

fn thing(found: &str) -> String {
    match found {
        "map" => "an object".to_owned(),
        "sequence" => "an array".to_owned(),
        "unit" => "null".to_owned(),
        other => ["boolean ", "integer ", "floating point "]
            .iter()
            .find_map(|prefix| other.strip_prefix(prefix))
            .map_or_else(|| other.to_owned(), |value| value.trim_matches('`').to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(message: &str, expect: &str) {
        assert_eq!(reword(message), expect);
    }

    #[test]
    fn messages_are_in_words_about_json() {
        check(
            "invalid type: map, expected a boolean at line 3 column 14",
            "expected true or false, found an object",
        );
        check(
            "invalid type: string \"x\", expected struct Linting",
            "expected an object, found string \"x\"",
        );
        check(
            "unknown variant `hgh`, expected one of `info`, `low`",
            "`hgh` is not known here; expected one of `info`, `low`",
        );
        check(
            "invalid value: integer `70000`, expected u16",
            "expected a whole number from 0 to 65535, found 70000",
        );
        check(
            "invalid value: integer `-1`, expected u64",
            "expected a whole number, 0 or more, found -1",
        );
        check("missing field `shell`", "the key `shell` is missing");
        check("look at line up column", "look at line up column");
    }

    #[test]
    fn a_message_is_one_line_of_bounded_length() {
        check("a\nb\u{1b}[31mc\u{202e}", "a\\nbc<U+202E>");
        // A bare carriage return is a line break, too.
        check("a\rb\r\nc", "a\\nb\\nc");
        assert!(reword(&"x".repeat(10_000)).chars().count() < MAX_CHARS + 40);
    }

    #[test]
    fn hints_say_what_to_write() {
        #[track_caller]
        fn check(why: &str, value: &Value, expect: &str) {
            assert_eq!(hint(why, Some(value)), expect);
        }
        check(
            "the command needs a shell (`&`), …",
            &"a && b".into(),
            "write {\"shell\":\"a && b\"} if a shell is meant",
        );
        check(
            "`hgh` is not known here; expected one of `info`, `high`",
            &"hgh".into(),
            "did you mean `high`?",
        );
        check(
            "expected a number of seconds from 1, found string \"300\"",
            &"300".into(),
            "write 300 without quotes",
        );
        check(
            "expected an object, found null",
            &Value::Null,
            "leave the key out to have the default",
        );
    }
}
