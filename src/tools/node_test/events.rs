//! What the reporter writes: one JSON document a line.

use serde::Deserialize;

/// One line of the report.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub(super) enum Event {
    /// A test or suite begins; its children follow.
    Start {
        /// Its name.
        name: String,
        /// How many others are around it.
        nesting: usize,
    },
    /// One passed, or was left out.
    Pass(Outcome),
    /// One failed.
    Fail(Outcome),
    /// A remark of the runner, or of a test.
    Diagnostic {
        /// The remark.
        message: String,
        /// How many tests are around it.
        nesting: usize,
    },
    /// The last line.
    End {
        /// How many tests and suites were announced.
        begun: u64,
        /// How many of them came to an end.
        ended: u64,
    },
}

/// How a test or suite ended.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Outcome {
    /// Its name.
    pub(super) name: String,
    /// How many others are around it.
    pub(super) nesting: usize,
    /// The file that it stands in, absolute.
    pub(super) file: Option<String>,
    /// The line, from 1.
    pub(super) line: Option<u32>,
    /// The column, from 1.
    pub(super) column: Option<u32>,
    /// Whether it is a suite, which node does not count as a test.
    pub(super) suite: bool,
    /// Whether it was left out.
    pub(super) skip: bool,
    /// Whether it is yet to be written, so that its failure is none.
    pub(super) todo: bool,
    /// What went wrong.
    pub(super) failure: Option<Failure>,
}

/// What went wrong.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Failure {
    /// node's word for it: `testCodeFailure`, `hookFailed`, `subtestsFailed`.
    pub(super) kind: String,
    /// The message.
    pub(super) message: String,
    /// The stack; empty when no error was thrown.
    pub(super) stack: String,
    /// The exit code of a file's process.
    pub(super) exit_code: Option<i32>,
    /// The signal that ended a file's process.
    pub(super) signal: Option<String>,
}

/// Why a report cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum EventsError {
    /// A line is not what the reporter writes.
    #[error("line {line} is none that the reporter writes: {source}")]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// The last line is missing.
    #[error("its end is missing: node ended before its time")]
    Unfinished,
}

/// Reads a report; the last event is [`Event::End`], and no other is.
pub(super) fn parse(bytes: &[u8]) -> Result<Vec<Event>, EventsError> {
    let mut events: Vec<Event> = Vec::new();
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        if let Some(Event::End { .. }) = events.last() {
            return Err(EventsError::Unfinished);
        }
        let event = serde_json::from_slice(line).map_err(|source| EventsError::Malformed {
            line: index + 1,
            source,
        })?;
        events.push(event);
    }
    match events.last() {
        Some(Event::End { .. }) => Ok(events),
        _ => Err(EventsError::Unfinished),
    }
}

impl Outcome {
    /// Whether it stands for a whole file: node reports a file as a test of its own when none of its tests was
    /// reported. It is named after the file, as a whole path or, from version 22 on, relative to the working directory.
    pub(super) fn is_whole_file(&self) -> bool {
        let Some(file) = &self.file else {
            return false;
        };
        let named = *file == self.name
            || file
                .strip_suffix(self.name.as_str())
                .is_some_and(|rest| rest.ends_with(['/', '\\']));
        self.nesting == 0 && self.line == Some(1) && self.column == Some(1) && named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = r#"{"event":"start","name":"a","nesting":0}
{"event":"fail","name":"a","nesting":0,"file":"/p/a.js","line":1,"column":1,"suite":false,"skip":false,"todo":false,"failure":{"kind":"x","message":"m","stack":"","exitCode":null,"signal":null}}
{"event":"diagnostic","message":"tests 1","nesting":0}
{"event":"end","begun":1,"ended":1}
"#;

    #[test]
    fn a_report_is_read_only_as_a_whole() {
        assert_eq!(parse(REPORT.as_bytes()).unwrap().len(), 4);
        for end in 0..REPORT.trim_end().len() {
            assert!(parse(&REPORT.as_bytes()[..end]).is_err(), "{end}");
        }
        assert!(parse(format!("{REPORT}{REPORT}").as_bytes()).is_err());
    }

    #[track_caller]
    fn check(name: &str, file: &str, line: u32, expect: bool) {
        let outcome = Outcome {
            name: name.to_owned(),
            nesting: 0,
            file: Some(file.to_owned()),
            line: Some(line),
            column: Some(1),
            suite: false,
            skip: false,
            todo: false,
            failure: None,
        };
        assert_eq!(outcome.is_whole_file(), expect, "{name}");
    }

    #[test]
    fn a_file_is_told_from_a_test() {
        check("/p/a.test.js", "/p/a.test.js", 1, true);
        check("lib/a.test.js", "/p/lib/a.test.js", 1, true);
        check("a.test.js", "/p/aa.test.js", 1, false);
        check("a.test.js", "/p/a.test.js", 2, false);
        check("adds", "/p/a.test.js", 1, false);
        check("", "/p/a.test.js", 1, false);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_are_too_odd(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            proptest::prop_assert!(parse(&bytes).is_err());
        }
    }
}
