//! Reads what mocha left behind. Exit code and report must tell one story.

use super::super::{Answer, Reading, TestCounts, ToolRun, js_tests};
use super::REPORT;
use super::report::{self, Report, Test};
use crate::model::finding::{Finding, Severity};
use crate::model::text;

/// The rule of errors that belong to no test.
const UNHANDLED: &str = "unhandled error";

/// The rule of test files that cannot be loaded: mocha then runs none.
const LOADING: &str = "test files";

pub(super) fn read(run: &ToolRun<'_>) -> Reading {
    let report = match run.output(REPORT) {
        Err(why) => return no_report(&why, run),
        Ok(bytes) => match report::parse(bytes) {
            Err(error) => return no_report(&error.to_string(), run),
            Ok(report) => report,
        },
    };
    let (mut counts, mut findings) = tally(&report, run);
    let said = format!("{}\n{}", js_tests::plain(run.stderr), js_tests::plain(run.stdout));
    if run.exit == 0 && !findings.is_empty() {
        return Reading::broken(format!(
            "mocha ended with exit code 0 although its report holds {} failures",
            findings.len()
        ));
    }
    // Exit code 1 without a test: --fail-zero.
    if counts.ran() == 0 && run.exit <= 1 {
        return Reading::no_test_ran(counts.skipped, "there are no tests");
    }
    if run.exit != 0 {
        findings.extend(js_tests::thresholds("mocha", &said));
        // What is thrown when the last test has ended stops node itself, with its own exit code.
        if run.exit == 7 && findings.is_empty() {
            counts.errors += 1;
            let message = format!("thrown outside of any test: {}", js_tests::trouble(run));
            findings.push(Finding::new("mocha", UNHANDLED, Severity::High, message));
        }
        if findings.is_empty() {
            return Reading::broken(format!(
                "mocha ended with exit code {} and its report holds no failure: {}",
                run.exit,
                js_tests::trouble(run)
            ));
        }
    }
    let hint = format!(
        "mocha's coverage is measured by c8 or nyc; install one: {} c8; and see that its include names code that the \
         tests load",
        run.facts.node.manager.add()
    );
    let (coverage, gaps) = js_tests::summary_coverage(run, &hint);
    Reading::Answer(Box::new(Answer {
        findings,
        tests: Some(counts),
        coverage,
        gaps,
        ..Answer::default()
    }))
}

fn tally(report: &Report, run: &ToolRun<'_>) -> (TestCounts, Vec<Finding>) {
    let hooks = report.failures.iter().filter(|test| test.is_hook()).count();
    let counts = TestCounts {
        passed: report.passes.len() as u64,
        failed: (report.failures.len() - hooks) as u64,
        errors: hooks as u64,
        skipped: report.pending.len() as u64,
        expected_failures: 0,
    };
    let findings = report.failures.iter().map(|test| finding(test, run)).collect();
    (counts, findings)
}

fn finding(test: &Test, run: &ToolRun<'_>) -> Finding {
    // The full title joins the blocks with spaces, so that where one ends cannot be told.
    let name = match test.full_title.strip_suffix(&test.title).map(str::trim_end) {
        Some(blocks) if !blocks.is_empty() => js_tests::test_name([blocks], &test.title),
        _ => js_tests::test_name([], &test.full_title),
    };
    let thrown = (test.err.message(), test.err.stack());
    js_tests::finding(run, "mocha", name, thrown, (test.file.as_deref(), None))
}

fn no_report(why: &str, run: &ToolRun<'_>) -> Reading {
    let said = js_tests::plain(run.stderr);
    let first = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    if run.exit == 1 && first.starts_with("Error: No test files found") {
        return Reading::Nothing(text::shorten(
            &first.trim_start_matches("Error: ").replacen("No", "no", 1),
            200,
        ));
    }
    let trouble = js_tests::trouble(run);
    if run.exit == 1 && is_loading(&said) {
        let message = format!("mocha could not load the test files and ran none: {trouble}");
        let mut finding = Finding::new("mocha", LOADING, Severity::High, message);
        if let Some((file, line)) = own_place(&said, run) {
            finding = finding.at(file, line, None);
        }
        return Reading::Answer(Box::new(Answer {
            findings: vec![finding],
            tests: Some(TestCounts {
                errors: 1,
                ..TestCounts::default()
            }),
            ..Answer::default()
        }));
    }
    let reason = format!(
        "mocha ended with exit code {} and left no report that can be read ({why})",
        run.exit
    );
    if trouble.is_empty() {
        return Reading::broken_with_hint(
            reason,
            "see that no test ends the process (process.exit), and that mocha's configuration names no output for \
             its reporter",
        );
    }
    Reading::broken(format!("{reason}: {trouble}"))
}

/// Whether mocha stopped at an exception of a test file: ` Exception during run: Error: …`.
fn is_loading(said: &str) -> bool {
    said.lines()
        .find(|line| !line.trim().is_empty())
        .is_some_and(|line| line.trim_start().starts_with("Exception during run:"))
}

/// The first place of a text that is in the unit and not of a package: `/project/test/a.js:3:1`,
/// `/project/test/a.js:3`.
fn own_place(said: &str, run: &ToolRun<'_>) -> Option<(String, Option<u32>)> {
    let dir = run.facts.dir.to_string_lossy();
    let dir = format!("{}/", dir.trim_end_matches('/'));
    said.lines().find_map(|line| {
        let rest = line.split_once(&dir)?.1;
        let (file, rest) = rest.split_once(':').unwrap_or((rest.trim_end(), ""));
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let own = !file.contains("node_modules") && !file.contains(['\'', '"', ')', ' ']);
        own.then(|| (run.project_path(file), digits.parse().ok()))
    })
}
