//! Reads what `node --test` left behind. Exit code, tests and node's own counts must tell one story.

use super::super::{Answer, Reading, TestCounts, ToolRun, js_tests};
use super::events::{self, Event, Failure, Outcome};
use super::{COVERAGE, REPORT, lcov};
use crate::model::finding::{Finding, Severity};
use crate::model::text;

/// The rule of tests that were begun and never ended.
const UNFINISHED: &str = "unfinished tests";

pub(super) fn read(run: &ToolRun<'_>) -> Reading {
    let events = match run.output(REPORT) {
        Err(why) => return no_report(&why, run),
        Ok(bytes) => match events::parse(bytes) {
            Err(error) => return no_report(&error.to_string(), run),
            Ok(events) => events,
        },
    };
    let said = format!("{}\n{}", js_tests::plain(run.stderr), js_tests::plain(run.stdout));
    let mut tally = Tally::of(&events, &said, run);
    if let Err(reason) = tally.agrees(&events, run.exit) {
        return Reading::broken(reason);
    }
    if run.exit != 0 {
        tally.findings.extend(js_tests::thresholds("node-test", &said));
        if tally.findings.is_empty() {
            return no_report("its report holds no failure", run);
        }
    }
    tally.end(&events, run);
    if tally.findings.is_empty() && tally.counts.ran() == 0 {
        return Reading::no_test_ran(tally.counts.skipped, "node --test found no tests");
    }
    let hint = "see that the tests load code of the project; test files themselves do not count";
    let (coverage, gaps) = js_tests::coverage(run, COVERAGE, lcov::parse, hint);
    Reading::Answer(Box::new(Answer {
        findings: tally.findings,
        tests: Some(tally.counts),
        coverage,
        gaps,
        warnings: tally.warnings,
        ..Answer::default()
    }))
}

fn no_report(why: &str, run: &ToolRun<'_>) -> Reading {
    Reading::broken(format!(
        "node --test ended with exit code {} and left no result ({why}): {}",
        run.exit,
        js_tests::trouble(run)
    ))
}

/// The tests of a report.
#[derive(Default)]
struct Tally {
    counts: TestCounts,
    findings: Vec<Finding>,
    warnings: Vec<String>,
    /// All that node counts as tests.
    all: u64,
    /// Failures that make node end with exit code 1.
    failures: u64,
    /// Files of which no test was reported, and which node takes for tests that passed.
    silent: Vec<String>,
}

impl Tally {
    fn of(events: &[Event], said: &str, run: &ToolRun<'_>) -> Self {
        let mut tally = Self::default();
        let mut blocks: Vec<&str> = Vec::new();
        for event in events {
            match event {
                Event::Start { name, nesting } => {
                    blocks.truncate(*nesting);
                    blocks.push(name);
                }
                Event::Pass(outcome) => tally.passed(outcome, run),
                Event::Fail(outcome) => {
                    let around = blocks.get(..outcome.nesting).unwrap_or(&blocks);
                    tally.failed(outcome, around, said, run);
                }
                Event::Diagnostic { .. } | Event::End { .. } => {}
            }
        }
        tally
    }

    fn passed(&mut self, outcome: &Outcome, run: &ToolRun<'_>) {
        if outcome.suite {
            return;
        }
        self.all += 1;
        if outcome.skip || outcome.todo {
            self.counts.skipped += 1;
        } else if outcome.is_whole_file() {
            let file = outcome.file.as_deref().unwrap_or(&outcome.name);
            self.silent.push(run.project_path(file));
        } else {
            self.counts.passed += 1;
        }
    }

    fn failed(&mut self, outcome: &Outcome, around: &[&str], said: &str, run: &ToolRun<'_>) {
        self.all += u64::from(!outcome.suite);
        if outcome.skip || outcome.todo {
            self.counts.skipped += u64::from(!outcome.suite);
            return;
        }
        // Version 22 ends with exit code 0 when only a hook of a suite failed.
        self.failures += u64::from(!outcome.suite);
        let Some(failure) = &outcome.failure else {
            self.counts.failed += 1;
            return;
        };
        // What holds a failure fails with it; the failure itself is told.
        if failure.kind == "subtestsFailed" {
            self.counts.failed += u64::from(!outcome.suite);
            return;
        }
        let place = (outcome.file.as_deref(), outcome.line);
        let tool = "node-test";
        if outcome.is_whole_file() {
            self.counts.errors += 1;
            let file = outcome.file.as_deref().unwrap_or(&outcome.name);
            let (message, line) = broken_file(file, failure, said);
            let rule = text::one_line(&run.project_path(file));
            self.findings.push(js_tests::finding(
                run,
                tool,
                rule,
                (&message, ""),
                (Some(file), line),
            ));
            return;
        }
        let outside = outcome.suite || matches!(failure.kind.as_str(), "hookFailed" | "cancelledByParent");
        if outside {
            self.counts.errors += 1;
        } else {
            self.counts.failed += 1;
        }
        let name = js_tests::test_name(around.iter().copied(), &outcome.name);
        let thrown = (failure.message.as_str(), failure.stack.as_str());
        self.findings
            .push(js_tests::finding(run, tool, name, thrown, place));
    }

