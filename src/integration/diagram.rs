//! Diagrams in a text of markdown: where each stands, what it is, and why it may be none. Pure.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};

use super::picture;

/// The kind of mermaid that shows the order of messages.
pub const SEQUENCE: &str = "sequenceDiagram";

/// What draws a message in it: `a->>b`, `a-xb`, `a-)b`.
const MESSAGES: [&str; 3] = ["->", "-x", "-)"];

/// Something in a text that is, or was meant as, a diagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagram {
    /// The line that it stands on, from 1.
    pub line: u32,
    /// What says what it is about: the headings above it, the paragraph right before it, its own title and notes.
    pub about: String,
    /// What it is.
    pub what: What,
}

/// What a diagram is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A block of mermaid of this kind, with something in it.
    Mermaid(String),
    /// A link to a picture, as it is written.
    Picture(String),
    /// Nothing that is drawn: why, as the end of a sentence about it.
    Nothing(String),
}

/// A heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// Its level, from 1.
    pub level: usize,
    /// Its line, from 1.
    pub line: u32,
}

/// The diagrams and the headings of a text, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The diagrams.
    pub diagrams: Vec<Diagram>,
    /// The headings.
    pub headings: Vec<Heading>,
}

/// Looks for diagrams.
pub fn find(text: &str) -> Found {
    let mut search = Search {
        text,
        found: Found::default(),
        above: Vec::new(),
        before: String::new(),
        state: State::Elsewhere,
    };
    for (event, range) in Parser::new(text).into_offset_iter() {
        search.event(event, range);
    }
    search.found
}

/// What the search is in.
#[derive(Debug)]
enum State {
    Elsewhere,
    /// A heading, with its text so far.
    Heading(String),
    /// A paragraph or an item, with its text so far.
    Words(String),
    /// A block of mermaid.
    Mermaid {
        line: u32,
        code: String,
    },
    /// HTML, and comments among it.
    Html {
        start: usize,
    },
    /// Code of another kind.
    Code,
}

struct Search<'t> {
    text: &'t str,
    found: Found,
    /// The headings above, each with its level.
    above: Vec<(HeadingLevel, String)>,
    /// The text right before.
    before: String,
    state: State,
}

