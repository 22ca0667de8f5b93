//! Whether a lock file knows what the project declares. An audit asks the lock file alone, so that what was added to
//! `package.json` since would count as audited without having been.
//!
//! One way only: what is declared must be in the lock file, with the range that is declared where the format repeats
//! it. Dependencies of the project's own tree (`workspace:`, `link:`, `file:`) have no advisories and are not asked for.

mod npm;
mod pnpm;
#[cfg(test)]
mod tests;
mod yarn;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::project::UnitFacts;

/// What a package's dependencies are listed under in `package.json`.
const KINDS: [&str; 4] = [
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "peerDependencies",
];

/// Beginnings of ranges that name the project's own tree.
const OWN: [&str; 4] = ["workspace:", "link:", "file:", "portal:"];

/// A package of the project: the unit's, or that of a member of its workspace.
struct Package {
    /// Its directory, relative to the unit; empty for the unit's own.
    place: String,
    /// What it declares, by name.
    wanted: BTreeMap<String, Wanted>,
}

/// A dependency that is declared, maybe several times.
#[derive(Default)]
struct Wanted {
    kinds: BTreeSet<&'static str>,
    ranges: BTreeSet<String>,
}

/// What is declared and is not in a lock file, as parts of a sentence; empty when nothing is. `Err` is why the lock file
/// cannot be read.
pub(super) fn gaps(name: &str, text: &str, facts: &UnitFacts) -> Result<Vec<String>, String> {
    let packages = packages(facts);
    let text = text.trim_start_matches('\u{feff}');
    match name {
        "pnpm-lock.yaml" => pnpm::gaps(text, &packages),
        "yarn.lock" => yarn::gaps(text, &packages, &members(facts)),
        _ => npm::gaps(text, &packages),
    }
}

/// The unit's package, and those members of its workspace that declare something and have no lock file of their own.
fn packages(facts: &UnitFacts) -> Vec<Package> {
    let own = facts.package.iter().map(|package| Package::of("", package));
    let members = facts.node.members.iter();
    let members = members
        .filter(|member| !member.locked)
        .map(|member| Package::of(&member.path, &member.package));
    own.chain(members)
        .filter(|package| !package.wanted.is_empty())
        .collect()
}

/// The names of the workspace's members.
fn members(facts: &UnitFacts) -> BTreeSet<&str> {
    let members = facts.node.members.iter();
    members
        .filter_map(|member| member.package.get("name")?.as_str())
        .collect()
}

impl Package {
    fn of(place: &str, package: &Value) -> Self {
        let mut wanted: BTreeMap<String, Wanted> = BTreeMap::new();
        for kind in KINDS {
            let listed = package.get(kind).and_then(Value::as_object);
            for (name, range) in listed.into_iter().flatten() {
                let range = range.as_str().unwrap_or_default();
                if OWN.iter().any(|start| range.starts_with(start)) {
                    continue;
                }
                let entry = wanted.entry(name.clone()).or_default();
                entry.kinds.insert(kind);
                entry.ranges.insert(plain(range).to_owned());
            }
        }
        Self {
            place: place.to_owned(),
            wanted,
        }
    }

    /// What is declared in other ways than as a peer, which not every manager installs.
    fn installed(&self) -> impl Iterator<Item = (&str, &Wanted)> {
        let wanted = self.wanted.iter().map(|(name, wanted)| (name.as_str(), wanted));
        wanted.filter(|(_, wanted)| wanted.kinds.iter().any(|kind| *kind != "peerDependencies"))
    }

    /// A dependency of this package that the lock file does not have.
    fn gap(&self, name: &str) -> String {
        if self.place.is_empty() {
            name.to_owned()
        } else {
            format!("{name} of {}", self.place)
        }
    }

    /// A dependency of this package that the lock file has by another range.
    fn changed(&self, name: &str) -> String {
        format!("{}, whose range has changed", self.gap(name))
    }

    /// The package as a whole.
    fn unknown(&self) -> String {
        if self.place.is_empty() {
            "all of package.json".to_owned()
        } else {
            format!("all of {}", self.place)
        }
    }
}

impl Wanted {
    /// Whether one of these ranges of the lock file is one that is declared. An address is not compared: managers write
    /// it in forms of their own.
    fn agrees<'a>(&self, mut locked: impl Iterator<Item = &'a str>) -> bool {
        let comparable = |range: &String| !range.contains([':', '/']) || range.starts_with("npm:");
        !self.ranges.iter().all(comparable) || locked.any(|range| self.ranges.contains(plain(range)))
    }
}

/// A range in the form in which ranges are compared.
fn plain(range: &str) -> &str {
    match range.trim() {
        "" => "*",
        range => range,
    }
}
