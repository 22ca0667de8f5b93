//! Rust: a Cargo workspace is one unit; what it does not cover is a unit of its own.
//!
//! The rules are those of Cargo's reference, "Workspaces": members are the globs of `workspace.members` and all
//! path dependencies, direct and indirect, that lie below the workspace, without `workspace.exclude`. A package
//! with a `[workspace]` of its own is never a member of another.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::members::{Members, toml_strings};
use super::{Candidate, Manifests};
use crate::project::paths::normalise;

pub(super) fn choose(mut candidates: Vec<Candidate>, manifests: &mut Manifests) -> Vec<Candidate> {
    let packages: BTreeMap<PathBuf, Table> = candidates
        .iter()
        .filter_map(|candidate| {
            let table = manifests.toml(&candidate.dir.join("Cargo.toml"))?;
            Some((candidate.dir.clone(), table))
        })
        .collect();
    let mut covered: BTreeSet<PathBuf> = BTreeSet::new();
    for (root, table) in &packages {
        if let Some(workspace) = table.get("workspace").and_then(Value::as_table) {
            covered.extend(members(root, workspace, &packages));
        }
    }
    candidates.retain(|candidate| !covered.contains(&candidate.dir));
    candidates
}

/// The directories, other than its own, that a workspace covers.
fn members(root: &Path, workspace: &Table, packages: &BTreeMap<PathBuf, Table>) -> BTreeSet<PathBuf> {
    let named = Members::new(root, toml_strings(workspace.get("members")), []);
    let excluded: Vec<PathBuf> = toml_strings(workspace.get("exclude"))
        .into_iter()
        .filter_map(|path| normalise(&root.join(path)))
        .collect();
    let may_belong = |dir: &Path| {
        dir != root
            && packages
                .get(dir)
                .is_some_and(|table| !table.contains_key("workspace"))
    };
    // An explicit member wins over `exclude`, a glob or a path dependency does not.
    let explicit: BTreeSet<PathBuf> = toml_strings(workspace.get("members"))
        .into_iter()
        .filter(|member| !member.contains(['*', '?', '[']))
        .filter_map(|member| normalise(&root.join(member)))
        .collect();
    let is_excluded =
        |dir: &Path| !explicit.contains(dir) && excluded.iter().any(|excluded| dir.starts_with(excluded));

    let mut found: BTreeSet<PathBuf> = packages
        .keys()
        .filter(|dir| named.has(dir) && may_belong(dir) && !is_excluded(dir))
        .cloned()
        .collect();
    let mut queue: Vec<PathBuf> = found.iter().cloned().chain([root.to_owned()]).collect();
    while let Some(dir) = queue.pop() {
        let Some(table) = packages.get(&dir) else {
            continue;
        };
        for target in path_dependencies(&dir, table, root, workspace) {
            let joins = target.starts_with(root) && may_belong(&target) && !is_excluded(&target);
            if joins && found.insert(target.clone()) {
                queue.push(target);
            }
        }
    }
    found
}

fn path_dependencies(dir: &Path, package: &Table, root: &Path, workspace: &Table) -> Vec<PathBuf> {
    let shared = workspace.get("dependencies").and_then(Value::as_table);
    dependency_tables(package)
        .flatten()
        .filter_map(|(name, dependency)| {
            let path = |from: &Path, value: &Value| {
                let path = value.get("path").and_then(Value::as_str)?;
                normalise(&from.join(path))
            };
            if dependency.get("workspace").and_then(Value::as_bool) == Some(true) {
                path(root, shared?.get(name)?)
            } else {
                path(dir, dependency)
            }
        })
        .collect()
}

fn dependency_tables(package: &Table) -> impl Iterator<Item = &Table> {
    const KINDS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];
    let targets = package
        .get("target")
        .and_then(Value::as_table)
        .into_iter()
        .flat_map(|targets| targets.values().filter_map(Value::as_table));
    std::iter::once(package)
        .chain(targets)
        .flat_map(|table| KINDS.iter().filter_map(|kind| table.get(*kind)?.as_table()))
}
