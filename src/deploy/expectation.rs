//! What an answer must be: `200 OK`, `within 2s`, `contains "ready"`, a JSON object. What is no check is told as a note.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::text;
use crate::parse::spec::quantity;

/// The most of an answer that is quoted.
const MAX_QUOTE: usize = 120;

/// What an answer must be. One that says nothing is met by no answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Expectation {
    /// The status, of an HTTP answer.
    pub status: Option<u16>,
    /// The time of one attempt, in milliseconds.
    pub within_ms: Option<u64>,
    /// Texts that the body, or the output, must contain.
    pub contains: Vec<String>,
    /// JSON that the body, or the output, must have: of an object the fields that are named.
    pub json: Option<Value>,
}

impl Expectation {
    /// Whether nothing of an answer would be looked at.
    pub fn says_nothing(&self) -> bool {
        self.status.is_none() && self.contains.is_empty() && self.json.is_none()
    }

    /// Reads what a spec says, and gives what of it is no check.
    pub fn read(said: &str) -> (Self, Option<String>) {
        let mut expected = Self::default();
        let mut left = said.trim().to_owned();
        if let Some((value, from, to)) = json_in(&left) {
            expected.json = Some(value);
            left.replace_range(from..to, " ");
        }
        while let Some((word, from, to)) = contained(&left) {
            expected.contains.push(word);
            left.replace_range(from..to, " ");
        }
        if let Some((ms, from, to)) = within(&left) {
            expected.within_ms = Some(ms);
            left.replace_range(from..to, " ");
        }
        if let Some((status, from, to)) = status(&left) {
            expected.status = Some(status);
            left.replace_range(from..to, " ");
        }
        let rest = left
            .trim_matches(|c: char| c.is_whitespace() || ",;.:-–—()".contains(c))
            .to_owned();
        let filler = ["", "and", "with", "body", "json", "status", "http", "status code"];
        let is_rest = !filler.contains(&rest.to_lowercase().as_str());
        (expected, is_rest.then_some(rest))
    }

    /// Judges an HTTP answer.
    ///
    /// # Errors
    ///
    /// What does not hold, in one line.
    pub fn judge_answer(&self, status: u16, body: &[u8], elapsed: Duration) -> Result<(), String> {
        if let Some(wanted) = self.status
            && wanted != status
        {
            return Err(format!("status {status}, expected {wanted}"));
        }
        if let Some(limit) = self.within_ms
            && elapsed > Duration::from_millis(limit)
        {
            return Err(format!(
                "it took {} ms, more than {limit} ms",
                elapsed.as_millis()
            ));
        }
        self.judge_text(body)
    }

    /// Judges a body, or the output of a command.
    ///
    /// # Errors
    ///
    /// What does not hold, in one line.
    pub fn judge_text(&self, body: &[u8]) -> Result<(), String> {
        let said = String::from_utf8_lossy(body);
        for wanted in &self.contains {
            if !said.contains(wanted.as_str()) {
                return Err(format!(
                    "{:?} is not in the answer {:?}",
                    text::shorten(wanted, MAX_QUOTE),
                    quoted(&said)
                ));
            }
        }
        let Some(wanted) = &self.json else { return Ok(()) };
        let found: Value = serde_json::from_slice(body)
            .map_err(|_| format!("the answer is no JSON: {:?}", quoted(&said)))?;
        match missing(wanted, &found, "") {
            None => Ok(()),
            Some(place) => Err(format!("the answer differs at {place}: {:?}", quoted(&said))),
        }
    }
}

fn quoted(said: &str) -> String {
    text::shorten(&text::one_line(said), MAX_QUOTE)
}

/// Where what was found has not what is wanted, as a JSON pointer.
fn missing(wanted: &Value, found: &Value, at: &str) -> Option<String> {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => wanted.iter().find_map(|(name, value)| {
            let place = format!("{at}/{name}");
            match found.get(name) {
                Some(other) => missing(value, other, &place),
                None => Some(place),
            }
        }),
        _ if wanted == found => None,
        _ => Some(if at.is_empty() {
            "/".to_owned()
        } else {
            at.to_owned()
        }),
    }
}

/// The first JSON object of a text.
fn json_in(text: &str) -> Option<(Value, usize, usize)> {
    let from = text.find('{')?;
    let mut values = serde_json::Deserializer::from_str(&text[from..]).into_iter::<Value>();
    let value = values.next()?.ok()?;
    Some((value, from, from + values.byte_offset()))
}

