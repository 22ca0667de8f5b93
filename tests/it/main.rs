//! The one integration test binary: a module per subject.

mod architecture;
mod cli;
mod config;
mod example;
mod process;
mod project;
mod readme;
mod real;
mod report;
mod store;
mod support;
mod tools_js;
mod tools_python;
mod tools_rust;
