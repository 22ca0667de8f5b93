//! The body that an operation takes, and media types on both sides.

use super::operations::{Both, column};
use super::{Differ, Found};
use crate::contract::rules::{Column, Fixed, Kind};
use crate::contract::view::operation::{Body, Media, body};

/// Media types of both sides: which is which.
pub(super) struct Matched<'a> {
    pub(super) pairs: Vec<(&'a Media, &'a Media)>,
    pub(super) removed: Vec<&'a Media>,
    pub(super) added: Vec<&'a Media>,
}

impl Differ<'_> {
    pub(super) fn compare_bodies(&mut self, both: Both) {
        let old = body(self.base, both.base_item, both.base);
        let new = body(self.revision, both.revision_item, both.revision);
        let place = column(both.caller, Column::RequestBody);
        let number = both.number;
        match (old, new) {
            (None, None) => {}
            (Some(old), None) => {
                let found = Found::at(old.node, both.revision);
                self.kind(Kind::Removed, Column::RequestBody, number, found);
            }
            (None, Some(new)) => {
                let kind = if new.required {
                    Kind::AddedRequired
                } else {
                    Kind::AddedOptional
                };
                self.kind(kind, Column::RequestBody, number, Found::at(both.base, new.node));
            }
            (Some(old), Some(new)) => self.compare_body(both, &old, &new, place),
        }
    }

    fn compare_body(&mut self, both: Both, old: &Body, new: &Body, place: Column) {
        let number = both.number;
        let found = Found::at(old.node, new.node);
        match (old.required, new.required) {
            (false, true) => self.kind(Kind::BecameRequired, place, number, found),
            (true, false) => self.kind(Kind::BecameOptional, place, number, found),
            _ => {}
        }
        let matched = matched(&old.media, &new.media);
        for media in matched.removed {
            let found = Found::at(media.node, new.node).subject(&media.name);
            self.kind(Kind::MediaTypeRemoved, Column::RequestBody, number, found);
        }
        for media in matched.added {
            let found = Found::at(old.node, media.node).subject(&media.name);
            self.kind(Kind::MediaTypeAdded, Column::RequestBody, number, found);
        }
        for (one, other) in matched.pairs {
            self.compare_media(both, one, other, place);
        }
    }

    /// Two media types that are the same one.
    pub(super) fn compare_media(&mut self, both: Both, old: &Media, new: &Media, place: Column) {
        let number = both.number;
        let found = || Found::at(old.node, new.node).subject(&old.name);
        match (old.schema, new.schema) {
            (Some(base), Some(revision)) => self.root_of_media(&old.name, number, base, revision, place),
            (Some(_), None) => self.kind(Kind::MediaTypeSchemaRemoved, place, number, found()),
            (None, Some(_)) => self.kind(Kind::MediaTypeSchemaAdded, place, number, found()),
            (None, None) => {}
        }
        match (old.item_schema, new.item_schema) {
            (Some(base), Some(revision)) => self.root(number, base, revision, super::inner(place)),
            (Some(_), None) => self.fixed(Fixed::ItemSchemaRemoved, Some(number), found()),
            (None, Some(_)) => self.fixed(Fixed::ItemSchemaAdded, Some(number), found()),
            (None, None) => {}
        }
        let same = match (old.encoding, new.encoding) {
            (Some(one), Some(other)) => self.base.arena().same(one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        if !same {
            self.fixed(Fixed::RequestBodyEncodingChanged, Some(number), found());
        }
    }
}

/// Pairs media types by their names.
pub(super) fn matched<'a>(old: &'a [Media], new: &'a [Media]) -> Matched<'a> {
    let mut matched = Matched {
        pairs: Vec::new(),
        removed: Vec::new(),
        added: Vec::new(),
    };
    for one in old {
        match new.iter().find(|other| other.name == one.name) {
            Some(other) => matched.pairs.push((one, other)),
            None => matched.removed.push(one),
        }
    }
    let is_new = |media: &&Media| !old.iter().any(|other| other.name == media.name);
    matched.added.extend(new.iter().filter(is_new));
    matched
}

/// A media type in parts: what comes before the parameters, the structured suffix or else the subtype, the parameters.
pub(super) struct Parts<'a> {
    pub(super) essence: &'a str,
    pub(super) kind: &'a str,
    pub(super) suffix: &'a str,
    pub(super) parameters: &'a str,
}

impl<'a> Parts<'a> {
    pub(super) fn of(name: &'a str) -> Self {
        let (essence, parameters) = name.split_once(';').unwrap_or((name, ""));
        let essence = essence.trim();
        let (kind, subtype) = essence.split_once('/').unwrap_or((essence, ""));
        let suffix = subtype.rsplit_once('+').map_or(subtype, |(_, suffix)| suffix);
        Self {
            essence,
            kind,
            suffix,
            parameters: parameters.trim(),
        }
    }
}
