//! Tables among steps: each row is something to do.

use std::collections::BTreeMap;

use crate::parse::spec::parts::{Entry, Part};

/// A line of a table.
#[derive(Debug, PartialEq, Eq)]
pub enum Row {
    /// The names of the columns, or the line below them.
    Head,
    /// What the cells say, in one line.
    Cells(String),
}

/// The lines of a part's tables, by their numbers.
pub fn rows(part: &Part<'_>) -> BTreeMap<u32, Row> {
    let mut rows = BTreeMap::new();
    let lines: Vec<(u32, &str)> = part
        .entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Text(line, _) => Some((line.number, line.text.trim())),
            _ => None,
        })
        .collect();
    let mut within: Option<u32> = None;
    for (at, (number, text)) in lines.iter().enumerate() {
        if is_rule(text) {
            rows.insert(*number, Row::Head);
            let before = at.checked_sub(1).and_then(|before| lines.get(before));
            if let Some((head, _)) = before.filter(|(head, text)| head + 1 == *number && text.contains('|')) {
                rows.insert(*head, Row::Head);
            }
            within = Some(*number);
        } else if is_row(text) || (text.contains('|') && within.is_some_and(|last| last + 1 == *number)) {
            rows.insert(*number, said(text));
            within = within.filter(|last| last + 1 == *number).map(|_| *number);
        } else {
            within = None;
        }
    }
    rows
}

/// Whether a line can only be one of a table.
pub fn is_row(text: &str) -> bool {
    let text = text.trim();
    text.starts_with('|') && text.len() > 1 && text[1..].contains('|')
}

/// The line between the names of the columns and the rows.
fn is_rule(text: &str) -> bool {
    text.contains('|') && text.contains('-') && text.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

/// The cells of a row; a first one that only counts is left out.
fn said(text: &str) -> Row {
    let mut cells: Vec<&str> = text
        .trim_matches('|')
        .split('|')
        .map(str::trim)
        .filter(|cell| !cell.is_empty())
        .collect();
    let counts = |cell: &str| cell.trim_end_matches('.').chars().all(|c| c.is_ascii_digit());
    if cells.len() > 1 && counts(cells[0]) {
        cells.remove(0);
    }
    if cells.is_empty() {
        Row::Head
    } else {
        Row::Cells(cells.join(" | "))
    }
}
