//! The whole program, from the command line to the exit code.

#![expect(clippy::unwrap_used, reason = "a test's helper may panic")]
#![expect(
    clippy::needless_pass_by_value,
    reason = "`json!` at the call is easier to read without a borrow"
)]

mod init;
mod rules;
mod settings;
mod special;
mod stops;
mod trees;
mod usage;
