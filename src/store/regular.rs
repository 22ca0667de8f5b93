//! Reading files whose names come from a project: whatever stands there, the answer comes at once and is bounded.

use std::fs::{self, Metadata};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Component, Path, PathBuf};

use super::error::Error;
use super::{atomic, platform};

/// The most bytes that are read of what people write by hand: settings and `.gitignore`.
pub const SMALL: u64 = 1024 * 1024;
/// The most bytes that are read of what sdd wrote itself: reports and caches.
pub const LARGE: u64 = 16 * 1024 * 1024;

/// What belongs where something else stands.
const REGULAR: &str = "a regular file";

/// The bytes of a regular file; `None` when nothing stands there. A symbolic link is followed, and one that
/// leads nowhere is an error: somebody meant a file to be there.
///
/// A pipe without a writer, a device and a directory are refused and never waited for, and a file of more than
/// `most` bytes is not read.
pub fn read_regular(path: &Path, most: u64) -> Result<Option<Vec<u8>>, Error> {
    Ok(read_with_metadata(path, most)?.map(|(bytes, _)| bytes))
}

/// [`read_regular`] of a file that is named relative to a project, and must lie in it, by its name and with every link
/// on the way to it.
pub fn read_inside(root: &Path, rel: &str, most: u64) -> Result<Option<Vec<u8>>, Error> {
    named_inside(root, rel)?;
    let path = root.join(rel);
    if path.symlink_metadata().is_ok() {
        let target = path.canonicalize().map_err(Error::io(&path, "follow"))?;
        atomic::contained(&path, target.parent().unwrap_or(&target), Some(root))?;
    }
    read_regular(&path, most)
}

/// Refuses a name that leads out of a project by itself; where links lead is looked at when the file is.
pub(super) fn named_inside(root: &Path, rel: &str) -> Result<(), Error> {
    let plain = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    if Path::new(rel).components().all(plain) {
        return Ok(());
    }
    Err(Error::Outside {
        path: PathBuf::from(rel),
        target: root.join(rel),
    })
}

/// The end of a file that is read where it is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// What it begins with.
    Beginning,
    /// What it ends with.
    End,
}

/// As much of a file as may be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// How many bytes of the file are not among them.
    pub left_out: u64,
}

/// [`read_regular`] that reads one end of a file of more than `most` bytes.
pub fn read_part(path: &Path, most: u64, kept: Kept) -> Result<Option<Part>, Error> {
    let Some((mut file, metadata)) = open(path)? else {
        return Ok(None);
    };
    let left_out = metadata.len().saturating_sub(most);
    if kept == Kept::End {
        file.seek(SeekFrom::Start(left_out))
            .map_err(Error::io(path, "read"))?;
    }
    let mut bytes = Vec::new();
    file.take(most)
        .read_to_end(&mut bytes)
        .map_err(Error::io(path, "read"))?;
    Ok(Some(Part { bytes, left_out }))
}

/// Opens a regular file, and nothing that could make one wait.
fn open(path: &Path) -> Result<Option<(fs::File, Metadata)>, Error> {
    let not_regular = || Error::NotA {
        path: path.to_owned(),
        expected: REGULAR,
    };
    let file = match platform::open_at_once(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.symlink_metadata().is_err() => {
            return Ok(None);
        }
        // A socket cannot even be opened.
        Err(_) if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) => return Err(not_regular()),
        Err(error) => return Err(Error::io(path, "read")(error)),
    };
    let metadata = file.metadata().map_err(Error::io(path, "read"))?;
    if !metadata.is_file() {
        return Err(not_regular());
    }
    Ok(Some((file, metadata)))
}

/// [`read_regular`] with what the file system says of the very file that was read.
pub(super) fn read_with_metadata(path: &Path, most: u64) -> Result<Option<(Vec<u8>, Metadata)>, Error> {
    let too_large = |bytes| Error::TooLarge {
        path: path.to_owned(),
        bytes,
        limit: most,
    };
    let Some((file, metadata)) = open(path)? else {
        return Ok(None);
    };
    if metadata.len() > most {
        return Err(too_large(metadata.len()));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0).saturating_add(1));
    // It may grow while it is read.
    file.take(most.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(Error::io(path, "read"))?;
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if length > most {
        return Err(too_large(length));
    }
    Ok(Some((bytes, metadata)))
}
