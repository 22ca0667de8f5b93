//! Steps of a procedure: items with the code that follows them, also where the code cuts the list, rows of tables, lines and
//! headings that count. What stands below the headings of steps becomes one of them, belongs to one, or is told.

use std::collections::BTreeMap;

use crate::model::spec::{At, DeployStep, Fence, Oddity};

use crate::parse::spec::document::{Block, Line};
use crate::parse::spec::fences::is_marked;
use crate::parse::spec::oddities::{Oddities, quoted};
use crate::parse::spec::parts::{Entry, LABEL, Part};

use super::rows::{self, Row};

/// Reads the steps below a heading, which is the first part.
pub fn steps(parts: &[Part<'_>], words: Prose, oddities: &mut Oddities) -> Vec<At<DeployStep>> {
    let mut reader = Reader {
        words,
        ..Reader::default()
    };
    for (at, part) in parts.iter().enumerate() {
        let goes_deeper = parts.get(at + 1).is_some_and(|next| next.rank > part.rank);
        reader.part(part, Place { at, goes_deeper });
    }
    reader.finish(oddities)
}

/// What paragraphs are where nothing but paragraphs stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prose {
    /// What is to be done: they stand below a heading of steps.
    #[default]
    Tells,
    /// An introduction: they stand above the headings.
    Explains,
}

/// Where a part stands.
#[derive(Clone, Copy)]
struct Place {
    /// Its number; the first is the heading of the steps itself.
    at: usize,
    /// Whether the next part stands below it.
    goes_deeper: bool,
}

/// A step that is read, and what stands below it.
#[derive(Default)]
struct Draft {
    line: u32,
    step: DeployStep,
    below: Vec<Below>,
}

/// Something below a step that looks like a step itself.
struct Below {
    line: u32,
    text: String,
    /// In how many items it stands; nothing for what can have no code of its own.
    depth: Option<u32>,
    /// Whether code that is run stands in it.
    is_run: bool,
}

/// A paragraph that is part of no step so far.
struct Words {
    line: u32,
    last: u32,
    text: String,
}

#[derive(Default)]
struct Reader {
    words: Prose,
    steps: Vec<Draft>,
    /// What a fence belongs to; nothing where it makes a step of what was said before it.
    current: Option<usize>,
    /// What was said since the last step.
    said: Vec<Words>,
    /// Paragraphs that led to no step.
    asides: Vec<Words>,
    /// What is not understood here.
    unread: Vec<At<String>>,
}

impl Reader {
    fn part(&mut self, part: &Part<'_>, place: Place) {
        self.set_aside();
        self.current = None;
        let title = match part.value {
            "" => part.title.clone(),
            value => format!("{}: {value}", part.title),
        };
        let before = self.steps.len();
        // `**Step 2: Migrate**` is a step, and what stands below it belongs to it.
        let is_step = place.at > 0 && is_step(&part.title);
        if is_step {
            self.begin(&title, part.line);
        } else if place.at > 0 {
            self.say(&title, part.line);
            // What stands below a label is another paragraph.
            if let (true, Some(said)) = (part.value.is_empty(), self.said.last_mut()) {
                said.last = 0;
            }
        } else {
            self.say(part.value, part.line);
        }
        let outer = part.items().map(|item| item.depth).min().unwrap_or(0);
        let rows = rows::rows(part);
        for entry in &part.entries {
            match entry {
                Entry::Item(item) if !is_step && item.depth == outer => {
                    self.introduced(part);
                    self.item(item);
                }
                Entry::Item(item) => self.below(item.text(), item.line, Some(item.depth)),
                Entry::Text(line, depth) => self.line(line, *depth > 0 || is_step, &rows),
                Entry::Html(text, line) => self.unread.push(At::new((*text).to_owned(), *line)),
                Entry::Code(fence, depth) => self.code(fence, *depth),
            }
        }
        // A heading with words below it is a step of a person; one that only heads others is none.
        let is_heading = place.at > 0 && part.rank < LABEL && !is_step && self.words == Prose::Tells;
        let is_mere = self.said.len() <= 1 && place.goes_deeper;
        if is_heading && self.steps.len() == before && !is_mere {
            let line = part.line;
            let text = self.take_said();
            self.begin(&text, line);
        }
        self.close_label(part, place.at);
    }

