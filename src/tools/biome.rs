//! What `biome lint` and `biome format` have in common: the report in JSON. Not a tool itself.
//!
//! Of Biome's reports only this one says how many files were looked at, and only a document in JSON cannot be cut
//! without notice; GitHub's annotations are silent when all is well. Biome calls it experimental, and it has changed
//! once, in version 2.1 or later: both forms are read, and what fits neither is no answer.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::python::{self, Options};
use super::{Answer, Ask, Mode, Prepared, Reading, ToolRun, javascript};
use crate::model::finding::{Finding, Severity};
use crate::model::text;

/// Options that decide the mode, hide findings or change the report.
const REPORT: Options = Options {
    alone: &[
        "--write",
        "--fix",
        "--apply",
        "--apply-unsafe",
        "--json",
        "--verbose",
        "--json-pretty",
    ],
    valued: &[
        "--reporter",
        "--reporter-file",
        "--max-diagnostics",
        "--colors",
        "--log-level",
        "--log-kind",
        "--diagnostic-level",
        "--stdin-file-path",
    ],
    other_valued: "",
};

/// Where sdd keeps its own files, which are JSON.
const SDDS_OWN: &str = ".session";

/// The exit codes of both.
pub(super) const EXITS: &[(i32, &str)] = &[
    (0, "no errors; there may be warnings"),
    (1, "errors, no file was processed, or it gave up"),
];

/// How to get it.
pub(super) const INSTALL: &str = "npm install --save-dev --save-exact @biomejs/biome";

/// The command line of both.
pub(super) fn prepare(ask: &Ask<'_>) -> Prepared {
    let mut own = REPORT.remove_from(ask.args);
    if !ask.configured && ask.facts.has(SDDS_OWN) {
        // Biome has no option that leaves a directory out, and what sdd writes is not the project's to lay out. Its
        // own settings it would look at whenever they are named, and then there is always something that it looked at.
        own = (ask.facts.entries.iter())
            .filter(|name| ![SDDS_OWN, ".git", "node_modules"].contains(&name.as_str()))
            .filter(|name| !javascript::BIOME.is_configured_by(name))
            .map(|name| {
                if name.starts_with('-') {
                    format!("./{name}")
                } else {
                    name.clone()
                }
            })
            .collect();
    }
    let mut added = vec!["--reporter=json", "--colors=off", "--max-diagnostics=none"];
    if ask.mode == Mode::Fix {
        added.push("--write");
    }
    Prepared {
        args: javascript::with_added(own, &added),
        reads_stdout: true,
        ..Prepared::default()
    }
}

#[derive(Debug, Deserialize)]
struct Report {
    summary: Summary,
    diagnostics: Vec<Diagnostic>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    changed: u64,
    unchanged: u64,
    errors: u64,
    warnings: u64,
    #[serde(default)]
    diagnostics_not_printed: u64,
}

/// One diagnostic, as far as it is read.
#[derive(Debug, Deserialize)]
pub(super) struct Diagnostic {
    /// `lint/suspicious/noDoubleEquals`, `parse`, `format`, `internalError/io`.
    category: Option<String>,
    severity: String,
    /// A text, or in older versions a list of `{content}`.
    message: Value,
    location: Option<Location>,
    #[serde(default)]
    advices: Value,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    /// The file, or in older versions `{file}`.
    path: Value,
    start: Option<Point>,
    /// In older versions: where it is in the source, in bytes.
    span: Option<(usize, usize)>,
    source_code: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Point {
    line: u32,
    column: u32,
}

impl Diagnostic {
    pub(super) fn category(&self) -> &str {
        self.category.as_deref().unwrap_or("biome")
    }

    /// How bad it is; `None` for what Biome calls information or a hint, which never fails its own run either.
    pub(super) fn severity(&self) -> Option<Severity> {
        match self.severity.as_str() {
            "information" | "info" | "hint" => None,
            word => Some(Severity::from_tool(word)),
        }
    }

    pub(super) fn message(&self) -> String {
        let parts = match &self.message {
            Value::String(text) => text.clone(),
            Value::Array(parts) => parts
                .iter()
                .filter_map(|part| part.get("content")?.as_str())
                .collect::<String>(),
            _ => String::new(),
        };
        let brief = python::brief(&parts);
        if brief.is_empty() {
            self.category().to_owned()
        } else {
            brief
        }
    }

    /// The file as Biome names it, without what is no name.
    pub(super) fn file(&self) -> Option<String> {
        let path = &self.location.as_ref()?.path;
        let name = path.as_str().or_else(|| path.get("file")?.as_str())?;
        Some(text::one_line(name.strip_prefix("./").unwrap_or(name)))
    }

    /// Whether a fix that keeps the meaning is offered, where the report says so.
    pub(super) fn is_fixable(&self) -> bool {
        self.advices.to_string().contains("\"Safe fix: ")
    }

