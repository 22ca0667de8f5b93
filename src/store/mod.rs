//! The only writer of `.session/`: whole files or none, one writer at a time, unknown fields kept.

pub mod scratch;
