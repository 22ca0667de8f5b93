//! The operations of a description.

use super::Side;
use crate::contract::arena::{NodeId, Word};
use crate::contract::words as w;

/// The methods that have a field of their own, in the order in which they are told.
pub const METHODS: [Word; 9] = [
    w::GET,
    w::PUT,
    w::POST,
    w::DELETE,
    w::OPTIONS,
    w::HEAD,
    w::PATCH,
    w::TRACE,
    w::QUERY,
];

/// Where an operation is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Caller {
    /// By clients, at a path.
    Client,
    /// By the provider, at a client: a webhook or a callback.
    Provider,
}

/// A path, a webhook or a callback's address, with its operations.
#[derive(Clone, Debug)]
pub struct Item {
    /// The path as it is written; `webhook:NAME` of a webhook.
    pub path: String,
    /// The path with its parameters' names left out: what two paths must share to be the same.
    pub shape: String,
    /// The path item that it refers to, or else the reference.
    pub node: NodeId,
    /// The path item as it is written: what stands beside its reference counts as well.
    pub written: NodeId,
    /// Whether all of it is known: its reference leads somewhere.
    pub is_known: bool,
    /// Its operations, in the order of methods.
    pub operations: Vec<Method>,
}

/// Where an operation stands: in a path item that may be written in two places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Whereabouts {
    written: NodeId,
    behind: NodeId,
}

impl Item {
    /// Where its operations stand.
    pub fn whereabouts(&self) -> Whereabouts {
        Whereabouts {
            written: self.written,
            behind: self.node,
        }
    }
}

impl Whereabouts {
    /// The nodes whose fields count, the one that comes first wins.
    pub fn nodes(self) -> impl Iterator<Item = NodeId> {
        let behind = (self.behind != self.written).then_some(self.behind);
        std::iter::once(self.written).chain(behind)
    }
}

/// One method of a path.
#[derive(Clone, Debug)]
pub struct Method {
    /// The method in capitals.
    pub name: String,
    /// The operation.
    pub node: NodeId,
}

/// The paths of a document.
pub fn paths(side: Side<'_>) -> Vec<Item> {
    items(
        side,
        side.arena().get(side.document.root.node, w::PATHS),
        |path| path.starts_with('/').then(|| path.to_owned()),
    )
}

/// The webhooks of a document.
pub fn webhooks(side: Side<'_>) -> Vec<Item> {
    items(
        side,
        side.arena().get(side.document.root.node, w::WEBHOOKS),
        |name| (!name.starts_with("x-")).then(|| format!("webhook:{name}")),
    )
}

/// The addresses of a callback. What stands in their braces is no name but says where to call.
pub fn callback(side: Side<'_>, node: NodeId) -> Vec<Item> {
    let mut found = items(side, Some(node), |address| {
        (!address.starts_with("x-") && address != "$ref").then(|| address.to_owned())
    });
    for item in &mut found {
        item.shape.clone_from(&item.path);
    }
    found
}

fn items(side: Side<'_>, map: Option<NodeId>, name: impl Fn(&str) -> Option<String>) -> Vec<Item> {
    let arena = side.arena();
    let Some(map) = map.and_then(|map| side.follow(map)) else {
        return Vec::new();
    };
    let fields = arena.fields(map).iter();
    fields
        .filter_map(|field| {
            let path = name(arena.text(field.key))?;
            let behind = side.follow(field.value);
            let node = behind.unwrap_or(field.value);
            Some(Item {
                shape: shape(&path),
                operations: methods(side, field.value, node),
                path,
                node,
                written: field.value,
                is_known: behind.is_some(),
            })
        })
        .collect()
}

/// The operations of a path item: what stands beside `$ref` counts, and what it leads to does as well.
fn methods(side: Side<'_>, written: NodeId, node: NodeId) -> Vec<Method> {
    let arena = side.arena();
    let field = |key: Word| arena.get(written, key).or_else(|| arena.get(node, key));
    let mut found: Vec<Method> = METHODS
        .iter()
        .filter_map(|method| {
            let node = field(*method).filter(|node| arena.is_map(*node))?;
            Some(Method {
                name: arena.text(*method).to_uppercase(),
                node,
            })
        })
        .collect();
    let more = field(w::ADDITIONAL_OPERATIONS).map_or(&[][..], |more| arena.fields(more));
    found.extend(more.iter().map(|field| Method {
        name: arena.text(field.key).to_owned(),
        node: field.value,
    }));
    found
}

/// A path with nothing in its braces.
pub fn shape(path: &str) -> String {
    let mut shape = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((_, after)) = after.split_once('}') else {
            break;
        };
        shape.push_str(before);
        shape.push_str("{}");
        rest = after;
    }
    shape.push_str(rest);
    shape
}

/// The names in a path's braces, in their order.
pub fn template_names(path: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = path;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        names.push(name);
        rest = after;
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_differ_by_more_than_the_names_of_their_parameters() {
        assert_eq!(shape("/pets/{id}/toys/{toy}"), "/pets/{}/toys/{}");
        assert_eq!(shape("/a{b"), "/a{b");
        assert_eq!(shape("/a.{format}"), "/a.{}");
        assert_eq!(template_names("/pets/{id}/{toy}x{"), ["id", "toy"]);
    }
}
