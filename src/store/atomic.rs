//! Whole files or none: what a reader sees is the old file or the new one, whenever sdd is killed.
//!
//! temp file in the same directory → write → fsync → keep the old one as `.NAME.prev` (state only) → rename →
//! fsync of the directory. The order is what makes it hold after a power loss too.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::error::Error;
use super::notice::Notice;
use super::platform;

/// What stands between the name of a file and the random end of its temp files.
pub(super) const TEMP_MARK: &str = ".sdd-tmp-";

/// How often a call that a signal interrupted is made again.
const INTERRUPTIONS: u32 = 1_000;

/// What became of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// There was no file before.
    New,
    /// The file before was replaced.
    Replaced,
    /// The file had these bytes already, and nothing was written.
    Unchanged,
    /// A file was there and was kept as it is.
    Kept,
}

/// Whether the file before is kept as `.NAME.prev`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Previous {
    Keep,
    Drop,
}

/// Writes a whole file, in place of an older one if there is one. Its mode and owner stay; a new file has what
/// the umask leaves. A symbolic link is followed.
///
/// Durable when it comes back, unless the directory cannot be synced, which is not reported here.
pub fn write(path: &Path, bytes: &[u8]) -> Result<Written, Error> {
    replace(path, bytes, None, Previous::Drop, &|_| {})
}

/// Writes a whole file unless something stands there by that name, a dangling link included: then that is kept.
pub fn create_new(path: &Path, bytes: &[u8]) -> Result<Written, Error> {
    create(path, bytes, None, &|_| {})
}

/// [`write()`], inside a directory that it may not leave.
pub(super) fn replace(
    path: &Path,
    bytes: &[u8],
    within: Option<&Path>,
    previous: Previous,
    notify: &dyn Fn(&Notice),
) -> Result<Written, Error> {
    let place = Place::of(path, within)?;
    let temp = place.fill_temp(bytes)?;
    if let (Previous::Keep, Some(old)) = (previous, &place.old) {
        let kept = place.sibling(".prev");
        if let Err(source) = place.keep(&kept, old) {
            notify(&Notice::NoPrevious {
                path: place.target.clone(),
                source,
            });
        }
    }
    retry_temp(temp, |temp| temp.persist(&place.target)).map_err(Error::io(path, "replace"))?;
    place.sync(notify);
    Ok(if place.old.is_some() {
        Written::Replaced
    } else {
        Written::New
    })
}

/// [`create_new`], inside a directory that it may not leave.
pub(super) fn create(
    path: &Path,
    bytes: &[u8],
    within: Option<&Path>,
    notify: &dyn Fn(&Notice),
) -> Result<Written, Error> {
    if path.symlink_metadata().is_ok() {
        return Ok(Written::Kept);
    }
    let place = Place::of(path, within)?;
    let temp = place.fill_temp(bytes)?;
    match retry_temp(temp, |temp| temp.persist_noclobber(&place.target)) {
        Ok(()) => {
            place.sync(notify);
            Ok(Written::New)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Written::Kept),
        Err(error) => Err(Error::io(path, "create")(error)),
    }
}

/// Makes a directory and those above it, durably, inside a directory that it may not leave.
pub(super) fn create_dirs(path: &Path, within: Option<&Path>) -> Result<(), Error> {
    let mut missing = Vec::new();
    let mut at = path;
    while at.symlink_metadata().is_err() {
        missing.push(at);
        match at.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => at = parent,
            _ => break,
        }
    }
    if !at.as_os_str().is_empty() {
        if at.symlink_metadata().is_ok() && !at.is_dir() {
            return Err(Error::NotA {
                path: at.to_owned(),
                expected: "a directory",
            });
        }
        contained(path, at, within)?;
    }
    for directory in missing.into_iter().rev() {
        match retry(|| fs::create_dir(directory)) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(Error::io(directory, "create the directory")(error));
            }
            _ => {}
        }
        if let Some(parent) = directory.parent() {
            // A directory that is lost with the power is made again by the next run.
            let _lost = platform::sync_dir(parent);
        }
    }
    Ok(())
}

/// Where a file is really written: links resolved, what stands there looked at.
struct Place {
    target: PathBuf,
    directory: PathBuf,
    name: OsString,
    old: Option<Metadata>,
}

