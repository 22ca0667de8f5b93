//! Files that only grow, a line a record: each is written by one call and is on the disk when that comes back.
//!
//! A kill or a full disk may leave a last line without its end. It was never acknowledged, so it is set aside as
//! `NAME.torn` when the file is opened for more, and left out when it is read.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;

use super::{Error, Store, atomic, platform, regular};

/// The most bytes that such a file may have.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// A file that is open for more lines.
#[derive(Debug)]
pub struct Appended {
    file: File,
    path: PathBuf,
}

/// What such a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    /// Its whole lines.
    pub text: String,
    /// What stands behind the last whole line: nobody finished writing it.
    pub torn: Option<Vec<u8>>,
}

impl Lines {
    fn of(mut bytes: Vec<u8>) -> Self {
        let whole = bytes
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        let torn = bytes.split_off(whole);
        Self {
            text: String::from_utf8_lossy(&bytes).into_owned(),
            torn: (!torn.is_empty()).then_some(torn),
        }
    }
}

impl Store {
    /// Makes a file that lines will be added to; it must not exist. Its directory is made where it is missing.
    pub fn begin_lines(&self, rel: &str) -> Result<Appended, Error> {
        regular::named_inside(self.root(), rel)?;
        let path = self.path(rel);
        if let Some(parent) = path.parent() {
            atomic::create_dirs(parent, Some(self.root()))?;
            atomic::contained(&path, parent, Some(self.root()))?;
        }
        let file =
            platform::append_to(&path, platform::Present::Refused).map_err(Error::io(&path, "create"))?;
        if let Some(parent) = path.parent() {
            let _lost = platform::sync_dir(parent);
        }
        Ok(Appended { file, path })
    }

    /// Opens a file for more lines and gives what it holds. A torn last line is set aside.
    pub fn more_lines(&self, rel: &str) -> Result<(Appended, Lines), Error> {
        regular::named_inside(self.root(), rel)?;
        let path = self.path(rel);
        atomic::contained(&path, path.parent().unwrap_or(self.root()), Some(self.root()))?;
        let mut file =
            platform::append_to(&path, platform::Present::Wanted).map_err(Error::io(&path, "open"))?;
        let mut bytes = Vec::new();
        (&mut file)
            .take(MAX_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(Error::io(&path, "read"))?;
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if size > MAX_BYTES {
            return Err(Error::TooLarge {
                path,
                bytes: size,
                limit: MAX_BYTES,
            });
        }
        let lines = Lines::of(bytes);
        if let Some(torn) = &lines.torn {
            let aside = format!("{rel}.torn");
            self.write(&aside, torn, super::Overwrite::Replace)?;
            let whole = u64::try_from(lines.text.len()).unwrap_or(u64::MAX);
            file.set_len(whole)
                .and_then(|()| file.sync_all())
                .map_err(Error::io(&path, "cut"))?;
        }
        Ok((Appended { file, path }, lines))
    }

    /// What such a file holds; `None` when there is none. Nothing is changed.
    pub fn read_lines(&self, rel: &str) -> Result<Option<Lines>, Error> {
        Ok(super::read_inside(self.root(), rel, MAX_BYTES)?.map(Lines::of))
    }
}

impl Appended {
    /// Adds a line; it is on the disk when this comes back. What fails is taken back as far as possible.
    pub fn add(&mut self, line: &str) -> Result<(), Error> {
        let before = self
            .file
            .metadata()
            .map_err(Error::io(&self.path, "look at"))?
            .len();
        let mut bytes = line.as_bytes().to_vec();
        bytes.push(b'\n');
        let written = self.file.write_all(&bytes).and_then(|()| self.file.sync_data());
        if written.is_err() {
            // Half a line would be set aside by the next one who opens it, too.
            let _left = self.file.set_len(before);
        }
        written.map_err(Error::io(&self.path, "write to"))
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
    fn lines_are_added_and_come_back() {
        let (_temp, store) = project();
        assert_eq!(store.read_lines("a/b.jsonl").unwrap(), None);
        let mut file = store.begin_lines("a/b.jsonl").unwrap();
        file.add("one").unwrap();
        file.add("two").unwrap();
        drop(file);
        assert!(store.begin_lines("a/b.jsonl").is_err());
        let (mut file, lines) = store.more_lines("a/b.jsonl").unwrap();
        assert_eq!((lines.text.as_str(), lines.torn), ("one\ntwo\n", None));
        file.add("three").unwrap();
        let lines = store.read_lines("a/b.jsonl").unwrap().unwrap();
        assert_eq!(lines.text, "one\ntwo\nthree\n");
        assert!(store.begin_lines("../b.jsonl").is_err());
        assert!(store.more_lines("a/c.jsonl").is_err());
    }

    #[test]
    fn a_torn_line_is_set_aside() {
        let (_temp, store) = project();
        store.begin_lines("b.jsonl").unwrap().add("one").unwrap();
        std::fs::OpenOptions::new()
            .append(true)
            .open(store.path("b.jsonl"))
            .unwrap()
            .write_all(b"{\"half\"")
            .unwrap();
        let read = store.read_lines("b.jsonl").unwrap().unwrap();
        assert_eq!(read.torn.as_deref(), Some(&b"{\"half\""[..]));
        let (mut file, lines) = store.more_lines("b.jsonl").unwrap();
        assert_eq!(lines, read);
        file.add("two").unwrap();
        assert_eq!(store.read_lines("b.jsonl").unwrap().unwrap().text, "one\ntwo\n");
        assert_eq!(std::fs::read(store.path("b.jsonl.torn")).unwrap(), b"{\"half\"");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed() {
        let (temp, store) = project();
        let outside = tempfile::tempdir().unwrap();
        crate::store::scratch::write_new(&outside.path().join("x"), b"one\n").unwrap();
        std::os::unix::fs::symlink(outside.path().join("x"), temp.path().join("l.jsonl")).unwrap();
        assert!(store.more_lines("l.jsonl").is_err());
        assert!(store.begin_lines("l.jsonl").is_err());
    }
}
