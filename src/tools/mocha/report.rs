//! mocha's JSON report (`--reporter json`).
//!
//! Source: `lib/reporters/json.js` of mocha, and recorded runs. Each list holds whole tests; a hook that failed
//! stands among the failures only, with a title that begins with its kind in quotes.

use serde::Deserialize;

/// A whole report.
#[derive(Debug, Deserialize)]
pub(super) struct Report {
    stats: Stats,
    /// Tests that passed.
    pub(super) passes: Vec<Test>,
    /// Tests that were left out or are yet to be written.
    pub(super) pending: Vec<Test>,
    /// Tests and hooks that failed.
    pub(super) failures: Vec<Test>,
}

#[derive(Debug, Deserialize)]
struct Stats {
    passes: u64,
    pending: u64,
    failures: u64,
}

/// A test or hook.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Test {
    /// Its own name.
    pub(super) title: String,
    /// Its name behind those of the blocks around it.
    pub(super) full_title: String,
    /// The file, absolute; not always there.
    #[serde(default)]
    pub(super) file: Option<String>,
    /// What was thrown.
    #[serde(default)]
    pub(super) err: Thrown,
}

/// What was thrown; either may be missing, and a message may be anything.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Thrown {
    message: serde_json::Value,
    stack: serde_json::Value,
}

/// Why a report cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReportError {
    /// Not JSON, cut off, or another document.
    #[error("it is not a JSON report of mocha: {source}")]
    Malformed {
        /// What the parser says.
        #[from]
        source: serde_json::Error,
    },
    /// Counts and lists contradict each other.
    #[error("it counts {counted} {what} and lists {listed}")]
    Contradiction {
        /// What is counted.
        what: &'static str,
        /// How many the report claims.
        counted: u64,
        /// How many it lists.
        listed: usize,
    },
}

/// Reads a report.
pub(super) fn parse(bytes: &[u8]) -> Result<Report, ReportError> {
    let report: Report = serde_json::from_slice(bytes)?;
    // With --forbid-pending, pending tests are failures and stand in both lists.
    for (what, counted, listed) in [
        ("passes", report.stats.passes, report.passes.len()),
        ("failures", report.stats.failures, report.failures.len()),
        ("pending tests", report.stats.pending, report.pending.len()),
    ] {
        if counted != listed as u64 {
            return Err(ReportError::Contradiction {
                what,
                counted,
                listed,
            });
        }
    }
    Ok(report)
}

impl Test {
    /// Whether it is a hook: `"before each" hook for "adds"`.
    pub(super) fn is_hook(&self) -> bool {
        ["before all", "before each", "after all", "after each"]
            .iter()
            .any(|kind| self.title.starts_with(&format!("\"{kind}\" hook")))
    }
}

impl Thrown {
    /// Its message, else the beginning of its stack.
    pub(super) fn message(&self) -> &str {
        match self.message.as_str() {
            Some(message) if !message.trim().is_empty() => message,
            _ => self.stack(),
        }
    }

    /// Its stack.
    pub(super) fn stack(&self) -> &str {
        self.stack.as_str().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = r#"{"stats":{"suites":1,"tests":1,"passes":0,"pending":0,"failures":2},"tests":[],"pending":[],
"failures":[{"title":"a","fullTitle":"x a","file":"/p/a.js","err":{"message":"no","stack":"Error: no\n    at a"}},
{"title":"\"before all\" hook for \"b\"","fullTitle":"x","err":{"message":1}}],"passes":[]}"#;

    #[test]
    fn failures_and_hooks_are_read() {
        let report = parse(REPORT.as_bytes()).unwrap();
        let shown: Vec<_> = (report.failures.iter())
            .map(|test| (test.is_hook(), test.err.message()))
            .collect();
        assert_eq!(shown, [(false, "no"), (true, "")]);
    }

    #[test]
    fn a_report_that_is_cut_off_or_contradicts_itself_is_none() {
        for end in 0..REPORT.len() {
            assert!(parse(&REPORT.as_bytes()[..end]).is_err(), "{end}");
        }
        for (from, to) in [
            ("\"failures\":2", "\"failures\":0"),
            ("\"passes\":0", "\"passes\":1"),
            ("\"pending\":0", "\"pending\":1"),
        ] {
            assert!(parse(REPORT.replace(from, to).as_bytes()).is_err(), "{to}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_are_too_odd(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            proptest::prop_assert!(parse(&bytes).is_err());
        }
    }
}
