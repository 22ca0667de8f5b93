//! What is of the document as a whole: its version, its servers, and what is wrong with its text.

use std::collections::{HashMap, HashSet};

use super::{Change, Differ, Found};
use crate::contract::arena::{NodeId, Value};
use crate::contract::hash::is_annotation;
use crate::contract::refs::{Broken, Problem};
use crate::contract::rules::{Fixed, Level};
use crate::contract::validate;
use crate::contract::view::Side;
use crate::contract::words as w;

impl Differ<'_> {
    pub(super) fn compare_document(&mut self) {
        self.compare_global_security();
        self.compare_servers();
        let (base, revision) = (self.base.document.root.node, self.revision.document.root.node);
        self.compare_uris("", &[(w::SELF, Fixed::ApiSelfChanged)], base, revision);
        self.tell_problems();
        self.tell_unknown_versions();
    }

    /// A version that nobody knows: what both sides follow is compared as far as its words go; what one side follows is not.
    fn tell_unknown_versions(&mut self) {
        let said = |side: Side<'_>| side.document.unknown_version.clone();
        let is_same = said(self.base) == said(self.revision);
        for side in [self.base, self.revision] {
            let Some(said) = said(side) else { continue };
            let found = self.on(side, side.document.root.node);
            let (rule, found) = if is_same {
                (Fixed::DocumentUnknownVersion, found.from(said))
            } else {
                (Fixed::DocumentNotCompared, found.subject(said))
            };
            self.fixed(rule, None, found);
        }
    }

    /// Where something of one side stands.
    pub(super) fn on(&self, side: Side<'_>, node: NodeId) -> Found {
        if std::ptr::eq(side.document, self.base.document) {
            Found::at(node, None)
        } else {
            Found::at(None, node)
        }
    }

    /// What is wrong with the texts: it is told, and hides nothing.
    fn tell_problems(&mut self) {
        let world = self.base.world;
        let border = self.revision.document.root.first;
        let on = |node: NodeId| {
            if node.index() < border {
                Found::at(node, None)
            } else {
                Found::at(None, node)
            }
        };
        let problems = world.refs.problems();
        self.tell_unmapped();
        let place = |problem: &Problem| (world.arena.pointer(problem.at), problem.reference.clone());
        let (base, revision): (Vec<&Problem>, Vec<&Problem>) =
            problems.iter().partition(|problem| problem.at.index() < border);
        let mut open: HashMap<(String, String), Vec<&Problem>> = HashMap::new();
        for problem in base.iter().rev() {
            open.entry(place(problem)).or_default().push(problem);
        }
        let mut lonely: HashSet<NodeId> = base.iter().map(|problem| problem.at).collect();
        for problem in revision {
            let Some(other) = open.get_mut(&place(problem)).and_then(Vec::pop) else {
                lonely.insert(problem.at);
                continue;
            };
            // What both sides lack in the same place is as unknown as it was: told once.
            lonely.remove(&other.at);
            let rule = match problem.why {
                Broken::Remote => Fixed::DocumentRemoteReference,
                Broken::Circle => Fixed::DocumentCyclicReference,
                Broken::Dangling | Broken::File { .. } => Fixed::DocumentDanglingReference,
            };
            let found = Found::at(other.at, problem.at).subject(&problem.reference);
            self.fixed(rule, None, found.to(problem.why.to_string()));
        }
        for problem in problems.iter().filter(|problem| lonely.contains(&problem.at)) {
            let found = on(problem.at).subject(&problem.reference);
            self.fixed(
                Fixed::DocumentNotCompared,
                None,
                found.to(problem.why.to_string()),
            );
        }
        self.tell_wrong_types();
        for duplicate in world.arena.duplicates() {
            let found = on(duplicate.map).subject(world.arena.text(duplicate.key));
            let source = world.arena.source(world.arena.source_of(duplicate.map));
            let at = source.position(duplicate.at);
            let again = format!("again in line {}", at.line);
            self.fixed(Fixed::DocumentDuplicateKey, None, found.to(again));
        }
    }

    /// Texts in mappings of discriminators that lead nowhere. What both sides say in the same place is as unknown as it was,
    /// and a matter of validating.
    fn tell_unmapped(&mut self) {
        let world = self.base.world;
        let border = self.revision.document.root.first;
        let place = |problem: &Problem| (world.arena.pointer(problem.at), problem.reference.clone());
        let (base, revision): (Vec<&Problem>, Vec<&Problem>) = world
            .refs
            .unmapped()
            .iter()
            .partition(|problem| problem.at.index() < border);
        for (side, own, others) in [(self.base, &base, &revision), (self.revision, &revision, &base)] {
            let known: HashSet<(String, String)> = others.iter().map(|problem| place(problem)).collect();
            for problem in own.iter().filter(|problem| !known.contains(&place(problem))) {
                let found = self.on(side, problem.at).subject(&problem.reference);
                self.fixed(
                    Fixed::DocumentNotCompared,
                    None,
                    found.to(problem.why.to_string()),
                );
            }
        }
    }

    /// Values of a type that the specification does not have there. What both sides say in the same place is as unknown as
    /// it was; what one side says cannot be compared.
    fn tell_wrong_types(&mut self) {
        let arena = self.base.arena();
        let of = |side: Side<'_>| -> Vec<(NodeId, String, String)> {
            validate::wrong_types(side.world, side.document)
                .into_iter()
                .map(|finding| (finding.at, arena.pointer(finding.at), finding.says))
                .filter(|(node, pointer, _)| self.matters(*node, pointer))
                .collect()
        };
        let (base, revision) = (of(self.base), of(self.revision));
        for (side, own, other) in [(self.base, &base, &revision), (self.revision, &revision, &base)] {
            let known: HashMap<(&str, &str), NodeId> = other
                .iter()
                .map(|(node, pointer, says)| ((&**pointer, &**says), *node))
                .collect();
            for (node, pointer, says) in own {
                let same = known.get(&(&**pointer, &**says)).copied();
                let rule = match same {
                    // Told once, of the base.
                    Some(_) if std::ptr::eq(side.document, self.revision.document) => continue,
                    // Two values that nobody understands may mean two things.
                    Some(other) if !arena.same(*node, other) => Fixed::DocumentNotCompared,
                    Some(_) => Fixed::DocumentWrongType,
                    // What is gone is told as gone. What a base does not say nobody can hold its revision against.
                    None if arena.value(*node) == Value::Null
                        && std::ptr::eq(side.document, self.revision.document) =>
                    {
                        Fixed::DocumentWrongType
                    }
                    None => Fixed::DocumentNotCompared,
                };
                let name = pointer.rsplit('/').next().unwrap_or_default();
                let name = name.replace("~1", "/").replace("~0", "~");
                let found = Found {
                    revision: same.or(self.on(side, *node).revision),
                    ..self.on(side, *node)
                };
                self.fixed(rule, None, found.subject(name).to(says.clone()));
            }
        }
    }

    /// Whether a value of a wrong type is one that comparing goes by. Nothing at all is what is left out.
    fn matters(&self, node: NodeId, pointer: &str) -> bool {
        let arena = self.base.arena();
        let is_told = ["/info/", "/tags/", "/externalDocs"]
            .iter()
            .any(|begin| pointer.starts_with(begin));
        let describes = arena
            .key(node)
            .is_some_and(|key| key == w::OPERATION_ID || is_annotation(arena, key));
        let is_left_out = arena.value(node) == Value::Null && !is_table(pointer);
        !is_left_out && !is_told && !describes
    }

    /// The version of the description: it should say that something broke.
    /// `deep` is what changed in schemas.
    pub(super) fn compare_versions(&mut self, deep: &[Change]) {
        let mut all = self.changes.iter().chain(deep);
        if !all.any(|change| change.rule.level() == Level::Error) {
            return;
        }
        let version = |side: Side<'_>| {
            let info = side.get(side.document.root.node, w::INFO)?;
            let node = side.arena().get(info, w::VERSION)?;
            let text = side.text(side.arena().as_text(node)?).to_owned();
            Some((semantic(&text)?, text, node))
        };
        let (Some((old, from, base)), Some((new, to, revision))) =
            (version(self.base), version(self.revision))
        else {
            return;
        };
        // Before 1.0.0 the second number plays the part of the first.
        let major = |version: [u64; 3]| {
            if version[0] == 0 {
                (0, version[1])
            } else {
                (version[0], 0)
            }
        };
        let rule = if new == old {
            Fixed::ApiVersionNotBumped
        } else if new < old {
            Fixed::ApiVersionDecreased
        } else if major(new) <= major(old) {
            Fixed::ApiMajorVersionNotBumped
        } else {
            return;
        };
        self.fixed(rule, None, Found::at(base, revision).from(from).to(to));
    }
}

/// Whether it is the paths of a document or the responses of an operation: without them nothing is promised, and who leaves
/// them empty by mistake is told that everything is new.
fn is_table(pointer: &str) -> bool {
    let parts: Vec<&str> = pointer.split('/').collect();
    matches!(
        parts[..],
        ["", "paths"] | ["", "paths" | "webhooks", _, _, "responses"]
    )
}

/// The numbers of a full semantic version.
fn semantic(text: &str) -> Option<[u64; 3]> {
    let text = text.trim();
    let text = text.strip_prefix('v').unwrap_or(text);
    let core = text.split(['-', '+']).next().unwrap_or(text);
    let mut parts = core.split('.').map(|part| {
        let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse::<u64>().ok()).flatten()
    });
    let version = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(version)
}

#[cfg(test)]
mod tests {
    use super::semantic;

    #[test]
    fn only_full_versions_are_versions() {
        assert_eq!(semantic("1.2.3"), Some([1, 2, 3]));
        assert_eq!(semantic("v0.10.0-beta.1+5"), Some([0, 10, 0]));
        for text in ["1.0", "v1", "2024-01-01", "1.2.3.4", "1.x.0", "", "1..2"] {
            assert_eq!(semantic(text), None, "{text}");
        }
    }
}
