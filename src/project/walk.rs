//! Walking a tree: git-ignored files left out, links not followed, directories read side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::FileType;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use ignore::{DirEntry, ParallelVisitor, ParallelVisitorBuilder, WalkBuilder, WalkState};

use super::Error;
use super::detect::nearest_git;

/// More threads than this wait for the same disk.
const MAX_THREADS: usize = 4;

/// Whether entries whose name begins with a dot are visited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hidden {
    Visit,
    Skip,
}

/// An entry of the walk: what it is, and where.
pub(super) struct Entry<'a> {
    /// Where it is, below the walk's root.
    pub path: &'a Path,
    /// The same relative to the walk's root.
    pub relative: &'a Path,
    kind: Option<FileType>,
}

impl<'a> Entry<'a> {
    fn of(entry: &'a DirEntry, base: &Path) -> Option<Self> {
        let relative = below(entry.path(), base)?;
        (!relative.as_os_str().is_empty()).then(|| Self {
            path: entry.path(),
            relative,
            kind: entry.file_type(),
        })
    }

    /// Its name.
    pub fn name(&self) -> &'a OsStr {
        split(self.relative).1
    }

    /// The directory that it lies in, relative to the walk's root.
    pub fn dir(&self) -> &'a Path {
        split(self.relative).0
    }

    /// Whether it is a directory, and no link to one.
    pub fn is_dir(&self) -> bool {
        self.kind.is_some_and(|kind| kind.is_dir())
    }

    /// Whether it is a regular file, and no link to one.
    pub fn is_file(&self) -> bool {
        self.kind.is_some_and(|kind| kind.is_file())
    }

    /// Whether it is a link.
    pub fn is_link(&self) -> bool {
        self.kind.is_some_and(|kind| kind.is_symlink())
    }
}

/// A path of a walk, relative to where the walk began, as the directory and the name in it.
#[cfg(unix)]
fn split(relative: &Path) -> (&Path, &OsStr) {
    use std::os::unix::ffi::OsStrExt as _;
    // As below: such a path has one `/` between its parts and none at its end.
    let bytes = relative.as_os_str().as_bytes();
    match bytes.iter().rposition(|byte| *byte == b'/') {
        Some(at) => (
            Path::new(OsStr::from_bytes(&bytes[..at])),
            OsStr::from_bytes(&bytes[at + 1..]),
        ),
        None => (Path::new(""), relative.as_os_str()),
    }
}

#[cfg(not(unix))]
fn split(relative: &Path) -> (&Path, &OsStr) {
    (
        relative.parent().unwrap_or(Path::new("")),
        relative.file_name().unwrap_or_default(),
    )
}

/// A path of a walk relative to where the walk began.
#[cfg(unix)]
fn below<'a>(path: &'a Path, base: &Path) -> Option<&'a Path> {
    use std::os::unix::ffi::OsStrExt as _;
    // Every path of a walk begins with its base, letter for letter: to take paths apart for that takes longer than all else
    // that is done with them.
    let rest = path
        .as_os_str()
        .as_bytes()
        .strip_prefix(base.as_os_str().as_bytes())?;
    match rest {
        [] => Some(Path::new("")),
        [b'/', inside @ ..] => Some(Path::new(OsStr::from_bytes(inside))),
        _ => path.strip_prefix(base).ok(),
    }
}

#[cfg(not(unix))]
fn below<'a>(path: &'a Path, base: &Path) -> Option<&'a Path> {
    path.strip_prefix(base).ok()
}

/// How many threads walk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hands {
    /// One in a small tree, several in a large one.
    #[default]
    AsNeeded,
    /// One: another program needs all processors for longer than the walk takes.
    One,
}

/// Up to so many entries are read by one thread: to start others, and to learn that all of them are done, takes
/// longer than to look at these once more where there are more.
const FEW: usize = 2_000;

