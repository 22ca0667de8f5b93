//! The records of a tracefile that are of the project's code.
//!
//! Before version 22.5 node counts the test files themselves as covered code, and there is no option against it. Later
//! versions leave out what their own patterns take for tests, and so does this.

use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::parse::coverage::{CoverageError, CoverageReport, Format, lcov};

/// The patterns by which node finds tests, with the endings of TypeScript that newer versions know.
/// Source: "Running tests from the command line" in the documentation of node.
#[expect(
    clippy::expect_used,
    reason = "the pattern is a constant that every test compiles"
)]
static TEST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|/)(?:(?:.*[.\-_])?test\.[cm]?[jt]s|test-[^/]*\.[cm]?[jt]s|test/.*\.[cm]?[jt]s)$")
        .expect("a pattern")
});

/// Whether a path is that of a test, by its name alone.
pub(super) fn is_test(path: &[u8]) -> bool {
    TEST.is_match(path)
}

/// A tracefile without the records of test files; empty when no other is left. It must be a whole one.
fn without_tests(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut record: Vec<u8> = Vec::new();
    let mut of_test = false;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        record.extend_from_slice(line);
        let text = line.trim_ascii();
        if let Some(path) = text.strip_prefix(b"SF:") {
            of_test = is_test(path);
        }
        if text == b"end_of_record" {
            if !of_test {
                out.append(&mut record);
            }
            record.clear();
        }
    }
    out
}

/// The coverage of the project's code.
///
/// # Errors
/// The tracefile is not a whole one, or holds test files only.
pub(super) fn parse(bytes: &[u8]) -> Result<CoverageReport, CoverageError> {
    // Where no file was loaded but tests, newer versions write the headline alone.
    if bytes.trim_ascii() != b"TN:" {
        lcov::parse(bytes)?;
    }
    let kept = without_tests(bytes);
    if kept.is_empty() {
        return Err(CoverageError::Nothing { format: Format::Lcov });
    }
    lcov::parse(&kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expect: bool) {
        assert_eq!(is_test(path.as_bytes()), expect, "{path}");
    }

    #[test]
    fn tests_are_known_by_their_names() {
        for path in [
            "a.test.js",
            "lib/a.test.mjs",
            "a-test.cjs",
            "a_test.ts",
            "test.js",
            "test-a.js",
            "test/helper.js",
            "packages/a/test/deep/x.mts",
        ] {
            check(path, true);
        }
        for path in [
            "app.js",
            "latest.js",
            "contest.js",
            "tests/a.js",
            "test-a/b.js",
            "test/a.json",
            "a.spec.js",
        ] {
            check(path, false);
        }
    }

    #[test]
    fn other_records_stay_and_no_cut_looks_whole() {
        let whole = "TN:\nSF:app.js\nDA:1,1\nDA:2,0\nLH:1\nLF:2\nend_of_record\nSF:app.test.js\nDA:1,1\nend_of_record\n";
        let measured = parse(whole.as_bytes()).unwrap().measured;
        assert_eq!((measured.covered, measured.total), (1, 2));
        // A tracefile may end behind each of its records.
        let record = whole.find("SF:app.test.js").unwrap();
        for end in (0..whole.trim_end().len()).filter(|end| !(record - 1..=record).contains(end)) {
            assert!(parse(&whole.as_bytes()[..end]).is_err(), "{end}");
        }
        let tests = "TN:\nSF:app.test.js\nDA:1,1\nend_of_record\n";
        assert!(matches!(
            parse(tests.as_bytes()),
            Err(CoverageError::Nothing { .. })
        ));
    }
}
