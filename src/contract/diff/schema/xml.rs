//! How a value is written as XML. It counts where a body is XML, and [`super::super::Differ::finish`] looks for those.

use super::{Comparer, Schema};
use crate::contract::arena::{NodeId, Word};
use crate::contract::rules::Kind;
use crate::contract::view::Side;
use crate::contract::view::schema::Types;
use crate::contract::words as w;

/// What stands in the XML for a value.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Form {
    /// `element`, `attribute` and so on.
    kind: Word,
    /// Its name; where none is written that of its property or component.
    name: Option<Word>,
    namespace: Option<Word>,
    prefix: Option<Word>,
}

impl Comparer<'_, '_> {
    pub(super) fn compare_xml(&mut self) {
        let [base, revision] = self.written;
        let (from, to) = (written(&self.base, base), written(&self.revision, revision));
        if from.is_none() && to.is_none() {
            return;
        }
        let (old, new) = (form(&self.base, base, from), form(&self.revision, revision, to));
        let mut found = self.here();
        found.base = from.or(found.base);
        found.revision = to.or(found.revision);
        let shown = |side: Side<'_>, form: &Form| {
            let word = |word: Option<Word>| word.map(|word| side.text(word)).unwrap_or_default();
            let within = form.namespace.map(|word| format!(" of `{}`", side.text(word)));
            format!(
                "{} `{}`{}",
                side.text(form.kind),
                word(form.name),
                within.unwrap_or_default()
            )
        };
        if (old.kind, old.name, old.namespace) != (new.kind, new.name, new.namespace) {
            let (from, to) = (shown(self.base.side(), &old), shown(self.revision.side(), &new));
            self.kind(Kind::XmlChanged, found.from(from).to(to));
        } else if old.prefix != new.prefix {
            let prefix = |side: Side<'_>, form: &Form| form.prefix.map(|word| side.text(word).to_owned());
            found.from = prefix(self.base.side(), &old);
            found.to = prefix(self.revision.side(), &new);
            self.kind(Kind::XmlPrefixChanged, found);
        }
    }
}

/// The `xml` of a schema.
fn written(schema: &Schema<'_>, node: NodeId) -> Option<NodeId> {
    schema
        .side()
        .arena()
        .get(node, w::XML)
        .or_else(|| schema.get(w::XML))
}

fn form(schema: &Schema<'_>, node: NodeId, xml: Option<NodeId>) -> Form {
    let arena = schema.side().arena();
    let text = |key: Word| xml.and_then(|xml| arena.get_text(xml, key));
    let is_set = |key: Word| xml.and_then(|xml| arena.get_bool(xml, key)) == Some(true);
    let types = schema.types();
    let is_list = types != Types::ALL && types.holds(Types::ARRAY);
    // Since 3.2 one word says what two truth values said.
    let kind = text(w::NODE_TYPE).unwrap_or(if is_set(w::ATTRIBUTE) {
        w::ATTRIBUTE
    } else if is_list && !is_set(w::WRAPPED) {
        w::NONE_TYPE
    } else {
        w::ELEMENT
    });
    let holder = arena.parent(node).and_then(|parent| arena.key(parent));
    let is_named = matches!(holder, Some(w::PROPERTIES | w::SCHEMAS | w::DEFINITIONS));
    let own = arena.key(node).filter(|_| is_named);
    Form {
        kind,
        name: text(w::NAME).or(own),
        namespace: text(w::NAMESPACE),
        prefix: text(w::PREFIX),
    }
}
