//! The parameters of an operation.

use super::operations::{Both, column};
use super::removal::{self, Sunset};
use super::{Differ, Found, Inside};
use crate::contract::arena::NodeId;
use crate::contract::rules::{Column, Fixed, Kind};
use crate::contract::view::Side;
use crate::contract::view::api::{Caller, Whereabouts, template_names};
use crate::contract::view::operation::{
    Parameter, collected_inside, is_unreadable, parameters, unknown_parameters,
};
use crate::contract::view::schema::{Schema, Trivial, Types};
use crate::contract::words as w;

impl Differ<'_> {
    pub(super) fn compare_parameters(&mut self, both: Both) {
        let old = parameters(self.base, both.base_item, both.base);
        let new = parameters(self.revision, both.revision_item, both.revision);
        let (old_names, new_names) = (
            template(self.base, both.base_item),
            template(self.revision, both.revision_item),
        );
        // A path parameter is known by its place in the path, not by its name.
        let place = |parameter: &Parameter, names: &[String]| {
            (parameter.location == w::PATH)
                .then(|| names.iter().position(|name| *name == parameter.name))
                .flatten()
        };
        let (old_unknown, new_unknown) = self.tell_unknown_parameters(both);
        let mut taken = vec![false; new.len()];
        for one in &old {
            let at = place(one, &old_names);
            let same = |other: &Parameter| match at {
                Some(at) => other.location == one.location && place(other, &new_names) == Some(at),
                None => other.is_same(one),
            };
            match new
                .iter()
                .zip(&taken)
                .position(|(other, taken)| !taken && same(other))
            {
                Some(other) => {
                    taken[other] = true;
                    self.compare_parameter(both, one, &new[other]);
                }
                // One that nobody can read may be it: that is told by itself.
                None if new_unknown => {}
                None => self.removed_parameter(both, one),
            }
        }
        for (one, _) in new.iter().zip(&taken).filter(|(_, taken)| !**taken) {
            if !old_unknown {
                self.added_parameter(both, one);
            }
        }
    }

    /// The parameters of each side that nobody can read and that the other side does not have in the same words.
    pub(super) fn lonely_parameters(&self, both: Both) -> (Vec<NodeId>, Vec<NodeId>) {
        let old = unknown_parameters(self.base, both.base_item, both.base);
        let new = unknown_parameters(self.revision, both.revision_item, both.revision);
        let arena = self.base.arena();
        let lonely = |of: &[NodeId], than: &[NodeId]| -> Vec<NodeId> {
            let is_lonely = |node: &&NodeId| !than.iter().any(|other| arena.same(**node, *other));
            of.iter().filter(is_lonely).copied().collect()
        };
        (lonely(&old, &new), lonely(&new, &old))
    }

    /// Tells of those: of what leads nowhere that is done for the whole document. Whether each side has any comes back.
    fn tell_unknown_parameters(&mut self, both: Both) -> (bool, bool) {
        let (gone, came) = self.lonely_parameters(both);
        let of_base = gone.iter().map(|node| (self.base, *node));
        let of_revision = came.iter().map(|node| (self.revision, *node));
        let told: Vec<Found> = of_base
            .chain(of_revision)
            .filter_map(|(side, node)| {
                let node = side.follow(node).filter(|node| is_unreadable(side, *node))?;
                Some(
                    self.on(side, node)
                        .subject("a parameter without a name or a place"),
                )
            })
            .collect();
        for found in told {
            self.fixed(Fixed::DocumentNotCompared, Some(both.number), found);
        }
        (!gone.is_empty(), !came.is_empty())
    }

    fn removed_parameter(&mut self, both: Both, one: &Parameter) {
        let found = Found::at(one.node, both.revision).subject(named(self.base, one));
        let rule = if both.caller == Caller::Provider {
            if one.required {
                return self.fixed(Fixed::RequiredCallbackParameterRemoved, Some(both.number), found);
            }
            Kind::Removed
        } else if !removal::is_deprecated(self.base, one.node) {
            if one.required && one.location != w::PATH {
                return self.fixed(Fixed::RemovedRequiredRequestParameter, Some(both.number), found);
            }
            Kind::Removed
        } else {
            match removal::sunset(self.base, one.node) {
                Sunset::None => Kind::RemovedWithDeprecation,
                Sunset::Date(date) if self.options.today >= date => return,
                Sunset::Date(_) => Kind::RemovedBeforeSunset,
                Sunset::Unreadable(_) => Kind::SunsetParse,
            }
        };
        self.kind(rule, Column::Parameter, both.number, found);
    }

    fn added_parameter(&mut self, both: Both, one: &Parameter) {
        let rule = match (one.location, one.required) {
            _ if both.caller == Caller::Provider => Fixed::NewOptionalRequestParameter,
            (w::PATH, _) => Fixed::NewRequestPathParameter,
            (_, true) => Fixed::NewRequiredRequestParameter,
            (_, false) => Fixed::NewOptionalRequestParameter,
        };
        let found = Found::at(both.base, one.node).subject(named(self.revision, one));
        self.fixed(rule, Some(both.number), found);
    }

    fn compare_parameter(&mut self, both: Both, old: &Parameter, new: &Parameter) {
        let place = column(both.caller, Column::Parameter);
        let number = both.number;
        let arena = self.base.arena();
        let found = || Found::at_field(arena, old.node, new.node, w::REQUIRED).subject(named(self.base, old));
        let changes = [
            (!old.required && new.required, Kind::BecameRequired),
            (old.required && !new.required, Kind::BecameOptional),
        ];
        let changes: Vec<(Kind, Found)> = changes
            .into_iter()
            .filter(|(is_so, _)| *is_so)
            .map(|(_, kind)| (kind, found()))
            .collect();
        for (kind, found) in changes {
            self.kind(kind, place, number, found);
        }
        if both.caller == Caller::Client {
            self.compare_parameter_deprecation(both, old, new);
        }
        self.compare_style(both, old, new);
        self.compare_header_object(both, old, new);
        if let (Some(base), Some(revision)) = (old.schema, new.schema) {
            if let Some(items) = self.items_of_one(old, new) {
                let found = Found::at(base, revision).subject(named(self.base, old));
                self.kind(Kind::TypeGeneralized, place, number, found.to("a list of it"));
                self.root(number, base, items, place);
            } else {
                self.root(number, base, revision, place);
                if !(old.required && new.required)
                    && let Some(pair) = self.pair(base, revision, place, Inside::Plain)
                {
                    self.optional.insert(pair);
                }
            }
        }
        self.compare_lone_schema(number, old, new, place);
        self.compare_media_of(
            number,
            old,
            new,
            place,
            Fixed::RequestParameterSerializationChanged,
        );
    }

    /// A schema that came or went where nothing else says what there may be: without it that is anything.
    pub(super) fn compare_lone_schema(
        &mut self,
        number: u32,
        old: &Parameter,
        new: &Parameter,
        place: Column,
    ) {
        if !(old.media.is_empty() && new.media.is_empty()) {
            return;
        }
        let (side, node) = match (old.schema, new.schema) {
            (None, Some(node)) => (self.revision, node),
            (Some(node), None) => (self.base, node),
            _ => return,
        };
        let Some(schema) = Schema::of(side, node).filter(|one| one.trivial() != Some(Trivial::Always)) else {
            return;
        };
        let shown = schema.types().shown();
        let found =
            Found::at(old.schema.unwrap_or(old.node), new.schema.unwrap_or(new.node)).subject(&old.name);
        if old.schema.is_some() {
            let found = found.from(shown).to("anything");
            return self.kind(Kind::TypeGeneralized, place, number, found);
        }
        let kind = match Kind::TypeSpecialized.level(place) {
            Some(_) => Kind::TypeSpecialized,
            None => Kind::TypeChanged,
        };
        self.kind(kind, place, number, found.from("anything").to(shown));
    }

    /// The media types of a parameter or a header: one that has others, or a schema instead, is written in another way.
    pub(super) fn compare_media_of(
        &mut self,
        number: u32,
        old: &Parameter,
        new: &Parameter,
        place: Column,
        changed: Fixed,
    ) {
        let subject = match changed {
            Fixed::ResponseHeaderSerializationChanged => old.name.clone(),
            _ => named(self.base, old),
        };
        let found = |node: NodeId| Found::at(node, new.node).subject(&subject);
        let is_other =
            old.schema.is_some() != new.schema.is_some() && !(old.media.is_empty() && new.media.is_empty());
        if is_other {
            let found = found(old.node);
            self.fixed(changed, Some(number), found);
        }
        for media in &old.media {
            let Some(other) = new.media.iter().find(|other| other.name == media.name) else {
                // Both have media types, and this one is none of the new ones.
                if !new.media.is_empty() {
                    let found = found(media.node).from(media.name.clone());
                    self.fixed(changed, Some(number), found);
                }
                continue;
            };
            if let (Some(base), Some(revision)) = (media.schema, other.schema) {
                self.root(number, base, revision, place);
            }
        }
    }

    /// What must be in a header that is an object: it has rules of its own.
    fn compare_header_object(&mut self, both: Both, old: &Parameter, new: &Parameter) {
        if both.caller == Caller::Provider || new.location != w::HEADER {
            return;
        }
        let (Some(base), Some(revision)) = (old.schema, new.schema) else {
            return;
        };
        let (Some(before), Some(after)) = (Schema::of(self.base, base), Schema::of(self.revision, revision))
        else {
            return;
        };
        let (was, is) = (before.required(), after.required());
        let known = before.properties();
        for (name, node) in after.properties() {
            let base = known
                .iter()
                .find(|(other, _)| *other == name)
                .map(|(_, node)| *node);
            let found = Found::at(base.unwrap_or(old.node), node).subject(self.revision.text(name));
            let is_new_demand = is.contains(&name) && !was.contains(&name);
            let has_enum = |side: Side<'_>, node: NodeId| {
                Schema::of(side, node).is_some_and(|schema| schema.get(w::ENUM).is_some())
            };
            let became_enum =
                base.is_some_and(|base| !has_enum(self.base, base) && has_enum(self.revision, node));
            let rules = [
                (
                    is_new_demand && base.is_none(),
                    Fixed::NewRequiredRequestHeaderProperty,
                ),
                (
                    is_new_demand && base.is_some(),
                    Fixed::RequestHeaderPropertyBecameRequired,
                ),
                (became_enum, Fixed::RequestHeaderPropertyBecameEnum),
            ];
            for (_, rule) in rules.into_iter().filter(|(is_so, _)| *is_so) {
                self.fixed(rule, Some(both.number), found.clone());
            }
        }
    }

    /// In a query whose lists repeat the name, one value is a list of one: what its items are, where one value became a
    /// list.
    fn items_of_one(&self, old: &Parameter, new: &Parameter) -> Option<NodeId> {
        let repeats = new.location == w::QUERY && new.style.name == w::FORM && new.style.explode;
        let compound = Types::ARRAY.with(Types::OBJECT);
        let before = Schema::of(self.base, old.schema?)?;
        let after = Schema::of(self.revision, new.schema?)?;
        let is_one =
            repeats && !before.types().meets(compound) && after.types().without(Types::NULL) == Types::ARRAY;
        after.get(w::ITEMS).filter(|_| is_one)
    }

    fn compare_style(&mut self, both: Both, old: &Parameter, new: &Parameter) {
        let (one, other) = (old.style, new.style);
        let base_word = self.base.text(one.name).to_owned();
        let revision_word = self.revision.text(other.name).to_owned();
        let matters = explode_matters(self.base, old) && explode_matters(self.revision, new);
        // Less is understood than before, or more is sent.
        let narrows = |was: bool, is: bool| match both.caller {
            Caller::Client => was && !is,
            Caller::Provider => !was && is,
        };
        let mut found = Vec::new();
        let at = || Found::at(old.node, new.node).subject(named(self.base, old));
        if base_word != revision_word && old.media.is_empty() && new.media.is_empty() {
            let change = at().from(base_word).to(revision_word);
            found.push((Fixed::RequestParameterStyleChanged, change));
        }
        if inside_differs(self.base, old, self.revision, new) {
            found.push((
                Fixed::RequestParameterStyleChanged,
                at().from("lists in lists")
                    .to("lists in lists, written in another way"),
            ));
        }
        if one.explode != other.explode && matters {
            let change = at().from(one.explode.to_string()).to(other.explode.to_string());
            found.push((Fixed::RequestParameterExplodeChanged, change));
        }
        if one.allow_reserved != other.allow_reserved {
            let rule = if narrows(one.allow_reserved, other.allow_reserved) {
                Fixed::RequestParameterAllowReservedChanged
            } else {
                Fixed::RequestParameterAllowReservedCompatible
            };
            found.push((rule, at()));
        }
        if one.allow_empty && !other.allow_empty && both.caller == Caller::Client {
            found.push((Fixed::RequestParameterAllowEmptyValueRemoved, at()));
        }
        for (rule, change) in found {
            self.fixed(rule, Some(both.number), change);
        }
    }

    fn compare_parameter_deprecation(&mut self, both: Both, old: &Parameter, new: &Parameter) {
        let (was, is) = (
            removal::is_deprecated(self.base, old.node),
            removal::is_deprecated(self.revision, new.node),
        );
        let notice = self.notice(both.revision);
        let near = |date: chrono::NaiveDate| (date - self.options.today).num_days() < i64::from(notice);
        let (before, after) = (
            removal::sunset(self.base, old.node),
            removal::sunset(self.revision, new.node),
        );
        let arena = self.base.arena();
        let at = |key| Found::at_field(arena, old.node, new.node, key).subject(named(self.base, old));
        let (deprecated, found) = (at(w::DEPRECATED), at(w::SUNSET));
        let (kind, found) = match (was, is) {
            (true, false) => (Kind::Reactivated, deprecated),
            (false, true) => match after {
                Sunset::None if notice > 0 => (Kind::DeprecatedSunsetMissing, deprecated),
                Sunset::None => (Kind::Deprecated, deprecated),
                Sunset::Unreadable(text) => (Kind::SunsetParse, found.to(text)),
                Sunset::Date(date) if near(date) => (Kind::SunsetDateTooSmall, found.to(date.to_string())),
                Sunset::Date(date) => (Kind::Deprecated, found.to(date.to_string())),
            },
            (true, true) => match (before, after) {
                (Sunset::Date(date), Sunset::None) => (Kind::SunsetDeleted, found.from(date.to_string())),
                (Sunset::Date(before), Sunset::Date(after))
                    if removal::is_hurried(before, after, self.options.today) =>
                {
                    (
                        Kind::SunsetDateChangedTooSmall,
                        found.from(before.to_string()).to(after.to_string()),
                    )
                }
                (Sunset::Unreadable(old), Sunset::Unreadable(new)) if old == new => return,
                (Sunset::Unreadable(text), _) | (_, Sunset::Unreadable(text)) => {
                    (Kind::SunsetParse, found.to(text))
                }
                _ => return,
            },
            (false, false) => return,
        };
        self.kind(kind, Column::Parameter, both.number, found);
    }
}

