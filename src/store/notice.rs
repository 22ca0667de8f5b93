//! What the store has to say without failing; whoever prints decides how.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Something that a person may want to know. Its `Display` is one sentence.
#[derive(Debug)]
pub enum Notice {
    /// Another process holds the lock, and it is being waited for.
    Waiting {
        /// Who holds it, in its own words.
        holder: String,
    },
    /// The file was written, and the directory could not be synced: after a power loss the old one may be back.
    NotSynced {
        /// The directory.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The copy of the state before this change could not be kept.
    NoPrevious {
        /// The file that was to be kept.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The file was written by a newer sdd: it is read as well as it can be, and will not be written.
    NewerSchema {
        /// The file.
        path: PathBuf,
        /// The version in the file.
        found: u64,
        /// The newest version that this sdd writes.
        known: u64,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting { holder } => write!(f, "waiting for the state, which is held by {holder}"),
            Self::NotSynced { path, source } => {
                write!(
                    f,
                    "{} was written but not synced to disk: {source}",
                    path.display()
                )
            }
            Self::NoPrevious { path, source } => {
                write!(f, "no copy of the earlier {} was kept: {source}", path.display())
            }
            Self::NewerSchema { path, found, known } => write!(
                f,
                "{} has schema version {found} and this sdd knows {known}: it is read only",
                path.display()
            ),
        }
    }
}
