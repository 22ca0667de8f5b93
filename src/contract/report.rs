//! What a comparison is to people and programs.

mod agent;
mod github;
mod html;
mod human;
mod junit;
mod markdown;
mod page;
mod quote;
#[cfg(test)]
mod samples;
mod sarif;
mod validation;

pub use agent::agent;
pub use github::github;
pub use html::html;
pub use human::{Amount, Tone, human};
pub use junit::junit;
pub use markdown::markdown;
pub use page::{Entry, Group, Page, Section, Standing, Subject};
pub use quote::Around;
pub use sarif::sarif;
pub use validation::{Judged, Lines, Validated, Validation, Wrong};

use std::sync::Arc;

use chrono::NaiveDate;
use serde::Serialize;

use super::arena::NodeId;
use super::diff::{Change, Operation};
use super::load::World;
use super::policy::{Policy, Ruled};
use super::rules::{Fixed, Kind, Level, Rule};
use super::words as w;
use crate::model::verdict::RunVerdict;

/// A comparison with everything that is told of it: the document of `--format json`.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// 1.
    pub schema_version: u32,
    /// `contract_diff`.
    pub kind: &'static str,
    /// `failed` when something is as bad as what fails, else `error` when something could not be compared, else `passed`.
    pub verdict: RunVerdict,
    /// How many changes there are of each level.
    pub summary: Summary,
    /// How many parts could not be compared.
    pub not_compared: usize,
    /// The changes: errors first.
    pub changes: Vec<Told>,
    /// Why a description could not be read; then nothing was compared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<String>,
    /// Changes that the project accepts; they do not count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suppressed: Vec<Suppressed>,
    /// What makes it fail.
    #[serde(skip)]
    pub fail_on: FailOn,
}

/// A change that the project accepts.
#[derive(Clone, Debug, Serialize)]
pub struct Suppressed {
    /// Why.
    pub reason: String,
    /// The last day on which that counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<NaiveDate>,
    /// The change.
    #[serde(flatten)]
    pub change: Told,
}

impl Suppressed {
    fn said(&self) -> String {
        let until = self
            .expires
            .map_or_else(String::new, |day| format!(" until {day}"));
        format!("suppressed{until}: {}", self.reason)
    }
}

/// How many changes there are of each level; each counts once, however many operations it touches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// That break clients.
    pub error: usize,
    /// That may.
    pub warning: usize,
    /// That do not.
    pub info: usize,
}

/// A change as it is told.
#[derive(Clone, Debug, Serialize)]
pub struct Told {
    /// The id of its rule.
    pub rule: String,
    /// What kind of break it is, in six words that hold for all tools; absent for others.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// How bad it is.
    pub level: Level,
    /// What happened, in one line.
    pub message: String,
    /// Why a client breaks, or why none does.
    pub why: String,
    /// How the change is made safely.
    pub safe: String,
    /// What was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What is there now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The operations that it touches; one entry a change with `--per-operation`.
    pub operations: Vec<Arc<Call>>,
    /// The method, with `--per-operation`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The path, with `--per-operation`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Where, as a JSON pointer: in the base, or in the revision for what is new.
    pub pointer: String,
    /// Where in the base.
    pub base: Option<Place>,
    /// Where in the revision.
    pub revision: Option<Place>,
}

/// An operation as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Call {
    /// The method in capitals.
    pub method: String,
    /// The path.
    pub path: String,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file, as it was named.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The column, in characters.
    pub column: u32,
    /// The way there from the document's root.
    #[serde(skip)]
    pub pointer: String,
    /// What stands in that line.
    #[serde(skip)]
    pub excerpt: String,
    /// What stands around it, for formats that show that.
    #[serde(skip)]
    pub around: Option<Around>,
}

/// What makes a comparison fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// A change that breaks clients.
    Error,
    /// One that may, too.
    Warning,
    /// Nothing.
    None,
}

/// Whether a change with many operations is told once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// Once, with all of them.
    Cause,
    /// Once for each.
    Operation,
}