impl Search<'_> {
    fn line(&self, at: usize) -> u32 {
        let before = self.text.get(..at).unwrap_or_default();
        u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX)
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                self.above.retain(|(above, _)| *above < level);
                self.above.push((level, String::new()));
                self.found.headings.push(Heading {
                    level: level as usize,
                    line: self.line(range.start),
                });
                self.state = State::Heading(String::new());
            }
            Event::End(TagEnd::Heading(_)) => {
                if let (State::Heading(title), Some((_, last))) = (
                    std::mem::replace(&mut self.state, State::Elsewhere),
                    self.above.last_mut(),
                ) {
                    *last = title;
                }
                self.before.clear();
            }
            Event::Start(Tag::Paragraph | Tag::Item) => self.state = State::Words(String::new()),
            Event::End(TagEnd::Paragraph | TagEnd::Item) => self.end_words(),
            Event::Start(Tag::CodeBlock(kind)) => {
                self.end_words();
                let is_mermaid = matches!(&kind, CodeBlockKind::Fenced(info)
                    if info.split([' ', ',', '\t']).next() == Some("mermaid"));
                self.state = if is_mermaid {
                    State::Mermaid {
                        line: self.line(range.start),
                        code: String::new(),
                    }
                } else {
                    State::Code
                };
            }
            Event::End(TagEnd::CodeBlock) => {
                if let State::Mermaid { line, code } = std::mem::replace(&mut self.state, State::Elsewhere) {
                    self.mermaid(line, &code);
                }
                self.before.clear();
            }
            Event::Start(Tag::HtmlBlock) => {
                self.end_words();
                self.state = State::Html { start: range.start };
            }
            Event::End(TagEnd::HtmlBlock) => {
                if let State::Html { start } = std::mem::replace(&mut self.state, State::Elsewhere) {
                    self.html(start..range.end);
                }
            }
            Event::Start(Tag::Image { dest_url, .. } | Tag::Link { dest_url, .. })
                if picture::ending(&dest_url).is_some() =>
            {
                // The words of the link say what it is.
                let words = self.text.get(range.clone()).unwrap_or_default().to_owned();
                self.add(
                    self.line(range.start),
                    &words,
                    What::Picture(dest_url.to_string()),
                );
            }
            Event::InlineHtml(_) => self.images(range),
            Event::Text(words) | Event::Code(words) => match &mut self.state {
                State::Heading(text) | State::Words(text) | State::Mermaid { code: text, .. } => {
                    text.push_str(&words);
                }
                State::Elsewhere => self.before.push_str(&words),
                State::Html { .. } | State::Code => {}
            },
            Event::SoftBreak | Event::HardBreak => {
                if let State::Words(text) | State::Heading(text) = &mut self.state {
                    text.push(' ');
                }
            }
            _ => {}
        }
    }

    fn end_words(&mut self) {
        if let State::Words(words) = std::mem::replace(&mut self.state, State::Elsewhere) {
            self.before = words;
        }
    }

    fn mermaid(&mut self, line: u32, code: &str) {
        let mermaid = Mermaid::of(code);
        let what = match mermaid.drawn() {
            Ok(kind) => What::Mermaid(kind),
            Err(why) => What::Nothing(format!("the mermaid block {why}")),
        };
        self.add(line, &mermaid.names, what);
    }

    /// Blocks of mermaid in HTML are text there, and in comments not even that.
    fn html(&mut self, range: Range<usize>) {
        let html = self.text.get(range.clone()).unwrap_or_default();
        let fence = ["```mermaid", "~~~mermaid", "``` mermaid"]
            .iter()
            .filter_map(|fence| html.find(fence))
            .min();
        if let Some(at) = fence {
            let before = html.get(..at).unwrap_or_default();
            let is_comment = match (before.rfind("<!--"), before.rfind("-->")) {
                (Some(open), Some(close)) => open > close,
                (open, _) => open.is_some(),
            };
            let why = if is_comment {
                "the mermaid block stands in a comment"
            } else {
                "the mermaid block stands in HTML, where it is not drawn: leave an empty line before it"
            };
            self.add(self.line(range.start + at), "", What::Nothing(why.to_owned()));
        }
        self.images(range);
    }

    /// Pictures of HTML: `<img src="a.svg" alt="…">`, but not those in a comment.
    fn images(&mut self, range: Range<usize>) {
        let html = self.text.get(range.clone()).unwrap_or_default();
        for (at, tag) in tags(html, "img") {
            let link = attribute(tag, "src").filter(|link| picture::ending(link).is_some());
            if let Some(link) = link {
                let words = attribute(tag, "alt").unwrap_or_default();
                self.add(self.line(range.start + at), words, What::Picture(link.to_owned()));
            }
        }
    }

    fn add(&mut self, line: u32, own: &str, what: What) {
        let headings = self.above.iter().map(|(_, title)| title.as_str());
        let words = match &self.state {
            State::Words(words) => words.as_str(),
            _ => "",
        };
        let about: Vec<&str> = headings.chain([self.before.as_str(), words, own]).collect();
        self.found.diagrams.push(Diagram {
            line,
            about: about.join("\n"),
            what,
        });
    }
}

/// The tags of a name in a text of HTML, without those in comments: where each begins, and what stands in it.
fn tags<'h>(html: &'h str, name: &str) -> Vec<(usize, &'h str)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = html
        .get(at..)
        .and_then(|rest| rest.find('<'))
        .map(|open| at + open)
    {
        let rest = html.get(open..).unwrap_or_default();
        let length = if rest.starts_with("<!--") {
            rest.find("-->").map_or(rest.len(), |end| end + "-->".len())
        } else {
            length_of_tag(rest)
        };
        let inside = rest.get(1..length).unwrap_or_default().trim_end_matches('>');
        let is_it = inside
            .get(..name.len())
            .is_some_and(|word| word.eq_ignore_ascii_case(name));
        if let Some(attributes) = inside.get(name.len()..).filter(|_| is_it)
            && attributes.starts_with(|c: char| c.is_whitespace() || c == '/')
        {
            found.push((open, attributes));
        }
        at = open + length;
    }
    found
}

