//! For people at a terminal: errors and warnings in full, the rest as counts.
//!
//! What many entries have in common is said once, over all of them; one that stands alone has it at its end.

use std::collections::BTreeMap;

use super::Place;
use super::page::{Entry, Group, Page, Section, Subject, groups};
use crate::contract::rules::Level;
use crate::model::format::inert;
use crate::model::text::{one_line, shorten};

/// Operations that are named of one entry.
const MAX_CALLS: usize = 4;
/// The longest line that is quoted, in characters.
const MAX_EXCERPT: usize = 100;
/// Entries of one rule that are shown unless everything is.
const MAX_OF_RULE: usize = 25;

/// How much is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// The decision.
    Little,
    /// What is wrong or may be, and counts of the rest.
    Usual,
    /// Everything.
    All,
}

/// How words are coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// The word of a level, by how bad it is.
    Level(Level),
    /// What an entry is about.
    Strong,
    /// What stands in the background: quoted lines.
    Faint,
}

/// The page; `paint` colours words.
pub fn human(page: &Page, amount: Amount, paint: &dyn Fn(Tone, &str) -> String) -> String {
    let mut text = Text {
        out: String::new(),
        subject: Subject::Changes,
        amount,
        paint,
    };
    if amount != Amount::Little {
        for section in &page.sections {
            if page.titled() {
                text.title(section);
            }
            text.section(section);
        }
    }
    for part in &page.parts {
        text.line("", &one_line(part));
    }
    text.out.push_str(&page.decision);
    text.out.push('\n');
    inert::text(&text.out)
}

struct Text<'a> {
    out: String,
    /// What the entries of the section are.
    subject: Subject,
    amount: Amount,
    paint: &'a dyn Fn(Tone, &str) -> String,
}

