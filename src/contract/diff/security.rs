//! Who may call an operation: whether what sufficed before still does.

use std::collections::{BTreeMap, BTreeSet};

use super::operations::Both;
use super::{Differ, Found};
use crate::contract::arena::{NodeId, Word};
use crate::contract::load::Version;
use crate::contract::rules::Fixed;
use crate::contract::view::Side;
use crate::contract::words as w;

/// One way to be let in: schemes with their scopes; without any, everybody is.
type Way = BTreeMap<Word, BTreeSet<Word>>;

/// How many pairs of ways with the same schemes are weighed against each other.
const MAX_WEIGHED: usize = 10_000;

/// Ways of both sides: which is which.
struct Paired<'a> {
    pairs: Vec<(&'a Way, &'a Way)>,
    removed: Vec<&'a Way>,
    added: Vec<&'a Way>,
}

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
        // What the document says for all is one change at its place.
        let is_of_all = old.is_none() && new.is_none();
        let place = |side: Side<'_>, own: Option<NodeId>, operation: NodeId| {
            let root = side.document.root.node;
            let all = side.arena().get(root, w::SECURITY);
            own.or(all).unwrap_or(if is_of_all { root } else { operation })
        };
        let found = Found::at(
            place(self.base, old, both.base),
            place(self.revision, new, both.revision),
        );
        self.schemes_elsewhere(both.number, &before, &after, &found);
        let mut is_tightened = false;
        for way in &before {
            if after
                .iter()
                .any(|new| suffices(way, new, |had, wanted| self.is_enough(had, wanted)))
            {
                continue;
            }
            // By its name it is enough: then what the name stands for is another thing.
            match after
                .iter()
                .find(|new| suffices(way, new, |had, wanted| had == wanted))
            {
                Some(new) => self.changed_schemes(both, new),
                None => is_tightened = true,
            }
        }
        if is_tightened {
            let found = found.from(self.ways(&before)).to(self.ways(&after));
            self.fixed(Fixed::ApiSecurityTightened, number, found);
        } else if !before.iter().any(Way::is_empty) && after.iter().any(Way::is_empty) {
            let found = found.from(self.ways(&before));
            self.fixed(Fixed::ApiSecurityRelaxed, number, found);
        }
    }

    /// Whether who passes one scheme of the base passes another one of the revision. A name without a definition stands
    /// for itself.
    fn is_enough(&self, had: Word, wanted: Word) -> bool {
        match (scheme(self.base, had), scheme(self.revision, wanted)) {
            (Some(old), Some(new)) => definition(self.base, old).is_kept_by(&definition(self.revision, new)),
            _ => had == wanted,
        }
    }

    /// Tells which schemes of a way are another thing than they were.
    fn changed_schemes(&mut self, both: Both, way: &Way) {
        for name in way
            .keys()
            .filter(|name| !self.is_enough(**name, **name))
            .copied()
            .collect::<Vec<_>>()
        {
            let (Some(old), Some(new)) = (scheme(self.base, name), scheme(self.revision, name)) else {
                continue;
            };
            let found = Found::at(old, new)
                .subject(self.base.text(name))
                .from(definition(self.base, old).to_string())
                .to(definition(self.revision, new).to_string());
            self.fixed(Fixed::ApiSecuritySchemeChanged, Some(both.number), found);
        }
    }

    /// Tells which schemes both sides name that stand in other documents: those are not read, and may have become anything.
    fn schemes_elsewhere(&mut self, number: u32, before: &[Way], after: &[Way], at: &Found) {
        let is_elsewhere = |side: Side<'_>, name: Word| {
            side.version() >= Version::V32
                && side.text(name).contains(['/', '#'])
                && scheme(side, name).is_none()
        };
        let named = |ways: &[Way]| {
            ways.iter()
                .flat_map(Way::keys)
                .copied()
                .collect::<BTreeSet<Word>>()
        };
        for name in named(before).intersection(&named(after)) {
            if is_elsewhere(self.base, *name) && is_elsewhere(self.revision, *name) {
                let found = at.clone().subject(self.base.text(*name));
                self.fixed(Fixed::DocumentRemoteReference, Some(number), found);
            }
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
        let place = || Found::at(old.unwrap_or(at.0), new.unwrap_or(at.1));
        let mut found = Vec::new();
        let paired = paired(&before, &after);
        for way in paired.removed {
            found.push((rules[0], place().subject(self.way(way))));
        }
        for (way, other) in paired.pairs {
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
        for way in paired.added {
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
                (side.named_scheme(field.key), scopes.collect())
            })
            .collect()
    };
    arena.items(list).map(way).collect()
}

