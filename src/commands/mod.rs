//! The subcommands: one file each, arguments and a `run`.

pub mod complete;
pub mod config;
pub mod context;
pub mod demo;
pub mod error;
pub mod gate;
pub mod init;
mod output;
mod pipeline;
pub mod report;
pub mod settings;

pub use context::Cx;
