//! What the tree is, on real trees in temporary directories.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic like the tests themselves"
)]

mod changes;
mod detect;
mod facts;
mod files;
mod git;
mod git_tree;
mod hostile;
mod python;
mod speed;
mod tracked;
mod tree;
mod workspaces;