impl Report {
    /// What is told of a comparison that was judged by a policy.
    pub fn of(world: &World, ruled: &Ruled, policy: &Policy, fail_on: FailOn, grouping: Grouping) -> Self {
        let teller = Teller {
            world,
            operations: calls(&ruled.operations),
        };
        let mut summary = Summary::default();
        let mut changes = Vec::new();
        for (level, change) in &ruled.changes {
            summary.count(*level);
            let mut told = teller.tell(change, *level);
            if grouping == Grouping::Cause || told.operations.is_empty() {
                changes.push(told);
                continue;
            }
            // Taken out, so that not every copy begins as one of them all.
            let calls = std::mem::take(&mut told.operations);
            changes.extend(calls.into_iter().map(|call| Told {
                method: Some(call.method.clone()),
                path: Some(call.path.clone()),
                operations: vec![call],
                ..told.clone()
            }));
        }
        let fails = match fail_on {
            FailOn::Error => summary.error > 0,
            FailOn::Warning => summary.error + summary.warning > 0,
            FailOn::None => false,
        };
        let not_compared = ruled.gaps();
        let suppressed = ruled.suppressed.iter().map(|(at, level, change)| Suppressed {
            reason: policy.suppressions[*at].reason.clone(),
            expires: policy.suppressions[*at].expires,
            change: teller.tell(change, *level),
        });
        Self {
            schema_version: 1,
            kind: "contract_diff",
            verdict: match fail_on {
                _ if fails => RunVerdict::Failed,
                FailOn::None => RunVerdict::Passed,
                _ if not_compared > 0 => RunVerdict::Error,
                _ => RunVerdict::Passed,
            },
            summary,
            not_compared,
            unreadable: Vec::new(),
            changes,
            suppressed: suppressed.collect(),
            fail_on,
        }
    }

    /// What is told where a description could not be read.
    pub fn unreadable(why: Vec<String>, fail_on: FailOn) -> Self {
        Self {
            schema_version: 1,
            kind: "contract_diff",
            verdict: RunVerdict::Error,
            summary: Summary::default(),
            not_compared: 0,
            unreadable: why,
            changes: Vec::new(),
            suppressed: Vec::new(),
            fail_on,
        }
    }

    /// Whether something is as bad as what fails.
    pub fn failed(&self) -> bool {
        self.verdict == RunVerdict::Failed
    }
}

impl Summary {
    /// Counts one more.
    pub(super) fn count(&mut self, level: Level) {
        match level {
            Level::Error => self.error += 1,
            Level::Warning => self.warning += 1,
            Level::Info => self.info += 1,
        }
    }
}

/// What is told of suppressions themselves, which stand in no description.
pub fn remarks(remarks: &[(Level, Change)]) -> Vec<Told> {
    let world = World::default();
    let teller = Teller {
        world: &world,
        operations: Vec::new(),
    };
    remarks
        .iter()
        .map(|(level, change)| teller.tell(change, *level))
        .collect()
}

struct Teller<'a> {
    world: &'a World,
    /// One of each: a change in what everything uses names all of them, and there may be many such.
    operations: Vec<Arc<Call>>,
}

fn calls(operations: &[Operation]) -> Vec<Arc<Call>> {
    let call = |operation: &Operation| {
        Arc::new(Call {
            method: operation.method.clone(),
            path: operation.path.clone(),
        })
    };
    operations.iter().map(call).collect()
}

impl Teller<'_> {
    fn tell(&self, change: &Change, level: Level) -> Told {
        let (base, revision) = (
            change.base.map(|node| self.place(node)),
            change.revision.map(|node| self.place(node)),
        );
        let numbers = change.operations.iter();
        let calls = numbers.map(|number| Arc::clone(&self.operations[*number as usize]));
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
            operations: calls.collect(),
            method: None,
            path: None,
            pointer: pointer.unwrap_or_default(),
            base,
            revision,
        }
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
        crate::model::text::one_line(&said)
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
    use super::rules::Column::Parameter;
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
    use super::{Rule, inside, name_in};

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
