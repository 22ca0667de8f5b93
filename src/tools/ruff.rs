//! What `ruff check` and `ruff format` have in common: the JSON form of a diagnostic. Not a tool itself.

use serde::Deserialize;

use super::{Reading, ToolRun, python};
use crate::model::finding::{Finding, Severity};

/// One diagnostic of ruff, as far as it is read. The fields are those of ruff 0.4 and newer.
#[derive(Debug, Deserialize)]
pub(super) struct Diagnostic {
    /// The rule; before 0.14 nothing for a syntax error.
    code: Option<String>,
    /// The file, absolute.
    filename: String,
    message: String,
    /// The place; nothing for a file that could not be read at all.
    location: Option<Location>,
    fix: Option<Fix>,
    /// The cell of a notebook, from which lines count.
    cell: Option<u32>,
}

#[derive(Debug, Deserialize)]
struct Location {
    row: u32,
    column: u32,
}

#[derive(Debug, Deserialize)]
struct Fix {
    applicability: String,
}

/// What ruff says when a path holds no Python file.
pub(super) const NO_FILES: &str = "No Python files found under the given path(s)";

/// Reads a list of diagnostics.
pub(super) fn parse(bytes: &[u8]) -> Result<Vec<Diagnostic>, serde_json::Error> {
    serde_json::from_slice(bytes)
}

impl Diagnostic {
    /// The diagnostic as a finding of a tool. Lint is minor; a file that cannot be parsed or read is serious,
    /// because nothing else in it was looked at.
    pub(super) fn finding(&self, tool: &str, run: &ToolRun<'_>) -> Finding {
        let rule = self.code.as_deref().unwrap_or("invalid-syntax");
        let severity = if matches!(rule, "invalid-syntax" | "E999" | "E902" | "io") {
            Severity::High
        } else {
            Severity::Low
        };
        let message = match self.cell {
            Some(cell) => format!("{} (cell {cell})", python::brief(&self.message)),
            None => python::brief(&self.message),
        };
        let finding = Finding::new(tool, rule, severity, message).at(
            run.project_path(&self.filename),
            self.location.as_ref().map(|location| location.row),
            self.location.as_ref().map(|location| location.column),
        );
        match &self.fix {
            Some(fix) if fix.applicability == "safe" => finding.fixable(),
            _ => finding,
        }
    }
}

/// What exit code 2 means: wrong arguments, a bad configuration, a crash.
pub(super) fn abnormal(tool: &str, run: &ToolRun<'_>) -> Reading {
    let said = python::plain(run.stderr);
    let causes: Vec<&str> = said
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Cause: "))
        .collect();
    // The chain of causes ends in the one that can be acted on; the line below a TOML error names the key.
    match (causes.first(), said.lines().rfind(|line| !line.trim().is_empty())) {
        (Some(first), Some(last)) if !last.contains(first) => Reading::broken(format!(
            "{tool} gave up: {first}: {}",
            last.trim().trim_start_matches("Cause: ")
        )),
        (Some(first), _) => Reading::broken(format!("{tool} gave up: {first}")),
        _ => python::no_answer(&format!("{tool} gave up"), run),
    }
}
