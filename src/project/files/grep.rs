//! Searching a project's files for a regular expression, line by line.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use globset::GlobSet;
use regex::bytes::Regex;

use crate::model::text;
use crate::project::paths::{Place, display, one_line, resolve, spelled_inside};
use crate::project::walk::{Entry, Hidden, canonical_root, collect, extra, globs, ignored};
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
const NOT_SEARCHED: [&str; 3] = [".git", ".session", SAID];
/// The one of them that may hold a part of what a project ships.
const SAID: &str = "node_modules";

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

/// How the files of a search were asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Each of them by its name, or by a glob that says how its name looks.
    #[default]
    Named,
    /// All that lie in a directory.
    Swept,
}

/// Things that were met and not searched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NotSearched {
    /// How many.
    pub count: u64,
    /// The first of them by its path.
    pub first: String,
}

impl NotSearched {
    fn note(&mut self, path: String) {
        self.add(Self {
            count: 1,
            first: path,
        });
    }

    fn add(&mut self, other: Self) {
        if self.count == 0 || (other.count > 0 && other.first < self.first) {
            self.first = other.first;
        }
        self.count += other.count;
    }
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrepAnswer {
    /// How the files were asked for.
    pub reach: Reach,
    /// The first [`MAX_MATCHES`] matching lines, by path and line.
    pub matches: Vec<GrepMatch>,
    /// How many lines match.
    pub matches_total: u64,
    /// How many files were searched to their end. With 0 nothing was checked.
    pub files_searched: u64,
    /// Binary files.
    pub binary: NotSearched,
    /// Links that lead to a directory or out of the project.
    pub links: NotSearched,
    /// Directories that are not looked into for their name, and that git does not ignore.
    pub directories: NotSearched,
    /// Files and directories that could not be read, or have more than [`MAX_FILE_BYTES`], sorted: a pattern that
    /// must not occur may occur there.
    pub unreadable: Vec<String>,
}

/// Searches `files`, relative to the project: a file, a directory with everything below it, or a glob. In a glob
/// `*` stays within one part of the path and `**` does not; a glob without `/` is looked for at every depth.
///
/// Left out are files that git ignores and that are not among `tracked`, `.git`, `.session` and `node_modules` (all of
/// them only as long as `files` does not name the file or a directory inside), and binary files. A text in UTF-16 or
/// UTF-32 that says so in its first bytes is none. A link to a file of the project is searched like that file. Paths
/// that leave the project are refused. Nothing at that place is an answer with no files searched.
pub fn grep(root: &Path, files: &str, regex: &Regex, tracked: &Tracked) -> Result<GrepAnswer, Error> {
    let root = canonical_root(root)?;
    let mut found = match resolve(&root, files)? {
        Place::At(dir) if dir.is_dir() => Search {
            root: &root,
            dir: &dir,
            wanted: None,
            regex,
        }
        .run(Reach::Swept, tracked),
        Place::At(file) => {
            let mut part = Part::default();
            let relative = file.strip_prefix(&root).unwrap_or(&file).to_owned();
            part.file(&root, &relative, regex);
            part.answer
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
            let wanted = globs([pattern.as_str()])?;
            Search {
                root: &root,
                dir: &root,
                wanted: Some((&pattern, &wanted)),
                regex,
            }
            .run(reach(&pattern), tracked)
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

/// A glob whose last part is only stars says nothing of a file but where it is.
fn reach(pattern: &str) -> Reach {
    let last = pattern.rsplit('/').next().unwrap_or(pattern);
    if last.chars().all(|c| c == '*') {
        Reach::Swept
    } else {
        Reach::Named
    }
}

/// Whether a glob can mean something inside of a directory: one with `**` reaches everything below its plain start.
fn reaches_into(pattern: &str, dir: &Path) -> bool {
    let is_plain = |part: &&str| !part.contains(['*', '?', '[', '{']);
    let start: PathBuf = pattern.split('/').take_while(is_plain).collect();
    pattern.contains("**") && (dir.starts_with(&start) || start.starts_with(dir))
}

/// A search below a directory.
struct Search<'a> {
    root: &'a Path,
    /// Where it begins, absolute.
    dir: &'a Path,
    /// Which files are wanted, as a glob of paths relative to the root; all of them without one.
    wanted: Option<(&'a str, &'a GlobSet)>,
    regex: &'a Regex,
}

impl Search<'_> {
    fn run(&self, reach: Reach, tracked: &Tracked) -> GrepAnswer {
        let left_out = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&left_out);
        let keep = move |found: &Entry<'_>| {
            let is_left_out = NOT_SEARCHED.iter().any(|name| found.name() == *name);
            if is_left_out && found.is_dir() && found.name() == SAID {
                let mut noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
                noted.push(found.relative.to_owned());
            }
            !is_left_out
        };
        let below = self.dir.strip_prefix(self.root).unwrap_or(Path::new(""));
        let visit = |part: &mut Part, found: &Entry<'_>| {
            let relative = below.join(found.relative);
            if !self.is_wanted(&relative) || found.is_dir() {
                return;
            }
            if found.is_file() {
                part.file(self.root, &relative, self.regex);
            } else if found.is_link() {
                part.links.push(relative);
            } else {
                part.answer.binary.note(display(&relative));
            }
        };
        let (parts, problems) = collect(self.dir, Hidden::Visit, keep.clone(), visit);
        let unmet = tracked.unmet(self.root, self.dir);
        let more: Part = extra(self.dir, &unmet, Hidden::Visit, &keep, &visit);
        let mut answer = GrepAnswer {
            reach,
            ..GrepAnswer::default()
        };
        let mut links = Vec::new();
        for part in parts.into_iter().chain([more]) {
            answer.add(part.answer);
            links.extend(part.links);
        }
        answer.add(self.follow(links, &unmet));
        answer.unreadable.extend(problems);
        answer.unreadable.extend(tracked.unknown().map(str::to_owned));
        let noted = std::mem::take(&mut *left_out.lock().unwrap_or_else(PoisonError::into_inner));
        for dir in noted.iter().map(|dir| below.join(dir)) {
            if self.wanted.is_none_or(|(pattern, _)| reaches_into(pattern, &dir)) {
                answer.directories.note(display(&dir));
            }
        }
        answer
    }

    fn is_wanted(&self, relative: &Path) -> bool {
        self.wanted.is_none_or(|(_, globs)| globs.is_match(relative))
    }

    /// Searches the files that links lead to, but for those that are searched for themselves.
    fn follow(&self, links: Vec<PathBuf>, unmet: &BTreeSet<PathBuf>) -> GrepAnswer {
        let mut part = Part::default();
        let mut inside = Vec::new();
        for link in links {
            // A link to nothing holds nothing.
            let Ok(target) = self.root.join(&link).canonicalize() else {
                continue;
            };
            match target.strip_prefix(self.root) {
                Ok(relative) if target.is_file() => inside.push((link, relative.to_owned())),
                // What is in it is met at its own place.
                Ok(_) if self.wanted.is_none() && target.starts_with(self.dir) => {}
                _ => part.answer.links.note(display(&link)),
            }
        }
        let below = self.dir.strip_prefix(self.root).unwrap_or(Path::new(""));
        let met_there = |target: &PathBuf| {
            let inside = target.strip_prefix(below).ok()?;
            let is_left_out = inside
                .iter()
                .any(|name| NOT_SEARCHED.iter().any(|left_out| name == *left_out));
            (!is_left_out && self.is_wanted(target)).then(|| inside.to_owned())
        };
        let there: BTreeSet<PathBuf> = inside
            .iter()
            .filter_map(|(_, target)| met_there(target))
            .collect();
        let ignored = ignored(self.dir, there.clone());
        let is_searched = |target: &PathBuf| {
            there.contains(target) && (!ignored.contains(target) || unmet.contains(target))
        };
        for (link, target) in &inside {
            if !target
                .strip_prefix(below)
                .is_ok_and(|inside| is_searched(&inside.to_owned()))
            {
                part.file(self.root, link, self.regex);
            }
        }
        part.answer
    }
}