impl Text<'_> {
    fn line(&mut self, indent: &str, line: &str) {
        self.out.push_str(indent);
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn title(&mut self, section: &Section) {
        let title = (self.paint)(Tone::Strong, &one_line(&section.title));
        let nothing = section.entries.is_empty() && section.gaps.is_empty();
        let said = if nothing {
            format!("{title}: {}", section.subject.nothing())
        } else {
            title
        };
        self.line("", &said);
        self.out.push('\n');
    }

    fn section(&mut self, section: &Section) {
        self.subject = section.subject;
        for gap in &section.gaps {
            let word = (self.paint)(Tone::Level(Level::Error), "no answer");
            self.line("", &format!("{word}  {}\n", one_line(gap)));
        }
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for group in groups(section.counting()) {
            if self.amount == Amount::Usual && group.first.level == Level::Info {
                *counts.entry(group.first.rule).or_default() += group.entries.len();
            } else {
                self.group(&group);
            }
        }
        if !counts.is_empty() {
            let harmless = section.subject.harmless();
            self.line("", &format!("{harmless}; --verbose shows them"));
            for (rule, count) in counts {
                self.line("", &format!("  {count:>5}  {}", one_line(rule)));
            }
            self.out.push('\n');
        }
        self.suppressed(section);
    }

    fn group(&mut self, group: &Group) {
        let first = group.first;
        let level = (self.paint)(Tone::Level(first.level), first.level.as_str());
        let rule = (self.paint)(Tone::Strong, &one_line(first.rule));
        if let [only] = group.entries.as_slice() {
            self.line("", &format!("{level}  {rule}"));
            self.entry("  ", "  ", only);
            self.sentences(first);
        } else {
            self.line("", &format!("{level}  {rule}, {} times", group.entries.len()));
            self.sentences(first);
            let most = match self.amount {
                Amount::All => usize::MAX,
                Amount::Usual | Amount::Little => MAX_OF_RULE,
            };
            for entry in group.entries.iter().take(most) {
                self.entry("  - ", "    ", entry);
            }
            let more = group.entries.len().saturating_sub(most);
            if more > 0 {
                self.line("  - ", &format!("and {more} more; --verbose shows them"));
            }
        }
        self.out.push('\n');
    }

    fn sentences(&mut self, entry: &Entry) {
        self.line("  ", &one_line(entry.why));
        if entry.level != Level::Info {
            self.line("  ", &one_line(entry.safe));
        }
    }

    fn entry(&mut self, begin: &str, indent: &str, entry: &Entry) {
        self.line(begin, &one_line(entry.message));
        if let Some(calls) = entry.called(MAX_CALLS) {
            self.line(indent, &format!("in {calls}"));
        }
        let sides = match (entry.base, entry.revision) {
            (None, Some(only)) if self.subject == Subject::Findings => vec![("at", only)],
            (base, revision) => {
                let base = base.map(|place| ("base    ", place));
                base.into_iter()
                    .chain(revision.map(|place| ("revision", place)))
                    .collect()
            }
        };
        for (name, place) in sides {
            let quoted = self.quoted(place);
            self.line(indent, &format!("{name}  {quoted}"));
        }
        if let Some(note) = entry.note() {
            self.line(indent, &format!("({})", one_line(note)));
        }
    }

    fn quoted(&self, place: &Place) -> String {
        let excerpt = shorten(&one_line(&place.excerpt), MAX_EXCERPT);
        format!("{}  {}", place.named(), (self.paint)(Tone::Faint, &excerpt))
    }

    /// What does not count is listed all the same, in short.
    fn suppressed(&mut self, section: &Section) {
        let mut entries = section.suppressed().peekable();
        if entries.peek().is_none() {
            return;
        }
        self.line("", "does not count");
        for entry in entries {
            let level = entry.level.as_str();
            self.line(
                "  ",
                &format!("{level}  {}  {}", one_line(entry.rule), one_line(entry.message)),
            );
            if let Some(why) = entry.why_not() {
                self.line("    ", &one_line(why));
            }
        }
        self.out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{Sample, check, everything, page};
    use super::*;

    fn plain(page: &Page, amount: Amount) -> String {
        human(page, amount, &|_, word| word.to_owned())
    }

    #[test]
    fn everything_is_told_once() {
        let samples = everything();
        insta::assert_snapshot!(plain(&check(&samples), Amount::Usual));
    }

    #[test]
    fn infos_are_counted_unless_all_is_asked_for() {
        let samples = everything();
        let page = check(&samples);
        assert!(
            plain(&page, Amount::Usual)
                .contains("\nno client breaks by these; --verbose shows them\n      1  added\n")
        );
        assert!(
            plain(&page, Amount::All).contains("\ninfo  added\n  `added` happened\n  in GET /0, GET /1\n")
        );
        assert_eq!(plain(&page, Amount::Little), "failed: clients break\n");
    }

    #[test]
    fn a_rule_that_occurs_very_often_is_cut_short_unless_all_is_asked_for() {
        let samples: Vec<Sample> = (0..40).map(|_| Sample::new("a", Level::Error)).collect();
        let page = page(&samples);
        let usual = plain(&page, Amount::Usual);
        assert_eq!(usual.matches("`a` happened").count(), 25);
        assert_eq!(usual.matches("Because of a.").count(), 1);
        assert!(usual.starts_with("error  a, 40 times\n"), "{usual}");
        assert!(
            usual.contains("\n  - and 15 more; --verbose shows them\n"),
            "{usual}"
        );
        assert_eq!(plain(&page, Amount::All).matches("`a` happened").count(), 40);
    }

    #[test]
    fn words_are_coloured_by_what_they_are() {
        let samples = [Sample::new("a", Level::Warning)];
        let text = human(&page(&samples), Amount::Usual, &|tone, word| {
            format!("<{tone:?} {word}>")
        });
        assert!(
            text.starts_with("<Level(Warning) warning>  <Strong a>\n"),
            "{text}"
        );
        assert!(
            text.contains("  base      v1.yaml:3:5  <Faint get: {}>\n"),
            "{text}"
        );
    }

    #[test]
    fn nothing_is_a_command_to_a_ci_system() {
        let samples = [Sample::new("::error::a", Level::Error).message("::stop-commands::x\n::y")];
        let text = plain(&page(&samples), Amount::All);
        assert!(
            !text.lines().any(|line| line.trim_start().starts_with("::")),
            "{text}"
        );
    }
}
