//! Searching a project's files for a regular expression, line by line.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use globset::GlobSet;
use regex::bytes::Regex;

use crate::model::text;
use crate::project::paths::{Place, display, one_line, resolve, spelled_inside};
use crate::project::walk::{Entry, Hidden, canonical_root, collect, extra, globs};
use crate::project::{Error, Tracked};

/// Files with more bytes are not searched.
pub const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;
/// So many matches are kept; all are counted.
pub const MAX_MATCHES: usize = 1_000;
/// A NUL among the first bytes of a file makes it a binary one; git looks as far.
const BINARY_PROBE: usize = 8 * 1024;
/// The longest line that is kept of a match, in characters.
const MAX_LINE_CHARS: usize = 300;
/// Directories that are searched only when they are named.
const NOT_SEARCHED: [&str; 3] = [".git", ".session", "node_modules"];

/// A line that matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrepMatch {
    /// The file, relative to the project, with `/` between parts.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in which the line's first match begins, in characters from 1.
    pub column: u32,
    /// The line, made safe to show, and cut.
    pub text: String,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrepAnswer {
    /// The first [`MAX_MATCHES`] matching lines, by path and line.
    pub matches: Vec<GrepMatch>,
    /// How many lines match.
    pub matches_total: u64,
    /// How many files were searched to their end. With 0 nothing was checked.
    pub files_searched: u64,
    /// How many files were left out because they are binary.
    pub files_skipped: u64,
    /// Files and directories that could not be read, or have more than [`MAX_FILE_BYTES`], sorted: a pattern that
    /// must not occur may occur there.
    pub unreadable: Vec<String>,
}

/// Searches `files`, relative to the project: a file, a directory with everything below it, or a glob. In a glob
/// `*` stays within one part of the path and `**` does not; a glob without `/` is looked for at every depth.
///
/// Left out are files that git ignores and that are not among `tracked`, `.git`, `.session` and `node_modules` (all of them only as long as `files`
/// does not name the file or a directory inside), links and binary files. Paths that leave the project
/// are refused. Nothing at that place is an answer with no files searched.
pub fn grep(root: &Path, files: &str, regex: &Regex, tracked: &Tracked) -> Result<GrepAnswer, Error> {
    let root = canonical_root(root)?;
    let mut found = match resolve(&root, files)? {
        Place::At(file) if file.is_dir() => search_below(&root, &file, &GlobSet::empty(), regex, tracked),
        Place::At(file) => {
            let mut part = Part::default();
            let relative = file.strip_prefix(&root).unwrap_or(&file).to_owned();
            part.file(&root, &relative, regex);
            part.into_answer()
        }
        Place::Missing => {
            let relative = spelled_inside(files)?;
            let pattern = match relative.to_str() {
                Some(pattern) if pattern.contains('/') => pattern.to_owned(),
                Some(pattern) => format!("**/{pattern}"),
                None => return Ok(GrepAnswer::default()),
            };
            if !pattern.contains(['*', '?', '[', '{']) || !files.contains(['*', '?', '[', '{']) {
                return Ok(GrepAnswer::default());
            }
            search_below(&root, &root, &globs([pattern.as_str()])?, regex, tracked)
        }
    };
    found
        .matches
        .sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    found.matches.truncate(MAX_MATCHES);
    found.unreadable = found.unreadable.iter().map(|line| one_line(line)).collect();
    found.unreadable.sort();
    Ok(found)
}

fn search_below(root: &Path, dir: &Path, wanted: &GlobSet, regex: &Regex, tracked: &Tracked) -> GrepAnswer {
    let keep = move |found: &Entry<'_>| !NOT_SEARCHED.iter().any(|name| found.name() == *name);
    let below = dir.strip_prefix(root).unwrap_or(Path::new(""));
    let visit = |part: &mut Part, found: &Entry<'_>| {
        let relative = below.join(found.relative);
        if found.is_file() && (wanted.is_empty() || wanted.is_match(&relative)) {
            part.file(root, &relative, regex);
        }
    };
    let (parts, problems) = collect(dir, Hidden::Visit, keep, visit);
    let more: Part = extra(dir, &tracked.unmet(root, dir), Hidden::Visit, &keep, &visit);
    let mut answer = GrepAnswer::default();
    for part in parts.into_iter().chain([more]) {
        answer.add(part.into_answer());
    }
    answer.unreadable.extend(problems);
    answer.unreadable.extend(tracked.unknown().map(str::to_owned));
    answer
}

