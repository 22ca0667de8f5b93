//! Placeholders: what a template leaves open, `[Name]` or `<connection string>`.

use std::ops::Range;

use super::document::Line;

/// The longest placeholder, in bytes. What is longer in brackets is prose.
const MAX_BYTES: usize = 160;

/// Where the placeholders of a line are.
pub fn placeholders(line: &Line) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for range in find(&line.text) {
        let after = line.code.partition_point(|code| code.start <= range.start);
        let code = after
            .checked_sub(1)
            .map(|at| &line.code[at])
            .filter(|code| range.end <= code.end);
        // In code brackets mean something, unless they hold words and are all that there is: `[path to the file]`.
        let meant = code.is_some_and(|code| *code != range || !line.text[range.clone()].contains(' '));
        if !meant {
            found.push(range);
        }
    }
    found
}

/// Whether a text is one placeholder and nothing else.
pub fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    find(text).first().is_some_and(|range| *range == (0..text.len()))
}

/// What people write where they have nothing to say yet, or nothing at all.
const NOTHING: [&str; 9] = [
    "tbd",
    "tba",
    "tbc",
    "todo",
    "n/a",
    "na",
    "none",
    "nothing",
    "not applicable",
];

/// Whether a text says nothing: a placeholder, a word such as `TBD` or `n/a` (also before what is to be done: `TODO: name
/// them`), or signs alone.
pub fn says_nothing(text: &str) -> bool {
    let bare = text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let is_put_off = ["tbd", "tba", "todo"].iter().any(|word| {
        let rest = bare.strip_prefix(word);
        rest.is_some_and(|rest| {
            rest.starts_with([':', ',']) || rest.starts_with(" -") || rest.starts_with(" (")
        })
    });
    is_placeholder(text) || bare.is_empty() || NOTHING.contains(&bare.as_str()) || is_put_off
}

/// Where something in a text looks like a placeholder.
pub fn find(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find(['[', '<']).map(|open| at + open) {
        at = open + 1;
        let close = if bytes[open] == b'[' { b']' } else { b'>' };
        // What belongs to a word before it is an index or a type: `items[i]`, `Vec<String>`.
        let after_word = text[..open]
            .chars()
            .next_back()
            .is_some_and(|c| c.is_alphanumeric() || c == '_');
        let length = bytes[at..]
            .iter()
            .take(MAX_BYTES)
            .position(|byte| [b'[', b']', b'<', b'>'].contains(byte));
        let Some(end) = length
            .map(|length| at + length)
            .filter(|end| bytes[*end] == close)
        else {
            continue;
        };
        let inside = &text[at..end];
        let meant = after_word
            || text[end + 1..].starts_with(['(', '[', ':'])
            || if close == b']' {
                !leaves_open(inside)
            } else {
                !is_description(inside)
            };
        if !meant {
            found.push(open..end + 1);
        }
        at = end + 1;
    }
    found
}

/// Whether what is in square brackets leaves something open. A reference (`[RFC 2119]`, `[AB-12]`, `[1]`), a mark
/// (`[x]`, `[N/A]`) and a list of names (`[id, name]`) do not.
fn leaves_open(inside: &str) -> bool {
    if ["...", "…", "?", "___"].contains(&inside) {
        return true;
    }
    let begins = inside
        .chars()
        .next()
        .is_some_and(|c| c.is_alphabetic() || matches!(c, '…' | '.' | '_' | '?'));
    let letters = inside.chars().filter(|c| c.is_alphabetic()).count();
    // `[X%]`, `[N minutes]`.
    let counted = inside.starts_with(['X', 'Y', 'N']) && inside.len() > 1;
    let reference = inside.chars().any(|c| c.is_ascii_digit())
        && inside
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '-' | ' ' | '.'));
    let names = inside.contains(',') && inside.split(',').all(|name| !name.trim().contains(' '));
    begins && (letters > 1 || counted) && !reference && !names && !inside.eq_ignore_ascii_case("n/a")
}

/// Whether what is in angle brackets describes something: words, not a link or an address.
fn is_description(inside: &str) -> bool {
    inside.starts_with(|c: char| c.is_alphabetic())
        && !inside.contains("://")
        && !inside.contains('@')
        && !inside.contains('=')
        && !inside.starts_with("mailto:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_nothing_say_nothing() {
        for text in [
            "TBD",
            "tbd.",
            "n/a",
            "N/A",
            "(n/a)",
            "None",
            "none.",
            "-",
            "–",
            "...",
            "",
            "TODO",
            "TODO: name them",
            "`TBD`",
            "[Who calls whom]",
            "TBD (by the team)",
        ] {
            assert!(says_nothing(text), "{text}");
        }
        for text in [
            "api → db",
            "none of the clients calls the db",
            "todo-service → db",
            "Nothing else calls it",
            "API",
        ] {
            assert!(!says_nothing(text), "{text}");
        }
    }
}
