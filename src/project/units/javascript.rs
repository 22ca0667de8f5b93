//! JavaScript: the members of a workspace are covered by its root unless they have tests of their own.
//!
//! Formats: `workspaces` of package.json (an array, or yarn's `{"packages": […]}`; npm and yarn documentation),
//! `packages` of pnpm-workspace.yaml and of lerna.json.

use std::path::Path;

use serde_json::Value;

use super::members::Members;
use super::{Candidate, Manifests};
use crate::project::paths::{display, normalise};

/// What `npm init` writes for a package without tests.
const NO_TESTS: &str = "no test specified";

pub(super) fn choose(
    mut candidates: Vec<Candidate>,
    manifests: &mut Manifests,
    warnings: &mut Vec<String>,
) -> Vec<Candidate> {
    for candidate in &candidates {
        warnings.extend(missing_members(&candidate.dir, manifests));
    }
    let workspaces: Vec<Members> = candidates
        .iter()
        .filter_map(|candidate| workspace(&candidate.dir, manifests))
        .collect();
    candidates.retain(|candidate| {
        if candidate.dir.as_os_str().is_empty() {
            return true;
        }
        // A package.json that cannot be understood stays: its tools will say what is wrong with it.
        let Some(package) = manifests.json(&candidate.dir.join("package.json")) else {
            return true;
        };
        if workspaces.iter().any(|members| members.has(&candidate.dir)) {
            has_tests(&package)
        } else {
            is_project(&package)
        }
    });
    candidates
}

/// What to say of members that a workspace's root names one by one, and that are not there.
fn missing_members(dir: &Path, manifests: &mut Manifests) -> Vec<String> {
    let mut missing = patterns(dir, manifests);
    missing.retain(|member| {
        let place = normalise(&dir.join(member.trim_start_matches('/')));
        let is_there = place.is_some_and(|place| manifests.text(&place.join("package.json")).is_some());
        !is_there && !member.contains(['*', '?', '[', '{', '(', '!'])
    });
    let root = display(dir);
    missing
        .iter()
        .map(|member| {
            format!("the workspace in {root} names {member}, which has no package.json: no gate looks at it")
        })
        .collect()
}

/// The patterns that name members, by any of the files of a workspace's root that do.
fn patterns(dir: &Path, manifests: &mut Manifests) -> Vec<String> {
    let package = manifests.json(&dir.join("package.json"));
    let lerna = manifests.json(&dir.join("lerna.json"));
    let mut patterns: Vec<String> = Vec::new();
    if let Some(workspaces) = package.as_ref().and_then(|package| package.get("workspaces")) {
        patterns.extend(strings(workspaces.get("packages").unwrap_or(workspaces)));
    }
    if let Some(packages) = lerna.as_ref().and_then(|lerna| lerna.get("packages")) {
        patterns.extend(strings(packages));
    }
    if let Some(text) = manifests.text(&dir.join("pnpm-workspace.yaml")) {
        patterns.extend(pnpm_packages(text));
    }
    patterns
}

/// The members that a workspace's root names; `None` when the directory is no such root.
pub(in crate::project) fn workspace(dir: &Path, manifests: &mut Manifests) -> Option<Members> {
    let patterns = patterns(dir, manifests);
    if patterns.is_empty() {
        return None;
    }
    let (taken_back, named): (Vec<&str>, Vec<&str>) = patterns
        .iter()
        .map(String::as_str)
        .partition(|pattern| pattern.starts_with('!'));
    let taken_back = taken_back.into_iter().map(|pattern| &pattern[1..]);
    Some(Members::new(dir, named, taken_back))
}

fn strings(value: &Value) -> impl Iterator<Item = String> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|item| item.as_str().map(str::to_owned))
}

/// The list below `packages:` of pnpm-workspace.yaml. One that cannot be read names nothing, so that its packages stay
/// units of their own.
fn pnpm_packages(text: &str) -> Vec<String> {
    let document: serde_yaml::Value = serde_yaml::from_str(text).unwrap_or_default();
    document
        .get("packages")
        .and_then(serde_yaml::Value::as_sequence)
        .into_iter()
        .flatten()
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

fn has_tests(package: &Value) -> bool {
    package
        .get("scripts")
        .and_then(|scripts| scripts.get("test"))
        .and_then(Value::as_str)
        .is_some_and(|script| !script.trim().is_empty() && !script.contains(NO_TESTS))
}

/// Whether a package.json below the root is more than a note to a bundler, such as `{"type": "module"}`.
fn is_project(package: &Value) -> bool {
    [
        "scripts",
        "dependencies",
        "devDependencies",
        "peerDependencies",
        "optionalDependencies",
        "workspaces",
    ]
    .iter()
    .any(|key| package.get(key).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(yaml: &str, expect: &[&str]) {
        assert_eq!(pnpm_packages(yaml), expect, "{yaml}");
    }

    #[test]
    fn packages_of_a_pnpm_workspace_are_read() {
        check(
            "packages:\n  # apps\n  - 'apps/*'\n  - \"libs/**\" # all\n  - '!x'\n  - tools # one\n\ncatalog:\n  - no\n",
            &["apps/*", "libs/**", "!x", "tools"],
        );
        check("packages:\n- a\n- b\nonlyBuiltDependencies:\n- c\n", &["a", "b"]);
        check("packages: ['a/*', b]\n", &["a/*", "b"]);
        check("catalog:\n  - a\n", &[]);
        check("packages:\n", &[]);
        check("packages: [a", &[]);
        check("? [", &[]);
        check("", &[]);
    }

    #[test]
    fn the_script_of_npm_init_is_no_test() {
        let package = |script: &str| serde_json::json!({"scripts": {"test": script}});
        assert!(has_tests(&package("vitest run")));
        assert!(!has_tests(&package(
            "echo \"Error: no test specified\" && exit 1"
        )));
        assert!(!has_tests(&package(" ")));
        assert!(!has_tests(&serde_json::json!({"scripts": []})));
    }
}
