//! The files of a project: whether they exist, what is in them, what changed.

mod grep;
mod lines;
mod matching;
mod snapshot;

use std::path::Path;

pub use grep::{GrepAnswer, GrepMatch, MAX_FILE_BYTES, MAX_MATCHES, grep};
pub use lines::{LineReader, line_text, normalise};
pub use matching::count;
pub use snapshot::Snapshot;

use super::Error;
use super::paths::{Place, resolve};
use super::walk::canonical_root;

/// Whether a file or directory exists at a path relative to the project. Paths that leave the project (`..`,
/// absolute, through a link) are refused. A link to nothing does not exist; what cannot be looked at is an error,
/// because it may exist.
pub fn exists(root: &Path, path: &str) -> Result<bool, Error> {
    Ok(matches!(resolve(&canonical_root(root)?, path)?, Place::At(_)))
}
