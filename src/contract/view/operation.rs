//! What an operation takes and gives: parameters, body, responses, in the words of `OpenAPI` 3 for all versions.

use std::collections::HashSet;

use super::Side;
use super::api::Whereabouts;
use crate::contract::arena::{Arena, Entry, NodeId, Value, Word};
use crate::contract::load::Version;
use crate::contract::words as w;

/// A parameter of an operation, or a header of a response.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its object.
    pub node: NodeId,
    /// Its name; of a header in small letters.
    pub name: String,
    /// `path`, `query`, `querystring`, `header` or `cookie`; [`w::HEADER`] of a response's header.
    pub location: Word,
    /// Whether it must be there.
    pub required: bool,
    /// What its values are.
    pub schema: Option<NodeId>,
    /// Its media types, where it has those instead of a schema.
    pub media: Vec<Media>,
    /// How a list or an object is written in it.
    pub style: Style,
    /// Whether more than its name is known: its reference leads somewhere.
    pub is_known: bool,
}

impl Parameter {
    /// Whether both are one and the same: the whole query is one parameter, whatever it is called.
    pub fn is_same(&self, other: &Self) -> bool {
        self.location == other.location && (self.location == w::QUERYSTRING || self.name == other.name)
    }
}

/// How values are written in a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// The name of the style.
    pub name: Word,
    /// Whether each value of a list gets the name again.
    pub explode: bool,
    /// Whether reserved characters stay as they are.
    pub allow_reserved: bool,
    /// Whether it may be empty.
    pub allow_empty: bool,
}

/// A body.
#[derive(Clone, Debug)]
pub struct Body {
    /// Its object.
    pub node: NodeId,
    /// Whether it must be there.
    pub required: bool,
    /// What it may be.
    pub media: Vec<Media>,
}

/// A media type of a body.
#[derive(Clone, Debug)]
pub struct Media {
    /// The name, such as `application/json`.
    pub name: String,
    /// Its object.
    pub node: NodeId,
    /// What its values are.
    pub schema: Option<NodeId>,
    /// What each item of a stream is.
    pub item_schema: Option<NodeId>,
    /// How its properties are written.
    pub encoding: Option<NodeId>,
    /// How its first items are written, one by one, and how all that follow are.
    pub item_encodings: (Vec<NodeId>, Option<NodeId>),
    /// Whether more than its name is known: its reference leads somewhere.
    pub is_known: bool,
}

/// A response.
#[derive(Clone, Debug)]
pub struct Response {
    /// `200`, `2XX` or `default`.
    pub status: String,
    /// Its object.
    pub node: NodeId,
    /// What its body may be.
    pub media: Vec<Media>,
    /// Its headers.
    pub headers: Vec<Parameter>,
    /// Its links.
    pub links: Option<NodeId>,
    /// Whether more than its status is known: its reference leads somewhere.
    pub is_known: bool,
}

/// The parameters of an operation: its own, and those of its path that it does not replace. Bodies of Swagger 2.0 are none.
pub fn parameters(side: Side<'_>, item: Whereabouts, operation: NodeId) -> Vec<Parameter> {
    let mut found: Vec<Parameter> = Vec::new();
    for owner in std::iter::once(operation).chain(item.nodes()) {
        for node in listed(side, owner) {
            let Some(parameter) = parameter(side, node) else {
                continue;
            };
            if !found.iter().any(|known| known.is_same(&parameter)) {
                found.push(parameter);
            }
        }
    }
    found
}

/// The parameters of an operation and its path of which nobody knows which those are: references that lead nowhere, and
/// [unreadable] ones.
///
/// [unreadable]: is_unreadable
pub fn unknown_parameters(side: Side<'_>, item: Whereabouts, operation: NodeId) -> Vec<NodeId> {
    let owners = std::iter::once(operation).chain(item.nodes());
    let nodes = owners
        .filter_map(|owner| side.arena().get(owner, w::PARAMETERS))
        .flat_map(|list| side.arena().items(list));
    nodes
        .filter(|node| side.follow(*node).is_none_or(|node| is_unreadable(side, node)))
        .collect()
}