/// Why JSON that a text was meant to have cannot be read. Braces with words only, `/orders/{id}`, are not meant so.
pub fn broken_json(rest: &str) -> Option<String> {
    let begins = |at: usize| {
        let before = rest[..at].chars().next_back();
        before.is_none_or(|c| c.is_whitespace() || ",;:(`".contains(c))
    };
    rest.match_indices('{')
        .filter(|(at, _)| begins(*at) && rest[*at..].contains(['"', '\'', ':']))
        .find_map(|(at, _)| {
            let mut values = serde_json::Deserializer::from_str(&rest[at..]).into_iter::<Value>();
            values.next()?.err().map(|error| error.to_string())
        })
}

/// The word by which a text says what must not be, such as `not 404`: a check of the opposite is none.
pub fn negation(rest: &str) -> Option<&str> {
    const WORDS: [&str; 10] = [
        "not", "no", "never", "none", "nor", "neither", "without", "except", "but", "other",
    ];
    rest.split(|c: char| !c.is_alphanumeric() && c != '\'')
        .find(|word| WORDS.contains(&word.to_lowercase().as_str()) || word.to_lowercase().ends_with("n't"))
}

/// The number with which a text begins that was meant as a status and is none, such as `999`.
pub fn no_status(rest: &str) -> Option<&str> {
    let words = rest.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c.is_whitespace() || c == ':');
    let before = rest[..rest.len() - words.len()]
        .trim_matches([' ', ':'])
        .to_lowercase();
    let is_meant = ["", "status", "status code", "http", "http status"].contains(&before.as_str());
    let end = words.find(|c: char| !c.is_ascii_digit()).unwrap_or(words.len());
    let (number, behind) = words.split_at(end);
    let stands_alone = behind.is_empty() || behind.starts_with([',', ';']);
    let is_long = number.len() == 3 && behind.starts_with(' ');
    (is_meant && !number.is_empty() && (stands_alone || is_long)).then_some(number)
}

/// `contains "ready"`, with the words before the quotation mark.
fn contained(text: &str) -> Option<(String, usize, usize)> {
    let lower = text.to_ascii_lowercase();
    let words = ["body contains ", "contains ", "containing ", "contain "];
    let (from, begin) = words
        .iter()
        .find_map(|word| lower.find(word).map(|at| (at, at + word.len())))?;
    let rest = text.get(begin..)?;
    let mark = rest.chars().next().filter(|c| ['"', '`', '\''].contains(c))?;
    let end = rest[1..].find(mark)? + 1;
    let word = rest[1..end].to_owned();
    (!word.is_empty()).then_some((word, from, begin + end + 1))
}

/// `within 2s`.
fn within(text: &str) -> Option<(u64, usize, usize)> {
    let lower = text.to_ascii_lowercase();
    let (from, begin) = ["within ", "in under ", "in less than "]
        .iter()
        .find_map(|word| lower.find(word).map(|at| (at, at + word.len())))?;
    let rest = text.get(begin..)?;
    let end = rest.find([',', ';', ')']).unwrap_or(rest.len());
    let said = rest[..end].trim_end_matches('.');
    // `within 2s and …`: the number and its unit.
    let unit_end = said
        .char_indices()
        .scan(0, |spaces, (at, c)| {
            *spaces += usize::from(c == ' ');
            Some((at, *spaces))
        })
        .find(|(_, spaces)| *spaces == 2)
        .map_or(said.len(), |(at, _)| at);
    let short = said.split(' ').next().unwrap_or_default();
    let (seconds, length) = match quantity::seconds(short) {
        Ok(seconds) => (seconds, short.len()),
        Err(_) => (quantity::seconds(&said[..unit_end]).ok()?, unit_end),
    };
    let ms = Duration::try_from_secs_f64(seconds).ok()?.as_millis();
    let ms = u64::try_from(ms).ok().filter(|ms| *ms > 0)?;
    Some((ms, from, begin + length))
}

