//! Smoke tests and health checks as tests that can be run.

use super::steps::Reader;
use super::{Fault, Note, Request, Test, Way, curl};
use crate::deploy::expectation::{self, Expectation};
use crate::model::spec::{At, Section, SmokeTest, Spec};
use crate::model::text;
use crate::parse::spec::fences::is_marked;

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// Reads all of them.
pub(super) fn tests(
    spec: &Spec,
    reader: &mut Reader<'_>,
    notes: &mut Vec<Note>,
    faults: &mut Vec<Fault>,
) -> Vec<Test> {
    let deployment = &spec.deployment;
    let mut tests = Vec::new();
    let mut found = Vec::new();
    for said in &deployment.smoke_tests {
        if let Some(test) = test(said, reader, notes, &mut found) {
            tests.push(test);
        }
    }
    for said in &deployment.health_checks {
        match health(said) {
            Some((test, rest)) => {
                unreadable(&test, rest.as_deref(), &mut found);
                note(rest.as_deref(), said.line, notes);
                tests.push(test);
            }
            None => note(Some(&said.value), said.line, notes),
        }
    }
    let open = left_open(spec);
    let is_open = |fault: &Fault| fault.code == "placeholder";
    if open.iter().chain(&found).any(is_open) {
        // What a test lacks because it was left open is told by that.
        found.retain(|fault| !["no_request", "endpoint", "no_expectation"].contains(&fault.code));
    }
    faults.extend(open);
    faults.extend(found);
    tests
}

/// What the template left open in the section: nobody wrote that, so it is no test.
fn left_open(spec: &Spec) -> Vec<Fault> {
    let is_it = |section: &&Section| section.title.to_lowercase().starts_with("smoke test");
    let Some(section) = spec.sections.iter().find(is_it) else {
        return Vec::new();
    };
    let behind = spec.sections.iter().map(|other| other.line);
    let end = behind
        .filter(|line| *line > section.line)
        .min()
        .unwrap_or(u32::MAX);
    spec.oddities
        .iter()
        .filter(|oddity| oddity.value.code == "placeholder" && (section.line..end).contains(&oddity.line))
        .map(|oddity| {
            Fault::new(
                oddity.line,
                "placeholder",
                oddity.value.message.clone(),
                "write what is meant, or take the line out",
            )
        })
        .collect()
}

/// Whether a text stands in brackets as a whole and is no JSON: `[200 OK, what it returns]`.
fn is_bracketed(said: &str) -> bool {
    let said = said.trim();
    said.starts_with('[')
        && said.ends_with(']')
        && serde_json::from_str::<serde::de::IgnoredAny>(said).is_err()
}

/// What nobody checks is said.
fn note(rest: Option<&str>, line: u32, notes: &mut Vec<Note>) {
    if let Some(rest) = rest.map(|rest| text::shorten(&text::one_line(rest), 120)) {
        notes.push(Note {
            line,
            message: format!("{rest:?} is not checked"),
        });
    }
}

/// What was meant as a check and is none is a fault: as a note it would be passed over.
fn unreadable(test: &Test, rest: Option<&str>, faults: &mut Vec<Fault>) {
    let Some(rest) = rest else { return };
    let is_request = matches!(test.way, Way::Http(_));
    let (code, what, hint) = if let Some(why) = expectation::broken_json(rest) {
        (
            "expected_json",
            format!("the JSON that is expected cannot be read: {why}"),
            "write it whole and on one line: `{\"status\": \"ok\"}`",
        )
    } else if let Some(number) = expectation::no_status(rest)
        && is_request
        && test.expected.status.is_none()
    {
        (
            "expected_status",
            format!("{number} is no status of HTTP"),
            "write one of 100 to 599: `200 OK`",
        )
    } else if let Some(word) = expectation::negation(rest) {
        (
            "expected_not",
            format!("{word:?} says what must not be, and only what must be is checked"),
            "say what the answer must be, or write a command that fails when it is not so",
        )
    } else {
        return;
    };
    let message = format!("the smoke test {:?}: {what}", test.name);
    faults.push(Fault::new(test.line, code, message, hint));
}

