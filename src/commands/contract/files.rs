//! Where descriptions come from: files, and files in revisions of git. What they refer to stays inside of the repository.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::commands::pipeline;
use crate::contract::arena::Limits;
use crate::contract::load::{Document, Fetch, Fetched, World};
use crate::contract::refs::Broken;
use crate::model::text;
use crate::process::find::{Finder, Found};
use crate::process::redact::Redactor;
use crate::process::{System, guard};
use crate::project::{detect, git};
use crate::store;

/// What reads descriptions.
pub(super) struct Files {
    start: PathBuf,
    finder: Finder,
    runner: System,
}

/// A description's place.
enum Place<'a> {
    /// A file, as it was named.
    Disk(&'a str),
    /// A file in a revision, relative to where the command was started.
    Revision(&'a str, &'a str),
}

impl Files {
    pub(super) fn new(cx: &Cx) -> Self {
        let redactor = Arc::new(Redactor::new(&cx.environment, &[]));
        let env = cx.environment.for_tools(&[], "contract");
        let mut runner = System::new(env, "contract", cx.cancel.clone(), redactor);
        if let Ok(program) = guard::own_program() {
            runner = runner.with_guard(program);
        }
        Self {
            start: cx.start.clone(),
            finder: pipeline::finder(cx, &cx.start),
            runner,
        }
    }

    /// Takes a description in.
    pub(super) fn load(&self, world: &mut World, named: &str) -> anyhow::Result<Document> {
        let place = self.place(named);
        let bytes = match place {
            Place::Disk(path) => self.read(path),
            Place::Revision(revision, path) => self.read_revision(revision, path),
        }
        .map_err(|why| CommandError::usage(format!("{}: {why}", text::one_line(named))))?;
        let text =
            decoded(bytes).map_err(|why| CommandError::usage(format!("{}: {why}", text::one_line(named))))?;
        let fetcher = Fetcher { files: self, place };
        let loaded = world.load(named, text, &fetcher);
        Ok(loaded.map_err(|error| CommandError::usage(text::one_line(&error.to_string())))?)
    }

    /// `REV:PATH` is one where no file has that name.
    fn place<'a>(&self, named: &'a str) -> Place<'a> {
        match named.split_once(':') {
            Some((revision, path))
                if !revision.is_empty() && !path.is_empty() && !self.start.join(named).exists() =>
            {
                Place::Revision(revision, path)
            }
            _ => Place::Disk(named),
        }
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let limit = u64::try_from(Limits::default().bytes).unwrap_or(u64::MAX);
        match store::read_regular(&self.start.join(path), limit) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err("there is no such file".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    fn read_revision(&self, revision: &str, path: &str) -> Result<Vec<u8>, String> {
        let Found::At(program) = self.finder.find("git", &[], &self.start) else {
            return Err(
                "there is no such file, and git is not installed to look for the revision".to_owned(),
            );
        };
        match git::blob(&self.runner, &program, &self.start, revision, path) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(format!(
                "there is no such file, and git knows no {} in the revision {}",
                text::one_line(path),
                text::one_line(revision)
            )),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn decoded(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!("it is no UTF-8 text from byte {at} on")
    })
}

/// Finds what a description refers to.
struct Fetcher<'a> {
    files: &'a Files,
    place: Place<'a>,
}

impl Fetch for Fetcher<'_> {
    fn fetch(&self, from: &str, reference: &str) -> Result<Fetched, Broken> {
        let file = |why: String| Broken::File { why };
        let outside = || file("it leads out of the repository, and such files are not read".to_owned());
        let from = match &self.place {
            Place::Disk(_) => from,
            Place::Revision(revision, _) => from.strip_prefix(&format!("{revision}:")).unwrap_or(from),
        };
        let reference = reference.replace("%20", " ");
        let folder = Path::new(from).parent().unwrap_or(Path::new(""));
        let joined = lexical(&folder.join(&reference));
        let joined_text = joined.to_string_lossy().into_owned();
        let (name, bytes) = match &self.place {
            Place::Disk(_) => {
                let path = self.files.start.join(&joined);
                let real = path
                    .canonicalize()
                    .map_err(|_| file("there is no such file".to_owned()))?;
                let document = self.files.start.join(folder);
                let root = detect::nearest_git(&document).unwrap_or(document);
                let root = root.canonicalize().map_err(|error| file(error.to_string()))?;
                if !real.starts_with(&root) {
                    return Err(outside());
                }
                (joined_text.clone(), self.files.read(&joined_text).map_err(file)?)
            }
            Place::Revision(revision, _) => {
                if joined.is_absolute() || joined.starts_with("..") {
                    return Err(outside());
                }
                let bytes = self.files.read_revision(revision, &joined_text).map_err(file)?;
                (format!("{revision}:{joined_text}"), bytes)
            }
        };
        let text = decoded(bytes).map_err(file)?;
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
