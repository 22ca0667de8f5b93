//! Holds what the architecture promises: the floors, who may do I/O, the size of files, the tables.
//!
//! Every check is a function from sources to complaints, and each is shown a sample that violates it, so that
//! none of them can fall silent without a test noticing.

#![expect(clippy::expect_used, reason = "a test's helper may panic")]

mod files;
mod floors;
mod hygiene;
mod paths;
mod purity;
mod source;
mod tables;

use source::Source;

/// Fails with every complaint on a line of its own.
#[track_caller]
fn none(complaints: &[String]) {
    assert!(
        complaints.is_empty(),
        "{} complaint(s):\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}

/// Checks that a sample leads to exactly these complaints.
#[track_caller]
fn finds(check: fn(&[Source]) -> Vec<String>, sample: &[(&str, &str)], expect: &[&str]) {
    let sources: Vec<Source> = sample
        .iter()
        .map(|(path, text)| Source::new(*path, *text))
        .collect();
    assert_eq!(check(&source::shipped(&sources)), expect);
}
