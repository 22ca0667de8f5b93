//! A comparison's changes in words: what happened where, and what is left around what is gone.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Call, Calls, Place, Told, quote};
use crate::contract::arena::NodeId;
use crate::contract::diff::{Change, Operation};
use crate::contract::load::World;
use crate::contract::rules::{Fixed, Kind, Level, Rule};
use crate::contract::words as w;
use crate::model::text;

/// Puts changes of one comparison into words.
pub(super) struct Teller<'a> {
    world: &'a World,
    operations: Vec<Arc<Call>>,
    /// The root of the revision.
    revision: Option<NodeId>,
    /// By where a list of numbers lies, which stays for as long as the changes do.
    lists: HashMap<*const u32, Calls>,
}

impl<'a> Teller<'a> {
    pub(super) fn of(world: &'a World, operations: &[Operation], revision: Option<NodeId>) -> Self {
        let call = |operation: &Operation| {
            Arc::new(Call {
                method: operation.method.clone(),
                path: operation.path.clone(),
            })
        };
        Self {
            world,
            operations: operations.iter().map(call).collect(),
            revision,
            lists: HashMap::new(),
        }
    }

    fn calls(&mut self, numbers: &[u32]) -> Calls {
        if numbers.is_empty() {
            return Calls::default();
        }
        let list = || {
            let calls = numbers.iter();
            calls
                .map(|number| Arc::clone(&self.operations[*number as usize]))
                .collect()
        };
        Arc::clone(self.lists.entry(numbers.as_ptr()).or_insert_with(list))
    }

    pub(super) fn tell(&mut self, change: &Change, level: Level) -> Told {
        let (base, revision) = (
            change.base.map(|node| self.place(node)),
            change.revision.map(|node| self.place(node)),
        );
        let gone = change.base.filter(|_| change.revision.is_none());
        let around = gone
            .and_then(|node| self.left_around(node))
            .map(|node| self.place(node));
        let pointer = base
            .as_ref()
            .or(revision.as_ref())
            .map(|place| place.pointer.clone());
        Told {
            rule: change.rule.id(),
            kind: seed_type(change.rule),
            level,
            message: self.message(change),
            why: change.rule.why(),
            safe: change.rule.safe(),
            from: change.from.clone(),
            to: change.to.clone(),
            operations: self.calls(&change.operations),
            method: None,
            path: None,
            pointer: pointer.unwrap_or_default(),
            base,
            revision,
            around,
        }
    }

    /// The nearest thing around a node of the base that is still there in the revision; its root, where the node lies in
    /// another file.
    fn left_around(&self, gone: NodeId) -> Option<NodeId> {
        let arena = &self.world.arena;
        let mut way = Vec::new();
        let mut node = arena.origin(gone);
        while let Some(parent) = arena.parent(node) {
            way.push((arena.key(node), arena.items(parent).position(|item| item == node)));
            node = parent;
        }
        let mut left = self.revision?;
        for (from_the_end, (key, index)) in way.iter().enumerate().rev() {
            let next = match (key, index) {
                (Some(key), _) => arena.get(left, *key),
                // What stands there now in place of the item that is gone is another one.
                (None, Some(index)) if from_the_end > 0 => arena.items(left).nth(*index),
                (None, _) => None,
            };
            let Some(next) = next else { break };
            left = next;
        }
        Some(left)
    }

    fn place(&self, node: NodeId) -> Place {
        let arena = &self.world.arena;
        let at = arena.place(node);
        let source = arena.source(arena.source_of(arena.origin(node)));
        Place {
            file: source.name.clone(),
            line: at.line,
            column: at.column,
            pointer: arena.pointer(node),
            excerpt: quote::excerpt(source, at),
            around: None,
        }
    }

    /// What happened, in one line.
    fn message(&self, change: &Change) -> String {
        let named = self.named(change);
        let mut said = match change.rule {
            // What lies in a list or a map is no property.
            Rule::Kind(_, column)
                if !named.starts_with("an item of ") && !named.starts_with("a value of ") =>
            {
                format!("{} {named}", column.noun())
            }
            Rule::Kind(..) | Rule::Fixed(_) => named,
        };
        said = said.trim().to_owned();
        said.push(' ');
        said.push_str(change.rule.what());
        match (&change.from, &change.to) {
            (Some(from), Some(to)) => said.push_str(&format!(": {from} → {to}")),
            (Some(one), None) | (None, Some(one)) => said.push_str(&format!(": {one}")),
            (None, None) => {}
        }
        text::one_line(&said)
    }

