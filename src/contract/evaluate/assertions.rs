//! Keywords that are decided by looking at the value: types, bounds, lengths, patterns.

use std::cmp::Ordering;

use super::machine::{Machine, Subject};
use super::{Why, formats};
use crate::contract::arena::{NodeId, Value, Word};
use crate::contract::load::Version;
use crate::contract::number;
use crate::contract::role::Role;
use crate::contract::view::schema::Types;
use crate::contract::words as w;

/// Characters of a value that are shown.
const SHOWN: usize = 40;

/// A keyword of a schema, with its value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keyword {
    pub(super) key: Word,
    pub(super) says: NodeId,
}

/// Whether a keyword is one of the version's dialect.
fn is_known(version: Version, key: Word) -> bool {
    match key {
        w::CONST
        | w::IF
        | w::PREFIX_ITEMS
        | w::CONTAINS
        | w::PROPERTY_NAMES
        | w::DEPENDENT_REQUIRED
        | w::DEPENDENT_SCHEMAS
        | w::UNEVALUATED_ITEMS
        | w::UNEVALUATED_PROPERTIES
        | w::DYNAMIC_REF => version >= Version::V31,
        w::ANY_OF | w::ONE_OF | w::NOT => version >= Version::V30,
        _ => true,
    }
}

impl Machine<'_, '_> {
    /// Evaluates the keywords of a schema: what can be said at once is said, what needs other answers is put on the stack.
    pub(super) fn keywords(&mut self, schema: NodeId, at: Subject) {
        let value = self.value(at);
        if value == Value::Null && self.is_nullable(schema) {
            return;
        }
        let fields = self.arena().fields(schema);
        if !self.pay(fields.len()) {
            return self.leave_open(Why::Budget, at);
        }
        let first = self.todo.len();
        for field in fields {
            if !is_known(self.side.version(), field.key) || self.passed_over == Some((schema, field.key)) {
                continue;
            }
            let keyword = Keyword {
                key: field.key,
                says: field.value,
            };
            match value {
                Value::Number(word) => self.number(keyword, at, word),
                Value::Text(word) => self.text(keyword, at, word),
                Value::List(_) => self.list(keyword, schema, at),
                Value::Map(_) => self.map(keyword, at),
                Value::Null | Value::Bool(_) => {}
            }
            self.any(keyword, schema, at);
        }
        if matches!(value, Value::Map(_)) {
            self.properties(schema, at);
        }
        self.leave_over(schema, at, value);
        self.put_first(first);
    }

    /// Versions before 3.1: what is nullable accepts `null`, whatever else it says. Read strictly, a value of `enum` or a schema
    /// in `allOf` would still refuse it, which nobody means.
    fn is_nullable(&self, schema: NodeId) -> bool {
        let arena = self.arena();
        let key = match self.side.version() {
            Version::V2 => arena.word("x-nullable"),
            Version::V30 => Some(w::NULLABLE),
            Version::V31 | Version::V32 => None,
        };
        key.is_some_and(|key| arena.get_bool(schema, key) == Some(true))
    }

    /// Keywords for values of every type.
    fn any(&mut self, keyword: Keyword, schema: NodeId, at: Subject) {
        match keyword.key {
            w::TYPE => self.check_type(keyword, at),
            w::ENUM => self.check_enum(keyword, at),
            w::CONST if !self.is_same(at, keyword.says) => {
                self.violate(w::CONST, at, |machine| {
                    let expected = machine.shown(Subject::node(keyword.says));
                    format!("{} is not the constant {expected}", machine.shown(at))
                });
            }
            _ => self.branch(keyword, schema, at),
        }
    }

    /// The kind of a value; `None` of a number that JSON does not have.
    pub(super) fn kind(&self, at: Subject) -> Option<Types> {
        Some(match self.value(at) {
            Value::Null => Types::NULL,
            Value::Bool(_) => Types::BOOLEAN,
            Value::Text(_) => Types::STRING,
            Value::List(_) => Types::ARRAY,
            Value::Map(_) => Types::OBJECT,
            Value::Number(word) => {
                let literal = self.side.text(word);
                number::compare(literal, "0")?;
                if number::is_whole(literal) {
                    Types::INTEGER
                } else {
                    Types::FRACTION
                }
            }
        })
    }

