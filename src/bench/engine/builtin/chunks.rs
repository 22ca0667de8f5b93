//! Where a body in chunks ends.

use super::answer::NoAnswer;

/// How far a body in chunks was read.
#[derive(Debug)]
pub struct Chunks {
    at: At,
}

#[derive(Debug)]
enum At {
    /// In the size of a chunk, of which so much was read.
    Size { size: u64, digits: u8 },
    /// Behind the size, before the end of its line.
    Extension { size: u64 },
    /// In a chunk of which so many bytes are left.
    Data { left: u64 },
    /// Behind a chunk, before the end of the line.
    Behind,
    /// In the lines after the last chunk: whether this one is empty so far.
    Trailer { empty: bool },
}

impl Chunks {
    /// At the begin of a body.
    pub fn new() -> Self {
        Self {
            at: At::Size { size: 0, digits: 0 },
        }
    }

    /// Reads on: how many of the bytes belong to the body when it ends here.
    pub fn pass(&mut self, bytes: &[u8]) -> Result<Option<usize>, NoAnswer> {
        let mut here = 0;
        while let Some(&byte) = bytes.get(here) {
            self.at = match self.at {
                At::Data { left } => {
                    let take = usize::try_from(left)
                        .unwrap_or(usize::MAX)
                        .min(bytes.len() - here);
                    here += take;
                    match left - take as u64 {
                        0 => At::Behind,
                        left => At::Data { left },
                    }
                }
                ref other => {
                    here += 1;
                    match other.after(byte)? {
                        Some(at) => at,
                        None => return Ok(Some(here)),
                    }
                }
            };
        }
        Ok(None)
    }
}

impl At {
    /// What follows a byte outside of a chunk's data; `None` at the end of the body.
    fn after(&self, byte: u8) -> Result<Option<Self>, NoAnswer> {
        let next = match (self, byte) {
            (At::Size { size, digits }, b'\r' | b'\n' | b';' | b' ' | b'\t') => {
                if *digits == 0 {
                    return Err(NoAnswer);
                }
                if byte == b'\n' {
                    Self::first_of(*size)
                } else {
                    At::Extension { size: *size }
                }
            }
            (At::Size { size, digits }, _) => {
                let digit = char::from(byte).to_digit(16).ok_or(NoAnswer)?;
                // More digits than fit into the number.
                if *digits >= 16 {
                    return Err(NoAnswer);
                }
                At::Size {
                    size: size << 4 | u64::from(digit),
                    digits: digits + 1,
                }
            }
            (At::Extension { size }, b'\n') => Self::first_of(*size),
            (At::Extension { size }, _) => At::Extension { size: *size },
            (At::Behind, b'\r') => At::Behind,
            (At::Behind, b'\n') => At::Size { size: 0, digits: 0 },
            (At::Behind | At::Data { .. }, _) => return Err(NoAnswer),
            (At::Trailer { empty: true }, b'\n') => return Ok(None),
            (At::Trailer { empty }, b'\r') => At::Trailer { empty: *empty },
            (At::Trailer { .. }, byte) => At::Trailer { empty: byte == b'\n' },
        };
        Ok(Some(next))
    }

    /// The place behind the line that says a chunk's size.
    fn first_of(size: u64) -> Self {
        if size == 0 {
            At::Trailer { empty: true }
        } else {
            At::Data { left: size }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Result<Option<usize>, NoAnswer>) {
        assert_eq!(Chunks::new().pass(text.as_bytes()), expect, "{text:?}");
        // A byte at a time.
        let mut chunks = Chunks::new();
        let mut read = Ok(None);
        for (at, byte) in text.as_bytes().iter().enumerate() {
            read = chunks.pass(&[*byte]).map(|end| end.map(|_| at + 1));
            if read != Ok(None) {
                break;
            }
        }
        assert_eq!(read, expect, "{text:?} a byte at a time");
    }

    #[test]
    fn a_body_ends_behind_the_empty_line() {
        check("0\r\n\r\n", Ok(Some(5)));
        check("3\r\nabc\r\n0\r\n\r\nHTTP", Ok(Some(13)));
        check("A;x=\"y\"\r\n0123456789\r\n00\r\nx: y\r\n\r\n", Ok(Some(33)));
        check("1\na\n0\n\n", Ok(Some(7)));
        check("3\r\nab", Ok(None));
        check("0\r\n", Ok(None));
        check("0\r\nx: y\r\n", Ok(None));
    }

    #[test]
    fn what_is_no_chunk_is_told() {
        for text in ["\r\n", "x", "3\r\nabcd", "11111111111111111\r\n", "-1\r\n"] {
            check(text, Err(NoAnswer));
        }
    }
}
