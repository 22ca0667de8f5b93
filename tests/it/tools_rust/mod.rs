//! The Rust tools for real: each runs on a small package, as it is asked, and its answer is read.

mod bench;
mod checks;
mod testing;