    /// A label that heads nothing, or other labels, says nothing by itself; one with words below it belongs to them.
    fn close_label(&mut self, part: &Part<'_>, at: usize) {
        let begins = self.said.first().is_some_and(|said| said.line == part.line);
        if at == 0 || !part.value.is_empty() || !begins {
            return;
        }
        if self.said.len() == 1 {
            self.said.clear();
        } else {
            let text = self.take_said();
            self.say(&text, part.line);
        }
    }

    /// An item comes: a label above it only heads it.
    fn introduced(&mut self, part: &Part<'_>) {
        if part.value.is_empty() && self.said.first().is_some_and(|said| said.line == part.line) {
            self.said.remove(0);
        }
        self.set_aside();
    }

    fn item(&mut self, item: &Block) {
        let text = item.text();
        if text.is_empty() && item.lines.is_empty() {
            // An empty item may still hold code.
            self.current = None;
            return;
        }
        self.begin(&text, item.line);
        for line in item.lines.iter().skip(1) {
            if rows::is_row(&line.text) || is_step(&line.text) {
                self.count_below(line.text.trim().to_owned(), line.number, None);
            }
        }
    }

    /// A line of a paragraph.
    fn line(&mut self, line: &Line, is_inside: bool, rows: &BTreeMap<u32, Row>) {
        let text = line.text.trim();
        match rows.get(&line.number) {
            Some(Row::Head) => {}
            Some(Row::Cells(cells)) if is_inside => self.below(cells.clone(), line.number, None),
            Some(Row::Cells(cells)) => {
                self.set_aside();
                self.begin(cells, line.number);
                // What follows a table is not about its last row.
                self.current = None;
            }
            None if is_inside && is_step(text) => self.below(text.to_owned(), line.number, None),
            None if is_inside => self.detail(text),
            None if is_step(text) => {
                self.set_aside();
                self.begin(text, line.number);
            }
            None => self.say(text, line.number),
        }
    }

    fn code(&mut self, fence: &Fence, depth: u32) {
        let marked = is_marked(&fence.info);
        let runs = |draft: &Draft| draft.step.fences.iter().any(|fence| is_marked(&fence.info));
        // Words between two fences that are run are about the second.
        let is_next = marked
            && depth == 0
            && !self.said.is_empty()
            && self.current.and_then(|at| self.steps.get(at)).is_some_and(runs);
        if self.current.is_none() || is_next {
            let line = self.said.first().map_or(fence.line, |said| said.line);
            let text = self.take_said();
            self.begin(&text, line);
        }
        self.set_aside();
        let Some(draft) = self.current.and_then(|at| self.steps.get_mut(at)) else {
            return;
        };
        if marked {
            let mut depth = depth;
            for below in draft.below.iter_mut().rev() {
                if let Some(own) = below.depth.filter(|own| *own <= depth) {
                    below.is_run = true;
                    depth = own.saturating_sub(1);
                }
            }
        }
        draft.step.fences.push(fence.clone());
    }

    fn begin(&mut self, text: &str, line: u32) {
        self.steps.push(Draft {
            line,
            step: DeployStep {
                text: text.trim().trim_end_matches(':').to_owned(),
                ..DeployStep::default()
            },
            below: Vec::new(),
        });
        self.current = self.steps.len().checked_sub(1);
    }

    /// Something of a step that looks like one itself.
    fn below(&mut self, text: String, line: u32, depth: Option<u32>) {
        self.detail(&text);
        self.count_below(text, line, depth);
    }

