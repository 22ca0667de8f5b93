//! `not`, `if`, `then`, `else`; `discriminator`; deprecation of what is a property.

use std::collections::HashMap;

use super::{Comparer, Found, Hidden, is_request};
use crate::contract::arena::{Arena, NodeId, Word};
use crate::contract::diff::removal::{self, Sunset};
use crate::contract::family;
use crate::contract::rules::{Column, Fixed, Kind};
use crate::contract::view::schema::Schema;
use crate::contract::words as w;

impl Comparer<'_, '_> {
    pub(super) fn compare_conditions(&mut self) {
        match (self.base.get(w::NOT), self.revision.get(w::NOT)) {
            (Some(base), Some(revision)) => self.turned(base, revision),
            (Some(_), None) => self.kind(Kind::NotRemoved, self.at(w::NOT)),
            (None, Some(_)) => self.kind(Kind::NotAdded, self.at(w::NOT)),
            (None, None) => {}
        }
        // A condition on which nothing depends says nothing.
        let condition = |schema: &Schema<'_>| {
            let counts = schema.get(w::THEN).is_some() || schema.get(w::ELSE).is_some();
            schema.get(w::IF).filter(|_| counts)
        };
        match (condition(&self.base), condition(&self.revision)) {
            (Some(base), Some(revision)) => {
                self.condition(base, revision);
            }
            (Some(_), None) => self.kind(Kind::IfRemoved, self.at(w::IF)),
            (None, Some(_)) => self.kind(Kind::IfAdded, self.at(w::IF)),
            (None, None) => {}
        }
        self.schema_keyword(w::THEN, Kind::ThenAdded, Kind::ThenRemoved);
        self.schema_keyword(w::ELSE, Kind::ElseAdded, Kind::ElseRemoved);
    }

    pub(super) fn compare_discriminator(&mut self) {
        let (old, new) = (
            self.base.get(w::DISCRIMINATOR),
            self.revision.get(w::DISCRIMINATOR),
        );
        let found = self.at(w::DISCRIMINATOR);
        let (old, new) = match (old, new) {
            (None, None) => return,
            (Some(_), None) => return self.kind(Kind::DiscriminatorRemoved, found),
            (None, Some(_)) => return self.kind(Kind::DiscriminatorAdded, found),
            (Some(old), Some(new)) => (old, new),
        };
        let arena = self.base.side().arena();
        // Swagger 2.0 writes the name alone.
        let name = |node| {
            arena
                .get_text(node, w::PROPERTY_NAME)
                .or_else(|| arena.as_text(node))
        };
        let (from, to) = (name(old), name(new));
        if from != to {
            let mut found = found.clone();
            found.from = from.map(|word| arena.text(word).to_owned());
            found.to = to.map(|word| arena.text(word).to_owned());
            self.kind(Kind::DiscriminatorPropertyNameChanged, found);
        }
        self.compare_mapping(old, new, &found);
        self.compare_default_mapping(old, new, found);
        self.compare_family();
    }

    /// The schemas that a discriminator stands for. Whoever only takes it in by `allOf` is one of them, and has none.
    fn compare_family(&mut self) {
        let (base, revision) = (self.base.side(), self.revision.side());
        let (Some(old), Some(new)) = (
            base.follow(self.base.node()),
            revision.follow(self.revision.node()),
        ) else {
            return;
        };
        let families = &base.world.families;
        let now: HashMap<Word, NodeId> = families.of(new).iter().copied().collect();
        for (name, child) in families.of(old) {
            if let Some(other) = now.get(name) {
                self.inside(*child, *other);
            }
        }
    }

    /// Which word names which schema. Without an entry a schema is named by the last part of its reference.
    fn compare_mapping(&mut self, old: NodeId, new: NodeId, found: &Found) {
        let arena = self.base.side().arena();
        let mapping = |node| {
            arena
                .get(node, w::MAPPING)
                .map(|map| arena.fields(map).to_vec())
                .unwrap_or_default()
        };
        let text = |node| arena.as_text(node).map(|word| arena.text(word));
        let (before, after) = (mapping(old), mapping(new));
        for entry in &before {
            let word = arena.text(entry.key);
            let found = found.clone().subject(word);
            match after.iter().find(|other| other.key == entry.key) {
                None if is_request(self.column) && component_name(arena, entry.value) == Some(word) => {}
                None => self.kind(Kind::DiscriminatorMappingDeleted, found),
                Some(other) if self.names_other(entry.value, other.value) => {
                    let shown = |node| component_name(arena, node).or_else(|| text(node));
                    let mut found = found;
                    found.from = shown(entry.value).map(str::to_owned);
                    found.to = shown(other.value).map(str::to_owned);
                    self.kind(Kind::DiscriminatorMappingChanged, found);
                }
                Some(_) => {}
            }
        }
        for entry in after
            .iter()
            .filter(|entry| !before.iter().any(|other| other.key == entry.key))
        {
            let found = found.clone().subject(arena.text(entry.key));
            self.kind(Kind::DiscriminatorMappingAdded, found);
        }
    }

    /// Which schema is meant where a value names none.
    fn compare_default_mapping(&mut self, old: NodeId, new: NodeId, mut found: Found) {
        let arena = self.base.side().arena();
        let of = |node| arena.get(node, w::DEFAULT_MAPPING);
        let shown = |node: Option<NodeId>| {
            let text = |node| arena.as_text(node).map(|word| arena.text(word));
            node.and_then(|node| component_name(arena, node).or_else(|| text(node)))
                .map(str::to_owned)
        };
        let (old, new) = (of(old), of(new));
        (found.from, found.to) = (shown(old), shown(new));
        let kind = match (old, new) {
            (None, Some(_)) => Kind::DiscriminatorDefaultMappingAdded,
            (Some(_), None) => Kind::DiscriminatorDefaultMappingRemoved,
            (Some(old), Some(new)) if self.names_other(old, new) => Kind::DiscriminatorDefaultMappingChanged,
            _ => return,
        };
        self.kind(kind, found);
    }

    /// Whether two texts of a mapping name two schemas: two components by their names, and else by what stands there, which
    /// is compared.
    fn names_other(&mut self, old: NodeId, new: NodeId) -> bool {
        let side = self.base.side();
        let (arena, world) = (side.arena(), side.world);
        if arena.as_text(old) == arena.as_text(new) {
            return false;
        }
        if let (Some(old), Some(new)) = (component_name(arena, old), component_name(arena, new)) {
            return old != new;
        }
        let target = |text| {
            let target = family::component(arena, text).or_else(|| world.refs.mapped(text))?;
            world.refs.follow(arena, target)
        };
        let (Some(old), Some(new)) = (target(old), target(new)) else {
            return true;
        };
        self.inside(old, new);
        self.differ.same_words && !world.hashes.equal(old, new)
    }

    /// Deprecation, sunset and stability of a property.
    pub(super) fn compare_life(&mut self) {
        if !matches!(self.column, Column::RequestProperty | Column::ResponseProperty)
            || self.hidden == Hidden::Yes
        {
            return;
        }
        let (was, is) = (
            self.base.is_set(w::DEPRECATED),
            self.revision.is_set(w::DEPRECATED),
        );
        let (found, sunset_at) = (self.at(w::DEPRECATED), self.at(w::SUNSET));
        let notice = self.differ.options.notice.stable;
        let today = self.differ.options.today;
        let near = |date: chrono::NaiveDate| (date - today).num_days() < i64::from(notice);
        match (was, is) {
            (true, false) => self.kind(Kind::Reactivated, found.clone()),
            (false, true) => match removal::sunset(self.revision.side(), self.revision.node()) {
                Sunset::None if notice > 0 => self.kind(Kind::DeprecatedSunsetMissing, found.clone()),
                Sunset::None => self.kind(Kind::Deprecated, found.clone()),
                Sunset::Unreadable(text) => {
                    self.kind(Kind::DeprecatedSunsetInvalid, sunset_at.to(text));
                }
                Sunset::Date(date) if near(date) => {
                    self.kind(Kind::SunsetDateTooSmall, sunset_at.to(date.to_string()));
                }
                Sunset::Date(date) => {
                    self.kind(Kind::DeprecatedWithSunset, sunset_at.to(date.to_string()));
                }
            },
            _ => {}
        }
        let (old, new) = (
            removal::stability(self.base.side(), self.base.node()),
            removal::stability(self.revision.side(), self.revision.node()),
        );
        if old.is_none() || new.is_none() {
            self.fixed(Fixed::ApiInvalidStabilityLevel, found);
        } else if let (Some(old), Some(new)) = (old, new) {
            if new < old {
                self.kind(Kind::StabilityDecreased, found);
            } else if new > old {
                self.kind(Kind::StabilityIncreased, found);
            }
        }
    }
}

/// The name of the component that a text of a mapping names. A word that could name nothing else is one, too.
fn component_name(arena: &Arena, text: NodeId) -> Option<&str> {
    let said = arena.text(arena.as_text(text)?);
    let name = family::component_name(said);
    let names_more = || name.contains(['/', '#', '.']);
    (name != said || !names_more() || family::component(arena, text).is_some()).then_some(name)
}
