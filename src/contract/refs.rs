//! `$ref` and its kin: which node each one leads to.

use std::collections::HashMap;

use super::arena::{Arena, NodeId, SourceId, Value, Word};
use super::keyed::Map;
use super::role::{Role, Roles};
use super::words as w;

/// The longest way over references that lead to references.
const MAX_HOPS: usize = 64;

/// Where references lead.
#[derive(Debug, Default)]
pub struct Refs {
    targets: Map<NodeId, NodeId>,
    /// The same for the texts of a discriminator's mapping that name a schema by a file.
    mapped: HashMap<NodeId, NodeId>,
    /// Those of these texts that lead nowhere.
    unmapped: Vec<Problem>,
    /// The schemas with a `$dynamicAnchor`.
    anchored: Vec<NodeId>,
    problems: Vec<Problem>,
}

/// A reference that leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The text of the reference.
    pub at: NodeId,
    /// What it says.
    pub reference: String,
    /// Why it leads nowhere.
    pub why: Broken,
}

/// Why a reference leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// There is nothing at that place.
    #[error("nothing is there")]
    Dangling,
    /// It leads to another machine.
    #[error("it leads to another machine, which is asked only with --allow-remote")]
    Remote,
    /// The file cannot be had.
    #[error("{why}")]
    File {
        /// Why.
        why: String,
    },
    /// It leads back to itself.
    #[error("it leads back to itself")]
    Circle,
}

/// A document or a part of several that has been read: where it begins.
#[derive(Clone, Copy, Debug)]
pub struct Root {
    /// Its text.
    pub source: SourceId,
    /// Its value.
    pub node: NodeId,
    /// Its first node.
    pub first: usize,
}

/// Names that a document gives to schemas: `$id`, `$anchor`, `$dynamicAnchor`.
#[derive(Debug, Default)]
pub(super) struct Names {
    anchors: HashMap<(SourceId, String), NodeId>,
    ids: HashMap<String, NodeId>,
    /// The schemas with a `$dynamicAnchor`.
    anchored: Vec<NodeId>,
}

impl Names {
    /// Takes in the names of one document.
    pub(super) fn collect(&mut self, arena: &Arena, roles: &Roles, root: &Root) {
        for node in (root.first..=root.node.index()).map(NodeId::at) {
            if !matches!(roles.of(node), Role::Schema | Role::Object) || !arena.is_map(node) {
                continue;
            }
            for key in [w::ANCHOR, w::DYNAMIC_ANCHOR] {
                if let Some(name) = arena.get_text(node, key) {
                    let name = arena.text(name).to_owned();
                    if key == w::DYNAMIC_ANCHOR {
                        self.anchored.push(node);
                    }
                    self.anchors.entry((root.source, name)).or_insert(node);
                }
            }
            if let Some(id) = arena.get_text(node, w::ID) {
                let id = arena.text(id).trim_end_matches('#').to_owned();
                self.ids.entry(id).or_insert(node);
            }
        }
    }
}

/// A reference in a document.
pub(super) struct Reference {
    /// The map that it stands in.
    pub(super) holder: NodeId,
    /// The text.
    pub(super) at: NodeId,
    /// What it says.
    pub(super) says: Word,
}

/// The references of one document.
pub(super) fn references(arena: &Arena, roles: &Roles, root: &Root) -> Vec<Reference> {
    let mut found = Vec::new();
    for node in (root.first..=root.node.index()).map(NodeId::at) {
        if !matches!(roles.of(node), Role::Schema | Role::Object) {
            continue;
        }
        for key in [w::REF, w::DYNAMIC_REF] {
            let Some(at) = arena.get(node, key) else { continue };
            if let Some(says) = arena.as_text(at) {
                found.push(Reference {
                    holder: node,
                    at,
                    says,
                });
                break;
            }
        }
    }
    found
}

/// The texts in mappings of discriminators of one document that name schemas by more than a component's name.
pub(super) fn mappings(arena: &Arena, roles: &Roles, root: &Root) -> Vec<(NodeId, Word)> {
    let mut found = Vec::new();
    for node in (root.first..=root.node.index()).map(NodeId::at) {
        if !matches!(roles.of(node), Role::Schema | Role::Object) {
            continue;
        }
        let Some(discriminator) = arena.get(node, w::DISCRIMINATOR) else {
            continue;
        };
        let mapping = arena.get(discriminator, w::MAPPING);
        let fields = mapping.map_or(&[][..], |mapping| arena.fields(mapping));
        let usual = arena.get(discriminator, w::DEFAULT_MAPPING);
        for at in fields.iter().map(|field| field.value).chain(usual) {
            let Some(says) = arena.as_text(at) else {
                continue;
            };
            if arena.text(says).contains(['/', '#', '.']) {
                found.push((at, says));
            }
        }
    }
    found
}

