//! The JSON report of coverage.py (`coverage json`, `pytest --cov-report=json:FILE`), formats 2 and 3.
//!
//! The percentage is of statements, and of statements and branches together where branches were measured.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{CoverageError, CoverageReport, Format, Gap, Measured};

const FORMAT: Format = Format::CoveragePy;

/// The stated percentage has all its digits.
const TOLERANCE: f64 = 0.000_1;

#[derive(Deserialize)]
struct Report {
    /// Demanded: another document with totals is not this report.
    files: BTreeMap<String, MeasuredFile>,
    totals: Totals,
}

/// Only the totals must be there: the lines serve people, not the verdict.
#[derive(Default, Deserialize)]
#[serde(default)]
struct MeasuredFile {
    missing_lines: Vec<u32>,
}

#[derive(Deserialize)]
struct Totals {
    percent_covered: f64,
    num_statements: u64,
    covered_lines: u64,
    #[serde(default)]
    num_branches: u64,
    #[serde(default)]
    covered_branches: u64,
}

/// Reads the totals of a report.
///
/// # Errors
/// Whatever gives no percentage: another document, a cut-off one, a percentage of nothing.
pub fn parse(bytes: &[u8]) -> Result<CoverageReport, CoverageError> {
    let report: Report =
        serde_json::from_slice(bytes).map_err(|error| CoverageError::malformed(FORMAT, error.to_string()))?;
    let totals = &report.totals;
    if totals.num_statements == 0 {
        return Err(CoverageError::Nothing { format: FORMAT });
    }
    let counts = (
        totals.covered_lines.saturating_add(totals.covered_branches),
        totals.num_statements.saturating_add(totals.num_branches),
    );
    let measured = Measured::stated(FORMAT, totals.percent_covered, counts, TOLERANCE)?;
    let gaps = report
        .files
        .into_iter()
        .filter(|(_, file)| !file.missing_lines.is_empty())
        .map(|(path, file)| Gap {
            path,
            lines: file.missing_lines,
        })
        .collect();
    Ok(CoverageReport { measured, gaps })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, expect: &str) {
        let shown = match parse(json.as_bytes()) {
            Ok(found) => {
                let Measured {
                    percent,
                    covered,
                    total,
                } = found.measured;
                format!("{percent} %, {covered} of {total}")
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(shown, expect);
    }

    #[test]
    fn totals_are_read() {
        check(
            r#"{"meta":{"format":3},"files":{"a.py":{"x":[1]}},"totals":{"covered_lines":3,"num_statements":4,"percent_covered":75.0}}"#,
            "75 %, 3 of 4",
        );
    }

    #[test]
    fn the_lines_that_no_test_reaches_are_read() {
        let json = r#"{"files":{"a.py":{"missing_lines":[3,4]},"b.py":{"missing_lines":[]}},
            "totals":{"num_statements":10,"covered_lines":7,"percent_covered":70}}"#;
        let gaps = parse(json.as_bytes()).unwrap().gaps;
        assert_eq!(
            gaps,
            [Gap {
                path: "a.py".to_owned(),
                lines: vec![3, 4]
            }]
        );
    }

    #[test]
    fn zero_is_a_number() {
        check(
            r#"{"files":{"a.py":{}},"totals":{"num_statements":4,"covered_lines":0,"percent_covered":0}}"#,
            "0 %, 0 of 4",
        );
    }

    #[test]
    fn all_of_nothing_is_no_number() {
        check(
            r#"{"files":{},"totals":{"num_statements":0,"covered_lines":0,"percent_covered":100}}"#,
            "no statement was measured",
        );
    }

    #[test]
    fn what_is_no_percentage_is_refused() {
        check(
            r#"{"files":{},"totals":{"num_statements":1,"covered_lines":1,"percent_covered":101}}"#,
            "it says 101 %",
        );
        check(
            r#"{"files":{},"totals":{"num_statements":1}}"#,
            "it is not a JSON report of coverage.py: missing field `percent_covered` at line 1 column 41",
        );
        check(
            "",
            "it is not a JSON report of coverage.py: EOF while parsing a value at line 1 column 0",
        );
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            proptest::prop_assert!(parse(&bytes).is_err());
        }
    }
}
