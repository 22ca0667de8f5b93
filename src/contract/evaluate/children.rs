//! Keywords that are about what is in a value, and those that ask other schemas about it.

use super::assertions::Keyword;
use super::machine::{Machine, Subject, Verdict, Voice, Work};
use super::marks::Mark;
use super::{Sent, Why};
use crate::contract::arena::{NodeId, Value, Word};
use crate::contract::load::Version;
use crate::contract::view::schema::Schema;
use crate::contract::words as w;

/// Schemas that are searched for the one of a property that is missing.
const SEARCHED: usize = 64;

impl Machine<'_, '_> {
    /// Keywords that ask other schemas about the same value.
    pub(super) fn branch(&mut self, keyword: Keyword, schema: NodeId, at: Subject) {
        let arena = self.arena();
        match keyword.key {
            w::ALL_OF => match arena.value(keyword.says) {
                Value::List(run) if self.pay(run.len()) => {
                    for branch in arena.items(keyword.says) {
                        self.push(Work::Schema(branch), at);
                    }
                }
                Value::List(_) => self.leave_open(Why::Budget, at),
                _ => self.leave_open(Why::Keyword, at),
            },
            w::ANY_OF | w::ONE_OF => self.push(Work::Choice(keyword.key, keyword.says), at),
            w::NOT => self.push(Work::Not(keyword.says), at),
            w::IF => self.push(Work::If(keyword.says), at),
            w::REF if self.side.version() >= Version::V31 => {
                match (arena.as_text(keyword.says), self.side.world.refs.target(schema)) {
                    (Some(_), Some(target)) => self.push(Work::Referred(target), at),
                    _ => self.leave_open(Why::Reference, at),
                }
            }
            w::DYNAMIC_REF => self.refer_dynamically(keyword, schema, at),
            _ => {}
        }
    }

    /// Where `$dynamicRef` leads is known if nobody can lead it elsewhere.
    fn refer_dynamically(&mut self, keyword: Keyword, schema: NodeId, at: Subject) {
        let arena = self.arena();
        let Some(target) = self
            .side
            .world
            .refs
            .target(schema)
            .filter(|_| arena.get(schema, w::REF).is_none())
        else {
            return self.leave_open(Why::Reference, at);
        };
        let says = arena.as_text(keyword.says).map_or("", |word| arena.text(word));
        let name = says.split_once('#').map_or("", |(_, name)| name);
        match arena.word(name) {
            Some(name) if self.evaluator.is_ambiguous(name) => self.leave_open(Why::Dynamic, at),
            _ => self.push(Work::Referred(target), at),
        }
    }

    /// Keywords for lists.
    pub(super) fn list(&mut self, keyword: Keyword, schema: NodeId, at: Subject) {
        let arena = self.arena();
        let items = arena.entries(at.node);
        match keyword.key {
            w::MAX_ITEMS | w::MIN_ITEMS => self.check_count(keyword, at, items.len(), ("item", "items")),
            w::UNIQUE_ITEMS => self.check_unique(keyword, at),
            w::CONTAINS => self.push(Work::Contains(keyword.says), at),
            w::PREFIX_ITEMS => match arena.value(keyword.says) {
                Value::List(_) => {
                    let pairs = items.iter().zip(arena.items(keyword.says)).enumerate();
                    for (part, (item, prefix)) in pairs {
                        self.mark(part, Mark::Yes);
                        self.push(Work::Schema(prefix), Subject::node(item.value));
                    }
                }
                _ => self.leave_open(Why::Keyword, at),
            },
            w::ITEMS if self.is_old_tuple(keyword.says) => {
                for (item, schema) in items.iter().zip(arena.items(keyword.says)) {
                    self.push(Work::Schema(schema), Subject::node(item.value));
                }
            }
            w::ITEMS => {
                let prefix = arena
                    .get(schema, w::PREFIX_ITEMS)
                    .filter(|_| self.side.version() >= Version::V31)
                    .map_or(0, |prefix| arena.entries(prefix).len());
                if !self.pay(items.len()) {
                    return self.leave_open(Why::Budget, at);
                }
                for (part, item) in items.iter().enumerate().skip(prefix) {
                    self.mark(part, Mark::Yes);
                    self.push(Work::Schema(keyword.says), Subject::node(item.value));
                }
            }
            _ => {}
        }
    }

    /// A list of schemas for one item each, as Swagger 2.0 takes it.
    fn is_old_tuple(&self, items: NodeId) -> bool {
        self.side.version() == Version::V2 && matches!(self.arena().value(items), Value::List(_))
    }

