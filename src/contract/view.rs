//! One way to look at all versions of the specification: what an operation takes and gives, whatever its document calls it.

pub mod api;
mod intersection;
mod joined;
pub mod meets;
pub mod operation;
pub mod schema;
mod spellings;

use super::arena::{Arena, NodeId, Word};
use super::load::{Document, Version, World};
use super::words as w;

/// One document of a world.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The world.
    pub world: &'a World,
    /// The document.
    pub document: &'a Document,
}

impl<'a> Side<'a> {
    /// All values.
    pub fn arena(self) -> &'a Arena {
        &self.world.arena
    }

    /// What the document follows.
    pub fn version(self) -> Version {
        self.document.version
    }

    /// What a node is once references are followed; `None` when they lead nowhere.
    pub fn follow(self, node: NodeId) -> Option<NodeId> {
        self.world.refs.follow(self.arena(), node)
    }

    /// The value of a key, with references followed.
    pub fn get(self, node: NodeId, key: Word) -> Option<NodeId> {
        self.follow(self.arena().get(node, key)?)
    }

    /// A text.
    pub fn text(self, word: Word) -> &'a str {
        self.arena().text(word)
    }

    /// The name among the components of a security scheme that a requirement names: by that name, or since version 3.2
    /// by a reference into the same document. Anything else comes back as it is.
    pub fn named_scheme(self, named: Word) -> Word {
        let text = self.text(named);
        if self.version() < Version::V32 || !text.contains('#') {
            return named;
        }
        let arena = self.arena();
        let schemes = self.components(w::SECURITY_SCHEMES);
        let is_known = |name: Word| schemes.is_some_and(|schemes| arena.get(schemes, name).is_some());
        if is_known(named) {
            return named;
        }
        let own = arena.get_text(self.document.root.node, w::SELF);
        let rest = own.and_then(|own| text.strip_prefix(self.text(own)));
        let name = rest.unwrap_or(text).strip_prefix("#/components/securitySchemes/");
        let name = name.map(|name| name.replace("~1", "/").replace("~0", "~"));
        let word = name.and_then(|name| arena.word(&name));
        word.filter(|word| is_known(*word)).unwrap_or(named)
    }

    /// The components of a kind, by their names in both spellings.
    pub fn components(self, kind: Word) -> Option<NodeId> {
        let root = self.document.root.node;
        let old = match kind {
            w::SCHEMAS => Some(w::DEFINITIONS),
            w::SECURITY_SCHEMES => Some(w::SECURITY_DEFINITIONS),
            w::PARAMETERS | w::RESPONSES => Some(kind),
            _ => None,
        };
        if self.version() == Version::V2 {
            return self.arena().get(root, old?);
        }
        self.arena().get(self.arena().get(root, w::COMPONENTS)?, kind)
    }
}
