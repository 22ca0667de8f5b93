//! What objects and lists may hold beside what is named: maps, patterns of names, items.

use std::collections::HashSet;

use super::Comparer;
use crate::contract::arena::{NodeId, Value, Word};
use crate::contract::rules::Kind;
use crate::contract::view::schema::{Schema, Trivial};
use crate::contract::words as w;

/// What is accepted where nothing is named.
#[derive(Clone, Copy)]
enum Rest {
    Anything,
    Nothing,
    Schema(NodeId),
}

impl Comparer<'_, '_> {
    pub(super) fn compare_objects(&mut self) {
        let keys = [rest_of_names(&self.base), rest_of_names(&self.revision)];
        // Of an object without branches both keywords say the same.
        let is_other_word =
            keys[0] != keys[1] && self.base.get(keys[0]).is_some() && self.revision.get(keys[1]).is_some();
        let keys = if is_other_word {
            keys
        } else {
            [w::ADDITIONAL_PROPERTIES; 2]
        };
        self.compare_rest(
            keys,
            Kind::AdditionalPropertiesClosed,
            Kind::AdditionalPropertiesOpened,
        );
        // Where nothing else may be there a pattern lets names in, and does not limit what they hold.
        let is_closed = |schema: &Schema<'_>| schema.refuses_all(w::ADDITIONAL_PROPERTIES);
        let added = if is_closed(&self.base) {
            Kind::PatternPropertyAddedToClosed
        } else {
            Kind::PatternPropertyAdded
        };
        let removed = if is_closed(&self.revision) {
            Kind::PatternPropertyRemovedFromClosed
        } else {
            Kind::PatternPropertyRemoved
        };
        self.compare_named(w::PATTERN_PROPERTIES, added, removed);
        self.compare_named(
            w::DEPENDENT_SCHEMAS,
            Kind::DependentSchemaAdded,
            Kind::DependentSchemaRemoved,
        );
        self.schema_keyword(
            w::PROPERTY_NAMES,
            Kind::PropertyNamesAdded,
            Kind::PropertyNamesRemoved,
        );
        if !is_other_word {
            self.schema_keyword(
                w::UNEVALUATED_PROPERTIES,
                Kind::UnevaluatedPropertiesAdded,
                Kind::UnevaluatedPropertiesRemoved,
            );
        }
        self.compare_dependent_required();
    }

    pub(super) fn compare_arrays(&mut self) {
        match (items(&self.base), items(&self.revision)) {
            (Some(base), Some(revision)) => self.inside(base, revision),
            (Some(_), None) => self.kind(Kind::ItemsRemoved, self.at(w::ITEMS)),
            (None, Some(_)) => self.kind(Kind::ItemsAdded, self.at(w::ITEMS)),
            (None, None) => {}
        }
        let (old, new) = (
            self.base.list(w::PREFIX_ITEMS),
            self.revision.list(w::PREFIX_ITEMS),
        );
        for (base, revision) in old.iter().zip(&new) {
            self.inside(*base, *revision);
        }
        self.compare_places(&old, &new);
        self.compare_rest(
            [w::ADDITIONAL_ITEMS; 2],
            Kind::AdditionalItemsClosed,
            Kind::AdditionalItemsOpened,
        );
        match (demanded(&self.base), demanded(&self.revision)) {
            (Some(base), Some(revision)) => self.inside(base, revision),
            (Some(_), None) if self.revision.get(w::CONTAINS).is_none() => {
                self.kind(Kind::ContainsRemoved, self.at(w::CONTAINS));
            }
            (None, Some(_)) if self.base.get(w::CONTAINS).is_none() => {
                self.kind(Kind::ContainsAdded, self.at(w::CONTAINS));
            }
            // With a number that became 0, or that was, the number says it; what the items are is another question.
            (Some(_), None) | (None, Some(_)) => {
                self.schema_keyword(w::CONTAINS, Kind::ContainsAdded, Kind::ContainsRemoved);
            }
            (None, None) => {}
        }
        self.schema_keyword(
            w::UNEVALUATED_ITEMS,
            Kind::UnevaluatedItemsAdded,
            Kind::UnevaluatedItemsRemoved,
        );
        let (was, is) = (
            self.base.is_set(w::UNIQUE_ITEMS),
            self.revision.is_set(w::UNIQUE_ITEMS),
        );
        match (was, is) {
            (false, true) => self.kind(Kind::UniqueItemsSet, self.at(w::UNIQUE_ITEMS)),
            (true, false) => self.kind(Kind::UniqueItemsUnset, self.at(w::UNIQUE_ITEMS)),
            _ => {}
        }
    }

    /// Items that have a schema of their own on one side only: on the other one they are what all further items are.
    fn compare_places(&mut self, old: &[NodeId], new: &[NodeId]) {
        let found = self
            .at(w::PREFIX_ITEMS)
            .from(old.len().to_string())
            .to(new.len().to_string());
        let is_new = new.len() > old.len();
        let rest = items(if is_new { &self.base } else { &self.revision });
        let own = new.iter().skip(old.len()).chain(old.iter().skip(new.len()));
        let own: Vec<NodeId> = own.copied().filter(|node| !self.says_nothing(*node)).collect();
        let arena = self.base.side().arena();
        if old.len() == new.len() {
            return;
        }
        let is_last = rest.is_some_and(|rest| arena.value(rest) == Value::Bool(false));
        let side = if is_new {
            self.revision.side()
        } else {
            self.base.side()
        };
        let of_rest = rest.and_then(|rest| {
            Schema::of(
                if is_new {
                    self.base.side()
                } else {
                    self.revision.side()
                },
                rest,
            )
        });
        let is_other = of_rest.is_some_and(|rest| {
            let is_narrower =
                |node: &NodeId| Schema::of(side, *node).is_some_and(|own| own.says_all_of(&rest));
            !own.iter().all(is_narrower)
        });
        if is_last || is_other {
            let kind = if is_new {
                Kind::PrefixItemsAdded
            } else {
                Kind::PrefixItemsRemoved
            };
            self.kind(kind, found.clone());
        }
        match rest {
            _ if is_last => {}
            Some(rest) => {
                for node in own {
                    let (base, revision) = if is_new { (rest, node) } else { (node, rest) };
                    self.inside(base, revision);
                }
            }
            None if own.is_empty() => {}
            None if is_new => self.kind(Kind::ItemsAdded, found),
            None => self.kind(Kind::ItemsRemoved, found),
        }
    }