    fn check_unique(&mut self, keyword: Keyword, at: Subject) {
        let arena = self.arena();
        match arena.value(keyword.says) {
            Value::Bool(true) => {}
            Value::Bool(false) => return,
            _ => return self.leave_open(Why::Keyword, at),
        }
        let hashes = &self.side.world.hashes;
        let mut items: Vec<(u64, NodeId)> =
            arena.items(at.node).map(|item| (hashes.of(item), item)).collect();
        items.sort_unstable();
        // Numbers of the same value lie beside each other; what only collides is told apart by looking.
        let mut first = 0;
        for at_item in 1..items.len() {
            if items[at_item].0 != items[first].0 {
                first = at_item;
                continue;
            }
            if !self.pay(at_item - first) {
                return self.leave_open(Why::Budget, at);
            }
            let is_twin = |earlier: &&(u64, NodeId)| arena.same(earlier.1, items[at_item].1);
            if let Some(twin) = items[first..at_item].iter().find(is_twin) {
                let twins = [twin.1, items[at_item].1];
                return self.violate(w::UNIQUE_ITEMS, at, |machine| {
                    let place = |node| arena.items(at.node).position(|item| item == node).unwrap_or(0);
                    let shown = machine.shown(Subject::node(twins[0]));
                    let (one, other) = (place(twins[0]), place(twins[1]));
                    format!("items {one} and {other} are the same: {shown}")
                });
            }
        }
    }

