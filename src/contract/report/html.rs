//! One self-contained page for a browser: it loads nothing, and shows everything without its script.
//!
//! Every text of a document is escaped. The policy in the page's head allows the two blocks that are written here, by
//! their hashes, and nothing else: what a document smuggled in would not run. The script filters what is there; its data
//! are numbers of operations, since naming each with every entry would take more room than all else.

mod operations;

use std::sync::LazyLock;

use self::operations::Operations;
use super::Place;
use super::page::{Entry, Group, Page, Section, groups};
use crate::contract::rules::Level;
use crate::model::format::html::{escaped, marked, policy};

const STYLE: &str = concat!(
    include_str!("../../../templates/page.css"),
    include_str!("../../../templates/contract/page.css")
);
const SCRIPT: &str = include_str!("../../../templates/contract/page.js");

/// Entries that a page shows; a browser takes long for more.
const MAX_ENTRIES: usize = 20_000;
/// Operations that an entry names before the script adds the rest.
const MAX_CALLS: usize = 12;

/// What may be in the page.
static POLICY: LazyLock<String> = LazyLock::new(|| policy(STYLE, Some(SCRIPT)));

/// The page.
pub fn html(page: &Page) -> String {
    let mut writer = Writer {
        out: String::new(),
        operations: Operations::of(page),
        titled: page.titled(),
        shown: 0,
    };
    writer.head(page);
    let mut total = 0;
    for (number, section) in page.sections.iter().enumerate() {
        total += section.entries.len();
        writer.section(number, section);
    }
    writer.foot(page, total);
    writer.out
}

struct Writer<'a> {
    out: String,
    operations: Operations<'a>,
    /// Whether sections have their titles; the only one has it in the head of the page.
    titled: bool,
    /// Entries that were written.
    shown: usize,
}

