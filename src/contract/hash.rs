//! One number for what a value says, through references: equal numbers, equal meaning, and nothing needs to be compared.
//!
//! The order of keys and what only describes are left out. The key of the hash is drawn anew in each process, so that nobody
//! can write two schemas that only look equal.

use std::hash::{BuildHasher, Hash, RandomState};

use super::arena::{Arena, NodeId, Value, Word};
use super::family::Families;
use super::graph;
use super::keyed::Map;
use super::refs::Refs;
use super::role::{Role, Roles};
use super::words as w;

/// The numbers of all nodes.
#[derive(Debug, Default)]
pub struct Hashes {
    numbers: Vec<u64>,
    state: RandomState,
}

impl Hashes {
    /// Of every node that the arena has now.
    pub(super) fn of_all(arena: &Arena, roles: &Roles, refs: &Refs, families: &Families) -> Self {
        let hasher = Hasher {
            arena,
            roles,
            refs,
            families,
            state: RandomState::new(),
        };
        let own = hasher.all(|_| 0);
        let deep = hasher.deep(&own);
        Self {
            numbers: hasher.all(|target| deep.get(&target).copied().unwrap_or(0)),
            state: hasher.state,
        }
    }

    /// Takes in a schema that was made since, of parts that are there; their order means nothing.
    pub(super) fn take_in(&mut self, made: NodeId, parts: &[NodeId]) {
        let sum = parts.iter().fold(0_u64, |sum, part| {
            sum.wrapping_add(self.state.hash_one((6_u8, self.of(*part))))
        });
        let hash = self.state.hash_one((7_u8, sum));
        self.numbers.resize(made.index() + 1, hash);
    }

    /// Whether two nodes mean the same.
    pub fn equal(&self, left: NodeId, right: NodeId) -> bool {
        match (self.numbers.get(left.index()), self.numbers.get(right.index())) {
            (Some(left), Some(right)) => left == right,
            _ => left == right,
        }
    }

    /// The number of a node.
    pub fn of(&self, node: NodeId) -> u64 {
        self.numbers.get(node.index()).copied().unwrap_or(0)
    }
}

/// What a schema is described with, and what makes no difference to what it accepts.
pub(super) fn is_annotation(arena: &Arena, key: Word) -> bool {
    match key {
        w::DESCRIPTION
        | w::TITLE
        | w::SUMMARY
        | w::EXAMPLE
        | w::EXAMPLES
        | w::EXTERNAL_DOCS
        | w::XML
        | w::COMMENT => true,
        w::SUNSET | w::STABILITY | w::EXTENSIBLE_ENUM | w::X_NULLABLE => false,
        _ => arena.text(key).starts_with("x-"),
    }
}

struct Hasher<'a> {
    arena: &'a Arena,
    roles: &'a Roles,
    refs: &'a Refs,
    families: &'a Families,
    state: RandomState,
}

impl Hasher<'_> {
    fn one(&self, value: impl Hash) -> u64 {
        self.state.hash_one(value)
    }

    /// The number of each node, given those of what references lead to.
    fn all(&self, target: impl Fn(NodeId) -> u64) -> Vec<u64> {
        let mut found: Vec<u64> = Vec::with_capacity(self.arena.len());
        for node in self.arena.all() {
            let hash = match self.arena.value(node) {
                Value::Null => self.one(0_u8),
                Value::Bool(value) => self.one((1_u8, value)),
                Value::Number(word) => self.one((2_u8, word)),
                Value::Text(word) => self.one((3_u8, word)),
                Value::List(_) => {
                    let items = self.arena.items(node).map(|item| found[item.index()]);
                    items.fold(self.one(4_u8), |hash, item| self.one((hash, item)))
                }
                Value::Map(_) => {
                    let is_schema = self.roles.of(node) == Role::Schema;
                    let fields = self.arena.fields(node).iter();
                    // How it is written as XML is no meaning, but comparing has to see that it changed.
                    let counted = fields.filter(|field| {
                        !is_schema || field.key == w::XML || !is_annotation(self.arena, field.key)
                    });
                    let sum = counted.fold(0_u64, |sum, field| {
                        sum.wrapping_add(self.one((field.key, found[field.value.index()])))
                    });
                    let behind = self.refs.target(node).map(&target);
                    let family = self.families.of(node).iter().fold(0_u64, |sum, (name, child)| {
                        sum.wrapping_add(self.one((name, target(*child))))
                    });
                    self.one((5_u8, sum, behind, family))
                }
            };
            found.push(hash);
        }
        found
    }

    /// The number of each node that a reference leads to, with what lies behind the references in it.
    fn deep(&self, own: &[u64]) -> Map<NodeId, u64> {
        let mut targets: Vec<NodeId> = Vec::new();
        let mut numbers: Map<NodeId, u32> = Map::default();
        let holders: Vec<(NodeId, NodeId)> = self
            .arena
            .all()
            .filter_map(|node| Some((node, self.refs.target(node)?)))
            .chain(self.families.pairs())
            .collect();
        for (_, target) in &holders {
            numbers.entry(*target).or_insert_with(|| {
                targets.push(*target);
                u32::try_from(targets.len() - 1).unwrap_or(u32::MAX)
            });
        }
        // The text of a reference tells apart what it leads to from here and there.
        let mut edges: Vec<Vec<(u64, u32)>> = vec![Vec::new(); targets.len()];
        for (holder, target) in &holders {
            let mut around = Some(*holder);
            while let Some(node) = around {
                if let Some(number) = numbers.get(&node) {
                    edges[*number as usize].push((own[holder.index()], numbers[target]));
                }
                around = self.arena.parent(node);
            }
        }
        let plain: Vec<Vec<u32>> = edges
            .iter()
            .map(|edges| edges.iter().map(|(_, to)| *to).collect())
            .collect();
        let component = graph::components(&plain);
        let mut members: Vec<Vec<usize>> = Vec::new();
        for (node, number) in component.iter().enumerate() {
            let number = *number as usize;
            if members.len() <= number {
                members.resize(number + 1, Vec::new());
            }
            members[number].push(node);
        }
        let mut deep = vec![0_u64; targets.len()];
        for members in &members {
            let is_inside = |to: u32| component[to as usize] == component[members[0]];
            let labels: Map<usize, u64> = members
                .iter()
                .map(|member| {
                    let outside = edges[*member].iter().filter(|(_, to)| !is_inside(*to));
                    let sum = outside.fold(0_u64, |sum, (name, to)| {
                        sum.wrapping_add(self.one((name, deep[*to as usize])))
                    });
                    (*member, self.one((own[targets[*member].index()], sum)))
                })
                .collect();
            let unit = members.iter().fold(0_u64, |unit, member| {
                let inside = edges[*member].iter().filter(|(_, to)| is_inside(*to));
                let sum = inside.fold(0_u64, |sum, (name, to)| {
                    sum.wrapping_add(self.one((name, labels[&(*to as usize)])))
                });
                unit.wrapping_add(self.one((labels[member], sum)))
            });
            for member in members {
                deep[*member] = self.one((unit, labels[member]));
            }
        }
        targets.into_iter().zip(deep).collect()
    }
}
