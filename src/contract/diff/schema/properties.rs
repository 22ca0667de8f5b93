//! `properties` and `required`, and who sets what.

use std::collections::{HashMap, HashSet};

use super::{Comparer, Hidden};
use crate::contract::arena::{NodeId, Value, Word};
use crate::contract::diff::{Found, inner, is_request};
use crate::contract::rules::{Column, Direction, Fixed, Kind, Rule};
use crate::contract::view::Side;
use crate::contract::view::schema::Schema;
use crate::contract::words as w;

/// A property on both sides.
struct Property<'a> {
    name: Word,
    base: NodeId,
    revision: NodeId,
    was_required: bool,
    is_required: bool,
    old: Option<Schema<'a>>,
    new: Option<Schema<'a>>,
}

impl<'a> Comparer<'_, 'a> {
    pub(super) fn compare_properties(&mut self) {
        let (old, new) = (self.base.properties(), self.revision.properties());
        let must = |names: Vec<Word>| names.into_iter().collect::<HashSet<Word>>();
        let (was, is) = (must(self.base.required()), must(self.revision.required()));
        let now: HashMap<Word, NodeId> = new.iter().copied().collect();
        let before: HashSet<Word> = old.iter().map(|(name, _)| *name).collect();
        self.compare_unnamed_required(&was, &is, &now);
        for (name, base) in old {
            let was_required = was.contains(&name);
            match now.get(&name) {
                Some(revision) => self.compare_property(&Property {
                    name,
                    base,
                    revision: *revision,
                    was_required,
                    is_required: is.contains(&name),
                    old: Schema::of(self.base.side(), base),
                    new: Schema::of(self.revision.side(), *revision),
                }),
                None => self.removed(name, base, was_required),
            }
        }
        for (name, revision) in new.into_iter().filter(|(name, _)| !before.contains(name)) {
            // Of a request that had to hold it all along nothing more is demanded.
            let is_required = is.contains(&name) && !(is_request(self.column) && was.contains(&name));
            self.added(name, revision, is_required);
        }
    }

    /// Names that must be there, or need not any more, and that `properties` does not describe on both sides.
    fn compare_unnamed_required(
        &mut self,
        was: &HashSet<Word>,
        is: &HashSet<Word>,
        now: &HashMap<Word, NodeId>,
    ) {
        if self.hidden == Hidden::Yes {
            return;
        }
        let request = is_request(self.column);
        let described: HashSet<Word> = self.base.properties().into_iter().map(|(name, _)| name).collect();
        // A new property that must be there says so itself, and one that is gone says that.
        let mut names: Vec<(Word, Kind)> = is
            .difference(was)
            .filter(|name| !described.contains(*name) && !now.contains_key(*name))
            .map(|name| (*name, Kind::BecameRequired))
            .collect();
        names.extend(
            was.difference(is)
                .filter(|name| !described.contains(*name))
                .map(|name| (*name, Kind::BecameOptional)),
        );
        if names.is_empty() {
            return;
        }
        // A branch may describe what is demanded here.
        let key = if request { w::READ_ONLY } else { w::WRITE_ONLY };
        let all = self
            .revision
            .dissolved()
            .map(|all| all.properties())
            .unwrap_or_default();
        let side = self.revision.side();
        names.retain(|(name, _)| {
            let own = all.iter().find(|(other, _)| other == name);
            // An empty name is what editors leave behind.
            !side.text(*name).is_empty() && !own.is_some_and(|(_, node)| Self::is_set(side, *node, key))
        });
        names.sort_unstable_by_key(|(name, _)| side.text(*name));
        let place = inner(self.column);
        for (name, kind) in names.into_iter().filter(|(_, kind)| kind.level(place).is_some()) {
            let found = self.at(w::REQUIRED).subject(self.named(name));
            self.changes.push((Rule::Kind(kind, place), found));
        }
    }

    fn named(&self, name: Word) -> String {
        self.base.side().text(name).to_owned()
    }

    fn is_set(side: Side<'a>, node: NodeId, key: Word) -> bool {
        Schema::of(side, node).is_some_and(|schema| schema.is_set(key))
    }

    fn removed(&mut self, name: Word, base: NodeId, was_required: bool) {
        if self.hidden == Hidden::Yes {
            return;
        }
        if let Some(rest) = rest_schema(&self.revision) {
            self.inside(base, rest);
        }
        let found = Found::at(base, self.revision.node()).subject(self.named(name));
        let write_only = Self::is_set(self.base.side(), base, w::WRITE_ONLY);
        if is_request(self.column) {
            if !Self::is_set(self.base.side(), base, w::READ_ONLY) {
                let rule = Rule::Kind(Kind::Removed, inner(self.column));
                if Kind::Removed.level(inner(self.column)).is_some() {
                    self.changes.push((rule, found.clone()));
                }
                if is_closed(&self.revision) {
                    self.fixed(Fixed::RequestPropertyRemovedFromClosed, found);
                }
            }
            return;
        }
        if self.column == Column::Header {
            return;
        }
        let rule = match (write_only, was_required) {
            (true, true) => Fixed::ResponseRequiredWriteOnlyPropertyRemoved,
            (true, false) => Fixed::ResponseOptionalWriteOnlyPropertyRemoved,
            (false, true) => Fixed::ResponseRequiredPropertyRemoved,
            (false, false) => Fixed::ResponseOptionalPropertyRemoved,
        };
        self.fixed(rule, found);
    }

    fn added(&mut self, name: Word, revision: NodeId, is_required: bool) {
        if self.hidden == Hidden::Yes {
            return;
        }
        if let Some(rest) = rest_schema(&self.base) {
            self.inside(rest, revision);
        }
        let found = Found::at(self.base.node(), revision).subject(self.named(name));
        let side = self.revision.side();
        let read_only = Self::is_set(side, revision, w::READ_ONLY);
        let write_only = Self::is_set(side, revision, w::WRITE_ONLY);
        let has_default = Schema::of(side, revision).is_some_and(|schema| schema.get(w::DEFAULT).is_some());
        let rule = if is_request(self.column) {
            match (is_required && !read_only, has_default) {
                (true, true) => Fixed::NewRequiredRequestPropertyWithDefault,
                (true, false) => Fixed::NewRequiredRequestProperty,
                (false, _) => Fixed::NewOptionalRequestProperty,
            }
        } else {
            match (write_only, is_required) {
                (true, true) => Fixed::ResponseRequiredWriteOnlyPropertyAdded,
                (true, false) => Fixed::ResponseOptionalWriteOnlyPropertyAdded,
                (false, true) => Fixed::ResponseRequiredPropertyAdded,
                (false, false) => Fixed::ResponseOptionalPropertyAdded,
            }
        };
        if !is_request(self.column) && !write_only && is_closed(&self.base) {
            self.fixed(Fixed::ResponsePropertyAddedToClosed, found.clone());
        }
        self.fixed(rule, found);
    }

    fn compare_property(&mut self, property: &Property<'a>) {
        self.compare_required(property);
        self.compare_access(property);
        self.inside(property.base, property.revision);
    }

    fn compare_required(&mut self, property: &Property<'a>) {
        if property.was_required == property.is_required || self.hidden == Hidden::Yes {
            return;
        }
        // What clients are to look at is what demands it now, or does not any more.
        let place = demanded_at(&self.revision, property.name).unwrap_or(property.revision);
        let found = Found::at(property.base, place).subject(self.named(property.name));
        let schema =
            |schema: &Option<Schema<'a>>, key| schema.as_ref().is_some_and(|schema| schema.is_set(key));
        let place = inner(self.column);
        if is_request(self.column) {
            if schema(&property.new, w::READ_ONLY) {
                return;
            }
            let has_default = property
                .new
                .as_ref()
                .is_some_and(|new| new.get(w::DEFAULT).is_some());
            let kind = match (property.is_required, has_default) {
                (true, true) if Kind::BecameRequiredWithDefault.level(place).is_some() => {
                    Kind::BecameRequiredWithDefault
                }
                (true, _) => Kind::BecameRequired,
                (false, _) => Kind::BecameOptional,
            };
            if kind.level(place).is_some() {
                self.changes.push((Rule::Kind(kind, place), found));
            }
            return;
        }
        if schema(&property.new, w::WRITE_ONLY) {
            let rule = if property.is_required {
                Fixed::ResponseWriteOnlyPropertyBecameRequired
            } else {
                Fixed::ResponseWriteOnlyPropertyBecameOptional
            };
            self.fixed(rule, found);
            return;
        }
        let kind = if property.is_required {
            Kind::BecameRequired
        } else {
            Kind::BecameOptional
        };
        if kind.level(place).is_some() {
            self.changes.push((Rule::Kind(kind, place), found));
        }
    }

    /// `readOnly` and `writeOnly`.
    fn compare_access(&mut self, property: &Property<'a>) {
        let (Some(old), Some(new)) = (&property.old, &property.new) else {
            return;
        };
        let mut rules = Vec::new();
        for key in [w::READ_ONLY, w::WRITE_ONLY] {
            let (was, is) = (old.is_set(key), new.is_set(key));
            if was != is {
                // What leaves responses was relied on if it had to be there before.
                let leaves = is && key == w::WRITE_ONLY && !is_request(self.column);
                let need = if property.is_required || (leaves && property.was_required) {
                    Need::Required
                } else {
                    Need::Optional
                };
                let [became, became_not] = access_rules(self.column.direction(), need, key);
                rules.push(if is { became } else { became_not });
            }
        }
        for rule in rules {
            let found = Found::at(property.base, property.revision).subject(self.named(property.name));
            self.fixed(rule, found);
        }
    }
}

