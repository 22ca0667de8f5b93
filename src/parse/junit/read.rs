//! From bytes to a report.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::attributes::Attributes;
use super::{Declared, JunitCase, JunitError, JunitOutcome, JunitReport, JunitSuite};

/// The largest report that is read, in bytes.
pub const MAX_BYTES: usize = 64 << 20;

/// How many elements may stand inside of each other.
pub const MAX_DEPTH: usize = 64;

/// Reads a report.
///
/// # Errors
/// Whatever is not one whole `JUnit` document: empty, cut off, too large, not UTF-8, not well-formed, other XML.
pub fn parse(bytes: &[u8]) -> Result<JunitReport, JunitError> {
    if bytes.len() > MAX_BYTES {
        return Err(JunitError::TooLarge { bytes: bytes.len() });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| JunitError::NotUtf8 {
        at: error.valid_up_to(),
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(JunitError::Empty);
    }
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut builder = Builder::default();
    loop {
        let at = reader.buffer_position();
        let malformed = |why: String| JunitError::Malformed { at, why };
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(quick_xml::Error::Syntax(_)) if !builder.open.is_empty() => return Err(builder.truncated()),
            Err(error) => return Err(malformed(error.to_string())),
        };
        match event {
            Event::Start(start) => builder.start(&start).map_err(|error| error.at(at))?,
            Event::End(_) => builder.end(),
            Event::Text(text) => builder.text(&text).map_err(|error| error.at(at))?,
            Event::CData(data) => builder.text(&data).map_err(|error| error.at(at))?,
            Event::GeneralRef(reference) => {
                builder.text(&resolve(&reference)).map_err(|error| error.at(at))?;
            }
            Event::Eof => return builder.finish(),
            // `expand_empty_elements` leaves no `Empty`; document types are passed over, so no entity of
            // theirs is ever expanded.
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

/// A reference such as `&lt;` or `&#10;` as text; one that nobody knows stays as it is written.
fn resolve(reference: &BytesRef<'_>) -> String {
    match reference.resolve_char_ref() {
        Ok(Some(c)) => c.to_string(),
        _ => {
            resolve_predefined_entity(reference).map_or_else(|| format!("&{};", &**reference), str::to_owned)
        }
    }
}

/// The counts that an element claims; what is no number from 0 claims nothing.
fn declared(attributes: &Attributes) -> Declared {
    Declared {
        tests: attributes.number("tests"),
        failures: attributes.number("failures"),
        errors: attributes.number("errors"),
        skipped: attributes
            .number("skipped")
            .or_else(|| attributes.number("disabled")),
    }
}

/// Words by which a test case says of itself that it passed; none at all says the same.
const PASSED: [&str; 10] = [
    "",
    "run",
    "completed",
    "passed",
    "pass",
    "success",
    "successful",
    "succeeded",
    "ok",
    "true",
];
/// … that it failed. `timeout` and `crashed` are of runners that end what hangs.
const FAILED: [&str; 6] = ["fail", "failed", "failure", "timeout", "crashed", "false"];
/// … that it was not run.
const SKIPPED: [&str; 11] = [
    "notrun",
    "not_run",
    "suppressed",
    "disabled",
    "skipped",
    "skip",
    "ignored",
    "pending",
    "todo",
    "filtered",
    "inconclusive",
];

/// How a test case ended by its own attributes, as `GoogleTest` (`status="notrun"`, `result="suppressed"`), `CTest`
/// (`status="disabled"`, `status="fail"`) and runners with a `success` write them. An element inside of it that says
/// worse wins. The second value is a word that nobody knows, which is an error: what it means may be "no".
fn by_words(attributes: &Attributes) -> (JunitOutcome, Option<String>) {
    let words = ["status", "result", "success"]
        .map(|name| attributes.get(name).unwrap_or_default().trim().to_lowercase());
    let said = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let known =
        |word: &String| word == "error" || [&PASSED[..], &FAILED, &SKIPPED].concat().contains(&word.as_str());
    if let Some(unknown) = words.iter().find(|word| !known(word)) {
        (JunitOutcome::Error, Some(unknown.clone()))
    } else if said(&["error"]) {
        (JunitOutcome::Error, None)
    } else if said(&FAILED) {
        (JunitOutcome::Failed, None)
    } else if said(&SKIPPED) {
        (JunitOutcome::Skipped, None)
    } else {
        (JunitOutcome::Passed, None)
    }
}

/// What an open element is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// `testsuites`.
    Root,
    /// `testsuite`, by its index in the report.
    Suite(usize),
    /// `testcase`.
    Case,
    /// `failure`, `error`, `skipped`.
    Result,
    /// Anything else, with all that is in it.
    Other,
}

/// Why an element cannot be taken; the place is added by the caller.
enum Refusal {
    NotJunit(String),
    TooDeep,
    Malformed(String),
}

impl Refusal {
    fn at(self, at: u64) -> JunitError {
        match self {
            Self::NotJunit(root) => JunitError::NotJunit { root },
            Self::TooDeep => JunitError::TooDeep,
            Self::Malformed(why) => JunitError::Malformed { at, why },
        }
    }
}

/// The outcome inside of a test case that is being read.
#[derive(Default)]
struct Verdict {
    outcome: JunitOutcome,
    message: Option<String>,
    kind: Option<String>,
    text: String,
}

#[derive(Default)]
struct Builder {
    report: JunitReport,
    /// The open elements, outermost first.
    open: Vec<(Kind, String)>,
    case: Option<JunitCase>,
    verdict: Option<Verdict>,
    /// Whether the root element has been closed.
    done: bool,
}

impl Builder {
    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), Refusal> {
        let name = element.local_name().as_ref().to_owned();
        if self.done {
            return Err(Refusal::Malformed(format!("<{name}> after the end")));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(Refusal::TooDeep);
        }
        let attributes = Attributes::of(element).map_err(Refusal::Malformed)?;
        // Some writers have <Failure> for <failure>. Whoever means something else loses nothing but a pass.
        let known = match name.to_ascii_lowercase().as_str() {
            "failure" => "failure",
            "error" => "error",
            "skipped" => "skipped",
            _ => name.as_str(),
        };
        let kind = match (self.open.last().map(|(kind, _)| *kind), known) {
            (None, "testsuites") => {
                self.report.declared = declared(&attributes);
                Kind::Root
            }
            (None | Some(Kind::Root | Kind::Suite(_)), "testsuite") => self.start_suite(&attributes),
            (None, _) => return Err(Refusal::NotJunit(name)),
            (Some(Kind::Root | Kind::Suite(_)), "testcase") => self.start_case(&attributes),
            // A suite that broke as a whole: its own trouble counts like that of a case.
            (Some(Kind::Root | Kind::Suite(_)), "failure" | "error") => {
                let suite = self.suite().map(|suite| suite.name.clone()).unwrap_or_default();
                self.start_case(&Attributes::named(suite));
                self.start_result(known, attributes)
            }
            (Some(Kind::Case), "failure" | "error" | "skipped") => self.start_result(known, attributes),
            (Some(Kind::Case), "flakyFailure" | "flakyError" | "rerunFailure" | "rerunError") => {
                if let Some(case) = &mut self.case {
                    case.reruns = case.reruns.saturating_add(1);
                }
                Kind::Other
            }
            _ => Kind::Other,
        };
        self.open.push((kind, name));
        Ok(())
    }

    fn start_suite(&mut self, attributes: &Attributes) -> Kind {
        self.report.suites.push(JunitSuite {
            name: attributes.get("name").unwrap_or_default(),
            file: attributes.get("file").or_else(|| self.suite_file()),
            declared: declared(attributes),
            parent: self.suite_index(),
            cases: Vec::new(),
        });
        Kind::Suite(self.report.suites.len() - 1)
    }

    fn start_case(&mut self, attributes: &Attributes) -> Kind {
        let (outcome, unknown) = by_words(attributes);
        self.case = Some(JunitCase {
            classname: attributes.get("classname").unwrap_or_default(),
            name: attributes.get("name").unwrap_or_default(),
            file: attributes.get("file").or_else(|| self.suite_file()),
            line: attributes
                .number("line")
                .and_then(|line| u32::try_from(line).ok()),
            time: attributes.seconds("time"),
            outcome,
            message: unknown.map(|word| format!("nobody knows the outcome {word:?}")),
            ..JunitCase::default()
        });
        // Catch2 and doctest mark every case so, and count assertions where others count tests.
        let counts_assertions =
            attributes.get("status").as_deref() == Some("run") && attributes.get("result").is_none();
        if let Some(suite) = self
            .suite_index()
            .and_then(|index| self.report.suites.get_mut(index))
            && counts_assertions
        {
            suite.declared.tests = None;
        }
        Kind::Case
    }

    fn start_result(&mut self, name: &str, mut attributes: Attributes) -> Kind {
        self.verdict = Some(Verdict {
            outcome: match name {
                "failure" => JunitOutcome::Failed,
                "skipped" => JunitOutcome::Skipped,
                _ => JunitOutcome::Error,
            },
            message: attributes.take("message"),
            kind: attributes.take("type"),
            text: String::new(),
        });
        Kind::Result
    }

    fn end(&mut self) {
        let Some((kind, _)) = self.open.pop() else {
            return;
        };
        match kind {
            Kind::Result => {
                self.take_verdict();
                // The trouble of a whole suite has no <testcase> around it.
                if !matches!(self.open.last(), Some((Kind::Case, _))) {
                    self.take_case();
                }
            }
            Kind::Case => self.take_case(),
            Kind::Root | Kind::Suite(_) | Kind::Other => {}
        }
        self.done = self.open.is_empty();
    }

    fn take_verdict(&mut self) {
        let (Some(verdict), Some(case)) = (self.verdict.take(), &mut self.case) else {
            return;
        };
        // Of what is equally bad, the element says more than the attribute that set the outcome.
        let says_more = verdict.outcome == case.outcome
            && case.kind.is_none()
            && case.message.is_none()
            && case.text.is_empty();
        if verdict.outcome > case.outcome || says_more {
            case.outcome = verdict.outcome;
            case.message = verdict.message;
            case.kind = verdict.kind;
            case.text = verdict.text;
        }
    }

    fn take_case(&mut self) {
        let Some(case) = self.case.take() else {
            return;
        };
        let index = self.suite_index().unwrap_or_else(|| {
            self.report.suites.push(JunitSuite::default());
            self.report.suites.len() - 1
        });
        if let Some(suite) = self.report.suites.get_mut(index) {
            suite.cases.push(case);
        }
    }

    fn text(&mut self, text: &str) -> Result<(), Refusal> {
        match (self.open.last(), &mut self.verdict) {
            (Some((Kind::Result, _)), Some(verdict)) => verdict.text.push_str(text),
            (None, _) if !text.trim().is_empty() => {
                let place = if self.done {
                    "after the end"
                } else {
                    "before the start"
                };
                return Err(Refusal::Malformed(format!("text {place}")));
            }
            _ => {}
        }
        Ok(())
    }

    fn finish(self) -> Result<JunitReport, JunitError> {
        match self.open.last() {
            Some(_) => Err(self.truncated()),
            None if self.done => Ok(self.report),
            None => Err(JunitError::Empty),
        }
    }

    fn truncated(&self) -> JunitError {
        JunitError::Truncated {
            open: self.open.last().map(|(_, name)| name.clone()).unwrap_or_default(),
        }
    }

    fn suite_index(&self) -> Option<usize> {
        self.open.iter().rev().find_map(|(kind, _)| match kind {
            Kind::Suite(index) => Some(*index),
            _ => None,
        })
    }

    fn suite(&self) -> Option<&JunitSuite> {
        self.report.suites.get(self.suite_index()?)
    }

    fn suite_file(&self) -> Option<String> {
        self.suite()?.file.clone()
    }
}
