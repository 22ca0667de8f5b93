//! Discriminators: the property that tells schemas apart, and the names of those schemas.

use std::collections::HashSet;

use super::rules::Rule;
use super::{Check, Findings, Kind, Survey, forms};
use crate::contract::arena::{NodeId, Word};
use crate::contract::load::Version;
use crate::contract::view::Side;
use crate::contract::words as w;

/// So many schemas of one are looked through for a property.
const MAX_PARTS: usize = 200;

pub(super) struct Discriminators;

impl Check for Discriminators {
    fn check(&self, survey: &Survey<'_>, findings: &mut Findings) {
        let arena = survey.arena();
        let bases = bases(survey);
        for schema in survey.of(Kind::Schema) {
            let Some(at) = arena.get(schema.node, w::DISCRIMINATOR) else {
                continue;
            };
            let property = if survey.version() == Version::V2 {
                arena.as_text(at)
            } else {
                arena.get_text(at, w::PROPERTY_NAME)
            };
            if let Some(property) = property {
                told_apart(survey, schema.node, at, property, &bases, findings);
            }
        }
        for discriminator in survey.of(Kind::Discriminator) {
            mapping(survey, discriminator.node, findings);
        }
    }
}

/// Schemas that others are built on by `allOf`.
fn bases(survey: &Survey<'_>) -> HashSet<NodeId> {
    let arena = survey.arena();
    let lists = survey
        .of(Kind::Schema)
        .iter()
        .filter_map(|schema| arena.get(schema.node, w::ALL_OF));
    lists
        .flat_map(|list| arena.items(list))
        .filter_map(|item| survey.side.world.refs.target(item))
        .collect()
}

fn told_apart(
    survey: &Survey<'_>,
    schema: NodeId,
    at: NodeId,
    property: Word,
    bases: &HashSet<NodeId>,
    findings: &mut Findings,
) {
    let arena = survey.arena();
    let shown = forms::quoted(arena.text(property));
    let lists = [w::ONE_OF, w::ANY_OF]
        .into_iter()
        .filter_map(|key| arena.get(schema, key));
    let branches: Vec<NodeId> = lists.flat_map(|list| arena.items(list)).collect();
    if branches.is_empty() {
        if survey.version() == Version::V2 && !demands(survey, schema, property) {
            let says = format!("the discriminator {shown} is no required property of its schema");
            findings.add(Rule::DiscriminatorPropertyMissing, at, says);
        }
        let has_mapping = arena.get(at, w::MAPPING).is_some();
        if survey.version() >= Version::V30 && !bases.contains(&schema) && !has_mapping {
            let says =
                "there is neither a choice beside the discriminator nor a schema that is built on this one";
            findings.add(Rule::DiscriminatorWithoutChoice, at, says);
        }
        return;
    }
    // What stands beside the choice counts for each of its branches.
    if demands(survey, schema, property) {
        return;
    }
    for branch in branches {
        if !demands(survey, branch, property) && survey.side.follow(branch).is_some() {
            let says = format!("the property {shown} need not be there in this schema");
            findings.add(Rule::DiscriminatorPropertyMissing, branch, says);
        }
    }
}

/// Whether a schema, or one that it is built on, has a property that must be there. What cannot be followed may.
fn demands(survey: &Survey<'_>, schema: NodeId, property: Word) -> bool {
    let arena = survey.arena();
    let mut seen = HashSet::new();
    let mut todo = vec![schema];
    let (mut is_described, mut is_required) = (false, false);
    while let Some(written) = todo.pop() {
        if seen.len() >= MAX_PARTS {
            return true;
        }
        let Some(node) = survey.side.follow(written) else {
            return true;
        };
        for node in [written, node] {
            if !seen.insert(node) {
                continue;
            }
            let properties = arena.get(node, w::PROPERTIES);
            is_described |= properties.is_some_and(|map| arena.get(map, property).is_some());
            let names = arena
                .get(node, w::REQUIRED)
                .into_iter()
                .flat_map(|list| arena.items(list));
            is_required |= names
                .into_iter()
                .any(|name| arena.as_text(name) == Some(property));
            let parts = arena
                .get(node, w::ALL_OF)
                .into_iter()
                .flat_map(|list| arena.items(list));
            todo.extend(parts);
            // A choice of choices: each is looked at where it stands.
            if [w::ONE_OF, w::ANY_OF]
                .into_iter()
                .any(|key| arena.get(node, key).is_some())
                && node != schema
            {
                return true;
            }
        }
    }
    is_described && is_required
}

fn mapping(survey: &Survey<'_>, discriminator: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    let mut look = |at: NodeId| {
        let Some(text) = arena.as_text(at).map(|word| arena.text(word)) else {
            return;
        };
        if schema_of(survey.side, at, text) == Named::Nothing {
            let says = format!("there is no schema {}", forms::quoted(text));
            findings.add(Rule::DiscriminatorMappingDangling, at, says);
        }
    };
    let named = arena.get(discriminator, w::MAPPING);
    for field in named.map_or(&[][..], |named| arena.fields(named)) {
        if !arena.text(field.key).starts_with("x-") {
            look(field.value);
        }
    }
    if let Some(at) = arena.get(discriminator, w::DEFAULT_MAPPING) {
        look(at);
    }
}

/// What a mapping names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// A schema.
    Schema(NodeId),
    /// A schema in a file that nothing else leads to, or nothing that can be known.
    Elsewhere,
    /// Nothing.
    Nothing,
}

/// The schema that a mapping names by a component's name or by a reference.
pub(super) fn schema_of(side: Side<'_>, at: NodeId, text: &str) -> Named {
    let arena = side.arena();
    let schemas = side.components(w::SCHEMAS);
    let by_name = schemas
        .zip(arena.word(text))
        .and_then(|(schemas, word)| arena.get(schemas, word));
    if let Some(node) = by_name {
        return Named::Schema(node);
    }
    let root = side.document.root;
    let is_own = arena.source_of(at) == root.source;
    match text.strip_prefix("#/") {
        Some(pointer) if is_own => {
            let mut node = root.node;
            for part in pointer.split('/') {
                let part = part.replace("~1", "/").replace("~0", "~");
                let next = arena.word(&part).and_then(|word| arena.get(node, word));
                let Some(next) = next else {
                    // Percent signs, lists and references on the way are left to those who follow it.
                    let is_plain =
                        arena.is_map(node) && arena.get(node, w::REF).is_none() && !part.contains('%');
                    return if is_plain {
                        Named::Nothing
                    } else {
                        Named::Elsewhere
                    };
                };
                node = next;
            }
            Named::Schema(node)
        }
        // A name of a component in a document that has none of that name.
        None if is_own && forms::is_component_name(text) && !text.contains('.') => Named::Nothing,
        _ => Named::Elsewhere,
    }
}
