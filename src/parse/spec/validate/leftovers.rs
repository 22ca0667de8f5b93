//! What is still there of the template, and what could not be understood.

use std::collections::BTreeMap;

use crate::model::spec::{At, Oddity, Section, Spec};
use crate::model::work_item::WorkItemType;

use crate::parse::spec::oddities::quoted;
use crate::parse::spec::outline::name;
use crate::parse::spec::variables;

use super::List;
use super::sections;

/// The oddities that are problems. The others are worth a look and keep nobody from anything.
const PROBLEMS: &[&str] = &[
    "bad_field",
    "bad_port",
    "duplicate_section",
    Oddity::LOST_STEP,
    "no_title",
    "second_title",
    "too_deep",
    "too_large",
    Oddity::TWO_ENVIRONMENTS,
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

/// Oddities that say nothing of what a spec is about.
const OF_THE_TITLE: &[&str] = &["no_title", "second_title", "unknown_type"];

/// The same without what is only about the title.
pub fn oddities_of_sections(list: &mut List<'_>) {
    oddities(list);
    list.problems
        .retain(|problem| !OF_THE_TITLE.contains(&problem.code));
}

/// Adds what is left of the template: placeholders by section, examples, and optional sections nobody has touched.
pub fn template(list: &mut List<'_>, kind: WorkItemType) {
    let spec = list.spec;
    let mut placeholders: BTreeMap<u32, Vec<&At<Oddity>>> = BTreeMap::new();
    let mut untouched = Vec::new();
    let mut examples = Vec::new();
    for oddity in &spec.oddities {
        let Some(section) = section_of(spec, oddity.line) else {
            // The title, or what the JSON says.
            if oddity.value.code == "placeholder" {
                let Oddity { code, message, hint } = oddity.value.clone();
                list.at(oddity.line, code, message, hint);
            }
            continue;
        };
        match oddity.value.code {
            // A variable with an open value is as it should be: the name is what the spec says.
            "placeholder" if !variables::stands_on(spec, oddity.line) => {
                placeholders.entry(section.line).or_default().push(oddity);
            }
            "template_text" if section.filled => examples.push(oddity.line),
            // Of sections that must be there it is said already.
            "template_text" if !is_required(kind, section) => untouched.push(section),
            _ => {}
        }
    }
    open(list, placeholders);
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
        list.at(
            *first,
            "template_text",
            format!("examples of the template are still there, {}", places(&examples)),
            Some("say instead how it is here, and remove them".to_owned()),
        );
    }
}

/// Adds what is left open in the sections that are required, a problem for each.
pub fn placeholders_of(list: &mut List<'_>, kind: WorkItemType) {
    let spec = list.spec;
    let mut placeholders: BTreeMap<u32, Vec<&At<Oddity>>> = BTreeMap::new();
    for oddity in &spec.oddities {
        let section = section_of(spec, oddity.line).filter(|section| {
            is_required(kind, section) && name(&section.title) != name(sections::ACCEPTANCE)
        });
        if let Some(section) = section
            && oddity.value.code == "placeholder"
            && !variables::stands_on(spec, oddity.line)
        {
            placeholders.entry(section.line).or_default().push(oddity);
        }
    }
    open(list, placeholders);
}

/// Adds a problem for each section with something left open, by the sections' lines.
fn open(list: &mut List<'_>, placeholders: BTreeMap<u32, Vec<&At<Oddity>>>) {
    let spec = list.spec;
    for (line, found) in placeholders {
        let Some(section) = section_of(spec, line) else {
            continue;
        };
        let lines: Vec<u32> = found.iter().map(|oddity| oddity.line).collect();
        let what = match found.len() {
            1 => "a placeholder".to_owned(),
            count => format!("{count} placeholders"),
        };
        let message = format!("{} has {what} left, {}", quoted(&section.title), places(&lines));
        let first = found.first().map_or(line, |oddity| oddity.line);
        let hint = found.first().and_then(|oddity| oddity.value.hint.clone());
        list.at(first, "placeholder", message, hint);
    }
}

/// Lines in a sentence: `on line 7`, `on lines 7, 8, 9, …`.
fn places(lines: &[u32]) -> String {
    let named: Vec<String> = lines.iter().take(MOST_PLACES).map(u32::to_string).collect();
    let word = if lines.len() == 1 { "line" } else { "lines" };
    let more = if lines.len() > MOST_PLACES { ", …" } else { "" };
    format!("on {word} {}{more}", named.join(", "))
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
