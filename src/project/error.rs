//! Why a question about the tree has no answer.

use std::path::PathBuf;

use crate::model::language::Language;

/// Why a question about the tree has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The project's directory cannot be entered.
    #[error("cannot read the project {}", path.display())]
    Root {
        /// The directory.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A configured glob is not one.
    #[error("`{pattern}` is not a glob")]
    Glob {
        /// The glob.
        pattern: String,
        /// What is wrong with it.
        source: globset::Error,
    },
    /// Settings are for a directory that is no unit.
    #[error("`units` in the configuration names {path}{}, which is no unit", language.map_or_else(String::new, |language| format!(" ({language})")))]
    NoSuchUnit {
        /// The directory, relative to the project.
        path: String,
        /// The language, where it was named.
        language: Option<Language>,
        /// The units that there are, for people.
        units: Vec<String>,
    },
    /// A configured path is empty, absolute, or has `..` or a NUL in it.
    #[error("the path `{path}` {why}")]
    Path {
        /// The path as it was given.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A path leads out of the project by a link.
    #[error("the path `{path}` leads out of the project, to {}", target.display())]
    Outside {
        /// The path as it was given.
        path: String,
        /// Where it leads.
        target: PathBuf,
    },
    /// A file or directory is there, or may be, and cannot be looked at.
    #[error("cannot read `{path}`")]
    Read {
        /// The path, relative to the project.
        path: String,
        /// The cause.
        source: std::io::Error,
    },
}
