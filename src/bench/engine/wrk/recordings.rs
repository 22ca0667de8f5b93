//! What wrk has really printed: `tests/tool-output/wrk/VERSION/CASE.*`.

use std::path::{Path, PathBuf};

use super::answer::{self, Answer, NoAnswer};

/// What one run left behind.
pub(super) struct Recorded {
    pub(super) code: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Recorded {
    /// What its script told; `None` where wrk ended before that.
    pub(super) fn answer(&self) -> Option<Answer> {
        match answer::answer(&self.stdout) {
            Ok(answer) => Some(answer),
            Err(NoAnswer::Missing) => None,
            Err(NoAnswer::Unreadable { why }) => panic!("{why}"),
        }
    }
}

/// A run of wrk 4.1.0 by its name.
pub(super) fn of(case: &str) -> Recorded {
    let read = |ending: &str| std::fs::read_to_string(directory().join(format!("{case}.{ending}")));
    Recorded {
        code: read("exit").unwrap().trim().parse().unwrap(),
        // A stream without a file was empty.
        stdout: read("stdout").unwrap_or_default(),
        stderr: read("stderr").unwrap_or_default(),
    }
}

/// All runs by their names.
pub(super) fn all() -> Vec<(String, Recorded)> {
    let mut out: Vec<_> = directory()
        .read_dir()
        .unwrap()
        .filter_map(|entry| {
            Some(
                entry
                    .unwrap()
                    .file_name()
                    .to_str()?
                    .strip_suffix(".exit")?
                    .to_owned(),
            )
        })
        .map(|case| (case.clone(), of(&case)))
        .collect();
    out.sort_by(|some, other| some.0.cmp(&other.0));
    assert!(!out.is_empty());
    out
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tool-output/wrk/4.1.0")
}