/// The bytes of the tag that a text begins with: up to the first `>` that stands in no quotes.
fn length_of_tag(text: &str) -> usize {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (c, quote) {
            ('>', None) => return at + 1,
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            _ => {}
        }
    }
    text.len()
}

/// The value of an attribute of a tag, in quotes or without: `src="a.svg"`.
fn attribute<'h>(tag: &'h str, name: &str) -> Option<&'h str> {
    let mut rest = tag;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let end = rest.find(|c: char| c.is_whitespace() || c == '=' || c == '/')?;
        let (key, behind) = rest.split_at(end);
        let Some(value) = behind.trim_start().strip_prefix('=') else {
            rest = behind;
            continue;
        };
        let value = value.trim_start();
        let (value, behind) = match value.chars().next()? {
            quote @ ('"' | '\'') => value.get(1..)?.split_once(quote)?,
            _ => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(value.trim());
        }
        rest = behind;
    }
}

/// What a text of mermaid says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mermaid {
    /// Its first word, which names the kind; `None` where there is nothing but comments.
    pub kind: Option<String>,
    /// Its title, comments and notes, one a line.
    pub names: String,
    /// How many statements it has after the kind.
    statements: usize,
    /// Whether one of them is a message.
    has_message: bool,
}

impl Mermaid {
    /// Reads a text.
    pub fn of(text: &str) -> Self {
        let mut found = Self::default();
        let mut lines = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .peekable();
        if lines.next_if_eq(&"---").is_some() {
            // Settings in YAML, with a title among them.
            for line in lines.by_ref().take_while(|line| *line != "---") {
                if line.starts_with("title:") {
                    found.name(line);
                }
            }
        }
        while let Some(line) = lines.next() {
            if line.starts_with("%%{") {
                // Settings, which may go on for several lines.
                let mut line = line;
                while !line.ends_with("}%%") {
                    let Some(next) = lines.next() else { break };
                    line = next;
                }
            } else if line.starts_with("%%") {
                found.name(line);
            } else {
                line.split(';')
                    .for_each(|statement| found.statement(statement.trim()));
            }
        }
        found
    }

    fn name(&mut self, line: &str) {
        self.names.push_str(line);
        self.names.push('\n');
    }

    fn statement(&mut self, statement: &str) {
        let mut words = statement.split_whitespace();
        let Some(first) = words.next() else { return };
        if self.kind.is_none() {
            self.kind = Some(first.to_owned());
            return;
        }
        match first.trim_end_matches(':').to_ascii_lowercase().as_str() {
            "title" | "acctitle" | "accdescr" | "note" => self.name(statement),
            _ => {
                self.statements += 1;
                self.has_message |= MESSAGES.iter().any(|arrow| statement.contains(arrow));
            }
        }
    }

