//! What schemas say in different words: choices between values, and several choices at once.

use std::collections::HashSet;

use super::joined::Joined;
use super::schema::{Schema, Trivial};
use crate::contract::arena::{NodeId, Value, Word};
use crate::contract::hash::is_annotation;
use crate::contract::load::Version;
use crate::contract::words as w;

impl Schema<'_> {
    /// What a node says by a keyword. In Swagger 2.0 `items` may be a list, which later versions call `prefixItems`.
    pub(super) fn said(&self, node: NodeId, key: Word) -> Option<NodeId> {
        let arena = self.side().arena();
        if self.side().version() != Version::V2 || !matches!(key, w::ITEMS | w::PREFIX_ITEMS) {
            return arena.get(node, key);
        }
        let is_list = |node: &NodeId| matches!(arena.value(*node), Value::List(_));
        arena
            .get(node, w::ITEMS)
            .filter(|items| is_list(items) == (key == w::PREFIX_ITEMS))
    }

    /// Whether the schema of a keyword accepts nothing: `false`, or the same in other words.
    pub fn refuses_all(&self, key: Word) -> bool {
        self.is_trivially(key, Trivial::Never)
    }

    /// Whether the schema of a keyword accepts everything or nothing, as is asked for.
    pub fn is_trivially(&self, key: Word, trivial: Trivial) -> bool {
        self.get(key)
            .and_then(|node| Schema::of(self.side(), node))
            .is_some_and(|schema| schema.trivial() == Some(trivial))
    }

    /// All lists of branches of `oneOf` and `anyOf`, with their keywords: whoever is accepted matches each of them.
    pub fn choice_lists(&self) -> Vec<(Word, NodeId)> {
        let first = [w::ANY_OF, w::ONE_OF].into_iter();
        let mut lists: Vec<(Word, NodeId)> = first
            .filter_map(|key| Some((key, self.get(key)?)))
            .filter(|(_, list)| self.side().arena().items(*list).len() > 0)
            .collect();
        if let Some(joined) = self.joined() {
            lists.extend(&joined.more_choices);
        }
        lists
    }

    /// Whether more than one `oneOf` or more than one `anyOf` counts.
    pub fn has_several_choices(&self) -> bool {
        self.joined()
            .is_some_and(|joined| !joined.more_choices.is_empty())
    }

    /// The schema with a choice between nothing but values as the list of these; `None` where there is no such choice.
    pub fn as_list_of_values(&self) -> Option<Self> {
        let [(key, list)] = self.choice_lists()[..] else {
            return None;
        };
        if [w::ENUM, w::CONST, w::DISCRIMINATOR, w::ALL_OF]
            .iter()
            .any(|key| self.get(*key).is_some())
        {
            return None;
        }
        let (side, arena) = (self.side(), self.side().arena());
        let mut values = Vec::new();
        let mut seen = HashSet::new();
        for branch in arena.items(list) {
            for value in values_of(&Schema::of(side, branch)?)? {
                // What two branches of `oneOf` accept is refused.
                if seen.insert(side.world.hashes.of(value)) {
                    values.push(value);
                } else if key == w::ONE_OF {
                    return None;
                }
            }
        }
        let joined = match self.joined() {
            Some(joined) => joined.clone(),
            None => Joined::of(side, self.nodes(), self.types())?,
        };
        Some(self.over(self.nodes().to_vec(), joined.with_values(key, list, values)))
    }
}

/// The values of a schema that says nothing but which ones there are, and perhaps their type.
fn values_of(schema: &Schema<'_>) -> Option<Vec<NodeId>> {
    let arena = schema.side().arena();
    let says_values = |key: Word| {
        matches!(key, w::CONST | w::ENUM | w::TYPE | w::REF | w::DEPRECATED) || is_annotation(arena, key)
    };
    let mut fields = schema.nodes().iter().flat_map(|node| arena.fields(*node));
    if schema.is_nullable() || !fields.all(|field| says_values(field.key)) {
        return None;
    }
    let is_of_type = schema
        .types_of_choices()
        .is_some_and(|types| schema.types().holds(types));
    schema.choices().filter(|_| is_of_type)
}

/// Whether a node is `not` with a schema that accepts everything.
pub(super) fn is_not_anything(schema: &Schema<'_>, node: NodeId) -> bool {
    let arena = schema.side().arena();
    let mut fields = arena
        .fields(node)
        .iter()
        .filter(|field| !is_annotation(arena, field.key));
    let only = fields.next().filter(|_| fields.next().is_none());
    only.is_some_and(|only| {
        only.key == w::NOT
            && match arena.value(only.value) {
                Value::Bool(is_all) => is_all,
                Value::Map(_) => arena
                    .fields(only.value)
                    .iter()
                    .all(|field| is_annotation(arena, field.key)),
                _ => false,
            }
    })
}
