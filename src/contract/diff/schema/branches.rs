//! `allOf`, `anyOf`, `oneOf`: which branch is which, and what came and went.

use super::{Comparer, alike, is_request};
use crate::contract::arena::{NodeId, Value, Word};
use crate::contract::hash::is_annotation;
use crate::contract::rules::Kind;
use crate::contract::view::Side;
use crate::contract::view::schema::{Schema, Trivial, Types, is_null};
use crate::contract::words as w;

/// Branches of both sides.
#[derive(Debug, Default)]
pub(super) struct Paired {
    pub(super) pairs: Vec<(NodeId, NodeId)>,
    pub(super) removed: Vec<NodeId>,
    pub(super) added: Vec<NodeId>,
}

impl Comparer<'_, '_> {
    /// One schema that became a choice with that schema among others; whether it did comes back.
    pub(super) fn compare_wrapping(&mut self) -> bool {
        if self.base.get(w::ONE_OF).is_some() || self.base.get(w::ANY_OF).is_some() {
            return self.compare_whole_choice() || self.compare_single_branch();
        }
        let branches = self.revision.list(w::ONE_OF);
        // Branches that are all narrower than what was there leave nothing that could match two of them and matched before.
        if self.compare_whole_choice() || self.compare_single_branch() {
            return true;
        }
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

    /// A choice of nothing but schemas that are all narrower than the one schema of the other side; whether that was all
    /// comes back.
    fn compare_whole_choice(&mut self) -> bool {
        let kind = match (only_choice(&self.base), only_choice(&self.revision)) {
            (Some(_), None) if lone(&self.base, &self.revision) => Kind::ChoiceRemoved,
            (None, Some(_)) if lone(&self.revision, &self.base) => Kind::ChoiceAdded,
            _ => return false,
        };
        let key = if kind == Kind::ChoiceAdded {
            only_choice(&self.revision)
        } else {
            only_choice(&self.base)
        };
        self.kind(kind, self.at(key.unwrap_or(w::ONE_OF)));
        true
    }

    /// A choice that is there on one side only, among others or beside other keywords or a choice that both sides have: what
    /// it is to the whole.
    fn lone_choice(&self, key: Word) -> Option<Lone> {
        let (old, new) = (self.base.list(key), self.revision.list(key));
        let lacks = |schema: &Schema<'_>| {
            [w::ANY_OF, w::ONE_OF]
                .iter()
                .all(|key| schema.list(*key).is_empty())
        };
        let (choice, other, branches) = match (old.is_empty(), new.is_empty()) {
            (false, true) => (&self.base, &self.revision, old),
            (true, false) => (&self.revision, &self.base, new),
            _ => return None,
        };
        let side = choice.side();
        let other_key = if key == w::ANY_OF { w::ONE_OF } else { w::ANY_OF };
        if [choice, other]
            .iter()
            .all(|schema| !schema.list(other_key).is_empty())
        {
            return Some(Lone::Beside);
        }
        if !lacks(other) {
            return None;
        }
        let is_one = branches
            .iter()
            .any(|node| Schema::of(side, *node).is_some_and(|branch| says_all(other, &branch)));
        Some(if is_one {
            Lone::OfOne
        } else if only_choice(choice).is_some() {
            Lone::Other
        } else {
            Lone::Beside
        })
    }

