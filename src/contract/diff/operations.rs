//! Paths, webhooks and callbacks: which operation is which, and what became of it.

use std::collections::{HashMap, HashSet};

use super::removal::{self, Gone};
use super::servers;
use super::{Differ, Found, Operation};
use crate::contract::arena::{Entry, NodeId};
use crate::contract::rules::{Column, Fixed};
use crate::contract::view::Side;
use crate::contract::view::api::{self, Caller, Item, Method, Whereabouts};
use crate::contract::words as w;

/// How many operations that call each other back are compared for one operation.
const MAX_CALLED_BACK: usize = 1_000;

/// An operation on both sides.
#[derive(Clone, Copy)]
pub(super) struct Both {
    pub(super) number: u32,
    pub(super) base: NodeId,
    pub(super) revision: NodeId,
    pub(super) base_item: Whereabouts,
    pub(super) revision_item: Whereabouts,
    pub(super) caller: Caller,
}

impl Differ<'_> {
    pub(super) fn compare_paths(&mut self) {
        let (mut base, mut revision) = (api::paths(self.base), api::paths(self.revision));
        self.moved = servers::moved((self.base, &base), (self.revision, &revision));
        for (items, moved) in [(&mut base, &self.moved[0]), (&mut revision, &self.moved[1])] {
            for item in items.iter_mut().filter(|_| !moved.is_empty()) {
                item.shape.insert_str(0, moved);
            }
        }
        for [old, new] in by_shape(&base, &revision) {
            match (&*old, &*new) {
                ([old], [new]) => self.compare_items(old, new, Caller::Client),
                (all, []) => {
                    for (item, method) in methods(all) {
                        self.removed_operation(item, method, None, Gone::Path);
                    }
                }
                ([], all) => {
                    for (item, method) in methods(all) {
                        self.added_operation(item, method);
                    }
                }
                (old, new) => self.compare_shape(old, new),
            }
        }
        for (side, items) in [(self.base, &base), (self.revision, &revision)] {
            self.duplicate_paths(side, items);
        }
    }

    pub(super) fn compare_webhooks(&mut self) {
        let (base, revision) = (api::webhooks(self.base), api::webhooks(self.revision));
        for (old, new) in matched(&base, &revision) {
            match (old, new) {
                (Some(old), Some(new)) => self.compare_items(old, new, Caller::Provider),
                (Some(old), None) => {
                    let found = Found::at(old.node, None).subject(&old.path);
                    self.fixed(Fixed::WebhookRemoved, None, found);
                }
                (None, Some(new)) => {
                    let found = Found::at(None, new.node).subject(&new.path);
                    self.fixed(Fixed::WebhookAdded, None, found);
                }
                (None, None) => {}
            }
        }
    }

    fn compare_items(&mut self, old: &Item, new: &Item, caller: Caller) {
        // What is behind a reference that leads nowhere is neither gone nor new: that it is unknown is told by itself.
        for method in &old.operations {
            let Some(other) = new.operations.iter().find(|other| other.name == method.name) else {
                if new.is_known {
                    self.removed_operation(old, method, Some(new), Gone::Method);
                }
                continue;
            };
            self.compare_methods((old, method), (new, other), caller);
        }
        for method in &new.operations {
            if old.is_known && !old.operations.iter().any(|other| other.name == method.name) {
                self.added_operation(new, method);
            }
        }
    }

    /// Several paths of one shape are one path to who calls it: which operation is which is known by the method, and where
    /// there are several of one method, by the path as it is written.
    fn compare_shape(&mut self, old: &[&Item], new: &[&Item]) {
        let mut open: Vec<(&Item, &Method)> = methods(new).collect();
        let mut left = Vec::new();
        for (item, method) in methods(old) {
            let same = |(other, of): &(&Item, &Method)| other.path == item.path && of.name == method.name;
            match open.iter().position(same) {
                Some(at) => self.compare_methods((item, method), open.remove(at), Caller::Client),
                None => left.push((item, method)),
            }
        }
        let are_known = |items: &[&Item]| items.iter().all(|item| item.is_known);
        let (old_known, new_known) = (are_known(old), are_known(new));
        for (item, method) in left {
            if let Some(at) = open.iter().position(|(_, other)| other.name == method.name) {
                self.compare_methods((item, method), open.remove(at), Caller::Client);
            } else if new_known {
                let now = new.iter().find(|other| other.path == item.path).or(new.first());
                self.removed_operation(item, method, now.copied(), Gone::Method);
            }
        }
        for (item, method) in open.into_iter().filter(|_| old_known) {
            self.added_operation(item, method);
        }
    }

    fn compare_methods(&mut self, old: (&Item, &Method), new: (&Item, &Method), caller: Caller) {
        let both = Both {
            number: self.named(self.base, &old.0.path, old.1),
            base: old.1.node,
            revision: new.1.node,
            base_item: old.0.whereabouts(),
            revision_item: new.0.whereabouts(),
            caller,
        };
        if !(removal::is_draft(self.base, both.base) && removal::is_draft(self.revision, both.revision)) {
            self.compare_operation(both);
        }
    }

    fn compare_operation(&mut self, both: Both) {
        if !self.compare_stability(both) {
            return;
        }
        self.compare_deprecation(both);
        self.compare_names(both);
        self.compare_parameters(both);
        self.compare_bodies(both);
        self.compare_responses(both);
        self.compare_operation_security(both);
        self.compare_servers_of(both);
        self.compare_callbacks(both);
    }

    /// `operationId` and tags.
    fn compare_names(&mut self, both: Both) {
        let text = |side: Side<'_>, node: NodeId| {
            let word = side.arena().get_text(node, w::OPERATION_ID)?;
            Some(side.text(word).to_owned())
        };
        let (old, new) = (text(self.base, both.base), text(self.revision, both.revision));
        let arena = self.base.arena();
        let at = |key| Found::at_field(arena, both.base, both.revision, key);
        let found = at(w::OPERATION_ID);
        match (old, new) {
            (Some(old), new) if new.as_ref() != Some(&old) => {
                let found = Found {
                    to: new,
                    ..found.from(old)
                };
                self.fixed(Fixed::ApiOperationIdRemoved, Some(both.number), found);
            }
            (None, Some(new)) => self.fixed(Fixed::ApiOperationIdAdded, Some(both.number), found.to(new)),
            _ => {}
        }
        let tags = |side: Side<'_>, node: NodeId| -> Vec<String> {
            let arena = side.arena();
            let list = arena
                .get(node, w::TAGS)
                .map(|list| arena.items(list).collect::<Vec<_>>());
            let words = list
                .unwrap_or_default()
                .into_iter()
                .filter_map(|node| arena.as_text(node));
            words.map(|word| side.text(word).to_owned()).collect()
        };
        let (old, new) = (tags(self.base, both.base), tags(self.revision, both.revision));
        for tag in old.iter().filter(|tag| !new.contains(tag)) {
            let found = at(w::TAGS).subject(tag);
            self.fixed(Fixed::ApiTagRemoved, Some(both.number), found);
        }
        for tag in new.iter().filter(|tag| !old.contains(tag)) {
            let found = at(w::TAGS).subject(tag);
            self.fixed(Fixed::ApiTagAdded, Some(both.number), found);
        }
    }

    /// What an operation calls back, what that calls back, and so on: each pair once, so that what calls itself back comes to
    /// an end.
    fn compare_callbacks(&mut self, operation: Both) {
        let mut seen = HashSet::new();
        let mut open = vec![operation];
        while let Some(outer) = open.pop() {
            for both in self.called_back(outer) {
                let pair = (both.base_item, both.base, both.revision_item, both.revision);
                if !seen.insert(pair) {
                    continue;
                }
                if seen.len() > MAX_CALLED_BACK {
                    let found = Found::at(both.base, both.revision).subject("callbacks of callbacks");
                    self.fixed(Fixed::DocumentNotCompared, Some(both.number), found);
                    return;
                }
                self.compare_parameters(both);
                self.compare_bodies(both);
                self.compare_responses(both);
                open.push(both);
            }
        }
    }

    /// The operations that one calls back, on both sides.
    fn called_back(&mut self, outer: Both) -> Vec<Both> {
        let of = |side: Side<'_>, node: NodeId| side.arena().get(node, w::CALLBACKS);
        let (old, new) = (of(self.base, outer.base), of(self.revision, outer.revision));
        if let (Some(old), Some(new)) = (old, new)
            && self.is_equal(old, new)
        {
            return Vec::new();
        }
        let fields = |side: Side<'_>, map: Option<NodeId>| {
            map.map(|map| side.arena().fields(map).to_vec())
                .unwrap_or_default()
        };
        let (old, new) = (fields(self.base, old), fields(self.revision, new));
        let mut found = Vec::new();
        for entry in &old {
            if let Some(other) = new.iter().find(|other| other.key == entry.key) {
                self.compare_callback(outer, entry, other, &mut found);
                continue;
            }
            let gone = Found::at(entry.value, outer.revision).subject(self.base.text(entry.key));
            self.fixed(Fixed::CallbackRemoved, Some(outer.number), gone);
        }
        for entry in new
            .iter()
            .filter(|entry| !old.iter().any(|other| other.key == entry.key))
        {
            let added = Found::at(outer.base, entry.value).subject(self.revision.text(entry.key));
            self.fixed(Fixed::CallbackAdded, Some(outer.number), added);
        }
        found
    }

    /// The addresses of one callback.
    fn compare_callback(&mut self, outer: Both, entry: &Entry, other: &Entry, pairs: &mut Vec<Both>) {
        if self.base.follow(entry.value).is_none() || self.revision.follow(other.value).is_none() {
            return;
        }
        let name = self.base.text(entry.key);
        let (before, after) = (
            api::callback(self.base, entry.value),
            api::callback(self.revision, other.value),
        );
        for (old, new) in matched(&before, &after) {
            match (old, new) {
                (Some(old), Some(new)) if self.is_equal(old.written, new.written) => {}
                (Some(old), Some(new)) => self.pair_called_back(outer, old, new, pairs),
                (Some(old), None) => {
                    let found = Found::at(old.node, other.value).subject(format!("{name} {}", old.path));
                    self.fixed(Fixed::CallbackRemoved, Some(outer.number), found);
                }
                (None, Some(new)) => {
                    let found = Found::at(entry.value, new.node).subject(format!("{name} {}", new.path));
                    self.fixed(Fixed::CallbackAdded, Some(outer.number), found);
                }
                (None, None) => {}
            }
        }
    }

    /// What a callback changes is told of the operation that it belongs to.
    fn pair_called_back(&mut self, outer: Both, old: &Item, new: &Item, pairs: &mut Vec<Both>) {
        for method in &old.operations {
            if let Some(other) = new.operations.iter().find(|other| other.name == method.name) {
                pairs.push(Both {
                    number: outer.number,
                    base: method.node,
                    revision: other.node,
                    base_item: old.whereabouts(),
                    revision_item: new.whereabouts(),
                    caller: Caller::Provider,
                });
            } else if new.is_known {
                let found = Found::at(method.node, new.node).subject(format!("{} {}", method.name, old.path));
                self.fixed(Fixed::CallbackRemoved, Some(outer.number), found);
            }
        }
    }

    /// Whether two nodes say the same, with all that lies behind their references.
    fn is_equal(&self, base: NodeId, revision: NodeId) -> bool {
        self.same_words && self.base.world.hashes.equal(base, revision)
    }

    fn removed_operation(&mut self, item: &Item, method: &Method, now: Option<&Item>, gone: Gone) {
        if removal::is_draft(self.base, method.node) {
            return;
        }
        let number = self.named(self.base, &item.path, method);
        let Some(rule) = removal::of_operation(self.base, method.node, self.options.today, gone) else {
            return;
        };
        self.fixed(
            rule,
            Some(number),
            Found::at(method.node, now.map(|item| item.node)),
        );
    }

    fn added_operation(&mut self, item: &Item, method: &Method) {
        if removal::is_draft(self.revision, method.node) {
            return;
        }
        let number = self.named(self.revision, &item.path, method);
        self.fixed(Fixed::EndpointAdded, Some(number), Found::at(None, method.node));
    }

    fn named(&mut self, side: Side<'_>, path: &str, method: &Method) -> u32 {
        let id = side.arena().get_text(method.node, w::OPERATION_ID);
        let id = id.map(|id| side.text(id).to_owned());
        self.operation(Operation {
            path: path.to_owned(),
            method: method.name.clone(),
            id,
        })
    }

    fn duplicate_paths(&mut self, side: Side<'_>, items: &[Item]) {
        let mut seen: HashMap<&str, &Item> = HashMap::new();
        for item in items {
            let Some(first) = seen.get(&*item.shape) else {
                seen.insert(&item.shape, item);
                continue;
            };
            let is_base = std::ptr::eq(side.document, self.base.document);
            let found = if is_base {
                Found::at(item.node, None)
            } else {
                Found::at(None, item.node)
            };
            let found = found.subject(&item.path).from(first.path.clone());
            self.fixed(Fixed::DocumentDuplicatePath, None, found);
        }
    }
}

