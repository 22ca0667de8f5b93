//! Schemas that nobody wrote: what several parts of an `allOf` say of one property or one item, as an `allOf` of them.
//!
//! They are made once, when everything is loaded, so that comparing only looks. Each stands for the schemas that are its
//! parts, which keep their places in the text. Equal sets of parts give one schema, so that parts which hold themselves
//! come to an end. Where a schema could not be looked at as one thing, it is not made, and neither is what would need it.

use std::collections::{HashMap, HashSet};

use super::Side;
use super::joined::overlaps;
use super::schema::Schema;
use crate::contract::arena::{Arena, Builder, Limits, NodeId};
use crate::contract::load::{Document, Version, World};
use crate::contract::words as w;

/// Schemas that are made at most for a document, beside one for each so many of its nodes. Parts beyond them are compared
/// with parts.
const MAX_MADE: (usize, usize) = (500, 8);

/// What was made.
#[derive(Debug, Default)]
pub struct Meets {
    /// By the parts, in the order of their numbers.
    by_parts: HashMap<Vec<NodeId>, NodeId>,
    made: HashSet<NodeId>,
}

impl Meets {
    /// Makes the schemas of all documents of a world whose references and numbers are known.
    pub(in crate::contract) fn make(world: &mut World, documents: &[Document]) {
        let end = world.arena.len();
        for (at, document) in documents.iter().enumerate() {
            let next = documents.get(at + 1).map_or(end, |next| next.root.first);
            make_for(world, document, document.root.first..next);
        }
    }

    /// The schema of some parts, if it was made.
    pub(super) fn of(&self, parts: &[NodeId]) -> Option<NodeId> {
        self.by_parts.get(&key(parts)).copied()
    }

    /// Whether a schema was made.
    pub fn is_made(&self, node: NodeId) -> bool {
        self.made.contains(&node)
    }
}

fn key(parts: &[NodeId]) -> Vec<NodeId> {
    let mut key = parts.to_vec();
    key.sort_unstable();
    key
}

/// Makes what the schemas of a document need, and what those need in their turn.
fn make_for(world: &mut World, document: &Document, nodes: std::ops::Range<usize>) {
    let room = MAX_MADE.0 + nodes.len() / MAX_MADE.1;
    let mut made: Vec<(NodeId, Vec<NodeId>)> = Vec::new();
    let mut needed_by: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
    for node in nodes.map(NodeId::at) {
        for parts in needs(Side { world, document }, node) {
            made.extend(make_one(world, parts, room - made.len()).and_then(Made::into_new));
        }
    }
    let mut next = 0;
    while let Some((node, _)) = made.get(next) {
        let node = *node;
        next += 1;
        for parts in needs(Side { world, document }, node) {
            let Some(one) = make_one(world, parts, room - made.len()) else {
                continue;
            };
            needed_by.entry(one.node()).or_default().push(node);
            made.extend(one.into_new());
        }
    }
    let side = Side { world, document };
    let is_one = |node: NodeId| {
        let written = Schema::written(side, node);
        written.is_some_and(|schema| schema.dissolved().is_some())
    };
    let mut failed: Vec<NodeId> = made
        .iter()
        .map(|(node, _)| *node)
        .filter(|node| !is_one(*node))
        .collect();
    let parts: HashMap<NodeId, Vec<NodeId>> = made.into_iter().collect();
    while let Some(node) = failed.pop() {
        if world.meets.made.remove(&node) {
            if let Some(parts) = parts.get(&node) {
                world.meets.by_parts.remove(&key(parts));
            }
            failed.extend(needed_by.remove(&node).unwrap_or_default());
        }
    }
}

/// A schema that is there for some parts.
enum Made {
    /// It was made just now, of these.
    New(NodeId, Vec<NodeId>),
    /// It was there.
    Known(NodeId),
}

impl Made {
    fn node(&self) -> NodeId {
        match self {
            Self::New(node, _) | Self::Known(node) => *node,
        }
    }

    fn into_new(self) -> Option<(NodeId, Vec<NodeId>)> {
        match self {
            Self::New(node, parts) => Some((node, parts)),
            Self::Known(_) => None,
        }
    }
}

/// The parts of each schema that has to be there so that this one can be looked at as one thing.
fn needs(side: Side<'_>, node: NodeId) -> Vec<Vec<NodeId>> {
    let arena = side.arena();
    let beside = side.version() >= Version::V31 && arena.fields(node).len() > 1;
    let has_parts =
        arena.get(node, w::ALL_OF).is_some() || (beside && side.world.refs.target(node).is_some());
    let Some(schema) = Schema::written(side, node).filter(|_| has_parts) else {
        return Vec::new();
    };
    let mut found = overlaps(side, schema.nodes());
    if let Some((nodes, _)) = schema.gathered()
        && nodes.len() > schema.nodes().len()
    {
        found.extend(overlaps(side, &nodes));
    }
    found
}

/// `allOf` with these parts, which stay where they are; `None` where there is no room for it.
fn make_one(world: &mut World, parts: Vec<NodeId>, room: usize) -> Option<Made> {
    if let Some(known) = world.meets.of(&parts) {
        return Some(Made::Known(known));
    }
    if room == 0 {
        return None;
    }
    let first = world.arena.len();
    let node = built(&mut world.arena, &parts)?;
    for made in (first..=node.index()).map(NodeId::at) {
        world.arena.stands_for(made, parts[0]);
    }
    world.hashes.take_in(node, &parts);
    world.meets.by_parts.insert(key(&parts), node);
    world.meets.made.insert(node);
    Some(Made::New(node, parts))
}

fn built(arena: &mut Arena, parts: &[NodeId]) -> Option<NodeId> {
    let mut builder = Builder::new(arena, Limits::default());
    builder.open_map(0).ok()?;
    builder.key(w::ALL_OF, 0);
    builder.open_list(0).ok()?;
    for part in parts {
        builder.again(*part, 1, 0).ok()?;
    }
    builder.close().ok()?;
    let (node, _) = builder.close().ok()??;
    Some(node)
}
