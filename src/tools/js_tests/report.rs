//! From what a runner left behind to counts, findings and coverage.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::super::{TestCounts, ToolRun};
use super::{brief, line_in, plain, test_name};
use crate::model::finding::{Finding, Severity};
use crate::model::text;
use crate::parse::jest_json::{JestFile, JestOutcome, JestReport, JestTest};

/// The rule of coverage below the limit that the project itself sets.
const THRESHOLD: &str = "coverage threshold";

/// A test that failed, or a file that broke: `rule` names it, `file` is the file as the runner prints it, and
/// `line` is where the test begins, for when the stack does not lead into the file.
pub(in crate::tools) fn finding(
    run: &ToolRun<'_>,
    tool: &str,
    rule: String,
    thrown: (&str, &str),
    place: (Option<&str>, Option<u32>),
) -> Finding {
    let ((message, stack), (file, line)) = (thrown, place);
    let said = brief(message);
    let said = if said.is_empty() {
        "it failed and does not say why".to_owned()
    } else {
        said
    };
    let found = Finding::new(tool, rule, Severity::High, said);
    match file {
        Some(file) => found.at(
            run.project_path(file),
            line_in(stack, file, run.facts).or(line),
            None,
        ),
        None => found,
    }
}

/// The counts and findings of a report that jest or vitest wrote.
pub(in crate::tools) fn from_jest_json(
    report: &JestReport,
    tool: &str,
    run: &ToolRun<'_>,
) -> (TestCounts, Vec<Finding>) {
    let mut counts = TestCounts::default();
    for file in &report.files {
        counts.add(counts_of(file));
    }
    let mut findings = Vec::new();
    for file in &report.files {
        if file.is_broken() {
            findings.push(broken_file(file, tool, run));
        }
        let failed = file
            .tests
            .iter()
            .filter(|test| test.outcome == JestOutcome::Failed);
        findings.extend(failed.map(|test| failed_test(file, test, tool, run)));
    }
    (counts, findings)
}

/// The counts of a report by the directories of other units that its files lie in.
pub(in crate::tools) fn counts_inside(
    report: &JestReport,
    run: &ToolRun<'_>,
) -> BTreeMap<String, TestCounts> {
    let mut inside: BTreeMap<String, TestCounts> = BTreeMap::new();
    let units: Vec<String> = (run.facts.nested.iter())
        .map(|dir| run.facts.unit.to_project(dir))
        .collect();
    for file in &report.files {
        let path = run.project_path(&file.path);
        let is_in = |unit: &&String| {
            path.strip_prefix(unit.as_str())
                .is_some_and(|rest| rest.starts_with('/'))
        };
        if let Some(unit) = units.iter().find(is_in) {
            inside.entry(unit.clone()).or_default().add(counts_of(file));
        }
    }
    inside
}

fn counts_of(file: &JestFile) -> TestCounts {
    let count = |outcome| file.tests.iter().filter(|test| test.outcome == outcome).count() as u64;
    TestCounts {
        passed: count(JestOutcome::Passed),
        failed: count(JestOutcome::Failed),
        errors: u64::from(file.is_broken()),
        skipped: count(JestOutcome::NotRun),
        expected_failures: 0,
    }
}

fn failed_test(file: &JestFile, test: &JestTest, tool: &str, run: &ToolRun<'_>) -> Finding {
    let name = test_name(test.blocks.iter().map(String::as_str), &test.title);
    let thrown = test.messages.first().map_or("", String::as_str);
    // vitest 3 gives no other text of a test that ran out of time.
    let message = match thrown.strip_prefix("Error: STACK_TRACE_ERROR") {
        Some(_) => "the test timed out",
        None => thrown,
    };
    finding(run, tool, name, (message, thrown), (Some(&file.path), test.line))
}

/// jest's text begins with a headline and is indented; vitest's is the message alone, or empty when a hook failed.
fn broken_file(file: &JestFile, tool: &str, run: &ToolRun<'_>) -> Finding {
    let message: Vec<&str> = file
        .message
        .lines()
        .map(|line| line.strip_prefix("    ").unwrap_or(line))
        .skip_while(|line| line.trim().is_empty() || line.trim_start().starts_with("● Test suite failed"))
        .collect();
    let message = message.join("\n");
    let message = if message.trim().is_empty() {
        "a hook failed, or the file could not be run; the log says more".to_owned()
    } else {
        message
    };
    let path = text::one_line(&run.project_path(&file.path));
    finding(
        run,
        tool,
        path,
        (&message, &file.message),
        (Some(&file.path), None),
    )
}