    /// Dissolves `allOf` on both sides where branches cannot be compared with branches: what one branch says may be said by
    /// another one now, or by the schema itself. What came and went is told where it says something of its own.
    pub(super) fn join_branches(&mut self) {
        if self.is_of_parts() {
            return;
        }
        let mut all = self.paired(w::ALL_OF);
        self.pair_alike(&mut all);
        let counts = |nodes: &[NodeId]| nodes.iter().any(|node| !self.says_nothing(*node));
        let is_other = counts(&all.removed) || counts(&all.added);
        if !is_other && all.pairs.is_empty() {
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
            dissolved.is_some_and(|branch| whole.says_all_but_properties(&branch))
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

    /// Looks at both sides as one thing where one of them was made of parts, which nobody wrote as branches of one `allOf`;
    /// whether it did comes back.
    fn is_of_parts(&mut self) -> bool {
        let meets = &self.base.side().world.meets;
        let made = [&self.base, &self.revision].map(|schema| meets.is_made(schema.node()));
        if made == [false, false] {
            return false;
        }
        let Some((base, revision)) = self.base.dissolved().zip(self.revision.dissolved()) else {
            return false;
        };
        (self.base, self.revision) = (base, revision);
        self.branches = Branches::Joined;
        true
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
            self.pair_alike(&mut all);
            self.tell_all_of(&all.removed, &all.added);
        }
        // Choices between nothing but types have been compared as types.
        let plain = |schema: &Schema<'_>| {
            let is_choice = schema.get(w::ONE_OF).is_some() || schema.get(w::ANY_OF).is_some();
            !is_choice || schema.plain_choice().is_some()
        };
        if self.base.has_several_choices() || self.revision.has_several_choices() {
            self.compare_several_choices();
            for (base, revision) in all.pairs {
                self.inside(base, revision);
            }
            return;
        }
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
            // A choice of types alone has been compared as types.
            let is_told = choice.removed.is_empty() && choice.added.is_empty();
            let lone = self.lone_choice(key).filter(|_| !is_told);
            if matches!(lone, Some(Lone::Other | Lone::Beside)) {
                let kind = if choice.added.is_empty() {
                    Kind::ChoiceRemoved
                } else {
                    Kind::ChoiceAdded
                };
                self.kind(kind, self.at(key));
            }
            if lone == Some(Lone::Beside) {
                continue;
            }
            let was_choice = was_choice || lone.is_some();
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
        if self.became_exclusive() && !one.pairs.is_empty() {
            self.kind(Kind::ChoiceAdded, self.at(w::ONE_OF));
        }
        for (base, revision) in all.pairs.into_iter().chain(any.pairs).chain(one.pairs) {
            self.inside(base, revision);
        }
    }

    /// The branches of `anyOf` and of `oneOf`. Whoever matches one of several matches any of them.
    fn paired_choices(&self) -> (Paired, Paired) {
        let has = |schema: &Schema<'_>| [w::ANY_OF, w::ONE_OF].map(|key| schema.get(key).is_some());
        if has(&self.base) == [false, true] && has(&self.revision) == [true, false] {
            let (old, new) = self.choices_of(w::ONE_OF, w::ANY_OF);
            let mut any = self.paired_lists(old, new);
            self.pair_alike(&mut any);
            (any, Paired::default())
        } else if self.became_exclusive() {
            let (old, new) = self.choices_of(w::ANY_OF, w::ONE_OF);
            let mut one = self.paired_lists(old, new);
            self.pair_alike(&mut one);
            (Paired::default(), one)
        } else {
            let [mut any, mut one] = [w::ANY_OF, w::ONE_OF].map(|key| {
                let (old, new) = self.choices_of(key, key);
                self.paired_lists(old, new)
            });
            self.take_out_spelled_otherwise(&mut any);
            self.pair_alike(&mut any);
            self.pair_alike(&mut one);
            (any, one)
        }
    }

    /// The branches of a choice on each side. `null` may be one of them, or lie around all of them.
    fn choices_of(&self, old: Word, new: Word) -> (Vec<NodeId>, Vec<NodeId>) {
        let of = |schema: &Schema<'_>, key: Word, other: &Schema<'_>| {
            let mut branches = schema.list(key);
            if other.is_nullable_around() && !schema.is_nullable_around() {
                branches.retain(|branch| !is_null(schema.side().arena(), *branch));
            }
            branches
        };
        (
            of(&self.base, old, &self.revision),
            of(&self.revision, new, &self.base),
        )
    }

    /// Whether what is given matched any of several schemas and matches one of them now: that is less.
    fn became_exclusive(&self) -> bool {
        let has = |schema: &Schema<'_>| [w::ANY_OF, w::ONE_OF].map(|key| schema.get(key).is_some());
        !is_request(self.column) && has(&self.base) == [true, false] && has(&self.revision) == [false, true]
    }

