//! The fields of one object, against the table of its kind.

use super::{
    Entry, HashSet, Kind, NodeId, Object, Rest, Rule, Takes, Value, Version, Walk, Word, called, table, w,
};
use crate::contract::number;
use crate::contract::validate::forms;

impl Walk<'_, '_> {
    pub(super) fn fields(&mut self, kind: Kind, node: NodeId) {
        let arena = self.arena();
        let version = self.version();
        let table = table(kind, version);
        for entry in arena.fields(node) {
            match table.field(entry.key) {
                Some(field) => {
                    if field.since > version {
                        self.newer(kind, entry, field.since, field.newer);
                    }
                    self.take(kind, field.takes, entry);
                }
                None => self.other(kind, table.rest, entry),
            }
        }
        // What a path item refers to has the rest of it, and where a schema has a reference nothing is demanded.
        for field in table.fields {
            if let Some(rule) = field.missing
                && field.since <= version
                && arena.get(node, field.key).is_none()
            {
                let says = format!("{} lacks `{}`", kind.noun(), arena.text(field.key));
                self.findings.add(rule, node, says);
            }
        }
    }

    /// A field that is in no table of the version.
    fn other(&mut self, kind: Kind, rest: Rest, entry: &Entry) {
        let name = self.arena().text(entry.key);
        match rest {
            Rest::Every(takes) => return self.take(kind, takes, entry),
            _ if name.starts_with("x-") => return,
            Rest::Each(takes) => return self.take(kind, takes, entry),
            Rest::Free => return,
            Rest::Extensions => {}
        }
        if self.version() == Version::V2
            && let Some(field) = table(kind, Version::V32).field(entry.key)
        {
            let since = field.since.max(Version::V30);
            return self.newer(kind, entry, since, field.newer);
        }
        if kind == Kind::Header && matches!(entry.key, w::NAME | w::IN) {
            let rule = if entry.key == w::NAME {
                Rule::NameForbidden
            } else {
                Rule::InForbidden
            };
            let says = format!("a header has no `{name}`: it is named by its key");
            return self.findings.add(rule, entry.value, says);
        }
        let mut says = format!("`{name}` is no field of {} in {}", kind.noun(), self.says());
        let known: Vec<&str> = table(kind, self.version())
            .fields
            .iter()
            .filter(|field| field.since <= self.version())
            .map(|field| self.arena().text(field.key))
            .collect();
        if let Some(near) = forms::nearest(name, &known) {
            says = format!("{says}; `{near}` is");
        }
        self.findings.add(Rule::UnknownField, entry.value, says);
    }

    fn newer(&mut self, kind: Kind, entry: &Entry, since: Version, rule: Rule) {
        let name = self.arena().text(entry.key);
        let says = format!(
            "`{name}` is a field of {} since {}, and this is {}",
            kind.noun(),
            called(since),
            self.says()
        );
        self.findings.add(rule, entry.value, says);
    }

