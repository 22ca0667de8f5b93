//! A text that was read, and where in it something stands.

/// A text and where its lines begin.
#[derive(Debug)]
pub struct Source {
    /// How it is called in findings: a path as the user wrote it, or `REV:PATH`.
    pub name: String,
    text: String,
    lines: Vec<u32>,
}

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
        Self {
            name: name.into(),
            text,
            lines,
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where a byte stands.
    pub fn position(&self, at: u32) -> Position {
        let line = self.lines.partition_point(|begin| *begin <= at).max(1);
        let begin = self.lines[line - 1] as usize;
        let before = self.text.get(begin..at as usize).unwrap_or("");
        let before = if begin == 0 {
            before.trim_start_matches('\u{feff}')
        } else {
            before
        };
        Position {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX),
        }
    }

    /// How many lines there are; behind the last line break there is none.
    pub fn count(&self) -> u32 {
        let empty = usize::from(self.text.ends_with('\n'));
        u32::try_from(self.lines.len() - empty).unwrap_or(u32::MAX)
    }

    /// A line, counted from 1, without its end; empty beyond the last.
    pub fn line(&self, number: u32) -> &str {
        let begin = |index: usize| self.lines.get(index).map(|at| *at as usize);
        let Some(first) = (number as usize).checked_sub(1).and_then(begin) else {
            return "";
        };
        // The end is known: looking for it in a document of one line would be to read all of it.
        let end = begin(number as usize).unwrap_or(self.text.len());
        let line = self.text.get(first..end).unwrap_or("");
        let line = line.strip_suffix('\n').unwrap_or(line);
        line.strip_suffix('\r').unwrap_or(line)
    }
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
}
