//! The one integration test binary: a module per subject.

mod architecture;
mod config;
mod project;
mod store;
mod support;
mod tools_rust;
