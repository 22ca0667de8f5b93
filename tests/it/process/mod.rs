//! Running real processes: how they end, what they leave behind, and what becomes of their output.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod daemons;
mod guard;
mod output;
mod stop;
mod support;
mod talk;
mod torture;
