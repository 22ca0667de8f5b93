//! The only writer of `.session/`: whole files or none, one writer at a time, unknown fields kept.
//!
//! Reading takes no lock, since files are replaced whole. A change is [`Store::update`]: lock, read again,
//! change, write, release. Nothing is remembered from one call to the next.

pub mod appended;
pub mod atomic;
mod directories;
pub mod document;
pub mod error;
pub mod layout;
pub mod lock;
pub mod notice;
mod patch;
mod platform;
mod probe;
mod regular;
mod render;
pub mod runs;
mod schema;
pub mod scratch;
pub mod space;
mod spans;
mod strict;
mod target;
mod tidy;

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

pub use appended::{Appended, Lines};
pub use atomic::Written;
pub use document::{Document, Position, pretty};
pub use error::Error;
pub use notice::Notice;
pub use patch::Patch;
pub use regular::{Kept, LARGE, Part, SMALL, read_inside, read_part, read_regular};
pub use runs::Run;
pub use target::Target;

use atomic::Previous;
use schema::Step;

/// What is to become of a file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overwrite {
    /// It is replaced.
    Replace,
    /// It is kept as it is.
    KeepExisting,
}

/// The state of one project.
#[derive(Clone)]
pub struct Store {
    root: PathBuf,
    wait: Duration,
    notify: Arc<dyn Fn(&Notice) + Send + Sync>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("root", &self.root)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// The store of a project directory that has a `.session/`.
    pub fn open(root: &Path) -> Result<Self, Error> {
        let root = named(root);
        let session = root.join(layout::SESSION);
        match fs::metadata(&session) {
            Ok(metadata) if metadata.is_dir() => {
                atomic::contained(&session, &session, Some(root))?;
                Ok(Self::at(root))
            }
            Ok(_) => Err(Error::NotA {
                path: session,
                expected: "a directory",
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Error::NotFound {
                root: root.to_owned(),
            }),
            Err(error) => Err(Error::io(session, "open")(error)),
        }
    }

    /// The store of a project directory; the directories of `.session/` are made where they are missing.
    pub fn create(root: &Path) -> Result<Self, Error> {
        let root = named(root);
        for directory in layout::DIRECTORIES {
            atomic::create_dirs(&root.join(directory), Some(root))?;
        }
        Self::open(root)
    }

    fn at(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            wait: lock::WAIT,
            notify: Arc::new(|_| {}),
        }
    }

    /// Says what the store has to say, such as who is being waited for. Without this it is silent.
    #[must_use]
    pub fn on_notice(mut self, notify: impl Fn(&Notice) + Send + Sync + 'static) -> Self {
        self.notify = Arc::new(notify);
        self
    }

