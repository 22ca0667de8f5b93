//! Annotations of GitHub Actions, on the lines of the revision.

use super::Report;
use crate::contract::rules::Level;

/// Annotations that are written; GitHub shows fewer.
const MAX: usize = 50;

/// The commands.
pub fn github(report: &Report) -> String {
    let mut page = String::new();
    let worth = report.changes.iter().filter(|told| told.level != Level::Info);
    let count = worth.clone().count();
    for told in worth.take(MAX) {
        let word = if told.level == Level::Error {
            "error"
        } else {
            "warning"
        };
        let place = told.revision.as_ref().or(told.base.as_ref());
        let at = place.map_or_else(String::new, |place| {
            format!(
                "file={},line={},col={},",
                property(&place.file),
                place.line,
                place.column
            )
        });
        let message = format!("{}\n{}", told.message, told.safe);
        page.push_str(&format!(
            "::{word} {at}title={}::{}\n",
            property(&told.rule),
            data(&message)
        ));
    }
    if count > MAX {
        page.push_str(&format!(
            "::notice title=contract::{} more changes are not shown here\n",
            count - MAX
        ));
    }
    page
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