    /// The kind of what it draws.
    ///
    /// # Errors
    /// That it draws nothing, as the end of a sentence about it.
    pub fn drawn(&self) -> Result<String, String> {
        match &self.kind {
            None => Err("is empty".to_owned()),
            Some(kind) if kind == SEQUENCE && !self.has_message => {
                Err(format!("says {kind}, and has no message in it"))
            }
            Some(kind) if self.statements == 0 => Err(format!("says {kind}, and draws nothing")),
            Some(kind) => Ok(kind.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[(u32, &str)]) {
        let found = find(text);
        let told: Vec<(u32, String)> = found
            .diagrams
            .iter()
            .map(|one| {
                let what = match &one.what {
                    What::Mermaid(kind) => format!("+ {kind}"),
                    What::Picture(link) => format!("-> {link}"),
                    What::Nothing(why) => why.clone(),
                };
                (one.line, what)
            })
            .collect();
        let told: Vec<(u32, &str)> = told.iter().map(|(line, what)| (*line, what.as_str())).collect();
        assert_eq!(told, expect, "{text}");
    }

    #[test]
    fn a_block_draws_something_where_it_is_drawn() {
        check("```mermaid\nflowchart LR\na-->b\n```\n", &[(1, "+ flowchart")]);
        check(
            "x\n\n~~~mermaid\nsequenceDiagram\na->>b: x\n~~~\n",
            &[(3, "+ sequenceDiagram")],
        );
        check(
            "- x\n\n  ```mermaid\n  sequenceDiagram\n  a-)b: x\n  ```\n",
            &[(3, "+ sequenceDiagram")],
        );
        check("```mermaid\ngraph LR; a-->b\n```\n", &[(1, "+ graph")]);
        check(
            "```mermaid\n---\ntitle: X\n---\n%%{init: {\n}}%%\n%% c\nC4Context\nPerson(a)\n```\n",
            &[(1, "+ C4Context")],
        );
        for (code, why) in [
            ("", "is empty"),
            ("%% later\n", "is empty"),
            (
                "sequenceDiagram\n",
                "says sequenceDiagram, and has no message in it",
            ),
            (
                "sequenceDiagram\nparticipant a\nnote over a: later\n",
                "says sequenceDiagram, and has no message in it",
            ),
            ("flowchart LR\n", "says flowchart, and draws nothing"),
            ("flowchart LR\n%% a-->b\n", "says flowchart, and draws nothing"),
        ] {
            let text = format!("```mermaid\n{code}```\n");
            check(&text, &[(1, &format!("the mermaid block {why}"))]);
        }
        for text in [
            "sequenceDiagram",
            "```\nsequenceDiagram\na->>b: x\n```\n",
            "    ```mermaid\n    flowchart LR\n",
            "````md\n```mermaid\nflowchart LR\na-->b\n```\n````\n",
        ] {
            check(text, &[]);
        }
    }

    #[test]
    fn what_stands_in_html_is_not_drawn() {
        let block = "```mermaid\nsequenceDiagram\na->>b: x\n```\n";
        check(
            &format!("<!--\n\n{block}\n-->\n"),
            &[(3, "the mermaid block stands in a comment")],
        );
        check(&format!("<!-- x -->\n{block}"), &[(2, "+ sequenceDiagram")]);
        check(
            &format!("<details>\n{block}</details>\n"),
            &[(
                2,
                "the mermaid block stands in HTML, where it is not drawn: leave an empty line before it",
            )],
        );
        check(
            &format!("<details>\n\n{block}\n</details>\n"),
            &[(3, "+ sequenceDiagram")],
        );
    }

    #[test]
    fn pictures_are_links_with_their_ending() {
        check(
            "![x](a.svg) and [b](b.PNG?raw=1), [c](c.md)\n",
            &[(1, "-> a.svg"), (1, "-> b.PNG?raw=1")],
        );
        check("<!-- ![x](a.svg) -->\n`![x](a.svg)`\n", &[]);
    }

    #[test]
    fn pictures_of_html_count_like_links() {
        check("<img src=\"x.svg\">\n", &[(1, "-> x.svg")]);
        check(
            "<p align=\"center\">\n  <IMG width=600 alt='a > b' src='img/x.svg'/>\n</p>\n",
            &[(2, "-> img/x.svg")],
        );
        check("Words <img src=a.png alt=A> and more.\n", &[(1, "-> a.png")]);
        for text in [
            "<!-- <img src=\"x.svg\"> -->\n",
            "Words <!-- <img src=\"x.svg\"> --> more\n",
            "`<img src=\"x.svg\">`\n",
            "<img src=\"x.html\">\n",
            "<img alt=\"x.svg\">\n",
            "<img data-src=\"x.svg\">\n",
            "<imgs src=\"x.svg\">\n",
            "<img\n",
            "<img src=\n",
            "<img src=\"x.svg\n",
        ] {
            check(text, &[]);
        }
        let text = "# Sequence\n<img src=\"x.svg\" alt=\"Pay\">\n";
        assert!(find(text).diagrams[0].about.ends_with("Pay"));
    }

    #[test]
    fn a_diagram_is_about_what_stands_above_it_and_in_it() {
        let text = "# A\n## B\n### C\nwords\n\n**Label:**\n\n```mermaid\nsequenceDiagram\ntitle T\n%% N\na->>b: message\n```\n\
                    ## D\n![alt](a.png)\n";
        let about: Vec<String> = find(text).diagrams.into_iter().map(|one| one.about).collect();
        assert_eq!(
            about,
            ["A\nB\nC\nLabel:\n\ntitle T\n%% N\n", "A\nD\n\n\n![alt](a.png)"]
        );
    }
}
