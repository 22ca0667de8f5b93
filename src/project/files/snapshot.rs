//! Which files a tool changed: two looks at the tree, compared.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::path::Path;
use std::time::SystemTime;

use crate::project::Error;
use crate::project::markers::GENERATED;
use crate::project::paths::display;
use crate::project::walk::{Entry, Hidden, canonical_root, globs, list};

/// The state of every file of a project that is not git-ignored, without their content.
///
/// Left out are `.git`, `.session` and directories that only tools write to ([`GENERATED`]).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    files: BTreeMap<String, Stamp>,
}

/// What changes when a file is written to or replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    size: u64,
    inode: u64,
}

impl Snapshot {
    /// Looks at the tree. `exclude` holds globs of paths, relative to `root`, that are left out.
    pub fn take(root: &Path, exclude: &[String]) -> Result<Self, Error> {
        let root = canonical_root(root)?;
        let exclude = globs(exclude.iter().map(String::as_str))?;
        let keep = move |found: &Entry<'_>| {
            let is_generated = || {
                let name = found.name();
                GENERATED.iter().any(|generated| name == *generated)
                    // A work tree of its own and a submodule have a file of this name.
                    && (found.is_dir() || name == ".git")
            };
            !is_generated() && (exclude.is_empty() || !exclude.is_match(found.relative))
        };
        // What cannot be read is the same in both looks.
        let (parts, _) = list(
            &root,
            Hidden::Visit,
            keep,
            |files: &mut Vec<(String, Stamp)>, found| {
                if let (false, Ok(meta)) = (found.is_dir(), found.path.symlink_metadata()) {
                    files.push((display(found.relative), Stamp::of(&meta)));
                }
            },
        );
        Ok(Self {
            files: parts.into_iter().flatten().collect(),
        })
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there are no files.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The files that were created, changed or deleted between this look and a later one, relative to the root,
    /// sorted.
    pub fn changed(&self, later: &Self) -> Vec<String> {
        let gone_or_changed = self
            .files
            .iter()
            .filter(|(path, stamp)| later.files.get(*path) != Some(*stamp));
        let new = later
            .files
            .iter()
            .filter(|(path, _)| !self.files.contains_key(*path));
        let mut changed: Vec<String> = gone_or_changed.chain(new).map(|(path, _)| path.clone()).collect();
        changed.sort();
        changed
    }
}

impl Stamp {
    fn of(meta: &Metadata) -> Self {
        Self {
            modified: meta.modified().ok(),
            size: meta.len(),
            inode: inode(meta),
        }
    }
}

#[cfg(unix)]
fn inode(meta: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(meta)
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> u64 {
    0
}
