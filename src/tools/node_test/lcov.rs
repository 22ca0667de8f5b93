//! The records of a tracefile that are of the project's code.
//!
//! Before version 22.5 node counts the test files themselves as covered code, and there is no option against it. Later
//! versions leave out what their own patterns take for tests, and so does this.

use std::sync::LazyLock;

use regex::bytes::Regex;

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

/// A tracefile without the records of test files. What is outside of records stays, so that a file that was cut
/// off stays one.
pub(super) fn without_tests(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut skipping = false;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let text = line.trim_ascii();
        if let Some(path) = text.strip_prefix(b"SF:") {
            skipping = is_test(path);
        }
        if !skipping {
            out.extend_from_slice(line);
        }
        if text == b"end_of_record" {
            skipping = false;
        }
    }
    if skipping {
        // The last record has no end, and must not vanish as if it were whole.
        out.extend_from_slice(b"SF:cut off\n");
    }
    out
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
    fn other_records_stay_and_a_cut_is_seen() {
        let whole =
            "TN:\nSF:app.js\nDA:1,1\nLH:1\nLF:1\nend_of_record\nSF:app.test.js\nDA:1,1\nend_of_record\n";
        let kept = without_tests(whole.as_bytes());
        assert_eq!(
            String::from_utf8(kept).unwrap(),
            "TN:\nSF:app.js\nDA:1,1\nLH:1\nLF:1\nend_of_record\n"
        );
        let cut = without_tests(&whole.as_bytes()[..whole.len() - 4]);
        assert!(cut.ends_with(b"SF:cut off\n"));
    }
}
