//! A schema in the words of JSON Schema 2020-12, whatever version its document has.

use std::collections::HashSet;

use super::Side;
use super::intersection::says_nothing;
use super::joined::{Joined, multiple};
use super::spellings::is_not_anything;
use crate::contract::arena::{Arena, NodeId, Value, Word};
use crate::contract::hash::is_annotation;
use crate::contract::load::Version;
use crate::contract::number;
use crate::contract::words as w;

/// The longest way over references and wrappers of one branch.
const MAX_HOPS: usize = 64;

/// Kinds of values, as a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Types(u8);

/// A schema, looked at from one document.
#[derive(Clone, Debug)]
pub struct Schema<'a> {
    side: Side<'a>,
    /// The nodes whose keywords count, the one that comes first wins.
    nodes: Vec<NodeId>,
    nullable: bool,
    trivial: Option<Trivial>,
    /// What counts of all nodes, where that is more than that the first one wins.
    joined: Option<Box<Joined>>,
}

/// A schema without keywords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trivial {
    /// `true`, `{}`: everything is accepted.
    Always,
    /// `false`: nothing is.
    Never,
}

impl Types {
    /// `null`.
    pub const NULL: Self = Self(0b1);
    /// `boolean`.
    pub const BOOLEAN: Self = Self(0b10);
    /// `object`.
    pub const OBJECT: Self = Self(0b100);
    /// `array`.
    pub const ARRAY: Self = Self(0b1000);
    /// Whole numbers.
    pub const INTEGER: Self = Self(0b1_0000);
    /// Numbers that are not whole.
    pub const FRACTION: Self = Self(0b10_0000);
    /// `string`.
    pub const STRING: Self = Self(0b100_0000);
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Everything.
    pub const ALL: Self = Self(0b111_1111);
    /// Everything but `null`.
    pub const SOME: Self = Self(0b111_1110);
    /// What is written as one word in a path, a query or a header.
    pub const SCALARS: Self = Self(0b111_0010);

