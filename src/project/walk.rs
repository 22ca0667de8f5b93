//! Walking a tree: git-ignored files left out, links not followed, directories read side by side.

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

/// An entry of the walk: what it is, and where relative to the walk's root.
pub(super) struct Entry<'a> {
    pub entry: &'a DirEntry,
    pub relative: &'a Path,
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
    let builder = filtered(root, hidden, keep);
    few(&builder, root, &visit).unwrap_or_else(|| in_parallel(&builder, root, &visit))
}

fn filtered<K>(root: &Path, hidden: Hidden, keep: K) -> WalkBuilder
where
    K: Fn(&Entry<'_>) -> bool + Send + Sync + 'static,
{
    let mut builder = builder(root, hidden);
    let base: PathBuf = root.to_owned();
    builder.filter_entry(move |entry| match entry.path().strip_prefix(&base) {
        Ok(relative) if !relative.as_os_str().is_empty() => keep(&Entry { entry, relative }),
        _ => true,
    });
    builder
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

/// On this thread alone; `None` when there are many entries.
fn few<T, V>(builder: &WalkBuilder, base: &Path, visit: &V) -> Option<(Vec<T>, Vec<String>)>
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
        if count == FEW {
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
                if let Ok(relative) = entry.path().strip_prefix(self.base)
                    && !relative.as_os_str().is_empty()
                {
                    (self.visit)(
                        &mut self.own,
                        &Entry {
                            entry: &entry,
                            relative,
                        },
                    );
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
