//! A markdown document as a flat list of blocks, each with its line.
//!
//! `pulldown-cmark` decides what is a heading, an item, code or a comment. Its events are flat, and so are the blocks:
//! how deep something stands in lists is a number, so that no depth of nesting can exhaust the stack.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::model::spec::Fence;

/// A block: a heading, a paragraph, an item of a list with its first paragraph, code, or HTML.
#[derive(Debug)]
pub struct Block {
    /// What it is.
    pub kind: Kind,
    /// In how many items it stands; an item counts itself.
    pub depth: u32,
    /// Whether it stands in a quotation.
    pub quoted: bool,
    /// The line that it begins on, from 1.
    pub line: u32,
    /// Its text, line by line; of code and HTML there is none here.
    pub lines: Vec<Line>,
}

/// What a block is.
#[derive(Debug)]
pub enum Kind {
    /// A heading of a level. In lists and quotations headings are paragraphs: they head nothing there.
    Heading(u8),
    /// A paragraph.
    Paragraph,
    /// An item of a list.
    Item {
        /// Whether it has a box to tick.
        boxed: bool,
    },
    /// Code.
    Code(Fence),
    /// HTML, or rather what is left of it without comments and tags.
    Html(String),
    /// A comment that says that the file is a template.
    Instructions,
}

/// One line of text, without marks.
#[derive(Debug, Default)]
pub struct Line {
    /// Its number in the file, from 1.
    pub number: u32,
    /// The text.
    pub text: String,
    /// How many bytes at its start are bold or in italics.
    pub strong: usize,
    /// What of it is code.
    pub code: Vec<Range<usize>>,
    /// Whether it goes on with an item only because no empty line stands before it: it is not indented.
    lazy: bool,
}

impl Block {
    /// The text in one line.
    pub fn text(&self) -> String {
        let mut lines = self.lines.iter().map(|line| line.text.trim());
        let mut text = lines.next().unwrap_or_default().to_owned();
        for line in lines {
            text.push(' ');
            text.push_str(line);
        }
        text
    }

    /// The level of a heading.
    pub fn level(&self) -> Option<u8> {
        match self.kind {
            Kind::Heading(level) => Some(level),
            _ => None,
        }
    }

    /// Whether it is a paragraph.
    pub fn is_paragraph(&self) -> bool {
        matches!(self.kind, Kind::Paragraph)
    }

    /// Whether it is an item of a list.
    pub fn is_item(&self) -> bool {
        matches!(self.kind, Kind::Item { .. })
    }

    /// Whether it is an item with a box to tick.
    pub fn is_boxed(&self) -> bool {
        matches!(self.kind, Kind::Item { boxed: true })
    }
}

/// Reads a document.
pub fn blocks(text: &str) -> Vec<Block> {
    let options = Options::ENABLE_TASKLISTS;
    let mut reader = Reader::new(text);
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        reader.event(event, &range);
    }
    reader.blocks.into_iter().fold(Vec::new(), split)
}

/// Adds a block. A label that follows an item without an empty line between belongs to the item's text, says
/// markdown; whoever wrote it meant a label:
///
/// ```text
/// - the last item
/// **Actions:**
/// ```
fn split(mut blocks: Vec<Block>, mut block: Block) -> Vec<Block> {
    while let Some(at) = block
        .lines
        .iter()
        .skip(1)
        .position(|line| line.lazy && is_label(line))
    {
        let rest = block.lines.split_off(at + 1);
        let line = rest.first().map_or(block.line, |line| line.number);
        blocks.push(block);
        block = Block {
            kind: Kind::Paragraph,
            depth: 0,
            quoted: false,
            line,
            lines: rest,
        };
    }
    blocks.push(block);
    blocks
}

/// Whether a line begins with bold text and a colon.
fn is_label(line: &Line) -> bool {
    let (bold, rest) = line.text.split_at_checked(line.strong).unwrap_or_default();
    !bold.is_empty() && (bold.trim_end().ends_with(':') || rest.trim_start().starts_with(':'))
}

