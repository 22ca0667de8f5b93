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
    files: BTreeMap<String, Option<Arc<str>>>,
    order: VecDeque<String>,
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
        let text = self.text(path)?;
        text.lines().nth(index).map(normalise)
    }

    fn text(&self, path: &str) -> Option<Arc<str>> {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = cache.files.get(path) {
            return text.clone();
        }
        let text = self.root.as_deref().and_then(|root| read(root, path));
        if cache.order.len() == MAX_FILES
            && let Some(oldest) = cache.order.pop_front()
        {
            cache.files.remove(&oldest);
        }
        cache.order.push_back(path.to_owned());
        cache.files.insert(path.to_owned(), text.clone());
        text
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

fn read(root: &Path, path: &str) -> Option<Arc<str>> {
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
    Some(String::from_utf8_lossy(&bytes).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_does_not_make_a_line_another() {
        assert_eq!(normalise("\tif  x:\u{a0} y\r"), "if x: y");
        assert_eq!(normalise("   "), "");
    }
}
