//! How the parts of forms and of bodies of several parts are written.

use std::collections::BTreeSet;

use super::bodies::is_in;
use super::operations::Both;
use super::{Differ, Found, inner, is_request};
use crate::contract::arena::{NodeId, Word};
use crate::contract::load::Version;
use crate::contract::rules::{Column, Fixed, Kind};
use crate::contract::view::Side;
use crate::contract::view::operation::{Media, Parameter, collected, collected_inside, headers};
use crate::contract::view::schema::{Schema, Types};
use crate::contract::words as w;

/// How a part is written.
struct Part {
    encoding: Option<NodeId>,
    /// Where it is said how it is written.
    said: Option<NodeId>,
    /// Its media types, where they are said.
    types: Option<BTreeSet<String>>,
    /// Its media types where nothing is said; `None` where its schema does not tell.
    usual: Option<BTreeSet<String>>,
    style: Word,
    explode: bool,
    /// How lists in its lists are written, where that can be said.
    nested: Vec<(Word, bool)>,
    reserved: bool,
    /// Whether it may be a list or an object.
    is_compound: bool,
}

impl Differ<'_> {
    /// Compares how the properties of a form are written that both sides have. Elsewhere encodings say nothing.
    pub(super) fn compare_encodings(&mut self, both: Both, old: &Media, new: &Media, place: Column) {
        let is_form = |media: &Media| {
            media.name.starts_with("multipart/")
                || media.name.starts_with("application/x-www-form-urlencoded")
        };
        if !(is_form(old) && is_form(new)) {
            return;
        }
        let (before, after) = (properties(self.base, old), properties(self.revision, new));
        for (name, node) in &before {
            let Some((_, other)) = after.iter().find(|(other, _)| other == name) else {
                continue;
            };
            let of =
                |side: Side<'_>, media: &Media| media.encoding.and_then(|map| side.arena().get(map, *name));
            let one = Part::of(self.base, of(self.base, old), Some(*node));
            let two = Part::of(self.revision, of(self.revision, new), Some(*other));
            let at = Found::at(one.said.unwrap_or(old.node), two.said.unwrap_or(new.node));
            if one.said.is_some() || two.said.is_some() {
                self.compare_part(both, &one, &two, place, &at.subject(self.base.text(*name)));
            }
        }
        self.compare_item_encodings(both, old, new, place);
    }

    /// Compares how the items of a body of several parts are written: the first ones each by itself, then all others.
    fn compare_item_encodings(&mut self, both: Both, old: &Media, new: &Media, place: Column) {
        let most = old.item_encodings.0.len().max(new.item_encodings.0.len());
        for at in 0..=most {
            let (one, two) = (
                Part::at(self.base, old, at, at == most),
                Part::at(self.revision, new, at, at == most),
            );
            if one.said.is_some() || two.said.is_some() {
                let found = Found::at(one.said.unwrap_or(old.node), two.said.unwrap_or(new.node));
                let subject = if at == most {
                    "items".to_owned()
                } else {
                    format!("item {}", at + 1)
                };
                self.compare_part(both, &one, &two, place, &found.subject(subject));
            }
        }
    }

    fn compare_part(&mut self, both: Both, old: &Part, new: &Part, place: Column, at: &Found) {
        let number = Some(both.number);
        let request = is_request(place);
        let (changed, fewer, more) = if request {
            (
                Fixed::RequestBodyEncodingChanged,
                Fixed::RequestBodyEncodingNarrowed,
                Fixed::RequestBodyEncodingWidened,
            )
        } else {
            (
                Fixed::ResponseBodyEncodingChanged,
                Fixed::ResponseBodyEncodingNarrowed,
                Fixed::ResponseBodyEncodingWidened,
            )
        };
        let explode_differs = old.explode != new.explode && old.is_compound && new.is_compound;
        let reserved = if request {
            old.reserved && !new.reserved
        } else {
            !old.reserved && new.reserved
        };
        let nested = old
            .nested
            .iter()
            .zip(&new.nested)
            .any(|(one, other)| one != other);
        if old.style != new.style || explode_differs || reserved || nested {
            self.fixed(changed, number, at.clone());
        }
        if (old.types.is_some() || new.types.is_some())
            && let (Some(one), Some(two)) = (
                old.types.as_ref().or(old.usual.as_ref()),
                new.types.as_ref().or(new.usual.as_ref()),
            )
        {
            for (rule, from, to) in [(fewer, one, two), (more, two, one)] {
                if !from.iter().all(|name| is_within(name, to)) {
                    let found = at.clone().from(shown(one)).to(shown(two));
                    self.fixed(rule, number, found);
                }
            }
        }
        let of =
            |side: Side<'_>, part: &Part| part.encoding.map(|node| headers(side, node)).unwrap_or_default();
        let (before, after) = (of(self.base, old), of(self.revision, new));
        self.compare_part_headers(both, &before, &after, place, at);
    }

    fn compare_part_headers(
        &mut self,
        both: Both,
        before: &[Parameter],
        after: &[Parameter],
        place: Column,
        at: &Found,
    ) {
        let request = is_request(place);
        let column = if request { inner(place) } else { Column::Header };
        let find = |list: &[Parameter], name: &str| list.iter().find(|header| header.name == name).cloned();
        let mut names: BTreeSet<String> = BTreeSet::new();
        names.extend(before.iter().chain(after).map(|header| header.name.clone()));
        for name in names {
            let (old, new) = (find(before, &name), find(after, &name));
            if old.iter().chain(&new).any(|header| !header.is_known) {
                continue;
            }
            let is_demanded =
                |header: &Option<Parameter>| header.as_ref().is_some_and(|header| header.required);
            let found = Found {
                base: old.as_ref().map(|header| header.node).or(at.base),
                revision: new.as_ref().map(|header| header.node).or(at.revision),
                ..Found::default()
            };
            let found = found.subject(format!("{} {name}", at.subject));
            match (is_demanded(&old), is_demanded(&new)) {
                (false, true) => self.kind(Kind::BecameRequired, column, both.number, found),
                (true, false) => self.kind(Kind::BecameOptional, column, both.number, found),
                _ => {}
            }
            if let (Some(base), Some(revision)) = (
                old.and_then(|header| header.schema),
                new.and_then(|header| header.schema),
            ) {
                self.root(both.number, base, revision, column);
            }
        }
    }
}

