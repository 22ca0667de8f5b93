//! `allOf` as what it means: one schema that holds all that its branches say.
//!
//! Nothing is made: the schema looks at the nodes of all branches. Where two branches say different things with one keyword,
//! or where a keyword means only the branch that it stands in, there is no such view, and branches have to be compared with
//! branches.

use std::collections::HashMap;

use super::schema::Schema;
use crate::contract::arena::{NodeId, Value, Word};
use crate::contract::hash::is_annotation;
use crate::contract::words as w;

/// Nodes that one view looks at.
const MAX_NODES: usize = 64;

impl Schema<'_> {
    /// The schema with its `allOf` dissolved; `None` where that is not possible without losing something.
    pub fn dissolved(&self) -> Option<Self> {
        let arena = self.side().arena();
        let mut nodes: Vec<NodeId> = self.nodes().to_vec();
        let mut types = self.types();
        let mut next = 0;
        while let Some(node) = nodes.get(next).copied() {
            next += 1;
            let Some(list) = arena.get(node, w::ALL_OF) else {
                continue;
            };
            for item in arena.items(list) {
                let branch = Schema::of(self.side(), item)?;
                types = types.both(branch.types());
                for node in branch.nodes() {
                    if !arena.is_map(*node) || nodes.len() >= MAX_NODES {
                        return None;
                    }
                    if !nodes.contains(node) {
                        nodes.push(*node);
                    }
                }
            }
        }
        self.agree(&nodes).then(|| self.over(nodes, types))
    }

    /// Whether nodes can be looked at as one schema.
    fn agree(&self, nodes: &[NodeId]) -> bool {
        let (arena, hashes) = (self.side().arena(), &self.side().world.hashes);
        let mut said: HashMap<Word, NodeId> = HashMap::new();
        let mut named: HashMap<(Word, Word), NodeId> = HashMap::new();
        for node in nodes {
            for field in arena.fields(*node) {
                match field.key {
                    key if is_annotation(arena, key) => {}
                    // Joined, or looked at by themselves.
                    w::ALL_OF | w::TYPE | w::NULLABLE | w::REQUIRED | w::DEFS | w::REF => {}
                    w::PROPERTIES | w::PATTERN_PROPERTIES | w::DEPENDENT_SCHEMAS => {
                        for property in arena.fields(field.value) {
                            let other = named.insert((field.key, property.key), property.value);
                            if other.is_some_and(|other| !hashes.equal(other, property.value)) {
                                return false;
                            }
                        }
                    }
                    // They are about what their own branch names.
                    w::ADDITIONAL_PROPERTIES | w::ADDITIONAL_ITEMS if nodes.len() > 1 => {
                        if arena.value(field.value) != Value::Bool(true) {
                            return false;
                        }
                    }
                    w::UNEVALUATED_PROPERTIES | w::UNEVALUATED_ITEMS if *node != nodes[0] => return false,
                    key => {
                        let other = said.insert(key, field.value);
                        if other.is_some_and(|other| !hashes.equal(other, field.value)) {
                            return false;
                        }
                    }
                }
            }
        }
        true
    }

    /// Whether everything that another schema demands is demanded by this one, in the same words.
    pub fn says_all_of(&self, other: &Schema<'_>) -> bool {
        let hashes = &self.side().world.hashes;
        let arena = other.side().arena();
        let same = |own: Option<NodeId>, node: NodeId| own.is_some_and(|own| hashes.equal(own, node));
        let required = self.required();
        let has_named = |key: Word, map: NodeId| {
            let own: HashMap<Word, NodeId> = self.named(key).into_iter().collect();
            arena
                .fields(map)
                .iter()
                .all(|field| same(own.get(&field.key).copied(), field.value))
        };
        other.types().holds(self.types())
            && other.nodes().iter().all(|node| {
                arena.fields(*node).iter().all(|field| match field.key {
                    key if is_annotation(arena, key) => true,
                    w::ALL_OF | w::TYPE | w::NULLABLE | w::DEFS | w::REF => true,
                    w::REQUIRED => arena
                        .items(field.value)
                        .filter_map(|name| arena.as_text(name))
                        .all(|name| required.contains(&name)),
                    w::PROPERTIES | w::PATTERN_PROPERTIES | w::DEPENDENT_SCHEMAS => {
                        has_named(field.key, field.value)
                    }
                    key => same(self.get(key), field.value),
                })
            })
    }
}
