//! Asking a Context7 server about libraries: an MCP client that starts a server or talks to one by HTTP.
//!
//! [`libraries`] and [`answers`] are pure: which libraries a project uses, and what a server's texts say of them. The
//! asynchronous part is confined to [`ask()`] and what is below it, and runs only while libraries are asked about.

pub mod answers;
pub mod ask;
pub mod cache;
mod client;
mod http;
pub mod libraries;
mod pipes;
mod python;
mod tools;
pub mod versions;

pub use ask::{Asked, Fault, Server, ask};
pub use cache::Cache;
pub use libraries::Library;

/// What is known of a library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The server has documentation of it, of the version in use where versions could be compared.
    Verified(Verified),
    /// The server knows it, and none of the versions that it knows is the one in use.
    VersionUnknown {
        /// Its id at Context7.
        id: String,
        /// The versions that are known, as they are called.
        known: Vec<String>,
    },
    /// The server does not know it, or has no documentation of it.
    NotFound {
        /// In which way, as the end of a sentence.
        why: String,
    },
    /// There is no answer: why.
    Unanswered(String),
}

/// A library that the server has documentation of.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Verified {
    /// Its id at Context7, such as `/tiangolo/fastapi`.
    pub id: String,
    /// The version at Context7 that is the one in use, as it is called there; `None` where versions could not be
    /// compared.
    pub version: Option<String>,
}

/// A library with what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The library.
    pub library: Library,
    /// What is known of it.
    pub state: State,
    /// Whether this was asked now or before.
    pub source: Source,
}

/// When an answer was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// In this run.
    Asked,
    /// In an earlier run, less than a day ago.
    Remembered,
}
