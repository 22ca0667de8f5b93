//! What a page for a browser asks of texts that somebody else wrote, and of the blocks that are ours.

#[cfg(test)]
pub mod testing;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::inert;
use crate::model::text::one_line;

/// What may be in a page: its own style and script, by their hashes, and nothing else. What a text smuggled in would not run.
pub fn policy(style: &str, script: Option<&str>) -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())));
    let script = script.map_or_else(String::new, |script| format!(" script-src {};", hash(script)));
    format!(
        "default-src 'none'; style-src {};{script} base-uri 'none'; form-action 'none'",
        hash(style)
    )
}

/// A text as nothing but text, in one line, between tags and in quotes.
pub fn escaped(text: &str) -> String {
    let text = one_line(text);
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter => safe.push(letter),
        }
    }
    // The page may be written into the log of a CI system.
    if safe.contains("##") || safe.contains("::") {
        return inert::xml(&safe);
    }
    safe
}

/// [`escaped`], with what stands between backticks as code.
pub fn marked(text: &str) -> String {
    let text = escaped(text);
    let parts: Vec<&str> = text.split('`').collect();
    // A backtick without its partner is one.
    let pairs = (parts.len() - 1) / 2;
    let mut marked = String::with_capacity(text.len() + pairs * 12);
    for (at, part) in parts.iter().enumerate() {
        marked.push_str(match at {
            0 => "",
            at if at > pairs * 2 => "`",
            at if at % 2 == 1 => "<code>",
            _ => "</code>",
        });
        marked.push_str(part);
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_backticks_is_code() {
        for (text, expect) in [
            ("a", "a"),
            ("`a` b `<c>`", "<code>a</code> b <code>&lt;c&gt;</code>"),
            ("a ` b", "a ` b"),
            ("`a` ` b", "<code>a</code> ` b"),
        ] {
            assert_eq!(marked(text), expect);
        }
    }

    #[test]
    fn only_our_own_blocks_may_run() {
        // The hash of nothing is known everywhere.
        let nothing = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";
        assert_eq!(
            policy("", None),
            format!("default-src 'none'; style-src {nothing}; base-uri 'none'; form-action 'none'")
        );
        assert_eq!(
            policy("", Some("")),
            format!(
                "default-src 'none'; style-src {nothing}; script-src {nothing}; base-uri 'none'; form-action 'none'"
            )
        );
    }
}
