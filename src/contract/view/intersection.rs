//! `allOf` as what it means: one schema that holds all that its branches say.
//!
//! Nothing is made: the schema looks at the nodes of all branches. Where they say different things with one keyword, what
//! they leave of it together counts (`joined.rs`). Where nobody can write that, or where a keyword means only the branch that
//! it stands in, there is no such view, and branches have to be compared with branches.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use super::joined::Joined;
use super::schema::{Schema, Trivial, Types};
use crate::contract::arena::{Arena, NodeId, Value, Word};
use crate::contract::hash::is_annotation;
use crate::contract::number;
use crate::contract::words as w;

/// Nodes that one view looks at.
const MAX_NODES: usize = 64;

/// How deep schemas that are not equal are looked into for one that says more than the other.
const LEVELS: usize = 2;

/// What is asked of properties that two schemas have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Properties {
    /// That one schema says all that the other one says of them.
    Alike,
    /// That they are there.
    Named,
}

/// Whether a branch is `true` or `{}`.
pub(super) fn says_nothing(arena: &Arena, node: NodeId) -> bool {
    match arena.value(node) {
        Value::Bool(is_all) => is_all,
        _ => arena.is_map(node) && arena.fields(node).is_empty(),
    }
}

impl Schema<'_> {
    /// The schema with its `allOf` dissolved; `None` where that is not possible without losing something.
    pub fn dissolved(&self) -> Option<Self> {
        self.dissolved_with(self.joined().and_then(|joined| joined.folded))
    }

    /// The schema with its only choice dissolved, where that has but one branch and says nothing that this and the branch
    /// do not say together; `None` where there is no such choice.
    pub fn folded(&self) -> Option<Self> {
        let [(key, list)] = self.choice_lists()[..] else {
            return None;
        };
        let is_one = self.side().arena().items(list).len() == 1;
        let says_which = self.get(w::DISCRIMINATOR).is_some();
        self.dissolved_with(Some(key))
            .filter(|whole| is_one && !says_which && whole.choice_lists().is_empty())
    }

    fn dissolved_with(&self, choice: Option<Word>) -> Option<Self> {
        let (nodes, types) = self.gathered_with(choice)?;
        let joined = Joined::of(self.side(), &nodes, types)?;
        let joined = match choice {
            Some(key) if joined.more_choices.is_empty() => joined.without_choice(key),
            Some(_) => return None,
            None => joined,
        };
        Some(self.over(nodes, joined))
    }

    /// Its nodes and those of all branches of its `allOf`, with the kinds of values that all of them accept.
    pub(super) fn gathered(&self) -> Option<(Vec<NodeId>, Types)> {
        self.gathered_with(None)
    }

    /// The same, where a choice is looked at like `allOf`.
    fn gathered_with(&self, choice: Option<Word>) -> Option<(Vec<NodeId>, Types)> {
        let arena = self.side().arena();
        let mut nodes: Vec<NodeId> = self.nodes().to_vec();
        let mut types = self.types();
        let mut next = 0;
        while let Some(node) = nodes.get(next).copied() {
            next += 1;
            let keys = [Some(w::ALL_OF), choice].into_iter().flatten();
            let lists = keys.filter_map(|key| arena.get(node, key));
            for item in lists
                .flat_map(|list| arena.items(list))
                .filter(|item| !says_nothing(arena, *item))
            {
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
        Some((nodes, types))
    }

    /// The schema with what stands beside its reference and what that leads to as the one thing that they mean together,
    /// where that can be written; else what stands beside the reference comes first.
    #[must_use]
    pub fn settled(self) -> Self {
        let nodes = self.nodes();
        if nodes.len() < 2 || self.is_joined() {
            return self;
        }
        let types = nodes
            .iter()
            .fold(Types::ALL, |types, node| types.both(self.over_one(*node).types()));
        match Joined::of(self.side(), nodes, types) {
            Some(joined) => {
                let nodes = nodes.to_vec();
                self.over(nodes, joined)
            }
            None => self,
        }
    }

    /// Whether everything that another schema demands is demanded by this one, too.
    pub fn says_all_of(&self, other: &Schema<'_>) -> bool {
        self.says_all(other, LEVELS)
    }

    /// The same, where it is enough that a property is there: what is said of it is compared by itself.
    pub fn says_all_but_properties(&self, other: &Schema<'_>) -> bool {
        self.says_all_in(other, LEVELS, Properties::Named)
    }

    /// Whether nothing lies behind its node.
    pub(super) fn is_plain(&self) -> bool {
        self.nodes().len() == 1 && self.get(w::ALL_OF).is_none()
    }

    /// The same, where schemas inside that are not equal are looked into so many levels deep.
    fn says_all(&self, other: &Schema<'_>, levels: usize) -> bool {
        self.says_all_in(other, levels, Properties::Alike)
    }

    fn says_all_in(&self, other: &Schema<'_>, levels: usize, properties: Properties) -> bool {
        if [self.trivial(), other.trivial()].contains(&Some(Trivial::Never)) {
            return self.trivial() == Some(Trivial::Never);
        }
        let hashes = &self.side().world.hashes;
        let arena = other.side().arena();
        let same = |own: Option<NodeId>, node: NodeId| own.is_some_and(|own| hashes.equal(own, node));
        let required = self.required();
        let is_closed = self.refuses_other_names();
        let holds = |own: NodeId, node: NodeId| {
            hashes.equal(own, node)
                || levels > 0
                    && Schema::of(self.side(), own)
                        .zip(Schema::of(other.side(), node))
                        .is_some_and(|(own, other)| {
                            own.is_plain() && other.is_plain() && own.says_all(&other, levels - 1)
                        })
        };
        let has_named = |key: Word, map: NodeId| {
            let own: HashMap<Word, NodeId> = self.named(key).into_iter().collect();
            arena.fields(map).iter().all(|field| match own.get(&field.key) {
                Some(_) if key == w::PROPERTIES && properties == Properties::Named => true,
                Some(node) => holds(*node, field.value),
                None => key == w::PROPERTIES && is_closed,
            })
        };
        other.types().holds(self.types())
            && other.nodes().iter().all(|node| {
                arena.fields(*node).iter().all(|field| match field.key {
                    key if is_annotation(arena, key) => true,
                    w::ALL_OF | w::TYPE | w::NULLABLE | w::X_NULLABLE | w::DEFS | w::REF => true,
                    w::REQUIRED => arena
                        .items(field.value)
                        .filter_map(|name| arena.as_text(name))
                        .all(|name| required.contains(&name)),
                    w::PROPERTIES | w::PATTERN_PROPERTIES | w::DEPENDENT_SCHEMAS => {
                        has_named(field.key, field.value)
                    }
                    w::ADDITIONAL_PROPERTIES if arena.value(field.value) != Value::Bool(true) => {
                        same(self.get(field.key), field.value) && self.names_no_more_than(other)
                    }
                    w::ITEMS
                        if self.get(w::PREFIX_ITEMS).is_none() && other.get(w::PREFIX_ITEMS).is_none() =>
                    {
                        self.get(w::ITEMS).is_some_and(|own| holds(own, field.value))
                    }
                    w::MAXIMUM | w::EXCLUSIVE_MAXIMUM => {
                        let keys = (w::MAXIMUM, w::EXCLUSIVE_MAXIMUM);
                        self.ends_before(other, *node, field.key, keys, Ordering::Greater)
                    }
                    w::MINIMUM | w::EXCLUSIVE_MINIMUM => {
                        let keys = (w::MINIMUM, w::EXCLUSIVE_MINIMUM);
                        self.ends_before(other, *node, field.key, keys, Ordering::Less)
                    }
                    w::ONE_OF | w::ANY_OF => self
                        .choice_lists()
                        .iter()
                        .any(|(key, own)| *key == field.key && hashes.equal(*own, field.value)),
                    key => same(self.get(key), field.value) || self.implies(other, key, field.value),
                })
            })
    }

    /// Whether what this schema says of a keyword that limits is at least as narrow as a value of another schema.
    fn implies(&self, other: &Schema<'_>, key: Word, node: NodeId) -> bool {
        let (own, arena) = (self.side().arena(), other.side().arena());
        let ordering = || match (self.bound(key)?, arena.value(node)) {
            ((own, _), Value::Number(word)) => number::compare(own, arena.text(word)),
            _ => None,
        };
        match key {
            w::MAX_LENGTH | w::MAX_ITEMS | w::MAX_PROPERTIES => {
                ordering().is_some_and(|order| order != Ordering::Greater)
            }
            w::MIN_LENGTH | w::MIN_ITEMS | w::MIN_PROPERTIES => {
                ordering().is_some_and(|order| order != Ordering::Less)
            }
            w::ENUM | w::CONST => {
                let hashes = &self.side().world.hashes;
                let values: HashSet<u64> = if key == w::CONST {
                    HashSet::from([hashes.of(node)])
                } else {
                    arena.items(node).map(|value| hashes.of(value)).collect()
                };
                let own = self.choices();
                own.is_some_and(|own| own.iter().all(|value| values.contains(&hashes.of(*value))))
            }
            w::PATTERN => {
                let word = arena.as_text(node);
                word.is_some_and(|word| self.patterns().contains(&word))
            }
            w::MULTIPLE_OF => match (self.multiple(), arena.value(node)) {
                (Some((own, _)), Value::Number(word)) => {
                    number::is_multiple(&own, arena.text(word)) == Some(true)
                }
                _ => false,
            },
            w::UNIQUE_ITEMS | w::READ_ONLY | w::WRITE_ONLY | w::DEPRECATED => {
                arena.value(node) == Value::Bool(false)
                    || self
                        .get(key)
                        .is_some_and(|node| own.value(node) == Value::Bool(true))
            }
            _ => false,
        }
    }

    /// Whether numbers end no later than at the limit that a node of another schema has, by itself or by a truth value that
    /// says that the limit is refused.
    fn ends_before(
        &self,
        other: &Schema<'_>,
        node: NodeId,
        key: Word,
        (inclusive, exclusive): (Word, Word),
        wider: Ordering,
    ) -> bool {
        let arena = other.side().arena();
        let refuses = |node: NodeId| arena.get_bool(node, exclusive);
        let number = |node: NodeId| match arena.value(node) {
            Value::Number(word) => Some(arena.text(word)),
            _ => None,
        };
        // The truth value is looked at with the limit.
        let Some(theirs) = arena.get(node, key).and_then(number) else {
            return refuses(node).is_some();
        };
        let is_refused = key == exclusive || refuses(node) == Some(true);
        // An own limit that is refused itself, and one that is not.
        [(exclusive, true), (inclusive, false)]
            .into_iter()
            .any(|(own, refused)| {
                let Some(order) = self
                    .bound(own)
                    .and_then(|(number, _)| number::compare(number, theirs))
                else {
                    return false;
                };
                order == wider.reverse() || (order == Ordering::Equal && (refused || !is_refused))
            })
    }

    /// Whether properties that it does not name are refused.
    fn refuses_other_names(&self) -> bool {
        let arena = self.side().arena();
        self.get(w::ADDITIONAL_PROPERTIES)
            .is_some_and(|node| arena.value(node) == Value::Bool(false))
            && self.named(w::PATTERN_PROPERTIES).is_empty()
    }

    /// Whether each property that it names, by itself or by a pattern, is named by another schema.
    fn names_no_more_than(&self, other: &Schema<'_>) -> bool {
        [w::PROPERTIES, w::PATTERN_PROPERTIES].into_iter().all(|key| {
            let names: HashSet<Word> = other.named(key).into_iter().map(|(name, _)| name).collect();
            self.named(key).iter().all(|(name, _)| names.contains(name))
        })
    }
}
