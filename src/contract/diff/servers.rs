//! Where operations are called: the addresses that count for each.
//!
//! An operation has those that it names itself, or else those of its path, or else those of the document. What the document
//! says is compared once for all; where an operation or its path has a word of its own, what counts for it is compared.

use super::operations::Both;
use super::{Differ, Found};
use crate::contract::arena::NodeId;
use crate::contract::load::Version;
use crate::contract::rules::Fixed;
use crate::contract::view::Side;
use crate::contract::view::api::{self, Caller, Item, Whereabouts};
use crate::contract::words as w;

/// One address.
struct Server {
    /// As it is written, without a `/` at its end.
    url: String,
    node: NodeId,
}

/// What counts for an operation.
struct Servers {
    all: Vec<Server>,
    /// Where they are listed, or else where they could be.
    place: NodeId,
}

impl Servers {
    /// The same without an end that all addresses have.
    fn without_end(mut self, end: &str) -> Self {
        for server in &mut self.all {
            let kept = server.url.strip_suffix(end).unwrap_or(&server.url).len();
            server.url.truncate(kept);
        }
        self
    }

    /// The same without the address that counts where none is written.
    fn settled(mut self) -> Self {
        if let [only] = self.all.as_slice()
            && only.url.is_empty()
        {
            self.all.clear();
        }
        self
    }

    /// The path at the end of all addresses; `None` where they end in different ones.
    fn end(&self) -> Option<&str> {
        let mut ends = self.all.iter().map(|server| {
            let url = server.url.as_str();
            match url.split_once("://") {
                Some((_, rest)) => Some(rest.find('/').map_or("", |at| &rest[at..])),
                None => (url.is_empty() || url.starts_with('/')).then_some(url),
            }
        });
        let Some(first) = ends.next() else {
            return Some("");
        };
        first.filter(|first| ends.all(|end| end == Some(*first)))
    }
}

/// What stands at the end of all addresses of a document on one side and at the start of all paths on the other side: where
/// it is written is all the same to who calls. What comes back is to be put before the paths of the base, and before those of
/// the revision; one of them is empty.
pub(super) fn moved(base: (Side<'_>, &[Item]), revision: (Side<'_>, &[Item])) -> [String; 2] {
    let none = [String::new(), String::new()];
    let has_own = |(side, items): (Side<'_>, &[Item])| {
        items.iter().any(|item| {
            let mut operations = item.operations.iter();
            operations.any(|method| own(side, item.whereabouts(), method.node).is_some())
        })
    };
    if has_own(base) || has_own(revision) {
        return none;
    }
    let (old, new) = (of_document(base.0), of_document(revision.0));
    let (Some(old), Some(new)) = (old.end(), new.end()) else {
        return none;
    };
    let stands_in = |moved: &str, items: &[Item]| {
        let begins = |item: &Item| {
            item.path
                .strip_prefix(moved)
                .is_some_and(|rest| rest.starts_with('/'))
        };
        moved.starts_with('/') && !moved.contains('{') && !items.is_empty() && items.iter().all(begins)
    };
    let [out, into] = [(old, new, revision.1), (new, old, base.1)].map(|(longer, shorter, items)| {
        let moved = longer
            .strip_prefix(shorter)
            .filter(|moved| stands_in(moved, items));
        moved.unwrap_or_default().to_owned()
    });
    [out, into]
}

impl Differ<'_> {
    /// The addresses of the document, where both sides have operations for which they count.
    pub(super) fn compare_servers(&mut self) {
        if counts(self.base) && counts(self.revision) {
            let [old, new] = [self.base, self.revision].map(of_document);
            let [old, new] = [(old, &self.moved[0]), (new, &self.moved[1])]
                .map(|(servers, moved)| servers.without_end(moved).settled());
            self.compare_addresses(None, &old, &new);
        }
    }

    /// The addresses of an operation of which one side has a word of its own.
    pub(super) fn compare_servers_of(&mut self, both: Both) {
        let old = own(self.base, both.base_item, both.base);
        let new = own(self.revision, both.revision_item, both.revision);
        if both.caller == Caller::Provider || (old.is_none() && new.is_none()) {
            return;
        }
        let old = old.unwrap_or_else(|| of_document(self.base)).settled();
        let new = new.unwrap_or_else(|| of_document(self.revision)).settled();
        self.compare_addresses(Some(both.number), &old, &new);
    }

    fn compare_addresses(&mut self, number: Option<u32>, old: &Servers, new: &Servers) {
        // Without any there is one: where the document came from.
        for server in &old.all {
            if let Some(other) = self.counterpart(server, old, new) {
                self.compare_variables(number, server, other);
            } else {
                let found = Found::at(server.node, new.place).subject(&server.url);
                self.fixed(Fixed::ServerRemoved, number, found);
            }
        }
        for server in &new.all {
            if !old.all.iter().any(|other| other.url == server.url) {
                let found = Found::at(old.place, server.node).subject(&server.url);
                self.fixed(Fixed::ServerAdded, number, found);
            }
        }
    }

    /// The address that an address is now. Several may be written alike and differ in what may stand in their braces: of
    /// those it is the one that says the same, or else one that no other says.
    fn counterpart<'s>(&self, server: &Server, old: &Servers, new: &'s Servers) -> Option<&'s Server> {
        let hashes = &self.base.world.hashes;
        let alike = || new.all.iter().filter(|other| other.url == server.url);
        let is_new = |other: &&Server| !old.all.iter().any(|one| hashes.equal(one.node, other.node));
        alike()
            .find(|other| hashes.equal(server.node, other.node))
            .or_else(|| alike().find(is_new))
            .or_else(|| alike().next())
    }

    /// What may stand in the braces of an address.
    fn compare_variables(&mut self, number: Option<u32>, old: &Server, new: &Server) {
        let arena = self.base.arena();
        let fields = |server: &Server| {
            let map = arena.get(server.node, w::VARIABLES);
            map.map_or(&[][..], |map| arena.fields(map))
        };
        for entry in fields(old) {
            let Some(other) = fields(new).iter().find(|other| other.key == entry.key) else {
                continue;
            };
            let found = || Found::at(entry.value, other.value).subject(arena.text(entry.key));
            let (before, after) = (values(self.base, entry.value), values(self.revision, other.value));
            for (rule, one, two) in [
                (Fixed::ServerVariableNarrowed, &before, &after),
                (Fixed::ServerVariableWidened, &after, &before),
            ] {
                let is_less = match (one, two) {
                    (Some(one), Some(two)) => one.iter().any(|value| !two.contains(value)),
                    (None, Some(_)) => true,
                    (_, None) => false,
                };
                if is_less {
                    let found = found().from(shown(before.as_ref())).to(shown(after.as_ref()));
                    self.fixed(rule, number, found);
                }
            }
            let usual = |node| arena.get_text(node, w::DEFAULT).map(|word| arena.text(word));
            if let (Some(from), Some(to)) = (usual(entry.value), usual(other.value))
                && from != to
            {
                let found = found().from(from).to(to);
                self.fixed(Fixed::ServerVariableDefaultChanged, number, found);
            }
        }
    }
}

