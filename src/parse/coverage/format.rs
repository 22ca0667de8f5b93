//! The formats by name, and how one is told from another.

use std::fmt;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{CoverageError, CoverageReport, cobertura, coverage_py, go_cover, lcov, llvm_cov, summary_json};

/// A format of coverage reports. Shown as what a report of it is: `lcov tracefile`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// The JSON report of coverage.py.
    CoveragePy,
    /// Istanbul's `coverage-summary.json`, which nyc, c8, jest and vitest write too.
    SummaryJson,
    /// A tracefile of lcov.
    Lcov,
    /// Cobertura's XML report.
    Cobertura,
    /// The profile of `go test -coverprofile`.
    GoCover,
    /// The JSON export of llvm-cov, also through cargo-llvm-cov.
    LlvmCov,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 6] = [
        Self::CoveragePy,
        Self::SummaryJson,
        Self::Lcov,
        Self::Cobertura,
        Self::GoCover,
        Self::LlvmCov,
    ];

    /// Reads a report of this format.
    ///
    /// # Errors
    /// Whatever gives no percentage; see [`CoverageError`].
    pub fn parse(self, bytes: &[u8]) -> Result<CoverageReport, CoverageError> {
        match self {
            Self::CoveragePy => coverage_py::parse(bytes),
            Self::SummaryJson => summary_json::parse(bytes),
            Self::Lcov => lcov::parse(bytes),
            Self::Cobertura => cobertura::parse(bytes),
            Self::GoCover => go_cover::parse(bytes),
            Self::LlvmCov => llvm_cov::parse(bytes),
        }
    }

    /// What is counted.
    pub(super) fn unit(self) -> &'static str {
        match self {
            Self::CoveragePy | Self::GoCover => "statement",
            Self::SummaryJson | Self::Lcov | Self::Cobertura | Self::LlvmCov => "line",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CoveragePy => "JSON report of coverage.py",
            Self::SummaryJson => "JSON summary of istanbul",
            Self::Lcov => "lcov tracefile",
            Self::Cobertura => "Cobertura report",
            Self::GoCover => "cover profile of Go",
            Self::LlvmCov => "JSON export of llvm-cov",
        })
    }
}

/// How much of an XML report is searched for its root element.
const ROOT_WITHIN: usize = 4096;

/// The keys that tell JSON reports apart.
#[derive(Deserialize)]
struct Keys {
    files: Option<IgnoredAny>,
    totals: Option<IgnoredAny>,
    total: Option<Total>,
    data: Option<IgnoredAny>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Total {
    lines: Option<IgnoredAny>,
}

/// The format of a report, by its content; `None` for what is no coverage report that is read here. That includes
/// JSON that is not whole. A format that is named here may still be found unreadable by its reader.
pub fn detect(bytes: &[u8]) -> Option<Format> {
    let bytes = bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(bytes)
        .trim_ascii_start();
    if bytes.starts_with(b"{") {
        let keys: Keys = serde_json::from_slice(bytes).ok()?;
        return match keys {
            Keys {
                data: Some(_),
                kind: Some(kind),
                ..
            } if kind == llvm_cov::TYPE => Some(Format::LlvmCov),
            Keys {
                files: Some(_),
                totals: Some(_),
                ..
            } => Some(Format::CoveragePy),
            Keys {
                total: Some(Total { lines: Some(_) }),
                ..
            } => Some(Format::SummaryJson),
            _ => None,
        };
    }
    if bytes.starts_with(b"<") {
        let start = &bytes[..bytes.len().min(ROOT_WITHIN)];
        let has = |word: &[u8]| start.windows(word.len()).any(|window| window == word);
        // Clover's root element has the same name and none of these.
        let is_cobertura = has(b"<coverage") && (has(b"line-rate") || has(b"lines-valid"));
        return is_cobertura.then_some(Format::Cobertura);
    }
    if bytes.starts_with(b"mode:") {
        return Some(Format::GoCover);
    }
    let line = bytes.split(|byte| *byte == b'\n').find(|line| {
        let line = line.trim_ascii();
        !line.is_empty() && !line.starts_with(b"#")
    })?;
    (line.starts_with(b"TN:") || line.starts_with(b"SF:")).then_some(Format::Lcov)
}
