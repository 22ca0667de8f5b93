//! Why a coverage report gives no number.

use super::Format;

/// Why a coverage report gives no number. Every text is a sentence about "it", the report.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CoverageError {
    /// Not this format, or damaged.
    #[error("it is not a {format}: {what}{}", at_line(*line))]
    Malformed {
        /// The format that was expected.
        format: Format,
        /// The line, from 1, in formats of lines.
        line: Option<u64>,
        /// What is wrong.
        what: String,
    },
    /// The end is missing.
    #[error("it was cut off: {what}")]
    Truncated {
        /// The format.
        format: Format,
        /// What is missing.
        what: String,
    },
    /// A percentage of nothing is none, whatever the tool says.
    #[error("no {} was measured", format.unit())]
    Nothing {
        /// The format.
        format: Format,
    },
    /// A percentage that is none.
    #[error("it says {percent} %")]
    OutOfRange {
        /// The format.
        format: Format,
        /// The number.
        percent: f64,
    },
    /// Counts that cannot be.
    #[error("it says that {covered} of {total} {}s are covered", format.unit())]
    Impossible {
        /// The format.
        format: Format,
        /// What it says is covered.
        covered: u64,
        /// What it says there is.
        total: u64,
    },
    /// The percentage is not that of the counts.
    #[error("it says {stated} % and its own counts make {counted:.2} %")]
    Contradiction {
        /// The format.
        format: Format,
        /// The percentage that is stated.
        stated: f64,
        /// The percentage of the counts.
        counted: f64,
    },
}

fn at_line(line: Option<u64>) -> String {
    line.map(|line| format!(" (line {line})")).unwrap_or_default()
}

impl CoverageError {
    /// Not this format, somewhere.
    pub(super) fn malformed(format: Format, what: impl Into<String>) -> Self {
        Self::Malformed {
            format,
            line: None,
            what: what.into(),
        }
    }

    /// Not this format, at a line.
    pub(super) fn at(format: Format, line: u64, what: impl Into<String>) -> Self {
        Self::Malformed {
            format,
            line: Some(line),
            what: what.into(),
        }
    }

    /// The end is missing.
    pub(super) fn truncated(format: Format, what: impl Into<String>) -> Self {
        Self::Truncated {
            format,
            what: what.into(),
        }
    }
}
