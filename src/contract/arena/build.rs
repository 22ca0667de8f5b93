//! How readers put values into an arena.

use super::{Arena, Duplicate, Entry, INDEXED, Node, NodeId, Run, Value, Word, number};
use crate::contract::keyed::Map;
use crate::contract::words;

/// How large a document may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The bytes of one text.
    pub bytes: usize,
    /// How deep values may lie in values.
    pub depth: usize,
    /// How many values there may be once every alias is written out.
    pub expanded: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 512 << 20,
            depth: 1_000,
            expanded: 50_000_000,
        }
    }
}

/// Why a document is not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Values lie too deep in each other.
    #[error("values lie more than {limit} deep in each other")]
    Depth {
        /// The limit.
        limit: usize,
    },
    /// Its aliases stand for too much.
    #[error("its aliases, written out, are more than {limit} values")]
    Expanded {
        /// The limit.
        limit: u64,
    },
    /// There are more values than an arena holds.
    #[error("there are more values than can be numbered")]
    Numbers,
}

/// Puts the values of one document into an arena, in the order in which they stand in the text.
pub struct Builder<'a> {
    arena: &'a mut Arena,
    limits: Limits,
    frames: Vec<Frame>,
    pending: Vec<Entry>,
    seen: Map<Word, usize>,
    root: Option<(NodeId, u64)>,
}

struct Frame {
    is_map: bool,
    at: u32,
    /// Where its entries begin among those that are pending.
    base: usize,
    key: Option<(Word, u32)>,
    /// How many values it has with every alias written out.
    weight: u64,
}

impl<'a> Builder<'a> {
    /// Into the source that was taken in last.
    pub fn new(arena: &'a mut Arena, limits: Limits) -> Self {
        Self {
            arena,
            limits,
            frames: Vec::new(),
            pending: Vec::new(),
            seen: Map::default(),
            root: None,
        }
    }

    /// The number of a word.
    pub fn intern(&mut self, word: &str) -> Word {
        self.arena.intern(word)
    }

    /// The arena so far.
    pub fn arena(&self) -> &Arena {
        self.arena
    }

    /// A map begins.
    pub fn open_map(&mut self, at: u32) -> Result<(), Refusal> {
        self.open(at, true)
    }

    /// A list begins.
    pub fn open_list(&mut self, at: u32) -> Result<(), Refusal> {
        self.open(at, false)
    }

    fn open(&mut self, at: u32, is_map: bool) -> Result<(), Refusal> {
        if self.frames.len() >= self.limits.depth {
            return Err(Refusal::Depth {
                limit: self.limits.depth,
            });
        }
        self.frames.push(Frame {
            is_map,
            at,
            base: self.pending.len(),
            key: None,
            weight: 1,
        });
        Ok(())
    }

    /// Whether a key must come next.
    pub fn wants_key(&self) -> bool {
        self.frames
            .last()
            .is_some_and(|frame| frame.is_map && frame.key.is_none())
    }

    /// A key of the map that is open.
    pub fn key(&mut self, key: Word, at: u32) {
        if let Some(frame) = self.frames.last_mut() {
            frame.key = Some((key, at));
        }
    }

    /// A value that holds no others.
    pub fn scalar(&mut self, at: u32, value: Value) -> Result<NodeId, Refusal> {
        self.node(at, value, 1)
    }

    /// A value that is already there, with its weight.
    pub fn again(&mut self, node: NodeId, weight: u64, at: u32) -> Result<(), Refusal> {
        self.put(node, weight, at)
    }

    /// The end of the list or map that is open; it comes back with its weight.
    pub fn close(&mut self) -> Result<Option<(NodeId, u64)>, Refusal> {
        let Some(frame) = self.frames.pop() else {
            return Ok(None);
        };
        if frame.is_map {
            self.merge(frame.base);
        }
        let map = NodeId(number(self.arena.nodes.len()));
        if frame.is_map {
            self.settle(frame.base, map);
        }
        let start = number(self.arena.entries.len());
        let len = number(self.pending.len() - frame.base);
        for entry in &self.pending[frame.base..] {
            let parent = &mut self.arena.parents[entry.value.index()];
            if *parent == u32::MAX {
                *parent = map.0;
            }
        }
        if frame.is_map && len as usize > INDEXED {
            let keys = self.pending[frame.base..].iter();
            self.arena
                .index
                .extend(keys.map(|entry| ((map, entry.key), entry.value)));
        }
        self.arena.entries.extend(self.pending.drain(frame.base..));
        let run = Run { start, len };
        let value = if frame.is_map {
            Value::Map(run)
        } else {
            Value::List(run)
        };
        let node = self.node(frame.at, value, frame.weight)?;
        Ok(Some((node, frame.weight)))
    }

