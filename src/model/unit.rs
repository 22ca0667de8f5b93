//! A unit: one directory of a repository with one language.

use serde::{Deserialize, Serialize};

use super::language::Language;

/// One directory of the repository with one language; each gate runs once per unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Unit {
    /// Path relative to the project's root with `/` between parts; `.` for the root itself.
    pub path: String,
    /// The language of the unit.
    pub language: Language,
    /// The files that led to this unit, such as `pyproject.toml`, relative to the unit.
    pub markers: Vec<String>,
}

impl Unit {
    /// Where the unit stands, for people: `.` or `services/api`, with the language.
    pub fn label(&self) -> String {
        format!("{} ({})", self.path, self.language)
    }

    /// A path relative to the unit's directory, made relative to the project's root.
    pub fn to_project(&self, path: &str) -> String {
        let path = path.strip_prefix("./").unwrap_or(path);
        if self.path == "." {
            path.to_owned()
        } else {
            format!("{}/{path}", self.path)
        }
    }

    /// The unit as a part of a file name: `root-python`, `services_api-python`.
    pub fn slug(&self) -> String {
        let place = if self.path == "." { "root" } else { &self.path };
        let place: String = place
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        format!("{place}-{}", self.language)
    }
}
