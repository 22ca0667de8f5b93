//! The document as a whole: its version, what it must hold, its tags, and keys that stand twice.

use std::collections::{HashMap, HashSet};

use super::rules::Rule;
use super::{Check, Findings, Kind, Survey, forms};
use crate::contract::arena::{NodeId, Value, Word};
use crate::contract::load::Version;
use crate::contract::words as w;

pub(super) struct Documents;

impl Check for Documents {
    fn check(&self, survey: &Survey<'_>, findings: &mut Findings) {
        version(survey, findings);
        parts(survey, findings);
        tags(survey, findings);
        duplicate_keys(survey, findings);
        xml(survey, findings);
        for license in survey.of(Kind::License) {
            let arena = survey.arena();
            if let (Some(identifier), Some(_)) = (
                arena.get(license.node, w::IDENTIFIER),
                arena.get(license.node, w::URL),
            ) {
                let says = "the license has both `identifier` and `url`";
                findings.add(Rule::UrlIdentifierMutuallyExclusive, identifier, says);
            }
        }
    }
}

fn version(survey: &Survey<'_>, findings: &mut Findings) {
    let arena = survey.arena();
    let keys = [w::OPENAPI, w::SWAGGER];
    let Some(node) = keys.into_iter().find_map(|key| arena.get(survey.root(), key)) else {
        return;
    };
    if let Some(version) = &survey.side.document.unknown_version {
        let says = format!("{} is no version that is known", forms::quoted(version));
        findings.add(Rule::UnknownVersion, node, says);
        return;
    }
    let text = arena.as_text(node).map(|word| arena.text(word));
    let is_well = match (survey.version(), text) {
        (Version::V2, Some(text)) => text == "2.0",
        (_, Some(text)) => is_full_version(text),
        (_, None) => false,
    };
    if !is_well {
        let says = match (survey.version(), text) {
            (Version::V2, _) => "`swagger` must be the text `2.0`, in quotes".to_owned(),
            (_, Some(text)) => format!(
                "`openapi` is {}, and must have three parts, such as `3.1.0`",
                forms::quoted(text)
            ),
            (_, None) => "`openapi` must be a text such as `3.1.0`".to_owned(),
        };
        findings.add(Rule::OpenapiRequired, node, says);
    }
}

/// `3.0.1` or `3.0.1-rc1`.
fn is_full_version(text: &str) -> bool {
    let (numbers, rest) = match text.split_once('-') {
        Some((numbers, rest)) => (numbers, Some(rest)),
        None => (text, None),
    };
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    numbers.split('.').count() == 3 && numbers.split('.').all(is_number) && rest != Some("")
}

fn parts(survey: &Survey<'_>, findings: &mut Findings) {
    let arena = survey.arena();
    let root = survey.root();
    let has = |key: Word| arena.get(root, key).is_some();
    if survey.version() < Version::V31 {
        if !has(w::PATHS) {
            findings.add(Rule::PathsRequired, root, "an API description lacks `paths`");
        }
    } else if ![w::PATHS, w::COMPONENTS, w::WEBHOOKS].into_iter().any(has) {
        let says = "an API description needs at least one of `paths`, `components` and `webhooks`";
        findings.add(Rule::PathsRequired, root, says);
    }
    if let Some(dialect) = arena.get(root, w::JSON_SCHEMA_DIALECT) {
        let text = arena.as_text(dialect).map(|word| arena.text(word));
        if !text.is_some_and(forms::is_absolute_uri) {
            let says = "`jsonSchemaDialect` must be a whole URI";
            findings.add(Rule::JsonSchemaDialectRequired, dialect, says);
        }
    }
    if let Some(own) = arena.get(root, w::SELF)
        && arena
            .as_text(own)
            .is_some_and(|word| arena.text(word).contains('#'))
    {
        findings.add(
            Rule::FormatInvalid,
            own,
            "`$self` must be a URI without a fragment",
        );
    }
}

fn tags(survey: &Survey<'_>, findings: &mut Findings) {
    let arena = survey.arena();
    let mut known: HashMap<Word, NodeId> = HashMap::new();
    for tag in survey.of(Kind::Tag) {
        let Some(name) = arena.get_text(tag.node, w::NAME) else {
            continue;
        };
        if known.insert(name, tag.node).is_some() {
            let says = format!("there is another tag {}", forms::quoted(arena.text(name)));
            findings.add(Rule::DuplicateTag, tag.node, says);
        }
    }
    // A tag from which no way leads to one without a parent is in a circle, or below one.
    let mut rooted: HashSet<Word> = HashSet::new();
    let mut below: HashMap<Word, Vec<Word>> = HashMap::new();
    for (name, node) in &known {
        match arena
            .get(*node, w::PARENT)
            .and_then(|parent| arena.as_text(parent))
        {
            Some(parent) if known.contains_key(&parent) => below.entry(parent).or_default().push(*name),
            _ => {
                rooted.insert(*name);
            }
        }
    }
    let mut todo: Vec<Word> = rooted.iter().copied().collect();
    while let Some(name) = todo.pop() {
        for child in below.get(&name).into_iter().flatten() {
            rooted.insert(*child);
            todo.push(*child);
        }
    }
    for (name, node) in &known {
        let Some(at) = arena.get(*node, w::PARENT) else {
            continue;
        };
        let Some(parent) = arena.as_text(at) else { continue };
        let shown = forms::quoted(arena.text(parent));
        if !known.contains_key(&parent) {
            findings.add(Rule::TagParentUnknown, at, format!("there is no tag {shown}"));
        } else if !rooted.contains(name) {
            let says = format!(
                "the parents of {} lead in a circle",
                forms::quoted(arena.text(*name))
            );
            findings.add(Rule::TagParentUnknown, at, says);
        }
    }
}

fn duplicate_keys(survey: &Survey<'_>, findings: &mut Findings) {
    let arena = survey.arena();
    for duplicate in arena.duplicates() {
        if !survey.sources.contains(&arena.source_of(duplicate.map)) {
            continue;
        }
        let at = arena.get(duplicate.map, duplicate.key).unwrap_or(duplicate.map);
        let says = format!(
            "`{}` stands twice in one object; the last one counts",
            arena.text(duplicate.key).escape_debug()
        );
        findings.add_at(Rule::DuplicateKey, at, duplicate.at, says);
    }
}

/// The kinds of nodes of version 3.2.
fn xml(survey: &Survey<'_>, findings: &mut Findings) {
    const KNOWN: [&str; 5] = ["element", "attribute", "text", "cdata", "none"];
    let arena = survey.arena();
    if survey.version() < Version::V32 {
        return;
    }
    for xml in survey.of(Kind::Xml) {
        let Some(node_type) = arena.get(xml.node, w::NODE_TYPE) else {
            continue;
        };
        if [w::ATTRIBUTE, w::WRAPPED]
            .into_iter()
            .any(|key| arena.get(xml.node, key).is_some())
        {
            let says = "`nodeType` says what `attribute` and `wrapped` say, and stands beside one of them";
            findings.add(Rule::SpecValidationError, node_type, says);
        }
        if let Value::Text(word) = arena.value(node_type)
            && !KNOWN.contains(&arena.text(word))
        {
            let says = format!("`nodeType` must be one of {}", forms::listed(&KNOWN));
            findings.add(Rule::ValueInvalid, node_type, says);
        }
    }
}
