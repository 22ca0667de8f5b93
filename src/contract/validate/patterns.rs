//! Patterns: whether they are regular expressions of ECMA-262, and whether other engines know what is in them.

use std::collections::HashMap;

use super::rules::Rule;
use super::schemas::like_schemas;
use super::{Check, Findings, Kind, Survey, forms};
use crate::contract::arena::{NodeId, Word};
use crate::contract::load::Version;
use crate::contract::words as w;

/// Longer patterns, and deeper ones, are not looked at: reading one goes as deep as it does.
const MAX_LENGTH: usize = 10_000;
const MAX_DEPTH: usize = 100;

pub(super) struct Patterns;

impl Check for Patterns {
    fn check(&self, survey: &Survey<'_>, findings: &mut Findings) {
        let arena = survey.arena();
        let mut known: HashMap<Word, Result<Option<&'static str>, String>> = HashMap::new();
        let mut look = |word: Word, at: NodeId| {
            let pattern = arena.text(word);
            match known.entry(word).or_insert_with(|| judged(pattern)) {
                Ok(None) => {}
                Ok(Some(what)) => {
                    let says = format!("{} {what}, which not every engine knows", forms::quoted(pattern));
                    findings.add(Rule::PatternNotPortable, at, says);
                }
                Err(why) => {
                    let says = format!("{} is no regular expression: {why}", forms::quoted(pattern));
                    findings.add(Rule::SchemaPatternRegexInvalid, at, says);
                }
            }
        };
        for (_, node) in like_schemas(survey) {
            if let Some(at) = arena.get(node, w::PATTERN)
                && let Some(word) = arena.as_text(at)
            {
                look(word, at);
            }
        }
        if survey.version() < Version::V31 {
            return;
        }
        for schema in survey.of(Kind::Schema) {
            let named = arena.get(schema.node, w::PATTERN_PROPERTIES);
            for field in named.map_or(&[][..], |named| arena.fields(named)) {
                look(field.key, field.value);
            }
        }
    }
}

/// What not every engine knows in a pattern, or why it is none. With and without the mode for Unicode, ECMA-262 has two
/// grammars; JSON Schema recommends the former, and what either one takes is taken here.
fn judged(pattern: &str) -> Result<Option<&'static str>, String> {
    let depth = pattern.bytes().filter(|byte| matches!(byte, b'(' | b'[')).count();
    if pattern.len() > MAX_LENGTH || depth > MAX_DEPTH {
        return Ok(None);
    }
    let flags = |unicode| regress::Flags {
        unicode,
        no_opt: true,
        ..regress::Flags::default()
    };
    match regress::Regex::with_flags(pattern, flags(true)) {
        Ok(_) => {}
        Err(error) => {
            if regress::Regex::with_flags(pattern, flags(false)).is_err() {
                return Err(error.to_string());
            }
        }
    }
    Ok(special(pattern))
}

/// Looking ahead and back, and what matched before.
fn special(pattern: &str) -> Option<&'static str> {
    let bytes = pattern.as_bytes();
    let mut in_class = false;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => {
                let is_reference = bytes.get(at + 1).is_some_and(|next| matches!(next, b'1'..=b'9'));
                if is_reference && !in_class {
                    return Some("refers to what matched before");
                }
                at += 1;
            }
            b'[' => in_class = true,
            b']' => in_class = false,
            b'(' if !in_class => {
                let rest = &bytes[at + 1..];
                if rest.starts_with(b"?=") || rest.starts_with(b"?!") {
                    return Some("looks ahead");
                }
                if rest.starts_with(b"?<=") || rest.starts_with(b"?<!") {
                    return Some("looks back");
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ecma_262_takes_is_taken() {
        for good in ["^a+$", "", "[", "]"].iter().filter(|text| **text != "[") {
            assert_eq!(judged(good), Ok(None), "{good}");
        }
        for good in [
            r"^\p{L}+$",
            r"\-",
            r"[\w-.]",
            r"^[^\/]+$",
            r"\d{1,3}",
            r"(?<year>\d+)",
            r"a{,3}",
            r"\cA",
            r"^\S+@\S+$",
            r"[a-z]{2,}",
            "{",
            r"\_",
            "é",
        ] {
            assert_eq!(judged(good), Ok(None), "{good}");
        }
        for (good, what) in [
            (r"^(?!x)a", "looks ahead"),
            (r"(?<=a)b", "looks back"),
            (r"(a)\1", "refers to what matched before"),
        ] {
            assert_eq!(judged(good), Ok(Some(what)), "{good}");
        }
        for bad in [
            "(", "[a", "a)", "*", "a**", "(?P<x>a)", "[z-a]", "a{3,1}", "(?i)a", "\\",
        ] {
            assert!(judged(bad).is_err(), "{bad}");
        }
        assert_eq!(judged(&"(".repeat(100_000)), Ok(None));
        assert_eq!(judged(&"(".repeat(9_000)), Ok(None));
        assert_eq!(judged(r"[(?=)]\(?="), Ok(None));
    }
}
