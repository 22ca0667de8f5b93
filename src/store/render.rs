//! Values as text, with the spelling of an older text where the value is still the same.

use std::collections::HashMap;

use serde_json::Value;

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
            (Kind::Scalar, scalar) => {
                serde_json::from_str::<Value>(self.raw()).is_ok_and(|old| old == *scalar)
            }
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
}

/// A value as text: two spaces a level, a final newline.
pub(super) fn render(old: Option<Old<'_>>, new: &Value) -> String {
    let mut out = String::with_capacity(old.map_or(0, |old| old.text.len()) + 64);
    write_value(&mut out, old, new, 0);
    out.push('\n');
    out
}

fn write_value(out: &mut String, old: Option<Old<'_>>, new: &Value, depth: usize) {
    match new {
        Value::Array(elements) if elements.is_empty() => out.push_str("[]"),
        Value::Object(members) if members.is_empty() => out.push_str("{}"),
        Value::Array(elements) => {
            let pairs = pair(old, elements);
            out.push('[');
            for (at, (element, old)) in elements.iter().zip(pairs).enumerate() {
                separate(out, at, depth + 1);
                write_value(out, old, element, depth + 1);
            }
            break_line(out, depth);
            out.push(']');
        }
        Value::Object(members) => {
            let known = index(old);
            out.push('{');
            for (at, (key, value)) in members.iter().enumerate() {
                separate(out, at, depth + 1);
                let member = known.get(key.as_str());
                match (old, member) {
                    (Some(old), Some(member)) => out.push_str(&old.text[member.key_span.clone()]),
                    _ => out.push_str(&Value::from(key.as_str()).to_string()),
                }
                out.push_str(": ");
                let inner = old.zip(member).map(|(old, member)| Old {
                    node: &member.node,
                    ..old
                });
                write_value(out, inner, value, depth + 1);
            }
            break_line(out, depth);
            out.push('}');
        }
        scalar => match old {
            Some(old) if old.spells(scalar) => out.push_str(old.raw()),
            _ => out.push_str(&scalar.to_string()),
        },
    }
}

fn separate(out: &mut String, at: usize, depth: usize) {
    if at > 0 {
        out.push(',');
    }
    break_line(out, depth);
}

fn break_line(out: &mut String, depth: usize) {
    out.push('\n');
    for _ in 0..depth {
        out.push_str("  ");
    }
}

fn index(old: Option<Old<'_>>) -> HashMap<&str, &Member> {
    match old.map(|old| &old.node.kind) {
        Some(Kind::Object(members)) => members.iter().map(|m| (m.key.as_str(), m)).collect(),
        _ => HashMap::new(),
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
