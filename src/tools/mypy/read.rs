//! Reading what mypy prints: `FILE:LINE:COLUMN: error: WHY  [CODE]`, notes in the same form, and a summary.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::super::python;
use super::super::{Answer, Reading, ToolRun};
use crate::model::finding::{Finding, Severity};
use crate::model::text;

/// A message with a place. A file's name may hold anything; the first number behind a colon ends it.
#[expect(
    clippy::expect_used,
    reason = "the pattern is a constant that every test compiles"
)]
static PLACED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(.+?):(\d+)(?::(\d+))?: (error|note|warning): (.*?)(?:  \[([a-z0-9-]+)\])?$")
        .expect("a pattern")
});

/// A message about a whole file.
#[expect(
    clippy::expect_used,
    reason = "the pattern is a constant that every test compiles"
)]
static WHOLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(.+?): (error|note|warning): (.*?)(?:  \[([a-z0-9-]+)\])?$").expect("a pattern")
});

/// The last line.
#[expect(
    clippy::expect_used,
    reason = "the pattern is a constant that every test compiles"
)]
static SUMMARY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^(?:Success: no issues found in (\d+) source files?|Found (\d+) errors? in \d+ files? \((?:checked (\d+) source files?|errors prevented further checking)\))$",
    )
    .expect("a pattern")
});

/// A complaint about settings on stderr, which mypy leaves out and goes on without.
#[expect(
    clippy::expect_used,
    reason = "the pattern is a constant that every test compiles"
)]
static SETTINGS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\S*(?:mypy\.ini|pyproject\.toml|setup\.cfg|mypy/config): ").expect("a pattern")
});

/// The numbers of the summary.
struct Summary {
    errors: u64,
    /// Files that were checked; `None` when errors kept mypy from it.
    checked: Option<u64>,
    success: bool,
}

fn summary(stdout: &str) -> Option<Summary> {
    let found = stdout.lines().rev().find_map(|line| SUMMARY.captures(line))?;
    let number = |index| found.get(index).and_then(|digits| digits.as_str().parse().ok());
    if found.get(1).is_some() && found[0].ends_with('s') == (number(1) == Some(1)) {
        // `2 source file`: the line is cut off.
        return None;
    }
    Some(Summary {
        errors: number(2).unwrap_or(0),
        checked: number(1).or_else(|| number(3)),
        success: found.get(1).is_some(),
    })
}

/// The errors, each with the notes that follow it for the same line.
fn findings(stdout: &str, run: &ToolRun<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut of_error = false;
    for line in stdout.lines() {
        let text = |found: &regex::Captures<'_>, index| found.get(index).map(|part| part.as_str().to_owned());
        let (file, place, column, kind, message, code) = if let Some(found) = PLACED.captures(line) {
            let number = |index| found.get(index).and_then(|digits| digits.as_str().parse().ok());
            (
                text(&found, 1),
                number(2),
                number(3),
                text(&found, 4),
                text(&found, 5),
                text(&found, 6),
            )
        } else if let Some(found) = WHOLE.captures(line) {
            (
                text(&found, 1),
                None,
                None,
                text(&found, 2),
                text(&found, 3),
                text(&found, 4),
            )
        } else {
            of_error = false;
            continue;
        };
        let (file, message) = (file.unwrap_or_default(), message.unwrap_or_default());
        let path = run.project_path(file.strip_prefix("./").unwrap_or(&file));
        if kind.as_deref() == Some("note") {
            if let Some(last) = findings.last_mut().filter(|last| {
                of_error
                    && last.path.as_deref() == Some(&path)
                    && last.line == place
                    && last.message.len() < 2_000
            }) {
                last.message.push('\n');
                last.message.push_str(message.trim());
            }
            continue;
        }
        of_error = true;
        let severity = if kind.as_deref() == Some("warning") {
            Severity::Medium
        } else {
            Severity::High
        };
        findings.push(
            Finding::new(
                "mypy",
                code.unwrap_or_else(|| "mypy".to_owned()),
                severity,
                message,
            )
            .at(path, place, column),
        );
    }
    for finding in &mut findings {
        finding.message = python::brief(&finding.message);
    }
    findings
}

