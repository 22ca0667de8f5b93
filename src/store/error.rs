//! What can go wrong with state on disk, and what to do about it.

use std::path::PathBuf;
use std::time::Duration;

use crate::model::exit::Exit;

/// Why state could not be read or written. Nothing was changed on disk when one of these comes back.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The project has no `.session/`.
    #[error("no .session/ in {}", root.display())]
    NotFound {
        /// The directory that was looked in.
        root: PathBuf,
    },
    /// The file is not JSON, or not text.
    #[error("{}:{line}:{column}: {why}", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// What is wrong there.
        why: String,
        /// Readable copies of the file, the newest first.
        candidates: Vec<PathBuf>,
    },
    /// The file is JSON, and a value in it has the wrong type.
    #[error("{}:{line}:{column}: expected {expected}, found {found}", path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// What belongs there, such as `an object`.
        expected: String,
        /// What is there, such as `an array`.
        found: String,
    },
    /// A key stands twice in one object: which one counts is anybody's guess.
    #[error("{}:{line}:{column}: the key `{key}` stands here a second time", path.display())]
    DuplicateKey {
        /// The file.
        path: PathBuf,
        /// The line of the second one, from 1.
        line: usize,
        /// The column of the second one in characters, from 1.
        column: usize,
        /// The key.
        key: String,
    },
    /// The file was written by a newer sdd and may hold what this one would destroy.
    #[error("{} has schema version {found}, this sdd knows {known}", path.display())]
    NewerSchema {
        /// The file.
        path: PathBuf,
        /// The version in the file.
        found: u64,
        /// The newest version that this sdd writes.
        known: u64,
    },
    /// Another process held the state for too long.
    #[error("state is held by {holder} ({} waited for {:.1} s)", path.display(), waited.as_secs_f64())]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// Who holds it, as it said itself: `pid 123 (sdd complete, since 12:01:05 UTC)`.
        holder: String,
        /// How long it was waited for.
        waited: Duration,
    },
    /// A path leads out of the project, by its name or by a symbolic link.
    #[error("{} leads out of the project, to {}", path.display(), target.display())]
    Outside {
        /// The path as it was given.
        path: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// Something of another kind stands where a file or directory belongs.
    #[error("{} is not {expected}", path.display())]
    NotA {
        /// The path.
        path: PathBuf,
        /// What belongs there, such as `a directory`.
        expected: &'static str,
    },
    /// The file is larger than any state file can sensibly be.
    #[error("{} has {bytes} bytes, more than the {limit} that are read", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// The operating system refused.
    #[error("cannot {what} {}", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// What was tried, as a verb: `read`, `replace`.
        what: &'static str,
        /// The cause.
        source: std::io::Error,
    },
}

impl Error {
    /// An operating system's error with the path and the verb, for `map_err`.
    pub(crate) fn io(path: impl Into<PathBuf>, what: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, what, source }
    }

    /// The exit code that this error leads to.
    pub fn exit(&self) -> Exit {
        match self {
            Self::NotFound { .. } => Exit::NotFound,
            Self::Broken { .. }
            | Self::Shape { .. }
            | Self::DuplicateKey { .. }
            | Self::NewerSchema { .. }
            | Self::Outside { .. }
            | Self::NotA { .. }
            | Self::TooLarge { .. } => Exit::Usage,
            Self::Locked { .. } | Self::Io { .. } => Exit::NoVerdict,
        }
    }

    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotFound { .. } => Some("set the project up with: sdd init".to_owned()),
            Self::Broken { path, candidates, .. } => Some(restore_hint(path, candidates.first())),
            Self::Shape { expected, .. } => Some(format!("put {expected} there; the file was left as it is")),
            Self::DuplicateKey { key, .. } => Some(format!("remove one `{key}`; the file was left as it is")),
            Self::NewerSchema { .. } => {
                Some("use the sdd that wrote it, or a newer one; the file was left as it is".to_owned())
            }
            Self::Locked { .. } => {
                Some("wait for that process to end, then run the command again".to_owned())
            }
            Self::Outside { .. } => {
                Some("replace the link by a file or directory inside the project".to_owned())
            }
            Self::NotA { path, expected } => {
                Some(format!("move {} away; {expected} belongs there", path.display()))
            }
            Self::TooLarge { .. } => None,
            Self::Io { source, .. } => io_hint(source.kind()).map(str::to_owned),
        }
    }
}

fn restore_hint(path: &std::path::Path, candidate: Option<&PathBuf>) -> String {
    let quoted = |path: &std::path::Path| {
        let text = path.to_string_lossy().into_owned();
        shlex::try_quote(&text).map_or_else(|_| text.clone(), std::borrow::Cow::into_owned)
    };
    match candidate {
        Some(copy) => format!(
            "the file was left as it is; correct it, or restore the last good copy: cp {} {}",
            quoted(copy),
            quoted(path)
        ),
        None if path.ancestors().any(|dir| dir.join(".git").exists()) => format!(
            "the file was left as it is; correct it; or, if it was committed, restore that: git checkout HEAD -- {}",
            quoted(path)
        ),
        None => "the file was left as it is, and no copy of it was found; correct it".to_owned(),
    }
}

fn io_hint(kind: std::io::ErrorKind) -> Option<&'static str> {
    use std::io::ErrorKind as K;
    match kind {
        K::PermissionDenied | K::ReadOnlyFilesystem => Some("make it writable for this user"),
        K::StorageFull | K::QuotaExceeded => Some("free some space on that disk"),
        _ => None,
    }
}
