//! Tracefiles of lcov, as lcov itself, istanbul (nyc, c8, jest, vitest), coverage.py, llvm-cov and others write them
//! (`man geninfo`).
//!
//! A record a file: `SF:path`, a `DA:line,hits[,checksum]` for each line, `LF` and `LH` with their counts, and
//! `end_of_record`. A file may have several records, one for each test (`TN`): their lines are joined, not added
//! up. The lines decide. Where `LF` counts more lines than are there, those that are not there count too, as reached only
//! as far as `LH` says so; and where `LH` counts fewer reached ones, it is believed. Fewer lines in `LF` are passed over:
//! coverage.py 6 leaves out of it a line of empty files.
//!
//! A file that was cut off inside of a record is an error. One that was cut off exactly behind an `end_of_record` is a
//! whole tracefile of fewer files, and nothing in the format tells: whoever reads it must know that its writer
//! ended well.

use std::collections::BTreeMap;

use super::lines::Lines;
use super::{CoverageError, CoverageReport, Format, Measured};

const FORMAT: Format = Format::Lcov;

/// Reads the lines of a tracefile.
///
/// # Errors
/// Not a tracefile, a record without its end, a line without a number, no line at all.
pub fn parse(bytes: &[u8]) -> Result<CoverageReport, CoverageError> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut lines = Lines::default();
    let mut open: Option<Record> = None;
    let mut announced = false;
    let mut rests: BTreeMap<String, Rest> = BTreeMap::new();
    for (number, raw) in (1..).zip(text.lines()) {
        let line = raw.trim();
        let malformed = |what: &str| CoverageError::at(FORMAT, number, what);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line == "end_of_record" {
            let record = open.take().ok_or_else(|| malformed("end_of_record without SF"))?;
            if record.lines.is_empty() && record.found > 0 {
                return Err(malformed("LF counts lines, and no DA names one"));
            }
            let rest = record.rest();
            let worst = rests.entry(record.path).or_insert(rest);
            // Records of one file are about the same lines.
            if rest.open() > worst.open() {
                *worst = rest;
            }
            continue;
        }
        let Some((key, value)) = line.split_once(':').filter(|(key, _)| is_key(key)) else {
            return Err(malformed("no line of a tracefile"));
        };
        match key {
            "TN" if open.is_none() => announced = true,
            "SF" => {
                announced = false;
                if let Some(record) = &open {
                    return Err(no_end(&record.path));
                }
                if value.is_empty() {
                    return Err(malformed("SF without a path"));
                }
                lines.file(value);
                open = Some(Record {
                    path: value.to_owned(),
                    lines: BTreeMap::new(),
                    found: 0,
                    hit: None,
                });
            }
            "DA" => {
                let record = open.as_mut().ok_or_else(|| malformed("DA without SF"))?;
                let (line, reached) =
                    data(value).ok_or_else(|| malformed("DA is not a line and how often it was run"))?;
                Lines::note(&mut record.lines, line, reached);
                // coverage.py 6 gives an empty file a line 0 that was run, and gcc its own code one; it is none.
                if line > 0 {
                    Lines::note(lines.file(&record.path), line, reached);
                }
            }
            "LF" => {
                let record = open.as_mut().ok_or_else(|| malformed("LF without SF"))?;
                record.found = value.trim().parse().map_err(|_| malformed("LF is no count"))?;
            }
            "LH" => {
                let record = open.as_mut().ok_or_else(|| malformed("LH without SF"))?;
                record.hit = Some(value.trim().parse().map_err(|_| malformed("LH is no count"))?);
            }
            _ => {}
        }
    }
    if let Some(record) = open {
        return Err(no_end(&record.path));
    }
    if announced {
        return Err(CoverageError::truncated(
            FORMAT,
            "there is no record behind the last TN",
        ));
    }
    let (mut covered, mut total) = lines.counts();
    for rest in rests.values() {
        total = total.saturating_add(rest.unnamed);
        covered = covered.saturating_add(rest.reached).saturating_sub(rest.denied);
    }
    Ok(CoverageReport {
        measured: Measured::counted(FORMAT, covered, total)?,
        gaps: lines.gaps(),
    })
}

/// A record that is being read.
struct Record {
    path: String,
    /// The lines that it names, and whether each was reached; line 0 among them.
    lines: BTreeMap<u32, bool>,
    /// `LF`.
    found: u64,
    /// `LH`.
    hit: Option<u64>,
}

/// What the counts of a record say beyond its lines.
#[derive(Clone, Copy)]
struct Rest {
    /// Lines that are counted and not named.
    unnamed: u64,
    /// How many of them were reached.
    reached: u64,
    /// Lines that are named as reached and not counted as such.
    denied: u64,
}

impl Rest {
    /// How many lines are not reached by this.
    fn open(self) -> u64 {
        self.unnamed - self.reached + self.denied
    }
}

impl Record {
    fn rest(&self) -> Rest {
        let named = self.lines.len() as u64;
        let reached = self.lines.values().filter(|reached| **reached).count() as u64;
        let unnamed = self.found.saturating_sub(named);
        let hit = self.hit.filter(|_| self.found >= named);
        Rest {
            unnamed,
            reached: hit.map_or(0, |hit| hit.saturating_sub(reached).min(unnamed)),
            denied: hit.map_or(0, |hit| reached.saturating_sub(hit)),
        }
    }
}

fn no_end(path: &str) -> CoverageError {
    CoverageError::truncated(FORMAT, format!("the record of {path} has no end_of_record"))
}

/// Whether this is a key such as `TN`, `SF`, `BRDA`, `MCDC`, known or not.
fn is_key(word: &str) -> bool {
    !word.is_empty() && word.len() <= 16 && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Line, and whether it was run: `12,3`, `12,0,checksum`. gcov's words for "never" stand for 0; counts beyond 64 bits
/// are written as `1.8e+19`.
fn data(value: &str) -> Option<(u32, bool)> {
    let mut fields = value.split(',').map(str::trim);
    let line = fields.next()?.parse().ok()?;
    let hits = fields.next()?;
    let reached = match hits {
        "-" | "=====" | "#####" => false,
        _ if hits.bytes().all(|byte| byte.is_ascii_digit()) && !hits.is_empty() => {
            hits.bytes().any(|byte| byte != b'0')
        }
        _ => {
            let hits: f64 = hits.parse().ok()?;
            if !hits.is_finite() || hits.is_sign_negative() {
                return None;
            }
            hits > 0.0
        }
    };
    Some((line, reached))
}
