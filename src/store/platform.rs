//! What differs between operating systems: modes, owners, identity of files.

#[cfg(not(unix))]
pub(super) use other::*;
#[cfg(unix)]
pub(super) use unix::*;

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have no modes")]
mod unix {
    use std::fs::{File, Metadata, OpenOptions, Permissions};
    use std::io;
    use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
    use std::path::Path;
    use std::time::{Duration, SystemTime};

    /// The permission bits of a file.
    pub(in super::super) fn mode(metadata: &Metadata) -> Option<u32> {
        Some(metadata.mode() & 0o777)
    }

    /// Permissions of a file that is made from nothing: what the umask leaves of 0666.
    pub(in super::super) fn fresh() -> Option<Permissions> {
        Some(Permissions::from_mode(0o666))
    }

    /// Gives a temp file (0600) the owner and the mode of the file that it replaces.
    ///
    /// The owner differs when root writes into somebody's project. Where it cannot be kept, the write is worth
    /// more than the owner.
    pub(in super::super) fn adopt(file: &File, old: &Metadata) -> io::Result<()> {
        let new = file.metadata()?;
        if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
            let _kept = rustix::fs::fchown(
                file,
                Some(rustix::fs::Uid::from_raw(old.uid())),
                Some(rustix::fs::Gid::from_raw(old.gid())),
            );
        }
        if mode(&new) == mode(old) {
            return Ok(());
        }
        file.set_permissions(Permissions::from_mode(old.mode() & 0o777))
    }

    /// Whether two names stand for one file.
    pub(in super::super) fn same(a: &Metadata, b: &Metadata) -> bool {
        (a.dev(), a.ino()) == (b.dev(), b.ino())
    }

    /// When a file last changed, its names included: a fresh hard link to an old file is new by this clock.
    pub(in super::super) fn changed(metadata: &Metadata) -> Option<SystemTime> {
        let seconds = u64::try_from(metadata.ctime()).ok()?;
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
    }

    /// Whether this user owns a file.
    pub(in super::super) fn ours(metadata: &Metadata) -> bool {
        metadata.uid() == rustix::process::geteuid().as_raw()
    }

    /// Opens for reading and writing, making the file if need be, never through a symbolic link.
    pub(in super::super) fn open_lock(path: &Path) -> io::Result<File> {
        OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o666)
            .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
            .open(path)
    }

    /// Whether a file that is opened for more must be there already.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(in super::super) enum Present {
        /// It must be.
        Wanted,
        /// It must not be.
        Refused,
    }

    /// Opens for reading and for writing at the end, never through a symbolic link; a new file is its owner's alone.
    pub(in super::super) fn append_to(path: &Path, present: Present) -> io::Result<File> {
        OpenOptions::new()
            .read(true)
            .append(true)
            .create_new(present == Present::Refused)
            .mode(0o600)
            .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
            .open(path)
    }

    /// Opens for reading without waiting for a writer, as opening a pipe would.
    pub(in super::super) fn open_at_once(path: &Path) -> io::Result<File> {
        OpenOptions::new()
            .read(true)
            .custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed())
            .open(path)
    }

    /// Opens for writing without waiting for a reader, making the file if need be.
    pub(in super::super) fn create_at_once(path: &Path) -> io::Result<File> {
        let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .custom_flags(flags.bits().cast_signed())
            .open(path)
    }

    /// Lets writing wait for a reader who is slow: only opening must not wait.
    pub(in super::super) fn wait_again(file: &File) -> io::Result<()> {
        let flags = rustix::fs::fcntl_getfl(file)?;
        Ok(rustix::fs::fcntl_setfl(
            file,
            flags - rustix::fs::OFlags::NONBLOCK,
        )?)
    }

    /// Whether this is a device such as a terminal or `/dev/null`.
    pub(in super::super) fn is_character_device(metadata: &Metadata) -> bool {
        metadata.file_type().is_char_device()
    }

    /// Whether this is a pipe.
    pub(in super::super) fn is_pipe(metadata: &Metadata) -> bool {
        metadata.file_type().is_fifo()
    }

    /// Makes the entries of a directory durable.
    pub(in super::super) fn sync_dir(path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }
}

#[cfg(not(unix))]
mod other {
    use std::fs::{File, Metadata, OpenOptions, Permissions};
    use std::io;
    use std::path::Path;
    use std::time::SystemTime;

    pub(in super::super) fn mode(_metadata: &Metadata) -> Option<u32> {
        None
    }

    pub(in super::super) fn fresh() -> Option<Permissions> {
        None
    }

    pub(in super::super) fn adopt(_file: &File, _old: &Metadata) -> io::Result<()> {
        Ok(())
    }

    pub(in super::super) fn same(_a: &Metadata, _b: &Metadata) -> bool {
        false
    }

    pub(in super::super) fn changed(metadata: &Metadata) -> Option<SystemTime> {
        metadata.modified().ok()
    }

    pub(in super::super) fn ours(_metadata: &Metadata) -> bool {
        true
    }

    pub(in super::super) fn open_lock(path: &Path) -> io::Result<File> {
        OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
    }

    pub(in super::super) fn open_at_once(path: &Path) -> io::Result<File> {
        File::open(path)
    }

    /// Whether a file that is opened for more must be there already.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(in super::super) enum Present {
        /// It must be.
        Wanted,
        /// It must not be.
        Refused,
    }

    /// Opens for reading and for writing at the end, never through a symbolic link; a new file is its owner's alone.
    pub(in super::super) fn append_to(path: &Path, present: Present) -> io::Result<File> {
        OpenOptions::new()
            .read(true)
            .append(true)
            .create_new(present == Present::Refused)
            .open(path)
    }

    pub(in super::super) fn create_at_once(path: &Path) -> io::Result<File> {
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
    }

    pub(in super::super) fn wait_again(_file: &File) -> io::Result<()> {
        Ok(())
    }

    pub(in super::super) fn is_character_device(_metadata: &Metadata) -> bool {
        false
    }

    pub(in super::super) fn is_pipe(_metadata: &Metadata) -> bool {
        false
    }

    /// Directories cannot be opened as files here; their entries are durable without it.
    pub(in super::super) fn sync_dir(_path: &Path) -> io::Result<()> {
        Ok(())
    }
}
