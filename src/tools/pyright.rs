//! `pyright`: type errors of Python, from its report in JSON, which says how many files were analysed.
//!
//! Format: `{generalDiagnostics: [{file, severity, message, range, rule}], summary: {filesAnalyzed, errorCount,
//! warningCount, informationCount}}`, lines and columns from 0. With a broken configuration it analyses with its
//! defaults and says so on stderr only; then what it found is no answer to what was asked.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::python::{self, Options};
use super::{Answer, Applies, Ask, Mode, Prepared, Reading, Tool, ToolRun, javascript};
use crate::model::finding::{Finding, Severity};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::model::text;
use crate::project::UnitFacts;

/// Pyright.
pub struct Pyright;

/// Options that change the report, go on for ever or do something else.
const REPORT: Options = Options {
    alone: &[
        "--outputjson",
        "--watch",
        "-w",
        "--stats",
        "--verbose",
        "--dependencies",
        "--ignoreexternal",
    ],
    valued: &["--level", "--createstub", "--verifytypes"],
    other_valued: "ptv",
};

impl Tool for Pyright {
    fn id(&self) -> &'static str {
        "pyright"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[(GateId::TypeChecking, Language::Python)]
    }

    fn words(&self) -> &'static [&'static str] {
        &["pyright"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &[]
    }

    /// The last of the type checkers for Python in the table, so it also says that there is none.
    fn applies(&self, facts: &UnitFacts) -> Applies {
        if facts.has_up("pyrightconfig.json") {
            return Applies::Yes("pyrightconfig.json is there".to_owned());
        }
        let in_pyproject = facts
            .python
            .mypy
            .iter()
            .filter(|file| file.name.ends_with("pyproject.toml"))
            .find(|file| {
                let text = file.text.as_deref().unwrap_or_default();
                text.lines()
                    .any(|line| line.trim_start().starts_with("[tool.pyright"))
            });
        match in_pyproject {
            Some(file) => Applies::Yes(format!("{} has settings of pyright", file.name)),
            None => Applies::NothingToDo(
                "no type checker is configured: there are settings of neither mypy nor pyright".to_owned(),
            ),
        }
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        if ask.mode == Mode::Fix {
            return None;
        }
        let mut added = vec!["--outputjson".to_owned()];
        if !ask.configured
            && let Some(environment) = &ask.facts.virtualenv
        {
            // The packages that the code uses are here, whatever Python is first on the PATH.
            added.push("--pythonpath".to_owned());
            added.push(environment.join("bin/python").display().to_string());
        }
        let added: Vec<&str> = added.iter().map(String::as_str).collect();
        Some(Prepared {
            args: javascript::with_added(REPORT.remove_from(ask.args), &added),
            reads_stdout: true,
            ..Prepared::default()
        })
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[
            (0, "no errors; there may be warnings"),
            (1, "errors, or warnings where those count"),
            (2, "a fatal error"),
            (3, "the configuration cannot be read"),
            (4, "wrong arguments"),
        ]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        let complaint = complaint(&python::plain(run.stderr));
        if run.exit > 1 {
            return match complaint {
                Some(said) => Reading::broken(format!("pyright gave up: {said}")),
                None => python::no_answer("pyright gave up", run),
            };
        }
        let report: Report = match javascript::report(run.stdout, "{") {
            Ok(report) => report,
            Err(error) => {
                return python::no_answer(&format!("pyright's report cannot be read ({error})"), run);
            }
        };
        judge(&report, complaint, run)
    }

    fn install(&self) -> &'static str {
        "python -m pip install pyright"
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    general_diagnostics: Vec<Diagnostic>,
    summary: Summary,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    files_analyzed: u64,
    error_count: u64,
    warning_count: u64,
    #[serde(default)]
    information_count: u64,
}

