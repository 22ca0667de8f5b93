//! Services of a project on a real engine, by each flavour of Compose, since their answers differ.
//!
//! `tests/run` starts the engine. On a machine that can have none these tests say so and do nothing.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod bench;
mod ends;
mod files;
mod kinds;
mod neighbours;
