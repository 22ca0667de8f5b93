//! One walk over the tree that finds everything detection needs: marker files and where the Python files are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use globset::GlobSet;

use super::markers::{
    self, Described, MOSTLY_BUILT, OTHER_LANGUAGES, TEST_DIRECTORIES, TEST_INPUTS, VENDORED,
};
use super::paths::display;
use super::tracked::Tracked;
use super::walk::{self, Entry, Hands, Hidden};
use crate::model::language::Language;

/// The file that marks a Python virtual environment, whatever its directory is called.
const VIRTUALENV_FILE: &str = "pyvenv.cfg";

/// What the walk found. Paths are relative to the root; the root itself is the empty path.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Marker files by directory.
    pub markers: BTreeMap<PathBuf, BTreeSet<String>>,
    /// Directories with Python files directly in them.
    pub python: BTreeMap<PathBuf, Sources>,
    /// Directories with Go files directly in them, each with the first of them.
    pub go: BTreeMap<PathBuf, String>,
    /// Markers of described languages, by directory and language.
    pub described: BTreeMap<(PathBuf, Language), BTreeSet<String>>,
    /// Languages without gates: how many markers, and the first.
    pub others: BTreeMap<&'static str, (usize, String)>,
    /// Directories that were left out, with the reason.
    pub left_out: BTreeMap<PathBuf, Reason>,
    /// What could not be read.
    pub problems: Vec<String>,
}

/// Why a directory was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// The configuration says so.
    Excluded,
    /// Its name is one of [`VENDORED`] or [`MOSTLY_BUILT`].
    Name,
    /// It holds inputs of tests, by its name and its place.
    TestInputs,
    /// It is a virtual environment.
    Virtualenv,
}

impl Reason {
    /// As it is said.
    pub fn text(self) -> &'static str {
        match self {
            Self::Excluded => "excluded by the configuration",
            Self::Name => "vendored or built, by its name",
            Self::TestInputs => "inputs of tests, by its name",
            Self::Virtualenv => "a virtual environment",
        }
    }
}

/// The source files directly in one directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sources {
    /// How many.
    pub count: usize,
    /// The name of the first, by name.
    pub first: String,
    /// Whether one of them is a test by its name.
    pub tests: bool,
}

#[derive(Default)]
struct Part {
    markers: Vec<(PathBuf, String)>,
    /// Files of one directory come together, mostly.
    python: Vec<(PathBuf, Sources)>,
    go: Vec<(PathBuf, String)>,
    described: Vec<(PathBuf, Language, String)>,
    others: Vec<(&'static str, String)>,
    virtualenvs: Vec<PathBuf>,
}

/// How the tree is walked.
#[derive(Clone)]
pub(super) struct Rules<'a> {
    /// Globs of paths relative to the root that are left out.
    pub exclude: GlobSet,
    /// Described languages.
    pub described: &'a [Described],
    /// Directories, relative to the root, that are looked into whatever their name.
    pub own: BTreeSet<PathBuf>,
    /// How many threads walk.
    pub hands: Hands,
}

/// Directories that were met and left out.
type LeftOut = Arc<Mutex<BTreeMap<PathBuf, Reason>>>;

/// Walks the tree.
pub(super) fn scan(root: &Path, rules: &Rules<'_>) -> Scan {
    let left_out = LeftOut::default();
    let keep = keeper(rules, &left_out);
    let visit = |part: &mut Part, found: &Entry<'_>| visit(part, found, rules.described);
    let (parts, problems) = walk::list_with(rules.hands, root, Hidden::Skip, keep, visit);
    let mut scan = Scan {
        problems,
        ..Scan::default()
    };
    scan.take(parts, &left_out);
    scan
}

/// What is kept of a walk; it notes what is not.
fn keeper(rules: &Rules<'_>, left_out: &LeftOut) -> impl Fn(&Entry<'_>) -> bool + Send + Sync + use<> {
    let (exclude, own, left_out) = (rules.exclude.clone(), rules.own.clone(), Arc::clone(left_out));
    move |found: &Entry<'_>| {
        let reason = reason_to_leave_out(found, &exclude)
            .filter(|reason| *reason != Reason::Name || !own.contains(found.relative));
        if let Some(reason) = reason {
            left_out
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(found.relative.to_owned(), reason);
        }
        reason.is_none()
    }
}

impl Scan {
    /// Adds the files that are ignored and tracked.
    pub fn add_tracked(&mut self, root: &Path, tracked: &Tracked, rules: &Rules<'_>) {
        let left_out = LeftOut::default();
        let keep = keeper(rules, &left_out);
        let visit = |part: &mut Part, found: &Entry<'_>| visit(part, found, rules.described);
        let part = walk::extra(root, tracked.below(Path::new("")), Hidden::Skip, &keep, &visit);
        self.take(vec![part], &left_out);
    }