    /// What a keyword of the base and one of the revision accept where nothing is named.
    fn compare_rest(&mut self, keys: [Word; 2], closed: Kind, opened: Kind) {
        let arena = self.base.side().arena();
        let rest = |schema: &Schema<'_>, key: Word| match schema.get(key) {
            Some(_) if schema.refuses_all(key) => Rest::Nothing,
            Some(node) if arena.is_map(node) && !schema.is_trivially(key, Trivial::Always) => {
                Rest::Schema(node)
            }
            _ => Rest::Anything,
        };
        let (old, new) = (rest(&self.base, keys[0]), rest(&self.revision, keys[1]));
        let named = |rest: Rest| match rest {
            Rest::Anything => "anything",
            Rest::Nothing => "nothing",
            Rest::Schema(_) => "what a schema accepts",
        };
        let mut found = self.at(keys[0]).from(named(old)).to(named(new));
        found.revision = self.revision.get(keys[1]).or(found.revision);
        match (old, new) {
            (Rest::Schema(base), Rest::Schema(revision)) => self.inside(base, revision),
            (Rest::Anything, Rest::Anything) | (Rest::Nothing, Rest::Nothing) => {}
            (Rest::Anything, _) | (Rest::Schema(_), Rest::Nothing) => self.kind(closed, found),
            (_, Rest::Anything) | (Rest::Nothing, Rest::Schema(_)) => self.kind(opened, found),
        }
    }

    /// A keyword that holds schemas by names.
    fn compare_named(&mut self, key: Word, added: Kind, removed: Kind) {
        let (old, new) = (self.base.named(key), self.revision.named(key));
        for (name, base) in &old {
            if let Some((_, revision)) = new.iter().find(|(other, _)| other == name) {
                self.inside(*base, *revision);
            } else {
                let mut found = self.at(key).subject(self.base.side().text(*name));
                found.base = Some(*base);
                self.kind(removed, found);
            }
        }
        for (name, revision) in new
            .iter()
            .filter(|(name, _)| !old.iter().any(|(other, _)| other == name))
        {
            let mut found = self.at(key).subject(self.revision.side().text(*name));
            found.revision = Some(*revision);
            self.kind(added, found);
        }
    }

    fn compare_dependent_required(&mut self) {
        let key = w::DEPENDENT_REQUIRED;
        let (old, new) = (self.base.named(key), self.revision.named(key));
        let arena = self.base.side().arena();
        for (name, base) in &old {
            let found = self.at(key).subject(arena.text(*name));
            match new.iter().find(|(other, _)| other == name) {
                Some((_, revision)) => {
                    let names = |list| arena.items(list).filter_map(|name| arena.as_text(name)).collect();
                    let (was, is): (HashSet<Word>, HashSet<Word>) = (names(*base), names(*revision));
                    match (was.is_subset(&is), is.is_subset(&was)) {
                        (true, true) => {}
                        (false, true) => self.kind(Kind::DependentRequiredRemoved, found),
                        (_, false) => self.kind(Kind::DependentRequiredChanged, found),
                    }
                }
                None => self.kind(Kind::DependentRequiredRemoved, found),
            }
        }
        for (name, _) in new
            .iter()
            .filter(|(name, _)| !old.iter().any(|(other, _)| other == name))
        {
            let found = self.at(key).subject(arena.text(*name));
            self.kind(Kind::DependentRequiredAdded, found);
        }
    }
}

/// The keyword that says what an object holds beside what is named. `unevaluatedProperties` looks into branches, and means
/// the same where there are none.
fn rest_of_names(schema: &Schema<'_>) -> Word {
    let looks_further = [
        w::ADDITIONAL_PROPERTIES,
        w::ALL_OF,
        w::ANY_OF,
        w::ONE_OF,
        w::IF,
        w::DEPENDENT_SCHEMAS,
        w::REF,
        w::DYNAMIC_REF,
    ];
    let is_plain = schema.get(w::UNEVALUATED_PROPERTIES).is_some()
        && looks_further.into_iter().all(|key| schema.get(key).is_none());
    if is_plain {
        w::UNEVALUATED_PROPERTIES
    } else {
        w::ADDITIONAL_PROPERTIES
    }
}

/// The schema of items, where it says anything.
fn items(schema: &Schema<'_>) -> Option<NodeId> {
    let node = schema.get(w::ITEMS)?;
    let inside = Schema::of(schema.side(), node);
    let is_any = inside.is_some_and(|inside| inside.trivial() == Some(Trivial::Always));
    (!is_any).then_some(node)
}

/// The schema of `contains`, where any number of items that match is demanded or forbidden.
fn demanded(schema: &Schema<'_>) -> Option<NodeId> {
    let none = schema
        .number(w::MIN_CONTAINS)
        .is_some_and(|(number, _)| number == "0");
    let counts = !none || schema.get(w::MAX_CONTAINS).is_some();
    schema.get(w::CONTAINS).filter(|_| counts)
}
