//! Files that git tracks although its rules ignore them. Rules of ignoring are about untracked files only, so these
//! are a part of the project like all others; a walk by the rules does not meet them.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::path::{Path, PathBuf};

use super::git::Index;
use super::paths::display;
use super::walk;

/// Directories of tools and of sdd itself, which may hold any number of files: nobody means these.
const NOT_ASKED: [&str; 7] = [
    ".session",
    ".venv",
    ".tox",
    ".nox",
    "node_modules",
    "__pycache__",
    "site-packages",
];

/// The files of a project that are tracked and ignored, relative to its root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tracked {
    files: BTreeSet<PathBuf>,
    /// Why this is not all of it.
    unknown: Option<String>,
}

impl Tracked {
    /// Asks git about the project in `root`, absolute and without links.
    pub(super) fn find(root: &Path, index: Index<'_>) -> Self {
        match index.ignored(root, &NOT_ASKED) {
            Ok(listed) => Self {
                files: walk::ignored(root, listed.paths),
                unknown: listed
                    .truncated
                    .then(|| "git tracks more ignored files than can be listed".to_owned()),
            },
            Err(error) => Self::lost(&format!("which ignored files git tracks is unknown: {error}")),
        }
    }

    /// Nothing is known, and why.
    pub(super) fn lost(why: &str) -> Self {
        Self {
            files: BTreeSet::new(),
            unknown: Some(why.to_owned()),
        }
    }

    /// Why some of these files may be missing here; `None` when all of them are known.
    pub fn unknown(&self) -> Option<&str> {
        self.unknown.as_deref()
    }

    /// The files below a directory, both relative to the root; the answers are relative to the directory.
    pub(super) fn below<'a>(&'a self, dir: &'a Path) -> impl Iterator<Item = &'a Path> {
        self.files
            .range::<Path, _>((Bound::Included(dir), Bound::Unbounded))
            .map_while(move |file| file.strip_prefix(dir).ok())
            .filter(|file| !file.as_os_str().is_empty())
    }

    /// Those that a walk from `dir`, inside of `root`, does not meet, relative to it: rules that ignore a directory say
    /// nothing to a walk that begins inside of it.
    pub(super) fn unmet(&self, root: &Path, dir: &Path) -> BTreeSet<PathBuf> {
        let inside = dir.strip_prefix(root).unwrap_or(dir);
        let files = self.below(inside).map(Path::to_owned).collect();
        if inside.as_os_str().is_empty() {
            return files;
        }
        walk::ignored(dir, files)
    }

    /// Submodules among them, whose files git does not name.
    pub(super) fn submodules(&self, root: &Path) -> Vec<String> {
        let is_dir = |file: &&PathBuf| root.join(file).symlink_metadata().is_ok_and(|meta| meta.is_dir());
        self.files.iter().filter(is_dir).map(|dir| display(dir)).collect()
    }
}
