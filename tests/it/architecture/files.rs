//! The size of files: one subject each.

use super::source::{Source, crate_sources, lengths};

/// Lines of one file, without its tests.
const MOST: usize = 600;

/// Lines of a file on average, without tests.
const MEAN: usize = 200;

fn too_long(sources: &[Source]) -> Vec<String> {
    let lengths = lengths(sources);
    let mut complaints: Vec<String> = lengths
        .iter()
        .filter(|(_, lines)| *lines > MOST)
        .map(|(path, lines)| format!("{path}: {lines} lines without tests, more than {MOST}"))
        .collect();
    let sum: usize = lengths.iter().map(|(_, lines)| lines).sum();
    if sum > MEAN * lengths.len() {
        complaints.push(format!(
            "{sum} lines in {} files: more than {MEAN} on average",
            lengths.len()
        ));
    }
    complaints
}

#[test]
fn files_stay_small() {
    super::none(&too_long(&crate_sources()));
}

#[test]
fn long_files_are_found() {
    let lines = |count: usize| "x\n".repeat(count);
    let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", lines(500));
    let sample = [
        Source::new("src/a.rs", lines(601)),
        Source::new("src/b.rs", lines(600) + &tests),
    ];
    assert_eq!(
        too_long(&sample),
        [
            "src/a.rs: 601 lines without tests, more than 600",
            "1201 lines in 2 files: more than 200 on average",
        ]
    );
    assert_eq!(too_long(&[Source::new("src/c.rs", lines(200) + &tests)]), [""; 0]);
}
