//! Plain data of the product: what is configured, what was found, what was decided.
//!
//! The lowest floor. Nothing here reads a file, starts a process, prints, or knows clap; every other floor
//! may use it.

pub mod config;
pub mod exit;
pub mod finding;
pub mod format;
pub mod gate_id;
pub mod history;
pub mod language;
pub mod report;
pub mod session;
pub mod skim;
pub mod spec;
pub mod text;
pub mod unit;
pub mod verdict;
pub mod work_item;