/// Where a schema demands a property, or else where it demands others.
fn demanded_at(schema: &Schema<'_>, name: Word) -> Option<NodeId> {
    let arena = schema.side().arena();
    let list = schema.get(w::REQUIRED)?;
    let mut entries = arena.items(list);
    entries
        .find(|entry| arena.as_text(*entry) == Some(name))
        .or(Some(list))
}

/// Whether an object holds nothing but its properties. Where patterns or branches name some, too, nobody looks.
fn is_closed(schema: &Schema<'_>) -> bool {
    if !schema.named(w::PATTERN_PROPERTIES).is_empty() {
        return false;
    }
    let has_branches = [w::ALL_OF, w::ANY_OF, w::ONE_OF, w::IF, w::DEPENDENT_SCHEMAS]
        .into_iter()
        .any(|key| schema.get(key).is_some());
    schema.refuses_all(w::ADDITIONAL_PROPERTIES)
        || (schema.refuses_all(w::UNEVALUATED_PROPERTIES) && !has_branches)
}

/// The schema of properties that are not named, where no pattern names them either.
fn rest_schema(schema: &Schema<'_>) -> Option<NodeId> {
    let arena = schema.side().arena();
    schema
        .get(w::ADDITIONAL_PROPERTIES)
        .filter(|node| matches!(arena.value(*node), Value::Map(run) if !run.is_empty()))
        .filter(|_| !schema.refuses_all(w::ADDITIONAL_PROPERTIES))
        .filter(|_| schema.named(w::PATTERN_PROPERTIES).is_empty())
}

