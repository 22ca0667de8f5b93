//! Why settings cannot be used.

use super::json_path::JsonPath;
use super::positions::Position;

/// Why settings cannot be used: one line each, `FILE:LINE:COLUMN: json.path: why`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file is not UTF-8 text.
    #[error("{path}:{line}:{column}: the file is not UTF-8 text")]
    NotText {
        /// The file, as it is shown.
        path: String,
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
    },
    /// The text is not JSON.
    #[error("{path}:{line}:{column}: not JSON: {why}")]
    Syntax {
        /// The file, as it is shown.
        path: String,
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
        /// What was met or missed there.
        why: String,
        /// What to do about it.
        hint: String,
    },
    /// The JSON is not an object.
    #[error("{path}:{line}:{column}: settings are an object (`{{ … }}`), and this is {found}")]
    WrongShape {
        /// The file, as it is shown.
        path: String,
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
        /// What the JSON is, such as `an array`.
        found: String,
    },
    /// A value that the setting does not take.
    #[error("{path}:{line}:{column}: {json_path}: {why}")]
    WrongValue {
        /// The file, as it is shown.
        path: String,
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
        /// Which setting.
        json_path: JsonPath,
        /// What is wrong, with the values that are taken.
        why: String,
        /// What to do about it.
        hint: String,
    },
    /// A setting is given twice; which one is meant cannot be known.
    #[error("{path}:{line}:{column}: {json_path}: {why}")]
    DuplicateKey {
        /// The file, as it is shown.
        path: String,
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
        /// Which setting, as it stands the second time.
        json_path: JsonPath,
        /// Where and how it stands the first time.
        why: String,
    },
}

impl ConfigError {
    /// What to do about it, in one line.
    pub fn hint(&self) -> &str {
        match self {
            Self::NotText { .. } => "save the file as UTF-8",
            Self::Syntax { hint, .. } | Self::WrongValue { hint, .. } => hint,
            Self::WrongShape { .. } => {
                "put the settings into an object such as {\"quality_gates\": {}}; `sdd config schema` describes them"
            }
            Self::DuplicateKey { .. } => "keep one of the two",
        }
    }

    /// Where in the file.
    pub fn position(&self) -> Position {
        match self {
            Self::NotText { line, column, .. }
            | Self::Syntax { line, column, .. }
            | Self::WrongShape { line, column, .. }
            | Self::WrongValue { line, column, .. }
            | Self::DuplicateKey { line, column, .. } => Position {
                line: *line,
                column: *column,
            },
        }
    }

    /// Which setting, when it is one.
    pub fn json_path(&self) -> Option<&JsonPath> {
        match self {
            Self::WrongValue { json_path, .. } | Self::DuplicateKey { json_path, .. } => Some(json_path),
            Self::NotText { .. } | Self::Syntax { .. } | Self::WrongShape { .. } => None,
        }
    }

    /// What is wrong, without the place.
    pub fn message(&self) -> String {
        match self {
            Self::WrongValue { why, .. } | Self::DuplicateKey { why, .. } => why.clone(),
            Self::Syntax { why, .. } => format!("not JSON: {why}"),
            Self::NotText { .. } => "the file is not UTF-8 text".to_owned(),
            Self::WrongShape { found, .. } => {
                format!("settings are an object (`{{ … }}`), and this is {found}")
            }
        }
    }
}
