//! What the tree is: its units by a table of markers, its git state, its files. Reads only.

pub mod detect;
pub mod facts;
pub mod files;
pub mod git;
pub mod markers;

pub use facts::{Project, UnitFacts};
