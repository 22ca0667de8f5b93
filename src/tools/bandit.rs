//! bandit: insecure Python code, from its JSON report.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::python::{self, Options};
use super::{Answer, Applies, Ask, OutputFile, Prepared, Reading, Tool, ToolRun};
use crate::model::finding::{Finding, Severity};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;

/// bandit.
pub struct Bandit;

/// Options that decide the report or hide what was found.
const REPORT: Options = Options {
    alone: &[
        "--exit-zero",
        "--quiet",
        "--silent",
        "-q",
        "--verbose",
        "-v",
        "--debug",
        "-d",
    ],
    valued: &["--format", "-f", "--output", "-o", "--msg-template"],
    other_valued: "acnptsxb",
};

/// Trees that hold no code of the project's own, whatever is in them. bandit takes a name without `*` as a piece of
/// text that may stand anywhere in a path (`venv` would leave out `src/venv_tools.py`), so these are patterns.
/// Names such as `build`, `dist` and `venv` are not among them: they may as well be packages.
const NOT_OURS: [&str; 10] = [
    "*/.git/*",
    "*/.hg/*",
    "*/.svn/*",
    "*/.tox/*",
    "*/.nox/*",
    "*/.eggs/*",
    "*/node_modules/*",
    "*/__pycache__/*",
    "*/site-packages/*",
    "*/.session/*",
];

impl Tool for Bandit {
    fn id(&self) -> &'static str {
        "bandit"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[(GateId::Security, Language::Python)]
    }

    fn words(&self) -> &'static [&'static str] {
        &["bandit"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &["-r", "."]
    }

    fn applies(&self, _facts: &UnitFacts) -> Applies {
        Applies::Yes("bandit looks for insecure Python code".to_owned())
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        let report = ask.out.join("bandit.json");
        let mut args: Vec<String> = ["-q", "-f", "json", "-o"].map(str::to_owned).into();
        args.push(report.display().to_string());
        if !ask.configured {
            // bandit reads `[tool.bandit]` only when it is told to, and `.bandit` by itself; options of ours would
            // overrule the latter.
            if configures(ask.facts) {
                args.extend(["-c", "pyproject.toml"].map(str::to_owned));
            }
            if !ask.facts.has(".bandit") {
                args.extend(["-x".to_owned(), left_out(ask.facts)]);
            }
        }
        args.extend(REPORT.remove_from(ask.args));
        Some(Prepared {
            args,
            outputs: vec![OutputFile {
                key: "bandit",
                path: report,
            }],
            ..Prepared::default()
        })
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[
            (0, "nothing was found"),
            (1, "issues were found"),
            (2, "wrong arguments or configuration"),
        ]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        if run.exit == 2 {
            return python::no_answer("bandit did not start", run);
        }
        let report: Report = match run.output("bandit") {
            Err(why) => return python::no_answer(&format!("bandit's report cannot be read: {why}"), run),
            Ok(bytes) => match serde_json::from_slice(bytes) {
                Err(_) if names_odd_file(bytes) => {
                    return Reading::broken_with_hint(
                        "bandit's report cannot be read: it names a file whose name is not UTF-8",
                        "rename that file; to find it: find . -name '*.py' | LC_ALL=C.UTF-8 grep -avx '.*'",
                    );
                }
                Err(error) => return Reading::broken(format!("bandit's report cannot be read: {error}")),
                Ok(report) => report,
            },
        };
        let Some(totals) = report.metrics.get("_totals") else {
            return Reading::broken("bandit's report has no totals");
        };
        let scanned = report.metrics.len() - 1;
        if let Some(reason) = unread(&report, scanned) {
            return Reading::broken(reason);
        }
        if scanned == 0 || (totals.loc == 0 && report.results.is_empty()) {
            return nothing(run);
        }
        let mut findings: Vec<Finding> = report.results.iter().map(|issue| issue.finding(run)).collect();
        if let Some(first) = report.errors.first() {
            if findings.iter().all(|finding| finding.severity < Severity::High) {
                return not_scanned(&report, first, run);
            }
            findings.extend(report.errors.iter().map(|error| error.finding(run)));
        }
        Reading::Answer(Box::new(Answer {
            findings,
            metrics: BTreeMap::from([
                ("files_scanned", (scanned - report.unparsed()) as u64),
                ("lines_scanned", totals.loc),
                ("suppressed_by_comment", totals.nosec + totals.skipped_tests),
            ]),
            ..Answer::default()
        }))
    }

    fn install(&self) -> &'static str {
        "python -m pip install bandit"
    }
}