/// The paths of both sides by their shapes, in the order in which they are written.
fn by_shape<'a>(base: &'a [Item], revision: &'a [Item]) -> Vec<[Vec<&'a Item>; 2]> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut found: Vec<[Vec<&Item>; 2]> = Vec::new();
    for (side, items) in [base, revision].into_iter().enumerate() {
        for item in items {
            let at = *places.entry(&item.shape).or_insert_with(|| {
                found.push([Vec::new(), Vec::new()]);
                found.len() - 1
            });
            found[at][side].push(item);
        }
    }
    found
}

/// The operations of several paths.
fn methods<'a>(items: &'a [&'a Item]) -> impl Iterator<Item = (&'a Item, &'a Method)> {
    let of = |item: &&'a Item| {
        item.operations
            .iter()
            .map(|method| (*item, method))
            .collect::<Vec<_>>()
    };
    items.iter().flat_map(of)
}

/// Which item is which: by the path as it is written, then by its shape, in order.
fn matched<'a>(base: &'a [Item], revision: &'a [Item]) -> Vec<(Option<&'a Item>, Option<&'a Item>)> {
    let by_path: HashMap<&str, usize> = revision
        .iter()
        .enumerate()
        .map(|(at, item)| (&*item.path, at))
        .collect();
    let mut taken = vec![false; revision.len()];
    let mut found: Vec<(Option<&Item>, Option<&Item>)> = Vec::new();
    let mut open = Vec::new();
    for item in base {
        if let Some(at) = by_path.get(&*item.path) {
            taken[*at] = true;
            found.push((Some(item), Some(&revision[*at])));
        } else {
            open.push((found.len(), item));
            found.push((Some(item), None));
        }
    }
    let mut by_shape: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, item) in revision.iter().enumerate().rev().filter(|(at, _)| !taken[*at]) {
        by_shape.entry(&item.shape).or_default().push(at);
    }
    for (at, item) in open {
        if let Some(other) = by_shape.get_mut(&*item.shape).and_then(Vec::pop) {
            taken[other] = true;
            found[at].1 = Some(&revision[other]);
        }
    }
    let added = revision.iter().zip(&taken).filter(|(_, taken)| !**taken);
    found.extend(added.map(|(item, _)| (None, Some(item))));
    found
}

/// The columns of an operation's parts: of one that the provider calls, the other way round.
pub(super) fn column(caller: Caller, column: Column) -> Column {
    match (caller, column) {
        (Caller::Client, column) => column,
        (Caller::Provider, Column::Parameter | Column::ParameterProperty) => Column::ResponseProperty,
        (Caller::Provider, Column::Header) => Column::RequestProperty,
        (Caller::Provider, column) => super::turned(column),
    }
}
