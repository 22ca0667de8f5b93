//! Links and callbacks: operations they lead to, and the expressions in them.

use std::collections::HashMap;

use super::rules::Rule;
use super::{Check, Findings, Kind, Survey, forms, operations};
use crate::contract::arena::{NodeId, Word};
use crate::contract::words as w;

pub(super) struct Links;

impl Check for Links {
    fn check(&self, survey: &Survey<'_>, findings: &mut Findings) {
        let known = operations::by_id(survey);
        let items = items(survey);
        for link in survey.of(Kind::Link) {
            target(survey, link.node, &known, &items, findings);
            values(survey, link.node, findings);
        }
        for callback in survey.of(Kind::Callback) {
            for field in survey.arena().fields(callback.node) {
                let key = survey.text(field.key);
                if !key.starts_with("x-") && field.key != w::REF {
                    address(key, field.value, findings);
                }
            }
        }
    }
}

/// The path item of each operation.
fn items(survey: &Survey<'_>) -> HashMap<NodeId, NodeId> {
    let mut found = HashMap::new();
    for item in survey.of(Kind::PathItem) {
        for field in survey.arena().fields(item.node) {
            found.insert(field.value, item.node);
        }
    }
    found
}

fn target(
    survey: &Survey<'_>,
    link: NodeId,
    known: &HashMap<Word, NodeId>,
    items: &HashMap<NodeId, NodeId>,
    findings: &mut Findings,
) {
    let arena = survey.arena();
    let (id, reference) = (
        arena.get(link, w::OPERATION_ID),
        arena.get(link, w::OPERATION_REF),
    );
    match (id, reference) {
        (Some(_), Some(reference)) => {
            let says = "a link has both `operationId` and `operationRef`";
            findings.add(Rule::OperationIdOperationRefMutuallyExclusive, reference, says);
        }
        (None, None) => {
            let says = "a link has neither `operationId` nor `operationRef`";
            findings.add(Rule::OperationIdOrOperationRefRequired, link, says);
        }
        _ => {}
    }
    let Some((at, id)) = id.and_then(|at| Some((at, arena.as_text(at)?))) else {
        return;
    };
    let Some(operation) = known.get(&id) else {
        let says = format!("there is no operation {}", forms::quoted(arena.text(id)));
        return findings.add(Rule::LinkOperationUnknown, at, says);
    };
    let Some(item) = items.get(operation) else { return };
    let Some(parameters) = described(survey, &[*operation, *item]) else {
        return;
    };
    let values = arena.get(link, w::PARAMETERS);
    for field in values.map_or(&[][..], |values| arena.fields(values)) {
        let said = arena.text(field.key);
        let is_known = |(place, name): &(&str, &str)| {
            said == *name
                || said
                    .split_once('.')
                    .is_some_and(|(before, after)| before == *place && after == *name)
        };
        if !parameters.iter().any(is_known) {
            let says = format!(
                "the operation {} has no parameter {}",
                forms::quoted(arena.text(id)),
                forms::quoted(said)
            );
            findings.add(Rule::LinkParameterUnknown, field.value, says);
        }
    }
}

/// Places and names of all parameters; `None` where one cannot be known.
fn described<'a>(survey: &Survey<'a>, owners: &[NodeId]) -> Option<Vec<(&'a str, &'a str)>> {
    let arena = survey.arena();
    let lists = owners.iter().filter_map(|owner| arena.get(*owner, w::PARAMETERS));
    let mut found = Vec::new();
    for written in lists.flat_map(|list| arena.items(list)) {
        let node = survey.side.follow(written)?;
        if let (Some(place), Some(name)) = (arena.get_text(node, w::IN), arena.get_text(node, w::NAME)) {
            found.push((arena.text(place), arena.text(name)));
        }
    }
    Some(found)
}

/// The expressions in what a link hands over.
fn values(survey: &Survey<'_>, link: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    let parameters = arena.get(link, w::PARAMETERS);
    let fields = parameters.map_or(&[][..], |parameters| arena.fields(parameters));
    let values = fields
        .iter()
        .map(|field| field.value)
        .chain(arena.get(link, w::REQUEST_BODY));
    for node in values {
        let Some(text) = arena.as_text(node).map(|word| arena.text(word)) else {
            continue;
        };
        if text.starts_with('$') && !is_expression(text) {
            findings.add(
                Rule::ExpressionInvalid,
                node,
                format!("{} is no runtime expression", forms::quoted(text)),
            );
        } else {
            address(text, node, findings);
        }
    }
}

/// A text with expressions in braces.
fn address(text: &str, at: NodeId, findings: &mut Findings) {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("{$") {
        let Some((name, after)) = after.split_once('}') else {
            let says = format!("{}: a brace is not closed", forms::quoted(text));
            return findings.add(Rule::ExpressionInvalid, at, says);
        };
        let expression = format!("${name}");
        if !is_expression(&expression) {
            let says = format!("{} is no runtime expression", forms::quoted(&expression));
            findings.add(Rule::ExpressionInvalid, at, says);
        }
        rest = after;
    }
}

/// `$url`, `$method`, `$statusCode`, or a part of the request or the response.
fn is_expression(text: &str) -> bool {
    if matches!(text, "$url" | "$method" | "$statusCode") {
        return true;
    }
    let source = text
        .strip_prefix("$request.")
        .or_else(|| text.strip_prefix("$response."));
    let Some(source) = source else { return false };
    if let Some(rest) = source.strip_prefix("body") {
        return rest.is_empty() || rest == "#" || rest.starts_with("#/");
    }
    let named = |prefix: &str| source.strip_prefix(prefix);
    match named("header.") {
        Some(name) => forms::is_token(name),
        None => named("query.")
            .or_else(|| named("path."))
            .is_some_and(|name| !name.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_those_of_the_grammar() {
        for good in [
            "$url",
            "$request.body",
            "$request.body#/a/b",
            "$response.header.X-A",
            "$request.query.a b",
        ] {
            assert!(is_expression(good), "{good}");
        }
        for bad in [
            "$uri",
            "$request",
            "$request.bodyx",
            "$response.header.",
            "$request.header.a b",
            "$",
        ] {
            assert!(!is_expression(bad), "{bad}");
        }
    }
}
