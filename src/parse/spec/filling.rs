//! What of a spec somebody has written, and what is the template's.
//!
//! Headings, labels and comments are structure. A placeholder is nothing. A line that stands in the template, in the
//! same section, counts only when something else in the section was written: who fills in a section may well leave a
//! good default as it is.

use std::collections::{HashMap, HashSet};

use crate::model::work_item::WorkItemType;

use super::document::{self, Block, Kind, Line};
use super::oddities::{Oddities, quoted};
use super::outline::{self, Node};
use super::placeholder;
use super::words;

/// What was found.
#[derive(Debug, Default)]
pub struct Filling {
    /// For each block whether anything in it counts.
    content: Vec<bool>,
    /// The lines that do not count although there is text on them, sorted.
    pub unfilled: Vec<u32>,
}

impl Filling {
    /// Whether anything that counts stands below a heading.
    pub fn filled(&self, node: &Node) -> bool {
        self.content[node.all.clone()].iter().any(|content| *content)
    }
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// A label, or nothing.
    Structure,
    /// Nothing but a placeholder.
    Placeholder,
    /// An example, as templates have them.
    Example,
    /// As it stands in the template.
    Template,
    /// Written by somebody.
    Content,
}

/// The lines of templates by section, as they are compared.
type Known = HashMap<String, HashSet<String>>;

/// Judges every line of the sections.
pub fn filling(
    blocks: &[Block],
    sections: &[Node],
    kind: Option<WorkItemType>,
    oddities: &mut Oddities,
) -> Filling {
    let known = known_lines(kind);
    let mut filling = Filling {
        content: vec![false; blocks.len()],
        unfilled: Vec::new(),
    };
    for section in sections {
        judge(blocks, section, known.get(&section.name), &mut filling, oddities);
    }
    filling.unfilled.sort_unstable();
    filling.unfilled.dedup();
    filling
}

fn judge(
    blocks: &[Block],
    section: &Node,
    known: Option<&HashSet<String>>,
    filling: &mut Filling,
    oddities: &mut Oddities,
) {
    let mut judged: Vec<(usize, u32, Standing)> = Vec::new();
    let mut open: Vec<(u32, String)> = Vec::new();
    let mut example = Example::No;
    for at in section.all.clone() {
        let block = &blocks[at];
        let before = example;
        example = example.next(block);
        each_line(
            block,
            blocks.get(at + 1).filter(|_| at + 1 < section.all.end),
            |line, text, plain| {
                let standing = match known {
                    _ if example != Example::No && plain != Standing::Structure => Standing::Example,
                    Some(known) if plain != Standing::Structure && known.contains(&compared(text)) => {
                        Standing::Template
                    }
                    _ => plain,
                };
                judged.push((at, line, standing));
            },
        );
        each_placeholder(block, |line, text| open.push((line, text.to_owned())));
        if example == Example::Quoted && before != Example::Quoted {
            oddities.add(
                block.line,
                "template_text",
                "an example of the template is still there".to_owned(),
                Some("say instead how it is here, and remove the example"),
            );
        }
    }

    let touched = judged
        .iter()
        .any(|(_, _, standing)| *standing == Standing::Content);
    let open_lines: HashSet<u32> = open.iter().map(|(line, _)| *line).collect();
    let mut first_of_template = None;
    for (at, line, standing) in judged {
        let counts = match standing {
            Standing::Content => true,
            // A line of the template that is half filled in by nature counts no more than its placeholder does.
            Standing::Template => touched && !open_lines.contains(&line),
            _ => false,
        };
        if counts {
            filling.content[at] = true;
        } else if standing != Standing::Structure {
            filling.unfilled.push(line);
        }
        if standing == Standing::Template {
            first_of_template.get_or_insert(line);
        }
    }
    match first_of_template {
        Some(line) if !touched => oddities.add(
            line,
            "template_text",
            format!("{} is still the template's text", quoted(&section.title)),
            Some("replace it, or remove the section when it is not needed"),
        ),
        _ => {
            for (line, text) in open {
                oddities.add(
                    line,
                    "placeholder",
                    format!("{} is still to be filled in", quoted(&text)),
                    Some("write what it stands for, or remove it; put it in back quotes when it is meant as it is"),
                );
            }
        }
    }
}

/// Whether a block belongs to an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Example {
    No,
    /// Below a label that says so.
    Labelled,
    /// The same, and a quotation, as the templates of old have it.
    Quoted,
}

