//! Profiles of `go test -coverprofile`: a line `mode: set`, then one line a block,
//! `file:line.column,line.column statements count`.
//!
//! The percentage is that of covered statements, as `go test -cover` prints it. A block that several test binaries
//! name (`-coverpkg`, several packages in one profile) counts once, and is covered when one of them ran it.
//! `go tool cover -func` comes to the same total but for function literals outside of functions, which it leaves
//! out.
//!
//! Every line ends with a line feed, so a profile that was cut off inside of a line is an error. One that was cut off
//! exactly between two lines is a whole profile of fewer blocks, and nothing in the format tells: whoever reads it
//! must know that `go` ended well.

use std::collections::BTreeMap;

use super::lines::{Lines, MAX_GAP_LINES};
use super::{CoverageError, CoverageReport, Format, MAX_COUNT, Measured};

const FORMAT: Format = Format::GoCover;

/// Where a block stands: first line and column, last line and column.
type Place = [u32; 4];

/// Reads the statements of a profile.
///
/// # Errors
/// Not a profile, a last line without its end, a block that contradicts itself, no statement at all.
pub fn parse(bytes: &[u8]) -> Result<CoverageReport, CoverageError> {
    let text = String::from_utf8_lossy(bytes);
    let mut mode = None;
    let mut files: BTreeMap<&str, BTreeMap<Place, (u64, bool)>> = BTreeMap::new();
    for (number, raw) in (1..).zip(text.split_inclusive('\n')) {
        let malformed = |what: &str| CoverageError::at(FORMAT, number, what);
        if !raw.ends_with('\n') {
            return Err(CoverageError::truncated(FORMAT, "its last line has no end"));
        }
        let line = raw.trim();
        if let Some(named) = line.strip_prefix("mode:").map(str::trim) {
            // Profiles are put behind each other by hand; each brings its own first line.
            if !matches!(named, "set" | "count" | "atomic") || mode.is_some_and(|mode| mode != named) {
                return Err(malformed("no mode, or one unlike the first"));
            }
            mode = Some(named);
        } else if mode.is_none() {
            return Err(malformed("it does not begin with its mode"));
        } else if !line.is_empty() {
            let (file, place, statements, reached) =
                block(line).ok_or_else(|| malformed("no block of statements"))?;
            let known = files
                .entry(file)
                .or_default()
                .entry(place)
                .or_insert((statements, false));
            if known.0 != statements {
                return Err(malformed("a block with two different numbers of statements"));
            }
            known.1 |= reached;
        }
    }
    if mode.is_none() {
        return Err(CoverageError::truncated(FORMAT, "it is empty"));
    }
    let (mut covered, mut total): (u64, u64) = (0, 0);
    for (statements, reached) in files.values().flat_map(BTreeMap::values) {
        // Each is at most MAX_COUNT, and a profile that is read has far fewer than 2^24 times as many blocks.
        total = total.saturating_add(*statements);
        if *reached {
            covered = covered.saturating_add(*statements);
        }
    }
    Ok(CoverageReport {
        measured: Measured::counted(FORMAT, covered, total)?,
        gaps: gaps(files),
    })
}

/// File, place, number of statements, and whether they were run.
fn block(line: &str) -> Option<(&str, Place, u64, bool)> {
    let mut words = line.rsplitn(3, ' ');
    let (count, statements) = (words.next()?, words.next()?);
    let (file, place) = words.next()?.rsplit_once(':')?;
    let (from, to) = place.split_once(',')?;
    let (line, column) = from.split_once('.')?;
    let (last_line, last_column) = to.split_once('.')?;
    let place = [
        number(line)?,
        number(column)?,
        number(last_line)?,
        number(last_column)?,
    ]
    .map(|n| u32::try_from(n).ok());
    let [Some(line), Some(column), Some(last_line), Some(last_column)] = place else {
        return None;
    };
    let statements = number(statements).filter(|statements| *statements <= MAX_COUNT)?;
    let is_block = !file.is_empty() && (line, column) <= (last_line, last_column);
    is_block.then_some(())?;
    Some((
        file,
        [line, column, last_line, last_column],
        statements,
        number(count)? > 0,
    ))
}

/// A number of digits alone.
fn number(digits: &str) -> Option<u64> {
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse().ok())?
}

/// The lines of blocks that were not run. A line that also belongs to a block that was run, such as that of an `if`
/// and its brace, is not named.
fn gaps(files: BTreeMap<&str, BTreeMap<Place, (u64, bool)>>) -> Vec<super::Gap> {
    let mut lines = Lines::default();
    let mut left = MAX_GAP_LINES;
    for (path, blocks) in files {
        let file = lines.file(path);
        let of = |reached: bool| {
            blocks
                .iter()
                .filter(move |(_, (statements, is))| *is == reached && *statements > 0)
                .map(|(place, _)| lines_of(*place))
        };
        for (first, last) in of(false) {
            let count = (last - first) as usize + 1;
            if count > left {
                break;
            }
            left -= count;
            for line in first..=last {
                Lines::note(file, line, false);
            }
        }
        // Blocks come in the order of their first lines, so each line is looked at once.
        let mut done = 0;
        for (first, last) in of(true) {
            let first = first.max(done);
            if first <= last {
                for (_, reached) in file.range_mut(first..=last) {
                    *reached = true;
                }
                done = last;
            }
        }
    }
    lines.gaps()
}

/// First and last line of a block. One that ends before the first column of a line has nothing of that line.
fn lines_of([first, _, last, column]: Place) -> (u32, u32) {
    if column <= 1 && last > first {
        (first, last - 1)
    } else {
        (first, last)
    }
}
