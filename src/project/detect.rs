//! Finding a project's root, and the units below it.

use std::path::{Path, PathBuf};

use crate::model::report::GitInfo;

use super::fill::{Filler, nest};
use super::paths::one_line;
use super::scan::scan;
use super::units::{Manifests, choose};
use super::walk::{canonical_root, globs};
use super::{Error, Project};

/// The directory that makes its parent a project's root.
const STATE_DIR: &str = ".session";

/// The nearest directory, from `start` upwards, with a `.session` directory in it, without links.
pub fn find_root(start: &Path) -> Option<PathBuf> {
    nearest(start, |dir| dir.join(STATE_DIR).is_dir())
}

/// Where a project's root is: [`find_root`]; else the nearest directory, from `start` upwards, with a `.git`;
/// else `start` itself. Without links, as far as `start` exists.
pub fn default_root(start: &Path) -> PathBuf {
    find_root(start)
        .or_else(|| nearest_git(start))
        .unwrap_or_else(|| {
            start
                .canonicalize()
                .or_else(|_| std::path::absolute(start))
                .unwrap_or_else(|_| start.to_owned())
        })
}

/// The nearest directory, from `start` upwards, with a `.git` directory or file in it, without links.
pub fn nearest_git(start: &Path) -> Option<PathBuf> {
    nearest(start, |dir| dir.join(".git").exists())
}

fn nearest(start: &Path, is_it: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let start = start.canonicalize().ok()?;
    start.ancestors().find(|dir| is_it(dir)).map(Path::to_owned)
}

/// Finds the units below `root`. Git-ignored, hidden, vendored and built directories are left out, links are not
/// followed, and `exclude` holds globs of directories, relative to `root`, that are left out besides.
///
/// A directory that cannot be read is a warning; a root that cannot be read is an error.
pub fn project(root: &Path, exclude: &[String], git: Option<GitInfo>) -> Result<Project, Error> {
    let root = canonical_root(root)?;
    let scan = scan(&root, globs(exclude.iter().map(String::as_str))?);
    let mut manifests = Manifests::new(&root);
    let mut warnings = scan.problems.clone();
    let chosen = choose(&scan, &mut manifests, &mut warnings);
    let mut filler = Filler::new(&root);
    let mut units: Vec<_> = chosen
        .into_iter()
        .map(|chosen| filler.fill(chosen, &mut manifests))
        .collect();
    nest(&mut units);
    warnings.extend(filler.into_warnings());
    warnings.extend(manifests.into_warnings());
    for (language, (count, first)) in &scan.others {
        let more = match count {
            1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        warnings.push(format!(
            "{language} ({first}{more}) is not a language that sdd has gates for; nothing looks at it"
        ));
    }
    Ok(Project {
        root,
        units,
        git,
        warnings: warnings.iter().map(|line| one_line(line)).collect(),
        left_out: scan.left_out.iter().map(|line| one_line(line)).collect(),
    })
}
