//! Directories that were left out for their name: which of them hold manifests that git tracks, which of these are the
//! project's own after all, and what is said of the others.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::git::Index;
use super::markers::{
    self, Described, MOSTLY_BUILT, NEVER_OWN, VENDORED_BY, VENDORED_BY_CARGO, manifest_patterns,
};
use super::paths::display;
use super::scan::{Reason, Rules, Scan};
use super::tracked::Tracked;

/// So many directories are named in a message.
const MAX_NAMED: usize = 5;
/// A `package.json` with more bytes is taken for a package's without a look.
const MAX_BYTES: u64 = 1 << 20;

/// The manifests that git tracks and a walk does not meet.
#[derive(Debug, Default)]
pub(super) struct Manifests {
    /// Relative to the project's root.
    files: BTreeSet<PathBuf>,
    /// Whether git had an answer.
    known: bool,
}

impl Manifests {
    /// Asks git about the directories that a walk left out for their names.
    pub(super) fn find(root: &Path, rules: &Rules<'_>, scan: &Scan, index: Option<Index<'_>>) -> Self {
        let Some(index) = index else {
            return Self::default();
        };
        let dirs: Vec<&PathBuf> = by_name(scan).collect();
        if dirs.is_empty() {
            return Self {
                known: true,
                ..Self::default()
            };
        }
        let described = rules.described.iter().flat_map(Described::patterns);
        let patterns: Vec<String> = manifest_patterns()
            .into_iter()
            .chain(described.map(|pattern| escaped(&pattern)))
            .collect();
        // That git has no answer is said by the one who asks it for more.
        let Ok(listed) = index.ending(root, &patterns) else {
            return Self::default();
        };
        let mut found = Self {
            known: !listed.truncated,
            ..Self::default()
        };
        let below = |file: &PathBuf| dirs.iter().any(|dir| file.starts_with(dir));
        found.extend(listed.paths.into_iter().filter(below), rules.described);
        found
    }

    /// Adds those that are ignored.
    pub(super) fn add(&mut self, tracked: &Tracked, described: &[Described]) {
        self.extend(tracked.below(Path::new("")).map(Path::to_owned), described);
    }

    fn extend(&mut self, files: impl Iterator<Item = PathBuf>, described: &[Described]) {
        self.files.extend(files.filter(|file| {
            let name = file.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| {
                markers::is_manifest_name(name) || described.iter().any(|language| language.fits(name))
            })
        }));
    }

    /// The directories above them whose name says that they were built, and which therefore were not.
    pub(super) fn own(&self, root: &Path) -> BTreeSet<PathBuf> {
        let is_named_so = |dir: &&Path| {
            dir.file_name()
                .is_some_and(|name| MOSTLY_BUILT.iter().any(|built| name == *built))
        };
        self.files
            .iter()
            .filter(|file| !is_stub(&root.join(file)))
            .flat_map(|file| file.ancestors().skip(1).filter(is_named_so))
            .filter(|dir| !is_copied(&root.join(dir)))
            .map(Path::to_owned)
            .collect()
    }

    fn any_below(&self, dir: &Path) -> bool {
        self.files.iter().any(|file| file.starts_with(dir))
    }
}

fn by_name(scan: &Scan) -> impl Iterator<Item = &PathBuf> {
    scan.left_out
        .iter()
        .filter(|(_, reason)| matches!(reason, Reason::Name | Reason::TestInputs))
        .map(|(dir, _)| dir)
}

/// Whether a package manager copied others' code into a directory.
fn is_copied(dir: &Path) -> bool {
    VENDORED_BY.iter().any(|name| dir.join(name).exists())
        || std::fs::read_dir(dir).is_ok_and(|entries| {
            entries
                .filter_map(Result::ok)
                .any(|entry| entry.path().join(VENDORED_BY_CARGO).exists())
        })
}

/// Whether a file is a `package.json` that a compiler wrote to say what kind of modules lie beside it: it neither names
/// a package nor has scripts.
fn is_stub(file: &Path) -> bool {
    if !file.ends_with("package.json") || std::fs::metadata(file).is_ok_and(|meta| meta.len() > MAX_BYTES) {
        return false;
    }
    let package = std::fs::read(file).ok().and_then(|bytes| {
        let package: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
        Some(package)
    });
    package.is_some_and(|package| package.get("name").is_none() && package.get("scripts").is_none())
}

/// What is said of the directories that stay left out: those in which git tracks a manifest; where nobody knows what is
/// tracked, those in which one is seen at the first look, but for what only package managers make.
pub(super) fn note(root: &Path, scan: &Scan, manifests: &Manifests) -> Option<String> {
    let is_never_own = |dir: &Path| {
        dir.file_name()
            .is_some_and(|name| NEVER_OWN.iter().any(|never| name == *never))
    };
    let is_suspect = |dir: &Path| !manifests.known && !is_never_own(dir) && shows_manifest(&root.join(dir));
    let said: Vec<String> = by_name(scan)
        .filter(|dir| manifests.any_below(dir) || is_suspect(dir))
        .map(|dir| display(dir))
        .collect();
    let more = match said.len().saturating_sub(MAX_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let named = said
        .iter()
        .take(MAX_NAMED)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    (!said.is_empty()).then(|| {
        format!(
            "left out by name, so that no gate looks at projects there: {named}{more}; `units` in config.json makes a \
             unit of a directory, `exclude` silences this"
        )
    })
}

/// Whether a manifest lies in a directory or in one directly inside of it.
fn shows_manifest(dir: &Path) -> bool {
    let entries = |dir: &Path| {
        std::fs::read_dir(dir)
            .into_iter()
            .flatten()
            .filter_map(Result::ok)
    };
    let has = |dir: &Path| {
        entries(dir).any(|entry| entry.file_name().to_str().is_some_and(markers::is_manifest_name))
    };
    has(dir) || entries(dir).any(|entry| has(&entry.path()))
}

/// A pattern for git in which only `*` has a meaning.
fn escaped(pattern: &str) -> String {
    pattern.chars().fold(String::new(), |mut out, c| {
        if matches!(c, '\\' | '[' | '?') {
            out.push('\\');
        }
        out.push(c);
        out
    })
}
