//! `pnpm-lock.yaml`.
//!
//! Under `importers` stands each package of the project, by its directory; without that key the document is the one of
//! the only package. What it declares is there by kind, since version 6 as `name: {specifier, version}`, before with
//! the ranges apart under `specifiers`. pnpm 11 writes a document of its own needs before it.

use serde::Deserialize as _;
use serde_yaml::Value;

use super::{KINDS, Package};

/// Keys that say that something else than `package.json` has a say in ranges.
const CHANGING: [&str; 3] = ["overrides", "pnpmfileChecksum", "packageExtensionsChecksum"];

pub(super) fn gaps(text: &str, packages: &[Package]) -> Result<Vec<String>, String> {
    let mut documents = Vec::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        documents.push(Value::deserialize(document).map_err(|error| error.to_string())?);
    }
    let ignores_optional = documents
        .iter()
        .any(|document| document.get("ignoredOptionalDependencies").is_some());
    let compares = !documents
        .iter()
        .any(|document| CHANGING.iter().any(|key| document.get(key).is_some()));
    let mut gaps = Vec::new();
    for package in packages {
        let importers: Vec<&Value> = documents
            .iter()
            .filter_map(|document| importer(document, &package.place))
            .collect();
        if importers.is_empty() {
            gaps.push(package.unknown());
            continue;
        }
        for (name, wanted) in package.installed() {
            if ignores_optional && wanted.kinds.contains("optionalDependencies") {
                continue;
            }
            let in_kinds = || {
                let places = importers
                    .iter()
                    .flat_map(|importer| KINDS.iter().map(|kind| (*importer, *kind)));
                places.filter_map(|(importer, kind)| importer.get(kind)?.get(name))
            };
            let apart = importers
                .iter()
                .filter_map(|importer| importer.get("specifiers")?.get(name));
            let mut ranges = in_kinds()
                .filter_map(|entry| entry.get("specifier"))
                .chain(apart)
                .filter_map(Value::as_str)
                .peekable();
            if in_kinds().next().is_none() {
                gaps.push(package.gap(name));
            } else if compares && ranges.peek().is_some() && !wanted.agrees(ranges) {
                gaps.push(package.changed(name));
            }
        }
    }
    Ok(gaps)
}

/// What a document says of the package in this directory.
fn importer<'a>(document: &'a Value, place: &str) -> Option<&'a Value> {
    match (document.get("importers"), place) {
        (Some(importers), "") => importers.get("."),
        (Some(importers), place) => importers.get(place),
        (None, "") => document.get("lockfileVersion").and(Some(document)),
        (None, _) => None,
    }
}
