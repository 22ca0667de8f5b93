//! Who may call an operation: whether what sufficed before still does.

use std::collections::{BTreeMap, BTreeSet};

use super::operations::Both;
use super::{Differ, Found};
use crate::contract::arena::{NodeId, Word};
use crate::contract::rules::Fixed;
use crate::contract::view::Side;
use crate::contract::words as w;

/// One way to be let in: schemes with their scopes; without any, everybody is.
type Way = BTreeMap<Word, BTreeSet<Word>>;

impl Differ<'_> {
    pub(super) fn compare_operation_security(&mut self, both: Both) {
        let own = |side: Side<'_>, node: NodeId| side.arena().get(node, w::SECURITY);
        let (old, new) = (own(self.base, both.base), own(self.revision, both.revision));
        let number = Some(both.number);
        self.compare_ways(old, new, number, (both.base, both.revision));
        let (before, after) = (
            effective(self.base, both.base),
            effective(self.revision, both.revision),
        );
        let found = Found::at(old.unwrap_or(both.base), new.unwrap_or(both.revision));
        if !before
            .iter()
            .any(|old| after.iter().any(|new| suffices(old, new)))
        {
            let found = found.from(self.ways(&before)).to(self.ways(&after));
            self.fixed(Fixed::ApiSecurityTightened, number, found);
        } else if !before.iter().any(Way::is_empty) && after.iter().any(Way::is_empty) {
            let found = found.from(self.ways(&before));
            self.fixed(Fixed::ApiSecurityRelaxed, number, found);
        }
    }

    pub(super) fn compare_global_security(&mut self) {
        let (base, revision) = (self.base.document.root.node, self.revision.document.root.node);
        let old = self.base.arena().get(base, w::SECURITY);
        let new = self.revision.arena().get(revision, w::SECURITY);
        self.compare_ways(old, new, None, (base, revision));
    }

    /// Schemes and scopes that came and went.
    fn compare_ways(
        &mut self,
        old: Option<NodeId>,
        new: Option<NodeId>,
        number: Option<u32>,
        at: (NodeId, NodeId),
    ) {
        let rules = if number.is_some() {
            [
                Fixed::ApiSecurityRemoved,
                Fixed::ApiSecurityAdded,
                Fixed::ApiSecurityScopeRemoved,
                Fixed::ApiSecurityScopeAdded,
            ]
        } else {
            [
                Fixed::ApiGlobalSecurityRemoved,
                Fixed::ApiGlobalSecurityAdded,
                Fixed::ApiGlobalSecurityScopeRemoved,
                Fixed::ApiGlobalSecurityScopeAdded,
            ]
        };
        let before = old.map(|old| ways(self.base, old)).unwrap_or_default();
        let after = new.map(|new| ways(self.revision, new)).unwrap_or_default();
        let keys = |way: &Way| way.keys().copied().collect::<Vec<_>>();
        let place = || Found::at(old.unwrap_or(at.0), new.unwrap_or(at.1));
        let mut found = Vec::new();
        for way in &before {
            let Some(other) = after.iter().find(|other| keys(other) == keys(way)) else {
                found.push((rules[0], place().subject(self.way(way))));
                continue;
            };
            for (scheme, scopes) in way {
                let now = &other[scheme];
                let subject =
                    |scope: &Word| format!("{} {}", self.base.text(*scheme), self.base.text(*scope));
                for scope in scopes.difference(now) {
                    found.push((rules[2], place().subject(subject(scope))));
                }
                for scope in now.difference(scopes) {
                    found.push((rules[3], place().subject(subject(scope))));
                }
            }
        }
        for way in after
            .iter()
            .filter(|way| !before.iter().any(|other| keys(other) == keys(way)))
        {
            found.push((rules[1], place().subject(self.way(way))));
        }
        for (rule, change) in found {
            self.fixed(rule, number, change);
        }
    }

    fn ways(&self, ways: &[Way]) -> String {
        let all: Vec<String> = ways.iter().map(|way| self.way(way)).collect();
        all.join(" or ")
    }

    fn way(&self, way: &Way) -> String {
        if way.is_empty() {
            return "nobody need say who they are".to_owned();
        }
        let one = |(scheme, scopes): (&Word, &BTreeSet<Word>)| {
            let name = self.base.text(*scheme);
            if scopes.is_empty() {
                return name.to_owned();
            }
            let scopes: Vec<&str> = scopes.iter().map(|scope| self.base.text(*scope)).collect();
            format!("{name} ({})", scopes.join(", "))
        };
        let all: Vec<String> = way.iter().map(one).collect();
        all.join(" and ")
    }
}

fn ways(side: Side<'_>, list: NodeId) -> Vec<Way> {
    let arena = side.arena();
    let way = |node: NodeId| -> Way {
        let fields = arena.fields(node).iter();
        fields
            .map(|field| {
                let scopes = arena.items(field.value).filter_map(|scope| arena.as_text(scope));
                (field.key, scopes.collect())
            })
            .collect()
    };
    arena.items(list).map(way).collect()
}

/// The ways that count for an operation: its own, else those of the document, else everybody is let in.
fn effective(side: Side<'_>, operation: NodeId) -> Vec<Way> {
    let arena = side.arena();
    let list = arena
        .get(operation, w::SECURITY)
        .or_else(|| arena.get(side.document.root.node, w::SECURITY));
    let ways = list.map(|list| ways(side, list)).unwrap_or_default();
    if ways.is_empty() { vec![Way::new()] } else { ways }
}

/// Whether who has the old way is let in by the new one.
fn suffices(old: &Way, new: &Way) -> bool {
    new.iter()
        .all(|(scheme, scopes)| old.get(scheme).is_some_and(|had| scopes.is_subset(had)))
}