    /// Pairs what is left over of a choice so that the least changes, where it is much alike.
    pub(super) fn pair_alike(&self, choice: &mut Paired) {
        let (base, revision) = (self.base.side(), self.revision.side());
        // Whose name is still there is not what others became, unless it may have been written out.
        let may_be = |side: Side<'_>, node: NodeId, others: (Side<'_>, &[NodeId])| {
            let is_written_out = others.1.iter().any(|other| reference(others.0, *other).is_none());
            let is_there = |name: String| {
                let arena = others.0.arena();
                let map = others.0.components(w::SCHEMAS);
                map.zip(arena.word(&name))
                    .is_some_and(|(map, name)| arena.get(map, name).is_some())
            };
            is_written_out || !reference(side, node).is_some_and(is_there)
        };
        let of = |side: Side<'_>, nodes: &[NodeId], others: (Side<'_>, &[NodeId])| {
            let nodes = nodes.iter().copied();
            nodes
                .filter(|node| may_be(side, *node, others))
                .collect::<Vec<_>>()
        };
        let old = of(base, &choice.removed, (revision, &choice.added));
        let new = of(revision, &choice.added, (base, &choice.removed));
        for (one, other) in alike::pairs((base, &old), (revision, &new)) {
            choice.removed.retain(|node| *node != one);
            choice.added.retain(|node| *node != other);
            choice.pairs.push((one, other));
        }
        let plain = |side: Side<'_>, node: NodeId| {
            let types = Schema::of(side, node).map_or(Types::ALL, |schema| schema.types());
            (!types.meets(Types::OBJECT.with(Types::ARRAY))).then_some(types)
        };
        // Two words or numbers that are left are one that changed.
        if let ([one], [other]) = (choice.removed.as_slice(), choice.added.as_slice())
            && let (Some(types), Some(others)) = (plain(base, *one), plain(revision, *other))
            && types.meets(others)
        {
            choice.pairs.push((*one, *other));
            choice.removed.clear();
            choice.added.clear();
        }
    }

    pub(super) fn branch(&mut self, key: Word, kind: Kind, node: NodeId, gone: Gone) {
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

    pub(super) fn says_nothing(&self, node: NodeId) -> bool {
        let arena = self.base.side().arena();
        if arena.value(node) == Value::Bool(true) {
            return true;
        }
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
    pub(super) fn paired_lists(&self, mut old: Vec<NodeId>, mut new: Vec<NodeId>) -> Paired {
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

/// What a choice that is there on one side only is to what is there on the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lone {
    /// One of its branches accepts all of it.
    OfOne,
    /// None does.
    Other,
    /// It stands beside what can be compared with it.
    Beside,
}

/// The keyword of a choice, where the schema says nothing else.
pub(super) fn only_choice(schema: &Schema<'_>) -> Option<Word> {
    let arena = schema.side().arena();
    let mut all = schema.nodes().iter().flat_map(|node| arena.fields(*node));
    let counts =
        |key: Word| !is_annotation(arena, key) && !matches!(key, w::DISCRIMINATOR | w::REF | w::DEFS);
    let first = all.find(|field| counts(field.key))?;
    let is_only = matches!(first.key, w::ANY_OF | w::ONE_OF) && !all.any(|field| counts(field.key));
    is_only.then_some(first.key)
}

/// Whether all branches of a choice are narrower than a schema that is none of them.
fn lone(choice: &Schema<'_>, other: &Schema<'_>) -> bool {
    let side = choice.side();
    let branches = [w::ANY_OF, w::ONE_OF]
        .into_iter()
        .flat_map(|key| choice.list(key));
    let has_choice = |schema: &Schema<'_>| {
        [w::ANY_OF, w::ONE_OF]
            .iter()
            .any(|key| schema.get(*key).is_some())
    };
    let mut is_one = false;
    let all_in = branches.map(|node| Schema::of(side, node)).all(|branch| {
        branch.is_some_and(|branch| {
            is_one |= says_all(other, &branch);
            says_all(&branch, other)
        })
    });
    let is_empty = [w::ANY_OF, w::ONE_OF]
        .iter()
        .all(|key| choice.list(*key).is_empty());
    // Types alone are compared as types.
    all_in && !is_empty && !is_one && !has_choice(other) && choice.plain_choice().is_none()
}

/// A schema with the branches of its `allOf`, if they can be joined.
fn whole<'a>(schema: &Schema<'a>) -> Option<Schema<'a>> {
    if schema.get(w::ALL_OF).is_some() {
        schema.dissolved()
    } else {
        Some(schema.clone())
    }
}

/// Whether a schema demands all that another one does, with the branches of its `allOf`.
pub(super) fn says_all(schema: &Schema<'_>, other: &Schema<'_>) -> bool {
    let (Some(schema), Some(other)) = (whole(schema), whole(other)) else {
        return false;
    };
    schema.trivial() == Some(Trivial::Never) || schema.says_all_of(&other)
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
pub(super) enum Gone {
    Yes,
    No,
}

/// The last part of what a branch refers to.
pub(super) fn reference(side: Side<'_>, node: NodeId) -> Option<String> {
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
