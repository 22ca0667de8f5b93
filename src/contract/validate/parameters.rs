//! Parameters and headers of `OpenAPI` 3: where they are sent, how they are written, and what is said twice.

use std::collections::HashSet;

use super::rules::Rule;
use super::{Check, Findings, Kind, Survey, forms};
use crate::contract::arena::{NodeId, Word};
use crate::contract::load::Version;
use crate::contract::words as w;

pub(super) struct Parameters;

impl Check for Parameters {
    fn check(&self, survey: &Survey<'_>, findings: &mut Findings) {
        for parameter in survey.of(Kind::Parameter) {
            place(survey, parameter.node, findings);
            name(survey, parameter.node, findings);
            if survey.version() >= Version::V30 {
                described_once(survey, parameter.node, Kind::Parameter, findings);
                style(survey, parameter.node, findings);
            }
            needless_default(survey, parameter.node, findings);
        }
        if survey.version() >= Version::V30 {
            for header in survey.of(Kind::Header) {
                described_once(survey, header.node, Kind::Header, findings);
                header_style(survey, header.node, findings);
            }
        }
        for item in survey.of(Kind::PathItem) {
            lists(survey, item.node, findings);
        }
    }
}

/// The places that a version has.
fn places(version: Version) -> &'static [Word] {
    match version {
        Version::V2 => &[w::QUERY, w::HEADER, w::PATH, w::FORM_DATA, w::BODY],
        Version::V30 | Version::V31 => &[w::QUERY, w::HEADER, w::PATH, w::COOKIE],
        Version::V32 => &[w::QUERY, w::QUERYSTRING, w::HEADER, w::PATH, w::COOKIE],
    }
}

fn place(survey: &Survey<'_>, node: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    let Some(at) = arena.get(node, w::IN) else { return };
    let known = places(survey.version());
    let place = arena.as_text(at);
    if !place.is_some_and(|place| known.contains(&place)) {
        let names: Vec<&str> = known.iter().map(|word| arena.text(*word)).collect();
        let says = format!("a parameter is `in` one of {}", forms::listed(&names));
        return findings.add(Rule::ParameterInInvalid, at, says);
    }
    if place == Some(w::PATH) && arena.get_bool(node, w::REQUIRED) != Some(true) {
        let says = "a parameter of the path needs `required: true`";
        let at = arena.get(node, w::REQUIRED).unwrap_or(node);
        findings.add(Rule::PathParameterRequired, at, says);
    }
}

fn name(survey: &Survey<'_>, node: NodeId, findings: &mut Findings) {
    const IGNORED: [&str; 3] = ["accept", "content-type", "authorization"];
    let arena = survey.arena();
    if arena.get_text(node, w::IN) != Some(w::HEADER) {
        return;
    }
    let Some(at) = arena.get(node, w::NAME) else {
        return;
    };
    let Some(name) = arena.as_text(at).map(|word| arena.text(word)) else {
        return;
    };
    if survey.version() >= Version::V30 && IGNORED.contains(&&*name.to_lowercase()) {
        let says = format!("the header `{name}` is not described by a parameter");
        findings.add(Rule::IgnoredHeaderParameter, at, says);
    } else if !forms::is_token(name) {
        let says = format!("{} is no name of a header", forms::quoted(name));
        findings.add(Rule::HeaderNameInvalid, at, says);
    }
}

