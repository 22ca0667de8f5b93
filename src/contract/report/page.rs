//! What is told of descriptions, whoever found it: the one model that every format is written from.
//!
//! A comparison, a validation and a check of a work item's contracts are pages alike. A page borrows from the document of
//! `--format json`, so that one with many entries is not there twice.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Call, FailOn, Place, Report, Summary, Told};
use crate::contract::rules::{Fixed, Level};
use crate::model::text::one_line;
use crate::model::verdict::RunVerdict;

/// All that is told.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    /// What the document is, as its JSON says: `contract_diff`.
    pub kind: &'static str,
    /// What it is to people.
    pub title: &'static str,
    /// What it comes to.
    pub verdict: RunVerdict,
    /// The same in one line, verdict first.
    pub decision: String,
    /// What it comes to for each part, one line each; empty where there is one part.
    pub parts: Vec<String>,
    /// The least that fails.
    pub fail_on: FailOn,
    /// One for each comparison and each document.
    pub sections: Vec<Section<'a>>,
    /// The command that asks again; where it is empty, none is named.
    pub rerun: String,
}

/// What is told of one comparison, or of one document.
#[derive(Clone, Debug)]
pub struct Section<'a> {
    /// The file, or both. A page with a single section does not show it where it would only repeat the command.
    pub title: String,
    /// What the entries are.
    pub subject: Subject,
    /// What could not be looked at and why, one line each: these leave the section without an answer.
    pub gaps: Vec<String>,
    /// What was found: errors first.
    pub entries: Vec<Entry<'a>>,
}

/// What entries are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Changes from one description to another.
    Changes,
    /// What is wrong with one.
    Findings,
}

/// One change, or one finding.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// The id of its rule.
    pub rule: &'a str,
    /// How bad it is here.
    pub level: Level,
    /// What happened, in one line.
    pub message: &'a str,
    /// Why it matters: a sentence.
    pub why: &'a str,
    /// How it is done safely, or mended: a sentence.
    pub safe: &'a str,
    /// The operations that it touches.
    pub calls: &'a [Arc<Call>],
    /// Where, as a JSON pointer.
    pub pointer: &'a str,
    /// Where in the base; a finding has no base.
    pub base: Option<&'a Place>,
    /// Where in the revision, or in the one document.
    pub revision: Option<&'a Place>,
    /// Of what is gone: what is left around it in the revision.
    pub around: Option<&'a Place>,
    /// Whether it counts.
    pub standing: Standing,
}

/// Whether an entry counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    Counts,
    /// Nobody can say: it stands for a part that could not be looked at.
    Open,
    /// It does, and there is something to be said of it, such as who set its level.
    Noted(String),
    /// It does not, and why: `suppressed until 2027-01-01: no client uses it`.
    Suppressed(String),
}

/// Entries of one rule, which have their sentences in common.
#[derive(Clone, Debug)]
pub struct Group<'p, 'a> {
    /// Its first entry, which has the rule, the level and the sentences of all.
    pub first: &'p Entry<'a>,
    /// All of them, in their order.
    pub entries: Vec<&'p Entry<'a>>,
}

impl Subject {
    /// The heading over what is of a level.
    pub fn heading(self, level: Level) -> &'static str {
        match (self, level) {
            (Self::Changes, Level::Error) => "Breaks clients",
            (Self::Changes, Level::Warning) => "May break clients",
            (Self::Changes, Level::Info) => "Breaks nobody",
            (Self::Findings, Level::Error) => "Wrong",
            (Self::Findings, Level::Warning) => "Doubtful",
            (Self::Findings, Level::Info) => "Good to know",
        }
    }

    /// What is said over counts of infos.
    pub(super) fn harmless(self) -> &'static str {
        match self {
            Self::Changes => "no client breaks by these",
            Self::Findings => "nothing is wrong with these",
        }
    }

    /// What is said where nothing was found.
    pub(super) fn nothing(self) -> &'static str {
        match self {
            Self::Changes => "nothing changed",
            Self::Findings => "nothing is wrong",
        }
    }
}