/// Whether a property must be there.
#[derive(Clone, Copy)]
enum Need {
    Required,
    Optional,
}

/// The rules of `readOnly` or `writeOnly` for a property: that it became so, and that it is not so any more.
fn access_rules(request: Direction, need: Need, key: Word) -> [Fixed; 2] {
    use Direction::Request;
    let is_read = key == w::READ_ONLY;
    match (request, need) {
        (Request, Need::Required) if is_read => [
            Fixed::RequestRequiredPropertyBecameReadOnly,
            Fixed::RequestRequiredPropertyBecameNotReadOnly,
        ],
        (Request, Need::Required) => [
            Fixed::RequestRequiredPropertyBecameWriteOnly,
            Fixed::RequestRequiredPropertyBecameNotWriteOnly,
        ],
        (Request, Need::Optional) if is_read => [
            Fixed::RequestOptionalPropertyBecameReadOnly,
            Fixed::RequestOptionalPropertyBecameNotReadOnly,
        ],
        (Request, Need::Optional) => [
            Fixed::RequestOptionalPropertyBecameWriteOnly,
            Fixed::RequestOptionalPropertyBecameNotWriteOnly,
        ],
        (_, Need::Required) if is_read => [
            Fixed::ResponseRequiredPropertyBecameReadOnly,
            Fixed::ResponseRequiredPropertyBecameNotReadOnly,
        ],
        (_, Need::Required) => [
            Fixed::ResponseRequiredPropertyBecameWriteOnly,
            Fixed::ResponseRequiredPropertyBecameNotWriteOnly,
        ],
        (_, Need::Optional) if is_read => [
            Fixed::ResponseOptionalPropertyBecameReadOnly,
            Fixed::ResponseOptionalPropertyBecameNotReadOnly,
        ],
        (_, Need::Optional) => [
            Fixed::ResponseOptionalPropertyBecameWriteOnly,
            Fixed::ResponseOptionalPropertyBecameNotWriteOnly,
        ],
    }
}
