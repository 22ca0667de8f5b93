//! What a work item's own `documentation` asks for beside the settings.
//!
//! A work item can only ask for more: the settings of the project are not its to change.

use serde_json::Value;

use crate::model::config::nearest;
use crate::model::text;

/// What a work item asks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wishes {
    /// The changelog must have been changed.
    pub(super) changelog: bool,
    /// What is public must have doc comments.
    pub(super) docstrings: bool,
    /// The README must have been changed.
    pub(super) readme: bool,
    /// Files and globs, relative to the project, that must have been changed.
    pub(super) files: Vec<String>,
    /// What cannot be understood, and what to do about it.
    pub(super) faults: Vec<(String, Option<String>)>,
}

/// The keys that are known, each with its second name.
const KEYS: [(&str, &str); 4] = [
    ("check_changelog", "changelog"),
    ("check_docstrings", "docstrings"),
    ("check_readme", "readme"),
    ("files", "files"),
];

impl Wishes {
    /// Reads what a work item says.
    pub(super) fn of(item: &Value) -> Self {
        let mut wishes = Self::default();
        match item.get("documentation") {
            None | Some(Value::Null) => {}
            Some(Value::Object(map)) => {
                for (key, value) in map {
                    wishes.key(key, value);
                }
            }
            Some(list @ (Value::Array(_) | Value::String(_))) => wishes.list("documentation", list),
            Some(_) => wishes.fault(
                "documentation is neither an object nor a list of files".to_owned(),
                None,
            ),
        }
        wishes
    }

    fn key(&mut self, key: &str, value: &Value) {
        let known = KEYS.iter().find(|(name, other)| key == *name || key == *other);
        match known {
            Some(("check_changelog", _)) => self.changelog |= self.asks(key, value),
            Some(("check_docstrings", _)) => self.docstrings |= self.asks(key, value),
            Some(("check_readme", _)) => self.readme |= self.asks(key, value),
            Some(_) => self.list("documentation.files", value),
            None => {
                let shown = text::shorten(&text::one_line(key), 80);
                let hint = nearest(key, KEYS.iter().flat_map(|(name, other)| [*name, *other]));
                self.fault(
                    format!("documentation has the unknown key {shown:?}"),
                    hint.map(|meant| format!("did you mean {meant}?")),
                );
            }
        }
    }

    /// Whether a key asks for its check.
    fn asks(&mut self, key: &str, value: &Value) -> bool {
        match value {
            Value::Bool(true) => true,
            Value::Bool(false) => {
                self.fault(
                    format!("documentation.{key} is false, and a work item can only ask for more"),
                    Some("leave the key out; the settings say what every work item needs".to_owned()),
                );
                false
            }
            _ => {
                self.fault(format!("documentation.{key} is not true"), None);
                false
            }
        }
    }

    fn list(&mut self, place: &str, value: &Value) {
        let texts = match value {
            Value::String(_) => std::slice::from_ref(value),
            Value::Array(items) => items,
            _ => {
                self.fault(format!("{place} is not a list of files"), None);
                return;
            }
        };
        for item in texts {
            match item.as_str().map(str::trim).filter(|file| !file.is_empty()) {
                Some(file) => self.files.push(file.to_owned()),
                None => self.fault(
                    format!("{place} holds something else than the name of a file"),
                    None,
                ),
            }
        }
    }

    fn fault(&mut self, what: String, hint: Option<String>) {
        self.faults.push((what, hint));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(documentation: &Value, expect: &Wishes) {
        let item = json!({"documentation": documentation});
        assert_eq!(&Wishes::of(&item), expect, "{documentation}");
    }

    #[test]
    fn a_work_item_can_ask_for_more() {
        check(&Value::Null, &Wishes::default());
        assert_eq!(Wishes::of(&json!({})), Wishes::default());
        check(
            &json!({"check_changelog": true, "readme": true, "docstrings": true, "files": "docs/a.md"}),
            &Wishes {
                changelog: true,
                docstrings: true,
                readme: true,
                files: vec!["docs/a.md".to_owned()],
                ..Wishes::default()
            },
        );
        check(
            &json!(["docs/a.md", "docs/**"]),
            &Wishes {
                files: vec!["docs/a.md".to_owned(), "docs/**".to_owned()],
                ..Wishes::default()
            },
        );
    }

    #[track_caller]
    fn fault(documentation: &Value, expect: &str, hint: Option<&str>) {
        let wishes = Wishes::of(&json!({"documentation": documentation}));
        assert_eq!(wishes.faults, [(expect.to_owned(), hint.map(str::to_owned))]);
    }

    #[test]
    fn what_nobody_can_read_is_told() {
        fault(
            &json!({"readme": false}),
            "documentation.readme is false, and a work item can only ask for more",
            Some("leave the key out; the settings say what every work item needs"),
        );
        fault(
            &json!({"check_readme": 1}),
            "documentation.check_readme is not true",
            None,
        );
        fault(
            &json!({"chek_readme": true}),
            "documentation has the unknown key \"chek_readme\"",
            Some("did you mean check_readme?"),
        );
        fault(
            &json!({"files": 3}),
            "documentation.files is not a list of files",
            None,
        );
        fault(
            &json!(["", "a"]),
            "documentation holds something else than the name of a file",
            None,
        );
        fault(
            &json!(5),
            "documentation is neither an object nor a list of files",
            None,
        );
    }
}
