//! A file that somebody asks for by name, anywhere: a regular one, or a device such as `/dev/null`.

use std::fs::{File, Metadata};
use std::io::{self, Seek as _, Write};
use std::path::Path;

use super::error::Error;
use super::platform;

/// An open file that is to be written.
#[derive(Debug)]
pub struct Target {
    file: File,
    metadata: Metadata,
}

impl Target {
    /// Opens a file for writing, made if need be, and keeps what is in it. Directories are refused, and pipes
    /// too, unless they stand below `/dev/`: those are streams that a shell hands on, with a reader.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let not_a_file = || Error::NotA {
            path: path.to_owned(),
            expected: "a file that can be written",
        };
        let file = match platform::create_at_once(path) {
            Ok(file) => file,
            Err(_) if std::fs::metadata(path).is_ok_and(|metadata| !may_be(path, &metadata)) => {
                return Err(not_a_file());
            }
            Err(error) => return Err(Error::io(path, "write")(error)),
        };
        let metadata = file.metadata().map_err(Error::io(path, "write"))?;
        if !may_be(path, &metadata) {
            return Err(not_a_file());
        }
        platform::wait_again(&file).map_err(Error::io(path, "write"))?;
        Ok(Self { file, metadata })
    }

    /// Empties a regular file; what is written next stands at its beginning.
    pub fn clear(&self) -> io::Result<()> {
        if self.metadata.is_file() {
            self.file.set_len(0)?;
            (&self.file).rewind()?;
        }
        Ok(())
    }

    /// Whether what was written can be replaced: a device has passed it on.
    pub fn keeps(&self) -> bool {
        self.metadata.is_file()
    }

    /// Whether both are one regular file.
    pub fn is_same(&self, other: &Self) -> bool {
        self.metadata.is_file() && platform::same(&self.metadata, &other.metadata)
    }
}

fn may_be(path: &Path, metadata: &Metadata) -> bool {
    metadata.is_file()
        || platform::is_character_device(metadata)
        || (platform::is_pipe(metadata) && path.starts_with("/dev"))
}

impl Write for &Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&self.file).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&self.file).flush()
    }
}