/// Pairs ways: equal ones, then those of the same schemes that differ in the fewest scopes. What has no
/// partner then came or went.
fn paired<'a>(before: &'a [Way], after: &'a [Way]) -> Paired<'a> {
    let mut groups: BTreeMap<Vec<Word>, [BTreeSet<&Way>; 2]> = BTreeMap::new();
    for (at, side) in [before, after].into_iter().enumerate() {
        for way in side {
            let schemes = way.keys().copied().collect();
            groups.entry(schemes).or_default()[at].insert(way);
        }
    }
    let mut paired = Paired {
        pairs: Vec::new(),
        removed: Vec::new(),
        added: Vec::new(),
    };
    for [old, new] in groups.into_values() {
        match (old.is_empty(), new.is_empty()) {
            (true, _) => paired.added.extend(new),
            (_, true) => paired.removed.extend(old),
            _ => {
                let open = |one: &BTreeSet<&'a Way>, other: &BTreeSet<&'a Way>| -> Vec<&'a Way> {
                    one.difference(other).copied().collect()
                };
                let (old, new) = (open(&old, &new), open(&new, &old));
                nearest(&old, &new, &mut paired);
            }
        }
    }
    paired
}

/// Pairs ways of the same schemes, of which none is equal.
fn nearest<'a>(old: &[&'a Way], new: &[&'a Way], paired: &mut Paired<'a>) {
    let (mut old_taken, mut new_taken) = (vec![false; old.len()], vec![false; new.len()]);
    let mut weighed: Vec<(usize, usize, usize)> = Vec::new();
    if old.len().saturating_mul(new.len()) <= MAX_WEIGHED {
        for (at, one) in old.iter().enumerate() {
            weighed.extend((0..).zip(new).map(|(other, way)| (distance(one, way), at, other)));
        }
        weighed.sort_unstable();
    } else {
        weighed.extend((0..old.len().min(new.len())).map(|at| (0, at, at)));
    }
    for (_, at, other) in weighed {
        if !(old_taken[at] || new_taken[other]) {
            (old_taken[at], new_taken[other]) = (true, true);
            paired.pairs.push((old[at], new[other]));
        }
    }
    let left = |ways: &[&'a Way], taken: &[bool]| -> Vec<&'a Way> {
        let left = ways.iter().zip(taken).filter(|(_, taken)| !**taken);
        left.map(|(way, _)| *way).collect()
    };
    paired.removed.extend(left(old, &old_taken));
    paired.added.extend(left(new, &new_taken));
}

/// In how many scopes two ways of the same schemes differ.
fn distance(one: &Way, other: &Way) -> usize {
    let scopes = one.values().zip(other.values());
    scopes
        .map(|(one, other)| one.symmetric_difference(other).count())
        .sum()
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

/// Whether who has the old way is let in by the new one, given which scheme is enough for which.
fn suffices(old: &Way, new: &Way, is_enough: impl Fn(Word, Word) -> bool) -> bool {
    new.iter().all(|(wanted, scopes)| {
        old.iter()
            .any(|(had, held)| scopes.is_subset(held) && is_enough(*had, *wanted))
    })
}

/// What a scheme asks for: one thing that must stay, and what one can choose from.
#[derive(Debug, PartialEq, Eq)]
struct Definition {
    kind: String,
    flows: BTreeSet<String>,
}

impl Definition {
    fn is_kept_by(&self, new: &Self) -> bool {
        self.kind == new.kind && self.flows.is_subset(&new.flows)
    }
}

impl std::fmt::Display for Definition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.kind)?;
        for (at, flow) in self.flows.iter().enumerate() {
            write!(f, "{}{flow}", if at == 0 { ": " } else { ", " })?;
        }
        Ok(())
    }
}

/// The object that a scheme's name stands for.
fn scheme(side: Side<'_>, name: Word) -> Option<NodeId> {
    side.get(side.components(w::SECURITY_SCHEMES)?, name)
}

/// What a scheme asks for, in the words of `OpenAPI` 3. Where one gets a token is compared with the components.
fn definition(side: Side<'_>, scheme: NodeId) -> Definition {
    let arena = side.arena();
    let text = |key| arena.get_text(scheme, key).map_or("", |word| side.text(word));
    let mut flows = BTreeSet::new();
    let kind = match text(w::TYPE) {
        "basic" => "http basic".to_owned(),
        "http" => format!("http {}", text(w::SCHEME).to_lowercase()),
        "apiKey" => {
            let name = text(w::NAME);
            match text(w::IN) {
                "header" => format!("apiKey header {}", name.to_lowercase()),
                place => format!("apiKey {place} {name}"),
            }
        }
        "openIdConnect" => format!("openIdConnect {}", text(w::OPEN_ID_CONNECT_URL)),
        "oauth2" => {
            let map = arena.get(scheme, w::FLOWS);
            let fields = map.map_or(&[][..], |map| arena.fields(map));
            flows.extend(fields.iter().map(|flow| side.text(flow.key).to_owned()));
            match text(w::FLOW) {
                "" => {}
                "application" => flows.extend(["clientCredentials".to_owned()]),
                "accessCode" => flows.extend(["authorizationCode".to_owned()]),
                flow => flows.extend([flow.to_owned()]),
            }
            flows.retain(|flow| !flow.starts_with("x-"));
            "oauth2".to_owned()
        }
        other => other.to_owned(),
    };
    Definition { kind, flows }
}
