//! Lines of files, each counted once however often a report names it.

use std::collections::BTreeMap;

use super::Gap;

/// How many uncovered lines are kept in all. They are for people; a report that claims more is not thereby
/// wrong, and must not fill the memory.
pub(super) const MAX_GAP_LINES: usize = 1 << 20;

/// Lines by file, and whether each was reached.
#[derive(Debug, Default)]
pub(super) struct Lines {
    files: BTreeMap<String, BTreeMap<u32, bool>>,
}

impl Lines {
    /// The lines of a file.
    pub(super) fn file(&mut self, path: &str) -> &mut BTreeMap<u32, bool> {
        if !self.files.contains_key(path) {
            self.files.insert(path.to_owned(), BTreeMap::new());
        }
        self.files.entry(path.to_owned()).or_default()
    }

    /// Notes a line; reached once is reached.
    pub(super) fn note(file: &mut BTreeMap<u32, bool>, line: u32, reached: bool) {
        *file.entry(line).or_default() |= reached;
    }

    /// Reached lines and all lines.
    pub(super) fn counts(&self) -> (u64, u64) {
        let all = || self.files.values().flat_map(BTreeMap::values);
        (
            all().filter(|reached| **reached).count() as u64,
            all().count() as u64,
        )
    }

    /// Whether a line of a file is known.
    pub(super) fn has(&self, path: &str) -> bool {
        self.files.get(path).is_some_and(|lines| !lines.is_empty())
    }

    /// Takes over the files of which nothing is known here.
    pub(super) fn fill_from(&mut self, other: Self) {
        for (path, lines) in other.files {
            if !self.has(&path) {
                self.files.insert(path, lines);
            }
        }
    }

    /// The lines that were not reached, by file.
    pub(super) fn gaps(self) -> Vec<Gap> {
        let mut left = MAX_GAP_LINES;
        let mut gaps = Vec::new();
        for (path, lines) in self.files {
            let lines: Vec<u32> = lines
                .into_iter()
                .filter(|(_, reached)| !reached)
                .map(|(line, _)| line)
                .take(left)
                .collect();
            left -= lines.len();
            if !lines.is_empty() {
                gaps.push(Gap { path, lines });
            }
        }
        gaps
    }
}
