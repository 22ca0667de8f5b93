//! Schemas: types, bounds, choices, and what contradicts itself.

mod types;

use std::cmp::Ordering;
use std::collections::HashMap;

use super::rules::Rule;
use super::{Check, Findings, Kind, Survey, forms};
use crate::contract::arena::{NodeId, Value, Word};
use crate::contract::load::Version;
use crate::contract::number;
use crate::contract::words as w;

/// Everything that has the keywords of a schema: in Swagger 2.0 parameters and headers, too.
pub(super) fn like_schemas<'s>(survey: &'s Survey<'_>) -> impl Iterator<Item = (Kind, NodeId)> + 's {
    let more: &[Kind] = match survey.version() {
        Version::V2 => &[Kind::Parameter, Kind::Items, Kind::Header],
        _ => &[],
    };
    let kinds = std::iter::once(Kind::Schema).chain(more.iter().copied());
    kinds.flat_map(|kind| survey.of(kind).iter().map(move |object| (kind, object.node)))
}

pub(super) struct Schemas;

impl Check for Schemas {
    fn check(&self, survey: &Survey<'_>, findings: &mut Findings) {
        for (kind, node) in like_schemas(survey) {
            bounds(survey, node, findings);
            values(survey, node, findings);
            types::check(survey, node, kind, findings);
        }
        for schema in survey.of(Kind::Schema) {
            choices(survey, schema.node, findings);
            required(survey, schema.node, findings);
            old_and_new(survey, schema.node, findings);
        }
    }
}

/// A number with its place, if there is one.
type Size<'a> = Option<(&'a str, NodeId)>;

/// A number, as it is written exactly.
fn size<'a>(survey: &Survey<'a>, node: NodeId, key: Word) -> Size<'a> {
    let at = survey.arena().get(node, key)?;
    match survey.arena().value(at) {
        Value::Number(word) => Some((survey.text(word), at)),
        _ => None,
    }
}

fn bounds(survey: &Survey<'_>, node: NodeId, findings: &mut Findings) {
    const PAIRS: [(Word, Word, Rule); 5] = [
        (w::MIN_LENGTH, w::MAX_LENGTH, Rule::MinLengthExceedsMaxLength),
        (w::MIN_ITEMS, w::MAX_ITEMS, Rule::MinItemsExceedsMaxItems),
        (
            w::MIN_PROPERTIES,
            w::MAX_PROPERTIES,
            Rule::MinPropertiesExceedsMaxProperties,
        ),
        (
            w::MIN_CONTAINS,
            w::MAX_CONTAINS,
            Rule::MinContainsExceedsMaxContains,
        ),
        (w::MINIMUM, w::MAXIMUM, Rule::MinimumExceedsMaximum),
    ];
    let arena = survey.arena();
    for (low, high, rule) in PAIRS {
        if let (Some((least, at)), Some((most, _))) = (size(survey, node, low), size(survey, node, high))
            && number::compare(least, most) == Some(Ordering::Greater)
        {
            let says = format!(
                "`{}` is {} and `{}` is {}",
                arena.text(low),
                number::shown(least),
                arena.text(high),
                number::shown(most)
            );
            findings.add(rule, at, says);
        }
    }
    if let Some((step, at)) = size(survey, node, w::MULTIPLE_OF)
        && number::compare(step, "0").is_some_and(|order| order != Ordering::Greater)
    {
        let says = format!("`multipleOf` is {}", number::shown(step));
        findings.add(Rule::MultipleOfNotPositive, at, says);
    }
    let exclusive = |key: Word, plain: Word| {
        if arena.get_bool(node, key) == Some(true) {
            return size(survey, node, plain);
        }
        size(survey, node, key)
    };
    let low = exclusive(w::EXCLUSIVE_MINIMUM, w::MINIMUM);
    let high = exclusive(w::EXCLUSIVE_MAXIMUM, w::MAXIMUM);
    let pairs = [
        (low, high),
        (low, size(survey, node, w::MAXIMUM)),
        (size(survey, node, w::MINIMUM), high),
    ];
    let is_empty = |(low, high): &(Size<'_>, Size<'_>)| {
        let (Some((low, _)), Some((high, _))) = (low, high) else {
            return false;
        };
        number::compare(low, high).is_some_and(|order| order != Ordering::Less)
    };
    let plain = (size(survey, node, w::MINIMUM), size(survey, node, w::MAXIMUM));
    let is_told = matches!(plain, (Some((low, _)), Some((high, _))) if number::compare(low, high) == Some(Ordering::Greater));
    if !is_told && let Some((Some((_, at)), _)) = pairs.into_iter().find(is_empty) {
        findings.add(
            Rule::BoundsEmpty,
            at,
            "the exclusive bounds leave no number between them",
        );
    }
}

