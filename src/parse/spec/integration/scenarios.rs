//! Test scenarios: every heading below Test Scenarios is one. Where there is none, labels or items are.

use crate::model::spec::{At, Scenario};

use crate::parse::spec::document::Block;
use crate::parse::spec::outline::Node;
use crate::parse::spec::parts::{self, Entry, Found, LABEL, Part};

/// The parts of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Setup,
    Actions,
    Expected,
}

/// Reads the scenarios of the section.
pub fn scenarios(blocks: &[Block], section: &Node) -> Vec<At<Scenario>> {
    if !section.children.is_empty() {
        return section
            .children
            .iter()
            .map(|child| {
                let parts = parts::parts(blocks, child.all.clone());
                At::new(scenario(&child.title, &parts), child.line)
            })
            .collect();
    }
    let parts = parts::parts(blocks, section.all.clone());
    let labelled = by_label(&parts);
    if labelled.is_empty() {
        by_item(&parts)
    } else {
        labelled
    }
}

/// Scenarios below labels: `**Scenario 1: Happy path**`.
fn by_label(parts: &[Part<'_>]) -> Vec<At<Scenario>> {
    let begins: Vec<usize> = (0..parts.len())
        .filter(|at| parts[*at].rank == LABEL && without_number(&parts[*at].title).is_some())
        .collect();
    let ends = begins.iter().skip(1).copied().chain([parts.len()]);
    let ranges = begins.iter().copied().zip(ends);
    ranges
        .map(|(begin, end)| {
            let head = &parts[begin];
            let title = match (without_number(&head.title), head.value) {
                (Some(""), value) if !value.is_empty() => value,
                _ => &head.title,
            };
            // The label's own value is the description.
            let mut scenario = scenario(title, &parts[begin + 1..end]);
            for found in parts::roles(std::slice::from_ref(head), role) {
                put(&mut scenario, found);
            }
            At::new(scenario, head.line)
        })
        .collect()
}

/// Scenarios as items: `1. Happy path` with items for setup, actions and results.
fn by_item(parts: &[Part<'_>]) -> Vec<At<Scenario>> {
    let mut scenarios: Vec<At<Scenario>> = Vec::new();
    for part in parts.iter().filter(|part| role(&part.name).is_none()) {
        let outer = part.outer_items().map(|item| item.depth).next().unwrap_or(0);
        let mut entries = part.entries.iter().copied().peekable();
        while let Some(entry) = entries.next() {
            let Entry::Item(head) = entry else { continue };
            if head.depth != outer {
                continue;
            }
            let mut below = Vec::new();
            while let Some(next) =
                entries.next_if(|next| !matches!(next, Entry::Item(item) if item.depth <= outer))
            {
                below.push(next);
            }
            let inner = Part {
                name: String::new(),
                title: String::new(),
                rank: 0,
                line: head.line,
                value: "",
                source: None,
                entries: below,
            };
            let text = head.text();
            scenarios.push(At::new(scenario(text.trim_end_matches(':'), &[inner]), head.line));
        }
    }
    scenarios
}

fn scenario(title: &str, parts: &[Part<'_>]) -> Scenario {
    let mut scenario = Scenario {
        description: match without_number(title) {
            Some(rest) if !rest.is_empty() => rest.to_owned(),
            _ => title.trim().to_owned(),
        },
        ..Scenario::default()
    };
    for found in parts::roles(parts, role) {
        put(&mut scenario, found);
    }
    scenario
}

fn put(scenario: &mut Scenario, found: Found<'_, Role>) {
    let list = match found.role {
        Role::Setup => &mut scenario.setup,
        Role::Actions => &mut scenario.actions,
        Role::Expected => &mut scenario.expected_results,
    };
    // Code by itself says what is done, too.
    let code = found.texts.is_empty().then(|| {
        found
            .code
            .iter()
            .map(|fence| At::new(fence.code.trim().to_owned(), fence.line))
    });
    list.extend(code.into_iter().flatten().filter(|code| !code.value.is_empty()));
    list.extend(found.texts);
}

fn role(name: &str) -> Option<Role> {
    Some(match name {
        "setup" | "set up" | "set-up" | "test setup" | "precondition" | "preconditions" | "prerequisites"
        | "given" => Role::Setup,
        "action" | "actions" | "step" | "steps" | "test steps" | "when" => Role::Actions,
        "expected results" | "expected result" | "expected" | "expected outcome" | "expected outcomes"
        | "expected behavior" | "expected behaviour" | "expectations" | "then" => Role::Expected,
        _ => return None,
    })
}

/// What stands behind `Scenario 1:`; nothing when a title does not begin so.
fn without_number(title: &str) -> Option<&str> {
    let title = title.trim();
    let lower = title.to_ascii_lowercase();
    let word = ["test scenario", "scenario", "test case", "test", "case"]
        .into_iter()
        .find(|word| lower.starts_with(word))?;
    let rest = &title[word.len()..];
    let number = rest.trim_start();
    let digits = number.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = digits.len() < number.len();
    let after = digits.trim_start();
    let sign = after.trim_start_matches([':', '.', ')', '-', '–', '—']);
    let marked = sign.len() < after.len();
    // `Tests of the queue` is no number, `Scenario: …` and `Test 2` are.
    (numbered && (marked || after.is_empty()) || after.starts_with(':')).then(|| sign.trim())
}