/// Visits every entry below `root` (not `root` itself) that is not ignored and that `keep` keeps, on several
/// threads, each with its own `T`. The order is undefined. Returns what each thread made, and what could not be
/// read.
pub(super) fn collect<T, K, V>(root: &Path, hidden: Hidden, keep: K, visit: V) -> (Vec<T>, Vec<String>)
where
    T: Default + Send,
    K: Fn(&Entry<'_>) -> bool + Send + Sync + 'static,
    V: Fn(&mut T, &Entry<'_>) + Sync,
{
    in_parallel(&filtered(root, hidden, keep), root, &visit)
}

/// The same for a `visit` that does little: in a small tree on this thread alone, in a large one its first entries may
/// be visited twice, for a `T` that is thrown away. `keep` may be asked twice, too.
pub(super) fn list<T, K, V>(root: &Path, hidden: Hidden, keep: K, visit: V) -> (Vec<T>, Vec<String>)
where
    T: Default + Send,
    K: Fn(&Entry<'_>) -> bool + Send + Sync + 'static,
    V: Fn(&mut T, &Entry<'_>) + Sync,
{
    list_with(Hands::AsNeeded, root, hidden, keep, visit)
}

/// The same with so many hands.
pub(super) fn list_with<T, K, V>(
    hands: Hands,
    root: &Path,
    hidden: Hidden,
    keep: K,
    visit: V,
) -> (Vec<T>, Vec<String>)
where
    T: Default + Send,
    K: Fn(&Entry<'_>) -> bool + Send + Sync + 'static,
    V: Fn(&mut T, &Entry<'_>) + Sync,
{
    let builder = filtered(root, hidden, keep);
    let most = match hands {
        Hands::AsNeeded => FEW,
        Hands::One => usize::MAX,
    };
    alone(&builder, root, &visit, most).unwrap_or_else(|| in_parallel(&builder, root, &visit))
}

fn filtered<K>(root: &Path, hidden: Hidden, keep: K) -> WalkBuilder
where
    K: Fn(&Entry<'_>) -> bool + Send + Sync + 'static,
{
    let mut builder = builder(root, hidden);
    let base: PathBuf = root.to_owned();
    builder.filter_entry(move |entry| Entry::of(entry, &base).is_none_or(|found| keep(&found)));
    builder
}

/// Visits single files below `root`, given relative to it, as [`collect`] visits the others: for those that
/// are ignored and tracked all the same. A file that is gone, lies behind a link, or that `keep` does not keep with every directory
/// above it, is not visited.
pub(super) fn extra<'a, T: Default>(
    root: &Path,
    files: impl IntoIterator<Item = &'a (impl AsRef<Path> + ?Sized + 'a)>,
    hidden: Hidden,
    keep: &dyn Fn(&Entry<'_>) -> bool,
    visit: &dyn Fn(&mut T, &Entry<'_>),
) -> T {
    let mut own = T::default();
    let mut entered: BTreeMap<PathBuf, bool> = BTreeMap::new();
    let look = |relative: &Path, with: &mut dyn FnMut(&Entry<'_>) -> bool| {
        let is_hidden = relative
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        let path = root.join(relative);
        let kind = path.symlink_metadata().ok().map(|meta| meta.file_type());
        let found = Entry {
            path: &path,
            relative,
            kind,
        };
        kind.is_some() && !(hidden == Hidden::Skip && is_hidden) && keep(&found) && with(&found)
    };
    for file in files {
        let file = file.as_ref();
        let mut above: Vec<&Path> = file.ancestors().skip(1).collect();
        above.reverse();
        let is_reached = above.iter().skip(1).all(|dir| {
            *entered
                .entry((*dir).to_owned())
                .or_insert_with(|| look(dir, &mut |found| found.is_dir()))
        });
        if is_reached {
            look(file, &mut |found| {
                visit(&mut own, found);
                true
            });
        }
    }
    own
}

/// Those of `files`, relative to `root`, that a walk does not meet because they are ignored.
pub(super) fn ignored(root: &Path, files: BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
    if files.is_empty() {
        return files;
    }
    let needed: BTreeSet<PathBuf> = files
        .iter()
        .flat_map(|file| file.ancestors().map(Path::to_owned))
        .collect();
    let keep = move |found: &Entry<'_>| needed.contains(found.relative);
    let (parts, _said) = list(root, Hidden::Visit, keep, |met: &mut Vec<PathBuf>, found| {
        met.push(found.relative.to_owned());
    });
    let met: BTreeSet<PathBuf> = parts.into_iter().flatten().collect();
    files.difference(&met).cloned().collect()
}

fn in_parallel<T, V>(builder: &WalkBuilder, base: &Path, visit: &V) -> (Vec<T>, Vec<String>)
where
    T: Default + Send,
    V: Fn(&mut T, &Entry<'_>) + Sync,
{
    let done = Mutex::new((Vec::new(), Vec::new()));
    let mut visitors = Visitors {
        base,
        visit,
        done: &done,
    };
    builder.build_parallel().visit(&mut visitors);
    let (parts, mut problems) = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    problems.sort();
    (parts, problems)
}

/// On this thread alone; `None` when there are more entries than `most`.
fn alone<T, V>(builder: &WalkBuilder, base: &Path, visit: &V, most: usize) -> Option<(Vec<T>, Vec<String>)>
where
    T: Default + Send,
    V: Fn(&mut T, &Entry<'_>) + Sync,
{
    let done = Mutex::new((Vec::new(), Vec::new()));
    let mut visitor = Visitor {
        base,
        visit,
        done: &done,
        own: T::default(),
        problems: Vec::new(),
    };
    for (count, entry) in builder.build().enumerate() {
        if count == most {
            return None;
        }
        visitor.visit(entry);
    }
    drop(visitor);
    let (parts, mut problems) = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    problems.sort();
    Some((parts, problems))
}

/// A walk with git's rules for what is ignored: inside of a repository exactly git's (`.gitignore` up to the
/// repository's root, `info/exclude`); outside of one, and where the repository ignores the whole project, the
/// project's own `.gitignore` files and nothing above them, so that a stray file in a home directory never hides
/// a project. The user's global ignore file is not read: the same commit has the same units on every machine.
fn builder(root: &Path, hidden: Hidden) -> WalkBuilder {
    let in_repository = nearest_git(root).is_some_and(|top| !ignores(&top, root));
    let mut builder = plain(root);
    builder
        .hidden(hidden == Hidden::Skip)
        .require_git(in_repository)
        .parents(in_repository)
        .threads(
            std::thread::available_parallelism()
                .map_or(1, std::num::NonZero::get)
                .min(MAX_THREADS),
        );
    builder
}

/// The names directly in `dir` that git's rules, as in [`collect`], do not leave out.
pub(super) fn kept(dir: &Path) -> Vec<std::ffi::OsString> {
    let mut builder = builder(dir, Hidden::Visit);
    builder.max_depth(Some(1));
    builder
        .build()
        .filter_map(Result::ok)
        .filter(|entry| entry.depth() == 1)
        .map(|entry| entry.file_name().to_owned())
        .collect()
}

fn plain(root: &Path) -> WalkBuilder {
    let mut builder = WalkBuilder::new(root);
    builder
        .follow_links(false)
        .hidden(false)
        .ignore(false)
        .git_global(false)
        .git_ignore(true)
        .git_exclude(true);
    builder
}

/// Whether the repository at `top` ignores the directory `dir` inside of it.
fn ignores(top: &Path, dir: &Path) -> bool {
    match dir.strip_prefix(top) {
        Ok(relative) if !relative.as_os_str().is_empty() => plain(top)
            .parents(false)
            .build_matchers()
            .first_mut()
            .is_some_and(|matcher| matcher.matched(relative, true).is_ignore()),
        _ => false,
    }
}

struct Visitors<'s, T, V> {
    base: &'s Path,
    visit: &'s V,
    done: &'s Mutex<(Vec<T>, Vec<String>)>,
}

struct Visitor<'s, T: Default, V> {
    base: &'s Path,
    visit: &'s V,
    done: &'s Mutex<(Vec<T>, Vec<String>)>,
    own: T,
    problems: Vec<String>,
}

impl<'s, T: Default + Send, V: Fn(&mut T, &Entry<'_>) + Sync> ParallelVisitorBuilder<'s>
    for Visitors<'s, T, V>
{
    fn build(&mut self) -> Box<dyn ParallelVisitor + 's> {
        Box::new(Visitor {
            base: self.base,
            visit: self.visit,
            done: self.done,
            own: T::default(),
            problems: Vec::new(),
        })
    }
}

impl<T: Default + Send, V: Fn(&mut T, &Entry<'_>) + Sync> ParallelVisitor for Visitor<'_, T, V> {
    fn visit(&mut self, entry: Result<DirEntry, ignore::Error>) -> WalkState {
        match entry {
            Ok(entry) => {
                if let Some(found) = Entry::of(&entry, self.base) {
                    (self.visit)(&mut self.own, &found);
                }
            }
            Err(error) => self.problems.push(problem(&error, self.base)),
        }
        WalkState::Continue
    }
}

/// What could not be read, with its place relative to the root.
fn problem(error: &ignore::Error, base: &Path) -> String {
    match error {
        ignore::Error::WithPath { path, err } => {
            let place = super::paths::display(path.strip_prefix(base).unwrap_or(path));
            format!("{place} cannot be read: {}", cause(err))
        }
        ignore::Error::WithDepth { err, .. } => problem(err, base),
        error => format!("cannot look everywhere: {error}"),
    }
}

/// An error without the path that it repeats.
fn cause(error: &ignore::Error) -> String {
    error
        .io_error()
        .map_or_else(|| error.to_string(), ToString::to_string)
}

impl<T: Default, V> Drop for Visitor<'_, T, V> {
    fn drop(&mut self) {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        done.0.push(std::mem::take(&mut self.own));
        done.1.append(&mut self.problems);
    }
}

/// Globs of paths relative to a directory. `*` stays within one part of the path, `**` does not.
pub(super) fn globs<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<GlobSet, Error> {
    let mut set = GlobSetBuilder::new();
    let refuse = |pattern: &str, source| Error::Glob {
        pattern: pattern.to_owned(),
        source,
    };
    for pattern in patterns {
        let clean = pattern.trim_start_matches("./").trim_end_matches('/');
        let glob = GlobBuilder::new(clean)
            .literal_separator(true)
            .build()
            .map_err(|source| refuse(pattern, source))?;
        set.add(glob);
    }
    set.build().map_err(|source| refuse("", source))
}

/// The root of a walk: absolute and without links.
pub(super) fn canonical_root(root: &Path) -> Result<PathBuf, Error> {
    let read = |source| Error::Root {
        path: root.to_owned(),
        source,
    };
    let root = root.canonicalize().map_err(read)?;
    // An unreadable root would otherwise look like an empty project.
    std::fs::read_dir(&root).map_err(read)?;
    Ok(root)
}
