//! Reads what jest left behind. Exit code and report must tell one story.

use super::super::{Answer, Reading, ToolRun, js_tests};
use super::REPORT;
use crate::model::finding::{Finding, Severity};
use crate::parse::jest_json::{self, JestReport};

pub(super) fn read(run: &ToolRun<'_>) -> Reading {
    let is_finished = js_tests::plain(run.stderr)
        .lines()
        .any(|line| line.starts_with("Tests: "));
    let report = match if is_finished {
        run.finished_output(REPORT)
    } else {
        run.output(REPORT)
    } {
        Err(why) => return no_report(&why, run),
        Ok(bytes) => match jest_json::parse(bytes) {
            Err(error) => return no_report(&error.to_string(), run),
            Ok(report) => report,
        },
    };
    let said = format!("{}\n{}", js_tests::plain(run.stderr), js_tests::plain(run.stdout));
    let (counts, mut findings) = js_tests::from_jest_json(&report, "jest", run);
    if run.exit == 0 {
        if !findings.is_empty() || !report.success {
            return Reading::broken(format!(
                "jest ended with exit code 0 although its report holds {} failures",
                counts.failed + counts.errors
            ));
        }
        if counts.ran() == 0 {
            return Reading::no_test_ran(counts.skipped, "there are no tests");
        }
    } else {
        findings.extend(js_tests::thresholds("jest", &said));
        if findings.is_empty() && !report.success {
            findings.extend(obsolete(&report));
        }
        if findings.is_empty() {
            return Reading::broken(format!(
                "jest ended with exit code 1 and its report holds no failure: {}",
                js_tests::trouble(run)
            ));
        }
    }
    let hint = "see that collectCoverageFrom of jest's configuration names code of the project";
    let (coverage, gaps) = js_tests::summary_coverage(run, hint);
    Reading::Answer(Box::new(Answer {
        findings,
        tests: Some(counts),
        tests_inside: js_tests::counts_inside(&report, run),
        coverage,
        gaps,
        ..Answer::default()
    }))
}

/// With `--ci`, jest 30 fails on stored snapshots that no test asks for.
fn obsolete(report: &JestReport) -> Option<Finding> {
    (report.obsolete_snapshots > 0).then(|| {
        let count = report.obsolete_snapshots;
        let message =
            format!("{count} obsolete snapshots; take them out with: jest --ci=false --updateSnapshot");
        Finding::new("jest", "obsolete snapshots", Severity::High, message)
    })
}

fn no_report(why: &str, run: &ToolRun<'_>) -> Reading {
    let stderr = js_tests::plain(run.stderr);
    let first = stderr.lines().find(|line| !line.trim().is_empty());
    if run.exit == 1 && first.is_some_and(|line| line.starts_with("No tests found, exiting with code 1")) {
        return Reading::Nothing("jest found no tests".to_owned());
    }
    let exits = stderr
        .lines()
        .find(|line| line.trim_start().starts_with("●  process.exit called with"));
    if let Some(line) = exits {
        return Reading::broken_with_hint(
            format!(
                "a test ended jest before its time: {}",
                line.trim().trim_start_matches("●  ")
            ),
            "take the call of process.exit out of the code that the tests run",
        );
    }
    Reading::broken(format!(
        "jest ended with exit code {} and left no report that can be read ({why}): {}",
        run.exit,
        js_tests::trouble(run)
    ))
}
