//! A place in a JSON document, written as people write it: `quality_gates.linting.timeout`, `rules[2].path`.

use std::fmt;

use crate::model::text::shorten;

/// The longest key that is written whole: far longer than any setting's.
const MAX_KEY: usize = 100;

/// One step from a value to a value inside it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The value of a key.
    Key(String),
    /// An item of an array, from 0.
    Index(usize),
}

/// A place in a JSON document, as the steps that lead to it from the top.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JsonPath(Vec<Step>);

impl JsonPath {
    /// The path of plain keys with dots between them; for paths that stand in the code.
    pub fn of(dotted: &str) -> Self {
        Self(dotted.split('.').map(|key| Step::Key(key.to_owned())).collect())
    }

    /// The place of a key of this object.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.with(Step::Key(key.to_owned()))
    }

    /// The place of an item of this array, from 0.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(Step::Index(index))
    }

    fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// The place that holds this one; `None` at the top.
    pub fn parent(&self) -> Option<Self> {
        self.0.split_last().map(|(_, rest)| Self(rest.to_vec()))
    }

    /// The last step; `None` at the top.
    pub fn last(&self) -> Option<&Step> {
        self.0.last()
    }

    /// Every step from the top.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Every step as a word, array indexes too: how the store names places.
    pub fn words(&self) -> Vec<String> {
        self.0
            .iter()
            .map(|step| match step {
                Step::Key(key) => key.clone(),
                Step::Index(index) => index.to_string(),
            })
            .collect()
    }

    /// Whether this is the top of the document.
    pub fn is_top(&self) -> bool {
        self.0.is_empty()
    }

    /// The same place with `from` at its beginning replaced by `to`; `None` when it does not begin so.
    pub fn moved(&self, from: &Self, to: &Self) -> Option<Self> {
        let rest = self.0.strip_prefix(from.0.as_slice())?;
        Some(Self([to.0.as_slice(), rest].concat()))
    }

    pub(super) fn push(&mut self, step: Step) {
        self.0.push(step);
    }

    pub(super) fn pop(&mut self) {
        self.0.pop();
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_top() {
            return f.write_str("(top level)");
        }
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) if key.len() > MAX_KEY => {
                    write!(f, "[{:?}]", shorten(key, MAX_KEY))?;
                }
                Step::Key(key) if is_plain(key) => {
                    if at > 0 {
                        f.write_str(".")?;
                    }
                    f.write_str(key)?;
                }
                // Quoted and escaped, so that a path is one line whatever a key holds.
                Step::Key(key) => write!(f, "[{key:?}]")?,
            }
        }
        Ok(())
    }
}

fn is_plain(key: &str) -> bool {
    !key.is_empty()
        && key
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '$'))
}

impl From<&serde_path_to_error::Path> for JsonPath {
    fn from(path: &serde_path_to_error::Path) -> Self {
        use serde_path_to_error::Segment;
        let step = |segment: &Segment| match segment {
            Segment::Seq { index } => Some(Step::Index(*index)),
            Segment::Map { key } => Some(Step::Key(key.clone())),
            // A variant of an enum is the value itself, not a place below it.
            Segment::Enum { .. } | Segment::Unknown => None,
        };
        Self(path.iter().filter_map(step).collect())
    }
}

impl From<&serde_ignored::Path<'_>> for JsonPath {
    fn from(path: &serde_ignored::Path<'_>) -> Self {
        use serde_ignored::Path;
        match path {
            Path::Root => Self::default(),
            Path::Seq { parent, index } => Self::from(*parent).index(*index),
            Path::Map { parent, key } => Self::from(*parent).key(key),
            Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => {
                Self::from(*parent)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &JsonPath, expect: &str) {
        assert_eq!(path.to_string(), expect);
    }

    #[test]
    fn paths_are_written_as_people_write_them() {
        let rules = JsonPath::of("quality_gates.custom_validations.rules");
        check(&JsonPath::default(), "(top level)");
        check(
            &rules.index(2).key("path"),
            "quality_gates.custom_validations.rules[2].path",
        );
        check(&JsonPath::default().key("$schema"), "$schema");
    }

    #[test]
    fn a_key_of_any_characters_stays_on_one_line_and_apart_from_its_neighbours() {
        check(&JsonPath::of("a").key("b.c").key("d"), "a[\"b.c\"].d");
        check(&JsonPath::of("a").key("b\nc"), "a[\"b\\nc\"]");
        check(&JsonPath::default().key(""), "[\"\"]");
        check(&JsonPath::default().key("a\u{202e}"), "[\"a\\u{202e}\"]");
        assert!(JsonPath::of(&"k".repeat(10_000)).to_string().len() < 200);
    }

    #[test]
    fn a_place_moves_with_what_holds_it() {
        let (old, new) = (JsonPath::of("custom"), JsonPath::of("quality_gates.custom"));
        assert_eq!(
            old.key("rules").index(0).moved(&old, &new),
            Some(new.key("rules").index(0))
        );
        assert_eq!(JsonPath::of("customs").moved(&old, &new), None);
    }
}