impl Writer<'_> {
    fn add(&mut self, parts: &[&str]) {
        for part in parts {
            self.out.push_str(part);
        }
    }

    fn head(&mut self, page: &Page) {
        let verdict = page.verdict.as_str();
        let (title, decision) = (escaped(page.title), escaped(&page.decision));
        self.add(&[
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
            "<meta http-equiv=\"Content-Security-Policy\" content=\"",
            &POLICY,
            "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
            "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n",
            "<title>",
            &title,
            ": ",
            verdict,
            "</title>\n<style>",
            STYLE,
            "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#entries\">To the entries</a>\n",
            "<header class=\"",
            verdict,
            "\">\n<h1>",
            &title,
            "</h1>\n<p class=\"decision\">",
            &decision,
            "</p>\n",
        ]);
        if let [only] = page.sections.as_slice()
            && !only.title.is_empty()
        {
            self.add(&["<p class=\"files\">", &escaped(&only.title), "</p>\n"]);
        }
        self.out.push_str("</header>\n");
        self.tools(page);
        self.out.push_str("<main id=\"entries\" tabindex=\"-1\">\n");
        if self.titled {
            self.contents(page);
        }
        self.out.push_str("<div id=\"by-operation\" hidden></div>\n");
    }

    /// What the script shows once it runs.
    fn tools(&mut self, page: &Page) {
        self.out.push_str(
            "<div id=\"tools\" role=\"search\" hidden>\n<label class=\"find\"><span>Filter</span> <input id=\"q\" \
             type=\"search\" autocomplete=\"off\" spellcheck=\"false\" placeholder=\"rule, text, file, operation\" \
             aria-keyshortcuts=\"/\"></label>\n<fieldset><legend>Levels</legend>\n",
        );
        let all = || page.sections.iter().flat_map(|section| &section.entries);
        let count = |level: Level| {
            let wanted = |entry: &&Entry| entry.level == level && entry.why_not().is_none();
            all().filter(wanted).count()
        };
        let suppressed = all().filter(|entry| entry.why_not().is_some()).count();
        for (value, name, count) in [
            ("error", "errors", count(Level::Error)),
            ("warning", "warnings", count(Level::Warning)),
            ("info", "infos", count(Level::Info)),
            ("suppressed", "suppressed", suppressed),
        ] {
            if count > 0 {
                self.out.push_str(&format!(
                    "<label class=\"toggle {value}\"><input type=\"checkbox\" name=\"level\" value=\"{value}\" checked> \
                     {name} <b>{count}</b></label>\n"
                ));
            }
        }
        self.out.push_str("</fieldset>\n");
        if self.operations.any() {
            self.out.push_str(
                "<fieldset><legend>Group by</legend>\n<label class=\"toggle\"><input type=\"radio\" name=\"by\" \
                 value=\"rule\" checked> rule</label>\n<label class=\"toggle\"><input type=\"radio\" name=\"by\" \
                 value=\"operation\"> operation</label>\n</fieldset>\n",
            );
        }
        self.out.push_str(
            "<button id=\"fold\" type=\"button\">Fold all</button>\n<output id=\"shown\" role=\"status\"></output>\n</div>\n",
        );
    }

    /// The sections, where there are several.
    fn contents(&mut self, page: &Page) {
        self.out.push_str("<nav aria-label=\"Contents\"><ul>\n");
        for (number, section) in page.sections.iter().enumerate() {
            let count = section.counting().count();
            let said = if section.gaps.is_empty() {
                ""
            } else {
                ", no answer"
            };
            self.out.push_str(&format!(
                "<li><a href=\"#s{number}\">{}</a> ({count}{said})</li>\n",
                escaped(&section.title)
            ));
        }
        self.out.push_str("</ul></nav>\n");
    }

    fn section(&mut self, number: usize, section: &Section) {
        self.out
            .push_str(&format!("<section class=\"part\" id=\"s{number}\">\n"));
        if self.titled {
            self.add(&["<h2>", &escaped(&section.title), "</h2>\n"]);
        }
        for gap in &section.gaps {
            self.add(&[
                "<p class=\"gap\"><strong>no answer</strong> ",
                &marked(gap),
                "</p>\n",
            ]);
        }
        if section.entries.is_empty() {
            self.add(&["<p class=\"nothing\">", section.subject.nothing(), "</p>\n"]);
        }
        for group in groups(section.counting()) {
            let level = group.first.level.as_str();
            self.group(&group, level);
        }
        for group in groups(section.suppressed()) {
            self.group(&group, "suppressed");
        }
        self.out.push_str("</section>\n");
    }

    fn group(&mut self, group: &Group, level: &str) {
        let room = MAX_ENTRIES.saturating_sub(self.shown);
        if room == 0 {
            return;
        }
        let first = group.first;
        let rule = escaped(first.rule);
        let times = match group.entries.len() {
            1 => String::new(),
            many => format!(" <span class=\"times\">{many} times</span>"),
        };
        self.add(&[
            "<details class=\"group\" open data-level=\"",
            level,
            "\">\n<summary><h3><span class=\"level ",
            level,
            "\">",
            level,
            "</span> <code class=\"rule\">",
            &rule,
            "</code>",
            &times,
            "</h3></summary>\n<p class=\"why\">",
            &marked(first.why),
        ]);
        if first.level != Level::Info {
            self.add(&[" <span class=\"safe\">", &marked(first.safe), "</span>"]);
        }
        self.out.push_str("</p>\n");
        for entry in group.entries.iter().take(room) {
            self.entry(entry);
        }
        self.out.push_str("</details>\n");
    }

    fn entry(&mut self, entry: &Entry) {
        self.shown += 1;
        let number = self.shown;
        self.out
            .push_str(&format!("<article class=\"entry\" id=\"e{number}\""));
        self.add(&[
            " data-at=\"",
            &escaped(entry.pointer),
            "\">\n<p class=\"message\">",
            &marked(entry.message),
            "</p>\n",
        ]);
        if !entry.calls.is_empty() {
            self.calls(entry);
        }
        if let Some(note) = entry.note() {
            self.add(&["<p class=\"note\">", &escaped(note), "</p>\n"]);
        }
        if entry.place().is_some() {
            self.out.push_str("<div class=\"sides\">\n");
            match (entry.base, entry.revision) {
                (Some(base), revision) => {
                    self.side("base", base);
                    if let Some(revision) = revision {
                        self.side("revision", revision);
                    }
                }
                (None, Some(only)) => self.side("", only),
                (None, None) => {}
            }
            self.out.push_str("</div>\n");
        }
        self.out.push_str("</article>\n");
        self.operations.add(entry);
    }

    fn calls(&mut self, entry: &Entry) {
        self.out.push_str("<p class=\"calls\">");
        for call in entry.calls.iter().take(MAX_CALLS) {
            self.add(&["<span>", &escaped(&call.named()), "</span> "]);
        }
        let more = entry.calls.len().saturating_sub(MAX_CALLS);
        if more > 0 {
            self.out
                .push_str(&format!("<span class=\"more\">and {more} more</span>"));
        }
        self.out.push_str("</p>\n");
    }

    fn side(&mut self, name: &str, place: &Place) {
        self.out.push_str("<figure><figcaption>");
        if !name.is_empty() {
            self.add(&["<b>", name, "</b> "]);
        }
        self.add(&[&escaped(&place.named()), "</figcaption><pre>"]);
        let hit = |excerpt: &str| format!("<mark data-n=\"{}\">{}\n</mark>", place.line, escaped(excerpt));
        match &place.around {
            None => self.add(&[&hit(&place.excerpt)]),
            Some(around) => {
                for (number, line) in (around.first..).zip(&around.lines) {
                    let line = if number == place.line {
                        hit(line)
                    } else {
                        format!("<i data-n=\"{number}\">{}\n</i>", escaped(line))
                    };
                    self.out.push_str(&line);
                }
            }
        }
        self.out.push_str("</pre></figure>\n");
    }

    fn foot(&mut self, page: &Page, total: usize) {
        let more = total.saturating_sub(self.shown);
        if more > 0 {
            self.out.push_str(&format!(
                "<p class=\"gap\">{more} more of {total} are not on this page; <code>--format json</code> has all.</p>\n"
            ));
        }
        self.out.push_str("</main>\n<footer>");
        if !page.rerun.is_empty() {
            self.add(&["Again: <code>", &escaped(&page.rerun), "</code>"]);
        }
        let data = self.operations.json();
        self.add(&[
            "</footer>\n<script type=\"application/json\" id=\"data\">",
            &data,
            "</script>\n<script>",
            SCRIPT,
            "</script>\n</body>\n</html>\n",
        ]);
    }
}

#[cfg(test)]
mod tests;
