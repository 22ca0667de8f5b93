//! Two schemas in one place, keyword by keyword.

mod alike;
mod bounds;
mod branches;
mod choices;
mod conditions;
mod objects;
mod properties;
mod types;
mod values;
mod xml;

use branches::Branches;

use super::{Differ, Found, Inside, inner, is_request, turned};
use crate::contract::arena::{NodeId, Word};
use crate::contract::rules::{Column, Fixed, Kind, Level, Rule};
use crate::contract::view::schema::{Schema, Trivial};
use crate::contract::words as w;

/// Two schemas, and what was found about them.
struct Comparer<'d, 'a> {
    differ: &'d mut Differ<'a>,
    base: Schema<'a>,
    revision: Schema<'a>,
    column: Column,
    inside: Inside,
    /// What the provider sets and a client need not, or the reverse.
    hidden: Hidden,
    branches: Branches,
    parts: Vec<u32>,
    changes: Vec<(Rule, Found)>,
    /// The nodes as they are written, with what stands beside a reference or around a single branch.
    written: [NodeId; 2],
}

/// Whether a schema is of no concern in its direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hidden {
    /// It counts.
    No,
    /// It is only read, and this is a request; or it is only written, and this is a response.
    Yes,
}

impl Differ<'_> {
    /// Compares a pair and puts into the queue what it holds.
    pub(super) fn compare_pair(&mut self, number: usize) {
        let pair = &self.pairs[number];
        let (column, inside) = (pair.column, pair.inside);
        let written = [pair.base, pair.revision];
        let (Some(base), Some(revision)) = (
            Schema::of(self.base, pair.base),
            Schema::of(self.revision, pair.revision),
        ) else {
            // Not compared is not unchanged: each place that needs it says so, with its operations.
            let found = Found::at(pair.base, pair.revision);
            let rule = Rule::Fixed(Fixed::DocumentNotCompared);
            self.pairs[number].changes.push((rule, found));
            return;
        };
        let is_known = match (base.odd_type(), revision.odd_type()) {
            (None, None) => true,
            // What both sides say in the same words is as unknown as it was.
            (Some(one), Some(other)) => self.base.arena().same(one, other),
            _ => false,
        };
        if !is_known {
            let found = Found::at(base.node(), revision.node());
            let rule = Rule::Fixed(Fixed::DocumentNotCompared);
            self.pairs[number].changes.push((rule, found));
            return;
        }
        let (base, revision) = folded(base.settled(), revision.settled());
        let (base, revision) = in_words_of_each_other(base, revision);
        let flag = if is_request(column) {
            w::READ_ONLY
        } else {
            w::WRITE_ONLY
        };
        let hidden = if revision.is_set(flag) {
            Hidden::Yes
        } else {
            Hidden::No
        };
        let mut comparer = Comparer {
            differ: self,
            base,
            revision,
            column,
            inside,
            hidden,
            branches: Branches::Apart,
            parts: Vec::new(),
            changes: Vec::new(),
            written,
        };
        comparer.compare();
        comparer.compare_entered();
        let (parts, changes) = (comparer.parts, comparer.changes);
        self.pairs[number].parts = parts;
        self.pairs[number].changes = changes;
    }
}

impl Comparer<'_, '_> {
    fn compare(&mut self) {
        self.compare_xml();
        if self.compare_trivial() {
            return;
        }
        if self.compare_wrapping() {
            return;
        }
        self.join_branches();
        self.compare_types();
        self.compare_values();
        self.compare_bounds();
        self.compare_properties();
        self.compare_objects();
        self.compare_arrays();
        self.compare_branches();
        self.compare_conditions();
        self.compare_discriminator();
        self.compare_life();
    }

    /// What the resources that references enter put in the place of names, where it is not the same schema everywhere.
    fn compare_entered(&mut self) {
        if self.differ.dynamic.is_empty() {
            return;
        }
        let [old, new] = [(self.base.side(), 0), (self.revision.side(), 1)]
            .map(|(side, at)| self.differ.dynamic.entered(side, self.written[at]));
        let mut is_known = old.asked == new.asked;
        for (name, base) in &old.bound {
            match new.bound.get(name) {
                Some(revision) => self.inside(*base, *revision),
                None => is_known = false,
            }
        }
        if !is_known || old.bound.len() < new.bound.len() {
            self.fixed(Fixed::DocumentNotCompared, self.here());
        }
    }

    /// `true` and `false` where a schema may stand; whether that was all comes back.
    fn compare_trivial(&mut self) -> bool {
        let found = self.here();
        match (self.base.trivial(), self.revision.trivial()) {
            (Some(Trivial::Never), Some(Trivial::Never)) => true,
            (Some(Trivial::Never), _) => {
                self.kind(Kind::TypeGeneralized, found.from("nothing"));
                true
            }
            (_, Some(Trivial::Never)) => {
                let kind = if is_request(self.column) {
                    Kind::TypeChanged
                } else {
                    Kind::TypeSpecialized
                };
                self.kind(kind, found.to("nothing"));
                true
            }
            _ => false,
        }
    }

    /// Where the two schemas stand.
    fn here(&self) -> Found {
        Found::at(self.base.node(), self.revision.node())
    }