#[derive(Debug, Deserialize)]
struct Diagnostic {
    file: Option<String>,
    severity: String,
    message: String,
    range: Option<Range>,
    rule: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Range {
    start: Point,
}

#[derive(Debug, Deserialize)]
struct Point {
    line: u32,
    character: u32,
}

impl Diagnostic {
    /// The diagnostic as a finding; `None` for information, which never fails pyright's own run.
    fn finding(&self, run: &ToolRun<'_>) -> Option<Finding> {
        let severity = match self.severity.as_str() {
            "information" | "hint" => return None,
            word => Severity::from_tool(word),
        };
        let rule = match &self.rule {
            Some(rule) => text::one_line(rule),
            // What has no rule cannot be switched off: errors of the syntax.
            None => "syntax".to_owned(),
        };
        let finding = Finding::new("pyright", rule, severity, python::brief(&self.message));
        let Some(file) = &self.file else {
            return Some(finding);
        };
        let start = self.range.as_ref().map(|range| &range.start);
        Some(finding.at(
            run.project_path(&text::one_line(file)),
            start.map(|start| start.line.saturating_add(1)),
            start.map(|start| start.character.saturating_add(1)),
        ))
    }
}

/// What stderr says about settings that were left out.
fn complaint(stderr: &str) -> Option<String> {
    let words = [
        "could not be parsed",
        "could not be read",
        "entry must",
        "not found in venv path",
        "does not exist",
        "is not a valid",
        "Unexpected option",
        "cannot be used",
    ];
    stderr
        .lines()
        .find(|line| words.iter().any(|words| line.contains(words)))
        .map(|line| text::shorten(line.trim(), 300))
}

fn judge(report: &Report, complaint: Option<String>, run: &ToolRun<'_>) -> Reading {
    let findings: Vec<Finding> = report
        .general_diagnostics
        .iter()
        .filter_map(|one| one.finding(run))
        .collect();
    let summary = &report.summary;
    if summary.error_count.saturating_add(summary.warning_count) > findings.len() as u64 {
        return python::no_answer("pyright counts more errors than it reports", run);
    }
    if findings.is_empty() {
        if let Some(said) = complaint {
            return Reading::broken(format!("pyright does not follow its settings: {said}"));
        }
        if summary.files_analyzed == 0 && run.exit == 0 {
            return Reading::Nothing("pyright found no Python files".to_owned());
        }
    }
    let remarks = (summary.information_count > 0).then(|| {
        format!(
            "pyright has {} remarks that do not count",
            summary.information_count
        )
    });
    Reading::Answer(Box::new(Answer {
        findings,
        metrics: BTreeMap::from([("files_checked", summary.files_analyzed)]),
        warnings: complaint
            .map(|said| format!("pyright does not follow its settings: {said}"))
            .into_iter()
            .chain(remarks)
            .collect(),
        ..Answer::default()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::facts::TextFile;
    use crate::tools::lint_recordings as recordings;
    use crate::tools::python_recordings::{self, Args, Recording, facts};

    #[test]
    fn recorded_runs_are_read() {
        insta::assert_snapshot!(python_recordings::show_all(&Pyright));
    }

    #[test]
    fn nothing_spoiled_reads_as_clean() {
        for version in ["1.1.380", "1.1.414"] {
            python_recordings::check_never_clean(&Pyright, &Recording::load("pyright", version, "clean"));
        }
    }

    #[test]
    fn no_bytes_make_it_panic() {
        recordings::check_any_bytes(&Pyright, "{\"generalDiagnostics\": [],");
    }

    #[track_caller]
    fn check(args: Args<'_>, expect: &str) {
        let mut facts = facts("");
        facts.virtualenv = Some("/project/.venv".into());
        let prepared = python_recordings::prepare(&Pyright, &facts, Mode::Check, args, false);
        assert_eq!(prepared.args.join(" "), expect);
    }

    #[test]
    fn the_report_is_the_one_that_can_be_read() {
        check(
            Args::Default,
            "--outputjson --pythonpath /project/.venv/bin/python",
        );
        check(
            Args::Configured("--watch --stats --level warning -p x --warnings src"),
            "-p x --warnings src --outputjson",
        );
    }

    #[test]
    fn it_is_used_where_it_is_configured() {
        let mut facts = facts("");
        assert!(
            matches!(Pyright.applies(&facts), Applies::NothingToDo(why) if why.starts_with("no type checker"))
        );
        facts.python.mypy = vec![TextFile {
            name: "pyproject.toml".to_owned(),
            text: Some("[tool.pyright]\n".to_owned()),
        }];
        assert!(matches!(Pyright.applies(&facts), Applies::Yes(_)));
        facts.python.mypy.clear();
        facts.above.insert("pyrightconfig.json".to_owned());
        assert!(matches!(Pyright.applies(&facts), Applies::Yes(_)));
    }
}