/// Whether it makes a difference that values are written apart: how lists and objects are written says nothing about what is
/// neither, and in the simple style a list is written in one way.
pub(super) fn explode_matters(side: Side<'_>, parameter: &Parameter) -> bool {
    let compound = match parameter.style.name {
        w::SIMPLE => Types::OBJECT,
        _ => Types::OBJECT.with(Types::ARRAY),
    };
    let schema = parameter.schema.and_then(|node| Schema::of(side, node));
    parameter.media.is_empty() && schema.is_none_or(|schema| schema.types().meets(compound))
}

/// Whether lists in the lists of a parameter are written in another way, which only Swagger 2.0 can say.
pub(super) fn inside_differs(base: Side<'_>, old: &Parameter, revision: Side<'_>, new: &Parameter) -> bool {
    let (before, after) = (
        collected_inside(base, old.node),
        collected_inside(revision, new.node),
    );
    before.iter().zip(&after).any(|(one, other)| one != other)
}

/// `query limit`.
fn named(side: Side<'_>, parameter: &Parameter) -> String {
    format!("{} {}", side.text(parameter.location), parameter.name)
}

/// The names in the path that an item stands at.
fn template(side: Side<'_>, item: Whereabouts) -> Vec<String> {
    let arena = side.arena();
    let mut node = item.nodes().next();
    let path = std::iter::from_fn(|| {
        let now = node?;
        node = arena.parent(now);
        Some(now)
    })
    .find_map(|node| {
        arena
            .key(node)
            .map(|key| arena.text(key))
            .filter(|key| key.starts_with('/'))
    });
    path.map(|path| template_names(path).into_iter().map(str::to_owned).collect())
        .unwrap_or_default()
}
