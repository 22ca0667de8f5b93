//! What stands in a document where something was found: a line, and on demand those around it.

use super::{Place, Report};
use crate::contract::load::World;
use crate::contract::source::{Position, Source};

/// Lines longer than this are shown around the place only.
const MAX_WHOLE: usize = 400;
/// What begins further to the right in a line that is longer than pages show is shown with what is around it.
const SEEN: (usize, usize) = (60, 100);
/// Bytes that are then shown, before the place and behind it.
const WINDOW: (usize, usize) = (28, 68);
/// Lines around the one of a place, on each side.
const AROUND: u32 = 3;
/// Characters that each of them shows.
const MAX_LINE: usize = 160;
/// Places that are quoted with the lines around them.
const MAX_QUOTED: usize = 10_000;

/// The lines around a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Around {
    /// The number of the first.
    pub first: u32,
    /// The lines, without the indentation that they have in common.
    pub lines: Vec<String>,
}

/// The line of a place, without what it is indented by; of a document that is one long line, what is near.
pub(super) fn excerpt(source: &Source, at: Position) -> String {
    let line = source.line(at.line);
    let plain = line.trim();
    if plain.len() <= SEEN.1 {
        return plain.to_owned();
    }
    let here = source.offset(at).min(line.len());
    let indent = line.len() - line.trim_start().len();
    if line.len() <= MAX_WHOLE && here.saturating_sub(indent) <= SEEN.0 {
        return plain.to_owned();
    }
    near(line, here)
}

/// A part of a line; what was cut is shown as dots.
fn near(line: &str, here: usize) -> String {
    let whole = |at: &usize| line.is_char_boundary(*at);
    let begin = (0..=here.saturating_sub(WINDOW.0)).rev().find(whole).unwrap_or(0);
    let end = (here + WINDOW.1..line.len()).find(whole).unwrap_or(line.len());
    let dots = |cut: bool| if cut { "…" } else { "" };
    format!(
        "{}{}{}",
        dots(begin > 0),
        line[begin..end].trim(),
        dots(end < line.len())
    )
}

impl Place {
    /// Adds the lines around.
    pub fn quote(&mut self, source: &Source) {
        let first = self.line.saturating_sub(AROUND).max(1);
        let last = self.line.saturating_add(AROUND).min(source.count());
        let lines: Vec<&str> = (first..=last).map(|number| source.line(number)).collect();
        let indented = |line: &&str| line.len() - line.trim_start_matches([' ', '\t']).len();
        let common = lines
            .iter()
            .filter(|line| !line.trim().is_empty())
            .map(indented)
            .min();
        let common = common.unwrap_or(0);
        let lines = (first..).zip(lines).map(|(number, line)| {
            if number == self.line && line.len() > MAX_WHOLE {
                return self.excerpt.clone();
            }
            // Blanks are of one byte, and a line of nothing else may have fewer.
            let line = line.get(common..).unwrap_or("").trim_end();
            match line.char_indices().nth(MAX_LINE) {
                Some((at, _)) => format!("{}…", &line[..at]),
                None => line.to_owned(),
            }
        });
        self.around = Some(Around {
            first,
            lines: lines.collect(),
        });
    }
}

impl Report {
    /// Adds the lines around each place, for the formats that show them; of very many, to the first.
    pub fn quote(&mut self, world: &World) {
        let suppressed = self
            .suppressed
            .iter_mut()
            .map(|suppressed| &mut suppressed.change);
        let told = self.changes.iter_mut().chain(suppressed);
        let places = told.flat_map(|told| [told.base.as_mut(), told.revision.as_mut()]);
        for place in places.flatten().take(MAX_QUOTED) {
            if let Some(source) = world.arena.source_named(&place.file) {
                place.quote(source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(line: u32) -> Place {
        super::super::samples::place("a", line, "")
    }

    #[test]
    fn lines_around_lose_what_they_are_all_indented_by() {
        let source = Source::new(
            "a",
            "one:\n  two:\n\n    three: 3\n  four: é\nfive: 5\n".to_owned(),
        );
        let check = |line: u32, first: u32, expect: &[&str]| {
            let mut place = place(line);
            place.quote(&source);
            let around = place.around.unwrap();
            assert_eq!(
                (around.first, around.lines),
                (first, expect.iter().map(ToString::to_string).collect())
            );
        };
        check(1, 1, &["one:", "  two:", "", "    three: 3"]);
        check(
            3,
            1,
            &["one:", "  two:", "", "    three: 3", "  four: é", "five: 5"],
        );
        check(5, 2, &["  two:", "", "    three: 3", "  four: é", "five: 5"]);
        let inner = Source::new("a", "    a: 1\n    b: 2\n".to_owned());
        let mut at = place(1);
        at.quote(&inner);
        assert_eq!(at.around.unwrap().lines, ["a: 1", "b: 2"]);
    }

    #[test]
    fn a_document_of_one_line_is_quoted_near_the_place() {
        let text = format!("{{{}\"x\": 1, {}}}", "é".repeat(500), "ü".repeat(500));
        let source = Source::new("a", text);
        let said = excerpt(&source, Position { line: 1, column: 502 });
        assert!(
            said.starts_with("…é") && said.ends_with("ü…") && said.contains("é\"x\": 1, ü"),
            "{said}"
        );
        assert!(said.len() < 120, "{said}");
        let beyond = excerpt(
            &source,
            Position {
                line: 1,
                column: 9_999,
            },
        );
        assert!(beyond.starts_with('…') && beyond.ends_with('}'), "{beyond}");
        assert_eq!(
            excerpt(
                &Source::new("a", "  b: 1 \n".to_owned()),
                Position { line: 1, column: 3 }
            ),
            "b: 1"
        );
    }

    #[test]
    fn what_lies_far_to_the_right_is_quoted_near_the_place() {
        let line = format!("  get: {{{}, here: 1}}", ["key: value"; 12].join(", "));
        let source = Source::new("a", line.clone());
        let said = |column| excerpt(&source, Position { line: 1, column });
        assert_eq!(said(3), line.trim());
        let far = said(u32::try_from(line.find("here").unwrap()).unwrap() + 1);
        assert!(far.starts_with('…') && far.ends_with("value, here: 1}"), "{far}");
        // A line that is shown whole stays whole.
        let short = Source::new("a", format!("{}a: 1", "x".repeat(80)));
        assert!(excerpt(&short, Position { line: 1, column: 81 }).starts_with('x'));
    }

    #[test]
    fn long_lines_around_are_cut() {
        let source = Source::new("a", format!("a: 1\nb: {}\n", "x".repeat(900)));
        let mut at = place(1);
        at.quote(&source);
        let lines = at.around.unwrap().lines;
        assert_eq!(
            (lines[0].as_str(), lines[1].chars().count()),
            ("a: 1", MAX_LINE + 1)
        );
    }
}
