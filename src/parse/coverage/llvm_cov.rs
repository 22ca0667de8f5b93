//! The JSON export of llvm-cov (`llvm-cov export`, `cargo llvm-cov --json`), versions 2 and 3.
//!
//! `data` has one entry for each program that was measured, each with `totals.lines` (`count`, `covered`, `percent`) and
//! `files`. A file's `segments` are places where the count changes, `[line, column, count, has_count, is_entry,
//! is_gap]`, the last one only since LLVM 11; they are left out by `--summary-only`. From them come the lines that no
//! test reaches, by the rules that llvm-cov counts lines with.

use serde::Deserialize;
use serde_json::Value;

use super::lines::{Lines, MAX_GAP_LINES};
use super::{CoverageError, CoverageReport, Format, Measured};

const FORMAT: Format = Format::LlvmCov;

/// What the export says of itself.
pub(super) const TYPE: &str = "llvm.coverage.json.export";

/// The stated percentage is a floating-point number with six digits or more behind the point.
const TOLERANCE: f64 = 0.000_1;

#[derive(Deserialize)]
struct Export {
    data: Vec<Program>,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Program {
    #[serde(default)]
    files: Vec<File>,
    totals: Totals,
}

#[derive(Deserialize)]
struct Totals {
    lines: Counts,
}

#[derive(Deserialize)]
struct Counts {
    count: u64,
    covered: u64,
    percent: f64,
}

#[derive(Deserialize)]
struct File {
    filename: String,
    /// Kept as they are: they serve people, not the verdict, and newer versions may add to them.
    #[serde(default)]
    segments: Vec<Value>,
}

/// Reads the totals of lines.
///
/// # Errors
/// Whatever gives no percentage: another document, a cut-off one, a percentage of nothing.
pub fn parse(bytes: &[u8]) -> Result<CoverageReport, CoverageError> {
    let export: Export =
        serde_json::from_slice(bytes).map_err(|error| CoverageError::malformed(FORMAT, error.to_string()))?;
    if export.kind != TYPE {
        return Err(CoverageError::malformed(FORMAT, "its type is another one"));
    }
    let (mut covered, mut total): (u64, u64) = (0, 0);
    for Program { totals, .. } in &export.data {
        let lines = &totals.lines;
        // A program without lines is stated as 0 % or as 100 %, and counts for nothing.
        if lines.count > 0 || lines.covered > 0 {
            Measured::stated(FORMAT, lines.percent, (lines.covered, lines.count), TOLERANCE)?;
        }
        covered = covered.saturating_add(lines.covered);
        total = total.saturating_add(lines.count);
    }
    let mut measured = Measured::counted(FORMAT, covered, total)?;
    if let [only] = export.data.as_slice() {
        measured.percent = only.totals.lines.percent;
    }
    let mut lines = Lines::default();
    let mut left = MAX_GAP_LINES;
    for file in export.data.iter().flat_map(|program| &program.files) {
        note_lines(&mut lines, file, &mut left);
    }
    Ok(CoverageReport {
        measured,
        gaps: lines.gaps(),
    })
}

/// A place where the count changes.
#[derive(Clone, Copy)]
struct Segment {
    line: u32,
    count: u64,
    has_count: bool,
    is_entry: bool,
    is_gap: bool,
}

impl Segment {
    fn of(value: &Value) -> Option<Self> {
        let at = |index: usize| value.get(index);
        let flag = |index: usize| {
            at(index).is_some_and(|value| value.as_bool() == Some(true) || value.as_u64() == Some(1))
        };
        Some(Self {
            line: u32::try_from(at(0)?.as_u64()?).ok()?,
            count: at(2)?.as_u64()?,
            has_count: flag(3),
            is_entry: flag(4),
            is_gap: flag(5),
        })
    }

    fn starts_a_region(self) -> bool {
        !self.is_gap && self.has_count && self.is_entry
    }
}

/// Notes each line that has code, as llvm-cov sees it: a line takes the count of the segment that reaches into it
/// and of the regions that begin on it, the highest of them.
fn note_lines(lines: &mut Lines, file: &File, left: &mut usize) {
    let Some(segments) = file.segments.iter().map(Segment::of).collect::<Option<Vec<_>>>() else {
        return;
    };
    let noted = lines.file(&file.filename);
    let mut wrapping: Option<Segment> = None;
    let mut rest = segments.as_slice();
    let mut line = rest.first().map_or(0, |segment| segment.line);
    while let Some(next) = rest.first() {
        if *left == 0 || next.line < line {
            return;
        }
        *left -= 1;
        let here = rest.iter().take_while(|segment| segment.line == line).count();
        let (on_line, behind) = rest.split_at(here);
        let skipped = on_line
            .first()
            .is_some_and(|first| !first.has_count && first.is_entry);
        let starts = || on_line.iter().filter(|segment| segment.starts_a_region());
        let reaches_in = wrapping.filter(|segment| segment.has_count);
        if !skipped && (reaches_in.is_some() || starts().next().is_some()) {
            let counts = starts().map(|segment| segment.count);
            let count = counts.chain(wrapping.map(|segment| segment.count)).max();
            Lines::note(noted, line, count.unwrap_or(0) > 0);
        }
        if let Some(last) = on_line.last() {
            wrapping = Some(*last);
        }
        rest = behind;
        line = line.saturating_add(1);
    }
}