impl Refs {
    /// The node that a reference leads to, itself perhaps a reference.
    pub fn target(&self, holder: NodeId) -> Option<NodeId> {
        self.targets.get(&holder).copied()
    }

    /// The schema that a text of a discriminator's mapping names by a file.
    pub(super) fn mapped(&self, text: NodeId) -> Option<NodeId> {
        self.mapped.get(&text).copied()
    }

    pub(super) fn found_mapped(&mut self, text: NodeId, target: NodeId) {
        self.mapped.insert(text, target);
    }

    /// The schemas with a `$dynamicAnchor`, those of one document after those of the one before it.
    pub fn anchored(&self) -> &[NodeId] {
        &self.anchored
    }

    pub(super) fn take_anchored(&mut self, names: Names) {
        self.anchored.extend(names.anchored);
    }

    /// Texts in mappings of discriminators that lead nowhere and name no component.
    pub fn unmapped(&self) -> &[Problem] {
        &self.unmapped
    }

    pub(super) fn broken_mapped(&mut self, at: NodeId, reference: String, why: Broken) {
        self.unmapped.push(Problem { at, reference, why });
    }

    /// All nodes that are references which lead somewhere, with where that is.
    pub(super) fn all(&self) -> impl Iterator<Item = (NodeId, NodeId)> {
        self.targets.iter().map(|(holder, target)| (*holder, *target))
    }

    /// Whether a node is a reference, be it a broken one.
    pub fn is_reference(&self, arena: &Arena, node: NodeId) -> bool {
        self.targets.contains_key(&node) || arena.get_text(node, w::REF).is_some()
    }

    /// What a node is once references are followed; `None` when they lead nowhere.
    pub fn follow(&self, arena: &Arena, node: NodeId) -> Option<NodeId> {
        let mut node = node;
        for _ in 0..MAX_HOPS {
            match self.target(node) {
                Some(target) => node = target,
                None if self.is_reference(arena, node) => return None,
                None => return Some(node),
            }
        }
        None
    }

    /// References that lead nowhere, in the order of the documents.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    pub(super) fn found(&mut self, holder: NodeId, target: NodeId) {
        self.targets.insert(holder, target);
    }

    pub(super) fn broken(&mut self, arena: &Arena, reference: &Reference, why: Broken) {
        self.problems.push(Problem {
            at: reference.at,
            reference: arena.text(reference.says).to_owned(),
            why,
        });
    }

    /// Takes out references that only lead to each other.
    pub(super) fn break_circles(&mut self, arena: &Arena) {
        let mut holders: Vec<NodeId> = self.targets.keys().copied().collect();
        holders.sort_unstable();
        for holder in holders {
            let mut node = holder;
            let mut hops = 0;
            while let Some(target) = self.targets.get(&node) {
                node = *target;
                hops += 1;
                if node == holder || hops > MAX_HOPS {
                    break;
                }
            }
            if node != holder || hops == 0 {
                continue;
            }
            self.targets.remove(&holder);
            if let Some(at) = arena
                .get(holder, w::REF)
                .or_else(|| arena.get(holder, w::DYNAMIC_REF))
            {
                self.problems.push(Problem {
                    at,
                    reference: arena.as_text(at).map_or("", |word| arena.text(word)).to_owned(),
                    why: Broken::Circle,
                });
            }
        }
    }
}

/// Where the part after `#` leads in a document.
pub(super) fn within(
    arena: &Arena,
    names: &Names,
    refs: &Refs,
    root: &Root,
    fragment: &str,
) -> Option<NodeId> {
    let fragment = percent_decoded(fragment);
    if fragment.is_empty() {
        return Some(root.node);
    }
    let Some(pointer) = fragment.strip_prefix('/') else {
        return names.anchors.get(&(root.source, fragment)).copied();
    };
    let mut node = root.node;
    for part in pointer.split('/') {
        let part = part.replace("~1", "/").replace("~0", "~");
        let next = match arena.value(node) {
            Value::Map(_) => arena.word(&part).and_then(|word| arena.get(node, word)),
            Value::List(_) => part.parse().ok().and_then(|at: usize| arena.items(node).nth(at)),
            _ => None,
        };
        // The way may lead over references that are known already.
        node = if let Some(next) = next {
            next
        } else {
            let behind = refs.follow(arena, node).filter(|behind| *behind != node)?;
            arena.get(behind, arena.word(&part)?)?
        };
    }
    Some(node)
}

/// The schema that has this `$id`, or one in it.
pub(super) fn by_id(names: &Names, reference: &str) -> Option<NodeId> {
    let (id, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    names.ids.get(id).copied().filter(|_| fragment.is_empty())
}

fn percent_decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let mut read = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = bytes
            .get(at + 1..at + 3)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if bytes[at] == b'%' => {
                read.push(byte);
                at += 3;
            }
            _ => {
                read.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&read).into_owned()
}
