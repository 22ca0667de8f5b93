//! YAML into the arena, by the core schema of YAML 1.2: `yes`, dates and versions are texts; keys are texts always.

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput};

use super::arena::{Arena, Builder, Limits, NodeId, Refusal, Value};
use super::number;

/// Why a text is no YAML that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Error {
    /// Where, in bytes.
    pub at: u32,
    /// What is wrong there.
    pub why: Why,
}

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// The text is not in YAML's grammar.
    #[error("{said}")]
    Grammar {
        /// What the parser says.
        said: String,
    },
    /// A list or a map is a key.
    #[error("a key must be a text, and this one is a list or a map")]
    Key,
    /// An alias stands inside of what it stands for, or for nothing.
    #[error("this alias stands for nothing that is complete before it")]
    Alias,
    /// Lists and maps in brackets and braces lie in each other deeper than the parser follows.
    #[error("lists and maps in brackets and braces lie more than 255 deep in each other")]
    Braces,
    /// There is nothing in it.
    #[error("there is no value in it")]
    Empty,
    /// There is more than one document.
    #[error("a second document begins here, and only one is expected")]
    Second,
    /// It is too much.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// Reads the source that was taken in last, which has this text.
pub fn read(arena: &mut Arena, text: &str, limits: Limits) -> Result<NodeId, Error> {
    let text_begins = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut reader = Reader {
        parser: Parser::new_from_str(&text[text_begins..]),
        places: Places {
            text: &text[text_begins..],
            shift: text_begins,
            index: 0,
            at: 0,
            is_ascii: text[text_begins..].is_ascii(),
        },
        builder: Builder::new(arena, limits),
        anchors: Vec::new(),
        open: Vec::new(),
    };
    reader.stream()?;
    reader.builder.finish().ok_or(Error {
        at: 0,
        why: Why::Empty,
    })
}

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    places: Places<'a>,
    builder: Builder<'a>,
    /// What each anchor stands for, with its weight.
    anchors: Vec<Option<(NodeId, u64)>>,
    /// The anchor of each list and map that is open; 0 for none.
    open: Vec<usize>,
}

impl Reader<'_> {
    fn stream(&mut self) -> Result<(), Error> {
        let mut documents = 0;
        while let Some(next) = self.parser.next_event() {
            let (event, span) = next.map_err(|error| self.grammar(&error))?;
            let at = self.places.byte(&span);
            let wrong = |why| Error { at, why };
            let refused = |refusal: Refusal| wrong(refusal.into());
            match event {
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents > 1 {
                        return Err(wrong(Why::Second));
                    }
                }
                Event::Scalar(text, style, anchor, tag) => {
                    if self.builder.wants_key() {
                        let word = self.builder.intern(&text);
                        self.builder.key(word, at);
                        continue;
                    }
                    let is_text = tag
                        .as_ref()
                        .is_some_and(|tag| tag.suffix == "str" || tag.handle == "!");
                    let value = if style == ScalarStyle::Plain && !is_text {
                        self.plain(&text)
                    } else {
                        Value::Text(self.builder.intern(&text))
                    };
                    let node = self.builder.scalar(at, value).map_err(refused)?;
                    self.name(anchor, node, 1);
                }
                Event::MappingStart(anchor, _) | Event::SequenceStart(anchor, _) => {
                    if self.builder.wants_key() {
                        return Err(wrong(Why::Key));
                    }
                    let opened = match event {
                        Event::MappingStart(..) => self.builder.open_map(at),
                        _ => self.builder.open_list(at),
                    };
                    opened.map_err(refused)?;
                    self.open.push(anchor);
                }
                Event::MappingEnd | Event::SequenceEnd => {
                    let closed = self.builder.close().map_err(refused)?;
                    let anchor = self.open.pop().unwrap_or(0);
                    if let Some((node, weight)) = closed {
                        self.name(anchor, node, weight);
                    }
                }
                Event::Alias(anchor) => {
                    let known = self.anchors.get(anchor).copied().flatten();
                    let (node, weight) = known.ok_or_else(|| wrong(Why::Alias))?;
                    if self.builder.wants_key() {
                        let (Value::Text(word) | Value::Number(word)) = self.builder.arena().value(node)
                        else {
                            return Err(wrong(Why::Key));
                        };
                        self.builder.key(word, at);
                        continue;
                    }
                    self.builder.again(node, weight, at).map_err(refused)?;
                }
                Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
            }
        }
        Ok(())
    }

    fn name(&mut self, anchor: usize, node: NodeId, weight: u64) {
        if anchor == 0 {
            return;
        }
        if self.anchors.len() <= anchor {
            self.anchors.resize(anchor + 1, None);
        }
        self.anchors[anchor] = Some((node, weight));
    }

    /// What a text without quotes stands for.
    fn plain(&mut self, text: &str) -> Value {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
            "true" | "True" | "TRUE" => return Value::Bool(true),
            "false" | "False" | "FALSE" => return Value::Bool(false),
            _ => {}
        }
        let canonical = match text.as_bytes()[0] {
            b'0'..=b'9' | b'-' | b'+' | b'.' => numeral(text),
            _ => None,
        };
        match canonical {
            Some(canonical) => Value::Number(self.builder.intern(&canonical)),
            None => Value::Text(self.builder.intern(text)),
        }
    }

    fn grammar(&mut self, error: &ScanError) -> Error {
        let why = match error.info() {
            // The parser counts them in a byte.
            "recursion limit exceeded" => Why::Braces,
            said => Why::Grammar {
                said: said.to_owned(),
            },
        };
        Error {
            at: self.places.of(error.marker().index()),
            why,
        }
    }
}

/// The canonical spelling of what YAML's core schema takes for a number.
fn numeral(text: &str) -> Option<String> {
    let other = |digits: &str, radix| {
        let read = u128::from_str_radix(digits, radix).ok()?;
        number::canonical(&read.to_string())
    };
    if let Some(digits) = text.strip_prefix("0x") {
        return other(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return other(digits, 8);
    }
    match text {
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Some(".inf".to_owned()),
        "-.inf" | "-.Inf" | "-.INF" => Some("-.inf".to_owned()),
        ".nan" | ".NaN" | ".NAN" => Some(".nan".to_owned()),
        _ => number::canonical(text),
    }
}

/// From the parser's counts of characters to bytes. They only grow, so that each character is looked at once.
struct Places<'a> {
    text: &'a str,
    shift: usize,
    index: usize,
    at: usize,
    is_ascii: bool,
}

impl Places<'_> {
    fn byte(&mut self, span: &Span) -> u32 {
        self.of(span.start.index())
    }

    fn of(&mut self, index: usize) -> u32 {
        let at = if self.is_ascii {
            index
        } else {
            if index < self.index {
                (self.index, self.at) = (0, 0);
            }
            let ahead = self.text[self.at..].char_indices().nth(index - self.index);
            self.at = ahead.map_or(self.text.len(), |(at, _)| self.at + at);
            self.index = index;
            self.at
        };
        u32::try_from(at + self.shift).unwrap_or(u32::MAX)
    }
}
