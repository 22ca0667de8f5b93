//! Changing little of a large file: what stays is copied as text and never becomes a value.

use std::ops::Range;

use serde_json::Value;

use super::atomic::Previous;
use super::error::Error;
use super::render::{self, Old};
use super::{Store, document, regular, schema, spans};

/// What stands in a text from now on where another value stood.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch {
    /// The bytes of the value before, without space around it.
    pub span: Range<usize>,
    /// In how many objects and arrays it lies.
    pub depth: usize,
    /// What stands there from now on.
    pub value: Value,
}

impl Store {
    /// [`Store::update_together`] of two files, of which the second is large and is given as text. What `change` answers with is
    /// written there; who asks has to know that the text is JSON without a key that stands twice in an object, laid out as
    /// [`document::pretty`] lays it out, and in the present version.
    ///
    /// Without an answer nothing is written: then it is a matter for [`Store::update_together`]. So it is when there is no second
    /// file, or when it is not UTF-8.
    pub fn update_with_patches<T, E: From<Error>>(
        &self,
        [small, large]: [&str; 2],
        who: &str,
        change: impl FnOnce(&mut Value, &str) -> Result<Option<(T, Vec<Patch>)>, E>,
    ) -> Result<Option<T>, E> {
        for rel in [small, large] {
            regular::named_inside(self.root(), rel)?;
        }
        let has_steps = schema::steps_of(large).is_some_and(|steps| !steps.is_empty());
        if has_steps {
            return Ok(None);
        }
        let _held = self.lock(who)?;
        let bytes = regular::read_regular(&self.path(large), document::MAX_BYTES)?;
        let Some(text) = bytes.and_then(|bytes| String::from_utf8(bytes).ok()) else {
            return Ok(None);
        };
        let (document, mut value) = self.taken_or_empty(small, schema::steps_of(small))?;
        let Some((answer, patches)) = change(&mut value, &text)? else {
            return Ok(None);
        };
        self.check_object(small, &value)?;
        let written = patched(&text, patches);
        self.put_changed(small, document.as_ref(), &value)?;
        if let Some(written) = written {
            self.put(large, written.as_bytes(), Previous::Keep)?;
        }
        Ok(Some(answer))
    }
}

