//! The members of a workspace: globs below its root, some of them taken back.

use std::path::{Path, PathBuf};

use globset::GlobSet;

use crate::project::paths::normalise;
use crate::project::walk::globs;

/// The directories that a workspace names, relative to the project's root.
#[derive(Debug, Default)]
pub(in crate::project) struct Members {
    root: PathBuf,
    named: GlobSet,
    taken_back: GlobSet,
}

impl Members {
    /// Patterns are relative to the workspace's directory `root`. One that is not a glob names nothing, so that
    /// what it meant to name stays a unit of its own.
    pub(super) fn new<'a>(
        root: &Path,
        named: impl IntoIterator<Item = &'a str>,
        taken_back: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        Self {
            root: root.to_owned(),
            named: set(root, named),
            taken_back: set(root, taken_back),
        }
    }

    /// Whether a directory is a member. The workspace's own directory is not.
    pub(in crate::project) fn has(&self, dir: &Path) -> bool {
        dir != self.root && self.named.is_match(dir) && !self.taken_back.is_match(dir)
    }
}

fn set<'a>(root: &Path, patterns: impl IntoIterator<Item = &'a str>) -> GlobSet {
    let prefix = escape(root);
    let full: Vec<String> = patterns
        .into_iter()
        .filter_map(|pattern| normalise(&Path::new(&prefix).join(pattern.trim_start_matches('/'))))
        .filter_map(|pattern| pattern.into_os_string().into_string().ok())
        .filter(|pattern| globs([pattern.as_str()]).is_ok())
        .collect();
    globs(full.iter().map(String::as_str)).unwrap_or_default()
}

/// A directory as a glob that fits itself alone.
fn escape(dir: &Path) -> String {
    globset::escape(&dir.to_string_lossy())
}

/// The strings of a TOML array.
pub(super) fn toml_strings(value: Option<&toml::Value>) -> Vec<&str> {
    value
        .and_then(toml::Value::as_array)
        .map(|items| items.iter().filter_map(toml::Value::as_str).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(root: &str, named: &[&str], taken_back: &[&str], dir: &str, expect: bool) {
        let members = Members::new(Path::new(root), named.iter().copied(), taken_back.iter().copied());
        assert_eq!(
            members.has(Path::new(dir)),
            expect,
            "{named:?} - {taken_back:?}: {dir}"
        );
    }

    #[test]
    fn globs_are_relative_to_the_workspace() {
        check("", &["crates/*"], &[], "crates/a", true);
        check("", &["crates/*"], &[], "crates/a/b", false);
        check("", &["packages/**"], &[], "packages/a/b", true);
        check("ws", &["./a/"], &[], "ws/a", true);
        check("ws", &["a"], &[], "a", false);
        check("ws/deep", &["../side"], &[], "ws/side", true);
        check("", &["."], &[], "", false);
    }

    #[test]
    fn what_is_taken_back_is_no_member() {
        check("", &["crates/*"], &["crates/old"], "crates/old", false);
        check("", &["crates/*"], &["crates/old"], "crates/new", true);
    }

    #[test]
    fn names_that_look_like_globs_and_broken_globs_are_harmless() {
        check("we[i]rd", &["a"], &[], "we[i]rd/a", true);
        check("we[i]rd", &["a"], &[], "weird/a", false);
        check("", &["a[", "b"], &[], "b", true);
    }
}