    /// Whether exit code, tests and node's counts tell one story; else what they say.
    fn agrees(&self, events: &[Event], exit: i32) -> Result<(), String> {
        let counted = events.iter().rev().find_map(|event| match event {
            Event::Diagnostic { message, nesting: 0 } => message.strip_prefix("tests ")?.parse::<u64>().ok(),
            _ => None,
        });
        match counted {
            None => return Err("node's report has no count of tests".to_owned()),
            Some(counted) if counted != self.all => {
                return Err(format!(
                    "node counts {counted} tests and its report lists {}",
                    self.all
                ));
            }
            Some(_) => {}
        }
        if exit == 0 && self.failures > 0 {
            return Err(format!(
                "node --test ended with exit code 0 although its report holds {} failures",
                self.failures
            ));
        }
        Ok(())
    }

    /// What node takes for a success and is none: tests that were begun and never ended, and files that are tests by
    /// their name and of which no test was reported. Both are what `process.exit` leaves behind.
    ///
    /// With a choice of tests by name, later versions also report no test of a file in which none was chosen.
    fn end(&mut self, events: &[Event], run: &ToolRun<'_>) {
        let chosen = run.args.iter().any(|word| {
            ["--test-name-pattern", "--test-skip-pattern", "--test-only"]
                .iter()
                .any(|option| word.starts_with(option))
        });
        if let Some(Event::End { begun, ended }) = events.last()
            && *begun > *ended
            && *ended > 0
        {
            let count = begun - ended;
            self.counts.errors += count;
            let message = format!(
                "{count} {} begun and never ended; something may have ended the process (process.exit)",
                if count == 1 { "test was" } else { "tests were" }
            );
            self.findings
                .push(Finding::new("node-test", UNFINISHED, Severity::High, message));
        }
        let mut helpers = Vec::new();
        for file in std::mem::take(&mut self.silent) {
            let name = file.rsplit('/').next().unwrap_or(&file);
            // In a directory named `test` node takes every file for a test, helpers included.
            if chosen || !lcov::is_test(name.as_bytes()) {
                helpers.push(text::one_line(&file));
                continue;
            }
            self.counts.errors += 1;
            let message =
                "no test of this file was reported: it has none, or it ended its process (process.exit)";
            self.findings.push(
                Finding::new("node-test", text::one_line(&file), Severity::High, message)
                    .at(file, None, None),
            );
        }
        if !helpers.is_empty() {
            let shown = text::shorten(&helpers.join(", "), 300);
            self.warnings.push(format!(
                "node takes these for test files, and no test of them was reported: {shown}"
            ));
        }
    }
}

/// Why a file could not be run to its end, and the line, as far as what it printed says so.
fn broken_file(file: &str, failure: &Failure, said: &str) -> (String, Option<u32>) {
    let ended = match (&failure.signal, failure.exit_code) {
        (Some(signal), _) => format!("its process was killed by {signal}"),
        (None, Some(code)) => format!("its process ended with exit code {code}"),
        (None, None) => failure.message.clone(),
    };
    // `/project/a.test.js:3`, the source line, a mark, an empty line, and what was thrown.
    let place = format!("{file}:");
    let mut lines = said.lines();
    let line = lines
        .find_map(|line| line.strip_prefix(&place))
        .and_then(|rest| rest.parse().ok());
    let thrown = line.and_then(|_: u32| {
        lines.take(12).find(|line| {
            line.split(':').next().is_some_and(|name| name.contains("Error")) && line.contains(": ")
        })
    });
    match thrown
        .map(str::trim)
        .map_or_else(|| named(file, said), |thrown| Some(thrown.to_owned()))
    {
        Some(thrown) => (format!("{ended}: {thrown}"), line),
        None => (ended, line),
    }
}

/// What was thrown in node's own code on behalf of a file: `Error: Cannot find module './x'`, `Require stack:`, and
/// the file.
fn named(file: &str, said: &str) -> Option<String> {
    let stack = format!("- {file}");
    let lines: Vec<&str> = said.lines().collect();
    let at = lines.iter().position(|line| line.trim() == stack)?;
    let from = at.saturating_sub(8);
    let mut before = lines.get(from..at)?.iter().rev();
    let thrown = before.find(|line| line.starts_with("Error"))?;
    Some((*thrown).to_owned())
}
