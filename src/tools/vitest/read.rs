//! Reads what vitest left behind. Its report does not know of errors outside of tests, so stderr is read too.

use std::sync::LazyLock;

use regex::Regex;

use super::super::{Answer, Reading, ToolRun, js_tests};
use super::REPORT;
use crate::model::finding::{Finding, Severity};
use crate::model::text;
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

/// The headlines of errors that belong to no test: `⎯⎯⎯⎯ Unhandled Rejection ⎯⎯⎯⎯⎯`.
const HEADLINES: [&str; 3] = ["Unhandled Rejection", "Unhandled Error", "Uncaught Exception"];

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
            return Reading::no_test_ran(counts.skipped, "there are no tests");
        }
        if !report.success {
            return Reading::broken("vitest ended with exit code 0 although its report tells of no success");
        }
    } else {
        if counts.ran() == 0 {
            return nothing_ran(&stderr, counts.skipped, run);
        }
        let said = format!("{stderr}\n{}", js_tests::plain(run.stdout));
        let caught = unhandled(&said, run);
        counts.errors += caught.0;
        findings.extend(caught.1);
        findings.extend(js_tests::thresholds("vitest", &said));
        if findings.is_empty() {
            return Reading::broken(format!(
                "vitest ended with exit code 1 and its report holds no failure: {}",
                js_tests::trouble(run)
            ));
        }
    }
    let hint = "see that coverage.include of vitest's configuration names code that the tests import";
    let (coverage, gaps) = js_tests::summary_coverage(run, hint);
    let not_reached = report.total.saturating_sub(report.tests().count() as u64);
    let missing = (not_reached > 0)
        .then(|| format!("not all tests were run: {not_reached} are missing in vitest's report"));
    // vitest 4 does not count what goes wrong when everything is torn down.
    let closing = stderr
        .lines()
        .find(|line| line.starts_with("error during close"))
        .map(|line| text::shorten(line, 300));
    let warnings = missing.into_iter().chain(closing).collect();
    Reading::Answer(Box::new(Answer {
        findings,
        tests: Some(counts),
        tests_inside: js_tests::counts_inside(&report, run),
        coverage,
        gaps,
        warnings,
        ..Answer::default()
    }))
}

/// Exit code 1, and no test was run.
fn nothing_ran(stderr: &str, skipped: u64, run: &ToolRun<'_>) -> Reading {
    let none = stderr
        .lines()
        .any(|line| line.starts_with("No test files found, exiting with code 1"));
    if is_quiet(stderr) && none && skipped == 0 {
        return Reading::Nothing("vitest found no test files".to_owned());
    }
    no_report("no test was run", stderr, run)
}

/// Whether vitest tells of no trouble of its own.
fn is_quiet(stderr: &str) -> bool {
    !["Unhandled Error", "Startup Error", "MISSING DEPENDENCY"]
        .iter()
        .any(|word| stderr.contains(word))
}

/// How many errors belong to no test, and a finding for each that is told.
fn unhandled(said: &str, run: &ToolRun<'_>) -> (u64, Vec<Finding>) {
    let Some(count) = CAUGHT
        .captures(said)
        .and_then(|found| found["count"].parse::<u64>().ok())
    else {
        return (0, Vec::new());
    };
    let lines: Vec<&str> = said.lines().collect();
    let is_headline =
        |line: &str| line.starts_with('⎯') && HEADLINES.contains(&line.trim_matches(['⎯', ' ']));
    let mut findings: Vec<Finding> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| is_headline(line))
        .map(|(at, _)| {
            let block = lines
                .iter()
                .skip(at + 1)
                .take_while(|line| !line.starts_with('⎯'));
            let block: Vec<&str> = block.copied().collect();
            let message = js_tests::brief(block.first().copied().unwrap_or_default());
            let finding = Finding::new("vitest", UNHANDLED, Severity::High, message);
            match block.iter().find_map(|line| own_place(line)) {
                Some((file, line)) => finding.at(run.project_path(file), Some(line), None),
                None => finding,
            }
        })
        .take(usize::try_from(count).unwrap_or(usize::MAX))
        .collect();
    if findings.is_empty() {
        let message = format!("{count} errors belong to no test; the log says more");
        findings.push(Finding::new("vitest", UNHANDLED, Severity::High, message));
    }
    (count, findings)
}

/// The place in a line such as ` ❯ a.test.js:3:18` or ` ❯ f src/a.js:3:18`, unless it is in a package or in node.
fn own_place(line: &str) -> Option<(&str, u32)> {
    let place = line.trim_start().strip_prefix("❯ ")?.split(' ').next_back()?;
    let (rest, _column) = place.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    let own = !file.contains("node_modules") && !file.starts_with("node:");
    Some((file, line.parse().ok()?)).filter(|_| own)
}

fn no_report(why: &str, stderr: &str, run: &ToolRun<'_>) -> Reading {
    // vitest 2 writes no report when there is nothing to tell.
    let first = "No test files found, exiting with code";
    let said = format!("{stderr}\n{}", js_tests::plain(run.stdout));
    let empty = said.lines().any(|line| line.starts_with(first)) && !said.contains("Test Files ");
    if empty && run.output(REPORT).is_err() && is_quiet(stderr) {
        return Reading::Nothing("vitest found no test files".to_owned());
    }
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