#[derive(Default)]
struct Part {
    answer: GrepAnswer,
    links: Vec<PathBuf>,
    buffer: Vec<u8>,
}

impl Part {
    fn file(&mut self, root: &Path, relative: &Path, regex: &Regex) {
        match self.load(&root.join(relative)) {
            Ok(true) => self.search(&display(relative), regex),
            Ok(false) => self.answer.binary.note(display(relative)),
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
        if self.buffer.len() as u64 > MAX_FILE_BYTES {
            return Err(too_large(self.buffer.len() as u64));
        }
        if let Some(text) = decoded(&self.buffer) {
            self.buffer = text;
            return Ok(true);
        }
        let probe = &self.buffer[..self.buffer.len().min(BINARY_PROBE)];
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
        self.binary.add(other.binary);
        self.links.add(other.links);
        self.directories.add(other.directories);
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

/// The text of a file that says in its first bytes how it is encoded, as UTF-8.
fn decoded(bytes: &[u8]) -> Option<Vec<u8>> {
    // The mark of UTF-32 begins like that of UTF-16.
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe\0\0") {
        return Some(utf32(rest, u32::from_le_bytes));
    }
    if let Some(rest) = bytes.strip_prefix(b"\0\0\xfe\xff") {
        return Some(utf32(rest, u32::from_be_bytes));
    }
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return Some(utf16(rest, u16::from_le_bytes));
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return Some(utf16(rest, u16::from_be_bytes));
    }
    // Else the mark would stand before the first line.
    let rest = bytes.strip_prefix(b"\xef\xbb\xbf")?;
    std::str::from_utf8(rest)
        .ok()
        .map(|text| text.as_bytes().to_owned())
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u8> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units)
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect::<String>()
        .into_bytes()
}

fn utf32(bytes: &[u8], unit: fn([u8; 4]) -> u32) -> Vec<u8> {
    bytes
        .chunks_exact(4)
        .map(|four| unit([four[0], four[1], four[2], four[3]]))
        .map(|code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect::<String>()
        .into_bytes()
}

fn shown(line: &[u8]) -> String {
    // A line of a minified file is megabytes long.
    let start = &line[..line.len().min(4 * MAX_LINE_CHARS)];
    text::shorten(
        text::sanitise(&String::from_utf8_lossy(start)).trim(),
        MAX_LINE_CHARS,
    )
}
