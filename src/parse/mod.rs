//! Shared output formats, read from bytes; pure.

pub mod cargo_json;
pub mod coverage;
pub mod dated;
pub mod gaps;
pub mod go_events;
pub mod go_text;
pub mod ini;
pub mod jest_json;
pub mod junit;
pub mod libtest;
pub mod rustc_text;
pub mod sarif;
pub mod spec;
