//! `enum`, `const`, `default`, `pattern` and what is in a text.

use super::Comparer;
use crate::contract::arena::{NodeId, Value, Word};
use crate::contract::diff::{shown, shown_all};
use crate::contract::evaluate::patterns::test_of;
use crate::contract::rules::Kind;
use crate::contract::view::schema::Schema;
use crate::contract::words as w;

/// Patterns that every text matches somewhere. `.` is no line end, so that both ends together are more than nothing.
const ANY_TEXT: [&str; 5] = [".*", "^", "$", "^.*", ".*$"];

impl Comparer<'_, '_> {
    pub(super) fn compare_values(&mut self) {
        if let Some((old, new)) = self.one_value_and_some() {
            self.compare_choices(&old, &new);
        } else {
            self.compare_enum();
            self.compare_const();
        }
        self.compare_extensible();
        self.compare_default();
        self.compare_pattern();
        self.compare_content();
    }

    fn same(&self, base: NodeId, revision: NodeId) -> bool {
        self.base.side().arena().same(base, revision)
    }

    /// Values of each list that the other one has not.
    fn apart(&self, base: &[NodeId], revision: &[NodeId]) -> (Vec<NodeId>, Vec<NodeId>) {
        use std::collections::HashSet;
        let hashes = &self.base.side().world.hashes;
        let of = |nodes: &[NodeId]| {
            nodes
                .iter()
                .map(|node| hashes.of(*node))
                .collect::<HashSet<u64>>()
        };
        let (old, new) = (of(base), of(revision));
        let without = |nodes: &[NodeId], others: &HashSet<u64>| {
            let kept = nodes.iter().filter(|node| !others.contains(&hashes.of(**node)));
            kept.copied().collect::<Vec<_>>()
        };
        (without(base, &new), without(revision, &old))
    }

    /// The values of both sides, where they say in different words which ones there are: by `const`, by `enum`, by both.
    fn one_value_and_some(&self) -> Option<(Vec<NodeId>, Vec<NodeId>)> {
        let (old, new) = (&self.base, &self.revision);
        let words = |schema: &Schema<'_>| [w::CONST, w::ENUM].map(|key| schema.get(key).is_some());
        if words(old) == words(new) {
            return None;
        }
        Some((old.choices()?, new.choices()?))
    }

    fn compare_choices(&mut self, old: &[NodeId], new: &[NodeId]) {
        let (mut gone, mut added) = self.apart(old, new);
        // Where `null` is accepted around the list it need not be in the list; beside the list it must
        // be, and yet what other versions say of it is the same.
        let arena = self.base.side().arena();
        let is_value = |node: &NodeId| arena.value(*node) != Value::Null;
        let by_word = !self.differ.same_words;
        if self.revision.is_nullable_around() || (by_word && self.revision.is_nullable()) {
            gone.retain(is_value);
        }
        if self.base.is_nullable_around() || (by_word && self.base.is_nullable()) {
            added.retain(is_value);
        }
        let found = self.at(w::ENUM);
        if !gone.is_empty() {
            let from = shown_all(self.base.side(), &gone);
            self.kind(Kind::EnumValueRemoved, found.clone().from(from));
        }
        if !added.is_empty() {
            let to = shown_all(self.revision.side(), &added);
            self.kind(Kind::EnumValueAdded, found.to(to));
        }
    }

    fn compare_enum(&mut self) {
        let found = self.at(w::ENUM);
        match (self.base.get(w::ENUM), self.revision.get(w::ENUM)) {
            (None, Some(_)) => {
                let to = shown_all(self.revision.side(), &self.revision.list(w::ENUM));
                self.kind(Kind::BecameEnum, found.to(to));
            }
            (Some(_), None) => {
                let from = shown_all(self.base.side(), &self.base.list(w::ENUM));
                self.kind(Kind::EnumRemoved, found.from(from));
            }
            (Some(_), Some(_)) => {
                self.compare_choices(&self.base.list(w::ENUM), &self.revision.list(w::ENUM));
            }
            (None, None) => {}
        }
    }

    fn compare_extensible(&mut self) {
        let (old, new) = (
            self.base.list(w::EXTENSIBLE_ENUM),
            self.revision.list(w::EXTENSIBLE_ENUM),
        );
        if !old.is_empty() && self.revision.get(w::EXTENSIBLE_ENUM).is_some() {
            let (gone, _) = self.apart(&old, &new);
            if !gone.is_empty() {
                let from = shown_all(self.base.side(), &gone);
                self.kind(
                    Kind::XExtensibleEnumValueRemoved,
                    self.at(w::EXTENSIBLE_ENUM).from(from),
                );
            }
        }
    }

