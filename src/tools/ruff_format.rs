//! `ruff format`: which files are not laid out as the formatter would.
//!
//! The report differs by version: `Would reformat: PATH` up to 0.14, then diagnostics, a line each where
//! `RUFF_OUTPUT_FORMAT` asks for it. All are read, and their number is compared with the summary line, which alone
//! says that a file was looked at. The report in JSON has no such line.

use std::sync::LazyLock;

use regex::Regex;

use super::python::{self, Options};
use super::{Answer, Applies, Ask, Mode, Prepared, Reading, Tool, ToolRun, ruff};
use crate::model::finding::{Finding, Severity};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;

/// `ruff format`.
pub struct RuffFormat;

/// Options that decide the mode or hide the report.
const MODE: Options = Options {
    alone: &[
        "--check",
        "--diff",
        "--exit-non-zero-on-format",
        "--quiet",
        "-q",
        "--silent",
        "-s",
    ],
    valued: &["--output-format"],
    other_valued: "",
};

impl Tool for RuffFormat {
    fn id(&self) -> &'static str {
        "ruff-format"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[(GateId::Formatting, Language::Python)]
    }

    fn words(&self) -> &'static [&'static str] {
        &["ruff", "format"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &["."]
    }

    fn applies(&self, _facts: &UnitFacts) -> Applies {
        Applies::Yes("ruff format is the formatter for Python".to_owned())
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        let mut own = ruff::unmet(ask);
        own.extend(MODE.remove_from(ask.args));
        let (args, env) = match ask.mode {
            Mode::Check => (
                std::iter::once("--check".to_owned()).chain(own).collect(),
                // A variable, because versions that do not know the option refuse it.
                vec![("RUFF_OUTPUT_FORMAT".to_owned(), "concise".to_owned())],
            ),
            Mode::Fix => (own, Vec::new()),
        };
        Some(Prepared {
            args,
            env,
            reads_stdout: true,
            ..Prepared::default()
        })
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[
            (0, "every file is laid out as it should be"),
            (1, "files would be reformatted"),
            (2, "a file could not be read or parsed, or it gave up"),
        ]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        let stdout = python::plain(run.stdout);
        let stderr = python::plain(run.stderr);
        let counts = Counts::of(&stdout);
        let diagnostics = ruff::parse(run.stdout).ok();
        let mut findings = match &diagnostics {
            Some(found) => found.iter().map(|found| found.finding(self.id(), run)).collect(),
            None => listed(self.id(), &stdout, run),
        };
        add_unreadable(self.id(), &stderr, run, &mut findings);
        for finding in findings.iter_mut().filter(|finding| finding.rule != UNFORMATTED) {
            // No formatter rewrites it, whatever the report claims.
            finding.fixable = false;
            if matches!(finding.rule.as_str(), "invalid-syntax" | "E999") {
                SYNTAX.clone_into(&mut finding.rule);
            }
        }
        let unlisted = counts.would_be.saturating_sub(
            findings
                .iter()
                .filter(|finding| finding.rule == UNFORMATTED)
                .count() as u64,
        );
        if unlisted > 0 {
            findings.push(Finding::new(
                self.id(),
                UNFORMATTED,
                Severity::Low,
                format!("{unlisted} files would be reformatted, and ruff does not say which"),
            ));
        }
        match run.exit {
            // Without a word of stdout no file was formatted: a `pyproject.toml` counts as found, and has no layout.
            0 if findings.is_empty() && (stderr.contains(ruff::NO_FILES) || stdout.trim().is_empty()) => {
                Reading::Nothing(ruff::NOTHING.to_owned())
            }
            0 if counts.all() == 0 => {
                python::no_answer("ruff format did not say how many files it looked at", run)
            }
            2 if findings.iter().all(|finding| finding.rule == UNFORMATTED) => {
                ruff::abnormal("ruff format", run)
            }
            _ => Reading::Answer(Box::new(Answer {
                warnings: unparsed(&findings).into_iter().collect(),
                findings,
                metrics: counts.metrics(run.mode),
                ..Answer::default()
            })),
        }
    }

    fn install(&self) -> &'static str {
        "python -m pip install ruff"
    }
}

/// The rule of a file that would be reformatted; ruff's own name for it.
const UNFORMATTED: &str = "unformatted";

/// The rule of a file that cannot be parsed.
const SYNTAX: &str = "syntax";

/// That the formatter is no help for some files.
fn unparsed(findings: &[Finding]) -> Option<String> {
    let files: std::collections::BTreeSet<Option<&str>> = findings
        .iter()
        .filter(|finding| finding.rule == SYNTAX)
        .map(|finding| finding.path.as_deref())
        .collect();
    let first = files.first()?.unwrap_or("a file");
    let subject = match files.len() {
        1 => first.to_owned(),
        count => format!("{first} and {} more", count - 1),
    };
    Some(format!(
        "{subject} cannot be read or parsed: no formatter can rewrite that, it has to be mended by hand"
    ))
}

/// The numbers of the summary line.
#[derive(Default)]
struct Counts {
    said: bool,
    would_be: u64,
    reformatted: u64,
    unchanged: u64,
}

#[expect(
    clippy::expect_used,
    reason = "the pattern is a constant that every test compiles"
)]
static SUMMARY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?m)^(?:\d+ files? (?:would be reformatted|reformatted|already formatted|left unchanged)(?:, |$))+$",
    )
    .expect("a pattern")
});

