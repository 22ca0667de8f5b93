//! What an operation gives: status codes, media types, headers, links.

use super::bodies::{Parts, matched, narrowest, stand_ins};
use super::operations::{Both, column};
use super::parameters::{explode_matters, inside_differs};
use super::{Differ, Found, is_request};
use crate::contract::arena::NodeId;
use crate::contract::rules::{Column, Fixed, Kind};
use crate::contract::view::Side;
use crate::contract::view::api::Caller;
use crate::contract::view::operation::{Media, Parameter, Response, namesake, responses};

impl Differ<'_> {
    pub(super) fn compare_responses(&mut self, both: Both) {
        let old = responses(self.base, both.base);
        let new = responses(self.revision, both.revision);
        let number = Some(both.number);
        for (at, one) in old.iter().enumerate() {
            let left = new.iter().find(|other| is_of(&other.status, &one.status));
            let is_there = new.iter().any(|other| other.status == one.status);
            if let Some(left) = left.filter(|_| !is_there && both.caller == Caller::Client) {
                // What is left of it is compared as what took over from it.
                let found = Found::at(one.node, left.node).from(one.status.clone());
                self.fixed(Fixed::ResponseStatusRangeNarrowed, number, found);
                continue;
            }
            let same = namesake(&old, at, &new, |one, other| one.status == other.status);
            if let Some(other) = same.or_else(|| covering(&new, &one.status)) {
                self.compare_response(both, one, other);
                continue;
            }
            let rule = if is_success(&one.status) {
                Fixed::ResponseSuccessStatusRemoved
            } else {
                Fixed::ResponseNonSuccessStatusRemoved
            };
            let found = Found::at(one.node, both.revision).subject(&one.status);
            self.fixed(rule, number, found);
        }
        for one in new
            .iter()
            .filter(|one| !old.iter().any(|other| other.status == one.status))
        {
            let rule = if is_success(&one.status) {
                Fixed::ResponseSuccessStatusAdded
            } else {
                Fixed::ResponseNonSuccessStatusAdded
            };
            let found = Found::at(both.base, one.node).subject(&one.status);
            self.fixed(rule, number, found);
            if let Some(range) = covered(&old, &one.status) {
                self.compare_taken_over(both, range, one);
            }
        }
    }

    /// A status of its own, and the range or the default that answered for it before.
    fn compare_taken_over(&mut self, both: Both, range: &Response, one: &Response) {
        if !has_body(&one.status) && range.is_known && one.is_known {
            // Nobody waits for a body there, whatever the range says.
            self.compare_headers(both, range, one);
            return;
        }
        self.compare_response(both, range, one);
    }

    fn compare_response(&mut self, both: Both, old: &Response, new: &Response) {
        if !(old.is_known && new.is_known) {
            return;
        }
        let place = column(both.caller, Column::ResponseBody);
        self.compare_response_media(both, old, new, place);
        self.compare_headers(both, old, new);
        self.compare_links(both, old, new);
    }

    fn compare_response_media(&mut self, both: Both, old: &Response, new: &Response, place: Column) {
        let number = both.number;
        let matched = matched(&old.media, &new.media);
        for (one, other) in matched.pairs {
            self.compare_media(both, one, other, place);
        }
        let mut added: Vec<&Media> = matched.added;
        for one in matched.removed {
            let stand_ins = stand_ins(&one.name, &new.media, place);
            if !stand_ins.is_empty() {
                for other in stand_ins {
                    self.compare_media(both, one, other, place);
                    if !is_request(place) {
                        let found = Found::at(one.node, other.node)
                            .from(one.name.clone())
                            .to(other.name.clone());
                        self.fixed(Fixed::ResponseMediaTypeNameSpecialized, Some(number), found);
                        added.retain(|media| media.name != other.name);
                    }
                }
                continue;
            }
            let akin = added
                .iter()
                .position(|other| renamed(&one.name, &other.name).is_some());
            let Some(at) = akin else {
                let found = Found::at(one.node, new.node)
                    .subject(&one.name)
                    .from(old.status.clone());
                self.fixed(Fixed::ResponseMediaTypeRemoved, Some(number), found);
                continue;
            };
            let other = added.remove(at);
            if let Some(rule) = renamed(&one.name, &other.name) {
                let found = Found::at(one.node, other.node)
                    .from(one.name.clone())
                    .to(other.name.clone());
                self.fixed(rule, Some(number), found);
            }
            self.compare_media(both, one, other, place);
        }
        for one in added {
            let found = Found::at(old.node, one.node)
                .subject(&one.name)
                .to(new.status.clone());
            self.fixed(Fixed::ResponseMediaTypeAdded, Some(number), found);
            if let Some(range) = narrowest(&one.name, &old.media) {
                self.compare_media(both, range, one, place);
            }
        }
    }

    fn compare_headers(&mut self, both: Both, old: &Response, new: &Response) {
        let place = column(both.caller, Column::Header);
        let number = both.number;
        let is_same = |one: &Parameter, other: &Parameter| one.name == other.name;
        for (at, one) in old.headers.iter().enumerate() {
            let Some(other) = namesake(&old.headers, at, &new.headers, is_same) else {
                if both.caller == Caller::Provider {
                    let found = Found::at(one.node, new.node).subject(&one.name);
                    self.kind(Kind::Removed, place, number, found);
                    continue;
                }
                let rule = if one.required {
                    Fixed::RequiredResponseHeaderRemoved
                } else {
                    Fixed::OptionalResponseHeaderRemoved
                };
                let found = Found::at(one.node, new.node).subject(&one.name);
                self.fixed(rule, Some(number), found);
                continue;
            };
            self.compare_header(number, one, other, place);
        }
        for one in &new.headers {
            if !old.headers.iter().any(|other| other.name == one.name) {
                let found = Found::at(old.node, one.node).subject(&one.name);
                // Who answers a callback does not send it yet.
                if both.caller == Caller::Provider && one.required {
                    self.kind(Kind::BecameRequired, place, number, found);
                    continue;
                }
                self.kind(Kind::Added, Column::Header, number, found);
            }
        }
    }

    fn compare_header(&mut self, number: u32, old: &Parameter, new: &Parameter, place: Column) {
        if !(old.is_known && new.is_known) {
            return;
        }
        let found = Found::at(old.node, new.node).subject(&old.name);
        match (old.required, new.required) {
            (true, false) => self.kind(Kind::BecameOptional, place, number, found),
            (false, true) => self.kind(Kind::BecameRequired, place, number, found),
            _ => {}
        }
        let found =
            |from: String, to: String| Found::at(old.node, new.node).subject(&old.name).from(from).to(to);
        let (one, other) = (old.style, new.style);
        if one.name != other.name && old.media.is_empty() && new.media.is_empty() {
            let names = [(self.base, one), (self.revision, other)].map(|(side, style)| side.text(style.name));
            let found = found(names[0].to_owned(), names[1].to_owned());
            self.fixed(Fixed::ResponseHeaderStyleChanged, Some(number), found);
        }
        if inside_differs(self.base, old, self.revision, new) {
            let found = Found::at(old.node, new.node).subject(&old.name);
            self.fixed(Fixed::ResponseHeaderStyleChanged, Some(number), found);
        }
        let matters = explode_matters(self.base, old) && explode_matters(self.revision, new);
        if one.explode != other.explode && matters {
            let found = found(one.explode.to_string(), other.explode.to_string());
            self.fixed(Fixed::ResponseHeaderExplodeChanged, Some(number), found);
        }
        if let (Some(base), Some(revision)) = (old.schema, new.schema) {
            self.root(number, base, revision, place);
        }
        self.compare_lone_schema(number, old, new, place);
        self.compare_media_of(number, old, new, place, Fixed::ResponseHeaderSerializationChanged);
    }

    fn compare_links(&mut self, both: Both, old: &Response, new: &Response) {
        let names = |side: Side<'_>, map: Option<NodeId>| {
            let fields = map.map(|map| side.arena().fields(map).to_vec());
            fields.unwrap_or_default()
        };
        let (before, after) = (names(self.base, old.links), names(self.revision, new.links));
        for link in before
            .iter()
            .filter(|link| !after.iter().any(|other| other.key == link.key))
        {
            let found = Found::at(link.value, new.node).subject(self.base.text(link.key));
            self.fixed(Fixed::ResponseLinkRemoved, Some(both.number), found);
        }
        for link in after
            .iter()
            .filter(|link| !before.iter().any(|other| other.key == link.key))
        {
            let found = Found::at(old.node, link.value).subject(self.revision.text(link.key));
            self.fixed(Fixed::ResponseLinkAdded, Some(both.number), found);
        }
    }
}

