//! Running real processes: how they end, what they leave behind, and what becomes of their output.
#![cfg(target_os = "linux")]

mod guard;
mod output;
mod stop;
mod support;
mod torture;
