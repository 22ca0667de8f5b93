//! What Markdown asks of texts that somebody else wrote.

use crate::model::text::sanitise;

/// A text of a document as nothing but text: no markup, no HTML, nobody called. What stands between backticks is code,
/// in which nothing is markup and an escape would be seen.
pub fn escaped(text: &str) -> String {
    let text = sanitise(text);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts: Vec<&str> = text.split('`').collect();
    let pairs = (parts.len() - 1) / 2;
    let mut safe = String::with_capacity(text.len());
    for (at, part) in parts.iter().enumerate() {
        let is_code = at % 2 == 1 && at < pairs * 2;
        match (is_code, part.is_empty()) {
            (true, true) => safe.push_str("\\`\\`"),
            (true, false) => {
                // Two backticks in a row would be another fence.
                if safe.ends_with('`') {
                    safe.push(' ');
                }
                safe.push_str(&format!("`{part}`"));
            }
            (false, _) => {
                if at > pairs * 2 {
                    safe.push_str("\\`");
                }
                escape(&mut safe, part);
            }
        }
    }
    safe
}

fn escape(safe: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '@' => safe.push_str("&#64;"),
            '\\' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' => {
                safe.push('\\');
                safe.push(letter);
            }
            letter => safe.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_document_says_is_no_markup() {
        assert_eq!(
            escaped("<b>*x*</b> @all [a](b)"),
            "&lt;b&gt;\\*x\\*&lt;/b&gt; &#64;all \\[a\\](b)"
        );
        assert_eq!(escaped("`a` → b"), "`a` → b");
        assert_eq!(escaped("a\n- b\u{1b}[0m"), "a - b");
        assert_eq!(escaped("`a_b<c>` a_b"), "`a_b<c>` a\\_b");
        assert_eq!(escaped("`a``b` ` _"), "`a` `b` \\` \\_");
        assert_eq!(escaped("``_``"), "\\`\\`\\_\\`\\`");
    }
}
