//! The subcommands: one file each, arguments and a `run`.

pub mod bench;
mod claude;
pub mod complete;
pub mod completions;
pub mod config;
pub mod context;
pub mod contract;
pub mod demo;
pub mod deploy;
pub mod doctor;
pub mod env;
pub mod error;
pub mod gate;
pub mod hook;
pub mod init;
pub mod integration;
pub mod man;
pub mod mcp;
mod output;
mod pipeline;
pub mod report;
pub mod settings;
pub mod start;
pub mod status;
pub mod suggest;
pub mod work;
pub mod work_item;

pub use context::Cx;
