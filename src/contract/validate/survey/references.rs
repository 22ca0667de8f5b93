//! References: whether one may stand there, what may stand beside it, and where it leads.

use std::collections::HashMap;

use super::{Kind, NodeId, Object, Rule, Side, Version, Walk, type_of, w};
use crate::contract::refs::{Broken, Problem};
use crate::contract::validate::forms;

/// References that lead nowhere, by the node of their text.
pub(super) type Problems<'a> = HashMap<NodeId, &'a Problem>;

/// All that a world knows.
pub(super) fn problems(side: Side<'_>) -> Problems<'_> {
    let problems = side.world.refs.problems().iter();
    problems.map(|problem| (problem.at, problem)).collect()
}

impl Walk<'_, '_> {
    /// Follows a reference; says whether what stands beside it is an object of its own.
    pub(super) fn reference(&mut self, kind: Kind, object: Object, reference: NodeId) -> bool {
        let arena = self.arena();
        let node = object.node;
        let Some(says) = arena.as_text(reference) else {
            // `properties: {$ref: …}` and the like are maps of names, which are not looked at as references.
            let says = format!("`$ref` must be a text, and is {}", type_of(arena, reference));
            self.findings.add(Rule::WrongType, reference, says);
            return false;
        };
        let says = arena.text(says);
        let may = kind.may_be_reference(self.version());
        if !may {
            let says = format!(
                "no reference may stand for {}: {}",
                kind.noun(),
                forms::quoted(says)
            );
            self.findings.add(Rule::RefNotAllowed, reference, says);
        }
        if let Some(target) = self.side.world.refs.target(node) {
            match self.kind_of_component(target) {
                Some(other) if other != kind && may => {
                    let says = format!(
                        "{} is needed here, and {} leads to {}",
                        kind.noun(),
                        forms::quoted(says),
                        other.noun()
                    );
                    self.findings.add(Rule::RefToWrongKind, reference, says);
                }
                _ => {
                    self.sources.insert(arena.source_of(target));
                    self.meet(target, kind, object.name);
                }
            }
        } else if let Some(problem) = self.problems.get(&reference) {
            let rule = match problem.why {
                Broken::Dangling => Rule::UnresolvedRef,
                Broken::Remote => Rule::RemoteRef,
                Broken::File { .. } => Rule::UnreadableRef,
                Broken::Circle => Rule::CyclicRef,
            };
            let says = format!("{}: {}", forms::quoted(says), problem.why);
            self.findings.add(rule, reference, says);
        }
        if !may {
            return false;
        }
        if kind == Kind::PathItem || (kind == Kind::Schema && self.version() >= Version::V31) {
            return arena.fields(node).len() > 1;
        }
        self.siblings(kind, node);
        false
    }

    /// What stands beside a reference and does not count.
    fn siblings(&mut self, kind: Kind, node: NodeId) {
        let arena = self.arena();
        for field in arena.fields(node) {
            let counts = match field.key {
                w::REF => true,
                w::SUMMARY | w::DESCRIPTION if self.version() >= Version::V31 => {
                    if arena.as_text(field.value).is_none() {
                        self.wrong_type(Rule::WrongType, field.value, field.key, "a text");
                    }
                    true
                }
                _ => arena.text(field.key).starts_with("x-"),
            };
            if !counts {
                let says = format!(
                    "`{}` stands beside the reference to {}, and is passed over",
                    arena.text(field.key),
                    kind.noun()
                );
                self.findings.add(Rule::ExtraSiblingFields, field.value, says);
            }
        }
    }

    /// The kind of objects that a node is one of by the section of `components` that it stands in.
    fn kind_of_component(&self, node: NodeId) -> Option<Kind> {
        let arena = self.arena();
        let section = arena.parent(node)?;
        let owner = arena.parent(section)?;
        let is_components = if self.version() == Version::V2 {
            arena.parent(owner).is_none() && arena.get(owner, w::SWAGGER).is_some()
        } else {
            arena.key(owner) == Some(w::COMPONENTS)
                && arena
                    .parent(owner)
                    .is_some_and(|root| arena.parent(root).is_none())
        };
        if !is_components {
            return None;
        }
        let kind = match arena.key(section)? {
            w::SCHEMAS | w::DEFINITIONS => Kind::Schema,
            w::RESPONSES => Kind::Response,
            w::PARAMETERS => Kind::Parameter,
            w::EXAMPLES => Kind::Example,
            w::REQUEST_BODIES => Kind::RequestBody,
            w::HEADERS => Kind::Header,
            w::SECURITY_SCHEMES | w::SECURITY_DEFINITIONS => Kind::SecurityScheme,
            w::LINKS => Kind::Link,
            w::CALLBACKS => Kind::Callback,
            w::PATH_ITEMS => Kind::PathItem,
            w::MEDIA_TYPES => Kind::MediaType,
            _ => return None,
        };
        Some(kind)
    }
}
