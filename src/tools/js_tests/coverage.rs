//! Coverage of a run: the percentage from one report, the lines that no test reaches from another.

use std::path::Path;

use super::super::{Broken, Coverage, OutputFile, ToolRun};
use crate::parse::coverage::{CoverageError, CoverageReport, lcov, summary_json};
use crate::parse::gaps::Gap;

/// The key of `coverage-summary.json`, which says how much.
const SUMMARY: &str = "coverage-summary";

/// The key of `lcov.info`, which says what is missing.
const LINES: &str = "lcov";

/// The two reports that the reporters `json-summary` and `lcovonly` write into a directory.
pub(in crate::tools) fn coverage_outputs(dir: &Path) -> [OutputFile; 2] {
    [(SUMMARY, "coverage-summary.json"), (LINES, "lcov.info")].map(|(key, name)| OutputFile {
        key,
        path: dir.join(name),
    })
}

/// The coverage that a run left in the files of [`coverage_outputs`]. The percentage is the runner's own; the lines
/// serve people, and a report of them that cannot be read costs nothing else.
pub(in crate::tools) fn summary_coverage(run: &ToolRun<'_>, hint: &str) -> (Option<Coverage>, Vec<Gap>) {
    let (coverage, _) = coverage(run, SUMMARY, summary_json::parse, hint);
    let lines = run.output(LINES).ok().and_then(|bytes| lcov::parse(bytes).ok());
    match coverage {
        Some(Coverage::Measured(_)) => (coverage, lines.map(|report| report.gaps).unwrap_or_default()),
        _ => (coverage, Vec::new()),
    }
}

/// The coverage that a run measured, when it was to: the percentage in the file that `key` names. `hint` says what
/// to do where there is none.
pub(in crate::tools) fn coverage(
    run: &ToolRun<'_>,
    key: &str,
    parse: fn(&[u8]) -> Result<CoverageReport, CoverageError>,
    hint: &str,
) -> (Option<Coverage>, Vec<Gap>) {
    if !run.coverage {
        return (None, Vec::new());
    }
    let why = match run.output(key) {
        Ok(bytes) => match parse(bytes) {
            Ok(report) => return (Some(Coverage::Measured(report.measured)), report.gaps),
            Err(error) => error.to_string(),
        },
        Err(why) => why,
    };
    let unavailable = Broken {
        reason: format!("there is no coverage report that can be used: {why}"),
        hint: Some(hint.to_owned()),
    };
    (Some(Coverage::Unavailable(unavailable)), Vec::new())
}
