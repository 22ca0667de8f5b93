//! The pinned result that later runs are compared with: `.session/tracking/performance_baselines.json`.
//!
//! The first clean run that passes is pinned; from then on only an explicit [`file::accept`] moves the baseline, never a pass.
//! A baseline belongs to a [`key`]: what was asked, how, and on what machine. Another key is no baseline, and what differs is
//! said. The entry of a work item keeps the five fields that older programs wrote and read; what this one does not know stays
//! as it is.

pub mod entry;
pub mod file;
pub mod history;
pub mod key;
pub mod stored;
pub mod summary;
#[cfg(test)]
mod tests;

pub use entry::{Accepted, Baseline, EngineUse, Environment, Finished};
pub use file::{BaselineError, Found, NoBaseline, Remembered};
pub use key::{Difference, Key};
