//! Values as text, with the spelling of an older text where the value is still the same.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::spans::{Kind, Member, Node};

/// A value's spelling.
#[derive(Clone, Copy)]
pub(super) struct Old<'a> {
    /// The whole text that the tree belongs to.
    pub(super) text: &'a str,
    /// The place of the value.
    pub(super) node: &'a Node,
}

impl<'a> Old<'a> {
    /// As it is spelled.
    fn raw(self) -> &'a str {
        &self.text[self.node.span.clone()]
    }

    /// Whether it spells this value.
    fn spells(self, value: &Value) -> bool {
        match (&self.node.kind, value) {
            (Kind::Scalar, Value::Array(_) | Value::Object(_)) => false,
            (Kind::Scalar, scalar) => self.is(scalar),
            (Kind::Array(nodes), Value::Array(values)) => {
                nodes.len() == values.len()
                    && nodes
                        .iter()
                        .zip(values)
                        .all(|(node, value)| Old { node, ..self }.spells(value))
            }
            (Kind::Object(members), Value::Object(values)) => {
                members.len() == values.len()
                    && members.iter().all(|member| {
                        let old = Old {
                            node: &member.node,
                            ..self
                        };
                        values.get(&member.key).is_some_and(|value| old.spells(value))
                    })
            }
            _ => false,
        }
    }

    /// Whether it spells this scalar. Nearly everything is spelled the plain way, which needs no parser.
    fn is(self, scalar: &Value) -> bool {
        let raw = self.raw();
        match scalar {
            Value::String(text) if !raw.contains('\\') => {
                raw.len() == text.len() + 2 && raw.starts_with('"') && raw[1..].starts_with(text.as_str())
            }
            Value::Null => raw == "null",
            Value::Bool(truth) => raw == if *truth { "true" } else { "false" },
            other => serde_json::from_str::<Value>(raw).is_ok_and(|old| old == *other),
        }
    }
}

/// A value as text.
pub(super) struct Rendered {
    /// The text: two spaces a level, a final newline.
    pub(super) text: String,
    /// Whether it says something else than the older text.
    pub(super) differs: bool,
}

/// A value as text over an older text.
pub(super) fn over(old: Old<'_>, new: &Value) -> Rendered {
    let mut rendered = inside(old, new, 0);
    rendered.text.push('\n');
    rendered
}

/// A value as text over an older text of its own, at a depth and without the newline behind it.
pub(super) fn inside(old: Old<'_>, new: &Value, depth: usize) -> Rendered {
    let mut page = Page {
        out: String::with_capacity(old.text.len() + 64),
        differs: false,
    };
    page.value(Some(old), new, depth);
    Rendered {
        text: page.out,
        differs: page.differs,
    }
}

/// A value as the text of a new file.
pub(super) fn fresh(value: &Value) -> String {
    let mut page = Page {
        out: String::new(),
        differs: true,
    };
    page.value(None, value, 0);
    page.out.push('\n');
    page.out
}

struct Page {
    out: String,
    differs: bool,
}

impl Page {
    fn value(&mut self, old: Option<Old<'_>>, new: &Value, depth: usize) {
        match new {
            Value::Array(elements) => self.array(old, elements, depth),
            Value::Object(members) => self.object(old, members, depth),
            scalar => match old {
                Some(old) if old.spells(scalar) => self.out.push_str(old.raw()),
                _ => {
                    self.differs = true;
                    self.out.push_str(&scalar.to_string());
                }
            },
        }
    }

    fn array(&mut self, old: Option<Old<'_>>, elements: &[Value], depth: usize) {
        let before = match old.map(|old| &old.node.kind) {
            Some(Kind::Array(nodes)) => Some(nodes.len()),
            _ => None,
        };
        self.differs |= before != Some(elements.len());
        if elements.is_empty() {
            self.out.push_str("[]");
            return;
        }
        let pairs = pair(old, elements);
        self.out.push('[');
        for (at, (element, old)) in elements.iter().zip(pairs).enumerate() {
            self.separate(at, depth + 1);
            self.value(old, element, depth + 1);
        }
        self.break_line(depth);
        self.out.push(']');
    }

    fn object(&mut self, old: Option<Old<'_>>, members: &Map<String, Value>, depth: usize) {
        let mut known = match old.map(|old| &old.node.kind) {
            Some(Kind::Object(known)) => Some(Known::of(known)),
            _ => None,
        };
        self.differs |= known.as_ref().map(|known| known.members.len()) != Some(members.len());
        if members.is_empty() {
            self.out.push_str("{}");
            return;
        }
        self.out.push('{');
        for (at, (key, value)) in members.iter().enumerate() {
            self.separate(at, depth + 1);
            let member = known.as_mut().and_then(|known| known.find(key));
            match (old, member) {
                (Some(old), Some(member)) => self.out.push_str(&old.text[member.key_span.clone()]),
                _ => self.out.push_str(&Value::from(key.as_str()).to_string()),
            }
            self.out.push_str(": ");
            let inner = old.zip(member).map(|(old, member)| Old {
                node: &member.node,
                ..old
            });
            self.value(inner, value, depth + 1);
        }
        self.break_line(depth);
        self.out.push('}');
    }

    fn separate(&mut self, at: usize, depth: usize) {
        if at > 0 {
            self.out.push(',');
        }
        self.break_line(depth);
    }

    fn break_line(&mut self, depth: usize) {
        self.out.push('\n');
        for _ in 0..depth {
            self.out.push_str("  ");
        }
    }
}

/// The members of an older object. They mostly come in the order in which they are asked for.
struct Known<'a> {
    members: &'a [Member],
    next: usize,
    index: Option<HashMap<&'a str, &'a Member>>,
}

impl<'a> Known<'a> {
    fn of(members: &'a [Member]) -> Self {
        Self {
            members,
            next: 0,
            index: None,
        }
    }

    fn find(&mut self, key: &str) -> Option<&'a Member> {
        if let Some(member) = self.members.get(self.next).filter(|member| member.key == key) {
            self.next += 1;
            return Some(member);
        }
        let members = self.members;
        let index = self.index.get_or_insert_with(|| {
            members
                .iter()
                .map(|member| (member.key.as_str(), member))
                .collect()
        });
        index.get(key).copied()
    }
}

/// The older element of each new one. What is equal from the front and from the back belongs together, so
/// that an element put in or taken out anywhere leaves the others as they were.
fn pair<'a>(old: Option<Old<'a>>, new: &[Value]) -> Vec<Option<Old<'a>>> {
    let mut pairs = vec![None; new.len()];
    let Some(old) = old else { return pairs };
    let Kind::Array(nodes) = &old.node.kind else {
        return pairs;
    };
    let before: Vec<Old<'a>> = nodes.iter().map(|node| Old { node, ..old }).collect();
    let front = before
        .iter()
        .zip(new)
        .take_while(|(old, new)| old.spells(new))
        .count();
    let back = before[front..]
        .iter()
        .rev()
        .zip(new[front..].iter().rev())
        .take_while(|(old, new)| old.spells(new))
        .count();
    let (tail, old_tail) = (new.len() - back, before.len() - back);
    for (at, slot) in pairs.iter_mut().enumerate() {
        let from = if at < tail { at } else { at - tail + old_tail };
        if at >= tail || from < old_tail {
            *slot = before.get(from).copied();
        }
    }
    pairs
}