    /// Looks at a value, and goes on to the objects in it.
    fn take(&mut self, kind: Kind, takes: Takes, entry: &Entry) {
        let arena = self.arena();
        let node = entry.value;
        let value = arena.value(node);
        let wanted = match (takes, value) {
            (Takes::Of(Kind::Schema), Value::Bool(_)) | (Takes::SchemaOrBool(_), Value::Map(_)) => {
                return self.meet(node, Kind::Schema, entry.key);
            }
            (Takes::Any, _)
            | (Takes::Bool | Takes::SchemaOrBool(_), Value::Bool(_))
            | (Takes::Text, Value::Text(_))
            | (Takes::List, Value::List(_))
            | (Takes::Map, Value::Map(_)) => return,
            (Takes::Uri | Takes::Email, Value::Text(word)) => {
                return self.form(takes, node, entry, arena.text(word));
            }
            (Takes::Number, Value::Number(word)) if number::is_decimal(arena.text(word)) => return,
            (Takes::Bound, Value::Number(word))
                if self.version() >= Version::V31 && number::is_decimal(arena.text(word)) =>
            {
                return;
            }
            (Takes::Count, Value::Number(word)) => {
                let text = arena.text(word);
                if !text.starts_with('-') && number::is_whole(text) {
                    return;
                }
                "a number from 0 on without a fraction"
            }
            (Takes::Bound, Value::Bool(_)) if self.version() < Version::V31 => return,
            (Takes::OneOrListOf(_), Value::List(_)) if arena.entries(node).is_empty() => {
                "an object or a list of at least one"
            }
            (Takes::OneOrListOf(inner) | Takes::ListOf(inner), Value::List(_)) => {
                for item in arena.items(node) {
                    self.meet(item, inner, w::NONE);
                }
                return;
            }
            (Takes::Of(inner) | Takes::OneOrListOf(inner), _) => return self.meet(node, inner, entry.key),
            (Takes::MapOf(inner), Value::Map(_)) => return self.map_of(kind, inner, entry),
            (Takes::Texts, Value::List(_)) => return self.texts(entry.key, node),
            (Takes::MapOfTexts, Value::Map(_)) => {
                for entry in arena.fields(node) {
                    let is_extension = arena.text(entry.key).starts_with("x-");
                    if arena.as_text(entry.value).is_none() && !is_extension {
                        self.wrong_type(Rule::WrongType, entry.value, entry.key, "a text");
                    }
                }
                return;
            }
            (Takes::MapOfLists, Value::Map(_)) => {
                for entry in arena.fields(node) {
                    self.take(kind, Takes::Texts, entry);
                }
                return;
            }
            (Takes::Text | Takes::Uri | Takes::Email, _) => "a text",
            (Takes::Bool, _) => "`true` or `false`",
            (Takes::Number, Value::Number(_)) => "a number that can be written in digits",
            (Takes::Number, _) => "a number",
            (Takes::Count, _) => "a number from 0 on without a fraction",
            (Takes::List | Takes::ListOf(_), _) => "a list",
            (Takes::Texts, _) => "a list of texts",
            (Takes::Map | Takes::MapOf(_) | Takes::MapOfTexts | Takes::MapOfLists, _) => "an object",
            (Takes::Bound, _) if self.version() < Version::V31 => "`true` or `false` in this version",
            (Takes::Bound, Value::Number(_)) => "a number that can be written in digits",
            (Takes::Bound, _) => "a number in this version",
            (Takes::SchemaOrBool(rule), _) => {
                return self.wrong_type(rule, node, entry.key, "a schema or a truth value");
            }
        };
        self.wrong_type(Rule::WrongType, node, entry.key, wanted);
    }

    fn map_of(&mut self, kind: Kind, inner: Kind, entry: &Entry) {
        let arena = self.arena();
        let is_component = kind == Kind::Components || (kind == Kind::Root && self.version() == Version::V2);
        for named in arena.fields(entry.value) {
            if kind == Kind::Components && !forms::is_component_name(arena.text(named.key)) {
                let says = format!(
                    "`{}` is no name of a component: it has others than letters, digits, `.`, `-` and `_`",
                    arena.text(named.key)
                );
                self.findings.add(Rule::ComponentNameInvalid, named.value, says);
            }
            if entry.key == w::WEBHOOKS && arena.value(named.value) == Value::Null {
                let says = format!("the webhook `{}` is null", arena.text(named.key));
                self.findings.add(Rule::WebhookNil, named.value, says);
            } else if is_component {
                let (node, name) = (named.value, named.key);
                self.components.push((inner, Object { node, name }));
            } else if !(inner == Kind::Callback && arena.text(named.key).starts_with("x-")) {
                self.meet(named.value, inner, named.key);
            }
        }
    }

    fn texts(&mut self, key: Word, node: NodeId) {
        let arena = self.arena();
        let mut seen = HashSet::new();
        for item in arena.items(node) {
            match arena.as_text(item) {
                Some(word) if key == w::REQUIRED && !seen.insert(word) => {
                    let says = format!("`{}` stands twice in `required`", arena.text(word));
                    self.findings.add(Rule::DuplicateRequiredField, item, says);
                }
                Some(word) if matches!(key, w::CONSUMES | w::PRODUCES | w::SCHEMES) && !seen.insert(word) => {
                    let says = format!("`{}` stands twice in `{}`", arena.text(word), arena.text(key));
                    self.findings.add(Rule::SpecValidationError, item, says);
                }
                Some(_) => {}
                None => self.wrong_type(Rule::WrongType, item, w::NONE, "a text"),
            }
        }
    }

    /// A text that has a form.
    fn form(&mut self, takes: Takes, node: NodeId, entry: &Entry, text: &str) {
        let name = self.arena().text(entry.key);
        let wanted = match takes {
            Takes::Email if !forms::is_email(text) => "an address for mail",
            Takes::Uri if !forms::is_uri_reference(text) => "a URI",
            _ => return,
        };
        let says = format!("`{name}` must be {wanted}, and is {}", forms::quoted(text));
        self.findings.add(Rule::FormatInvalid, node, says);
    }
}
