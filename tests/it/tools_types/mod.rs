//! The type checkers for real: sdd runs each on a small project.

#![expect(clippy::unwrap_used, reason = "a test's helper may panic")]

mod python;
mod typescript;
