//! Whether state can be written, without writing any.

use std::io::Write as _;

use super::{Error, Store, layout};

impl Store {
    /// Tries to write a file in every directory of `.session/` that is there. Each is gone again before this returns,
    /// and none ever has a name that anybody looks for.
    pub fn check_writable(&self) -> Result<(), Error> {
        for rel in std::iter::once(layout::SESSION).chain(layout::DIRECTORIES) {
            let dir = self.path(rel);
            match dir.symlink_metadata() {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                _ if !dir.is_dir() => {
                    return Err(Error::NotA {
                        path: dir,
                        expected: "a directory",
                    });
                }
                _ => {}
            }
            let write = || tempfile::tempfile_in(&dir)?.write_all(b"sdd");
            write().map_err(Error::io(&dir, "write to"))?;
        }
        Ok(())
    }
}