/// `schema` or `content`, `example` or `examples`, and what belongs to `schema` only.
fn described_once(survey: &Survey<'_>, node: NodeId, kind: Kind, findings: &mut Findings) {
    let arena = survey.arena();
    let noun = kind.noun();
    let (schema, content) = (arena.get(node, w::SCHEMA), arena.get(node, w::CONTENT));
    match (schema, content) {
        (Some(_), Some(content)) => {
            let says = format!("{noun} has both `schema` and `content`");
            findings.add(Rule::ContentOrSchemaExactlyOne, content, says);
        }
        (None, None) => {
            let says = format!("{noun} has neither `schema` nor `content`");
            findings.add(Rule::ContentOrSchemaExactlyOne, node, says);
        }
        _ => {}
    }
    let Some(content) = content.filter(|content| arena.is_map(*content)) else {
        return;
    };
    let count = arena.fields(content).len();
    if count != 1 {
        let rule = if kind == Kind::Header {
            Rule::HeaderContentSingleEntry
        } else {
            Rule::ParameterContentSingleEntry
        };
        let says = format!("the `content` of {noun} has exactly one media type, and this has {count}");
        findings.add(rule, content, says);
    }
    if schema.is_some() {
        return;
    }
    for key in [w::STYLE, w::EXPLODE, w::ALLOW_RESERVED, w::EXAMPLE, w::EXAMPLES] {
        if let Some(at) = arena.get(node, key) {
            let says = format!(
                "`{}` belongs to {noun} with `schema`, and here is `content`",
                arena.text(key)
            );
            findings.add(Rule::SchemaFieldsForbidden, at, says);
        }
    }
}

fn style(survey: &Survey<'_>, node: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    let Some(place) = arena.get_text(node, w::IN) else {
        return;
    };
    let styles: &[Word] = match place {
        w::PATH => &[w::MATRIX, w::LABEL, w::SIMPLE],
        w::HEADER => &[w::SIMPLE],
        w::QUERY => &[w::FORM, w::SPACE_DELIMITED, w::PIPE_DELIMITED, w::DEEP_OBJECT],
        w::COOKIE if survey.version() >= Version::V32 => &[w::FORM, w::COOKIE],
        w::COOKIE => &[w::FORM],
        w::QUERYSTRING => {
            if let Some(schema) = arena.get(node, w::SCHEMA) {
                let says = "a parameter `in: querystring` is described by `content`";
                findings.add(Rule::SerializationMethodInvalid, schema, says);
            }
            return;
        }
        _ => return,
    };
    if survey.version() >= Version::V31 {
        only_there(survey, node, place, findings);
    }
    let shown = arena.text(place);
    let at = arena.get(node, w::STYLE);
    let style = at.and_then(|at| arena.as_text(at));
    if let (Some(at), Some(style)) = (at, style)
        && !styles.contains(&style)
    {
        let names: Vec<&str> = styles.iter().map(|word| arena.text(*word)).collect();
        let says = format!(
            "a parameter `in: {shown}` is written in style {}, and not {}",
            forms::listed(&names),
            forms::quoted(arena.text(style))
        );
        return findings.add(Rule::SerializationMethodInvalid, at, says);
    }
    let (Some(at), Some(style)) = (at, style) else {
        return;
    };
    let kind = arena
        .get(node, w::SCHEMA)
        .and_then(|schema| survey.side.follow(schema));
    let kind = kind.and_then(|schema| arena.get_text(schema, w::TYPE));
    let explode = arena.get_bool(node, w::EXPLODE);
    let name = arena.text(style);
    let why = match (style, kind) {
        (w::DEEP_OBJECT, Some(kind)) if kind != w::OBJECT => format!("`{name}` is for objects"),
        (w::DEEP_OBJECT, _) if explode == Some(false) => format!("`{name}` always repeats the name"),
        (w::SPACE_DELIMITED | w::PIPE_DELIMITED, Some(kind)) if !matches!(kind, w::ARRAY | w::OBJECT) => {
            format!("`{name}` is for lists and objects")
        }
        (w::SPACE_DELIMITED | w::PIPE_DELIMITED, _) if explode == Some(true) => {
            format!("`{name}` with `explode: true` is not defined")
        }
        _ => return,
    };
    findings.add(Rule::AmbiguousParameterSerialization, at, why);
}