    fn take(&mut self, parts: Vec<Part>, left_out: &LeftOut) {
        let noted = std::mem::take(&mut *left_out.lock().unwrap_or_else(PoisonError::into_inner));
        self.left_out.extend(noted);
        let virtualenvs: Vec<PathBuf> = parts.iter().flat_map(|part| part.virtualenvs.clone()).collect();
        for dir in &virtualenvs {
            self.left_out.insert(dir.clone(), Reason::Virtualenv);
        }
        for part in parts {
            self.add(part, &virtualenvs);
        }
    }

    fn add(&mut self, part: Part, virtualenvs: &[PathBuf]) {
        let is_kept = |path: &Path| !virtualenvs.iter().any(|dir| path.starts_with(dir));
        for (dir, name) in part.markers {
            if is_kept(&dir) {
                self.markers.entry(dir).or_default().insert(name);
            }
        }
        for (dir, language, name) in part.described {
            if is_kept(&dir) {
                self.described.entry((dir, language)).or_default().insert(name);
            }
        }
        for (dir, sources) in part.python {
            if is_kept(&dir) {
                self.python.entry(dir).or_default().merge(&sources);
            }
        }
        for (dir, name) in part.go {
            if is_kept(&dir) {
                let first = self.go.entry(dir).or_insert_with(|| name.clone());
                if name < *first {
                    *first = name;
                }
            }
        }
        for (language, path) in part.others {
            if is_kept(Path::new(&path)) {
                let seen = self.others.entry(language).or_insert((0, path.clone()));
                seen.0 += 1;
                if path < seen.1 {
                    seen.1 = path;
                }
            }
        }
    }
}

impl Sources {
    fn add(&mut self, name: &str) {
        self.count += 1;
        if self.first.is_empty() || name < self.first.as_str() {
            name.clone_into(&mut self.first);
        }
        self.tests |= is_python_test(name);
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        if self.first.is_empty() || other.first < self.first {
            self.first.clone_from(&other.first);
        }
        self.tests |= other.tests;
    }
}

/// The names that pytest collects by default.
fn is_python_test(name: &str) -> bool {
    name.starts_with("test_") || name.ends_with("_test.py")
}

fn visit(part: &mut Part, found: &Entry<'_>, described: &[Described]) {
    let Some(name) = found.name().to_str() else {
        return;
    };
    let dir = found.dir();
    if has_ending(name, ".go") && is_file(found) {
        part.go.push((dir.to_owned(), name.to_owned()));
    }
    if has_ending(name, ".py") && is_file(found) {
        match part.python.last_mut() {
            Some((last, sources)) if last.as_os_str() == dir.as_os_str() => sources.add(name),
            _ => {
                let mut sources = Sources::default();
                sources.add(name);
                part.python.push((dir.to_owned(), sources));
            }
        }
    }
    let mut is_described = false;
    for language in described.iter().filter(|language| language.fits(name)) {
        if is_file(found) {
            is_described = true;
            part.described
                .push((dir.to_owned(), language.language, name.to_owned()));
        }
    }
    if name == VIRTUALENV_FILE && !dir.as_os_str().is_empty() {
        part.virtualenvs.push(dir.to_owned());
    } else if !markers::may_be_known(name) {
        // Nearly every file.
    } else if markers::is_marker_name(name) && is_file(found) {
        part.markers.push((dir.to_owned(), name.to_owned()));
    } else if is_described {
        // Somebody says what to do with it.
    } else if let Some((language, _)) = OTHER_LANGUAGES.iter().find(|(_, rule)| rule.fits_name(name))
        && is_file(found)
    {
        part.others.push((language, display(found.relative)));
    }
}

/// Whether a name has this ending and something before it.
fn has_ending(name: &str, ending: &str) -> bool {
    name.strip_suffix(ending).is_some_and(|stem| !stem.is_empty())
}

/// A regular file, or a link to one. Links to directories are never followed.
fn is_file(found: &Entry<'_>) -> bool {
    found.is_file() || (found.is_link() && std::fs::metadata(found.path).is_ok_and(|target| target.is_file()))
}

fn reason_to_leave_out(found: &Entry<'_>, exclude: &GlobSet) -> Option<Reason> {
    if !exclude.is_empty() && exclude.is_match(found.relative) {
        return Some(Reason::Excluded);
    }
    if !found.is_dir() {
        return None;
    }
    let name = found.name().to_str()?;
    if VENDORED.contains(&name) || MOSTLY_BUILT.contains(&name) {
        return Some(Reason::Name);
    }
    let below_tests = || {
        found.dir().components().any(|part| match part {
            Component::Normal(part) => TEST_DIRECTORIES.iter().any(|tests| part == *tests),
            _ => false,
        })
    };
    (TEST_INPUTS.contains(&name) && below_tests()).then_some(Reason::TestInputs)
}