    fn count_below(&mut self, text: String, line: u32, depth: Option<u32>) {
        if let Some(draft) = self.current.and_then(|at| self.steps.get_mut(at)) {
            draft.below.push(Below {
                line,
                text,
                depth,
                is_run: false,
            });
        } else {
            // Below an item without words.
            self.begin(&text, line);
        }
    }

    fn detail(&mut self, text: &str) {
        if let Some(draft) = self.current.and_then(|at| self.steps.get_mut(at))
            && !text.is_empty()
        {
            draft.step.details.push(text.to_owned());
        }
    }

    fn say(&mut self, text: &str, line: u32) {
        if text.is_empty() {
            return;
        }
        match self.said.last_mut().filter(|said| said.last + 1 == line) {
            Some(said) => {
                said.text.push(' ');
                said.text.push_str(text);
                said.last = line;
            }
            None => self.said.push(Words {
                line,
                last: line,
                text: text.to_owned(),
            }),
        }
    }

    fn take_said(&mut self) -> String {
        let said: Vec<String> = self.said.drain(..).map(|said| said.text).collect();
        said.join(" ")
    }

    fn set_aside(&mut self) {
        self.asides.append(&mut self.said);
    }

    fn finish(mut self, oddities: &mut Oddities) -> Vec<At<DeployStep>> {
        self.set_aside();
        self.asides.retain(|aside| !says_nothing(&aside.text));
        // Where nothing but words stands, they are what is to be done.
        if self.steps.is_empty() && self.words == Prose::Tells {
            for aside in std::mem::take(&mut self.asides) {
                self.begin(&aside.text, aside.line);
            }
        }
        for aside in self.asides.iter().filter(|aside| !aside.text.ends_with(':')) {
            oddities.add(
                aside.line,
                Oddity::ASIDE,
                format!(
                    "{} is read as an explanation, and nobody is asked to do it",
                    quoted(&aside.text)
                ),
                Some("what somebody must do is an item of the list"),
            );
        }
        for text in &self.unread {
            oddities.add(
                text.line,
                Oddity::LOST_STEP,
                format!(
                    "{} is HTML, and is not understood among steps",
                    quoted(&text.value)
                ),
                Some("write each step as an item of a list"),
            );
        }
        for draft in &self.steps {
            if !draft.step.fences.iter().any(|fence| is_marked(&fence.info)) {
                continue;
            }
            for below in draft.below.iter().filter(|below| !below.is_run) {
                oddities.add(
                    below.line,
                    Oddity::LOST_STEP,
                    format!("{} stands below a step that is run, and nobody would do it", quoted(&below.text)),
                    Some("make it a step of its own; what only explains the step is a paragraph without a mark"),
                );
            }
        }
        self.steps
            .into_iter()
            .map(|draft| At::new(draft.step, draft.line))
            .collect()
    }
}

/// Whether words say that there is nothing to do.
fn says_nothing(text: &str) -> bool {
    let said = text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    [
        "",
        "none",
        "nothing",
        "n/a",
        "not applicable",
        "not needed",
        "nothing to do",
    ]
    .contains(&said.as_str())
}

/// Whether a label, a heading or a line counts steps or begins with a mark that makes an item elsewhere: `Step 2: …`,
/// `2. …`, `(2) …`, `• …`.
fn is_step(title: &str) -> bool {
    const MARKS: [char; 14] = [
        '•', '◦', '‣', '▪', '▸', '●', '○', '■', '□', '☐', '☑', '✓', '✅', '➡',
    ];
    let title = title.trim();
    let numbered = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let bare = title.trim_start_matches('(');
    let rest = bare.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_mark = |rest: &str| {
        rest.strip_prefix(['.', ')', ':'])
            .is_some_and(|behind| behind.is_empty() || behind.starts_with(char::is_whitespace))
    };
    (numbered(bare) && is_mark(rest))
        || title.starts_with(MARKS)
        || title
            .get(..4)
            .filter(|word| word.eq_ignore_ascii_case("step"))
            .is_some_and(|_| numbered(title[4..].trim_start()))
}
