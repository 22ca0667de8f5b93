//! The type of a schema, and keywords that do not go with it.

use super::{Findings, Kind, NodeId, Rule, Survey, Value, Version, Word, forms, w};

/// Formats, with the types whose values they are about.
const FORMATS: &[(&str, &[Word])] = &[
    ("int8", NUMBERS),
    ("int16", NUMBERS),
    ("int32", NUMBERS),
    ("int64", NUMBERS),
    ("uint8", NUMBERS),
    ("uint16", NUMBERS),
    ("uint32", NUMBERS),
    ("float", NUMBERS),
    ("double", NUMBERS),
    ("byte", TEXTS),
    ("date", TEXTS),
    ("date-time", TEXTS),
    ("time", TEXTS),
    ("duration", TEXTS),
    ("email", TEXTS),
    ("idn-email", TEXTS),
    ("hostname", TEXTS),
    ("idn-hostname", TEXTS),
    ("ipv4", TEXTS),
    ("ipv6", TEXTS),
    ("uri", TEXTS),
    ("uri-reference", TEXTS),
    ("uri-template", TEXTS),
    ("iri", TEXTS),
    ("iri-reference", TEXTS),
    ("uuid", TEXTS),
    ("password", TEXTS),
    ("regex", TEXTS),
    ("json-pointer", TEXTS),
    ("relative-json-pointer", TEXTS),
];

const NUMBERS: &[Word] = &[w::INTEGER, w::NUMBER];
const TEXTS: &[Word] = &[w::STRING];

/// Keywords that are about values of one kind.
const KEYWORDS: &[(Word, &[Word])] = &[
    (w::MIN_LENGTH, TEXTS),
    (w::MAX_LENGTH, TEXTS),
    (w::PATTERN, TEXTS),
    (w::MINIMUM, NUMBERS),
    (w::MAXIMUM, NUMBERS),
    (w::EXCLUSIVE_MINIMUM, NUMBERS),
    (w::EXCLUSIVE_MAXIMUM, NUMBERS),
    (w::MULTIPLE_OF, NUMBERS),
    (w::ITEMS, &[w::ARRAY]),
    (w::PREFIX_ITEMS, &[w::ARRAY]),
    (w::MIN_ITEMS, &[w::ARRAY]),
    (w::MAX_ITEMS, &[w::ARRAY]),
    (w::UNIQUE_ITEMS, &[w::ARRAY]),
    (w::CONTAINS, &[w::ARRAY]),
    (w::PROPERTIES, &[w::OBJECT]),
    (w::REQUIRED, &[w::OBJECT]),
    (w::ADDITIONAL_PROPERTIES, &[w::OBJECT]),
    (w::MIN_PROPERTIES, &[w::OBJECT]),
    (w::MAX_PROPERTIES, &[w::OBJECT]),
    (w::PATTERN_PROPERTIES, &[w::OBJECT]),
    (w::PROPERTY_NAMES, &[w::OBJECT]),
];

pub(super) fn check(survey: &Survey<'_>, node: NodeId, kind: Kind, findings: &mut Findings) {
    let arena = survey.arena();
    let Some(at) = arena.get(node, w::TYPE) else {
        return;
    };
    if kind == Kind::Schema {
        known(survey, node, at, findings);
    }
    let types: Vec<Word> = match arena.value(at) {
        Value::Text(word) => vec![word],
        Value::List(_) => arena.items(at).filter_map(|item| arena.as_text(item)).collect(),
        _ => return,
    };
    let Some(first) = types.iter().find(|word| **word != w::NULL).copied() else {
        return;
    };
    let meets = |words: &[Word]| types.iter().any(|word| words.contains(word) || *word == w::FILE);
    let shown = arena.text(first);
    if let Some(format) = arena.get(node, w::FORMAT)
        && let Some(name) = arena.as_text(format).map(|word| arena.text(word))
        && let Some((_, words)) = FORMATS.iter().find(|(known, _)| *known == name)
        && !meets(words)
    {
        let says = format!("the format `{name}` says nothing about values of type `{shown}`");
        findings.add(Rule::TypeFormatMismatch, format, says);
    }
    for (key, words) in KEYWORDS {
        // A parameter of Swagger 2.0 is required in another sense.
        if kind != Kind::Schema && *key == w::REQUIRED {
            continue;
        }
        if let Some(keyword) = arena.get(node, *key)
            && !meets(words)
        {
            let says = format!(
                "`{}` says nothing about values of type `{shown}`",
                arena.text(*key)
            );
            findings.add(Rule::KeywordWithoutEffect, keyword, says);
        }
    }
}

/// Whether the types are types.
fn known(survey: &Survey<'_>, node: NodeId, at: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    let version = survey.version();
    let mut words = vec![w::STRING, w::NUMBER, w::INTEGER, w::BOOLEAN, w::ARRAY, w::OBJECT];
    // Swagger 2.0 takes its types from draft 4 of JSON Schema, with `null` and lists; version 3.0 alone has neither.
    if version != Version::V30 {
        words.push(w::NULL);
    }
    let mut look = |item: NodeId| match arena.as_text(item) {
        Some(word) if words.contains(&word) => {}
        Some(w::FILE) if version == Version::V2 => {
            let is_whole = arena.parent(node).is_some_and(|owner| {
                arena.get(owner, w::SCHEMA) == Some(node) && arena.get(owner, w::IN).is_none()
            });
            if !is_whole {
                let says = "only the schema of a response is of type `file`";
                findings.add(Rule::FileNotAllowed, item, says);
            }
        }
        word => {
            let names: Vec<&str> = words.iter().map(|word| arena.text(*word)).collect();
            let found = word.map_or_else(
                || super::super::survey::type_of(arena, item).to_owned(),
                |word| forms::quoted(arena.text(word)),
            );
            let says = format!("a type is one of {}, and not {found}", forms::listed(&names));
            findings.add(Rule::SchemaTypeUnsupported, item, says);
        }
    };
    match arena.value(at) {
        Value::List(run) if version != Version::V30 => {
            arena.items(at).for_each(&mut look);
            let mut seen: Vec<Word> = arena.items(at).filter_map(|item| arena.as_text(item)).collect();
            seen.sort_unstable();
            let count = seen.len();
            seen.dedup();
            if run.is_empty() || seen.len() < count {
                let says = "a list of types holds at least one, and each once";
                findings.add(Rule::SchemaTypeUnsupported, at, says);
            }
        }
        Value::List(_) => {
            let says = "version 3.0 takes one type and no list of types";
            findings.add(Rule::SchemaTypeUnsupported, at, says);
        }
        _ => look(at),
    }
    let lacks_items = arena.as_text(at) == Some(w::ARRAY) && arena.get(node, w::ITEMS).is_none();
    if lacks_items && version < Version::V31 {
        findings.add(Rule::SchemaItemsRequired, node, "a list lacks `items`");
    }
}
