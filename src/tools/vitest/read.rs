//! Reads what vitest left behind. Its report does not know of errors outside of tests, so stderr is read too.

use std::sync::LazyLock;

use regex::Regex;

use super::super::{Answer, Reading, ToolRun, js_tests};
use super::{COVERAGE, REPORT};
use crate::model::finding::{Finding, Severity};
use crate::parse::coverage::summary_json;
use crate::parse::jest_json;

/// The rule of errors that belong to no test.
const UNHANDLED: &str = "unhandled error";

/// `Vitest caught 2 unhandled errors during the test run.`
#[expect(
    clippy::expect_used,
    reason = "the pattern is a constant that every test compiles"
)]
static CAUGHT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^Vitest caught (?P<count>\d+) unhandled errors? ").expect("a pattern"));

/// `⎯⎯⎯⎯ Unhandled Rejection ⎯⎯⎯⎯⎯`, what was thrown in the next line, and its place further down:
/// ` ❯ a.test.js:3:18`, ` ❯ f a.test.js:3:18`.
#[expect(
    clippy::expect_used,
    reason = "the pattern is a constant that every test compiles"
)]
static ERROR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?m)^⎯+ (?:Unhandled (?:Rejection|Error)|Uncaught Exception) ⎯+\n(?P<said>[^\n]*)\n(?:[^⎯❯\n][^\n]*\n|\n)*(?: ❯ (?:[^\n]*? )?(?P<file>[^\s:]+):(?P<line>\d+):\d+\n)?",
    )
    .expect("a pattern")
});

pub(super) fn read(run: &ToolRun<'_>) -> Reading {
    let stderr = js_tests::plain(run.stderr);
    let report = match run.output(REPORT) {
        Err(why) => return no_report(&why, &stderr, run),
        Ok(bytes) => match jest_json::parse(bytes) {
            Err(error) => return no_report(&error.to_string(), &stderr, run),
            Ok(report) => report,
        },
    };
    let (mut counts, mut findings) = js_tests::from_jest_json(&report, "vitest", run);
    if run.exit == 0 {
        if !findings.is_empty() {
            return Reading::broken(format!(
                "vitest ended with exit code 0 although its report holds {} failures",
                counts.failed + counts.errors
            ));
        }
        if counts.ran() == 0 {
            return Reading::Nothing(js_tests::all_left_out(counts.skipped));
        }
        if !report.success {
            return Reading::broken("vitest ended with exit code 0 although its report tells of no success");
        }
    } else {
        let caught = unhandled(&stderr, run);
        if counts.ran() == 0 {
            return nothing_ran(&stderr, counts.skipped, run);
        }
        counts.errors += caught.0;
        findings.extend(caught.1);
        let said = format!("{stderr}\n{}", js_tests::plain(run.stdout));
        findings.extend(js_tests::thresholds("vitest", &said));
        if findings.is_empty() {
            return Reading::broken(format!(
                "vitest ended with exit code 1 and its report holds no failure: {}",
                js_tests::trouble(run)
            ));
        }
    }
    let hint = "see that coverage.include of vitest's configuration names code that the tests import";
    let (coverage, gaps) = js_tests::coverage(run, COVERAGE, summary_json::parse, hint);
    let not_reached = report.total.saturating_sub(report.tests().count() as u64);
    let warnings = (not_reached > 0)
        .then(|| format!("not all tests were run: {not_reached} are missing in vitest's report"))
        .into_iter()
        .collect();
    Reading::Answer(Box::new(Answer {
        findings,
        tests: Some(counts),
        coverage,
        gaps,
        warnings,
        ..Answer::default()
    }))
}

/// Exit code 1, and no test was run.
fn nothing_ran(stderr: &str, skipped: u64, run: &ToolRun<'_>) -> Reading {
    let quiet = !["Unhandled Error", "Startup Error", "MISSING DEPENDENCY"]
        .iter()
        .any(|word| stderr.contains(word));
    let none = stderr
        .lines()
        .any(|line| line.starts_with("No test files found, exiting with code 1"));
    if quiet && none && skipped == 0 {
        return Reading::Nothing("vitest found no test files".to_owned());
    }
    no_report("no test was run", stderr, run)
}

/// How many errors belong to no test, and a finding for each that is told.
fn unhandled(stderr: &str, run: &ToolRun<'_>) -> (u64, Vec<Finding>) {
    let Some(count) = CAUGHT
        .captures(stderr)
        .and_then(|found| found["count"].parse::<u64>().ok())
    else {
        return (0, Vec::new());
    };
    let mut findings: Vec<Finding> = ERROR
        .captures_iter(stderr)
        .map(|found| {
            let message = js_tests::brief(&found["said"]);
            let finding = Finding::new("vitest", UNHANDLED, Severity::High, message);
            let line = found.name("line").and_then(|line| line.as_str().parse().ok());
            match found.name("file") {
                Some(file) if !file.as_str().contains("node:") => {
                    finding.at(run.project_path(file.as_str()), line, None)
                }
                _ => finding,
            }
        })
        .collect();
    if findings.is_empty() {
        let message = format!("{count} errors belong to no test; the log says more");
        findings.push(Finding::new("vitest", UNHANDLED, Severity::High, message));
    }
    (count, findings)
}

fn no_report(why: &str, stderr: &str, run: &ToolRun<'_>) -> Reading {
    let missing = stderr
        .lines()
        .filter_map(|line| line.trim().strip_prefix("MISSING DEPENDENCY"))
        .find_map(|line| line.split('\'').nth(1));
    if let Some(package) = missing {
        return Reading::broken_with_hint(
            format!("vitest needs {package}, which is not installed"),
            format!("install it: {} {package}", run.facts.node.manager.add()),
        );
    }
    Reading::broken(format!(
        "vitest ended with exit code {} and left no result ({why}): {}",
        run.exit,
        js_tests::trouble(run)
    ))
}
