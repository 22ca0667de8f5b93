//! What end-to-end tests share: a project in a directory of its own, sdd run in it under a hard time limit,
//! and a look at what was left behind.
//!
//! ```ignore
//! let sandbox = Sandbox::new().git().tree("templates/demo").venv();
//! sandbox.sdd(["gate", "linting"]).expect_code(0);
//! sandbox.assert_nothing_left();
//! ```
//!
//! Nothing of the machine gets in: the environment is cleared, `HOME` and `TMPDIR` are the sandbox's own, and the
//! PATH is one directory that holds a fixed list of plain commands and what a test adds. A tool that a test does
//! not ask for is not installed, whatever the machine has.

#![expect(clippy::unwrap_used, reason = "a test's helper may panic")]
#![allow(
    dead_code,
    reason = "helpers serve several subjects, and not each of them all the time"
)]

mod engine;
pub mod page;
mod processes;
mod redact;
mod run;
mod sandbox;
mod tests;

pub use engine::{Engine, IMAGE};
pub use processes::processes_with;
pub use redact::{redact_json, redact_text};
pub use run::{Answer, Running};
pub use sandbox::{Sandbox, test_tools};
