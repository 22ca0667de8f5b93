//! The one integration test binary: a module per subject.

mod architecture;
mod cli;
mod config;
mod process;
mod project;
mod store;
mod support;
mod tools_python;
mod tools_rust;
