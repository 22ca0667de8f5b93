//! `package-lock.json` and `npm-shrinkwrap.json`.
//!
//! Versions 2 and 3 have an entry for each package of the project under `packages`, by its directory, with a copy of
//! what it declares; what is installed is there by its place, `node_modules/NAME`. Version 1 has names alone, under
//! `dependencies`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{KINDS, Package};

pub(super) fn gaps(text: &str, packages: &[Package]) -> Result<Vec<String>, String> {
    let lock: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let table = |key: &str| lock.get(key).and_then(Value::as_object);
    let Some(entries) = table("packages") else {
        let names = table("dependencies");
        let has = |name: &str| names.is_some_and(|names| names.contains_key(name));
        return Ok(packages
            .iter()
            .flat_map(|package| {
                let missing = package.installed().filter(|(name, _)| !has(name));
                missing.map(|(name, _)| package.gap(name))
            })
            .collect());
    };
    let installed: BTreeSet<&str> = entries
        .keys()
        .filter_map(|place| Some(place.rsplit_once("node_modules/")?.1))
        .collect();
    let mut gaps = Vec::new();
    for package in packages {
        let Some(copy) = entries.get(&package.place) else {
            gaps.push(package.unknown());
            continue;
        };
        for (name, wanted) in &package.wanted {
            let locked: Vec<&str> = KINDS
                .iter()
                .filter_map(|kind| copy.get(kind)?.get(name)?.as_str())
                .collect();
            // npm leaves out of the tree what is optional, or a peer, where its settings say so.
            let needed = ["dependencies", "devDependencies"];
            let is_needed = needed.iter().any(|kind| wanted.kinds.contains(kind))
                && !wanted.kinds.contains("optionalDependencies");
            if locked.is_empty() || (is_needed && !installed.contains(name.as_str())) {
                gaps.push(package.gap(name));
            } else if !wanted.agrees(locked.into_iter()) {
                gaps.push(package.changed(name));
            }
        }
    }
    Ok(gaps)
}
