//! Reading what git tracks: `git ls-files -z`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Error, call, is_no_repository, refusal};
use crate::process::{End, Runner};

/// The files that a repository tracks, asked of git.
#[derive(Clone, Copy)]
pub struct Index<'a> {
    /// What runs git.
    pub runner: &'a dyn Runner,
    /// Git, as an absolute path.
    pub program: &'a Path,
}

/// Some of the files that git tracks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// Their paths, relative to the directory that was asked about.
    pub paths: BTreeSet<PathBuf>,
    /// Whether there are more than were kept.
    pub truncated: bool,
}

impl Index<'_> {
    /// The files below `root` that are tracked although the repository's rules ignore them; none outside of a
    /// repository. Directories of the names `without` are not looked into.
    pub fn ignored(&self, root: &Path, without: &[&str]) -> Result<Listed, Error> {
        let mut args = vec!["--ignored".to_owned(), "--exclude-standard".to_owned()];
        args.push("--".to_owned());
        args.extend(without.iter().map(|name| format!(":(exclude,glob)**/{name}/**")));
        self.list(root, args)
    }

    /// The tracked files below `root` whose path ends as one of `patterns` says, in which `*` stands for anything;
    /// none outside of a repository.
    pub fn ending(&self, root: &Path, patterns: &[String]) -> Result<Listed, Error> {
        let mut args = vec!["--".to_owned()];
        // A star and a plain end are compared without a search, which makes it six times as fast.
        args.extend(patterns.iter().map(|pattern| format!("*{pattern}")));
        self.list(root, args)
    }

    fn list(&self, root: &Path, args: Vec<String>) -> Result<Listed, Error> {
        let mut asked = call(self.program, root)
            .args(["ls-files", "-z", "--cached"])
            .args(args);
        // The same commit has the same files on every machine: what the user ignores everywhere is no rule of it.
        asked
            .args
            .splice(0..0, ["-c".into(), "core.excludesFile=/dev/null".into()]);
        let outcome = self.runner.run(&asked)?;
        match outcome.end {
            End::Code(0) => {}
            _ if is_no_repository(&outcome, root) => return Ok(Listed::default()),
            end => return Err(refusal("ls-files", end, &outcome)),
        }
        let bytes = outcome.stdout.bytes();
        // Of a truncated answer one path has the note in it and names no file.
        let paths = bytes.split(|byte| *byte == 0).filter(|path| !path.is_empty());
        Ok(Listed {
            paths: paths.map(path).collect(),
            truncated: outcome.stdout.truncated(),
        })
    }
}

#[cfg(unix)]
fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    std::ffi::OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn path(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}
