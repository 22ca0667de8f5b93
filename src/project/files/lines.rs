//! Single lines of files, for fingerprints that survive when lines move.

use std::collections::{BTreeMap, VecDeque};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::project::paths::{Place, resolve};

/// Files with more bytes have no lines here: nobody writes them by hand.
const MAX_BYTES: u64 = 4 * 1024 * 1024;
/// So many files stay in memory; findings come sorted by file, so few are enough.
const MAX_FILES: usize = 16;

/// Reads lines of a project's files and keeps the files that were read last. Nothing outside of the project is
/// read, neither by `..` nor through a link.
#[derive(Debug)]
pub struct LineReader {
    root: Option<PathBuf>,
    cache: Mutex<Cache>,
}

#[derive(Debug, Default)]
struct Cache {
    files: BTreeMap<String, Option<Arc<Lines>>>,
    order: VecDeque<String>,
}

/// A file's text and where its lines begin, so that a thousand findings in one file stay cheap.
#[derive(Debug)]
struct Lines {
    text: String,
    starts: Vec<usize>,
}

impl Lines {
    fn of(text: String) -> Self {
        let after_breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(0)
            .chain(after_breaks)
            .filter(|start| *start < text.len())
            .collect();
        Self { text, starts }
    }

    fn line(&self, index: usize) -> Option<&str> {
        let start = *self.starts.get(index)?;
        let end = self.starts.get(index + 1).copied().unwrap_or(self.text.len());
        Some(&self.text[start..end])
    }
}

impl LineReader {
    /// A reader of the files below `root`.
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.canonicalize().ok(),
            cache: Mutex::default(),
        }
    }

    /// The text of a line (from 1) of a file, relative to the root, with its white space normalised
    /// ([`normalise`]). `None` without such a file or line, and for paths that lead out of the project.
    pub fn line(&self, path: &str, line: u32) -> Option<String> {
        let index = usize::try_from(line.checked_sub(1)?).ok()?;
        self.lines(path)?.line(index).map(normalise)
    }

    fn lines(&self, path: &str) -> Option<Arc<Lines>> {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lines) = cache.files.get(path) {
            return lines.clone();
        }
        let lines = self.root.as_deref().and_then(|root| read(root, path));
        if cache.order.len() == MAX_FILES
            && let Some(oldest) = cache.order.pop_front()
        {
            cache.files.remove(&oldest);
        }
        cache.order.push_back(path.to_owned());
        cache.files.insert(path.to_owned(), lines.clone());
        lines
    }
}

/// One line of one file: [`LineReader::line`] without a cache.
pub fn line_text(root: &Path, path: &str, line: u32) -> Option<String> {
    LineReader::new(root).line(path, line)
}

/// A line's text as fingerprints see it: without white space at its ends, and with single blanks inside.
pub fn normalise(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for word in line.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

fn read(root: &Path, path: &str) -> Option<Arc<Lines>> {
    let Ok(Place::At(file)) = resolve(root, path) else {
        return None;
    };
    let meta = std::fs::metadata(&file).ok()?;
    // A pipe would never end.
    if !meta.is_file() || meta.len() > MAX_BYTES {
        return None;
    }
    let mut bytes = Vec::new();
    std::fs::File::open(&file)
        .ok()?
        .take(MAX_BYTES)
        .read_to_end(&mut bytes)
        .ok()?;
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    Some(Arc::new(Lines::of(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_does_not_make_a_line_another() {
        assert_eq!(normalise("\tif  x:\u{a0} y\r"), "if x: y");
        assert_eq!(normalise("   "), "");
    }

    proptest::proptest! {
        #[test]
        fn lines_are_those_of_the_text(text in "[ab\n\r]{0,12}") {
            let lines = Lines::of(text.clone());
            let found: Vec<&str> = (0..lines.starts.len())
                .filter_map(|index| lines.line(index))
                .map(|line| line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line)))
                .collect();
            proptest::prop_assert_eq!(found, text.lines().collect::<Vec<_>>());
            proptest::prop_assert_eq!(lines.line(lines.starts.len()), None);
        }
    }
}