fn test(
    said: &At<SmokeTest>,
    reader: &mut Reader<'_>,
    notes: &mut Vec<Note>,
    faults: &mut Vec<Fault>,
) -> Option<Test> {
    let (line, test) = (said.line, &said.value);
    let name = if test.name.is_empty() {
        format!("line {line}")
    } else {
        text::shorten(&text::one_line(&test.name), 120)
    };
    let said = [&test.endpoint, &test.expected];
    if let Some(open) = said.into_iter().flatten().find(|said| is_bracketed(said)) {
        faults.push(Fault::new(
            line,
            "placeholder",
            format!(
                "the smoke test {name:?}: {:?} is still to be filled in",
                text::shorten(open, 80)
            ),
            "write what is meant, without brackets",
        ));
    }
    let (expected, rest) = test
        .expected
        .as_deref()
        .map(Expectation::read)
        .unwrap_or_default();
    let way = match (&test.command, &test.endpoint) {
        (Some(fence), _) if is_marked(&fence.info) => {
            let (_, script) = reader.fence(fence, faults)?;
            note(rest.as_deref(), line, notes);
            // Its exit code says enough.
            let test = Test {
                name,
                line: fence.line,
                way: Way::Script(script),
                expected: Expectation {
                    // A number in the text is no status: no request is sent.
                    status: None,
                    ..expected
                },
            };
            unreadable(&test, rest.as_deref(), faults);
            return Some(test);
        }
        (Some(fence), _) => match curl::read(&fence.code) {
            Ok(request) => request,
            Err(why) => {
                faults.push(Fault::new(
                    fence.line,
                    "smoke_command",
                    format!("the smoke test {name:?} cannot be sent as a request: {why}"),
                    "let it run as it is: ```bash sdd id=NAME",
                ));
                return None;
            }
        },
        (None, Some(endpoint)) => {
            let Some((request, _)) = request(endpoint) else {
                faults.push(Fault::new(
                    line,
                    "endpoint",
                    format!("{:?} is no request", text::shorten(endpoint, 120)),
                    "write a method and a path, such as `GET /health`",
                ));
                return None;
            };
            request
        }
        (None, None) => {
            faults.push(Fault::new(
                line,
                "no_request",
                format!("the smoke test {name:?} says nothing that can be tried"),
                "write the request, `Endpoint: GET /health`, or a fence with `sdd` and an id",
            ));
            return None;
        }
    };
    let test = Test {
        name,
        line,
        way: Way::Http(way),
        expected,
    };
    let before = faults.len();
    unreadable(&test, rest.as_deref(), faults);
    if faults.len() > before {
        return None;
    }
    if test.expected.says_nothing() {
        faults.push(Fault::new(
            line,
            "no_expectation",
            format!(
                "the smoke test {:?} says nothing that can be checked of the answer",
                test.name
            ),
            "write the status: `Expected: 200 OK`",
        ));
        return None;
    }
    note(rest.as_deref(), line, notes);
    Some(test)
}

/// `Application health: GET /health expect 200`; what is no request is a note.
fn health(said: &At<String>) -> Option<(Test, Option<String>)> {
    let start = METHODS
        .iter()
        .filter_map(|method| said.value.find(&format!("{method} ")))
        .min()?;
    let (request, rest) = request(&said.value[start..])?;
    let name = said.value[..start].trim().trim_end_matches(':').trim();
    let (mut expected, rest) = Expectation::read(&rest);
    let meant = rest.as_deref().and_then(expectation::no_status);
    if expected.says_nothing() && meant.is_none() {
        // A health check that says no more must answer well.
        expected.status = Some(200);
    }
    let name = if name.is_empty() {
        format!("{} {}", request.method, request.url)
    } else {
        text::shorten(name, 120)
    };
    let test = Test {
        name,
        line: said.line,
        way: Way::Http(request),
        expected,
    };
    Some((test, rest))
}

/// A method and an address, and what is said behind them. An address alone is got.
fn request(said: &str) -> Option<(Request, String)> {
    let said = said.trim().trim_matches('`');
    let (first, rest) = said.split_once(char::is_whitespace).unwrap_or((said, ""));
    let (method, url, rest) = if METHODS.contains(&first) {
        let rest = rest.trim_start();
        let (url, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        (first, url, rest)
    } else {
        ("GET", first, rest)
    };
    let url = url.trim_matches('`').trim_end_matches([',', ';']);
    if !(url.starts_with('/') || url.starts_with("http://") || url.starts_with("https://")) {
        return None;
    }
    let verbs = [
        "expects ",
        "expected ",
        "expect ",
        "returns ",
        "return ",
        "should return ",
        "-> ",
        "→ ",
        "=> ",
    ];
    let rest = rest.trim_start();
    let rest = verbs
        .iter()
        .find_map(|verb| rest.strip_prefix(verb))
        .unwrap_or(rest);
    Some((
        Request {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: Vec::new(),
            body: None,
        },
        rest.trim().to_owned(),
    ))
}