    fn check_type(&mut self, keyword: Keyword, at: Subject) {
        let arena = self.arena();
        let names: Vec<Option<Word>> = match arena.value(keyword.says) {
            Value::List(_) => arena
                .items(keyword.says)
                .map(|item| arena.as_text(item))
                .collect(),
            Value::Text(word) => vec![Some(word)],
            _ => Vec::new(),
        };
        if names.contains(&Some(w::FILE)) && self.side.version() == Version::V2 {
            return;
        }
        let mut types = Types::NONE;
        for name in &names {
            types = types.with(name.map_or(Types::NONE, Types::of));
        }
        let Some(kind) = self.kind(at) else {
            return self.leave_open(Why::Number, at);
        };
        if types.holds(kind) {
            return;
        }
        let is_word = |name: &Option<Word>| name.is_some_and(|name| !Types::of(name).is_empty());
        if names.is_empty() || !names.iter().all(is_word) {
            return self.leave_open(Why::Keyword, at);
        }
        self.violate(w::TYPE, at, |machine| {
            let found = kind.with(if kind == Types::FRACTION {
                Types::INTEGER
            } else {
                kind
            });
            let (found, expected) = (found.shown(), types.shown());
            match machine.value(at) {
                Value::Map(_) | Value::List(_) | Value::Null => {
                    format!("it is of type {found}, not {expected}")
                }
                _ => format!("{} is of type {found}, not {expected}", machine.shown(at)),
            }
        });
    }

    fn check_enum(&mut self, keyword: Keyword, at: Subject) {
        let arena = self.arena();
        let Value::List(run) = arena.value(keyword.says) else {
            return self.leave_open(Why::Keyword, at);
        };
        if !self.pay(run.len() / 8) {
            return self.leave_open(Why::Budget, at);
        }
        if arena.items(keyword.says).any(|member| self.is_same(at, member)) {
            return;
        }
        self.violate(w::ENUM, at, |machine| {
            let shown = machine.shown(at);
            match run.len() {
                1 => format!("{shown} is not the one value of `enum`"),
                count => format!("{shown} is none of the {count} values of `enum`"),
            }
        });
    }

    /// Whether a value is the same as a node's.
    pub(super) fn is_same(&self, at: Subject, node: NodeId) -> bool {
        match at.name {
            Some(name) => self.arena().as_text(node) == Some(name),
            None => self.are_same(at.node, node),
        }
    }

    /// Whether two nodes say the same; quickly where they do not.
    fn are_same(&self, left: NodeId, right: NodeId) -> bool {
        let world = self.side.world;
        let is_data = |node| world.roles.of(node) == Role::Data;
        let is_deep = |node| matches!(self.arena().value(node), Value::List(_) | Value::Map(_));
        if is_deep(left) && is_deep(right) && is_data(left) && is_data(right) {
            let (one, other) = (world.hashes.of(left), world.hashes.of(right));
            if one != other && one != 0 && other != 0 {
                return false;
            }
        }
        self.arena().same(left, right)
    }

    fn number(&mut self, keyword: Keyword, at: Subject, word: Word) {
        let found = self.side.text(word);
        if keyword.key == w::FORMAT {
            return self.check_format(keyword, at, |format| formats::number(format, found));
        }
        if !matches!(
            keyword.key,
            w::MAXIMUM | w::MINIMUM | w::EXCLUSIVE_MAXIMUM | w::EXCLUSIVE_MINIMUM | w::MULTIPLE_OF
        ) {
            return;
        }
        let limit = match self.arena().value(keyword.says) {
            Value::Number(word) => self.side.text(word),
            // 3.0 and before: it only says what the other keyword means.
            Value::Bool(_) if matches!(keyword.key, w::EXCLUSIVE_MAXIMUM | w::EXCLUSIVE_MINIMUM) => return,
            _ => return self.leave_open(Why::Keyword, at),
        };
        if keyword.key == w::MULTIPLE_OF {
            return match number::is_multiple(found, limit) {
                Some(true) => {}
                Some(false) => self.violate(w::MULTIPLE_OF, at, |_| {
                    let (found, limit) = (number::shown(found), number::shown(limit));
                    format!("{found} is not a multiple of {limit}")
                }),
                None => self.leave_open(Why::Number, at),
            };
        }
        let Some(order) = number::compare(found, limit) else {
            return self.leave_open(Why::Number, at);
        };
        let is_exclusive = match keyword.key {
            w::MAXIMUM => self.is_exclusive(w::EXCLUSIVE_MAXIMUM),
            w::MINIMUM => self.is_exclusive(w::EXCLUSIVE_MINIMUM),
            _ => true,
        };
        let wrong = match keyword.key {
            w::MAXIMUM | w::EXCLUSIVE_MAXIMUM => Ordering::Greater,
            _ => Ordering::Less,
        };
        if order == wrong || (is_exclusive && order == Ordering::Equal) {
            self.violate(keyword.key, at, |_| {
                let (found, limit) = (number::shown(found), number::shown(limit));
                let is_not = match (wrong, is_exclusive) {
                    (Ordering::Greater, false) => "more than",
                    (Ordering::Greater, true) => "not less than",
                    (_, false) => "less than",
                    (_, true) => "not more than",
                };
                format!("{found} is {is_not} {limit}")
            });
        }
    }