/// `PATH:LINE:COLUMN: RULE: MESSAGE`, where the place may be missing or in the cell of a notebook.
#[expect(
    clippy::expect_used,
    reason = "the pattern is a constant that every test compiles"
)]
static CONCISE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(.+?)(?::cell \d+)?((?::\d+:\d+)?): (unformatted|invalid-syntax|io): (.+)$")
        .expect("a pattern")
});

impl Counts {
    fn of(stdout: &str) -> Self {
        let mut counts = Self::default();
        let Some(line) = SUMMARY.find_iter(stdout).last() else {
            return counts;
        };
        counts.said = true;
        for part in line.as_str().split(", ") {
            let number = part
                .split(' ')
                .next()
                .and_then(|word| word.parse().ok())
                .unwrap_or(0);
            if part.ends_with("would be reformatted") {
                counts.would_be = number;
            } else if part.ends_with("reformatted") {
                counts.reformatted = number;
            } else {
                counts.unchanged = number;
            }
        }
        counts
    }

    fn all(&self) -> u64 {
        self.would_be + self.reformatted + self.unchanged
    }

    fn metrics(&self, mode: Mode) -> std::collections::BTreeMap<&'static str, u64> {
        let mut metrics = std::collections::BTreeMap::new();
        if self.said {
            metrics.insert("files_checked", self.all());
            if mode == Mode::Fix {
                metrics.insert("files_reformatted", self.reformatted);
            }
        }
        metrics
    }
}

/// The rule that a line begins with, and what follows.
fn known_rule(line: &str) -> Option<(&'static str, &str)> {
    [UNFORMATTED, "invalid-syntax", "io"]
        .into_iter()
        .find_map(|rule| Some((rule, line.strip_prefix(rule)?.strip_prefix(": ")?)))
}

/// The files that a report for people lists.
fn listed(tool: &str, stdout: &str, run: &ToolRun<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut lines = stdout.lines().peekable();
    while let Some(line) = lines.next() {
        let path = if let Some(path) = line.strip_prefix("Would reformat: ") {
            Some((path.to_owned(), UNFORMATTED, "File would be reformatted"))
        } else {
            match known_rule(line) {
                Some((rule, message)) => lines
                    .peek()
                    .and_then(|next| next.trim().strip_prefix("--> "))
                    .map(|place| (place.to_owned(), rule, message)),
                None => CONCISE.captures(line).and_then(|found| {
                    let (file, at) = (found.get(1)?.as_str(), found.get(2)?.as_str());
                    let (rule, message) = known_rule(&line[found.get(3)?.start()..])?;
                    Some((format!("{file}{at}"), rule, message))
                }),
            }
        };
        if let Some((place, rule, message)) = path {
            let (file, line, column) = split_place(&place);
            let severity = if rule == UNFORMATTED {
                Severity::Low
            } else {
                Severity::High
            };
            let finding = Finding::new(tool, rule, severity, python::brief(message)).at(
                run.project_path(file),
                line,
                column,
            );
            findings.push(if rule == UNFORMATTED {
                finding.fixable()
            } else {
                finding
            });
        }
    }
    findings
}

/// `error: Failed to parse PATH:LINE:COLUMN: WHY` and its kin on stderr, where the report does not name the file.
fn add_unreadable(tool: &str, stderr: &str, run: &ToolRun<'_>, findings: &mut Vec<Finding>) {
    for line in stderr.lines() {
        let Some(rest) = ["parse", "read", "format", "write"]
            .iter()
            .find_map(|verb| line.strip_prefix(&format!("error: Failed to {verb} ")))
        else {
            continue;
        };
        let (place, why) = rest.split_once(": ").unwrap_or((rest, "it cannot be read"));
        let (file, line, column) = split_place(place);
        let path = run.project_path(file);
        let known = |finding: &Finding| finding.rule != UNFORMATTED && finding.path.as_deref() == Some(&path);
        if !findings.iter().any(known) {
            findings.push(
                Finding::new(tool, "invalid-syntax", Severity::High, python::brief(why))
                    .at(path, line, column),
            );
        }
    }
}

/// `PATH:LINE:COLUMN` taken apart; a path alone has no place.
fn split_place(place: &str) -> (&str, Option<u32>, Option<u32>) {
    let mut parts = place.rsplitn(3, ':');
    let column = parts.next().and_then(|word| word.parse().ok());
    let line = parts.next().and_then(|word| word.parse().ok());
    match (parts.next(), line, column) {
        (Some(path), Some(line), Some(column)) => (path, Some(line), Some(column)),
        _ => (place, None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::python_recordings::{self as recordings, Args, Recording};

    #[test]
    fn recorded_runs_are_read() {
        insta::assert_snapshot!(recordings::show_all(&RuffFormat));
    }

    #[test]
    fn nothing_spoiled_reads_as_clean() {
        for version in ["0.4.10", "0.17.5"] {
            recordings::check_never_clean(&RuffFormat, &Recording::load("ruff-format", version, "clean"));
        }
        recordings::check_never_clean(
            &RuffFormat,
            &Recording::load("ruff-format", "0.17.5", "fix-clean"),
        );
    }

    #[track_caller]
    fn check(mode: Mode, args: &str, expect: &str) {
        let facts = recordings::facts("");
        let prepared = recordings::prepare(&RuffFormat, &facts, mode, Args::Configured(args), false);
        assert_eq!(prepared.args.join(" "), expect);
    }

    #[test]
    fn the_mode_is_the_one_that_is_asked() {
        check(Mode::Check, ".", "--check .");
        check(
            Mode::Check,
            "--check -q --diff --line-length 90 src",
            "--check --line-length 90 src",
        );
        check(Mode::Fix, ".", ".");
        check(Mode::Fix, "--check --diff --output-format=github src", "src");
    }
}