impl Place {
    fn of(path: &Path, within: Option<&Path>) -> Result<Self, Error> {
        let is_link = path
            .symlink_metadata()
            .is_ok_and(|metadata| metadata.is_symlink());
        let named = if is_link {
            path.canonicalize().map_err(Error::io(path, "follow"))?
        } else {
            path.to_owned()
        };
        let name = named.file_name().map(OsString::from);
        let parent = match named.parent() {
            Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
            Some(parent) => parent,
            None => Path::new("/"),
        };
        let Some(name) = name else {
            return Err(Error::NotA {
                path: path.to_owned(),
                expected: "a regular file",
            });
        };
        let directory = contained(path, parent, within)?;
        let target = directory.join(&name);
        let old = match target.symlink_metadata() {
            Ok(metadata) if metadata.is_file() => Some(metadata),
            Ok(_) => {
                return Err(Error::NotA {
                    path: path.to_owned(),
                    expected: "a regular file",
                });
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(Error::io(path, "look at")(error)),
        };
        Ok(Self {
            target,
            directory,
            name,
            old,
        })
    }

    /// A hidden name next to the file: `.NAME` and an ending.
    fn sibling(&self, ending: &str) -> PathBuf {
        self.directory.join(self.hidden(ending))
    }

    fn hidden(&self, ending: &str) -> OsString {
        let mut name = OsString::from(".");
        name.push(&self.name);
        name.push(ending);
        name
    }

    /// A temp file with these bytes, on the disk and not only in memory.
    fn fill_temp(&self, bytes: &[u8]) -> Result<NamedTempFile, Error> {
        let prefix = self.hidden(TEMP_MARK);
        let mut builder = Builder::new();
        builder.prefix(&prefix);
        if let (None, Some(permissions)) = (&self.old, platform::fresh()) {
            builder.permissions(permissions);
        }
        let mut temp = builder
            .tempfile_in(&self.directory)
            .map_err(Error::io(&self.target, "write beside"))?;
        temp.write_all(bytes)
            .and_then(|()| {
                self.old
                    .as_ref()
                    .map_or(Ok(()), |old| platform::adopt(temp.as_file(), old))
            })
            .and_then(|()| temp.as_file().sync_all())
            .map_err(Error::io(&self.target, "write"))?;
        Ok(temp)
    }

    /// Gives the present file a second name; a copy where the file system has no links.
    fn keep(&self, kept: &Path, old: &Metadata) -> io::Result<()> {
        if kept
            .symlink_metadata()
            .is_ok_and(|metadata| platform::same(&metadata, old))
        {
            return Ok(());
        }
        let prefix = self.hidden(TEMP_MARK);
        let linked = Builder::new().prefix(&prefix).make_in(&self.directory, |path| {
            retry(|| fs::hard_link(&self.target, path))
        });
        let by_link = linked.and_then(|temp| retry_temp(temp, |temp| temp.persist(kept)));
        by_link.or_else(|_| {
            let mut temp = Builder::new().prefix(&prefix).tempfile_in(&self.directory)?;
            io::copy(&mut File::open(&self.target)?, &mut temp)?;
            platform::adopt(temp.as_file(), old)?;
            temp.as_file().sync_all()?;
            retry_temp(temp, |temp| temp.persist(kept))
        })
    }

    fn sync(&self, notify: &dyn Fn(&Notice)) {
        if let Err(source) = platform::sync_dir(&self.directory) {
            notify(&Notice::NotSynced {
                path: self.directory.clone(),
                source,
            });
        }
    }
}

/// The real directory, which must lie in the one that may not be left.
pub(super) fn contained(path: &Path, directory: &Path, within: Option<&Path>) -> Result<PathBuf, Error> {
    let real = directory.canonicalize().map_err(Error::io(directory, "find"))?;
    if let Some(within) = within {
        let within = within.canonicalize().map_err(Error::io(within, "find"))?;
        if !real.starts_with(&within) {
            return Err(Error::Outside {
                path: path.to_owned(),
                target: real,
            });
        }
    }
    Ok(real)
}

/// Makes a call again that a signal interrupted: renames and links on network file systems can be.
fn retry<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    for _ in 0..INTERRUPTIONS {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
    call()
}

/// [`retry`] for calls that use up the temp file and give it back with their error. The temp file that an
/// error leaves is removed.
fn retry_temp<F, T>(
    temp: NamedTempFile<F>,
    mut call: impl FnMut(NamedTempFile<F>) -> Result<T, tempfile::PersistError<F>>,
) -> io::Result<()> {
    let mut held = temp;
    for _ in 0..INTERRUPTIONS {
        match call(held) {
            Ok(_) => return Ok(()),
            Err(error) if error.error.kind() == io::ErrorKind::Interrupted => held = error.file,
            Err(error) => return Err(error.error),
        }
    }
    call(held).map(drop).map_err(|error| error.error)
}
