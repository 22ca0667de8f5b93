//! A rule of the custom gate, as it is configured.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::schema::nearest;
use super::values::MAX_SECONDS;
use super::{Command, values};

/// What a `grep` rule demands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrepMode {
    /// At least one line of the files matches.
    #[default]
    MustMatch,
    /// No line of the files matches.
    MustNotMatch,
}

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleKind {
    /// Runs a command; exit code 0 means that the rule holds.
    Command,
    /// Looks for a file or directory.
    FileExists,
    /// Searches files for a pattern.
    Grep,
}

impl RuleKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Command, Self::FileExists, Self::Grep];

    /// The word for it in a rule's `type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::FileExists => "file_exists",
            Self::Grep => "grep",
        }
    }
}

/// Why a rule cannot be checked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleProblem {
    /// The rule has no `type`.
    #[error("the rule has no type, which is one of `command`, `file_exists`, `grep`")]
    NoType,
    /// The rule's `type` is not one of ours.
    #[error("unknown rule type `{kind}`, the types are `command`, `file_exists`, `grep`")]
    UnknownType {
        /// The type as written.
        kind: String,
    },
    /// A key that the rule's type needs is missing or empty.
    #[error("a rule of the type `{kind}` needs `{key}`")]
    MissingKey {
        /// The rule's type.
        kind: &'static str,
        /// The key.
        key: &'static str,
    },
    /// A key that sdd does not know: what it was to change cannot be guessed, so the rule is not checked.
    #[error("unknown key `{key}`")]
    UnknownKey {
        /// The key as written, in one line of bounded length.
        key: String,
    },
    /// The pattern is not a regular expression.
    #[error("the pattern is not a regular expression: {why}")]
    BadPattern {
        /// What the regular expression engine says, in one line.
        why: String,
    },
}

impl RuleProblem {
    /// The key of the rule that is at fault, where it is one.
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::NoType | Self::UnknownType { .. } => Some("type"),
            Self::MissingKey { key, .. } => Some(key),
            Self::UnknownKey { key } => Some(key),
            Self::BadPattern { .. } => Some("pattern"),
        }
    }

    /// What to do about it, if more can be said than the problem says.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownType { kind } => nearest(kind, RuleKind::ALL.map(RuleKind::as_str))
                .map(|meant| format!("did you mean `{meant}`?")),
            Self::UnknownKey { key } => meant(key).map(|meant| format!("did you mean `{meant}`?")),
            Self::MissingKey { key: "files", .. } => {
                Some("\"files\": \".\" searches the whole project".to_owned())
            }
            Self::NoType | Self::MissingKey { .. } | Self::BadPattern { .. } => None,
        }
    }
}

/// The keys of a rule; a test compares them with the published schema.
const KEYS: [&str; 9] = [
    "type", "name", "required", "command", "path", "pattern", "files", "match", "timeout",
];

/// Words that are near to a key in meaning and not in spelling.
const SYNONYMS: [(&str, &str); 6] = [
    ("mode", "match"),
    ("kind", "type"),
    ("regex", "pattern"),
    ("glob", "files"),
    ("file", "files"),
    ("cmd", "command"),
];

/// The key of a rule that was most likely meant.
pub(super) fn meant(key: &str) -> Option<&'static str> {
    let synonym = SYNONYMS.iter().find(|(word, _)| *word == key);
    match synonym {
        Some((_, meant)) => Some(meant),
        None => nearest(key, KEYS),
    }
}

/// A rule. Which keys it needs depends on `type`; what is missing or unknown makes the rule end in `error`,
/// so that a rule nobody can read never counts as one that holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Rule {
    /// `command`, `file_exists` or `grep`.
    #[serde(rename = "type", skip_serializing_if = "String::is_empty")]
    #[schemars(extend("enum" = RuleKind::ALL.map(RuleKind::as_str)))]
    pub kind: String,
    /// What the rule is called in reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether the rule decides over the gate; an optional rule only informs.
    pub required: bool,
    /// `command`: what to run; exit code 0 means that the rule holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Command>,
    /// `file_exists`: the file or directory, relative to the project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// `grep`: a regular expression, searched line by line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// `grep`: a file, directory or glob, relative to the project; git-ignored files are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<String>,
    /// `grep`: whether a match is demanded (the default) or forbidden.
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    pub mode: Option<GrepMode>,
    /// `command`: seconds that it may take.
    #[serde(deserialize_with = "values::seconds", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = MAX_SECONDS))]
    pub timeout: Option<u64>,
    /// Keys of the rule that sdd does not know; filled when the file is read.
    #[serde(skip)]
    #[schemars(skip)]
    pub unknown_keys: Vec<String>,
}

impl Rule {
    /// What the rule does; `None` when its `type` is missing or unknown.
    pub fn rule_kind(&self) -> Option<RuleKind> {
        RuleKind::ALL.into_iter().find(|kind| kind.as_str() == self.kind)
    }

