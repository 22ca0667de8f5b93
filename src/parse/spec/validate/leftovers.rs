//! What is still there of the template, and what could not be understood.

use std::collections::BTreeMap;

use crate::model::spec::{At, Oddity, Section, Spec};
use crate::model::work_item::WorkItemType;

use crate::parse::spec::oddities::quoted;
use crate::parse::spec::outline::name;

use super::List;
use super::sections;

/// The oddities that are problems. The others are worth a look and keep nobody from anything.
const PROBLEMS: &[&str] = &[
    "bad_field",
    "bad_port",
    "duplicate_section",
    "no_title",
    "second_title",
    "too_large",
    "unknown_type",
    "unknown_unit",
    "wrong_side",
];

/// How many places a message names.
const MOST_PLACES: usize = 5;

/// Adds the oddities that are problems.
pub fn oddities(list: &mut List<'_>) {
    for oddity in &list.spec.oddities {
        if PROBLEMS.contains(&oddity.value.code) {
            let At {
                value: Oddity { code, message, hint },
                line,
            } = oddity.clone();
            list.at(line, code, message, hint);
        }
    }
}

/// Adds what is left of the template: placeholders by section, examples, and optional sections nobody has touched.
pub fn template(list: &mut List<'_>, kind: WorkItemType) {
    let spec = list.spec;
    let mut placeholders: BTreeMap<u32, Vec<&At<Oddity>>> = BTreeMap::new();
    let mut untouched = Vec::new();
    let mut examples = Vec::new();
    for oddity in &spec.oddities {
        let Some(section) = section_of(spec, oddity.line) else {
            // The title; or what the work item says itself, of which nobody knows where its variables stand.
            let variable =
                oddity.line == 0 && is_variable(spec, 0) && oddity.value.message.starts_with("\"<");
            if oddity.value.code == "placeholder" && !variable {
                let Oddity { code, message, hint } = oddity.value.clone();
                list.at(oddity.line, code, message, hint);
            }
            continue;
        };
        match oddity.value.code {
            // A variable with an open value is as it should be: the name is what the spec says.
            "placeholder" if !is_variable(spec, oddity.line) => {
                placeholders.entry(section.line).or_default().push(oddity);
            }
            "template_text" if section.filled => examples.push(oddity.line),
            // Of sections that must be there it is said already.
            "template_text" if !is_required(kind, section) => untouched.push(section),
            _ => {}
        }
    }
    for (line, found) in placeholders {
        let Some(section) = section_of(spec, line) else {
            continue;
        };
        let places: Vec<String> = found
            .iter()
            .take(MOST_PLACES)
            .map(|oddity| format!("line {}", oddity.line))
            .collect();
        let message = format!(
            "{} has {}: {}{}",
            quoted(&section.title),
            match found.len() {
                1 => "a placeholder left".to_owned(),
                count => format!("{count} placeholders left"),
            },
            places.join(", "),
            if found.len() > MOST_PLACES { ", …" } else { "" }
        );
        let first = found.first().map_or(line, |oddity| oddity.line);
        let hint = found.first().and_then(|oddity| oddity.value.hint.clone());
        list.at(first, "placeholder", message, hint);
    }
    if let Some(first) = untouched.first() {
        let titles: Vec<String> = untouched.iter().map(|section| quoted(&section.title)).collect();
        let verb = if titles.len() == 1 { "is" } else { "are" };
        list.at(
            first.line,
            "template_text",
            format!("{} {verb} still the template's text", titles.join(", ")),
            Some("fill in what is needed and remove the rest".to_owned()),
        );
    }
    if let Some(first) = examples.first() {
        let places: Vec<String> = examples.iter().take(MOST_PLACES).map(u32::to_string).collect();
        let more = if examples.len() > MOST_PLACES { ", …" } else { "" };
        list.at(
            *first,
            "template_text",
            format!(
                "examples of the template are still there, on line {}{more}",
                places.join(", ")
            ),
            Some("say instead how it is here, and remove them".to_owned()),
        );
    }
}

/// The section of the first order that a line belongs to.
fn section_of(spec: &Spec, line: u32) -> Option<&Section> {
    spec.sections
        .iter()
        .rfind(|section| section.line > 0 && section.line <= line)
}

fn is_required(kind: WorkItemType, section: &Section) -> bool {
    let title = name(&section.title);
    sections::required(kind)
        .iter()
        .any(|required| name(required) == title)
}

fn is_variable(spec: &Spec, line: u32) -> bool {
    spec.deployment
        .variables
        .iter()
        .any(|variable| variable.line == line)
        || spec
            .integration
            .environment
            .variables
            .iter()
            .any(|variable| variable.line == line)
}
