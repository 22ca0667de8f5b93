//! `allOf`, `anyOf`, `oneOf`: which branch is which, and what came and went.

use super::{Comparer, alike};
use crate::contract::arena::{NodeId, Word};
use crate::contract::hash::is_annotation;
use crate::contract::rules::Kind;
use crate::contract::view::Side;
use crate::contract::view::schema::Schema;
use crate::contract::words as w;

/// Branches of both sides.
#[derive(Debug, Default)]
struct Paired {
    pairs: Vec<(NodeId, NodeId)>,
    removed: Vec<NodeId>,
    added: Vec<NodeId>,
}

impl Comparer<'_, '_> {
    /// One schema that became a choice with that schema among others; whether it did comes back.
    pub(super) fn compare_wrapping(&mut self) -> bool {
        if self.base.get(w::ONE_OF).is_some() || self.base.get(w::ANY_OF).is_some() {
            return false;
        }
        let branches = self.revision.list(w::ONE_OF);
        if branches.is_empty() || self.revision.get(w::TYPE).is_some() || self.base.get(w::TYPE).is_none() {
            return false;
        }
        if Kind::WrappedInOneOf.level(self.column).is_none() || self.revision.plain_choice().is_some() {
            return false;
        }
        let found = self.at(w::ONE_OF).to(format!("{} branches", branches.len()));
        self.kind(Kind::WrappedInOneOf, found);
        true
    }

    /// Dissolves `allOf` on both sides where branches cannot be compared with branches: what one branch says may be said by
    /// another one now, or by the schema itself. What came and went is told where it says something of its own.
    pub(super) fn join_branches(&mut self) {
        let all = self.paired(w::ALL_OF);
        let counts = |nodes: &[NodeId]| nodes.iter().any(|node| !self.says_nothing(*node));
        let is_other = counts(&all.removed) || counts(&all.added);
        if !is_other && !self.changes_inside(&all) {
            return;
        }
        let (Some(base), Some(revision)) = (self.base.dissolved(), self.revision.dissolved()) else {
            return;
        };
        // Where each keyword is said once, a branch is compared with its branch as well as with the whole.
        if !is_other && !self.moves() && !base.is_tightened() && !revision.is_tightened() {
            return;
        }
        let is_said = |whole: &Schema<'_>, side: Side<'_>, node: NodeId| {
            let branch = Schema::of(side, node);
            let dissolved = branch.and_then(|branch| branch.dissolved());
            dissolved.is_some_and(|branch| whole.says_all_of(&branch))
        };
        let removed: Vec<NodeId> = all
            .removed
            .into_iter()
            .filter(|node| self.says_nothing(*node) || !is_said(&revision, self.base.side(), *node))
            .collect();
        let added: Vec<NodeId> = all
            .added
            .into_iter()
            .filter(|node| self.says_nothing(*node) || !is_said(&base, self.revision.side(), *node))
            .collect();
        self.tell_all_of(&removed, &added);
        (self.base, self.revision) = (base, revision);
        self.branches = Branches::Joined;
    }

    /// Whether branches that are there on both sides differ.
    fn changes_inside(&self, all: &Paired) -> bool {
        let hashes = &self.base.side().world.hashes;
        all.pairs
            .iter()
            .any(|(base, revision)| !hashes.equal(*base, *revision))
    }

