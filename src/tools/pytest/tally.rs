//! The tests of a report, each once: counts and findings.

use std::collections::BTreeMap;

use super::super::{TestCounts, ToolRun, python};
use super::{place, summary};
use crate::model::finding::{Finding, Severity};
use crate::parse::junit::{JunitCase, JunitOutcome, JunitReport};

/// The cases of a report, each test once.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) counts: TestCounts,
    pub(super) findings: Vec<Finding>,
    /// Cases that were begun and never ended: pytest gives them no name.
    pub(super) unfinished: u64,
}

impl Tally {
    pub(super) fn of(report: &JunitReport, run: &ToolRun<'_>) -> Self {
        let mut tally = Self::default();
        // A test that fails and whose tear-down breaks too stands in the report twice.
        let mut order: Vec<Vec<&JunitCase>> = Vec::new();
        let mut known: BTreeMap<(&str, &str, Option<&str>), usize> = BTreeMap::new();
        for case in report.cases() {
            if case.name.is_empty() && case.classname.is_empty() && !case.is_bad() {
                tally.unfinished += 1;
                continue;
            }
            let key = (case.classname.as_str(), case.name.as_str(), case.file.as_deref());
            let index = *known.entry(key).or_insert(order.len());
            match order.get_mut(index) {
                Some(same) => same.push(case),
                None => order.push(vec![case]),
            }
        }
        for same in order {
            tally.count(&same);
            for case in same.into_iter().filter(|case| case.is_bad()) {
                tally.findings.push(finding(case, run));
            }
        }
        // A test with failing subtests is one case with several failures, and pytest counts each.
        let declared = report.suites.iter().map(|suite| suite.declared);
        let (failures, errors) = declared.fold((0, 0), |(failures, errors), suite| {
            (
                failures + suite.failures.unwrap_or(0),
                errors + suite.errors.unwrap_or(0),
            )
        });
        if tally.counts.failed > 0 {
            tally.counts.failed = tally.counts.failed.max(failures);
        }
        if tally.counts.errors > 0 {
            tally.counts.errors = tally.counts.errors.max(errors);
        }
        tally
    }

    /// Counts one test as pytest does: the test itself, and each error of its set-up and tear-down.
    fn count(&mut self, same: &[&JunitCase]) {
        let has = |outcome| same.iter().any(|case| case.outcome == outcome);
        let expected = |case: &&JunitCase| case.kind.as_deref() == Some("pytest.xfail");
        let errors = same.iter().filter(|case| case.outcome == JunitOutcome::Error);
        self.counts.errors += errors.count() as u64;
        // The report does not hold a pass beside the error of its tear-down.
        let only_torn = same.iter().all(|case| {
            let message = case.message.as_deref().unwrap_or_default();
            case.outcome == JunitOutcome::Error && message.starts_with("failed on teardown with ")
        });
        if has(JunitOutcome::Failed) {
            self.counts.failed += 1;
        } else if same.iter().any(expected) {
            self.counts.expected_failures += 1;
        } else if has(JunitOutcome::Skipped) {
            self.counts.skipped += 1;
        } else if has(JunitOutcome::Passed) || only_torn {
            self.counts.passed += 1;
        }
    }

    /// That the summary line has other numbers, when it has.
    pub(super) fn differs(&self, stdout: &str) -> Option<String> {
        let line = summary::summary(stdout)?;
        (line.counts != self.counts).then(|| {
            format!(
                "pytest's summary line and its report differ: {} there, {} here",
                told(&line.counts),
                told(&self.counts)
            )
        })
    }

    /// Whether exit code, report and summary line tell one story; else what they say.
    pub(super) fn agrees(&self, report: &JunitReport, stdout: &str, exit: i32) -> Result<(), String> {
        let bad = self.counts.failed + self.counts.errors;
        let all = self.counts.ran() + self.counts.skipped;
        let declared: u64 = report
            .suites
            .iter()
            .map(|suite| suite.declared.failures.unwrap_or(0) + suite.declared.errors.unwrap_or(0))
            .sum();
        if (declared > 0) != (bad > 0) {
            return Err(format!(
                "pytest's report claims {declared} failures and errors and lists {bad}"
            ));
        }
        if let Some(line) = summary::summary(stdout)
            && ((line.bad() > 0) != (bad > 0) || (line.all() > 0) != (all > 0))
        {
            return Err(format!(
                "pytest's summary line tells of {} failures in {} tests and its report of {bad} in {all}",
                line.bad(),
                line.all()
            ));
        }
        // With `--setup-only` and its kin the report lists tests that were never called, and counts none of them.
        let counted: u64 = report
            .suites
            .iter()
            .filter_map(|suite| suite.declared.tests)
            .sum();
        if exit == 0 && all > 0 && counted == 0 {
            return Err(format!(
                "pytest's report lists {all} tests and counts none of them: they were set up and not run"
            ));
        }
        match exit {
            0 | 5 if bad > 0 => Err(format!(
                "pytest ended with exit code {exit} although its report holds {bad} failures"
            )),
            5 if self.counts.passed > 0 => Err(format!(
                "pytest ended with exit code 5 (no tests) although {} passed",
                self.counts.passed
            )),
            0 if all + self.unfinished == 0 => {
                Err("pytest ended with exit code 0 and its report holds no tests".to_owned())
            }
            _ => Ok(()),
        }
    }
}

fn told(counts: &TestCounts) -> String {
    format!(
        "{} passed, {} failed, {} errors, {} skipped, {} xfailed",
        counts.passed, counts.failed, counts.errors, counts.skipped, counts.expected_failures
    )
}

fn finding(case: &JunitCase, run: &ToolRun<'_>) -> Finding {
    let place = place::of(case, run.facts);
    let message = match case.message.as_deref() {
        Some("collection failure") => match exception_lines(&case.text) {
            lines if lines.is_empty() => "it cannot be collected".to_owned(),
            lines => format!("it cannot be collected: {lines}"),
        },
        _ if case.reason().is_empty() => "it failed and pytest does not say why".to_owned(),
        _ => case.reason().to_owned(),
    };
    let id = crate::model::text::sanitise(&place.id);
    let finding = Finding::new("pytest", id, Severity::High, python::brief(&message));
    match place.path {
        Some(path) => finding.at(path, place.line, None),
        None => finding,
    }
}

/// The lines of a traceback that say what went wrong, without the source lines that a syntax error quotes.
fn exception_lines(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("E "))
        .map(str::trim)
        .collect();
    let start = lines
        .iter()
        .position(|line| python::is_exception(line))
        .unwrap_or(0);
    lines.get(start..).unwrap_or_default().join("\n")
}
