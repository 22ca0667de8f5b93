//! The headings of a document: what stands below which.

use std::ops::Range;

use super::document::Block;

/// A heading and the blocks below it.
#[derive(Debug)]
pub struct Node {
    /// The heading's text.
    pub title: String,
    /// The heading's text as it is compared: [`name`].
    pub name: String,
    /// Its line, from 1.
    pub line: u32,
    /// Its level, 1 to 6.
    pub level: u8,
    /// The blocks below it up to the next heading.
    pub own: Range<usize>,
    /// The blocks below it, with those of its own sections.
    pub all: Range<usize>,
    /// The headings one level below.
    pub children: Vec<Node>,
}

/// The headings of a document. A level that is left out does not matter: what counts is which heading stands below
/// which. There are six levels, so that this is never deep.
pub fn outline(blocks: &[Block]) -> Vec<Node> {
    let mut roots: Vec<Node> = Vec::new();
    let mut open: Vec<Node> = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        let Some(level) = block.level() else { continue };
        if let Some(last) = open.last_mut() {
            last.own.end = last.own.end.min(at);
        }
        while open.last().is_some_and(|last| last.level >= level) {
            close(&mut open, &mut roots, at);
        }
        let title = block.text();
        open.push(Node {
            name: name(&title),
            title,
            line: block.line,
            level,
            own: at + 1..blocks.len(),
            all: at + 1..blocks.len(),
            children: Vec::new(),
        });
    }
    while !open.is_empty() {
        close(&mut open, &mut roots, blocks.len());
    }
    roots
}

fn close(open: &mut Vec<Node>, roots: &mut Vec<Node>, at: usize) {
    let Some(mut node) = open.pop() else { return };
    node.all.end = at;
    node.own.end = node.own.end.min(at);
    match open.last_mut() {
        Some(parent) => parent.children.push(node),
        None => roots.push(node),
    }
}

/// A heading or a label as it is compared: in lower case, without a number before it, signs around it, and what
/// stands in parentheses after it.
pub fn name(title: &str) -> String {
    let mut title = title.trim();
    if let Some(open) = title.rfind('(').filter(|open| *open > 0)
        && title.trim_end_matches([':', ' ']).ends_with(')')
    {
        title = &title[..open];
    }
    let title = title.trim_start_matches(|c: char| !c.is_alphanumeric());
    let rest = title.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ')'));
    let number = &title[..title.len() - rest.len()];
    let title = if number.contains(['.', ')']) && rest.starts_with(' ') {
        rest
    } else {
        title
    };
    let words: Vec<String> = title
        .trim_matches(|c: char| !c.is_alphanumeric())
        .split_whitespace()
        .map(str::to_lowercase)
        .collect();
    words.join(" ")
}
