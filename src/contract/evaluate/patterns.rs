//! Regular expressions of ECMA-262, run by an engine with other words: what means the same in both is translated, and what
//! has no counterpart (looking around, going back) is left undecided.

use std::collections::HashMap;

use regex::{Regex, RegexBuilder};

use crate::contract::arena::Word;

/// Bytes that a compiled pattern may have.
const SIZE: usize = 1 << 20;

/// The longest pattern that is read.
const LONGEST: usize = 4_096;

/// What `\s` means in ECMA-262.
const SPACE: &str = r"\t\n\x0B\x0C\r \u{A0}\u{FEFF}\u{2028}\u{2029}\p{Zs}";

/// Patterns that were read; `None` of those that cannot be run.
#[derive(Debug, Default)]
pub(super) struct Patterns(HashMap<Word, Option<Regex>>);

impl Patterns {
    /// A pattern, if it can be run.
    pub(super) fn get(&mut self, word: Word, pattern: &str) -> Option<&Regex> {
        self.0.entry(word).or_insert_with(|| compiled(pattern)).as_ref()
    }
}

/// Which texts match a pattern somewhere, as a test; `None` where it cannot be run.
pub fn test_of(pattern: &str) -> Option<impl Fn(&str) -> bool + use<>> {
    let pattern = compiled(pattern)?;
    Some(move |text: &str| pattern.is_match(text))
}

fn compiled(pattern: &str) -> Option<Regex> {
    let pattern = translated(pattern).filter(|_| pattern.len() <= LONGEST)?;
    RegexBuilder::new(&pattern).size_limit(SIZE).build().ok()
}

/// The pattern in the engine's words.
fn translated(pattern: &str) -> Option<String> {
    let mut reader = Reader {
        rest: pattern.chars().peekable(),
        out: String::with_capacity(pattern.len() + 16),
    };
    while let Some(next) = reader.rest.next() {
        match next {
            '\\' => {
                reader.escape(Inside::Pattern)?;
            }
            '[' => reader.class()?,
            '(' => reader.group()?,
            '.' => reader.out.push_str(r"[^\n\r\u{2028}\u{2029}]"),
            other => reader.out.push(other),
        }
    }
    Some(reader.out)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Pattern,
    Class,
}

/// What a class may hold between its brackets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Atom {
    /// One character: it may begin or end a range.
    Character,
    /// Several.
    Set,
}

struct Reader<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    out: String,
}

