//! The parts of a section: what stands below each of its headings and labels.
//!
//! Writers head a part with `#### Setup`, with `**Setup:**`, with `Setup:` or with an item `- Setup:` that has items
//! of its own. All of them are labels here.

use std::ops::Range;

use crate::model::spec::{At, Fence};

use super::document::{Block, Kind, Line};
use super::outline::name;
use super::placeholder;
use super::words::{self, Labelled};

/// The rank of a label that is no heading: below all six levels.
pub const LABEL: u8 = 7;

/// A heading or a label and what stands below it, up to the next one.
#[derive(Debug)]
pub struct Part<'d> {
    /// The label as it is compared; empty for what stands before the first.
    pub name: String,
    /// The label as written.
    pub title: String,
    /// The level of the heading, or [`LABEL`].
    pub rank: u8,
    /// The line of the label, or of the section's beginning.
    pub line: u32,
    /// What stands behind the label on its line.
    pub value: &'d str,
    /// The line of a label that is no heading.
    pub source: Option<&'d Line>,
    /// What stands below.
    pub entries: Vec<Entry<'d>>,
}

/// Something below a label.
#[derive(Clone, Copy, Debug)]
pub enum Entry<'d> {
    /// An item of a list.
    Item(&'d Block),
    /// A line of a paragraph, and in how many items it stands.
    Text(&'d Line, u32),
    /// Code, and in how many items it stands.
    Code(&'d Fence, u32),
    /// What HTML says, without its tags, and its line.
    Html(&'d str, u32),
}

/// A label with a value behind it.
#[derive(Debug)]
pub struct Pair<'d> {
    /// The label as it is compared.
    pub name: String,
    /// The value; may be empty.
    pub value: &'d str,
    /// The line that it stands on, with its marks.
    pub source: &'d Line,
    /// In how many items it stands.
    pub depth: u32,
}

impl<'d> Pair<'d> {
    /// The number of the line.
    pub fn line(&self) -> u32 {
        self.source.number
    }

    /// The value as it is meant: what is code when it begins with code, else all of it; without quotes. Nothing where
    /// a placeholder stands or the value is empty.
    pub fn meant(&self) -> Option<&'d str> {
        let from = self.source.text.trim_end().len() - self.value.len();
        let code = self.source.code.iter().find(|code| code.start == from);
        let value = match code {
            Some(code) => &self.source.text[code.clone()],
            None => self.value,
        };
        let value = words::unquoted(value);
        (!value.is_empty() && !placeholder::is_placeholder(value)).then_some(value)
    }
}

/// Cuts blocks into parts. The first has no label and may be empty.
pub fn parts(blocks: &[Block], range: Range<usize>) -> Vec<Part<'_>> {
    let line = blocks.get(range.start).map_or(1, |block| block.line);
    let mut parts = vec![Part {
        name: String::new(),
        title: String::new(),
        rank: 0,
        line,
        value: "",
        source: None,
        entries: Vec::new(),
    }];
    for block in &blocks[range] {
        match &block.kind {
            Kind::Heading(level) => {
                let title = block.text();
                parts.push(Part {
                    name: name(&title),
                    title,
                    rank: *level,
                    line: block.line,
                    value: "",
                    source: None,
                    entries: Vec::new(),
                });
            }
            Kind::Paragraph => {
                for line in block.lines.iter().filter(|line| !line.text.trim().is_empty()) {
                    match label(block, line) {
                        Some(found) => parts.push(Part {
                            name: found.name,
                            title: title_of(line, found.value),
                            rank: LABEL,
                            line: line.number,
                            value: found.value,
                            source: Some(line),
                            entries: Vec::new(),
                        }),
                        None => add(&mut parts, Entry::Text(line, block.depth)),
                    }
                }
            }
            Kind::Item { .. } => add(&mut parts, Entry::Item(block)),
            Kind::Code(fence) => add(&mut parts, Entry::Code(fence, block.depth)),
            Kind::Html(text) => add(&mut parts, Entry::Html(text, block.line)),
            Kind::Instructions => {}
        }
    }
    parts
}

fn add<'d>(parts: &mut [Part<'d>], entry: Entry<'d>) {
    if let Some(part) = parts.last_mut() {
        part.entries.push(entry);
    }
}

/// The label that a line of a paragraph is: bold and outside of lists, or all of a paragraph that ends with a colon.
fn label<'d>(block: &Block, line: &'d Line) -> Option<Labelled<'d>> {
    if block.depth > 0 || block.quoted {
        return None;
    }
    let found = words::labelled(line)?;
    let alone = block.lines.len() == 1;
    (line.strong > 0 || (alone && found.value.is_empty())).then_some(found)
}

/// A label as written, without the value behind it.
fn title_of(line: &Line, value: &str) -> String {
    let text = line.text.trim();
    let title = text.strip_suffix(value).unwrap_or(text);
    title.trim_end_matches([':', ' ']).to_owned()
}

