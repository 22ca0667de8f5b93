//! What the values of a description are: schemas, maps of schemas, or plain data in which nothing refers to anything.
//!
//! `$ref` in an example is data, and so is everything below `default`, `enum` and extensions: real descriptions have both.

use super::arena::{Arena, Entry, NodeId, Word};
use super::words as w;

/// What a value is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// Nothing that is in the document.
    #[default]
    Unseen,
    /// Data: what it says is what it says.
    Data,
    /// An object of the specification, or a list of such.
    Object,
    /// A map whose keys are names and whose values are objects.
    Objects,
    /// A schema, or a list of such.
    Schema,
    /// A map whose keys are names and whose values are schemas.
    Schemas,
}

/// The roles of nodes, by their numbers.
#[derive(Debug, Default)]
pub struct Roles(Vec<Role>);

impl Roles {
    /// The role of a node.
    pub fn of(&self, node: NodeId) -> Role {
        self.0.get(node.index()).copied().unwrap_or_default()
    }

    /// Gives a role to the root of a document and, by it, to all that is in it. The nodes of the document are those from
    /// `first` to the root.
    pub fn assign(&mut self, arena: &Arena, first: usize, root: NodeId, role: Role) {
        if self.0.len() < arena.len() {
            self.0.resize(arena.len(), Role::Unseen);
        }
        self.join(root, role);
        // Downwards: a node's number is greater than those of its children.
        for index in (first..=root.index()).rev() {
            let node = NodeId::at(index);
            let role = self.0[index];
            if role == Role::Unseen {
                continue;
            }
            for entry in arena.entries(node) {
                self.join(entry.value, role.child(arena, entry));
            }
        }
    }

    /// An alias may stand in two roles; then it is an object, of which nothing is left out.
    fn join(&mut self, node: NodeId, role: Role) {
        let had = &mut self.0[node.index()];
        *had = match *had {
            Role::Unseen => role,
            had if had == role => role,
            _ => Role::Object,
        };
    }
}

impl Role {
    fn child(self, arena: &Arena, entry: &Entry) -> Self {
        match self {
            Self::Unseen | Self::Data => self,
            Self::Objects => Self::Object,
            Self::Schemas => Self::Schema,
            Self::Schema => in_schema(entry.key),
            Self::Object => in_object(arena, entry.key),
        }
    }
}

fn in_schema(key: Word) -> Role {
    match key {
        w::NONE
        | w::ITEMS
        | w::ADDITIONAL_ITEMS
        | w::ADDITIONAL_PROPERTIES
        | w::NOT
        | w::IF
        | w::THEN
        | w::ELSE
        | w::CONTAINS
        | w::PROPERTY_NAMES
        | w::UNEVALUATED_ITEMS
        | w::UNEVALUATED_PROPERTIES
        | w::CONTENT_SCHEMA
        | w::ALL_OF
        | w::ANY_OF
        | w::ONE_OF
        | w::PREFIX_ITEMS
        // Swagger 2.0: a parameter is its own schema, or has one.
        | w::SCHEMA => Role::Schema,
        w::PROPERTIES
        | w::PATTERN_PROPERTIES
        | w::DEFS
        | w::DEFINITIONS
        | w::DEPENDENT_SCHEMAS
        | w::DEPENDENCIES => Role::Schemas,
        w::DISCRIMINATOR => Role::Object,
        _ => Role::Data,
    }
}

fn in_object(arena: &Arena, key: Word) -> Role {
    match key {
        w::SCHEMA | w::ITEM_SCHEMA | w::ITEMS => Role::Schema,
        w::SCHEMAS | w::DEFINITIONS | w::DEFS | w::PROPERTIES => Role::Schemas,
        w::EXAMPLE | w::DEFAULT | w::VALUE | w::ENUM | w::MAPPING => Role::Data,
        w::PARAMETERS
        | w::RESPONSES
        | w::HEADERS
        | w::LINKS
        | w::CALLBACKS
        | w::PATHS
        | w::WEBHOOKS
        | w::REQUEST_BODIES
        | w::SECURITY_SCHEMES
        | w::SECURITY_DEFINITIONS
        | w::ENCODING
        | w::CONTENT
        | w::MEDIA_TYPES
        | w::PATH_ITEMS
        | w::EXAMPLES
        | w::ADDITIONAL_OPERATIONS => Role::Objects,
        _ if is_extension(arena, key) => Role::Data,
        _ => Role::Object,
    }
}

fn is_extension(arena: &Arena, key: Word) -> bool {
    arena.text(key).starts_with("x-")
}
