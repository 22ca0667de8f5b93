//! `JUnit` XML: suites and cases, and how text stands in it.
//!
//! The form holds to what the schemas of Ant's and Jenkins' readers have in common
//! (`tests/fixtures/schemas/junit-common.xsd`).

use chrono::{DateTime, Utc};
use quick_xml::escape::escape;

use super::inert;

/// A suite: what was asked of one subject.
pub struct Suite {
    /// Its name, and that of its package.
    pub name: String,
    /// How long it took.
    pub duration_ms: u64,
    /// Names and values.
    pub properties: Vec<(String, String)>,
    /// Its cases; a reader shows nothing of a suite that has none.
    pub cases: Vec<Case>,
    /// What belongs to the suite and to none of its cases.
    pub notes: Vec<String>,
}

/// A case: one question and its answer.
pub struct Case {
    /// What it is listed under.
    pub class: String,
    /// Its name.
    pub name: String,
    /// How long it took.
    pub duration_ms: u64,
    /// What came of it.
    pub outcome: Outcome,
}

/// What a case has in it.
pub enum Outcome {
    /// Nothing: it is well.
    Passed,
    /// What was found.
    Failure {
        /// Of which kind, in a word.
        kind: String,
        /// What, in a line.
        message: String,
        /// All of it.
        body: String,
    },
    /// Why there is no answer.
    Error {
        /// Of which kind, in a word.
        kind: String,
        /// Why, in a line.
        message: String,
        /// All of it.
        body: String,
    },
    /// Why nothing was asked, or why the answer does not count.
    Skipped {
        /// Why.
        message: String,
    },
}

/// The document; its suites are written one by one, so that only one is there twice.
pub fn document(suites: impl IntoIterator<Item = Suite>, at: DateTime<Utc>) -> String {
    let mut page = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n".to_owned();
    for (id, suite) in suites.into_iter().enumerate() {
        page.push_str(&suite.xml(id, at));
    }
    page + "</testsuites>\n"
}

impl Suite {
    fn xml(&self, id: usize, at: DateTime<Utc>) -> String {
        let count =
            |wanted: fn(&Outcome) -> bool| self.cases.iter().filter(|case| wanted(&case.outcome)).count();
        let name = value(&self.name);
        let mut xml = format!(
            "  <testsuite name=\"{name}\" package=\"{name}\" id=\"{id}\" hostname=\"localhost\" timestamp=\"{}\" \
             tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{}\">\n    <properties>\n",
            at.format("%Y-%m-%dT%H:%M:%S"),
            self.cases.len(),
            count(|outcome| matches!(outcome, Outcome::Failure { .. })),
            count(|outcome| matches!(outcome, Outcome::Error { .. })),
            count(|outcome| matches!(outcome, Outcome::Skipped { .. })),
            decimal(self.duration_ms),
        );
        for (name, text) in &self.properties {
            xml.push_str(&format!(
                "      <property name=\"{}\" value=\"{}\"/>\n",
                value(name),
                value(text)
            ));
        }
        xml.push_str("    </properties>\n");
        for case in &self.cases {
            xml.push_str(&case.xml());
        }
        xml.push_str(&format!(
            "    <system-out>{}</system-out>\n    <system-err/>\n  </testsuite>\n",
            content(&self.notes.join("\n"))
        ));
        xml
    }
}

impl Case {
    fn xml(&self) -> String {
        let head = format!(
            "    <testcase classname=\"{}\" name=\"{}\" time=\"{}\"",
            value(&self.class),
            value(&self.name),
            decimal(self.duration_ms)
        );
        let with = |element: &str, kind: &str, message: &str, body: &str| {
            format!(
                "{head}>\n      <{element} type=\"{}\" message=\"{}\">{}</{element}>\n    </testcase>\n",
                value(kind),
                value(message),
                content(body)
            )
        };
        match &self.outcome {
            Outcome::Passed => format!("{head}/>\n"),
            Outcome::Failure { kind, message, body } => with("failure", kind, message, body),
            Outcome::Error { kind, message, body } => with("error", kind, message, body),
            Outcome::Skipped { message } => format!(
                "{head}>\n      <skipped message=\"{}\"/>\n    </testcase>\n",
                value(message)
            ),
        }
    }
}

/// Milliseconds as seconds: `1.234`.
fn decimal(duration_ms: u64) -> String {
    format!("{}.{:03}", duration_ms / 1_000, duration_ms % 1_000)
}

/// Text between tags: without the characters that XML 1.0 cannot hold, even escaped.
fn content(text: &str) -> String {
    let held =
        |c: &char| matches!(c, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    let text: String = text.chars().filter(held).filter(|c| *c != '\u{7f}').collect();
    inert::xml(&escape(text.as_str()))
}

/// The value of an attribute, in which a reader would make spaces of line breaks.
fn value(text: &str) -> String {
    content(text).replace('\n', "&#10;").replace('\t', "&#9;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_valid_whatever_it_holds() {
        assert_eq!(
            content("a\u{0}\u{b}\u{fffe}\u{ffff}b]]>&\"'"),
            "ab]]&gt;&amp;&quot;&apos;"
        );
        assert_eq!(content("a::b\n ::x ##[y]"), "a::b\n &#58;:x ##&#91;y]");
        assert_eq!(value("a\nb\tc"), "a&#10;b&#9;c");
    }

    #[test]
    fn times_are_seconds() {
        assert_eq!([0, 7, 1_234].map(decimal), ["0.000", "0.007", "1.234"]);
    }
}
