//! Smoke tests and health checks as tests that can be run.

use super::steps::Reader;
use super::{Fault, Note, Request, Test, Way, curl};
use crate::deploy::expectation::Expectation;
use crate::model::spec::{At, Deployment, SmokeTest};
use crate::model::text;
use crate::parse::spec::fences::is_marked;

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// Reads all of them.
pub(super) fn tests(
    deployment: &Deployment,
    reader: &mut Reader<'_>,
    notes: &mut Vec<Note>,
    faults: &mut Vec<Fault>,
) -> Vec<Test> {
    let mut tests = Vec::new();
    for said in &deployment.smoke_tests {
        if let Some(test) = test(said, reader, notes, faults) {
            tests.push(test);
        }
    }
    for said in &deployment.health_checks {
        match health(said) {
            Some((test, rest)) => {
                note(rest.as_deref(), said.line, notes);
                tests.push(test);
            }
            None => note(Some(&said.value), said.line, notes),
        }
    }
    tests
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
            return Some(Test {
                name,
                line: fence.line,
                way: Way::Script(script),
                expected: Expectation {
                    // A number in the text is no status: no request is sent.
                    status: None,
                    ..expected
                },
            });
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
            note(Some(&name), line, notes);
            return None;
        }
    };
    if expected.says_nothing() {
        faults.push(Fault::new(
            line,
            "no_expectation",
            format!("the smoke test {name:?} says nothing that can be checked of the answer"),
            "write the status: `Expected: 200 OK`",
        ));
        return None;
    }
    note(rest.as_deref(), line, notes);
    Some(Test {
        name,
        line,
        way: Way::Http(way),
        expected,
    })
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
    if expected.says_nothing() {
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
