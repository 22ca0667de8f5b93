//! What only Swagger 2.0 has: bodies and forms as parameters, and parameters that are schemas themselves.

use super::rules::Rule;
use super::{Check, Findings, Kind, Survey, forms};
use crate::contract::arena::{NodeId, Word};
use crate::contract::load::Version;
use crate::contract::words as w;

pub(super) struct Swagger2;

impl Check for Swagger2 {
    fn check(&self, survey: &Survey<'_>, findings: &mut Findings) {
        if survey.version() != Version::V2 {
            return;
        }
        for parameter in survey.of(Kind::Parameter) {
            shape(survey, parameter.node, findings);
        }
        for kind in [Kind::Items, Kind::Header] {
            for object in survey.of(kind) {
                simple(survey, object.node, kind, findings);
            }
        }
        for item in survey.of(Kind::PathItem) {
            bodies(survey, item.node, findings);
        }
    }
}

/// A body has a schema, everything else a type.
fn shape(survey: &Survey<'_>, node: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    let place = arena.get_text(node, w::IN);
    let schema = arena.get(node, w::SCHEMA);
    if place == Some(w::BODY) {
        if schema.is_none() {
            findings.add(Rule::FieldMissing, node, "a parameter `in: body` lacks `schema`");
        }
        for key in [w::TYPE, w::ITEMS, w::FORMAT, w::COLLECTION_FORMAT] {
            if let Some(at) = arena.get(node, key) {
                let says = format!(
                    "`{}` is no field of a parameter `in: body`: its `schema` says that",
                    arena.text(key)
                );
                findings.add(Rule::UnknownField, at, says);
            }
        }
        return;
    }
    if let Some(schema) = schema {
        let says = "only a parameter `in: body` has a `schema`";
        findings.add(Rule::UnknownField, schema, says);
    }
    simple(survey, node, Kind::Parameter, findings);
    if let Some(at) = arena.get(node, w::TYPE)
        && arena.as_text(at) == Some(w::FILE)
        && place != Some(w::FORM_DATA)
    {
        findings.add(
            Rule::FileNotAllowed,
            at,
            "only a parameter `in: formData` is of type `file`",
        );
    }
}

fn simple(survey: &Survey<'_>, node: NodeId, kind: Kind, findings: &mut Findings) {
    const FORMATS: [Word; 5] = [w::CSV, w::SSV, w::TSV, w::PIPES, w::MULTI];
    let arena = survey.arena();
    let Some(at) = arena.get(node, w::TYPE) else {
        return findings.add(Rule::FieldMissing, node, format!("{} lacks `type`", kind.noun()));
    };
    let known = [w::STRING, w::NUMBER, w::INTEGER, w::BOOLEAN, w::ARRAY];
    let word = arena.as_text(at);
    let is_file = word == Some(w::FILE) && kind == Kind::Parameter;
    if !is_file && !word.is_some_and(|word| known.contains(&word)) {
        let names: Vec<&str> = known.iter().map(|word| arena.text(*word)).collect();
        let says = format!("{} is of type {}", kind.noun(), forms::listed(&names));
        findings.add(Rule::SchemaTypeUnsupported, at, says);
    }
    if word == Some(w::ARRAY) && arena.get(node, w::ITEMS).is_none() {
        findings.add(Rule::SchemaItemsRequired, node, "a list lacks `items`");
    }
    let Some(at) = arena.get(node, w::COLLECTION_FORMAT) else {
        return;
    };
    let may_repeat = matches!(arena.get_text(node, w::IN), Some(w::QUERY | w::FORM_DATA));
    match arena.as_text(at) {
        Some(w::MULTI) if !may_repeat => {
            let says = "`multi` is for parameters `in: query` and `in: formData`";
            findings.add(Rule::CollectionFormatMultiNotAllowed, at, says);
        }
        Some(word) if !FORMATS.contains(&word) => {
            let names: Vec<&str> = FORMATS.iter().map(|word| arena.text(*word)).collect();
            findings.add(
                Rule::ValueInvalid,
                at,
                format!("`collectionFormat` is one of {}", forms::listed(&names)),
            );
        }
        _ => {}
    }
}

/// One body, or one form that is sent as a form.
fn bodies(survey: &Survey<'_>, item: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    for field in arena.fields(item) {
        if !crate::contract::view::api::METHODS.contains(&field.key) || !arena.is_map(field.value) {
            continue;
        }
        let (mut body, mut form, mut sent) = (None, None, Form::Fields);
        let lists = [field.value, item]
            .into_iter()
            .filter_map(|owner| arena.get(owner, w::PARAMETERS));
        let mut is_double = None;
        for written in lists.flat_map(|list| arena.items(list)) {
            let Some(node) = survey.side.follow(written) else {
                continue;
            };
            match arena.get_text(node, w::IN) {
                Some(w::BODY) if arena.get_text(node, w::NAME) != body => {
                    is_double = is_double.or(body.or(form).map(|_| written));
                    body = arena.get_text(node, w::NAME);
                }
                Some(w::FORM_DATA) => {
                    is_double = is_double.or(body.map(|_| written));
                    form = arena.get_text(node, w::NAME);
                    if arena.get_text(node, w::TYPE) == Some(w::FILE) {
                        sent = Form::Files;
                    }
                }
                _ => {}
            }
        }
        if let Some(at) = is_double {
            findings.add(
                Rule::BodyAndFormData,
                at,
                "the operation has another body already",
            );
        }
        if form.is_some() {
            consumes(survey, field.value, sent, findings);
        }
    }
}

/// What is in a form.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Fields,
    /// Files, too.
    Files,
}

fn consumes(survey: &Survey<'_>, operation: NodeId, form: Form, findings: &mut Findings) {
    let arena = survey.arena();
    let has_file = form == Form::Files;
    let list = arena
        .get(operation, w::CONSUMES)
        .or_else(|| arena.get(survey.root(), w::CONSUMES));
    let fits = |node| {
        let Some(word) = arena.as_text(node) else {
            return true;
        };
        let text = arena.text(word);
        text.starts_with("multipart/") || (!has_file && text.starts_with("application/x-www-form-urlencoded"))
    };
    let known: Vec<NodeId> = list.into_iter().flat_map(|list| arena.items(list)).collect();
    let is_said = !known.is_empty();
    if (is_said && !known.into_iter().any(fits)) || (!is_said && has_file) {
        let says = if has_file {
            "a file is sent, and `consumes` does not hold `multipart/form-data`"
        } else {
            "a form is sent, and `consumes` holds no media type of forms"
        };
        let at = list
            .filter(|_| arena.get(operation, w::CONSUMES).is_some())
            .unwrap_or(operation);
        findings.add(Rule::FormDataConsumes, at, says);
    }
}
