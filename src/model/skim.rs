//! Passing over JSON text without making values of it: for who needs little of a large file.
//!
//! It is as strict as the parser of documents, and stricter: what is no JSON, a key that stands twice in its object, and
//! what is rare (exponents, halves of surrogate pairs, deep nesting) make it decline. It never says what is wrong.
//! Beside that it notices whether the text is laid out as sdd writes documents: then parts of it can be
//! written anew without looking at the rest.

use std::borrow::Cow;
use std::collections::HashSet;

/// How deep values may lie in one another.
const MAX_DEPTH: usize = 64;
/// With more members than this the keys of an object are looked up, not compared.
const FEW: usize = 24;
/// The longest number; what is longer may not fit into any type.
const MAX_NUMBER: usize = 40;
/// A line's end with the indentation of the next: two spaces a level.
const LINE: &[u8; 1 + 2 * MAX_DEPTH] = &{
    let mut line = [b' '; 1 + 2 * MAX_DEPTH];
    line[0] = b'\n';
    line
};

/// The beginning of [`LINE`].
const NEWLINE_AND_SPACES: u64 = u64::from_le_bytes(*b"\n       ");

/// A place in a JSON text. Every method that has an answer has passed what it was about; without one
/// nothing more is to be had from the text.
pub struct Skim<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    laid_out: bool,
    /// The keys of the objects that are being passed, those of inner ones last.
    keys: Vec<Cow<'a, str>>,
}

