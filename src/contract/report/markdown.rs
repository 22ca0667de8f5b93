//! A change log for a comment on a change or a release: what breaks first.

use super::human::{calls, decision};
use super::{Report, Told};
use crate::contract::rules::Level;

/// The page.
pub fn markdown(report: &Report) -> String {
    let mut page = format!("## API changes\n\n**{}**\n", decision(report));
    for (level, title) in [
        (Level::Error, "Breaks clients"),
        (Level::Warning, "May break clients"),
        (Level::Info, "Breaks nobody"),
    ] {
        let of_level: Vec<&Told> = report.changes.iter().filter(|told| told.level == level).collect();
        if of_level.is_empty() {
            continue;
        }
        page.push_str(&format!("\n### {title}\n\n"));
        for told in of_level {
            page.push_str(&format!("- {} (`{}`)", escaped(&told.message), told.rule));
            if let Some(calls) = calls(told).filter(|calls| !told.message.starts_with(calls.as_str())) {
                page.push_str(&format!(": {}", escaped(&calls)));
            }
            page.push('\n');
            if level != Level::Info {
                page.push_str(&format!("  {} {}\n", escaped(&told.why), escaped(&told.safe)));
            }
        }
    }
    page
}

/// A text of a document as nothing but text: no markup, no HTML, nobody called.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
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
    safe
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_a_document_says_is_no_markup() {
        assert_eq!(
            escaped("<b>*x*</b> @all [a](b)"),
            "&lt;b&gt;\\*x\\*&lt;/b&gt; &#64;all \\[a\\](b)"
        );
        assert_eq!(escaped("`a` → b"), "`a` → b");
    }
}
