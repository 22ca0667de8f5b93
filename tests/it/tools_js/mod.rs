//! The test runners for JavaScript for real: each runs through `sdd gate tests` on a small project.

pub mod bench;
mod hostile;
mod integration;
mod jest;
mod mocha;
mod monorepo;
mod node;
mod scripts;
mod vitest;
