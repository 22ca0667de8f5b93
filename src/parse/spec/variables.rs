//! Variables in fenced blocks: `KEY=value`, a line each.

use crate::model::spec::{Fence, Spec};

use super::oddities::{Oddities, quoted};
use super::placeholder;

/// Languages of fences that may hold settings; the empty one is none given.
const LANGUAGES: &[&str] = &[
    "",
    "env",
    "dotenv",
    "properties",
    "ini",
    "sh",
    "bash",
    "shell",
    "text",
    "txt",
    "conf",
];

/// A variable and its value as written.
#[derive(Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// Its value, without quotes.
    pub value: String,
}

/// The variables of a fence with their lines; none when it is code.
pub fn settings(fence: &Fence, oddities: &mut Oddities) -> Vec<(Setting, u32)> {
    let language = fence.info.split([' ', ',', '{']).next().unwrap_or_default();
    if !LANGUAGES.contains(&language.to_lowercase().as_str()) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut strange = None;
    for (text, line) in fence.code.lines().zip(fence.line + 1..) {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        match setting(text) {
            Some(setting) => found.push((setting, line)),
            None => {
                strange.get_or_insert((line, text));
            }
        }
    }
    // Commands with an assignment among them are a script.
    match strange {
        Some((line, text)) if found.first().is_some_and(|(_, first)| *first < line) => {
            oddities.add(
                line,
                "not_a_variable",
                format!(
                    "{} is no variable, so none of this block is taken as one",
                    quoted(text)
                ),
                Some("put variables and commands in blocks of their own"),
            );
            Vec::new()
        }
        Some(_) => Vec::new(),
        None => found,
    }
}

/// A line `KEY=value`, with or without `export`.
pub fn setting(text: &str) -> Option<Setting> {
    let text = text.strip_prefix("export ").unwrap_or(text).trim();
    let (name, value) = text.split_once('=')?;
    is_name(name).then(|| Setting {
        name: name.to_owned(),
        value: super::words::unquoted(value).to_owned(),
    })
}

/// Whether a word can be the name of a variable.
pub fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether a value stands for another one that is not in the spec: nothing, a placeholder, another variable, or a
/// word that is meant to be replaced.
pub fn is_open(value: &str) -> bool {
    let lower = value.to_lowercase();
    value.trim().is_empty()
        || placeholder::is_placeholder(value)
        || value.contains("${")
        || ["changeme", "change-me", "todo", "tbd", "..."].contains(&lower.as_str())
        || lower.starts_with("your-")
        || lower.starts_with("your_")
        || (lower.len() > 2 && lower.chars().all(|c| c == 'x' || c == '*'))
}

/// Whether the value that a variable is set to only stands for one: what a spec leaves open, or what examples hold.
pub fn is_stand_in(value: &str) -> bool {
    const WORDS: [&str; 7] = [
        "placeholder",
        "replaceme",
        "replace-me",
        "replace_me",
        "change_me",
        "fixme",
        "dummy",
    ];
    let value = value.trim();
    // A JSON text is framed, too, and is a value.
    let is_framed = [('<', '>'), ('[', ']'), ('{', '}')].iter().any(|(open, close)| {
        value.starts_with(*open) && value.ends_with(*close) && !value.contains(['"', ':', ','])
    });
    is_open(value) || is_framed || WORDS.contains(&value.to_lowercase().as_str())
}

/// Whether a line of a spec names a variable. Its value may well be open: the name is what the spec says.
pub fn stands_on(spec: &Spec, line: u32) -> bool {
    let deployment = &spec.deployment.variables;
    let integration = &spec.integration.environment.variables;
    deployment.iter().any(|variable| variable.line == line)
        || integration.iter().any(|variable| variable.line == line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_stands_for_a_value_is_known() {
        for value in [
            "changeme",
            " TODO ",
            "<api key>",
            "[version]",
            "xxx",
            "",
            "  ",
            "{{ key }}",
            "FIXME",
            "***",
            "your-key",
        ] {
            assert!(is_stand_in(value), "{value:?}");
        }
        for value in [
            "info",
            "xx",
            "x1x",
            "postgres://h/db",
            "todo-app",
            r#"["a"]"#,
            r#"{"a": 1}"#,
        ] {
            assert!(!is_stand_in(value), "{value:?}");
        }
    }
}
