//! JSON into the arena: RFC 8259, strictly, with the place of each value.

use super::arena::{Arena, Builder, Limits, NodeId, Refusal, Value};
use super::number;

/// Why a text is no JSON.
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
    /// Something else had to stand there.
    #[error("expected {expected}, found {found}")]
    Unexpected {
        /// What may stand there.
        expected: &'static str,
        /// What does.
        found: String,
    },
    /// A text with something in it that JSON does not allow.
    #[error("{what} in a text")]
    Text {
        /// What.
        what: &'static str,
    },
    /// Something that looks like a number.
    #[error("`{literal}` is no number of JSON")]
    Number {
        /// It.
        literal: String,
    },
    /// It is too much.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// Reads the source that was taken in last, which has this text.
pub fn read(arena: &mut Arena, text: &str, limits: Limits) -> Result<NodeId, Error> {
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        at: if text.starts_with('\u{feff}') { 3 } else { 0 },
        builder: Builder::new(arena, limits),
        open: Vec::new(),
        unescaped: String::new(),
    };
    reader.document()?;
    let end = reader.at;
    reader.builder.finish().ok_or_else(|| Error {
        at: place(end),
        why: Why::Unexpected {
            expected: "a value",
            found: "nothing".to_owned(),
        },
    })
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    builder: Builder<'a>,
    /// The closing bracket of each list and map that is open.
    open: Vec<u8>,
    unescaped: String,
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    ValueOrEnd,
    KeyOrEnd,
    Key,
    CommaOrEnd,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<(), Error> {
        let mut next = Next::Value;
        loop {
            self.space();
            if next == Next::CommaOrEnd && self.open.is_empty() {
                return match self.bytes.get(self.at) {
                    None => Ok(()),
                    Some(_) => Err(self.unexpected("the end")),
                };
            }
            next = self.step(next)?;
        }
    }

    fn step(&mut self, next: Next) -> Result<Next, Error> {
        let Some(byte) = self.bytes.get(self.at).copied() else {
            return Err(self.unexpected(self.expected(next)));
        };
        let is_end = self.open.last() == Some(&byte);
        match next {
            Next::CommaOrEnd if byte == b',' => {
                self.at += 1;
                Ok(if self.open.last() == Some(&b'}') {
                    Next::Key
                } else {
                    Next::Value
                })
            }
            Next::CommaOrEnd | Next::ValueOrEnd | Next::KeyOrEnd if is_end => {
                self.at += 1;
                self.open.pop();
                self.builder.close().map_err(|refusal| self.refused(refusal))?;
                Ok(Next::CommaOrEnd)
            }
            Next::Key | Next::KeyOrEnd if byte == b'"' => {
                let at = self.at;
                let word = self.string()?;
                self.builder.key(word, place(at));
                self.space();
                if self.bytes.get(self.at) != Some(&b':') {
                    return Err(self.unexpected("`:`"));
                }
                self.at += 1;
                Ok(Next::Value)
            }
            Next::Value | Next::ValueOrEnd => self.value(byte),
            Next::CommaOrEnd | Next::Key | Next::KeyOrEnd => Err(self.unexpected(self.expected(next))),
        }
    }

    fn value(&mut self, byte: u8) -> Result<Next, Error> {
        let at = place(self.at);
        let value = match byte {
            b'{' | b'[' => {
                let (closing, opened) = if byte == b'{' {
                    (b'}', self.builder.open_map(at))
                } else {
                    (b']', self.builder.open_list(at))
                };
                opened.map_err(|refusal| self.refused(refusal))?;
                self.open.push(closing);
                self.at += 1;
                return Ok(if byte == b'{' {
                    Next::KeyOrEnd
                } else {
                    Next::ValueOrEnd
                });
            }
            b'"' => Value::Text(self.string()?),
            b'-' | b'0'..=b'9' => self.number()?,
            _ => {
                let rest = &self.bytes[self.at..];
                let found = [
                    ("true", Value::Bool(true)),
                    ("false", Value::Bool(false)),
                    ("null", Value::Null),
                ]
                .into_iter()
                .find(|(word, _)| rest.starts_with(word.as_bytes()));
                let Some((word, value)) = found else {
                    return Err(self.unexpected("a value"));
                };
                self.at += word.len();
                value
            }
        };
        self.builder
            .scalar(at, value)
            .map_err(|refusal| self.refused(refusal))?;
        Ok(Next::CommaOrEnd)
    }

    /// A text in quotes, from its first quote.
    fn string(&mut self) -> Result<super::arena::Word, Error> {
        let begin = self.at + 1;
        let length = end_of_plain(&self.bytes[begin..]);
        let mut at = begin + length;
        if self.bytes.get(at) == Some(&b'"') {
            self.at = at + 1;
            return Ok(self.builder.intern(&self.text[begin..at]));
        }
        let mut unescaped = std::mem::take(&mut self.unescaped);
        unescaped.clear();
        unescaped.push_str(&self.text[begin..at]);
        loop {
            match self.bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => at = self.escape(at, &mut unescaped)?,
                Some(_) => return Err(wrong(at, "a control character")),
                None => return Err(wrong(self.at, "no closing quote")),
            }
            let plain = end_of_plain(&self.bytes[at..]);
            unescaped.push_str(&self.text[at..at + plain]);
            at += plain;
        }
        self.at = at + 1;
        let word = self.builder.intern(&unescaped);
        self.unescaped = unescaped;
        Ok(word)
    }

    /// What a backslash stands for; where it ends comes back.
    fn escape(&self, at: usize, into: &mut String) -> Result<usize, Error> {
        let plain = match self.bytes.get(at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let unit = |at: usize| {
                    let digits = self.bytes.get(at..at + 4)?;
                    let digits = std::str::from_utf8(digits).ok()?;
                    let all = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                    all.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
                };
                let first = unit(at + 2).ok_or_else(|| wrong(at, "an escape without four digits"))?;
                let second = (self.bytes.get(at + 6..at + 8) == Some(b"\\u"))
                    .then(|| unit(at + 8))
                    .flatten();
                let pair = second.and_then(|second| {
                    let mut read = char::decode_utf16([first, second]);
                    read.next()
                        .and_then(Result::ok)
                        .filter(|read| u32::from(*read) > 0xffff)
                });
                if let Some(read) = pair {
                    into.push(read);
                    return Ok(at + 12);
                }
                // Half of a pair: JSON's grammar has it, text cannot.
                into.push(char::from_u32(u32::from(first)).unwrap_or(char::REPLACEMENT_CHARACTER));
                return Ok(at + 6);
            }
            _ => return Err(wrong(at, "an unknown escape")),
        };
        into.push(plain);
        Ok(at + 2)
    }

    fn number(&mut self) -> Result<Value, Error> {
        let rest = &self.bytes[self.at..];
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let length = rest.iter().take_while(|byte| is_part(byte)).count();
        let literal = &self.text[self.at..self.at + length];
        let Some(canonical) = is_json(literal).then(|| number::canonical(literal)).flatten() else {
            return Err(Error {
                at: place(self.at),
                why: Why::Number {
                    literal: literal.chars().take(40).collect(),
                },
            });
        };
        self.at += length;
        Ok(Value::Number(self.builder.intern(&canonical)))
    }

    fn space(&mut self) {
        let rest = self.bytes[self.at..].iter();
        self.at += rest
            .take_while(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t'))
            .count();
    }

    fn expected(&self, next: Next) -> &'static str {
        match (next, self.open.last()) {
            (Next::Value, _) => "a value",
            (Next::ValueOrEnd, _) => "a value or `]`",
            (Next::Key, _) => "a key in quotes",
            (Next::KeyOrEnd, _) => "a key in quotes or `}`",
            (Next::CommaOrEnd, Some(b'}')) => "`,` or `}`",
            (Next::CommaOrEnd, _) => "`,` or `]`",
        }
    }

    fn unexpected(&self, expected: &'static str) -> Error {
        let found = match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(found) => format!("`{}`", found.escape_debug()),
            None => "the end".to_owned(),
        };
        Error {
            at: place(self.at),
            why: Why::Unexpected { expected, found },
        }
    }

    fn refused(&self, refusal: Refusal) -> Error {
        Error {
            at: place(self.at),
            why: refusal.into(),
        }
    }
}

/// How many bytes of a text stand for themselves.
fn end_of_plain(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))
        .unwrap_or(bytes.len())
}

/// Whether a literal is in JSON's grammar, which is narrower than what can be counted with.
fn is_json(literal: &str) -> bool {
    let rest = literal.strip_prefix('-').unwrap_or(literal);
    let (mantissa, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent)))
}

fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn wrong(at: usize, what: &'static str) -> Error {
    Error {
        at: place(at),
        why: Why::Text { what },
    }
}