    /// The name of what changed: of a property with its owner, else what the change says, else the last name on the way
    /// to it. Of items and of values of a map it is what they lie in.
    fn named(&self, change: &Change) -> String {
        let node = change.base.or(change.revision);
        let pointer = node
            .map(|node| self.world.arena.pointer(node))
            .unwrap_or_default();
        let on_the_way = name_in(&pointer).or_else(|| self.parameter(node?));
        let inside = inside(change.rule, &pointer);
        let subject = &change.subject;
        match on_the_way {
            Some(name) if subject.is_empty() => format!("{inside}`{name}`"),
            Some(name) if name.ends_with(&format!(".{subject}")) => format!("`{name}`"),
            _ if !subject.is_empty() => format!("`{subject}`"),
            None if !inside.is_empty() => format!("{inside}the body"),
            _ => match (change.rule, change.operations.first()) {
                (Rule::Fixed(_), Some(call)) => {
                    let operation = &self.operations[*call as usize];
                    format!("{} {}", operation.method, operation.path)
                }
                (Rule::Fixed(_), None) => "the description".to_owned(),
                (Rule::Kind(..), _) => String::new(),
            },
        }
    }

    /// The name of the parameter or header that a node is in.
    fn parameter(&self, node: NodeId) -> Option<String> {
        let arena = &self.world.arena;
        let mut around = Some(node);
        while let Some(node) = around {
            if let (Some(name), Some(_)) = (arena.get_text(node, w::NAME), arena.get_text(node, w::IN)) {
                return Some(arena.text(name).to_owned());
            }
            let parent = arena.parent(node)?;
            if arena.key(parent) == Some(w::HEADERS) {
                return Some(arena.text(arena.key(node)?).to_owned());
            }
            around = Some(parent);
        }
        None
    }
}

/// Where the last property or component stands that a pointer leads through.
fn last_name(parts: &[&str]) -> Option<usize> {
    parts.windows(2).rposition(|pair| {
        matches!(
            pair[0],
            "properties" | "schemas" | "definitions" | "patternProperties" | "$defs"
        )
    })
}

/// What of the last name on the way is meant, as words before that name: `an item of `, `a value of an item of `.
fn inside(rule: Rule, pointer: &str) -> String {
    use Kind::{
        AdditionalItemsClosed, AdditionalItemsOpened, AdditionalPropertiesClosed, AdditionalPropertiesOpened,
        ItemsAdded, ItemsRemoved, PrefixItemsAdded, PrefixItemsRemoved,
    };
    let mut parts: Vec<&str> = pointer.split('/').skip(1).collect();
    // These stand at the keyword and are about what has it.
    let is_of_keyword = matches!(
        rule,
        Rule::Kind(
            AdditionalItemsClosed
                | AdditionalItemsOpened
                | AdditionalPropertiesClosed
                | AdditionalPropertiesOpened
                | ItemsAdded
                | ItemsRemoved
                | PrefixItemsAdded
                | PrefixItemsRemoved,
            _
        )
    );
    if is_of_keyword
        && matches!(
            parts.last(),
            Some(&("items" | "additionalProperties" | "prefixItems"))
        )
    {
        parts.pop();
    }
    let begin = last_name(&parts)
        .map(|at| at + 2)
        .or_else(|| parts.iter().rposition(|part| *part == "schema"))
        .or_else(|| {
            parts
                .iter()
                .rposition(|part| *part == "parameters")
                .map(|at| at + 2)
        });
    let way = begin.and_then(|begin| parts.get(begin..)).unwrap_or_default();
    let words = way.iter().rev().filter_map(|part| match *part {
        "items" | "prefixItems" => Some("an item of "),
        "additionalProperties" => Some("a value of "),
        _ => None,
    });
    words.collect()
}

/// The property or component that a pointer leads through last.
fn name_in(pointer: &str) -> Option<String> {
    let parts: Vec<&str> = pointer.split('/').skip(1).collect();
    let at = last_name(&parts)?;
    let name = parts[at + 1].replace("~1", "/").replace("~0", "~");
    let owner = parts[..at]
        .windows(2)
        .rposition(|pair| matches!(pair[0], "schemas" | "definitions"));
    Some(match owner {
        Some(owner) if parts[at] == "properties" => format!("{}.{name}", parts[owner + 1]),
        _ => name,
    })
}

