//! Collects what is odd, and keeps it to a number that can be read.

use std::collections::BTreeMap;

use crate::model::spec::{At, Oddity};
use crate::model::text;

/// How many of one kind are told one by one.
const MOST: u32 = 50;

/// The longest quotation in a message, in characters.
const MAX_QUOTED_CHARS: usize = 80;

/// What is odd so far.
#[derive(Debug, Default)]
pub struct Oddities {
    all: Vec<At<Oddity>>,
    /// How many there are of each kind, and where the first stands that is not told by itself.
    counts: BTreeMap<&'static str, (u32, u32)>,
}

impl Oddities {
    /// Adds one. Of each kind only so many are kept; the rest is counted.
    pub fn add(&mut self, line: u32, code: &'static str, message: String, hint: Option<&str>) {
        let (count, first_untold) = self.counts.entry(code).or_insert((0, 0));
        *count += 1;
        if *count <= MOST {
            let hint = hint.map(str::to_owned);
            self.all.push(At::new(Oddity { code, message, hint }, line));
        } else if *count == MOST + 1 {
            *first_untold = line;
        }
    }

    /// All of them, in the order of their lines.
    pub fn finish(mut self) -> Vec<At<Oddity>> {
        for (code, (count, first_untold)) in self.counts {
            if count > MOST {
                let message = format!("{} more of the kind {code}, from here on", count - MOST);
                let oddity = Oddity {
                    code,
                    message,
                    hint: None,
                };
                self.all.push(At::new(oddity, first_untold));
            }
        }
        self.all.sort_by_key(|oddity| oddity.line);
        self.all
    }
}

/// A text of the spec as it is quoted in a message: one line, not too long.
pub fn quoted(words: &str) -> String {
    format!(
        "\"{}\"",
        text::one_line(&text::shorten(words.trim(), MAX_QUOTED_CHARS))
    )
}