    /// The diagnostic as a finding.
    pub(super) fn finding(&self, tool: &str, rule: &str, severity: Severity, run: &ToolRun<'_>) -> Finding {
        let finding = Finding::new(tool, text::one_line(rule), severity, self.message());
        match (self.file(), &self.location) {
            (Some(file), Some(location)) => {
                let (line, column) = location.place();
                finding.at(run.project_path(&file), line, column)
            }
            _ => finding,
        }
    }
}

impl Location {
    fn place(&self) -> (Option<u32>, Option<u32>) {
        if let Some(start) = &self.start {
            return (Some(start.line), Some(start.column));
        }
        let (Some((start, _)), Some(source)) = (self.span, &self.source_code) else {
            return (None, None);
        };
        let Some(before) = source.get(..start) else {
            return (None, None);
        };
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (u32::try_from(line).ok(), u32::try_from(column).ok())
    }
}

/// Reads a run of `tool`; `find` makes findings of the diagnostics that count.
pub(super) fn read(
    tool: &str,
    run: &ToolRun<'_>,
    find: impl Fn(&[Diagnostic], &ToolRun<'_>) -> Vec<Finding>,
) -> Reading {
    let report: Report = match javascript::report(run.stdout, "{\"summary\"") {
        Ok(report) => report,
        Err(_) if run.exit != 0 => return gave_up(run),
        Err(error) => return python::no_answer(&format!("biome's report cannot be read ({error})"), run),
    };
    let summary = &report.summary;
    let files = summary.changed.saturating_add(summary.unchanged);
    if files == 0 {
        return no_file(&report, run);
    }
    let findings = find(&report.diagnostics, run);
    if findings.is_empty() && summary.errors.saturating_add(summary.warnings) > 0 && run.mode == Mode::Check {
        return python::no_answer("biome counts errors and reports none", run);
    }
    let sight = Sight::of(files, &report, run);
    if sight == Sight::NoCode && findings.is_empty() && run.exit == 0 {
        return Reading::Nothing(NO_CODE.to_owned());
    }
    let mut warnings: Vec<String> = sight.warning(files).into_iter().collect();
    let told: Vec<&Diagnostic> = report
        .diagnostics
        .iter()
        .filter(|one| one.severity().is_none())
        .collect();
    if let Some(first) = told.first() {
        let file = first
            .file()
            .map_or_else(String::new, |file| format!("{}: ", run.project_path(&file)));
        warnings.push(format!(
            "biome has remarks that do not count ({}), the first: {file}{}",
            told.len(),
            text::shorten(text::first_line(&first.message()), 200)
        ));
    }
    if findings.iter().any(|finding| {
        finding
            .path
            .as_deref()
            .is_some_and(|path| path.starts_with(".session/"))
    }) {
        warnings.push(
            "leave sdd's own files to it: \"files\": {\"includes\": [\"**\", \"!.session\"]} in biome.json"
                .to_owned(),
        );
    }
    if summary.diagnostics_not_printed > 0 {
        warnings.push(format!(
            "biome found {} more and does not show them",
            summary.diagnostics_not_printed
        ));
    }
    let mut metrics = BTreeMap::from([("files_checked", files)]);
    if run.mode == Mode::Fix {
        metrics.insert(
            if tool == "biome-format" {
                "files_reformatted"
            } else {
                "files_fixed"
            },
            summary.changed,
        );
    }
    Reading::Answer(Box::new(Answer {
        findings,
        metrics,
        warnings,
        ..Answer::default()
    }))
}

const NO_CODE: &str =
    "biome looked at no JavaScript or TypeScript: there is none beside JSON, CSS and the like";

/// The endings of files that are not the code of a JavaScript or TypeScript unit.
const NOT_CODE: [&str; 10] = [
    "json", "jsonc", "json5", "css", "scss", "html", "graphql", "gql", "md", "grit",
];

/// Whether code was among what Biome looked at. It names only files with a diagnostic, and counts all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sight {
    /// It was, or nothing speaks against it.
    Code,
    /// There is none in the unit.
    NoCode,
    /// It looked at no more files than there are others: how many these are.
    Unknown(u64),
}

impl Sight {
    fn of(files: u64, report: &Report, run: &ToolRun<'_>) -> Self {
        let is_code = |file: &str| {
            let name = file.rsplit('/').next().unwrap_or(file);
            let ending = name.rsplit_once('.').map(|(_, ending)| ending);
            ending.is_some_and(|ending| !NOT_CODE.contains(&ending))
        };
        let named = report.diagnostics.iter().filter_map(Diagnostic::file);
        match run.facts.node.for_biome {
            Some(there) if there.code == 0 => Self::NoCode,
            Some(there) if files <= there.other && !named.into_iter().any(|file| is_code(&file)) => {
                Self::Unknown(there.other)
            }
            _ => Self::Code,
        }
    }

    fn warning(self, files: u64) -> Option<String> {
        match self {
            Self::Code => None,
            Self::NoCode => Some(NO_CODE.to_owned()),
            Self::Unknown(other) => Some(format!(
                "whether biome looked at code is not known: of its files ({files}) it names none, and JSON, CSS and \
                 the like are enough to be all of them ({other}); see what \"files\" in its settings leaves out"
            )),
        }
    }
}

/// What it means that Biome processed no file: there is none, or it could not.
fn no_file(report: &Report, run: &ToolRun<'_>) -> Reading {
    if let Some(first) = report.diagnostics.first() {
        let file = first
            .file()
            .map_or_else(String::new, |file| format!("{}: ", run.project_path(&file)));
        return Reading::broken(format!(
            "biome could not look at any file: {file}{}",
            text::first_line(&first.message())
        ));
    }
    if run.exit == 0 || python::plain(run.stderr).contains("No files were processed") {
        return Reading::Nothing("biome found no file to look at".to_owned());
    }
    gave_up(run)
}

/// A failure without a report: `PLACE KIND ━━━` and `× WHY`, or `Error: WHY`.
fn gave_up(run: &ToolRun<'_>) -> Reading {
    let stderr = python::plain(run.stderr);
    let why = stderr.lines().find_map(|line| line.trim().strip_prefix("× "));
    let Some(why) = why else {
        return python::no_answer("biome gave up", run);
    };
    let place = stderr
        .lines()
        .find_map(|line| {
            line.split_once(" ━")
                .map(|(head, _)| head.split(' ').next().unwrap_or_default())
        })
        .filter(|place| place.contains('/') && place.contains(':'))
        .map_or_else(String::new, |place| format!("{}: ", run.project_path(place)));
    Reading::broken(format!(
        "biome gave up: {place}{}",
        text::shorten(why.trim(), 300)
    ))
}
