//! Specs of work items: markdown in, data with lines out.
//!
//! [`read`] takes whatever a file holds and never fails: what could not be understood is an oddity with its line.
//! [`overlay`] puts what the work item's own JSON says over it, and [`validate`] says what a work item of its type
//! lacks. Text is found by the headings of a `CommonMark` document, never by its words: what stands in code or in a
//! comment is no heading.

mod acceptance;
mod bare;
mod deployment;
mod document;
pub mod fences;
mod filling;
mod integration;
mod markup;
mod oddities;
mod outline;
mod overlay;
#[allow(
    dead_code,
    reason = "the parts of integration tests and deployments come next"
)]
mod parts;
pub mod placeholder;
pub mod quantity;
mod template;
#[cfg(test)]
mod tests;
mod text;
mod title;
mod validate;
mod variables;
mod words;

pub use bare::bare;
pub use overlay::overlay;
pub use template::{filled, template};
pub use text::MAX_BYTES;
pub use title::heading;
pub use validate::{validate, validate_procedure};
pub use variables::{is_name as is_variable_name, is_stand_in};

use crate::model::spec::{Section, Spec};
use crate::model::work_item::WorkItem;

use self::document::Kind;
use self::filling::Filling;
use self::oddities::{Oddities, quoted};
use self::outline::Node;

/// Reads a spec. `file` is its path from the project's root, for messages.
pub fn read(file: &str, bytes: &[u8]) -> Spec {
    let mut oddities = Oddities::default();
    let text = text::decode(bytes, &mut oddities);
    let blocks = document::blocks(&text);
    let (title, sections) = title::title(outline::outline(&blocks), &mut oddities);
    duplicates(&sections, &mut oddities);
    let kind = title.kind.as_ref().map(|kind| kind.value);
    for block in &blocks {
        if matches!(block.kind, Kind::Instructions) {
            oddities.add(
                block.line,
                "template_text",
                "the template's instructions are still there".to_owned(),
                Some("remove the comment once the spec is written"),
            );
        }
    }
    let filling = filling::filling(&blocks, &sections, kind, &mut oddities);
    Spec {
        file: file.to_owned(),
        kind: title.kind,
        title: title.title,
        acceptance: acceptance::acceptance(&blocks, &sections),
        integration: integration::integration(&blocks, &sections, &mut oddities),
        deployment: deployment::deployment(&blocks, &sections, &mut oddities),
        sections: sections.iter().map(|node| section(node, &filling)).collect(),
        unfilled: filling.unfilled,
        oddities: oddities.finish(),
    }
}

/// What a work item says by itself, where it has no spec: its own JSON. `None` where that says nothing of what stands in
/// a spec. `file` is where it says so, for messages.
pub fn of_item(file: &str, item: &WorkItem) -> Option<Spec> {
    let mut spec = Spec::default();
    overlay(&mut spec, item);
    (spec != Spec::default()).then(|| Spec {
        file: file.to_owned(),
        ..spec
    })
}

/// A heading as the model has it. There are six levels of headings, so that this is never deep.
fn section(node: &Node, filling: &Filling) -> Section {
    Section {
        title: node.title.clone(),
        line: node.line,
        filled: filling.filled(node),
        sections: node
            .children
            .iter()
            .map(|child| section(child, filling))
            .collect(),
    }
}

/// Names each section that is given twice.
fn duplicates(sections: &[Node], oddities: &mut Oddities) {
    let mut first = std::collections::HashMap::new();
    for section in sections.iter().filter(|section| !section.name.is_empty()) {
        match first.get(section.name.as_str()) {
            None => {
                first.insert(section.name.as_str(), section.line);
            }
            Some(line) => oddities.add(
                section.line,
                "duplicate_section",
                format!(
                    "{} is given twice, on lines {line} and {}",
                    quoted(&section.title),
                    section.line
                ),
                Some("put what belongs together below one heading"),
            ),
        }
    }
}
