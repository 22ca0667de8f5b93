//! The one integration test binary: a module per subject.

mod architecture;
mod cli;
mod config;
mod doctor;
mod example;
mod gates;
mod help;
mod hook;
mod monorepo;
mod process;
mod project;
mod readme;
mod real;
mod report;
mod sessions;
mod store;
mod support;
mod tools_audit;
mod tools_go;
mod tools_js;
mod tools_js_lint;
mod tools_python;
mod tools_rust;
mod tools_types;
mod work_item;
