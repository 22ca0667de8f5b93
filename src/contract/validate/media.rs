//! Media types: their names, how their parts are encoded, and the examples of them.

use super::rules::Rule;
use super::{Check, Findings, Kind, Survey, forms};
use crate::contract::arena::NodeId;
use crate::contract::load::Version;
use crate::contract::words as w;

pub(super) struct Media;

impl Check for Media {
    fn check(&self, survey: &Survey<'_>, findings: &mut Findings) {
        names(survey, findings);
        for kind in [Kind::MediaType, Kind::Parameter, Kind::Header] {
            for object in survey.of(kind) {
                one_way_of_examples(survey, object.node, kind, findings);
            }
        }
        for example in survey.of(Kind::Example) {
            value(survey, example.node, findings);
        }
        for media in survey.of(Kind::MediaType) {
            parts(survey, media.node, findings);
            encodings(survey, media.node, findings);
        }
        for encoding in survey.of(Kind::Encoding) {
            encodings(survey, encoding.node, findings);
            style(survey, encoding.node, findings);
        }
        for response in survey.of(Kind::Response) {
            headers(survey, response.node, findings);
        }
    }
}

fn names(survey: &Survey<'_>, findings: &mut Findings) {
    let arena = survey.arena();
    let mut look = |name: &str, at: NodeId| {
        if !forms::is_media_range(name) {
            findings.add(
                Rule::MediaTypeInvalid,
                at,
                format!("{} is no media type", forms::quoted(name)),
            );
        }
    };
    for kind in [Kind::RequestBody, Kind::Response, Kind::Parameter, Kind::Header] {
        for object in survey.of(kind) {
            let content = arena.get(object.node, w::CONTENT);
            for field in content.map_or(&[][..], |content| arena.fields(content)) {
                let name = arena.text(field.key);
                if !name.starts_with("x-") {
                    look(name, field.value);
                }
            }
        }
    }
    if survey.version() != Version::V2 {
        return;
    }
    let operations = survey.of(Kind::Operation).iter().map(|operation| operation.node);
    for owner in std::iter::once(survey.root()).chain(operations) {
        let lists = [w::CONSUMES, w::PRODUCES]
            .into_iter()
            .filter_map(|key| arena.get(owner, key));
        for item in lists.flat_map(|list| arena.items(list)) {
            if let Some(word) = arena.as_text(item) {
                look(arena.text(word), item);
            }
        }
    }
}

fn one_way_of_examples(survey: &Survey<'_>, node: NodeId, kind: Kind, findings: &mut Findings) {
    let arena = survey.arena();
    if let (Some(_), Some(examples)) = (arena.get(node, w::EXAMPLE), arena.get(node, w::EXAMPLES)) {
        let says = format!("{} has both `example` and `examples`", kind.noun());
        findings.add(Rule::ExampleExamplesMutuallyExclusive, examples, says);
    }
}

fn value(survey: &Survey<'_>, node: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    let has = |key| arena.get(node, key).is_some();
    let all = [w::VALUE, w::EXTERNAL_VALUE, w::DATA_VALUE, w::SERIALIZED_VALUE];
    if !all.into_iter().any(has) {
        let says = "an example has neither `value` nor `externalValue`";
        return findings.add(Rule::ValueOrExternalValueRequired, node, says);
    }
    let exclusive = [
        (w::VALUE, w::EXTERNAL_VALUE),
        (w::VALUE, w::DATA_VALUE),
        (w::VALUE, w::SERIALIZED_VALUE),
        (w::SERIALIZED_VALUE, w::EXTERNAL_VALUE),
    ];
    for (one, other) in exclusive {
        if let (Some(_), Some(at)) = (arena.get(node, one), arena.get(node, other)) {
            let says = format!(
                "an example has both `{}` and `{}`",
                arena.text(one),
                arena.text(other)
            );
            findings.add(Rule::ValueExternalValueMutuallyExclusive, at, says);
        }
    }
}

/// Whether the parts that are encoded are there.
fn parts(survey: &Survey<'_>, node: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    let (Some(encoding), Some(schema)) = (arena.get(node, w::ENCODING), survey.side.get(node, w::SCHEMA))
    else {
        return;
    };
    let is_open = [
        w::ALL_OF,
        w::ANY_OF,
        w::ONE_OF,
        w::REF,
        w::DYNAMIC_REF,
        w::IF,
        w::PATTERN_PROPERTIES,
        w::DEPENDENT_SCHEMAS,
        w::ADDITIONAL_PROPERTIES,
    ];
    let Some(properties) = arena.get(schema, w::PROPERTIES) else {
        return;
    };
    if is_open.into_iter().any(|key| arena.get(schema, key).is_some()) {
        return;
    }
    for field in arena.fields(encoding) {
        let name = arena.text(field.key);
        if arena.get(properties, field.key).is_none() && !name.starts_with("x-") {
            let says = format!("the schema has no property {}", forms::quoted(name));
            findings.add(Rule::EncodingUnknownProperty, field.value, says);
        }
    }
}

fn encodings(survey: &Survey<'_>, node: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    let others = [w::PREFIX_ENCODING, w::ITEM_ENCODING];
    let Some(at) = arena.get(node, w::ENCODING) else {
        return;
    };
    if let Some(other) = others.into_iter().find(|key| arena.get(node, *key).is_some()) {
        let says = format!("`encoding` and `{}` exclude each other", arena.text(other));
        findings.add(Rule::EncodingConflict, at, says);
    }
}

fn style(survey: &Survey<'_>, node: NodeId, findings: &mut Findings) {
    let styles = [w::FORM, w::SPACE_DELIMITED, w::PIPE_DELIMITED, w::DEEP_OBJECT];
    let arena = survey.arena();
    if let Some(at) = arena.get(node, w::STYLE)
        && arena.as_text(at).is_some_and(|style| !styles.contains(&style))
    {
        let names: Vec<&str> = styles.iter().map(|word| arena.text(*word)).collect();
        let says = format!("parts are written in style {}", forms::listed(&names));
        findings.add(Rule::SerializationMethodInvalid, at, says);
    }
}

fn headers(survey: &Survey<'_>, node: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    let headers = arena.get(node, w::HEADERS);
    for field in headers.map_or(&[][..], |headers| arena.fields(headers)) {
        let name = arena.text(field.key);
        if name.eq_ignore_ascii_case("content-type") && survey.version() >= Version::V30 {
            let says = "the header `Content-Type` of a response is told by its media types";
            findings.add(Rule::IgnoredHeaderParameter, field.value, says);
        } else if !forms::is_token(name) {
            let says = format!("{} is no name of a header", forms::quoted(name));
            findings.add(Rule::HeaderNameInvalid, field.value, says);
        }
    }
}
