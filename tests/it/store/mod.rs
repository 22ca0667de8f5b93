//! State on disk: what a project finds in `.session/` whatever happens to the processes that write there.

mod broken;
mod faults;
mod files;
mod locking;
mod writer;
