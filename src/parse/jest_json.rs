//! The JSON report of jest (`--json --outputFile=FILE`), which vitest writes too (`--reporter=json`).
//!
//! Source: `FormattedTestResults` of the package `@jest/test-result`, `JsonTestResults` of vitest, and recorded
//! runs. jest tells more than vitest: how many files could not be run at all, and the line of each test. Neither
//! report says why a run failed in which every test passed.
//!
//! The reader demands that the counts agree with the tests that are listed, because a report of another shape
//! must never look like one of a run without failures.

use serde::Deserialize;

/// A whole report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JestReport {
    /// Whether the runner takes the run for a success, as far as the report goes.
    pub success: bool,
    /// How many tests there are, those included that a run that was ended early never came to.
    pub total: u64,
    /// Files of tests, in the order of the report.
    pub files: Vec<JestFile>,
    /// Stored snapshots that no test asked for.
    pub obsolete_snapshots: u64,
}

/// One file of tests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JestFile {
    /// The file, absolute.
    pub path: String,
    /// Whether anything in it failed.
    pub failed: bool,
    /// What the runner says about the file; where no test of it failed, why it could not be run.
    pub message: String,
    /// Its tests.
    pub tests: Vec<JestTest>,
}

/// One test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JestTest {
    /// The names of the blocks around it, outermost first.
    pub blocks: Vec<String>,
    /// Its name.
    pub title: String,
    /// How it ended.
    pub outcome: JestOutcome,
    /// What was thrown, each with its stack.
    pub messages: Vec<String>,
    /// The line that it begins on, from 1, where the runner says so.
    pub line: Option<u32>,
}

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JestOutcome {
    /// It ran and nothing was wrong.
    Passed,
    /// It ran and something was wrong.
    Failed,
    /// It was left out, or is yet to be written.
    NotRun,
}