    /// Why the rule cannot be checked; empty when it can.
    pub fn problems(&self) -> Vec<RuleProblem> {
        let unknown = self.unknown_keys.iter().map(|key| RuleProblem::UnknownKey {
            key: super::wording::one_line(key),
        });
        unknown.chain(self.problems_of_known_keys()).collect()
    }

    fn problems_of_known_keys(&self) -> Vec<RuleProblem> {
        let filled = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
        let Some(kind) = self.rule_kind() else {
            return vec![if self.kind.is_empty() {
                RuleProblem::NoType
            } else {
                RuleProblem::UnknownType {
                    kind: self.kind.clone(),
                }
            }];
        };
        let needed = match kind {
            RuleKind::Command => vec![("command", self.command.is_some())],
            RuleKind::FileExists => vec![("path", filled(&self.path))],
            RuleKind::Grep => vec![("pattern", filled(&self.pattern)), ("files", filled(&self.files))],
        };
        let mut problems: Vec<RuleProblem> = needed
            .into_iter()
            .filter(|(_, there)| !there)
            .map(|(key, _)| RuleProblem::MissingKey {
                kind: kind.as_str(),
                key,
            })
            .collect();
        if kind == RuleKind::Grep
            && let Some(pattern) = &self.pattern
            && let Err(refused) = regex::Regex::new(pattern)
        {
            let why = refused.to_string();
            // The engine draws a picture of the place; its last line says what is wrong.
            let why = why.lines().last().unwrap_or_default();
            problems.push(RuleProblem::BadPattern {
                why: why.trim_start_matches("error: ").to_owned(),
            });
        }
        problems
    }

    /// What the rule is called, its number (from 1) where it has no name.
    pub fn label(&self, index: usize) -> String {
        match &self.name {
            Some(name) if !name.trim().is_empty() => name.clone(),
            _ => format!(
                "rule {} ({})",
                index + 1,
                if self.kind.is_empty() {
                    "no type"
                } else {
                    &self.kind
                }
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rule: &str, expect: &[&str]) {
        let rule: Rule = serde_json::from_str(rule).unwrap();
        let found: Vec<String> = rule.problems().iter().map(ToString::to_string).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn a_rule_that_can_be_checked_has_no_problems() {
        check(r#"{"type": "command", "command": "mypy src"}"#, &[]);
        check(r#"{"type": "file_exists", "path": "LICENSE"}"#, &[]);
        check(
            r#"{"type": "grep", "pattern": "TODO", "files": ".", "match": "must_not_match"}"#,
            &[],
        );
    }

    #[test]
    fn a_rule_that_nobody_can_check_says_why() {
        check(
            "{}",
            &["the rule has no type, which is one of `command`, `file_exists`, `grep`"],
        );
        check(
            r#"{"type": "greb"}"#,
            &["unknown rule type `greb`, the types are `command`, `file_exists`, `grep`"],
        );
        check(
            r#"{"type": "command"}"#,
            &["a rule of the type `command` needs `command`"],
        );
        check(
            r#"{"type": "file_exists", "path": ""}"#,
            &["a rule of the type `file_exists` needs `path`"],
        );
        check(
            r#"{"type": "grep", "pattern": "a("}"#,
            &[
                "a rule of the type `grep` needs `files`",
                "the pattern is not a regular expression: unclosed group",
            ],
        );
    }

    #[test]
    fn the_keys_are_those_of_the_schema() {
        let schema = super::super::schema();
        let properties = schema["$defs"]["Rule"]["properties"].as_object().unwrap();
        let mut published: Vec<&str> = properties.keys().map(String::as_str).collect();
        let mut known = KEYS;
        published.sort_unstable();
        known.sort_unstable();
        assert_eq!(published, known);
    }

    #[test]
    fn a_key_that_is_unknown_makes_the_rule_unreadable() {
        #[track_caller]
        fn check(key: &str, expect: Option<&str>) {
            let rule = Rule {
                kind: "command".to_owned(),
                command: Some(Command::Shell("true".to_owned())),
                unknown_keys: vec![key.to_owned()],
                ..Rule::default()
            };
            let problems = rule.problems();
            let [problem] = problems.as_slice() else {
                panic!("one problem, not {problems:?}")
            };
            assert_eq!(problem.to_string(), format!("unknown key `{key}`"));
            assert_eq!(problem.hint().as_deref(), expect);
        }
        check("mode", Some("did you mean `match`?"));
        check("requird", Some("did you mean `required`?"));
        check("time_out", Some("did you mean `timeout`?"));
        check("zzz", None);
    }

    #[test]
    fn a_near_miss_of_a_type_is_told() {
        let rule = Rule {
            kind: "file_exist".to_owned(),
            ..Rule::default()
        };
        assert_eq!(
            rule.problems()[0].hint().as_deref(),
            Some("did you mean `file_exists`?")
        );
    }
}