/// The text with its patches; `None` when they say what stands there already.
fn patched(text: &str, mut patches: Vec<Patch>) -> Option<String> {
    patches.sort_by_key(|patch| patch.span.start);
    let mut out = String::with_capacity(text.len() + 1024);
    let (mut copied, mut differs) = (0, false);
    for Patch { span, depth, value } in patches {
        let old = &text[span.clone()];
        let tree = spans::scan(old).unwrap_or_else(|_| spans::Node::unknown(old.len()));
        let rendered = render::inside(
            Old {
                text: old,
                node: &tree,
            },
            &value,
            depth,
        );
        out.push_str(&text[copied..span.start]);
        out.push_str(&rendered.text);
        copied = span.end;
        differs |= rendered.differs;
    }
    out.push_str(&text[copied..]);
    differs.then_some(out)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::store::{Document, Overwrite, pretty};

    const SMALL: &str = ".session/tracking/small.json";
    const LARGE: &str = ".session/tracking/large.json";

    fn project(large: &str) -> (tempfile::TempDir, Store) {
        let root = tempfile::tempdir().unwrap();
        let store = Store::create(root.path()).unwrap();
        store.write(LARGE, large.as_bytes(), Overwrite::Replace).unwrap();
        (root, store)
    }

    fn patch(text: &str, old: &str, depth: usize, value: Value) -> Patch {
        let start = text.find(old).unwrap();
        Patch {
            span: start..start + old.len(),
            depth,
            value,
        }
    }

    #[test]
    fn what_is_not_patched_stays_as_it_is_spelled() {
        let text = "{\n  \"a\": {\n    \"n\": 1.10,\n    \"m\": 2.50\n  },\n  \"b\": [\n    1.0\n  ],\n  \"c\": null\n}\n";
        let (_root, store) = project(text);
        let change = |state: &mut Value, text: &str| {
            state["open"] = json!(true);
            let patches = vec![
                patch(text, "null", 1, json!({"x": []})),
                patch(
                    text,
                    "{\n    \"n\": 1.10,\n    \"m\": 2.50\n  }",
                    1,
                    json!({"n": 1.1, "m": 3, "k": [1]}),
                ),
            ];
            Ok::<_, Error>(Some((7, patches)))
        };
        assert_eq!(
            store.update_with_patches([SMALL, LARGE], "test", change).unwrap(),
            Some(7)
        );
        assert_eq!(
            fs::read_to_string(store.path(LARGE)).unwrap(),
            "{\n  \"a\": {\n    \"n\": 1.10,\n    \"m\": 3,\n    \"k\": [\n      1\n    ]\n  },\n  \"b\": [\n    1.0\n  ],\n  \
             \"c\": {\n    \"x\": []\n  }\n}\n"
        );
        assert_eq!(
            fs::read_to_string(store.path(SMALL)).unwrap(),
            "{\n  \"open\": true\n}\n"
        );
        assert_eq!(
            fs::read_to_string(store.path(".session/tracking/.large.json.prev")).unwrap(),
            text
        );
    }

    #[test]
    fn what_changes_nothing_or_has_no_answer_writes_nothing() {
        let text = "{\n  \"a\": 1.10\n}\n";
        let (_root, store) = project(text);
        let nothing = store.update_with_patches([SMALL, LARGE], "test", |state, text| {
            state["lost"] = json!(1);
            assert_eq!(text, "{\n  \"a\": 1.10\n}\n");
            Ok::<_, Error>(None::<((), _)>)
        });
        assert_eq!(nothing.unwrap(), None);
        let same = store.update_with_patches([SMALL, LARGE], "test", |_, text| {
            Ok::<_, Error>(Some(((), vec![patch(text, "1.10", 1, json!(1.1))])))
        });
        assert_eq!(same.unwrap(), Some(()));
        let refused = store.update_with_patches([SMALL, LARGE], "test", |state, _| {
            state["lost"] = json!(1);
            Err::<Option<((), _)>, _>(Error::NotFound { root: "x".into() })
        });
        assert!(matches!(refused, Err(Error::NotFound { .. })), "{refused:?}");
        assert_eq!(fs::read_to_string(store.path(LARGE)).unwrap(), text);
        assert!(!store.path(".session/tracking/.large.json.prev").exists());
        assert_eq!(fs::read_to_string(store.path(SMALL)).unwrap(), "{}\n");
    }

    #[test]
    fn without_a_text_there_is_no_answer() {
        let (_root, store) = project("{}\n");
        let asked = |large: &str| {
            store.update_with_patches([SMALL, large], "test", |_, _| {
                Ok::<_, Error>(Some(((), Vec::new())))
            })
        };
        assert_eq!(asked(LARGE).unwrap(), Some(()));
        assert_eq!(asked(".session/tracking/none.json").unwrap(), None);
        store
            .write(LARGE, b"{\"a\": \"\xff\"}\n", Overwrite::Replace)
            .unwrap();
        assert_eq!(asked(LARGE).unwrap(), None);
        assert!(matches!(asked("../large.json"), Err(Error::Outside { .. })));
    }

    proptest! {
        /// A patch writes what a change of the whole document writes.
        #[test]
        fn a_patch_is_a_change(
            before in prop::collection::vec(("[a-d]{1,2}", 0..5_u8), 0..6),
            after in prop::collection::vec(("[a-d]{1,2}", 0..5_u8), 0..6),
        ) {
            let value = |members: &[(String, u8)]| -> Value {
                let member = |(key, kind): &(String, u8)| {
                    let value = [json!(null), json!([1, {"x": "é"}]), json!({}), json!("t\n"), json!(1.5)];
                    (key.clone(), value[usize::from(*kind)].clone())
                };
                Value::Object(members.iter().map(member).collect())
            };
            let mut whole = json!({"first": [1], "inner": {"changed": value(&before), "last": {}}});
            let text = pretty(&whole);
            let document = Document::parse(std::path::Path::new("f.json"), text.as_bytes()).unwrap();
            let path = ["inner", "changed"];
            let at = text.find("\"changed\": ").unwrap() + "\"changed\": ".len();
            let end = text.find(",\n    \"last\"").unwrap();
            whole[path[0]][path[1]] = value(&after);
            let long = document.rendered(&whole);
            let short = patched(&text, vec![Patch { span: at..end, depth: 2, value: value(&after) }]);
            prop_assert_eq!(short.is_some(), long.differs);
            prop_assert_eq!(short.unwrap_or(text), if long.differs { long.text } else { document.text });
        }
    }
}
