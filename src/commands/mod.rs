//! One file per subcommand: its arguments and what it answers.

pub mod config;
