//! Temporary files of children: each child has a directory of its own for them, and with the child it goes.
//!
//! A tool that is ended by force, or that simply does not care, leaves what it had in `TMPDIR`. The names are short: a
//! socket's path may have no more than some hundred bytes.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The variables by which programs find the place for temporary files.
const NAMES: [&str; 3] = ["TMPDIR", "TMP", "TEMP"];

/// What the names of a run's directories begin with.
const PREFIX: &str = "sdd-";

/// The directory of one runner, which holds those of its children. Dropping it removes it with all that is in it.
#[derive(Debug)]
pub(super) struct Temporary {
    path: PathBuf,
}

impl Temporary {
    /// Makes a directory for this user only, where the environment that children get wants temporary files.
    pub(super) fn new(env: &[(OsString, OsString)]) -> io::Result<Self> {
        let wanted = env.iter().find(|(name, _)| name == NAMES[0]);
        let parent = wanted
            .map(|(_, value)| PathBuf::from(value))
            .filter(|path| path.is_absolute())
            .unwrap_or_else(std::env::temp_dir);
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX).rand_bytes(6);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let path = builder.tempdir_in(parent)?.keep();
        Ok(Self { path })
    }

    /// The directory.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the directory of one child.
    pub(super) fn of_child(&self, number: usize) -> io::Result<OfChild> {
        let path = self.path.join(number.to_string());
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path)?;
        Ok(OfChild { path })
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// The directory of one child. Dropping it removes it with all that is in it.
#[derive(Debug)]
pub(super) struct OfChild {
    path: PathBuf,
}

impl OfChild {
    /// The variables that lead a child there.
    pub(super) fn variables(&self) -> impl Iterator<Item = (&'static str, &OsStr)> {
        NAMES.iter().map(|name| (*name, self.path.as_os_str()))
    }
}

impl Drop for OfChild {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// Removes the directory of a runner that was killed.
pub(super) fn remove_of_killed(path: &Path) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if path.is_absolute()
        && name.starts_with(PREFIX)
        && path.symlink_metadata().is_ok_and(|meta| meta.is_dir())
    {
        remove(path);
    }
}

/// Removes a directory as far as that can be done, also where one below may not be written to, as in Go's cache of
/// modules.
fn remove(path: &Path) {
    if fs::remove_dir_all(path).is_ok() {
        return;
    }
    #[cfg(unix)]
    open_up(path);
    // What is still written to goes with the runner's directory, and what is not ours stays.
    let _left = fs::remove_dir_all(path);
}

#[cfg(unix)]
fn open_up(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mut directories = vec![path.to_owned()];
    while let Some(directory) = directories.pop() {
        // Only what the link itself is: never behind one.
        let is_directory = directory.symlink_metadata().is_ok_and(|meta| meta.is_dir());
        if is_directory && fs::set_permissions(&directory, fs::Permissions::from_mode(0o700)).is_ok() {
            let entries = fs::read_dir(&directory).into_iter().flatten().flatten();
            directories.extend(entries.map(|entry| entry.path()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(name: &str, value: &Path) -> Vec<(OsString, OsString)> {
        vec![(name.into(), value.into())]
    }

    #[test]
    fn directories_are_short_private_and_gone_in_the_end() {
        let parent = tempfile::tempdir().unwrap();
        let temporary = Temporary::new(&env("TMPDIR", parent.path())).unwrap();
        assert!(temporary.path().starts_with(parent.path()));
        let child = temporary.of_child(7).unwrap();
        let (name, value) = child.variables().next().unwrap();
        let below = Path::new(value).strip_prefix(parent.path()).unwrap();
        assert_eq!((name, below.as_os_str().len()), ("TMPDIR", "sdd-XXXXXX/7".len()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            for path in [temporary.path(), Path::new(value)] {
                assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);
            }
            let closed = Path::new(value).join("mod");
            fs::create_dir_all(closed.join("below")).unwrap();
            fs::File::create(closed.join("below/file")).unwrap();
            fs::set_permissions(&closed, fs::Permissions::from_mode(0o500)).unwrap();
            fs::set_permissions(closed.join("below"), fs::Permissions::from_mode(0o500)).unwrap();
        }
        drop(child);
        assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0);
        fs::File::create(temporary.path().join("late")).unwrap();
        drop(temporary);
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_guard_removes_nothing_else() {
        let parent = tempfile::tempdir().unwrap();
        let check = |name: &str, stays: bool| {
            let path = parent.path().join(name);
            fs::create_dir(&path).unwrap();
            remove_of_killed(&path);
            assert_eq!(path.exists(), stays, "{name}");
        };
        check("sdd-AbCdEf", false);
        check("home", true);
    }

    #[test]
    fn a_place_that_is_not_there_is_an_error() {
        assert!(Temporary::new(&env("TMPDIR", Path::new("/no/such/place"))).is_err());
    }
}