/// A status with what it is called: `200 OK`, `HTTP 204`.
fn status(text: &str) -> Option<(u16, usize, usize)> {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let is_part = |at: usize| {
        bytes
            .get(at)
            .is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'.')
    };
    let at = (0..bytes.len()).find(|at| {
        (0..3).all(|more| is_digit(at + more)) && !is_part(at + 3) && (*at == 0 || !is_part(at - 1))
    })?;
    let status: u16 = text[at..at + 3]
        .parse()
        .ok()
        .filter(|code| (100..600).contains(code))?;
    let mut end = at + 3;
    // What the number is called says nothing more.
    let name = http::StatusCode::from_u16(status)
        .ok()?
        .canonical_reason()
        .unwrap_or("");
    let behind = text[end..].trim_start();
    let matches = behind
        .get(..name.len())
        .is_some_and(|said| said.eq_ignore_ascii_case(name));
    if !name.is_empty() && matches {
        end = text.len() - behind.len() + name.len();
    }
    let before = text[..at].trim_end();
    let mut from = at;
    for word in ["status code", "status", "http"] {
        if before.to_ascii_lowercase().ends_with(word) {
            from = before.len() - word.len();
            break;
        }
    }
    Some((status, from, end))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(said: &str, expect: &Expectation, rest: Option<&str>) {
        let (found, left) = Expectation::read(said);
        assert_eq!((&found, left.as_deref()), (expect, rest), "{said}");
    }

    fn of(status: u16) -> Expectation {
        Expectation {
            status: Some(status),
            ..Expectation::default()
        }
    }

    #[test]
    fn expectations_of_real_specs() {
        check("200 OK", &of(200), None);
        check("HTTP 204 No Content", &of(204), None);
        check("200 OK, returns JWT token", &of(200), Some("returns JWT token"));
        check(
            "returns JWT token",
            &Expectation::default(),
            Some("returns JWT token"),
        );
        let timed = Expectation {
            within_ms: Some(2000),
            ..of(200)
        };
        check("200 within 2s", &timed, None);
        check("200 within 2 s, and fast", &timed, Some("and fast"));
        let body = Expectation {
            contains: vec!["ready".to_owned()],
            ..of(200)
        };
        check("200 OK, body contains \"ready\"", &body, None);
        let json = Expectation {
            json: Some(json!({"status": "ok"})),
            ..Expectation::default()
        };
        check("{\"status\": \"ok\"}", &json, None);
        check("", &Expectation::default(), None);
        check("version 1.200", &Expectation::default(), Some("version 1.200"));
        assert!(Expectation::read("within 2s").0.says_nothing());
    }

    #[test]
    fn what_was_meant_as_a_check_and_is_none_is_told_from_prose() {
        for broken in [
            "{\"status\": \"ok\"",
            "{status: ok}",
            "body {'status': 'ok'}",
            "and (`{\"a\": }`",
        ] {
            assert!(broken_json(broken).is_some(), "{broken}");
        }
        for prose in [
            "returns {user}",
            "a redirect to /orders/{id}: the order",
            "a token",
            "",
        ] {
            assert_eq!(broken_json(prose), None, "{prose}");
        }
        assert_eq!(no_status("999"), Some("999"));
        assert_eq!(no_status("HTTP 700 OK"), Some("700"));
        assert_eq!(no_status("Status: 42, soon"), Some("42"));
        for prose in ["returns 999", "5 items", "1.5", "a token", ""] {
            assert_eq!(no_status(prose), None, "{prose}");
        }
    }

    #[test]
    fn answers_are_judged() {
        let judge = |expected: &Expectation, status: u16, body: &str| {
            expected.judge_answer(status, body.as_bytes(), Duration::from_millis(5))
        };
        assert_eq!(judge(&of(200), 200, ""), Ok(()));
        assert_eq!(
            judge(&of(200), 503, ""),
            Err("status 503, expected 200".to_owned())
        );
        let (expected, _) = Expectation::read("200, {\"status\": \"ok\", \"db\": {\"up\": true}}");
        assert_eq!(
            judge(&expected, 200, r#"{"status":"ok","db":{"up":true,"n":1},"x":2}"#),
            Ok(())
        );
        let wrong = judge(&expected, 200, r#"{"status":"ok","db":{"up":false}}"#).unwrap_err();
        assert!(wrong.starts_with("the answer differs at /db/up"), "{wrong}");
        let wrong = judge(&expected, 200, "<html>").unwrap_err();
        assert!(wrong.starts_with("the answer is no JSON"), "{wrong}");
        let (expected, _) = Expectation::read("200 contains \"v2\" within 1ms");
        assert!(judge(&expected, 200, "v2").unwrap_err().starts_with("it took"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(said in ".{0,80}") {
            let _ = Expectation::read(&said);
            let _ = (broken_json(&said), no_status(&said));
        }

        #[test]
        fn texts_of_such_words_can_be_read(
            said in "(200|OK|within|contains|\"x\"|2s|s| |\\{|\\}|é|ß|,){0,20}",
        ) {
            let _ = Expectation::read(&said);
        }
    }
}
