//! `type`, `format` and `null`.

use super::{Comparer, Found, is_request};
use crate::contract::rules::{Column, Kind};
use crate::contract::view::schema::{Schema, Types};
use crate::contract::words as w;

/// How one set of values lies to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Same,
    /// The new one holds all of the old one and more.
    Wider,
    /// The old one holds all of the new one and more.
    Narrower,
    /// Neither holds the other.
    Other,
}

impl Comparer<'_, '_> {
    pub(super) fn compare_types(&mut self) {
        let (old, new) = self.types();
        if old != Types::ALL && new != Types::ALL {
            let found = self.at(w::TYPE);
            match (old.holds(Types::NULL), new.holds(Types::NULL)) {
                (false, true) => self.kind(Kind::BecameNullable, found),
                (true, false) => self.kind(Kind::BecameNotNullable, found),
                _ => {}
            }
        }
        let (one, other) = (old.without(Types::NULL), new.without(Types::NULL));
        let (from, to) = (shown(&self.base, one), shown(&self.revision, other));
        let found = self.at(w::TYPE).from(from).to(to);
        if self.base.unknown_type() != self.revision.unknown_type() {
            self.kind(Kind::TypeChanged, found);
            return;
        }
        let formats = self.formats();
        if one == other {
            self.compare_formats(formats, found);
            return;
        }
        let is_list = self.base.plain_choice().is_some() || self.revision.plain_choice().is_some();
        match self.relation(one, other) {
            _ if contradicts(self.relation(one, other), formats) => self.kind(Kind::TypeChanged, found),
            Relation::Wider if is_list => self.kind(Kind::ListOfTypesWidened, found),
            Relation::Narrower if is_list => self.kind(Kind::ListOfTypesNarrowed, found),
            Relation::Same | Relation::Wider => self.kind(Kind::TypeGeneralized, found),
            Relation::Narrower if self.column == Column::Header && !one.holds(other) => {
                self.kind(Kind::TypeCompatible, found);
            }
            Relation::Narrower => self.narrower(found),
            Relation::Other => self.kind(Kind::TypeChanged, found),
        }
    }

    /// The types of both sides. Who lists values, or schemas to choose from, need not write their types.
    fn types(&self) -> (Types, Types) {
        let is_written = |schema: &Schema<'_>| schema.get(w::TYPE).is_some();
        let (old, new) = (self.base.types(), self.revision.types());
        if is_written(&self.base) == is_written(&self.revision) {
            // Types in other words: behind references, or as a choice among others.
            let all = |schema: &Schema<'_>| branch_types(schema).unwrap_or(Types::ALL);
            return match (self.base.plain_choice(), self.revision.plain_choice()) {
                (Some(_), None) => (old, new.both(all(&self.revision))),
                (None, Some(_)) => (old.both(all(&self.base)), new),
                _ => (old, new),
            };
        }
        let all = |schema: &Schema<'_>, types: Types, other: &Schema<'_>| {
            let own = schema.types_of_choices().unwrap_or(Types::ALL);
            let branches = branch_types(schema).filter(|_| branch_types(other).is_none());
            types.both(own).both(branches.unwrap_or(Types::ALL))
        };
        (
            all(&self.base, old, &self.revision),
            all(&self.revision, new, &self.base),
        )
    }

    /// How two sets of types lie to each other. In a path, a query or a header everything that is one word is a text, too.
    fn relation(&self, old: Types, new: Types) -> Relation {
        let is_word = matches!(
            self.column,
            Column::Parameter | Column::ParameterProperty | Column::Header
        );
        let words = |types: Types, schema: &Schema<'_>| {
            if is_word && types.holds(Types::STRING) && schema.format().is_none() {
                types.with(Types::SCALARS)
            } else {
                types
            }
        };
        let (old, new) = (words(old, &self.base), words(new, &self.revision));
        match (new.holds(old), old.holds(new)) {
            (true, true) => Relation::Same,
            (true, false) => Relation::Wider,
            (false, true) => Relation::Narrower,
            (false, false) => Relation::Other,
        }
    }

    fn narrower(&mut self, found: Found) {
        let kind = if Kind::TypeSpecialized.level(self.column).is_some() {
            Kind::TypeSpecialized
        } else {
            Kind::TypeChanged
        };
        self.kind(kind, found);
    }

    /// How the formats lie to each other.
    fn formats(&self) -> Relation {
        if self.is_encoded_alike() {
            return Relation::Same;
        }
        match (self.base.format(), self.revision.format()) {
            (None, None) => Relation::Same,
            (Some(old), Some(new)) if old == new => Relation::Same,
            (Some(_), None) | (Some("int32"), Some("int64")) | (Some("float"), Some("double")) => {
                Relation::Wider
            }
            (None, Some(_)) | (Some("int64"), Some("int32")) | (Some("double"), Some("float")) => {
                Relation::Narrower
            }
            _ => Relation::Other,
        }
    }

    /// Whether both are texts in base64, of which one side writes a format and the other one an encoding.
    pub(super) fn is_encoded_alike(&self) -> bool {
        matches!(
            (form(&self.base), form(&self.revision)),
            ((Some("byte"), None), (None, Some("base64"))) | ((None, Some("base64")), (Some("byte"), None))
        )
    }

    fn compare_formats(&mut self, formats: Relation, found: Found) {
        let found = Found {
            base: self.base.get(w::FORMAT).or(found.base),
            revision: self.revision.get(w::FORMAT).or(found.revision),
            ..found
        };
        match formats {
            Relation::Same => {}
            Relation::Wider if is_request(self.column) => self.kind(Kind::TypeGeneralized, found),
            Relation::Narrower => self.narrower(found),
            Relation::Wider | Relation::Other => self.kind(Kind::TypeChanged, found),
        }
    }
}

/// The types that the branches of a choice accept.
fn branch_types(schema: &Schema<'_>) -> Option<Types> {
    let branches = [w::ONE_OF, w::ANY_OF].into_iter().map(|key| schema.list(key));
    let side = schema.side();
    let types = |node| Schema::of(side, node).map_or(Types::ALL, |branch| branch.types());
    branches
        .filter(|branches| !branches.is_empty())
        .map(|branches| branches.into_iter().map(types).fold(Types::NONE, Types::with))
        .reduce(Types::both)
}

/// The format of a text, and its encoding.
fn form<'a>(schema: &Schema<'a>) -> (Option<&'a str>, Option<&'a str>) {
    let side = schema.side();
    let encoding = schema.text(w::CONTENT_ENCODING);
    (schema.format(), encoding.map(|word| side.text(word)))
}

/// Types with their format.
fn shown(schema: &Schema<'_>, types: Types) -> String {
    match schema.format() {
        Some(format) => format!("{} ({format})", types.shown()),
        None => types.shown(),
    }
}

/// Whether types go one way and formats another.
fn contradicts(types: Relation, formats: Relation) -> bool {
    match (types, formats) {
        (_, Relation::Same) | (Relation::Other | Relation::Same, _) => false,
        // Without a format a text is any text, and that is what the type alone says.
        (types, formats) => types != formats,
    }
}