struct Reader<'t> {
    text: &'t str,
    /// Where each line begins.
    starts: Vec<usize>,
    blocks: Vec<Block>,
    /// The block that text goes to.
    open: Option<usize>,
    items: u32,
    quotes: u32,
    /// How many marks of emphasis are open, and where in the line the outermost began.
    strong: u32,
    strong_from: usize,
    code: Option<Fence>,
    html: Option<(u32, String)>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        let mut starts = vec![0];
        let bytes = text.as_bytes();
        for (at, byte) in bytes.iter().enumerate() {
            if *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
                starts.push(at + 1);
            }
        }
        Self {
            text,
            starts,
            blocks: Vec::new(),
            open: None,
            items: 0,
            quotes: 0,
            strong: 0,
            strong_from: 0,
            code: None,
            html: None,
        }
    }

    fn event(&mut self, event: Event<'_>, range: &Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match (&mut self.code, &mut self.html) {
                (Some(fence), _) => fence.code.push_str(&text),
                (None, Some((_, html))) => html.push_str(&text),
                (None, None) => self.push(&text, range.start),
            },
            Event::Html(text) => match &mut self.html {
                Some((_, html)) => html.push_str(&text),
                None => self.push(&text, range.start),
            },
            Event::Code(text) => {
                self.push("", range.start);
                if let Some(line) = self.line() {
                    let from = line.text.len();
                    line.text.push_str(&text);
                    line.code.push(from..line.text.len());
                }
            }
            Event::InlineHtml(text) => {
                if let Some(kept) = super::markup::kept_tag(&text) {
                    self.push(kept, range.start);
                }
            }
            Event::SoftBreak | Event::HardBreak => self.line_break(range.end),
            Event::TaskListMarker(_) => {
                if let Some(Kind::Item { boxed }) = self
                    .open
                    .and_then(|at| self.blocks.get_mut(at))
                    .map(|block| &mut block.kind)
                {
                    *boxed = true;
                }
            }
            Event::Rule => self.open = None,
            // Not asked for.
            Event::InlineMath(_) | Event::DisplayMath(_) | Event::FootnoteReference(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: &Range<usize>) {
        match tag {
            Tag::Paragraph => {
                // The first paragraph of an item is the item's own text.
                let fresh = self
                    .open
                    .is_some_and(|at| self.blocks[at].is_item() && self.blocks[at].lines.is_empty());
                if !fresh {
                    self.begin(Kind::Paragraph, range.start);
                }
            }
            Tag::Heading { level, .. } => {
                let kind = if self.items == 0 && self.quotes == 0 {
                    Kind::Heading(level as u8)
                } else {
                    Kind::Paragraph
                };
                self.begin(kind, range.start);
            }
            Tag::Item => {
                self.items += 1;
                self.begin(Kind::Item { boxed: false }, range.start);
            }
            Tag::BlockQuote(_) => {
                self.quotes += 1;
                self.open = None;
            }
            Tag::CodeBlock(kind) => {
                self.open = None;
                let info = match kind {
                    CodeBlockKind::Fenced(info) => info.trim().to_owned(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some(Fence {
                    info,
                    code: String::new(),
                    line: self.line_at(range.start),
                });
            }
            Tag::HtmlBlock => {
                self.open = None;
                self.html = Some((self.line_at(range.start), String::new()));
            }
            Tag::Strong | Tag::Emphasis => {
                self.push("", range.start);
                if self.strong == 0 {
                    self.strong_from = self.line().map_or(0, |line| line.text.len());
                }
                self.strong += 1;
            }
            // A picture is something, also without a word about it.
            Tag::Image { dest_url, .. } if self.text[range.clone()].starts_with("![]") => {
                self.push(&dest_url, range.start);
            }
            Tag::List(_) => self.open = None,
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::Heading(_) => self.open = None,
            TagEnd::Item => {
                self.items = self.items.saturating_sub(1);
                self.open = None;
            }
            TagEnd::BlockQuote(_) => {
                self.quotes = self.quotes.saturating_sub(1);
                self.open = None;
            }
            TagEnd::CodeBlock => {
                if let Some(fence) = self.code.take() {
                    let line = fence.line;
                    self.add(Kind::Code(fence), line);
                }
            }
            TagEnd::HtmlBlock => {
                if let Some((line, html)) = self.html.take() {
                    if super::markup::is_instructions(&html) {
                        self.add(Kind::Instructions, line);
                    }
                    let text = super::markup::text_of(&html);
                    if !text.is_empty() {
                        self.add(Kind::Html(text), line);
                    }
                }
            }
            TagEnd::Strong | TagEnd::Emphasis => {
                self.strong = self.strong.saturating_sub(1);
                if self.strong == 0 {
                    self.close_strong();
                }
            }
            _ => {}
        }
    }

    /// Bold text counts where a line begins with it.
    fn close_strong(&mut self) {
        let from = self.strong_from;
        if let Some(line) = self.line()
            && from == 0
            && line.strong == 0
        {
            line.strong = line.text.len();
        }
    }

    fn begin(&mut self, kind: Kind, at: usize) {
        let line = self.line_at(at);
        self.add(kind, line);
        self.open = Some(self.blocks.len() - 1);
        self.strong = 0;
    }

    fn add(&mut self, kind: Kind, line: u32) {
        self.blocks.push(Block {
            kind,
            depth: self.items,
            quoted: self.quotes > 0,
            line,
            lines: Vec::new(),
        });
    }

    /// Appends text to the open block; text that follows code or a list in an item has a paragraph of its own.
    fn push(&mut self, text: &str, at: usize) {
        let line = self.line_at(at);
        if self.open.is_none() {
            self.begin(Kind::Paragraph, at);
        }
        let Some(block) = self.open.and_then(|open| self.blocks.get_mut(open)) else {
            return;
        };
        if block.lines.is_empty() {
            // Most blocks have one line, and there may be very many of them.
            block.lines.reserve_exact(1);
            block.lines.push(Line {
                number: line,
                ..Line::default()
            });
        }
        if let Some(last) = block.lines.last_mut() {
            last.text.push_str(text);
        }
    }

    fn line_break(&mut self, end: usize) {
        if self.strong > 0 {
            self.close_strong();
            self.strong_from = 0;
        }
        let line = self.line_at(end);
        let start = self.starts[line as usize - 1];
        let lazy = self.items > 0 && self.quotes == 0 && !self.text[start..].starts_with([' ', '\t', '>']);
        if let Some(block) = self.open.and_then(|open| self.blocks.get_mut(open)) {
            block.lines.push(Line {
                number: line,
                lazy,
                ..Line::default()
            });
        }
    }

    fn line(&mut self) -> Option<&mut Line> {
        self.open
            .and_then(|open| self.blocks.get_mut(open))
            .and_then(|block| block.lines.last_mut())
    }

    fn line_at(&self, at: usize) -> u32 {
        let line = self.starts.partition_point(|start| *start <= at);
        u32::try_from(line).unwrap_or(u32::MAX)
    }
}
