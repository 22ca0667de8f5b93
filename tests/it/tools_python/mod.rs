//! The Python tools for real: each runs on a small project, as it is asked, and its answer is read.

pub mod audit;
mod bench;
mod lint;
mod testing;