/// The patterns of what is not scanned: trees of others, environments, what git ignores, and other units.
fn left_out(facts: &UnitFacts) -> String {
    let mut patterns: Vec<String> = NOT_OURS.map(str::to_owned).into();
    for dir in facts
        .python
        .environments
        .iter()
        .chain(&facts.python.ignored)
        .chain(&facts.nested)
    {
        let pattern = format!("./{}/*", python::glob_escaped(dir));
        if !patterns.contains(&pattern) {
            patterns.push(pattern);
        }
    }
    patterns.join(",")
}

/// Whether a report has a name in it that is not UTF-8: Python writes such a byte as half of a surrogate pair, which is
/// no JSON.
fn names_odd_file(report: &[u8]) -> bool {
    report.windows(4).any(|part| part == b"\\udc")
}

fn configures(facts: &UnitFacts) -> bool {
    let tool = facts.manifest.as_ref().and_then(|manifest| manifest.get("tool"));
    tool.is_some_and(|tool| tool.get("bandit").is_some())
}

/// That no file at all could be read, when that is so.
fn unread(report: &Report, scanned: usize) -> Option<String> {
    let first = report.errors.first()?;
    (report.unparsed() >= scanned && report.results.is_empty()).then(|| {
        python::brief(&format!(
            "bandit could not read any file ({} of {}): {}: {}",
            report.errors.len(),
            scanned.max(report.errors.len()),
            first.filename,
            first.reason
        ))
    })
}

