//! Choices as a whole: several of them at once, one of which a single branch is left, and branches in other words.

use std::collections::HashSet;

use super::branches::{Gone, Paired, only_choice, reference, says_all};
use super::{Comparer, Found};
use crate::contract::arena::{NodeId, Word};
use crate::contract::rules::Kind;
use crate::contract::view::Side;
use crate::contract::view::schema::Schema;
use crate::contract::words as w;

/// Branches that one choice may have once those that are choices themselves are written out.
const MAX_BRANCHES: usize = 1_000;

impl Comparer<'_, '_> {
    /// The choices of schemas that are accepted only where each of them is: those that are the same, those that have
    /// branches in common, and those that came and went.
    pub(super) fn compare_several_choices(&mut self) {
        let (mut old, mut new) = (self.base.choice_lists(), self.revision.choice_lists());
        let arena = self.base.side().arena();
        let hashes = &self.base.side().world.hashes;
        let mut pairs: Vec<(Word, Paired)> = Vec::new();
        old.retain(|(key, list)| {
            let same = new
                .iter()
                .position(|(other, new)| key == other && hashes.equal(*list, *new));
            same.map(|at| new.remove(at)).is_none()
        });
        old.retain(|(key, list)| {
            let branches: Vec<NodeId> = arena.items(*list).collect();
            let mut others = new.iter().enumerate().filter(|(_, (other, _))| other == key);
            let found = others.find_map(|(at, (_, list))| {
                let mut paired = self.paired_lists(branches.clone(), arena.items(*list).collect());
                self.pair_alike(&mut paired);
                (!paired.pairs.is_empty()).then_some((at, paired))
            });
            let Some((at, paired)) = found else {
                return true;
            };
            new.remove(at);
            pairs.push((*key, paired));
            false
        });
        for (_, list) in old {
            self.kind(Kind::ChoiceRemoved, Found::at(list, self.revision.node()));
        }
        for (_, list) in new {
            self.kind(Kind::ChoiceAdded, Found::at(self.base.node(), list));
        }
        for (key, paired) in pairs {
            self.tell_branches(key, &paired.removed, &paired.added);
            for (base, revision) in paired.pairs {
                self.inside(base, revision);
            }
        }
    }

    /// Branches that came and went in a choice that is on both sides.
    fn tell_branches(&mut self, key: Word, removed: &[NodeId], added: &[NodeId]) {
        let (gone, new) = if key == w::ANY_OF {
            (Kind::AnyOfRemoved, Kind::AnyOfAdded)
        } else {
            (Kind::OneOfRemoved, Kind::OneOfAdded)
        };
        for node in removed {
            self.branch(key, gone, *node, Gone::Yes);
        }
        for node in added {
            self.branch(key, new, *node, Gone::No);
            if key == w::ANY_OF {
                self.branch(key, Kind::AnyOfWidened, *node, Gone::No);
            }
        }
    }

    /// A choice of which one branch is left, or one schema that became a branch of `anyOf`: the others are gone or new,
    /// and nothing else is. Whether it was one comes back.
    pub(super) fn compare_single_branch(&mut self) -> bool {
        let (old, new) = (only_choice(&self.base), only_choice(&self.revision));
        // With parts of its own a schema is more than one branch.
        let is_one =
            |schema: &Schema<'_>| schema.get(w::ALL_OF).is_none() && schema.choice_lists().is_empty();
        let (key, mut paired) = match (old, new) {
            (Some(key), None) if is_one(&self.revision) => {
                let one = whole_node(&self.revision, self.written[1]);
                (key, self.paired_lists(self.base.list(key), vec![one]))
            }
            (None, Some(w::ANY_OF)) if is_one(&self.base) => {
                let one = whole_node(&self.base, self.written[0]);
                (
                    w::ANY_OF,
                    self.paired_lists(vec![one], self.revision.list(w::ANY_OF)),
                )
            }
            _ => return false,
        };
        // What is plain is compared as types.
        if self.base.plain_choice().is_some() || self.revision.plain_choice().is_some() {
            return false;
        }
        self.pair_alike(&mut paired);
        let [(base, revision)] = paired.pairs[..] else {
            return false;
        };
        // What is neither narrower nor wider is another schema, and no branch that stayed.
        let (Some(one), Some(other)) = (
            Schema::of(self.base.side(), base),
            Schema::of(self.revision.side(), revision),
        ) else {
            return false;
        };
        if !says_all(&one, &other) && !says_all(&other, &one) {
            return false;
        }
        self.tell_branches(key, &paired.removed, &paired.added);
        self.part(base, revision, self.column);
        self.compare_discriminator();
        true
    }

    /// Takes branches of `anyOf` out of what came and went that the other side has in other words: twice, or in an `anyOf`
    /// that is a branch itself.
    pub(super) fn take_out_spelled_otherwise(&self, any: &mut Paired) {
        if any.removed.is_empty() && any.added.is_empty() {
            return;
        }
        let (base, revision) = (self.base.side(), self.revision.side());
        let (old, new) = (self.base.list(w::ANY_OF), self.revision.list(w::ANY_OF));
        if old.is_empty() || new.is_empty() {
            return;
        }
        let number = |side: Side<'_>, node: NodeId| {
            let node = side.follow(node).unwrap_or(node);
            side.world.hashes.of(node)
        };
        let numbers = |side: Side<'_>, nodes: &[NodeId]| -> HashSet<u64> {
            written_out(side, nodes)
                .into_iter()
                .map(|node| number(side, node))
                .collect()
        };
        let (was, is) = (numbers(base, &old), numbers(revision, &new));
        let left = |side: Side<'_>, nodes: &[NodeId], others: &HashSet<u64>| -> Vec<NodeId> {
            let mut seen = others.clone();
            let mut left = written_out(side, nodes);
            // A name that came or went is told, even if what it stands for is there under another one.
            let is_named = |node: &NodeId| nodes.contains(node) && reference(side, *node).is_some();
            left.retain(|node| seen.insert(number(side, *node)) || is_named(node));
            left
        };
        let removed = left(base, &any.removed, &is);
        let added = left(revision, &any.added, &was);
        if removed.len() == any.removed.len() && added.len() == any.added.len() {
            return;
        }
        let rest = self.paired_lists(removed, added);
        any.pairs.extend(rest.pairs);
        (any.removed, any.added) = (rest.removed, rest.added);
    }
}

/// The node that says all that a schema says: its own, or the one that is written where more lies around or beside it.
fn whole_node(schema: &Schema<'_>, written: NodeId) -> NodeId {
    if schema.nodes().len() == 1 && !schema.is_nullable_around() {
        schema.node()
    } else {
        written
    }
}

/// Branches with those of each that is nothing but an `anyOf`, in their order.
fn written_out(side: Side<'_>, nodes: &[NodeId]) -> Vec<NodeId> {
    let mut found = Vec::new();
    let mut seen: HashSet<NodeId> = HashSet::new();
    let mut todo: Vec<NodeId> = nodes.iter().rev().copied().collect();
    while let Some(node) = todo.pop() {
        let inner = Schema::of(side, node).filter(|schema| {
            only_choice(schema) == Some(w::ANY_OF)
                && schema.get(w::DISCRIMINATOR).is_none()
                && !schema.is_nullable()
                && seen.len() < MAX_BRANCHES
                && seen.insert(schema.node())
        });
        match inner {
            Some(schema) => todo.extend(schema.list(w::ANY_OF).into_iter().rev()),
            None => found.push(node),
        }
    }
    found
}
