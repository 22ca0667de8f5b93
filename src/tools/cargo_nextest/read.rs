//! From nextest's report and summary to one answer.

use super::JUNIT;
use super::summary::{self, Summary};
use crate::model::finding::{Finding, Severity};
use crate::parse::junit::{self, JunitCase, JunitOutcome, JunitReport};
use crate::tools::{Answer, FileState, Reading, TestCounts, ToolRun, cargo};

/// The answer of a run that ended with exit code 0 or 100.
pub(super) fn tests(tool: &str, run: &ToolRun<'_>) -> Reading {
    let stderr = cargo::plain(run.stderr);
    let summary = summary::parse(&stderr);
    let mut answer = match (run.outputs.get(JUNIT), &summary) {
        // The project's own configuration sends the report elsewhere.
        (None | Some(FileState::Missing), Some(summary)) => from_summary(tool, run, summary, &stderr),
        _ => match report(run) {
            Ok(report) => from_report(tool, run, &report, summary.as_ref()),
            Err(why) => return Reading::broken(format!("nextest's JUnit report cannot be used: {why}")),
        },
    };
    let counts = answer.tests.unwrap_or_default();
    if let Some(why) = contradiction(run, counts, summary.as_ref(), &answer) {
        return cargo::no_answer(&why, run.stderr, "");
    }
    if counts.ran() == 0 {
        return Reading::no_test_ran(counts.skipped, "there are no tests");
    }
    answer.coverage = cargo::coverage(run);
    // Both sources list tests in the order in which they ended.
    answer.findings.sort_by(|a, b| a.rule.cmp(&b.rule));
    if let Some(summary) = summary.filter(|summary| summary.run < summary.planned) {
        answer.warnings.push(format!(
            "nextest stopped after {} of {} tests: the counts are not complete",
            summary.run, summary.planned
        ));
    }
    Reading::Answer(Box::new(answer))
}

/// Exit code 4: nothing was selected, and the report, where there is one, agrees.
pub(super) fn no_tests(run: &ToolRun<'_>) -> Reading {
    let summary = summary::parse(&cargo::plain(run.stderr));
    match (summary, run.outputs.get(JUNIT)) {
        (Some(summary), _) if summary.run == 0 => Reading::no_test_ran(summary.skipped, "there are no tests"),
        _ => cargo::no_answer(
            "exit code 4 without the words that there are no tests",
            run.stderr,
            "",
        ),
    }
}

/// Exit code 101: the errors of the compiler.
pub(super) fn failed_build(tool: &str, run: &ToolRun<'_>, install: &str) -> Reading {
    let errors = cargo::text_errors(tool, "rustc", run.facts, &cargo::plain(run.stderr));
    if errors.is_empty() {
        return cargo::no_answer(
            "the build failed without an error in the code",
            run.stderr,
            install,
        );
    }
    Reading::Answer(Box::new(Answer {
        findings: cargo::once(errors),
        tests: Some(TestCounts {
            errors: 1,
            ..TestCounts::default()
        }),
        warnings: vec!["the code does not compile: no test was run".to_owned()],
        ..Answer::default()
    }))
}

fn report(run: &ToolRun<'_>) -> Result<JunitReport, String> {
    junit::parse(run.output(JUNIT)?).map_err(|error| error.to_string())
}

fn from_report(tool: &str, run: &ToolRun<'_>, report: &JunitReport, summary: Option<&Summary>) -> Answer {
    let flaky: Vec<String> = report.cases().filter(|case| case.is_flaky()).map(name).collect();
    Answer {
        findings: report
            .cases()
            .filter(|case| case.is_bad())
            .map(|case| {
                let output = if case.text.trim().is_empty() {
                    case.reason()
                } else {
                    &case.text
                };
                cargo::failed_test(
                    tool,
                    run.facts,
                    &name(case),
                    &case.name,
                    &cargo::plain(output.as_bytes()),
                )
            })
            .collect(),
        tests: Some(TestCounts {
            passed: report.count(JunitOutcome::Passed),
            failed: report.count(JunitOutcome::Failed),
            errors: report.count(JunitOutcome::Error),
            // nextest leaves tests that it skips out of the report.
            skipped: report.count(JunitOutcome::Skipped) + summary.map_or(0, |summary| summary.skipped),
            ..TestCounts::default()
        }),
        warnings: flaky_warning(&flaky).into_iter().collect(),
        ..Answer::default()
    }
}

fn name(case: &JunitCase) -> String {
    format!("{} {}", case.classname, case.name)
}

fn from_summary(tool: &str, run: &ToolRun<'_>, summary: &Summary, stderr: &str) -> Answer {
    let mut findings: Vec<Finding> = summary
        .failures
        .iter()
        .map(|(program, test)| {
            let output = summary::output_of(program, test, stderr);
            cargo::failed_test(tool, run.facts, &format!("{program} {test}"), test, &output)
        })
        .collect();
    let unnamed = summary.failed.saturating_sub(findings.len() as u64);
    if unnamed > 0 {
        let message =
            format!("{unnamed} failed test(s) are not named: nextest is configured not to list them");
        findings.push(Finding::new(tool, "tests", Severity::High, message));
    }
    let flaky: Vec<String> = summary
        .flaky
        .iter()
        .map(|(program, test)| format!("{program} {test}"))
        .collect();
    Answer {
        findings,
        tests: Some(TestCounts {
            passed: summary.passed,
            failed: summary.failed,
            skipped: summary.skipped,
            ..TestCounts::default()
        }),
        warnings: flaky_warning(&flaky).into_iter().collect(),
        ..Answer::default()
    }
}

fn flaky_warning(names: &[String]) -> Option<String> {
    let mut names = names.to_vec();
    names.sort();
    (!names.is_empty()).then(|| format!("flaky, passed only when tried again: {}", names.join(", ")))
}

/// Why the exit code, the report and the summary cannot all be true.
fn contradiction(
    run: &ToolRun<'_>,
    counts: TestCounts,
    summary: Option<&Summary>,
    answer: &Answer,
) -> Option<String> {
    let bad = counts.failed + counts.errors;
    if run.exit == 0 && bad > 0 {
        return Some(format!(
            "exit code 0 and {bad} failed test(s) contradict each other"
        ));
    }
    if run.exit != 0 && answer.findings.is_empty() {
        return Some(format!("exit code {} without a failed test", run.exit));
    }
    let summary = summary?;
    if summary.run != counts.ran() || summary.failed != bad {
        return Some(format!(
            "the summary speaks of {} test(s) with {} failed, the report of {} with {bad}",
            summary.run,
            summary.failed,
            counts.ran()
        ));
    }
    None
}