    /// The values of a type's name; none of a word that is no type.
    pub fn of(word: Word) -> Self {
        match word {
            w::NULL => Self::NULL,
            w::BOOLEAN => Self::BOOLEAN,
            w::OBJECT => Self::OBJECT,
            w::ARRAY => Self::ARRAY,
            w::INTEGER => Self::INTEGER,
            w::NUMBER => Self::INTEGER.with(Self::FRACTION),
            w::STRING | w::FILE => Self::STRING,
            _ => Self(0),
        }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all of another set's values are in this one.
    pub fn holds(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether they share any.
    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both.
    #[must_use]
    pub fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// This one without another.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// How many kinds there are; numbers are one.
    pub fn count(self) -> u32 {
        let numbers = u8::from(self.holds(Self::INTEGER.with(Self::FRACTION)));
        self.0.count_ones() - u32::from(numbers)
    }

    /// The names, as JSON Schema has them.
    pub fn shown(self) -> String {
        if self == Self::ALL || self == Self::SOME {
            return "any type".to_owned();
        }
        let mut names = Vec::new();
        for (set, name) in [
            (Self::STRING, "string"),
            (Self::INTEGER.with(Self::FRACTION), "number"),
            (Self::INTEGER, "integer"),
            (Self::BOOLEAN, "boolean"),
            (Self::ARRAY, "array"),
            (Self::OBJECT, "object"),
            (Self::NULL, "null"),
        ] {
            if self.holds(set) && !(name == "integer" && self.holds(Self::INTEGER.with(Self::FRACTION))) {
                names.push(name);
            }
        }
        names.join(" or ")
    }
}

impl<'a> Schema<'a> {
    /// The schema of a node; `None` when its references lead nowhere.
    pub fn of(side: Side<'a>, node: NodeId) -> Option<Self> {
        let schema = Self::written(side, node)?;
        if side.world.meets.is_made(node) {
            return Some(schema.dissolved().unwrap_or(schema));
        }
        Some(schema)
    }

    /// The same, where a schema that was made of parts is not looked at as what these mean together.
    pub fn written(side: Side<'a>, node: NodeId) -> Option<Self> {
        let mut schema = Self {
            side,
            nodes: Vec::new(),
            nullable: false,
            trivial: None,
            joined: None,
        };
        let mut node = node;
        for _ in 0..MAX_HOPS {
            if let Some(target) = side.world.refs.target(node) {
                if side.version() >= Version::V31 && schema.has_more_than_reference(node) {
                    schema.nodes.push(node);
                }
                node = target;
                continue;
            }
            if side.world.refs.is_reference(side.arena(), node) {
                return None;
            }
            if let Some(branch) = schema.only_branch(node) {
                node = branch;
            } else {
                schema.nodes.push(node);
                schema.trivial = schema.trivially();
                return Some(schema);
            }
        }
        None
    }

    /// The node that findings about it name.
    pub fn node(&self) -> NodeId {
        self.nodes[0]
    }

    /// The nodes whose keywords count.
    pub fn nodes(&self) -> &[NodeId] {
        &self.nodes
    }

    /// The schema over these nodes, which mean this together.
    pub(super) fn over(&self, nodes: Vec<NodeId>, joined: Joined) -> Self {
        Self {
            side: self.side,
            nodes,
            nullable: self.nullable || joined.nullable,
            trivial: None,
            joined: Some(Box::new(joined)),
        }
    }

    /// The schema of one of its nodes alone.
    pub(super) fn over_one(&self, node: NodeId) -> Self {
        Self {
            nodes: vec![node],
            joined: None,
            ..self.clone()
        }
    }

    /// Whether it is looked at as what several nodes mean together.
    pub(super) fn is_joined(&self) -> bool {
        self.joined.is_some()
    }

    /// What several nodes mean together, where it is looked at so.
    pub(super) fn joined(&self) -> Option<&Joined> {
        self.joined.as_deref()
    }

    /// Whether its nodes say different things of a keyword, so that only what is left of them counts.
    pub fn is_tightened(&self) -> bool {
        self.joined.as_ref().is_some_and(|joined| joined.is_tightened)
    }

    /// The document it is of.
    pub fn side(&self) -> Side<'a> {
        self.side
    }

    /// Whether it accepts everything or nothing.
    pub fn trivial(&self) -> Option<Trivial> {
        self.trivial
    }

    /// The value of a keyword.
    pub fn get(&self, key: Word) -> Option<NodeId> {
        let first = || {
            let mut values = self.nodes.iter().map(|node| self.said(*node, key));
            values.find_map(|value| value)
        };
        match &self.joined {
            Some(joined) => joined.value(key, first),
            None => first(),
        }
    }

    /// Whether a keyword is `true`.
    pub fn is_set(&self, key: Word) -> bool {
        self.get(key)
            .is_some_and(|node| self.side.arena().value(node) == Value::Bool(true))
    }

    /// The text of a keyword.
    pub fn text(&self, key: Word) -> Option<Word> {
        self.side.arena().as_text(self.get(key)?)
    }

    /// The number of a keyword, in its canonical spelling.
    pub fn number(&self, key: Word) -> Option<(&'a str, NodeId)> {
        let node = self.get(key)?;
        match self.side.arena().value(node) {
            Value::Number(word) => Some((self.side.arena().text(word), node)),
            _ => None,
        }
    }

    /// The schemas of a keyword that holds a list of them.
    pub fn list(&self, key: Word) -> Vec<NodeId> {
        if key == w::ENUM
            && let Some(values) = self.joined.as_ref().and_then(|joined| joined.values.as_ref())
        {
            return values.clone();
        }
        self.get(key)
            .map(|list| self.side.arena().items(list).collect())
            .unwrap_or_default()
    }

    /// The names that must be there.
    pub fn required(&self) -> Vec<Word> {
        let arena = self.side.arena();
        let lists = self.nodes.iter().filter_map(|node| arena.get(*node, w::REQUIRED));
        lists
            .flat_map(|list| arena.items(list))
            .filter_map(|name| arena.as_text(name))
            .collect()
    }

    /// The properties, by their names in the order of the document.
    pub fn properties(&self) -> Vec<(Word, NodeId)> {
        self.named(w::PROPERTIES)
    }

    /// The schemas of a keyword that holds a map of them.
    pub fn named(&self, key: Word) -> Vec<(Word, NodeId)> {
        let arena = self.side.arena();
        let maps = self.nodes.iter().filter_map(|node| arena.get(*node, key));
        let mut found: Vec<(Word, NodeId)> = Vec::new();
        let mut seen: HashSet<Word> = HashSet::new();
        for map in maps {
            for field in arena.fields(map) {
                // With many properties in one map there is nothing to look for twice.
                if self.nodes.len() == 1 || seen.insert(field.key) {
                    let counts = match &self.joined {
                        Some(joined) => joined.named(key, field.key, field.value),
                        None => Some(field.value),
                    };
                    found.extend(counts.map(|node| (field.key, node)));
                }
            }
        }
        found
    }

    /// The kinds of values that it accepts by its `type`, with `null` where that is accepted.
    pub fn types(&self) -> Types {
        if let Some(joined) = &self.joined {
            return joined.types;
        }
        let arena = self.side.arena();
        let Some(node) = self.get(w::TYPE) else {
            let around = if self.nullable { Types::NULL } else { Types::NONE };
            return self.plain_choice().map_or(Types::ALL, |types| types.with(around));
        };
        let mut types = match arena.value(node) {
            Value::Text(word) => Types::of(word),
            Value::List(_) => arena
                .items(node)
                .filter_map(|item| arena.as_text(item))
                .fold(Types(0), |types, word| types.with(Types::of(word))),
            _ => Types(0),
        };
        if types == Types(0) {
            // Not a word of the specification: validating says so, and comparing needs something to go on.
            types = Types::ALL;
        }
        if self.is_nullable() {
            types = types.with(Types::NULL);
        }
        types
    }

    /// The types of a choice between branches that say nothing but their type: it is a list of types in other words.
    pub fn plain_choice(&self) -> Option<Types> {
        if self.get(w::TYPE).is_some() {
            return None;
        }
        let arena = self.side.arena();
        let mut types = Types(0);
        for branch in [w::ONE_OF, w::ANY_OF].into_iter().flat_map(|key| self.list(key)) {
            let mut fields = arena
                .fields(branch)
                .iter()
                .filter(|field| !is_annotation(arena, field.key));
            let (only, more) = (fields.next()?, fields.next());
            let word = arena
                .as_text(only.value)
                .filter(|_| only.key == w::TYPE && more.is_none())?;
            types = types.with(Types::of(word));
        }
        (types != Types(0)).then_some(types)
    }

    /// A type that is no word of the specification.
    pub fn unknown_type(&self) -> Option<Word> {
        self.text(w::TYPE).filter(|word| Types::of(*word) == Types(0))
    }

    /// A `type` that is nothing that could be one, or that lists such a thing.
    pub fn odd_type(&self) -> Option<NodeId> {
        let arena = self.side.arena();
        let is_word = |node: NodeId| matches!(arena.value(node), Value::Null | Value::Text(_));
        self.get(w::TYPE).filter(|node| match arena.value(*node) {
            Value::List(_) => !arena.items(*node).all(is_word),
            _ => !is_word(*node),
        })
    }

    /// Whether `null` is accepted beside what `type` says.
    pub fn is_nullable(&self) -> bool {
        if self.joined.is_some() {
            return self.nullable;
        }
        self.nullable || nullable_word(self.side.version()).is_some_and(|word| self.is_set(word))
    }

    /// The values that there are by `const` and `enum` together; `None` where there may be any.
    pub fn choices(&self) -> Option<Vec<NodeId>> {
        let listed = self.get(w::ENUM).map(|_| self.list(w::ENUM));
        let Some(value) = self.get(w::CONST) else {
            return listed;
        };
        let hashes = &self.side.world.hashes;
        let is_refused = |listed: Vec<NodeId>| !listed.iter().any(|other| hashes.equal(value, *other));
        Some(if listed.is_some_and(is_refused) {
            Vec::new()
        } else {
            vec![value]
        })
    }

    /// Whether `null` is accepted for something that lies around it, whatever its own values are.
    pub fn is_nullable_around(&self) -> bool {
        self.nullable
    }

    /// The types of the values that there are, where it lists them.
    pub fn types_of_choices(&self) -> Option<Types> {
        let arena = self.side.arena();
        let of = |node: NodeId| match arena.value(node) {
            Value::Null => Types::NULL,
            Value::Bool(_) => Types::BOOLEAN,
            Value::Text(_) => Types::STRING,
            Value::List(_) => Types::ARRAY,
            Value::Map(_) => Types::OBJECT,
            Value::Number(word) if number::is_multiple(arena.text(word), "1e0") == Some(true) => {
                Types::INTEGER
            }
            Value::Number(_) => Types::FRACTION,
        };
        let types = self.choices()?.into_iter().map(of);
        Some(types.fold(Types::NONE, Types::with)).filter(|types| !types.is_empty())
    }

    /// The patterns that texts must match, each once. Everything matches an empty one.
    pub fn patterns(&self) -> Vec<Word> {
        let arena = self.side.arena();
        let mut found: Vec<Word> = Vec::new();
        for node in &self.nodes {
            let word = arena.get_text(*node, w::PATTERN);
            found.extend(word.filter(|word| !arena.text(*word).is_empty() && !found.contains(word)));
            if self.joined.is_none() && arena.get(*node, w::PATTERN).is_some() {
                break;
            }
        }
        found
    }

    /// The number that numbers must be a multiple of, in its canonical spelling.
    pub fn multiple(&self) -> Option<(String, NodeId)> {
        if self.joined.is_none() {
            return self
                .number(w::MULTIPLE_OF)
                .map(|(text, node)| (text.to_owned(), node));
        }
        let arena = self.side.arena();
        let values = || {
            self.nodes
                .iter()
                .filter_map(|node| arena.get(*node, w::MULTIPLE_OF))
        };
        Some((multiple(self.side, values())?, values().next()?))
    }

    /// Upper and lower bounds of numbers, and whether they are exclusive, as version 3.1 writes them.
    pub fn bound(&self, key: Word) -> Option<(&'a str, NodeId)> {
        let (inclusive, exclusive) = match key {
            w::MAXIMUM | w::EXCLUSIVE_MAXIMUM => (w::MAXIMUM, w::EXCLUSIVE_MAXIMUM),
            w::MINIMUM | w::EXCLUSIVE_MINIMUM => (w::MINIMUM, w::EXCLUSIVE_MINIMUM),
            other => return self.number(other),
        };
        if self
            .get(exclusive)
            .is_none_or(|node| !matches!(self.side.arena().value(node), Value::Bool(_)))
        {
            return self.number(key);
        }
        let counts = self.is_set(exclusive) == (key == exclusive);
        self.number(inclusive).filter(|_| counts)
    }

    /// Whether anything stands beside `$ref` that changes what is accepted.
    fn has_more_than_reference(&self, node: NodeId) -> bool {
        let arena = self.side.arena();
        arena.fields(node).iter().any(|field| {
            !matches!(
                field.key,
                w::REF | w::DYNAMIC_REF | w::DEFS | w::ID | w::ANCHOR | w::DYNAMIC_ANCHOR
            ) && !is_annotation(arena, field.key)
        })
    }

    /// The branch of a schema that is nothing but a choice of one, or of one and `null`.
    fn only_branch(&mut self, node: NodeId) -> Option<NodeId> {
        let arena = self.side.arena();
        let word = nullable_word(self.side.version());
        let nullable = word.is_some_and(|word| arena.get_bool(node, word) == Some(true));
        let mut counted = arena.fields(node).iter().filter(|field| {
            let is_word = Some(field.key) == word || field.key == w::X_NULLABLE;
            !is_word && !is_annotation(arena, field.key)
        });
        let (only, more) = (counted.next()?, counted.next());
        if more.is_some() || !matches!(only.key, w::ANY_OF | w::ONE_OF | w::ALL_OF) {
            return None;
        }
        let mut branches: Vec<NodeId> = arena.items(only.value).collect();
        if only.key == w::ALL_OF && branches.len() > 1 {
            branches.retain(|branch| !says_nothing(arena, *branch));
        }
        let is_null = |branch: &NodeId| is_null(arena, *branch);
        match branches.as_slice() {
            [one] => {
                self.nullable |= nullable;
                Some(*one)
            }
            [one, null] | [null, one] if only.key != w::ALL_OF && is_null(null) && !is_null(one) => {
                // `null` would match twice, and so not at all.
                if only.key == w::ONE_OF && self.says_null(*one) {
                    return None;
                }
                self.nullable = true;
                Some(*one)
            }
            _ => None,
        }
    }

    /// Whether a schema's own keywords accept `null`.
    fn says_null(&self, node: NodeId) -> bool {
        let arena = self.side.arena();
        let Some(node) = self.side.follow(node) else {
            return false;
        };
        let by_type = arena.get(node, w::TYPE).is_some_and(|types| {
            arena.as_text(types) == Some(w::NULL)
                || arena
                    .items(types)
                    .any(|item| arena.as_text(item) == Some(w::NULL))
        });
        let word = nullable_word(self.side.version());
        by_type || word.is_some_and(|word| arena.get_bool(node, word) == Some(true))
    }

    /// What it holds in words of its `format`: a file of Swagger 2.0 is a text of any bytes.
    pub fn format(&self) -> Option<&'a str> {
        if let Some(word) = self.text(w::FORMAT) {
            return Some(self.side.text(word));
        }
        (self.text(w::TYPE) == Some(w::FILE)).then(|| self.side.text(w::BINARY))
    }