impl Part {
    /// An item of a body of several parts, or all that no encoding of their own have.
    fn at(side: Side<'_>, media: &Media, at: usize, is_rest: bool) -> Self {
        let (first, rest) = &media.item_encodings;
        let schema = media.schema.and_then(|node| Schema::of(side, node));
        let first_schemas = schema.as_ref().map(|schema| schema.list(w::PREFIX_ITEMS));
        let own = first_schemas.and_then(|list| list.get(at).copied());
        let usual = schema
            .and_then(|schema| schema.get(w::ITEMS))
            .or(media.item_schema);
        let own = own.filter(|_| !is_rest).or(usual);
        Self::of(side, first.get(at).copied().or(*rest), own)
    }

    fn of(side: Side<'_>, encoding: Option<NodeId>, property: Option<NodeId>) -> Self {
        let arena = side.arena();
        let get = |key| encoding.and_then(|node| arena.get(node, key));
        let is_true = |key| encoding.and_then(|node| arena.get_bool(node, key));
        // The form of Swagger 2.0 was made of parameters.
        let is_old = side.version() == Version::V2;
        let (style, explode) = if is_old {
            property.map_or((w::FORM, true), |property| collected(side, property, w::FORM))
        } else {
            let style = encoding.and_then(|node| arena.get_text(node, w::STYLE));
            let style = style.unwrap_or(w::FORM);
            (style, is_true(w::EXPLODE).unwrap_or(style == w::FORM))
        };
        let is_list = property.is_some_and(|node| arena.get_text(node, w::TYPE) == Some(w::ARRAY));
        let types = get(w::CONTENT_TYPE).and_then(|node| arena.as_text(node));
        let types = types.map(|word| {
            let names = side.text(word).split(',').map(|name| name.trim().to_lowercase());
            names.filter(|name| !name.is_empty()).collect()
        });
        let compound = Types::ARRAY.with(Types::OBJECT);
        let schema = property.and_then(|node| Schema::of(side, node));
        Self {
            encoding,
            said: encoding.or(property.filter(|_| is_old && is_list)),
            types,
            usual: property.and_then(|node| usual(side, node)),
            style,
            explode,
            nested: property.map_or_else(Vec::new, |node| collected_inside(side, node)),
            reserved: is_true(w::ALLOW_RESERVED).unwrap_or(false),
            is_compound: schema.is_none_or(|schema| schema.types().meets(compound)),
        }
    }
}

fn properties(side: Side<'_>, media: &Media) -> Vec<(Word, NodeId)> {
    let schema = media.schema.and_then(|node| Schema::of(side, node));
    schema.map(|schema| schema.properties()).unwrap_or_default()
}

/// The media types of a part for which none are said: by what its values are, of a list by what its items are.
fn usual(side: Side<'_>, property: NodeId) -> Option<BTreeSet<String>> {
    const NESTED: usize = 8;
    let mut schema = Schema::of(side, property)?;
    for _ in 0..NESTED {
        match schema.get(w::ITEMS) {
            Some(items) if schema.types().without(Types::NULL) == Types::ARRAY => {
                schema = Schema::of(side, items)?;
            }
            _ => break,
        }
    }
    schema.get(w::TYPE)?;
    let types = schema.types();
    let format = schema.text(w::FORMAT).map(|word| side.text(word));
    let is_binary = matches!(format, Some("binary" | "base64" | "byte"))
        || schema.get(w::CONTENT_ENCODING).is_some()
        || schema.get(w::CONTENT_MEDIA_TYPE).is_some();
    if is_binary && types.meets(Types::STRING) {
        // What is in it, and which of these that makes it, versions of the specification do not agree about.
        return None;
    }
    let names = [
        (Types::SCALARS, "text/plain"),
        (Types::ARRAY.with(Types::OBJECT), "application/json"),
    ];
    let names = names.into_iter().filter(|(kinds, _)| types.meets(*kinds));
    Some(names.map(|(_, name)| name.to_owned()).collect())
}

fn is_within(name: &str, names: &BTreeSet<String>) -> bool {
    names.iter().any(|other| other == name || is_in(name, other))
}

fn shown(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}
