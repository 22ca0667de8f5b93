//! What is not one file of the state: directories beside it, and the lock that runs are held by.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use super::{Error, Store, atomic, layout, lock, named, regular};

impl Store {
    /// The files of a project directory that need not have a `.session/`: for taking out what stands beside it.
    pub fn beside_state(root: &Path) -> Self {
        Self::at(named(root))
    }

    /// Makes a directory and those above it; the names of those that were made, the outer ones first. The path must
    /// stay in the project, links included.
    pub fn make_directory(&self, rel: &str) -> Result<Vec<String>, Error> {
        regular::named_inside(self.root(), rel)?;
        let missing: Vec<String> = Path::new(rel)
            .ancestors()
            .filter(|part| !part.as_os_str().is_empty() && self.root().join(part).symlink_metadata().is_err())
            .map(|part| part.to_string_lossy().into_owned())
            .collect();
        atomic::create_dirs(&self.path(rel), Some(self.root()))?;
        Ok(missing.into_iter().rev().collect())
    }

    /// Removes a directory if nothing is in it; `false` when it is not there, or not empty, or a link.
    pub fn remove_empty_directory(&self, rel: &str) -> Result<bool, Error> {
        regular::named_inside(self.root(), rel)?;
        let path = self.path(rel);
        let is_directory = path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
        let is_empty = || fs::read_dir(&path).is_ok_and(|mut entries| entries.next().is_none());
        if !is_directory || !is_empty() {
            return Ok(false);
        }
        atomic::contained(&path, &path, Some(self.root()))?;
        match fs::remove_dir(&path) {
            Ok(()) => Ok(true),
            // Somebody has just put something there.
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(false),
            Err(error) => Err(Error::io(path, "remove")(error)),
        }
    }

    /// Takes the lock that keeps runs apart which must not go on side by side. It is another one than that of the
    /// state, since it is held for as long as gates run.
    pub fn lock_runs(&self, who: &str, wait: Duration) -> Result<lock::Guard, Error> {
        atomic::create_dirs(&self.path(layout::RUNS), Some(self.root()))?;
        lock::acquire(&self.path(layout::RUN_LOCK), who, wait, &|_| {})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> (tempfile::TempDir, Store) {
        let temp = tempfile::tempdir().unwrap();
        let store = Store::create(temp.path()).unwrap();
        (temp, store)
    }

    #[test]
    fn directories_are_made_and_removed_when_they_are_empty() {
        let (_temp, store) = project();
        assert_eq!(store.make_directory("a/b/c").unwrap(), ["a", "a/b", "a/b/c"]);
        assert_eq!(store.make_directory("a/b/d").unwrap(), ["a/b/d"]);
        assert_eq!(store.make_directory("a/b").unwrap(), [""; 0]);
        assert!(!store.remove_empty_directory("a/b").unwrap());
        assert!(store.remove_empty_directory("a/b/c").unwrap());
        assert!(!store.remove_empty_directory("a/b/c").unwrap());
        assert!(store.make_directory("../x").is_err());
        assert!(store.remove_empty_directory("../x").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_out_of_the_project_are_refused() {
        let (_temp, store) = project();
        let outside = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(outside.path(), store.path("out")).unwrap();
        assert!(matches!(
            store.make_directory("out/a"),
            Err(Error::Outside { .. })
        ));
        assert!(matches!(store.make_directory("out"), Err(Error::Outside { .. })));
        assert!(!store.remove_empty_directory("out").unwrap());
    }

    #[test]
    fn one_run_at_a_time_holds_the_lock() {
        let (_temp, store) = project();
        let held = store.lock_runs("first", Duration::ZERO).unwrap();
        let refused = store.lock_runs("second", Duration::from_millis(20)).unwrap_err();
        assert!(
            matches!(&refused, Error::Locked { holder, .. } if holder.contains("first")),
            "{refused}"
        );
        // That of the state is another one.
        drop(store.lock("third").unwrap());
        drop(held);
        store.lock_runs("second", Duration::ZERO).unwrap();
    }
}
