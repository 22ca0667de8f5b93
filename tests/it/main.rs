//! The one integration test binary: a module per subject.

mod architecture;
mod cli;
mod config;
mod example;
mod process;
mod project;
mod readme;
mod real;
mod store;
mod support;
mod tools_audit;
mod tools_python;
mod tools_rust;
