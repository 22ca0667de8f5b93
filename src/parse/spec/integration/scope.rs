//! The scope: components with their versions, and where they meet.

use crate::model::spec::{At, Component, Integration};

use crate::parse::spec::document::Block;
use crate::parse::spec::parts::Part;
use crate::parse::spec::placeholder::{is_placeholder, says_nothing};
use crate::parse::spec::words;

/// Reads components and integration points.
pub fn scope(parts: &[Part<'_>], out: &mut Integration) {
    for part in parts {
        if part.name.starts_with("component") {
            out.components
                .extend(part.outer_items().map(|item| At::new(component(item), item.line)));
        } else if part.name.starts_with("integration point") {
            // A placeholder stays, for what is left of the template is told of it.
            let points = part.outer_items().map(|item| At::new(item.text(), item.line));
            out.integration_points
                .extend(points.filter(|point| is_placeholder(&point.value) || !says_nothing(&point.value)));
        }
    }
}

/// A component and its version, wherever that stands: `Order API: v2.3.0 (takes orders)`, `postgres:14.2`,
/// `Component A: order-service 1.4`.
fn component(item: &Block) -> Component {
    let text = item.text();
    let labelled = text.split_once(": ");
    // `Component A` says nothing about it.
    let text = match labelled {
        Some((label, rest)) if is_letter_of_a_list(label) => rest,
        _ => text.as_str(),
    };
    let mut at = 0;
    for word in text.split_whitespace() {
        let start = text[at..].find(word).map_or(at, |found| at + found);
        at = start + word.len();
        let Some((before, version)) = versioned(word) else {
            continue;
        };
        let name = format!("{}{before}", &text[..start]);
        let name = name.trim_end_matches([' ', ':', '(', '@', '-', '—', '–', ',']);
        let name = ["version", "ver.", "v."]
            .iter()
            .find_map(|word| strip_word(name, word))
            .unwrap_or(name);
        if name.chars().any(char::is_alphanumeric) {
            return Component {
                name: name.to_owned(),
                version: Some(version.to_owned()),
            };
        }
    }
    let name = match text.split_once(": ") {
        Some((name, _)) => name,
        None => text.split(" - ").next().unwrap_or(text),
    };
    Component {
        name: words::unquoted(name.trim_end_matches(':')).to_owned(),
        version: None,
    }
}

fn is_letter_of_a_list(label: &str) -> bool {
    let mut words = label.split_whitespace();
    let first = words.next().unwrap_or_default();
    first.eq_ignore_ascii_case("component") && words.next().is_none_or(|word| word.len() <= 2)
}

fn strip_word<'t>(name: &'t str, word: &str) -> Option<&'t str> {
    let start = name.len().checked_sub(word.len())?;
    let (before, last) = (name.get(..start)?, name.get(start..)?);
    (last.eq_ignore_ascii_case(word) && before.ends_with([' ', '(']))
        .then(|| before.trim_end_matches([' ', ':', '(', ',']))
}

/// A word that is a version or ends with one, `redis:7`, as what stands before it and the version.
fn versioned(word: &str) -> Option<(&str, &str)> {
    let bare = word.trim_matches(['(', ')', ',', ';', '`', '"', '\'']);
    // `Service 2:` counts services.
    if bare.ends_with(':') {
        return None;
    }
    if is_version(bare) {
        return Some(("", bare));
    }
    let (before, version) = bare.rsplit_once([':', '@'])?;
    (is_version(version) || version == "latest").then_some((before, version))
}

fn is_version(word: &str) -> bool {
    let (marked, digits) = match word.strip_prefix(['v', 'V']) {
        Some(digits) => (true, digits),
        None => (false, word),
    };
    let number = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+'));
    let short = digits.trim_end_matches('+').len() <= 3
        && digits.trim_end_matches('+').bytes().all(|b| b.is_ascii_digit());
    number && (marked || short || digits.contains('.'))
}
