//! The fields of each kind of object: what they take, which must be there, and since which version they are.

mod schema;
mod swagger2;
mod version3;

use super::kind::Kind;
use super::rules::Rule;
use crate::contract::arena::Word;
use crate::contract::load::Version;

/// A field of an object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) key: Word,
    pub(super) takes: Takes,
    /// What is broken when it is not there.
    pub(super) missing: Option<Rule>,
    /// The first version that has it.
    pub(super) since: Version,
    /// What is broken when it is in an older document.
    pub(super) newer: Rule,
}

/// What a field's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// Anything, or something that a check of its own looks at.
    Any,
    Text,
    /// A text that is a URI, or relative to one.
    Uri,
    Email,
    Bool,
    Number,
    /// A number from 0 on without a fraction.
    Count,
    /// A list of anything.
    List,
    Texts,
    /// A map to anything.
    Map,
    MapOfTexts,
    MapOfLists,
    /// An exclusive bound: a truth value before version 3.1, and a number from then on.
    Bound,
    Of(Kind),
    ListOf(Kind),
    MapOf(Kind),
    /// One, or a list of them that is not empty.
    OneOrListOf(Kind),
    /// A schema or a truth value, and the rule that is broken by anything else.
    SchemaOrBool(Rule),
}

/// The fields of a kind of object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table {
    pub(super) fields: &'static [Field],
    /// What the fields of other names are.
    pub(super) rest: Rest,
}

/// What fields are whose names are in no table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// None, but extensions.
    Extensions,
    /// Each takes this, but for extensions.
    Each(Takes),
    /// Each takes this, whatever its name.
    Every(Takes),
    /// Anything.
    Free,
}

/// The fields of a kind in a version.
pub(super) fn table(kind: Kind, version: Version) -> Table {
    if version == Version::V2
        && let Some(table) = swagger2::table(kind)
    {
        return table;
    }
    if kind == Kind::Schema {
        let rest = if version >= Version::V31 {
            Rest::Free
        } else {
            Rest::Extensions
        };
        let fields = schema::FIELDS;
        return Table { fields, rest };
    }
    version3::table(kind)
}

impl Table {
    pub(super) fn field(self, key: Word) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.key == key)
    }
}

const fn field(key: Word, takes: Takes) -> Field {
    Field {
        key,
        takes,
        missing: None,
        since: Version::V2,
        newer: Rule::NewerField,
    }
}

const fn needed(key: Word, takes: Takes, missing: Rule) -> Field {
    Field {
        missing: Some(missing),
        ..field(key, takes)
    }
}

const fn since31(key: Word, takes: Takes, newer: Rule) -> Field {
    Field {
        since: Version::V31,
        newer,
        ..field(key, takes)
    }
}

const fn since32(key: Word, takes: Takes) -> Field {
    Field {
        since: Version::V32,
        ..field(key, takes)
    }
}