/// Fields that only parameters of some places have.
fn only_there(survey: &Survey<'_>, node: NodeId, place: Word, findings: &mut Findings) {
    let arena = survey.arena();
    let reserved = match survey.version() {
        Version::V32 => place != w::HEADER,
        _ => place == w::QUERY,
    };
    for (key, may) in [(w::ALLOW_RESERVED, reserved), (w::ALLOW_EMPTY, place == w::QUERY)] {
        if !may && let Some(at) = arena.get(node, key) {
            let says = format!(
                "`{}` is no field of a parameter `in: {}`",
                arena.text(key),
                arena.text(place)
            );
            findings.add(Rule::UnknownField, at, says);
        }
    }
}

fn header_style(survey: &Survey<'_>, node: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    if let Some(at) = arena.get(node, w::STYLE)
        && arena.as_text(at).is_some_and(|style| style != w::SIMPLE)
    {
        let says = "a header is written in style `simple`";
        findings.add(Rule::SerializationMethodInvalid, at, says);
    }
}

fn needless_default(survey: &Survey<'_>, node: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    if arena.get_bool(node, w::REQUIRED) != Some(true) {
        return;
    }
    let owner = if survey.version() == Version::V2 {
        Some(node)
    } else {
        arena.get(node, w::SCHEMA)
    };
    // A schema that is shared may be used where it counts.
    if let Some(default) = owner.and_then(|owner| arena.get(owner, w::DEFAULT)) {
        let says = "the parameter must always be there, so that its default never counts";
        findings.add(Rule::RequiredWithDefault, default, says);
    }
}

/// Parameters of a path item and of its operations that are there twice.
fn lists(survey: &Survey<'_>, item: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    let shared = list(survey, item, findings);
    let fields = arena.fields(item).iter();
    let mut operations: Vec<NodeId> = fields
        .filter(|field| crate::contract::view::api::METHODS.contains(&field.key))
        .map(|field| field.value)
        .collect();
    if let Some(more) = arena.get(item, w::ADDITIONAL_OPERATIONS) {
        operations.extend(arena.fields(more).iter().map(|field| field.value));
    }
    query_strings(survey, &shared, &[], findings);
    for operation in operations {
        let own = list(survey, operation, findings);
        query_strings(survey, &own, &shared, findings);
    }
}

/// The parameters of a list with their places, once.
fn list(survey: &Survey<'_>, owner: NodeId, findings: &mut Findings) -> Vec<(Word, NodeId)> {
    let arena = survey.arena();
    let mut seen: HashSet<(Word, String)> = HashSet::new();
    let mut found = Vec::new();
    for written in arena
        .get(owner, w::PARAMETERS)
        .into_iter()
        .flat_map(|list| arena.items(list))
    {
        let Some(node) = survey.side.follow(written) else {
            continue;
        };
        let (Some(place), Some(name)) = (arena.get_text(node, w::IN), arena.get_text(node, w::NAME)) else {
            continue;
        };
        found.push((place, written));
        let name = arena.text(name);
        let key = if place == w::HEADER {
            name.to_lowercase()
        } else {
            name.to_owned()
        };
        if !seen.insert((place, key)) {
            let says = format!(
                "there is another parameter {} `in: {}` in this list",
                forms::quoted(name),
                arena.text(place)
            );
            findings.add(Rule::DuplicateParameter, written, says);
        }
    }
    found
}

/// The whole query as one parameter excludes all others in it.
fn query_strings(
    survey: &Survey<'_>,
    own: &[(Word, NodeId)],
    shared: &[(Word, NodeId)],
    findings: &mut Findings,
) {
    let all = || own.iter().chain(shared);
    let whole: Vec<NodeId> = all()
        .filter(|(place, _)| *place == w::QUERYSTRING)
        .map(|(_, node)| *node)
        .collect();
    let Some(first) = whole.first() else { return };
    if survey.version() < Version::V32 {
        return;
    }
    // What a path item says is told there.
    let is_news = own
        .iter()
        .any(|(place, _)| matches!(*place, w::QUERY | w::QUERYSTRING));
    if is_news && (whole.len() > 1 || all().any(|(place, _)| *place == w::QUERY)) {
        let says = "the whole query is one parameter here, and there is another one in it";
        findings.add(Rule::QuerystringConflict, *first, says);
    }
}
