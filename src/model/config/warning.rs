//! What is odd about settings that can be used.

use super::json_path::JsonPath;
use super::positions::Position;

/// The kind of a [`ConfigWarning`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WarningKind {
    /// A key that sdd does not know.
    UnknownKey,
    /// A gate that sdd does not know: it is not run.
    UnknownGate,
    /// A language that sdd does not know: its command is never run.
    UnknownLanguage,
    /// Nothing in the file is a setting of sdd.
    NoKnownSection,
    /// A key that is known, from the tools that shared this file before, and decides nothing.
    NotUsed,
    /// The file is of a newer schema version than this sdd knows.
    NewerSchema,
    /// A rule of the custom gate that nobody can check; the gate will end in `error`.
    BadRule,
}

impl WarningKind {
    /// Whether the file can stay as it is: nothing in it is likely to be a mistake.
    pub fn is_harmless(self) -> bool {
        matches!(self, Self::NotUsed | Self::NewerSchema)
    }
}

/// Something odd about settings that can be used; one line, `FILE:LINE:COLUMN: json.path: what`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigWarning {
    /// The kind.
    pub kind: WarningKind,
    /// The file, as it is shown.
    pub path: String,
    /// Where the key stands.
    pub position: Position,
    /// Which key; the top for the whole file.
    pub json_path: JsonPath,
    /// What is odd.
    pub message: String,
    /// What to do about it, if more can be said than the message says.
    pub hint: Option<String>,
}

impl std::fmt::Display for ConfigWarning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Position { line, column } = self.position;
        write!(f, "{}:{line}:{column}: ", self.path)?;
        if !self.json_path.is_top() {
            write!(f, "{}: ", self.json_path)?;
        }
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}