/// Whether a parameter does not say where it is sent, or by which name, in words that its version has.
pub fn is_unreadable(side: Side<'_>, node: NodeId) -> bool {
    let arena = side.arena();
    if !arena.is_map(node) {
        // Told as a value of a wrong type.
        return false;
    }
    let is_old = side.version() == Version::V2;
    match arena.get_text(node, w::IN) {
        Some(w::BODY) => !is_old,
        Some(w::FORM_DATA) if !is_old => true,
        Some(w::PATH | w::QUERY | w::QUERYSTRING | w::HEADER | w::COOKIE | w::FORM_DATA) => {
            arena.get_text(node, w::NAME).is_none()
        }
        _ => true,
    }
}

fn listed(side: Side<'_>, owner: NodeId) -> Vec<NodeId> {
    let list = side.arena().get(owner, w::PARAMETERS);
    let nodes = list.map(|list| side.arena().items(list).collect::<Vec<_>>());
    nodes
        .unwrap_or_default()
        .into_iter()
        .filter_map(|node| side.follow(node))
        .collect()
}

fn parameter(side: Side<'_>, node: NodeId) -> Option<Parameter> {
    let arena = side.arena();
    let location = arena.get_text(node, w::IN)?;
    let name = arena.text(arena.get_text(node, w::NAME)?);
    if !matches!(
        location,
        w::PATH | w::QUERY | w::QUERYSTRING | w::HEADER | w::COOKIE
    ) {
        return None;
    }
    let is_header = location == w::HEADER;
    let name = if is_header {
        name.to_lowercase()
    } else {
        name.to_owned()
    };
    if is_header
        && matches!(&*name, "accept" | "content-type" | "authorization")
        && side.version() != Version::V2
    {
        // The specification says that they are ignored.
        return None;
    }
    Some(Parameter {
        node,
        name,
        location,
        required: location == w::PATH || arena.get_bool(node, w::REQUIRED) == Some(true),
        schema: schema_of(side, node),
        media: media(side, node),
        style: style(side, node, location),
        is_known: true,
    })
}

/// The schema of a parameter or a header; in Swagger 2.0 it is one itself, and where a `type` was left from there it is
/// read as it was meant.
fn schema_of(side: Side<'_>, node: NodeId) -> Option<NodeId> {
    if side.version() == Version::V2 {
        return Some(node);
    }
    let has = |key| side.arena().get(node, key).is_some();
    side.arena()
        .get(node, w::SCHEMA)
        .or_else(|| (has(w::TYPE) && !has(w::CONTENT)).then_some(node))
}

fn style(side: Side<'_>, node: NodeId, location: Word) -> Style {
    let arena = side.arena();
    let is_set = |key| arena.get_bool(node, key) == Some(true);
    let usual = match location {
        w::QUERY | w::COOKIE => w::FORM,
        _ => w::SIMPLE,
    };
    let (name, explode) = if side.version() == Version::V2 {
        collected(side, node, usual)
    } else {
        let name = arena.get_text(node, w::STYLE).unwrap_or(usual);
        (name, arena.get_bool(node, w::EXPLODE).unwrap_or(name == w::FORM))
    };
    Style {
        name,
        explode,
        allow_reserved: is_set(w::ALLOW_RESERVED),
        allow_empty: is_set(w::ALLOW_EMPTY),
    }
}

/// The style of what has a `collectionFormat`, and whether its values are written apart.
pub fn collected(side: Side<'_>, node: NodeId, usual: Word) -> (Word, bool) {
    let arena = side.arena();
    match arena.get_text(node, w::COLLECTION_FORMAT) {
        Some(w::SSV) => (w::SPACE_DELIMITED, false),
        Some(w::PIPES) => (w::PIPE_DELIMITED, false),
        Some(w::TSV) => (w::TSV, false),
        Some(w::MULTI) => (usual, true),
        // Whether what is no list is exploded makes no difference.
        _ => (
            usual,
            usual == w::FORM && arena.get_text(node, w::TYPE) != Some(w::ARRAY),
        ),
    }
}