impl FailOn {
    /// Whether something of a level fails.
    pub fn fails(self, level: Level) -> bool {
        match self {
            Self::Error => level == Level::Error,
            Self::Warning => level != Level::Info,
            Self::None => false,
        }
    }
}

impl Page<'_> {
    /// The name of the command.
    pub(super) fn command(&self) -> String {
        self.kind.replace('_', " ")
    }

    /// Whether the sections need their titles to be told apart.
    pub(super) fn titled(&self) -> bool {
        self.sections.len() > 1
    }
}

impl<'a> Section<'a> {
    /// What counts.
    pub fn counting(&self) -> impl Iterator<Item = &Entry<'a>> {
        self.entries.iter().filter(|entry| entry.why_not().is_none())
    }

    /// What does not.
    pub fn suppressed(&self) -> impl Iterator<Item = &Entry<'a>> {
        self.entries.iter().filter(|entry| entry.why_not().is_some())
    }
}

impl<'a> Entry<'a> {
    /// Where a reader looks first: in the revision, which can be changed. Where something is gone that is what stood around it.
    pub fn place(&self) -> Option<&'a Place> {
        self.revision.or(self.around).or(self.base)
    }

    /// Why it does not count; `None` when it does.
    pub fn why_not(&self) -> Option<&str> {
        match &self.standing {
            Standing::Suppressed(why) => Some(why),
            Standing::Counts | Standing::Open | Standing::Noted(_) => None,
        }
    }

    /// What is to be said of it beyond its message.
    pub fn note(&self) -> Option<&str> {
        match &self.standing {
            Standing::Noted(note) | Standing::Suppressed(note) => Some(note),
            Standing::Counts | Standing::Open => None,
        }
    }

    /// Its operations, the first few by name; `None` where there are none, or where the message names it already.
    pub(super) fn called(&self, most: usize) -> Option<String> {
        let shown: Vec<String> = self.calls.iter().take(most).map(|call| call.named()).collect();
        let said = match (shown.len(), self.calls.len().saturating_sub(most)) {
            (0, _) => return None,
            (_, 0) => shown.join(", "),
            (_, more) => format!("{} and {more} more", shown.join(", ")),
        };
        (!self.message.starts_with(&said)).then_some(said)
    }
}

impl Call {
    /// The method and the path, in one line.
    pub(super) fn named(&self) -> String {
        one_line(&format!("{} {}", self.method, self.path))
    }
}

impl Place {
    /// The file, the line and the column.
    pub(super) fn named(&self) -> String {
        format!("{}:{}:{}", one_line(&self.file), self.line, self.column)
    }
}

/// Entries by rule: the worst first, rules in the order in which they occur. Entries of one rule whose level or sentences
/// differ are apart.
pub(super) fn groups<'p, 'a: 'p>(entries: impl Iterator<Item = &'p Entry<'a>>) -> Vec<Group<'p, 'a>> {
    let mut groups: Vec<Group> = Vec::new();
    let mut known: HashMap<(Level, &str, &str, &str), usize> = HashMap::new();
    for entry in entries {
        let key = (entry.level, entry.rule, entry.why, entry.safe);
        let at = *known.entry(key).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.entries.push(entry),
            None => groups.push(Group {
                first: entry,
                entries: vec![entry],
            }),
        }
    }
    groups.sort_by_key(|group| group.first.level);
    groups
}