/// Why a report cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JestJsonError {
    /// Not JSON, cut off, or another document.
    #[error("it is not a JSON report of jest or vitest: {source}")]
    Malformed {
        /// What the parser says.
        #[from]
        source: serde_json::Error,
    },
    /// A word for a test's outcome that nobody here knows.
    #[error("it says that a test is {status:?}, which is not known")]
    UnknownStatus {
        /// The word.
        status: String,
    },
    /// Counts and tests contradict each other.
    #[error("it counts {counted} {what} and lists {listed}")]
    Contradiction {
        /// What is counted.
        what: &'static str,
        /// How many the report claims.
        counted: u64,
        /// How many it lists.
        listed: u64,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    success: bool,
    num_total_tests: u64,
    num_passed_tests: u64,
    num_failed_tests: u64,
    test_results: Vec<RawFile>,
    #[serde(default)]
    snapshot: RawSnapshot,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawSnapshot {
    unchecked: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawFile {
    name: String,
    status: String,
    #[serde(default)]
    message: Option<String>,
    assertion_results: Vec<RawTest>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawTest {
    title: String,
    status: String,
    #[serde(default)]
    ancestor_titles: Vec<String>,
    #[serde(default)]
    failure_messages: Option<Vec<String>>,
    #[serde(default)]
    location: Option<RawLocation>,
}

#[derive(Deserialize)]
struct RawLocation {
    line: Option<u32>,
}

/// Reads a report.
///
/// # Errors
/// Whatever is not one whole report that agrees with itself.
pub fn parse(bytes: &[u8]) -> Result<JestReport, JestJsonError> {
    let raw: Raw = serde_json::from_slice(bytes)?;
    let files = raw
        .test_results
        .into_iter()
        .map(file)
        .collect::<Result<Vec<_>, _>>()?;
    let report = JestReport {
        success: raw.success,
        total: raw.num_total_tests,
        files,
        obsolete_snapshots: raw.snapshot.unchecked,
    };
    for (what, counted, listed) in [
        (
            "tests that passed",
            raw.num_passed_tests,
            report.count(JestOutcome::Passed),
        ),
        (
            "tests that failed",
            raw.num_failed_tests,
            report.count(JestOutcome::Failed),
        ),
    ] {
        if counted != listed {
            return Err(JestJsonError::Contradiction {
                what,
                counted,
                listed,
            });
        }
    }
    let listed = report.tests().count() as u64;
    if listed > report.total {
        return Err(JestJsonError::Contradiction {
            what: "tests",
            counted: report.total,
            listed,
        });
    }
    Ok(report)
}

fn file(raw: RawFile) -> Result<JestFile, JestJsonError> {
    Ok(JestFile {
        failed: match raw.status.as_str() {
            "failed" => true,
            // vitest also says "pending" and "skipped", jest "focused".
            "passed" | "pending" | "skipped" | "focused" => false,
            _ => return Err(JestJsonError::UnknownStatus { status: raw.status }),
        },
        path: raw.name,
        message: raw.message.unwrap_or_default(),
        tests: raw
            .assertion_results
            .into_iter()
            .map(test)
            .collect::<Result<_, _>>()?,
    })
}

fn test(raw: RawTest) -> Result<JestTest, JestJsonError> {
    Ok(JestTest {
        outcome: match raw.status.as_str() {
            "passed" => JestOutcome::Passed,
            "failed" => JestOutcome::Failed,
            "pending" | "skipped" | "todo" | "disabled" => JestOutcome::NotRun,
            _ => return Err(JestJsonError::UnknownStatus { status: raw.status }),
        },
        // vitest once named the file itself, with an empty name, as the outermost block.
        blocks: raw
            .ancestor_titles
            .into_iter()
            .filter(|title| !title.is_empty())
            .collect(),
        title: raw.title,
        messages: raw.failure_messages.unwrap_or_default(),
        line: raw.location.and_then(|location| location.line),
    })
}

impl JestReport {
    /// Every test, in the order of the report.
    pub fn tests(&self) -> impl Iterator<Item = &JestTest> {
        self.files.iter().flat_map(|file| &file.tests)
    }

    /// How many tests ended in a way.
    pub fn count(&self, outcome: JestOutcome) -> u64 {
        self.tests().filter(|test| test.outcome == outcome).count() as u64
    }
}

impl JestFile {
    /// Whether the file itself could not be run, or broke outside of its tests, as far as the report can tell.
    pub fn is_broken(&self) -> bool {
        self.failed && !self.tests.iter().any(|test| test.outcome == JestOutcome::Failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = r#"{"success":true,"numTotalTests":3,"numPassedTests":1,"numFailedTests":1,"numPendingTests":1,
"testResults":[{"name":"/p/a.js","status":"failed","message":null,"assertionResults":[
{"title":"b","ancestorTitles":["","a"],"status":"passed","failureMessages":null,"location":null},
{"title":"c","ancestorTitles":[],"status":"failed","failureMessages":["no"],"location":{"line":3,"column":1}},
{"title":"d","status":"todo"}]}],"snapshot":{"unchecked":2}}"#;

    #[track_caller]
    fn check(json: &str, expect: &str) {
        let shown = match parse(json.as_bytes()) {
            Ok(report) => format!(
                "{} tests, {} obsolete",
                report.tests().count(),
                report.obsolete_snapshots
            ),
            Err(error) => error.to_string(),
        };
        assert_eq!(shown, expect);
    }

    #[test]
    fn tests_are_read() {
        check(REPORT, "3 tests, 2 obsolete");
        let report = parse(REPORT.as_bytes()).unwrap();
        let [file] = report.files.as_slice() else {
            panic!("{report:?}");
        };
        assert_eq!(file.tests[0].blocks, ["a"]);
        assert_eq!(file.tests[1].line, Some(3));
        assert!(!file.is_broken());
    }

    #[test]
    fn a_report_that_contradicts_itself_is_none() {
        check(
            &REPORT.replace("numFailedTests\":1", "numFailedTests\":0"),
            "it counts 0 tests that failed and lists 1",
        );
        check(
            &REPORT.replace("numPassedTests\":1", "numPassedTests\":9"),
            "it counts 9 tests that passed and lists 1",
        );
        check(
            &REPORT.replace("numTotalTests\":3", "numTotalTests\":2"),
            "it counts 2 tests and lists 3",
        );
        check(
            &REPORT.replace("todo", "fine"),
            "it says that a test is \"fine\", which is not known",
        );
        check(
            &REPORT.replace("\"failed\",\"message\"", "\"odd\",\"message\""),
            "it says that a test is \"odd\", which is not known",
        );
    }

    #[test]
    fn a_report_that_is_cut_off_is_none() {
        for end in 0..REPORT.len() {
            assert!(parse(&REPORT.as_bytes()[..end]).is_err(), "{end}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_are_too_odd(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            proptest::prop_assert!(parse(&bytes).is_err());
        }

        #[test]
        fn no_change_of_a_byte_hides_the_failure(at in 0..REPORT.len(), byte in 0_u8..128) {
            let mut bytes = REPORT.as_bytes().to_vec();
            bytes[at] = byte;
            if let Ok(report) = parse(&bytes) {
                proptest::prop_assert_eq!(report.count(JestOutcome::Failed), 1);
            }
        }
    }
}
