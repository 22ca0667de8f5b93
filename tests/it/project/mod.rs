//! What the tree is, on real trees in temporary directories.

mod detect;
mod facts;
mod files;
mod git;
mod hostile;
mod python;
mod tree;
mod workspaces;
