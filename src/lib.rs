//! `sdd` decides whether a coding session may end: it runs every quality gate that the work needs and answers
//! with a verdict in which "could not check" is never "passed".
//!
//! The modules are floors, and each uses only those before it:
//!
//! ```text
//! model → store, process → project → tools, parse → gates → engine → report → commands → main
//! ```
//!
//! `plan` and `judge` of a gate are pure. One place starts processes ([`process`]), one writes state
//! ([`store`]), one prints ([`ui`]). `docs/architecture.md` has the map and the invariants.

pub mod commands;
pub mod model;
pub mod parse;
pub mod process;
pub mod project;
pub mod store;
pub mod tools;
