//! The way through a document: every object, once for each kind as which it is used, held against the tables.
//!
//! Components come last: what has been reached by then is in use, and what has not is reported as unused.

mod fields;
mod named;
mod references;

use std::collections::{BTreeSet, HashSet};

use super::kind::Kind;
use super::rules::Rule;
use super::tables::{Rest, Takes, table};
use super::{Findings, called};
use crate::contract::arena::{Arena, Entry, NodeId, SourceId, Value, Word};
use crate::contract::load::Version;
use crate::contract::view::Side;
use crate::contract::words as w;

/// How often is asked what the schemas that were met by name lead to.
const MAX_ROUNDS: usize = 64;

/// An object of a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object {
    /// The map, or the truth value that is a schema.
    pub node: NodeId,
    /// The key under which it was found first; [`w::NONE`] in a list.
    pub name: Word,
}

/// All objects of a description.
#[derive(Debug)]
pub struct Survey<'a> {
    /// The document.
    pub side: Side<'a>,
    objects: Vec<Vec<Object>>,
    /// Components that nothing outside of the components leads to, with their kinds.
    pub unused: Vec<(Kind, Object)>,
    /// The files that it is spread over.
    pub sources: BTreeSet<SourceId>,
}

impl<'a> Survey<'a> {
    /// The objects of a kind, each once, in the order of the documents. References are none: what they lead to is. In
    /// version 3.1 and later a schema with more than `$ref` in it is one as well.
    pub fn of(&self, kind: Kind) -> &[Object] {
        self.objects.get(kind as usize).map_or(&[], Vec::as_slice)
    }

    /// The values.
    pub fn arena(&self) -> &'a Arena {
        self.side.arena()
    }

    /// What the document follows.
    pub fn version(&self) -> Version {
        self.side.version()
    }

    /// The root of the document.
    pub fn root(&self) -> NodeId {
        self.side.document.root.node
    }

    /// A word.
    pub fn text(&self, word: Word) -> &'a str {
        self.arena().text(word)
    }
}

/// Walks through a document.
pub(super) fn survey<'a>(side: Side<'a>, findings: &mut Findings) -> Survey<'a> {
    let mut walk = Walk {
        side,
        findings,
        seen: vec![0; side.arena().len()],
        todo: Vec::new(),
        objects: vec![Vec::new(); Kind::COUNT],
        components: Vec::new(),
        sources: BTreeSet::from([side.document.root.source]),
        variants: HashSet::new(),
        problems: references::problems(side),
    };
    walk.meet(side.document.root.node, Kind::Root, w::NONE);
    walk.run();
    let unused = walk.components();
    let (mut objects, sources) = (walk.objects, walk.sources);
    for objects in &mut objects {
        objects.sort_unstable();
    }
    Survey {
        side,
        objects,
        unused,
        sources,
    }
}

const _: () = assert!(Kind::COUNT <= u32::BITS as usize, "each kind has a bit");

struct Walk<'a, 'f> {
    side: Side<'a>,
    findings: &'f mut Findings,
    /// The kinds as which each node was met, as bits.
    seen: Vec<u32>,
    todo: Vec<(Kind, Object)>,
    objects: Vec<Vec<Object>>,
    /// Components, kept back until everything else has been seen.
    components: Vec<(Kind, Object)>,
    sources: BTreeSet<SourceId>,
    /// Schemas that are built on one with a discriminator.
    variants: HashSet<NodeId>,
    problems: references::Problems<'a>,
}

impl<'a> Walk<'a, '_> {
    fn arena(&self) -> &'a Arena {
        self.side.arena()
    }

    fn version(&self) -> Version {
        self.side.version()
    }

    fn says(&self) -> &'static str {
        called(self.version())
    }

    /// Has an object looked at, unless it was as this kind.
    fn meet(&mut self, node: NodeId, kind: Kind, name: Word) {
        let bit = 1 << kind as u32;
        let seen = &mut self.seen[node.index()];
        if *seen & bit == 0 {
            *seen |= bit;
            self.todo.push((kind, Object { node, name }));
        }
    }

    fn is_seen(&self, node: NodeId, kind: Kind) -> bool {
        self.seen[node.index()] & (1 << kind as u32) != 0
    }

    fn run(&mut self) {
        while let Some((kind, object)) = self.todo.pop() {
            self.visit(kind, object);
        }
    }

    /// Goes through the components: those that nothing has led to yet are unused.
    fn components(&mut self) -> Vec<(Kind, Object)> {
        let mut components = std::mem::take(&mut self.components);
        components.sort_unstable_by_key(|(_, object)| *object);
        for _ in 0..MAX_ROUNDS {
            if !self.meet_named(&components) {
                break;
            }
            self.run();
        }
        let is_unused =
            |(kind, object): &&(Kind, Object)| self.seen[object.node.index()] & (1 << *kind as u32) == 0;
        let unused = components.iter().filter(is_unused).copied().collect();
        for (kind, object) in components {
            self.meet(object.node, kind, object.name);
        }
        self.run();
        unused
    }

    fn visit(&mut self, kind: Kind, object: Object) {
        let node = object.node;
        match self.arena().value(node) {
            Value::Map(_) => {}
            Value::Bool(_) if kind == Kind::Schema && self.version() >= Version::V31 => {
                self.objects[kind as usize].push(object);
                return;
            }
            _ => {
                let wanted = if kind == Kind::Schema && self.version() >= Version::V31 {
                    "an object or a truth value"
                } else {
                    "an object"
                };
                self.wrong_type(Rule::WrongType, node, object.name, wanted);
                return;
            }
        }
        let goes_on = match self.arena().get(node, w::REF) {
            Some(reference) => self.reference(kind, object, reference),
            None => true,
        };
        if goes_on {
            self.objects[kind as usize].push(object);
            self.fields(kind, node);
        }
    }

    /// Says that a value is of another type than wanted.
    fn wrong_type(&mut self, rule: Rule, node: NodeId, name: Word, wanted: &str) {
        let found = match self.arena().value(node) {
            Value::Number(word) if wanted.contains("number") => {
                crate::contract::number::shown(self.arena().text(word))
            }
            _ => type_of(self.arena(), node).to_owned(),
        };
        let says = if name == w::NONE {
            format!("{wanted} is wanted here, and this is {found}")
        } else {
            format!("`{}` must be {wanted}, and is {found}", self.arena().text(name))
        };
        self.findings.add(rule, node, says);
    }
}

/// The type of a value, in words.
pub(super) fn type_of(arena: &Arena, node: NodeId) -> &'static str {
    match arena.value(node) {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::Text(_) => "a text",
        Value::List(_) => "a list",
        Value::Map(_) => "an object",
    }
}