/// A file that was not scanned is not clean. Where nothing serious was found elsewhere, this is no answer.
fn not_scanned(report: &Report, first: &Trouble, run: &ToolRun<'_>) -> Reading {
    let more = match report.errors.len() {
        1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    Reading::broken_with_hint(
        python::brief(&format!(
            "{}{more} could not be scanned: {}",
            run.project_path(&first.filename),
            first.reason
        )),
        "mend the file, or leave it out on purpose: exclude_dirs in [tool.bandit] of pyproject.toml",
    )
}

/// bandit looked at no line of code. A warning of its own on stderr says that this is a mistake in the arguments.
fn nothing(run: &ToolRun<'_>) -> Reading {
    match python::trouble(&python::plain(run.stderr)) {
        Some(line) => Reading::broken(format!("bandit scanned nothing: {line}")),
        None => Reading::Nothing("no Python code to scan".to_owned()),
    }
}

#[derive(Deserialize)]
struct Report {
    errors: Vec<Trouble>,
    metrics: BTreeMap<String, Metrics>,
    results: Vec<Issue>,
}

impl Report {
    /// The files that were met and not parsed.
    fn unparsed(&self) -> usize {
        let met = |error: &&Trouble| self.metrics.contains_key(&error.filename);
        self.errors.iter().filter(met).count()
    }
}

#[derive(Deserialize)]
struct Trouble {
    filename: String,
    reason: String,
}

impl Trouble {
    /// Critical, so that no limit lets the gate pass.
    fn finding(&self, run: &ToolRun<'_>) -> Finding {
        let message = format!("it was not scanned: {}", self.reason);
        Finding::new(
            "bandit",
            "not-scanned",
            Severity::Critical,
            python::brief(&message),
        )
        .at(run.project_path(&self.filename), None, None)
    }
}

/// The metrics of a file; one that could not be parsed has only some.
#[derive(Deserialize)]
struct Metrics {
    loc: u64,
    #[serde(default)]
    nosec: u64,
    #[serde(default)]
    skipped_tests: u64,
}

#[derive(Deserialize)]
struct Issue {
    filename: String,
    line_number: u32,
    /// From 0; absent before 1.7.
    col_offset: Option<i64>,
    #[serde(rename = "issue_severity")]
    severity: String,
    #[serde(rename = "issue_confidence")]
    confidence: String,
    #[serde(rename = "issue_text")]
    text: String,
    test_id: String,
    test_name: String,
}

impl Issue {
    fn finding(&self, run: &ToolRun<'_>) -> Finding {
        // `UNDEFINED` is a word of bandit's that says nothing, and so counts as high.
        let severity = Severity::from_tool(&self.severity);
        let column = self.col_offset.and_then(|offset| u32::try_from(offset + 1).ok());
        let message = format!(
            "{} ({}, confidence {})",
            self.text.trim(),
            self.test_name,
            self.confidence.to_ascii_lowercase()
        );
        Finding::new("bandit", &self.test_id, severity, python::brief(&message)).at(
            run.project_path(&self.filename),
            Some(self.line_number),
            column,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::python_recordings::{self as recordings, Args, Recording};
    use crate::tools::{FileState, Mode};

    #[test]
    fn recorded_runs_are_read() {
        insta::assert_snapshot!(recordings::show_all(&Bandit));
    }

    #[test]
    fn a_name_that_is_not_utf8_is_said_with_what_to_do() {
        let mut run = Recording::load("bandit", "1.9.4", "clean");
        let report = br#"{"errors": [], "metrics": {"./a\udcff.py": {"loc": 1}, "_totals": {"loc": 1}}, "results": []}"#;
        run.outputs.insert("bandit", FileState::Fresh(report.to_vec()));
        match run.read(&Bandit) {
            Reading::Broken(broken) => {
                assert!(
                    broken.reason.contains("whose name is not UTF-8"),
                    "{}",
                    broken.reason
                );
                assert!(
                    broken
                        .hint
                        .is_some_and(|hint| hint.starts_with("rename that file"))
                );
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn nothing_spoiled_reads_as_clean() {
        for version in ["1.7.10", "1.9.4"] {
            recordings::check_never_clean(&Bandit, &Recording::load("bandit", version, "clean"));
        }
    }

    #[track_caller]
    fn check_severity(word: &str, expect: Severity) {
        let mut run = Recording::load("bandit", "1.9.4", "findings-severity-filter");
        let FileState::Fresh(bytes) = &run.outputs["bandit"] else {
            panic!("no report");
        };
        let text = String::from_utf8(bytes.clone()).unwrap().replace(
            "\"issue_severity\": \"HIGH\"",
            &format!("\"issue_severity\": \"{word}\""),
        );
        run.outputs.insert("bandit", FileState::Fresh(text.into_bytes()));
        match run.read(&Bandit) {
            Reading::Answer(answer) => assert_eq!(answer.findings[0].severity, expect, "{word}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_severity_is_mapped_and_an_undefined_one_is_high() {
        check_severity("LOW", Severity::Low);
        check_severity("MEDIUM", Severity::Medium);
        check_severity("HIGH", Severity::High);
        check_severity("UNDEFINED", Severity::High);
        check_severity("", Severity::High);
    }

    #[track_caller]
    fn check(manifest: &str, args: Args<'_>, expect: &str) {
        let facts = recordings::facts(manifest);
        let prepared = recordings::prepare(&Bandit, &facts, Mode::Check, args, false);
        let line = prepared.args.join(" ");
        assert_eq!(line.replace(&NOT_OURS.join(","), "OURS"), expect);
    }

    #[test]
    fn trees_of_others_are_left_out_by_default() {
        check("", Args::Default, "-q -f json -o /out/bandit.json -x OURS -r .");
        check(
            "[tool.bandit]\nskips = ['B101']",
            Args::Default,
            "-q -f json -o /out/bandit.json -c pyproject.toml -x OURS -r .",
        );
    }

    #[test]
    fn only_what_is_known_to_be_of_others_is_left_out() {
        let mut facts = recordings::facts("");
        facts.python.environments = vec!["env".to_owned()];
        facts.python.ignored = vec!["build".to_owned(), "env".to_owned()];
        facts.nested = vec!["services/a,b [x]".to_owned()];
        let prepared = recordings::prepare(&Bandit, &facts, Mode::Check, Args::Default, false);
        let patterns = prepared.args[prepared.args.len() - 3].clone();
        let own: Vec<&str> = patterns.split(',').skip(NOT_OURS.len()).collect();
        assert_eq!(own, ["./env/*", "./build/*", "./services/a?b [[]x]/*"]);
        for name in ["build", "dist", "target", "venv"] {
            assert!(!NOT_OURS.join(",").contains(name), "{name}");
        }
    }

    #[test]
    fn a_projects_own_command_keeps_its_scope() {
        check(
            "[tool.bandit]",
            Args::Configured("-rf txt --exit-zero -ll -o out.txt -x venv src"),
            "-q -f json -o /out/bandit.json -r -ll -x venv src",
        );
    }
}
