//! Answers of a bounded size: a long text is cut into pages, at the ends of lines where that goes.

use crate::commands::error::CommandError;

/// The most characters of a page; with its last line an answer stays under 8,000.
const PAGE: usize = 7_500;

/// A page of a text, counted from 1.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page<'a> {
    /// What stands on it.
    pub(super) text: &'a str,
    /// How many pages there are.
    pub(super) of: usize,
}

/// A page of a text.
pub(super) fn page(text: &str, number: usize) -> Result<Page<'_>, CommandError> {
    let pages = pages(text);
    let of = pages.len();
    match number.checked_sub(1).and_then(|index| pages.get(index)) {
        Some(text) => Ok(Page { text, of }),
        None => Err(
            CommandError::usage(format!("there is no page {number}")).hint(if of == 1 {
                "there is only page 1".to_owned()
            } else {
                format!("pages are 1 to {of}")
            }),
        ),
    }
}

fn pages(text: &str) -> Vec<&str> {
    let mut pages = Vec::new();
    let mut rest = text;
    while let Some((end, _)) = rest.char_indices().nth(PAGE) {
        let end = rest[..end].rfind('\n').map_or(end, |line| line + 1);
        let (page, after) = rest.split_at(end);
        pages.push(page);
        rest = after;
    }
    if !rest.is_empty() || pages.is_empty() {
        pages.push(rest);
    }
    pages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: usize) {
        let pages = pages(text);
        assert_eq!(pages.len(), expect);
        assert_eq!(pages.concat(), text);
        assert!(pages.iter().all(|page| page.chars().count() <= PAGE));
        assert_eq!(page(text, expect).unwrap().of, expect);
        assert!(page(text, 0).is_err() && page(text, expect + 1).is_err());
    }

    #[test]
    fn pages_are_bounded_and_nothing_is_lost() {
        check("", 1);
        check("short\n", 1);
        check(&"é".repeat(PAGE), 1);
        check(&"é".repeat(PAGE + 1), 2);
        check(&"a line of a report\n".repeat(1_000), 3);
        assert!(pages(&"a line of a report\n".repeat(1_000))[0].ends_with('\n'));
    }
}
