//! Where each value of a JSON text stands: a tree of byte ranges beside the parsed values.
//!
//! It serves three ends: messages that name line and column of a value, the refusal of duplicate keys, and
//! writing a changed document back with the untouched numbers and strings exactly as they were spelled.

use std::collections::HashSet;
use std::ops::Range;

/// A value's place.
#[derive(Debug)]
pub(super) struct Node {
    /// Its bytes.
    pub(super) span: Range<usize>,
    /// What is in it.
    pub(super) kind: Kind,
}

/// What is in a value.
#[derive(Debug)]
pub(super) enum Kind {
    /// A string, number, boolean or null.
    Scalar,
    /// Its elements.
    Array(Vec<Node>),
    /// Its members, in order.
    Object(Vec<Member>),
}

/// A key and its value.
#[derive(Debug)]
pub(super) struct Member {
    /// The key without quotes and escapes.
    pub(super) key: String,
    /// The key's bytes with its quotes.
    pub(super) key_span: Range<usize>,
    /// The value.
    pub(super) node: Node,
}

impl Node {
    /// A text of which nothing is known.
    pub(super) fn unknown(bytes: usize) -> Self {
        Self {
            span: 0..bytes,
            kind: Kind::Scalar,
        }
    }

    /// The value at a path of keys and array indexes.
    pub(super) fn find<S: AsRef<str>>(&self, path: &[S]) -> Option<&Self> {
        path.iter().try_fold(self, |node, step| match &node.kind {
            Kind::Scalar => None,
            Kind::Array(elements) => elements.get(step.as_ref().parse::<usize>().ok()?),
            Kind::Object(_) => node.member(step.as_ref()).map(|member| &member.node),
        })
    }

    /// The member with a key.
    pub(super) fn member(&self, key: &str) -> Option<&Member> {
        match &self.kind {
            Kind::Object(members) => members.iter().find(|member| member.key == key),
            Kind::Scalar | Kind::Array(_) => None,
        }
    }
}

/// Why a text has no tree.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ScanError {
    /// A key stands twice in an object; this is the place of the second.
    Duplicate {
        /// The key.
        key: String,
        /// Its offset in bytes.
        at: usize,
    },
    /// The text is not JSON at this offset. A caller who has parsed the text before does not see this.
    Syntax {
        /// The offset in bytes.
        at: usize,
    },
}

/// How deep values may lie in one another: the limit of the parser that runs first.
const MAX_DEPTH: usize = 128;

/// Makes the tree of a text that is known to be JSON.
pub(super) fn scan(text: &str) -> Result<Node, ScanError> {
    let mut scanner = Scanner {
        text,
        at: 0,
        depth: 0,
    };
    scanner.space();
    scanner.value()
}

/// With more members than this the keys of an object are looked up, not compared.
const FEW: usize = 16;

/// The keys of an object that is being read.
#[derive(Default)]
struct Keys {
    many: HashSet<String>,
}

impl Keys {
    /// Whether a key stands among the members.
    fn has(&mut self, members: &[Member], key: &str) -> bool {
        if members.len() < FEW {
            return members.iter().any(|member| member.key == key);
        }
        let known = self.many.len();
        self.many
            .extend(members.iter().skip(known).map(|member| member.key.clone()));
        self.many.contains(key)
    }
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn syntax<T>(&self) -> Result<T, ScanError> {
        Err(ScanError::Syntax { at: self.at })
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self) -> Result<Node, ScanError> {
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::array)?,
            Some(b'"') => {
                self.string()?;
                Kind::Scalar
            }
            Some(_) => {
                while self
                    .peek()
                    .is_some_and(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
                {
                    self.at += 1;
                }
                if self.at == start {
                    return self.syntax();
                }
                Kind::Scalar
            }
            None => return self.syntax(),
        };
        Ok(Node {
            span: start..self.at,
            kind,
        })
    }

    fn nested(&mut self, inner: fn(&mut Self) -> Result<Kind, ScanError>) -> Result<Kind, ScanError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.syntax();
        }
        self.at += 1;
        let kind = inner(self)?;
        self.depth -= 1;
        Ok(kind)
    }

    fn object(&mut self) -> Result<Kind, ScanError> {
        let mut members: Vec<Member> = Vec::new();
        let mut keys = Keys::default();
        self.space();
        if self.eat(b'}') {
            return Ok(Kind::Object(members));
        }
        loop {
            self.space();
            let start = self.at;
            let key_span = self.string()?;
            let key = self.unquoted(&key_span)?;
            if keys.has(&members, &key) {
                return Err(ScanError::Duplicate { key, at: start });
            }
            self.space();
            if !self.eat(b':') {
                return self.syntax();
            }
            self.space();
            let node = self.value()?;
            members.push(Member { key, key_span, node });
            self.space();
            if self.eat(b'}') {
                return Ok(Kind::Object(members));
            }
            if !self.eat(b',') {
                return self.syntax();
            }
        }
    }

    /// A string without its quotes and escapes.
    fn unquoted(&self, span: &Range<usize>) -> Result<String, ScanError> {
        let spelled = &self.text[span.clone()];
        match spelled.get(1..spelled.len() - 1) {
            Some(plain) if !plain.contains('\\') => Ok(plain.to_owned()),
            _ => serde_json::from_str(spelled).map_err(|_| ScanError::Syntax { at: span.start }),
        }
    }

    fn array(&mut self) -> Result<Kind, ScanError> {
        let mut elements = Vec::new();
        self.space();
        if self.eat(b']') {
            return Ok(Kind::Array(elements));
        }
        loop {
            self.space();
            elements.push(self.value()?);
            self.space();
            if self.eat(b']') {
                return Ok(Kind::Array(elements));
            }
            if !self.eat(b',') {
                return self.syntax();
            }
        }
    }

    fn string(&mut self) -> Result<Range<usize>, ScanError> {
        let start = self.at;
        if !self.eat(b'"') {
            return self.syntax();
        }
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(start..self.at);
                }
                Some(b'\\') => self.at += 2,
                Some(_) => self.at += 1,
                None => return self.syntax(),
            }
        }
    }
}