/// The six kinds of breaks that every tool tells apart.
fn seed_type(rule: Rule) -> Option<&'static str> {
    use crate::contract::rules::Column::Parameter;
    Some(match rule {
        Rule::Fixed(
            Fixed::ApiPathRemovedWithoutDeprecation
            | Fixed::ApiPathRemovedBeforeSunset
            | Fixed::ApiPathSunsetParse,
        ) => "removed_endpoint",
        Rule::Fixed(Fixed::ApiRemovedWithoutDeprecation | Fixed::ApiRemovedBeforeSunset) => "removed_method",
        Rule::Fixed(Fixed::RemovedRequiredRequestParameter) => "removed_required_parameter",
        Rule::Fixed(Fixed::NewRequiredRequestParameter | Fixed::NewRequestPathParameter) => {
            "added_required_parameter"
        }
        Rule::Kind(Kind::BecameRequired, Parameter) => "parameter_now_required",
        Rule::Kind(Kind::TypeChanged, Parameter) => "parameter_type_changed",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::arena::Limits;
    use crate::contract::diff::{Options, diff};
    use crate::contract::load::Nowhere;

    #[test]
    fn what_is_gone_is_told_at_what_is_left_around_it() {
        let document =
            |paths: &str| format!("openapi: 3.0.3\ninfo: {{title: a, version: '1'}}\npaths:\n{paths}");
        let method = |name: &str| format!("    {name}:\n      responses: {{'200': {{description: ok}}}}\n");
        let pets = format!("  /pets:\n{}", method("get"));
        let check = |base: &str, revision: &str, rule: &str, pointer: &str| {
            let mut world = World::new(Limits::default());
            let [base, revision] = [("old", base), ("new", revision)]
                .map(|(name, paths)| world.load(name, document(paths), &Nowhere).unwrap());
            world.settle();
            let options = Options {
                today: chrono::NaiveDate::default(),
                notice: crate::contract::diff::Notice::default(),
            };
            let compared = diff(&world, &base, &revision, options);
            let mut teller = Teller::of(&world, &compared.operations, compared.revision);
            let change = compared.changes.iter().find(|one| one.rule.id() == rule).unwrap();
            let around = teller.tell(change, Level::Error).around.unwrap();
            assert_eq!((&*around.file, &*around.pointer), ("new", pointer));
        };
        let dogs = format!("  /dogs:\n{}", method("get"));
        check(
            &format!("{pets}{dogs}"),
            &pets,
            "api-path-removed-without-deprecation",
            "/paths",
        );
        let components = |schemas: &str| format!("{pets}components:\n  schemas: {{{schemas}}}\n");
        check(
            &components("A: {}, B: {}"),
            &components("B: {}"),
            "api-schema-removed",
            "/components/schemas",
        );
        check(&components("A: {}"), &pets, "api-schema-removed", "");
    }

    #[test]
    fn what_lies_in_a_list_or_a_map_is_named_by_it() {
        let check = |id: &str, pointer: &str, expect: &str| {
            assert_eq!(
                inside(Rule::parse(id).unwrap(), pointer),
                expect,
                "{id} {pointer}"
            );
        };
        let tags = "/components/schemas/Pet/properties/tags";
        let changed = "request-property-type-changed";
        check(changed, &format!("{tags}/type"), "");
        check(changed, &format!("{tags}/items/type"), "an item of ");
        check(changed, &format!("{tags}/items"), "an item of ");
        check(changed, &format!("{tags}/prefixItems/0/type"), "an item of ");
        check(changed, &format!("{tags}/items/properties/a/type"), "");
        check(
            changed,
            &format!("{tags}/additionalProperties/items/type"),
            "an item of a value of ",
        );
        let body = "/paths/~1a/get/responses/200/content/application~1json/schema";
        check(changed, &format!("{body}/items/type"), "an item of ");
        check(
            changed,
            "/paths/~1items/get/parameters/0/items/type",
            "an item of ",
        );
        check(changed, "/paths/~1items/items", "");
        check(
            "request-property-additional-properties-closed",
            &format!("{tags}/additionalProperties"),
            "",
        );
        check(
            "request-property-items-removed",
            &format!("{tags}/items/items"),
            "an item of ",
        );
    }

    #[test]
    fn the_name_of_a_change_is_the_last_one_on_the_way() {
        let check = |pointer: &str, expect: Option<&str>| assert_eq!(name_in(pointer).as_deref(), expect);
        check(
            "/components/schemas/Pet/properties/name/maxLength",
            Some("Pet.name"),
        );
        check("/components/schemas/Pet", Some("Pet"));
        check(
            "/paths/~1a~1b/get/responses/200/content/x/schema/properties/a~1b",
            Some("a/b"),
        );
        check("/paths/~1a", None);
        check("", None);
    }
}