    /// The value of the document, once everything is closed.
    pub fn finish(self) -> Option<NodeId> {
        self.root.map(|(root, _)| root)
    }

    fn node(&mut self, at: u32, value: Value, weight: u64) -> Result<NodeId, Refusal> {
        let id = NodeId(number(self.arena.nodes.len()));
        if id.0 == u32::MAX || self.arena.entries.len() >= u32::MAX as usize {
            return Err(Refusal::Numbers);
        }
        self.arena.nodes.push(Node { at, value });
        self.arena.parents.push(u32::MAX);
        self.put(id, weight, at)?;
        Ok(id)
    }

    fn put(&mut self, value: NodeId, weight: u64, at: u32) -> Result<(), Refusal> {
        let Some(frame) = self.frames.last_mut() else {
            self.root.get_or_insert((value, weight));
            return Ok(());
        };
        frame.weight = frame.weight.saturating_add(weight);
        if frame.weight > self.limits.expanded {
            return Err(Refusal::Expanded {
                limit: self.limits.expanded,
            });
        }
        let (key, at) = frame.key.take().unwrap_or((words::NONE, at));
        self.pending.push(Entry { key, at, value });
        Ok(())
    }

    /// What `<<` of YAML brings in: keys that the map does not have itself; of several, the first one's.
    fn merge(&mut self, base: usize) {
        let is_merge = |entry: &Entry| {
            entry.key == words::MERGE
                && match self.arena.value(entry.value) {
                    Value::Map(_) => true,
                    Value::List(run) => {
                        !run.is_empty() && self.arena.items(entry.value).all(|item| self.arena.is_map(item))
                    }
                    _ => false,
                }
        };
        if !self.pending[base..].iter().any(|entry| entry.key == words::MERGE) {
            return;
        }
        let (merged, own): (Vec<Entry>, Vec<Entry>) = self.pending.drain(base..).partition(is_merge);
        self.pending.extend(own);
        let mut have: std::collections::HashSet<Word> =
            self.pending[base..].iter().map(|entry| entry.key).collect();
        for entry in merged {
            let maps: Vec<NodeId> = match self.arena.value(entry.value) {
                Value::Map(_) => vec![entry.value],
                _ => self.arena.items(entry.value).collect(),
            };
            for map in maps {
                let fields = self.arena.fields(map).iter();
                let new: Vec<Entry> = fields.filter(|field| have.insert(field.key)).copied().collect();
                self.pending.extend(new);
            }
        }
    }

    /// Of a key that is there twice the last value stays, at the place of the first.
    fn settle(&mut self, base: usize, map: NodeId) {
        let mut duplicates = Vec::new();
        let entries = &mut self.pending;
        if entries.len() - base <= INDEXED {
            let mut end = base;
            for at in base..entries.len() {
                let entry = entries[at];
                if let Some(earlier) = (base..end).find(|earlier| entries[*earlier].key == entry.key) {
                    duplicates.push(entry);
                    entries[earlier] = entry;
                } else {
                    entries[end] = entry;
                    end += 1;
                }
            }
            entries.truncate(end);
        } else {
            self.seen.clear();
            let mut end = base;
            for at in base..entries.len() {
                let entry = entries[at];
                if let Some(earlier) = self.seen.get(&entry.key) {
                    duplicates.push(entry);
                    entries[*earlier] = entry;
                } else {
                    self.seen.insert(entry.key, end);
                    entries[end] = entry;
                    end += 1;
                }
            }
            entries.truncate(end);
        }
        let found = duplicates.iter().map(|entry| Duplicate {
            map,
            key: entry.key,
            at: entry.at,
        });
        self.arena.duplicates.extend(found);
    }
}
