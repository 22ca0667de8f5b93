//! A JSON file as a document: the parsed value is the truth, and the text remembers how it was spelled.
//!
//! Typed structs are views that are read from the value. A change patches the value in place, so that fields
//! which nobody here knows stay where they are, and numbers and strings which nobody touched keep their
//! spelling (`1.10`, `"\u2713"`, thirty digits).

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

use super::error::Error;
use super::render::{self, Rendered};
use super::spans::{self, Node, ScanError};
use super::strict;

/// The most bytes that a document may have.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// A place in a text, for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl Position {
    /// The place of a byte.
    fn of(text: &str, offset: usize) -> Self {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &text[..offset];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

/// A JSON file that was read.
#[derive(Debug)]
pub struct Document {
    /// The file, for messages.
    pub path: PathBuf,
    /// What is in it: always an object.
    pub value: Value,
    /// Its text, without a byte order mark.
    pub text: String,
    /// The permission bits of the file; absent when it was not read from one.
    pub mode: Option<u32>,
    /// Where each value stands, once somebody has asked.
    tree: OnceLock<Node>,
    /// Where each line begins, once somebody has asked.
    lines: OnceLock<Vec<usize>>,
}

impl Document {
    /// Reads bytes as a document. A byte order mark and CRLF are fine; anything but an object, a key that
    /// stands twice in one object, and text that is not UTF-8 are errors with line and column.
    ///
    /// Pure: `path` serves messages, and the error names no copies to restore from.
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, Error> {
        let broken = |at: Position, why: &str| Error::Broken {
            path: path.to_owned(),
            line: at.line,
            column: at.column,
            why: why.to_owned(),
            candidates: Vec::new(),
        };
        let start = Position { line: 1, column: 1 };
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(broken(start, "the file is UTF-16, and JSON is UTF-8"));
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            broken(Position::of(&good, good.len()), "this byte is not UTF-8")
        })?;
        if text.trim().is_empty() {
            return Err(broken(start, "the file is empty"));
        }
        // Nearly every file is in order, and there may be megabytes of it: what is wrong is asked only when something is.
        let value = strict::parse(text).or_else(|_| {
            let value: Value = serde_json::from_str(text).map_err(|error| {
                let offset = offset_of(text, error.line(), error.column());
                broken(Position::of(text, offset), &why(text, offset, &error))
            })?;
            match spans::scan(text) {
                Ok(_) => Ok(value),
                Err(ScanError::Duplicate { key, at }) => {
                    let Position { line, column } = Position::of(text, at);
                    Err(Error::DuplicateKey {
                        path: path.to_owned(),
                        line,
                        column,
                        key,
                    })
                }
                Err(ScanError::Syntax { at }) => Err(broken(Position::of(text, at), "this is not JSON")),
            }
        })?;
        let document = Self {
            path: path.to_owned(),
            value,
            text: text.to_owned(),
            mode: None,
            tree: OnceLock::new(),
            lines: OnceLock::new(),
        };
        if document.value.is_object() {
            Ok(document)
        } else {
            Err(document.wrong_type::<&str>(&[], "an object"))
        }
    }

    fn tree(&self) -> &Node {
        self.tree
            .get_or_init(|| spans::scan(&self.text).unwrap_or_else(|_| Node::unknown(self.text.len())))
    }

    /// Where the value at a path of keys stands; array elements are named by their index. `None` when there
    /// is no such value.
    pub fn position<S: AsRef<str>>(&self, path: &[S]) -> Option<Position> {
        Some(self.at(self.tree().find(path)?.span.start))
    }

    /// Where the key at the end of a path stands, for messages about the key itself. `None` when there is no
    /// such key, and for array elements.
    pub fn key_position<S: AsRef<str>>(&self, path: &[S]) -> Option<Position> {
        let (last, parents) = path.split_last()?;
        let member = self.tree().find(parents)?.member(last.as_ref())?;
        Some(self.at(member.key_span.start))
    }

    /// [`Position::of`], for a text that is asked about many times.
    fn at(&self, offset: usize) -> Position {
        let lines = self.lines.get_or_init(|| {
            let breaks = self.text.match_indices('\n').map(|(at, _)| at + 1);
            std::iter::once(0).chain(breaks).collect()
        });
        let line = lines.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|before| lines.get(before)).copied();
        let before = self.text.get(start.unwrap_or(0)..offset).unwrap_or_default();
        Position {
            line,
            column: before.chars().count() + 1,
        }
    }

    /// The error that the value at a path has the wrong type. For a value that is not there the place is that
    /// of the nearest one around it.
    pub fn wrong_type<S: AsRef<str>>(&self, path: &[S], expected: &str) -> Error {
        let found = path
            .iter()
            .try_fold(&self.value, |value, step| match value {
                Value::Array(elements) => elements.get(step.as_ref().parse::<usize>().ok()?),
                _ => value.get(step.as_ref()),
            })
            .map_or("nothing", kind);
        let nearest = (0..=path.len())
            .rev()
            .find_map(|length| self.position(&path[..length]));
        let Position { line, column } = nearest.unwrap_or(Position { line: 1, column: 1 });
        Error::Shape {
            path: self.path.clone(),
            line,
            column,
            expected: expected.to_owned(),
            found: found.to_owned(),
        }
    }

    /// A changed value as text: two spaces, one final newline, and every number, string and key that is still
    /// the same as in the text spelled as it is there.
    pub fn render(&self, changed: &Value) -> String {
        self.rendered(changed).text
    }

    /// [`Document::render`], and whether anything is changed; the order of members is no change.
    pub(super) fn rendered(&self, changed: &Value) -> Rendered {
        render::over(
            render::Old {
                text: &self.text,
                node: self.tree(),
            },
            changed,
        )
    }
}

/// A value as the text of a new file: two spaces and a final newline.
pub fn pretty(value: &Value) -> String {
    render::fresh(value)
}

/// What kind of value this is, with its article.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// The byte that the parser's line and column (in bytes, and 0 at the start of a line) mean.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    (start + column.saturating_sub(1)).min(text.len())
}

/// The parser's message without its place; a conflict that git left is named as what it is.
fn why(text: &str, offset: usize, error: &serde_json::Error) -> String {
    let line_start = text.as_bytes()[..offset]
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |at| at + 1);
    let line = &text[line_start..];
    if ["<<<<<<<", "=======", ">>>>>>>"]
        .iter()
        .any(|marker| line.starts_with(marker))
    {
        return "this is the mark of an unresolved merge conflict".to_owned();
    }
    let message = error.to_string();
    match message.rfind(" at line ") {
        Some(at) => message[..at].to_owned(),
        None => message,
    }
}

#[cfg(test)]
mod tests;
