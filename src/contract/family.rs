//! Which schemas a discriminator stands for: those that take it in by `allOf`, and those that its mapping names.
//!
//! Nothing in a schema with a discriminator leads to them, and yet they are what is sent where it is asked for.

use std::collections::{HashMap, HashSet};

use super::arena::{Arena, NodeId, Word};
use super::refs::Refs;
use super::role::{Role, Roles};
use super::words as w;

/// The schemas behind each discriminator.
#[derive(Debug, Default)]
pub struct Families(HashMap<NodeId, Vec<(Word, NodeId)>>);

impl Families {
    /// Of every schema that the arena has now.
    pub(super) fn of_all(arena: &Arena, roles: &Roles, refs: &Refs) -> Self {
        // In other files a schema is what one refers to.
        let mut behind: HashSet<NodeId> = HashSet::new();
        let mut names_behind: HashMap<NodeId, Vec<(NodeId, Word)>> = HashMap::new();
        for (holder, target) in refs.all().filter(|(holder, _)| roles.of(*holder) == Role::Schema) {
            behind.insert(target);
            if is_component(arena, holder)
                && let Some(name) = arena.key(holder)
                && let Some(target) = refs.follow(arena, target)
            {
                behind.insert(target);
                names_behind.entry(target).or_default().push((holder, name));
            }
        }
        for names in names_behind.values_mut() {
            names.sort_unstable();
        }
        let is_schema =
            |node: &NodeId| arena.is_map(*node) && (roles.of(*node) == Role::Schema || behind.contains(node));
        // A choice names its branches itself.
        let parents: Vec<NodeId> = arena
            .all()
            .filter(|node| is_schema(node) && arena.get(*node, w::DISCRIMINATOR).is_some())
            .filter(|node| {
                [w::ONE_OF, w::ANY_OF]
                    .iter()
                    .all(|key| arena.get(*node, *key).is_none())
            })
            .collect();
        if parents.is_empty() {
            return Self::default();
        }
        let mut children: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
        for node in arena.all().filter(is_schema) {
            let is_named = || is_component(arena, node) || names_behind.contains_key(&node);
            let Some(list) = arena.get(node, w::ALL_OF).filter(|_| is_named()) else {
                continue;
            };
            for parent in arena.items(list).filter_map(|item| refs.target(item)) {
                if let Some(parent) = refs.follow(arena, parent) {
                    children.entry(parent).or_default().push(node);
                }
            }
        }
        let mut names: HashMap<NodeId, HashMap<NodeId, Word>> = HashMap::new();
        let mut families = HashMap::new();
        for parent in parents {
            let mut family: Vec<(Word, NodeId)> = mapped(arena, refs, parent);
            let mut seen = HashSet::from([parent]);
            let mut todo = vec![parent];
            while let Some(node) = todo.pop() {
                for child in children.get(&node).into_iter().flatten() {
                    if !seen.insert(*child) {
                        continue;
                    }
                    if let Some(map) = arena.parent(*child) {
                        let names = names.entry(map).or_insert_with(|| {
                            let fields = arena.fields(map).iter();
                            fields.map(|field| (field.value, field.key)).collect()
                        });
                        family.extend(names.get(child).map(|name| (*name, *child)));
                    }
                    let called = names_behind.get(child).into_iter().flatten();
                    family.extend(called.map(|(_, name)| (*name, *child)));
                    // What lies behind another discriminator is of that one's family.
                    if arena.get(*child, w::DISCRIMINATOR).is_none() {
                        todo.push(*child);
                    }
                }
            }
            if !family.is_empty() {
                families.insert(parent, family);
            }
        }
        Self(families)
    }

    /// The schemas that a discriminator of this schema stands for, by the names that tell them apart.
    pub fn of(&self, node: NodeId) -> &[(Word, NodeId)] {
        self.0.get(&node).map_or(&[], Vec::as_slice)
    }

    /// Each schema with one that it stands for.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (NodeId, NodeId)> {
        let families = self.0.iter();
        families.flat_map(|(parent, family)| family.iter().map(|(_, child)| (*parent, *child)))
    }
}

/// Whether a schema is one that its document keeps by a name.
fn is_component(arena: &Arena, node: NodeId) -> bool {
    let Some(map) = arena.parent(node) else {
        return false;
    };
    let around = arena.parent(map);
    around.is_some_and(|around| {
        [w::SCHEMAS, w::DEFINITIONS]
            .iter()
            .any(|key| arena.get(around, *key) == Some(map))
    })
}

/// The schemas that a mapping names, by the words for them.
fn mapped(arena: &Arena, refs: &Refs, parent: NodeId) -> Vec<(Word, NodeId)> {
    let discriminator = arena.get(parent, w::DISCRIMINATOR);
    let Some(mapping) = discriminator.and_then(|node| arena.get(node, w::MAPPING)) else {
        return Vec::new();
    };
    let target = |value: NodeId| component(arena, value).or_else(|| refs.mapped(value));
    let fields = arena.fields(mapping).iter();
    fields
        .filter_map(|field| Some((field.key, target(field.value)?)))
        .collect()
}

/// The component of its own document that a text of a mapping names.
pub(super) fn component(arena: &Arena, text: NodeId) -> Option<NodeId> {
    let mut root = text;
    while let Some(around) = arena.parent(root) {
        root = around;
    }
    let components = arena.get(root, w::COMPONENTS);
    let schemas = components.and_then(|node| arena.get(node, w::SCHEMAS))?;
    let name = component_name(arena.text(arena.as_text(text)?));
    arena.get(schemas, arena.word(name)?)
}

/// The name of the component that a text names, if it names one.
pub(super) fn component_name(text: &str) -> &str {
    text.strip_prefix("#/components/schemas/").unwrap_or(text)
}
