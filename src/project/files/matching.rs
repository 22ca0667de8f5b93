//! How many files a path or glob means: of those that git ignores, too, since settings with secrets in them are such.

use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::project::Error;
use crate::project::paths::{Place, resolve, spelled_inside};
use crate::project::walk::{canonical_root, globs};

/// What makes a path a glob.
const MARKS: [char; 4] = ['*', '?', '[', '{'];

/// Entries that are looked at for one glob. Where there are more of them, the answer is what was found so far.
const MAX_ENTRIES: usize = 20_000;

/// How many files there are at a path relative to the project, or of a glob in which `*` stays within one part of the
/// path and `**` does not. Directories count by themselves and not for what is in them; links are not followed out of
/// the project.
///
/// Only the directory that the glob begins with is walked.
pub fn count(root: &Path, path: &str) -> Result<usize, Error> {
    Ok(list(root, path)?.len())
}

/// The files that [`count`] counts, as paths relative to the project.
pub fn list(root: &Path, path: &str) -> Result<Vec<PathBuf>, Error> {
    let root = canonical_root(root)?;
    if let Place::At(_) = resolve(&root, path)? {
        return Ok(vec![PathBuf::from(path)]);
    }
    if !path.contains(MARKS) {
        return Ok(Vec::new());
    }
    let relative = spelled_inside(path)?;
    let wanted = globs([&*relative.to_string_lossy()])?;
    let begin: PathBuf = relative
        .components()
        .take_while(|part| !part.as_os_str().to_string_lossy().contains(MARKS))
        .collect();
    let Place::At(begin) = resolve(&root, &format!("./{}", begin.to_string_lossy()))? else {
        return Ok(Vec::new());
    };
    let found = WalkBuilder::new(begin)
        .standard_filters(false)
        .follow_links(false)
        .build()
        .filter_map(Result::ok)
        .take(MAX_ENTRIES)
        .filter(|entry| entry.file_type().is_some_and(|kind| !kind.is_dir()))
        .filter_map(|entry| Some(entry.path().strip_prefix(&root).ok()?.to_owned()))
        .filter(|path| wanted.is_match(path));
    Ok(found.collect())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::store::atomic::write;

    #[track_caller]
    fn check(path: &str, expect: Option<usize>) {
        let project = tempfile::tempdir().unwrap();
        for file in [
            "config/a.yaml",
            "config/b.yaml",
            "config/deep/c.yaml",
            "config/d.json",
            ".env.test",
            "x[1].yaml",
        ] {
            let file = project.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            write(&file, b"").unwrap();
        }
        write(&project.path().join(".gitignore"), b"*.yaml\n.env*\n").unwrap();
        assert_eq!(count(project.path(), path).ok(), expect, "{path}");
    }

    #[test]
    fn files_and_globs_are_counted_ignored_or_not() {
        check("config/a.yaml", Some(1));
        check("./.env.test", Some(1));
        check("config", Some(1));
        check("config/nope.yaml", Some(0));
        check("config/*.yaml", Some(2));
        check("config/**/*.yaml", Some(3));
        check("**/*.json", Some(1));
        check("nope/*.yaml", Some(0));
        check(".env.*", Some(1));
        check("x[1].yaml", Some(1));
    }

    #[test]
    fn what_leaves_the_project_is_refused() {
        check("../*", None);
        check("/etc/*", None);
        check("", None);
        check("config/[", None);
    }
}
