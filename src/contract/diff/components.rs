//! What documents keep for their operations: schemas that are gone, and ways to authenticate.

use super::{Differ, Found};
use crate::contract::arena::{Entry, NodeId, Value, Word};
use crate::contract::rules::Fixed;
use crate::contract::view::Side;
use crate::contract::words as w;

/// The flows of OAuth 2, in both spellings.
const FLOWS: [Word; 5] = [
    w::IMPLICIT,
    w::PASSWORD,
    w::CLIENT_CREDENTIALS,
    w::AUTHORIZATION_CODE,
    w::DEVICE_AUTHORIZATION,
];

impl Differ<'_> {
    pub(super) fn compare_components(&mut self) {
        let (old, new) = (fields(self.base, w::SCHEMAS), fields(self.revision, w::SCHEMAS));
        let kept: std::collections::HashSet<Word> = new.iter().map(|entry| entry.key).collect();
        for entry in old.iter().filter(|entry| !kept.contains(&entry.key)) {
            let found = Found::at(entry.value, None).subject(self.base.text(entry.key));
            self.fixed(Fixed::ApiSchemaRemoved, None, found);
        }
        let (old, new) = (
            fields(self.base, w::SECURITY_SCHEMES),
            fields(self.revision, w::SECURITY_SCHEMES),
        );
        for entry in &old {
            let name = self.base.text(entry.key).to_owned();
            match new.iter().find(|other| other.key == entry.key) {
                None => {
                    let found = Found::at(entry.value, None).subject(name);
                    self.fixed(Fixed::ApiSecurityComponentRemoved, None, found);
                }
                Some(other) => self.compare_scheme(&name, entry.value, other.value),
            }
        }
        for entry in new
            .iter()
            .filter(|entry| !old.iter().any(|other| other.key == entry.key))
        {
            let found = Found::at(None, entry.value).subject(self.revision.text(entry.key));
            self.fixed(Fixed::ApiSecurityComponentAdded, None, found);
        }
    }

    fn compare_scheme(&mut self, name: &str, old: NodeId, new: NodeId) {
        let (Some(old), Some(new)) = (self.base.follow(old), self.revision.follow(new)) else {
            return;
        };
        let kind = |side: Side<'_>, node: NodeId| {
            let said = |key| side.arena().get_text(node, key).map(|word| side.text(word));
            match said(w::TYPE)? {
                // Swagger 2.0 has a type of its own for it.
                "http" if said(w::SCHEME).is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic")) => {
                    Some("basic".to_owned())
                }
                other => Some(other.to_owned()),
            }
        };
        let (before, after) = (kind(self.base, old), kind(self.revision, new));
        if before != after {
            let found = Found {
                from: before,
                to: after,
                ..Found::at(old, new).subject(name)
            };
            self.fixed(Fixed::ApiSecurityComponentTypeChanged, None, found);
        }
        let metadata = [(
            w::OAUTH2_METADATA_URL,
            Fixed::ApiSecurityComponentOauthMetadataUrlChanged,
        )];
        self.compare_uris(name, &metadata, old, new);
        for flow in FLOWS {
            let (Some(one), Some(other)) = (flow_of(self.base, old, flow), flow_of(self.revision, new, flow))
            else {
                continue;
            };
            let of_flow = [
                (w::AUTHORIZATION_URL, Fixed::ApiSecurityComponentOauthUrlChanged),
                (w::TOKEN_URL, Fixed::ApiSecurityComponentOauthTokenUrlChanged),
                (w::REFRESH_URL, Fixed::ApiSecurityComponentOauthRefreshUrlChanged),
                (
                    w::DEVICE_AUTHORIZATION_URL,
                    Fixed::ApiSecurityComponentOauthDeviceUrlChanged,
                ),
            ];
            self.compare_uris(name, &of_flow, one, other);
            self.compare_scopes(name, one, other);
        }
    }

    /// Addresses that stand in two objects, each with the rule for another one.
    pub(super) fn compare_uris(&mut self, name: &str, addresses: &[(Word, Fixed)], old: NodeId, new: NodeId) {
        for (key, rule) in addresses {
            let text = |side: Side<'_>, node| {
                let said = side.arena().get_text(node, *key);
                said.map(|word| side.text(word).to_owned())
            };
            let (from, to) = (text(self.base, old), text(self.revision, new));
            if from != to {
                let found = Found {
                    from,
                    to,
                    ..Found::at(old, new).subject(name)
                };
                self.fixed(*rule, None, found);
            }
        }
    }

    fn compare_scopes(&mut self, name: &str, old: NodeId, new: NodeId) {
        let scopes = |side: Side<'_>, node| -> Vec<Entry> {
            let map = side.arena().get(node, w::SCOPES);
            map.map(|map| side.arena().fields(map).to_vec())
                .unwrap_or_default()
        };
        let (before, after) = (scopes(self.base, old), scopes(self.revision, new));
        let subject = |side: Side<'_>, entry: &Entry| format!("{name} {}", side.text(entry.key));
        for entry in &before {
            let subject = subject(self.base, entry);
            let Some(other) = after.iter().find(|other| other.key == entry.key) else {
                let found = Found::at(entry.value, new).subject(subject);
                self.fixed(Fixed::ApiSecurityComponentOauthScopeRemoved, None, found);
                continue;
            };
            let (one, two) = (
                self.base.arena().value(entry.value),
                self.revision.arena().value(other.value),
            );
            if one != two && matches!((one, two), (Value::Text(_), Value::Text(_))) {
                let found = Found::at(entry.value, other.value).subject(subject);
                self.fixed(Fixed::ApiSecurityComponentOauthScopeChanged, None, found);
            }
        }
        for entry in after
            .iter()
            .filter(|entry| !before.iter().any(|other| other.key == entry.key))
        {
            let found = Found::at(old, entry.value).subject(subject(self.revision, entry));
            self.fixed(Fixed::ApiSecurityComponentOauthScopeAdded, None, found);
        }
    }
}

/// A flow of a scheme, in either spelling.
fn flow_of(side: Side<'_>, scheme: NodeId, flow: Word) -> Option<NodeId> {
    let arena = side.arena();
    if let Some(flows) = arena.get(scheme, w::FLOWS) {
        return arena.get(flows, flow);
    }
    let old = match arena.get_text(scheme, w::FLOW)? {
        w::APPLICATION => w::CLIENT_CREDENTIALS,
        w::ACCESS_CODE => w::AUTHORIZATION_CODE,
        other => other,
    };
    (old == flow).then_some(scheme)
}

fn fields(side: Side<'_>, kind: Word) -> Vec<Entry> {
    let map = side.components(kind);
    map.map(|map| side.arena().fields(map).to_vec())
        .unwrap_or_default()
}
