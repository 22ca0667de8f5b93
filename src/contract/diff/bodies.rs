//! The body that an operation takes, and media types on both sides.

use super::operations::{Both, column};
use super::{Differ, Found, is_request};
use crate::contract::arena::NodeId;
use crate::contract::load::Version;
use crate::contract::rules::{Column, Fixed, Kind};
use crate::contract::view::Side;
use crate::contract::view::api::Caller;
use crate::contract::view::operation::{Body, Media, body, namesake};
use crate::contract::words as w;

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
        let (old_unknown, new_unknown) = self.lonely_parameters(both);
        match (old, new) {
            (None, None) => {}
            // It may be there, where nobody can read it: that is told by itself.
            (Some(_), None) if hides_body(self.revision, both.revision, &new_unknown) => {}
            (None, Some(_)) if hides_body(self.base, both.base, &old_unknown) => {}
            (Some(old), None) => {
                let found = Found::at(old.node, both.revision);
                self.kind(Kind::Removed, Column::RequestBody, number, found);
            }
            (None, Some(new)) => {
                // Who is called back is given more, and need not read it.
                let kind = if new.required && both.caller == Caller::Client {
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
            let stand_ins = stand_ins(&media.name, &new.media, place);
            if !stand_ins.is_empty() {
                for other in stand_ins {
                    self.compare_media(both, media, other, place);
                }
                continue;
            }
            let found = Found::at(media.node, new.node).subject(&media.name);
            self.kind(Kind::MediaTypeRemoved, Column::RequestBody, number, found);
        }
        for media in matched.added {
            let found = Found::at(old.node, media.node).subject(&media.name);
            self.kind(Kind::MediaTypeAdded, Column::RequestBody, number, found);
            if let Some(range) = narrowest(&media.name, &old.media) {
                self.compare_media(both, range, media, place);
            }
        }
        for (one, other) in matched.pairs {
            self.compare_media(both, one, other, place);
        }
    }

    /// Two media types that are the same one.
    pub(super) fn compare_media(&mut self, both: Both, old: &Media, new: &Media, place: Column) {
        if !(old.is_known && new.is_known) {
            return;
        }
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
        self.compare_encodings(both, old, new, place);
    }
}

/// What stands for a media type that is gone. To who sends it: the narrowest range that holds it, which takes it as before.
/// To who is given it: what is left of it, where it was a range.
pub(super) fn stand_ins<'a>(name: &str, new: &'a [Media], place: Column) -> Vec<&'a Media> {
    if !is_request(place) {
        return new.iter().filter(|media| is_in(&media.name, name)).collect();
    }
    narrowest(name, new).into_iter().collect()
}

/// The narrowest range that holds a media type: what counted for it before it had an entry of its own, and counts again
/// when that is gone.
pub(super) fn narrowest<'a>(name: &str, media: &'a [Media]) -> Option<&'a Media> {
    let ranges = media.iter().filter(|range| is_in(name, &range.name));
    ranges.min_by_key(|range| Parts::of(&range.name).kind == "*")
}

/// Whether a media type lies in a range such as `*/*` or `text/*`.
pub(super) fn is_in(name: &str, range: &str) -> bool {
    let (name, range) = (Parts::of(name), Parts::of(range));
    let is_range = range.suffix == "*" && range.parameters.is_empty();
    is_range && name.essence != range.essence && (range.kind == "*" || name.kind == range.kind)
}

/// Whether an operation may have a body that nobody can read: behind a reference that leads nowhere, or in Swagger 2.0 as
/// one of these parameters.
fn hides_body(side: Side<'_>, operation: NodeId, unknown: &[NodeId]) -> bool {
    if side.version() == Version::V2 {
        return !unknown.is_empty();
    }
    let written = side.arena().get(operation, w::REQUEST_BODY);
    written.is_some_and(|node| side.follow(node).is_none())
}

/// Pairs media types by their names.
pub(super) fn matched<'a>(old: &'a [Media], new: &'a [Media]) -> Matched<'a> {
    let mut matched = Matched {
        pairs: Vec::new(),
        removed: Vec::new(),
        added: Vec::new(),
    };
    let is_same = |one: &Media, other: &Media| one.name == other.name;
    for (at, one) in old.iter().enumerate() {
        match namesake(old, at, new, is_same) {
            Some(other) => matched.pairs.push((one, other)),
            None => matched.removed.push(one),
        }
    }
    for (at, one) in new.iter().enumerate() {
        match namesake(new, at, old, is_same) {
            // One of several of the same name for which the other side has fewer.
            Some(other) if !matched.pairs.iter().any(|(_, paired)| std::ptr::eq(*paired, one)) => {
                matched.pairs.push((other, one));
            }
            Some(_) => {}
            None => matched.added.push(one),
        }
    }
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
