//! The fences of a spec that ask to be run: those with the bare word `sdd` behind the opening fence.
//!
//! They are read once more, beside the parts of the spec that they stand in: whoever runs them must know that none was
//! overlooked, and whether each has an end.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::oddities::Oddities;
use super::text;

/// A fence that asks to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// What stands behind the opening fence.
    pub info: String,
    /// The code.
    pub code: String,
    /// The line of the opening fence, from 1.
    pub line: u32,
    /// What is wrong with its form.
    pub fault: Option<FenceFault>,
}

/// What is wrong with the form of a fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FenceFault {
    /// No closing fence ends it.
    Unclosed,
    /// It stands in the code of another fence, or another one stands in its code.
    Nested,
}

/// Whether what stands behind an opening fence asks for the code to be run.
pub fn is_marked(info: &str) -> bool {
    info.split_whitespace().any(|word| word == "sdd")
}

/// The fences that ask to be run, in their order, also those that only look like one inside of another; and any other that
/// has no end.
pub fn marked(bytes: &[u8]) -> Vec<Marked> {
    let text = text::decode(bytes, &mut Oddities::default());
    let mut found = Vec::new();
    let mut open: Option<Marked> = None;
    for (event, range) in Parser::new_ext(&text, Options::ENABLE_TASKLISTS).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let source = &text[range.clone()];
                open = Some(Marked {
                    info: info.trim().to_owned(),
                    code: String::new(),
                    line: line_at(&text, range.start),
                    fault: (!is_closed(source)).then_some(FenceFault::Unclosed),
                });
            }
            Event::Text(code) => {
                if let Some(fence) = &mut open {
                    fence.code.push_str(&code);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some(fence) = open.take() {
                    end(fence, &mut found);
                }
            }
            _ => {}
        }
    }
    found
}

/// Keeps a fence that is marked, and what looks like a marked one in its code.
fn end(mut fence: Marked, found: &mut Vec<Marked>) {
    let inner: Vec<(u32, &str)> = fence
        .code
        .lines()
        .zip(fence.line + 1..)
        .filter_map(|(text, line)| Some((line, opening(text)?)))
        .collect();
    let swallowed = inner
        .iter()
        .filter(|(_, info)| is_marked(info))
        .map(|(line, info)| Marked {
            info: (*info).to_owned(),
            code: String::new(),
            line: *line,
            fault: Some(FenceFault::Nested),
        });
    let swallowed: Vec<Marked> = swallowed.collect();
    // What has no end takes all that follows, whether it asks to be run or not.
    if is_marked(&fence.info) || fence.fault == Some(FenceFault::Unclosed) {
        if !inner.is_empty() && fence.fault.is_none() {
            fence.fault = Some(FenceFault::Nested);
        }
        found.push(fence);
    }
    found.extend(swallowed);
}

/// What stands behind an opening fence, when a line is one.
fn opening(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let mark = line.chars().next().filter(|mark| ['`', '~'].contains(mark))?;
    let rest = line.trim_start_matches(mark);
    (line.len() - rest.len() >= 3).then(|| rest.trim())
}

/// Whether the last line of a fence's source closes it.
fn is_closed(source: &str) -> bool {
    let bare = |line: &str| -> String {
        let is_outside = |c: char| c == '>' || c.is_whitespace();
        line.trim_start_matches(is_outside).trim_end().to_owned()
    };
    let mut lines = source.trim_end().lines();
    let Some(first) = lines.next().map(bare) else {
        return false;
    };
    let Some(mark) = first.chars().next() else {
        return false;
    };
    let length = first.chars().take_while(|c| *c == mark).count();
    lines
        .next_back()
        .map(bare)
        .is_some_and(|last| last.chars().all(|c| c == mark) && last.chars().count() >= length)
}

fn line_at(text: &str, at: usize) -> u32 {
    let lines = text[..at].split('\n').count();
    u32::try_from(lines).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[(u32, Option<FenceFault>)]) {
        let found: Vec<_> = marked(text.as_bytes())
            .iter()
            .map(|fence| (fence.line, fence.fault))
            .collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn marked_fences_are_found_with_their_lines() {
        check("# A\n\n```bash sdd id=a\nmake\n```\n", &[(3, None)]);
        check("1. x\n\n   ~~~sh sdd id=a\n   make\n   ~~~\n", &[(3, None)]);
        check("> ```bash sdd\n> make\n> ```\n", &[(1, None)]);
        check("```bash\nmake\n```\n```bash sddx\nx\n```\n", &[]);
    }

    #[test]
    fn a_fence_without_an_end_is_told() {
        check("```bash sdd id=a\nmake\n", &[(1, Some(FenceFault::Unclosed))]);
        // The item ends it, which nobody sees.
        check(
            "1. x\n   ```bash sdd id=a\n   make\n\n2. y\n",
            &[(2, Some(FenceFault::Unclosed))],
        );
        check(
            "````bash sdd id=a\nmake\n```\n",
            &[(1, Some(FenceFault::Unclosed))],
        );
    }

    #[test]
    fn a_fence_without_an_end_is_told_also_where_it_is_not_run() {
        check("```bash\nmake\n\n2. y\n", &[(1, Some(FenceFault::Unclosed))]);
        check("```bash\nmake\n```\n", &[]);
    }

    #[test]
    fn a_fence_in_a_fence_is_told() {
        check(
            "````bash sdd id=a\n```bash sdd id=b\nmake\n```\n````\n",
            &[(1, Some(FenceFault::Nested)), (2, Some(FenceFault::Nested))],
        );
        // One that was forgotten to be closed swallows the next.
        check(
            "```text\nx\n\n```bash sdd id=b\nmake\n```\n",
            &[(4, Some(FenceFault::Nested))],
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_looked_at(text in "(```|~~~|sdd|bash| |\n|> |1\\. |x){0,40}") {
            let _ = marked(text.as_bytes());
        }
    }
}