/// The values that a variable can have; `None` where it can have any.
fn values(side: Side<'_>, variable: NodeId) -> Option<Vec<&str>> {
    let arena = side.arena();
    let list = arena.get(variable, w::ENUM)?;
    let words = arena.items(list).filter_map(|node| arena.as_text(node));
    Some(words.map(|word| side.text(word)).collect())
}

fn shown(values: Option<&Vec<&str>>) -> String {
    values.map_or_else(|| "anything".to_owned(), |values| values.join(", "))
}

/// Whether there is something for which the addresses of the document count.
fn counts(side: Side<'_>) -> bool {
    let items = api::paths(side);
    let mut operations = items
        .iter()
        .flat_map(|item| item.operations.iter().map(move |method| (item, method)))
        .peekable();
    operations.peek().is_none()
        || operations.any(|(item, method)| own(side, item.whereabouts(), method.node).is_none())
}

/// The addresses that an operation or its path names. In Swagger 2.0 an operation says by which schemes the one of the
/// document is called.
fn own(side: Side<'_>, item: Whereabouts, operation: NodeId) -> Option<Servers> {
    if side.version() == Version::V2 {
        let schemes = side.arena().get(operation, w::SCHEMES)?;
        let all = of_host(side, Some(schemes)).into_iter();
        return Some(Servers {
            all: all.map(|(url, node)| Server { url, node }).collect(),
            place: schemes,
        });
    }
    let lists = std::iter::once(operation).chain(item.nodes());
    lists
        .filter_map(|owner| side.arena().get(owner, w::SERVERS))
        .map(|list| listed(side, list))
        .find(|servers| !servers.all.is_empty())
}

/// The addresses of a list.
fn listed(side: Side<'_>, list: NodeId) -> Servers {
    let arena = side.arena();
    let server = |node: NodeId| {
        let url = side.text(arena.get_text(node, w::URL)?);
        Some(Server {
            url: url.trim_end_matches('/').to_owned(),
            node,
        })
    };
    Servers {
        all: arena.items(list).filter_map(server).collect(),
        place: list,
    }
}

/// The addresses of a document.
fn of_document(side: Side<'_>) -> Servers {
    let arena = side.arena();
    let root = side.document.root.node;
    if side.version() == Version::V2 {
        let schemes = side.arena().get(root, w::SCHEMES);
        let all = of_host(side, schemes).into_iter();
        return Servers {
            all: all.map(|(url, node)| Server { url, node }).collect(),
            place: root,
        };
    }
    let list = arena.get(root, w::SERVERS).map(|list| listed(side, list));
    Servers {
        all: list.map(|list| list.all).unwrap_or_default(),
        place: root,
    }
}

/// The addresses of a document of Swagger 2.0, by these schemes.
fn of_host(side: Side<'_>, schemes: Option<NodeId>) -> Vec<(String, NodeId)> {
    let arena = side.arena();
    let root = side.document.root.node;
    let text = |key| arena.get_text(root, key).map(|word| side.text(word));
    let (host, base) = (text(w::HOST), text(w::BASE_PATH).unwrap_or(""));
    let Some(node) = arena.get(root, w::HOST).or_else(|| arena.get(root, w::BASE_PATH)) else {
        return Vec::new();
    };
    let schemes = schemes.map(|list| arena.items(list).collect::<Vec<_>>());
    let schemes: Vec<&str> = schemes
        .unwrap_or_default()
        .into_iter()
        .filter_map(|node| Some(side.text(arena.as_text(node)?)))
        .collect();
    let Some(host) = host else {
        return vec![(base.trim_end_matches('/').to_owned(), node)];
    };
    let schemes = if schemes.is_empty() {
        vec!["https"]
    } else {
        schemes
    };
    let url = |scheme: &&str| {
        (
            format!("{scheme}://{host}{base}")
                .trim_end_matches('/')
                .to_owned(),
            node,
        )
    };
    schemes.iter().map(url).collect()
}
