//! What `ruff check` and `ruff format` have in common: the JSON form of a diagnostic. Not a tool itself.

use serde::Deserialize;

use super::{Ask, Reading, ToolRun, python};
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

/// What is reported when ruff looked at nothing.
pub(super) const NOTHING: &str = "ruff found no Python files";

/// The files that ruff does not meet on its own way through the unit, because git ignores them, and that git tracks all
/// the same. `--force-exclude` keeps out of them what the project's settings exclude.
pub(super) fn unmet(ask: &Ask<'_>) -> Vec<String> {
    let files = &ask.facts.python.unmet;
    if ask.configured || files.is_empty() {
        return Vec::new();
    }
    let named = files.iter().map(|file| format!("./{file}"));
    std::iter::once("--force-exclude".to_owned())
        .chain(named)
        .collect()
}

/// What ruff says on stderr without the lines that `--verbose` brings: `[DATE][TIME][PART][LEVEL] TEXT`.
pub(super) fn without_log(stderr: &[u8]) -> Vec<u8> {
    stderr
        .split_inclusive(|byte| *byte == b'\n')
        .filter(|line| !is_log(line))
        .flatten()
        .copied()
        .collect()
}

/// Whether a line is one that `--verbose` brings.
pub(super) fn is_log(line: &[u8]) -> bool {
    line.starts_with(b"[")
        && LEVELS
            .iter()
            .any(|level| line.windows(level.len()).any(|at| at == *level))
}

/// The levels of the lines that `--verbose` brings. Warnings and errors come without it.
const LEVELS: [&[u8]; 3] = [b"][INFO] ", b"][DEBUG] ", b"][TRACE] "];

/// What ruff looked at, as `--verbose` tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Looked {
    /// At one file or more of Python.
    AtFiles,
    /// At none: there is no file, or only settings such as `pyproject.toml` and `ruff.toml`.
    AtNothing,
    /// It does not say.
    Unsaid,
}

/// Reads what ruff looked at from its lines `Checking: PATH` and `Checked N files in: TIME`. The first are not there
/// for files whose result is taken from the cache.
pub(super) fn looked(stderr: &str) -> Looked {
    let mut looked = Looked::Unsaid;
    for line in stderr.lines() {
        let Some((_, said)) = line.split_once("][DEBUG] ") else {
            if line.contains(NO_FILES) {
                looked = Looked::AtNothing;
            }
            continue;
        };
        if let Some(path) = said.strip_prefix("Checking: ") {
            if path.rsplit('.').next() != Some("toml") {
                return Looked::AtFiles;
            }
            looked = Looked::AtNothing;
        } else if said.starts_with("Checked 0 files") {
            looked = Looked::AtNothing;
        }
    }
    looked
}

/// Reads a list of diagnostics.
pub(super) fn parse(bytes: &[u8]) -> Result<Vec<Diagnostic>, serde_json::Error> {
    serde_json::from_slice(bytes)
}

impl Diagnostic {
    /// The diagnostic as a finding of a tool. Lint is minor; a file that cannot be parsed or read is serious,
    /// because nothing else in it was looked at.
    pub(super) fn finding(&self, tool: &str, run: &ToolRun<'_>) -> Finding {
        let rule = self.code.as_deref().unwrap_or("invalid-syntax");
        let severity = if is_unreadable(rule) {
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

/// Whether a rule says that a file could not be parsed or read: nothing else in it was looked at.
pub(super) fn is_unreadable(rule: &str) -> bool {
    matches!(rule, "invalid-syntax" | "E999" | "E902" | "io")
}

/// What exit code 2 means: wrong arguments, a bad configuration, a crash.
pub(super) fn abnormal(tool: &str, run: &ToolRun<'_>) -> Reading {
    let stderr = without_log(run.stderr);
    let run = &ToolRun {
        stderr: &stderr,
        ..*run
    };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(stderr: &str, expect: Looked, rest: &str) {
        assert_eq!(looked(stderr), expect, "{stderr}");
        assert_eq!(without_log(stderr.as_bytes()), rest.as_bytes());
    }

    #[test]
    fn only_a_file_of_python_counts_as_looked_at() {
        let log = "[2026-01-01][10:00:00][ruff::diagnostics][DEBUG] ";
        check("", Looked::Unsaid, "");
        check(&format!("{log}Checked 2 files in: 1ms\n"), Looked::Unsaid, "");
        check(&format!("{log}Checked 0 files in: 1ms\n"), Looked::AtNothing, "");
        check(
            &format!("{log}Checking: /p/pyproject.toml\n"),
            Looked::AtNothing,
            "",
        );
        check(&format!("{log}Checking: /p/ruff.toml\n"), Looked::AtNothing, "");
        check(
            &format!("{log}Checking: /p/a.py\n{log}Checking: /p/pyproject.toml\n"),
            Looked::AtFiles,
            "",
        );
        check(
            &format!("{log}x\nwarning: {NO_FILES}\n"),
            Looked::AtNothing,
            &format!("warning: {NO_FILES}\n"),
        );
        check("Checking: /p/a.py\n", Looked::Unsaid, "Checking: /p/a.py\n");
    }
}
