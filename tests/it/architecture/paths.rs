//! The paths that code names: `crate::a::b`, `super::c`, `std::{fs, io::Read}`, one entry a leaf.

/// A path that code names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The line, from 1.
    pub line: usize,
    /// The parts, as they are written.
    pub parts: Vec<String>,
}

/// Every path in code that begins with one of some names and has at least two parts.
pub fn named(code: &str, roots: &[&str]) -> Vec<Named> {
    let mut found = Vec::new();
    let mut reader = Reader { code, at: 0 };
    while reader.at < code.len() {
        let start = reader.at;
        match reader.word() {
            Some(word) if roots.contains(&word) && reader.eats("::") => {
                reader.tree(&[word.to_owned()], &mut found);
            }
            // `a::crate_name::b`: what follows `::` is no root.
            Some(_) => while reader.eats("::") && reader.word().is_some() {},
            None => reader.at = start + code[start..].chars().next().map_or(1, char::len_utf8),
        }
    }
    found
}

struct Reader<'a> {
    code: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    /// The word here, if one begins here.
    fn word(&mut self) -> Option<&'a str> {
        let rest = &self.code[self.at..];
        let len = rest
            .find(|symbol: char| !symbol.is_alphanumeric() && symbol != '_')
            .unwrap_or(rest.len());
        self.at += len;
        (len > 0).then(|| &rest[..len])
    }

    fn spaces(&mut self) {
        let rest = &self.code[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Whether a mark stands here, behind spaces; moves behind it.
    fn eats(&mut self, mark: &str) -> bool {
        let before = self.at;
        self.spaces();
        let here = self.code[self.at..].starts_with(mark);
        self.at = if here { self.at + mark.len() } else { before };
        here
    }

    /// Reads what stands behind `prefix::`.
    fn tree(&mut self, prefix: &[String], found: &mut Vec<Named>) {
        let line = super::source::line_of(self.code, self.at);
        if self.eats("{") {
            while !self.eats("}") && self.at < self.code.len() {
                let before = self.at;
                self.tree(prefix, found);
                self.eats(",");
                if self.at == before {
                    return;
                }
            }
            return;
        }
        if self.eats("*") {
            found.push(Named {
                line,
                parts: [prefix, &["*".to_owned()]].concat(),
            });
            return;
        }
        self.spaces();
        let line = super::source::line_of(self.code, self.at);
        let Some(word) = self.word() else {
            // A turbofish: what was read so far is the path.
            found.push(Named {
                line,
                parts: prefix.to_vec(),
            });
            return;
        };
        let parts = if word == "self" {
            prefix.to_vec()
        } else {
            [prefix, &[word.to_owned()]].concat()
        };
        if self.eats("::") {
            self.tree(&parts, found);
        } else {
            found.push(Named { line, parts });
            if self.eats("as ") {
                self.spaces();
                self.word();
            }
        }
    }
}

#[track_caller]
fn check(code: &str, expect: &[(usize, &str)]) {
    let found: Vec<(usize, String)> = named(code, &["crate", "super", "std"])
        .into_iter()
        .map(|named| (named.line, named.parts.join("::")))
        .collect();
    let expect: Vec<(usize, String)> = expect
        .iter()
        .map(|(line, path)| (*line, (*path).to_owned()))
        .collect();
    assert_eq!(found, expect, "{code}");
}

#[test]
fn every_leaf_is_a_path() {
    check("use crate::a::b;", &[(1, "crate::a::b")]);
    check(
        "use std::{\n  fs,\n  io::{self, Read as R, *},\n};\nuse crate::c;",
        &[
            (2, "std::fs"),
            (3, "std::io"),
            (3, "std::io::Read"),
            (3, "std::io::*"),
            (5, "crate::c"),
        ],
    );
    check("super::super::x::y()", &[(1, "super::super::x::y")]);
    check(
        "fn f(a: crate::m::T, b: std::fs::File) {}",
        &[(1, "crate::m::T"), (1, "std::fs::File")],
    );
    check("x.collect::<crate::m::T>()", &[(1, "crate::m::T")]);
    check("crate::m::f::<u8>()", &[(1, "crate::m::f")]);
}

#[test]
fn names_that_only_look_alike_are_left_out() {
    check("my_crate::a; other::std::b; crate_::x; pub(crate) fn f() {}", &[]);
}