/// `enum` and `const`.
fn values(survey: &Survey<'_>, node: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    let constant = arena
        .get(node, w::CONST)
        .filter(|_| survey.version() >= Version::V31);
    let Some(list) = arena.get(node, w::ENUM) else {
        return;
    };
    if !matches!(arena.value(list), Value::List(_)) {
        return;
    }
    if arena.items(list).len() == 0 {
        return findings.add(Rule::EnumEmpty, list, "`enum` is empty");
    }
    // Same values have the same number, and are few where they differ.
    let mut known: HashMap<u64, Vec<NodeId>> = HashMap::new();
    for item in arena.items(list) {
        let alike = known.entry(survey.side.world.hashes.of(item)).or_default();
        if alike.iter().any(|other| arena.same(*other, item)) {
            let says = format!("{} stands twice in `enum`", shown(survey, item));
            findings.add(Rule::DuplicateEnumValue, item, says);
        } else {
            alike.push(item);
        }
    }
    if let Some(constant) = constant
        && !arena.items(list).any(|item| arena.same(item, constant))
    {
        let says = format!(
            "the constant {} is none of the values of `enum`",
            shown(survey, constant)
        );
        findings.add(Rule::ConstNotInEnum, constant, says);
    }
}

/// A value in a sentence.
fn shown(survey: &Survey<'_>, node: NodeId) -> String {
    match survey.arena().value(node) {
        Value::Null => "`null`".to_owned(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Number(word) => format!("`{}`", number::shown(survey.text(word))),
        Value::Text(word) => forms::quoted(survey.text(word)),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "an object".to_owned(),
    }
}

fn choices(survey: &Survey<'_>, node: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    for key in [w::ALL_OF, w::ANY_OF, w::ONE_OF, w::PREFIX_ITEMS] {
        if let Some(list) = arena.get(node, key)
            && matches!(arena.value(list), Value::List(run) if run.is_empty())
        {
            findings.add(
                Rule::SubschemasEmpty,
                list,
                format!("`{}` is empty", arena.text(key)),
            );
        }
    }
    if arena.get_bool(node, w::READ_ONLY) == Some(true) && arena.get_bool(node, w::WRITE_ONLY) == Some(true) {
        let at = arena.get(node, w::WRITE_ONLY).unwrap_or(node);
        findings.add(
            Rule::ReadOnlyWriteOnlyMutuallyExclusive,
            at,
            "the schema is both `readOnly` and `writeOnly`",
        );
    }
}

fn required(survey: &Survey<'_>, node: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    let Some(list) = arena.get(node, w::REQUIRED) else {
        return;
    };
    if survey.version() < Version::V31 && matches!(arena.value(list), Value::List(run) if run.is_empty()) {
        let says = "`required` is empty, which only version 3.1 and later allow";
        return findings.add(Rule::SpecValidationError, list, says);
    }
    let is_closed = arena.get_bool(node, w::ADDITIONAL_PROPERTIES) == Some(false);
    if !is_closed || arena.get(node, w::PATTERN_PROPERTIES).is_some() {
        return;
    }
    let properties = arena.get(node, w::PROPERTIES);
    for item in arena.items(list) {
        let Some(name) = arena.as_text(item) else { continue };
        if properties
            .and_then(|properties| arena.get(properties, name))
            .is_none()
        {
            let says = format!(
                "{} must be there, and no property of that name may",
                forms::quoted(arena.text(name))
            );
            findings.add(Rule::RequiredPropertyUndefined, item, says);
        }
    }
}

/// `nullable`, whose meaning came and went.
fn old_and_new(survey: &Survey<'_>, node: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    let Some(nullable) = arena.get(node, w::NULLABLE) else {
        return;
    };
    let is_set = arena.value(nullable) == Value::Bool(true);
    if survey.version() >= Version::V31 {
        let says = "`nullable` says nothing since OpenAPI 3.1: `type: [string, \"null\"]` does";
        findings.add(Rule::RemovedField, nullable, says);
    } else if survey.version() == Version::V30 && is_set && arena.get(node, w::TYPE).is_none() {
        let says = "`nullable` widens a `type`, and there is none beside it";
        findings.add(Rule::NullableWithoutType, nullable, says);
    }
}
