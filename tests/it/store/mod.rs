//! State on disk: what a project finds in `.session/` whatever happens to the processes that write there.

#![expect(clippy::unwrap_used, reason = "a test's helper may panic")]

mod broken;
mod faults;
mod files;
mod locking;
mod writer;
