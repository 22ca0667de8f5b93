//! What lies beside the state: temp files of killed processes, copies of earlier states, old runs.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::atomic::TEMP_MARK;
use super::document::Document;
use super::{layout, platform, runs};

/// A temp file of this age belongs to nobody: no write takes that long.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

/// How far below `.session/` temp files are looked for.
const DEPTH: usize = 4;

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Directories of old runs.
    pub runs: usize,
    /// Temp files that killed processes left.
    pub temp_files: usize,
}

/// Prunes runs and sweeps temp files, by the given idea of the present.
pub(super) fn tidy(root: &Path, now: SystemTime) -> Tidied {
    let all_runs = root.join(layout::RUNS);
    let is_link = all_runs
        .symlink_metadata()
        .is_ok_and(|metadata| metadata.is_symlink());
    Tidied {
        // What a link leads to is not ours to clear away.
        runs: if is_link {
            0
        } else {
            runs::prune(&all_runs, runs::KEEP, now)
        },
        temp_files: sweep_all(root, now),
    }
}

/// `init` writes files next to `.session/` in the same way, so the project's own directory counts.
fn sweep_all(root: &Path, now: SystemTime) -> usize {
    sweep(root, 0, now) + sweep(&root.join(layout::SESSION), DEPTH, now)
}

fn sweep(directory: &Path, depth: usize, now: SystemTime) -> usize {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut removed = 0;
    for entry in entries {
        let path = entry.path();
        let Ok(metadata) = path.symlink_metadata() else {
            continue;
        };
        if metadata.is_dir() && depth > 0 && entry.file_name() != "runs" {
            removed += sweep(&path, depth - 1, now);
        }
        let age = platform::changed(&metadata).and_then(|at| now.duration_since(at).ok());
        let abandoned = is_temp(&entry.file_name()) && age.is_some_and(|age| age > ABANDONED);
        if metadata.is_file() && abandoned && fs::remove_file(&path).is_ok() {
            removed += 1;
        }
    }
    removed
}

fn is_temp(name: &std::ffi::OsStr) -> bool {
    name.to_str()
        .is_some_and(|name| name.starts_with('.') && name.contains(TEMP_MARK))
}

/// The hidden neighbour of a file: `.NAME` and an ending.
pub(super) fn sibling(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(ending);
    path.with_file_name(name)
}

/// The copies of a file that can be read, the newest first.
pub(super) fn readable_copies(path: &Path) -> Vec<PathBuf> {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
        return Vec::new();
    };
    let hidden = format!(".{name}.");
    let is_copy = |file: &str| {
        file.strip_prefix(&hidden)
            .is_some_and(|rest| rest == "prev" || rest.ends_with("bak"))
            || file.strip_prefix(name) == Some(".bak")
    };
    let mut copies: Vec<(SystemTime, PathBuf)> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(is_copy))
        .filter_map(|entry| {
            let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            let bytes = fs::read(entry.path()).ok()?;
            Document::parse(&entry.path(), &bytes).ok()?;
            Some((metadata.modified().ok()?, entry.path()))
        })
        .collect();
    copies.sort_unstable_by(|a, b| b.cmp(a));
    copies.into_iter().map(|(_, path)| path).collect()
}

#[cfg(test)]
mod tests;
