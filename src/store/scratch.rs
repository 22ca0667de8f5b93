//! Private files of one run: directories and inputs for tools, and the files that tools leave.

use std::io::{Read, Write};
use std::path::Path;

/// The most bytes of a tool's file that are read.
pub const MAX_READ_BYTES: u64 = 16 * 1024 * 1024;

/// What became of reading a file that a tool was to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScratchFile {
    /// Its bytes.
    Read(Vec<u8>),
    /// It is not there.
    Missing,
    /// It has this many bytes, more than are read.
    TooLarge(u64),
    /// It is there and cannot be read: why.
    Unreadable(String),
}

/// Makes a directory that only its owner may enter. It must not exist, so whatever stands in it afterwards was
/// written by the run that it was made for.
pub fn make_dir(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Writes a file that must not exist, readable by its owner alone.
pub fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}

/// Puts other bytes into a file of a run, in place.
pub fn overwrite(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .truncate(true)
        .open(path)?;
    file.write_all(bytes)
}

/// Removes a file of a run.
pub fn remove(path: &Path) -> std::io::Result<()> {
    std::fs::remove_file(path)
}

/// Reads a file that a tool was to write, up to [`MAX_READ_BYTES`]. Only plain files are read: a link or a pipe
/// in its place is somebody's trick.
pub fn read(path: &Path) -> ScratchFile {
    let metadata = match std::fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return ScratchFile::Missing,
        Err(error) => return ScratchFile::Unreadable(error.to_string()),
    };
    if !metadata.is_file() {
        return ScratchFile::Unreadable("it is not a plain file".to_owned());
    }
    if metadata.len() > MAX_READ_BYTES {
        return ScratchFile::TooLarge(metadata.len());
    }
    let mut bytes = Vec::new();
    match std::fs::File::open(path).and_then(|file| file.take(MAX_READ_BYTES).read_to_end(&mut bytes)) {
        Ok(_) => ScratchFile::Read(bytes),
        Err(error) => ScratchFile::Unreadable(error.to_string()),
    }
}

/// The last bytes of a regular file, from the beginning of a line where it is longer.
pub fn tail(path: &Path, bytes: u64) -> std::io::Result<Vec<u8>> {
    use std::io::{Seek as _, SeekFrom};
    let mut file = std::fs::File::open(path)?;
    let length = file.metadata()?.len();
    let start = length.saturating_sub(bytes);
    file.seek(SeekFrom::Start(start))?;
    let mut read = Vec::new();
    file.take(bytes).read_to_end(&mut read)?;
    if start > 0 {
        let line = read.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        read.drain(..line);
    }
    Ok(read)
}
