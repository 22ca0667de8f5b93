//! The files of a project: whether they exist, what is in them, what changed.

mod grep;
mod lines;
mod matching;
mod snapshot;

use std::path::Path;

pub use grep::{GrepAnswer, GrepMatch, MAX_FILE_BYTES, MAX_MATCHES, NotSearched, Reach, grep};
pub use lines::{LineReader, line_text, normalise};
pub use matching::{count, list};
pub use snapshot::Snapshot;

use super::Error;
use super::paths::{Place, resolve};
use super::walk::canonical_root;

/// The plain files directly in some directories relative to the project, `.` being its own, as paths relative to it,
/// sorted. A directory that does not exist has none; what leads out of the project is refused.
pub fn files_in(root: &Path, directories: &[String]) -> Result<Vec<String>, Error> {
    let root = canonical_root(root)?;
    let mut found = Vec::new();
    for directory in directories {
        let Place::At(place) = resolve(&root, directory)? else {
            continue;
        };
        let read = |source| Error::Root {
            path: place.clone(),
            source,
        };
        if !place.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(&place).map_err(read)? {
            let entry = entry.map_err(read)?;
            if entry.path().is_file()
                && let Some(name) = entry.file_name().to_str()
            {
                let above = if directory == "." {
                    String::new()
                } else {
                    format!("{directory}/")
                };
                found.push(format!("{above}{name}"));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether a file or directory exists at a path relative to the project. Paths that leave the project (`..`,
/// absolute, through a link) are refused. A link to nothing does not exist; what cannot be looked at is an error,
/// because it may exist.
pub fn exists(root: &Path, path: &str) -> Result<bool, Error> {
    Ok(matches!(resolve(&canonical_root(root)?, path)?, Place::At(_)))
}