    /// Waits for another writer for this long instead of [`lock::WAIT`].
    #[must_use]
    pub fn wait_at_most(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// The project directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The full path of a file that is named relative to the project, as in [`layout`].
    pub fn path(&self, rel: &str) -> PathBuf {
        self.root.join(rel)
    }

    /// Reads a JSON file; `None` when there is none. What was written by a newer sdd is read with a notice, what
    /// is of an older version is shown in the present one.
    pub fn read(&self, rel: &str) -> Result<Option<Document>, Error> {
        self.read_versioned(rel, schema::steps_of(rel))
    }

    fn read_versioned(&self, rel: &str, steps: Option<&[Step]>) -> Result<Option<Document>, Error> {
        let Some(mut document) = self.load(rel)? else {
            return Ok(None);
        };
        if let Some(steps) = steps {
            let (found, known) = (schema::version(&document)?, schema::known(steps));
            if found > known {
                (self.notify)(&Notice::NewerSchema {
                    path: document.path.clone(),
                    found,
                    known,
                });
            }
            schema::upgrade(&mut document.value, found, steps);
        }
        Ok(Some(document))
    }

    /// Reads the files that the state of a session is kept in, for their form alone: each may be missing, and
    /// none may be broken.
    pub fn check_state(&self) -> Result<(), Error> {
        for rel in [layout::WORK_ITEMS, layout::STATUS] {
            self.read(rel)?;
        }
        Ok(())
    }

    /// Changes a JSON file under the lock and keeps the one before as `.NAME.prev`. A file that is not there
    /// begins as an empty object; a change that changes nothing writes nothing; a change that fails leaves
    /// everything as it was. `who` is what others who wait are told, such as `sdd complete`.
    ///
    /// The lock is held while `change` runs: no process may be started and nobody asked in it.
    pub fn update<T, E: From<Error>>(
        &self,
        rel: &str,
        who: &str,
        change: impl FnOnce(&mut Value) -> Result<T, E>,
    ) -> Result<T, E> {
        self.update_together([rel], who, |[value]| change(value))
    }

    /// [`Store::update`] of several files under one lock. A change that fails leaves all of them as they were.
    ///
    /// They are written one after the other, in the order in which they are named. What dies in between, by a kill or
    /// a full disk, leaves the first ones new and the others old: the order must be one that can be mended from.
    pub fn update_together<const N: usize, T, E: From<Error>>(
        &self,
        rels: [&str; N],
        who: &str,
        change: impl FnOnce([&mut Value; N]) -> Result<T, E>,
    ) -> Result<T, E> {
        self.update_versioned(rels.map(|rel| (rel, schema::steps_of(rel))), who, change)
    }

    fn update_versioned<const N: usize, T, E: From<Error>>(
        &self,
        files: [(&str, Option<&[Step]>); N],
        who: &str,
        change: impl FnOnce([&mut Value; N]) -> Result<T, E>,
    ) -> Result<T, E> {
        for (rel, _) in files {
            regular::named_inside(&self.root, rel)?;
        }
        let _held = self.lock(who)?;
        let mut documents = Vec::with_capacity(N);
        let mut values = [const { Value::Null }; N];
        for ((rel, steps), value) in files.iter().zip(&mut values) {
            let (document, taken) = self.taken_or_empty(rel, *steps)?;
            *value = taken;
            documents.push(document);
        }
        let answer = change(values.each_mut())?;
        for ((rel, _), value) in files.iter().zip(&values) {
            self.check_object(rel, value)?;
        }
        for (((rel, _), value), document) in files.iter().zip(&values).zip(&documents) {
            self.put_changed(rel, document.as_ref(), value)?;
        }
        Ok(answer)
    }

    /// A file under the lock and its value in the present version; without a file an empty object.
    fn taken_or_empty(&self, rel: &str, steps: Option<&[Step]>) -> Result<(Option<Document>, Value), Error> {
        let mut document = self.load(rel)?;
        let value = match &mut document {
            Some(document) => self.taken(rel, document, steps)?,
            None => Value::Object(Map::new()),
        };
        Ok((document, value))
    }

    fn check_object(&self, rel: &str, value: &Value) -> Result<(), Error> {
        if value.is_object() {
            return Ok(());
        }
        Err(Error::Shape {
            path: self.path(rel),
            line: 1,
            column: 1,
            expected: "an object".to_owned(),
            found: document::kind(value).to_owned(),
        })
    }

    /// Writes a value in place of a document, or into a new file, unless the document says the same.
    fn put_changed(&self, rel: &str, document: Option<&Document>, value: &Value) -> Result<(), Error> {
        let text = match document.map(|document| document.rendered(value)) {
            Some(rendered) if !rendered.differs => return Ok(()),
            Some(rendered) => rendered.text,
            None => pretty(value),
        };
        self.put(rel, text.as_bytes(), Previous::Keep)?;
        Ok(())
    }

    /// Refuses a newer file; keeps a copy of an older one, as `.NAME.vN.bak`, and brings its value up.
    fn taken(&self, rel: &str, document: &mut Document, steps: Option<&[Step]>) -> Result<Value, Error> {
        let Some(steps) = steps else {
            return Ok(std::mem::take(&mut document.value));
        };
        let (found, known) = (schema::version(document)?, schema::known(steps));
        if found > known {
            return Err(Error::NewerSchema {
                path: document.path.clone(),
                found,
                known,
            });
        }
        if found < known {
            let backup = tidy::sibling(&self.path(rel), &format!(".v{found}.bak"));
            atomic::create(&backup, document.text.as_bytes(), Some(&self.root), &*self.notify)?;
        }
        let mut value = std::mem::take(&mut document.value);
        if found < known {
            schema::upgrade(&mut value, found, steps);
        }
        Ok(value)
    }

    /// Writes a whole file; directories that are missing are made. It takes no lock: for files that are never
    /// read and changed, such as reports. The path must stay in the project, links included.
    pub fn write(&self, rel: &str, bytes: &[u8], overwrite: Overwrite) -> Result<Written, Error> {
        regular::named_inside(&self.root, rel)?;
        match overwrite {
            Overwrite::Replace => {
                // What cannot be compared is written, or refused with its reason.
                let present = read_regular(&self.path(rel), u64::try_from(bytes.len()).unwrap_or(u64::MAX));
                if present.is_ok_and(|present| present.as_deref() == Some(bytes)) {
                    return Ok(Written::Unchanged);
                }
                self.put(rel, bytes, Previous::Drop)
            }
            Overwrite::KeepExisting => {
                self.make_parent(rel)?;
                atomic::create(&self.path(rel), bytes, Some(&self.root), &*self.notify)
            }
        }
    }

    /// Removes a file; `false` when there is none of that name. Of a link the link goes, not what it leads to. The path
    /// must stay in the project, links included.
    pub fn remove(&self, rel: &str) -> Result<bool, Error> {
        regular::named_inside(&self.root, rel)?;
        let path = self.path(rel);
        match path.symlink_metadata() {
            Ok(metadata) if metadata.is_dir() => {
                return Err(Error::NotA {
                    path,
                    expected: "a regular file",
                });
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(Error::io(path, "look at")(error)),
        }
        let directory = atomic::contained(&path, path.parent().unwrap_or(&self.root), Some(&self.root))?;
        fs::remove_file(&path).map_err(Error::io(path, "remove"))?;
        // What comes back with the power lost is a file that nobody names.
        let _lost = platform::sync_dir(&directory);
        Ok(true)
    }

    /// Takes the lock for something that is more than one change of one file.
    pub fn lock(&self, who: &str) -> Result<lock::Guard, Error> {
        lock::acquire(&self.path(layout::LOCK), who, self.wait, &|holder| {
            (self.notify)(&Notice::Waiting {
                holder: holder.to_owned(),
            });
        })
    }

    /// Makes the directory of a new run, readable by this user only. For a project that cannot be written to
    /// there is [`Run::temporary`].
    pub fn new_run(&self, now: DateTime<Utc>) -> Result<Run, Error> {
        let runs = self.path(layout::RUNS);
        atomic::create_dirs(&runs, Some(&self.root))?;
        Run::create(&runs, now)
    }

    /// Removes old runs and the temp files that killed processes left. Never fails: what cannot be removed is
    /// left for the next time.
    pub fn tidy(&self) -> tidy::Tidied {
        tidy::tidy(&self.root, std::time::SystemTime::now())
    }

    /// The highest number that any session has left a file of; 0 when there is none. The file names decide, and
    /// what is in the files is not looked at.
    pub fn last_session(&self) -> u32 {
        [layout::BRIEFINGS, layout::HISTORY, layout::REPORTS]
            .iter()
            .filter_map(|directory| fs::read_dir(self.path(directory)).ok())
            .flatten()
            .flatten()
            .filter_map(|entry| layout::session_of(entry.file_name().to_str()?))
            .max()
            .unwrap_or(0)
    }

    fn put(&self, rel: &str, bytes: &[u8], previous: Previous) -> Result<Written, Error> {
        self.make_parent(rel)?;
        atomic::replace(&self.path(rel), bytes, Some(&self.root), previous, &*self.notify)
    }

    fn make_parent(&self, rel: &str) -> Result<(), Error> {
        match self.path(rel).parent() {
            Some(parent) if !parent.is_dir() => atomic::create_dirs(parent, Some(&self.root)),
            _ => Ok(()),
        }
    }

    fn load(&self, rel: &str) -> Result<Option<Document>, Error> {
        let path = self.path(rel);
        let Some((bytes, metadata)) = regular::read_with_metadata(&path, document::MAX_BYTES)? else {
            return Ok(None);
        };
        match Document::parse(&path, &bytes) {
            Ok(mut document) => {
                document.mode = platform::mode(&metadata);
                Ok(Some(document))
            }
            Err(Error::Broken {
                path,
                line,
                column,
                why,
                ..
            }) => {
                let candidates = tidy::readable_copies(&path);
                Err(Error::Broken {
                    path,
                    line,
                    column,
                    why,
                    candidates,
                })
            }
            Err(error) => Err(error),
        }
    }
}

/// The present directory by its name: the parent of `x` is the empty path, which cannot be opened.
fn named(root: &Path) -> &Path {
    if root.as_os_str().is_empty() {
        Path::new(".")
    } else {
        root
    }
}

#[cfg(test)]
mod tests;
