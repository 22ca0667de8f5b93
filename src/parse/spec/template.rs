//! The templates of specs, a markdown file for each type of work item.

use crate::model::text;
use crate::model::work_item::WorkItemType;

/// What stands for the title in a template.
const TITLE: &str = "[Title]";

/// The longest title, in characters.
const MAX_TITLE_CHARS: usize = 200;

/// The template of a type.
pub fn template(kind: WorkItemType) -> &'static str {
    match kind {
        WorkItemType::Feature => include_str!("../../../templates/specs/feature.md"),
        WorkItemType::Bug => include_str!("../../../templates/specs/bug.md"),
        WorkItemType::Refactor => include_str!("../../../templates/specs/refactor.md"),
        WorkItemType::Security => include_str!("../../../templates/specs/security.md"),
        WorkItemType::IntegrationTest => include_str!("../../../templates/specs/integration_test.md"),
        WorkItemType::Deployment => include_str!("../../../templates/specs/deployment.md"),
    }
}

/// The template of a type with a title. Only the first heading changes, and whatever the title holds stays text in it.
pub fn filled(kind: WorkItemType, title: &str) -> String {
    template(kind).replacen(TITLE, &heading_text(title), 1)
}

/// A text as it can stand in a heading: in one line, every sign that markdown knows taken as it is.
fn heading_text(title: &str) -> String {
    let title = text::sanitise(title);
    let words: Vec<&str> = title.split_whitespace().collect();
    let title = text::shorten(&words.join(" "), MAX_TITLE_CHARS);
    let mut out = String::with_capacity(title.len());
    for c in title.chars() {
        if matches!(
            c,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '&' | '!' | '~' | '|'
        ) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
