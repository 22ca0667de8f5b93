//! `$dynamicRef`, which leads to another schema by the way on which it is reached.
//!
//! Schemas are compared by themselves, wherever they are used, and there a `$dynamicRef` leads to the schema of its name that
//! stands beside it. Where several schemas have the name, the resource that was entered first decides. So wherever a
//! reference enters a resource, what that one puts in the place of the name is compared as well.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::contract::arena::{NodeId, Word};
use crate::contract::view::Side;
use crate::contract::words as w;

/// The longest way over references.
const MAX_HOPS: usize = 64;

/// The names that stand for more than one schema of a document, by the resources that say so; usually there are none.
#[derive(Debug, Default)]
pub(super) struct Dynamic {
    named: HashMap<NodeId, Vec<(Word, NodeId)>>,
    names: BTreeSet<Word>,
}

/// What the references of a schema lead over.
#[derive(Debug, Default)]
pub(super) struct Entered {
    /// The schemas that names stand for from here on.
    pub(super) bound: BTreeMap<Word, NodeId>,
    /// The names that are asked for.
    pub(super) asked: BTreeSet<Word>,
}

impl Dynamic {
    /// The names of two documents, of which the nodes of the second begin at a number.
    pub(super) fn of(base: Side<'_>, border: usize) -> Self {
        let arena = base.arena();
        let mut counts: HashMap<(Word, bool), usize> = HashMap::new();
        let mut named: HashMap<NodeId, Vec<(Word, NodeId)>> = HashMap::new();
        for node in base.world.refs.anchored() {
            let Some(name) = arena.get_text(*node, w::DYNAMIC_ANCHOR) else {
                continue;
            };
            *counts.entry((name, node.index() < border)).or_default() += 1;
            named
                .entry(resource(base, *node))
                .or_default()
                .push((name, *node));
        }
        let several = counts.into_iter().filter(|(_, count)| *count > 1);
        Self {
            named,
            names: several.map(|((name, _), _)| name).collect(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// What the references of a schema lead over: of several resources the first one counts.
    pub(super) fn entered(&self, side: Side<'_>, node: NodeId) -> Entered {
        let arena = side.arena();
        let mut entered = Entered::default();
        let mut node = node;
        for _ in 0..MAX_HOPS {
            if let Some(says) = arena.get_text(node, w::DYNAMIC_REF) {
                let (_, name) = side.text(says).split_once('#').unwrap_or_default();
                let name = arena.word(name).filter(|name| self.names.contains(name));
                entered.asked.extend(name);
            }
            let Some(target) = side.world.refs.target(node) else {
                break;
            };
            node = target;
            for (name, schema) in self.named.get(&resource(side, node)).into_iter().flatten() {
                if self.names.contains(name) {
                    entered.bound.entry(*name).or_insert(*schema);
                }
            }
        }
        entered
    }
}

/// The schema with an `$id` that a node stands in, or else its document.
fn resource(side: Side<'_>, node: NodeId) -> NodeId {
    let arena = side.arena();
    let mut node = node;
    while arena.get_text(node, w::ID).is_none() {
        let Some(around) = arena.parent(node) else {
            break;
        };
        node = around;
    }
    node
}