    fn trivially(&self) -> Option<Trivial> {
        let arena = self.side.arena();
        let [node] = self.nodes.as_slice() else {
            return None;
        };
        match arena.value(*node) {
            Value::Bool(false) => Some(Trivial::Never),
            Value::Map(_) => {
                if is_not_anything(self, *node) {
                    return Some(Trivial::Never);
                }
                let says_nothing = arena
                    .fields(*node)
                    .iter()
                    .all(|field| is_annotation(arena, field.key));
                says_nothing.then_some(Trivial::Always)
            }
            _ => Some(Trivial::Always),
        }
    }
}

/// Whether a schema accepts `null` and nothing else, by its one keyword.
pub fn is_null(arena: &Arena, schema: NodeId) -> bool {
    let mut fields = arena.fields(schema).iter();
    let only = fields.next().filter(|_| fields.next().is_none());
    only.is_some_and(|only| match only.key {
        w::TYPE => arena.as_text(only.value) == Some(w::NULL),
        w::CONST => arena.value(only.value) == Value::Null,
        w::ENUM => {
            let mut values = arena.items(only.value).map(|value| arena.value(value));
            values.next() == Some(Value::Null) && values.all(|value| value == Value::Null)
        }
        _ => false,
    })
}

/// The keyword that says whether `null` is accepted, in versions where that is no type.
pub(super) fn nullable_word(version: Version) -> Option<Word> {
    match version {
        Version::V2 => Some(w::X_NULLABLE),
        Version::V30 => Some(w::NULLABLE),
        Version::V31 | Version::V32 => None,
    }
}