/// A limit that the project sets for its coverage and that does not hold, as jest, as vitest, c8 and nyc, and as node
/// put it.
#[expect(
    clippy::expect_used,
    reason = "the pattern is a constant that every test compiles"
)]
static BELOW: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?m)^(?:Jest: |ERROR: |ℹ |.*Error: )?(?P<said>Coverage for \w+ \([^)\n]*\) does not meet .*threshold.*|Uncovered count for .*threshold.*|Coverage data for .* was not found\.?|Uncovered \w+ \([^)\n]*\) exceed .*threshold.*|"[^"\n]*" (?:coverage|uncovered count) threshold for \w+ \([^)\n]*\) not met: .*|[\d.]+% \w+ coverage does not meet threshold of .*)$"#,
    )
    .expect("a pattern")
});

/// A finding for each limit of the project's own that coverage is below, as the runner's output says.
pub(in crate::tools) fn thresholds(tool: &str, said: &str) -> Vec<Finding> {
    let mut told: Vec<&str> = Vec::new();
    for found in BELOW.captures_iter(said) {
        let line = found.name("said").map_or("", |line| line.as_str());
        if !told.contains(&line) {
            told.push(line);
        }
    }
    told.into_iter()
        .map(|line| Finding::new(tool, THRESHOLD, Severity::High, text::shorten(line, 300)))
        .collect()
}

/// `TypeError: no`, `Error [ERR_X]: no`, with what stands before it in the output of mocha and others.
#[expect(
    clippy::expect_used,
    reason = "the pattern is a constant that every test compiles"
)]
static THROWN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?m)^\s*(?:✖ )?(?:ERROR: |Exception during run: |Uncaught )*(?P<said>[A-Za-z_.]*(?:Error|Exception|Warning)(?: \[\w+\])?: \S.*)$",
    )
    .expect("a pattern")
});

/// The line that says most about a runner's own trouble; empty when it says nothing.
pub(in crate::tools) fn trouble(run: &ToolRun<'_>) -> String {
    let both = [plain(run.stderr), plain(run.stdout)];
    let headline = || both.iter().find_map(|said| headline(said));
    let thrown = || {
        let mut all = both.iter().flat_map(|said| THROWN.captures_iter(said));
        let first = all.find(|found| !found["said"].contains("Warning"))?;
        Some(first["said"].to_owned())
    };
    let first = || {
        let mut lines = both.iter().flat_map(|said| said.lines());
        lines
            .find(|line| line.chars().any(char::is_alphanumeric))
            .map(str::to_owned)
    };
    let line = headline().or_else(thrown).or_else(first).unwrap_or_default();
    text::shorten(&line.trim().replace('\t', " "), 300)
}

/// jest's own: `● Validation Error:` and, behind an empty line, what is wrong.
fn headline(said: &str) -> Option<String> {
    let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let head = lines.find(|line| {
        line.starts_with("● ")
            && line.ends_with(':')
            && !line.contains("Warning")
            && !line.contains("Deprecat")
    })?;
    let head = head.trim_start_matches("● ");
    Some(format!("{head} {}", lines.next().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(said: &str, expect: &[&str]) {
        let found: Vec<String> = thresholds("x", said)
            .into_iter()
            .map(|finding| finding.message)
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn limits_of_every_runner_are_read() {
        check(
            "Jest: Coverage for lines (75%) does not meet \"global\" threshold (90%)\nJest: Coverage data for ./x.js was not found.\n",
            &[
                "Coverage for lines (75%) does not meet \"global\" threshold (90%)",
                "Coverage data for ./x.js was not found.",
            ],
        );
        check(
            "ERROR: Coverage for lines (85.71%) does not meet global threshold (99%)\nERROR: Coverage for lines (85.71%) does not meet global threshold (99%)\n",
            &["Coverage for lines (85.71%) does not meet global threshold (99%)"],
        );
        check(
            "ℹ Error: 85.71% line coverage does not meet threshold of 99%.\n",
            &["85.71% line coverage does not meet threshold of 99%."],
        );
        check(
            "Jest: \"global\" coverage threshold for lines (90%) not met: 75%\n",
            &["\"global\" coverage threshold for lines (90%) not met: 75%"],
        );
        check("Coverage for all is fine\n", &[]);
    }
}