/// In which ways lists in the lists of a parameter of Swagger 2.0 are written, from the outside to the inside.
pub fn collected_inside(side: Side<'_>, node: NodeId) -> Vec<(Word, bool)> {
    const NESTED: usize = 8;
    let arena = side.arena();
    let inside = std::iter::successors(arena.get(node, w::ITEMS), |items| arena.get(*items, w::ITEMS));
    inside
        .take(NESTED)
        .filter(|items| side.version() == Version::V2 && arena.get_text(*items, w::TYPE) == Some(w::ARRAY))
        .map(|items| collected(side, items, w::FORM))
        .collect()
}

/// The body that an operation takes.
pub fn body(side: Side<'_>, item: Whereabouts, operation: NodeId) -> Option<Body> {
    let arena = side.arena();
    if side.version() != Version::V2 {
        let node = side.get(operation, w::REQUEST_BODY)?;
        return Some(Body {
            node,
            required: arena.get_bool(node, w::REQUIRED) == Some(true),
            media: media(side, node),
        });
    }
    let types = names(arena, operation, side.document.root.node, w::CONSUMES);
    if let Some(form) = side.world.forms.get(&operation).copied() {
        let is_form = |name: &&String| name.starts_with("multipart/") || name.ends_with("urlencoded");
        let mut types: Vec<String> = types.iter().filter(is_form).cloned().collect();
        if types.is_empty() {
            types.push("application/x-www-form-urlencoded".to_owned());
        }
        return Some(Body {
            node: form,
            required: arena
                .get(form, w::REQUIRED)
                .is_some_and(|list| !arena.entries(list).is_empty()),
            media: types
                .into_iter()
                .map(|name| plain(&name, form, Some(form)))
                .collect(),
        });
    }
    let mut all = listed(side, operation);
    all.extend(item.nodes().flat_map(|item| listed(side, item)));
    let node = all
        .into_iter()
        .find(|node| arena.get_text(*node, w::IN) == Some(w::BODY))?;
    let schema = arena.get(node, w::SCHEMA);
    let types = if types.is_empty() {
        vec!["application/json".to_owned()]
    } else {
        types
    };
    Some(Body {
        node,
        required: arena.get_bool(node, w::REQUIRED) == Some(true),
        media: types.into_iter().map(|name| plain(&name, node, schema)).collect(),
    })
}

/// The responses of an operation, in the order in which they are written.
pub fn responses(side: Side<'_>, operation: NodeId) -> Vec<Response> {
    let arena = side.arena();
    let Some(map) = side.get(operation, w::RESPONSES) else {
        return Vec::new();
    };
    let fields = arena.fields(map).iter();
    fields
        .filter(|field| !arena.text(field.key).starts_with("x-"))
        .map(|field| {
            let behind = side.follow(field.value);
            let node = behind.unwrap_or(field.value);
            Response {
                status: status(arena.text(field.key)),
                node,
                media: given(side, operation, node),
                headers: headers(side, node),
                links: arena.get(node, w::LINKS),
                is_known: behind.is_some(),
            }
        })
        .collect()
}

fn status(written: &str) -> String {
    if written.eq_ignore_ascii_case("default") {
        "default".to_owned()
    } else {
        written.to_uppercase()
    }
}

fn given(side: Side<'_>, operation: NodeId, node: NodeId) -> Vec<Media> {
    if side.version() != Version::V2 {
        return media(side, node);
    }
    let arena = side.arena();
    let Some(schema) = arena.get(node, w::SCHEMA) else {
        return Vec::new();
    };
    let types = names(arena, operation, side.document.root.node, w::PRODUCES);
    let types = if types.is_empty() {
        vec!["application/json".to_owned()]
    } else {
        types
    };
    types
        .into_iter()
        .map(|name| plain(&name, node, Some(schema)))
        .collect()
}

