//! Paths: how they are written, which ones mean the same, and whether their parameters are described.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::rules::Rule;
use super::{Check, Findings, Kind, Survey, forms};
use crate::contract::arena::{Entry, NodeId, Word};
use crate::contract::view::api;
use crate::contract::words as w;

/// So many ways to mix names and parameters in paths of one length are compared with each other.
const MAX_MASKS: usize = 64;

pub(super) struct Paths;

impl Check for Paths {
    fn check(&self, survey: &Survey<'_>, findings: &mut Findings) {
        for paths in survey.of(Kind::Paths) {
            let fields = survey.arena().fields(paths.node).iter();
            let entries: Vec<&Entry> = fields
                .filter(|entry| !survey.text(entry.key).starts_with("x-"))
                .collect();
            for entry in &entries {
                written(survey, entry, findings);
                described(survey, entry, findings);
            }
            same(survey, &entries, findings);
            ambiguous(survey, &entries, findings);
        }
    }
}

/// How a path is written.
fn written(survey: &Survey<'_>, entry: &Entry, findings: &mut Findings) {
    let path = survey.text(entry.key);
    let shown = forms::quoted(path);
    if !path.starts_with('/') {
        let says = format!("the path {shown} does not begin with `/`");
        findings.add(Rule::PathMustStartWithSlash, entry.value, says);
    }
    if let Some(at) = path.find(['?', '#']) {
        let says = format!("the path {shown} goes on after `{}`", &path[at..=at]);
        findings.add(Rule::PathWithQuery, entry.value, says);
    }
    match forms::template(path) {
        Err(why) => findings.add(Rule::PathTemplateInvalid, entry.value, format!("{shown}: {why}")),
        Ok(names) => {
            let mut seen = HashSet::new();
            if let Some(name) = names.into_iter().find(|name| !seen.insert(*name)) {
                let says = format!("{shown}: `{{{name}}}` stands in it twice");
                findings.add(Rule::PathTemplateInvalid, entry.value, says);
            }
        }
    }
}

/// The operations of a path item, by their methods.
fn operations(survey: &Survey<'_>, item: NodeId) -> Vec<(Word, NodeId)> {
    let arena = survey.arena();
    let nodes = [
        Some(item),
        survey.side.follow(item).filter(|target| *target != item),
    ];
    let mut found = Vec::new();
    for node in nodes.into_iter().flatten() {
        for field in arena.fields(node) {
            let is_method = crate::contract::view::api::METHODS.contains(&field.key);
            if is_method && arena.is_map(field.value) {
                found.push((field.key, field.value));
            }
        }
        for field in arena
            .get(node, w::ADDITIONAL_OPERATIONS)
            .map_or(&[][..], |more| arena.fields(more))
        {
            found.push((field.key, field.value));
        }
    }
    found
}

/// A list of parameters: those in the path by their names, and whether all of the list is known.
fn in_path(survey: &Survey<'_>, owner: NodeId) -> (Vec<(Word, NodeId)>, bool) {
    let arena = survey.arena();
    let mut found = Vec::new();
    let mut is_whole = true;
    for written in arena
        .get(owner, w::PARAMETERS)
        .into_iter()
        .flat_map(|list| arena.items(list))
    {
        let Some(node) = survey.side.follow(written) else {
            is_whole = false;
            continue;
        };
        if arena.get_text(node, w::IN) == Some(w::PATH)
            && let Some(name) = arena.get_text(node, w::NAME)
        {
            found.push((name, written));
        }
    }
    (found, is_whole)
}

/// Whether the names in a path's braces and its parameters are the same.
fn described(survey: &Survey<'_>, entry: &Entry, findings: &mut Findings) {
    let path = survey.text(entry.key);
    let names: HashSet<&str> = api::template_names(path).into_iter().collect();
    let shown = forms::quoted(path);
    let mut owners = vec![entry.value];
    owners.extend(
        survey
            .side
            .follow(entry.value)
            .filter(|target| *target != entry.value),
    );
    let mut shared: HashSet<&str> = HashSet::new();
    let mut is_whole = survey.side.follow(entry.value).is_some();
    let mut all = Vec::new();
    for owner in owners {
        let (found, whole) = in_path(survey, owner);
        is_whole &= whole;
        shared.extend(found.iter().map(|(name, _)| survey.text(*name)));
        all.extend(found);
    }
    for (method, operation) in operations(survey, entry.value) {
        let (found, whole) = in_path(survey, operation);
        let own: HashSet<&str> = found.iter().map(|(name, _)| survey.text(*name)).collect();
        all.extend(found);
        let mut missing: Vec<&&str> = names
            .iter()
            .filter(|name| !own.contains(**name) && !shared.contains(**name))
            .collect();
        missing.sort_unstable();
        if !(is_whole && whole) {
            continue;
        }
        for name in missing {
            let says = format!(
                "`{} {path}` does not describe its parameter `{name}`",
                survey.text(method).to_uppercase()
            );
            findings.add(Rule::PathParametersMismatch, operation, says);
        }
    }
    for (name, node) in all {
        let name = survey.text(name);
        if !names.contains(name) {
            let says = format!("the path {shown} has no `{{{name}}}`");
            findings.add(Rule::PathParametersMismatch, node, says);
        }
    }
}

