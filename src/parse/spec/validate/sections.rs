//! The sections that a spec of a type must have.

use crate::model::spec::{At, Section, Spec};
use crate::model::work_item::WorkItemType;

use crate::parse::spec::oddities::quoted;
use crate::parse::spec::outline::name;

use super::List;

/// The section with the criteria.
pub const ACCEPTANCE: &str = "Acceptance Criteria";

/// How alike two headings must be for one to be meant by the other.
const ALIKE: f64 = 0.85;

/// How many sections are looked at for one that was meant.
const MOST_LOOKED_AT: usize = 1_000;

/// The sections that a spec of a type must have.
pub fn required(kind: WorkItemType) -> &'static [&'static str] {
    match kind {
        WorkItemType::Feature => &[
            "Overview",
            "Rationale",
            ACCEPTANCE,
            "Implementation Details",
            "Testing Strategy",
        ],
        WorkItemType::Bug => &[
            "Description",
            "Steps to Reproduce",
            "Root Cause Analysis",
            "Fix Approach",
        ],
        WorkItemType::Refactor => &["Overview", "Current State", "Proposed Refactor", "Scope"],
        WorkItemType::Security => &[
            "Security Issue",
            "Threat Model",
            "Attack Vector",
            "Mitigation Strategy",
            "Compliance",
        ],
        WorkItemType::IntegrationTest => &[
            "Scope",
            "Test Scenarios",
            "Performance Benchmarks",
            "API Contracts",
            "Environment Requirements",
            ACCEPTANCE,
        ],
        WorkItemType::Deployment => &[
            "Deployment Scope",
            "Deployment Procedure",
            "Environment Configuration",
            "Rollback Procedure",
            "Smoke Tests",
            ACCEPTANCE,
        ],
    }
}

/// The sections of a type in a sentence.
pub fn listed(kind: WorkItemType) -> String {
    match required(kind) {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// The line of a section that is there and filled in; else the problem is added. What the JSON says of it is as good as
/// the section, with or without a heading.
pub fn section(list: &mut List<'_>, title: &str) -> Option<u32> {
    let spec = list.spec;
    let all = named(list, title);
    if let Some(section) = all.iter().find(|section| section.filled) {
        return Some(section.line);
    }
    if in_json(spec, title) {
        return Some(all.first().map_or(0, |section| section.line));
    }
    match all.first() {
        Some(section) => {
            let untouched = spec
                .oddities
                .iter()
                .any(|oddity| oddity.value.code == "template_text" && belongs(spec, section, oddity.line));
            let message = if untouched {
                format!("{} is still the template's text", quoted(&section.title))
            } else {
                format!("{} is empty", quoted(&section.title))
            };
            list.at(
                section.line,
                "empty_section",
                message,
                Some("fill it in".to_owned()),
            );
        }
        None => missing(list, title),
    }
    None
}

/// Whether a line belongs to a section of the first order.
fn belongs(spec: &Spec, section: &Section, line: u32) -> bool {
    let next = spec.sections.iter().find(|other| other.line > section.line);
    section.line <= line && next.is_none_or(|next| line < next.line)
}

/// Adds a problem for each section whose heading is missing.
pub fn missing_only(list: &mut List<'_>, kind: WorkItemType) {
    for title in required(kind) {
        if named(list, title).is_empty() && !in_json(list.spec, title) {
            missing(list, title);
        }
    }
}

/// The sections of a name.
fn named<'s>(list: &List<'s>, title: &str) -> Vec<&'s Section> {
    let wanted = name(title);
    let sections = list.spec.sections.iter().zip(&list.names);
    sections
        .filter(|(_, name)| **name == wanted)
        .map(|(section, _)| section)
        .collect()
}

/// Whether the work item's JSON says what the section would.
fn in_json(spec: &Spec, title: &str) -> bool {
    fn json<T>(list: &[At<T>]) -> bool {
        list.first().is_some_and(|one| one.line == 0)
    }
    let integration = &spec.integration;
    match title {
        "Scope" => json(&integration.components) || json(&integration.integration_points),
        "Test Scenarios" => json(&integration.scenarios),
        "Performance Benchmarks" => {
            let limits = &integration.benchmarks;
            let rates = [&limits.minimum_throughput, &limits.target_throughput];
            json(&limits.latency) || rates.into_iter().flatten().any(|rate| rate.line == 0)
        }
        "API Contracts" => json(&integration.contracts),
        "Environment Requirements" => json(&integration.environment.services),
        ACCEPTANCE => json(&spec.acceptance),
        _ => false,
    }
}

fn missing(list: &mut List<'_>, title: &str) {
    let wanted = name(title);
    let mut near: Option<(f64, &Section)> = None;
    let mut deeper = None;
    let spec = list.spec;
    for (section, given) in spec.sections.iter().zip(&list.names).take(MOST_LOOKED_AT) {
        let score = likeness(&wanted, given);
        let better = score >= ALIKE && near.is_none_or(|(best, _)| score > best);
        // A section that is required itself is not meant by another.
        if better && !required_anywhere(&section.title) {
            near = Some((score, section));
        }
        deeper = deeper.or_else(|| below(section, &wanted).map(|found| (section, found)));
    }
    let (line, hint) = match (deeper, near) {
        (Some((above, found)), _) => (
            found.line,
            format!(
                "it stands below {}; make it a section of its own: `## {title}`",
                quoted(&above.title)
            ),
        ),
        (None, Some((_, section))) => (
            section.line,
            format!("did you mean {}? Call it `## {title}`", quoted(&section.title)),
        ),
        (None, None) => (0, format!("add `## {title}`")),
    };
    list.at(
        line,
        "missing_section",
        format!("the section {} is missing", quoted(title)),
        Some(hint),
    );
}

/// A section somewhere below another. There are six levels of headings, so that this is never deep.
fn below<'s>(section: &'s Section, wanted: &str) -> Option<&'s Section> {
    section.sections.iter().find_map(|inner| {
        if name(&inner.title) == wanted {
            Some(inner)
        } else {
            below(inner, wanted)
        }
    })
}

fn required_anywhere(title: &str) -> bool {
    let title = name(title);
    WorkItemType::ALL
        .iter()
        .flat_map(|kind| required(*kind))
        .any(|required| name(required) == title)
}

/// How alike two headings are; one that begins with all of the other is very much so.
fn likeness(wanted: &str, given: &str) -> f64 {
    let (short, long) = if wanted.len() < given.len() {
        (wanted, given)
    } else {
        (given, wanted)
    };
    if short.len() >= 4 && long.starts_with(short) && long[short.len()..].starts_with(' ') {
        1.0
    } else {
        strsim::jaro_winkler(wanted, given)
    }
}