    /// Whether the schema itself names other properties, which may have moved between it and its branches.
    fn moves(&self) -> bool {
        let names = |schema: &Schema<'_>| {
            let mut names: Vec<Word> = schema.properties().into_iter().map(|(name, _)| name).collect();
            names.extend(schema.required());
            names.sort_unstable();
            names
        };
        names(&self.base) != names(&self.revision)
    }

    fn tell_all_of(&mut self, removed: &[NodeId], added: &[NodeId]) {
        for node in removed {
            let kind = if self.says_nothing(*node) {
                Kind::AllOfRemovedAnnotationOnly
            } else {
                Kind::AllOfRemoved
            };
            self.branch(w::ALL_OF, kind, *node, Gone::Yes);
        }
        for node in added {
            let kind = if self.says_nothing(*node) {
                Kind::AllOfAddedAnnotationOnly
            } else {
                Kind::AllOfAdded
            };
            self.branch(w::ALL_OF, kind, *node, Gone::No);
        }
    }

    pub(super) fn compare_branches(&mut self) {
        let mut all = Paired::default();
        if self.branches == Branches::Apart {
            all = self.paired(w::ALL_OF);
            self.tell_all_of(&all.removed, &all.added);
        }
        // Choices between nothing but types have been compared as types.
        let plain = |schema: &Schema<'_>| {
            let is_choice = schema.get(w::ONE_OF).is_some() || schema.get(w::ANY_OF).is_some();
            !is_choice || schema.plain_choice().is_some()
        };
        let (any, one) = if plain(&self.base) && plain(&self.revision) {
            (Paired::default(), Paired::default())
        } else {
            self.paired_choices()
        };
        let was_choice = [w::ANY_OF, w::ONE_OF]
            .into_iter()
            .any(|key| !self.base.list(key).is_empty());
        for (key, choice, removed, added) in [
            (w::ANY_OF, &any, Kind::AnyOfRemoved, Kind::AnyOfAdded),
            (w::ONE_OF, &one, Kind::OneOfRemoved, Kind::OneOfAdded),
        ] {
            for node in &choice.removed {
                self.branch(key, removed, *node, Gone::Yes);
            }
            for node in &choice.added {
                self.branch(key, added, *node, Gone::No);
                if key == w::ANY_OF && was_choice {
                    self.branch(key, Kind::AnyOfWidened, *node, Gone::No);
                }
            }
        }
        for (base, revision) in all.pairs.into_iter().chain(any.pairs).chain(one.pairs) {
            self.inside(base, revision);
        }
    }

    /// The branches of `anyOf` and of `oneOf`. Whoever matches one of several matches any of them.
    fn paired_choices(&self) -> (Paired, Paired) {
        let has = |schema: &Schema<'_>| [w::ANY_OF, w::ONE_OF].map(|key| schema.get(key).is_some());
        if has(&self.base) == [false, true] && has(&self.revision) == [true, false] {
            let mut any = self.paired_lists(self.base.list(w::ONE_OF), self.revision.list(w::ANY_OF));
            self.pair_alike(&mut any);
            (any, Paired::default())
        } else {
            let [mut any, mut one] = [w::ANY_OF, w::ONE_OF].map(|key| self.paired(key));
            self.pair_alike(&mut any);
            self.pair_alike(&mut one);
            (any, one)
        }
    }

    /// Pairs what is left over of a choice so that the least changes, where it is much alike.
    fn pair_alike(&self, choice: &mut Paired) {
        let (base, revision) = (self.base.side(), self.revision.side());
        let old: Vec<NodeId> = choice
            .removed
            .iter()
            .copied()
            .filter(|node| reference(base, *node).is_none())
            .collect();
        let new: Vec<NodeId> = choice
            .added
            .iter()
            .copied()
            .filter(|node| reference(revision, *node).is_none())
            .collect();
        for (one, other) in alike::pairs((base, &old), (revision, &new)) {
            choice.removed.retain(|node| *node != one);
            choice.added.retain(|node| *node != other);
            choice.pairs.push((one, other));
        }
    }

    fn branch(&mut self, key: Word, kind: Kind, node: NodeId, gone: Gone) {
        let mut found = self.at(key);
        let side = match gone {
            Gone::Yes => {
                found.base = Some(node);
                self.base.side()
            }
            Gone::No => {
                found.revision = Some(node);
                self.revision.side()
            }
        };
        found.subject = name(side, node).unwrap_or_default();
        self.kind(kind, found);
    }

    fn says_nothing(&self, node: NodeId) -> bool {
        let arena = self.base.side().arena();
        arena.is_map(node)
            && arena
                .fields(node)
                .iter()
                .all(|field| is_annotation(arena, field.key))
    }

    fn paired(&self, key: Word) -> Paired {
        self.paired_lists(self.base.list(key), self.revision.list(key))
    }

    /// Pairs branches: by what they refer to, by title, by meaning; and the one that is left, if it is one on both sides.
    fn paired_lists(&self, mut old: Vec<NodeId>, mut new: Vec<NodeId>) -> Paired {
        let (base, revision) = (self.base.side(), self.revision.side());
        let mut paired = Paired::default();
        let hashes = &base.world.hashes;
        let title = |side: Side<'_>, node: NodeId| {
            let node = side.follow(node)?;
            side.arena().get_text(node, w::TITLE)
        };
        let ways: [&dyn Fn(NodeId, NodeId) -> bool; 3] = [
            &|one, other| {
                reference(base, one).is_some() && reference(base, one) == reference(revision, other)
            },
            &|one, other| {
                let same = |node: Option<NodeId>| node.map(|node| hashes.of(node));
                let (one, other) = (same(base.follow(one)), same(revision.follow(other)));
                one.is_some() && one == other
            },
            &|one, other| title(base, one).is_some() && title(base, one) == title(revision, other),
        ];
        for way in ways {
            old.retain(|one| {
                let Some(at) = new.iter().position(|other| way(*one, *other)) else {
                    return true;
                };
                paired.pairs.push((*one, new.remove(at)));
                false
            });
        }
        if let ([one], [other]) = (old.as_slice(), new.as_slice())
            && reference(base, *one).is_none()
            && reference(revision, *other).is_none()
        {
            paired.pairs.push((*one, *other));
            return paired;
        }
        paired.removed = old;
        paired.added = new;
        paired
    }
}

/// How the branches of `allOf` are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Branches {
    /// One by one, beside the schema that they stand in.
    Apart,
    /// As parts of that schema.
    Joined,
}

/// Whether a branch is gone or new.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gone {
    Yes,
    No,
}

/// The last part of what a branch refers to.
fn reference(side: Side<'_>, node: NodeId) -> Option<String> {
    let word = side.arena().get_text(node, w::REF)?;
    let text = side.text(word);
    Some(text.rsplit(['/', '#']).next().unwrap_or(text).to_owned())
}

fn name(side: Side<'_>, node: NodeId) -> Option<String> {
    reference(side, node).or_else(|| {
        let title = side.arena().get_text(node, w::TITLE)?;
        Some(side.text(title).to_owned())
    })
}