    /// Where a keyword stands, or else its schema.
    fn at(&self, key: Word) -> Found {
        Found::at(
            self.base.get(key).unwrap_or(self.base.node()),
            self.revision.get(key).unwrap_or(self.revision.node()),
        )
    }

    /// A change that has a rule in this column, if it has one.
    fn kind(&mut self, kind: Kind, found: Found) {
        let request = is_request(self.column);
        if self.hidden == Hidden::Yes {
            if let Some(rule) = weaker(kind, request) {
                self.changes.push((Rule::Fixed(rule), found));
            } else if kind.level(self.column) == Some(Level::Info) {
                self.changes.push((Rule::Kind(kind, self.column), found));
            }
            return;
        }
        if kind.level(self.column).is_some() {
            self.changes.push((Rule::Kind(kind, self.column), found));
        }
    }

    fn fixed(&mut self, rule: Fixed, found: Found) {
        self.changes.push((Rule::Fixed(rule), found));
    }

    /// Two schemas inside of these.
    fn part(&mut self, base: NodeId, revision: NodeId, column: Column) {
        if self.hidden == Hidden::Yes {
            return;
        }
        let inside = self.inside;
        self.part_inside(base, revision, column, inside);
    }

    fn part_inside(&mut self, base: NodeId, revision: NodeId, column: Column, inside: Inside) {
        if let Some(pair) = self.differ.pair(base, revision, column, inside)
            && !self.parts.contains(&pair)
        {
            self.parts.push(pair);
        }
    }

    /// Two schemas inside of these, of what lies deeper.
    fn inside(&mut self, base: NodeId, revision: NodeId) {
        self.part(base, revision, inner(self.column));
    }

    /// Two conditions: what they let through can go both ways.
    fn condition(&mut self, base: NodeId, revision: NodeId) {
        if self.hidden == Hidden::No {
            let column = inner(self.column);
            self.part_inside(base, revision, column, Inside::If);
            self.part_inside(base, revision, turned(column), Inside::Unless);
        }
    }

    /// Two schemas that refuse what they accept.
    fn turned(&mut self, base: NodeId, revision: NodeId) {
        if self.hidden == Hidden::No {
            self.part_inside(base, revision, turned(inner(self.column)), Inside::Not);
        }
    }

    /// A keyword that holds a schema: compared, or said to have come or gone.
    fn schema_keyword(&mut self, key: Word, added: Kind, removed: Kind) {
        let said = |schema: &Schema<'_>| {
            let says_nothing = key == w::PROPERTY_NAMES && schema.is_trivially(key, Trivial::Always);
            schema.get(key).filter(|_| !says_nothing)
        };
        match (said(&self.base), said(&self.revision)) {
            (Some(base), Some(revision)) => self.inside(base, revision),
            (Some(_), None) => self.kind(removed, self.at(key)),
            (None, Some(_)) => self.kind(added, self.at(key)),
            (None, None) => {}
        }
    }
}

/// Two schemas of which one says by a choice of one branch what the other one says by itself, without choices.
fn folded<'a>(base: Schema<'a>, revision: Schema<'a>) -> (Schema<'a>, Schema<'a>) {
    let chooses =
        |schema: &Schema<'_>| !schema.choice_lists().is_empty() || schema.get(w::DISCRIMINATOR).is_some();
    match (chooses(&base), chooses(&revision)) {
        (true, false) => (base.folded().unwrap_or(base), revision),
        (false, true) => {
            let folded = revision.folded();
            (base, folded.unwrap_or(revision))
        }
        _ => (base, revision),
    }
}

/// Two schemas of which one lists values and the other one chooses between them, both as lists.
fn in_words_of_each_other<'a>(base: Schema<'a>, revision: Schema<'a>) -> (Schema<'a>, Schema<'a>) {
    let lists = |schema: &Schema<'_>| {
        [w::ENUM, w::CONST].iter().any(|key| schema.get(*key).is_some()) && schema.choice_lists().is_empty()
    };
    match (lists(&base), lists(&revision)) {
        (true, false) => {
            let listed = revision.as_list_of_values();
            (base, listed.unwrap_or(revision))
        }
        (false, true) => (base.as_list_of_values().unwrap_or(base), revision),
        _ => (base, revision),
    }
}

/// The rule for what hardly matters to the side that must not send it.
fn weaker(kind: Kind, request: bool) -> Option<Fixed> {
    Some(match (kind, request) {
        (Kind::EnumValueRemoved, true) => Fixed::RequestReadOnlyPropertyEnumValueRemoved,
        (Kind::ExclusiveMaxDecreased, true) => Fixed::RequestReadOnlyPropertyExclusiveMaxDecreased,
        (Kind::ExclusiveMinIncreased, true) => Fixed::RequestReadOnlyPropertyExclusiveMinIncreased,
        (Kind::MaxDecreased, true) => Fixed::RequestReadOnlyPropertyMaxDecreased,
        (Kind::MaxLengthDecreased, true) => Fixed::RequestReadOnlyPropertyMaxLengthDecreased,
        (Kind::MinIncreased, true) => Fixed::RequestReadOnlyPropertyMinIncreased,
        (Kind::EnumValueAdded, false) => Fixed::ResponseWriteOnlyPropertyEnumValueAdded,
        _ => return None,
    })
}
