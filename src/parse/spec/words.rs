//! Labels and values in lines of text: `**Version:** 1.2.0`, `Contract file: contracts/x.yaml`.

use std::ops::Range;

use super::document::{Block, Line};
use super::outline::name;

/// The longest label without bold text, in characters; what is longer before a colon is a sentence.
const MAX_LABEL_CHARS: usize = 48;

/// A label and what stands behind it.
#[derive(Debug, PartialEq, Eq)]
pub struct Labelled<'t> {
    /// The label as it is compared.
    pub name: String,
    /// What stands behind the colon; may be empty.
    pub value: &'t str,
}

/// The label that a line begins with: bold text, or a few words and a colon.
pub fn labelled(line: &Line) -> Option<Labelled<'_>> {
    let text = line.text.trim();
    if text.is_empty() {
        return None;
    }
    let lead = line.text.len() - line.text.trim_start().len();
    let strong = line.strong.saturating_sub(lead).min(text.len());
    if strong > 0 && text.is_char_boundary(strong) {
        let (bold, rest) = text.split_at(strong);
        if let Some(label) = bold.trim_end().strip_suffix(':') {
            return Some(Labelled {
                name: name(label),
                value: rest.trim(),
            });
        }
        if let Some(value) = rest.trim_start().strip_prefix(':') {
            return Some(Labelled {
                name: name(bold),
                value: value.trim(),
            });
        }
        if rest.trim().is_empty() && !bold.contains(": ") {
            return Some(Labelled {
                name: name(bold),
                value: "",
            });
        }
    }
    key_value(text)
}

/// A few words, a colon, and what stands behind it. The colon of a link or a time is none.
pub fn key_value(text: &str) -> Option<Labelled<'_>> {
    let text = text.trim();
    let mut from = 0;
    while let Some(at) = text[from..].find(':').map(|at| from + at) {
        let value = &text[at + 1..];
        if value.is_empty() || value.starts_with([' ', '\t']) {
            let key = text[..at].trim();
            let short = key.chars().count() <= MAX_LABEL_CHARS && key.chars().any(char::is_alphanumeric);
            let sentence = key.contains(". ") || key.contains(", ");
            return (short && !sentence).then(|| Labelled {
                name: name(key),
                value: value.trim(),
            });
        }
        from = at + 1;
    }
    None
}

/// The label of a block's first line.
pub fn label_of(block: &Block) -> Option<Labelled<'_>> {
    block.lines.first().and_then(labelled)
}

/// A value without quotes and back quotes around it.
pub fn unquoted(value: &str) -> &str {
    let mut value = value.trim();
    for (open, close) in [
        ('`', '`'),
        ('"', '"'),
        ('\'', '\''),
        ('“', '”'),
        ('‘', '’'),
        ('«', '»'),
    ] {
        if let Some(inside) = value.strip_prefix(open).and_then(|rest| rest.strip_suffix(close))
            && !inside.is_empty()
        {
            value = inside.trim();
        }
    }
    value
}

/// A path as it is used: without quotes, with `/` between parts, without `./` before it.
pub fn path(value: &str) -> String {
    let mut path = unquoted(value).replace('\\', "/");
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.to_owned();
    }
    path
}

/// The files that a line names: what is code and may be one, else the words that may be. Globs are kept.
pub fn paths(line: &Line, from: usize) -> Vec<String> {
    let code: Vec<String> = line
        .code
        .iter()
        .filter(|code| code.start >= from)
        .filter(|code| {
            let inside = &line.text[(*code).clone()];
            may_be_path(inside)
                || (is_path_with_blanks(inside) && (inside.contains('/') || says_no_more(line, from)))
        })
        .map(|code| path(&line.text[code.clone()]))
        .collect();
    if !code.is_empty() {
        return code;
    }
    let rest = line.text.get(from..).unwrap_or_default().trim();
    if !rest.contains(char::is_whitespace) && may_be_path(unquoted(rest)) {
        return vec![path(rest)];
    }
    // In prose a slash makes no file: `and/or`.
    rest.split([' ', '\t', ',', ';', '(', ')'])
        .map(|word| unquoted(word.trim_end_matches(['.', ':'])))
        .filter(|word| may_be_path(word) && has_extension(word))
        .map(path)
        .collect()
}

/// Programs that files are given to: what begins with one is a command.
const PROGRAMS: [&str; 16] = [
    "python", "python3", "bash", "sh", "node", "npm", "npx", "psql", "mysql", "mariadb", "sqlite3", "docker",
    "podman", "make", "cat", "cp",
];

/// Whether a line has nothing but code from there on, and signs between.
fn says_no_more(line: &Line, from: usize) -> bool {
    let is_code = |at: usize| line.code.iter().any(|code: &Range<usize>| code.contains(&at));
    let mut words = line
        .text
        .char_indices()
        .filter(|(at, c)| *at >= from && c.is_alphanumeric());
    words.all(|(at, _)| is_code(at))
}

/// Whether code with blanks in it is one file, and no command.
fn is_path_with_blanks(code: &str) -> bool {
    let mut words = code.split(' ');
    let begins_as_command = words.next().is_some_and(|first| PROGRAMS.contains(&first));
    !begins_as_command
        && !words.any(|word| word.starts_with('-') || word.is_empty())
        && has_extension(code)
        && may_be_path(&code.replace(' ', "_"))
}

/// Whether a word looks like a file: it has a directory or an extension.
pub fn may_be_path(word: &str) -> bool {
    !word.is_empty()
        && !word.contains([' ', '<', '>', '[', '='])
        && !word.contains("://")
        && word.chars().any(char::is_alphanumeric)
        && (has_extension(word) || word.contains(['/', '\\']))
}

fn has_extension(word: &str) -> bool {
    word.rsplit_once('.').is_some_and(|(_, extension)| {
        (2..=8).contains(&extension.len())
            && extension.starts_with(|c: char| c.is_ascii_alphabetic() || c == '*')
            && extension
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '*'))
    })
}
