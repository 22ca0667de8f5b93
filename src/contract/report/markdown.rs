//! A change log for a comment on a change or a release: what is worst first.

use super::page::{Entry, Page, Section};
use crate::contract::rules::Level;
use crate::model::format::inert;
use crate::model::format::markdown::escaped;
use crate::model::text::one_line;

/// Operations that are named of one entry.
const MAX_CALLS: usize = 4;
/// The most characters of a page; a comment on GitHub may have 65,536.
const BUDGET: usize = 60_000;

fn head(page: &Page) -> String {
    let mut head = format!("## {}\n\n**{}**\n", page.title, escaped(&page.decision));
    if !page.parts.is_empty() {
        head.push('\n');
    }
    for part in &page.parts {
        head.push_str(&format!("- {}\n", escaped(part)));
    }
    head
}

/// The page.
pub fn markdown(page: &Page) -> String {
    let mut text = Text {
        out: head(page),
        room: BUDGET,
        left_out: 0,
    };
    for section in &page.sections {
        let heading = if page.titled() {
            text.out
                .push_str(&format!("\n### {}\n", escaped(&one_line(&section.title))));
            "####"
        } else {
            "###"
        };
        text.section(section, heading);
    }
    if text.left_out > 0 {
        text.out.push_str(&format!(
            "\n_Too long for this page: {} more. `--format html` and `--format json` have all of it._\n",
            text.left_out
        ));
    }
    inert::text(&text.out)
}

struct Text {
    out: String,
    /// Characters that entries may still take.
    room: usize,
    /// Entries for which there was no room.
    left_out: usize,
}

impl Text {
    fn section(&mut self, section: &Section, heading: &str) {
        if heading == "####" && section.entries.is_empty() && section.gaps.is_empty() {
            self.out.push_str(&format!("\n{}\n", section.subject.nothing()));
        }
        for gap in &section.gaps {
            self.out
                .push_str(&format!("\n- no answer: {}\n", escaped(&one_line(gap))));
        }
        for level in [Level::Error, Level::Warning, Level::Info] {
            let title = section.subject.heading(level);
            let entries = section.counting().filter(|entry| entry.level == level);
            self.list(&format!("\n{heading} {title}\n\n"), entries);
        }
        self.list(&format!("\n{heading} Does not count\n\n"), section.suppressed());
    }

    fn list<'p, 'a: 'p>(&mut self, heading: &str, entries: impl Iterator<Item = &'p Entry<'a>>) {
        let mut heading = Some(heading);
        let mut before = None;
        for entry in entries {
            let mut item = item(entry);
            // What was said of the entry above is not said again.
            let sentences = Some((entry.rule, entry.why, entry.safe));
            if sentences != before && entry.level != Level::Info && entry.why_not().is_none() {
                item.push_str(&format!("  {} {}\n", escaped(entry.why), escaped(entry.safe)));
            }
            before = sentences;
            let size = item.chars().count();
            // Once something was left out, so is what follows: a page with holes would be read as whole.
            if self.left_out > 0 || size > self.room {
                self.left_out += 1;
                continue;
            }
            self.room -= size;
            self.out.push_str(heading.take().unwrap_or(""));
            self.out.push_str(&item);
        }
    }
}

fn item(entry: &Entry) -> String {
    let mut item = format!(
        "- {} ({})",
        escaped(entry.message),
        escaped(&format!("`{}`", entry.rule))
    );
    if let Some(calls) = entry.called(MAX_CALLS) {
        item.push_str(&format!(": {}", escaped(&calls)));
    }
    item.push('\n');
    if let Some(note) = entry.note() {
        item.push_str(&format!("  _{}_\n", escaped(&one_line(note))));
    }
    item
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop, prop_assert, proptest};

    use super::super::samples::{Sample, any_sample, check, everything, page};
    use super::*;

    #[test]
    fn sections_have_titles_when_there_are_several() {
        let samples = everything();
        insta::assert_snapshot!(markdown(&check(&samples)));
    }

    proptest! {
        #[test]
        fn any_text_is_text(samples in prop::collection::vec(any_sample(), 0..5)) {
            let text = markdown(&page(&samples));
            for event in pulldown_cmark::Parser::new_ext(&text, pulldown_cmark::Options::all()) {
                use pulldown_cmark::{Event, Tag};
                match event {
                    Event::Html(_) | Event::InlineHtml(_) | Event::FootnoteReference(_) => panic!("{text}"),
                    Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::Table(_) | Tag::CodeBlock(_)) => {
                        panic!("{text}")
                    }
                    _ => {}
                }
            }
            prop_assert!(!text.contains("##["));
        }
    }

    #[test]
    fn a_page_fits_into_a_comment() {
        let samples: Vec<Sample> = (0..900)
            .map(|_| Sample::new("a", Level::Error).message(&"é".repeat(99)))
            .collect();
        let text = markdown(&page(&samples));
        assert!(text.chars().count() < 65_536, "{}", text.len());
        let shown = text.matches("\n- ").count();
        assert!(
            text.contains(&format!("Too long for this page: {} more.", 900 - shown)),
            "{shown}"
        );
    }
}
