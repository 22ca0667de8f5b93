//! What an answer over HTTP must be. Pure.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::bound::Bound;
use super::http::brief;
use super::pattern::Pattern;

/// An answer that was read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// Its status.
    pub(super) status: u16,
    /// Its headers, with names in lower case.
    pub(super) headers: Vec<(String, String)>,
    /// Its body.
    pub(super) body: Vec<u8>,
}

/// What an answer must be.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Expect {
    /// Its status, or several that will do; from 200 to 299 where nothing is said.
    status: Option<Statuses>,
    /// Headers by name, and what they must contain.
    #[serde(default)]
    headers: BTreeMap<String, Pattern>,
    /// What its body must contain.
    body: Option<Pattern>,
    /// Values of its JSON body, by JSON pointer.
    #[serde(default)]
    json: BTreeMap<String, Value>,
    /// Bounds of numbers in its JSON body, by JSON pointer.
    #[serde(default)]
    number: BTreeMap<String, Bound>,
}

/// One status or several.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a status, or a list of them")]
enum Statuses {
    One(u16),
    Several(Vec<u16>),
}

impl Expect {
    /// What is wrong with it.
    pub(super) fn wrong(&self) -> Option<String> {
        let listed: &[u16] = match &self.status {
            None => &[],
            Some(Statuses::One(one)) => std::slice::from_ref(one),
            Some(Statuses::Several(several)) if several.is_empty() => {
                return Some("expected at least one status".to_owned());
            }
            Some(Statuses::Several(several)) => several,
        };
        if let Some(status) = listed.iter().find(|status| !(100..=599).contains(*status)) {
            return Some(format!("{status} is no status of HTTP"));
        }
        let mut pointers = self.json.keys().chain(self.number.keys());
        pointers
            .find(|pointer| !pointer.is_empty() && !pointer.starts_with('/'))
            .map(|pointer| format!("{pointer:?} is no JSON pointer: it begins with /"))
    }

    /// The first thing that is not as it must be, as the rest of a sentence that begins with the address.
    pub(super) fn differs(&self, answer: &Answer) -> Option<String> {
        let status = answer.status;
        let fits = match &self.status {
            None => (200..300).contains(&status),
            Some(Statuses::One(one)) => *one == status,
            Some(Statuses::Several(several)) => several.contains(&status),
        };
        if !fits {
            let location = answer.headers.iter().find(|(name, _)| name == "location");
            let to = location
                .filter(|_| (300..400).contains(&status))
                .map_or("", |_| ", a redirect, which is not followed");
            return Some(format!("answers with status {status}{to}"));
        }
        for (name, pattern) in &self.headers {
            let mut found = answer
                .headers
                .iter()
                .filter(|(has, _)| has.eq_ignore_ascii_case(name))
                .peekable();
            if found.peek().is_none() {
                return Some(format!("answers without the header {name}"));
            }
            if !found.any(|(_, value)| pattern.0.is_match(value)) {
                return Some(format!(
                    "answers with another header {name} than {}",
                    pattern.as_str()
                ));
            }
        }
        if let Some(pattern) = &self.body
            && !pattern.0.is_match(&String::from_utf8_lossy(&answer.body))
        {
            return Some(format!(
                "answers with a body that does not contain {}",
                pattern.as_str()
            ));
        }
        if self.json.is_empty() && self.number.is_empty() {
            return None;
        }
        let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else {
            return Some("answers with a body that is no JSON".to_owned());
        };
        self.json
            .iter()
            .find_map(|(pointer, expected)| differs(body.pointer(pointer), pointer, expected))
            .or_else(|| {
                self.number
                    .iter()
                    .find_map(|(pointer, bound)| outside(body.pointer(pointer), pointer, *bound))
            })
    }
}

fn differs(found: Option<&Value>, pointer: &str, expected: &Value) -> Option<String> {
    match found {
        None => Some(format!("answers without {pointer} in its body")),
        Some(found) if same(found, expected) => None,
        Some(found) => Some(format!(
            "answers with {} at {pointer}, not {}",
            brief(found),
            brief(expected)
        )),
    }
}

/// Equal, where 1 and 1.0 are the same number.
fn same(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        #[expect(clippy::float_cmp, reason = "equal is what is asked for")]
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

fn outside(found: Option<&Value>, pointer: &str, bound: Bound) -> Option<String> {
    // Monitoring systems write numbers as texts.
    let number = found.and_then(|found| match found {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_f64(),
    });
    match number.filter(|number: &f64| number.is_finite()) {
        Some(number) if bound.holds(number) => None,
        Some(number) => Some(format!("answers with {number} at {pointer}, not {bound}")),
        None => Some(format!("answers with no number at {pointer}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(expect: Value, status: u16, body: &str, differs: Option<&str>) {
        let expect: Expect = serde_json::from_value(expect).unwrap();
        assert_eq!(expect.wrong(), None);
        let answer = Answer {
            status,
            headers: vec![("location".to_owned(), "https://other/".to_owned())],
            body: body.as_bytes().to_vec(),
        };
        assert_eq!(expect.differs(&answer).as_deref(), differs);
    }

    #[test]
    fn answers_are_held_against_what_is_expected() {
        check(json!({}), 204, "", None);
        check(json!({}), 500, "", Some("answers with status 500"));
        check(
            json!({}),
            302,
            "",
            Some("answers with status 302, a redirect, which is not followed"),
        );
        check(
            json!({"status": [301, 302], "headers": {"Location": "^https://other/$"}}),
            302,
            "",
            None,
        );
        check(
            json!({"headers": {"Location": "^https://mine/"}}),
            200,
            "",
            Some("answers with another header Location than ^https://mine/"),
        );
        check(
            json!({"headers": {"X-A": "."}}),
            200,
            "",
            Some("answers without the header X-A"),
        );
        check(
            json!({"body": "ok"}),
            200,
            "maintenance",
            Some("answers with a body that does not contain ok"),
        );
    }

    #[test]
    fn json_bodies_are_looked_into() {
        let up = json!({"json": {"/status": "ok", "/n": 1}, "number": {"/load": "< 5"}});
        check(
            up.clone(),
            200,
            r#"{"status": "ok", "n": 1.0, "load": "4.5"}"#,
            None,
        );
        check(
            up.clone(),
            200,
            r#"{"status": "down", "n": 1}"#,
            Some("answers with \"down\" at /status, not \"ok\""),
        );
        check(
            up.clone(),
            200,
            r#"{"status": "ok", "n": 1, "load": 7}"#,
            Some("answers with 7 at /load, not < 5"),
        );
        check(
            up.clone(),
            200,
            r#"{"status": "ok", "n": 1, "load": "NaN"}"#,
            Some("answers with no number at /load"),
        );
        check(up.clone(), 200, "{}", Some("answers without /n in its body"));
        check(up, 200, "<html>", Some("answers with a body that is no JSON"));
    }
}
