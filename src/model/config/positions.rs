//! Where every key and value of a JSON text stands.
//!
//! serde says where a text stops being JSON, but not where a key or value of valid JSON stood, and of two equal
//! keys it keeps the last. So the text is walked once more, after `serde_json` has found it to be valid (which
//! also bounds its depth).

use std::collections::BTreeMap;

use super::json_path::{JsonPath, Step};

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

impl Position {
    /// The beginning of a text.
    pub const START: Self = Self { line: 1, column: 1 };
}

/// Deeper places are reported as the place that holds them: no setting is this deep, and the memory for a file
/// of nothing but brackets stays small.
const MAX_DEPTH: usize = 12;

/// The most equal keys that are told of.
const MAX_DUPLICATES: usize = 100;

/// A key that an object has twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// The key's place.
    pub json_path: JsonPath,
    /// Where the key stood before.
    pub first: Position,
    /// Where it stands again.
    pub second: Position,
}

/// Where every key and value of a JSON text stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Positions {
    places: BTreeMap<JsonPath, Place>,
    /// Keys that an object has twice, in the order of the text.
    pub duplicates: Vec<Duplicate>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    /// Of the key, or of the value itself for an item of an array.
    key: Position,
    value: Position,
}

impl Positions {
    /// Walks a text that is known to be JSON.
    pub fn of(text: &str) -> Self {
        let mut walk = Walk {
            bytes: text.as_bytes(),
            at: 0,
            here: Position::START,
            path: JsonPath::default(),
            depth: 0,
            found: Self::default(),
        };
        walk.blank();
        let top = walk.here;
        walk.found
            .places
            .insert(JsonPath::default(), Place { key: top, value: top });
        walk.value();
        walk.found
    }

    /// Whether the text has this place.
    pub fn has(&self, path: &JsonPath) -> bool {
        self.places.contains_key(path)
    }

    /// Where the value stands; where the nearest one around it stands if the text does not have it.
    pub fn value(&self, path: &JsonPath) -> Position {
        self.nearest(path).value
    }

    /// Where the key stands, as [`Self::value`].
    pub fn key(&self, path: &JsonPath) -> Position {
        self.nearest(path).key
    }

    /// Every place with the position of its key.
    pub fn keys(&self) -> impl Iterator<Item = (&JsonPath, Position)> {
        self.places.iter().map(|(path, place)| (path, place.key))
    }

    fn nearest(&self, path: &JsonPath) -> Place {
        let mut path = path.clone();
        loop {
            if let Some(place) = self.places.get(&path) {
                return *place;
            }
            match path.parent() {
                Some(parent) => path = parent,
                None => {
                    return Place {
                        key: Position::START,
                        value: Position::START,
                    };
                }
            }
        }
    }
}

struct Walk<'t> {
    bytes: &'t [u8],
    at: usize,
    here: Position,
    path: JsonPath,
    depth: usize,
    found: Positions,
}