/// The response that answers for a status: it itself, its class, or the default. Nothing answers for the default but itself.
fn covering<'a>(responses: &'a [Response], status: &str) -> Option<&'a Response> {
    let class = status.get(..1).map(|digit| format!("{digit}XX"));
    [Some(status.to_owned()), class, Some("default".to_owned())]
        .into_iter()
        .flatten()
        .find_map(|wanted| responses.iter().find(|response| response.status == wanted))
}

/// The range or the default that answered for a status before it had a response of its own. Where other successes are told
/// apart, the default is for what goes wrong.
fn covered<'a>(responses: &'a [Response], status: &str) -> Option<&'a Response> {
    let range = covering(responses, status)?;
    let tells_successes = responses.iter().any(|response| is_success(&response.status));
    let is_for_failures = range.status == "default" && tells_successes && is_success(status);
    (!is_for_failures).then_some(range)
}

/// Whether a status is one of a range such as `2XX`.
fn is_of(status: &str, range: &str) -> bool {
    status != range && range.ends_with("XX") && status.get(..1) == range.get(..1)
}

/// Whether a response of this status can have a body.
fn has_body(status: &str) -> bool {
    !matches!(status, "204" | "205" | "304") && !status.starts_with('1')
}

fn is_success(status: &str) -> bool {
    status.starts_with('2')
}

/// What it is that a media type has another name now; `None` when it is another one. `+json` is a special kind of `json`.
fn renamed(old: &str, new: &str) -> Option<Fixed> {
    let (one, other) = (Parts::of(old), Parts::of(new));
    if one.essence == other.essence {
        return Some(Fixed::ResponseMediaTypeNameChanged);
    }
    if one.kind != other.kind || one.suffix != other.suffix || one.suffix.contains('*') {
        return None;
    }
    if one.parameters != other.parameters {
        return Some(Fixed::ResponseMediaTypeNameChanged);
    }
    match (one.essence.contains('+'), other.essence.contains('+')) {
        (false, true) => Some(Fixed::ResponseMediaTypeNameSpecialized),
        (true, false) => Some(Fixed::ResponseMediaTypeNameGeneralized),
        _ => None,
    }
}