/// Paths that are the same but for the names of their parameters.
fn same(survey: &Survey<'_>, entries: &[&Entry], findings: &mut Findings) {
    let mut known: HashMap<String, Vec<&Entry>> = HashMap::new();
    for entry in entries {
        let path = survey.text(entry.key);
        let others = known.entry(api::shape(path)).or_default();
        let methods = |entry: &Entry| -> Vec<Word> {
            let all = operations(survey, entry.value);
            all.into_iter().map(|(method, _)| method).collect()
        };
        if let Some(first) = others.first() {
            let own = methods(entry);
            let taken = others.iter().find_map(|other| {
                let theirs = methods(other);
                own.iter()
                    .find(|method| theirs.contains(method))
                    .map(|method| (*other, *method))
            });
            if let Some((other, method)) = taken {
                let says = format!(
                    "{} is the same path as {}, and both have `{}`",
                    forms::quoted(path),
                    forms::quoted(survey.text(other.key)),
                    survey.text(method)
                );
                findings.add(Rule::DuplicatePath, entry.value, says);
            } else {
                let says = format!(
                    "{} is the same path as {}, with other methods",
                    forms::quoted(path),
                    forms::quoted(survey.text(first.key))
                );
                findings.add(Rule::ConflictingPaths, entry.value, says);
            }
        }
        // More than a few of one shape are told by the first ones.
        if others.len() < MAX_MASKS {
            others.push(entry);
        }
    }
}

/// Paths of which a request can mean both, and of which neither is more special than the other: `/a/{x}` and `/{y}/b`.
fn ambiguous(survey: &Survey<'_>, entries: &[&Entry], findings: &mut Findings) {
    let mut groups: BTreeMap<(usize, Vec<bool>), Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        let mask: Vec<bool> = segments(survey, entry)
            .iter()
            .map(|segment| segment.contains('{'))
            .collect();
        if mask.contains(&true) {
            groups.entry((mask.len(), mask)).or_default().push(entry);
        }
    }
    let groups: Vec<(Vec<bool>, Vec<&Entry>)> = groups
        .into_iter()
        .map(|((_, mask), entries)| (mask, entries))
        .collect();
    let mut told: HashSet<NodeId> = HashSet::new();
    for (at, (mask, own)) in groups.iter().enumerate() {
        let others = groups[..at].iter().rev().take(MAX_MASKS);
        for (other_mask, others) in others.take_while(|(other, _)| other.len() == mask.len()) {
            let pairs = || mask.iter().zip(other_mask);
            let is_crossed =
                pairs().any(|(one, other)| *one && !*other) && pairs().any(|(one, other)| !*one && *other);
            if !is_crossed {
                continue;
            }
            let key = |entry: &Entry| -> Vec<&str> {
                let names = segments(survey, entry).into_iter().zip(pairs());
                names
                    .filter(|(_, (one, other))| !**one && !**other)
                    .map(|(name, _)| name)
                    .collect()
            };
            let known: HashMap<Vec<&str>, &Entry> =
                others.iter().rev().map(|entry| (key(entry), *entry)).collect();
            for entry in own {
                let Some(other) = known.get(&key(entry)) else {
                    continue;
                };
                let may_mean = || {
                    shares_method(survey, entry, other)
                        && fits(survey, entry, other)
                        && fits(survey, other, entry)
                };
                if may_mean() && told.insert(entry.value) {
                    let says = format!(
                        "a request can mean {} as well as {}",
                        forms::quoted(survey.text(entry.key)),
                        forms::quoted(survey.text(other.key))
                    );
                    findings.add(Rule::ConflictingPaths, entry.value, says);
                }
            }
        }
    }
}

fn segments<'a>(survey: &Survey<'a>, entry: &Entry) -> Vec<&'a str> {
    survey.text(entry.key).split('/').skip(1).collect()
}

/// Whether the names of one path may stand where another one has parameters: `comments` is no number.
fn fits(survey: &Survey<'_>, entry: &Entry, other: &Entry) -> bool {
    let arena = survey.arena();
    let mut all = in_path(survey, entry.value).0;
    for (_, operation) in operations(survey, entry.value) {
        all.extend(in_path(survey, operation).0);
    }
    let kind = |name: &str| {
        let (_, written) = all.iter().find(|(known, _)| survey.text(*known) == name)?;
        let node = survey.side.follow(*written)?;
        let schema = survey.side.get(node, w::SCHEMA).unwrap_or(node);
        arena.get_text(schema, w::TYPE)
    };
    segments(survey, entry)
        .into_iter()
        .zip(segments(survey, other))
        .all(|(own, theirs)| {
            let name = own.strip_prefix('{').and_then(|own| own.strip_suffix('}'));
            match name.filter(|_| !theirs.contains('{')).and_then(kind) {
                Some(w::INTEGER | w::NUMBER) => theirs.parse::<f64>().is_ok(),
                Some(w::BOOLEAN) => matches!(theirs, "true" | "false"),
                _ => true,
            }
        })
}

fn shares_method(survey: &Survey<'_>, one: &Entry, other: &Entry) -> bool {
    let theirs = operations(survey, other.value);
    let own = operations(survey, one.value);
    own.iter()
        .any(|(method, _)| theirs.iter().any(|(other, _)| method == other))
}
