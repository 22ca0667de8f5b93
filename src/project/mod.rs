//! What the tree is: its units by a table of markers, its git state, its files. Reads only.

pub mod detect;
mod error;
pub mod facts;
pub mod files;
mod fill;
mod fill_biome;
mod fill_go;
mod fill_node;
mod fill_python;
mod fill_rust;
mod fill_typescript;
pub mod git;
pub mod installing;
mod left_out;
pub mod markers;
pub mod node;
pub mod paths;
mod scan;
mod tracked;
mod units;
mod walk;

pub use error::Error;
pub use facts::{Project, PythonRunner, UnitFacts};
pub use tracked::Tracked;
