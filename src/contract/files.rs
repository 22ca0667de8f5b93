//! Where descriptions come from: files, files in revisions of git, and other machines where that is allowed. What a
//! description refers to stays inside of its repository.

mod remote;

use std::path::{Component, Path, PathBuf};

use super::arena::Limits;
use super::load::{self, Document, Fetch, Fetched, World};
use super::refs::Broken;
use super::source::{Position, Source};
use crate::model::text;
use crate::process::Runner;
use crate::project::{detect, git};
use crate::store;

pub use remote::Web;

/// What reads descriptions.
pub struct Files<'a> {
    /// The directory that names are relative to.
    pub start: PathBuf,
    /// Git, where it is installed.
    pub git: Option<PathBuf>,
    /// Starts git.
    pub runner: &'a dyn Runner,
    /// Which files may be named.
    pub reach: Reach,
    /// Whether other machines may be asked for what a description refers to.
    pub remote: Remote,
}

/// Which files may be named. What these refer to must lie in their repository either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All: a person named them.
    Anywhere,
    /// Only those in the directory that names are relative to: a file of the project named them.
    Inside,
}

/// Whether other machines may be asked.
#[derive(Debug)]
pub enum Remote {
    /// No.
    Refused,
    /// Yes.
    Allowed(Web),
}

/// A description that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// There is none.
    #[error("{name}: there is no such file")]
    Missing {
        /// The name.
        name: String,
    },
    /// There is none in a revision of git, or no such revision.
    #[error("{name}: there is no such file, and git knows no {path} in the revision {revision}")]
    NotInRevision {
        /// The name.
        name: String,
        /// The file.
        path: String,
        /// The revision.
        revision: String,
    },
    /// Git is needed to look.
    #[error("{name}: there is no such file, and git is not installed to look for the revision")]
    NoGit {
        /// The name.
        name: String,
    },
    /// It cannot be read.
    #[error("{name}: {why}")]
    Unreadable {
        /// The name.
        name: String,
        /// Why.
        why: String,
    },
    /// It is no text.
    #[error("{name}:{line}:{column}: it is no UTF-8 text from here on")]
    NoText {
        /// The name.
        name: String,
        /// The line of the first byte that is none.
        line: u32,
        /// Its column, in characters.
        column: u32,
    },
    /// It is no description.
    #[error("{why}")]
    NoDescription {
        /// What is wrong, with its place.
        why: String,
    },
}

/// A description's place.
#[derive(Clone, Copy)]
enum Place<'a> {
    /// A file, as it was named.
    Disk(&'a str),
    /// A file in a revision, relative to where names are relative to.
    Revision(&'a str, &'a str),
}

impl Files<'_> {
    /// Takes a description in. `REV:PATH` is one in a revision where no file has that name.
    pub fn load(&self, world: &mut World, named: &str) -> Result<Document, FileError> {
        let place = self.place(named);
        let bytes = match place {
            Place::Disk(path) => self.read(path)?,
            Place::Revision(revision, path) => self.read_revision(named, revision, path)?,
        };
        let text = decoded(named, bytes)?;
        let fetcher = Fetcher { files: self, place };
        world
            .load(named, text, &fetcher)
            .map_err(|error: load::Error| FileError::NoDescription {
                why: text::one_line(&error.to_string()),
            })
    }

    /// Whether a name is one of a file that is there, or of one in a revision.
    pub fn knows(&self, named: &str) -> bool {
        match self.place(named) {
            Place::Disk(path) => self.path(path).is_ok_and(|path| path.exists()),
            Place::Revision(revision, path) => self.read_revision(named, revision, path).is_ok(),
        }
    }

    fn place<'n>(&self, named: &'n str) -> Place<'n> {
        match named.split_once(':') {
            Some((revision, path))
                if !revision.is_empty() && !path.is_empty() && !self.start.join(named).exists() =>
            {
                Place::Revision(revision, path)
            }
            _ => Place::Disk(named),
        }
    }

    fn path(&self, named: &str) -> Result<PathBuf, FileError> {
        let path = self.start.join(named);
        if self.reach == Reach::Inside && !is_inside(&self.start, &path) {
            return Err(FileError::Unreadable {
                name: text::one_line(named),
                why: "it lies outside of the project, and such files are not read".to_owned(),
            });
        }
        Ok(path)
    }

    fn read(&self, named: &str) -> Result<Vec<u8>, FileError> {
        let limit = u64::try_from(Limits::default().bytes).unwrap_or(u64::MAX);
        let name = || text::one_line(named);
        match store::read_regular(&self.path(named)?, limit) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(FileError::Missing { name: name() }),
            Err(error) => Err(FileError::Unreadable {
                name: name(),
                why: text::one_line(&error.to_string()),
            }),
        }
    }

    fn read_revision(&self, named: &str, revision: &str, path: &str) -> Result<Vec<u8>, FileError> {
        let name = text::one_line(named);
        let Some(program) = &self.git else {
            return Err(FileError::NoGit { name });
        };
        match git::blob(self.runner, program, &self.start, revision, path) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(FileError::NotInRevision {
                name,
                path: text::one_line(path),
                revision: text::one_line(revision),
            }),
            Err(error) => Err(FileError::Unreadable {
                name,
                why: text::one_line(&error.to_string()),
            }),
        }
    }
}

