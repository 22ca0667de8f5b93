//! The first heading: `# Bug: Login fails on mobile`.

use crate::model::spec::At;
use crate::model::work_item::WorkItemType;

use super::oddities::{Oddities, quoted};
use super::outline::Node;
use super::placeholder;

/// What the first heading says.
#[derive(Debug, Default)]
pub struct Title {
    /// The type before the colon.
    pub kind: Option<At<WorkItemType>>,
    /// The rest.
    pub title: Option<At<String>>,
}

/// Reads the title of a document, and says which of its headings hold the sections. Where the file has a title, that
/// is what stands below it, and each further heading of the first level with what stands below that.
pub fn title(roots: Vec<Node>, oddities: &mut Oddities) -> (Title, Vec<Node>) {
    // Somebody may have put a section before the title.
    let named = roots
        .iter()
        .position(|node| node.level == 1 && kind_of(&node.title).is_some());
    let at = named.or_else(|| roots.first().filter(|node| node.level == 1).map(|_| 0));
    let Some(at) = at else {
        let line = roots.first().map_or(1, |node| node.line);
        oddities.add(
            line,
            "no_title",
            "no first heading names the type of the work item".to_owned(),
            Some(&expected()),
        );
        return (Title::default(), roots);
    };

    let mut title = Title::default();
    let mut sections = Vec::new();
    for (index, node) in roots.into_iter().enumerate() {
        if index != at {
            if index > at && node.level == 1 && kind_of(&node.title).is_some() {
                oddities.add(
                    node.line,
                    "second_title",
                    format!(
                        "{} is a second title; a spec is about one work item",
                        quoted(&node.title)
                    ),
                    Some("make it a section (`##`), or move it to a spec of its own"),
                );
            }
            sections.push(node);
            continue;
        }
        if index > 0 {
            oddities.add(
                node.line,
                "late_title",
                "sections stand before the title".to_owned(),
                Some("move the line to the top of the file"),
            );
        }
        title = read(&node, oddities);
        sections.extend(node.children);
    }
    (title, sections)
}

fn read(node: &Node, oddities: &mut Oddities) -> Title {
    let Some((kind, rest)) = kind_of(&node.title) else {
        oddities.add(
            node.line,
            "unknown_type",
            format!(
                "{} names none of the six types of work items",
                quoted(&node.title)
            ),
            Some(&expected()),
        );
        return Title {
            kind: None,
            title: Some(At::new(node.title.clone(), node.line)),
        };
    };
    if placeholder::is_placeholder(rest) {
        oddities.add(
            node.line,
            "placeholder",
            format!("the title {} is still to be filled in", quoted(rest)),
            Some("say in a few words what the work item is about"),
        );
    }
    Title {
        kind: Some(At::new(kind, node.line)),
        title: (!rest.is_empty()).then(|| At::new(rest.to_owned(), node.line)),
    }
}

/// How a first heading must be.
fn expected() -> String {
    let types: Vec<String> = WorkItemType::ALL.iter().map(|kind| heading(*kind)).collect();
    format!(
        "begin the file with `# TYPE: title`, where TYPE is one of {}",
        types.join(", ")
    )
}

/// A type as first headings name it: `Integration Test`.
pub fn heading(kind: WorkItemType) -> String {
    let words = kind.as_str().split('_').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The type that a heading begins with, and what stands behind the colon.
fn kind_of(title: &str) -> Option<(WorkItemType, &str)> {
    let (word, rest) = title.split_once([':', '：'])?;
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric()).trim();
    let bare = match word.rsplit_once(' ') {
        // `Security Task`.
        Some((bare, last)) if last.eq_ignore_ascii_case("task") => bare,
        _ => word,
    };
    let kind = WorkItemType::named(word).or_else(|| WorkItemType::named(bare))?;
    Some((kind, rest.trim()))
}