impl Report {
    /// The comparison as it is shown.
    pub fn page(&self) -> Page<'_> {
        Page {
            kind: self.kind,
            title: "API changes",
            verdict: self.verdict,
            decision: self.decision(),
            parts: Vec::new(),
            fail_on: self.fail_on,
            sections: vec![self.section(String::new())],
            rerun: String::new(),
        }
    }

    /// The comparison as a section of a page.
    pub fn section(&self, title: String) -> Section<'_> {
        let changes = self.changes.iter().map(Told::entry);
        let suppressed = self.suppressed.iter().map(|suppressed| Entry {
            standing: Standing::Suppressed(suppressed.said()),
            ..suppressed.change.entry()
        });
        Section {
            title,
            subject: Subject::Changes,
            gaps: self.unreadable.clone(),
            entries: changes.chain(suppressed).collect(),
        }
    }

    /// What it comes to, in one line.
    fn decision(&self) -> String {
        let counts = self.summary.counts();
        if !self.unreadable.is_empty() {
            let sides = many(self.unreadable.len(), "description", "descriptions");
            return format!("no verdict: {sides} could not be read");
        }
        if self.verdict == RunVerdict::Error {
            let parts = many(self.not_compared, "part", "parts");
            return format!("no verdict: {parts} could not be compared ({counts})");
        }
        match (self.failed(), self.summary.error) {
            (true, 0) => format!("failed: clients may break ({counts})"),
            (true, _) => format!("failed: clients break ({counts})"),
            (false, 0) if self.not_compared > 0 => {
                let parts = many(self.not_compared, "part", "parts");
                format!("passed, although {parts} could not be compared ({counts})")
            }
            (false, 0) => format!("passed: no client breaks ({counts})"),
            (false, _) => format!("passed, although clients break ({counts})"),
        }
    }
}

impl Told {
    /// The change as it is shown.
    pub fn entry(&self) -> Entry<'_> {
        Entry {
            rule: &self.rule,
            level: self.level,
            message: &self.message,
            why: &self.why,
            safe: &self.safe,
            calls: &self.operations,
            pointer: &self.pointer,
            base: self.base.as_ref(),
            revision: self.revision.as_ref(),
            around: self.around.as_ref(),
            standing: if self.rule == Fixed::DocumentNotCompared.id() {
                Standing::Open
            } else {
                Standing::Counts
            },
        }
    }
}

fn many(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

impl Summary {
    /// In words: `3 errors, 1 warning, 0 infos`.
    pub fn counts(self) -> String {
        [
            many(self.error, "error", "errors"),
            many(self.warning, "warning", "warnings"),
            many(self.info, "info", "infos"),
        ]
        .join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{Sample, page};
    use super::*;

    #[test]
    fn entries_of_a_rule_stand_together_and_the_worst_first() {
        let samples = [
            Sample::new("b", Level::Error),
            Sample::new("i", Level::Info),
            Sample::new("a", Level::Error),
            Sample::new("b", Level::Error),
            Sample::new("b", Level::Warning),
        ];
        let page = page(&samples);
        let groups = groups(page.sections[0].entries.iter());
        let said: Vec<(&str, Level, usize)> = groups
            .iter()
            .map(|group| (group.first.rule, group.first.level, group.entries.len()))
            .collect();
        assert_eq!(
            said,
            [
                ("b", Level::Error, 2),
                ("a", Level::Error, 1),
                ("b", Level::Warning, 1),
                ("i", Level::Info, 1),
            ]
        );
    }

    #[test]
    fn operations_are_named_unless_the_message_does() {
        let check = |message: &str, calls: usize, expect: Option<&str>| {
            let sample = Sample::new("a", Level::Error).message(message).calls(calls);
            let samples = [sample];
            let page = page(&samples);
            assert_eq!(page.sections[0].entries[0].called(2).as_deref(), expect);
        };
        check("x", 0, None);
        check("x", 1, Some("GET /0"));
        check("x", 2, Some("GET /0, GET /1"));
        check("x", 4, Some("GET /0, GET /1 and 2 more"));
        check("GET /0 is gone", 1, None);
    }

    #[test]
    fn what_fails_is_what_was_asked_for() {
        let fails =
            |fail_on: FailOn| [Level::Error, Level::Warning, Level::Info].map(|level| fail_on.fails(level));
        assert_eq!(fails(FailOn::Error), [true, false, false]);
        assert_eq!(fails(FailOn::Warning), [true, true, false]);
        assert_eq!(fails(FailOn::None), [false; 3]);
    }
}
