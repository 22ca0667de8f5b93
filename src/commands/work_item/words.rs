//! Words of the command line: types, statuses, priorities, titles.

use crate::commands::error::{CommandError, brief};
use crate::model::work_item::{Priority, Status, WorkItemType};

/// The longest title that is taken, in characters.
const MAX_TITLE_CHARS: usize = 300;

/// A word of one of the fields.
pub(super) trait Word: Copy {
    /// What such a word is called.
    const WHAT: &'static str;
    /// What several of them are called.
    const ALL_OF_THEM: &'static str;
    /// Reads it.
    fn named(word: &str) -> Option<Self>;
    /// What was probably meant, and all that there are.
    fn advice(word: &str) -> (Option<&'static str>, String);
}

macro_rules! word {
    ($name:ident, $what:literal, $all:literal) => {
        impl Word for $name {
            const WHAT: &'static str = $what;
            const ALL_OF_THEM: &'static str = $all;
            fn named(word: &str) -> Option<Self> {
                Self::named(word)
            }
            fn advice(word: &str) -> (Option<&'static str>, String) {
                (Self::meant(word).map(Self::as_str), Self::list())
            }
        }
    };
}

word!(WorkItemType, "type", "Types");
word!(Status, "status", "Statuses");
word!(Priority, "priority", "Priorities");

/// A word that was given on the command line.
pub(super) fn word<T: Word>(given: &str) -> Result<T, CommandError> {
    T::named(given).ok_or_else(|| {
        let (meant, list) = T::advice(given);
        let known = format!("{} are: {list}", T::ALL_OF_THEM);
        let hint = match meant {
            Some(meant) => format!("did you mean {meant}? {known}"),
            None => known,
        };
        CommandError::usage(format!("there is no {} {:?}", T::WHAT, brief(given))).hint(hint)
    })
}

/// Several words that were given on the command line.
pub(super) fn all<T: Word>(given: &[String]) -> Result<Vec<T>, CommandError> {
    given.iter().map(|given| word(given)).collect()
}

/// A title or a name: something in one line.
pub(super) fn line<'a>(flag: &str, given: &'a str) -> Result<&'a str, CommandError> {
    let line = given.trim();
    let why = if line.is_empty() {
        "is empty"
    } else if line.chars().any(char::is_control) {
        "has more than one line, or control characters"
    } else if line.chars().count() > MAX_TITLE_CHARS {
        "is longer than 300 characters"
    } else {
        return Ok(line);
    };
    let error = CommandError::usage(format!("{flag} {why}"));
    Err(if line.is_empty() {
        error
    } else {
        error.hint("more than a line belongs into the spec")
    })
}