    /// Keywords for maps, but those that share the properties out.
    pub(super) fn map(&mut self, keyword: Keyword, at: Subject) {
        let arena = self.arena();
        let fields = arena.fields(at.node);
        match keyword.key {
            w::MAX_PROPERTIES | w::MIN_PROPERTIES => {
                self.check_count(keyword, at, fields.len(), ("property", "properties"));
            }
            w::REQUIRED => self.check_required(keyword, at),
            w::PROPERTY_NAMES => {
                if !self.pay(fields.len()) {
                    return self.leave_open(Why::Budget, at);
                }
                for field in fields {
                    let name = Subject {
                        node: field.value,
                        name: Some(field.key),
                    };
                    self.push(Work::Schema(keyword.says), name);
                }
            }
            w::DEPENDENT_SCHEMAS => {
                for dependent in self.of_map(keyword, at) {
                    if arena.get(at.node, dependent.0).is_some() {
                        self.push(Work::Schema(dependent.1), at);
                    }
                }
            }
            w::DEPENDENT_REQUIRED => {
                for (name, list) in self.of_map(keyword, at) {
                    if arena.get(at.node, name).is_none() {
                        continue;
                    }
                    for other in arena.items(list).filter_map(|other| arena.as_text(other)) {
                        if arena.get(at.node, other).is_none() {
                            self.violate(w::DEPENDENT_REQUIRED, at, |machine| {
                                let (name, other) = (machine.side.text(name), machine.side.text(other));
                                format!("the property `{other}` is missing, which `{name}` needs")
                            });
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// The entries of a keyword that must be a map.
    fn of_map(&mut self, keyword: Keyword, at: Subject) -> Vec<(Word, NodeId)> {
        let arena = self.arena();
        let fields = arena.fields(keyword.says);
        if !arena.is_map(keyword.says) {
            self.leave_open(Why::Keyword, at);
        } else if !self.pay(fields.len()) {
            self.leave_open(Why::Budget, at);
            return Vec::new();
        }
        fields.iter().map(|field| (field.key, field.value)).collect()
    }

    fn check_required(&mut self, keyword: Keyword, at: Subject) {
        let arena = self.arena();
        let run = match arena.value(keyword.says) {
            Value::List(run) => run,
            // Of parameters, and of a habit from long ago; it is about the property and not about its value.
            Value::Bool(_) => return,
            _ => return self.leave_open(Why::Keyword, at),
        };
        if !self.pay(run.len()) {
            return self.leave_open(Why::Budget, at);
        }
        for name in arena.items(keyword.says) {
            let Some(name) = arena.as_text(name) else {
                self.leave_open(Why::Keyword, at);
                continue;
            };
            if arena.get(at.node, name).is_none() && !self.may_miss(name, at) {
                self.violate(w::REQUIRED, at, |machine| {
                    format!("the required property `{}` is missing", machine.side.text(name))
                });
            }
        }
    }

    /// Whether a property need not be there on the way that the value goes. What it is may be said by any of the schemas
    /// that are asked about the value.
    fn may_miss(&self, name: Word, at: Subject) -> bool {
        let arena = self.arena();
        let around = self.frames.iter().rev().take_while(|frame| frame.at == at);
        let mut todo: Vec<NodeId> = around.take(SEARCHED).map(|frame| frame.schema).collect();
        let mut next = 0;
        while let Some(node) = todo.get(next).copied() {
            next += 1;
            let Some(node) = self.side.follow(node) else {
                continue;
            };
            let properties = arena.get(node, w::PROPERTIES);
            let property = properties.and_then(|properties| arena.get(properties, name));
            if property.is_some_and(|property| self.is_hidden(property)) {
                return true;
            }
            let branches = arena
                .get(node, w::ALL_OF)
                .map_or(&[][..], |list| arena.entries(list));
            for branch in branches.iter().map(|branch| branch.value) {
                if todo.len() < SEARCHED && !todo.contains(&branch) {
                    todo.push(branch);
                }
            }
        }
        false
    }

    fn is_hidden(&self, property: NodeId) -> bool {
        let Some(schema) = Schema::of(self.side, property) else {
            return false;
        };
        match self.sent {
            Sent::Request => schema.is_set(w::READ_ONLY),
            Sent::Response => schema.is_set(w::WRITE_ONLY),
            Sent::Either => schema.is_set(w::READ_ONLY) || schema.is_set(w::WRITE_ONLY),
        }
    }

    /// Gives each property to the schemas that are for it.
    pub(super) fn properties(&mut self, schema: NodeId, at: Subject) {
        let arena = self.arena();
        let named = arena.get(schema, w::PROPERTIES);
        let patterns = arena
            .get(schema, w::PATTERN_PROPERTIES)
            .map_or(&[][..], |map| arena.fields(map));
        let more = arena.get(schema, w::ADDITIONAL_PROPERTIES);
        if named.is_none() && patterns.is_empty() && more.is_none() {
            return;
        }
        if named.is_some_and(|named| !arena.is_map(named)) {
            self.leave_open(Why::Keyword, at);
        }
        let fields = arena.fields(at.node);
        if !self.pay(fields.len()) {
            return self.leave_open(Why::Budget, at);
        }
        for (part, field) in fields.iter().enumerate() {
            let value = Subject::node(field.value);
            let mut found = false;
            let mut unclear = None;
            if let Some(own) = named.and_then(|named| arena.get(named, field.key)) {
                found = true;
                self.push(Work::Schema(own), value);
            }
            for pattern in patterns {
                match self.matches(pattern.key, arena.text(field.key)) {
                    Ok(true) => {
                        found = true;
                        self.push(Work::Schema(pattern.value), value);
                    }
                    Ok(false) => {}
                    Err(why) => unclear = Some(why),
                }
            }
            if let Some(why) = unclear {
                self.leave_open(why, value);
                self.mark(part, Mark::Maybe);
            }
            if found || (more.is_some() && unclear.is_none()) {
                self.mark(part, Mark::Yes);
            }
            let Some(more) = more.filter(|_| !found && unclear.is_none()) else {
                continue;
            };
            if arena.value(more) == Value::Bool(false) {
                self.violate(w::ADDITIONAL_PROPERTIES, value, |machine| {
                    let name = machine.side.text(field.key);
                    format!("the property `{name}` is not one that the schema has")
                });
            } else {
                self.push(Work::Schema(more), value);
            }
        }
    }

    /// Puts off what is about what is left over, until all else has been asked.
    pub(super) fn leave_over(&mut self, schema: NodeId, at: Subject, value: Value) {
        let key = match value {
            Value::List(_) => w::UNEVALUATED_ITEMS,
            Value::Map(_) => w::UNEVALUATED_PROPERTIES,
            _ => return,
        };
        if let Some(inner) = self
            .arena()
            .get(schema, key)
            .filter(|_| self.side.version() >= Version::V31)
        {
            self.push(Work::LeftOver(key, inner), at);
        }
    }

    /// Turns the steps that were put since, so that the first of them is taken first; none where the answer is clear.
    pub(super) fn put_first(&mut self, first: usize) {
        let is_clear = self
            .frames
            .last()
            .is_some_and(|frame| frame.voice == Voice::Quiet && frame.answer.verdict == Verdict::Fails);
        if is_clear {
            self.todo.truncate(first);
        }
        self.todo[first..].reverse();
    }

    fn mark(&mut self, part: usize, mark: Mark) {
        if let Some(frame) = self.frames.last_mut() {
            frame.marks.set(part, mark);
        }
    }

    /// `unevaluated…`, once all else of its schema has been asked.
    pub(super) fn left_over(&mut self, keyword: Word, schema: NodeId) {
        let arena = self.arena();
        let Some(frame) = self.frames.last_mut() else {
            return;
        };
        let at = frame.at;
        let parts = arena.entries(at.node);
        let marks: Vec<Mark> = (0..parts.len()).map(|part| frame.marks.of(part)).collect();
        frame.marks.set_all(Mark::Yes);
        if !self.pay(parts.len()) {
            return self.leave_open(Why::Budget, at);
        }
        let value = |part: usize| Subject::node(parts[part].value);
        for (part, mark) in marks.iter().enumerate() {
            match mark {
                Mark::Maybe => self.leave_open(Why::LeftOver, value(part)),
                Mark::No if arena.value(schema) == Value::Bool(false) => {
                    self.violate(keyword, value(part), |machine| match parts[part].key {
                        w::NONE => "no schema is for this item".to_owned(),
                        name => format!("no schema is for the property `{}`", machine.side.text(name)),
                    });
                }
                Mark::Yes | Mark::No => {}
            }
        }
        if arena.value(schema) != Value::Bool(false) {
            for (part, _) in marks
                .iter()
                .enumerate()
                .rev()
                .filter(|(_, mark)| **mark == Mark::No)
            {
                self.push(Work::Schema(schema), value(part));
            }
        }
    }
}
