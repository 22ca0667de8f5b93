//! Annotations of GitHub Actions, on the lines of the revision.

use super::page::{Entry, Page, Section};
use crate::contract::rules::Level;
use crate::model::format::workflow::{data, property};

/// Annotations that are written; GitHub shows fewer.
const MAX: usize = 50;

/// The commands.
pub fn github(page: &Page) -> String {
    let mut text = String::new();
    for gap in page.sections.iter().flat_map(|section| &section.gaps).take(MAX) {
        text.push_str(&format!("::error title=no answer::{}\n", data(gap)));
    }
    let counting = page.sections.iter().flat_map(Section::counting);
    let mut count = 0;
    for entry in counting.filter(|entry| entry.level != Level::Info) {
        count += 1;
        if count <= MAX {
            annotation(&mut text, entry);
        }
    }
    if count > MAX {
        text.push_str(&format!(
            "::notice title=contract::{} more {} not shown here\n",
            count - MAX,
            if page.kind == "contract_diff" {
                "changes are"
            } else {
                "entries are"
            },
        ));
    }
    text
}

fn annotation(text: &mut String, entry: &Entry) {
    let word = if entry.level == Level::Error {
        "error"
    } else {
        "warning"
    };
    let at = entry.place().map_or_else(String::new, |place| {
        format!(
            "file={},line={},col={},",
            property(&place.file),
            place.line,
            place.column
        )
    });
    let message = format!("{}\n{}", entry.message, entry.safe);
    text.push_str(&format!(
        "::{word} {at}title={}::{}\n",
        property(entry.rule),
        data(&message)
    ));
}

#[cfg(test)]
mod tests {
    use super::super::samples::{Sample, check, everything, page};
    use super::*;

    #[test]
    fn what_counts_is_annotated_and_what_has_no_answer() {
        let samples = everything();
        insta::assert_snapshot!(github(&check(&samples)));
    }

    #[test]
    fn nothing_is_a_command_but_ours() {
        let sample = Sample::new("a\n::x", Level::Error).message("b\r\n::error::y ##[z]");
        let samples = [sample];
        let text = github(&page(&samples));
        assert_eq!(text.lines().count(), 1);
        assert!(!text.contains("##["), "{text}");
    }

    #[test]
    fn very_many_are_counted() {
        let samples: Vec<Sample> = (0..60).map(|_| Sample::new("a", Level::Error)).collect();
        let text = github(&page(&samples));
        assert_eq!(text.lines().count(), 51);
        assert!(
            text.ends_with("::notice title=contract::10 more changes are not shown here\n"),
            "{text}"
        );
    }
}