/// The headers of a response or of a part of a body.
pub fn headers(side: Side<'_>, node: NodeId) -> Vec<Parameter> {
    let arena = side.arena();
    let fields = arena
        .get(node, w::HEADERS)
        .map_or(&[][..], |map| arena.fields(map));
    by_spelling(arena, fields)
        .into_iter()
        .filter_map(|(name, field)| {
            let behind = side.follow(field.value);
            let node = behind.unwrap_or(field.value);
            if name == "content-type" && side.version() != Version::V2 {
                return None;
            }
            Some(Parameter {
                node,
                name,
                location: w::HEADER,
                required: arena.get_bool(node, w::REQUIRED) == Some(true),
                schema: schema_of(side, node),
                media: media(side, node),
                style: style(side, node, w::HEADER),
                is_known: behind.is_some(),
            })
        })
        .collect()
}

fn media(side: Side<'_>, owner: NodeId) -> Vec<Media> {
    let arena = side.arena();
    let fields = arena
        .get(owner, w::CONTENT)
        .map_or(&[][..], |map| arena.fields(map));
    by_spelling(arena, fields)
        .into_iter()
        .map(|(name, field)| {
            let behind = side.follow(field.value);
            let node = behind.unwrap_or(field.value);
            Media {
                name,
                node,
                schema: arena.get(node, w::SCHEMA),
                item_schema: arena.get(node, w::ITEM_SCHEMA),
                encoding: arena.get(node, w::ENCODING),
                item_encodings: (
                    arena
                        .get(node, w::PREFIX_ENCODING)
                        .map(|list| arena.items(list).collect())
                        .unwrap_or_default(),
                    arena.get(node, w::ITEM_ENCODING),
                ),
                is_known: behind.is_some(),
            }
        })
        .collect()
}

/// Fields with their names in small letters. Those that have the same name then stand in the order of their spellings, so
/// that it makes no difference in which order they are written.
fn by_spelling<'a>(arena: &Arena, fields: &'a [Entry]) -> Vec<(String, &'a Entry)> {
    let named = fields
        .iter()
        .map(|field| (arena.text(field.key).trim().to_lowercase(), field));
    let mut found: Vec<(String, &Entry)> = named.collect();
    let spelt: HashSet<&str> = found.iter().map(|(name, _)| &**name).collect();
    if spelt.len() < found.len() {
        found.sort_by_cached_key(|(_, field)| arena.text(field.key).to_owned());
    }
    found
}

/// What stands on the other side for one of these: what has its name, of several the one in the same place among them.
pub fn namesake<'a, T>(
    own: &[T],
    at: usize,
    others: &'a [T],
    is_same: impl Fn(&T, &T) -> bool,
) -> Option<&'a T> {
    let one = &own[at];
    let rank = own[..at].iter().filter(|earlier| is_same(one, earlier)).count();
    let mut same = others.iter().filter(|other| is_same(one, other));
    same.clone().nth(rank).or_else(|| same.next_back())
}

fn plain(name: &str, node: NodeId, schema: Option<NodeId>) -> Media {
    Media {
        name: name.trim().to_lowercase(),
        node,
        schema,
        item_schema: None,
        encoding: None,
        item_encodings: (Vec::new(), None),
        is_known: true,
    }
}

/// The media types of an operation of Swagger 2.0: its own, or those of the document.
fn names(arena: &Arena, operation: NodeId, root: NodeId, key: Word) -> Vec<String> {
    let list = arena.get(operation, key).or_else(|| arena.get(root, key));
    let items = list
        .map(|list| arena.items(list).collect::<Vec<_>>())
        .unwrap_or_default();
    let text = |node| match arena.value(node) {
        Value::Text(word) => Some(arena.text(word).to_owned()),
        _ => None,
    };
    items.into_iter().filter_map(text).collect()
}