fn decoded(named: &str, bytes: Vec<u8>) -> Result<String, FileError> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..at]).into_owned();
        let Position { line, column } =
            Source::new("", before).position(u32::try_from(at).unwrap_or(u32::MAX));
        FileError::NoText {
            name: text::one_line(named),
            line,
            column,
        }
    })
}

/// Whether a path lies in a directory, with every link followed; of one that is not there, by its name.
fn is_inside(root: &Path, path: &Path) -> bool {
    let by_name = lexical(path).starts_with(lexical(root));
    let real = |path: &Path| path.canonicalize().ok();
    match (real(root), real(path)) {
        (Some(root), Some(path)) => path.starts_with(root),
        _ => by_name,
    }
}

/// Finds what a description refers to.
struct Fetcher<'a> {
    files: &'a Files<'a>,
    place: Place<'a>,
}

impl Fetch for Fetcher<'_> {
    fn fetch(&self, from: &str, reference: &str) -> Result<Fetched, Broken> {
        if let Some(url) = remote::address(from, reference) {
            let Remote::Allowed(web) = &self.files.remote else {
                return Err(Broken::Remote);
            };
            let text = web.get(&url).map_err(|error| Broken::File {
                why: error.to_string(),
            })?;
            return Ok(Fetched { name: url, text });
        }
        let file = |error: FileError| Broken::File {
            why: match error {
                FileError::Missing { .. } => "there is no such file".to_owned(),
                error => error.to_string(),
            },
        };
        let outside = || Broken::File {
            why: "it leads out of the repository, and such files are not read".to_owned(),
        };
        let from = match self.place {
            Place::Disk(_) => from,
            Place::Revision(revision, _) => from.strip_prefix(&format!("{revision}:")).unwrap_or(from),
        };
        let reference = reference.replace("%20", " ");
        let folder = Path::new(from).parent().unwrap_or(Path::new(""));
        let joined = lexical(&folder.join(&reference));
        let name = joined.to_string_lossy().into_owned();
        let (name, bytes) = match self.place {
            Place::Disk(_) => {
                let document = self.files.start.join(folder);
                let root = detect::nearest_git(&document).unwrap_or(document);
                if !is_inside(&root, &self.files.start.join(&joined)) {
                    return Err(outside());
                }
                let bytes = self.files.read(&name).map_err(file)?;
                (name, bytes)
            }
            Place::Revision(revision, _) => {
                if joined.is_absolute() || joined.starts_with("..") {
                    return Err(outside());
                }
                let shown = format!("{revision}:{name}");
                let bytes = self.files.read_revision(&shown, revision, &name).map_err(file)?;
                (shown, bytes)
            }
        };
        let text = decoded(&name, bytes).map_err(file)?;
        Ok(Fetched { name, text })
    }
}

/// A path without `.` and with `..` taken back where that can be.
fn lexical(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir
                if plain
                    .components()
                    .next_back()
                    .is_some_and(|last| matches!(last, Component::Normal(_))) =>
            {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::contract::arena::Limits;
    use crate::contract::load::Nowhere;

    proptest! {
        /// What a file holds is refused with its place, or read; a document is then one whatever its name is.
        #[test]
        fn no_bytes_are_the_end_of_the_program(
            head in proptest::sample::select(&["", "\u{feff}", "openapi: 3.1.0\n", "{\"openapi\": \"3.1.0\", \"", "swagger: '2.0'\npaths: "]),
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            name in proptest::sample::select(&["a.yaml", "a.json", "a"]),
        ) {
            let all = [head.as_bytes(), &bytes].concat();
            match decoded(name, all) {
                Ok(text) => {
                    let mut world = World::new(Limits::default());
                    if let Err(error) = world.load(name, text, &Nowhere) {
                        prop_assert!(error.at.line > 0 && !error.why.is_empty());
                    }
                }
                Err(error) => {
                    let FileError::NoText { line, column, .. } = error else {
                        return Err(TestCaseError::fail("another error"));
                    };
                    prop_assert!(line > 0 && column > 0);
                }
            }
        }
    }
}