impl Walk<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// One byte on. Columns are characters, so the later bytes of one do not count.
    fn step(&mut self) {
        let Some(byte) = self.peek() else { return };
        self.at += 1;
        if byte == b'\n' {
            self.here.line += 1;
            self.here.column = 1;
        } else if self.peek().is_none_or(|next| next & 0xC0 != 0x80) {
            self.here.column += 1;
        }
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.step();
        }
    }

    fn value(&mut self) {
        match self.peek() {
            Some(b'{') => self.object(),
            Some(b'[') => self.array(),
            Some(b'"') => {
                self.string();
            }
            _ => {
                while matches!(self.peek(), Some(c) if c.is_ascii_alphanumeric() || b"+-.".contains(&c)) {
                    self.step();
                }
            }
        }
    }

    /// Steps over a string and gives it with its escapes resolved.
    fn string(&mut self) -> String {
        let start = self.at;
        self.step();
        while let Some(byte) = self.peek() {
            self.step();
            match byte {
                b'\\' => self.step(),
                b'"' => break,
                _ => {}
            }
        }
        let written = &self.bytes[start..self.at];
        serde_json::from_slice(written).unwrap_or_else(|_| String::from_utf8_lossy(written).into_owned())
    }

    fn inside(&mut self, step: Step, key: Position) {
        let value = self.here;
        self.path.push(step);
        self.depth += 1;
        if self.depth <= MAX_DEPTH {
            self.found.places.insert(self.path.clone(), Place { key, value });
        }
        self.value();
        self.depth -= 1;
        self.path.pop();
    }

    fn object(&mut self) {
        let mut seen: BTreeMap<String, Position> = BTreeMap::new();
        self.step();
        loop {
            self.blank();
            match self.peek() {
                Some(b'"') => {}
                Some(b',') => {
                    self.step();
                    continue;
                }
                _ => {
                    self.step();
                    return;
                }
            }
            let at = self.here;
            let key = self.string();
            self.blank();
            self.step();
            self.blank();
            match seen.get(&key) {
                Some(first) if self.found.duplicates.len() < MAX_DUPLICATES => {
                    self.found.duplicates.push(Duplicate {
                        json_path: self.path.key(&key),
                        first: *first,
                        second: at,
                    });
                }
                Some(_) => {}
                None => {
                    seen.insert(key.clone(), at);
                }
            }
            self.inside(Step::Key(key), at);
        }
    }

    fn array(&mut self) {
        let mut index = 0;
        self.step();
        loop {
            self.blank();
            match self.peek() {
                Some(b',') => self.step(),
                None | Some(b']') => {
                    self.step();
                    return;
                }
                Some(_) => {
                    let before = self.at;
                    self.inside(Step::Index(index), self.here);
                    index += 1;
                    if self.at == before {
                        // Not JSON after all: go on, never round in circles.
                        self.step();
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(line: usize, column: usize) -> Position {
        Position { line, column }
    }

    #[track_caller]
    fn check(text: &str, path: &JsonPath, key: (usize, usize), value: (usize, usize)) {
        let found = Positions::of(text);
        assert!(found.has(path), "{path}");
        assert_eq!(found.key(path), position(key.0, key.1), "key of {path}");
        assert_eq!(found.value(path), position(value.0, value.1), "value of {path}");
    }

    #[test]
    fn keys_and_values_are_found_where_they_stand() {
        let text = "{\n  \"a\": {\"b\": 1},\n  \"c\"\n  :\n    [true, {\"d\": \"x\"}]\r\n}\n";
        check(text, &JsonPath::default(), (1, 1), (1, 1));
        check(text, &JsonPath::of("a"), (2, 3), (2, 8));
        check(text, &JsonPath::of("a.b"), (2, 9), (2, 14));
        check(text, &JsonPath::of("c"), (3, 3), (5, 5));
        check(text, &JsonPath::of("c").index(0), (5, 6), (5, 6));
        check(text, &JsonPath::of("c").index(1).key("d"), (5, 13), (5, 18));
    }

    #[test]
    fn columns_are_characters_and_escapes_are_resolved() {
        check(
            "{\"äö\\\"}\": 1, \"\\u0062\": -1.5e+3}",
            &JsonPath::of("b"),
            (1, 14),
            (1, 24),
        );
    }

    #[test]
    fn a_place_that_is_not_there_is_where_it_would_be() {
        let found = Positions::of("{\"a\": {\"b\": 1}}");
        let missing = JsonPath::of("a.c.d");
        assert!(!found.has(&missing));
        assert_eq!(found.value(&missing), position(1, 7));
    }

    #[test]
    fn equal_keys_are_told_of_once_each_and_only_in_the_same_object() {
        let found = Positions::of("{\"a\": 1,\n \"b\": {\"a\": 2},\n \"a\": 3}");
        assert_eq!(
            found.duplicates,
            [Duplicate {
                json_path: JsonPath::of("a"),
                first: position(1, 2),
                second: position(3, 2),
            }]
        );
    }

    #[test]
    fn a_key_that_is_spelled_differently_but_equal_is_a_duplicate() {
        assert_eq!(Positions::of("{\"a\":1,\"\\u0061\":2}").duplicates.len(), 1);
    }

    #[test]
    fn what_is_no_json_ends_too() {
        for text in ["", "{", "[", "[:]", "{\"a", "[1,,}", "{\"a\":}", "\"\\", "[}"] {
            let _ = Positions::of(text);
        }
    }
}
