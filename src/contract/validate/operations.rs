//! Operations and what they answer: ids, tags, methods, statuses.

use std::collections::{HashMap, HashSet};

use super::rules::Rule;
use super::{Check, Findings, Kind, Survey, forms};
use crate::contract::arena::{NodeId, Word};
use crate::contract::load::Version;
use crate::contract::view::api::METHODS;
use crate::contract::words as w;

pub(super) struct Operations;

impl Check for Operations {
    fn check(&self, survey: &Survey<'_>, findings: &mut Findings) {
        ids(survey, findings);
        tags(survey, findings);
        for operation in survey.of(Kind::Operation) {
            needs_responses(survey, operation.node, findings);
        }
        for item in survey.of(Kind::PathItem) {
            bodies(survey, item.node, findings);
            additional(survey, item.node, findings);
        }
        for responses in survey.of(Kind::Responses) {
            statuses(survey, responses.node, findings);
        }
        for response in survey.of(Kind::Response) {
            let lacks = survey.arena().get(response.node, w::DESCRIPTION).is_none();
            if lacks && survey.version() < Version::V32 {
                let says = "a response lacks `description`";
                findings.add(Rule::ResponseDescriptionRequired, response.node, says);
            }
        }
    }
}

fn ids(survey: &Survey<'_>, findings: &mut Findings) {
    let arena = survey.arena();
    let mut known: HashSet<Word> = HashSet::new();
    for operation in survey.of(Kind::Operation) {
        let Some(at) = arena.get(operation.node, w::OPERATION_ID) else {
            continue;
        };
        if let Some(id) = arena.as_text(at)
            && !known.insert(id)
        {
            let says = format!(
                "another operation has the `operationId` {}, too",
                forms::quoted(arena.text(id))
            );
            findings.add(Rule::DuplicateOperationId, at, says);
        }
    }
}

fn tags(survey: &Survey<'_>, findings: &mut Findings) {
    let arena = survey.arena();
    let described: HashSet<Word> = survey
        .of(Kind::Tag)
        .iter()
        .filter_map(|tag| arena.get_text(tag.node, w::NAME))
        .collect();
    let mut told: HashSet<Word> = HashSet::new();
    for operation in survey.of(Kind::Operation) {
        let mut seen = HashSet::new();
        let list = arena.get(operation.node, w::TAGS);
        for tag in list.into_iter().flat_map(|list| arena.items(list)) {
            let Some(name) = arena.as_text(tag) else { continue };
            let shown = forms::quoted(arena.text(name));
            if !seen.insert(name) {
                findings.add(
                    Rule::DuplicateTagUse,
                    tag,
                    format!("the operation has the tag {shown} already"),
                );
            } else if !described.is_empty() && !described.contains(&name) && told.insert(name) {
                let says = format!("the tag {shown} is none of those that the document describes");
                findings.add(Rule::UndescribedTag, tag, says);
            }
        }
    }
}

fn needs_responses(survey: &Survey<'_>, operation: NodeId, findings: &mut Findings) {
    if survey.version() < Version::V31 && survey.arena().get(operation, w::RESPONSES).is_none() {
        let says = "an operation lacks `responses`";
        findings.add(Rule::OperationResponsesRequired, operation, says);
    }
}

/// Bodies of requests whose method has none.
fn bodies(survey: &Survey<'_>, item: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    for method in [w::GET, w::HEAD, w::DELETE, w::TRACE] {
        let body = arena
            .get(item, method)
            .and_then(|operation| arena.get(operation, w::REQUEST_BODY));
        if let Some(body) = body {
            let says = format!("HTTP gives no meaning to the body of a `{}`", arena.text(method));
            findings.add(Rule::RequestBodyIgnored, body, says);
        }
    }
}

fn additional(survey: &Survey<'_>, item: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    let more = arena.get(item, w::ADDITIONAL_OPERATIONS);
    for field in more.map_or(&[][..], |more| arena.fields(more)) {
        let name = arena.text(field.key);
        let has_field = METHODS
            .iter()
            .any(|method| arena.text(*method).eq_ignore_ascii_case(name));
        if has_field {
            let says = format!(
                "the method `{name}` has a field of its own, `{}`",
                name.to_lowercase()
            );
            findings.add(Rule::AdditionalOperationInvalid, field.value, says);
        } else if !forms::is_token(name) {
            let says = format!("{} is no method", forms::quoted(name));
            findings.add(Rule::AdditionalOperationInvalid, field.value, says);
        }
    }
}

fn statuses(survey: &Survey<'_>, responses: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    let mut count = 0;
    let mut succeeds = false;
    for field in arena.fields(responses) {
        let name = arena.text(field.key);
        if name.starts_with("x-") {
            continue;
        }
        count += 1;
        succeeds |= field.key == w::DEFAULT || name.starts_with(['1', '2', '3']);
        let is_code = match name.as_bytes() {
            [b'1'..=b'5', b'X', b'X'] => survey.version() >= Version::V30,
            [first, rest @ ..] if rest.len() == 2 => {
                matches!(first, b'1'..=b'5') && rest.iter().all(u8::is_ascii_digit)
            }
            _ => field.key == w::DEFAULT,
        };
        if !is_code {
            let ranges = if survey.version() >= Version::V30 {
                "`1XX` to `5XX`, "
            } else {
                ""
            };
            let says = format!(
                "{} is neither a status from 100 to 599, {ranges}nor `default`",
                forms::quoted(name)
            );
            findings.add(Rule::StatusCodeInvalid, field.value, says);
        }
    }
    if count == 0 {
        findings.add(Rule::ResponsesRequired, responses, "`responses` is empty");
    } else if !succeeds {
        findings.add(Rule::NoSuccessResponse, responses, "only failures are described");
    }
}

/// The operations that have an id.
pub(super) fn by_id(survey: &Survey<'_>) -> HashMap<Word, NodeId> {
    let arena = survey.arena();
    let with_id = survey.of(Kind::Operation).iter();
    with_id
        .filter_map(|operation| Some((arena.get_text(operation.node, w::OPERATION_ID)?, operation.node)))
        .collect()
}
