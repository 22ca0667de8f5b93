//! What nextest prints at the end of a run: `Summary [ 0.2s] 7 tests run: 3 passed (1 flaky), 4 failed, 1 skipped`
//! and a line for each test that was not simply passed.

use std::sync::LazyLock;

use regex::Regex;

/// The end of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Summary {
    /// Tests that were run to an end.
    pub(super) run: u64,
    /// Tests that were to be run.
    pub(super) planned: u64,
    /// Tests that passed, at last.
    pub(super) passed: u64,
    /// Tests that failed, timed out, or could not be started.
    pub(super) failed: u64,
    /// Tests that were skipped or ignored.
    pub(super) skipped: u64,
    /// The tests listed as failed: program and test.
    pub(super) failures: Vec<(String, String)>,
    /// The tests listed as flaky: program and test.
    pub(super) flaky: Vec<(String, String)>,
}

static SUMMARY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\s*Summary \[[^\]]*\]\s+(\d+)(?:/(\d+))? tests? run: (.*)$").ok());
static COUNT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(\d+) (passed|failed|timed out|exec failed|skipped)\b").ok());
static TEST: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^\s*(?:TRY \d+ )?([A-Z][A-Z-]*)(?: \d+/\d+)?\s+\[[^\]]*\]\s+(?:\([^)]*\)\s+)?(\S+)\s+(\S.*)$",
    )
    .ok()
});

/// Reads the last summary of a text; `None` when there is none.
pub(super) fn parse(stderr: &str) -> Option<Summary> {
    let lines: Vec<&str> = stderr.lines().collect();
    let pattern = SUMMARY.as_ref()?;
    let (at, found) = lines
        .iter()
        .enumerate()
        .rev()
        .find_map(|(index, line)| Some((index, pattern.captures(line)?)))?;
    let run = found[1].parse().ok()?;
    let mut summary = Summary {
        run,
        planned: found
            .get(2)
            .map_or(Some(run), |planned| planned.as_str().parse().ok())?,
        ..Summary::default()
    };
    for count in COUNT.as_ref()?.captures_iter(&found[3]) {
        let number: u64 = count[1].parse().ok()?;
        match &count[2] {
            "passed" => summary.passed += number,
            "skipped" => summary.skipped += number,
            _ => summary.failed += number,
        }
    }
    for line in &lines[at + 1..] {
        let Some(found) = TEST.as_ref()?.captures(line) else {
            continue;
        };
        let test = (found[2].to_owned(), found[3].trim_end().to_owned());
        let list = match &found[1] {
            "PASS" | "SLOW" | "LEAK" | "SKIP" => continue,
            "FLAKY" => &mut summary.flaky,
            _ => &mut summary.failures,
        };
        if !list.contains(&test) {
            list.push(test);
        }
    }
    Some(summary)
}

/// What nextest shows of a failed test: the lines below the test's own line, set in by four blanks, without
/// those of the harness that runs the one test.
pub(super) fn output_of(program: &str, test: &str, stderr: &str) -> String {
    stderr
        .lines()
        .skip_while(|line| test_of(line) != Some((program, test)))
        .skip(1)
        .take_while(|line| test_of(line).is_none() && !line.starts_with('─'))
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| {
            !["running ", "test ", "---- ", "failures:", "    "]
                .iter()
                .any(|prefix| line.starts_with(prefix))
        })
        .collect::<Vec<_>>()
        .join("\n")
        .trim()
        .to_owned()
}

/// The program and the test of a line that says how a test ended.
fn test_of(line: &str) -> Option<(&str, &str)> {
    let found = TEST.as_ref()?.captures(line)?;
    Some((found.get(2)?.as_str(), found.get(3)?.as_str().trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let shown = parse(text).map_or_else(
            || "none".to_owned(),
            |s| {
                let names = |list: &[(String, String)]| {
                    list.iter()
                        .map(|(a, b)| format!("{a} {b}"))
                        .collect::<Vec<_>>()
                        .join(", ")
                };
                format!(
                    "{}/{}: {} passed, {} failed, {} skipped [{}] [{}]",
                    s.run,
                    s.planned,
                    s.passed,
                    s.failed,
                    s.skipped,
                    names(&s.failures),
                    names(&s.flaky)
                )
            },
        );
        assert_eq!(shown, expect);
    }

    #[test]
    fn the_last_summary_counts() {
        check("", "none");
        check("    Summary of everything: 3 tests run", "none");
        check(
            "     Summary [   0.1s] 9 tests run: 9 passed, 0 skipped\n     Summary [   0.2s] 7 tests run: 3 passed (1 flaky), 4 failed (1 due to being leaky), 1 skipped\n",
            "7/7: 3 passed, 4 failed, 1 skipped [] []",
        );
        check(
            "     Summary [   0.2s] 4/7 tests run: 1 passed, 1 failed, 1 timed out, 1 exec failed, 0 skipped",
            "4/7: 1 passed, 3 failed, 0 skipped [] []",
        );
        check(
            "     Summary [   0.2s] 1 test run: 1 passed, 0 skipped",
            "1/1: 1 passed, 0 failed, 0 skipped [] []",
        );
    }

    #[test]
    fn tests_are_listed_by_how_they_ended() {
        check(
            concat!(
                "        FAIL [   0.005s] (1/5) before all\n",
                "     Summary [   0.2s] 5 tests run: 3 passed (1 flaky), 2 failed, 0 skipped\n",
                "   FLAKY 2/3 [   0.005s] (6/7) e::flaky sometimes\n",
                "  TRY 3 FAIL [   0.005s] (1/7) e tests::err\n",
                "        SLOW [> 60.000s] e tests::slow\n",
                "     SIGSEGV [   0.005s] e::bin/x tests::with space\n",
                "error: test run failed\n",
            ),
            "5/5: 3 passed, 2 failed, 0 skipped [e tests::err, e::bin/x tests::with space] [e::flaky sometimes]",
        );
    }
}
