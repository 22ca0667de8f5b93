//! Shared output formats, read from bytes; pure.

pub mod coverage_py;
pub mod junit;
