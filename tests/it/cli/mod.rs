//! The whole program, from the command line to the exit code.

mod init;
mod rules;
mod settings;
mod stops;
mod trees;
mod usage;