#[derive(Default)]
struct Part {
    answer: GrepAnswer,
    buffer: Vec<u8>,
}

impl Part {
    fn into_answer(self) -> GrepAnswer {
        self.answer
    }

    fn file(&mut self, root: &Path, relative: &Path, regex: &Regex) {
        match self.load(&root.join(relative)) {
            Ok(true) => self.search(&display(relative), regex),
            Ok(false) => self.answer.files_skipped += 1,
            Err(error) => self
                .answer
                .unreadable
                .push(format!("{}: {error}", display(relative))),
        }
    }

    /// Reads a file into the buffer; `false` when it is not to be searched.
    fn load(&mut self, path: &PathBuf) -> std::io::Result<bool> {
        let too_large =
            |bytes: u64| std::io::Error::other(format!("it has {bytes} bytes, more than are searched"));
        let meta = std::fs::metadata(path)?;
        if !meta.is_file() {
            return Ok(false);
        }
        if meta.len() > MAX_FILE_BYTES {
            return Err(too_large(meta.len()));
        }
        self.buffer.clear();
        // One byte more than allowed tells a file that grew meanwhile from one that fits.
        std::fs::File::open(path)?
            .take(MAX_FILE_BYTES + 1)
            .read_to_end(&mut self.buffer)?;
        let probe = &self.buffer[..self.buffer.len().min(BINARY_PROBE)];
        if self.buffer.len() as u64 > MAX_FILE_BYTES {
            return Err(too_large(self.buffer.len() as u64));
        }
        Ok(!probe.contains(&0))
    }

    fn search(&mut self, path: &str, regex: &Regex) {
        self.answer.files_searched += 1;
        let lines = self
            .buffer
            .strip_suffix(b"\n")
            .unwrap_or(&self.buffer)
            .split(|byte| *byte == b'\n');
        if self.buffer.is_empty() {
            return;
        }
        let mut kept = 0;
        for (index, line) in lines.enumerate() {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let Some(hit) = regex.find(line) else {
                continue;
            };
            self.answer.matches_total += 1;
            // A file's first matches are enough: no later one of it can be among the first of all.
            if kept < MAX_MATCHES {
                kept += 1;
                let before = String::from_utf8_lossy(&line[..hit.start()]).chars().count();
                self.answer.matches.push(GrepMatch {
                    path: path.to_owned(),
                    line: u32::try_from(index + 1).unwrap_or(u32::MAX),
                    column: u32::try_from(before + 1).unwrap_or(u32::MAX),
                    text: shown(line),
                });
            }
        }
        self.answer.shrink();
    }
}

impl GrepAnswer {
    fn add(&mut self, other: Self) {
        self.matches.extend(other.matches);
        self.matches_total += other.matches_total;
        self.files_searched += other.files_searched;
        self.files_skipped += other.files_skipped;
        self.unreadable.extend(other.unreadable);
        self.shrink();
    }

    /// Keeps the memory bounded whatever matches.
    fn shrink(&mut self) {
        if self.matches.len() > 2 * MAX_MATCHES {
            self.matches
                .sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
            self.matches.truncate(MAX_MATCHES);
        }
    }
}

fn shown(line: &[u8]) -> String {
    // A line of a minified file is megabytes long.
    let start = &line[..line.len().min(4 * MAX_LINE_CHARS)];
    text::shorten(
        text::sanitise(&String::from_utf8_lossy(start)).trim(),
        MAX_LINE_CHARS,
    )
}