    /// Whether the schema that is asking says `true` to a keyword.
    fn is_exclusive(&self, key: Word) -> bool {
        let schema = self.frames.last().map(|frame| frame.schema);
        schema.is_some_and(|schema| self.arena().get_bool(schema, key) == Some(true))
    }

    fn text(&mut self, keyword: Keyword, at: Subject, word: Word) {
        let text = self.side.text(word);
        match keyword.key {
            w::MAX_LENGTH | w::MIN_LENGTH => {
                self.check_count(keyword, at, text.chars().count(), ("character", "characters"));
            }
            w::PATTERN => {
                let Some(pattern) = self.arena().as_text(keyword.says) else {
                    return self.leave_open(Why::Keyword, at);
                };
                match self.matches(pattern, text) {
                    Ok(true) => {}
                    Ok(false) => self.violate(w::PATTERN, at, |machine| {
                        let pattern = cut(machine.side.text(pattern));
                        format!("{} does not match the pattern `{pattern}`", machine.shown(at))
                    }),
                    Err(why) => self.leave_open(why, at),
                }
            }
            w::FORMAT => self.check_format(keyword, at, |format| formats::text(format, text)),
            _ => {}
        }
    }

    /// Whether a text matches a pattern somewhere.
    pub(super) fn matches(&mut self, pattern: Word, text: &str) -> Result<bool, Why> {
        if !self.pay(1 + text.len() / 64) {
            return Err(Why::Budget);
        }
        let read = self.evaluator.patterns.get(pattern, self.side.text(pattern));
        read.map(|read| read.is_match(text)).ok_or(Why::Pattern)
    }

    fn check_format(&mut self, keyword: Keyword, at: Subject, is_of: impl Fn(&str) -> bool) {
        let Some(format) = self.arena().as_text(keyword.says) else {
            return;
        };
        if !is_of(self.side.text(format)) {
            self.violate(w::FORMAT, at, |machine| {
                let format = machine.side.text(format);
                format!("{} is not of format `{format}`", machine.shown(at))
            });
        }
    }

    /// `min…` and `max…` of what can be counted, and how one and several of it are called.
    pub(super) fn check_count(&mut self, keyword: Keyword, at: Subject, count: usize, what: (&str, &str)) {
        let Value::Number(limit) = self.arena().value(keyword.says) else {
            return self.leave_open(Why::Keyword, at);
        };
        let limit = self.side.text(limit);
        let Some(order) = number::compare_count(count, limit) else {
            return self.leave_open(Why::Number, at);
        };
        let (wrong, word) = match keyword.key {
            w::MAX_LENGTH | w::MAX_ITEMS | w::MAX_PROPERTIES => (Ordering::Greater, "more"),
            _ => (Ordering::Less, "fewer"),
        };
        if order == wrong {
            self.violate(keyword.key, at, |_| {
                let (one, many) = what;
                let what = if count == 1 { one } else { many };
                format!("it has {count} {what}, {word} than {}", number::shown(limit))
            });
        }
    }

    /// A value for people, cut where it is long.
    pub(super) fn shown(&self, at: Subject) -> String {
        match self.value(at) {
            Value::Null => "`null`".to_owned(),
            Value::Bool(value) => format!("`{value}`"),
            Value::Number(word) => number::shown(self.side.text(word)),
            Value::Text(word) => format!("{:?}", cut(self.side.text(word))),
            Value::List(_) => "the list".to_owned(),
            Value::Map(_) => "the object".to_owned(),
        }
    }
}

fn cut(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
