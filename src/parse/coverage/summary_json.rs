//! Istanbul's `coverage-summary.json`, which nyc, c8, jest and vitest write (reporter `json-summary`).
//!
//! One entry a file and one named `total`, each with `lines`, `statements`, `functions` and `branches`, each of them
//! `{"total", "covered", "skipped", "pct"}`. What is read is `total.lines`. `pct` is cut off after two digits, so it
//! is never above the truth, and it is `"Unknown"` where nothing was measured. The summary names no lines.

use serde::Deserialize;

use super::{CoverageError, CoverageReport, Format, Measured};

#[derive(Deserialize)]
struct Summary {
    total: Total,
}

#[derive(Deserialize)]
struct Total {
    lines: Counts,
}

#[derive(Deserialize)]
struct Counts {
    total: u64,
    covered: u64,
    pct: Percent,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Percent {
    Number(f64),
    Word(String),
}

/// How far the stated percentage may be from the counts: two digits are left of it.
const TOLERANCE: f64 = 0.010_1;

/// Reads the percentage of lines.
///
/// # Errors
/// Whatever gives no percentage: another document, a cut-off one, a percentage of nothing.
pub fn parse(bytes: &[u8]) -> Result<CoverageReport, CoverageError> {
    const FORMAT: Format = Format::SummaryJson;
    let summary: Summary =
        serde_json::from_slice(bytes).map_err(|error| CoverageError::malformed(FORMAT, error.to_string()))?;
    let lines = summary.total.lines;
    let measured = match lines.pct {
        Percent::Number(stated) => Measured::stated(FORMAT, stated, (lines.covered, lines.total), TOLERANCE)?,
        Percent::Word(word) => {
            if word == "Unknown" && lines.total == 0 && lines.covered == 0 {
                return Err(CoverageError::Nothing { format: FORMAT });
            }
            return Err(CoverageError::malformed(
                FORMAT,
                "its percentage of lines is no number",
            ));
        }
    };
    Ok(CoverageReport {
        measured,
        gaps: Vec::new(),
    })
}
