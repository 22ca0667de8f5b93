//! `JUnit` XML reports as test runners really write them.
//!
//! There is no binding schema. The shapes read here are those of pytest (`xunit1` and `xunit2`), cargo-nextest,
//! jest-junit, vitest and surefire: suites in suites, attributes that may be missing, a root that is either
//! `testsuites` or `testsuite`, reruns of flaky tests inside of a test case.
//!
//! The reader is strict about form, because a report that was cut off must never look like a shorter one, and
//! tolerant about everything else: unknown elements and attributes are passed over.

mod attributes;
mod read;
#[cfg(test)]
mod tests;

pub use read::{MAX_BYTES, MAX_DEPTH, parse};

/// A whole report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JunitReport {
    /// Every suite in the order of the report; suites in suites stand behind the suite that holds them.
    pub suites: Vec<JunitSuite>,
    /// The counts that `testsuites` claims for the whole report.
    pub declared: Declared,
}

/// One suite, without the suites inside of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JunitSuite {
    /// The suite's name; empty when it has none.
    pub name: String,
    /// The file that the suite was made of, where the runner says so.
    pub file: Option<String>,
    /// The counts that the suite claims for itself.
    pub declared: Declared,
    /// The suite that holds this one, by its index in the report; always a smaller one than its own.
    pub parent: Option<usize>,
    /// The test cases directly in this suite.
    pub cases: Vec<JunitCase>,
}

/// The counts in a suite's own attributes. Runners disagree on whether a suite counts the suites inside of it,
/// so these serve comparison and never replace the cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// `tests`.
    pub tests: Option<u64>,
    /// `failures`.
    pub failures: Option<u64>,
    /// `errors`.
    pub errors: Option<u64>,
    /// `skipped`.
    pub skipped: Option<u64>,
}

/// One test case.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JunitCase {
    /// The class, module or binary that the test is in; empty when it is not said.
    pub classname: String,
    /// The test's name; empty when it has none, as pytest writes for a test that was cut short.
    pub name: String,
    /// The file, from the case or else from the nearest suite that names one.
    pub file: Option<String>,
    /// The line in the file, as the runner counts (pytest's `xunit1` counts from 0).
    pub line: Option<u32>,
    /// How long it took, in seconds.
    pub time: Option<f64>,
    /// How it ended; the worst of what the case holds.
    pub outcome: JunitOutcome,
    /// The `message` attribute of the element that decided the outcome.
    pub message: Option<String>,
    /// The `type` attribute of that element, such as `pytest.xfail`.
    pub kind: Option<String>,
    /// The text inside of that element, such as a traceback; empty when there is none.
    pub text: String,
    /// Earlier attempts that ended badly (`flakyFailure`, `flakyError`, `rerunFailure`, `rerunError`).
    pub reruns: u32,
}

/// How a test case ended. The order is from best to worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JunitOutcome {
    /// It ran and nothing was wrong.
    #[default]
    Passed,
    /// It did not run, or its failure was expected.
    Skipped,
    /// An assertion of its own did not hold.
    Failed,
    /// It broke outside of its own assertions.
    Error,
}

/// Why a report cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JunitError {
    /// Nothing but white space.
    #[error("the report is empty")]
    Empty,
    /// More bytes than are read.
    #[error("the report has {bytes} bytes; at most {MAX_BYTES} are read")]
    TooLarge {
        /// The size, in bytes.
        bytes: usize,
    },
    /// Not UTF-8.
    #[error("the report is not UTF-8 at byte {at}")]
    NotUtf8 {
        /// The first bad byte, from 0.
        at: usize,
    },
    /// Well-formed so far, and something else.
    #[error("the report is not JUnit XML: it begins with <{root}>")]
    NotJunit {
        /// The name of the first element.
        root: String,
    },
    /// Not well-formed.
    #[error("the report is not well-formed XML at byte {at}: {why}")]
    Malformed {
        /// Where, in bytes from 0.
        at: u64,
        /// What is wrong.
        why: String,
    },
    /// Elements in elements beyond every sensible depth.
    #[error("the report has more than {MAX_DEPTH} elements inside of each other")]
    TooDeep,
    /// The end is missing.
    #[error("the report ends inside of <{open}>")]
    Truncated {
        /// The innermost element that is still open.
        open: String,
    },
}

impl JunitReport {
    /// Every test case, in the order of the report.
    pub fn cases(&self) -> impl Iterator<Item = &JunitCase> {
        self.suites.iter().flat_map(|suite| &suite.cases)
    }

    /// What the report claims and does not list: more tests than it has test cases, or failures where no test case is
    /// bad. `None` when it fits. Runners disagree on whether a suite counts the suites inside of it, so a claim is one too
    /// many only when it is more than all of them hold.
    pub fn contradiction(&self) -> Option<String> {
        // Tests and bad ones of each suite, with the suites inside of it: those stand behind it.
        let mut held: Vec<(u64, u64)> = Vec::new();
        for suite in &self.suites {
            let bad = suite.cases.iter().filter(|case| case.is_bad()).count();
            held.push((suite.cases.len() as u64, bad as u64));
        }
        for index in (0..self.suites.len()).rev() {
            let (tests, bad) = held[index];
            if let Some(above) = self.suites[index].parent.and_then(|parent| held.get_mut(parent)) {
                above.0 += tests;
                above.1 += bad;
            }
        }
        let bad = |case: &&JunitCase| case.is_bad();
        let all = (
            self.cases().count() as u64,
            self.cases().filter(bad).count() as u64,
        );
        let whole = std::iter::once(("the report".to_owned(), &self.declared, all));
        let suites = self.suites.iter().zip(held).map(|(suite, held)| {
            let name = match suite.name.trim() {
                "" => "a suite".to_owned(),
                name => format!("the suite {name:?}"),
            };
            (name, &suite.declared, held)
        });
        whole.chain(suites).find_map(|(name, declared, (tests, bad))| {
            let claimed = declared.tests.unwrap_or(0);
            let claimed_bad = declared
                .failures
                .unwrap_or(0)
                .saturating_add(declared.errors.unwrap_or(0));
            if claimed > tests {
                Some(format!("{name} claims {claimed} tests and lists {tests}"))
            } else if claimed_bad > 0 && bad == 0 {
                Some(format!(
                    "{name} claims {claimed_bad} failures and errors and lists none"
                ))
            } else {
                None
            }
        })
    }

    /// How many test cases ended in a way.
    pub fn count(&self, outcome: JunitOutcome) -> u64 {
        self.cases().filter(|case| case.outcome == outcome).count() as u64
    }
}

impl JunitCase {
    /// Whether the test failed or broke.
    pub fn is_bad(&self) -> bool {
        matches!(self.outcome, JunitOutcome::Failed | JunitOutcome::Error)
    }

    /// Whether the test passed only after an attempt that did not.
    pub fn is_flaky(&self) -> bool {
        self.outcome == JunitOutcome::Passed && self.reruns > 0
    }

    /// What the runner says about the outcome: the message, else the text.
    pub fn reason(&self) -> &str {
        match self.message.as_deref().map(str::trim) {
            Some(message) if !message.is_empty() => message,
            _ => self.text.trim(),
        }
    }
}
