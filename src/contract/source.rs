//! A text that was read, and where in it something stands.

/// A text and where its lines begin.
#[derive(Debug)]
pub struct Source {
    /// How it is called in findings: a path as the user wrote it, or `REV:PATH`.
    pub name: String,
    text: String,
    lines: Vec<u32>,
    /// How many characters begin before each block of [`BLOCK`] bytes: a document may be one line of megabytes.
    before: Vec<u32>,
}

/// Bytes whose characters are counted anew for a position.
const BLOCK: usize = 4_096;

/// Where something stands, both counted from 1; columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

impl Source {
    /// A text of at most 4 GiB; more is cut when positions are asked for.
    pub fn new(name: impl Into<String>, text: String) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0)
            .chain(breaks.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)))
            .collect();
        let mut before = vec![0];
        let mut sum = 0;
        for block in text.as_bytes().chunks(BLOCK) {
            sum += begun(block);
            before.push(sum);
        }
        Self {
            name: name.into(),
            text,
            lines,
            before,
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where a byte stands.
    pub fn position(&self, at: u32) -> Position {
        let line = self.lines.partition_point(|begin| *begin <= at).max(1);
        let begin = self.begin(line - 1).unwrap_or_default();
        let column = self
            .characters(at as usize)
            .saturating_sub(self.characters(begin))
            + 1;
        Position {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column,
        }
    }

    /// The byte of a place in its line.
    pub fn offset(&self, at: Position) -> usize {
        let begin = (at.line as usize)
            .checked_sub(1)
            .and_then(|line| self.begin(line));
        let begin = begin.unwrap_or(self.text.len());
        let before = self.characters(begin) + at.column.saturating_sub(1);
        let block = self.before.partition_point(|count| *count <= before).max(1) - 1;
        let mut missing = before - self.before[block];
        let mut byte = block * BLOCK;
        for (here, value) in self.text.bytes().enumerate().skip(byte) {
            byte = here;
            if begins(value) {
                if missing == 0 {
                    return here.saturating_sub(begin);
                }
                missing -= 1;
            }
        }
        (byte + 1).min(self.text.len()).saturating_sub(begin)
    }

    /// The byte at which a line begins, behind a mark of the encoding.
    fn begin(&self, line: usize) -> Option<usize> {
        let begin = *self.lines.get(line)? as usize;
        let marked = begin == 0 && self.text.starts_with('\u{feff}');
        Some(if marked { '\u{feff}'.len_utf8() } else { begin })
    }

    /// How many characters begin before a byte.
    fn characters(&self, at: usize) -> u32 {
        let at = at.min(self.text.len());
        let block = at / BLOCK;
        let rest = self.text.as_bytes().get(block * BLOCK..at).unwrap_or(&[]);
        self.before.get(block).copied().unwrap_or_default() + begun(rest)
    }

    /// How many lines there are; behind the last line break there is none.
    pub fn count(&self) -> u32 {
        let empty = usize::from(self.text.ends_with('\n'));
        u32::try_from(self.lines.len() - empty).unwrap_or(u32::MAX)
    }

    /// A line, counted from 1, without its end; empty beyond the last.
    pub fn line(&self, number: u32) -> &str {
        let index = (number as usize).checked_sub(1);
        let Some(first) = index.and_then(|index| self.begin(index)) else {
            return "";
        };
        // The end is known: looking for it in a document of one line would be to read all of it.
        let end = self.begin(number as usize).unwrap_or(self.text.len());
        let line = self.text.get(first..end).unwrap_or("");
        let line = line.strip_suffix('\n').unwrap_or(line);
        line.strip_suffix('\r').unwrap_or(line)
    }
}

/// The characters that begin in some bytes of a text.
fn begun(bytes: &[u8]) -> u32 {
    let count = bytes.iter().filter(|byte| begins(**byte)).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Whether a byte of UTF-8 is the first of its character.
fn begins(byte: u8) -> bool {
    byte & 0xc0 != 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_and_in_characters() {
        let source = Source::new("a", "\u{feff}ab\néx\r\n\nz".to_owned());
        let at = |needle: &str| {
            let at = source.text().find(needle).unwrap();
            let Position { line, column } = source.position(u32::try_from(at).unwrap());
            (line, column)
        };
        assert_eq!((at("a"), at("b")), ((1, 1), (1, 2)));
        assert_eq!((at("é"), at("x")), ((2, 1), (2, 2)));
        assert_eq!(at("z"), (4, 1));
        assert_eq!(
            (source.line(2), source.line(3), source.line(4), source.line(5)),
            ("éx", "", "z", "")
        );
        assert_eq!(source.position(999).line, 4);
    }

    #[test]
    fn places_in_long_lines_are_found_both_ways() {
        for text in [
            format!("a\n{}x{}\n", "é€".repeat(3 * BLOCK), "z".repeat(BLOCK)),
            "y".repeat(2 * BLOCK),
            format!("\u{feff}{}{}", "ü".repeat(BLOCK), "x".repeat(BLOCK)),
        ] {
            let begins: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            let source = Source::new("a", text.clone());
            for at in begins.iter().copied().step_by(97).chain(begins.last().copied()) {
                let before = &text[..at];
                let line = before.rfind('\n').map_or(0, |at| at + 1);
                let column = text[line..at].trim_start_matches('\u{feff}').chars().count() + 1;
                let place = source.position(u32::try_from(at).unwrap());
                assert_eq!(
                    (place.line as usize, place.column as usize),
                    (before.matches('\n').count() + 1, column)
                );
                let here = source.line(place.line).get(source.offset(place)..).unwrap();
                let rest = text[at..]
                    .trim_start_matches('\u{feff}')
                    .split('\n')
                    .next()
                    .unwrap();
                assert!(here == rest, "{at}");
            }
        }
    }
}