impl<'d> Part<'d> {
    /// The values with labels in it: its own, and those of its items and lines.
    pub fn pairs(&self) -> Vec<Pair<'d>> {
        let mut pairs = Vec::new();
        if let (Some(source), false) = (self.source, self.value.is_empty()) {
            pairs.push(Pair {
                name: self.name.clone(),
                value: self.value,
                source,
                depth: 0,
            });
        }
        for entry in &self.entries {
            let (lines, depth) = match entry {
                Entry::Item(block) => (block.lines.as_slice(), block.depth),
                Entry::Text(line, depth) => (std::slice::from_ref(*line), *depth),
                Entry::Code(..) | Entry::Html(..) => continue,
            };
            for line in lines {
                if let Some(found) = words::labelled(line) {
                    pairs.push(Pair {
                        name: found.name,
                        value: found.value,
                        source: line,
                        depth,
                    });
                }
            }
        }
        pairs
    }

    /// The items in it that stand in no other.
    pub fn outer_items(&self) -> impl Iterator<Item = &'d Block> + '_ {
        let least = self.items().map(|item| item.depth).min().unwrap_or(0);
        self.items().filter(move |item| item.depth == least)
    }

    /// The items in it.
    pub fn items(&self) -> impl Iterator<Item = &'d Block> + '_ {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Item(block) => Some(*block),
            _ => None,
        })
    }

    /// The code in it.
    pub fn code(&self) -> impl Iterator<Item = &'d Fence> + '_ {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Code(fence, _) => Some(*fence),
            _ => None,
        })
    }
}

/// What stands below one of several labels that are looked for.
#[derive(Debug)]
pub struct Found<'d, R> {
    /// Which one.
    pub role: R,
    /// What stands below it, with what stood behind the label as its first.
    pub texts: Vec<At<String>>,
    /// The code below it.
    pub code: Vec<&'d Fence>,
}

/// Sorts what stands below labels that are known. A label that is not known ends the one before, unless it stands
/// below it: `**Services:**` below `#### Setup`.
pub fn roles<'d, R: Copy>(parts: &[Part<'d>], known: impl Fn(&str) -> Option<R>) -> Vec<Found<'d, R>> {
    let mut found: Vec<Found<'d, R>> = Vec::new();
    let mut rank: Option<u8> = None;
    for part in parts {
        // The item whose label holds what follows, by its depth.
        let mut item_depth: Option<u32> = None;
        if let Some(role) = known(&part.name) {
            found.push(Found::new(role));
            rank = Some(part.rank);
            if let (Some(last), false) = (found.last_mut(), part.value.is_empty()) {
                last.texts.push(At::new(part.value.to_owned(), part.line));
            }
        } else if rank.is_some_and(|rank| part.rank <= rank) {
            rank = None;
        }
        for entry in &part.entries {
            match entry {
                Entry::Item(block) => {
                    if item_depth.is_some_and(|depth| block.depth <= depth) {
                        item_depth = None;
                    }
                    if rank.is_none()
                        && item_depth.is_none()
                        && let Some(label) = words::label_of(block).or_else(|| whole(block))
                        && let Some(role) = known(&label.name)
                    {
                        let mut fresh = Found::new(role);
                        if !label.value.is_empty() {
                            fresh.texts.push(At::new(label.value.to_owned(), block.line));
                        }
                        found.push(fresh);
                        item_depth = Some(block.depth);
                        continue;
                    }
                    push(
                        &mut found,
                        rank.is_some() || item_depth.is_some(),
                        block.text(),
                        block.line,
                    );
                }
                Entry::Text(line, _) => {
                    push(
                        &mut found,
                        rank.is_some() || item_depth.is_some(),
                        line.text.trim().to_owned(),
                        line.number,
                    );
                }
                Entry::Code(fence, _) => {
                    if let (Some(last), true) = (found.last_mut(), rank.is_some() || item_depth.is_some()) {
                        last.code.push(fence);
                    }
                }
                Entry::Html(..) => {}
            }
        }
    }
    found
}

/// An item that is nothing but a label without a colon: `- Setup`.
fn whole(block: &Block) -> Option<Labelled<'_>> {
    match block.lines.as_slice() {
        [line] => Some(Labelled {
            name: name(&line.text),
            value: "",
        }),
        _ => None,
    }
}

fn push<R>(found: &mut [Found<'_, R>], within: bool, text: String, line: u32) {
    if let (Some(last), true, false) = (found.last_mut(), within, text.is_empty()) {
        last.texts.push(At::new(text, line));
    }
}

impl<R> Found<'_, R> {
    fn new(role: R) -> Self {
        Self {
            role,
            texts: Vec::new(),
            code: Vec::new(),
        }
    }
}
