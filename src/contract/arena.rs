//! Documents as flat nodes: what a JSON or YAML text says, with the place of each value.
//!
//! Invariants: a node's number is greater than those of all values in it, so that one loop upwards sees children before
//! their parents and one loop downwards the reverse; words are interned, so that equal words are equal numbers; a map has
//! each key once, and what was written twice is in [`Arena::duplicates`].

mod build;

use super::keyed::{Map, Words};
use super::source::{Position, Source};
use super::words;

pub use build::{Builder, Limits, Refusal};

/// A maps with more keys than this has an index.
const INDEXED: usize = 16;

/// A node's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

/// A word's number: equal words have equal ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word(pub(super) u32);

/// A source's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(u32);

/// What stands in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// `null`, or nothing where YAML expects a value.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number in its [canonical](super::number::canonical) spelling; `.inf`, `-.inf` and `.nan` are YAML's.
    Number(Word),
    /// A text.
    Text(Word),
    /// A list.
    List(Run),
    /// A map.
    Map(Run),
}

/// The entries of a list or a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    start: u32,
    len: u32,
}

/// A value of a list, or a key and its value.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The key; [`words::NONE`] in a list.
    pub key: Word,
    /// Where the key stands, in bytes; of a list's value, where the value does.
    pub at: u32,
    /// The value.
    pub value: NodeId,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    at: u32,
    value: Value,
}

/// A key that a map has twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// The map.
    pub map: NodeId,
    /// The key.
    pub key: Word,
    /// Where it stands for the second time, in bytes.
    pub at: u32,
}

/// Documents.
#[derive(Debug)]
pub struct Arena {
    nodes: Vec<Node>,
    parents: Vec<u32>,
    entries: Vec<Entry>,
    index: Map<(NodeId, Word), NodeId>,
    words: Words,
    sources: Vec<Source>,
    /// From which node on nodes are of which source.
    sections: Vec<(u32, SourceId)>,
    /// The node that stands in a text for one that was made.
    origins: Map<NodeId, NodeId>,
    duplicates: Vec<Duplicate>,
}

impl Default for Arena {
    fn default() -> Self {
        Self::new()
    }
}

impl Arena {
    /// An arena without documents.
    pub fn new() -> Self {
        Self {
            nodes: Vec::new(),
            parents: Vec::new(),
            entries: Vec::new(),
            index: Map::default(),
            words: words::ALL.iter().map(|word| Box::from(*word)).collect(),
            sources: Vec::new(),
            sections: Vec::new(),
            origins: Map::default(),
            duplicates: Vec::new(),
        }
    }

    /// Takes a text in. Its nodes are those that are built next.
    pub fn add(&mut self, source: Source) -> SourceId {
        let id = SourceId(number(self.sources.len()));
        self.sources.push(source);
        self.continue_with(id);
        id
    }

    /// The nodes that are built next are of this source.
    pub fn continue_with(&mut self, source: SourceId) {
        self.sections.push((number(self.nodes.len()), source));
    }

    /// The text of a source, once it has been read.
    pub(super) fn replace_source(&mut self, id: SourceId, source: Source) {
        self.sources[id.0 as usize] = source;
    }

    /// Takes back all nodes from a number on: reading them was an attempt.
    pub(super) fn forget(&mut self, first: usize) {
        let gone = self.nodes.get(first..).unwrap_or(&[]).iter();
        let begin = gone.filter_map(|node| match node.value {
            Value::List(run) | Value::Map(run) => Some(run.start as usize),
            _ => None,
        });
        if let Some(begin) = begin.min() {
            self.entries.truncate(begin);
        }
        self.nodes.truncate(first);
        self.parents.truncate(first);
        self.index.retain(|(map, _), _| map.index() < first);
        self.duplicates.retain(|duplicate| duplicate.map.index() < first);
    }

    /// A text that was taken in.
    pub fn source(&self, id: SourceId) -> &Source {
        &self.sources[id.0 as usize]
    }

