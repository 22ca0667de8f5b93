//! How fast a large repository is looked at: measurements, run by name in an optimised build.
//!
//! `CARGO_PROFILE_DEV_OPT_LEVEL=3 cargo nextest run --test it project::speed --run-ignored all --no-capture`

use std::path::Path;
use std::time::{Duration, Instant};

use regex::bytes::Regex;
use sdd::project::Tracked;
use sdd::project::detect;
use sdd::project::files::{Snapshot, grep};

use super::tree::Tree;

const ROUNDS: usize = 30;

#[test]
#[ignore = "a measurement; needs python3 and an optimised build"]
fn ten_thousand_files_are_looked_at_in_time() {
    let tree = Tree::with(&[]);
    let repo = tree.root().join("repo");
    make(&repo);
    let mut times = Vec::new();
    let mut measure = |what: &str, limit_ms: u64, run: &dyn Fn() -> usize| {
        let mut rounds: Vec<Duration> = (0..ROUNDS)
            .map(|_| {
                let start = Instant::now();
                assert!(run() > 0);
                start.elapsed()
            })
            .collect();
        rounds.sort();
        times.push(format!(
            "{what}: median {:?}, min {:?}",
            rounds[ROUNDS / 2],
            rounds[0]
        ));
        (
            what.to_owned(),
            rounds[ROUNDS / 2],
            Duration::from_millis(limit_ms),
        )
    };
    let needle = Regex::new("needle|// 77").unwrap();
    let results = [
        measure("project", 25, &|| {
            detect::project(&repo, &[], None).unwrap().units.len()
        }),
        measure("snapshot", 50, &|| Snapshot::take(&repo, &[]).unwrap().len()),
        measure("grep", 250, &|| {
            grep(&repo, ".", &needle, &Tracked::default())
                .unwrap()
                .matches
                .len()
        }),
    ];
    for (what, median, limit) in results {
        assert!(median <= limit, "{what} took {median:?}: {times:#?}");
    }
    report(&times);
}

#[expect(clippy::print_stderr, reason = "a measurement is there to be read")]
fn report(times: &[String]) {
    eprintln!("{times:#?}");
}

#[expect(
    clippy::disallowed_methods,
    reason = "the tree is made by the script that people run by hand, too"
)]
fn make(repo: &Path) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/perf/make_repo.py");
    let status = std::process::Command::new("python3")
        .arg(script)
        .arg(repo)
        .status()
        .unwrap();
    assert!(status.success());
}
