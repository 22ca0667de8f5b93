//! Reading what is known of a JavaScript or TypeScript unit.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::facts::{TextFile, upwards};
use super::node::{NodeFacts, PackageManager};
use super::units::{Manifests, workspace_of_packages};
use crate::model::text;

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
        Ok(Some(value)) if value.is_object() => {
            facts.problem = bad_scripts(&value);
            Some(value)
        }
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

/// What is wrong with the scripts of a `package.json`, which npm would not run either.
fn bad_scripts(package: &Value) -> Option<String> {
    let scripts = package.get("scripts")?;
    let Some(scripts) = scripts.as_object() else {
        return Some("package.json: scripts is not an object".to_owned());
    };
    // A key that begins with `//` is a comment, by custom.
    let mut named = scripts.iter().filter(|(name, _)| !name.starts_with("//"));
    let (name, _) = named.find(|(_, script)| !script.is_string())?;
    Some(format!(
        "package.json: scripts.{} is not text",
        text::one_line(name)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(package: &str, expect: Option<&str>) {
        let package = serde_json::from_str(package).unwrap();
        assert_eq!(bad_scripts(&package).as_deref(), expect, "{package}");
    }

    #[test]
    fn scripts_are_texts_by_name() {
        check("{}", None);
        check(r#"{"scripts": {}}"#, None);
        check(r#"{"scripts": {"test": "jest", "//": ["a"]}}"#, None);
        for scripts in ["[]", r#""jest""#, "null"] {
            let package = format!(r#"{{"scripts": {scripts}}}"#);
            check(&package, Some("package.json: scripts is not an object"));
        }
        check(
            r#"{"scripts": {"lint": "x", "test": 5}}"#,
            Some("package.json: scripts.test is not text"),
        );
    }
}
