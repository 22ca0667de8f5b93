//! A spec as it is shown to somebody: without comments, and below the headings of the page that it is shown on.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::oddities::Oddities;
use super::text;

/// How many levels headings go down; there are six.
const LEVELS_DOWN: usize = 2;
/// The lowest level of headings.
const LOWEST: usize = 6;

/// The text of a spec without what stands in comments and on the lines that nobody has filled in ([`Spec::unfilled`]),
/// its headings two levels lower, and no two empty lines in a row. Other lines of code stay as they are.
///
/// [`Spec::unfilled`]: crate::model::spec::Spec::unfilled
pub fn bare(bytes: &[u8], unfilled: &[u32]) -> String {
    let text = text::decode(bytes, &mut Oddities::default());
    let mut edits = Edits::default();
    let mut html = 0..0;
    for (event, range) in Parser::new_ext(&text, Options::ENABLE_TASKLISTS).into_offset_iter() {
        match event {
            Event::Start(Tag::HtmlBlock) => html = range.start..range.start,
            Event::Html(_) => html.end = range.end,
            Event::End(TagEnd::HtmlBlock) => edits.comments(&text, html.clone()),
            Event::InlineHtml(_) => edits.comments(&text, range),
            Event::Start(Tag::Heading { level, .. }) => edits.heading(&text, &range, level as usize),
            _ => {}
        }
    }
    edits.lines(&text, unfilled);
    squeeze(&edits.apply(&text))
}

/// What is put into a text in the place of a part of it, in the order of the text.
#[derive(Default)]
struct Edits(Vec<(Range<usize>, &'static str)>);

impl Edits {
    fn comments(&mut self, text: &str, part: Range<usize>) {
        let mut at = part.start;
        while let Some(begin) = text.get(at..part.end).and_then(|rest| rest.find("<!--")) {
            let begin = at + begin;
            let end = text[begin..part.end]
                .find("-->")
                .map_or(part.end, |end| begin + end + 3);
            self.0.push((begin..end, ""));
            at = end;
        }
    }

    /// Only headings with marks in front can go down; those that are underlined stay.
    fn heading(&mut self, text: &str, range: &Range<usize>, level: usize) {
        const MARKS: &str = "######";
        if text[range.clone()].starts_with('#') {
            let down = LEVELS_DOWN.min(LOWEST.saturating_sub(level));
            self.0.push((range.start..range.start, &MARKS[..down]));
        }
    }

    /// Lines by their numbers, from 1, which are sorted.
    fn lines(&mut self, text: &str, numbers: &[u32]) {
        let mut at = 0;
        for (number, line) in (1_u32..).zip(text.split_inclusive('\n')) {
            if numbers.binary_search(&number).is_ok() {
                self.0.push((at..at + line.len(), ""));
            }
            at += line.len();
        }
    }

    fn apply(mut self, text: &str) -> String {
        self.0.sort_by_key(|(part, _)| (part.start, part.end));
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for (part, instead) in &self.0 {
            out.push_str(text.get(at..part.start).unwrap_or_default());
            out.push_str(instead);
            at = part.end.max(at);
        }
        out + text.get(at..).unwrap_or_default()
    }
}

/// A text without spaces at the end of its lines, and without the empty lines that are left of comments: of several in a
/// row one stays, at the beginning none. Lines of code are kept.
fn squeeze(text: &str) -> String {
    let code: Vec<Range<usize>> = Parser::new(text)
        .into_offset_iter()
        .filter(|(event, _)| matches!(event, Event::Start(Tag::CodeBlock(_))))
        .map(|(_, range)| range)
        .collect();
    let mut out = String::with_capacity(text.len());
    let (mut at, mut empty) = (0, true);
    for line in text.split_inclusive('\n') {
        let is_code = code.iter().any(|range| range.contains(&at));
        at += line.len();
        if is_code {
            out.push_str(line);
            empty = false;
        } else if line.trim().is_empty() {
            if !empty {
                out.push('\n');
            }
            empty = true;
        } else {
            out.push_str(line.trim_end());
            out.push('\n');
            empty = false;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(spec: &str, expect: &str) {
        assert_eq!(bare(spec.as_bytes(), &[]), expect);
    }

    #[test]
    fn lines_that_nobody_has_filled_in_go() {
        let spec = "# A\n\n- [First]\n- real\n```env\nX=<y>\nZ=1\n```\n[last]";
        let expect = "### A\n\n- real\n```env\nZ=1\n```\n";
        assert_eq!(bare(spec.as_bytes(), &[3, 6, 9]), expect);
        assert_eq!(bare(b"a\n<!-- x\n[y]\n-->\nb\n", &[3]), "a\n\nb\n");
        assert_eq!(bare(b"", &[1, 2]), "");
    }

    #[test]
    fn comments_go_and_headings_go_down() {
        check("# Bug: X\n\n## Cause\ntext\n", "### Bug: X\n\n#### Cause\ntext\n");
        check("##### Five\n###### Six\n", "###### Five\n###### Six\n");
        check(
            "<!-- how to\n\n## not a heading\n-->\n# A\n<!-- x -->\n\n\ntext <!-- y --> more\n",
            "### A\n\ntext  more\n",
        );
        check("a\n\n<!-- left open\n# B\n", "a\n\n");
        check("Under\n=====\n", "Under\n=====\n");
    }

    #[test]
    fn what_stands_in_code_stays() {
        let code = "```sh\n# <!-- a comment -->\n\n\n## x  \n```\n";
        check(code, code);
        check("`<!-- x -->` y\n", "`<!-- x -->` y\n");
        check("- a\n\n      # code\n", "- a\n\n      # code\n");
    }

    #[test]
    fn any_encoding_of_line_ends_is_read() {
        check("\u{feff}# A\r\n<!-- x -->\r\nb\r\n", "### A\n\nb\n");
        check("", "");
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_odd(text in "[#<>!` \\-\n\ta-c*~]{0,60}") {
            let _ = bare(text.as_bytes(), &[1, 3]);
        }
    }
}
