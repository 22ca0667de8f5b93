//! Reading what is known of a JavaScript or TypeScript unit.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::facts::{TextFile, upwards};
use super::node::{NodeFacts, PackageManager};
use super::units::{Manifests, workspace_of_packages};

const KINDS: [&str; 4] = [
    "dependencies",
    "devDependencies",
    "peerDependencies",
    "optionalDependencies",
];

/// The facts of the unit in `dir`, and its `package.json` when it is an object. `locks` are its lock files, nearest
/// first.
pub(super) fn facts(
    root: &Path,
    dir: &Path,
    locks: &[PathBuf],
    manifests: &mut Manifests,
) -> (NodeFacts, Option<Value>) {
    let mut facts = NodeFacts::default();
    let own = match manifests.json_or(&inside(root, dir).join("package.json")) {
        Ok(Some(value)) if value.is_object() => Some(value),
        Ok(Some(_)) => {
            facts.problem = Some("package.json is not an object".to_owned());
            None
        }
        Ok(None) => None,
        Err(why) => {
            facts.problem = Some(format!("package.json {why}"));
            None
        }
    };
    let mut stated = None;
    for place in upwards(dir, root) {
        facts.installed |= place.join("node_modules").is_dir();
        let relative = inside(root, place);
        let Some(package) = manifests.json(&relative.join("package.json")) else {
            continue;
        };
        for kind in KINDS {
            let names = package.get(kind).and_then(Value::as_object);
            facts
                .dependencies
                .extend(names.into_iter().flatten().map(|(name, _)| name.clone()));
        }
        stated = stated.or_else(|| PackageManager::named(package.get("packageManager")?.as_str()?));
        if facts.workspace.is_none()
            && place != dir
            && workspace_of_packages(relative, manifests)
                .is_some_and(|members| members.has(inside(root, dir)))
        {
            facts.workspace = Some(place.to_owned());
        }
    }
    let locked = locks.iter().find_map(|lock| {
        let name = lock.file_name()?.to_str()?;
        Some((PackageManager::of_lock(name)?, name.to_owned()))
    });
    (facts.manager, facts.manager_because) = match (stated, locked) {
        (Some(manager), _) => (manager, "package.json#packageManager".to_owned()),
        (None, Some(found)) => found,
        (None, None) => (PackageManager::Npm, String::new()),
    };
    (facts, own)
}

/// The settings of the TypeScript compiler among the entries of a directory, which is relative to the root.
pub(super) fn tsconfigs(dir: &Path, entries: &BTreeSet<String>, manifests: &mut Manifests) -> Vec<TextFile> {
    entries
        .iter()
        .filter(|name| name.starts_with("tsconfig") && name.rsplit('.').next() == Some("json"))
        .map(|name| TextFile {
            name: name.clone(),
            text: manifests.text(&dir.join(name)).map(str::to_owned),
        })
        .collect()
}

fn inside<'a>(root: &Path, place: &'a Path) -> &'a Path {
    place.strip_prefix(root).unwrap_or(place)
}