impl<'a> Skim<'a> {
    /// The beginning of a text.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            depth: 0,
            laid_out: true,
            keys: Vec::new(),
        }
    }

    /// The end of the text behind its one value: whether all of it is laid out as sdd writes documents.
    pub fn end(mut self) -> Option<bool> {
        let is_plain = self.bytes.get(self.at..) == Some(b"\n");
        self.space();
        (self.at == self.bytes.len()).then_some(is_plain && self.laid_out)
    }

    /// The offset in bytes.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// Passes a null; `false` when something else stands here.
    pub fn null(&mut self) -> bool {
        let found = self.bytes[self.at..].starts_with(b"null");
        self.at += if found { 4 } else { 0 };
        found
    }

    /// A boolean.
    pub fn boolean(&mut self) -> Option<bool> {
        let rest = &self.bytes[self.at..];
        let (truth, length) = if rest.starts_with(b"true") {
            (true, 4)
        } else if rest.starts_with(b"false") {
            (false, 5)
        } else {
            return None;
        };
        self.at += length;
        Some(truth)
    }

    /// A whole number from 0.
    pub fn count(&mut self) -> Option<u64> {
        let start = self.at;
        self.number()?;
        self.text[start..self.at].parse().ok()
    }

    /// A string without its quotes and escapes.
    pub fn string(&mut self) -> Option<Cow<'a, str>> {
        let start = self.at;
        if self.quoted()? {
            return serde_json::from_str(&self.text[start..self.at])
                .ok()
                .map(Cow::Owned);
        }
        Some(Cow::Borrowed(&self.text[start + 1..self.at - 1]))
    }

    /// An object: `member` is called for each key and has to pass its value.
    pub fn object(&mut self, mut member: impl FnMut(&mut Self, Cow<'a, str>) -> Option<()>) -> Option<()> {
        let mut known = Known {
            outer: self.keys.len(),
            bits: 0,
            many: HashSet::new(),
        };
        self.list(b'{', b'}', |skim| {
            let key = skim.string()?;
            skim.note(&mut known, key.clone())?;
            skim.colon()?;
            member(skim, key)
        })?;
        self.keys.truncate(known.outer);
        Some(())
    }

    /// An array: `element` is called at each element and has to pass it.
    pub fn array(&mut self, element: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.list(b'[', b']', element)
    }

    /// Any value.
    pub fn pass(&mut self) -> Option<()> {
        match self.peek()? {
            b'"' => self.quoted().map(drop),
            b'{' => self.object(|skim, _| skim.pass()),
            b'[' => self.array(Self::pass),
            b'n' => self.null().then_some(()),
            b't' | b'f' => self.boolean().map(drop),
            _ => self.number(),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found.then_some(())
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// The end of a line and the indentation of the next; any other space is as good, but for the layout.
    fn line(&mut self) {
        let indent = 2 * self.depth;
        let rest = &self.bytes[self.at..];
        // Most lines are not deep, and eight bytes are compared at once.
        let found = match rest.first_chunk() {
            Some(word) if indent < 7 => {
                let differs = u64::from_le_bytes(*word) ^ NEWLINE_AND_SPACES;
                differs.trailing_zeros() as usize / 8 > indent
            }
            _ => rest.starts_with(&LINE[..=indent]),
        };
        if found {
            self.at += 1 + indent;
        } else {
            self.laid_out = false;
        }
        if matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.laid_out = false;
            self.space();
        }
    }

    fn colon(&mut self) -> Option<()> {
        if self.bytes[self.at..].starts_with(b": ") {
            self.at += 2;
            if !matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
                return Some(());
            }
            self.laid_out = false;
        } else {
            self.laid_out = false;
            self.space();
            self.eat(b':')?;
        }
        self.space();
        Some(())
    }

    fn list(&mut self, open: u8, close: u8, mut one: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.eat(open)?;
        if self.eat(close).is_some() {
            return Some(());
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        self.line();
        if self.eat(close).is_some() {
            self.depth -= 1;
            self.laid_out = false;
            return Some(());
        }
        loop {
            one(self)?;
            if self.eat(b',').is_some() {
                self.line();
                continue;
            }
            self.depth -= 1;
            self.line();
            if self.eat(close).is_some() {
                return Some(());
            }
            // A comma behind a space.
            self.eat(b',')?;
            self.laid_out = false;
            self.depth += 1;
            self.space();
        }
    }

    /// Notes a key of an object; `None` when it stands there already.
    fn note(&mut self, known: &mut Known<'a>, key: Cow<'a, str>) -> Option<()> {
        let keys = &self.keys[known.outer..];
        if keys.len() < FEW {
            let bit = bit(key.as_bytes());
            if known.bits & bit != 0 && keys.contains(&key) {
                return None;
            }
            known.bits |= bit;
            self.keys.push(key);
            return Some(());
        }
        if known.many.is_empty() {
            known.many.extend(keys.iter().cloned());
        }
        known.many.insert(key).then_some(())
    }

    /// A string; whether there are escapes in it.
    fn quoted(&mut self) -> Option<bool> {
        self.eat(b'"')?;
        let mut escapes = false;
        loop {
            self.at = special(self.bytes, self.at);
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(escapes);
                }
                b'\\' => {
                    escapes = true;
                    self.escape()?;
                }
                _ => return None,
            }
        }
    }

    fn escape(&mut self) -> Option<()> {
        match self.bytes.get(self.at + 1)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 2,
            b'u' => {
                let digits = self.text.get(self.at + 2..self.at + 6)?;
                let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                let code = u32::from_str_radix(digits, 16).ok().filter(|_| is_hex)?;
                // Halves of pairs are left to others.
                char::from_u32(code)?;
                self.at += 6;
            }
            _ => return None,
        }
        Some(())
    }

    fn digits(&mut self) -> Option<usize> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(self.at - start)
    }

    fn number(&mut self) -> Option<()> {
        let start = self.at;
        let _sign = self.eat(b'-');
        let leads_with_zero = self.peek() == Some(b'0');
        if self.digits()? > 1 && leads_with_zero {
            return None;
        }
        if self.eat(b'.').is_some() {
            self.digits()?;
        }
        let is_over = !matches!(self.peek(), Some(b'e' | b'E'));
        (is_over && self.at - start <= MAX_NUMBER).then_some(())
    }
}

/// The keys of an object that is being passed.
struct Known<'a> {
    /// How many keys of outer objects stand before its own.
    outer: usize,
    /// The bits of its keys: what has another bit than all of them is another key.
    bits: u64,
    /// Its keys when there are many.
    many: HashSet<Cow<'a, str>>,
}

/// One of 64 bits for a key, by its length and its ends.
fn bit(key: &[u8]) -> u64 {
    let end = |byte: Option<&u8>| byte.copied().map_or(0, usize::from);
    let mixed = 7 * key.len() + 3 * end(key.first()) + 5 * end(key.last());
    1 << (mixed % 64)
}

/// The first byte from `at` on that does not just stand for itself in a string: its end, an escape, or what may not be in
/// one. Eight bytes are looked at together.
fn special(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    const fn zero(word: u64) -> u64 {
        word.wrapping_sub(ONES) & !word
    }
    while let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let word = u64::from_le_bytes(*word);
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let quote = zero(word ^ (ONES * 0x22));
        let escape = zero(word ^ (ONES * 0x5c));
        let found = (control | quote | escape) & HIGH;
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes
        .get(at)
        .is_some_and(|byte| *byte >= 0x20 && *byte != b'"' && *byte != b'\\')
    {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests;
