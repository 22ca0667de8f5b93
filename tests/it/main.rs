//! The one integration test binary: a module per subject.

mod architecture;
mod project;
mod support;
mod tools_rust;
