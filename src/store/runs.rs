//! A directory a run, for logs and raw tool output: private, found by time, pruned, never under a living owner.

use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use tempfile::{Builder, TempDir};

use super::error::Error;
use super::platform;

/// How many runs are kept.
pub const KEEP: usize = 20;

/// A directory without the mark of its owner is left alone for this long: its owner may be about to set it.
const SETTLING: Duration = Duration::from_secs(60);

/// The file that the owner holds a lock on for as long as it lives.
const OWNER: &str = ".owner";

/// What the names of temporary run directories begin with.
const TEMPORARY: &str = "sdd-run-";

/// The directory of one run. It stays on disk when this is dropped, unless it is a temporary one.
#[derive(Debug)]
pub struct Run {
    id: String,
    path: PathBuf,
    _owner: File,
    _removed_on_drop: Option<TempDir>,
}

impl Run {
    /// Makes the directory `RUN_ID` in the directory of all runs.
    pub(super) fn create(runs: &Path, now: DateTime<Utc>) -> Result<Self, Error> {
        let made = named(&format!("{}-", stamp(now)), runs)?;
        let id = made
            .path()
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let owner = own(made.path())?;
        Ok(Self {
            id,
            path: made.keep(),
            _owner: owner,
            _removed_on_drop: None,
        })
    }

    /// A run directory outside of the project, for one that cannot be written to: in the directory for
    /// temporary files, readable by this user only, removed when this is dropped.
    ///
    /// Those that a killed process left there are removed on the way.
    pub fn temporary(now: DateTime<Utc>) -> Result<Self, Error> {
        let parent = std::env::temp_dir();
        remove_abandoned(&parent);
        let made = named(&format!("{TEMPORARY}{}-", stamp(now)), &parent)?;
        let name = made.path().file_name().unwrap_or_default().to_string_lossy();
        let id = name.strip_prefix(TEMPORARY).unwrap_or(&name).to_owned();
        let owner = own(made.path())?;
        Ok(Self {
            id,
            path: made.path().to_owned(),
            _owner: owner,
            _removed_on_drop: Some(made),
        })
    }

    /// The run's identity: `20261120T133512.123Z-x1Y2z3`. Ids sort by time.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Removes the directory of a run that did not begin. What cannot be removed is pruned later.
    pub fn discard(self) {
        let _left = fs::remove_dir_all(&self.path);
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// The moment in an id: to the millisecond, without the colons that some file systems refuse.
fn stamp(now: DateTime<Utc>) -> String {
    now.format("%Y%m%dT%H%M%S%.3fZ").to_string()
}

/// A new directory with a random end to its name, 0700.
fn named(prefix: &str, parent: &Path) -> Result<TempDir, Error> {
    let mut builder = Builder::new();
    builder.prefix(prefix).rand_bytes(6);
    // The crate makes directories by the umask; a run's logs are nobody else's business.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder
        .tempdir_in(parent)
        .map_err(Error::io(parent, "make a run directory in"))
}

/// Marks a directory as this process's for as long as the file is open.
fn own(directory: &Path) -> Result<File, Error> {
    let path = directory.join(OWNER);
    let mut file = platform::open_lock(&path).map_err(Error::io(&path, "create"))?;
    file.lock().map_err(Error::io(&path, "lock"))?;
    // For people who look into the directory; the lock is what counts.
    let _unsaid = file.write_all(format!("pid {}\n", std::process::id()).as_bytes());
    Ok(file)
}

/// Whether the owner of a run directory lives, or cannot be known not to.
fn is_owned(directory: &Path, now: SystemTime) -> bool {
    let Ok(owner) = File::open(directory.join(OWNER)) else {
        let changed = directory
            .symlink_metadata()
            .ok()
            .and_then(|metadata| platform::changed(&metadata));
        return changed.is_none_or(|at| now.duration_since(at).is_ok_and(|age| age < SETTLING));
    };
    match owner.try_lock_shared() {
        Ok(()) => false,
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => true,
    }
}

/// Removes all runs but the newest, never one whose owner lives, and nothing that is not a run. Gives the number
/// of removed ones; what cannot be removed is left for the next time.
pub(super) fn prune(runs: &Path, keep: usize, now: SystemTime) -> usize {
    let mut ids: Vec<String> = directories(runs).filter(|name| is_id(name)).collect();
    ids.sort_unstable_by(|a, b| b.cmp(a));
    ids.iter()
        .skip(keep)
        .map(|id| runs.join(id))
        .filter(|path| !is_owned(path, now) && fs::remove_dir_all(path).is_ok())
        .count()
}

fn remove_abandoned(parent: &Path) {
    let now = SystemTime::now();
    for name in directories(parent) {
        let path = parent.join(&name);
        let ours = path
            .symlink_metadata()
            .is_ok_and(|metadata| platform::ours(&metadata));
        if ours && name.strip_prefix(TEMPORARY).is_some_and(is_id) && !is_owned(&path, now) {
            // What cannot be removed now is left for the next time.
            let _left = fs::remove_dir_all(&path);
        }
    }
}

/// The names of the directories in a directory, links left out.
fn directories(parent: &Path) -> impl Iterator<Item = String> {
    fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter_map(|entry| entry.file_name().into_string().ok())
}

/// Whether a name has the form of a run's id.
fn is_id(name: &str) -> bool {
    let form = "00000000T000000.000Z-";
    name.len() == form.len() + 6
        && name
            .bytes()
            .zip(form.bytes())
            .all(|(b, f)| if f == b'0' { b.is_ascii_digit() } else { b == f })
        && name.bytes().skip(form.len()).all(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests;
