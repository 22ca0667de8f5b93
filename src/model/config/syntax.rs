//! Where and why a text is not JSON, with what to do about it.

use super::error::ConfigError;
use super::positions::Position;
use super::wording::{one_line, without_position};

/// The error for a text that `serde_json` refused.
pub(super) fn error(path: &str, text: &str, refused: &serde_json::Error) -> ConfigError {
    let (position, at) = locate(text, refused);
    let why = refused.to_string();
    let why = without_position(&why);
    let (why, hint) = if text.trim().is_empty() {
        (
            "the file is empty",
            "write {} to have the defaults, or remove the file and run `sdd init`",
        )
    } else {
        (why, hint(why, &text[at..]))
    };
    ConfigError::Syntax {
        path: path.to_owned(),
        line: position.line,
        column: position.column,
        why: one_line(why),
        hint: hint.to_owned(),
    }
}

/// The error for bytes that are no text, at the first of them that is none.
pub(super) fn not_text(path: &str, bytes: &[u8], valid_up_to: usize) -> ConfigError {
    let valid = String::from_utf8_lossy(&bytes[..valid_up_to]);
    let valid = valid.strip_prefix('\u{feff}').unwrap_or(&valid);
    let position = position_of(valid, valid.len());
    ConfigError::NotText {
        path: path.to_owned(),
        line: position.line,
        column: position.column,
    }
}

/// Where a refusal points, as a position and as an offset.
///
/// `serde_json` counts bytes: the column is how many of the line were read, the culprit included (so that a
/// line break as the culprit is column 0 of the next line); at the end of the text there is no culprit, and the
/// end of what is written is where something is missing.
fn locate(text: &str, refused: &serde_json::Error) -> (Position, usize) {
    let mut at = if refused.is_eof() {
        text.trim_end().len()
    } else {
        let start: usize = text
            .split_inclusive('\n')
            .take(refused.line().saturating_sub(1))
            .map(str::len)
            .sum();
        (start + refused.column()).saturating_sub(1).min(text.len())
    };
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    (position_of(text, at), at)
}

fn position_of(text: &str, at: usize) -> Position {
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Position {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}

fn hint(why: &str, rest: &str) -> &'static str {
    let next = rest.chars().next();
    match why {
        _ if ["<<<<<<<", "=======", ">>>>>>>"]
            .iter()
            .any(|mark| rest.starts_with(mark)) =>
        {
            "the file holds the marks of a merge conflict: resolve it"
        }
        _ if rest.starts_with("//") || rest.starts_with("/*") || next == Some('#') => {
            "JSON has no comments: remove it"
        }
        _ if next == Some('\'') => "JSON writes strings in double quotes",
        why if why.starts_with("EOF") => "the end of the file is missing: a `}`, a `]` or a `\"`",
        "trailing comma" => "remove the comma before the closing bracket",
        "trailing characters" => {
            "the settings end before this place: remove the rest, or the bracket too many"
        }
        why if why.starts_with("expected `,` or") => "a comma is missing before this place",
        why if why.starts_with("control character") => "write a line break in a string as \\n, a tab as \\t",
        why if why.starts_with("invalid escape") => "write a backslash in a string as \\\\",
        why if why.starts_with("recursion limit") => "no setting is nested this deep",
        _ => "correct the file at this place; `sdd config schema` describes every key",
    }
}