    /// The text of a name.
    pub fn source_named(&self, name: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.name == name)
    }

    /// The text that a node is of.
    pub fn source_of(&self, node: NodeId) -> SourceId {
        let at = self.sections.partition_point(|(first, _)| *first <= node.0);
        self.sections[at.saturating_sub(1)].1
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// All nodes, children first.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        (0..number(self.nodes.len())).map(NodeId)
    }

    /// The number of a word.
    pub fn intern(&mut self, word: &str) -> Word {
        if let Some(at) = self.words.get_index_of(word) {
            return Word(number(at));
        }
        Word(number(self.words.insert_full(Box::from(word)).0))
    }

    /// The number of a word, if it occurs.
    pub fn word(&self, word: &str) -> Option<Word> {
        self.words.get_index_of(word).map(|at| Word(number(at)))
    }

    /// A word.
    pub fn text(&self, word: Word) -> &str {
        self.words.get_index(word.0 as usize).map_or("", |word| &**word)
    }

    /// What a node is.
    pub fn value(&self, node: NodeId) -> Value {
        self.nodes[node.index()].value
    }

    /// The values of a list or a map; of anything else none.
    pub fn entries(&self, node: NodeId) -> &[Entry] {
        match self.value(node) {
            Value::List(run) | Value::Map(run) => &self.entries[run.start as usize..][..run.len as usize],
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => &[],
        }
    }

    /// The values of a list; of anything else none.
    pub fn items(&self, node: NodeId) -> impl ExactSizeIterator<Item = NodeId> + '_ {
        let entries = match self.value(node) {
            Value::List(_) => self.entries(node),
            _ => &[],
        };
        entries.iter().map(|entry| entry.value)
    }

    /// The entries of a map; of anything else none.
    pub fn fields(&self, node: NodeId) -> &[Entry] {
        match self.value(node) {
            Value::Map(_) => self.entries(node),
            _ => &[],
        }
    }

    /// The value of a map's key.
    pub fn get(&self, node: NodeId, key: Word) -> Option<NodeId> {
        let fields = self.fields(node);
        if fields.len() > INDEXED {
            return self.index.get(&(node, key)).copied();
        }
        fields
            .iter()
            .find(|field| field.key == key)
            .map(|field| field.value)
    }

    /// The text of a map's key, if it is one.
    pub fn get_text(&self, node: NodeId, key: Word) -> Option<Word> {
        self.as_text(self.get(node, key)?)
    }

    /// The text that a node is.
    pub fn as_text(&self, node: NodeId) -> Option<Word> {
        match self.value(node) {
            Value::Text(word) => Some(word),
            _ => None,
        }
    }

    /// The truth value of a map's key, if it is one.
    pub fn get_bool(&self, node: NodeId, key: Word) -> Option<bool> {
        match self.value(self.get(node, key)?) {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// Whether a node is a map.
    pub fn is_map(&self, node: NodeId) -> bool {
        matches!(self.value(node), Value::Map(_))
    }

    /// The list or map that a node was first put in.
    pub fn parent(&self, node: NodeId) -> Option<NodeId> {
        match self.parents[node.index()] {
            u32::MAX => None,
            parent => Some(NodeId(parent)),
        }
    }

    /// The key under which a node stands in its parent.
    pub fn key(&self, node: NodeId) -> Option<Word> {
        let parent = self.parent(node)?;
        let entry = self.fields(parent).iter().find(|entry| entry.value == node)?;
        Some(entry.key)
    }

    /// Says that a node that was made stands for one of a text.
    pub fn stands_for(&mut self, made: NodeId, origin: NodeId) {
        self.origins.insert(made, origin);
    }

    /// The node of a text that this one is, or stands for.
    pub fn origin(&self, node: NodeId) -> NodeId {
        self.origins.get(&node).copied().unwrap_or(node)
    }

    /// Where a node stands, in bytes: of its source, or of that of the node it stands for.
    pub fn offset(&self, node: NodeId) -> u32 {
        self.nodes[self.origin(node).index()].at
    }

    /// Where a node stands.
    pub fn position(&self, node: NodeId) -> Position {
        let node = self.origin(node);
        self.source(self.source_of(node))
            .position(self.nodes[node.index()].at)
    }

    /// Where a node stands: with its key, if it has one.
    pub fn place(&self, node: NodeId) -> Position {
        let node = self.origin(node);
        let at = self
            .parent(node)
            .and_then(|parent| self.fields(parent).iter().find(|entry| entry.value == node))
            .map_or(self.nodes[node.index()].at, |entry| entry.at);
        self.source(self.source_of(node)).position(at)
    }

    /// The way to a node from the root of its document, as RFC 6901 writes it.
    pub fn pointer(&self, node: NodeId) -> String {
        let mut node = self.origin(node);
        let mut parts = Vec::new();
        while let Some(parent) = self.parent(node) {
            let entries = self.entries(parent);
            let at = entries.iter().position(|entry| entry.value == node);
            match at.map(|at| (at, entries[at].key)) {
                Some((_, key)) if key != words::NONE => {
                    parts.push(self.text(key).replace('~', "~0").replace('/', "~1"));
                }
                Some((at, _)) => parts.push(at.to_string()),
                None => {}
            }
            node = self.origin(parent);
        }
        parts
            .iter()
            .rev()
            .fold(String::new(), |way, part| way + "/" + part)
    }

    /// Keys that stand twice in a map, in the order in which they were read.
    pub fn duplicates(&self) -> &[Duplicate] {
        &self.duplicates
    }

    /// Whether two nodes say the same, whatever the order of keys. Costs as much as the smaller one is large.
    pub fn same(&self, left: NodeId, right: NodeId) -> bool {
        let mut todo = vec![(left, right)];
        while let Some((left, right)) = todo.pop() {
            if left == right {
                continue;
            }
            match (self.value(left), self.value(right)) {
                (Value::List(one), Value::List(other)) if one.len == other.len => {
                    todo.extend(self.items(left).zip(self.items(right)));
                }
                (Value::Map(one), Value::Map(other)) if one.len == other.len => {
                    for field in self.fields(left) {
                        match self.get(right, field.key) {
                            Some(value) => todo.push((field.value, value)),
                            None => return false,
                        }
                    }
                }
                (one, other) if one == other && !matches!(one, Value::List(_) | Value::Map(_)) => {}
                _ => return false,
            }
        }
        true
    }
}

impl NodeId {
    /// The node of an index.
    pub(super) fn at(index: usize) -> Self {
        Self(number(index))
    }

    /// The number as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl Run {
    /// How many entries there are.
    pub fn len(self) -> usize {
        self.len as usize
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// Counts are limited long before they need more than 32 bits.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
