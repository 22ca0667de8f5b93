//! What pytest prints beside its report: the summary line, why a run ended early, coverage that is too low.

use std::sync::LazyLock;

use regex::Regex;

use crate::tools::TestCounts;

#[expect(
    clippy::expect_used,
    reason = "the pattern is a constant that every test compiles"
)]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern")
}

/// `==== 1 failed, 2 passed in 0.12s ====`, with `-q` without the bars.
static SUMMARY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?m)^(?:=+ )?((?:\d+ [a-z ]+, )*\d+ [a-z ]+|no tests ran) in \d+(?:\.\d+)?s\b.*$")
});

/// `!!!!!! KeyboardInterrupt !!!!!!`
static ENDED_EARLY: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?m)^!{3,} (.+?) !{3,}$"));

/// The two wordings of pytest-cov.
static FAIL_UNDER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?m)Required test coverage of (?P<limit>[\d.]+)% not reached\. Total coverage: (?P<total>[\d.]+)%|Coverage failure: total of (?P<rounded>[\d.]+) is less than fail-under=(?P<bound>[\d.]+)",
    )
});

/// Why there is no coverage report.
static NO_REPORT: LazyLock<Regex> = LazyLock::new(|| pattern(r"Failed to generate report: (.+)"));

/// The numbers of a summary line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Summary {
    /// Failures with those of subtests. A pass that was to be a failure (`xpassed`) counts as passed, as the report
    /// does not tell it from others.
    pub(super) counts: TestCounts,
    /// Tests that were collected and not selected (`-m`, `-k`, `--deselect`).
    pub(super) deselected: u64,
}

impl Summary {
    /// Failures and errors.
    pub(super) fn bad(&self) -> u64 {
        self.counts.failed + self.counts.errors
    }

    /// Everything that ran or was skipped.
    pub(super) fn all(&self) -> u64 {
        self.counts.ran() + self.counts.skipped
    }
}

/// The last summary line; none with `-qq`, or when the process was ended before it.
pub(super) fn summary(stdout: &str) -> Option<Summary> {
    let line = SUMMARY.captures_iter(stdout).last()?;
    let mut found = Summary::default();
    for part in line.get(1)?.as_str().split(", ") {
        let Some((number, what)) = part.split_once(' ') else {
            continue;
        };
        let number: u64 = number.parse().unwrap_or(0);
        match what {
            "failed" => found.counts.failed += number,
            "error" | "errors" => found.counts.errors += number,
            "passed" | "xpassed" => found.counts.passed += number,
            "skipped" => found.counts.skipped += number,
            "deselected" => found.deselected += number,
            "xfailed" => found.counts.expected_failures += number,
            _ => {}
        }
    }
    Some(found)
}

/// Why a run ended before its end.
pub(super) fn ended_early(stdout: &str) -> Option<String> {
    let found = ENDED_EARLY.captures_iter(stdout).last()?;
    Some(found.get(1)?.as_str().to_owned())
}

/// That the project's own limit for coverage is not reached, in one sentence.
pub(super) fn fail_under(said: &str) -> Option<String> {
    let mut found: Vec<_> = FAIL_UNDER.captures_iter(said).collect();
    // The wording with the exact number wins; older versions have only the other.
    found.sort_by_key(|captures| captures.name("limit").is_some());
    let captures = found.pop()?;
    let get = |name: &str, other: &str| captures.name(name).or_else(|| captures.name(other));
    let (limit, total) = (get("limit", "bound")?, get("total", "rounded")?);
    Some(format!(
        "coverage of {} % is below the project's own fail_under of {} %",
        total.as_str(),
        limit.as_str()
    ))
}

/// Why pytest-cov wrote no report.
pub(super) fn no_coverage_report(said: &str) -> Option<String> {
    let found = NO_REPORT.captures(said)?;
    Some(found.get(1)?.as_str().trim().trim_end_matches('.').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expect: Option<(u64, u64)>) {
        assert_eq!(
            summary(line).map(|found| (found.bad(), found.all())),
            expect,
            "{line}"
        );
    }

    #[test]
    fn summary_lines_are_read() {
        check("=== 1 failed, 2 passed, 3 errors in 0.03s ===", Some((4, 6)));
        check(
            "1 failed, 1 passed, 3 skipped, 1 xfailed, 1 xpassed in 0.04s",
            Some((1, 7)),
        );
        check(
            "== 3 passed, 2 deselected, 1 warning, 4 subtests passed in 75.10s (0:01:15) ==",
            Some((0, 3)),
        );
        check("=== no tests ran in 0.02s ===", Some((0, 0)));
        check("1 error in 1s", Some((1, 1)));
        check("I slept 3 hours in 2.0s of the day", None);
        check("1 failed in 1.0s\n2 passed in 2.0s\n", Some((0, 2)));
        check("", None);
    }
}