impl Reader<'_> {
    /// What follows a backslash.
    fn escape(&mut self, inside: Inside) -> Option<Atom> {
        let (open, close) = match inside {
            Inside::Pattern => ("[", "]"),
            Inside::Class => ("", ""),
        };
        let set = match self.rest.next()? {
            'd' => [open, "0-9", close].concat(),
            'w' => [open, "A-Za-z0-9_", close].concat(),
            's' => [open, SPACE, close].concat(),
            'D' => "[^0-9]".to_owned(),
            'W' => "[^A-Za-z0-9_]".to_owned(),
            'S' => ["[^", SPACE, "]"].concat(),
            'b' if inside == Inside::Pattern => r"(?-u:\b)".to_owned(),
            letter @ ('p' | 'P') => ['\\', letter].iter().collect(),
            other => {
                self.character(other)?;
                return Some(Atom::Character);
            }
        };
        self.out.push_str(&set);
        // The name of a property of characters.
        if set.len() == 2 {
            self.out.push(self.rest.next_if_eq(&'{')?);
            for next in self.rest.by_ref() {
                self.out.push(next);
                if next == '}' {
                    break;
                }
            }
        }
        Some(Atom::Set)
    }

    /// What follows a backslash and means one character.
    fn character(&mut self, letter: char) -> Option<()> {
        match letter {
            'b' => self.literal('\u{8}'),
            't' => self.literal('\t'),
            'n' => self.literal('\n'),
            'v' => self.literal('\u{B}'),
            'f' => self.literal('\u{C}'),
            'r' => self.literal('\r'),
            '0' if !self.rest.peek().is_some_and(char::is_ascii_digit) => self.literal('\0'),
            'c' => {
                let letter = self.rest.next().filter(char::is_ascii_alphabetic)?;
                self.literal(char::from_u32(u32::from(letter) % 32)?);
            }
            'x' => self.code(2)?,
            'u' if self.rest.next_if_eq(&'{').is_some() => {
                let mut code = 0_u32;
                loop {
                    match self.rest.next()? {
                        '}' => break,
                        digit => code = code.checked_mul(16)?.checked_add(digit.to_digit(16)?)?,
                    }
                }
                self.literal(char::from_u32(code)?);
            }
            'u' => self.code(4)?,
            // A number goes back to a group, `k` to one with a name; other letters mean something in other dialects.
            letter if letter.is_alphanumeric() => return None,
            literal => self.literal(literal),
        }
        Some(())
    }

    /// A character by its number; halves of a pair are put together.
    fn code(&mut self, length: usize) -> Option<()> {
        let unit = self.hexadecimal(length)?;
        let code = match unit {
            0xD800..0xDC00 => {
                let is_pair = self.rest.next() == Some('\\') && self.rest.next() == Some('u');
                let low = self
                    .hexadecimal(4)
                    .filter(|low| is_pair && (0xDC00..0xE000).contains(low))?;
                0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00)
            }
            unit => unit,
        };
        self.literal(char::from_u32(code)?);
        Some(())
    }

    fn hexadecimal(&mut self, length: usize) -> Option<u32> {
        (0..length).try_fold(0, |code, _| Some(code * 16 + self.rest.next()?.to_digit(16)?))
    }

    fn literal(&mut self, literal: char) {
        self.out.push_str(&format!(r"\x{{{:X}}}", u32::from(literal)));
    }

    /// A class, in which the engine has operators that ECMA-262 has not.
    fn class(&mut self) -> Option<()> {
        let negated = self.rest.next_if_eq(&'^').is_some();
        if self.rest.next_if_eq(&']').is_some() {
            self.out.push_str(if negated { r"[\s\S]" } else { r"[^\s\S]" });
            return Some(());
        }
        self.out.push_str(if negated { "[^" } else { "[" });
        loop {
            if self.rest.next_if_eq(&']').is_some() {
                break;
            }
            let first = self.atom()?;
            let mut ahead = self.rest.clone();
            if ahead.next() != Some('-') || ahead.next() == Some(']') {
                continue;
            }
            self.rest.next();
            // Between a set and anything else a hyphen is only a hyphen.
            let before = self.out.len();
            if first == Atom::Set || self.atom()? == Atom::Set {
                self.out.insert_str(before, r"\-");
            } else {
                self.out.insert(before, '-');
            }
        }
        self.out.push(']');
        Some(())
    }

    fn atom(&mut self) -> Option<Atom> {
        match self.rest.next()? {
            '\\' => self.escape(Inside::Class),
            literal => {
                self.literal(literal);
                Some(Atom::Character)
            }
        }
    }

    /// A group: of those with a question mark only the ones that ECMA-262 has and the engine as well.
    fn group(&mut self) -> Option<()> {
        self.out.push('(');
        if self.rest.next_if_eq(&'?').is_none() {
            return Some(());
        }
        self.out.push('?');
        match self.rest.next()? {
            ':' => self.out.push(':'),
            '<' if self.rest.peek().is_some_and(|next| !matches!(next, '=' | '!')) => self.out.push('<'),
            _ => return None,
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, yes: &[&str], no: &[&str]) {
        let read = compiled(pattern).unwrap_or_else(|| panic!("{pattern} is read"));
        for text in yes {
            assert!(read.is_match(text), "{pattern} matches {text:?}: {read}");
        }
        for text in no {
            assert!(!read.is_match(text), "{pattern} does not match {text:?}: {read}");
        }
    }

    #[test]
    fn patterns_mean_what_they_mean_in_ecmascript() {
        check("b+", &["abba"], &["ac"]);
        check(r"^\d+$", &["0123"], &["١٢٣", "1a", "1\n"]);
        check(r"^\D$", &["١", "a"], &["1"]);
        check(r"^\w$", &["a", "_"], &["é", "-"]);
        check(r"^[\w.-]+$", &["a.b-c"], &["é", "a b"]);
        check(r"^[^\s]$", &["a", "\u{85}"], &[" ", "\u{FEFF}", "\u{2029}"]);
        check(r"^\S\s$", &["a\u{A0}"], &["a\u{200B}"]);
        check(r"^.$", &["a", "\u{85}", "🐲"], &["\n", "\r", "\u{2028}"]);
        check(r"\bfoo\b", &["a foo b", "éfooé"], &["food"]);
        check(r"^[[&&~~a-z]+$", &["[", "&~q"], &["]"]);
        check(r"^[a-]$", &["a", "-"], &["b"]);
        check(r"^[--a]$", &["-", "A", "a"], &["b", "+"]);
        check(r"^[\w-.]+$", &["a-b.c"], &["a,b"]);
        check(r"^[.-\d]+$", &[".-1"], &["/"]);
        check(r"^[\p{Lu}a-c]+$", &["Éb"], &["é"]);
        check(r"^[+--]$", &["+", ",", "-"], &["."]);
        check(r"^[\]\\/\-]$", &["]", "\\", "/", "-"], &["a"]);
        check(r"^\/\-\#\@$", &["/-#@"], &[]);
        check(r"^[]$", &[], &["", "a", "]"]);
        check(r"^[^]$", &["a", "\n"], &[""]);
        check(r"^\x41\u0042\cJ\0$", &["AB\n\0"], &[]);
        check(r"^\uD83D\uDC32$", &["🐲"], &[]);
        check(r"^\u{1F432}*$", &["🐲🐲"], &["x"]);
        check(r"^\p{Letter}+$", &["é"], &["1"]);
        check(r"^(?:a|(?<name>b)){2}?$", &["ab"], &["a"]);
        check(r"^[^@]+@[^@]+$", &["a@b"], &["a"]);
        check("", &["", "x"], &[]);
    }

    #[test]
    fn what_has_no_counterpart_is_not_run() {
        for pattern in [
            "(?=a)",
            "(?!a)",
            "(?<=a)b",
            "(?<!a)b",
            r"(a)\1",
            r"(?<x>a)\k<x>",
            "(?i)a",
            "(?P<x>a)",
            r"\Aa\Z",
            r"\Ba",
            "(",
            "[",
            "a{2,1}",
            r"\",
            r"\u12",
            r"\u{110000}",
            r"\pL",
            r"\p{",
            r"[b-a]",
            r"\uD83D",
            "*",
            "(a{1000}){1000}",
        ] {
            assert!(compiled(pattern).is_none(), "{pattern}");
        }
        assert!(compiled(&"a".repeat(LONGEST + 1)).is_none());
    }
}