impl Example {
    fn next(self, block: &Block) -> Self {
        if self != Self::No && block.quoted {
            return Self::Quoted;
        }
        let label = match &block.kind {
            Kind::Heading(_) => return Self::No,
            Kind::Paragraph | Kind::Item { .. } => block
                .lines
                .first()
                .filter(|line| line.strong > 0 && block.depth == 0)
                .and_then(words::labelled),
            _ => None,
        };
        match label {
            Some(label) if label.name == "example" && block.quoted => Self::Quoted,
            Some(label) if label.name == "example" => Self::Labelled,
            Some(_) => Self::No,
            // An example in a quotation ends with the quotation.
            None if self == Self::Quoted => Self::No,
            None => self,
        }
    }
}

/// Calls for each line of a block that has text: its number, the text, and what it is by itself.
fn each_line(block: &Block, next: Option<&Block>, mut tell: impl FnMut(u32, &str, Standing)) {
    match &block.kind {
        Kind::Heading(_) | Kind::Instructions => {}
        Kind::Paragraph | Kind::Item { .. } => {
            for (at, line) in block.lines.iter().enumerate() {
                if !line.text.trim().is_empty() {
                    let last = at + 1 == block.lines.len();
                    tell(line.number, &line.text, by_itself(block, line, last, next));
                }
            }
        }
        Kind::Code(fence) => {
            for (text, line) in fence.code.lines().zip(fence.line + 1..) {
                if !text.trim().is_empty() {
                    tell(line, text, Standing::Content);
                }
            }
        }
        Kind::Html(text) => {
            let open = placeholder::is_placeholder(text);
            tell(
                block.line,
                text,
                if open {
                    Standing::Placeholder
                } else {
                    Standing::Content
                },
            );
        }
    }
}

fn by_itself(block: &Block, line: &Line, last: bool, next: Option<&Block>) -> Standing {
    let text = line.text.trim();
    let value = match words::labelled(line) {
        Some(label) if !label.value.is_empty() => label.value,
        // A label introduces something; what is bold and introduces nothing says something.
        Some(_) if text.ends_with(':') && !block.is_boxed() => return Standing::Structure,
        Some(_) if !block.is_item() && last && next.is_some_and(|next| next.level().is_none()) => {
            return Standing::Structure;
        }
        _ if text.ends_with(':') && block.is_paragraph() => return Standing::Structure,
        _ => text,
    };
    let open = placeholder::placeholders(line);
    if open.is_empty() {
        return Standing::Content;
    }
    let offset = line.text.len() - line.text.trim_end().len();
    let value_from = line.text.len() - offset - value.len();
    // What stands between the placeholders.
    let mut from = value_from;
    let ends = open.iter().map(|open| (open.start, open.end));
    for (start, end) in ends.chain([(line.text.len(), line.text.len())]) {
        let between = line.text.get(from..start).unwrap_or_default();
        if between.contains(char::is_alphanumeric) {
            return Standing::Content;
        }
        from = from.max(end);
    }
    Standing::Placeholder
}

fn each_placeholder(block: &Block, mut tell: impl FnMut(u32, &str)) {
    for line in &block.lines {
        for range in placeholder::placeholders(line) {
            tell(line.number, &line.text[range]);
        }
    }
    if let Kind::Html(text) = &block.kind {
        for range in placeholder::find(text) {
            tell(block.line, &text[range]);
        }
    }
    if let Kind::Code(fence) = &block.kind {
        for (text, line) in fence.code.lines().zip(fence.line + 1..) {
            for range in placeholder::find(text) {
                // In code brackets are common; words in them are not.
                let is_value = text[..range.start].ends_with('=') && text[range.end..].trim().is_empty();
                if text[range.clone()].contains(' ') || is_value {
                    tell(line, &text[range]);
                }
            }
        }
    }
}

/// A line as it is compared with those of a template: without marks, white space and case.
fn compared(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// The lines of the template of a type, or of all of them where the type is not known.
fn known_lines(kind: Option<WorkItemType>) -> Known {
    let mut known = Known::new();
    for one in WorkItemType::ALL {
        if kind.is_some_and(|kind| kind != *one) {
            continue;
        }
        let blocks = document::blocks(super::template::template(*one));
        for root in outline::outline(&blocks) {
            for section in root.children {
                let lines = known.entry(section.name.clone()).or_default();
                for at in section.all.clone() {
                    each_line(&blocks[at], None, |_, text, _| {
                        lines.insert(compared(text));
                    });
                }
            }
        }
    }
    known
}