/// Whether the arguments hold the code to check: `-c CODE`, `--command=CODE`, and what short forms mypy takes.
fn is_given_code(args: &[String]) -> bool {
    args.iter().take_while(|word| *word != "--").any(|word| {
        let name = word.split_once('=').map_or(word.as_str(), |(name, _)| name);
        let long = name.starts_with("--com") && "--command".starts_with(name);
        long || (word.starts_with("-c") && !word.starts_with("--"))
    })
}

/// Reads a run.
pub(super) fn read(run: &ToolRun<'_>) -> Reading {
    if is_given_code(run.args) {
        return Reading::broken_with_hint(
            "mypy looked at no file of the project: -c gives it the code to check",
            "name files or directories instead: mypy .",
        );
    }
    let (stdout, stderr) = (python::plain(run.stdout), python::plain(run.stderr));
    let settings = stderr
        .lines()
        .find(|line| SETTINGS.is_match(line))
        .map(|line| text::shorten(line.trim(), 300));
    let findings = findings(&stdout, run);
    if run.exit == 2 {
        return ended(findings, &stdout, &stderr, run);
    }
    let Some(summary) = summary(&stdout) else {
        return python::no_answer("mypy did not get to its summary", run);
    };
    if summary.success != (run.exit == 0) || summary.success != findings.is_empty() {
        return python::no_answer(
            "mypy's summary, its exit code and its report contradict each other",
            run,
        );
    }
    let Some(checked) = summary.checked.filter(|files| *files > 0) else {
        return python::no_answer("mypy checked no file", run);
    };
    if let (Some(said), true) = (&settings, findings.is_empty()) {
        // What it then checked is not what the project asks for.
        return Reading::broken(format!("mypy does not understand its settings: {said}"));
    }
    let listed = findings.len() as u64;
    let unlisted = summary
        .errors
        .checked_sub(listed)
        .filter(|more| *more > 0)
        .map(|more| format!("mypy found {more} more errors and does not show them"));
    Reading::Answer(Box::new(Answer {
        findings,
        metrics: BTreeMap::from([("files_checked", checked)]),
        warnings: settings
            .map(|said| format!("mypy does not understand its settings: {said}"))
            .into_iter()
            .chain(unlisted)
            .collect(),
        ..Answer::default()
    }))
}

/// What exit code 2 means. Only code that cannot be parsed is an answer; all else kept mypy from looking.
fn ended(findings: Vec<Finding>, stdout: &str, stderr: &str, run: &ToolRun<'_>) -> Reading {
    if !findings.is_empty() && findings.iter().all(|finding| finding.rule == "syntax") {
        return Reading::Answer(Box::new(Answer {
            findings,
            warnings: vec!["mypy checks nothing else until every file can be parsed".to_owned()],
            ..Answer::default()
        }));
    }
    if stderr.contains("There are no .py[i] files in directory '.'") {
        return Reading::Nothing("mypy found no Python files".to_owned());
    }
    let first = |text: &str| {
        text.lines()
            .find(|line| line.contains("error: ") || line.contains("INTERNAL ERROR"))
            .map(|line| line.trim().to_owned())
    };
    let Some(said) = first(stderr).or_else(|| first(stdout)) else {
        return python::no_answer("mypy gave up", run);
    };
    let reason = format!("mypy gave up: {}", text::shorten(&said, 300));
    if said.contains("Missing target module") {
        return Reading::broken_with_hint(
            reason,
            "name what to check: files = [\".\"] in the settings of mypy",
        );
    }
    Reading::broken(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(args: &str, expect: bool) {
        let args: Vec<String> = args.split_whitespace().map(str::to_owned).collect();
        assert_eq!(is_given_code(&args), expect, "{args:?}");
        let recorded = crate::tools::python_recordings::Recording::unread(&crate::tools::mypy::Mypy);
        let reading = read(&ToolRun {
            exit: 0,
            stdout: b"Success: no issues found in 1 source file\n",
            stderr: b"",
            outputs: &recorded.outputs,
            facts: &recorded.facts,
            coverage: false,
            mode: crate::tools::Mode::Check,
            args: &args,
        });
        assert_eq!(matches!(reading, Reading::Broken(_)), expect, "{reading:?}");
    }

    #[test]
    fn code_on_the_command_line_is_not_the_project() {
        check("-c 1", true);
        check("-c1", true);
        check("--command=1", true);
        check("--comm 1", true);
        check("--strict --config-file x --cache-dir=c .", false);
        check("-p package -m module", false);
        check("-- -c", false);
    }
}
