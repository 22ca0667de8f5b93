//! `sdd config check`: everything that is wrong or odd about a settings file.

use serde_json::json;

use super::{Format, json_document};
use crate::model::config::{ConfigError, ConfigWarning, Inspection, JsonPath, Position};
use crate::model::exit::Exit;
use crate::model::text;

/// Whether a problem makes the check fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemSeverity {
    /// It does.
    Error,
    /// It does not: the file can stay as it is.
    Warning,
}

impl ProblemSeverity {
    /// The word for it in every form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One thing that is wrong or odd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Whether it makes the check fail.
    pub severity: ProblemSeverity,
    /// Where in the file.
    pub location: Position,
    /// Which setting; `None` when it is the whole file.
    pub json_path: Option<JsonPath>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// The answer of `sdd config check`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckReport {
    /// The file, as it is shown.
    pub path: String,
    /// Whether there is such a file; without it every setting has its default.
    pub exists: bool,
    /// What is wrong or odd, in the order of the file.
    pub problems: Vec<Problem>,
    /// How to exit: 2 when there is an error.
    pub exit: Exit,
}

/// The answer for a file that is not there: nothing is wrong with that.
pub fn missing(path: &str) -> CheckReport {
    CheckReport {
        path: path.to_owned(),
        exists: false,
        problems: Vec::new(),
        exit: Exit::Ok,
    }
}

/// Checks a file: unknown keys and rules that nobody can check are errors here.
pub fn check(path: &str, inspection: &Inspection) -> CheckReport {
    let errors = inspection.errors.iter().map(of_error);
    let warnings = inspection
        .loaded
        .warnings
        .iter()
        .chain(&inspection.bad_rules)
        .map(of_warning);
    let mut problems: Vec<Problem> = errors.chain(warnings).collect();
    problems.sort_by_key(|problem| problem.location);
    let failed = problems
        .iter()
        .any(|problem| problem.severity == ProblemSeverity::Error);
    CheckReport {
        path: path.to_owned(),
        exists: true,
        problems,
        exit: if failed { Exit::Usage } else { Exit::Ok },
    }
}

fn of_error(error: &ConfigError) -> Problem {
    Problem {
        severity: ProblemSeverity::Error,
        location: error.position(),
        json_path: error.json_path().cloned(),
        message: error.message(),
        hint: Some(error.hint().to_owned()),
    }
}

fn of_warning(warning: &ConfigWarning) -> Problem {
    Problem {
        severity: if warning.kind.is_harmless() {
            ProblemSeverity::Warning
        } else {
            ProblemSeverity::Error
        },
        location: warning.position,
        json_path: Some(warning.json_path.clone()).filter(|path| !path.is_top()),
        message: warning.message.clone(),
        hint: warning.hint.clone(),
    }
}

impl CheckReport {
    /// Adds what only a look at the project can tell, in the order of the file.
    pub fn add(&mut self, problem: Problem) {
        if problem.severity == ProblemSeverity::Error {
            self.exit = Exit::Usage;
        }
        self.problems.push(problem);
        self.problems.sort_by_key(|problem| problem.location);
    }

    /// The report in a form.
    pub fn render(&self, format: Format) -> String {
        match format {
            Format::Human => self.human(),
            Format::Json => json_document(&self.json()),
        }
    }

    fn count(&self, severity: ProblemSeverity) -> usize {
        self.problems
            .iter()
            .filter(|problem| problem.severity == severity)
            .count()
    }

    fn human(&self) -> String {
        let mut lines = Vec::new();
        for problem in &self.problems {
            let Position { line, column } = problem.location;
            let place = problem
                .json_path
                .as_ref()
                .map_or_else(String::new, |path| format!("{path}: "));
            lines.push(format!(
                "{}:{line}:{column}: {}: {place}{}",
                self.path,
                problem.severity.as_str(),
                problem.message
            ));
            if let Some(hint) = &problem.hint {
                lines.push(format!("  hint: {hint}"));
            }
        }
        lines.push(
            match (
                self.count(ProblemSeverity::Error),
                self.count(ProblemSeverity::Warning),
            ) {
                _ if !self.exists => {
                    format!(
                        "{}: there is no such file; every setting has its default",
                        self.path
                    )
                }
                (0, 0) => format!("{}: no problems", self.path),
                (errors, warnings) => format!(
                    "{}: {}, {}",
                    self.path,
                    text::counted(errors, "error"),
                    text::counted(warnings, "warning")
                ),
            },
        );
        lines.join("\n") + "\n"
    }

    fn json(&self) -> serde_json::Value {
        let errors = self.count(ProblemSeverity::Error);
        let problems: Vec<serde_json::Value> = self
            .problems
            .iter()
            .map(|problem| {
                json!({
                    "severity": problem.severity.as_str(),
                    "json_path": problem.json_path.as_ref().map(ToString::to_string),
                    "location": {
                        "file": self.path, "line": problem.location.line, "column": problem.location.column
                    },
                    "message": problem.message,
                    "hint": problem.hint,
                })
            })
            .collect();
        json!({
            "schema_version": 1,
            "kind": "config_check",
            "verdict": if errors == 0 { "passed" } else { "failed" },
            "file": self.path,
            "exists": self.exists,
            "summary": {"error": errors, "warning": self.count(ProblemSeverity::Warning)},
            "problems": problems,
        })
    }
}