    fn compare_const(&mut self) {
        let found = self.at(w::CONST);
        let (base, revision) = (self.base.side(), self.revision.side());
        match (self.base.get(w::CONST), self.revision.get(w::CONST)) {
            (None, Some(new)) => self.kind(Kind::ConstAdded, found.to(shown(revision, new))),
            (Some(old), None) => self.kind(Kind::ConstRemoved, found.from(shown(base, old))),
            (Some(old), Some(new)) if !self.same(old, new) => {
                let found = found.from(shown(base, old)).to(shown(revision, new));
                self.kind(Kind::ConstChanged, found);
            }
            _ => {}
        }
    }

    fn compare_default(&mut self) {
        let found = self.at(w::DEFAULT);
        let (base, revision) = (self.base.side(), self.revision.side());
        match (self.base.get(w::DEFAULT), self.revision.get(w::DEFAULT)) {
            (None, Some(new)) => self.kind(Kind::DefaultValueAdded, found.to(shown(revision, new))),
            (Some(old), None) => self.kind(Kind::DefaultValueRemoved, found.from(shown(base, old))),
            (Some(old), Some(new)) if !self.same(old, new) => {
                let found = found.from(shown(base, old)).to(shown(revision, new));
                self.kind(Kind::DefaultValueChanged, found);
            }
            _ => {}
        }
    }

    fn compare_pattern(&mut self) {
        let found = self.at(w::PATTERN);
        let (old, new) = (self.base.patterns(), self.revision.patterns());
        let arena = self.base.side().arena();
        let without = |words: &[Word], others: &[Word]| {
            let kept = words.iter().filter(|word| !others.contains(word));
            kept.map(|word| arena.text(*word)).collect::<Vec<_>>()
        };
        let (gone, added) = (without(&old, &new), without(&new, &old));
        let all = |texts: &[&str]| texts.join(" and ");
        match (gone.as_slice(), added.as_slice()) {
            ([], []) => {}
            (gone, added) if gone.iter().chain(added).all(|text| ANY_TEXT.contains(text)) => {}
            _ if self.all_listed_match() => {}
            ([], added) => self.kind(Kind::PatternAdded, found.to(all(added))),
            (gone, []) => self.kind(Kind::PatternRemoved, found.from(all(gone))),
            (gone, added) => {
                let is_any = added.iter().all(|text| matches!(*text, ".*" | "^.*$"));
                let kind = if is_any && Kind::PatternGeneralized.level(self.column).is_some() {
                    Kind::PatternGeneralized
                } else {
                    Kind::PatternChanged
                };
                self.kind(kind, found.from(all(gone)).to(all(added)));
            }
        }
    }

    /// Whether values are listed that match the patterns of both sides, so that these say nothing more.
    fn all_listed_match(&self) -> bool {
        if self.base.choices().is_none() && self.revision.choices().is_none() {
            return false;
        }
        let arena = self.base.side().arena();
        let of = |schema: &Schema<'_>| -> Option<Vec<_>> {
            let words = schema.patterns().into_iter();
            words.map(|word| test_of(arena.text(word))).collect()
        };
        // What cannot be run lets nothing through that would be known.
        let (Some(old), Some(new)) = (of(&self.base), of(&self.revision)) else {
            return false;
        };
        let is_base = |schema: &Schema<'_>| std::ptr::eq(schema, &raw const self.base);
        self.is_listed(
            |schema| !schema.patterns().is_empty(),
            |schema, _, value| {
                let tests = if is_base(schema) { &old } else { &new };
                let text = arena.as_text(value).map(|word| arena.text(word));
                text.is_none_or(|text| tests.iter().all(|test| test(text)))
            },
        )
    }

    /// What a text holds.
    fn compare_content(&mut self) {
        for (key, kind) in [
            (w::CONTENT_ENCODING, Kind::ContentEncodingChanged),
            (w::CONTENT_MEDIA_TYPE, Kind::ContentMediaTypeChanged),
        ] {
            let (old, new) = (self.base.text(key), self.revision.text(key));
            let is_encoding = key == w::CONTENT_ENCODING;
            if old == new || (is_encoding && self.is_encoded_alike()) {
                continue;
            }
            let mut found = self.at(key);
            found.from = old.map(|word| self.base.side().text(word).to_owned());
            found.to = new.map(|word| self.revision.side().text(word).to_owned());
            self.kind(kind, found);
        }
        self.schema_keyword(
            w::CONTENT_SCHEMA,
            Kind::ContentSchemaAdded,
            Kind::ContentSchemaRemoved,
        );
    }
}
